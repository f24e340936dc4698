"""The script of the Lab trains the networks of the page, and draws its figures."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from components.core.citations import IMAI_2026
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.lab import compute
from components.views.lab.state import LabState
from components.views.lab.view import LabView
from dynamics.plotting.renderers import MISSING
from tests.components.export.scripts import assert_same_figure, executed
from tests.waiting import core_is_ready

SIZES: dict[str, Any] = {"m": 8, "d": 20, "batch": 60, "tau": 3.0}
STATES = {
    "descent": LabState(**SIZES, runs=3),
    "one run, differences": LabState(**SIZES, runs=1, panel="difference", axis="linear"),
    "random directions": LabState(**SIZES, first="sphere", panel="difference", span=(0.1, 2.0)),
    "population": LabState(**SIZES, mode="population", first="sphere", layers=("wide", "beside")),
    "recursion": LabState(**SIZES, mode="recursion", runs=1, step=0.02),
    "noise": LabState(**SIZES, noise=1.0, step=0.3, seed=5, a=-0.2, c=(1.0, -0.25), c_star=(0.4, -0.16), layers=()),
    "windows": LabState(**{**SIZES, "m": 25}, window=(-0.5, 0.5, 0.0, 1.0), span=(0.01, 1.0), layers=("planar",)),
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def script_of(client: FlaskClient, state: LabState) -> str:
    answer = client.get(f"/export/lab.py?{state.query()}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_the_script_trains_the_networks_of_the_page_and_draws_its_figures(client: FlaskClient, state: LabState) -> None:
    chunks = [*compute.stream(state), *compute.run(state, None)]
    script = executed(script_of(client, state))
    expected = compute.history_in([chunk for chunk in chunks if chunk.kind == "checkpoint"][-1].data).arrays()
    for name, values in script["history"].arrays().items():
        if name == "halted":
            assert values == expected[name]
        else:
            np.testing.assert_allclose(values, expected[name], rtol=1e-12, atol=1e-12, err_msg=name)
    streamed = StreamResult.of(chunk.line() for chunk in chunks if chunk.kind != "checkpoint")
    for name in ("plane", "panels"):
        assert_same_figure(page_figure(LabView(), state, name, streamed), script["drawn"][f"lab_{name}.html"])


@pytest.mark.parametrize("state", [*STATES.values(), *(preset.state for preset in LabView.presets)], ids=str)
def test_a_script_has_at_most_forty_lines(client: FlaskClient, state: LabState) -> None:
    code = script_of(client, state)
    assert len(code.splitlines()) <= 40
    assert set(re.findall(r"^(?:from|import) (\w+)", code, re.M)) == {"dynamics"}
    assert f"Link: http://localhost/lab?{state.query()}\n" in code
    assert IMAI_2026.citation in " ".join(code.split())


def test_without_plotly_the_script_prints_the_numbers_and_says_so(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    executed(script_of(client, STATES["descent"]))
    networks, law, missing = capsys.readouterr().out.splitlines()
    assert networks.startswith("networks end at R = [")
    assert law.startswith("law of this width: R = ")
    assert missing == MISSING
    assert not list(tmp_path.iterdir())
