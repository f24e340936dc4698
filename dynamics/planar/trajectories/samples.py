"""What analyses of a trajectory read from it."""

from __future__ import annotations

from typing import Protocol

from dynamics.planar.limits.limits import Fate
from dynamics.planar.problem import PlanarProblem
from dynamics.typing import FloatArray


class Samples(Protocol):
    """A trajectory: its start, tolerance, samples ``tau``, ``R``, ``a`` of shape (n,), and fate."""

    @property
    def model(self) -> PlanarProblem: ...
    @property
    def a0(self) -> float: ...
    @property
    def R0(self) -> float: ...
    @property
    def rtol(self) -> float: ...
    @property
    def tau(self) -> FloatArray: ...
    @property
    def R(self) -> FloatArray: ...
    @property
    def a(self) -> FloatArray: ...
    @property
    def fate(self) -> Fate: ...
