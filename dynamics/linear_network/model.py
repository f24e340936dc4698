"""The linear network: what a caller asks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from math import inf, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import check_array, check_integer, check_number
from ..hermite import Array
from ..results import Result
from .clock import Clock
from .flow import Flow
from .norms import Pair, dot, length
from .solution import LinearSolution, solve

if TYPE_CHECKING:
    from .mechanism import Mechanism

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
_LOG_T_MAX = 709.0  # of a time that is a float
_HALVINGS = 200  # of an interval of ln t, down to rounding


@dataclass(frozen=True)
class Moment:
    """A network at one time; see ``LinearSolution`` for what the fields are."""

    f: float
    loss: float
    cos_zeta: float
    zeta: float
    kernel: float
    kernel_ratio: float
    kernel_excess: float
    u_norm: float
    v_norm: float
    step_limit: float


@dataclass(frozen=True, eq=False)
class LinearNetwork(Result):
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

    u0: Array
    W0: Array
    x: Array
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
        u, W = draw(d, d0, seed)
        point = np.eye(1, d0)[0] if x is None else _point(x)
        if alignment != 0.0:
            size = length(point) if point.shape == (d0,) else 0.0
            v = W @ (point / size) if size > 0.0 else np.zeros(d)
            u = aligned(u, v, alignment)
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
        x, y = on_a_line(X, targets)
        return cls(check_array("u0", u0), check_array("W0", W0), x, y, gamma, eta_u, eta_w)

    @property
    def d(self) -> int:
        """The width: the number of neurons."""
        return len(self.u0)

    @property
    def d0(self) -> int:
        """The dimension of the input."""
        return len(self.x)

    @cached_property
    def x_norm(self) -> float:
        """|x|."""
        return length(self.x)

    @property
    def rho(self) -> float:
        """|x|^2."""
        return self.x_norm * self.x_norm

    @cached_property
    def direction(self) -> Array:
        """n = x / |x|; 0 if x = 0."""
        return self.x / self.x_norm if self.x_norm > 0.0 else np.zeros(self.d0)

    @cached_property
    def v0(self) -> Array:
        """v_i(0) = <w_i(0), x> / |x|, shape (d,)."""
        return np.asarray(self.W0 @ self.direction)

    @cached_property
    def p(self) -> Array:
        """p_i(0), shape (d,)."""
        return self.v0 / sqrt(self.eta_w) + self.u0 / sqrt(self.eta_u)

    @cached_property
    def q(self) -> Array:
        """q_i(0), shape (d,)."""
        return self.v0 / sqrt(self.eta_w) - self.u0 / sqrt(self.eta_u)

    @cached_property
    def g(self) -> float:
        """gamma |x| sqrt(eta_u eta_w)."""
        return float(self.gamma * self.x_norm * sqrt(self.eta_u * self.eta_w))

    @cached_property
    def pair(self) -> Pair:
        """Lengths of u and v at the start, and the angle between them."""
        return Pair.of(self.u0, self.v0)

    @cached_property
    def flow(self) -> Flow:
        """The reduction to one scalar."""
        logs = [2.0 * log(one) if (one := length(vector)) > 0.0 else -inf for vector in (self.p, self.q)]
        log_half_g = log(0.5 * self.g) if self.g > 0.0 else -inf
        f0 = self.gamma * self.x_norm * dot(self.u0, self.v0)
        return Flow(self.g, log_half_g + logs[0], log_half_g + logs[1], f0, self.y)

    @cached_property
    def clock(self) -> Clock:
        """When the flow passes where that of the squared loss does."""
        return Clock(self.flow, self.beta)

    @cached_property
    def area(self) -> float:
        """``G = gamma |u| |W x| sin zeta``, which never changes."""
        if -inf in (self.flow.log_p, self.flow.log_q):
            return 0.0
        return float(self.gamma * self.x_norm * self.pair.u * self.pair.v * self.pair.sine)

    @cached_property
    def imbalance(self) -> float:
        """``g sum_i p_i q_i = g (|v|^2 / eta_w - |u|^2 / eta_u)``, which never changes."""
        v, u = self.pair.v / sqrt(self.eta_w), self.pair.u / sqrt(self.eta_u)
        return float(self.g * (v - u) * (v + u))

    @property
    def rate(self) -> float:
        """How fast the end is approached, the lambda of ``exp(-lambda t)``: at beta = 1,
        ``2 g sqrt(4 y^2 + g^2 P Q)``. 0 where that is by a power of time or not at all, inf where f reaches y in finite
        time."""
        flow = self.flow
        if not flow.moves:
            return 0.0
        if self.beta == 1.0:
            return flow.rate
        if flow.stuck:
            return float(2.0 * flow.g * (self.beta + 1.0) * abs(self.y) ** self.beta)
        return 0.0 if self.beta > 1.0 or flow.Hy == 0.0 else inf

    @cached_property
    def start(self) -> Moment:
        """The network at t = 0."""
        return moment(self, 0.0)

    @cached_property
    def end(self) -> Moment:
        """The network at the end of time."""
        return moment(self, inf)

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
        share = check_number("share", share, 1e-300, 1.0)
        if not self.flow.moves or share == 1.0:
            return 0.0 if share == 1.0 or self.flow.f0 == self.flow.y else inf
        wanted = share * abs(self.flow.f0 - self.flow.y)
        if abs(self.flow.f_end - self.flow.y) > wanted:
            return inf
        low, high = -740.0, _LOG_T_MAX
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            reached = abs(solve(self, np.exp([middle])).residual[0]) <= wanted
            low, high = (low, middle) if reached else (middle, high)
        return float(np.exp(high)) if high < _LOG_T_MAX else inf

    def mechanism(self) -> Mechanism:
        """How the network learns, its end against its start; see ``Mechanism``."""
        from .mechanism import mechanism

        return mechanism(self)


def moment(network: LinearNetwork, t: float) -> Moment:
    """The solution at one time."""
    at = solve(network, np.array([t]))
    return Moment(**{one.name: float(getattr(at, one.name)[0]) for one in fields(Moment)})


def draw(d: int, d0: int, seed: int) -> tuple[Array, Array]:
    """Standard normal u (d,) and W (d, d0), neuron by neuron: the first of them do not depend on d."""
    seed = check_integer("seed", seed, 0, SEED_MAX)
    first, second = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    return first.standard_normal(d), second.standard_normal((d, d0))


def aligned(u: Array, v: Array, alignment: float) -> Array:
    """Standard normal u_i that are correlated with standard normal v_i, from independent ones; shape (d,)."""
    return alignment * v + sqrt((1.0 - alignment) * (1.0 + alignment)) * u


def on_a_line(X: ArrayLike, targets: ArrayLike) -> tuple[Array, float]:
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


def _point(x: ArrayLike) -> Array:
    """A point of 1 to 10,000 dimensions; one number is a point on a line."""
    point = np.atleast_1d(check_array("x", x, -ENTRY_MAX, ENTRY_MAX))
    return check_array("x", point, ndim=1, most=D0_MAX)
