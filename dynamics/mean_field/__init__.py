"""Learning time-scales: the mean-field system of many neurons, and the exact flow of finitely many.

Source: Berthier, Montanari & Zhou, "Learning time-scales in two-layers neural networks", arXiv:2303.00055.
"""

from dynamics.mean_field.eps_sweep import EpsSweep, Exponent
from dynamics.mean_field.initialization import INIT_DISTRIBUTIONS, initial_weights
from dynamics.mean_field.model import MeanFieldModel
from dynamics.mean_field.trajectory import MeanFieldChunk, MeanFieldStatistics, MeanFieldTrajectory

__all__ = [
    "INIT_DISTRIBUTIONS",
    "EpsSweep",
    "Exponent",
    "MeanFieldChunk",
    "MeanFieldModel",
    "MeanFieldStatistics",
    "MeanFieldTrajectory",
    "initial_weights",
]
