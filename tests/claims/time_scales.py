"""Every number and word in the texts of the Time-scales view against an independent solver.

``random_state`` draws a state over the ranges of all parameters, degenerate ones often. ``problems`` computes the
view's texts and compares them with what LSODA makes of the published equations, with kernels and Hermite coefficients
of its own. Where LSODA needs too many steps, or does not agree with itself at another tolerance, a state is not judged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import erf, expit

from components.views.time_scales import compute
from components.views.time_scales.state import ACTIVATIONS, COEFFICIENT, EPS, HORIZON, SCALE, TimeScalesState
from dynamics.mean_field import initial_weights
from dynamics.plotting.mean_field.quantities import sample_times

EVALUATIONS = 30_000  # of the right-hand side: more are not spent on a state
DENSE = 4  # points between two steps at which crossings are looked for
HALF, NEAR, LONG = 0.5, 0.15, 1.5  # what the help says of learned degrees and of plateaus
DEGREES = 7
OTHER = math.nan


# --- states ---


def random_state(rng: np.random.Generator) -> TimeScalesState:
    """A state with few neurons, now and then many; one in two with something degenerate."""

    def coefficients() -> tuple[float, ...]:
        n = int(rng.integers(1, 6))
        kind = rng.integers(6)
        if kind == 0:
            values = rng.uniform(*COEFFICIENT, n) * 10.0 ** rng.uniform(-2, 0)
        elif kind == 1:
            values = rng.choice([-1.0, 1.0], n)
        else:
            values = rng.uniform(-2, 2, n)
        values[rng.random(n) < rng.choice([0.0, 0.0, 0.4, 1.0], p=[0.4, 0.2, 0.35, 0.05])] = 0.0
        return tuple(float(f"{value:.6g}") for value in values)

    logarithmic = lambda low, high: float(f"{10 ** rng.uniform(math.log10(low), math.log10(high)):.4g}")  # noqa: E731
    activation = str(rng.choice(ACTIVATIONS, p=[0.35, 0.1, 0.08, 0.07, 0.4]))
    law = str(rng.choice(["uniform", "normal", "alike"], p=[0.55, 0.25, 0.2]))
    m = int(rng.choice([1, 2, 3, 4, 6, 10, 20, 40], p=[0.12, 0.14, 0.14, 0.1, 0.1, 0.25, 0.1, 0.05]))
    if activation == "series" and rng.random() < 0.05:
        m = 100
    layers = tuple(layer for layer, share in (("overlaps", 0.15), ("planar", 0.5)) if rng.random() < share)
    panel = str(rng.choice(["course", "risk", "neurons", "sweep"], p=[0.5, 0.3, 0.16, 0.04]))
    return TimeScalesState(
        phi=(1.0, -1.0, 2 / 3) if rng.random() < 0.2 else coefficients(),
        activation=activation,
        sigma=coefficients(),
        eps=logarithmic(*EPS),
        m=m,
        law=law,
        scale=0.0 if rng.random() < 0.08 else float(f"{rng.uniform(*SCALE) * rng.choice([0.05, 0.05, 1.0]):.4g}"),
        seed=int(rng.integers(0, 10_000)),
        t=logarithmic(*HORIZON) if rng.random() < 0.5 else logarithmic(1.0, 1e3),
        layers=layers if m <= 10 else (),
        panel=panel if m <= 6 else "course",
        sweep=((1e-6, 1e-4), (1e-5, 1.0), (0.5, 10.0))[int(rng.integers(3))],
        seeds=int(rng.integers(1, 3)),
    )


# --- the independent evaluation ---


@lru_cache(maxsize=16)
def _hermite(name: str) -> np.ndarray:
    """Normalized Hermite coefficients of tanh and swish, by the trapezoidal rule (exponentially accurate)."""
    x = np.linspace(-14, 14, 14_001)
    weight = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    values = np.tanh(x) if name == "tanh" else x * expit(x)
    before, h, found = np.zeros_like(x), np.ones_like(x), []
    for k in range(161):
        found.append(float(np.sum(weight * values * h)))
        before, h = h, (x * h - math.sqrt(k) * before) / math.sqrt(k + 1)
    sigma = np.array(found)
    if name == "tanh":
        sigma[::2] = 0.0
    else:
        sigma[3::2] = 0.0
    return sigma


def coefficients(state: TimeScalesState) -> tuple[np.ndarray, np.ndarray]:
    """phi_k and sigma_k up to the highest degree that the view names."""
    K = max(len(state.phi), len(state.sigma) if state.activation == "series" else 0) - 1
    phi = np.pad(state.phi, (0, K + 1 - len(state.phi)))
    if state.activation == "series":
        return phi, np.pad(state.sigma, (0, K + 1 - len(state.sigma)))
    if state.activation == "relu":
        sigma = [1 / math.sqrt(2 * math.pi), 0.5]
        for k in range(2, K + 1):
            value = np.polynomial.HermiteE.basis(k - 2)(0.0) if k % 2 == 0 else 0.0
            sigma.append(float(value) / math.sqrt(2 * math.pi * math.factorial(k)))
        return phi, np.array(sigma[: K + 1])
    if state.activation == "erf":
        x = np.linspace(-14, 14, 14_001)
        weight = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * (x[1] - x[0])
        sigma = []
        for k in range(K + 1):
            h = np.polynomial.HermiteE.basis(k)(x) / math.sqrt(math.factorial(k))
            sigma.append(float(np.sum(weight * erf(x) * h)) if k % 2 else 0.0)
        return phi, np.array(sigma)
    return phi, _hermite(state.activation)[: K + 1]


def _couplings(state: TimeScalesState) -> Callable[[np.ndarray, np.ndarray], tuple[Any, Any, float]]:
    """Of b = w a and s: ``sum_j b_j U(s_i s_j)``, ``sum_j b_j s_j U'(s_i s_j)`` and ``sum_ij b_i b_j U(s_i s_j)``."""
    if state.activation in ("relu", "erf"):
        kernel = _kernel(state)

        def closed(b: np.ndarray, s: np.ndarray) -> tuple[Any, Any, float]:
            U, dU = kernel(np.outer(s, s))
            return U @ b, dU @ (b * s), float(b @ U @ b)

        return closed
    square = (np.array(state.sigma) if state.activation == "series" else _hermite(state.activation)) ** 2
    degrees = np.arange(len(square))

    def finite(b: np.ndarray, s: np.ndarray) -> tuple[Any, Any, float]:
        powers = s[:, None] ** degrees
        moments = b @ powers
        slopes = (degrees * square * moments)[1:] @ powers[:, :-1].T if len(square) > 1 else 0.0 * s
        return powers @ (square * moments), slopes, float(square @ moments**2)

    return finite


def _kernel(state: TimeScalesState) -> Callable[[np.ndarray], tuple[Any, Any]]:
    if state.activation == "relu":

        def relu(r: np.ndarray) -> tuple[Any, Any]:
            r = np.clip(r, -1, 1)
            angle = math.pi - np.arccos(r)
            return (np.sqrt(1 - r * r) + r * angle) / (2 * math.pi), angle / (2 * math.pi)

        return relu
    if state.activation == "erf":
        return lambda r: (2 / math.pi * np.arcsin(2 * r / 3), 4 / (3 * math.pi) / np.sqrt(1 - 4 * r * r / 9))
    square = (np.array(state.sigma) if state.activation == "series" else _hermite(state.activation)) ** 2
    U = np.polynomial.Polynomial(square)
    slope = U.deriv()
    return lambda r: (U(r), slope(r))


@dataclass
class Truth:
    """What an own integration finds: the state at the end and at the start, and half times."""

    phi: np.ndarray
    sigma: np.ndarray
    a: np.ndarray
    s: np.ndarray
    risk: tuple[float, float]
    tail: float
    left: np.ndarray
    half: np.ndarray
    doubtful: np.ndarray  # degrees that touch the level, or end at it
    times: np.ndarray
    risks: np.ndarray
    risk_at: Callable[[np.ndarray], np.ndarray]


class Unjudged(Exception):
    """The own solver does not decide a state."""


def solve(state: TimeScalesState, a0: np.ndarray, t_end: float, rtol: float = 1e-10) -> Truth:
    """LSODA in atanh s on distinct neurons with weights. Raises Unjudged."""
    phi, sigma = coefficients(state)
    start, counts = np.unique(a0, return_counts=True)
    w, n, couplings = counts / len(a0), len(start), _couplings(state)
    V = np.polynomial.Polynomial(phi * sigma)
    slope = V.deriv()
    spent = 0

    def f(_: float, y: np.ndarray) -> np.ndarray:
        nonlocal spent
        spent += 1
        if spent > EVALUATIONS or not np.isfinite(y).all():
            raise Unjudged
        a, s = y[:n], np.tanh(y[n:])
        level, pull, _ = couplings(w * a, s)
        return np.concatenate([(V(s) - level) / state.eps, a * (slope(s) - pull)])

    atol = np.concatenate([np.full(n, 1e-13 * (1 + float(np.abs(start).max()))), np.full(n, 1e-17)])
    with np.errstate(all="ignore"):
        found = solve_ivp(
            f, (0.0, t_end), np.append(start, np.zeros(n)), "LSODA", rtol=rtol, atol=atol, dense_output=True
        )
    if not found.success:
        raise Unjudged
    grid = np.unique(np.concatenate([np.linspace(x, y, DENSE + 1) for x, y in zip(found.t, found.t[1:], strict=False)]))
    y = found.sol(grid)
    y[:, 0], y[:, -1] = found.y[:, 0], found.y[:, -1]
    a, s = y[:n], np.tanh(y[n:])

    def residual(a: np.ndarray, s: np.ndarray) -> np.ndarray:
        powers = [np.sum(w * (a * s**k).T, axis=-1) for k in range(len(phi))]
        return np.array([p - q * moment for p, q, moment in zip(phi, sigma, powers, strict=True)])

    left = np.abs(residual(a, s)) / np.where(phi == 0, OTHER, np.abs(phi))[:, None]
    half, doubtful = np.full(len(phi), math.nan), np.zeros(len(phi), dtype=bool)
    for k in np.flatnonzero(phi):
        doubtful[k] = abs(left[k].min() - HALF) < 1e-3 or abs(left[k, -1] - HALF) < 1e-3
        below = np.flatnonzero(left[k] <= HALF)
        if len(below) and below[0] == 0:
            half[k] = 0.0
        elif len(below):

            def above(t: float, k: int = k) -> float:
                y = found.sol(t)
                return float(abs(residual(y[:n], np.tanh(y[n:]))[k] / phi[k])) - HALF

            half[k] = brentq(above, grid[below[0] - 1], grid[below[0]], xtol=1e-300, rtol=1e-12)
    pick = np.searchsorted(start, a0)
    knots = np.unique(np.append(np.arange(0, len(grid), 1 + len(grid) // 2000), len(grid) - 1))

    def risk_at(t: np.ndarray) -> np.ndarray:
        y = found.sol(t)
        a, s = y[:n], np.tanh(y[n:])
        rs = residual(a, s)
        tails = []
        for i in range(len(t)):
            square = couplings(w * a[:, i], s[:, i])[2]
            tails.append(0.5 * max(0.0, float(square - np.sum((phi - rs[:, i]) ** 2))))
        return np.array([0.5 * np.sum(rs**2, axis=0) + tails, tails])

    risks, tails = risk_at(grid[knots])
    return Truth(
        phi, sigma, y[pick, -1], np.tanh(y[n + pick, -1]), (float(risks[0]), float(risks[-1])), float(tails[-1]),
        left[:, -1], half, doubtful, grid[knots], risks, lambda t: risk_at(t)[0],
    )  # fmt: skip


def able(truth: Truth, a0: np.ndarray) -> np.ndarray:
    """Which degrees can be learned from s = 0."""
    drive = truth.phi * truth.sigma
    found = truth.sigma != 0
    if len(drive) < 2 or drive[1] == 0:
        found[1:] = False
    if drive[0] == 0 and not a0.any():
        found[:] = False
    return found


def laws(state: TimeScalesState, truth: Truth, a0: np.ndarray, eps: float) -> np.ndarray:
    """The asymptotic times where their conditions hold."""
    times = np.full(len(truth.phi), math.nan)
    odd = not truth.sigma[::2].any() and state.activation in ("erf", "tanh", "series")
    if eps >= 1 or len(np.unique(np.abs(a0) if odd else a0)) < 3:
        return times
    drive = truth.phi * truth.sigma
    for k in np.flatnonzero(drive):
        if (drive[1:k] == 0).any() or (k >= 2 and k % 2 == 0 and truth.sigma[0] == 0 and not (a0 * drive[k] > 0).any()):
            continue
        times[k] = (
            eps * math.log(2) / truth.sigma[0] ** 2 if k == 0
            else math.sqrt(eps) * math.log(1 / eps) / (4 * abs(drive[1])) if k == 1
            else eps ** (1 / (2 * k))
        )  # fmt: skip
    return times


def levels(truth: Truth, a0: np.ndarray) -> list[float]:
    """The plateaus of the canonical order, highest first, each once."""
    shares, can = 0.5 * truth.phi**2, able(truth, a0)
    heights = {round(float(shares[~can].sum() + shares[can & (np.arange(len(shares)) > k)].sum()), 12)
               for k in range(-1, len(shares))}  # fmt: skip
    return sorted((height for height in heights if height > 0), reverse=True)


# --- what is written ---

_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
N = r"(−?(?:10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d[\d.]*(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?))"


def number(text: str) -> float:
    """A number as the view writes it."""
    sign, text = (-1.0, text[1:]) if text[:1] == "−" else (1.0, text)
    found = re.fullmatch(r"(?:([\d.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if found:
        return sign * float(found[1] or 1) * 10.0 ** int(found[2].translate(_POWERS))
    return sign * float(text)


def same(text: str, value: float, digits: int, slack: float = 0.0) -> bool:
    """Whether a number in a text is this one, to its digits."""
    return abs(number(text) - value) <= (0.51 * 10.0 ** (1 - digits) + 3e-4) * abs(value) + slack


@dataclass
class Case:
    """A state, what the view writes of it, and what is so."""

    state: TimeScalesState
    a0: np.ndarray
    truth: Truth
    words: dict[str, Any]
    panels: dict[str, Any]

    def __post_init__(self) -> None:
        self.found: list[str] = []
        self.able = able(self.truth, self.a0)
        self.laws = laws(self.state, self.truth, self.a0, self.state.eps)
        self.alike = len(np.unique(self.a0))

    def check(self, holds: bool, text: str, why: str) -> None:
        if not holds:
            self.found.append(f"{why}: {text!r}")


def _degree(case: Case, text: str, fate: str) -> None:
    """One sentence on a degree."""
    truth, check = case.truth, case.check
    head = re.match(rf"Degree (\d+) \(φ([₀-₉]+) = {N}\) (.*)\.$", text)
    if head is None:
        return check(
            text == "The target is 0: there is nothing to learn." and not truth.phi.any(), text, "unknown sentence"
        )
    k, rest = int(head[1]), head[4]
    half, left = truth.half[k], truth.left[k]
    check(int(head[2].translate(_SUBSCRIPTS)) == k and same(head[3], truth.phi[k], 4), text, "wrong coefficient")
    lost = math.isfinite(half) and left > HALF
    expected = "absent" if not case.able[k] else "waiting" if math.isnan(half) else "lost" if lost else "learnt"
    check(fate == expected or bool(truth.doubtful[k]), text, f"fate {fate}, not {expected}")
    if fate != expected:
        return None
    if fate == "absent":
        return _absent(case, k, rest, text)
    rest = _left(case, k, rest, text)
    if fate == "waiting":
        found = re.fullmatch(rf"is not learned by t = {N}: LEFT", rest)
        return check(bool(found and same(found[1], case.state.t, 3)), text, "wrong horizon")
    rest = _law(case, k, rest, text)
    if half == 0:
        check(rest.startswith("is at least half learned at the start"), text, "learned at the start")
        rest = rest.replace("at least half learned at the start", "WHEN")
    else:
        found = re.match(rf"is half learned at t = {N}", rest)
        check(bool(found and same(found[1], half, 3)), text, f"half learned at {half:.6g}")
        rest = re.sub(rf"half learned at t = {N}", "WHEN", rest)
    if lost:
        found = re.fullmatch(rf"is WHEN, then lost again: LEFT at t = {N}", rest)
        return check(bool(found and same(found[1], case.state.t, 3)), text, "wrong end")
    if half == 0:
        return check(bool(re.fullmatch(rf"is WHEN: LEFT at t = {N}", rest)), text, "unknown end")
    if truth.doubtful[[j for j in np.flatnonzero(truth.phi) if case.able[j]]].any():
        return None
    return _fall(case, k, rest, text)


def _fall(case: Case, k: int, rest: str, text: str) -> None:
    truth, check = case.truth, case.check
    shares = 0.5 * truth.phi**2
    gone = truth.half < truth.half[k]
    before = float(shares[~gone].sum())
    on = truth.times[(np.abs(truth.risks - before) <= NEAR * shares[k]) & (truth.times < truth.half[k])]
    lasting = math.inf if len(on) and on[0] == 0 else on[-1] / on[0] if len(on) else 0.0
    start = abs(abs(truth.risks[0] - before) - NEAR * shares[k]) < 0.01 * shares[k]
    at = float(np.interp(truth.half[k], truth.times, truth.risks))
    close = abs(at - (before - shares[k])) < 0.02 * shares[k]
    found = re.fullmatch(rf"is WHEN: the risk falls from its plateau {N} toward {N}", rest)
    if found:
        check(lasting > 0.9 * LONG or start, text, "no such plateau")
        check(at > before - shares[k] or close, text, "the risk is below that level already")
        check(same(found[1], before, 4, 1e-9 * before), text, f"the level is {before:.6g}")
        check(same(found[2], before - shares[k], 4, 1e-9 * before), text, f"the level is {before - shares[k]:.6g}")
    else:
        check(rest == "is WHEN: the risk has no plateau before it", text, "unknown end")
        below = at <= before - shares[k] or close
        check(lasting < 1.1 * LONG or start or below, text, f"there is a plateau at {before:.4g}")


def _absent(case: Case, k: int, rest: str, text: str) -> None:
    phi, sigma = case.truth.phi, case.truth.sigma
    sub = str(k).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    if sigma[k] == 0:
        expected = f"cannot be learned: the activation has no such degree, σ{sub} = 0"
    elif not case.a0.any() and phi[0] * sigma[0] == 0:
        expected = "cannot be learned: all aᵢ(0) = 0 and σ₀φ₀ = 0, so nothing moves"
    else:
        lowest = next(j for j in range(1, len(phi)) if phi[j] != 0)
        why = f" (information exponent {lowest})" if lowest > 1 else ""
        expected = (
            f"cannot be learned from s = 0: σ₁φ₁ = 0{why}, so no neuron turns toward the feature; a network that "
            "starts from random directions can learn it"
        )
        case.check(float(np.abs(case.truth.s).max()) == 0.0, text, "s leaves 0")
    case.check(rest == expected, text, f"not {expected!r}")


def _left(case: Case, k: int, rest: str, text: str) -> str:
    left = float(case.truth.left[k])
    found = re.search(rf"its residual is {N} times φ[₀-₉]+|{N} % of it is left", rest)
    if found is None:
        return rest
    value = left if found[1] else 100 * left
    case.check(same(found[1] or found[2], value, 3, 1e-6), text, f"{left:.6g} is left")
    return rest.replace(found[0], "LEFT")


def _law(case: Case, k: int, rest: str, text: str) -> str:
    found = re.search(
        rf" \(asymptotic law, for a mean weight of 0 at the start: {N}, t ~ ε\)| \({N} by the asymptotic law, t ~ "
        r"√ε ln\(1/ε\)\)| \(the asymptotic law predicts only the exponent( in the limit of infinitely many neurons)?, "
        r"t ~ ε\^\(1/(\d+)\)\)",
        rest,
    )
    law = case.laws[k]
    if case.truth.half[k] == 0:
        case.check(found is None, text, "a law of what is learned at the start")
        return rest
    case.check((found is not None) == math.isfinite(law), text, f"law {law}")
    if found is None:
        return rest
    if k < 2:
        case.check(same(found[1] if k == 0 else found[2], law, 3), text, f"law {law}")
    else:
        case.check(int(found[4]) == 2 * k and (found[3] is not None) == (k > 2), text, "exponent")
    return rest.replace(found[0], "")


def _notes(case: Case) -> None:
    """Every note, and that the required ones are there."""
    state, truth, check = case.state, case.truth, case.check
    notes, seen = list(case.words["notes"]), set()
    doubtful = bool(truth.doubtful.any())
    order = sorted((k for k in np.flatnonzero(np.nan_to_num(truth.half)) if case.able[k]), key=lambda k: truth.half[k])
    texts = " ".join(case.words["runs"])
    for note in notes:
        if found := re.fullmatch(
            rf"At t = {N} the risk is (?:{N}|(less than 10⁻¹² of what it was at the start))(.*)\.", note
        ):
            seen.add("end")
            check(same(found[1], state.t, 3), note, "wrong horizon")
            if found[3]:
                check(truth.risk[1] < 1e-9 * truth.risk[0], note, f"risk {truth.risk[1]:.4g}")
                continue
            check(same(found[2], truth.risk[1], 3, 1e-9 * truth.risk[0]), note, f"risk {truth.risk[1]:.6g}")
            share = truth.tail / truth.risk[1] if truth.risk[1] else 0.0
            sure = truth.risk[1] > 1e-8 * truth.risk[0]
            part = re.fullmatch(
                rf", (?:(almost all) of it|{N} % of it) from degrees above (\d+), which the target does not contain",
                found[4],
            )
            if part:
                check(int(part[3]) == len(truth.phi) - 1, note, "degree")
                right = share > 0.94 if part[1] else same(part[2], 100 * share, 2, 0.1)
                check(right or not sure, note, f"a share of {share:.4g}")
            else:
                check(not found[4] and (share < 0.006 or not sure), note, f"a share of {share:.4g}")
        elif found := re.fullmatch(
            rf"Degrees (\d+) and (\d+) are learned nearly together, at t = {N} and {N}: "
            r"the risk has no plateau between them\.",
            note,
        ):
            one, two = int(found[1]), int(found[2])
            near = one in order and two in order and abs(order.index(one) - order.index(two)) == 1
            check(near or doubtful, note, "not one after the other")
            check(same(found[3], truth.half[one], 3) and same(found[4], truth.half[two], 3), note, "times")
            check(0.098 < truth.half[one] / truth.half[two] < 10.2, note, "not near each other")
            check(f"Degree {max((one, two), key=lambda k: truth.half[k])} " in texts, note, "degree")
        elif found := re.fullmatch(
            rf"Between degree (\d+) \(t = {N}\) and degree (\d+) \(t = {N}\) the risk has no plateau.", note
        ):
            one, two = int(found[1]), int(found[3])
            check(
                (one in order and two in order and order.index(two) == order.index(one) + 1) or doubtful, note, "order"
            )
            check(same(found[2], truth.half[one], 3) and same(found[4], truth.half[two], 3), note, "times")
        elif note.startswith("Here degrees are not learned in their canonical order."):
            seen.add("order")
            check(order != sorted(order) or doubtful, note, "the order is canonical")
        elif found := re.fullmatch(r"All (\d+) neurons start alike and stay alike: .*", note):
            seen.add("alike")
            check(int(found[1]) == state.m > 1 and case.alike == 1, note, "not alike")
        elif note.startswith("The asymptotic laws need 3 neurons"):
            seen.add("laws")
            check(not np.isfinite(case.laws).any() or "exponents" in note, note, "a law is known")
        elif note.startswith("The asymptotic laws are for ε → 0: from ε = 1 on"):
            check(state.eps >= 1, note, "eps < 1")
        elif found := re.fullmatch(
            rf"The asymptotic laws are for ε → 0: at ε = {N} predicted times are orders of magnitude.", note
        ):
            check(same(found[1], state.eps, 3) and 1e-4 < state.eps < 1 and np.isfinite(case.laws).any(), note, "eps")
        elif note.startswith("Without σ₀"):
            check(truth.sigma[0] == 0 != truth.phi[0], note, "σ₀")
        elif found := re.fullmatch(r"(\d+) of (\d+) neurons are drawn, .*", note):
            check(int(found[2]) == state.m > int(found[1]) == 60, note, "neurons")
        elif found := re.fullmatch(
            rf"Dotted: the planar system .* s differs by at most {N}, a by at most {N} of .*", note
        ):
            check(case.alike == 1 and not truth.sigma[0] and not truth.phi[0], note, "not planar")
            check(number(found[1]) < 1e-3 and number(found[2]) < 1e-3, note, "the two are the same system")
        elif found := re.fullmatch(
            rf"Dashed gray: the exact flow of (\d+) neurons?, .* by at most {N}"
            rf"(?:, up to t = {N}, where an integration stopped early)?.",
            note,
        ):
            check(int(found[1]) == state.m, note, "neurons")
            until = number(found[3]) if found[3] else math.inf
            check(same(found[2], _exact_gap(case, until), 3, 1e-6 * truth.risk[0]), note, "gap")
        elif note.startswith("Degree ") and state.panel == "sweep":
            pass  # by `_sweep`
        else:
            check(False, note, "unknown note")
    check("end" in seen, str(notes), "no risk at the end")
    check("alike" in seen or case.alike > 1 or state.m == 1, str(notes), "nothing of alike neurons")
    check("order" in seen or order == sorted(order) or doubtful, str(notes), "nothing of the order")
    if state.panel == "sweep":
        _sweep(case, [note for note in notes if note.startswith("Degree ")])


def _exact_gap(case: Case, until: float) -> float:
    """The largest difference of risks of mean field and exact flow up to a time, which is printed to three digits, by
    own integrations of both."""
    state, m, kernel = case.state, case.state.m, _kernel(case.state)
    V = np.polynomial.Polynomial(case.truth.phi * case.truth.sigma)
    spent = 0
    one = kernel(np.array(1.0))[0]

    def f(_: float, y: np.ndarray) -> np.ndarray:
        nonlocal spent
        spent += 1
        if spent > EVALUATIONS or not np.isfinite(y).all():
            raise Unjudged
        a, s, r = y[:m], y[m : 2 * m], y[2 * m :].reshape(m, m)
        U, dU = kernel(r)
        np.fill_diagonal(U, one)
        np.fill_diagonal(dU, 0.0)
        E = dU * a / m
        e = np.sum(E * r, axis=1)
        ds = a * (V.deriv()(s) * (1 - s * s) - E @ s + e * s)
        G = V.deriv()(s)[:, None] * (s[None, :] - s[:, None] * r) - E @ r + e[:, None] * r
        X = a[:, None] * G
        dr = X + X.T
        np.fill_diagonal(dr, 0.0)
        return np.concatenate([(V(s) - U @ a / m) / state.eps, ds, dr.ravel()])

    start = np.concatenate([case.a0, np.zeros(m), np.eye(m).ravel()])
    t = sample_times(state.eps, state.t)
    t = t[t <= 1.005 * until]
    with np.errstate(all="ignore"):
        found = solve_ivp(f, (0.0, t[-1]), start, "LSODA", t_eval=t, rtol=1e-10, atol=1e-13)
    if not found.success:
        raise Unjudged
    half = 0.5 * float(np.sum(case.truth.phi**2))
    risk = []
    for y in found.y.T:
        U = kernel(y[2 * m :].reshape(m, m))[0]
        np.fill_diagonal(U, one)
        risk.append(half - y[:m] @ V(y[m : 2 * m]) / m + y[:m] @ U @ y[:m] / (2 * m * m))
    return float(np.max(np.abs(case.truth.risk_at(t) - risk)))


def _sweep(case: Case, notes: list[str]) -> None:
    """The exponents of a sweep, by own learning times."""
    state, check = case.state, case.check
    eps = np.geomspace(*state.sweep, 7)
    starts = [initial_weights(state.m, seed, state.law, state.scale) for seed in range(state.seeds)]  # type: ignore[arg-type]
    phi, sigma = case.truth.phi, case.truth.sigma
    degrees = np.flatnonzero(phi * sigma).tolist()
    check(len(notes) == len(degrees), str(notes), "not a sentence for each degree")
    times = np.full((7, len(starts), len(phi)), math.inf)
    for i, value in enumerate(eps):
        for j, a0 in enumerate(starts):
            truth = solve(state.model_copy(update={"eps": float(value)}), a0, 10.0)
            if truth.doubtful.any():
                raise Unjudged
            kept = np.isfinite(truth.half) & (truth.left <= HALF)
            times[i, j, kept] = truth.half[kept]
    for k, note in zip(degrees, notes, strict=False):
        can = any(able(case.truth, a0)[k] for a0 in starts)
        if not can:
            check("cannot be learned from these starts" in note, note, "it cannot be learned")
            continue
        medians = np.median(times[:, :, k], axis=1)
        good = np.isfinite(medians) & (medians > 0)
        if good.sum() < 3:
            check(f"at {good.sum()} ε half of the starts" in note, note, f"{good.sum()} points")
            continue
        found = re.match(rf"Degree {k}: t ~ ε\^\({N}\)", note)
        slope = np.polyfit(np.log(eps[good]), np.log(medians[good]), 1)[0]
        check(bool(found and same(found[1], slope, 4, 2e-3)), note, f"the slope is {slope:.5g}")
        known = all(np.isfinite(laws(state, case.truth, a0, float(eps[0]))[k]) for a0 in starts)
        known = known and (k != 1 or (good & (eps < 1)).sum() > 2)
        check(("theory" in note) == known and "undefined" not in note, note, f"theory is known: {known}")


def _alternative_texts(case: Case) -> None:
    """The texts of the two figures for a screen reader, and the lines that are drawn."""
    state, truth, check = case.state, case.truth, case.check
    text = case.words["figures"]["cloud"]
    found = re.fullmatch(
        rf"Cloud of ([\d,]+) neurons?, .* All start at s = 0, a from {N} to {N}\. At t = {N} s is from {N} to {N}, a "
        rf"from {N} to {N}; ([\d,]+) neurons? ha(?:s|ve) s above 0\.",
        text,
    )
    if found:
        ends = (truth.s.min(), truth.s.max(), truth.a.min(), truth.a.max())
        size = max(1.0, float(np.abs(truth.a).max()))
        check(int(found[1]) == state.m, text, "neurons")
        check(same(found[2], case.a0.min(), 3) and same(found[3], case.a0.max(), 3), text, "start")
        for i, value in enumerate(ends):
            check(same(found[5 + i], float(value), 3, 1e-5 * (size if i > 1 else 1)), text, f"{value:.6g}")
        check(int(found[9]) == int(np.sum(truth.s > 0)) or np.abs(truth.s).min() < 1e-9, text, "neurons above 0")
    check(found is not None, text, "unknown text")
    text = case.words["figures"]["panels"]
    found = re.search(
        rf"The risk goes from {N} to {N}; the plateaus of the canonical order are ([^.]*(?:\.\d[^.]*)*)\. ", text
    )
    check(found is not None, text, "unknown text")
    heights = levels(truth, case.a0)
    if found:
        check(same(found[1], truth.risk[0], 4) and same(found[2], truth.risk[1], 3, 1e-9 * truth.risk[0]), text, "risk")
        written = [] if found[3] == "none" else found[3].split(", ")
        right = len(written) == len(heights) and all(map(same, written, heights, [4] * len(heights)))
        check(right, text, f"plateaus {heights}")
    shapes = case.panels["layout"].get("shapes", [])
    if state.panel in ("course", "risk"):
        drawn = sorted((shape["y0"] for shape in shapes if shape["xref"] == "x domain"), reverse=True)
        check(
            np.allclose(drawn, heights, rtol=1e-6) if len(drawn) == len(heights) else False, str(drawn), "dotted levels"
        )
    if state.panel in ("course", "risk", "neurons"):
        lines = [shape["x0"] for shape in shapes if shape["xref"] == "x"]
        first = 0.01 * min(state.eps, state.t)
        expected = [law for law in case.laws if math.isfinite(law) and first < law < state.t]
        check(len(lines) == len(expected) and np.allclose(lines, expected), str(lines), f"dashed lines, not {expected}")


def problems(state: TimeScalesState) -> list[str]:
    """What is wrong in the texts of a state; nothing where the own solver does not decide."""
    a0 = initial_weights(state.m, state.seed, state.law, state.scale)  # type: ignore[arg-type]
    chunks = list(compute.stream(state))
    words = next(dict(chunk.data) for chunk in chunks if chunk.kind == "text")
    panels = next(c.data["figure"] for c in chunks if c.kind == "scene" and c.data["name"] == "panels")
    if "stopped early" in chunks[-1].data["status"]:
        return []
    try:
        found = _problems(state, a0, words, panels, 1e-10)
        return found and [one for one in _problems(state, a0, words, panels, 1e-12) if one in found]
    except Unjudged:
        return []


def _problems(state: TimeScalesState, a0: np.ndarray, words: Any, panels: Any, rtol: float) -> list[str]:
    case = Case(state, a0, solve(state, a0, state.t, rtol), words, panels)
    targets = max(1, int(np.count_nonzero(case.truth.phi)))
    case.check(
        len(words["runs"]) == len(words["fates"]) == targets, str(words["runs"]), "not a sentence for each degree"
    )
    for text, look in zip(words["runs"], words["fates"], strict=True):
        _degree(case, text, look["fate"])
    _notes(case)
    _alternative_texts(case)
    return case.found
