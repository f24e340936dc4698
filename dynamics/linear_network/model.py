"""The linear network: what a caller asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from dynamics.linear_network.mechanism import Mechanism, mechanism
from dynamics.linear_network.norms import length
from dynamics.linear_network.problem import (
    D0_MAX,
    D_MAX,
    DEVIATIONS,
    ENTRY_MAX,
    TIMES_MAX,
    WEIGHTS_MAX,
    LinearProblem,
    _point,
    collapse_to_one_point,
    correlated_weights,
    sample_weights,
)
from dynamics.linear_network.solution import LinearSolution, NetworkState, solve, state_at, time_to
from dynamics.validation import check_array, check_integer, check_number


@dataclass(frozen=True, eq=False)
class LinearNetwork(LinearProblem):
    """``f(x) = gamma sum_i u_i <w_i, x>``, trained by gradient flow on ``|f - y|^(beta + 1)`` at one point x, with
    rates eta_u and eta_w of its two layers; solved exactly.

    u0: u_i(0), shape (d,); W0: w_i(0), shape (d, d0), or (d,) for d0 = 1; x: the point, shape (d0,); y: its target.
    d is at most 1e6, d0 at most 1e4 and d d0 at most 1e7; entries and y within 1e10 in size, gamma from 1e-300 to 1e10,
    rates from 1e-30 to 1e30.
    beta: the loss exponent, 0.25 to 4; 1 is the squared loss. Below 1 f reaches y in finite time, at 1 it approaches y
    exponentially, above 1 by a power of time. Two exceptions hold at every beta, where P or Q is 0: if f cannot have
    the sign of y, it tends to 0 exponentially; if y = 0, it tends to 0 by a power of time.

    Data on a line come down to one point, see ``from_data``.

    Source: Xu & Ziyin, "Three Mechanisms of Feature Learning in a Linear Network", arXiv:2401.07085.

    Raises ValueError, naming argument, value and range.
    """

    @classmethod
    def random(
        cls,
        d: int,
        d0: int = 1,
        sigma_u: float = 1.0,
        sigma_w: float = 1.0,
        x: ArrayLike | None = None,
        y: float = 1.0,
        gamma: float = 1.0,
        eta_u: float = 1.0,
        eta_w: float = 1.0,
        beta: float = 1.0,
        seed: int = 0,
        alignment: float = 0.0,
    ) -> LinearNetwork:
        """Normal weights of standard deviations sigma_u and sigma_w. x: if None, the first unit vector. alignment: the
        correlation of u_i and <w_i, x>, -1 to 1: layers that are independent, parallel (1) or opposed (-1).

        The first neurons do not depend on d: a wider network begins with the same ones."""
        d, d0 = check_integer("d", d, 1, D_MAX), check_integer("d0", d0, 1, D0_MAX)
        if d * d0 > WEIGHTS_MAX:
            raise ValueError(f"d d0 must be at most {WEIGHTS_MAX}, not {d * d0}")
        sigma_max = ENTRY_MAX / DEVIATIONS
        sigma_u, sigma_w = (
            check_number("sigma_u", sigma_u, 0.0, sigma_max),
            check_number("sigma_w", sigma_w, 0.0, sigma_max),
        )
        alignment = check_number("alignment", alignment, -1.0, 1.0)
        u, W = sample_weights(d, d0, seed)
        point = np.eye(1, d0)[0] if x is None else _point(x)
        if alignment != 0.0:
            size = length(point) if point.shape == (d0,) else 0.0
            v = W @ (point / size) if size > 0.0 else np.zeros(d)
            u = correlated_weights(u, v, alignment)
        return cls(sigma_u * u, sigma_w * W, point, y, gamma, eta_u, eta_w, beta)

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        targets: ArrayLike,
        u0: ArrayLike,
        W0: ArrayLike,
        gamma: float = 1.0,
        eta_u: float = 1.0,
        eta_w: float = 1.0,
    ) -> LinearNetwork:
        """The network trained on the mean squared loss of data on a line through 0: ``X`` (n, d0), row k being
        ``xi_k`` times a unit vector n, and their targets (n,).

        It moves as on the one point ``x = sqrt(E xi^2) n``, ``y = E[xi target] / sqrt(E xi^2)``; the loss differs by a
        constant. This holds for the squared loss alone, so beta is 1."""
        x, y = collapse_to_one_point(X, targets)
        return cls(check_array("u0", u0), check_array("W0", W0), x, y, gamma, eta_u, eta_w)

    @cached_property
    def start(self) -> NetworkState:
        """The network at t = 0."""
        return state_at(self, 0.0)

    @cached_property
    def end(self) -> NetworkState:
        """The network at the end of time."""
        return state_at(self, inf)

    @property
    def step_limit(self) -> float:
        """The step beyond which gradient descent is not stable at the end: 2 over the kernel's curvature there."""
        return self.end.step_limit

    def solution(self, t: ArrayLike) -> LinearSolution:
        """The exact solution at times t (n,), each from 0 to inf, in any order."""
        times = np.atleast_1d(check_array("t", t, 0.0, inf))
        return solve(self, np.array(check_array("t", times, ndim=1, most=TIMES_MAX)))

    def time_to(self, share: float) -> float:
        """When the distance ``|f - y|`` has fallen to this share of the one at the start; inf if it never does."""
        return time_to(self, share)

    def mechanism(self) -> Mechanism:
        """How the network learns, its end against its start; see ``Mechanism``."""
        return mechanism(self, self.start, self.end)
