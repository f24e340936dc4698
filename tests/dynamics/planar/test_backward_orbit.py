"""The past of a point: what is followed backward comes back forward."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from dynamics import UnlearningModel
from tests.dynamics.cases import ONES, OUTER_SADDLE, PARTIAL, PUBLISHED
from tests.parameters import half_of_product

A_MAX = 25.0


STARTS = [(0.3, 3.0), (0.5, 15.0), (-0.4, -6.0), (0.05, 12.0)]
UNSTABLE = {(*PUBLISHED, STARTS[1]), (*PARTIAL, STARTS[0]), (*PARTIAL, STARTS[2])}
"""These come along a repelling branch or by a delayed exit: forward, the least error is blown up."""
PROBLEMS = pytest.mark.parametrize(
    ("c", "c_star"), [PUBLISHED, PARTIAL, OUTER_SADDLE], ids=["published", "partial", "outer"]
)


def distance(R: np.ndarray, a: np.ndarray, R0: float, a0: float) -> float:
    """Between a point and a polyline, in shares of the window |R| <= 1, |a| <= A_MAX."""
    points = np.stack([(R - R0) / 2, (a - a0) / (2 * A_MAX)])
    steps = np.diff(points)
    share = np.clip(-(points[:, :-1] * steps).sum(axis=0) / np.maximum((steps**2).sum(axis=0), 1e-300), 0, 1)
    return float(np.hypot(*(points[:, :-1] + share * steps)).min())


@pytest.mark.parametrize("eps", [1.0, 1e-3])
@PROBLEMS
@pytest.mark.parametrize("start", STARTS)
def test_the_solution_from_the_end_of_a_past_comes_back(
    c: tuple[float, ...], c_star: tuple[float, ...], eps: float, start: tuple[float, float]
) -> None:
    """Where the past creeps along R = +-1, from the last point that floating point can tell from there."""
    if (c, c_star, start) in UNSTABLE:
        return
    model, (R0, a0) = UnlearningModel(c, c_star, eps), start
    past = model.backward_orbit(a0, R0, A_MAX)
    assert (past.R[0], past.a[0]) == pytest.approx((R0, a0), abs=1e-12)
    assert past.tau < 0.0
    end = np.flatnonzero(1.0 - np.abs(past.R) > 1e-8)[-1]
    assert end > 20
    run = model.trajectory(float(past.a[end]), float(past.R[end]), tau_end=-1.5 * past.tau)
    assert distance(run.R, run.a, R0, a0) < 1e-6


@pytest.mark.parametrize(("start", "eps"), half_of_product(STARTS, [1.0, 0.1]))
@PROBLEMS
def test_a_past_is_what_another_integrator_finds_backward(
    c: tuple[float, ...], c_star: tuple[float, ...], eps: float, start: tuple[float, float]
) -> None:
    model, (R0, a0) = UnlearningModel(c, c_star, eps), start
    past = model.backward_orbit(a0, R0, A_MAX)

    def backward(tau: float, y: np.ndarray) -> list[float]:
        p, g, q, h = (float(v) for v in model.sums(np.tanh(y[0])))
        return [-y[1] * (g - y[1] * h) / eps, -(p - y[1] * q)]

    def leaves(tau: float, y: np.ndarray) -> float:
        return min(A_MAX - abs(y[1]), 7.0 - abs(y[0]))

    leaves.terminal = True  # type: ignore[attr-defined]
    begin, span = [np.arctanh(R0), a0], (0.0, -past.tau)
    other = solve_ivp(backward, span, begin, "Radau", rtol=1e-9, atol=1e-11, events=leaves, dense_output=True)
    steps = np.arange(len(other.t))
    rho, a = other.sol(np.interp(np.linspace(0, steps[-1], 20 * len(steps)), steps, other.t))
    inner = 1.0 - np.abs(past.R) > 1e-5
    assert inner.sum() > 20
    assert max(distance(np.tanh(rho), a, *point) for point in zip(past.R[inner], past.a[inner], strict=True)) < 1e-5


def test_a_past_stays_in_the_window_and_ends_at_its_edge_or_at_rest() -> None:
    model = UnlearningModel(*PUBLISHED)
    for R0, a0 in ((0.3, 3.0), (0.5, 15.0), (0.9, 24.0), (-0.2, -1.0)):
        past = model.backward_orbit(a0, R0, A_MAX)
        assert np.abs(past.a).max() <= A_MAX
        assert np.hypot(np.diff(past.R) / 2, np.diff(past.a) / (2 * A_MAX)).max() < 0.011
        speed = np.hypot(*model.vector_field(past.R[-1], past.a[-1]))
        assert abs(past.a[-1]) == A_MAX or 1 - abs(past.R[-1]) < 1e-6 or speed < 1e-3


def test_on_an_edge_the_past_is_the_line() -> None:
    model = UnlearningModel(*PUBLISHED)
    past = model.backward_orbit(5.0, 1.0, A_MAX)
    assert (past.R == 1.0).all()
    assert (past.a[0], past.a[-1]) == (5.0, A_MAX)
    assert model.trajectory(A_MAX, 1.0, tau=(0.0, -past.tau)).a[-1] == pytest.approx(5.0, rel=1e-6)
    below = model.backward_orbit(-1.0, 1.0, A_MAX)
    assert below.a[-1] == -A_MAX


@pytest.mark.parametrize(
    ("c", "c_star", "R0", "a0"), [((0, 0), (1, 1), 0.3, 2.0), (ONES, (0, 1), 0.0, 2.0), (ONES, ONES, 1.0, 1.0)]
)
def test_a_point_at_rest_has_no_past(c: tuple[float, ...], c_star: tuple[float, ...], R0: float, a0: float) -> None:
    past = UnlearningModel(c, c_star).backward_orbit(a0, R0)
    assert (past.R.tolist(), past.a.tolist(), past.tau) == ([R0], [a0], 0.0)


@settings(max_examples=60, deadline=None)
@given(
    c_star=st.lists(st.floats(-3, 3), min_size=1, max_size=5),
    decade=st.floats(-6, 1),
    R0=st.floats(-1, 1),
    a0=st.floats(-30, 30),
)
def test_every_past_is_finite_and_bounded(c_star: list[float], decade: float, R0: float, a0: float) -> None:
    past = UnlearningModel(ONES, c_star, 10**decade).backward_orbit(a0, R0, A_MAX)
    assert np.isfinite(past.R).all()
    assert np.isfinite(past.a).all()
    assert len(past.R) == len(past.a) >= 1
    assert np.abs(past.R).max() <= 1.0
    assert np.abs(past.a[1:]).max(initial=0.0) <= A_MAX


@pytest.mark.parametrize("wrong", [{"a0": 1e4}, {"R0": 2.0}, {"a_max": 0.0}, {"a_max": float("nan")}])
def test_a_wrong_argument_is_named(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        UnlearningModel(*PUBLISHED).backward_orbit(**{"a0": 1.0, **wrong})
