"""The population gradient of a finite network: exact flows of its overlaps, from symmetric starts and from any.

From a symmetric start all neurons stay alike, and the law of width m (``finite_width``) has the solution. From any
other the m(m - 1)/2 overlaps are integrated (``mean_field.overlap_system``). Source of that flow: Berthier, Montanari &
Zhou, arXiv:2303.00055.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from math import inf
from time import perf_counter
from typing import Any

import numpy as np

from dynamics.integrators import rosenbrock
from dynamics.mean_field.dense_sampling import NO_CROSSINGS, advance
from dynamics.mean_field.overlap_system import overlap_flow
from dynamics.planar.finite_width.model import FiniteWidthTrajectory
from dynamics.planar.problem import PlanarProblem
from dynamics.simulation.sgd import NetworkRecord, Stepper, TrainingSetup, make_record
from dynamics.typing import FloatArray

WIDTH_MAX = 200  # of the flow of all overlaps
EPS_MIN = 0.1
STEP_BUDGET = 200_000
_STEPS = 4  # between two looks at the clock
_RTOL = 1e-8
_NEVER = np.empty(0)
_ALWAYS = np.zeros(3)


class SymmetricFlow(Stepper):
    """The law of width m, at the times at which it was solved."""

    def __init__(self, law: FiniteWidthTrajectory) -> None:
        self._law, self._eps = law, law.model.eps
        self.t, self.steps, self.halted = 0.0, 0, ""

    @property
    def row(self) -> tuple[float, float, float, float]:
        """R, a, Q and loss now."""
        law = self._law
        i = int(np.argmin(abs(law.tau - self.t * self._eps)))
        return float(law.R[i]), float(law.a[i]), float(law.Q[i]), float(law.loss[i])

    def advance(self, until: float, seconds: float = inf, executor: Executor | None = None) -> bool:
        """At once."""
        self.t = until
        return True

    def state(self) -> dict[str, Any]:
        """What it goes on from."""
        return {"t": np.array(self.t)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state."""
        self.t = float(state["t"])


class OverlapFlowStepper(Stepper):
    """The exact flow of m neurons in ``t = tau / eps``, from weights a (m,) and rows W (m, d)."""

    def __init__(self, model: PlanarProblem, problem: TrainingSetup, a: FloatArray, W: FloatArray) -> None:
        if problem.m > WIDTH_MAX or model.eps < EPS_MIN:
            raise ValueError(
                f"m must be at most {WIDTH_MAX} and eps at least {EPS_MIN:g} in mode 'population' from a start that is "
                f"not symmetric, not {problem.m} and {model.eps:g}: its gradient carries all overlaps"
            )
        K = max(len(problem.phi), len(problem.activation.sigma))
        phi, sigma = np.pad(problem.phi, (0, K - len(problem.phi))), problem.activation.coefficients(K - 1)
        self._system = overlap_flow(phi, sigma, float(sigma @ sigma), sigma**2, 1.0 / model.eps, np.ones(problem.m))
        self.problem = problem
        self.t, self.steps, self.halted = 0.0, 0, ""
        self._y = np.concatenate([a, W[:, 0], (W @ W.T).ravel()])
        self._state = rosenbrock.initial_state(0.0, 1e-4 * problem.shortest_time_scale)
        self._work = rosenbrock.workspace(self._system)

    def measure(self) -> NetworkRecord:
        """What the network is now."""
        m = self.problem.m
        a, s, overlaps = self._y[:m], self._y[m : 2 * m], self._y[2 * m :].reshape(m, m)
        return make_record(self.problem, self.t, a, s, overlaps, self.steps, self.halted)

    def advance(self, until: float, seconds: float = inf, executor: Executor | None = None) -> bool:
        """Integrate until exactly that time, for about this many seconds at most.

        Return whether it is reached, or the run has halted.
        """
        began = perf_counter()
        while self.t < until and not self.halted:
            code = advance(
                self._system, self._state, self._y, self._work, _NEVER, 0, _ALWAYS, until, _RTOL, _STEPS, NO_CROSSINGS
            )[-1]
            self.t, self.steps = float(self._state[rosenbrock.T]), int(self._state[rosenbrock.ACCEPTED])
            if code != 0 or self.steps >= STEP_BUDGET:
                self.halted = f"The flow of overlaps ends at t = {self.t:.4g}, after {self.steps} steps."
            if perf_counter() - began > seconds:
                break
        return self.t >= until or bool(self.halted)

    def state(self) -> dict[str, Any]:
        """What it goes on from, exactly, as arrays."""
        return {"y": self._y.copy(), "clock": self._state.copy(), "halted": np.array(self.halted)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state of the same flow."""
        self._y, self._state = np.array(state["y"]), np.array(state["clock"])
        self.t, self.steps = float(self._state[rosenbrock.T]), int(self._state[rosenbrock.ACCEPTED])
        self.halted = str(state["halted"])
