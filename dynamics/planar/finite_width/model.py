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
    """The solution of the law of width m from (R0, a0), sampled at ``tau``.

    ``tau``, ``R``, ``a``, ``Q`` (the overlap <w_i, w_j> of two neurons), ``loss`` (the population loss of the
    network of m neurons) have shape (n,); time in units of m / learning rate.
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
    """A model at width m (real, 2 <= m <= 1e9): ``UnlearningModel.finite_width(m)``."""

    def trajectory(
        self,
        a0: float,
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> FiniteWidthTrajectory:
        """The solution from alignment R0, overlap R0^2 and second-layer weight a0.

        Arguments, sampling and errors are those of ``UnlearningModel.trajectory``; Q, too, moves by less than
        1 % of its range from sample to sample, with the same exceptions.
        """
        return solve(self, *validation.request(a0, R0, tau_end, n, tau, rtol))

    def halt(self, a0: float, R0: float = 0.0) -> Halt | None:
        """Where this width ends a run that unlearns at infinite width; None where that does not unlearn."""
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
