"""The linear network: its exact solution, the mechanisms and phases of its learning, and gradient descent beside it.

Source: Xu & Ziyin, "Three Mechanisms of Feature Learning in a Linear Network", arXiv:2401.07085.
"""

from .descent import ACTIVATIONS, DescentRecord, descent
from .leaving import LeavingStep, leaving_step
from .measured import MeasuredExponents, measured_exponents
from .mechanism import Mechanism, MechanismName
from .model import LinearNetwork, Moment
from .phase_diagram import BORDERS, PhaseDiagram, phase_diagram
from .scaling import SCALINGS, Exponents, Pace, Phase, ScalingPhase, Turn, scaling_phase, turned
from .solution import LinearSolution

__all__ = [
    "ACTIVATIONS",
    "BORDERS",
    "SCALINGS",
    "DescentRecord",
    "Exponents",
    "LeavingStep",
    "LinearNetwork",
    "LinearSolution",
    "MeasuredExponents",
    "Mechanism",
    "MechanismName",
    "Moment",
    "Pace",
    "Phase",
    "PhaseDiagram",
    "ScalingPhase",
    "Turn",
    "descent",
    "leaving_step",
    "measured_exponents",
    "phase_diagram",
    "scaling_phase",
    "turned",
]
