"""Feature unlearning: the planar fast-slow system of alignment R and second-layer weight a.

Source: Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from .model import UnlearningModel
from .trajectory import Statistics, Trajectory, TrajectoryChunk

__all__ = ["Statistics", "Trajectory", "TrajectoryChunk", "UnlearningModel"]
