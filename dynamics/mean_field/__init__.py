"""Learning time-scales: the mean-field system of many neurons, and the exact flow of finitely many.

Source: Berthier, Montanari & Zhou, "Learning time-scales in two-layers neural networks", arXiv:2303.00055.
"""

from .model import LAWS, MeanFieldModel, initial_weights
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
    "initial_weights",
]
