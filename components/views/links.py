"""Links from one view to another that shows the same problem.

A view does not import the views that it links to: `registry.py` gives it these functions.
"""

from __future__ import annotations

from math import factorial, sqrt

from components.core.state import canonical
from components.core.view import Link
from components.views.lab.state import HORIZON as LAB_HORIZON
from components.views.lab.state import LabState
from components.views.time_scales.state import COEFFICIENT, DEGREES, EPS, HORIZON, WIDTH, TimeScalesState
from components.views.unlearning.state import COEFFICIENT as PLANAR_COEFFICIENT
from components.views.unlearning.state import START, UnlearningState
from dynamics import Trajectory
from dynamics.plotting.number_text import format_number
from dynamics.simulation.single_index import steps_along

MAX_WORK = 1e12  # multiply-adds of the training that a link starts: half a minute


def from_unlearning(state: UnlearningState, run: Trajectory) -> list[Link]:
    """Return links from a state of the Unlearning view to the Time-scales view and to the lab.

    run: the trajectory from the first start. Views without a counterpart of the problem are left out.
    """
    neurons, networks = to_time_scales(state, state.a[0]), to_lab(state, run)
    links = []
    if neurons:
        text = f"Open ā = {format_number(state.a[0], 4)} as many neurons of the mean field"
        links.append({"text": text, "href": f"/time-scales?{neurons.query()}"})
    if networks:
        text = f"Train a real network from ā = {format_number(run.a0, 4)}"
        links.append({"text": text, "href": f"/lab?{networks.query()}"})
    return links


def to_time_scales(state: UnlearningState, a0: float) -> TimeScalesState | None:
    """Return the state of the Time-scales view that shows a trajectory as equal neurons, if there is one."""
    eps = 1.0 / state.eps
    root = [sqrt(factorial(k + 1)) for k in range(len(state.c))]
    sigma, phi = ((0.0, *(v * r for v, r in zip(values, root, strict=True))) for values in (state.c, state.c_star))
    outside = any((*sigma[DEGREES:], *phi[DEGREES:])) or max(map(abs, (*sigma, *phi))) > COEFFICIENT[1]
    if state.R0 != 0 or outside or not EPS[0] <= eps <= EPS[1]:
        return None
    t = min(max(state.tau / state.eps, HORIZON[0]), HORIZON[1])
    return TimeScalesState(
        phi=phi[:DEGREES], activation="series", sigma=sigma[:DEGREES], eps=eps, m=max(WIDTH[0], 10), law="alike",
        scale=a0, t=t,
    )  # fmt: skip


def to_lab(state: UnlearningState, run: Trajectory) -> LabState | None:
    """Return the state of the lab in which networks of usual size learn the problem of a trajectory from R = 0.

    The lab's networks learn with eps = 1. The planar system of (c, c*, eps) from a0 is, in R, that of
    (sqrt(eps) c, c*, 1) from a0 / sqrt(eps), in time tau / eps: the output of a neuron, a sigma, is the same. The
    horizon is what half a minute of training reaches; None where there is no such state.
    """
    root = sqrt(state.eps)
    c = tuple(canonical(value * root) for value in state.c)
    a = canonical(run.a0 / root)
    if run.R0 != 0 or max(map(abs, c)) > PLANAR_COEFFICIENT[1] or not START[0] <= a <= START[1] or not any(c):
        return None
    lab_state = LabState(c=c, c_star=state.c_star, a=a)
    tau = run.tau / state.eps
    setup = lab_state.problem.setup
    work_done = steps_along(setup, 1.0, tau, run.a / root, run.loss) * setup.work * lab_state.runs
    affordable = tau[(work_done <= MAX_WORK) & (tau <= min(state.tau / state.eps, LAB_HORIZON[1]))]
    horizon = float(f"{affordable[-1]:.2g}") if len(affordable) else 0.0
    if not LAB_HORIZON[0] <= horizon:
        return None
    return LabState(c=c, c_star=state.c_star, a=a, tau=min(horizon, LAB_HORIZON[1]))
