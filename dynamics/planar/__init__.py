"""Feature unlearning: the planar fast-slow system of alignment R and second-layer weight a.

Source: Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from dynamics.planar.fates.asymptotics import Asymptotics
from dynamics.planar.fates.explanation import (
    Attractor,
    Claim,
    CriticalCoefficient,
    EndsIn,
    Explanation,
    FoldJump,
    PeakAlignment,
    PowerLaw,
    RunawayBranch,
    ThresholdClaim,
)
from dynamics.planar.fates.threshold_limits import ThresholdLimit
from dynamics.planar.finite_width.finite_size import FiniteSizeCorrections
from dynamics.planar.finite_width.halting import Halt
from dynamics.planar.finite_width.model import FiniteWidth, FiniteWidthTrajectory
from dynamics.planar.limits.limits import Fate, LimitPoint
from dynamics.planar.maps.axes import Axis
from dynamics.planar.maps.boundaries import Boundary
from dynamics.planar.maps.phase_map import PhaseMap, phase_map, phase_map_levels
from dynamics.planar.model import UnlearningModel
from dynamics.planar.structure.critical_manifold import Branch, CriticalManifold, Fold
from dynamics.planar.structure.equilibria import Equilibrium, EquilibriumKind
from dynamics.planar.structure.separatrices import Separatrix
from dynamics.planar.structure.singular_orbit import OrbitPiece, SingularOrbit
from dynamics.planar.trajectories.backward_orbit import BackwardOrbit
from dynamics.planar.trajectories.exponents import PowerFit, local_exponents
from dynamics.planar.trajectories.ntk import FirstLayerDisplacement, Kernel
from dynamics.planar.trajectories.trajectory import Statistics, Trajectory, TrajectoryChunk

__all__ = [
    "Asymptotics",
    "Attractor",
    "Axis",
    "BackwardOrbit",
    "Boundary",
    "Branch",
    "Claim",
    "CriticalCoefficient",
    "CriticalManifold",
    "EndsIn",
    "Equilibrium",
    "EquilibriumKind",
    "Explanation",
    "Fate",
    "FiniteSizeCorrections",
    "FiniteWidth",
    "FiniteWidthTrajectory",
    "FirstLayerDisplacement",
    "Fold",
    "FoldJump",
    "Halt",
    "Kernel",
    "LimitPoint",
    "OrbitPiece",
    "PeakAlignment",
    "PhaseMap",
    "PowerFit",
    "PowerLaw",
    "RunawayBranch",
    "Separatrix",
    "SingularOrbit",
    "Statistics",
    "ThresholdClaim",
    "ThresholdLimit",
    "Trajectory",
    "TrajectoryChunk",
    "UnlearningModel",
    "local_exponents",
    "phase_map",
    "phase_map_levels",
]
