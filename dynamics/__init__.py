"""The dynamics of feature learning and unlearning: a numerical library, independent of any app."""

import numpy as np

from dynamics.activations import Activation
from dynamics.curves import needed_samples, pixels_on_axes, rounded
from dynamics.integrators.rosenbrock import ResultCode
from dynamics.linear_network import (
    SCALINGS,
    DescentRecord,
    Exponents,
    FlowDeparture,
    LinearEnsemble,
    LinearNetwork,
    LinearSolution,
    MeasuredExponents,
    Mechanism,
    MechanismName,
    NetworkState,
    Phase,
    PhaseChange,
    PhaseDiagram,
    ScalingPhase,
    TrainingSpeed,
    descent,
    largest_faithful_step,
    measured_exponents,
    phase_diagram,
    scaling_phase,
    switch_phase,
)
from dynamics.mean_field import (
    EpsSweep,
    Exponent,
    MeanFieldChunk,
    MeanFieldModel,
    MeanFieldStatistics,
    MeanFieldTrajectory,
    initial_weights,
)
from dynamics.planar import (
    Asymptotics,
    Attractor,
    Axis,
    BackwardOrbit,
    Boundary,
    Branch,
    Claim,
    CriticalCoefficient,
    CriticalManifold,
    EndsIn,
    Equilibrium,
    EquilibriumKind,
    Explanation,
    Fate,
    FiniteSizeCorrections,
    FiniteWidth,
    FiniteWidthTrajectory,
    FirstLayerDisplacement,
    Fold,
    FoldJump,
    Halt,
    Kernel,
    LimitPoint,
    OrbitPiece,
    PeakAlignment,
    PhaseMap,
    PowerFit,
    PowerLaw,
    RunawayBranch,
    Separatrix,
    SingularOrbit,
    Statistics,
    ThresholdClaim,
    ThresholdLimit,
    Trajectory,
    TrajectoryChunk,
    UnlearningModel,
    local_exponents,
    phase_map,
    phase_map_levels,
)
from dynamics.simulation import (
    MODES,
    NetworkDistances,
    NetworkRecord,
    NetworkSize,
    SingleIndexTraining,
    SphericalSGD,
    TrainingRecord,
    compare_networks,
    make_network,
    run_in_lockstep,
    simulate_network,
    train_single_index,
)

__all__ = [
    "SCALINGS",
    "Activation",
    "Asymptotics",
    "Attractor",
    "Axis",
    "BackwardOrbit",
    "Boundary",
    "Branch",
    "Claim",
    "CriticalCoefficient",
    "CriticalManifold",
    "DescentRecord",
    "EndsIn",
    "EpsSweep",
    "Equilibrium",
    "EquilibriumKind",
    "Explanation",
    "Exponent",
    "Exponents",
    "Fate",
    "FiniteSizeCorrections",
    "FiniteWidth",
    "FiniteWidthTrajectory",
    "FirstLayerDisplacement",
    "FlowDeparture",
    "Fold",
    "FoldJump",
    "Halt",
    "Kernel",
    "LimitPoint",
    "LinearEnsemble",
    "LinearNetwork",
    "LinearSolution",
    "MeanFieldChunk",
    "MeanFieldModel",
    "MeanFieldStatistics",
    "MeanFieldTrajectory",
    "MeasuredExponents",
    "Mechanism",
    "MechanismName",
    "NetworkDistances",
    "NetworkRecord",
    "NetworkSize",
    "NetworkState",
    "OrbitPiece",
    "PeakAlignment",
    "Phase",
    "PhaseChange",
    "PhaseDiagram",
    "PhaseMap",
    "PowerFit",
    "PowerLaw",
    "ResultCode",
    "RunawayBranch",
    "ScalingPhase",
    "Separatrix",
    "SingleIndexTraining",
    "SingularOrbit",
    "SphericalSGD",
    "Statistics",
    "ThresholdClaim",
    "ThresholdLimit",
    "TrainingRecord",
    "TrainingSpeed",
    "Trajectory",
    "TrajectoryChunk",
    "UnlearningModel",
    "compare_networks",
    "descent",
    "initial_weights",
    "largest_faithful_step",
    "local_exponents",
    "make_network",
    "measured_exponents",
    "phase_diagram",
    "phase_map",
    "phase_map_levels",
    "run_in_lockstep",
    "scaling_phase",
    "simulate_network",
    "switch_phase",
    "train_single_index",
    "warm_up",
]


def warm_up() -> None:
    """Compile everything, or load it from the cache: after this no call waits for the compiler.

    Examples
    --------
    >>> import dynamics
    >>> dynamics.warm_up()  # doctest: +SKIP
    """
    model = UnlearningModel((1.0, 1.0, 1.0), (1.0, -1.0, 1.0))
    _ = model.trajectory(1.0, tau_end=1.0).error
    model.trajectory(1.0, tau=(0.0, 1.0))
    model.thresholds()
    phase_map(model.c, model.c_star, x=("c_star", 3, -1.0, 1.0), n=(2, 2))
    finite = model.finite_width(100.0)
    finite.trajectory(1.0, tau=(0.0, 1.0))
    finite.halt(8.0)
    model.required_width(1.0, tau_end=1.0)
    model.separatrices()
    model.critical_manifold()
    model.sums(0.5)
    for activation in ("relu", (0.0, 1.0)):
        neurons = MeanFieldModel(activation=activation, m=2)
        neurons.trajectory(t_end=1e-3)
        neurons.trajectory(t_end=1e-3, overlaps=True)
    largest_faithful_step(LinearNetwork.random(2, y=2.0))
    line = np.array([[0.0, 1.0]])
    pixels_on_axes(line, np.array([False]), line, np.array([1.0]))
    needed_samples(line, line, 1.0)
    rounded(line[0], False)
    for mode in MODES:
        list(train_single_index(2, 3, 4, None, (1.0, 0.5), (1.0,), 1.0, 1e-3, mode=mode, n=2))
