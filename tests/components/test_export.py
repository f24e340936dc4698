"""What is taken away: BibTeX."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from components.citations import IMAI_2026, PAPERS, bibliography
from components.unlearning.state import UnlearningState
from components.views import VIEWS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def entries(text: str) -> dict[str, dict[str, str]]:
    """BibTeX, read strictly: the fields of each entry by its key."""
    found: dict[str, dict[str, str]] = {}
    for block in text.strip().split("\n\n"):
        head = re.match(r"@(article|inproceedings)\{(\w+),\n", block)
        assert head, block
        assert block.endswith("\n}")
        fields = re.findall(r"^  (\w+) +?= \{([^{}]+)\}(?:,\n|\n\})", block.replace(" " * 15, ""), re.M)
        assert block.count("{") == block.count("}") == len(fields) + 1
        assert head[2] not in found
        found[head[2]] = dict(fields)
        where = "journal" if head[1] == "article" else "booktitle"
        assert {"title", "author", "year", where} <= found[head[2]].keys()
    return found


def test_the_bibliography_begins_with_the_papers_of_the_view(client: FlaskClient) -> None:
    answer = client.get(f"/export/unlearning.bib?{UnlearningState().query()}")
    assert answer.mimetype == "application/x-bibtex"
    assert list(entries(answer.text)) == [paper.key for paper in PAPERS]
    for paper in PAPERS:
        assert next(iter(entries(bibliography((paper,))))) == paper.key
        assert entries(bibliography((paper,))).keys() == {paper.key for paper in PAPERS}
        (note,) = [fields["note"] for fields in entries(paper.bibtex).values()]
        assert note in paper.citation
    assert all(view.papers for view in VIEWS.values())


def test_the_readme_cites_what_the_app_gives_away() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```bibtex\n(.*?)```", readme, re.S) == [IMAI_2026.bibtex]
