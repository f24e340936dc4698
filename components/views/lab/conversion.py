"""The problem of a lab's state on the R–a plane."""

from __future__ import annotations

import numpy as np

from components.views.lab.state import LabState
from components.views.unlearning.state import HORIZON, UnlearningState


def links(state: LabState) -> list[dict[str, str]]:
    """Return the link from the lab to the Unlearning view."""
    tau = float(np.clip(state.tau, *HORIZON))
    other = UnlearningState(c=state.c, c_star=state.c_star, eps=1.0, a=(state.a,), tau=tau)
    return [{"text": "Open the same problem on the R–a plane", "href": f"/?{other.query()}"}]
