"""The shared test vectors are what Python computes; tests/client/vectors.test.mjs says the same of the client."""

from __future__ import annotations

import json

import pytest

from components.views.registry import VIEWS
from tests.vectors.build import FILES, FOLDER, path_of, text_of

MAX_BYTES = 60_000


@pytest.mark.parametrize("name", FILES)
def test_vectors_are_what_python_computes(name: str) -> None:
    """`python -m tests.vectors` writes them anew."""
    text = path_of(name).read_text(encoding="utf-8")
    data = json.loads(text)
    assert text == text_of(FILES[name].complete(data)) + "\n"
    assert len(text.encode()) <= MAX_BYTES


def test_vectors_contain_every_view_and_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*FILES}
    for name in ("queries", "headings"):
        assert [*json.loads(path_of(name).read_text(encoding="utf-8"))["views"]] == [*VIEWS]
