"""Real networks trained by SGD, beside the laws that describe them.

The package builds on ``dynamics.planar`` and ``dynamics.mean_field``; neither of them imports it.
"""

from dynamics.simulation.convergence import NetworkDistances, NetworkSize, compare_networks
from dynamics.simulation.network import make_network, simulate_network
from dynamics.simulation.sgd import NetworkRecord, SphericalSGD, run_in_lockstep
from dynamics.simulation.single_index import MODES, SingleIndexTraining, TrainingRecord, train_single_index

__all__ = [
    "MODES",
    "NetworkDistances",
    "NetworkRecord",
    "NetworkSize",
    "SingleIndexTraining",
    "SphericalSGD",
    "TrainingRecord",
    "compare_networks",
    "make_network",
    "run_in_lockstep",
    "simulate_network",
    "train_single_index",
]
