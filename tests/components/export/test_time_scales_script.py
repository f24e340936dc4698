"""The script of the Time-scales view: it computes the numbers of the JSON and draws the figures of the page."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from components.core.citations import BERTHIER_2024
from components.export import wheel
from components.views.time_scales.panels import PANELS
from components.views.time_scales.state import LAYERS, TimeScalesState
from components.views.time_scales.view import TimeScalesView
from dynamics.plotting import MeanFieldPicture
from dynamics.plotting.renderers import MISSING
from tests.components.export.scripts import assert_close, assert_same_figures, document, executed, exported
from tests.waiting import core_is_ready

NAME = "time_scales"
NETWORK = {"dimension": 30, "batch": 60, "runs": 2, "m": 4, "t": 2.0}
ALIKE = {"phi": (0.0, 1.0, -1.0), "activation": "series", "sigma": (0.0, 1.0, 1.0), "law": "alike", "scale": 2.0}
FIELDS: list[dict[str, Any]] = [
    *({"panel": panel, "layers": LAYERS, "eps": 1.0, "seeds": 2, **NETWORK} for panel in PANELS),
    *({"layers": (layer,), "eps": 0.5, "panel": "risk", **ALIKE, **NETWORK} for layer in LAYERS),
    {"layers": (), "axis": "linear", "measure": "log", "terms": "residuals"},
    {"window": (-0.5, 0.5, -1.0, 2.0), "span": (1e-3, 1.0), "panel": "neurons", "activation": "erf", "eps": 1 / 3},
    {"m": 70, "activation": "tanh", "eps": 0.1, "law": "normal", "seed": 7},  # more neurons than are drawn
    {"layers": ("network",), "first": "orthonormal", "eps": 1.0, **NETWORK, "m": 9, "dimension": 9},
    {
        "layers": ("planar", "overlaps"),
        **ALIKE,
        "sigma": (0.0, 50.0),
        "m": 2,
        "eps": 1.0,
    },  # beyond the coefficients of the Unlearning view
    {"panel": "sweep", "seeds": 1, "sweep": (1.0, 10.0), "phi": (0.0,)},
]
SMALL = [TimeScalesState.make(fields) for fields in FIELDS]
PRESETS = [preset.state for preset in TimeScalesView.presets]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def assert_same_numbers(picture: MeanFieldPicture, given: dict[str, Any]) -> None:
    """Everything in the JSON is what the script computes."""
    run, table, m = picture.trajectory, given["table"], picture.model.m
    columns = {"t": run.t, "risk": run.risk}
    columns |= {f"r_{k}": run.residual[:, k] for k in range(picture.model.degrees + 1)}
    columns |= {f"{name}_{i + 1}": getattr(run, name)[:, i] for name in "as" for i in range(m)}
    if picture.exact:
        columns |= {"risk_exact": picture.exact.risk, "spread_exact": picture.exact.spread}
    if picture.planar:
        columns |= {"R_planar": picture.planar.R, "a_planar": picture.planar.a, "loss_planar": picture.planar.loss}
    assert columns.keys() == table.keys()
    for name, column in columns.items():
        assert_close(column, table[name])
    assert_close(picture.model.plateaus(picture.a0), given["plateaus"])
    assert_close(picture.model.predicted_times(picture.a0), given["predicted_times"])
    assert_close(run.learning_times(), given["learning_times"])
    assert run.lost.tolist() == given["lost_again"]
    assert (picture.sweep is None) == (given["sweep"] is None)
    if picture.sweep:
        assert_close(picture.sweep.medians, given["sweep"]["medians"])
    records, networks = picture.network_records, given["networks"]
    assert bool(records) == bool(networks)
    if networks:
        for name in ("risk", "a", "s"):
            computed = np.array([[getattr(record, name) for record in each] for each in records])
            np.testing.assert_array_equal(computed, networks[name])
    found, distances = picture.network_distances, given["distances"]
    assert (found is None) == (distances is None)
    if found:
        assert_close(found.to_exact, distances["network_to_exact"])
        assert_close(found.between, distances["exact_to_mean_field"])


@pytest.mark.parametrize("state", SMALL, ids=lambda state: state.query())
def test_the_script_computes_the_numbers_and_draws_the_figures_of_the_page(
    client: FlaskClient, state: TimeScalesState
) -> None:
    code = exported(client, "py", state, NAME)
    assert len(code.splitlines()) <= 40
    script = executed(code)
    assert_same_numbers(script["picture"], document(client, state, NAME))
    assert_same_figures(client, state, script["drawn"], NAME)


LONG = ("distance", "finite-2", "finite-3", "finite-4")  # seconds of networks, of which the small states have some


@pytest.mark.parametrize(
    "preset",
    [
        pytest.param(preset, marks=pytest.mark.nightly if preset.name in LONG else (), id=preset.name)
        for preset in TimeScalesView.presets
    ],
)
def test_the_script_of_a_preset_draws_the_figures_of_the_page(client: FlaskClient, preset: Any) -> None:
    script = executed(exported(client, "py", preset.state, NAME))
    assert_same_figures(client, preset.state, script["drawn"], NAME)


def test_the_script_is_a_program(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = TimeScalesState(panel="sweep", seeds=2, m=3)
    (tmp_path / "picture.py").write_text(exported(client, "py", state, NAME), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    script = runpy.run_path("picture.py", run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        *("plateaus of the risk", "learning times", "lost again", "predicted times"),
        *("degree 0", "degree 1", "degree 2"),
    ]
    fit = document(client, state, NAME)["sweep"]["fits"][0]
    assert fit.startswith("Degree 0: t ~ ε^(")
    assert lines[4] == f"degree 0: t ~ eps^{script['picture'].sweep.fit(0).slope:.4f}"
    for name in ("cloud", "panels"):
        assert "Plotly.newPlot" in (tmp_path / f"time_scales_{name}.html").read_text(encoding="utf-8")


def test_the_script_carries_link_citation_and_every_parameter(client: FlaskClient) -> None:
    state = TimeScalesState(phi=(1 / 3, -1.0), eps=1 / 7, scale=0.1 + 0.2, law="normal", seed=3, layers=("overlaps",))
    code = exported(client, "py", state, NAME)
    script = executed(code)
    assert f"Link: http://localhost/time-scales?{state.query()}\n" in script["__doc__"]
    assert f"Get the package: python -m pip install http://localhost/{wheel.NAME}\n" in script["__doc__"]
    assert BERTHIER_2024.citation in " ".join(script["__doc__"].split())
    assert script["model"] == state.model
    picture = script["picture"]
    np.testing.assert_array_equal(picture.a0, state.start)
    assert (picture.t_end, picture.layers, picture.panel) == (state.t, state.layers, state.panel)


def test_without_plotly_the_script_says_so(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    executed(exported(client, "py", TimeScalesState(), NAME))
    assert capsys.readouterr().out.splitlines()[-1] == MISSING
    assert not list(tmp_path.iterdir())


def test_no_script_has_more_than_forty_lines(client: FlaskClient) -> None:
    full = {"phi": (1 / 3,) * 7, "activation": "series", "sigma": (1 / 7,) * 7, "layers": LAYERS, "m": 10}
    full |= {"window": (-0.5, 0.5, -1.0, 2.0), "span": (1e-3, 1.0)}
    states = [TimeScalesState.make({**full, "panel": panel}) for panel in PANELS]
    for state in [*states, *PRESETS]:
        assert len(exported(client, "py", state, NAME).splitlines()) <= 40
