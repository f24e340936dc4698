"""Feature unlearning: the planar fast-slow system of alignment R and second-layer weight a.

Source: Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from .asymptotics import Asymptotics
from .axes import Axis
from .boundaries import Boundary
from .differences import ExpectedDifferences
from .equilibria import Equilibrium, EquilibriumKind
from .explanation import (
    Alignment,
    Attractor,
    Claim,
    Coefficient,
    Ends,
    Explanation,
    Jump,
    PowerLaw,
    RunawayBranch,
    Threshold,
)
from .exponents import PowerFit, local_exponents
from .finite_width import FiniteWidth, FiniteWidthTrajectory
from .halting import Halt
from .kernel import Kernel, Movement
from .limits import Fate, Limit
from .manifold import Branch, CriticalManifold, Fold
from .model import UnlearningModel
from .past import Past
from .phase_map import PhaseMap, phase_map, phase_map_levels
from .separatrices import Separatrix
from .singular_orbit import OrbitPiece, SingularOrbit
from .threshold_limits import ThresholdLimit
from .training import SingleIndexTraining, TrainingRecord, train_single_index
from .trajectory import Statistics, Trajectory, TrajectoryChunk

__all__ = [
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
    "Equilibrium",
    "EquilibriumKind",
    "ExpectedDifferences",
    "Explanation",
    "Fate",
    "FiniteWidth",
    "FiniteWidthTrajectory",
    "Fold",
    "Halt",
    "Jump",
    "Kernel",
    "Limit",
    "Movement",
    "OrbitPiece",
    "Past",
    "PhaseMap",
    "PowerFit",
    "PowerLaw",
    "RunawayBranch",
    "Separatrix",
    "SingleIndexTraining",
    "SingularOrbit",
    "Statistics",
    "Threshold",
    "ThresholdLimit",
    "TrainingRecord",
    "Trajectory",
    "TrajectoryChunk",
    "UnlearningModel",
    "local_exponents",
    "phase_map",
    "phase_map_levels",
    "train_single_index",
]
