"""The bridge between the papers: neurons that are all alike, and no degree 0, are the planar system of view 1."""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np

from components.time_scales.state import COEFFICIENT, DEGREES, EPS, HORIZON, WIDTH, TimeScalesState
from components.unlearning.state import COEFFICIENT as PLANAR_COEFFICIENT
from components.unlearning.state import EPS as PLANAR_EPS
from components.unlearning.state import HORIZON as PLANAR_HORIZON
from components.unlearning.state import UnlearningState
from dynamics import Trajectory, UnlearningModel

RTOL = 1e-8


def planar(state: TimeScalesState) -> UnlearningState | None:
    """The state of view 1 that shows the same system, if there is one: c_k = sigma_k / sqrt(k!), eps -> 1/eps."""
    found = state.model.planar if state.law == "alike" else None
    if found is None or not PLANAR_EPS[0] <= found[2] <= PLANAR_EPS[1]:
        return None
    c, c_star = (tuple(float(f"{value:.9g}") for value in values) for values in found[:2])  # 1, not 0.999999999998
    if max(map(abs, (*c, *c_star))) > PLANAR_COEFFICIENT[1]:
        return None
    tau = min(max(state.t * found[2], PLANAR_HORIZON[0]), PLANAR_HORIZON[1])
    return UnlearningState(c=c, c_star=c_star, eps=found[2], a=(state.scale,), tau=tau)


def neurons(state: UnlearningState, a0: float) -> TimeScalesState | None:
    """The state of this view that shows a run of view 1 as many neurons, if there is one."""
    eps = 1.0 / state.eps
    root = [sqrt(factorial(k + 1)) for k in range(len(state.c))]
    sigma, phi = ((0.0, *(v * r for v, r in zip(values, root, strict=True))) for values in (state.c, state.c_star))
    beyond = any((*sigma[DEGREES:], *phi[DEGREES:])) or max(map(abs, (*sigma, *phi))) > COEFFICIENT[1]
    if state.R0 != 0 or beyond or not EPS[0] <= eps <= EPS[1]:
        return None
    t = min(max(state.tau / state.eps, HORIZON[0]), HORIZON[1])
    return TimeScalesState(
        phi=phi[:DEGREES], activation="series", sigma=sigma[:DEGREES], eps=eps, m=max(WIDTH[0], 10), law="alike",
        scale=a0, t=t,
    )  # fmt: skip


def course(state: TimeScalesState, t: np.ndarray) -> Trajectory | None:
    """The planar solution at times t of this view, if there is one."""
    other = planar(state)
    if other is None:
        return None
    model = UnlearningModel(other.c, other.c_star, other.eps)
    return model.trajectory(state.scale, tau=t * other.eps, rtol=RTOL)
