"""The dynamics of feature learning and unlearning: a numerical library, independent of any app."""

from .rosenbrock import ResultCode
from .unlearning import (
    Asymptotics,
    Branch,
    CriticalManifold,
    Equilibrium,
    EquilibriumKind,
    Fate,
    FiniteWidth,
    FiniteWidthTrajectory,
    Fold,
    Halt,
    Kernel,
    Limit,
    Movement,
    OrbitPiece,
    SingularOrbit,
    Statistics,
    Trajectory,
    TrajectoryChunk,
    UnlearningModel,
)

__all__ = [
    "Asymptotics",
    "Branch",
    "CriticalManifold",
    "Equilibrium",
    "EquilibriumKind",
    "Fate",
    "FiniteWidth",
    "FiniteWidthTrajectory",
    "Fold",
    "Halt",
    "Kernel",
    "Limit",
    "Movement",
    "OrbitPiece",
    "ResultCode",
    "SingularOrbit",
    "Statistics",
    "Trajectory",
    "TrajectoryChunk",
    "UnlearningModel",
    "warm_up",
]


def warm_up() -> None:
    """Compile everything, or load it from the cache: after this nothing waits for a compiler."""
    model = UnlearningModel((1.0, 1.0, 1.0), (1.0, -1.0, 1.0))
    _ = model.trajectory(1.0, tau_end=1.0).error
    model.trajectory(1.0, tau=(0.0, 1.0))
    model.threshold()
    finite = model.at_width(100.0)
    finite.trajectory(1.0, tau=(0.0, 1.0))
    finite.halt(8.0)
    model.width_needed(1.0, tau_end=1.0)
