"""The network of finite width, exactly: its trajectories, and where they end.

The law and the coordinates that it is integrated in: ``finite_width.system``. It is exact for population gradient
flow from a_i = a0 and w_i = R0 beta + sqrt(1 - R0^2) v_i, the v_i orthonormal and orthogonal to beta (input
dimension d >= m + 1), so Q(0) = R0^2; and it tends to the planar law as m -> infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamics.integrators import rosenbrock
from dynamics.integrators.rosenbrock import ResultCode
from dynamics.jit import compiled
from dynamics.planar import validation
from dynamics.planar.finite_width import halting
from dynamics.planar.finite_width.halting import Halt
from dynamics.planar.finite_width.problem import FiniteWidthProblem
from dynamics.planar.finite_width.system import FiniteSystem
from dynamics.planar.integration.integration import STEP_BUDGET, integrate
from dynamics.planar.integration.sampling import sample_at, sample_refined
from dynamics.planar.losses import loss_at
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.trajectories.trajectory import Statistics, first_sample
from dynamics.results import Result
from dynamics.typing import FloatArray

_NONE = np.empty(0)


@dataclass(frozen=True, eq=False)
class FiniteWidthTrajectory(Result):
    """Hold the solution of the law of width m from (R0, a0), sampled at ``tau``.

    Times are in units of m / learning rate.

    Attributes
    ----------
    model : UnlearningModel
        The planar model.
    m : float
        Width.
    a0, R0 : float
        Second-layer weight and alignment at the start.
    tau_end : float
        Last time that was requested.
    rtol : float
        Relative tolerance of the integration.
    tau, R, a : array (n,)
        Times, alignments and second-layer weights.
    Q : array (n,)
        Overlap <w_i, w_j> of two neurons.
    loss : array (n,)
        Population loss of the network of m neurons.
    code : ResultCode
        How the integration ended.
    stats : Statistics
        What it cost.
    """

    model: PlanarProblem
    m: float
    a0: float
    R0: float
    tau_end: float
    rtol: float
    tau: FloatArray
    R: FloatArray
    a: FloatArray
    Q: FloatArray
    loss: FloatArray
    code: ResultCode
    stats: Statistics


@dataclass(frozen=True)
class FiniteWidth(FiniteWidthProblem):
    """Model the network of finite width m exactly, without noise.

    It is exact for population gradient flow from a_i = a0 and w_i = R0 beta + sqrt(1 - R0^2) v_i, with the v_i
    orthonormal and orthogonal to beta (input dimension d >= m + 1), so that Q(0) = R0^2. It tends to the planar law as
    m -> infinity. ``UnlearningModel.finite_width(m)`` makes it.

    Parameters
    ----------
    model : UnlearningModel
        The planar model.
    m : float in [2, 1e9]
        Width; it need not be an integer.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics import FiniteWidth, UnlearningModel
    >>> FiniteWidth(UnlearningModel((1, 1), (1, -1)), 100)
    FiniteWidth(model=UnlearningModel(c=(1.0, 1.0), c_star=(1.0, -1.0), eps=1.0), m=100.0)
    """

    def trajectory(
        self,
        a0: float,
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> FiniteWidthTrajectory:
        """Return the solution from alignment R0, overlap R0^2 and second-layer weight a0.

        Sampling and errors are those of ``UnlearningModel.trajectory``. Q, too, moves by less than 1 % of its range
        from sample to sample, with the same exceptions.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        tau_end : float in [1e-20, 1e8], default 1e4
            Last time, in units of m / learning rate.
        n : int, 2 to 100,000, default 400
            Number of log-spaced samples.
        tau : array_like (k,), optional
            Times to sample at, increasing, from 0 to 1e8, at most 100,000. They override ``tau_end`` and ``n``.
        rtol : float in [1e-13, 1e-3], default 1e-8
            Relative tolerance of the integration.

        Returns
        -------
        FiniteWidthTrajectory
            The samples.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> model = UnlearningModel((1, 1), (1, -1))
        >>> model.finite_width(100).trajectory(a0=2.0, tau=(0, 1, 10)).R.round(3)
        array([0.   , 0.163, 0.16 ])
        >>> model.trajectory(a0=2.0, tau=(0, 1, 10)).R.round(3)  # at infinite width
        array([0.   , 0.16 , 0.149])
        """
        return solve(self, *validation.request(a0, R0, tau_end, n, tau, rtol))

    def halt(self, a0: float, R0: float = 0.0) -> Halt | None:
        """Return where this width ends a run that unlearns at infinite width.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.

        Returns
        -------
        Halt or None
            The end; None if the run does not unlearn at infinite width.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> halt = UnlearningModel((1, 1), (1, -1)).finite_width(10_000).halt(a0=2.0)
        >>> print(f"{halt.fate.name} at R = {halt.R:.4f}, a = {halt.a:.2f}")
        PARTIAL_ALIGNMENT at R = 0.0430, a = 19.13
        """
        return halting.halt(self, *validation.start(a0, R0))


def solve(
    law: FiniteWidthProblem, a0: float, R0: float, tau_end: float, n: int, tau: FloatArray | None, rtol: float
) -> FiniteWidthTrajectory:
    """One trajectory from validated arguments; see ``FiniteWidth.trajectory``."""
    model = law.model
    system, start = start_point(law.system, a0, R0)
    taus = _NONE if tau is None else tau
    first = first_sample(model.eps, tau_end)
    samples, loss, state, code = _solved(system, model.coefficients, start, taus, tau_end, first, n, rtol)
    samples.setflags(write=False)
    loss.setflags(write=False)
    stats = Statistics(*(int(state[i]) for i in (rosenbrock.ACCEPTED, rosenbrock.REJECTED, rosenbrock.EVALUATIONS)))
    _, R, a, Q, _ = samples
    return FiniteWidthTrajectory(
        model, law.m, a0, R0, tau_end, rtol, samples[0], R, a, Q, loss, ResultCode(code), stats
    )


def start_point(system: FiniteSystem, a0: float, R0: float) -> tuple[FiniteSystem, FloatArray]:
    """The unknowns (rho, a, lambda) at the start, with the system to integrate; on R = +-1, which is invariant,
    R and Q are held there."""
    if abs(R0) == 1.0:
        return system._replace(rate=0.0), np.array([400.0 * R0, a0, 0.0])  # tanh 400 = 1 in floating point
    return system, np.array([atanh(R0), a0, 0.0])


def _solved(
    system: Any, coefficients: Any, start: Any, taus: Any, tau_end: float, tau_first: float, n: int, rtol: float
) -> Any:
    """Integrate and sample: samples (tau, R, a, Q, spread), losses, solver state, code."""
    rows, state, code = integrate(system, start, tau_end, rtol, STEP_BUDGET)
    if len(taus) > 0:
        samples = sample_at(system, rows, taus)
    else:
        samples = sample_refined(system, rows, n, min(tau_first, 0.5 * rows[-1, 0]))
    return samples, _losses(coefficients, samples), state, code


@compiled
def _losses(coefficients: Any, samples: Any) -> Any:
    """The loss at each sample (tau, R, a, Q, spread)."""
    loss = np.empty(samples.shape[1])
    for i in range(len(loss)):
        R, a = samples[1, i], samples[2, i]
        # the loss of m neurons that all point alike, and what it costs that they do not
        loss[i] = loss_at(coefficients, R, a) + 0.5 * a * a * samples[4, i]
    return loss
