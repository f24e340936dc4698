"""The computation of a state: the stream and the exports share it."""

from __future__ import annotations

from components.core.metering import Threads
from components.views.unlearning.alignment_history import doubt
from components.views.unlearning.state import UnlearningState
from dynamics import Explanation, Fate, Trajectory, UnlearningModel
from dynamics.plotting.planar.picture import Pinned, PlanarPicture


def picture_of(state: UnlearningState) -> PlanarPicture:
    """Return the picture of a state; it depends on the physical parameters and the overlays only."""
    return PlanarPicture.of(
        UnlearningModel(state.c, state.c_star, state.eps),
        state.a,
        state.R0,
        state.starts[len(state.a) :],
        state.tau,
        state.layers,
        state.panel,
        state.width,
        pinned_of(state),
        Threads,
    )


def pinned_of(state: UnlearningState) -> Pinned | None:
    """Return the pinned trajectory of a state, if it has one."""
    if state.pinned is None:
        return None
    ((R0, a0),) = state.pinned.starts
    return Pinned.of(UnlearningModel(state.pinned.c, state.pinned.c_star, state.pinned.eps), a0, R0)


def explanation(picture: PlanarPicture, run: Trajectory) -> Explanation:
    """Return the explanation of a fate; without claims if the numbers contradict each other."""
    if doubt(run):
        return Explanation(Fate.UNDECIDED, ())
    return picture.model.explain(run.a0, run.R0, run, picture.thresholds[run.R0])
