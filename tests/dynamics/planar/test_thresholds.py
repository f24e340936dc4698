"""Thresholds: the table of the theory row by row, at finite eps and in the limit, and their completeness."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.integrate import solve_ivp

from dynamics import Fate, ThresholdClaim, UnlearningModel
from dynamics.planar.fates import thresholds
from dynamics.planar.fates.thresholds import _between, _bisected
from tests.dynamics.cases import (
    FOLD_CASE,
    NO_NEGATIVE_TERM,
    ONES,
    OUTER_SADDLE,
    PUBLISHED,
    SADDLE_CASE,
    TWO_THRESHOLDS,
    epsilon,
    short_coefficients,
)
from tests.dynamics.reference import System, integrate

AIRY = 2.33811


def positive(problem, eps, **options):
    found = UnlearningModel(*problem, eps).thresholds(**options)
    assert np.all(np.diff(found) > 0)
    return found[found > 1e-9]


def test_the_published_threshold():
    np.testing.assert_allclose(positive(PUBLISHED, 1.0), [9.311752], rtol=0, atol=1e-6)


@pytest.mark.parametrize("problem", [PUBLISHED, SADDLE_CASE, FOLD_CASE])
def test_a_threshold_separates_two_runs_of_the_reference(problem):
    """Runs a millionth below and above, integrated by other means, part ways."""
    (a_c,) = positive(problem, 1.0)
    system = System(*problem)
    below, above = (integrate(system, a_c * (1 + s * 1e-6), 0, 1e5).plane(1e5)[0][0] for s in (-1, 1))
    assert below > 0.5
    assert above < 0.1


@pytest.mark.parametrize(("problem", "limit"), [(PUBLISHED, 9.312353886), (SADDLE_CASE, 4.514130551)])
def test_at_a_saddle_the_limit_is_approached_linearly(problem, limit):
    eps = np.array([4e-3, 2e-3, 1e-3])
    off = np.array([positive(problem, e)[-1] for e in eps]) - limit
    ratios = off[:-1] / off[1:]
    np.testing.assert_allclose(ratios, 2, atol=0.1)
    assert positive(problem, 1e-6)[-1] == pytest.approx(limit, abs=2e-6 * limit)


def test_the_fold_of_the_table_at_eps_one():
    np.testing.assert_allclose(positive(FOLD_CASE, 1.0), [3.74079], rtol=0, atol=5e-6)


def fold_law(problem, eps):
    """The fold where M has its least height, and the Airy correction."""
    system = System(*problem)
    R = np.linspace(1e-3, 1 - 1e-6, 2_000_001)
    M = system.g(R) / system.h(R)
    i = 1 + np.flatnonzero((M[1:-1] < M[:-2]) & (M[1:-1] < M[2:]))[0]
    R_f, M_f = R[i], M[i]
    step = 1e-3
    height = lambda x: system.g(x) / system.h(x)  # noqa: E731
    kappa = (height(R_f + step) - 2 * M_f + height(R_f - step)) / step**2 / 2
    H_f = system.p(R_f) - M_f * system.q(R_f)
    K_f = M_f * (1 - R_f**2) * system.h(R_f)
    return M_f, M_f - AIRY * (eps * H_f) ** (2 / 3) / (K_f**2 * kappa) ** (1 / 3)


def test_at_a_fold_the_limit_is_approached_by_the_airy_law():
    M_f, _ = fold_law(FOLD_CASE, 0)
    assert M_f == pytest.approx(3.772480, abs=1e-6)
    off = []
    for eps in (1e-3, 1e-4, 1e-5):
        (a_c,) = positive(FOLD_CASE, eps)
        law = fold_law(FOLD_CASE, eps)[1]
        assert a_c < M_f
        off.append(abs(a_c - law) / abs(M_f - law))
    # what the law leaves out is of higher order
    assert off[0] < 0.2
    assert off[2] < off[1] < off[0]
    assert off[2] < 0.05


def test_the_root_on_the_repelling_piece_is_no_threshold():
    for eps in (1.0, 1e-3, 1e-6):
        assert not np.any(np.abs(positive(FOLD_CASE, eps) - 3.9586) < 0.1)


def test_the_negative_threshold_of_the_table():
    for eps, tolerance in ((1e-6, 2e-3), (1e-3, 0.15)):
        found = UnlearningModel(*FOLD_CASE, eps).thresholds()
        negative = found[found < -1e-9]
        assert np.min(np.abs(negative + 5.3183)) < tolerance
    model = UnlearningModel(*FOLD_CASE, 1e-3)
    (a_c,) = [x for x in model.thresholds() if -5.4 < x < -5.25]
    assert model.fate(a_c + 1e-4) == Fate.FULL_ALIGNMENT
    assert model.fate(a_c - 1e-4) == Fate.PARTIAL_ALIGNMENT


@pytest.mark.parametrize("eps", [1e-3, 1e-6])
def test_the_outer_saddle_is_the_threshold_though_the_fold_is_higher(eps):
    found = positive(OUTER_SADDLE, eps)
    inside = found[(found > 0.4) & (found < 0.44)]
    assert len(inside) == 1
    if eps == 1e-6:  # with these coefficients, of three digits
        assert inside[0] == pytest.approx(0.41728202, abs=1e-6)


def test_two_thresholds_of_one_problem():
    # with these coefficients, of three digits; bisected with the reference
    np.testing.assert_allclose(positive(TWO_THRESHOLDS, 1e-6), [0.2516028, 3.2502176], rtol=0, atol=1e-6)
    for eps in (1.0, 1e-3):
        model = UnlearningModel(*TWO_THRESHOLDS, eps)
        found = positive(TWO_THRESHOLDS, eps)
        edges = np.array([1e-3, *found, 19.0])
        fates = [model.fate(x) for x in (edges[1:] + edges[:-1]) / 2]
        assert all(x != y for x, y in zip(fates, fates[1:], strict=False))


def test_zero_is_a_threshold_where_the_sides_differ():
    for c, c_star in (PUBLISHED, SADDLE_CASE, TWO_THRESHOLDS, FOLD_CASE, ((1, 0.5), (1, -0.6))):
        model = UnlearningModel(c, c_star)
        if model.fate(1e-3) != model.fate(-1e-3):
            assert np.any(np.abs(model.thresholds()) < 1e-9)
    sides = UnlearningModel((1, 0.5), (1, -0.6))
    assert sides.fate(0.5) != sides.fate(-0.5)


def test_where_every_start_unlearns_zero_is_the_only_threshold():
    found = UnlearningModel(*NO_NEGATIVE_TERM).thresholds()
    assert np.all(np.abs(found) < 1e-9)


def test_without_motion_there_is_no_threshold():
    assert len(UnlearningModel((0, 0), (1, 1)).thresholds()) == 0
    assert len(UnlearningModel((1, 1), (0, 1)).thresholds()) == 0


def test_a_bracket_limits_the_search():
    assert len(UnlearningModel(*PUBLISHED).thresholds(bracket=(1, 9))) == 0
    assert len(UnlearningModel(*PUBLISHED).thresholds(bracket=(9, 10))) == 1
    assert len(UnlearningModel(*PUBLISHED).thresholds(bracket=(9.5, 20))) == 0


def test_symmetry_turns_thresholds_round():
    c, c_star = PUBLISHED
    flipped = tuple(-x if k % 2 == 0 else x for k, x in enumerate(c_star, start=1))
    np.testing.assert_allclose(
        UnlearningModel(c, flipped).thresholds(), -UnlearningModel(c, c_star).thresholds()[::-1], atol=1e-6
    )


@settings(max_examples=15)
@given(short_coefficients, short_coefficients, epsilon)
def test_fates_change_at_thresholds_and_nowhere_else(c, c_star, eps):
    assume(c[0] * c_star[0] != 0)
    model = UnlearningModel(c, c_star, eps)
    found = model.thresholds()
    assert np.all(np.diff(found) > 0)
    grid = np.linspace(-19.9, 19.9, 61)
    # at 0 alone nothing aligns; whether it is a threshold is a matter of its two sides
    grid = grid[[abs(x) > 1e-9 and np.min(np.abs(found - x), initial=np.inf) > 1e-4 for x in grid]]
    fates = [model.fate(x) for x in grid]
    for x, y, one, two in zip(grid, grid[1:], fates, fates[1:], strict=False):
        between = found[(found > x) & (found < y)]
        if one != two and Fate.UNDECIDED not in (one, two):
            assert len(between), f"{one.name} at {x}, {two.name} at {y}"
    for a_c in found[np.abs(found) > 1e-3]:
        # error below 1e-6 max(1, |a_c|): the fates a little further out differ
        room = 2e-6 * max(1, abs(a_c))
        if np.sum(np.abs(found - a_c) < 2 * room) == 1 and abs(a_c) < 20 - room:
            assert model.fate(a_c - room) != model.fate(a_c + room)


def test_all_ones_has_no_threshold_but_zero_for_positive_starts():
    assert len(positive((ONES, ONES), 1.0)) == 0


def scan(c, c_star, eps, R0, a0, tau):
    """Where LSODA in (rho, a) takes starts: the sign of R and whether |R| > .01, at time tau."""
    system = System(c, c_star, eps)

    def flow(s, y):
        R, a = np.tanh(y[0]), y[1]
        t = np.exp(s)
        return [t * a * (system.g(R) - a * system.h(R)) / eps, t * (system.p(R) - a * system.q(R))]

    ends = []
    for start in a0:
        found = solve_ivp(flow, (-25, np.log(tau)), [np.arctanh(R0), start], method="LSODA", rtol=1e-11, atol=1e-13)
        R = np.tanh(found.y[0, -1])
        ends.append(np.sign(R) * (abs(R) > 0.01))
    return np.array(ends)


@pytest.mark.parametrize(
    ("c", "c_star", "eps", "R0", "at"),
    [
        ((1, 1), (0, 1), 0.01, 0.03, 4.000716602802277),
        ((1, 1), (0, -1.5), 1e-4, 0.55, -6.0000183),
        ((1, 1, 1), (0, 1, 0.5), 1.0, -0.2, None),
        ((0, 1, 0, 1), (0, 0, 0, 0.5), 0.1, 0.4, None),
    ],
)
def test_where_A_1_is_0_the_thresholds_at_the_line_of_no_alignment_are_found(c, c_star, eps, R0, at):
    """Beside M(0), where the line R = 0 turns from attracting to repelling: LSODA's starts part ways at each."""
    found = UnlearningModel(c, c_star, eps).thresholds(R0)
    if at is not None:
        assert np.min(np.abs(found - at)) < 1e-6 * abs(at)
    for threshold in found[np.abs(found) > 0.1]:
        below, above = scan(c, c_star, eps, R0, threshold * (1 + np.array([-1e-4, 1e-4])), 1e8)
        assert below != above
    grid = np.linspace(-19.9, 19.9, 40)
    ends = scan(c, c_star, eps, R0, grid, 1e8)
    for i in np.flatnonzero(ends[1:] != ends[:-1]):
        assert np.any((found > grid[i]) & (found < grid[i + 1])), (grid[i], grid[i + 1])


def test_a_fate_that_is_not_certain_between_two_that_are_hides_no_change(monkeypatch):
    """The fates of a made-up model: 0 below 2, undecided from 2 to 2.3, 1 above, and 2 from 3 to 3.1."""
    model = UnlearningModel((1, 1), (0, 1))

    def limit(model, a0, R0):
        known = Fate(0) if a0 <= 2 else Fate(2) if 3 < a0 < 3.1 else Fate(1)
        return SimpleNamespace(fate=Fate.UNDECIDED if 2 < a0 < 2.3 else known)

    monkeypatch.setattr(thresholds, "limit", limit)

    (found,) = _between(model, 0.3, [0.0, 2.9], np.array([2.1]))
    assert 2 <= found <= 2.3
    assert _bisected(model, 0.3, (1.0, Fate(0)), (3.05, Fate(2))) == pytest.approx([2.15, 3.0], abs=0.16)
    assert _bisected(model, 0.3, (2.5, Fate(1)), (3.05, Fate(2))) == pytest.approx([3.0], abs=1e-6)


def test_thin_strip_beside_a_threshold_has_its_other_end():
    """Partial alignment between two thresholds 4.6e-6 apart: its ends by the fates of starts around them."""
    model = UnlearningModel((0.889, 0, 0.143, -0.671), (0, -8.442, 5.357, -0.494), 1.0)
    found = model.thresholds(-0.65)
    assert found[-2:] == pytest.approx([1.371564455, 1.371569093], abs=1e-6)
    fates = [model.fate(a, -0.65) for a in (found[-2] - 2e-6, 0.5 * (found[-2] + found[-1]), found[-1] + 2e-6)]
    assert fates == [Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT, Fate.NO_ALIGNMENT]
    (claim,) = (one for one in model.explain(0.97, -0.65).claims if isinstance(one, ThresholdClaim) and one.nearest)
    assert claim.a0 == found[-2]
    assert claim.fate == Fate.NO_ALIGNMENT, "the strip is left out where the fate beyond is named"


def test_the_earlier_name_still_answers():
    model = UnlearningModel(*PUBLISHED)
    with pytest.warns(DeprecationWarning, match="is called thresholds now"):
        assert model.threshold(0.0, (5.0, 15.0)) == pytest.approx(model.thresholds(0.0, (5.0, 15.0)))
