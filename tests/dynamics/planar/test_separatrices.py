"""Separatrices: the fates on their two sides, the thresholds they cross, the saddles they lead to."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dynamics import Fate, UnlearningModel
from dynamics.planar.structure import separatrices
from tests.dynamics.cases import (
    ONES,
    OUTER_SADDLE,
    PUBLISHED,
    SADDLE_CASE,
    TWO_THRESHOLDS,
    coefficient,
    short_coefficients,
)
from tests.dynamics.reference import System, integrate

EPSILONS = (1e-4, 1e-2, 1.0, 10.0)
A_MAX = 15.0
finite_eps = st.floats(-4, 1).map(lambda x: 10.0 ** round(x, 3))


def crossing_heights(separatrix):
    """Where a curve crosses R = 0, by cubic interpolation through its points."""
    R, a = separatrix.R, separatrix.a
    found = list(a[R == 0.0])
    for i in np.flatnonzero(R[1:] * R[:-1] < 0):
        near = slice(max(0, i - 2), i + 4)
        scale = np.max(np.abs(R[near]))
        found.append(np.polyval(np.polyfit(R[near] / scale, a[near] - a[i], len(R[near]) - 1), 0.0) + a[i])
    return found


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize("problem", [PUBLISHED, SADDLE_CASE, TWO_THRESHOLDS, OUTER_SADDLE])
def test_a_separatrix_meets_R_0_at_the_thresholds(problem, eps):
    model = UnlearningModel(*problem, eps)
    curves = [s for s in model.separatrices(A_MAX) if s.fates[0] != s.fates[1]]
    heights = [a for s in curves for a in crossing_heights(s)]
    found = model.thresholds(bracket=(-A_MAX, A_MAX))
    assert len(found)
    for a_c in found:
        assert np.min(np.abs(np.array(heights) - a_c)) < 1e-5 * max(1.0, a_c)


@pytest.mark.parametrize("a_max", [0.3, 5.0, A_MAX, 100.0])
@pytest.mark.parametrize("eps", EPSILONS)
def test_points_are_dense_inside_the_window_and_in_order(eps, a_max):
    for problem in (PUBLISHED, TWO_THRESHOLDS):
        curves = UnlearningModel(*problem, eps).separatrices(a_max)
        assert len(curves)
        for s in curves:
            assert np.all(np.abs(s.a) <= a_max)
            assert np.all(np.abs(s.R) <= 1.0)
            assert np.max(np.abs(np.diff(s.R))) <= 0.01 * 2.0
            assert np.max(np.abs(np.diff(s.a))) <= 0.01 * 2.0 * a_max
            for end, start in ((0, -1), (-1, 0)):  # it ends on the frame, or where its next piece begins
                joined = any((o.R[start], o.a[start]) == (s.R[end], s.a[end]) for o in curves if o.saddle == s.saddle)
                assert joined or abs(s.a[end]) == pytest.approx(a_max) or abs(s.R[end]) > 1 - 1e-9


@pytest.mark.parametrize("eps", [1e-2, 1.0, 10.0])
def test_from_a_point_of_it_a_run_comes_close_to_its_saddle(eps):
    model = UnlearningModel(*PUBLISHED, eps)
    (curve,) = [s for s in model.separatrices(A_MAX) if s.saddle.R > 0]
    saddle = curve.saddle
    assert np.min(np.hypot(curve.R - saddle.R, curve.a - saddle.a)) == 0.0
    # not from the repelling piece of the critical manifold, which it follows further out: forward in time no
    # solver stays on that
    for i in np.flatnonzero((curve.R > -0.9) & (curve.R < 0.15))[::12]:
        run = model.trajectory(float(curve.a[i]), float(curve.R[i]), tau_end=1e5, rtol=1e-11)
        assert np.min(np.hypot(run.R - saddle.R, (run.a - saddle.a) / saddle.a)) < 1e-3


def beside(curve, i, delta):
    """The points a distance delta to the left and to the right of point i, R and a / max(1, |a|) as lengths."""
    size = max(1.0, abs(curve.a[i]))
    along = np.array([curve.R[i + 1] - curve.R[i - 1], (curve.a[i + 1] - curve.a[i - 1]) / size])
    along /= np.hypot(*along)
    for side in (1.0, -1.0):
        yield curve.R[i] - side * delta * along[1], curve.a[i] + side * delta * along[0] * size


def check_sides(model, curves, delta):
    checked = 0
    for curve in curves:
        if Fate.UNDECIDED in curve.fates:
            continue
        for i in np.linspace(1, len(curve.R) - 2, 7).astype(int) if len(curve.R) > 3 else ():
            R, a = curve.R[i], curve.a[i]
            size = max(1.0, abs(a))
            others = [s for s in curves if s is not curve]
            near = [np.min(np.hypot(s.R - R, (s.a - a) / size)) for s in others]
            far = np.ones(len(curve.R), bool)
            far[max(0, i - 8) : i + 9] = False
            own = np.min(np.hypot(curve.R[far] - R, (curve.a[far] - a) / size), initial=np.inf)
            corner = np.array([np.diff(curve.R[i - 1 : i + 2]), np.diff(curve.a[i - 1 : i + 2]) / size])
            turn = corner[0, 0] * corner[0, 1] + corner[1, 0] * corner[1, 1]
            sharp = turn < 0.9 * np.hypot(*corner[:, 0]) * np.hypot(*corner[:, 1])
            if abs(R) > 0.99 or sharp or min([own, *near]) < 0.05:
                continue
            found = tuple(model.fate(float(y), float(x)) for x, y in beside(curve, i, delta))
            if Fate.UNDECIDED not in found:
                assert found == curve.fates, (R, a, found, curve.fates)
                checked += 1
    return checked


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize("problem", [PUBLISHED, SADDLE_CASE, TWO_THRESHOLDS, OUTER_SADDLE])
def test_the_sides_have_the_fates_named(problem, eps):
    model = UnlearningModel(*problem, eps)
    assert check_sides(model, model.separatrices(A_MAX), 1e-3) > 0


@settings(max_examples=40)
@given(short_coefficients, short_coefficients, finite_eps)
def test_the_sides_of_random_models_have_the_fates_named(c, c_star, eps):
    assume(c[0] * c_star[0] != 0)
    model = UnlearningModel(c, c_star, eps)
    check_sides(model, model.separatrices(A_MAX), 1e-3)


def check_at_a_distance(model, curves, a_max):
    """Starts 1e-3 of the window beside a curve end where its limits say, also where other curves are closer."""
    checked = 0
    for curve in curves:
        for i in np.unique(np.linspace(1, len(curve.R) - 2, 5).astype(int)) if len(curve.R) > 3 else ():
            along = np.array([curve.R[i + 1] - curve.R[i - 1], (curve.a[i + 1] - curve.a[i - 1]) / a_max])
            along /= np.hypot(*along)
            for sign, limit, near in zip((1, -1), curve.limits, curve.adjacent, strict=True):
                step = 2e-3 * sign
                R, a = curve.R[i] - step * along[1], curve.a[i] + step * along[0] * a_max
                if abs(curve.R[i]) > 1 - 2e-3 or abs(R) > 1 or (found := model.limit(a, R)).fate == Fate.UNDECIDED:
                    continue
                checked += 1
                assert found.fate == limit.fate, (curve.R[i], curve.a[i], found, limit)
                if found.fate not in (Fate.NO_ALIGNMENT, Fate.UNLEARNING):
                    assert found.R == pytest.approx(limit.R, abs=1e-6) or (curve.varies and found.R * limit.R > 0)
                assert curve.strips[sign < 0] or near.fate in (limit.fate, Fate.UNDECIDED)
    return checked


@pytest.mark.parametrize(
    ("c", "c_star", "eps"),
    [
        ((1, 1), (0.3, 0.7), 1e-3),
        ((0.7, 0, 1.2, 0.6, 2.5), (0, -2.2, 0, 2.6, 3), 1.0),
        ((1, 1, 1), (0, 1, 0.5), 1.0),
        ((1.2,), (0.7,), 0.1),
        (*PUBLISHED, 1.0),
    ],
)
def test_the_limits_hold_all_along_a_curve(c, c_star, eps):
    model = UnlearningModel(c, c_star, eps)
    assert check_at_a_distance(model, model.separatrices(A_MAX), A_MAX) > 4


@settings(max_examples=20)
@given(short_coefficients, short_coefficients, finite_eps)
def test_the_limits_hold_all_along_the_curves_of_random_models(c, c_star, eps):
    model = UnlearningModel(c, c_star, eps)
    check_at_a_distance(model, model.separatrices(A_MAX), A_MAX)


def test_two_curves_with_a_strip_between_them_say_so():
    """c* = (.3, .7), eps = 1e-3: from the saddles at R = -.2143 and 0 on, up to R = -1, what unlearns is a strip."""
    model = UnlearningModel((1, 1), (0.3, 0.7), 1e-3)
    strips = [s for s in model.separatrices(A_MAX) if any(s.strips)]
    assert sorted(s.saddle.R for s in strips) == pytest.approx([-0.3 / 1.4, 0.0])
    for s in strips:
        assert s.separates
        assert s.fates == (Fate.FULL_ALIGNMENT, Fate.FULL_ALIGNMENT)
        (near,) = [near.fate for near, strip in zip(s.adjacent, s.strips, strict=True) if strip]
        assert near == Fate.UNLEARNING
        i = int(np.argmin(np.abs(s.R + 0.7)))
        for sign in (1, -1):  # the reference, 1e-3 of the window below and above
            end = integrate(System((1, 1), (0.3, 0.7), 1e-3), s.a[i] + sign * 2e-3 * A_MAX, s.R[i], 1e3).plane(1e3)[0][
                0
            ]
            assert abs(end) > 0.999


@settings(max_examples=20)
@given(st.lists(coefficient, min_size=1, max_size=3), finite_eps)
def test_the_line_at_rest_separates_as_it_says(rest, eps):
    """A_1 = 0, A_2 != 0: the curves into the ends of the repelling segment, and the segment."""
    model = UnlearningModel(ONES[: 1 + len(rest)], (0.0, 1.0, *rest[1:]), eps)
    assume(model.K > 1)
    check_sides(model, [s for s in model.separatrices(A_MAX) if s.saddle is not None], 1e-3)


def test_the_repelling_segment_of_the_line_at_rest():
    model = UnlearningModel((1, 1, 1), (0, 1, 0.5))
    pieces = [s for s in model.separatrices(A_MAX) if s.saddle is None]
    (repelling,) = [s for s in pieces if s.separates]
    np.testing.assert_allclose((repelling.a[0], repelling.a[-1]), (0.0, 4.0))  # 2 A_2 / B_1
    assert repelling.fates == (model.fate(2.0, -1e-3), model.fate(2.0, 1e-3))
    into = [s for s in model.separatrices(A_MAX) if s.saddle is not None and s.saddle.R == 0.0]
    assert sum(s.R[0] == 0.0 for s in into) == 4
    for s in into:
        assert Fate.NO_ALIGNMENT in s.fates
        assert s.separates


def test_a0_0_separates_the_sides_for_R0_0():
    model = UnlearningModel(*PUBLISHED)
    (curve,) = [s for s in model.separatrices(A_MAX) if s.saddle.R == 0.0]
    assert curve.separates
    assert {limit.R for limit in curve.limits} == {-1.0, 1.0}


@pytest.mark.parametrize("problem", [((0, 0), (1, 1)), ((1, 1), (0, 0)), ((0, 1), (1, 0))])
def test_without_a_target_that_is_seen_there_is_none(problem):
    assert UnlearningModel(*problem).separatrices(A_MAX) == ()


def test_the_window_is_validated():
    with pytest.raises(ValueError, match="a_max"):
        UnlearningModel(*PUBLISHED).separatrices(0.0)


CLOSE = (  # beside whose separatrices other limits lie in pieces of fewer than four points
    ((2.5, 0, -1.0, 0, 2.9), (-1.4, 0.1, -2.0, -0.6, 0), 0.00042),
    ((-2.0, -1.8, -0.7, 2.7, -0.8, 1.3), (-1.3, 2.9, 2.3, 0, -0.4, 0), 0.0015),
)
BENT = (  # at its saddle the curve turns back within 1e-3 of the window
    (-0.7917304391304052, -0.8142467612996329, 2.288468473019024, -2.9633852082209415, 0.5030175613556258),
    (-0.3892372487294189, 0, -2.890796227216968, 2.402722814208798, 0.3946141057635826),
    0.27442252483348206,
)


def check_against_a_look_beside_every_point(problem, monkeypatch, a_max=20.0):
    def seen():
        curves = separatrices.separatrices(UnlearningModel(*problem), a_max)
        return repr([(len(s.R), [(end.R, end.a) for end in s.limits], s.fates, s.strips, s.separates) for s in curves])

    found = seen()
    with monkeypatch.context() as patch:
        patch.setattr(separatrices, "_alone", lambda starts, known, a_max: np.zeros((2, starts[0].shape[1]), bool))
        assert found == seen()


@pytest.mark.parametrize("problem", CLOSE)
def test_limits_of_close_separatrices_are_those_of_a_look_beside_every_point(problem, monkeypatch):
    check_against_a_look_beside_every_point(problem, monkeypatch)


def test_limits_of_a_bent_separatrix_are_those_of_a_look_beside_every_point(monkeypatch):
    check_against_a_look_beside_every_point(BENT, monkeypatch, a_max=60.0)


@pytest.mark.parametrize("seed", range(4))
def test_limits_beside_a_separatrix_are_those_of_a_look_beside_every_point(seed, monkeypatch):
    random = np.random.default_rng(seed)
    for _ in range(12):
        c, c_star = random.uniform(-3, 3, (2, int(random.integers(1, 7)))) * (random.random((2, 1)) < 0.95)
        check_against_a_look_beside_every_point((c, c_star, 10 ** random.uniform(-4, 1)), monkeypatch)


def check_that_fates_change_at_the_curve(model, a_max):
    """Look at both sides of points of each curve, 1e-6 of the window beside it, where nothing changes out to 1e-4."""
    looked = 0
    for curve in model.separatrices(a_max):
        if not curve.separates or any(curve.strips) or curve.varies:
            continue
        for i in range(1, len(curve.R) - 1, max(1, len(curve.R) // 8)):
            dR, da = curve.R[i + 1] - curve.R[i - 1], (curve.a[i + 1] - curve.a[i - 1]) / a_max
            size = np.hypot(dR, da)
            if abs(curve.R[i]) > 0.999:
                continue
            for sign, near in zip((1.0, -1.0), curve.adjacent, strict=True):
                at_1e_4, at_1e_6 = (
                    model.limit(
                        float(curve.a[i] + 2 * far * dR / size * a_max), float(curve.R[i] - 2 * far * da / size)
                    )
                    for far in (sign * 1e-4, sign * 1e-6)
                )
                if at_1e_4.fate == near.fate:
                    assert at_1e_6.fate == near.fate, (curve.saddle, i, sign)
                    looked += 1
    return looked


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize("problem", [PUBLISHED, SADDLE_CASE, TWO_THRESHOLDS, OUTER_SADDLE])
def test_a_curve_is_within_1e_6_of_the_window_of_where_fates_change(problem, eps):
    assert check_that_fates_change_at_the_curve(UnlearningModel(*problem, eps), A_MAX) > 10


def test_curves_of_random_models_are_within_1e_6_of_the_window_of_where_fates_change():
    random, looked = np.random.default_rng(11), 0
    for _ in range(60):
        c, c_star = random.uniform(-3, 3, (2, int(random.integers(1, 7))))
        model = UnlearningModel(c, c_star, 10 ** random.uniform(-4, 1))
        looked += check_that_fates_change_at_the_curve(model, float(random.uniform(3, 100)))
    assert looked > 500
