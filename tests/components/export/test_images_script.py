"""The script of the Real images view trains the networks of the page, and draws its figures."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from components.core.citations import IMAI_2026, XU_2025
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.images import compute
from components.views.images.state import ImagesState
from components.views.images.view import ImagesView
from dynamics.plotting import ImagesPicture, to_plotly
from dynamics.plotting.renderers import MISSING
from tests.components.export.scripts import assert_same_figure, executed
from tests.waiting import core_is_ready

QUICK: dict[str, Any] = {"epochs": 2, "runs": 2, "most": 120}
STATES = {
    "scale": ImagesState(sigmas=(0.5, 2.0), width=8, depth=3, window=(0.6, 1.5), **QUICK),
    "six layers": ImagesState(sigmas=(0.5, 1.0), width=8, depth=6, loss="entropy", axis="linear", **QUICK),
    "diverging": ImagesState(sigmas=(0.5, 1.0), rate=100.0, width=16, epochs=3, runs=1, most=120),
    "width": ImagesState(experiment="width", widths=(16, 32), width_paths=("1", "3"), shown="moved", **QUICK),
    "initialisation": ImagesState(experiment="initialisation", kappas=(1.0, 10.0), width=8, shown="kernel", **QUICK),
    "unlearning": ImagesState(experiment="unlearning", starts=(0.5, 2.0), width=8, span=(1.0, 2.0), **QUICK),
}
KEPT = {preset.name: preset.state for preset in ImagesView.presets}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def script_of(client: FlaskClient, state: ImagesState) -> str:
    answer = client.get(f"/export/images.py?{state.query()}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_the_script_trains_the_networks_of_the_page_and_draws_its_figures(
    client: FlaskClient, state: ImagesState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGES_FOLDER", str(tmp_path))
    chunks = [*compute.stream(state), *compute.run(state, None)]
    *_, expected = state.sweep().run(compute.images(state))
    script = executed(script_of(client, state))
    runs = script["runs"]
    for name in compute.ARRAYS:
        np.testing.assert_allclose(getattr(runs, name), getattr(expected, name), rtol=1e-12, atol=1e-12, err_msg=name)
    assert (runs.settings, runs.seeds, runs.groups, runs.halted) == (
        expected.settings,
        expected.seeds,
        expected.groups,
        expected.halted,
    )
    streamed = StreamResult.of(chunk.line() for chunk in chunks if chunk.kind != "checkpoint")
    for name in ("plane", "panels"):
        assert_same_figure(page_figure(ImagesView(), state, name, streamed), script["drawn"][f"images_{name}.html"])


@pytest.mark.parametrize("state", KEPT.values(), ids=KEPT.keys())
def test_the_library_draws_the_kept_results_as_the_page_does(state: ImagesState) -> None:
    results = compute.results(state)
    assert results is not None
    picture = ImagesPicture.of(results[1])
    streamed = StreamResult.of(chunk.line() for chunk in compute.stream(state))
    for name, figure in (("plane", picture.plane()), ("panels", picture.panels(state.axis, state.shown))):
        assert_same_figure(page_figure(ImagesView(), state, name, streamed), to_plotly(figure))
    assert len(results[1].plot().data) == len(picture.plane()["data"])


@pytest.mark.parametrize("state", [*STATES.values(), *KEPT.values()], ids=str)
def test_a_script_has_at_most_forty_lines(client: FlaskClient, state: ImagesState) -> None:
    code = script_of(client, state)
    assert len(code.splitlines()) <= 40
    assert set(re.findall(r"^(?:from|import) (\w+)", code, re.M)) == {"dynamics"}
    assert f"Link: http://localhost/lab/images?{state.query()}\n" in code
    assert XU_2025.citation in " ".join(code.split())
    assert IMAI_2026.citation in " ".join(code.split())


def test_without_plotly_the_script_prints_the_numbers_and_says_so(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    executed(script_of(client, STATES["width"]))
    *numbers, missing = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0].rpartition(", ")[2] for line in numbers[-4:]] == ["n = 16", "n = 32"] * 2
    assert all("; best test accuracy 0." in line for line in numbers[-4:])
    assert missing == MISSING
    assert not list(tmp_path.iterdir())


def test_the_script_reads_images_of_the_visitor(client: FlaskClient) -> None:
    code = script_of(client, ImagesState(images="0123456789abcdef" * 2))
    assert 'read_images("images.npz").split(most=2000)' in code
    assert len(code.splitlines()) <= 40
    compile(code, "script.py", "exec")
