"""A linear network over time: what its exact solution says at given times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from math import hypot, inf, log, sqrt
from typing import Any

import numpy as np

from dynamics.linear_network.problem import LinearProblem, step_limits
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_number

WEIGHTS_OVER_TIME_MAX = 20_000_000  # numbers that the weights at all times may take, 160 MB
_FAINT = 1e-290  # a product of weights below this has lost digits to underflow
_LOG_T_MAX = 709.0  # of a time that is a float
_HALVINGS = 200  # of an interval of ln t, down to rounding


@dataclass(frozen=True, eq=False)
class LinearSolution(Result):
    """Hold the exact solution of a linear network at given times.

    Attributes
    ----------
    network : LinearNetwork
        The network.
    t : array (n,)
        Times.
    f : array (n,)
        Outputs.
    residual : array (n,)
        ``f - y``, to its own relative accuracy, however small.
    loss : array (n,)
        ``|f - y|^(beta + 1)``.
    cos_zeta, zeta : array (n,)
        Cosine of the angle between u and v = W x / |x|, and the angle in radians; nan if one of them is 0.
    kernel : array (n,)
        Neural tangent kernel ``gamma^2 (eta_u |W x|^2 + eta_w |x|^2 |u|^2)``.
    kernel_ratio : array (n,)
        Kernel over the one at the start; nan if that is 0.
    kernel_excess : array (n,)
        The ratio less 1, to its own relative accuracy; nan if the kernel is 0 from the start.
    u_norm, v_norm : array (n,)
        |u| and |v|.
    log_X : array (n,)
        ln X, where ``p_i = p_i(0) sqrt(X)`` and ``q_i = q_i(0) / sqrt(X)``; 0 if nothing moves.
    undefined : str
        What is nan and why; empty if nothing is.
    """

    network: LinearProblem
    t: FloatArray
    f: FloatArray
    residual: FloatArray
    loss: FloatArray
    cos_zeta: FloatArray
    zeta: FloatArray
    kernel: FloatArray
    kernel_ratio: FloatArray
    kernel_excess: FloatArray
    u_norm: FloatArray
    v_norm: FloatArray
    log_X: FloatArray
    undefined: str

    def plot(self) -> Any:
        """Draw output, loss, angle, kernel and norms over time with plotly; a notebook displays what is returned.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> LinearNetwork.random(d=4, y=2.0).solution([0.0, 0.5, 1.0]).plot().layout.yaxis.title.text
        'f'
        """
        solutions = import_module("dynamics.plotting.solutions")  # which imports this module
        return import_module("dynamics.plotting").to_plotly(solutions.linear_network_panels(self))

    @cached_property
    def step_limit(self) -> FloatArray:
        """Step beyond which gradient descent would not be stable if it stayed where the network is (array (n,)).

        It is 2 over the curvature ``beta (beta + 1) |f - y|^(beta - 1) kernel``, and inf if that is 0.
        """
        return step_limits(self.network.beta, self.residual, self.kernel)

    def p(self, neurons: Sequence[int] | FloatArray | None = None) -> FloatArray:
        """Return p_i at each time.

        Parameters
        ----------
        neurons : sequence of k ints from 0 to d - 1, optional
            Which neurons; by default all.

        Returns
        -------
        array (n, k)
            ``p_i(0) sqrt(X)``.

        Raises
        ------
        ValueError
            If a neuron does not exist, or if the weights are more than 20,000,000 numbers.
        """
        return self._turned(self.network.p[self._chosen(neurons, 1)], 0.5 * self.log_X)

    def q(self, neurons: Sequence[int] | FloatArray | None = None) -> FloatArray:
        """Return q_i at each time.

        Parameters
        ----------
        neurons : sequence of k ints from 0 to d - 1, optional
            Which neurons; by default all.

        Returns
        -------
        array (n, k)
            ``q_i(0) / sqrt(X)``.

        Raises
        ------
        ValueError
            If a neuron does not exist, or if the weights are more than 20,000,000 numbers.
        """
        return self._turned(self.network.q[self._chosen(neurons, 1)], -0.5 * self.log_X)

    def u(self, neurons: Sequence[int] | FloatArray | None = None) -> FloatArray:
        """Return u_i at each time.

        Parameters
        ----------
        neurons : sequence of k ints from 0 to d - 1, optional
            Which neurons; by default all.

        Returns
        -------
        array (n, k)
            The weights of the second layer.

        Raises
        ------
        ValueError
            If a neuron does not exist, or if the weights are more than 20,000,000 numbers.
        """
        return 0.5 * sqrt(self.network.eta_u) * (self.p(neurons) - self.q(neurons))

    def v(self, neurons: Sequence[int] | FloatArray | None = None) -> FloatArray:
        """Return v_i = <w_i, x> / |x| at each time.

        (u_i, v_i) moves on the hyperbola ``v_i^2 / eta_w - u_i^2 / eta_u = p_i(0) q_i(0)``.

        Parameters
        ----------
        neurons : sequence of k ints from 0 to d - 1, optional
            Which neurons; by default all.

        Returns
        -------
        array (n, k)
            The components of the first layer's weights along x.

        Raises
        ------
        ValueError
            If a neuron does not exist, or if the weights are more than 20,000,000 numbers.
        """
        return 0.5 * sqrt(self.network.eta_w) * (self.p(neurons) + self.q(neurons))

    def W(self, neurons: Sequence[int] | FloatArray | None = None) -> FloatArray:
        """Return w_i at each time.

        The components of w_i orthogonal to x never move.

        Parameters
        ----------
        neurons : sequence of k ints from 0 to d - 1, optional
            Which neurons; by default all.

        Returns
        -------
        array (n, k, d0)
            The weights of the first layer.

        Raises
        ------
        ValueError
            If a neuron does not exist, or if the weights are more than 20,000,000 numbers.
        """
        chosen = self._chosen(neurons, self.network.d0)
        moved = self.v(chosen) - self.network.v0[chosen]
        return np.asarray(self.network.W0[chosen] + moved[..., None] * self.network.direction)

    def _chosen(self, neurons: Sequence[int] | FloatArray | None, each: int) -> FloatArray:
        d = self.network.d
        if neurons is None:
            chosen = np.arange(float(d))
        else:
            chosen = check_array("neurons", neurons, 0, d - 1, ndim=1)
            if not (chosen == np.round(chosen)).all():
                raise ValueError(f"neurons must be integers between 0 and {d - 1}")
        count = len(self.t) * len(chosen) * each
        if count > WEIGHTS_OVER_TIME_MAX:
            raise ValueError(
                f"neurons times times must be at most {WEIGHTS_OVER_TIME_MAX} weights, not {count}: "
                f"of {len(chosen)} neurons at {len(self.t)} times; take fewer"
            )
        return chosen.astype(int)

    @staticmethod
    def _turned(start: FloatArray, log_scale: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            grown = np.sign(start) * np.exp(np.log(abs(start)) + log_scale[:, None])
            representable = abs(log_scale[:, None]) < 300.0
            plain = start * np.exp(np.clip(log_scale, -300.0, 300.0))[:, None]
        return np.where(start == 0.0, 0.0, np.where(representable, plain, grown))


def solve(network: LinearProblem, t: FloatArray) -> LinearSolution:
    """The solution at times t (n,) >= 0, inf among them."""
    flow = network.flow
    with np.errstate(all="ignore"):  # infinite times and vanishing weights are meant, and end in 0 or inf
        if not flow.moves:
            log_s = np.full(t.shape, -np.inf)
        elif network.beta == 1.0:
            # in this order, as g times H_y may be too small for a float
            log_s = flow.log_s(4.0 * flow.g * t * flow.Hy if flow.Hy > 0.0 else 2.0 * flow.g * t)
        else:
            log_s = flow.log_s(network.clock(t))
        log_X = flow.log_X(log_s) if flow.moves else np.zeros(t.shape)
        f, residual, moved = flow.outputs(log_s, log_X)
        H, G = np.hypot(f, flow.floor), network.area
        size = np.hypot(f, G)
        kernel_ratio = H / flow.H0 if flow.H0 > 0.0 and flow.g > 0.0 else np.full(t.shape, np.nan)
        near = (moved / flow.H0) * ((f + flow.f0) / (H + flow.H0)) if flow.H0 > 0.0 else kernel_ratio
        close = abs(kernel_ratio - 1.0) < 0.5
        kernel_excess = np.where(close, near, kernel_ratio - 1.0)
        kernel_ratio = np.where(close, 1.0 + near, kernel_ratio)
        kernel = 2.0 * flow.g * H
        if flow.g == 0.0:
            u_norm, v_norm = (np.full(t.shape, one) for one in (network.pair.u, network.pair.v))
        else:
            larger = H + 0.5 * abs(network.imbalance)
            longer = np.sqrt(larger / flow.g)
            shorter = np.where(longer > 0.0, (size / flow.g) / longer, 0.0)
            u_norm, v_norm = (shorter, longer) if network.imbalance > 0.0 else (longer, shorter)
            u_norm, v_norm = sqrt(network.eta_u) * u_norm, sqrt(network.eta_w) * v_norm
        cos_zeta, zeta = f / size, np.where(size > 0.0, np.arctan2(G, f), np.nan)
        faint = (size < _FAINT) & ((log_s < inf) | (flow.floor > 0.0 and network.pair.sine > 0.0))
        if flow.g > 0.0 and flow.log_H0 > -inf and (faint.any() or flow.H0 < _FAINT):
            there = _scaled(network, f, log_X)
            here = cos_zeta, zeta, u_norm, v_norm
            cos_zeta, zeta, u_norm, v_norm = (np.where(faint, *pair) for pair in zip(there[:4], here, strict=True))
            if flow.H0 < _FAINT:
                kernel_ratio, kernel_excess, kernel = there[4], there[5], np.where(faint, there[6], kernel)
        return LinearSolution(
            network,
            t,
            f,
            residual,
            abs(residual) ** (network.beta + 1.0),
            cos_zeta,
            zeta,
            kernel,
            kernel_ratio,
            kernel_excess,
            u_norm,
            v_norm,
            log_X,
            _undefined(network, t, np.isnan(cos_zeta)),
        )


def _scaled(network: LinearProblem, f: FloatArray, log_X: FloatArray) -> tuple[FloatArray, ...]:
    """cos zeta, zeta, |u|, |v|, the kernel ratio, its excess and the kernel, where products of weights underflow: all
    in units of the start, from ln X and the lengths of the vectors."""
    flow, pair = network.flow, network.pair
    a, b = pair.u / sqrt(network.eta_u), pair.v / sqrt(network.eta_w)
    norm = hypot(a, b)
    a, b = a / norm, b / norm
    log_p, log_q = (one - flow.log_H0 - log(2.0) for one in (flow.log_p, flow.log_q))
    log_ratio = np.logaddexp(log_p + log_X, log_q - log_X)
    ratio, share = np.exp(log_ratio), np.exp(-log_ratio)
    longer = norm * np.exp(0.5 * log_ratio)
    if -inf in (log_p, log_q):
        shorter = longer
        begin = -1.0 if log_p == -inf else 1.0
        area, output = 0.0, begin * ratio
    else:
        begin = 2.0 * a * b * pair.cosine
        area, imbalance = 2.0 * a * b * pair.sine, (b - a) * (b + a)
        far = ratio * np.tanh(log_X + 0.5 * (log_p - log_q))
        moderate = np.where(abs(log_X) < 1.0, begin * np.cosh(log_X) + np.sinh(log_X), far)
        output = moderate if flow.H0 < _FAINT else f / flow.H0
        half = 1.0 + abs(imbalance) * share
        longer = longer * np.sqrt(0.5 * half)
        shorter = longer * (np.hypot(output, area) * share) / half
    excess = np.where(abs(log_X) < 1.0, begin * np.sinh(log_X) + 2.0 * np.sinh(0.5 * log_X) ** 2, ratio - 1.0)
    size = np.hypot(output, area)
    lost = np.sign(begin) if begin else np.nan  # of two parallel vectors, one of which is too small for a float; or 0
    u, v = (shorter, longer) if a < b else (longer, shorter)
    return (
        np.where(size > 0.0, output / size, lost),
        np.where(size > 0.0, np.arctan2(area, output), np.arccos(lost)),
        sqrt(network.eta_u) * u,
        sqrt(network.eta_w) * v,
        ratio,
        excess,
        np.exp(log(2.0 * flow.g) + flow.log_H0 + log_ratio),
    )


def _undefined(network: LinearProblem, t: FloatArray, zero: FloatArray) -> str:
    if network.x_norm == 0.0:
        return "x = 0: output and kernel are 0, and W x has no direction"
    if network.flow.log_H0 == -inf:
        return "u = 0 and W x = 0: nothing moves, the kernel is 0, and zero vectors have no angle"
    if not zero.any():
        return ""
    return f"u = 0 or W x = 0 at t = {t[zero][0]:g}: a zero vector has no angle"


@dataclass(frozen=True)
class NetworkState:
    """Hold the state of a linear network at one time.

    Attributes
    ----------
    f : float
        Output.
    loss : float
        ``|f - y|^(beta + 1)``.
    cos_zeta, zeta : float
        Cosine of the angle between u and W x, and the angle in radians; nan if one of them is 0.
    kernel, kernel_ratio, kernel_excess : float
        Neural tangent kernel, its ratio to the one at the start, and that ratio less 1.
    u_norm, v_norm : float
        |u| and |W x| / |x|.
    step_limit : float
        Step beyond which gradient descent would not be stable.
    """

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


def state_at(network: LinearProblem, t: float) -> NetworkState:
    """The solution at one time."""
    at = solve(network, np.array([t]))
    return NetworkState(**{one.name: float(getattr(at, one.name)[0]) for one in fields(NetworkState)})


def time_to(network: LinearProblem, share: float) -> float:
    """Return the time at which the distance ``|f - y|`` has fallen to this share of the initial one; inf if it never
    does.
    """
    share = check_number("share", share, 1e-300, 1.0)
    if not network.flow.moves or share == 1.0:
        return 0.0 if share == 1.0 or network.flow.f0 == network.flow.y else inf
    target_distance = share * abs(network.flow.f0 - network.flow.y)
    if abs(network.flow.f_end - network.flow.y) > target_distance:
        return inf
    low, high = -740.0, _LOG_T_MAX
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        reached = abs(solve(network, np.exp([middle])).residual[0]) <= target_distance
        low, high = (low, middle) if reached else (middle, high)
    return float(np.exp(high)) if high < _LOG_T_MAX else inf
