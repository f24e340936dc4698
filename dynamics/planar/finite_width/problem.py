"""A planar problem at finite width: its parameters and the system that is integrated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dynamics.planar.finite_width.system import FiniteSystem, finite_system
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.validation import WIDTH_RANGE
from dynamics.results import Result
from dynamics.validation import check_instance, check_number


@dataclass(frozen=True)
class FiniteWidthProblem(Result):
    """A planar problem at width m (real, 2 <= m <= 1e9)."""

    model: PlanarProblem
    m: float

    def __post_init__(self) -> None:
        check_instance("model", self.model, PlanarProblem)
        object.__setattr__(self, "m", check_number("m", self.m, *WIDTH_RANGE))

    @cached_property
    def system(self) -> FiniteSystem:
        """Parameters and coefficient tables for the compiled core (FiniteSystem, a named tuple)."""
        return finite_system(*self.model.overlaps, self.model.eps, self.m)
