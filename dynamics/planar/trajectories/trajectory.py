"""Trajectories of the planar system: what a caller asks for and gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from math import atanh
from typing import Any

import numpy as np

from dynamics.integrators import rosenbrock
from dynamics.integrators.rosenbrock import ResultCode
from dynamics.planar.integration.error_estimate import deviation
from dynamics.planar.integration.integration import STEP_BUDGET, integrate
from dynamics.planar.integration.sampling import sample_at, sample_refined
from dynamics.planar.limits import limits
from dynamics.planar.limits.limits import Fate, LimitPoint
from dynamics.planar.losses import losses
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.system import Planar
from dynamics.planar.trajectories import ntk as kernels
from dynamics.planar.trajectories.exponents import PowerFit, power_fit
from dynamics.planar.trajectories.ntk import FirstLayerDisplacement, Kernel
from dynamics.planar.trajectories.orbit_distance import orbit_distance
from dynamics.results import Result
from dynamics.typing import FloatArray

_NONE = np.empty(0)


@dataclass(frozen=True)
class Statistics:
    """Count the work of an integration.

    Attributes
    ----------
    steps : int
        Accepted steps.
    rejected : int
        Rejected steps.
    evaluations : int
        Evaluations of the right-hand side.
    """

    steps: int
    rejected: int
    evaluations: int


@dataclass(frozen=True, eq=False)
class Trajectory(Result):
    """Hold a solution of the planar system from (R0, a0), sampled at ``tau``.

    Times are in units of m / learning rate.

    Attributes
    ----------
    model : UnlearningModel
        The model.
    a0, R0 : float
        Second-layer weight and alignment at the start.
    tau_end : float
        Last time that was requested.
    rtol : float
        Relative tolerance of the integration.
    tau, R, a, loss : array (n,)
        Times, alignments, second-layer weights and losses.
    code : ResultCode
        How the integration ended.
    stats : Statistics
        What it cost.

    Examples
    --------
    >>> from dynamics import UnlearningModel
    >>> run = UnlearningModel((1, 1), (1, -1)).trajectory(a0=2.0)
    >>> run.tau.shape == run.R.shape == run.a.shape == run.loss.shape
    True
    >>> run.error < 1e-6, run.code.name
    (True, 'SUCCESS')
    >>> print(f"{run.kernel.cosine[-1]:.3f} {run.movement.distance.max():.3f} {run.excess[0]:.3f}")
    0.995 0.161 0.500
    """

    model: PlanarProblem
    a0: float
    R0: float
    tau_end: float
    rtol: float
    tau: FloatArray
    R: FloatArray
    a: FloatArray
    loss: FloatArray
    code: ResultCode
    stats: Statistics

    def plot(self) -> Any:
        """Draw R, a and loss over time with plotly; a notebook displays what is returned.

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
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((1, 1), (1, -1)).trajectory(2.0).plot().layout.yaxis.title.text
        'R'
        """
        solutions = import_module("dynamics.plotting.solutions")  # which imports this module
        return import_module("dynamics.plotting").to_plotly(solutions.planar_panels(self))

    @cached_property
    def limit(self) -> LimitPoint:
        """Limit of the solution as tau goes to infinity (LimitPoint)."""
        return limits.limit(self.model, self.a0, self.R0)

    @property
    def fate(self) -> Fate:
        """Name of the limit (Fate)."""
        return self.limit.fate

    @cached_property
    def excess(self) -> FloatArray:
        """``loss`` minus its limit, without cancellation (array (n,)); nan while the limit is undecided."""
        return limits.excess_loss(self.model, self.R, self.a, self.limit)

    @cached_property
    def kernel(self) -> Kernel:
        """Tangent kernel along the solution, and the part of each layer in it (Kernel).

        It shows how close training is to the lazy regime, in which the kernel does not change.
        """
        return kernels.kernel(self)

    @cached_property
    def movement(self) -> FirstLayerDisplacement:
        """Distance of the first layer from its start (FirstLayerDisplacement)."""
        return kernels.movement(self)

    @cached_property
    def power_fit(self) -> PowerFit | None:
        """Powers of time that |R| and |a| fit over the last decade of a trajectory that unlearns (PowerFit or None).

        It is None for any other trajectory, and for one that has hardly begun.
        """
        return power_fit(self)

    @cached_property
    def orbit_distance(self) -> float:
        """Largest distance of a sample to the singular orbit from the same start (float).

        It is measured in (R, a / max(1, |a|)), to 2e-4, as both curves are polylines. If the singular orbit runs away,
        only samples are compared whose |a| is not larger than that of its own samples.
        """
        return orbit_distance(self)

    @cached_property
    def _deviation(self) -> tuple[float, float]:
        system, rho = start_point(self.model.system, self.R0)
        rtol = max(1e-13, self.rtol / 100)
        end = float(self.tau[-1])
        rows, _, _ = integrate(system, np.array([rho, self.a0]), end, rtol, STEP_BUDGET)
        orbit, time = deviation(system, np.array([self.tau, self.R, self.a]), rows)
        return float(orbit), float(time)

    @property
    def error(self) -> float:
        """Estimated error of the orbit (float).

        This is the largest distance, in (R, a / max(1, |a|)), of a sample to the orbit computed at a hundredth of the
        tolerance.
        """
        return self._deviation[0]

    @property
    def timing_error(self) -> float:
        """Estimated relative error of the times of the jumps (float).

        A jump is a time at which R, once slow, moves fast (|dR/dtau| > 1). The error is 0 if there is none. A start
        close to a threshold makes it large: then the time of the jump is ill-conditioned, not the orbit.
        """
        return self._deviation[1]


@dataclass(frozen=True, eq=False)
class TrajectoryChunk(Result):
    """Hold consecutive samples of one of several trajectories.

    Attributes
    ----------
    index : int
        Number of the trajectory, from 0.
    start : int
        Number of the chunk's first sample within the trajectory.
    tau, R, a, loss : array (k,)
        Times, alignments, second-layer weights and losses.
    last : bool
        Whether the trajectory ends with this chunk.
    trajectory : Trajectory
        The whole trajectory.
    """

    index: int
    start: int
    tau: FloatArray
    R: FloatArray
    a: FloatArray
    loss: FloatArray
    last: bool
    trajectory: Trajectory


def solved(
    system: Any,
    coefficients: Any,
    rho: float,
    a: float,
    taus: Any,
    tau_end: float,
    tau_first: float,
    n: int,
    rtol: float,
) -> Any:
    """Integrate and sample: samples, losses, solver state, code. Sampled at ``taus`` where there are any, else
    refined."""
    rows, state, code = integrate(system, np.array([rho, a]), tau_end, rtol, STEP_BUDGET)
    first = min(tau_first, 0.5 * rows[-1, 0])
    samples = sample_at(system, rows, taus) if len(taus) > 0 else sample_refined(system, rows, n, first)
    return samples, losses(coefficients, samples), state, code


def start_point(system: Planar, R0: float) -> tuple[Planar, float]:
    """rho(R0), with the system to integrate; on R = +-1, which is invariant, R is held there."""
    if abs(R0) == 1.0:
        return Planar(system.table, 0.0), 400.0 * R0  # tanh 400 = 1 in floating point
    return system, atanh(R0)


def first_sample(eps: float, tau_end: float) -> float:
    """The first of the refined samples: early enough to see the fast variable leave, whatever eps is."""
    return min(1e-3 * min(1.0, eps), 1e-3 * tau_end)


def solve(
    model: PlanarProblem,
    a0: float,
    R0: float,
    tau_end: float,
    n: int,
    tau: FloatArray | None,
    rtol: float,
) -> Trajectory:
    """One trajectory from validated arguments; see ``UnlearningModel.trajectory``."""
    system, rho = start_point(model.system, R0)
    tau_first = first_sample(model.eps, tau_end)
    times = _NONE if tau is None else tau
    samples, loss, state, code = solved(system, model.coefficients, rho, a0, times, tau_end, tau_first, n, rtol)
    samples.setflags(write=False)
    loss.setflags(write=False)
    return Trajectory(
        model,
        a0,
        R0,
        tau_end,
        rtol,
        samples[0],
        samples[1],
        samples[2],
        loss,
        ResultCode(code),
        Statistics(
            int(state[rosenbrock.ACCEPTED]),
            int(state[rosenbrock.REJECTED]),
            int(state[rosenbrock.EVALUATIONS]),
        ),
    )


def chunks(index: int, trajectory: Trajectory, size: int) -> Iterator[TrajectoryChunk]:
    """A trajectory cut into pieces of at most ``size`` samples."""
    t = trajectory
    for start in range(0, len(t.tau), size):
        part = slice(start, start + size)
        yield TrajectoryChunk(index, start, t.tau[part], t.R[part], t.a[part], t.loss[part], part.stop >= len(t.tau), t)
