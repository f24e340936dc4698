"""The clock: at which time of the flow on the squared loss another loss's flow is, since both pass the same points.

With the residual ``r`` relative to its initial value and ``z = lambda t`` of the squared loss, ``|f - y|^(beta + 1)``
is at time

    t = (2 / ((beta + 1) lambda)) |f(0) - y|^(1 - beta) I(z),   I(z) = integral of r^(1 - beta) from 0 to z

r is known in closed form and analytic in a strip about the real line, so Gauss-Legendre panels no longer than its
distance from a singularity give I to rounding; beyond the last of them r is exponential, and I is in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, log

import numpy as np

from dynamics.linear_network.flow import Flow
from dynamics.typing import FloatArray

_X, _W = np.polynomial.legendre.leggauss(20)  # error 5.8^-40 on a panel as long as its distance from the singularity
_ITERATIONS = 60  # bisection alone would come to rounding in as many


@dataclass(frozen=True)
class TimeChange:
    """Time of the flow at the exponent ``beta``, of a flow that moves."""

    flow: Flow
    beta: float

    @cached_property
    def log_unit(self) -> float:
        """ln of the unit of t in which I is measured."""
        distance = abs(self.flow.f0 - self.flow.y)
        return (1.0 - self.beta) * log(distance) - log(2.0 * (self.beta + 1.0)) - log(self.flow.g) - log(self.flow.Hy)

    @cached_property
    def table(self) -> tuple[FloatArray, FloatArray]:
        """The panels' ends and I there."""
        singular, tail, _ = self.flow.tail
        doublings = max(0, int(np.ceil(np.log2(1.0 / singular))))
        graded = singular * (np.exp2(np.arange(doublings + 1)) - 1.0)
        edges = np.append(graded, graded[-1] + np.arange(1.0, np.ceil(tail) + 1.0))
        pieces = self._between(edges[:-1], edges[1:])
        return edges, np.append(0.0, np.cumsum(pieces))

    @cached_property
    def share_at_tail(self) -> float:
        return float(self._share(self.table[0][-1:])[0])

    def __call__(self, t: FloatArray) -> FloatArray:
        """The clock z of the squared loss at times t; see ``Flow.log_s``."""
        if self.flow.Hy == 0.0:
            return self._algebraic(t)
        I = np.exp(np.log(t) - self.log_unit)
        edges, table = self.table
        panel = np.clip(np.searchsorted(table, I, side="right") - 1, 0, len(edges) - 2)
        inside = I < table[-1]
        z = np.empty(t.shape)
        z[inside] = self._within(edges[panel[inside]], edges[panel[inside] + 1], (I - table[panel])[inside])
        z[~inside] = edges[-1] + self._beyond(I[~inside] - table[-1])
        return z

    def _share(self, z: FloatArray) -> FloatArray:
        return self.flow.share(self.flow.log_s(z))

    def _between(self, low: FloatArray, high: FloatArray) -> FloatArray:
        half = 0.5 * (high - low)[..., None]
        nodes = low[..., None] + half * (1.0 + _X)
        return np.asarray((self._share(nodes) ** (1.0 - self.beta) * half) @ _W)

    def _within(self, low: FloatArray, high: FloatArray, I: FloatArray) -> FloatArray:
        """z in [low, high] to which the integral from low is I: Newton's method, kept inside its bracket."""
        start, z = low, 0.5 * (low + high)
        for _ in range(_ITERATIONS):
            excess = self._between(start, z) - I
            low, high = np.where(excess < 0.0, z, low), np.where(excess < 0.0, high, z)
            trial = z - excess * self._share(z) ** (self.beta - 1.0)
            last, z = z, np.where((trial >= low) & (trial <= high), trial, 0.5 * (low + high))
            if ((abs(z - last) <= 1e-15 * z) | (I == 0.0)).all():
                break
        return np.where(I == 0.0, start, z)

    def _beyond(self, I: FloatArray) -> FloatArray:
        _, _, decay = self.flow.tail
        excess = self.beta - 1.0
        I = I * self.share_at_tail**excess
        if decay == 0.0:
            return I
        return np.where(1.0 + excess * I > 0.0, np.log1p(np.maximum(excess * I, -1.0)) / excess, inf)

    def _algebraic(self, t: FloatArray) -> FloatArray:
        """y = 0 and one of P, Q is 0, so H = |f|: |f|^-beta grows linearly."""
        flow, beta = self.flow, self.beta
        grown = np.exp(np.log(t) + log(2.0 * flow.g * beta * (beta + 1.0)) + beta * log(abs(flow.f0)))
        return np.expm1(np.log1p(grown) / beta) / (2.0 * abs(flow.f0))
