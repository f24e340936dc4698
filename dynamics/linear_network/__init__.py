"""The linear network: its exact solution, the mechanisms and phases of its learning, and gradient descent beside it.

Source: Xu & Ziyin, "Three Mechanisms of Feature Learning in a Linear Network", arXiv:2401.07085.
"""

from dynamics.linear_network.empirical_exponents import MeasuredExponents, measured_exponents
from dynamics.linear_network.ensemble import LinearEnsemble
from dynamics.linear_network.flow_departure import FlowDeparture, largest_faithful_step
from dynamics.linear_network.gradient_descent import ACTIVATIONS, DescentRecord, descent
from dynamics.linear_network.mechanism import Mechanism, MechanismName
from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.phase_diagram import BORDERS, PhaseDiagram, phase_diagram
from dynamics.linear_network.scaling import (
    SCALINGS,
    Exponents,
    Phase,
    PhaseChange,
    ScalingPhase,
    TrainingSpeed,
    scaling_phase,
    switch_phase,
)
from dynamics.linear_network.solution import LinearSolution, NetworkState

__all__ = [
    "ACTIVATIONS",
    "BORDERS",
    "SCALINGS",
    "DescentRecord",
    "Exponents",
    "FlowDeparture",
    "LinearEnsemble",
    "LinearNetwork",
    "LinearSolution",
    "MeasuredExponents",
    "Mechanism",
    "MechanismName",
    "NetworkState",
    "Phase",
    "PhaseChange",
    "PhaseDiagram",
    "ScalingPhase",
    "TrainingSpeed",
    "descent",
    "largest_faithful_step",
    "measured_exponents",
    "phase_diagram",
    "scaling_phase",
    "switch_phase",
]
