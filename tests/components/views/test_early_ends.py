"""Solutions whose integration stopped early, compared with others that reached the end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app import create_app
from components.views.lab import records
from components.views.lab.state import LabState
from components.views.time_scales import captions, export
from components.views.time_scales.plan import picture_of
from components.views.time_scales.state import TimeScalesState
from components.views.unlearning import finite_width_notes
from dynamics import MeanFieldModel, MeanFieldTrajectory, ResultCode, UnlearningModel, compare_networks
from dynamics.planar.trajectories import trajectory
from dynamics.simulation.law_comparison import compare_with_law

STATE = TimeScalesState.make({"eps": 1.0, "m": 4, "t": 2.0, "layers": ("overlaps",)})
ALIKE = TimeScalesState.make(
    {"phi": (0.0, 1.0), "activation": "series", "sigma": (0.0, 1.0), "eps": 1.0, "m": 4, "law": "alike", "t": 2.0}
)
LEFT = 300  # samples of a solution that is cut


def cut(run: MeanFieldTrajectory, n: int = LEFT) -> MeanFieldTrajectory:
    """The solution as it would be if its integration had stopped after n samples."""
    samples = {name: getattr(run, name)[:n] for name in ("t", "a", "s", "risk", "spread")}
    return replace(run, **samples, code=ResultCode.STEP_LIMIT)


@pytest.mark.parametrize(("mean", "exact"), [(None, LEFT), (LEFT, None), (LEFT, LEFT - 50)])
def test_exact_flow_and_mean_field_are_compared_as_far_as_both_reach(mean: int | None, exact: int | None) -> None:
    picture = picture_of(STATE)
    run, flow = picture.trajectory, picture.exact
    assert flow is not None
    n = min(mean or run.t.size, exact or run.t.size)
    off = float(np.max(np.abs(run.risk[:n] - flow.risk[:n])))
    sentence = captions.exact(cut(run, mean) if mean else run, cut(flow, exact) if exact else flow)
    assert (
        f"by at most {captions.format_number(off, 3)}, up to t = {captions.format_number(float(run.t[n - 1]), 3)}, "
        "where" in sentence
    )


def test_planar_system_and_mean_field_are_compared_as_far_as_both_reach() -> None:
    picture = picture_of(ALIKE)
    run, other = picture.trajectory, picture.planar
    assert other is not None
    assert "stopped early" not in captions.planar(run, other)
    ended = replace(other, R=np.where(np.arange(run.t.size) < LEFT, other.R, np.nan))
    for one, two in ((cut(run), other), (run, ended)):
        assert f"up to t = {captions.format_number(float(run.t[LEFT - 1]), 3)}, where" in captions.planar(one, two)


@pytest.mark.parametrize("overlaps", [False, True])
def test_table_has_as_many_rows_as_the_longer_solution(monkeypatch: pytest.MonkeyPatch, overlaps: bool) -> None:
    whole = MeanFieldModel.trajectory

    def one_cut(model: MeanFieldModel, *args: Any, **more: Any) -> MeanFieldTrajectory:
        run = whole(model, *args, **more)
        return cut(run) if more.get("overlaps", False) == overlaps else run

    monkeypatch.setattr(MeanFieldModel, "trajectory", one_cut)
    table = export.table(STATE)
    assert {column.size for column in table.values()} == {picture_of(STATE).t.size}
    shorter, longer = ("risk_exact", "risk") if overlaps else ("risk", "risk_exact")
    assert np.isnan(table[shorter][LEFT:]).all()
    assert np.isfinite(table[shorter][:LEFT]).all()
    assert np.isfinite(table[longer]).all()


def test_distances_are_not_known_where_a_solution_stops_early(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = MeanFieldModel.trajectory

    def exact_cut(model: MeanFieldModel, *args: Any, **more: Any) -> MeanFieldTrajectory:
        run = whole(model, *args, **more)
        return cut(run, 20) if more.get("overlaps") else run

    monkeypatch.setattr(MeanFieldModel, "trajectory", exact_cut)
    *_, found = compare_networks((0.0, 1.0), (0.0, 1.0), 1.0, [(2, 8, 8)], runs=1, t_end=0.5)
    assert np.isnan(found.to_exact).all()
    assert np.isnan(found.between).all()
    assert np.isfinite(found.to_mean_field).all()
    told = " ".join(captions.distances(found))
    assert "to the exact flow is not known: no run reaches its end." in told
    assert "undefined" not in told


def test_networks_are_compared_with_their_law_only_as_far_as_it_reaches() -> None:
    state = LabState()
    kept = records.of(state)
    assert kept is not None
    law = state.problem.law
    half = law.tau.size // 2
    short = replace(law, **{name: getattr(law, name)[:half] for name in ("tau", "R", "a", "Q", "loss")})
    beyond = kept.history.tau > law.tau[half - 1]
    found, expected = (
        compare_with_law(state.problem, kept.history, short),
        compare_with_law(state.problem, kept.history, law),
    )
    assert np.isnan(found.deviation["R"][beyond]).all()
    np.testing.assert_array_equal(found.deviation["R"][~beyond], expected.deviation["R"][~beyond])


def test_width_needed_is_not_known_where_the_planar_solution_stops_early(monkeypatch: pytest.MonkeyPatch) -> None:
    model = UnlearningModel((1.0, 0.5), (1.0, -0.6))
    assert np.isfinite(model.required_width(2.0, tau_end=10.0))
    monkeypatch.setattr(trajectory, "STEP_BUDGET", 5)
    needed = model.required_width(2.0, tau_end=10.0)
    assert np.isnan(needed)
    assert finite_width_notes.required_width_note(needed, "10").endswith("is not known: its integration stopped early")


def test_stream_ends_whichever_integration_stops_early(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = MeanFieldModel.trajectory

    def exact_cut(model: MeanFieldModel, *args: Any, **more: Any) -> MeanFieldTrajectory:
        run = whole(model, *args, **more)
        return cut(run) if more.get("overlaps") else run

    monkeypatch.setattr(MeanFieldModel, "trajectory", exact_cut)
    client = create_app().server.test_client()
    query = "eps=1&m=4&t=2&lay=overlaps,network&d=20&B=40&r=2"
    last = json.loads(client.get(f"/stream/time_scales?{query}").data.splitlines()[-1])
    assert last["kind"] == "end"
    assert client.get(f"/export/time_scales.csv?{query}").status_code == 200
