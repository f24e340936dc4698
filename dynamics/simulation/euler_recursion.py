"""The discrete macroscopic recursion: the planar right-hand sides, one Euler step for each step of the network.

It is what the network does at infinite width and with infinite batches, its steps as long as they are. Source: the
difference equation of Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np

from dynamics.jit import compiled
from dynamics.planar.losses import loss_at
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.system import sums
from dynamics.simulation.sgd import STEPS_MAX, Stepper, TrainingSetup


class EulerRecursion(Stepper):
    """R and a, step by step in ``t = tau / eps``, from (R0, a0); the steps are those that a network of this problem
    takes, fixed or automatic. It halts where a step leads beyond |R| = 1."""

    def __init__(self, model: PlanarProblem, problem: TrainingSetup, a0: float, R0: float) -> None:
        self.model, self.problem = model, problem
        self.t, self.steps, self.halted = 0.0, 0, ""
        self.R, self.a = R0, a0

    @property
    def loss(self) -> float:
        """The planar loss."""
        return float(loss_at(self.model.coefficients, self.R, self.a))

    def state(self) -> dict[str, Any]:
        """What it goes on from, exactly, as arrays."""
        return {"point": np.array([self.t, float(self.steps), self.R, self.a]), "halted": np.array(self.halted)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state of the same model and problem."""
        self.t, steps, self.R, self.a = np.array(state["point"]).tolist()
        self.steps, self.halted = int(steps), str(state["halted"])

    def _step(self) -> float:
        if self.problem.step is not None:
            return self.problem.step
        return self.problem.adaptive_step(self.t, abs(self.a), self.a**2, 2.0 * self.loss + self.problem.noise**2)

    def _descend(self, dt: float, executor: Executor | None) -> None:
        R, a = euler(self.model.system.table, self.R, self.a, dt, self.model.eps * dt)
        self.steps += 1
        if not (abs(R) <= 1.0 and abs(a) < 1e150):
            self.halted = (
                f"The recursion diverges at t = {self.t:.4g}: a step of {dt:.3g} leads from R = {self.R:.4g}, "
                f"a = {self.a:.4g} to R = {R:.4g}, a = {a:.4g}. A smaller gamma keeps it stable."
            )
            return
        self.R, self.a = R, a
        if self.steps >= STEPS_MAX:
            self.halted = f"The recursion ends at t = {self.t:.4g}: the {STEPS_MAX} steps that are allowed are used up."


@compiled
def euler(table: Any, R: float, a: float, dt: float, d_tau: float) -> tuple[float, float]:
    """R and a after a step of dt = d_tau / eps."""
    p, g, q, h = sums(table, R)
    return R + dt * a * (1.0 - R * R) * (g - a * h), a + d_tau * (p - a * q)
