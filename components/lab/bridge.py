"""The bridge between view 1 and real networks: the same problem, its time-scale ratio taken into the coefficients.

The lab's networks learn with eps = 1. The planar system of (c, c*, eps) from a0 is, in R, that of (sqrt(eps) c, c*, 1)
from a0 / sqrt(eps), in time tau / eps: what the neurons put out, a sigma, is the same.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from components.lab.state import HORIZON, LabState
from components.numbers import shown
from components.state import canonical
from components.unlearning.state import COEFFICIENT, START, UnlearningState
from components.unlearning.state import HORIZON as PLANAR_HORIZON
from dynamics import Trajectory
from dynamics.unlearning.training import steps_along

WORK = 1e12  # multiply-adds of what is opened: half a minute


def networks(state: UnlearningState, run: Trajectory) -> LabState | None:
    """The state of the lab in which networks of usual size learn what a run of view 1 from R = 0 shows, as far as half
    a minute's work leads; None where there is none."""
    root = sqrt(state.eps)
    c = tuple(canonical(value * root) for value in state.c)
    a = canonical(run.a0 / root)
    if run.R0 != 0 or max(map(abs, c)) > COEFFICIENT[1] or not START[0] <= a <= START[1] or not any(c):
        return None
    made = LabState(c=c, c_star=state.c_star, a=a)
    tau = run.tau / state.eps
    done = steps_along(made.problem, 1.0, tau, run.a / root, run.loss) * made.problem.work * made.runs
    within = tau[(done <= WORK) & (tau <= min(state.tau / state.eps, HORIZON[1]))]
    horizon = float(f"{within[-1]:.2g}") if len(within) else 0.0
    if not HORIZON[0] <= horizon:
        return None
    return LabState(c=c, c_star=state.c_star, a=a, tau=min(horizon, HORIZON[1]))


def offer(state: UnlearningState, run: Trajectory) -> list[dict[str, str]]:
    """The link by which view 1 offers it."""
    other = networks(state, run)
    if other is None:
        return []
    text = f"Train a real network from ā = {shown(run.a0, 4)}"
    return [{"text": text, "href": f"/lab?{other.query()}"}]


def links(state: LabState) -> list[dict[str, str]]:
    """The way from the lab to view 1."""
    tau = float(np.clip(state.tau, *PLANAR_HORIZON))
    other = UnlearningState(c=state.c, c_star=state.c_star, eps=1.0, a=(state.a,), tau=tau)
    return [{"text": "Open the same problem on the R–a plane", "href": f"/?{other.query()}"}]
