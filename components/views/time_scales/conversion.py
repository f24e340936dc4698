"""Equal neurons without degree 0 are the planar system of the Unlearning view: the conversion of states."""

from __future__ import annotations

from components.views.time_scales.state import TimeScalesState
from components.views.unlearning.state import COEFFICIENT as PLANAR_COEFFICIENT
from components.views.unlearning.state import EPS as PLANAR_EPS
from components.views.unlearning.state import HORIZON as PLANAR_HORIZON
from components.views.unlearning.state import UnlearningState


def planar(state: TimeScalesState) -> UnlearningState | None:
    """Return the state of the Unlearning view that shows the same system, if there is one.

    c_k = sigma_k / sqrt(k!), and eps becomes 1/eps.
    """
    system = state.model.planar if state.law == "alike" else None
    if system is None or not PLANAR_EPS[0] <= system[2] <= PLANAR_EPS[1]:
        return None
    c, c_star = (tuple(float(f"{value:.9g}") for value in values) for values in system[:2])  # 1, not 0.999999999998
    if max(map(abs, (*c, *c_star))) > PLANAR_COEFFICIENT[1]:
        return None
    tau = min(max(state.t * system[2], PLANAR_HORIZON[0]), PLANAR_HORIZON[1])
    return UnlearningState(c=c, c_star=c_star, eps=system[2], a=(state.scale,), tau=tau)
