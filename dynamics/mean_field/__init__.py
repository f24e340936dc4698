"""Learning time-scales: the mean-field system of many neurons, and the exact flow of finitely many.

Source: Berthier, Montanari & Zhou, "Learning time-scales in two-layers neural networks", arXiv:2303.00055.
"""

from .comparison import NetworkDistances, Place, compare_networks
from .model import MeanFieldModel
from .network import make_network, simulate_network
from .starts import LAWS, initial_weights
from .sweep import EpsSweep, Exponent
from .trajectory import MeanFieldChunk, MeanFieldStatistics, MeanFieldTrajectory

__all__ = [
    "LAWS",
    "EpsSweep",
    "Exponent",
    "MeanFieldChunk",
    "MeanFieldModel",
    "MeanFieldStatistics",
    "MeanFieldTrajectory",
    "NetworkDistances",
    "Place",
    "compare_networks",
    "initial_weights",
    "make_network",
    "simulate_network",
]
