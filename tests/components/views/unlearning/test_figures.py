"""The figures of view 1, by their JSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from components.views.unlearning.plan import picture_of
from components.views.unlearning.view import UnlearningView
from dynamics import Fate, LimitPoint, UnlearningModel
from dynamics.plotting import planar as figures
from dynamics.plotting.planar.quantities import ROWS
from dynamics.plotting.style import FATES, LIGHT
from tests.components.streamed import values

ROOT = Path(__file__).parents[4]
MODEL = UnlearningModel((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))
STARTS = ((0.0, 5.0), (0.0, 9.0), (0.0, 10.0))


def runs(model: UnlearningModel, starts: tuple[tuple[float, float], ...]) -> list[figures.Run]:
    return [figures.Run(f"ā = {a}", R, a, model.limit(a, R)) for R, a in starts]


def window(model: UnlearningModel, starts: tuple[tuple[float, float], ...]) -> figures.Window:
    return figures.window(model, runs(model, starts))


@pytest.fixture(scope="module")
def plane() -> dict[str, dict]:
    manifold = MODEL.critical_manifold()
    figure = figures.plane(MODEL, manifold, window(MODEL, STARTS), runs(MODEL, STARTS))
    return {trace["name"]: trace for trace in figure["data"]}


def test_attracting_pieces_are_solid_and_repelling_pieces_dashed(plane: dict) -> None:
    solid, dashed = plane["critical manifold, attracting"], plane["critical manifold, repelling"]
    assert (solid["line"]["dash"], dashed["line"]["dash"]) == ("solid", "dash")
    assert solid["line"]["color"] == dashed["line"]["color"] == LIGHT["manifold"]
    R, a = values(dashed["x"]), values(dashed["y"])
    inner = (R > 0) & (R < 1)
    np.testing.assert_allclose(MODEL.critical_manifold_a(R[inner]), a[inner], rtol=1e-5)
    assert R[inner].min() == pytest.approx(0.127, abs=1e-3)
    assert R[inner].max() == pytest.approx(0.375, abs=1e-3)


def test_the_folds_are_marked(plane: dict) -> None:
    assert plane["folds"]["x"] == pytest.approx([0.127, 0.375], abs=1e-3)
    assert plane["folds"]["y"] == pytest.approx([8.36, 20.9], abs=0.05)


def test_the_field_points_along_the_flow_and_fills_the_window() -> None:
    view = window(MODEL, STARTS)
    field = {name: values(column) for name, column in figures.field(MODEL, view).items() if name != "color"}
    assert field["x"].size > 250
    dR, da = MODEL.vector_field(field["x"], field["y"])
    width, height = np.ptp(view.R), np.ptp(view.a)
    np.testing.assert_allclose(np.hypot(field["across"] / width, field["up"] / height), 1, rtol=1e-5)
    np.testing.assert_allclose(
        np.arctan2(field["up"] / height, field["across"] / width), np.arctan2(da / height, dR / width), atol=1e-5
    )


def test_the_default_window_holds_starts_and_folds_and_little_more() -> None:
    view = window(MODEL, STARTS)
    assert view.R[0] == figures.WINDOW_LEFT
    assert -2 < view.a[0] < 0
    assert 20.9 < view.a[1] < 26


@pytest.mark.parametrize("preset", UnlearningView.presets, ids=lambda preset: preset.name)
def test_every_presets_window_holds_its_starts(preset: object) -> None:
    state = preset.state  # type: ignore[attr-defined]
    model = UnlearningModel(state.c, state.c_star, state.eps)
    view = window(model, state.starts)
    assert all(view.R[0] <= R <= view.R[1] and view.a[0] < a < view.a[1] for R, a in state.starts)


def test_negative_starts_open_the_window_to_the_left_and_below() -> None:
    view = window(MODEL, ((0.0, -5.0),))
    assert view.R[0] < -1
    assert view.a[0] < -5
    assert view.a[1] > 0


def test_a_negative_first_overlap_opens_the_window_to_the_left() -> None:
    model = UnlearningModel((1.0, 1.0), (-1.0, 1.0))
    assert window(model, ((0.0, 5.0),)).R[0] < -1
    assert window(model, ((0.0, -5.0),)).R[0] == figures.WINDOW_LEFT


def test_a_partial_alignment_above_its_start_is_in_the_window() -> None:
    model = UnlearningModel((1.0,) * 5, (1.0, 1.0, -1.0, -2.0, 1.0))
    assert window(model, ((0.0, 5.0),)).a[1] > 12.58


@pytest.mark.parametrize("fate", list(Fate))
def test_a_run_has_its_fates_color_and_dash(fate: Fate) -> None:
    style = FATES[fate]
    run = figures.Run("ā = 5", 0.0, 5.0, LimitPoint(fate, 0.5, 1.0, 0.0, 1.0, 0.5))
    traces = figures.run_traces(0, run)
    assert traces["plane"][0]["line"]["color"] == style.color
    assert traces["panels"][0]["line"]["dash"] == style.dash


def test_labels_of_near_starts_are_kept_apart() -> None:
    view = figures.Window((-0.1, 1.0), (0.0, 10.0))
    heights = figures.label_heights([5.0, 5.01, 5.0, 9.0], view)
    ordered = np.sort(heights)
    assert np.diff(ordered).min() >= figures.LABEL_GAP * 10 * 0.9
    assert heights[3] == 9.0


def test_a_label_stands_where_its_run_does_not_go() -> None:
    starts = ((0.0, 5.0), (0.0, -5.0), (0.1, 5.0), (0.9, 8.0))
    figure = figures.plane(MODEL, MODEL.critical_manifold(), window(MODEL, starts), runs(MODEL, starts))
    labels = next(trace for trace in figure["data"] if trace["name"] == "labels")
    assert [position.split()[1] for position in labels["textposition"]] == ["left", "right", "left", "right"]


@pytest.mark.parametrize("preset", UnlearningView.presets, ids=lambda preset: preset.name)
def test_every_figure_is_of_plotlys_schema(preset: object) -> None:
    """go.Figure refuses a name or a value that plotly does not know."""
    picture = picture_of(preset.state)  # type: ignore[attr-defined]
    plane = figures.plane(picture.model, picture.manifold(), picture.window, picture.runs)
    panels = figures.panels(negative_R=False)
    for index, run in enumerate(picture.runs):
        traces = figures.run_traces(index, run)
        plane["data"] += traces["plane"]
        panels["data"] += traces["panels"]
    for figure in (plane, panels):
        assert len(go.Figure(figure).data) == len(figure["data"])
    for choices in figures.panel_display(ROWS["course"]).values():
        for change in choices.values():
            go.Figure(panels).update_layout({path.replace(".", "_"): v for path, v in change["layout"].items()})


def test_the_clients_plotly_is_the_servers() -> None:
    """The bundle that the page loads draws the schema that the tests check."""
    begin = (ROOT / "assets/vendor/plotly-cartesian.min.js").read_text(encoding="utf-8")[:200]
    assert f"v{get_plotlyjs_version()}" in begin


def test_a_mark_for_each_start_and_each_end(plane: dict) -> None:
    marks = plane["marks"]
    assert marks["x"] == [0.0] * 3
    assert marks["y"] == [5.0, 9.0, 10.0]
    fates = [MODEL.limit(a, 0.0).fate for a in marks["y"]]
    assert marks["marker"]["symbol"][3:] == [FATES[fate].symbol for fate in fates]
