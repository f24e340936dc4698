"""The notebooks of docs/examples: executed from top to bottom, they print what they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "docs/examples").glob("*.ipynb"))
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?")


def printed(book: Any) -> str:
    return "".join(output.get("text", "") for cell in book.cells for output in cell.get("outputs", ()))


def images(book: Any) -> list[int]:
    """How many images each cell displays."""
    return [sum("image/png" in output.get("data", {}) for output in cell.get("outputs", ())) for cell in book.cells]


def test_there_is_one_of_each_system_and_one_on_phase_maps() -> None:
    names = [path.stem for path in EXAMPLES]
    assert names == ["feature_unlearning", "linear_network", "phase_maps", "time_scales", "trained_networks"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path.stem == "linear_network" else pytest.mark.nightly, id=path.stem)
        for path in EXAMPLES
    ],
)
def test_an_example_runs_and_prints_what_it_holds(path: Path) -> None:
    held = nbformat.read(path, 4)
    nbformat.validate(held)
    assert images(held)
    book = nbformat.read(path, 4)
    for cell in book.cells:
        cell.pop("outputs", None)
    for cell in (cell for cell in book.cells if cell.cell_type == "code"):
        cell.outputs = []
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    assert NUMBER.sub("#", printed(book)) == NUMBER.sub("#", printed(held))
    for mine, theirs in zip(NUMBER.findall(printed(book)), NUMBER.findall(printed(held)), strict=True):
        assert float(mine) == pytest.approx(float(theirs), rel=1e-3)
    assert images(book) == images(held)
