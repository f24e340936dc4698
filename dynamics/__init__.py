"""The dynamics of feature learning and unlearning: a numerical library, independent of any app."""

from .activations import Activation
from .mean_field import (
    EpsSweep,
    Exponent,
    MeanFieldChunk,
    MeanFieldModel,
    MeanFieldStatistics,
    MeanFieldTrajectory,
    NetworkDistances,
    Place,
    compare_networks,
    initial_weights,
    make_network,
    simulate_network,
)
from .rosenbrock import ResultCode
from .training import Record, SphericalSGD, together
from .unlearning import (
    Alignment,
    Asymptotics,
    Attractor,
    Axis,
    Boundary,
    Branch,
    Claim,
    Coefficient,
    CriticalManifold,
    Ends,
    Equilibrium,
    EquilibriumKind,
    ExpectedDifferences,
    Explanation,
    Fate,
    FiniteWidth,
    FiniteWidthTrajectory,
    Fold,
    Halt,
    Jump,
    Kernel,
    Limit,
    Movement,
    OrbitPiece,
    Past,
    PhaseMap,
    PowerFit,
    PowerLaw,
    RunawayBranch,
    Separatrix,
    SingleIndexTraining,
    SingularOrbit,
    Statistics,
    Threshold,
    ThresholdLimit,
    TrainingRecord,
    Trajectory,
    TrajectoryChunk,
    UnlearningModel,
    local_exponents,
    phase_map,
    phase_map_levels,
    train_single_index,
)
from .unlearning.training import MODES

__all__ = [
    "Activation",
    "Alignment",
    "Asymptotics",
    "Attractor",
    "Axis",
    "Boundary",
    "Branch",
    "Claim",
    "Coefficient",
    "CriticalManifold",
    "Ends",
    "EpsSweep",
    "Equilibrium",
    "EquilibriumKind",
    "ExpectedDifferences",
    "Explanation",
    "Exponent",
    "Fate",
    "FiniteWidth",
    "FiniteWidthTrajectory",
    "Fold",
    "Halt",
    "Jump",
    "Kernel",
    "Limit",
    "MeanFieldChunk",
    "MeanFieldModel",
    "MeanFieldStatistics",
    "MeanFieldTrajectory",
    "Movement",
    "NetworkDistances",
    "OrbitPiece",
    "Past",
    "PhaseMap",
    "Place",
    "PowerFit",
    "PowerLaw",
    "Record",
    "ResultCode",
    "RunawayBranch",
    "Separatrix",
    "SingleIndexTraining",
    "SingularOrbit",
    "SphericalSGD",
    "Statistics",
    "Threshold",
    "ThresholdLimit",
    "TrainingRecord",
    "Trajectory",
    "TrajectoryChunk",
    "UnlearningModel",
    "compare_networks",
    "initial_weights",
    "local_exponents",
    "make_network",
    "phase_map",
    "phase_map_levels",
    "simulate_network",
    "together",
    "train_single_index",
    "warm_up",
]


def warm_up() -> None:
    """Compile everything, or load it from the cache: after this nothing waits for a compiler."""
    model = UnlearningModel((1.0, 1.0, 1.0), (1.0, -1.0, 1.0))
    _ = model.trajectory(1.0, tau_end=1.0).error
    model.trajectory(1.0, tau=(0.0, 1.0))
    model.threshold()
    phase_map(model.c, model.c_star, x=("c_star", 3, -1.0, 1.0), n=(2, 2))
    finite = model.at_width(100.0)
    finite.trajectory(1.0, tau=(0.0, 1.0))
    finite.halt(8.0)
    model.width_needed(1.0, tau_end=1.0)
    model.separatrices()
    for activation in ("relu", (0.0, 1.0)):
        neurons = MeanFieldModel(activation=activation, m=2)
        neurons.trajectory(t_end=1e-3)
        neurons.trajectory(t_end=1e-3, overlaps=True)
    for mode in MODES:
        list(train_single_index(2, 3, 4, None, (1.0, 0.5), (1.0,), 1.0, 1e-3, mode=mode, n=2))
