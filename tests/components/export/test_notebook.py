"""Exported notebooks: whole, valid, and running from top to bottom to the figures of the script."""

from __future__ import annotations

import ast
import json
from typing import Any

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from app import create_app
from components.views.registry import VIEWS
from tests.components.export.scripts import executed
from tests.waiting import core_is_ready

LINKS = {
    "unlearning": "a=2,8&panel=course",
    "phase_map": "show=time",
    "time_scales": "m=3&t=1",
    "linear_network": "d=3&lay=descent",
    "lab": "m=8&d=20&B=60&tau=3&r=2",
    "images": "m=8&L=3&T=2&r=1&N=120&sig=0.5,2",
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def run(cells: list[dict[str, Any]]) -> list[Any]:
    """What the cells display: the value of a last expression, as in a notebook."""
    names: dict[str, Any] = {"__name__": "__main__"}
    displayed = []
    for cell in cells:
        *statements, last = ast.parse(cell["source"]).body
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(statements, []), "cell", "exec"), names)
            displayed.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
        else:
            exec(compile(cell["source"], "cell", "exec"), names)
    return [value for value in displayed if value is not None]


@pytest.mark.parametrize("name", VIEWS)
def test_a_notebook_is_valid_and_displays_the_figures_of_the_script(client: FlaskClient, name: str) -> None:
    state = VIEWS[name].State.nearest(f"v=1&{LINKS[name]}")[0]
    answer = client.get(f"/export/{name}.ipynb?{state.query()}")
    assert answer.headers["Content-Disposition"].endswith('.ipynb"')
    book = json.loads(answer.data)
    nbformat.validate(book)
    about, *cells = book["cells"]
    assert about["cell_type"] == "markdown"
    assert about["source"].startswith("# ")
    for line in (
        "Get the package: python -m pip install http://localhost/",
        f"Link: http://localhost{VIEWS[name].path}?",
    ):
        assert line in about["source"]
    assert all(line.startswith(("from ", "import ", "    ", ")")) for line in cells[0]["source"].splitlines() if line)
    displayed = run(cells)
    figures = executed(client.get(f"/export/{name}.py?{state.query()}").text)["drawn"].values()
    assert len(displayed) == len(figures) == len(VIEWS[name].figures)
    for mine, theirs in zip(displayed, figures, strict=True):
        assert isinstance(mine, go.Figure)
        assert [trace.name for trace in mine.data] == [trace.name for trace in theirs.data]
        for trace, other in zip(mine.data, theirs.data, strict=True):
            for axis in ("x", "y"):
                np.testing.assert_array_equal(np.array(trace[axis], float), np.array(other[axis], float))


@pytest.mark.parametrize("name", VIEWS)
def test_notebooks_of_presets_are_valid(client: FlaskClient, name: str) -> None:
    for preset in VIEWS[name].presets:
        book = json.loads(client.get(f"/export/{name}.ipynb?{preset.state.query()}").data)
        nbformat.validate(book)
        assert [cell["cell_type"] for cell in book["cells"]][:3] == ["markdown", "code", "code"]
        assert len(book["cells"]) == 3 + len(VIEWS[name].figures)
