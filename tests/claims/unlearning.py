"""Every sentence, note, cause and alt text of the Unlearning view, held against an evaluation of its own."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import numpy as np

from components.views.unlearning.compute import stream
from components.views.unlearning.state import K_MAX, UnlearningState
from tests.claims.numbers import close, found, value
from tests.claims.reference import FAR, Problem, Run, turns

WORDS = "unlearning|full alignment|partial alignment|no alignment"
NEAR = 0.01  # of the range of R: turning points closer than this are one


def coefficients(rng: np.random.Generator, K: int) -> tuple[float, ...]:
    """Some zeros, some round numbers, some small ones, over the whole range of the sliders."""
    kind = rng.integers(4)
    values = rng.uniform(-3, 3, K) if kind else rng.uniform(-10, 10, K)
    if kind == 1:
        values = values / np.arange(1, K + 1)
    values = np.round(values, int(rng.integers(1, 4)))
    values[rng.random(K) < (0.35 if rng.random() < 0.3 else 0.05)] = 0.0
    if rng.random() < 0.05:
        values[:] = 0.0
    return tuple(float(x) + 0.0 for x in values)


def random_problem(rng: np.random.Generator) -> dict[str, Any]:
    """Activation, target, ratio of time scales and alignment at the start, degenerate ones among them."""
    K = int(rng.integers(1, K_MAX + 1)) if rng.random() < 0.4 else int(rng.integers(1, 6))
    c, c_star = coefficients(rng, K), coefficients(rng, K)
    kind = rng.random()
    if kind < 0.35:
        c = (1.0,) * K
    elif kind < 0.4:
        c_star = c
    elif kind < 0.5:
        c_star = (0.0, *c_star[1:])  # A_1 = 0
    elif kind < 0.55:
        c = (0.0, *c[1:])
    R0 = 0.0 if rng.random() < 0.5 else float(np.round(rng.uniform(-0.99, 0.99), 2))
    if rng.random() < 0.03:
        R0 = float(rng.choice([-1.0, 1.0]))
    eps = 1.0 if rng.random() < 0.5 else float(f"{10 ** rng.uniform(-6, 1):.3g}")
    return {"c": c, "c_star": c_star, "eps": eps, "R0": R0}


def random_state(rng: np.random.Generator) -> UnlearningState:
    """A state of the view over the whole range of each parameter."""
    a = [float(np.round(rng.uniform(-20, 20), int(rng.integers(0, 3)))) for _ in range(int(rng.integers(1, 3)))]
    if rng.random() < 0.05:
        a[0] = 0.0
    if rng.random() < 0.1:
        a[0] = float(rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(-4, 0))
    values: dict[str, Any] = {
        **random_problem(rng),
        "a": tuple(a),
        "tau": 1e4 if rng.random() < 0.5 else float(f"{10 ** rng.uniform(0, 8):.3g}"),
        "layers": ("field", "eq"),
        "width": float(f"{10 ** rng.uniform(0.5, 8):.3g}") if rng.random() < 0.15 else None,
    }
    if rng.random() < 0.15:
        values["points"] = (float(np.round(rng.uniform(-1, 1), 2)), float(np.round(rng.uniform(-30, 30), 1)))
    return UnlearningState.make(values)


def problems(state: UnlearningState) -> list[str]:
    """What is false in the texts of a state."""
    (words,) = [chunk.data for chunk in stream(state) if chunk.kind == "text"]
    problem = Problem(state.c, state.c_star, state.eps)
    false: list[str] = []
    pieces = re.split(
        r"(?=(?:ā = [^:]{1,12}|\([^:]{1,24}\)), (?:fate|unl|full|part|no al|undec))", words["figures"]["plane"]
    )
    ends = re.split(r" (?=(?:ā = [^:]{1,12}|\([^:]{1,24}\)): )", words["figures"]["panels"])[1:]
    for i, (R0, a0) in enumerate(state.starts):
        run = problem.run(a0, R0, max(FAR, state.tau))
        if not trusted(run, state, R0):
            continue
        check = Check(problem, run, a0, R0, state.tau)
        check.sentence(words["runs"][i])
        for cause in words["causes"][i]:
            check.cause(cause["text"])
        if "undecided" not in words["runs"][i]:
            check.alt(pieces[1 + i], ends[i])
        false += check.false
    false += notes(state, problem, words["notes"])
    false += plane(problem, pieces[0])
    return [f"{line}   [{state.query()}]" for line in false]


def trusted(run: Run, state: UnlearningState, R0: float) -> bool:
    """Whether the reference itself can be relied on: it cannot in slow passages through a = 0."""
    if not run.done:
        return False
    a = run.solution(run.t)[1]  # type: ignore[operator]
    return not (R0 != 0 and state.eps < 0.05 and (a > 0).any() and (a < 0).any())


class Check:
    """The texts of one run."""

    def __init__(self, problem: Problem, run: Run, a0: float, R0: float, tau: float) -> None:
        self.problem, self.run, self.a0, self.R0, self.tau = problem, run, a0, R0, tau
        self.times, self.R = run.alignment(tau)
        self.end = run.at(tau)
        self.fate = run.fate
        self.false: list[str] = []

    def fail(self, text: str, why: str) -> None:
        self.false.append(f"{why}: {text!r}")

    def number(self, text: str, shown: str, true: float, digits: int, scale: float = 0.0) -> None:
        if isfinite(true) and not close(shown, true, digits, scale):
            self.fail(text, f"{shown} is {true:.8g}")

    def sentence(self, text: str) -> None:
        named = {
            " unlearns": "unlearning",
            " aligns fully": "full alignment",
            " aligns partly": "partial alignment",
            " does not align": "no alignment",
        }
        fate = next((word for part, word in named.items() if part in text), "")
        if "undecided" in text:
            if self.fate and ("disagree" in text or "estimated error" in text) and self.problem.eps >= 0.05:
                for pattern in (r"ends at R = <N>", r"a = <N>"):
                    if not found(pattern, text):
                        return
                self.fail(text, f"the fate is clear: {self.fate}, R = {self.end[0]:.5g} at the end")
            return
        if fate and self.fate and fate != self.fate:
            if abs(self.R0) < 1 and not self.near_threshold():
                self.fail(text, f"the fate is {self.fate}")
            return
        self.movement(text)
        self.thresholds(text, fate)
        R, a = self.run.at(FAR)
        settled = fate in ("full alignment", "partial alignment") and self.fate == fate
        for (shown,) in found(r" R → <N>[,;]", text):
            if settled:
                self.number(text, shown, R, 3, 1e-4)
        for (shown,) in found(r" a → <N>[,;]", text):
            if settled or (fate == "no alignment" and self.fate == fate):
                self.number(text, shown, a, 4, 1e-3)
            elif fate == "unlearning" and np.sign(value(shown)) != np.sign(a):
                self.fail(text, f"a goes to {np.sign(a)} infinity")
        for (shown,) in found(r" L → <N>", text):
            true = self.problem.loss(R, a)
            if fate == "unlearning":
                k = self.problem.first or 0
                true = (
                    self.problem.loss(0.0, 0.0) - 0.5 * np.prod(np.arange(1, k + 1)) * self.problem.c_star[k - 1] ** 2
                )
            if self.fate == fate:
                self.number(text, shown, true, 4, 1e-6 * (1 + self.problem.loss(0.0, 0.0)))
        for power, _ in re.findall(r"\|R\| ~ τ\^\(−1/(\d+)\) and \|a\| ~ τ\^\(([\d/]+)\)", text):
            slow = self.problem.slow_flow(1 if R > 0 else -1)
            if slow is None or slow[0] + (self.problem.first or 0) != int(power):
                self.fail(text, f"the slow flow begins with {slow}")
        for shown, what in re.findall(r", (\S+) below its (peak|start),", text):
            size = np.abs(self.run.alignment(FAR)[1])
            if settled:
                self.number(text, shown, float(size.max()) - abs(R), 2, 2e-3)
            if (what == "start") != (int(np.argmax(size)) == 0) and size.max() - size[0] > 2e-3:
                self.fail(text, f"the largest |R| is at sample {int(np.argmax(size))}")

    def near_threshold(self) -> bool:
        """Whether starts close by have different fates."""
        step = 3e-5 * max(1.0, abs(self.a0))
        fates = {self.problem.run(self.a0 + s, self.R0, FAR).fate for s in (-step, step)}
        return len(fates) > 1 or "" in fates

    def movement(self, text: str) -> None:
        legs = found(r"(rises|falls)(?: from <N>)? to <N>(?: by τ = <N>)?", text)
        if not legs:
            return
        stated = [value(legs[0][1]) if legs[0][1] else 0.0, *(value(leg[2]) for leg in legs)]
        if abs(stated[0] - self.R0) > 1e-3:
            self.fail(text, f"R begins at {self.R0}")
        for (verb, *_), before, after in zip(legs, stated[:-1], stated[1:], strict=True):
            if (verb == "rises") != (after > before):
                self.fail(text, f"{verb} from {before} to {after}")
        R = self.R if legs[-1][3] else np.append(self.R, 0.0)
        size = max(float(np.ptp(R)), 1e-12)
        fine, coarse = turns(R, 1e-3 * size), turns(R, 2 * NEAR * size)
        if not _within(coarse[1:-1], stated[1:-1], NEAR * size):
            self.fail(text, f"R turns at {np.round(coarse, 5).tolist()}")
        elif not _within(stated[1:-1], fine[1:-1], NEAR * size):
            self.fail(text, f"R turns only at {np.round(fine, 5).tolist()}")
        if legs[-1][3]:
            self.number(text, legs[-1][3], self.tau, 3)
        self.number(text, legs[-1][2], float(R[-1]), 3, 2 * 0.002 * size)

    def thresholds(self, text: str, fate: str) -> None:
        for side, shown in found(r"\(?(above|below) ā_c = <N>\)", text):
            t = value(shown)
            if (side == "above") != (self.a0 > t):
                self.fail(text, f"ā = {self.a0}")
            self.changes(text, t)
        for low, high in found(r"between the thresholds ā = <N> and <N>", text):
            if not value(low) < self.a0 < value(high):
                self.fail(text, f"ā = {self.a0}")
            self.changes(text, value(low))
            self.changes(text, value(high))

    def changes(self, text: str, t: float, beyond: str = "") -> None:
        """The fate changes at a threshold."""
        step = max(1.2e-4 * abs(t), 3e-6)
        below, above = (self.problem.run(t + s, self.R0, FAR) for s in (-step, step))
        if not (_steady(below, self) and _steady(above, self)):
            return
        if below.fate and below.fate == above.fate:
            self.fail(text, f"on both sides of {t} is {below.fate}")
        outer = above if self.a0 < t else below
        if beyond and outer.fate and outer.fate != beyond:
            self.fail(text, f"beyond {t} is {outer.fate}")

    def cause(self, text: str) -> None:
        for shown, word in found(rf"threshold is ā = <N>: beyond it the fate is ({WORDS})", text):
            self.changes(text, value(shown), word)
        for side in re.findall(r"(?:For|for|where|at) R ([<>]) 0", text)[:1]:
            self.branch(text, 1 if side == ">" else -1)
        for R, a, landing in found(r"fold at R = <N>, a = <N>, and jumps from there to R = <N>", text):
            self.jump(text, value(R), value(a), value(landing))
        for R, R_power, a in found(r"R ≈ <N> τ\^\(−1/(\d+)\) and a ≈ <N> τ", text):
            self.law(text, value(R), int(R_power), value(a))
        for R, a, what, rate in found(r"stable node R = <N>, a = <N>, (.*?); .* exp\(−<N> τ\)", text):
            self.node(text, value(R), value(a), "global" in what, value(rate))
        self.alignment(text)

    def branch(self, text: str, side: int) -> None:
        problem, k = self.problem, self.problem.first
        if k is None:
            return
        for (shown,) in found(r"a R(?:\^\d+)? → <N>\)", text):
            self.number(text, shown, problem.c_star[k - 1] / problem.c[k - 1], 4)
        leads = problem.leads_to_zero(side)
        if "leads toward R = 0" in text and not leads:
            self.fail(text, "the slow flow leads away")
        if "leads away from R = 0" in text and leads:
            self.fail(text, "the slow flow leads to R = 0")
        for p, h in found(r"of degree p = (\d+), is <N>? ?R", text):
            slow = problem.slow_flow(side)
            if slow is None or slow[0] != int(p) or (h and not close(h, slow[1], 4)):
                self.fail(text, f"the slow flow begins with {slow}")
        if "does not run away" in text or "runs away as R → 0, but" in text:
            M = [abs(problem.M(side * r)) for r in (1e-6, 1e-4)]
            grows = M[0] > 5 * M[1]
            if grows != ("runs away as R → 0, but" in text):
                self.fail(text, f"|M| = {M} at 1e-6 and 1e-4")
        for name, above, bound, now in found(r"c\*([₀-₉]+) (above|below) <N> \(now <N>\)", text):
            degree = int(name.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")))
            if not close(now, problem.c_star[degree - 1], 4):
                self.fail(text, f"c*_{degree} is {problem.c_star[degree - 1]}")
            edge = value(bound)
            step = (2e-3 * max(abs(edge), 1e-3)) * (1 if above == "above" else -1)
            for factor in (1, 100):
                c_star = list(problem.c_star)
                c_star[degree - 1] = edge + factor * step
                other = Problem(problem.c, tuple(c_star), problem.eps)
                if other.leads_to_zero(side) != ("make unlearning possible" in text):
                    self.fail(text, f"c*_{degree} = {c_star[degree - 1]} does not")

    def jump(self, text: str, R: float, a: float, landing: float) -> None:
        d = 1e-4
        near = [self.problem.M(R + s) for s in (-d, 0, d)]
        width = 0.02 * max(abs(R), 0.01)
        M = np.array([self.problem.M(x) for x in np.linspace(R - width, R + width, 401)])
        if abs(a - near[1]) > 2e-3 * max(1.0, abs(a)):
            self.fail(text, f"M = {near[1]}")
        if not 0 < int(np.argmax(M)) < 400 and not 0 < int(np.argmin(M)) < 400:
            self.fail(text, "M has no extremum there")
        if abs(landing) < 0.9995 and abs(self.problem.M(landing) - a) > 0.02 * max(1.0, abs(a)) and abs(landing) > 1e-3:
            slope = abs(self.problem.M(landing + 5e-4) - self.problem.M(landing - 5e-4)) + 1e-3 * abs(a)
            if abs(self.problem.M(landing) - a) > 2 * slope:
                self.fail(text, f"M({landing}) = {self.problem.M(landing)}")

    def law(self, text: str, R: float, power: int, a: float) -> None:
        side = 1 if self.run.at(FAR)[0] > 0 else -1
        slow, k = self.problem.slow_flow(side), self.problem.first
        if slow is None or k is None:
            return self.fail(text, "there is no branch")
        p, h = slow
        alpha0 = abs(self.problem.c_star[k - 1] / self.problem.c[k - 1])
        size = ((p + k) * abs(h) / (k * alpha0)) ** (-1 / (p + k))
        if power != p + k or abs(abs(R) / size - 1) > 1e-3 or abs(abs(a) / (alpha0 * size**-k) - 1) > 1e-3:
            self.fail(text, f"R ~ {size:.5g} tau^-1/{p + k}, a ~ {alpha0 * size**-k:.5g}")
        if np.sign(R) != side or np.sign(a) != np.sign(self.run.at(FAR)[1]):
            self.fail(text, "the sign is another one")

    def node(self, text: str, R: float, a: float, least: bool, rate: float) -> None:
        problem = self.problem
        near = [e for e in problem.equilibria if abs(e[0] - R) < 2e-4 and abs(e[1] - a) < 1e-3 * max(1.0, abs(a))]
        if not near:
            return self.fail(text, "no equilibrium is there")
        slowest = problem.eigenvalues(*near[0])[1]
        if slowest > 1e-4 or (rate > 1e-3 and abs(-slowest / rate - 1) > 0.03 and abs(R) < 0.999):
            self.fail(text, f"its eigenvalues are {problem.eigenvalues(*near[0])}")
        k = problem.first or 1
        others = [problem.loss(*e) for e in problem.equilibria]
        others.append(problem.loss(0.0, 0.0) - 0.5 * np.prod(np.arange(1, k + 1)) * problem.c_star[k - 1] ** 2)
        own, scale = problem.loss(*near[0]), 1e-6 * (1 + problem.loss(0.0, 0.0))
        if (least and own > min(others) + scale) or (not least and own < min(others) - scale):
            self.fail(text, f"its loss is {own}, the least {min(others)}")

    def alignment(self, text: str) -> None:
        times, R = self.run.alignment(FAR)
        size = np.abs(R)
        for _, shown in found(r"^(\|R\||R) is never above <N>,", text):
            if self.fate:  # else R may still grow
                self.number(text, shown, float(size.max()), 3, 1.5e-3)
        if text.startswith("R is ") and R.min() < -1e-6 * max(size.max(), 1e-3):
            self.fail(text, f"R goes down to {R.min()}")
        for _, shown, when, share in found(r"^(\|R\||R) is largest, <N>, (at τ = \S+|at the start); <N> %", text):
            top = int(np.argmax(size))
            self.number(text, shown, float(size.max()), 3, 1.5e-3)
            flat = times[size > size.max() - 1.5e-3 * max(1.0, size.max())]
            tau = 0.0 if when == "at the start" else value(when.removeprefix("at τ = ").rstrip(";"))
            if not 0.93 * flat[0] <= tau <= 1.07 * flat[-1] + 1e-12:
                self.fail(text, f"the largest |R| is at {times[top]:.5g}")
            left = abs(self.run.at(FAR)[0]) if self.fate in ("full alignment", "partial alignment") else 0.0
            if self.fate:
                self.number(text, share, 100 * (1 - left / size.max()), 2, 0.5)
        for (tau,) in found(r"half of that value is lost by τ = <N>", text):
            top = int(np.argmax(size))
            reached = [abs(self.run.at(value(tau) * f)[0]) for f in (0.93, 1.07)]
            if not reached[1] - 2e-3 <= size[top] / 2 <= reached[0] + 2e-3:
                self.fail(text, f"|R| is {reached} there, the peak {size[top]}")

    def alt(self, plane: str, panels: str) -> None:
        for word in re.findall(rf", ({WORDS}): from ", plane)[:1]:
            if self.fate and word != self.fate and not self.near_threshold():
                self.fail(plane, f"the fate is {self.fate}")
        points = found(r"R = <N>, a = <N>", plane.split("c shows a crosshair")[0].split(": from ")[-1])
        scale = max(1.0, abs(self.end[1]))
        for (R, a), true in zip((points[0], points[-1]), ((self.R0, self.a0), self.end), strict=True):
            self.number(plane, R, true[0], 2, 2e-3)
            self.number(plane, a, true[1], 3, 1e-3 * scale)
        for begin, last, R, a in found(r"loss from <N> to <N>; R ends at <N>, a at <N>,", panels):
            self.number(panels, begin, self.problem.loss(self.R0, self.a0), 3)
            self.number(panels, last, self.problem.loss(*self.end), 3, 1e-4 * self.problem.loss(0, 0))
            self.number(panels, R, self.end[0], 3, 1e-4)
            self.number(panels, a, self.end[1], 4, 1e-4 * scale)


def _steady(run: Run, check: Check) -> bool:
    a = run.solution(run.t)[1]  # type: ignore[operator]
    crosses = check.R0 != 0 and check.problem.eps < 0.05 and (a > 0).any() and (a < 0).any()
    return run.done and bool(run.fate) and not crosses


def _within(some: list[float], others: list[float], near: float) -> bool:
    """Whether each of some values has one of the others near it, in order."""
    rest = iter(others)
    return all(any(abs(x - y) <= near for y in rest) for x in some)


def notes(state: UnlearningState, problem: Problem, texts: list[str]) -> list[str]:
    """What is false in the notes."""
    false = []
    for text in texts:
        for side, verdict in re.findall(r"^For R ([<>]) 0, a [<>] 0, (nothing unlearns|unlearning is possible)", text):
            if problem.leads_to_zero(1 if side == ">" else -1) != (verdict != "nothing unlearns"):
                false.append(f"the slow flow says otherwise: {text!r}")
        for side, sign in re.findall(r"^For R ([<>]) 0, a ([<>]) 0", text):
            k = problem.first or 1
            if (problem.c_star[k - 1] / problem.c[k - 1] * (1 if side == ">" else -1) ** k > 0) != (sign == ">"):
                false.append(f"a has the other sign: {text!r}")
        for product, sign in found(r"c₂c\*₂ = <N> ([<>]) 0", text):
            true = problem.c[1] * problem.c_star[1]
            if not close(product, true, 4) or (true > 0) != (sign == ">"):
                false.append(f"the product is {true}: {text!r}")
        if "R never moves" in text and problem.A[0] != 0:
            false.append(f"A_1 = {problem.A[0]}: {text!r}")
        for name, neurons, decay in found(
            r"from ā = (\S+?)(?:, R₀ = \S+)? with more than about <N> neurons \(decay below <N>\)", text
        ):
            false += _needs(state, problem, text, value(name), value(neurons), value(decay))
    return false


def _needs(state: UnlearningState, problem: Problem, text: str, a0: float, m: float, decay: float) -> list[str]:
    """With less decay than is said it unlearns, with more it does not; so with the exact law of a finite width."""
    from dynamics import Fate, UnlearningModel

    R0 = next((R0 for R0, a in state.starts if abs(a - a0) < 1e-5 * max(1.0, abs(a))), 0.0)
    false = []
    R = problem.run(a0, R0, 1e6).alignment(1e6)[1]
    peak = float((R * np.sign(R[-1])).max())  # on the side that it ends on
    for factor, lost in ((0.5, True), (2.0, False)):
        end = abs(Problem(problem.c, problem.c_star, problem.eps, factor * decay).run(a0, R0, FAR).at(FAR)[0])
        if not _as_said(end, peak, lost):
            false.append(f"with decay {factor * decay:.3g} R ends at {end:.4g}, peak {peak:.4g}: {text!r}")
        if m / factor > 1e9:
            continue
        halt = UnlearningModel(problem.c, problem.c_star, problem.eps).finite_width(m / factor).halt(a0, R0)
        if halt and halt.fate != Fate.UNDECIDED and not _as_said(abs(halt.R), peak, lost):
            false.append(f"at width {m / factor:.3g} R ends at {halt.R:.4g}, peak {peak:.4g}: {text!r}")
    return false


def plane(problem: Problem, text: str) -> list[str]:
    """What is false in the plane's alt text before its runs: folds and equilibria."""
    false = []
    for R, a in found(r"(?:Folds? at |; )R = <N>, a = <N>(?=[;.])", text.split("Equilibri")[0]):
        r = value(R)
        width = 0.02 * max(abs(r), 1e-3)
        M = np.array([problem.M(x) for x in np.linspace(r - width, r + width, 401)])
        if not 0 < int(np.argmax(M)) < 400 and not 0 < int(np.argmin(M)) < 400:
            false.append(f"no fold at R = {R}, a = {a}")
        elif not close(a, problem.M(r), 3, 0.02 * abs(problem.M(r)) + 1e-3):
            false.append(f"M({R}) = {problem.M(r)}, not {a}")
    for kind, R, a in found(r"(stable node|saddle|unstable node|degenerate) at R = <N>, a = <N>", text):
        near = [e for e in problem.equilibria if close(R, e[0], 3, 1e-6) and close(a, e[1], 3, 1e-6)]
        if value(R) == 0.0 and value(a) == 0.0:
            near.append((0.0, 0.0))
        if not near:
            false.append(f"no equilibrium at R = {R}, a = {a}")
        else:
            low, high = problem.eigenvalues(*near[0])
            small = 1e-4 * max(abs(low), abs(high), 1e-9)
            kinds = {"stable node"} if high < -small else {"unstable node"} if low > small else {"saddle"}
            if min(abs(low), abs(high)) > small and kind not in kinds and kind != "degenerate":
                false.append(f"{kind} at R = {R}, a = {a}: eigenvalues {low:.4g}, {high:.4g}")
    return false


def _as_said(end: float, peak: float, lost: bool) -> bool:
    """Whether R ends below its peak, or not, within 2 %."""
    return end < 1.02 * peak if lost else end > 0.98 * peak
