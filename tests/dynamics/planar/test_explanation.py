"""No claim of an explanation is false: each is held against integrations, and exact arithmetic, of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import factorial, isfinite, isnan
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import polynomial as P

from dynamics import (
    Attractor,
    Claim,
    CriticalCoefficient,
    EndsIn,
    Explanation,
    Fate,
    FoldJump,
    PeakAlignment,
    PowerLaw,
    RunawayBranch,
    ThresholdClaim,
    Trajectory,
    UnlearningModel,
)
from tests.dynamics import cases
from tests.dynamics.reference import System, integrate
from tests.parameters import half_of_product

SETS = 250  # parameter sets of a test
LATEST, HIGHEST = 1e8, 1e3  # of tau and |a0|: where a trajectory can end and begin
LATE = (0.0, *np.geomspace(1.0, LATEST, 33))
OPEN = 0.03  # the share of claims that no integration may be able to decide, most of them for want of time


PUBLISHED = ((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))


class Undecidable(Exception):
    """An integration as long as they get does not tell."""


def late(model: UnlearningModel, a0: float, R0: float) -> Trajectory:
    """The solution to the latest time there is."""
    return model.trajectory(a0, R0, tau=LATE, rtol=1e-11)


def sums(model: UnlearningModel) -> list[np.ndarray]:
    """p, g, q, h as polynomials in R, straight from the definition."""
    k = np.arange(1, model.K + 1)
    w = np.array([float(factorial(i)) for i in k])
    A, B = w * model.c * np.array(model.c_star), w * np.array(model.c) ** 2
    p, g, q, h = np.zeros(model.K + 1), np.zeros(model.K), np.zeros(2 * model.K + 1), np.zeros(2 * model.K)
    p[k], g[k - 1], q[2 * k], h[2 * k - 1] = A, k * A, B, k * B
    return [p, g, q, h]


def seen(run: Trajectory) -> Fate | None:
    """The fate as the late course of a solution shows it; None where it is too early to be seen."""
    model, R, a = run.model, run.R, run.a
    size, k = np.abs(R), model.first_degree
    if size[-1] > 1 - 1e-5:
        return Fate.FULL_ALIGNMENT
    p, g, q, h = sums(model)
    if (
        k <= model.K
        and size[-1] > 0
        and abs(a[-1]) * size[-1] ** k > 0.7 * abs(model.c_star[k - 1] / model.c[k - 1]) > 0
    ):
        crossing = P.polysub(P.polymul(p, h), P.polymul(g, q))
        roots = P.polyroots(np.trim_zeros(crossing, "b")) if crossing.any() else np.empty(0)
        ahead = roots[(abs(roots.imag) < 1e-9) & (roots.real * R[-1] > 1e-9 * size[-1])].real
        if not (np.abs(ahead) < size[-1]).any() and size[-1] < 0.99 * size[-2] and abs(a[-1]) > abs(a[-2]):
            return Fate.UNLEARNING
    if size[-1] < 1e-6:
        # R = 0 may repel: then a solution that is still close to it leaves it at a time that is too late to be seen
        leaves = g[0] != 0 or (model.K > 1 and a[-1] * (g[1] - a[-1] * h[1]) > 0)
        return None if leaves and size[0] > 0 else Fate.NO_ALIGNMENT
    # at rest: at its present speed it would not get anywhere in as much time again
    speed = P.polyval(R[-1], p) - a[-1] * P.polyval(R[-1], q)
    at_rest = abs(speed) * LATEST < 1e-3 * max(1, abs(a[-1])) and abs(R[-1] - R[-5]) < 1e-3 * size[-1]
    creeps = abs(a[-1] - a[-5]) > 2 * abs(a[-5] - a[-9]) + 1e-8 * max(1, abs(a[-1]))  # not slower, a decade later
    if creeps:
        return None
    return Fate.PARTIAL_ALIGNMENT if at_rest else None


def ended(run: Trajectory) -> Fate:
    """The fate as it is seen. Raises Undecidable."""
    fate = seen(run)
    if fate is None:
        raise Undecidable
    return fate


def alike(seen_: Fate, claimed: Fate, model: UnlearningModel) -> bool:
    """Where a single c_k is not zero, the end on a line of equilibria may be short of 1 by less than rounding."""
    rounded = np.count_nonzero(model.c) == 1 and {seen_, claimed} == {Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT}
    return seen_ == claimed or rounded


def slow_flow(model: UnlearningModel, size: Fraction, side: int) -> tuple[Fraction, Fraction]:
    """M and H at R = side * size, exactly."""
    R = side * size
    p = g = q = h = Fraction(0)
    for k, (own, target) in enumerate(zip(model.c, model.c_star, strict=True), 1):
        A, B = (factorial(k) * Fraction(own) * Fraction(other) for other in (target, own))
        p, g, q, h = p + A * R**k, g + k * A * R ** (k - 1), q + B * R ** (2 * k), h + k * B * R ** (2 * k - 1)
    return g / h, p - g / h * q


def somewhere(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(-25, 25)), float(rng.uniform(-0.99, 0.99))


def unlearns_on(run: Trajectory, side: int) -> bool:
    return seen(run) == Fate.UNLEARNING and np.sign(run.R[-1]) == side


def ends(claim: EndsIn, run: Trajectory, rng: np.random.Generator) -> None:
    course = late(run.model, run.a0, run.R0)
    R, a = course.R[-1], course.a[-1]
    fate = ended(course)
    if claim.fate == Fate.UNLEARNING:
        assert fate == Fate.UNLEARNING
        assert claim.a == np.sign(a) * np.inf
        left = course.loss - claim.loss
        assert left[-1] > -1e-9 * run.model.initial_loss
        assert left[-1] < 0.9 * left[-9] + 1e-9 * run.model.initial_loss
        return
    assert abs(R - claim.R) < 1e-3
    assert abs(a - claim.a) < 1e-2 * max(1, abs(claim.a))
    assert abs(course.loss[-1] - claim.loss) < 1e-3 * max(1, run.model.initial_loss)
    named = Fate.NO_ALIGNMENT if claim.R == 0 else Fate.PARTIAL_ALIGNMENT if abs(claim.R) < 1 else Fate.FULL_ALIGNMENT
    assert alike(named, claim.fate, run.model)


def threshold(claim: ThresholdClaim, run: Trajectory, rng: np.random.Generator) -> None:
    off = 2.2e-6 * max(1, abs(claim.a0)) * np.sign(claim.a0 - run.a0)
    between = rng.uniform(min(run.a0, claim.a0 - off), max(run.a0, claim.a0 - off))
    beyond = claim.a0 + off + 1e-4 * max(1, abs(claim.a0)) * np.sign(off)  # behind strips that the claim leaves out
    for a0, fate in ((between, run.fate), (claim.a0 - off, run.fate), (beyond, claim.fate)):
        assert alike(ended(late(run.model, float(a0), run.R0)), fate, run.model), a0


def branch(claim: RunawayBranch, run: Trajectory, rng: np.random.Generator) -> None:
    model, k = run.model, claim.k
    assert not any(model.c[: k - 1])
    assert model.c[k - 1] != 0
    assert claim.exists == (model.c_star[k - 1] != 0)
    tiny = Fraction(1, 10**12)
    (M, H), (_, H_below) = (slow_flow(model, size, claim.side) for size in (tiny, tiny / 10))
    if claim.exists:
        assert float(M * tiny**k * claim.side**k) == pytest.approx(claim.alpha0, rel=1e-6)
        assert np.sign(float(M)) == claim.a_sign
        assert (claim.p is None) == (H == 0)
        assert claim.unlearns == (M * H > 0)  # da/dtau = H drives |a| up
    if claim.p is not None:
        assert abs(float(H / H_below) / 10**claim.p - 1) < 1e-6
        assert float(H / tiny**claim.p) * claim.side**claim.p == pytest.approx(claim.h_p, rel=1e-6)
    if claim.unlearns:
        # the highest start there is on the branch: it creeps, but it creeps away from R = 1
        R = claim.side * min(0.5, (abs(claim.alpha0) / 900) ** (1 / k))
        a = float(model.critical_manifold_a(R))
        if abs(a) < 1e3 and model.fate(a, R) == Fate.UNLEARNING:
            course = late(model, a, R)
            assert abs(course.R[-1]) < abs(R)
            assert abs(course.a[-1]) > abs(a)
    else:
        assert not unlearns_on(late(model, *somewhere(rng)), claim.side)


def coefficient(claim: CriticalCoefficient, run: Trajectory, rng: np.random.Generator) -> None:
    model = run.model
    assert model.c_star[claim.degree - 1] == claim.present
    for step in (1e-3, 0.3, 3.0):
        target = list(model.c_star)
        target[claim.degree - 1] = claim.value + (step if claim.above else -step)
        other = UnlearningModel(model.c, target, model.eps)
        M, H = slow_flow(other, Fraction(1, 10**15), claim.side)
        assert (M * H > 0) == claim.unlearns  # da/dtau = H drives |a| up
    for step in (1e-3, 0.0):  # not yet, and not as it is
        target = list(model.c_star)
        target[claim.degree - 1] = claim.value - (step if claim.above else -step) if step else claim.present
        M, H = slow_flow(UnlearningModel(model.c, target, model.eps), Fraction(1, 10**15), claim.side)
        assert (M * H > 0) != claim.unlearns
    if not claim.unlearns:
        for a0, R0 in ((run.a0, run.R0), somewhere(rng)):
            assert not unlearns_on(late(other, a0, R0), claim.side)


def decay_rates(model: UnlearningModel, R: float, a: float) -> np.ndarray:
    """How fast small displacements from an equilibrium decay, the slower one first: from the Jacobian's eigenvalues."""
    p, g, q, h = sums(model)
    drive = P.polyval(R, g) - a * P.polyval(R, h)
    along = (1 - R**2) * a * (P.polyval(R, P.polyder(g)) - a * P.polyval(R, P.polyder(h))) - 2 * R * a * drive
    across = (1 - R**2) * (drive - a * P.polyval(R, h))
    jacobian = [
        [along / model.eps, across / model.eps],
        [P.polyval(R, P.polyder(p)) - a * P.polyval(R, P.polyder(q)), -P.polyval(R, q)],
    ]
    return np.sort(-np.linalg.eigvals(jacobian).real)


def attractor(claim: Attractor, run: Trajectory, rng: np.random.Generator) -> None:
    model = run.model
    if abs(claim.a) > HIGHEST:
        raise Undecidable
    if abs(claim.R) < 1:
        R = float(np.clip(claim.R + 1e-7 * rng.choice([-1, 1]), -1, 1))
        course = late(model, claim.a + 1e-7 * rng.choice([-1, 1]), R)
        assert abs(course.R[-1] - claim.R) < 1e-5
        assert abs(course.a[-1] - claim.a) < 1e-3 * max(1, abs(claim.a))
    if claim.is_global_minimum:
        assert model.loss(rng.uniform(-1, 1, 500), rng.uniform(-30, 30, 500)).min() > claim.loss - 1e-9
    assert float(model.loss(claim.R, claim.a)) == pytest.approx(claim.loss)
    decay = decay_rates(model, claim.R, claim.a)
    assert claim.rate == pytest.approx(decay[0], rel=1e-6)
    taus = run.limit.tau + np.linspace(0, 80 / claim.rate, 641)
    if taus[-1] < 1e8 and decay[1] > 1.3 * decay[0]:  # nearly equal ones show as (C + D tau) e^(-rate tau)
        course = model.trajectory(run.a0, run.R0, tau=np.unique([0, *taus]), rtol=1e-12)
        displaced = np.stack([course.R - claim.R, (course.a - claim.a) / max(1, abs(claim.a))], axis=-1)
        distance = np.hypot(*displaced.T)
        near = np.flatnonzero((distance < 1e-5) & (distance > 1e-9))
        if len(near) >= 8:  # what is left is C e^(-slow tau) + D e^(-fast tau): they may cancel on the way
            modes = np.exp(-np.outer(course.tau[near] - course.tau[near[0]], decay)) / distance[near, None]
            share = displaced[near] / distance[near, None]
            misses = share - modes @ np.linalg.lstsq(modes, share, rcond=None)[0]
            assert np.sqrt(np.mean(misses**2)) < 0.05


def alignment(claim: PeakAlignment, run: Trajectory, rng: np.random.Generator) -> None:
    model = run.model

    def size(tau: float) -> float:
        return abs(float(model.trajectory(run.a0, run.R0, tau=[0, tau] if tau > 0 else [0], rtol=1e-10).R[-1]))

    if not isfinite(claim.tau) and seen(late(model, run.a0, run.R0)) is None:
        raise Undecidable  # the largest |R| is what the solution tends to, and it is on its way still
    coarse = model.trajectory(run.a0, run.R0, tau_end=1e8, n=2000, rtol=1e-10)
    top = int(np.argmax(np.abs(coarse.R)))
    around = np.linspace(*coarse.tau[[max(top - 1, 0), min(top + 1, len(coarse.tau) - 1)]], 200)
    times = np.unique(np.concatenate([coarse.tau, around]))
    course = np.abs(model.trajectory(run.a0, run.R0, tau=times, rtol=1e-10).R)
    assert abs(course.max() - claim.peak) < 1.5e-3
    if isfinite(claim.tau):
        assert abs(size(claim.tau) - claim.peak) < 1.5e-3
    if run.fate == Fate.UNLEARNING:
        assert claim.lost == claim.peak
    elif seen(late(model, run.a0, run.R0)) is not None:
        assert abs(course.max() - course[-1] - claim.lost) < 3e-3
    if isfinite(claim.halved):
        assert size(0.95 * claim.halved) > 0.5 * claim.peak > size(1.05 * claim.halved)


def power_law(claim: PowerLaw, run: Trajectory, rng: np.random.Generator) -> None:
    tiny = Fraction(1, 10**15)
    side = 1 if claim.R_prefactor > 0 else -1
    (M, H), (M_above, _) = (slow_flow(run.model, size, side) for size in (tiny, tiny * Fraction(1000001, 1000000)))
    steepness = float((M_above - M) / (tiny / 1000000))
    tau = (float(tiny) / abs(claim.R_prefactor)) ** (1 / claim.R_exponent)
    # dR/dtau = H/M' on the branch, and x R/tau by the law R ~ tau^x
    assert float(H) / steepness * tau / float(tiny) == pytest.approx(claim.R_exponent, rel=1e-4)
    assert claim.a_prefactor * tau**claim.a_exponent == pytest.approx(float(M), rel=1e-4)
    times = np.geomspace(1e7, 1e8, 2)
    course = run.model.trajectory(run.a0, run.R0, tau=[0, *times], rtol=1e-10)
    R = Fraction(float(abs(course.R[-1])))
    (M, H), (_, H_tiny) = (slow_flow(run.model, size, side) for size in (R, tiny))
    bend = float(H / R**claim.p) / float(H_tiny / tiny**claim.p)
    if abs(bend - 1) < 0.05 and abs(course.R[-1]) < 0.5 * abs(course.R).max():  # the first term leads by now
        power = np.abs(course.R[1:]) ** (1 / claim.R_exponent)  # which grows by the law evenly with tau
        rate = abs(claim.R_prefactor) ** (1 / claim.R_exponent)
        assert (power[1] - power[0]) / (times[1] - times[0]) == pytest.approx(rate, rel=0.25)
    else:
        raise Undecidable


def jump(claim: FoldJump, run: Trajectory, rng: np.random.Generator) -> None:
    small = UnlearningModel(run.model.c, run.model.c_star, 1e-6)
    course = small.trajectory(run.a0, run.R0, tau_end=1e8, n=5000, rtol=1e-9)
    height = (course.a - claim.a) / max(1, abs(claim.a))
    leaves = np.hypot(course.R - claim.R, height)
    fold = int(np.argmin(leaves))
    if fold == len(course.R) - 1:
        raise Undecidable  # on its way to the fold still
    assert leaves[fold] < 0.02
    level = fold + int(np.argmin(np.append(abs(height[fold:]) < 0.02, False)))  # a jump hardly changes a
    _, g, _, h = sums(small)
    R, a = course.R[fold:level], course.a[fold:level]
    away = (1 - R**2) * np.abs(P.polyval(R, g) - a * P.polyval(R, h))
    farthest = int(np.argmax(away))
    rests = farthest + int(np.argmax(away[farthest:] < 1e-2 * away[farthest]))  # on the critical manifold again
    assert rests > farthest
    assert abs(course.R[fold + rests] - claim.landing) < 0.02


CHECKS: dict[type[Claim], Callable[..., None]] = {
    EndsIn: ends,
    ThresholdClaim: threshold,
    RunawayBranch: branch,
    CriticalCoefficient: coefficient,
    Attractor: attractor,
    PeakAlignment: alignment,
    PowerLaw: power_law,
    FoldJump: jump,
}


def explained(c: tuple[float, ...], c_star: tuple[float, ...], eps: float, a0: float, R0: float) -> Explanation:
    model = UnlearningModel(c, c_star, eps)
    return model.explain(a0, R0, model.trajectory(a0, R0))


def drawn(rng: np.random.Generator) -> tuple[tuple[float, ...], tuple[float, ...], float, float, float]:
    """A random parameter set: often with equal or with round coefficients, as a hand at the sliders makes them."""
    K = int(rng.integers(1, 7))

    def coefficients() -> tuple[float, ...]:
        values = rng.uniform(-3, 3, K)
        return tuple((np.round(2 * values) / 2 if rng.random() < 0.5 else np.round(values, 3)).tolist())

    c = (1.0,) * K if rng.random() < 0.4 else coefficients()
    eps = 1.0 if rng.random() < 0.4 else float(10 ** rng.uniform(-6, 1))
    a0 = round(rng.uniform(-20, 20) if rng.random() < 0.7 else rng.uniform(-2, 2), 3)
    R0 = 0.0 if rng.random() < 0.6 else round(rng.uniform(-0.99, 0.99), 3)
    return c, coefficients(), eps, a0, R0


def false_claims(sets: int, seed: int) -> tuple[Counter[str], Counter[str], list[tuple[Any, Claim, str]]]:
    """Claims over random parameter sets: how many of each kind were made, how many were left open, the false ones."""
    rng = np.random.default_rng(seed)
    made: Counter[str] = Counter()
    left_open: Counter[str] = Counter()
    false = []
    for number in range(sets):
        start = drawn(rng)
        model = UnlearningModel(*start[:3])
        run = model.trajectory(*start[3:])
        for claim in model.explain(*start[3:], run).claims:
            made[claim.kind] += 1
            try:
                CHECKS[type(claim)](claim, run, np.random.default_rng(number))
            except Undecidable:
                left_open[claim.kind] += 1
            except AssertionError as error:
                false.append((start, claim, str(error).partition("\n")[0]))
    return made, left_open, false


@pytest.mark.parametrize("share", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_no_claim_is_false_over_random_parameter_sets(share: int) -> None:
    """`python -m tests.campaigns.explanations` takes 2,000."""
    made, left_open, false = false_claims(SETS, 20260101 + share)
    assert not false, (len(false), false[:5])
    assert left_open.total() < OPEN * made.total(), (left_open, made)
    assert set(made) == {claim.kind for claim in CHECKS}  # every kind of claim is made, and often
    assert min(made[kind] for kind in made if kind != "jump") > 0.2 * SETS


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.nightly if seed >= 15 else ()) for seed in range(40)]
)
def test_the_judges_integrations_are_those_of_an_independent_solver(seed: int) -> None:
    c, c_star, eps, a0, R0 = drawn(np.random.default_rng([7, seed]))
    run = late(UnlearningModel(c, c_star, eps), a0, R0)
    R, a = integrate(System(c, c_star, eps), a0, R0, LATEST).plane(run.tau[1:])
    # a start next to a separatrix magnifies either one's errors
    np.testing.assert_allclose(run.R[1:], R, atol=1e-4)
    np.testing.assert_allclose(run.a[1:], a, rtol=1e-3, atol=1e-4)


FALSE: list[tuple[type[Claim], dict[str, Callable[[Any], Any]]]] = [
    (EndsIn, {"fate": lambda _: Fate.PARTIAL_ALIGNMENT, "R": lambda _: 0.3, "a": lambda _: 1.0}),
    (ThresholdClaim, {"a0": lambda a0: 1.01 * a0}),
    (ThresholdClaim, {"a0": lambda a0: 0.99 * a0}),
    (ThresholdClaim, {"fate": lambda _: Fate.PARTIAL_ALIGNMENT}),
    (RunawayBranch, {"unlearns": lambda truth: not truth}),
    (RunawayBranch, {"p": lambda p: p + 1}),
    (RunawayBranch, {"alpha0": lambda alpha: -alpha}),
    (CriticalCoefficient, {"value": lambda value: value + 0.3}),
    (CriticalCoefficient, {"above": lambda above: not above}),
    (Attractor, {"R": lambda R: R - 1e-3}),
    (Attractor, {"rate": lambda rate: 1.5 * rate}),
    (PeakAlignment, {"peak": lambda peak: peak + 0.01}),
    (PowerLaw, {"R_prefactor": lambda prefactor: 1.5 * prefactor}),
    (PowerLaw, {"a_exponent": lambda exponent: 1.1 * exponent}),
    (FoldJump, {"landing": lambda landing: landing - 0.1}),
]


@pytest.mark.parametrize(("kind", "lie"), FALSE)
def test_a_false_claim_is_found_out(kind: type[Claim], lie: dict[str, Callable[[Any], Any]]) -> None:
    caught = 0
    for a0 in (5.0, 9.0, 10.0):
        model = UnlearningModel(*PUBLISHED)
        run = model.trajectory(a0)
        for claim in model.explain(a0, 0.0, run).claims:
            if type(claim) is not kind:
                continue
            wrong = replace(claim, **{name: change(getattr(claim, name)) for name, change in lie.items()})
            if wrong == claim:
                continue
            try:
                CHECKS[kind](wrong, run, np.random.default_rng(0))
            except AssertionError:
                caught += 1
    assert caught


def test_the_published_runs_are_explained() -> None:
    by_kind = {claim.kind: claim for claim in explained(*PUBLISHED, 1.0, 10.0, 0.0).claims if claim.kind != "threshold"}
    ends_, branch_, law = by_kind["ends"], by_kind["branch"], by_kind["power law"]
    assert isinstance(ends_, EndsIn)
    assert isinstance(branch_, RunawayBranch)
    assert isinstance(law, PowerLaw)
    assert (ends_.fate, ends_.loss) == (Fate.UNLEARNING, 76.0)
    assert (branch_.k, branch_.p, branch_.unlearns) == (1, 2, True)
    assert branch_.h_p == pytest.approx(2.0)  # -A_2/k
    assert law.a_prefactor == pytest.approx(1.81712, abs=1e-5)
    thresholds = [claim for claim in explained(*PUBLISHED, 1.0, 10.0, 0.0).claims if isinstance(claim, ThresholdClaim)]
    assert thresholds[0].a0 == pytest.approx(9.31175172, abs=1e-6)
    assert thresholds[0].fate == Fate.FULL_ALIGNMENT
    flip = by_kind["coefficient"]
    assert isinstance(flip, CriticalCoefficient)
    assert (flip.degree, flip.value, flip.above, flip.unlearns) == (2, 0.0, True, False)
    jumps = [claim for claim in explained(*PUBLISHED, 1.0, 9.0, 0.0).claims if isinstance(claim, FoldJump)]
    assert len(jumps) == 1
    assert (jumps[0].R, jumps[0].a) == (pytest.approx(0.127, abs=1e-3), pytest.approx(8.36, abs=0.01))


@pytest.mark.parametrize(("start", "eps"), half_of_product(cases.PRESETS, cases.EPSILONS))
def test_no_claim_about_a_preset_is_false_at_any_eps(start: Any, eps: float) -> None:
    c, c_star, a0, R0 = start
    model = UnlearningModel(c, c_star, eps)
    run = model.trajectory(a0, R0)
    for claim in model.explain(a0, R0, run).claims:
        with suppress(Undecidable):
            CHECKS[type(claim)](claim, run, np.random.default_rng(0))


def test_a_run_that_ends_at_half_its_peak_has_no_time_at_which_that_is_lost() -> None:
    claims = explained((1, 1), (1, 0.5), 2.7e-4, 0.033, 0.0).claims
    (said,) = (claim for claim in claims if isinstance(claim, PeakAlignment))
    assert (said.peak, said.lost) == (pytest.approx(1), pytest.approx(0.5))
    assert isnan(said.halved)


@pytest.mark.parametrize(
    "start",
    [
        ((0.0,), (1.0,), 1.0, 5.0, 0.3),
        ((1.0,), (0.0,), 1.0, 5.0, 0.3),
        ((1.0, 1.0), (1.0, 1.0), 1.0, 5.0, 0.0),
        ((1.0,), (1.0,), 1.0, 5.0, 0.0),
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0), 1.0, 5.0, 0.0),
        ((0.0, 1.0), (0.0, 1.0), 1.0, 5.0, 0.0),
        ((1.0,) * 5, (0.0, 1.0, 0.5, 0.0, 0.0), 1.0, 6.0, 0.3),
        (*((1.0,) * 10,) * 2, 1e-6, -20.0, 0.0),
        ((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0), 1.0, 0.0, 0.0),
        ((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0), 1.0, 3.0, 1.0),
        ((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0), 1.0, -3.0, -1.0),
    ],
)
def test_degenerate_starts_are_explained_too(start: Any) -> None:
    model = UnlearningModel(*start[:3])
    run = model.trajectory(*start[3:])
    said = model.explain(*start[3:], run)
    assert said.fate == run.fate
    for claim in said.claims:
        with suppress(Undecidable):
            CHECKS[type(claim)](claim, run, np.random.default_rng(0))
        assert claim.as_dict()["kind"] == claim.kind
