"""The linear network's parameters, and what follows from its start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from dynamics.linear_network.flow import Flow
from dynamics.linear_network.norms import LayerGeometry, dot, length
from dynamics.linear_network.time_change import TimeChange
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_integer, check_number

D_MAX, D0_MAX = 1_000_000, 10_000
WEIGHTS_MAX = 10_000_000  # d d0, 80 MB
ENTRY_MAX = 1e10  # of u, W, x, y: products of all of them are still far from overflow
GAMMA_RANGE = (1e-300, 1e10)
ETA_RANGE = (1e-30, 1e30)
G_MIN = 1e-300  # of gamma |x| sqrt(eta_u eta_w), where x is not 0
BETA_RANGE = (0.25, 4.0)
SEED_MAX = 2**32 - 1
TIMES_MAX = 100_000
DEVIATIONS = 9.0  # standard deviations from 0 that no weight that is drawn exceeds
_ON_A_LINE = 1e-12  # relative size of what rounding leaves across a line


@dataclass(frozen=True, eq=False)
class LinearProblem(Result):
    """Represent the weights, the point, the target and the rates of a linear network, with the constants of its flow.

    ``LinearNetwork`` adds the analyses; see there for the parameters.
    """

    u0: FloatArray
    W0: FloatArray
    x: FloatArray
    y: float
    gamma: float = 1.0
    eta_u: float = 1.0
    eta_w: float = 1.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        u0 = np.array(check_array("u0", self.u0, -ENTRY_MAX, ENTRY_MAX, ndim=1, most=D_MAX))
        W0 = np.array(check_array("W0", self.W0, -ENTRY_MAX, ENTRY_MAX))
        x, W0 = np.array(_point(self.x)), W0[:, None] if W0.ndim == 1 else W0
        if W0.shape != (len(u0), len(x)):
            raise ValueError(f"W0 must have the shape {(len(u0), len(x))} of u0 and x, not {W0.shape}")
        if W0.size > WEIGHTS_MAX:
            raise ValueError(f"d d0 must be at most {WEIGHTS_MAX}, not {W0.size}")
        for name, values in (("u0", u0), ("W0", W0), ("x", x)):
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        object.__setattr__(self, "y", check_number("y", self.y, -ENTRY_MAX, ENTRY_MAX))
        object.__setattr__(self, "gamma", check_number("gamma", self.gamma, *GAMMA_RANGE))
        object.__setattr__(self, "eta_u", check_number("eta_u", self.eta_u, *ETA_RANGE))
        object.__setattr__(self, "eta_w", check_number("eta_w", self.eta_w, *ETA_RANGE))
        object.__setattr__(self, "beta", check_number("beta", self.beta, *BETA_RANGE))
        if self.x_norm > 0.0 and not self.g >= G_MIN:
            raise ValueError(f"gamma |x| sqrt(eta_u eta_w) must be at least {G_MIN:g}, not {self.g:g}")

    @property
    def d(self) -> int:
        """Width, the number of neurons (int)."""
        return len(self.u0)

    @property
    def d0(self) -> int:
        """Dimension of the input (int)."""
        return len(self.x)

    @cached_property
    def x_norm(self) -> float:
        """Length |x| of the point (float)."""
        return length(self.x)

    @property
    def rho(self) -> float:
        """|x|^2 (float)."""
        return self.x_norm * self.x_norm

    @cached_property
    def direction(self) -> FloatArray:
        """Direction n = x / |x| of the point (array (d0,)); 0 if x = 0."""
        return self.x / self.x_norm if self.x_norm > 0.0 else np.zeros(self.d0)

    @cached_property
    def v0(self) -> FloatArray:
        """v_i(0) = <w_i(0), x> / |x| (array (d,))."""
        return np.asarray(self.W0 @ self.direction)

    @cached_property
    def p(self) -> FloatArray:
        """``p_i(0) = v_i(0) / sqrt(eta_w) + u_i(0) / sqrt(eta_u)`` (array (d,))."""
        return self.v0 / sqrt(self.eta_w) + self.u0 / sqrt(self.eta_u)

    @cached_property
    def q(self) -> FloatArray:
        """``q_i(0) = v_i(0) / sqrt(eta_w) - u_i(0) / sqrt(eta_u)`` (array (d,))."""
        return self.v0 / sqrt(self.eta_w) - self.u0 / sqrt(self.eta_u)

    @cached_property
    def g(self) -> float:
        """``g = gamma |x| sqrt(eta_u eta_w)`` (float)."""
        return float(self.gamma * self.x_norm * sqrt(self.eta_u * self.eta_w))

    @cached_property
    def pair(self) -> LayerGeometry:
        """Lengths of u and v at the start, and the angle between them (LayerGeometry)."""
        return LayerGeometry.of(self.u0, self.v0)

    @cached_property
    def flow(self) -> Flow:
        """Reduction of the flow to one scalar (Flow)."""
        logs = [2.0 * log(one) if (one := length(vector)) > 0.0 else -inf for vector in (self.p, self.q)]
        log_half_g = log(0.5 * self.g) if self.g > 0.0 else -inf
        f0 = self.gamma * self.x_norm * dot(self.u0, self.v0)
        return Flow(self.g, log_half_g + logs[0], log_half_g + logs[1], f0, self.y)

    @cached_property
    def clock(self) -> TimeChange:
        """Map from a time to that at which the flow of the squared loss is at the same place (TimeChange)."""
        return TimeChange(self.flow, self.beta)

    @cached_property
    def area(self) -> float:
        """Conserved quantity ``G = gamma |u| |W x| sin zeta`` (float)."""
        if -inf in (self.flow.log_p, self.flow.log_q):
            return 0.0
        return float(self.gamma * self.x_norm * self.pair.u * self.pair.v * self.pair.sine)

    @cached_property
    def imbalance(self) -> float:
        """Conserved quantity ``g sum_i p_i q_i = g (|v|^2 / eta_w - |u|^2 / eta_u)`` (float)."""
        v, u = self.pair.v / sqrt(self.eta_w), self.pair.u / sqrt(self.eta_u)
        return float(self.g * (v - u) * (v + u))

    @property
    def rate(self) -> float:
        """Rate lambda at which the end is approached as ``exp(-lambda t)`` (float).

        At beta = 1 it is ``2 g sqrt(4 y^2 + g^2 P Q)`` with ``P = sum p_i(0)^2`` and ``Q = sum q_i(0)^2``. It is 0 if
        the end is approached by a power of time or not at all, and inf if f reaches y in finite time.
        """
        flow = self.flow
        if not flow.moves:
            return 0.0
        if self.beta == 1.0:
            return flow.rate
        if flow.stuck:
            return float(2.0 * flow.g * (self.beta + 1.0) * abs(self.y) ** self.beta)
        return 0.0 if self.beta > 1.0 or flow.Hy == 0.0 else inf


def sample_weights(d: int, d0: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Standard normal u (d,) and W (d, d0), neuron by neuron: the first of them do not depend on d."""
    seed = check_integer("seed", seed, 0, SEED_MAX)
    first, second = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    return first.standard_normal(d), second.standard_normal((d, d0))


def correlated_weights(u: FloatArray, v: FloatArray, alignment: float) -> FloatArray:
    """Standard normal u_i that are correlated with standard normal v_i, from independent ones; shape (d,)."""
    return alignment * v + sqrt((1.0 - alignment) * (1.0 + alignment)) * u


def collapse_to_one_point(X: ArrayLike, targets: ArrayLike) -> tuple[FloatArray, float]:
    """The one point and target that data on a line through 0 come down to; see ``LinearNetwork.from_data``."""
    points = np.atleast_2d(check_array("X", X, -ENTRY_MAX, ENTRY_MAX))
    values = np.atleast_1d(check_array("targets", targets, -ENTRY_MAX, ENTRY_MAX))
    if points.ndim != 2 or points.size == 0 or values.shape != points.shape[:1]:
        raise ValueError(f"X and targets must have the shapes (n, d0) and (n,), not {points.shape} and {values.shape}")
    sizes = np.sqrt(np.sum(points**2, axis=1))
    longest = int(np.argmax(sizes))
    if sizes[longest] == 0.0:
        raise ValueError("X must have a point that is not 0: no line goes through 0 alone")
    n = points[longest] / length(points[longest])
    xi = points @ n
    across = np.sqrt(np.sum((points - xi[:, None] * n) ** 2, axis=1))
    worst = int(np.argmax(across))
    if across[worst] > _ON_A_LINE * sizes[longest]:
        raise ValueError(
            f"X must be on a line through 0: row {worst} is {across[worst]:g} away from the line through row {longest}"
        )
    mean_square = float(np.mean(xi**2))
    x, y = sqrt(mean_square) * n, float(np.mean(xi * values)) / sqrt(mean_square)
    # means are no larger than what they are of, but for rounding
    return np.clip(x, -ENTRY_MAX, ENTRY_MAX), float(np.clip(y, -ENTRY_MAX, ENTRY_MAX))


def _point(x: ArrayLike) -> FloatArray:
    """A point of 1 to 10,000 dimensions; one number is a point on a line."""
    point = np.atleast_1d(check_array("x", x, -ENTRY_MAX, ENTRY_MAX))
    return check_array("x", point, ndim=1, most=D0_MAX)


def step_limits(beta: float, residual: FloatArray | float, kernel: FloatArray | float) -> FloatArray:
    """Steps beyond which gradient descent would not be stable if it stayed where residual and kernel are these.

    They are 2 over the curvature ``beta (beta + 1) |residual|^(beta - 1) kernel``; inf where that is 0 or vanishes in
    floating point, and 0 where it is infinite or not defined.
    """
    with np.errstate(all="ignore"):
        curvature = np.asarray(beta * (beta + 1.0) * np.abs(residual) ** (beta - 1.0) * kernel)
        return np.where(curvature > 0.0, 2.0 / curvature, np.where(np.isnan(curvature), 0.0, np.inf))
