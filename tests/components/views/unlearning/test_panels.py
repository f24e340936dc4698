"""What view 1 shows beside the course of its runs: other panels, finite width, a pinned run; by JSON and the core."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components.views.unlearning import compute, epsilon_study, finite_width_notes
from components.views.unlearning.plan import picture_of
from components.views.unlearning.state import MAX_POINTS, MAX_RUNS, PANELS, UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics import Fate, UnlearningModel
from dynamics.plotting import planar as figures
from dynamics.plotting.planar.epsilon_study import EPSILONS
from dynamics.plotting.planar.picture import FiniteWidthRun
from dynamics.plotting.subplots import axis_of
from tests.components.streamed import joined, values

PIN = {"pin_c": (1.0,) * 5, "pin_c_star": (1.0, -0.5, 1.0, 1.0, 1.0), "pin_eps": 0.1, "pin_a": 12.0, "pin_R0": 0.0}
SMALL = {"c": (1.0, 0.5), "c_star": (1.0, -0.6), "a": (2.0,)}  # theory section 1: where finite width halts it


def streamed(**fields: Any) -> list[dict[str, Any]]:
    return [json.loads(chunk.line()) for chunk in compute.stream(UnlearningState(**fields))]


def scene(parts: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(part["figure"] for part in parts if part["kind"] == "scene" and part["name"] == name)


def runs(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == "trajectory"]


def notes(parts: list[dict[str, Any]]) -> str:
    return " ".join(next(part["notes"] for part in parts if part["kind"] == "text"))


def test_what_is_not_asked_for_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def computed(*_: Any) -> None:
        raise AssertionError("computed")  # no pytest.fail: an app that warms up beside us survives it

    for name in ("UnlearningModel.finite_width", "UnlearningModel.required_width", "UnlearningModel.asymptotics"):
        monkeypatch.setattr(f"dynamics.{name}", computed)
    monkeypatch.setattr("dynamics.plotting.planar.picture.asymptotics", computed)
    for name in ("kernel", "movement"):
        monkeypatch.setattr(f"dynamics.Trajectory.{name}", property(computed))
    assert len(runs(list(takewhile_words()))) == 3


def takewhile_words() -> Any:
    """The default picture up to its words, which speak of the asymptotic law."""
    for chunk in compute.stream(UnlearningState()):
        if chunk.kind == "trace" and chunk.data["index"] == 2:
            return
        yield json.loads(chunk.line())


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("preset", UnlearningView.presets, ids=lambda preset: preset.name)
def test_every_panel_is_of_plotlys_schema(preset: Any, panel: str) -> None:
    state = preset.state.model_copy(update={"panel": panel, "width": 300.0, **PIN})
    parts = [json.loads(chunk.line()) for chunk in compute.stream(state)]
    for name in ("plane", "panels"):
        figure = scene(parts, name)
        lines = [trace for run in runs(parts) for trace in run["traces"][name]]
        go.Figure(data=[*figure["data"], *lines], layout=figure["layout"])
    if panel == "limit":
        return
    rows = PANELS[panel].rows
    axes = {trace["yaxis"] for run in runs(parts) for trace in run["traces"]["panels"]}
    assert axes == {axis_of(row) for row in range(len(rows))}


@pytest.mark.parametrize("panel", [panel for panel in PANELS if panel != "limit"])
def test_every_column_that_a_panel_shows_is_streamed(panel: str) -> None:
    parts = streamed(panel=panel, width=1e4, **PIN)
    for run in runs(parts):
        for trace in (*run["traces"]["plane"], *run["traces"]["panels"]):
            if "meta" in trace:
                tau, column = (joined(parts, run["index"], trace["meta"][axis]) for axis in "xy")
                assert tau.size == column.size > 100


def test_the_law_lies_beside_the_run_that_unlearns() -> None:
    parts = streamed(panel="law", tau=1e6)
    laws = [trace for run in runs(parts) for trace in run["traces"]["panels"] if "meta" not in trace]
    assert [trace["name"] for trace in laws] == ["ā = 10, law"] * 2 + ["ā = 10, fit"] * 2
    tau, R, a = values(laws[0]["x"]), values(laws[0]["y"]), values(laws[1]["y"])
    assert (tau[-1], a[-1]) == (pytest.approx(1e6), pytest.approx(175.2, abs=0.1))  # theory section 1
    run = UnlearningModel((1,) * 5, (1, -1, 1, 1, 1)).trajectory(10, tau_end=1e6)
    assert R[-1] == pytest.approx(run.R[-1], rel=0.05)
    assert np.nanmax(R) < 1
    assert joined(parts, 2, "size_a")[-1] == pytest.approx(run.a[-1], rel=1e-6)


def test_what_does_not_unlearn_is_not_fitted() -> None:
    parts = streamed(panel="law", a=(5.0,))
    assert "fitted" not in notes(parts)
    assert all("meta" in trace for trace in runs(parts)[0]["traces"]["panels"])
    assert "ā = 10: fitted from τ = 10³ to 10⁴, |R| ~ τ^(−0.3" in notes(streamed(panel="slopes", a=(10.0,)))


def test_negative_runs_have_a_size() -> None:
    parts = streamed(panel="law", a=(-5.0,))
    assert (joined(parts, 0, "size_R") >= 0).all()
    assert (joined(parts, 0, "size_a") > 0).all()


def test_the_kernel_panel_shows_the_kernel() -> None:
    parts = streamed(panel="kernel", a=(10.0,))
    run = UnlearningModel((1,) * 5, (1, -1, 1, 1, 1)).trajectory(10)
    np.testing.assert_allclose(joined(parts, 0, "change"), run.kernel.change, rtol=1e-6)
    np.testing.assert_allclose(joined(parts, 0, "moved"), run.movement.distance, rtol=1e-6)
    assert joined(parts, 0, "share")[-1] > 0.9, "while it unlearns, the second layer alone lowers the loss"


def test_a_kernel_that_vanishes_says_why() -> None:
    assert "ā = 0: the kernel vanishes at the start" in notes(streamed(panel="kernel", a=(0.0,)))
    assert "Panels:" not in notes(streamed())


def test_finite_width_is_the_exact_law_beside_the_planar_one() -> None:
    parts = streamed(width=2000, **SMALL)
    assert parts[0]["runs"] == len(runs(parts)) == 2
    planar, wide = runs(parts)
    line, other = (run["traces"]["plane"][0]["line"] for run in (planar, wide))
    assert line["color"] == other["color"]
    assert other["width"] < line["width"]
    assert other["dash"] != line["dash"]
    end = UnlearningModel((1, 0.5), (1, -0.6)).finite_width(2000).trajectory(2.0)
    np.testing.assert_allclose(joined(parts, 1, "R"), end.R, rtol=1e-6, atol=1e-30)
    assert joined(parts, 1, "excess")[-1] == pytest.approx(end.loss[-1] - 0.36, rel=1e-5)


def test_where_finite_width_halts_unlearning_is_marked_and_said() -> None:
    parts = streamed(width=2000, **SMALL)
    (mark,) = [trace for trace in scene(parts, "plane")["data"] if trace["name"] == "halts"]
    assert (mark["x"], mark["y"]) == ([pytest.approx(0.0711, abs=1e-4)], [pytest.approx(12.797, abs=1e-3)])
    assert "neurons stay alike" in mark["text"][0]
    said = notes(parts)
    assert "halts unlearning at R = 0.07114, a = 12.797" in said
    assert "from m ≈ 4.7·10⁴ on" in said


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"width": 200.0, "a": (10.0,)}, "does not unlearn but aligns, R → 1"),
        ({"width": 200.0, "a": (5.0,)}, "ā = 5, m = 200: the planar solution is within 5 %"),
        ({"width": 2.0, "c": (1.0, 0.0, 1.0), "c_star": (1.0, 0.0, -1.0), "a": (2.0,)}, "m = 2"),
        ({"width": 1e9, "a": (10.0,), "tau": 1e8}, "no width up to 10⁹"),
        ({"width": 100.0, "c": (1.0,), "c_star": (1.0,), "a": (0.0,)}, "at every width"),
    ],
)
def test_every_end_at_finite_width_has_its_words(fields: dict[str, Any], part: str) -> None:
    said = notes(streamed(**fields))
    assert part in said
    assert "nan" not in said
    assert "inf" not in said.replace("infinite", "")


def test_an_undecided_end_is_no_mark_and_says_so() -> None:
    picture = picture_of(UnlearningState(width=2000.0, **SMALL))
    (wide,) = picture.wide()
    nan = float("nan")
    unsure = type(wide.halt)(Fate.UNDECIDED, nan, nan, nan, nan, nan, nan, nan)
    assert figures.halts(picture.runs, [unsure], picture.window)["x"] == []
    assert "undecided" in finite_width_notes.halting_note(
        FiniteWidthRun(wide.run, wide.trajectory, unsure, wide.needed)
    )


def test_a_pinned_run_is_drawn_beside_the_picture() -> None:
    parts = streamed(**PIN)
    assert parts[0]["runs"] == len(runs(parts)) == 4
    pinned, plane = runs(parts)[-1], scene(parts, "plane")
    assert pinned["name"] == "A"
    other = UnlearningModel(PIN["pin_c"], PIN["pin_c_star"], PIN["pin_eps"])
    run = other.trajectory(PIN["pin_a"])
    np.testing.assert_allclose(joined(parts, 3, "a"), run.a, rtol=1e-6)
    looks = [run["traces"]["plane"][0]["line"] for run in runs(parts)]
    assert all(look["dash"] != looks[-1]["dash"] and look["color"] != looks[-1]["color"] for look in looks[:-1])
    named = {trace["name"]: trace for trace in plane["data"]}
    assert "A" in named["labels"]["text"][-1]
    assert len(named["marks"]["x"]) == 4
    curve = named["A: critical manifold, attracting"]
    R, a = values(curve["x"]), values(curve["y"])
    inner = (np.abs(R) > 0.01) & (np.abs(R) < 0.99)
    np.testing.assert_allclose(other.critical_manifold_a(R[inner]), a[inner], rtol=1e-4)
    low, high = plane["layout"]["yaxis"]["range"]
    assert low < 12 < high
    assert f"A (ā = 12): {'unlearning' if run.fate == Fate.UNLEARNING else 'full alignment'}" in notes(parts)


def test_thresholds_over_epsilon_come_point_by_point_with_limit_and_approach() -> None:
    parts = streamed(panel="limit", c_star=(1.0, -1.0, -1.0, 1.0, 1.0), a=(2.0, 8.0))
    scenes = [part for part in parts if part["kind"] == "scene" and part["name"] == "panels"]
    assert [part["more"] for part in scenes] == [True] * (len(scenes) - 1) + [False]
    sizes = [sum(len(trace["x"]) for trace in part["figure"]["data"] if trace["name"] == "ā = 2") for part in scenes]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (0, EPSILONS[2])
    last = scenes[-1]["figure"]["data"]
    for name, low in (("threshold", -5.3183), ("limit", -5.31831)):
        assert [trace["y"][-1] for trace in last if trace["name"] == name] == pytest.approx([low, 3.77248], abs=1e-4)
    lower = next(trace for trace in last if trace["name"] == "threshold")
    for eps, a0 in zip(lower["x"], lower["y"], strict=True):
        (expected,) = [t for t in UnlearningModel((1,) * 5, (1, -1, -1, 1, 1), eps).thresholds() if t < 0]
        assert a0 == expected
    distances = next(trace["y"] for trace in last if trace["name"] == "ā = 2")
    assert distances[-1] < 1e-3 < distances[0]
    said = notes(parts)
    assert "ā_c → 3.77248, the height of a fold: ā_c ≈ 3.77248 − 0.0265 ε^(2/3)" in said
    assert "ā_c → −5.318312, the height of a slow saddle: ā_c ≈ −5.31831 + 0.00407 ε." in said


def test_a_limit_whose_approach_is_not_known_names_none() -> None:
    (said,) = epsilon_study.notes(UnlearningModel((1, 1), (0, 1)).threshold_limits(0.3))
    turn = "the height at which the line R = 0, at rest, turns from attracting to repelling"
    assert said == f"As ε → 0, ā_c → 4, {turn}."


def test_without_a_threshold_the_limit_panel_says_so() -> None:
    parts = streamed(panel="limit", c=(1.0,), c_star=(1.0,), a=(2.0,))
    assert "no ā in the sliders' range parts two fates" in notes(parts)
    assert {trace["name"] for trace in scene(parts, "panels")["data"]} == {"ā = 2"}


def test_all_of_it_is_priced() -> None:
    assert compute.cost(UnlearningState()) == 3
    assert compute.cost(UnlearningState(panel="kernel")) == 3
    assert compute.cost(UnlearningState(width=1e4)) == 3 * (1 + compute.WIDTH_COST)
    assert compute.cost(UnlearningState(**PIN)) == 3 + compute.PINNED_COST
    dearest = UnlearningState(
        a=(1.0,) * MAX_RUNS,
        points=(0.1, 1.0) * MAX_POINTS,
        width=1e4,
        layers=("fates", "past"),
        panel="limit",
        **PIN,
    )
    assert compute.cost(dearest) <= compute.STREAM_COST
