"""The linear network: its exact solution, the mechanisms and phases of its learning, and gradient descent beside it.

Source: Xu & Ziyin, "Three Mechanisms of Feature Learning in a Linear Network", arXiv:2401.07085.
"""

from .measured import MeasuredExponents, measured_exponents
from .mechanism import Mechanism, MechanismName
from .model import LinearNetwork, Moment
from .scaling import SCALINGS, Exponents, Pace, Phase, ScalingPhase, Turn, scaling_phase, turned
from .solution import LinearSolution

__all__ = [
    "SCALINGS",
    "Exponents",
    "LinearNetwork",
    "LinearSolution",
    "MeasuredExponents",
    "Mechanism",
    "MechanismName",
    "Moment",
    "Pace",
    "Phase",
    "ScalingPhase",
    "Turn",
    "measured_exponents",
    "scaling_phase",
    "turned",
]
