"""An evaluation of the planar system that shares no code with `dynamics`.

Integrated in (atanh R, a) at a relative tolerance of 1e-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import atanh, factorial, isfinite, nan, tanh

import numpy as np
from scipy.integrate import LSODA, OdeSolution

FAR = 1e7  # time at which fates are read off
MAX_STEPS = 30_000  # of LSODA, which at this tolerance may come to steps of the size of rounding


@dataclass(frozen=True)
class Problem:
    """Coefficients of He_1, He_2, ... of activation and target, ratio of time scales, decay of the second layer."""

    c: tuple[float, ...]
    c_star: tuple[float, ...]
    eps: float
    decay: float = 0.0

    @cached_property
    def A(self) -> list[float]:
        return [factorial(k) * x * y for k, (x, y) in enumerate(zip(self.c, self.c_star, strict=True), 1)]

    @cached_property
    def B(self) -> list[float]:
        return [factorial(k) * x * x for k, x in enumerate(self.c, 1)]

    def sums(self, R: float) -> tuple[float, float, float, float]:
        """p, g, q, h."""
        p = g = q = h = 0.0
        x = R * R
        for k in range(len(self.c), 0, -1):
            p, g = p * R + self.A[k - 1], g * R + k * self.A[k - 1]
            q, h = q * x + self.B[k - 1], h * x + k * self.B[k - 1]
        return p * R, g, q * x, h * R

    def loss(self, R: float, a: float) -> float:
        terms = enumerate(zip(self.c, self.c_star, strict=True), 1)
        return 0.5 * sum(factorial(k) * (y - a * x * R**k) ** 2 for k, (x, y) in terms)

    def M(self, R: float) -> float:
        _, g, _, h = self.sums(R)
        return g / h if h else nan

    def N(self, R: float) -> float:
        p, _, q, _ = self.sums(R)
        return p / q if q else nan

    def run(self, a0: float, R0: float, end: float) -> Run:
        """The solution up to a time."""

        def flow(_: float, y: np.ndarray) -> tuple[float, float]:
            R = tanh(y[0])
            p, g, q, h = self.sums(R)
            return y[1] * (g - y[1] * h) / self.eps * (abs(R0) < 1.0), p - y[1] * (q + self.decay)

        rho = atanh(R0) if abs(R0) < 1.0 else 400.0 * R0
        solver = LSODA(flow, 0.0, (rho, a0), end, rtol=1e-11, atol=1e-14)
        times, pieces = [0.0], []
        while solver.status == "running" and len(pieces) < MAX_STEPS:
            solver.step()
            if solver.t > times[-1]:
                times.append(solver.t)
                pieces.append(solver.dense_output())
        return Run(self, np.array(times), OdeSolution(times, pieces), solver.status == "finished")

    @cached_property
    def first(self) -> int | None:
        """The activation's first degree."""
        return next((k for k, x in enumerate(self.c, 1) if x), None)

    def slow_flow(self, side: int) -> tuple[int, float] | None:
        """(p, h_p) of the slow flow on the runaway branch with sign(R) = side, in rational arithmetic: H = S/h at two
        small R; None where there is no branch, or H vanishes."""
        k = self.first
        if k is None or not self.c_star[k - 1]:
            return None
        A = [
            factorial(i) * Fraction(x) * Fraction(y)
            for i, (x, y) in enumerate(zip(self.c, self.c_star, strict=True), 1)
        ]
        B = [factorial(i) * Fraction(x) ** 2 for i, x in enumerate(self.c, 1)]
        powers: dict[int, Fraction] = {}
        sizes: dict[int, Fraction] = {}
        for i, x in enumerate(A, 1):
            for j, y in enumerate(B, 1):
                powers[i + 2 * j - 1] = powers.get(i + 2 * j - 1, Fraction(0)) + (j - i) * x * y
                sizes[i + 2 * j - 1] = sizes.get(i + 2 * j - 1, Fraction(0)) + abs((j - i) * x * y)
        for n in sorted(powers):
            if abs(powers[n]) > sizes[n] / 10**13:
                # S = p h - g q starts at R^n, h at k B_k R^(2k-1)
                return n - (2 * k - 1), float(powers[n] / (k * B[k - 1]))
        return None

    def leads_to_zero(self, side: int) -> bool:
        """Whether the slow flow on that branch drives R to 0: a grows in size."""
        found = self.slow_flow(side)
        if found is None or self.first is None:
            return False
        p, h = found
        k = self.first
        a_sign = (self.c_star[k - 1] / self.c[k - 1]) * side**k
        return h * side**p * a_sign > 0

    @cached_property
    def equilibria(self) -> list[tuple[float, float]]:
        """(R, a) off R = 0 where neither moves, from numpy's roots."""
        K = len(self.c)
        S = np.zeros(3 * K)
        for i in range(1, K + 1):
            for j in range(1, K + 1):
                S[i + 2 * j - 1] += (j - i) * self.A[i - 1] * self.B[j - 1]
        inner = [r for r in _real_roots(S) if 0.0 < abs(r) < 1.0]
        zero = [r for r in _real_roots(np.append(0.0, self.A)) if abs(r) < 1.0]
        return [*((r, self.M(r)) for r in inner), *((r, 0.0) for r in zero), (1.0, self.N(1.0)), (-1.0, self.N(-1.0))]

    def eigenvalues(self, R: float, a: float) -> tuple[float, float]:
        """Of the Jacobian in (R, a), by differences."""

        def flow(x: float, y: float) -> np.ndarray:
            p, g, q, h = self.sums(x)
            return np.array([y * (1 - x * x) * (g - y * h) / self.eps, p - y * q])

        d, e = 1e-6, 1e-6 * max(1.0, abs(a))
        J = np.column_stack([(flow(R + d, a) - flow(R - d, a)) / (2 * d), (flow(R, a + e) - flow(R, a - e)) / (2 * e)])
        low, high = sorted(np.linalg.eigvals(J).real)
        return float(low), float(high)


def _real_roots(ascending: np.ndarray) -> list[float]:
    """Real roots, nearly double ones too."""
    top = np.flatnonzero(ascending)
    if not len(top):
        return []
    roots = np.roots(ascending[top[0] : top[-1] + 1][::-1])
    return sorted(
        {round(float(r.real), 12) for r in roots if abs(r.imag) < 1e-7 * max(1.0, abs(r))}
        | ({0.0} if top[0] else set())
    )


@dataclass(frozen=True, eq=False)
class Run:
    """A solution by LSODA."""

    problem: Problem
    t: np.ndarray
    solution: object
    done: bool

    def at(self, tau: float) -> tuple[float, float]:
        """(R, a) at a time."""
        rho, a = self.solution(min(tau, self.t[-1]))  # type: ignore[operator]
        return tanh(rho), float(a)

    def alignment(self, end: float) -> tuple[np.ndarray, np.ndarray]:
        """Times up to ``end``, and R."""
        steps = self.t[self.t < end]
        between = [steps[:-1] + f * np.diff(steps) for f in (0.25, 0.5, 0.75)]
        times = np.unique(np.concatenate([steps, *between, [end]]))
        return times, np.tanh(self.solution(times)[0])  # type: ignore[operator]

    @cached_property
    def fate(self) -> str:
        """What has become of it at ``FAR``: a fate's word, or nothing where that is not clear."""
        if not self.done or not isfinite(self.at(self.t[-1])[1]):
            return ""
        R, a = self.at(self.t[-1])
        before, a_before = self.at(self.t[-1] / 100)
        if abs(R) < 1e-6 and abs(a / a_before - 1) < 1e-3 if a_before else False:
            return "no alignment"
        k = self.problem.first
        if k and self.problem.c_star[k - 1] and abs(R) < 0.9 * abs(before) and abs(a) > 1.01 * abs(a_before):
            alpha0 = self.problem.c_star[k - 1] / self.problem.c[k - 1]
            side = 1 if R > 0 else -1
            inside = any(0 < abs(x) < abs(R) and x * side > 0 for x, _ in self.problem.equilibria)
            known = abs(a * R**k / alpha0 - 1) < 0.2 and not inside and self.problem.leads_to_zero(side)
            return "unlearning" if known else ""
        if abs(R - before) > 1e-7 * max(abs(R), 1e-3) or R == 0:
            return ""
        if 1 - abs(R) < 1e-7:
            turn, rest = self.problem.M(float(np.sign(R))), self.problem.N(float(np.sign(R)))
            kept = min(0.0, turn) < rest < max(0.0, turn)
            return "full alignment" if kept else ""
        return "partial alignment"


def turns(R: np.ndarray, least: float) -> list[float]:
    """Start, every turning point that stands out by ``least``, end."""
    out, sign, best = [float(R[0])], 0, float(R[0])
    low = high = best
    for x in R.tolist():
        if sign == 0:
            low, high = min(low, x), max(high, x)
            if x - low > least:
                sign, best = 1, x
            elif high - x > least:
                sign, best = -1, x
        elif (x - best) * sign > 0:
            best = x
        elif (best - x) * sign > least:
            out.append(best)
            sign, best = -sign, x
    return [*out, float(R[-1])]
