"""Thresholds as eps -> 0: theory section 1's table, and the thresholds at small eps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import UnlearningModel

ONES = (1.0,) * 5
CASES = {
    "saddle": (ONES, (1, -1, 1, 1, 1), 9.312353886, "saddle"),
    "saddle, lower": (ONES, (1, -1, 1, -1, 1), 4.514130551, "saddle"),
    "fold": (ONES, (1, -1, -1, 1, 1), 3.772480, "fold"),
    "a < 0": (ONES, (1, -1, -1, 1, 1), -5.3183, "saddle"),
    "outer saddle": ((1, 0.117, 0.11, 0.071, 0.099), (1, -0.346, -1.403, -0.241, 0.109), 0.42, "saddle"),
    "first of two": (ONES, (1, -1.865, 2.539, -0.95, 0.182), 0.25, "saddle"),
    "second of two": (ONES, (1, -1.865, 2.539, -0.95, 0.182), 3.25, "saddle"),
}
each_case = pytest.mark.parametrize(("c", "c_star", "expected", "kind"), CASES.values(), ids=CASES.keys())


def nearest(values: np.ndarray, to: float) -> float:
    return float(values[np.argmin(np.abs(values - to))])


@each_case
def test_the_table_of_the_theory(c: tuple, c_star: tuple, expected: float, kind: str) -> None:
    found = UnlearningModel(c, c_star).threshold_limits()
    limit = min(found, key=lambda other: abs(other.a0 - expected))
    assert limit.a0 == pytest.approx(expected, abs=max(10.0 ** -(len(str(expected).split(".")[1])), 1e-9) * 5)
    assert limit.kind == kind
    assert limit.fates[0] != limit.fates[1]


@each_case
def test_thresholds_approach_their_limit_as_predicted(c: tuple, c_star: tuple, expected: float, kind: str) -> None:
    """What is left is O(eps^2) at a saddle, O(eps) (with a logarithm) at a fold."""
    limit = min(UnlearningModel(c, c_star).threshold_limits(), key=lambda other: abs(other.a0 - expected))
    for eps, share in ((1e-3, 0.06 if kind == "fold" else 0.01), (1e-4, 0.03 if kind == "fold" else 0.01)):
        at = nearest(UnlearningModel(c, c_star, eps).thresholds(), limit.a0)
        assert abs(at - limit.approach(eps)) <= share * abs(at - limit.a0) + 2e-6 * max(1.0, abs(at))
        assert limit.power == (2 / 3 if kind == "fold" else 1.0)


def test_a_fold_that_is_a_maximum_is_approached_from_the_other_side() -> None:
    """From an alignment beyond it; at a minimum of |M| the threshold is below the fold, here it is above."""
    ones, c_star = ONES, (1, -1, 1, 1, 1)
    (limit,) = UnlearningModel(ones, c_star).threshold_limits(R0=0.6, bracket=(0.5, 40.0))
    assert limit.kind == "fold"
    for eps in (1e-2, 1e-3):
        (at,) = UnlearningModel(ones, c_star, eps).thresholds(R0=0.6, bracket=(0.5, 40.0))
        assert at - limit.a0 == pytest.approx(float(limit.approach(eps)) - limit.a0, rel=0.06)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-2, 2).map(lambda x: round(x, 2)), min_size=2, max_size=4), st.floats(0.3, 1.5))
def test_every_limit_is_that_of_a_threshold(rest: list[float], first: float) -> None:
    """At eps = 1e-6 the fate changes beside each limit that is not within its own error of another one."""
    c_star = (round(first, 2), *rest)
    model, small = (UnlearningModel((1.0,) * len(c_star), c_star, eps) for eps in (1.0, 1e-6))
    limits = model.threshold_limits(bracket=(-10.0, 10.0))
    thresholds = small.thresholds(bracket=(-12.0, 12.0))
    heights = np.array([limit.a0 for limit in limits])
    for limit in limits:
        room = 2e-4 * max(1.0, abs(limit.a0))
        if np.sum(np.abs(heights - limit.a0) < 0.1) == 1 and abs(limit.a0) > 0.1:
            assert abs(nearest(thresholds, limit.a0) - limit.approach(1e-6)) < room


@pytest.mark.parametrize(
    ("c", "c_star", "R0", "height"),
    [((1, 1), (0, 1), 0.3, 4.0), ((1, 1, 1), (0, 1.72, 1.37), -0.735, 6.88), ((0, 1, 0, 1), (0, 0, 0, 0.5), 0.4, 12.0)],
)
def test_where_A_1_is_0_the_turn_of_the_line_R_0_is_a_limit(c: tuple, c_star: tuple, R0: float, height: float) -> None:
    """M(0): there the line R = 0 turns from attracting to repelling. At small eps a threshold is there."""
    (limit,) = [found for found in UnlearningModel(c, c_star).threshold_limits(R0) if found.kind == "line"]
    assert limit.a0 == pytest.approx(height, rel=1e-12)
    assert limit.R == 0.0
    assert np.isnan(limit.coefficient)
    for eps, room in ((1e-4, 1e-2), (1e-6, 1e-3)):
        thresholds = UnlearningModel(c, c_star, eps).thresholds(R0)
        assert abs(nearest(thresholds, height) - height) < room * height


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-2, 2).map(lambda x: round(x, 1)), min_size=1, max_size=3),
    st.sampled_from([-0.7, -0.3, 0.2, 0.6]),
)
def test_where_A_1_is_0_the_thresholds_at_small_eps_are_near_the_limits(rest: list[float], R0: float) -> None:
    c_star = (0.0, *rest)
    limits = UnlearningModel((1.0,) * len(c_star), c_star).threshold_limits(R0)
    thresholds = UnlearningModel((1.0,) * len(c_star), c_star, 1e-6).thresholds(R0)
    heights = np.array([limit.a0 for limit in limits])
    for at in thresholds[(np.abs(thresholds) > 0.1) & (np.abs(thresholds) < 19.0)]:
        assert len(heights), at
        assert abs(nearest(heights, at) - at) < 0.01 * max(1.0, abs(at))
    for limit in limits:
        if 0.1 < abs(limit.a0) < 19.0:
            assert abs(nearest(thresholds, limit.a0) - limit.a0) < 0.01 * max(1.0, abs(limit.a0))


def test_where_there_is_no_threshold_there_is_no_limit() -> None:
    assert UnlearningModel(ONES, ONES).threshold_limits(bracket=(0.1, 20.0)) == ()
    assert UnlearningModel((0.0,), (1.0,)).threshold_limits() == ()
    assert UnlearningModel((1.0, 1.0), (0.0, 1.0)).threshold_limits() == ()
    assert UnlearningModel(ONES, ONES).threshold_limits(R0=1.0) == ()
    with pytest.raises(ValueError, match="bracket"):
        UnlearningModel(ONES, ONES).threshold_limits(bracket=(1.0, 1.0))


def test_symmetry() -> None:
    """(R, a) -> (-R, -a) flips the even c*_k."""
    found = UnlearningModel(ONES, (1, -1, -1, 1, 1)).threshold_limits()
    flipped = UnlearningModel(ONES, (1, 1, -1, -1, 1)).threshold_limits()
    assert [limit.a0 for limit in flipped] == pytest.approx([-limit.a0 for limit in found[::-1]])
    assert [limit.coefficient for limit in flipped] == pytest.approx([-limit.coefficient for limit in found[::-1]])
