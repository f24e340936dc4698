"""Gradient flow of a linear network on one point, reduced to one scalar, in closed form.

With ``n = x / |x|``, ``a_i = u_i / sqrt(eta_u)``, ``b_i = <w_i, n> / sqrt(eta_w)``, ``p = b + a``, ``q = b - a`` and
``g = gamma |x| sqrt(eta_u eta_w)``, the flow on ``|f - y|^(beta + 1)`` is

    p_i(t) = p_i(0) sqrt(X),   q_i(t) = q_i(0) / sqrt(X),   f = (g/4) (P X - Q / X),   P = |p(0)|^2,  Q = |q(0)|^2
    d ln X / dt = -2 g (beta + 1) |f - y|^beta sign(f - y),   X(0) = 1

which at beta = 1 is a Riccati equation. Whatever beta, the network passes through the same points; so its solution is
that of beta = 1 at another time, the *clock*. Kept below are only sums and products of positive numbers, and their
logarithms: with ``H = (g/4) (P X + Q / X) = sqrt(f^2 + g^2 P Q / 4)``, H_y that at f = y, and ``lambda = 4 g H_y``,

    X = (1 + s c_p) / (1 + s c_m),   s = expm1(lambda t) / (2 H_y),   c_p - c_m = 2 (y - f(0))
    f - y = (f(0) - y) [(H_y + y) / (1 + s c_m) + (g Q / 2) / (1 + s c_p)] / (H_y + y + g Q / 2)

for y >= 0; to y < 0 it is brought by turning the sign of every u_i, which swaps p and q.

Source: Xu & Ziyin, arXiv:2401.07085, for the equation; the forms are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, hypot, inf, log, log1p

import numpy as np
from scipy.special import expit

from dynamics.typing import FloatArray

_LOG2 = log(2.0)


def _log(value: float) -> float:
    return log(value) if value > 0.0 else -inf


@dataclass(frozen=True)
class Flow:
    """The reduced flow. ``log_p``, ``log_q``: logarithms of ``g P / 2`` and ``g Q / 2``, -inf for 0."""

    g: float
    log_p: float
    log_q: float
    f0: float
    y: float

    @cached_property
    def flipped(self) -> bool:
        """Whether y < 0, and the flow of -f is looked at."""
        return self.y < 0.0

    @cached_property
    def floor(self) -> float:
        """``sqrt(g^2 P Q / 4)``, which H does not fall below."""
        return exp(0.5 * (self.log_p + self.log_q))

    @cached_property
    def H0(self) -> float:
        """H at the start."""
        return 0.5 * (exp(self.log_p) + exp(self.log_q))

    @cached_property
    def log_H0(self) -> float:
        """ln H0, of weights too small for H0 to be a float as well; -inf where all are 0."""
        return float(np.logaddexp(self.log_p, self.log_q)) - _LOG2

    @cached_property
    def Hy(self) -> float:
        """H where f = y."""
        return hypot(self.y, self.floor)

    @cached_property
    def rate(self) -> float:
        """lambda, of the clock."""
        return 4.0 * self.g * self.Hy

    @cached_property
    def moves(self) -> bool:
        """Whether f moves at all."""
        return self.g > 0.0 and self.log_H0 > -inf and self.f0 != self.y

    @cached_property
    def stuck(self) -> bool:
        """Whether f tends to 0 though y is not 0: one of P, Q is 0, and f cannot have the sign of y."""
        return self.y != 0.0 and (self.log_q if self.flipped else self.log_p) == -inf

    @cached_property
    def f_end(self) -> float:
        """f at the end of time."""
        if self.g == 0.0 or self.log_H0 == -inf:
            return self.f0
        return 0.0 if self.stuck else self.y

    @cached_property
    def _logs(self) -> tuple[float, float]:
        """ln c_p and ln c_m."""
        log_p, log_q = self._turned
        top = self.Hy + abs(self.y)
        if top == 0.0:
            return log_q, log_p
        q = exp(log_q)
        return log(top + q), log_p + log1p(q / top)

    @cached_property
    def _turned(self) -> tuple[float, float]:
        return (self.log_q, self.log_p) if self.flipped else (self.log_p, self.log_q)

    @cached_property
    def _weights(self) -> tuple[float, float]:
        """The shares of 1 / (1 + s c_m) and of 1 / (1 + s c_p) in the residual."""
        top, q = self.Hy + abs(self.y), exp(self._turned[1])
        return (1.0, 0.0) if top + q == 0.0 else (top / (top + q), q / (top + q))

    @cached_property
    def tail(self) -> tuple[float, float, float]:
        """The clock's scales, in units of 1/lambda: how far before 0 the solution is singular at the nearest, after
        which time the residual is exponential to rounding, and its rate there: 1, or 0 where f is stuck."""
        log_c = [one - _LOG2 - log(self.Hy) for one in self._logs]
        knees = [-one for one in log_c if one > -inf]
        return min(1.0, exp(-max(log_c))), max(0.0, *knees) + 45.0, 0.0 if self.stuck else 1.0

    def log_s(self, clock: FloatArray) -> FloatArray:
        """ln s at ``clock``, which is lambda t; where lambda is 0, it is 2 g t."""
        if self.Hy == 0.0:
            return np.log(clock)
        short = np.log(np.expm1(np.minimum(clock, 1.0)))
        return np.where(clock < 1.0, short, clock + np.log1p(-np.exp(-clock))) - (_LOG2 + log(self.Hy))

    def share(self, log_s: FloatArray) -> FloatArray:
        """``(f - y) / (f(0) - y)``, between 1 and 0, to full relative accuracy."""
        log_cp, log_cm = self._logs
        wm, wp = self._weights
        left = wm * expit(-(log_s + log_cm)) if log_cm > -inf else np.full(log_s.shape, wm)
        return np.asarray(left + wp * expit(-(log_s + log_cp)) if wp else left)

    def risen(self, log_s: FloatArray) -> FloatArray:
        """``1 - share``, to full relative accuracy."""
        log_cp, log_cm = self._logs
        wm, wp = self._weights
        left = wm * expit(log_s + log_cm) if log_cm > -inf else np.zeros(log_s.shape)
        return np.asarray(left + wp * expit(log_s + log_cp) if wp else left)

    def log_X(self, log_s: FloatArray) -> FloatArray:
        """ln X, to full relative accuracy."""
        log_cp, log_cm = self._logs
        ahead = (self.f0 - self.y) if self.flipped else (self.y - self.f0)
        slower, faster = (log_cm, log_cp) if ahead > 0.0 else (log_cp, log_cm)
        small = np.log1p(2.0 * abs(ahead) / (np.exp(-log_s) + exp(slower)))
        large = np.logaddexp(-log_s, faster) - np.logaddexp(-log_s, slower)
        size = np.where(small < 1.0, small, large)
        return size if (ahead > 0.0) != self.flipped else -size

    def outputs(self, log_s: FloatArray, log_X: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """f, f - y and f - f(0).

        The differences keep their relative accuracy, and so does f where it does not cross 0: measured from the nearer
        of its two ends, it is then a sum of two numbers of one sign, or the end is at least twice the difference. About
        a crossing f is accurate relative to H.
        """
        residual = (self.f0 - self.y) * self.share(log_s)
        moved = (self.y - self.f0) * self.risen(log_s)
        f = np.where(abs(residual) <= abs(moved), self.y + residual, self.f0 + moved)
        if self.f0 * np.sign(self.y) < 0.0:
            rising = np.exp(self.log_p + log_X) if self.log_p > -inf else np.zeros(log_X.shape)
            falling = np.exp(self.log_q - log_X) if self.log_q > -inf else np.zeros(log_X.shape)
            between = (abs(log_X) >= 1.0) & (abs(residual) > 0.5 * abs(self.y))
            f = np.where(between, 0.5 * (rising - falling), f)
        return f, residual, moved
