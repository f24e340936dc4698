"""What the figures of an experiment on images depend on before there are results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dynamics.images import ImageRuns
from dynamics.validation import check_choice


@dataclass(frozen=True)
class ExperimentAxes:
    """Symbol and name of what is varied, and the quantities over it from top to bottom; none in the R–a plane."""

    symbol: str
    name: str
    quantities: tuple[str, ...] = ()


AXES = MappingProxyType(
    {
        "scale": ExperimentAxes("σ", "initialization scale σ", ("accuracy", "norm", "zeta")),
        "width": ExperimentAxes("n", "width n", ("best", "moved")),
        "initialisation": ExperimentAxes("κ", "factor of the scales κ", ("best", "moved", "kernel")),
        "unlearning": ExperimentAxes("a", "second layer at the start"),
    }
)
"""By the name of the experiment."""


@dataclass(frozen=True)
class ExperimentShape:
    """Hold what is known of an experiment before it is run.

    Attributes
    ----------
    experiment : {"scale", "width", "initialisation", "unlearning"}
        Its name.
    values : sequence of float
        The varied values, ascending.
    groups : sequence of str
        Names of the groups.
    epochs : int
        Epochs of training.
    depth, width : int
        Layers of weights, and neurons of a hidden layer; for the scale only.
    """

    experiment: str
    values: Sequence[float]
    groups: Sequence[str]
    epochs: int
    depth: int = 2
    width: int = 1

    @classmethod
    def of(cls, runs: ImageRuns) -> ExperimentShape:
        """Return the shape of results. Raises ValueError if they are of another experiment."""
        network = runs.settings[0].network
        return cls(
            check_choice("experiment", runs.experiment, tuple(AXES)),
            tuple(sorted({float(one.value) for one in runs.settings})),
            tuple(runs.groups),
            runs.plan.epochs,
            network.layers,
            network.widths[0],
        )

    @property
    def axes(self) -> ExperimentAxes:
        """What is varied, and the quantities over it."""
        return AXES[self.experiment]
