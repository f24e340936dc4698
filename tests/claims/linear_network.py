"""Every sentence of the Linear network view for a state, held against an evaluation of its own.

The weights are drawn anew, the sums over them have 60 digits, ends are in closed form, and times come from an
integration of the residual. Nothing of `dynamics` is used but the weights, to see that they are the same, and the steps
of gradient descent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import exp, fsum, hypot, inf, isfinite, isnan, log, log10, nan, sqrt
from typing import Any

import mpmath
import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import expit

from components.views.linear_network import compute
from components.views.linear_network.plan import picture_of
from components.views.linear_network.state import (
    ALIGNED,
    AXES,
    EXPONENT,
    GAMMA,
    HORIZON,
    LAYERS,
    LOSS_EXPONENT,
    MAP_QUANTITIES,
    PANELS,
    POINT,
    RATE,
    SCALE,
    SEEDS,
    STEP,
    TARGET,
    WIDTH,
    LinearNetworkState,
)
from dynamics.linear_network.descent_runs import ACTIVATIONS, ActivationRuns, DescentRun
from dynamics.plotting.linear_network.picture import MAP_CELLS

EXACT = 500  # neurons up to which sums are done in many digits
SIMULATED = 100_000  # steps of a neuron that are done anew
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = r"−?(?:\d[\d.,]*(?:·10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?|10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|∞)|undefined"
N = rf"({NUMBER})"
CHANGE = rf"(?:keeps its size|grows (?:{NUMBER})-fold|falls to (?:{NUMBER}) times its start|falls to 0|is undefined)"


def random_state(rng: np.random.Generator) -> LinearNetworkState:
    """A state from the whole range of every parameter, its ends and degenerate cases included."""

    def power(bounds: tuple[float, float]) -> float:
        low, high = map(log10, bounds)
        kind = rng.random()
        if kind < 0.1:
            return float(rng.choice(bounds))
        if kind < 0.4:
            low, high = max(low, -1.0), min(high, 1.0)
        return float(np.clip(10.0 ** rng.uniform(low, high), *bounds))

    panel = str(rng.choice(tuple(PANELS), p=(0.6, 0.15, 0.17, 0.08)))
    widest = 50.0 if panel == "activations" else float(WIDTH[1])
    d = int(rng.choice([1, 2, 3, 10 ** rng.uniform(0, 2), 10 ** rng.uniform(0, log10(widest))]))
    balanced = rng.random() < 0.4
    values: dict[str, Any] = {
        "d": d,
        "gamma": power(GAMMA),
        "sigma_u": power(SCALE),
        "sigma_w": power(SCALE),
        "eta_u": power(RATE),
        "eta_w": power(RATE),
        "x_norm": power(POINT),
        "aligned": float(rng.choice([0.0, *ALIGNED, rng.uniform(*ALIGNED)])),
        "beta": float(rng.choice([1.0, 1.0, 1.0, *LOSS_EXPONENT, rng.uniform(*LOSS_EXPONENT), rng.uniform(0.9, 1.1)])),
        "seed": int(rng.integers(SEEDS[0], SEEDS[1] + 1)),
        "t": power(HORIZON) if rng.random() < 0.2 else None,
        "layers": tuple(layer for layer in LAYERS if rng.random() < 0.4),
        "step": power(STEP),
        "panel": panel,
        "seeds": int(rng.integers(1, 4)) if panel != "map" else int(rng.integers(1, 21)),
        "x": str(rng.choice(list(AXES))),
        "y": str(rng.choice(list(AXES))),
        "shown": str(rng.choice(tuple(MAP_QUANTITIES))),
        "grows": str(rng.choice(["width", "scales"])),
    }
    grid = rng.random() < 0.5
    for name in ("c_gamma", "c_u", "c_w", "c_eta_u", "c_eta_w"):
        values[name] = float(rng.integers(-12, 13) / 4 if grid else rng.uniform(*EXPONENT))
    if balanced:
        values |= {"eta_u": 1.0, "eta_w": 1.0, "sigma_w": values["sigma_u"], "x_norm": 1.0}
        size = values["sigma_u"] ** 2 * d * 10.0 ** rng.uniform(-1, 2)
        values["gamma"] = float(np.clip(1.0 / size, *GAMMA))
    state = LinearNetworkState.make(values)
    f0 = Truth.of(state).f0
    near = f0 * float(rng.choice([1.0, -1.0])) * (1.0 + float(rng.choice([-1, 1])) * 10.0 ** rng.uniform(-9, -0.3))
    target = rng.choice([0.0, *TARGET, near, rng.uniform(*TARGET), rng.choice([-1, 1]) * 10.0 ** rng.uniform(-8, 2)])
    return LinearNetworkState.make({**values, "target": float(np.clip(target, *TARGET))})


def problems(state: LinearNetworkState) -> list[str]:
    """What is false in the sentences, notes, titles and alt texts of a state; empty where nothing is."""
    with np.errstate(all="ignore"):
        return [f"{problem} [{state.query()}]" for problem in _problems(state)]


# --- the network, evaluated anew ---------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """A network by the sums over its weights, in many digits."""

    u2: Any
    v2: Any
    uv: Any
    gamma: Any
    rho: Any
    eta_u: Any
    eta_w: Any
    y: Any
    beta: float

    @classmethod
    def of(cls, state: LinearNetworkState, seed: int | None = None, **changed: float) -> Truth:
        values = {name: getattr(state, name) for name in type(state).model_fields} | changed
        u, v = weights(values, state.seed if seed is None else seed)
        return cls.from_weights(u, v, values)

    @classmethod
    def from_weights(cls, u: np.ndarray, v: np.ndarray, values: dict[str, Any]) -> Truth:
        with mpmath.workdps(60):
            if len(u) <= EXACT:
                a, b = ([mpmath.mpf(one) for one in array.tolist()] for array in (u, v))
                sums = [mpmath.fsum(x * y for x, y in zip(*two, strict=True)) for two in ((a, a), (b, b), (a, b))]
            else:
                sums = [mpmath.mpf(fsum((one * other).tolist())) for one, other in ((u, u), (v, v), (u, v))]
            names = ("gamma", "x_norm", "eta_u", "eta_w", "target")
            gamma, x, eta_u, eta_w, y = (mpmath.mpf(values[name]) for name in names)
            return cls(*sums, gamma, x * x, eta_u, eta_w, y, values["beta"])

    def _many(self, value: Callable[[], Any]) -> Any:
        with mpmath.workdps(60):
            return value()

    @cached_property
    def g(self) -> Any:
        return self._many(lambda: self.gamma * mpmath.sqrt(self.rho * self.eta_u * self.eta_w))

    @cached_property
    def modes(self) -> tuple[Any, Any]:
        """P and Q."""
        with mpmath.workdps(60):
            size = self.v2 / self.eta_w + self.u2 / self.eta_u
            cross = 2 * self.uv / mpmath.sqrt(self.eta_u * self.eta_w)
            return size + cross, size - cross

    @cached_property
    def f(self) -> Any:
        return self._many(lambda: self.gamma * mpmath.sqrt(self.rho) * self.uv)

    @property
    def f0(self) -> float:
        return float(self.f)

    @cached_property
    def end(self) -> Any:
        P, Q = self.modes
        return mpmath.mpf(0) if (P == 0 and self.y > 0) or (Q == 0 and self.y < 0) else self.y

    @cached_property
    def floor2(self) -> Any:
        return self._many(lambda: self.g**2 * self.modes[0] * self.modes[1] / 4)

    @cached_property
    def G2(self) -> Any:
        return self._many(lambda: self.gamma**2 * self.rho * (self.u2 * self.v2 - self.uv**2))

    @property
    def moves(self) -> bool:
        return self.f0 != float(self.y)

    def size(self, f: Any) -> Any:
        """gamma |u| |W x| where the output is f."""
        return self._many(lambda: mpmath.sqrt(mpmath.mpf(f) ** 2 + self.G2))

    def H(self, f: Any) -> Any:
        return self._many(lambda: mpmath.sqrt(mpmath.mpf(f) ** 2 + self.floor2))

    def ratio(self, f: Any) -> float:
        """The kernel over that at the start."""
        return float(self._many(lambda: self.H(f) / self.H(self.f)))

    def angle(self, f: Any) -> float:
        """zeta in degrees; nan for a zero vector."""
        with mpmath.workdps(60):
            if f == 0 and self.G2 == 0:
                return nan
            return float(mpmath.degrees(mpmath.atan2(mpmath.sqrt(self.G2), mpmath.mpf(f))))

    def cosine(self, f: Any) -> Any:
        """|cos zeta|."""
        with mpmath.workdps(60):
            size = self.size(f)
            return abs(mpmath.mpf(f)) / size if size else mpmath.mpf("nan")

    def norms(self, f: Any) -> tuple[float, float]:
        """|u| and |v|: of a^2 = |u|^2 / eta_u and b^2 = |v|^2 / eta_w the sum, difference and product are known."""
        with mpmath.workdps(60):
            total, difference = 2 * self.H(f) / self.g, self.v2 / self.eta_w - self.u2 / self.eta_u
            longer = (total + abs(difference)) / 2
            shorter = (self.size(f) / self.g) ** 2 / longer if longer else mpmath.mpf(0)
            a2, b2 = (shorter, longer) if difference > 0 else (longer, shorter)
            return float(mpmath.sqrt(self.eta_u * a2)), float(mpmath.sqrt(self.eta_w * b2))

    @property
    def rate(self) -> float:
        return float(self._many(lambda: 4 * self.g * self.H(self.y)))

    @cached_property
    def kernels(self) -> tuple[float, float]:
        return float(2 * self.g * self.H(self.f)), float(2 * self.g * self.H(self.end))

    def limits(self) -> tuple[float, float]:
        """The stability limits at the start and at the end."""
        return self._limit(float(self.f), self.kernels[0]), self._limit(float(self.end), self.kernels[1])

    def _limit(self, f: float, kernel: float) -> float:
        residual, beta = abs(f - float(self.y)), self.beta
        if residual == 0.0:
            return (1.0 / kernel if beta == 1.0 else inf if beta > 1.0 else 0.0) if kernel else inf
        curvature = beta * (beta + 1.0) * residual ** (beta - 1.0) * kernel
        return 2.0 / curvature if curvature else inf

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """f and |f - y| at increasing times, by integration."""
        y, begin, beta, g = float(self.y), self.f0, self.beta, float(self.g)
        residual = float(abs(self.f - self.y))
        sign, floor = (1.0 if self.f > self.y else -1.0), float(mpmath.sqrt(self.floor2))
        speed = 2.0 * g * (beta + 1.0)
        waits = max(abs(begin), floor) < 1e-5 * residual or self.end != self.y
        t, f, r, at = 0.0, begin, residual, []
        log_p, log_q = (float(mpmath.log(self.g * one / 2)) if one else -inf for one in self.modes)
        if waits:  # f leaves a small value first, or stays there: in ln X

            def output(theta: float) -> float:
                return 0.5 * (exp(min(log_p + theta, 700.0)) - exp(min(log_q - theta, 700.0)))

            def away(_: float, z: np.ndarray) -> float:
                return abs(output(z[0]) - y) - 0.9 * residual

            away.terminal = True  # type: ignore[attr-defined]
            found = solve_ivp(
                lambda _, z: [-sign * speed * abs(output(z[0]) - y) ** beta], (0.0, times[-1]), [0.0], "LSODA",
                dense_output=True, rtol=1e-10, atol=1e-10, events=away,
            )  # fmt: skip
            early = times[times <= found.t[-1]]
            at += [(value, abs(value - y)) for value in (output(float(found.sol(one)[0])) for one in early)]
            if len(early) == len(times):
                return _columns(at)
            t, theta = float(found.t[-1]), float(found.y[0, -1])
            f = output(theta)
            r = abs(f - y)

        def back(z: float) -> float:
            if beta == 1.0:
                return r * exp(max(z, -745.0))
            return r * max(z, 0.0) ** (1.0 / (1.0 - beta)) if z > 0.0 else 0.0

        unit = speed * r ** (beta - 1.0)

        def slope(_: float, z: np.ndarray) -> list[float]:
            pace = unit * hypot(y + sign * back(z[0]), floor)
            return [-pace if beta == 1.0 else (beta - 1.0) * pace]

        def arrived(_: float, z: np.ndarray) -> float:
            return float(z[0])

        arrived.terminal = True  # type: ignore[attr-defined]
        found = solve_ivp(
            slope, (t, times[-1]), [0.0 if beta == 1.0 else 1.0], "LSODA", dense_output=True, rtol=1e-10, atol=1e-12,
            events=arrived if beta < 1.0 else None,
            first_step=min(times[-1] - t, 1e-6 / (unit * hypot(f, floor) + 1e-300)),
        )  # fmt: skip
        for one in times[times > t] if waits else times:
            left = back(float(found.sol(one)[0])) if one <= found.t[-1] else 0.0
            at.append((y + sign * left, left))
        return _columns(at)


def _columns(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    first, second = zip(*rows, strict=True)
    return np.array(first), np.array(second)


def weights(values: dict[str, Any], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """u and v of the network with this seed."""
    d, r = values["d"], values["aligned"]
    u = np.random.default_rng([seed, 0]).standard_normal(d)
    v = np.random.default_rng([seed, 1]).standard_normal(d)
    if r:
        u = r * v + sqrt((1.0 - r) * (1.0 + r)) * u
    return values["sigma_u"] * u, values["sigma_w"] * v


# --- numbers in sentences ------------------------------------------------------------------------


def read(text: str) -> float:
    """The value of a number as a sentence writes it."""
    if text == "undefined":
        return nan
    text = text.replace("−", "-").replace(",", "").rstrip(".")
    if text.endswith("∞"):
        return -inf if text.startswith("-") else inf
    if match := re.fullmatch("(-?)(?:([0-9.]+)·)?10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", text):
        value = float(match[2] or 1) * 10.0 ** int(match[3].translate(SUPERSCRIPTS))
        return -value if match[1] else value
    return float(text)


def same(text: str, truth: Any, digits: int, loose: float = 1e-6) -> bool:
    """Whether a text is this value to this many digits, or to a relative distance."""
    value, truth = read(text), float(truth)
    if isnan(value) or isnan(truth):
        return isnan(value) and isnan(truth)
    if not (isfinite(value) and isfinite(truth)):
        return value == truth or abs(truth) > 1e300
    if value == 0.0 or truth == 0.0:
        return abs(value - truth) < 1e-290
    unit = 10.0 ** (int(np.floor(log10(abs(value)))) - digits + 1)
    return abs(value - truth) <= 0.5001 * unit + loose * abs(truth)


class Checks(list[str]):
    """Problems, as they are found."""

    def number(self, what: str, text: str, truth: Any, digits: int, loose: float = 1e-6) -> None:
        if not same(text, truth, digits, loose):
            self.append(f"{what}: {text} where {float(truth):.6g} is true")

    def true(self, holds: Any, what: str) -> None:
        if not holds:
            self.append(what)

    def change(self, what: str, text: str, truth: float, digits: int) -> None:
        """A factor by which a size changes."""
        if text == "keeps its size":
            self.number(what, "1", truth, digits)
        elif text == "falls to 0":
            self.number(what, "0", truth, digits)
        elif text == "is undefined":
            self.true(isnan(truth), f"{what} is {truth}")
        else:
            self.true(text.startswith("grows") == (truth > 1.0), f"{what} {text}, by {truth}")
            self.number(what, re.sub(r"^\D*?(?=[−\d∞])|-fold$| times its start$", "", text), truth, digits)


# --- the main sentence ---------------------------------------------------------------------------

LEAD = re.compile(
    rf"(?:(?P<how>Mostly|Slight) (?P<name>\w+): (?P<claim>.+?)"
    r"|(?P<over>Mostly turning over: u and Wx turn through a right angle, and \|cos ζ\| ends within 0\.05 of its "
    r"initial value))"
    rf"\. (?P<angle>ζ .+?), \|u\|\|Wx\| (?P<size>{CHANGE}) and the kernel (?P<kernel>{CHANGE})\."
    rf"(?: f passes through 0(?P<where> and ζ through 90°|, where u or Wx is 0 and the other has turned to the "
    rf"opposite "
    rf"direction); the kernel (?P<least>{CHANGE}) there\.)?(?: Also: (?P<also>[\w, ]+)\.)?"
)
WHY = rf"(?:f tends to 0|\|y\| = (?P<y>{NUMBER}) (?P<sign>[<>]) \|f\(0\)\| = (?P<f0>{NUMBER}))"
TURNS = re.compile(
    rf"u and Wx turn (?P<toward>toward|away from) each other(?P<through>, through a right angle)?"
    rf"(?P<goal>, toward opposite directions|, toward a right angle)?, since {WHY}"
)
RESCALES = re.compile(
    rf"u and Wx (?P<grow>grow|shrink), since {WHY}; \|u\|\|Wx\| changes(?P<larger> by a larger factor than \|cos ζ\|"
    rf"|, and \|cos ζ\| does not)"
)
KEEPS = re.compile(
    rf"the kernel keeps its size within 5 %, the angle and the weights hardly change, since y² and f\(0\)² differ by "
    rf"{N} % "
    rf"of f\(0\)² \+ g²PQ/4 only(?:; f\(0\)² is {N} % of it)?"
)


def sentence(text: str, truth: Truth) -> Checks:
    found = Checks()
    if text == "Nothing moves: f is at its target already.":
        found.true(not truth.moves, "it moves")
        return found
    if not (match := LEAD.fullmatch(text)):
        found.append(f"unknown sentence: {text}")
        return found
    with mpmath.workdps(60):
        f0, f1 = truth.f, truth.end
        cos0, cos1, N0, N1 = truth.cosine(f0), truth.cosine(f1), truth.size(f0), truth.size(f1)
        change = float(cos1 - cos0) if f1 or truth.G2 else nan
        factor = float(N1 / N0) if N0 else nan
        log_cos = float(mpmath.log(cos1 / cos0)) if truth.G2 and cos1 else (-inf if truth.G2 else 0.0)
        log_N = float(mpmath.log(N1 / N0)) if N1 else -inf
    ratio, crosses = truth.ratio(f1), f0 * f1 < 0
    least = truth.ratio(0.0) if crosses else min(ratio, 1.0)
    before, after = truth.angle(f0), truth.angle(f1)
    direction = "" if not truth.G2 else "alignment" if change > 0.0 else "disalignment"
    named = {
        direction: bool(direction) and abs(change) - 0.05,
        "rescaling": abs(log_N) - log(1.1),
        "kernel": min(0.05 - abs(ratio - 1.0), 0.05 - (1.0 - least)),
    }
    sure = {name for name, margin in named.items() if name and margin > 1e-9}
    possible = {name for name, margin in named.items() if name and margin > -1e-9}
    also = set(match["also"].split(", ")) if match["also"] else set()
    if match["over"]:
        found.true(crosses and not sure, "not a mere turning over")
        stated: set[str] = set()
    else:
        name = match["name"]
        stated = also | ({name} if match["how"] == "Mostly" and name in possible else set())
        dominant = direction if abs(log_cos) > abs(log_N) else "rescaling"
        if also - {"kernel"} or name != "kernel" or sure - {"kernel"}:
            close = abs(abs(log_cos) - abs(log_N)) < 1e-6 * abs(log_N) + 1e-12
            found.true(
                name == dominant or close or (not sure - {"kernel"} and name == "kernel"), f"dominant: {dominant}"
            )
        found.true((match["how"] == "Mostly") == bool(sure) or sure != possible, f"{match['how']}, of {sure}")
        found += claim(match["claim"], name, truth, (before, after, change, factor, ratio, crosses, direction))
    found.true(sure <= stated <= possible, f"named {stated}, present {sure}")
    angle(match["angle"], before, after, found)
    found.change("|u||Wx|", match["size"], factor, 3)
    found.change("kernel", match["kernel"], ratio, 4)
    found.true(bool(match["where"]) == crosses, f"f passes through 0: {crosses}")
    if crosses and match["where"]:
        found.change("kernel at f = 0", match["least"], least, 3)
        found.true((match["where"] == " and ζ through 90°") == (truth.G2 > 0), "how the angle passes")
    return found


def angle(text: str, before: float, after: float, found: Checks) -> None:
    if match := re.fullmatch(rf"ζ goes from {N}° to {N}°", text):
        found.number("ζ at the start", match[1], before, 3)
        found.number("ζ at the end", match[2], after, 3)
    elif match := re.fullmatch(rf"ζ stays at {N}°", text):
        found.number("ζ at the start", match[1], before, 3)
        found.number("ζ at the end", match[1], after, 3)
    elif match := re.fullmatch(
        rf"ζ stays at {N}° as long as f is not 0; at the end f, and .* 0 and has no angle", text
    ):
        found.number("ζ at the start", match[1], before, 3)
        found.true(isnan(after), "ζ is defined at the end")
    else:
        found.append(f"unknown angle: {text}")


def claim(text: str, name: str, truth: Truth, ends: tuple[Any, ...]) -> Checks:
    """What is said of a mechanism, and its reason."""
    found = Checks()
    before, after, change, factor, ratio, crosses, direction = ends
    pattern = {"kernel": KEEPS, "rescaling": RESCALES}.get(name, TURNS)
    if not (match := pattern.fullmatch(text)):
        found.append(f"unknown claim on {name}: {text}")
        return found
    if name == "kernel":
        with mpmath.workdps(60):
            whole = truth.H(truth.f) ** 2
            found.number("y² − f(0)²", match[1], 100 * abs(truth.end**2 - truth.f**2) / whole, 2, 1e-4)
            found.true(bool(match[2]) == crosses, "f(0)² belongs to a crossing")
            if match[2]:
                found.number("f(0)²", match[2], 100 * truth.f**2 / whole, 2)
        found.true(abs(ratio - 1) < 0.05 and not abs(change) > 0.05 and abs(log(factor)) < log(1.1), "not kernel")
        return found
    if match["y"] is None:
        found.true(truth.end == 0 and truth.y != 0, "f does not tend to 0 instead of y")
    else:
        y, f0 = abs(float(truth.y)), abs(truth.f0)
        digits = max(3, *(len(re.sub(r"\D", "", match[one].partition("·")[0]).lstrip("0")) for one in ("y", "f0")))
        found.number("|y|", match["y"], y, digits)
        found.number("|f(0)|", match["f0"], f0, digits)
        shown = read(match["y"]), read(match["f0"])
        found.true((shown[0] > shown[1]) == (match["sign"] == ">") and shown[0] != shown[1], "the sign of the reason")
        found.true((y > f0) == (match["sign"] == ">"), "the reason")
    if name == "rescaling":
        start, end = truth.norms(truth.f), truth.norms(truth.end)
        grow = match["grow"] == "grow"
        for here, there in zip(start, end, strict=True):
            found.true(
                there >= here * (1 - 1e-12) if grow else there <= here * (1 + 1e-12), "the norms go the other way"
            )
        found.true(("does not" in match["larger"]) == (truth.G2 == 0), "whether |cos ζ| changes")
        return found
    found.true(name == direction, f"{name}, but |cos ζ| changes by {change}")
    found.true((after < before) == (match["toward"] == "toward"), "the direction of the turn")
    through = (before - 90.0) * (after - 90.0) < 0.0
    found.true(bool(match["through"]) == through, "the right angle between")
    opposite = after > 90.0 and abs(after - 90.0) > abs(before - 90.0)
    found.true((match["goal"] == ", toward opposite directions") == opposite, "opposite directions")
    right = abs(after - 90.0) < abs(before - 90.0) and not through
    found.true((match["goal"] == ", toward a right angle") == right, "a right angle as the goal")
    return found


# --- notes ---------------------------------------------------------------------------------------


@dataclass
class Case:
    """A state, its truth, and what is shared by its notes."""

    state: LinearNetworkState
    truth: Truth

    @cached_property
    def t_end(self) -> float:
        return float(picture_of(self.state).solution.t[-1])

    @cached_property
    def last(self) -> tuple[float, float]:
        """f and |f - y| at the end of the picture."""
        if not self.truth.moves:
            return self.truth.f0, 0.0
        f, r = self.truth.at(np.array([self.t_end]))
        return float(f[0]), float(r[0])


Handler = Callable[[re.Match[str], Case, Checks], None]
NOTES: list[tuple[re.Pattern[str], Handler]] = []


def note(pattern: str) -> Callable[[Handler], Handler]:
    def known(handler: Handler) -> Handler:
        NOTES.append((re.compile(pattern, re.DOTALL), handler))
        return handler

    return known


OBSERVED = r"The abstract of Xu & Ziyin calls .* is an observation of this project\."


@note(
    rf"A network in the kernel phase whose angle moves all the same: (?P<why>its layers are of different size, so the "
    rf"smaller one turns while the kernel, that of the larger one, keeps its size|at this width \|cos ζ\| still "
    rf"changes by "
    rf"more than 0\.05)\. {OBSERVED}"
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    truth = case.truth
    change = abs(float(truth.cosine(truth.end) - truth.cosine(truth.f)))
    found.true(
        change > 0.05 - 1e-9 and abs(truth.ratio(truth.end) - 1.0) < 0.05 + 1e-9, "no angle moves in a kernel phase"
    )
    if match["why"].startswith("its"):
        a2, b2 = truth.u2 / truth.eta_u, truth.v2 / truth.eta_w
        found.true(max(a2, b2) > 1.6 * min(a2, b2), "the layers are of one size")
        turns = [self_turn(truth, layer) for layer in "uv"]
        found.true((turns[0] > turns[1]) == (a2 < b2), f"the larger layer turns more: {turns}")


def self_turn(truth: Truth, layer: str) -> float:
    """The angle between a layer at the end and the same at the start."""
    with mpmath.workdps(60):
        P, Q = truth.modes
        H, f = truth.H(truth.end), truth.end
        p, q = mpmath.sqrt(2 * (H + f) / truth.g / P), mpmath.sqrt(2 * (H - f) / truth.g / Q)  # sqrt X, 1 / sqrt X
        p = p if f >= 0 else 1 / q
        q = 1 / p
        S = truth.v2 / truth.eta_w - truth.u2 / truth.eta_u
        sign = 1 if layer == "v" else -1
        dot = p * P + q * Q + sign * (p + q) * S
        sizes = (P + Q + sign * 2 * S) * (p * p * P + q * q * Q + sign * 2 * S)
        return float(mpmath.acos(min(mpmath.mpf(1), dot / mpmath.sqrt(sizes))))


@note(rf"f tends to {N} like e\^\(−λt\), λ = {N} = 2g√\(4y² \+ g²PQ\)\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.state.beta == 1.0 and case.truth.rate > 0.0, "no exponential approach")
    found.number("f at the end", match[1], case.truth.end, 4)
    found.number("λ", match[2], case.truth.rate, 4)


@note(
    rf"(?:With the loss \|f − y\|\^\({N}\) )?f tends to 0 instead of y, like e\^\(−λt\), λ = {N} = 2g\(β \+ "
    rf"1\)\|y\|\^β: .*"
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    truth = case.truth
    found.true(truth.end == 0 != truth.y, "f tends to y")
    found.number("λ", match[2], 2 * truth.g * (truth.beta + 1) * abs(truth.y) ** truth.beta, 4)


@note(rf"(?:With the loss \|f − y\|\^\({N}\) )?f tends to 0 by a power of time, t\^\(−{N}\): .*")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.truth.y == 0 and case.truth.floor2 == 0, "no power of time")
    found.number("the power", match[2], 1 / case.state.beta, 4)


@note(rf"With the loss \|f − y\|\^\({N}\) f (?:(?P<finite>reaches y in finite time)|approaches y by a power of time: "
      rf"\|f − y\| ~ t\^\(−(?P<power>{NUMBER})\))\.")  # fmt: skip
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    beta, truth = case.state.beta, case.truth
    found.number("β + 1", match[1], beta + 1, 4)
    found.true(truth.end == truth.y and (truth.y != 0 or truth.floor2 != 0), "an exception")
    found.true(bool(match["finite"]) == (beta < 1.0), "finite time")
    if match["power"]:
        found.number("the power", match["power"], 1 / (beta - 1), 4)


@note(r"Each neuron stays on its hyperbola, .* toward the falling one\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.truth.moves, "nothing moves")


@note(r"(\d+) of ([\d,]+) neurons are drawn, chosen evenly by pᵢqᵢ; all are computed\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(int(match[2].replace(",", "")) == case.state.d > int(match[1]) == 48, "the number of neurons")


@note(r"U = 0 or W x = 0 at t = (\S+): a zero vector has no angle\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    truth = case.truth
    found.true(truth.G2 == 0 and truth.y == 0, "no vector becomes 0")
    found.true(match[1] == "inf" or case.state.beta < 1.0, "no vector becomes 0 in finite time")


# --- gradient descent ----------------------------------------------------------------------------


def stepped(truth: Truth, step: float, count: int) -> np.ndarray:
    """f after 0, 1, ... steps: each multiplies all p by one factor and all q by another."""
    p, q = (float(truth.g * one / 2) for one in truth.modes)
    y, strength, f = float(truth.y), step * float(truth.g) * (truth.beta + 1.0), []
    for _ in range(count + 1):
        f.append(0.5 * (p - q))
        r = f[-1] - y
        k = strength * min(abs(r), 1e60) ** truth.beta * (1.0 if r > 0 else -1.0)
        p, q = p * (1.0 - k) * (1.0 - k), q * (1.0 + k) * (1.0 + k)  # inf where ** raises
        if not max(p, q) < 1e200:
            f += [inf] * (count + 1 - len(f))
            break
    return np.array(f)


def farthest(truth: Truth, step: float, count: int) -> float:
    """The largest distance of gradient descent from the flow, over the larger of |y| and |f(0)|."""
    late = np.linspace(0, count, min(count, 4000) + 1).astype(int)
    chosen = np.unique(np.concatenate([np.arange(min(count, 100)), late]))
    flow, _ = truth.at(chosen * step)
    return float(np.abs(stepped(truth, step, count)[chosen] - flow).max()) / max(abs(float(truth.y)), abs(truth.f0))


def accurate(truth: Truth) -> bool:
    """Whether f is the difference of p and q of floats to some digits."""
    return float(truth.H(truth.f)) < 1e9 * max(abs(truth.f0), abs(float(truth.y)))


@note(
    rf"Points: gradient descent, ([\d,]+) steps? of {N}; f is at most {N} % of the larger of \|y\| and \|f\(0\)\| "
    rf"away from "
    rf"the flow, at ([\d,]+) points?\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    made = picture_of(case.state).descent
    count = int(match[1].replace(",", ""))
    found.number("the step", match[2], made.step, 3)
    at = np.unique(np.round(made.times / made.step).astype(int))
    at = np.append(at[at < count], count)  # a run that diverges ends between two points
    found.true(len(at) == int(match[4].replace(",", "")), "steps or points")
    truth = case.truth
    if accurate(truth) and truth.moves:
        flow, _ = truth.at(at * made.step)
        away = np.abs(stepped(truth, made.step, count)[at] - flow).max() / max(abs(float(truth.y)), abs(truth.f0))
        if away > 1e-6 and away < 1.0:
            found.number("the distance", match[3], 100 * away, 2, 0.02)


@note(rf"Gradient descent is followed to t = {N}: [^.]+\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    made = picture_of(case.state).descent
    found.number("the end of descent", match[1], made.t_end, 3)
    found.true(made.t_end < made.requested_end, "not cut")


@note(r"After (\d+) steps of .*: gradient descent has diverged; take a smaller step\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    made = picture_of(case.state).descent
    if accurate(case.truth):
        f = stepped(case.truth, made.step, int(match[1]) + 1)
        scale = max(abs(f[1]), abs(float(case.truth.y)) or abs(f[1]))
        found.true(np.abs(f).max() > 0.9e6 * scale or not np.isfinite(f).all(), "descent does not diverge")


@note(
    rf"Gradient descent leaves the flow, by 5 % of the larger of \|y\| and \|f\(0\)\|, at a step of {N}\."
    rf"(?: It is stable for steps below (.*) \(2 over the kernel's curvature\)\.)?"
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    truth, step = case.truth, read(match[1])
    limits = dict(zip(("start", "end"), truth.limits(), strict=True))
    for text, where in re.findall(rf"{N} at the (start|end)", match[2] or ""):
        found.number(f"the limit at the {where}", text, limits[where], 3, 1e-5)
    given = [where for where, limit in limits.items() if 0.0 < limit < 1e300]
    found.true([where for _, where in re.findall(rf"{N} at the (start|end)", match[2] or "")] == given, "the limits")
    t_end = share_time(truth, 0.01)
    if not accurate(truth) or not 0 < t_end / step < 20_000:
        return
    count = max(100, int(np.ceil(t_end / step)))
    larger, smaller = (farthest(truth, step * one, count) for one in (1.02, 0.98))
    found.true(larger > 0.045 and smaller < 0.055, f"at a step of {step} descent is off by {smaller}, {larger}")


def share_time(truth: Truth, share: float) -> float:
    """When the residual has this share of the way to its end left."""
    start, end = abs(float(truth.f - truth.y)), abs(float(truth.end - truth.y))
    low, high = 1e-12 / (truth.kernels[0] + truth.rate), 1e-12 / (truth.kernels[0] + truth.rate)
    wanted = end + share * (start - end)
    while truth.at(np.array([high]))[1][0] > wanted and high < 1e200:
        low, high = high, 10.0 * high
    for _ in range(20):
        middle = sqrt(low * high)
        low, high = (middle, high) if truth.at(np.array([middle]))[1][0] > wanted else (low, middle)
    return high


@note(r"(?:No step up to .*|Even steps of .*) the flow\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.truth.moves, "nothing moves")


@note(r"Nothing moves, whatever the step\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(not case.truth.moves, "it moves")


# --- the phase diagram ---------------------------------------------------------------------------


@note(
    rf"Colors: ([^,]*), from {N} to {N}: the exact value, (median|mean|standard deviation) of (\d+) starts?\. Line: "
    rf"the "
    rf"median kernel ratio leaves 1 by 5 %; {N} % of this map are in the kernel phase\. Click to take a cell's values\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    state = case.state
    ratio, change = mapped(state)
    median = np.median(np.log(ratio), axis=0)
    shown = {
        "kernel": (np.exp(median), "median"),
        "angle": (change.mean(axis=0), "mean"),
        "spread": (np.log(ratio).std(axis=0), "standard deviation"),
    }
    values, average = shown[state.shown]
    found.true(match[4] == average and int(match[5]) == state.seeds, "what is averaged")
    near = 1e-3 if state.shown == "kernel" else 1e-2
    for text, truth in ((match[2], values.min()), (match[3], values.max())):
        if abs(truth) > 1e-7 and isfinite(truth):
            found.number("the range of the map", text, truth, 3, near)
    inside = 100 * np.mean(abs(np.exp(median) - 1) < 0.05)
    found.true(abs(read(match[6]) - inside) < 0.05, f"kernel phase: {match[6]} %, where {inside} are true")


def mapped(state: LinearNetworkState) -> tuple[np.ndarray, np.ndarray]:
    """The kernel ratio and the change of |cos zeta| in each cell, (seeds, y, x)."""
    side = MAP_CELLS
    grid: dict[str, Any] = {name: getattr(state, name) for name in type(state).model_fields}
    for place, (word, (low, high)) in enumerate(zip((state.x, state.y), state.map_edges, strict=True)):
        axis = np.geomspace(low, high, side) if low > 0 else np.linspace(low, high, side)
        axis = np.round(axis) if word == "d" else axis
        grid[AXES[word]["field"]] = axis[None, :] if place == 0 else axis[:, None]
    ratios, changes = [], []
    for seed in range(state.seed, state.seed + state.seeds):
        d = np.asarray(grid["d"]).astype(int)
        u, v = weights({**grid, "d": int(d.max()), "sigma_u": 1.0, "sigma_w": 1.0}, seed)
        u2, v2, uv = (np.cumsum(one)[d - 1] for one in (u * u, v * v, u * v))
        area = np.clip(u2 * v2 - uv * uv, 0.0, None)
        area = np.where(d == 1, 0.0, area)
        su, sw, eu, ew = (grid[name] for name in ("sigma_u", "sigma_w", "eta_u", "eta_w"))
        scale = grid["gamma"] * grid["x_norm"]
        f0, G = scale * su * sw * uv, scale * su * sw * np.sqrt(area)
        a2, b2 = su**2 * u2 / eu, sw**2 * v2 / ew
        floor2 = (scale**2 * eu * ew / 4) * ((b2 - a2) ** 2 + 4 * su**2 * sw**2 * area / (eu * ew))
        y = grid["target"]
        ratios.append(np.sqrt((y**2 + floor2) / (f0**2 + floor2)) * np.ones((side, side)))
        changes.append((abs(y) / np.sqrt(y**2 + G**2) - abs(f0) / np.sqrt(f0**2 + G**2)) * np.ones((side, side)))
    return np.array(ratios), np.array(changes)


# --- scalings ------------------------------------------------------------------------------------


@note(r"c_gamma \+ c_d/2 \+ c_u \+ c_w must be at most 0, not \S+: the output at the start grows without bound\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(powers(case.state)["output"] > 0, "the output is bounded")


def powers(state: LinearNetworkState, **changed: float) -> dict[str, float]:
    """The exponents of a scaling, by counting powers."""
    c = {name: getattr(state, f"c_{name}") for name in ("gamma", "u", "w", "eta_u", "eta_w")} | changed
    d = 1.0 if state.grows == "width" else 0.0
    g = c["gamma"] + (c["eta_u"] + c["eta_w"]) / 2
    P = d + max(2 * c["w"] - c["eta_w"], 2 * c["u"] - c["eta_u"])
    return {
        "size": g + P,
        "rate": max(g, 2 * g + P),
        "output": c["gamma"] + d / 2 + c["u"] + c["w"],
        "angle": c["gamma"] + d + c["u"] + c["w"],
    }


PHASES = "kernel|feature learning, kernel ratio diverging|feature learning"


def phase(size: float) -> str:
    if size > 1e-9:
        return "kernel"
    return "feature learning" if size > -1e-9 else "feature learning, kernel ratio diverging"


@note(
    rf"(?P<lead>As|For a target y that is not 0, as) (?:d = κ|κ at fixed width d = (?P<d>\d+)) grows: c_g \+ c_P = "
    rf"(?P<size>{NUMBER}): (?P<phase>{PHASES})\. (?:Rate λ like κ\^\((?P<rate>{NUMBER})\): (?P<pace>frozen|unstable "
    rf"with steps "
    rf"of order 1)|It trains in a time of order 1)\. f\(0\) like κ\^\((?P<output>{NUMBER})\); (?:the angle moves by "
    rf"an amount of "
    rf"order 1 \(c_\(ζ\) = (?P<moves>{NUMBER})\)|the angle stays, \|cos ζ\| ends like κ\^\((?P<cos>{NUMBER})\) "
    rf"\(c_\(ζ\) = "
    rf"(?P<stays>{NUMBER})\)|(?P<one>of one neuron the angle is 0° or 180°))\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    c, state = powers(case.state), case.state

    def power(what: str, text: str | None, truth: float) -> None:
        if abs(truth) > 1e-9 or text is None:
            found.number(what, text or "0", truth, 3)
        else:
            found.true(read(text) == 0.0, f"{what}: {text}")

    power("c_g + c_P", match["size"], c["size"])
    found.true(match["phase"] == phase(c["size"]), f"the phase of {c['size']}")
    power("c_λ", match["rate"], c["rate"] if abs(c["rate"]) > 1e-9 else 0.0)
    if match["pace"]:
        found.true((match["pace"] == "frozen") == (c["rate"] < 0), "the pace")
    power("the output", match["output"], c["output"])
    found.true((match["lead"] == "As") == (state.target != 0.0), "the condition y ≠ 0")
    found.true(bool(match["one"]) == (state.grows == "scales" and state.d == 1), "one neuron")
    if not match["one"]:
        found.true(bool(match["moves"]) == (c["angle"] <= 1e-9), "whether the angle moves")
        power("c_ζ", match["moves"] or match["stays"], c["angle"])
        if match["cos"]:
            power("|cos ζ|", match["cos"], -c["angle"])


@note(r"With the target y = 0 of this state the output only falls to 0, and these powers do not apply\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.state.target == 0.0, "y is not 0")


@note(
    rf"Measured: (?:(?P<what>\|kernel ratio − 1\| / \|y² − f\(0\)²\||the kernel ratio) goes like "
    rf"κ\^\((?P<slope>{NUMBER})\)"
    rf"(?:, predicted κ\^\((?P<predicted>{NUMBER})\))?|no power of .*?); at κ = (?P<last>{NUMBER}) the ratio is "
    rf"(?P<ratio>{NUMBER}) and \|cos ζ\| goes from (?P<begin>{NUMBER}) to (?P<end>{NUMBER}) \(medians of "
    rf"(?P<seeds>\d+) "
    rf"starts?\)\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    state, c = case.state, powers(case.state)
    kernel = c["size"] > 1e-9
    scales = [10.0**k for k in range(1, 7) if 10.0**k <= reach(state)]
    runs = [scaled(state, scale) for scale in scales]
    found.true(int(match["seeds"]) == state.seeds, "the number of starts")
    found.number("κ", match["last"], scales[-1], 3)
    medians = [float(np.median([run[name] for run in runs[-1]])) for name in ("ratio", "begin", "end")]
    found.number("the ratio", match["ratio"], medians[0], 4)
    found.number("|cos ζ| at the start", match["begin"], medians[1], 3)
    found.number("|cos ζ| at the end", match["end"], medians[2], 3)
    name = "excess" if kernel else "ratio"
    values = np.array([float(np.median([run[name] for run in some])) for some in runs])
    late = np.array(scales) >= sqrt(scales[0] * scales[-1]) * (1 - 1e-12)
    slope = np.polyfit(np.log(np.array(scales)[late]), np.log(values[late]), 1)[0] if late.sum() > 1 else nan
    if match["slope"]:
        found.true(("|" in match["what"]) == kernel, "what is measured")
        found.true(same(match["slope"], slope, 3) or abs(read(match["slope"]) - slope) < 1e-6, f"the slope is {slope}")
        found.true(bool(match["predicted"]) == (state.target != 0.0), "a prediction")
    else:
        found.true(not isfinite(slope), f"the slope is {slope}")
    if match["predicted"]:
        expected = -2 * c["size"] if kernel else max(0.0, -c["size"])
        found.true(
            same(match["predicted"], expected, 3) or abs(read(match["predicted"]) - expected) < 2e-9, "prediction"
        )


def reach(state: LinearNetworkState) -> float:
    """The largest value of the large number at which a network may be solved."""
    c = {name: getattr(state, f"c_{name}") for name in ("gamma", "u", "w", "eta_u", "eta_w")}
    ends = [(c["gamma"], 300.0, 10.0), (c["gamma"] + (c["eta_u"] + c["eta_w"]) / 2, 300.0, inf)]
    ends += [(c["eta_u"], 30.0, 30.0), (c["eta_w"], 30.0, 30.0)]
    ends += [(c[name], inf, 10.0 - log10(9.0)) for name in "uw"]
    found = [(low / -power if power < 0 else high / power) for power, low, high in ends if power]
    return 10.0 ** min([300.0, *found])


def scaled(state: LinearNetworkState, scale: float) -> list[dict[str, float]]:
    """The networks of a scaling at a value of the large number, over the seeds."""
    c = {name: getattr(state, f"c_{name}") for name in ("gamma", "u", "w", "eta_u", "eta_w")}
    values = {
        "d": round(scale) if state.grows == "width" else state.d,
        "aligned": 0.0, "sigma_u": scale ** c["u"], "sigma_w": scale ** c["w"], "gamma": scale ** c["gamma"],
        "x_norm": 1.0, "eta_u": scale ** c["eta_u"], "eta_w": scale ** c["eta_w"], "target": state.target, "beta": 1.0,
    }  # fmt: skip
    found = []
    for seed in range(state.seed, state.seed + state.seeds):
        one = Truth.from_weights(*weights(values, seed), values)
        with mpmath.workdps(60):
            ratio = one.ratio(one.end)
            excess = float(1 / (one.H(one.f) ** 2 * (1 + mpmath.mpf(ratio))))
        found.append(
            {
                "ratio": ratio,
                "excess": excess,
                "begin": float(one.cosine(one.f)),
                "end": nan if one.end == 0 and one.G2 == 0 else float(one.cosine(one.end)),
            }
        )
    return found


@note(rf"Beyond κ = {N} γ, rates or weights are out of the ranges in which networks are solved\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.number("the reach", match[1], reach(case.state), 2)
    found.true(reach(case.state) < 1e6, "not cut")


@note(rf"The kernel keeps its size and the angle moves: the layers are of different size\. {OBSERVED}")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    c, state = powers(case.state), case.state
    found.true(c["size"] > 1e-9 and c["angle"] <= 1e-9, "no angle moves in a kernel phase")
    found.true(2 * state.c_w - state.c_eta_w != 2 * state.c_u - state.c_eta_u, "the layers are of one size")


@note(rf"Other phase \(({PHASES})\) at the same pace: γ times κ\^\({N}\), ηᵤ times κ\^\({N}\), η_w times κ\^\({N}\)\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    state, c = case.state, powers(case.state)
    changes = [read(match[k]) for k in (2, 3, 4)]
    names = ("gamma", "eta_u", "eta_w")
    new = powers(state, **{name: getattr(state, f"c_{name}") + dc for name, dc in zip(names, changes, strict=True)})
    off = 0.02 * max(1.0, *map(abs, changes))  # of changes to three digits
    found.true((match[1] == "kernel") != (phase(c["size"]) == "kernel"), "the same phase")
    found.true(abs(new["rate"] - c["rate"]) < 3 * off, "not the same pace")
    found.true(new["size"] > -off if match[1] == "kernel" else new["size"] < off, f"it leads to {new['size']}")
    found.true(new["output"] < off, "an output that grows")


@note(r"Its powers are outside \[−3, 3\], the range of this view, so no link leads there\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(True, "")


@note(r"At κ = ([^ ]+)(?: and ([^ ]+))? the network is outside the ranges of this view: no link opens it\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    state = case.state
    bounds = {"gamma": GAMMA, "u": SCALE, "w": SCALE, "eta_u": RATE, "eta_w": RATE}
    outside = [
        scale
        for scale in (100.0, 10_000.0)
        if not all(low <= scale ** getattr(state, f"c_{name}") <= high for name, (low, high) in bounds.items())
    ]
    found.true([read(one) for one in match.groups() if one] == outside, f"outside are {outside}")


def links(state: LinearNetworkState, given: list[dict[str, str]], notes: list[str]) -> Checks:
    """Each link is a valid one and leads where it says; each that is missing is explained."""
    found = Checks()
    names = {link["text"] for link in given}
    for link in given:
        other = LinearNetworkState.from_query(link["href"].partition("?")[2])
        if link["text"].startswith("Turn"):
            there, here = powers(other), powers(state)
            found.true(
                (phase(there["size"]) == "kernel") != (phase(here["size"]) == "kernel"), "the link keeps the phase"
            )
            found.true(abs(there["rate"] - here["rate"]) < 1e-8, "the link changes the pace")
            found.true(there["output"] < 1e-8, "the link leads to an output that grows")
        else:
            scale = float(link["text"].rpartition("= ")[2])
            one, two = Truth.of(other), scaled(state, scale)[0]
            found.true(abs(one.ratio(one.end) / two["ratio"] - 1) < 1e-6, f"{link['text']}: another network")
    if state.panel == "scaling" and powers(state)["output"] <= 1e-9:
        text = " ".join(notes)
        found.true(("Turn it into the other phase" in names) != ("no link leads there" in text), "a missing link")
        for scale in (100, 10_000):
            missing = f"κ = {scale}" not in " ".join(names)
            closed = re.search(r"At κ = (.*) the network is outside", text)
            found.true(missing == bool(closed and str(scale) in closed[1].split(" and ")), f"the link at κ = {scale}")
    return found


# --- activations ---------------------------------------------------------------------------------

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "linear": (lambda h: h, lambda h: 1.0 + 0.0 * h),
    "ReLU": (lambda h: np.where(h > 0, h, 0.0), lambda h: np.where(h > 0, 1.0, 0.0)),
    "leaky ReLU": (lambda h: np.where(h > 0, h, 0.01 * h), lambda h: np.where(h > 0, 1.0, 0.01)),
    "sigmoid": (lambda h: expit(h), lambda h: expit(h) * expit(-h)),
    "swish": (lambda h: h * expit(h), lambda h: expit(h) + h * expit(h) * expit(-h)),
}
KEYS = dict(zip(FUNCTIONS, ACTIVATIONS, strict=True))


@note(r"The thick line is the theory of the linear network, .* For the linear network they are the same\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.true(case.state.panel == "activations", "another panel")


@note(
    r"(linear|ReLU|leaky ReLU|sigmoid|swish): after \d+ steps of .*: gradient descent has diverged; take a smaller "
    r"step\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    found.append(f"{match[1]} diverges at a tenth of its stability limit")


@note(rf"(Above|Below), ([\w, ]+): the steps are too small for t = {N}, so the runs end earlier\.")
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    row = _rows(case)[match[1] == "Below"]
    for name in match[2].split(", "):
        found.true(row.descent(KEYS[name]).t_end < row.requested_end, f"{name} does not end earlier")


def _rows(case: Case) -> tuple[ActivationRuns, ActivationRuns]:
    return picture_of(case.state).activation_runs


@note(
    rf"(?P<where>Above|Below): gradient descent, mean and standard deviation of (?P<seeds>\d+) starts?, r = "
    rf"(?P<r>{NUMBER}); "
    rf"y = (?P<y>.*?)\. Mean \|cos ζ\| from the first point to the last: (?P<means>.*)\."
)
def _(match: re.Match[str], case: Case, found: Checks) -> None:
    state = case.state
    below = match["where"] == "Below"
    row = _rows(case)[below]
    found.number("r", match["r"], row.alignment, 3)
    found.true(int(match["seeds"]) == state.seeds, "the number of starts")
    grows = abs(float(case.truth.end)) > abs(case.truth.f0)
    found.true(row.aligning == (grows != below), "the kind of the row")
    means = re.findall(
        rf"(linear|leaky ReLU|ReLU|sigmoid|swish) {N} → {N}(?: \(not defined in (\d+) of \d+\))?", match["means"]
    )
    found.true([one[0] for one in means] == list(FUNCTIONS), "the activations")
    kept = 0
    for name, begin, end, lost in means:
        phi, _ = FUNCTIONS[name]
        made = row.descent(KEYS[name])
        cosines = []
        for k, network in enumerate(made.networks):
            values = {field: getattr(state, field) for field in type(state).model_fields} | {"aligned": row.alignment}
            u, v = weights(values, state.seed + k)
            f0 = state.gamma * float(u @ phi(v * state.x_norm))
            factor = 3.0 if row.aligning else 0.2
            own = abs(network.y - factor * f0) <= 1e-9 * abs(factor * f0)
            kept += network.y == state.target and not below
            found.true(own or abs(network.y) in (1.0, 1e10) or network.y == state.target, f"{name}: target {network.y}")
            fits = abs(network.y) > abs(f0) if row.aligning else abs(network.y) < abs(f0)
            found.true(
                fits == bool(row.of_kind(KEYS[name])[k]) or abs(abs(network.y) - abs(f0)) < 1e-9 * abs(f0), "the kind"
            )
            cosines.append(_ends(u, v * state.x_norm, network.y, made, name, state))
        first = [one[0] for one in cosines]
        last = [one[1] for one in cosines]
        good = [one for one in first if isfinite(one)]
        if not lost:
            found.number(f"{name}, |cos ζ| at the start", begin, np.mean(good) if good else nan, 2, 1e-4)
            if all(one is not None for one in last):
                found.number(f"{name}, |cos ζ| at the end", end, np.mean(last), 2, 0.01)
    stated = re.fullmatch(rf"{N}(?: in (\d+) of (\d+) networks, in the others .*)?", match["y"])
    if stated and "f(0)" not in match["y"].partition(" in ")[0]:
        found.number("y", stated[1], state.target, 3)
        found.true(int(stated[2] or 5 * state.seeds) == kept, f"{kept} networks keep the target")


def _ends(
    u: np.ndarray, h: np.ndarray, y: float, made: DescentRun, name: str, state: LinearNetworkState
) -> tuple[float, float | None]:
    """|cos zeta| of u and phi(h) at the first point and at the last, the latter if it takes few steps."""
    phi, slope = FUNCTIONS[name]
    count = int(np.round(made.times[-1] / made.step))

    def cosine() -> float:
        sizes = [abs(one).max() for one in (u, phi(h))]
        if 0.0 in sizes:
            return nan
        first, second = u / sizes[0], phi(h) / sizes[1]
        return float(abs(first @ second) / np.linalg.norm(first) / np.linalg.norm(second))

    first = cosine()
    if count * len(u) * len(made.networks) > SIMULATED or count > 1000:
        return first, None
    rho = state.x_norm**2
    for _ in range(count):
        residual = state.gamma * float(u @ phi(h)) - y
        pull = (
            made.step
            * state.gamma
            * (state.beta + 1.0)
            * abs(residual) ** state.beta
            * (1.0 if residual > 0.0 else -1.0)
        )
        u, h = u - pull * state.eta_u * phi(h), h - pull * state.eta_w * rho * u * slope(h)
    return first, cosine()


def titles(case: Case, figure: dict[str, Any]) -> Checks:
    """The titles of the two rows of activations."""
    found = Checks()
    for row, one in zip(_rows(case), figure["layout"]["annotations"], strict=True):
        match = re.fullmatch(
            r"(dis)?aligning start: \|y\| ([<>]) \|f\(0\)\|(?: in (\d+) of (\d+) networks)?", one["text"]
        )
        if not match:
            found.append(f"unknown title: {one['text']}")
            continue
        fits = sum(int(row.of_kind(name).sum()) for name in ACTIVATIONS)
        found.true((match[2] == ">") == (match[1] is None) == row.aligning, "the kind of a title")
        found.true(fits == int(match[3] or 5 * case.state.seeds), f"{fits} networks are of the kind of the title")
    return found


# --- alt texts -----------------------------------------------------------------------------------


def plane(text: str, ending: str, case: Case) -> Checks:
    found, state, truth = Checks(), case.state, case.truth
    pattern = rf"Plane of ([\d,]+) neurons?, .* \|u\| goes from {N} to {N}, \|v\| from {N} to {N}\. "
    match = re.match(pattern, text)
    if not match or not text.endswith(ending):
        return Checks([f"unknown alt text: {text}"])
    found.true(int(match[1].replace(",", "")) == state.d, "the number of neurons")
    (u0, v0), (u1, v1) = truth.norms(truth.f), truth.norms(case.last[0])
    for what, number, value in (("|u|", 2, u0), ("|u| at the end", 3, u1), ("|v|", 4, v0), ("|v| at the end", 5, v1)):
        if value > 1e-7 * max(u0, v0):
            found.number(what, match[number], value, 3, 1e-5)
    return found


def panels(text: str, case: Case) -> Checks:
    found, state, truth = Checks(), case.state, case.truth
    if state.panel == "map":
        found.true(text.startswith(f"Phase diagram over {AXES[state.x]['title']} and {AXES[state.y]['title']}: "), text)
        return found
    match = re.search(rf" f goes from {N} to {N}, the loss from {N} to {N}, the kernel ratio to {N}\.$", text)
    if not match:
        return Checks([f"unknown alt text: {text}"])
    f, residual = case.last
    start = abs(float(truth.f - truth.y)) if truth.moves else 0.0
    power = truth.beta + 1.0
    found.number("f at the start", match[1], truth.f0, 3)
    scale = max(abs(f), residual) or 1.0
    if abs(f) > 1e-7 * scale:
        found.number("f at the end", match[2], f, 3, 1e-5)
    if start > 1e-6 * max(abs(truth.f0), abs(float(truth.y))):
        found.number("the loss at the start", match[3], start**power, 3, 1e-5)
        if (residual > 1e-5 * start and truth.beta >= 1.0) or residual > 1e-2 * start:
            found.number("the loss at the end", match[4], residual**power, 3, 1e-3)
        else:
            found.true(read(match[4]) <= (2e-2 * start) ** power, "the loss at the end")
    found.number("the kernel ratio", match[5], truth.ratio(f), 4, 1e-5)
    return found


# --- all of it -----------------------------------------------------------------------------------


def _problems(state: LinearNetworkState) -> Iterator[str]:
    network = state.network()
    truth = Truth.of(state)
    u, v = weights({name: getattr(state, name) for name in type(state).model_fields}, state.seed)
    if not (np.array_equal(u, network.u0) and np.array_equal(v, network.v0)):
        yield "other weights"
    case = Case(state, truth)
    for chunk in compute.stream(state):
        if chunk.kind == "scene" and chunk.data["name"] == "panels" and state.panel == "activations":
            yield from titles(case, dict(chunk.data["figure"]))
        if chunk.kind == "text":
            words = chunk.data
    first = words["runs"][0]
    yield from sentence(first, truth)
    for text in words["notes"]:
        matches = [(match, handler) for pattern, handler in NOTES if (match := pattern.fullmatch(text))]
        if not matches:
            yield f"unknown note: {text}"
        for match, handler in matches:
            found = Checks()
            handler(match, case, found)
            yield from (f"{problem} in: {text}" for problem in found)
    yield from plane(words["figures"]["plane"], first, case)
    yield from panels(words["figures"]["panels"], case)
    yield from links(state, list(words["links"]), list(words["notes"]))
