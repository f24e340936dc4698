"""The singular orbit: what solutions tend to as eps falls to 0."""

import numpy as np
import pytest
from scipy.optimize import brentq

from dynamics import Fate, UnlearningModel
from tests.dynamics.cases import (
    DELAYED,
    FOLD_CASE,
    NO_NEGATIVE_TERM,
    ONES,
    OUTER_SADDLE,
    PARTIAL,
    PUBLISHED,
    SADDLE_CASE,
    TWO_THRESHOLDS,
)
from tests.dynamics.reference import System, integrate

ENDS = {"branch", "edge", "fold", "equilibrium", "infinity", "exit", "line"}

ORBITS = [
    (PUBLISHED, 5, Fate.FULL_ALIGNMENT),
    (PUBLISHED, 9, Fate.FULL_ALIGNMENT),
    (PUBLISHED, 10, Fate.UNLEARNING),
    (SADDLE_CASE, 3, Fate.FULL_ALIGNMENT),
    (SADDLE_CASE, 8, Fate.UNLEARNING),
    (FOLD_CASE, 3.5, Fate.FULL_ALIGNMENT),
    (FOLD_CASE, 4.0, Fate.UNLEARNING),
    (FOLD_CASE, -5.0, Fate.FULL_ALIGNMENT),
    (FOLD_CASE, -5.6, Fate.PARTIAL_ALIGNMENT),
    (DELAYED, 0.1, Fate.PARTIAL_ALIGNMENT),
    (PARTIAL, 5, Fate.PARTIAL_ALIGNMENT),
    (OUTER_SADDLE, 0.44, Fate.UNLEARNING),
    (OUTER_SADDLE, 0.7, Fate.UNLEARNING),
    (TWO_THRESHOLDS, 0.2, Fate.FULL_ALIGNMENT),
    (TWO_THRESHOLDS, 2, Fate.PARTIAL_ALIGNMENT),
    (TWO_THRESHOLDS, 4, Fate.UNLEARNING),
    ((ONES, ONES), 4, Fate.FULL_ALIGNMENT),
    (NO_NEGATIVE_TERM, 2, Fate.UNLEARNING),
]


@pytest.mark.parametrize(("problem", "a0", "end"), ORBITS)
def test_the_orbit_ends_in_its_fate(problem, a0, end):
    assert UnlearningModel(*problem).singular_orbit(a0).end == end


@pytest.mark.parametrize(("problem", "a0", "end"), ORBITS)
def test_the_fate_at_small_eps_is_the_end_of_the_singular_orbit(problem, a0, end):
    assert UnlearningModel(*problem, 1e-6).fate(a0) == end


@pytest.mark.parametrize(("problem", "a0", "end"), ORBITS)
def test_pieces_join_and_are_fast_fibres_or_lie_on_the_manifold(problem, a0, end):
    system, orbit = System(*problem), UnlearningModel(*problem).singular_orbit(a0)
    pieces = orbit.pieces
    assert pieces[0].fast
    assert pieces[0].R[0] == 0
    assert pieces[0].a[0] == a0
    for piece in pieces:
        assert piece.end in ENDS
        assert piece.R.shape == piece.a.shape == piece.tau.shape
        assert np.all(np.diff(piece.tau[np.isfinite(piece.tau)]) >= 0)
        if piece.fast:
            np.testing.assert_allclose(piece.a, piece.a[0], rtol=1e-12)
            np.testing.assert_allclose(piece.tau, piece.tau[0], rtol=1e-12)
        else:
            inner = np.abs(piece.R) < 1
            M = system.g(piece.R[inner]) / system.h(piece.R[inner])
            np.testing.assert_allclose(piece.a[inner], M, rtol=1e-7, atol=1e-7)
    for one, two in zip(pieces, pieces[1:], strict=False):
        assert one.R[-1] == pytest.approx(two.R[0], abs=1e-8)
        assert one.a[-1] == pytest.approx(two.a[0], rel=1e-8)
        assert one.tau[-1] == pytest.approx(two.tau[0], rel=1e-8)


@pytest.mark.parametrize(("problem", "a0", "end"), ORBITS)
def test_slow_pieces_obey_the_slow_flow(problem, a0, end):
    """d tau = da / (p - a q), by quadrature between the points of a piece."""
    system = System(*problem)
    for piece in UnlearningModel(*problem).singular_orbit(a0).pieces:
        if piece.fast or len(piece.tau) < 5:
            continue
        R, a, tau = piece.R, piece.a, piece.tau
        i = np.arange(1, len(R) - 2)
        i = i[np.isfinite(tau[i + 1]) & np.isfinite(a[i + 1])]
        if np.all(np.abs(R) == 1):
            N, U = system.p(R[0]) / system.q(R[0]), system.q(1.0)
            np.testing.assert_allclose(a, N + (a[0] - N) * np.exp(-U * (tau - tau[0])), rtol=1e-7, atol=1e-9)
            continue

        def height(x):
            return system.g(x) / system.h(x)

        x, w = np.polynomial.legendre.leggauss(8)
        for j in i[:: max(1, len(i) // 25)]:
            nodes = R[j] + (x + 1) / 2 * (R[j + 1] - R[j])
            _, g, h, _, _, dg, dh, _ = system.polynomials(nodes)
            dM = (dg * h - g * dh) / h**2
            H = system.p(nodes) - height(nodes) * system.q(nodes)
            expected = np.sum(w / 2 * dM / H) * (R[j + 1] - R[j])
            assert tau[j + 1] - tau[j] == pytest.approx(expected, rel=1e-5, abs=1e-9 * max(1, tau[j]))


def drawn(system, piece, finer=20):
    """The points of a piece; on the curved manifold with more of them between, so that chords do not count."""
    R, a = piece.R[np.isfinite(piece.a)], piece.a[np.isfinite(piece.a)]
    if piece.fast or np.all(np.abs(R) == 1):
        return R, a
    R = np.append((R[:-1, None] + np.diff(R)[:, None] * np.linspace(0, 1, finer, endpoint=False)).ravel(), R[-1])
    return R, system.g(R) / system.h(R)


def distance_to(system, orbit, R, a):
    """Of every point to the orbit, in the plane (R, a / max(1, |a|))."""
    points = [drawn(system, p) for p in orbit.pieces]
    x, y = (np.concatenate([p[i] for p in points]) for i in (0, 1))
    out = np.empty(len(R))
    for i in range(len(R)):
        scale = max(1.0, abs(a[i]))
        u, v = x, y / scale
        du, dv = np.diff(u), np.diff(v)
        length = du**2 + dv**2
        t = ((R[i] - u[:-1]) * du + (a[i] / scale - v[:-1]) * dv) / np.where(length > 0, length, 1)
        t = np.clip(t, 0, 1)
        out[i] = np.sqrt(np.min((R[i] - u[:-1] - t * du) ** 2 + (a[i] / scale - v[:-1] - t * dv) ** 2))
    return out


@pytest.mark.parametrize(("problem", "a0", "end"), ORBITS)
def test_solutions_tend_to_the_singular_orbit(problem, a0, end):
    orbit = UnlearningModel(*problem).singular_orbit(a0)
    top = max(np.max(np.abs(p.a[np.isfinite(p.a)])) for p in orbit.pieces)
    away = []
    for eps in (1e-3, 1e-5, 1e-6):
        solution = integrate(System(*problem, eps), a0, 0, 1e3)
        R, a = solution.plane(np.concatenate([[0], np.logspace(-9, 3, 1000)]))
        keep = np.abs(a) < 0.98 * top
        away.append(np.max(distance_to(System(*problem), orbit, R[keep], a[keep])))
    assert away[2] < 0.02
    assert away[2] < away[0] / 5 or away[2] < 1e-3


def test_the_delayed_exit_from_full_alignment():
    """c* = (1,-1,2.5,1,1), a0 = 0.1: the orbit leaves R = 1 at tau = 0.54045, long after a has passed M(1)."""
    orbit = UnlearningModel(*DELAYED).singular_orbit(0.1)
    (edge,) = [p for p in orbit.pieces if not p.fast and np.all(p.R == 1)]
    assert edge.end == "exit"
    assert edge.tau[0] == 0
    assert edge.tau[-1] == pytest.approx(0.54045, abs=5e-6)
    system = System(*DELAYED)
    assert edge.a[-1] > system.g(1.0) / system.h(1.0)


def test_the_solution_leaves_full_alignment_at_the_predicted_time():
    """When 1 - R has come back to 1e-8: 0.54027 at eps = 1e-3, 0.54045 in the limit."""
    for eps, time, tolerance in ((1e-3, 0.54027, 2e-4), (1e-6, 0.54045, 1e-5)):
        solution = integrate(System(*DELAYED, eps), 0.1, 0, 10)
        assert solution(0.5)[0][0] > 100
        tau = brentq(lambda t, s=solution: s(t)[0][0] - np.arctanh(1 - 1e-8), 0.5, 0.545)
        assert tau == pytest.approx(time, abs=tolerance)
    run = UnlearningModel(*DELAYED, 1e-6).trajectory(0.1, tau=np.linspace(0.5, 0.6, 10_001))
    assert run.tau[run.R < 1 - 1e-8][0] == pytest.approx(0.54045, abs=2e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-2, 1e-4])
@pytest.mark.parametrize(("a0", "end"), [(5, Fate.FULL_ALIGNMENT), (9, Fate.FULL_ALIGNMENT), (10, Fate.UNLEARNING)])
def test_a_point_of_the_orbit_may_be_as_close_to_R_0_as_it_likes(scale, a0, end):
    """With a first c*_1 of 1e-10 the first attracting points are at |R| < 1e-9 on the branch through R = 0."""
    model = UnlearningModel((1, 1, 1), (1e-10 * scale, -1, 1), 1e-6)
    orbit = model.singular_orbit(a0)
    branches = [p.R[-1] for p in orbit.pieces if p.fast and p.end == "branch"]
    assert branches
    assert float(model.critical_manifold_a(branches[0])) == pytest.approx(a0, rel=1e-6)


def test_the_case_of_an_attracting_point_at_a_tiny_R():
    model = UnlearningModel((0.00739, -100, 1.76, -0.381, 0.00613), (-0.0018, -47.06, 0.0037, 0.00195, 13.08), 1e-6)
    orbit = model.singular_orbit(-17.27)
    first = next(piece for piece in orbit.pieces if piece.fast)
    assert 0 < abs(first.R[-1]) < 1e-8
    assert float(model.critical_manifold_a(first.R[-1])) == pytest.approx(-17.27, rel=1e-6)
    assert orbit.end == model.fate(-17.27)


@pytest.mark.parametrize("c", [(1,), (0, 1), (0, 0, -2)])
@pytest.mark.parametrize("eps", [1.0, 1e-3, 1e-6])
def test_of_a_single_degree_the_alignment_is_partial_also_where_R_rounds_to_1(c, eps):
    """eps ln cosh rho - k a^2/2 is conserved: |R| < 1 however small eps is; only what starts at R = +-1 is there."""
    model = UnlearningModel(c, (*[0] * (len(c) - 1), 3), eps)
    for a0, R0 in ((0.1, 0.5), (-0.1, -0.5), (0.1, 0.999), (20, 0.5)):
        assert Fate.FULL_ALIGNMENT not in (model.fate(a0, R0), model.singular_orbit(a0, R0).end)
        assert model.fate(a0, R0) == model.singular_orbit(a0, R0).end or eps > 1e-6
    assert model.fate(0.1, 1) == model.singular_orbit(0.1, 1).end == Fate.FULL_ALIGNMENT


def test_without_a_target_that_is_seen_the_alignment_that_is_left_is_partial():
    model = UnlearningModel((1, 1), (0, 0), 1.0)
    assert model.limit(1e-9, 1 - 2.0**-53).fate == Fate.PARTIAL_ALIGNMENT


def test_a_staircase_has_as_many_jumps_as_folds_and_landings():
    """Published problem, a0 = 9: the fast fibre leads to the left branch, which ends at its fold; a jump follows."""
    pieces = UnlearningModel(*PUBLISHED).singular_orbit(9).pieces
    assert [p.fast for p in pieces[:4]] == [True, False, True, False]
    assert pieces[1].end == "fold"
    assert pieces[1].a[-1] == pytest.approx(8.36, abs=0.005)
    assert pieces[-1].end in ("equilibrium", "edge")
    assert pieces[-1].R[-1] == 1


def test_unlearning_ends_at_infinity():
    orbit = UnlearningModel(*PUBLISHED).singular_orbit(10)
    assert orbit.pieces[-1].end == "infinity"
    assert orbit.end == Fate.UNLEARNING


def test_an_orbit_from_an_initial_alignment():
    model = UnlearningModel(*PUBLISHED)
    orbit = model.singular_orbit(15, R0=0.9)
    assert orbit.pieces[0].R[0] == 0.9
    assert orbit.end == model.__class__(*PUBLISHED, 1e-6).fate(15, 0.9)


@pytest.mark.parametrize(
    ("c", "c_star", "a0", "R0"),
    [
        ((1, 1, 1), (0, 1, 1), 3, 0),
        (*PUBLISHED, 0, 0),
        ((0, 0), (1, 1), 2, 0.5),
        (ONES, (0, 0), 3, 0),
        ((1,), (1,), 2, 0),
        (ONES, (0, 1, 0.5), 6, 0.3),
        (*PUBLISHED, 3, 1),
        (ONES, ONES, -20, 0),
    ],
)
def test_degenerate_orbits_end_where_the_fates_at_small_eps_do(c, c_star, a0, R0):
    orbit = UnlearningModel(c, c_star).singular_orbit(a0, R0)
    assert orbit.end == UnlearningModel(c, c_star, 1e-6).fate(a0, R0)
