"""Random states of the Lab view, and what is wrong with the sentences of one.

Independent of the app: the law of finite width and the law with the noise of descent are written down anew and
integrated by LSODA in R itself, the latter with Gauss-Hermite averages instead of the factors that the app's estimate
takes; the summaries of runs are compared with the arrays of the runs.
"""

from __future__ import annotations

import re
from itertools import count
from math import factorial
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from scipy.integrate import solve_ivp

from components.views.lab import captions, compute, records
from components.views.lab.compute import train
from components.views.lab.state import LabState
from components.views.lab.view import LabView
from dynamics.simulation.law_comparison import SHIFT_A, SHIFT_R
from dynamics.simulation.single_index import expected_steps

DIGITS = 5e-3  # relative, of three shown digits
NUMBER = r"(−?(?:∞|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?))"
SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NODES, WEIGHTS = hermegauss(14)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def random_state(rng: np.random.Generator) -> LabState:
    """A state; one in six a recorded one, one in three small enough to be trained."""
    kind = rng.integers(6)
    if kind == 0:
        return LabView.presets[rng.integers(len(LabView.presets))].state  # type: ignore[no-any-return]
    K = int(rng.integers(1, 6))
    size = float(rng.choice([0.1, 1.0, 1.0, 3.0]))
    c, c_star = (tuple(float(f"{one:.3g}") for one in rng.uniform(-size, size, K)) for _ in range(2))
    for _ in range(int(rng.integers(0, 2)) * int(rng.integers(0, 3))):
        place = int(rng.integers(K))
        c, c_star = (
            (*one[:place], 0.0 if rng.random() < 0.5 else one[place], *one[place + 1 :]) for one in (c, c_star)
        )
    small = kind < 3
    asked: dict[str, Any] = {
        "c": c,
        "c_star": c_star,
        "a": float(f"{rng.choice([0.0, 0.2, 1.0, 5.0, 20.0]) * rng.choice([-1, 1]):.3g}"),
        "m": int(rng.integers(2, 12)) if small else int(10 ** rng.uniform(0.4, 3.3)),
        "d": int(rng.integers(2, 25)) if small else int(10 ** rng.uniform(0.4, 3.3)),
        "batch": int(rng.integers(1, 80)) if small else int(10 ** rng.uniform(0, 4.3)),
        "noise": float(rng.choice([0.0, 0.0, 0.5, 1.0, 100.0])),
        "mode": str(rng.choice(["fresh", "fresh", "population", "recursion"])),
        "first": str(rng.choice(["orthonormal", "sphere"])),
        "runs": int(rng.integers(1, 5)) if small else int(rng.integers(1, 9)),
        "seed": int(rng.integers(0, 100)),
        "tau": float(f"{10 ** rng.uniform(-2, 0.5 if small else 5):.3g}"),
    }
    if rng.random() < 0.2:
        asked["step"] = float(f"{10 ** rng.uniform(-4, -1):.3g}")
    return LabState.make(asked)


def problems(state: LabState) -> list[str]:
    """Every sentence of a state that its own evaluation contradicts."""
    words, ended = {}, ""
    for chunk in compute.stream(state):
        words = chunk.data if chunk.kind == "text" else words
        ended = chunk.kind
    found = [] if ended == "end" else [f"the stream ends with {ended}"]
    (run,) = words["runs"]
    plane, panels = words["figures"]["plane"], words["figures"]["panels"]
    everything = [run, *words["notes"], plane, panels]
    found += [f"not a number: {one}" for one in everything if "nan" in one or "undefined" in one]
    found += _of_law(state, run)
    found += _of_expectations(state, words["notes"])
    record = records.of(state)
    if record is not None:
        found += _of_networks(state, record.history, words["notes"])
    elif state.m <= 12 and state.d <= 25 and state.batch <= 80 and state.tau <= 4 and _steps(state) < 2_000:
        try:
            course = train(state)
        except ValueError:
            return found
        found += _of_networks(state, course, captions.measured(state, compute.picture_of(state).comparison(course)))
    if f"{state.m} neurons" not in plane or f"{state.runs} trained network" not in plane:
        found.append(f"alt text: {plane}")
    return found


def _steps(state: LabState) -> float:
    """About how many steps a run takes; infinite where there is none."""
    try:
        return expected_steps(state.model, state.problem.setup, state.a, 0.0, state.tau)
    except ValueError:
        return np.inf


def read(text: str) -> float:
    """A number as the app writes it."""
    plain = text.replace("−", "-").replace("∞", "inf")
    mantissa, ten, power = plain.rpartition("10") if re.search("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", plain) else (plain, "", "")
    if not ten:
        return float(plain)
    return float(mantissa.removesuffix("·") or 1) * 10.0 ** int(power.translate(SUPERSCRIPT))


# --- laws


def _sums(state: LabState) -> tuple[np.ndarray, np.ndarray]:
    weights = [float(factorial(k)) for k in range(1, len(state.c) + 1)]
    A = [w * c * t for w, c, t in zip(weights, state.c, state.c_star, strict=True)]
    B = [w * c * c for w, c in zip(weights, state.c, strict=True)]
    return np.array([0.0, *A]), np.array([0.0, *B])


def finite_width(state: LabState, shaken: bool = False) -> Any:
    """The law of the width over log-spaced times, with the noise of descent or without it; None where LSODA fails."""
    V, U = (np.polynomial.Polynomial(one) for one in _sums(state))
    dV, dU, m, zero = (
        V.deriv(),
        U.deriv(),
        state.m,
        0.5 * sum(factorial(k) * one**2 for k, one in enumerate(state.c_star, start=1)),
    )
    own = np.array([0.0, *state.c])
    target = np.array([0.0, *state.c_star])
    slope = np.polynomial.hermite_e.hermeder(own)
    try:
        problem = state.problem.setup
    except ValueError:
        return None

    def loss(R: float, a: float, Q: float) -> float:
        return max(0.0, zero - a * V(R) + 0.5 * a * a * ((1 - 1 / m) * U(Q) + U(1) / m))

    def averages(R: float, a: float, Q: float) -> tuple[float, float]:
        """N and M: two-dimensional sums over v and the part of z beside it; that over xi exactly."""
        whole = 2.0 * loss(R, a, Q) + state.noise**2
        few = Q < R * R  # few neurons: their mean is longer than any pair's overlap says
        Q = min(max(Q, R * R, 1e-12), 1.0)
        root = Q**0.5
        rho = np.clip(R / root, -1.0, 1.0)
        v = NODES[:, None]
        z = rho * v + np.sqrt(1 - rho**2) * NODES[None, :]
        k = np.arange(len(own))
        f = a * hermeval(v, own * root**k)
        e2 = (hermeval(z, target) - f) ** 2 @ WEIGHTS + a * a * (U(1) - U(Q)) / m + state.noise**2
        if few:
            e2 *= whole / max(float(WEIGHTS @ e2), 1e-300)
        mean = hermeval(NODES, slope * root ** np.arange(len(slope)))
        square = np.polynomial.hermite_e.hermemul(slope, slope)
        square_mean = hermeval(NODES, square * root ** np.arange(len(square)))
        return a * a * float(WEIGHTS @ (square_mean * e2)), a * a * float(WEIGHTS @ (mean**2 * e2))

    calls = count()

    def rate(t: float, y: np.ndarray) -> list[float]:
        if next(calls) > (8_000 if shaken else 40_000):
            raise ArithmeticError
        R, a, Q = y
        dR = a * (dV(R) * (1 - R * R) - a * (1 - 1 / m) * dU(Q) * R * (1 - Q))
        da = V(R) - a * ((1 - 1 / m) * U(Q) + U(1) / m)
        dQ = 2 * a * (dV(R) * R * (1 - Q) - a / m * dU(Q) * ((1 - Q * Q) + (m - 2) * Q * (1 - Q)))
        if shaken:
            L = loss(R, a, Q)
            step = (
                state.step
                if state.step is not None
                else problem.adaptive_step(t, abs(a), a * a, 2 * L + state.noise**2)
            )
            kappa = step * (state.d - 1) / state.batch
            N, M = averages(R, a, Q)
            dR -= 0.5 * kappa * R * N
            dQ += kappa * (M - Q * N)
        return [dR, da, dQ]

    tau = np.append(0.0, np.geomspace(1e-6 * state.tau, state.tau, 1500))
    with np.errstate(all="ignore"):
        tolerances = {"rtol": 1e-5, "atol": 1e-8} if shaken else {"rtol": 1e-9, "atol": 1e-12}
        try:
            made = solve_ivp(rate, (0, state.tau), [0.0, state.a, 0.0], "LSODA", tau, **tolerances)
        except (ValueError, ArithmeticError):
            return None
    return None if made.status != 0 or not np.isfinite(made.y).all() else (tau, *made.y)


def _near(text: str, value: float, digits: float = DIGITS) -> bool:
    return bool(abs(read(text) - value) <= digits * abs(value) + 1e-6)


def _of_law(state: LabState, said: str) -> list[str]:
    A, _ = _sums(state)
    still = A[1] == 0 or state.a == 0
    if still:
        wrong = [] if "for vanishing noise" in said else ["no condition"]
        if "infinite width;" in said:
            wrong.append("a course where R rests")
        shared = next((k for k, one in enumerate(A) if one != 0), None)
        if any(state.c) and state.a != 0 and shared and f"first degree that both have is {shared}" not in said:
            wrong.append("no reason")
        return [f"{one}: {said}" for one in wrong]
    law = finite_width(state)
    if law is None:
        return []
    tau, R, a, _ = law
    size = np.abs(R)
    peak, lost = int(size.argmax()), 1 - size[-1] / size.max()
    found = []
    if "for vanishing noise (large batches, no label noise)" not in said:
        found.append("no condition")
    course = re.search(rf"\|R\| rises to {NUMBER} at τ = {NUMBER} and is {NUMBER} at τ = {NUMBER}: {NUMBER} % of", said)
    top = re.search(rf"\|R\| is {NUMBER} at τ = {NUMBER}, its largest value to within 1 %", said)
    if course is not None:
        numbers = [read(one) for one in course.groups()]
        reached = float(np.interp(numbers[1], tau, size))
        if not _near(course[1], size[peak]) or abs(reached - size[peak]) > DIGITS * size[peak]:
            found.append(f"peak {size[peak]:.5g} at {tau[peak]:.5g}")
        if not _near(course[3], size[-1], 2 * DIGITS) or abs(numbers[4] - 100 * lost) > 0.06 * 100 * lost + 0.1:
            found.append(f"end {size[-1]:.5g}, {100 * lost:.3g} % lost")
    elif top is None or not _near(top[1], size[-1], 2 * DIGITS) or lost > 0.012:
        found.append(f"end {size[-1]:.5g}, {100 * lost:.3g} % lost")
    return [f"{one}: {said}" for one in [*found, *_of_noise(state, said, tau, R, a)]]


def _of_noise(state: LabState, said: str, tau: np.ndarray, R: np.ndarray, a: np.ndarray) -> list[str]:
    """The sentence on noise stands where the law with noise is elsewhere, and only there: twice the bounds decide."""
    claimed = "The noise of descent" in said
    if state.mode != "fresh":
        return ["noise where there is none"] if claimed else []
    shaken = finite_width(state, True)
    # the averages take R and Q as of many neurons, and no network is trained with an unstable step
    if (
        shaken is None
        or (shaken[3] < shaken[1] ** 2 - 0.05).any()
        or (state.step or 0) > state.problem.setup.stable(state.a**2)
    ):
        return []
    size = np.maximum(1.0, np.abs(a))
    shift = np.maximum(np.abs(shaken[1] - R) / SHIFT_R, np.abs(shaken[2] - a) / size / SHIFT_A)
    if claimed and shift.max() < 0.5:
        return [f"noise without effect ({shift.max():.3g})"]
    if not claimed and shift.max() > 2.0:
        place = int(shift.argmax())
        return [
            f"noise unsaid: R {shaken[1][place]:.3g} for {R[place]:.3g}, a {shaken[2][place]:.3g} for {a[place]:.3g}"
        ]
    return []


def _of_expectations(state: LabState, notes: list[str]) -> list[str]:
    _, B = _sums(state)
    text, found = " ".join(notes), []
    if "coefficients of the probabilists' Hermite polynomials" not in text:
        found.append("which polynomials")
    decay = re.search(rf"\(U\(1\) − B₁\)/m = {NUMBER}", text)
    if (decay is not None) != (state.c[0] != 0):
        found.append("the decay of the width")
    if decay is not None and not _near(decay[1], (B.sum() - B[1]) / state.m, 0.06):
        found.append(f"decay {(B.sum() - B[1]) / state.m:.4g}")
    kappa = re.search(rf"κ = Δτ \(d − 1\)/B = {NUMBER}", text)
    if kappa is not None and state.step is not None:
        wanted = state.step * (state.d - 1) / state.batch
        if not _near(kappa[1], wanted, 0.06):
            found.append(f"kappa {wanted:.4g}")
    return [f"{one}: {text}" for one in found]


# --- networks


def _of_networks(state: LabState, course: Any, notes: list[str]) -> list[str]:
    found = []
    R, a = course.seeds["R"], course.seeds["a"]
    first = next((one for one in notes if one.startswith("Measured at")), "")
    for name, each in (("R", R[-1]), ("a", a[-1])):
        part = re.search(rf"\b{name} = (.*?); the law", first)
        numbers = [read(one) for one in re.findall(NUMBER + r"(?! run)", part[1])] if part else []
        for value in each[np.isfinite(each)]:
            if (
                not numbers
                or not min(numbers) - 6e-3 * abs(value) - 1e-6 <= value <= max(numbers) + 6e-3 * abs(value) + 1e-6
            ):
                found.append(f"{name} of a run, {value:.4g}, is not in: {first}")
        if len(numbers) == 1 and np.ptp(each) > 0.011 * np.abs(each).max() + 1e-6:
            found.append(f"one number for {each}: {first}")
    mean = R.mean(axis=1)
    apart = np.abs(R - mean[:, None]).min(axis=1) > 0.02 * np.maximum(1.0, np.abs(R).max(axis=1)) + 1e-9
    text = " ".join(notes)
    if "agree within" in text and apart.any():
        found.append(f"runs that part agree: {text}")
    if "R" in course.neurons:
        for seed, neurons in zip(state.seeds, course.neurons["R"], strict=True):
            sides = neurons.min() < -0.02 and neurons.max() > 0.02
            told_of = f"of the run of seed {seed} part" in text
            if sides and not told_of:
                found.append(f"neurons on both sides in seed {seed} are not mentioned: {text}")
            if told_of:
                sentence = next(one for one in notes if f"of the run of seed {seed} part" in one)
                counts = [int(one) for one in re.findall(r"[:;] (\d+) ha", sentence)]
                if sum(counts) != len(neurons):
                    found.append(f"{counts} are not {len(neurons)} neurons: {sentence}")
    law = finite_width(state) if "Networks and law agree" in text else None
    if law is not None and "allowed" in text:
        own = np.interp(course.tau, law[0], law[1])
        error = R.std(axis=1, ddof=1) / R.shape[1] ** 0.5 if R.shape[1] > 1 else 0.0
        allowed = 3 * error + 1 / state.m + 0.5 * state.d / state.batch
        if (np.abs(mean - own) > allowed + 2e-3).any():
            found.append(f"not within: {text}")
    return found
