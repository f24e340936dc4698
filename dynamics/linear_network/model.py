"""The linear network: what a caller asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from math import inf
from typing import Any

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
    """Model a linear network trained by gradient flow at one point, solved exactly.

    The network is ``f(x) = gamma sum_i u_i <w_i, x>``, its loss ``|f - y|^(beta + 1)``, and its two layers have the
    rates eta_u and eta_w. Data on a line reduce to one point, see ``from_data``.

    Parameters
    ----------
    u0 : array_like (d,)
        u_i(0), with d at most 1e6 and entries in [-1e10, 1e10].
    W0 : array_like (d, d0), or (d,) for d0 = 1
        w_i(0), with d0 at most 1e4, d d0 at most 1e7 and entries in [-1e10, 1e10].
    x : float or array_like (d0,)
        The point; entries in [-1e10, 1e10].
    y : float in [-1e10, 1e10]
        Its target.
    gamma : float in [1e-300, 1e10], default 1
        Scale of the output.
    eta_u, eta_w : float in [1e-30, 1e30], default 1
        Rates of the two layers.
    beta : float in [0.25, 4], default 1
        Loss exponent; 1 is the squared loss.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    Notes
    -----
    For beta below 1 f reaches y in finite time, at 1 it approaches y exponentially, above 1 by a power of time. Two
    exceptions hold at every beta, where ``P = sum p_i(0)^2`` or ``Q = sum q_i(0)^2`` is 0: if f cannot have the sign of
    y, it tends to 0 exponentially; if y = 0, it tends to 0 by a power of time.

    References
    ----------
    Xu & Ziyin, "Three Mechanisms of Feature Learning in a Linear Network", arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics import LinearNetwork
    >>> network = LinearNetwork(u0=[1.0, 0.0], W0=[1.0, 1.0], x=1.0, y=2.0)
    >>> network.start.f, network.end.f
    (1.0, 2.0)
    >>> print(f"{network.start.cos_zeta:.3f} {network.end.cos_zeta:.3f}")  # the layers align
    0.707 0.894
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
        """Make a network with normal weights.

        The first neurons do not depend on d: a wider network begins with the same ones.

        Parameters
        ----------
        d : int, 1 to 1,000,000
            Width; d d0 is at most 1e7.
        d0 : int, 1 to 10,000, default 1
            Dimension of the input.
        sigma_u, sigma_w : float in [0, 1e10 / 9], default 1
            Standard deviations of u_i and of the entries of w_i.
        x : float or array_like (d0,), optional
            The point; by default the first unit vector.
        y : float, default 1
            Its target.
        gamma, eta_u, eta_w, beta
            See ``LinearNetwork``.
        seed : int, 0 to 2**32 - 1, default 0
            Seed of the weights.
        alignment : float in [-1, 1], default 0
            Correlation of u_i and <w_i, x>: layers that are independent (0), parallel (1) or opposed (-1).

        Returns
        -------
        LinearNetwork
            The network.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> network = LinearNetwork.random(d=100, gamma=0.01, eta_u=100, eta_w=100, y=2.0)
        >>> network.d, network.u0.shape, network.W0.shape
        (100, (100,), (100, 1))
        >>> [name.value for name in network.mechanism().names]
        ['alignment', 'rescaling']
        """
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
        """Make the network trained on the mean squared loss of data on a line through 0.

        It moves as on the one point ``x = sqrt(E xi^2) n``, ``y = E[xi target] / sqrt(E xi^2)``, where row k of ``X``
        is ``xi_k`` times a unit vector n; the loss differs by a constant. This holds for the squared loss alone, so
        beta is 1.

        Parameters
        ----------
        X : array_like (n, d0)
            Inputs, on a line through 0, not all 0.
        targets : array_like (n,)
            Their targets.
        u0 : array_like (d,)
            u_i(0).
        W0 : array_like (d, d0)
            w_i(0).
        gamma, eta_u, eta_w
            See ``LinearNetwork``.

        Returns
        -------
        LinearNetwork
            The network.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if X is not on a line through 0.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> network = LinearNetwork.from_data([[3.0, 0.0], [4.0, 0.0]], [6.0, 8.0], u0=[1.0], W0=[[1.0, 1.0]])
        >>> print(f"{network.y / network.x[0]:.3f}")  # the slope of the data
        2.000
        """
        x, y = collapse_to_one_point(X, targets)
        return cls(check_array("u0", u0), check_array("W0", W0), x, y, gamma, eta_u, eta_w)

    @cached_property
    def start(self) -> NetworkState:
        """Network at t = 0 (NetworkState)."""
        return state_at(self, 0.0)

    @cached_property
    def end(self) -> NetworkState:
        """Network at t = inf (NetworkState)."""
        return state_at(self, inf)

    @property
    def step_limit(self) -> float:
        """Step beyond which gradient descent is not stable at the end (float).

        It is 2 over the curvature of the loss there.
        """
        return self.end.step_limit

    def solution(self, t: ArrayLike) -> LinearSolution:
        """Return the exact solution.

        Parameters
        ----------
        t : array_like (n,)
            Times from 0 to inf, in any order, at most 100,000.

        Returns
        -------
        LinearSolution
            Output, loss, angle, kernel and norms; weights by its methods.

        Raises
        ------
        ValueError
            If a time is outside its range.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> run = LinearNetwork([1.0, 0.0], [1.0, 1.0], x=1.0, y=2.0).solution([0.0, 0.1, float("inf")])
        >>> run.f.round(3)
        array([1.   , 1.491, 2.   ])
        >>> run.kernel_ratio.round(3)
        array([1.   , 1.243, 1.528])
        """
        times = np.atleast_1d(check_array("t", t, 0.0, inf))
        return solve(self, np.array(check_array("t", times, ndim=1, most=TIMES_MAX)))

    def time_to(self, share: float) -> float:
        """Return the time at which the distance ``|f - y|`` has fallen to a share of the one at the start.

        Parameters
        ----------
        share : float in [1e-300, 1]
            The share.

        Returns
        -------
        float
            The time; inf if the distance never falls to it.

        Raises
        ------
        ValueError
            If share is outside its range.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> network = LinearNetwork([1.0, 0.0], [1.0, 1.0], x=1.0, y=2.0)
        >>> print(f"{network.solution(network.time_to(0.5)).f[0]:.3f}")  # half-way from 1 to 2
        1.500
        """
        return time_to(self, share)

    def plot(self, t_end: float | None = None) -> Any:
        """Draw the paths of the neurons in the (u, v) plane with plotly; a notebook displays what is returned.

        ``dynamics.plotting.LinearNetworkPicture`` has the panels over time, gradient descent and print besides.

        Parameters
        ----------
        t_end : float in [1e-12, 1e12], optional
            Last time; by default nearly all has been learned then.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If the time is outside its range.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> LinearNetwork.random(d=4, y=2.0).plot().layout.xaxis.title.text
        'uᵢ'
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        return plotting.to_plotly(plotting.LinearNetworkPicture.of(self, t_end=t_end).plane())

    def mechanism(self) -> Mechanism:
        """Return the mechanism by which the network learns: its end against its start.

        Returns
        -------
        Mechanism
            Alignment, disalignment, rescaling or kernel, with their amounts.

        Examples
        --------
        >>> from dynamics import LinearNetwork
        >>> found = LinearNetwork([1.0, 0.0], [1.0, 1.0], x=1.0, y=2.0).mechanism()
        >>> found.direction.value, found.dominant.value, round(found.rescaling, 3)
        ('alignment', 'rescaling', 1.581)
        """
        return mechanism(self, self.start, self.end)
