"""The documents: their code runs, their links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.core import stream_schema
from tests.components.chunk_types import chunk_faults, types_named

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_chunks_of_the_stream_are_those_of_the_schema() -> None:
    """`python -m components.core.stream_schema` writes the rows, and the same as TypeScript for the client."""
    assert stream_schema.documented() == stream_schema.DOCUMENT.read_text(encoding="utf-8")
    assert stream_schema.declarations() == stream_schema.DECLARATIONS.read_text(encoding="utf-8")
    assert len(stream_schema.table().splitlines()) > len(stream_schema.KINDS)


def test_types_that_fields_name_are_declared() -> None:
    objects = [*stream_schema.KINDS.values(), *stream_schema.STRUCTURES.values()]
    named = {name for one in objects for field in one.fields.values() for name in types_named(field.type)}
    assert named == {*stream_schema.STRUCTURES}


def test_chunks_of_another_type_are_found() -> None:
    end = {"kind": "end", "status": "", "alone": True}
    assert not chunk_faults(end)
    assert chunk_faults({**end, "alone": 1}) == ["end.alone: 1"]
    job = {"kind": "job", "status": "running", "place": 0, "generation": 1, "from": 0, "next": 1, "more": False}
    assert chunk_faults(job) == ["job: no sentence"]
    assert chunk_faults({**job, "sentence": "", "status": "late"}) == ["job.status: 'late'"]
    traces = {"plane": [{"x": [], "meta": {"role": "line", "rooms": [[1, 2], [3]]}}]}
    assert chunk_faults({"kind": "trajectory", "index": 0, "traces": traces}) == [
        "trajectory.traces.plane[0].meta.rooms[1]: [3]"
    ]


def code_of(path: Path) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL))


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if code_of(path)], ids=lambda path: path.name)
def test_code_of_a_document_runs_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", code_of(path)], check=True, cwd=tmp_path, env=environment)


def anchors(path: Path) -> set[str]:
    """The anchors of headings, as GitHub and mkdocs make them of plain words."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_files_of_ours_lead_to_them(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_site_of_the_documents_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(ROOT / "docs/site/mkdocs.yml"), "-d", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stderr
    pages = {path.with_suffix(".html").name for path in DOCUMENTS if path.parent.name == "docs"}
    assert pages <= {path.name for path in tmp_path.glob("*.html")}
