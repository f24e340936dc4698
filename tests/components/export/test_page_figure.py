"""A figure as it stands on the page: complete, so that plotly and matplotlib draw it without the client."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components.core.state import State
from components.core.view import View
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.registry import VIEWS
from dynamics import UnlearningModel
from dynamics.plotting import to_plotly
from dynamics.plotting.planar.plane import ARROW, AXES
from tests.waiting import core_is_ready

FIGURES = [(view.name, figure) for view in VIEWS.values() for figure in view.figures]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    core_is_ready()


def figure_of(view: View, state: State, name: str) -> tuple[dict[str, Any], StreamResult]:
    picture = StreamResult.of(chunk.line() for chunk in view.compute(state))
    return page_figure(view, state, name, picture), picture


@pytest.mark.parametrize(
    ("name", "figure"), [(view.name, figure) for view in VIEWS.values() for figure in view.figures]
)
def test_plotly_accepts_every_figure_and_no_line_waits_for_the_client(name: str, figure: str) -> None:
    view = VIEWS[name]
    found, picture = figure_of(view, view.State(), figure)
    assert isinstance(to_plotly(found), go.Figure)
    lines = [trace for trace in found["data"] if trace.get("meta", {}).get("role") == "line"]
    assert all(len(trace["x"]) == len(trace["y"]) for trace in lines)
    assert not picture.runs or any(len(trace["x"]) > 1 for trace in found["data"])
    for axis in [one for one in found["layout"] if one[:5] in ("xaxis", "yaxis")]:
        low, high = found["layout"][axis]["range"]
        assert np.isfinite([low, high]).all()


def test_the_lines_are_the_trajectories() -> None:
    view = VIEWS["unlearning"]
    found, picture = figure_of(view, view.State(a=(5.0,)), "plane")
    (line,) = (trace for trace in found["data"] if trace.get("meta", {}).get("role") == "line")
    run = UnlearningModel((1,) * 5, (1, -1, 1, 1, 1)).trajectory(5.0, tau_end=1e4)
    a = np.interp(line["x"][10:-10], run.R, run.a)
    np.testing.assert_allclose(line["y"][10:-10], a, rtol=2e-3)
    np.testing.assert_array_equal(line["x"], picture.runs[0]["columns"]["R"])


def test_a_power_of_nothing_has_no_sign() -> None:
    """Names are read by people: -0.5 with a real minus, and no -0."""
    view = VIEWS["linear_network"]
    presets = [preset.state for preset in view.presets if preset.name.startswith("scaling-")]
    names = {trace["name"] for state in presets[:3] for trace in figure_of(view, state, "panels")[0]["data"]}
    powers = {name.removeprefix("predicted power ") for name in names if name.startswith("predicted power ")}
    assert powers
    assert not {power for power in powers if "-" in power or power == "−0"}
    assert "0" in powers


def test_the_cells_of_a_map_are_in_its_figure() -> None:
    view = VIEWS["phase_map"]
    found, picture = figure_of(view, view.State(), "map")
    cells, sent = found["data"][0], picture.scenes["map"]["cells"]
    assert cells["type"] == "heatmap"
    np.testing.assert_array_equal(cells["z"].ravel(), sent["fate"])
    assert cells["x"][[0, -1]].tolist() == pytest.approx([float(end) for end in sent["x"]])
    assert np.shape(cells["z"]) == (len(cells["y"]), len(cells["x"]))


def test_the_arrows_of_the_field_have_one_length_and_the_direction_of_the_flow() -> None:
    view = VIEWS["unlearning"]
    state = view.State()
    found, _ = figure_of(view, state, "plane")
    (field,) = (trace for trace in found["data"] if trace["name"] == "flow")
    points = np.column_stack([field["x"], field["y"]]).reshape(-1, 6, 2)
    ranges = np.array([found["layout"]["xaxis"]["range"], found["layout"]["yaxis"]["range"]])
    units = (ranges[:, 1] - ranges[:, 0]) / AXES
    ways = (points[:, 1] - points[:, 0]) / units
    np.testing.assert_allclose(np.hypot(*ways.T), ARROW)
    model = UnlearningModel(state.c, state.c_star, state.eps)
    for middle, way in zip(0.5 * (points[:, 0] + points[:, 1]), ways, strict=True):
        flow = np.array(model.vector_field(*middle)) / units
        assert flow @ way > 0.999 * np.hypot(*flow) * ARROW
    assert len(points) > 50
