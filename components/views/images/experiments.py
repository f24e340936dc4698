"""The experiments of the Real images view: one object for each, from which its button, defaults, figures and texts
follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dynamics import Exponents
from dynamics.images import (
    INITIALIZATION_PATHS,
    WIDTH_PATHS,
    Sweep,
    initialization_sweep,
    scale_sweep,
    unlearning_sweep,
    width_sweep,
)
from dynamics.plotting.images import AXES, ExperimentAxes


@dataclass(frozen=True)
class Experiment:
    """A choice of what is varied.

    label: of its button.
    values_field: of the state, with the varied values.
    axes: what is varied, and the quantities over it.
    sweep: makes its networks.
    width, rate, epochs, runs: where the state has none; of the width None where it is varied.
    plane, panels: what the figures show, for screen readers.
    unit: where the learning rate is that of the state.
    paths_field, paths: the field with the ticked ways to grow, and all ways by their names.
    """

    label: str
    values_field: str
    axes: ExperimentAxes
    sweep: Callable[..., Sweep]
    width: int | None
    rate: float
    epochs: int
    runs: int
    plane: str
    panels: str = "The chosen quantity, a row for each choice of γ and η,"
    unit: str = ""
    paths_field: str = ""
    paths: Mapping[str, Exponents] = field(default_factory=dict)


EXPERIMENTS = {
    "scale": Experiment(
        "σ",
        "sigmas",
        AXES["scale"],
        scale_sweep,
        width=64,
        rate=0.01,
        epochs=150,
        runs=3,
        plane="Test and training accuracy, weight norm and the angles of all layers but the first",
        panels="Angles of all layers but the first, test accuracy and weight norm",
        unit="σ = 1",
    ),
    "width": Experiment(
        "width",
        "widths",
        AXES["width"],
        width_sweep,
        width=None,
        rate=0.02,
        epochs=100,
        runs=3,
        plane="Best test accuracy and relative distance from the start",
        unit="n = 64",
        paths_field="width_paths",
        paths=WIDTH_PATHS,
    ),
    "initialisation": Experiment(
        "σ → ∞",
        "kappas",
        AXES["initialisation"],
        initialization_sweep,
        width=64,
        rate=0.03,
        epochs=100,
        runs=3,
        plane="Best test accuracy, relative distance from the start and kernel ratio",
        unit="κ = 1",
        paths_field="kappa_paths",
        paths=INITIALIZATION_PATHS,
    ),
    "unlearning": Experiment(
        "unlearning",
        "starts",
        AXES["unlearning"],
        unlearning_sweep,
        width=100,
        rate=0.03,
        epochs=4000,
        runs=2,
        plane="R–a plane: alignment of the first layer across, second layer up",
        panels="R, a, test loss and kernel distance",
    ),
}
WITH_PATHS = tuple(name for name, experiment in EXPERIMENTS.items() if experiment.paths)
WITH_WIDTH = tuple(name for name, experiment in EXPERIMENTS.items() if experiment.width is not None)
WITH_BATCHES = tuple(name for name, experiment in EXPERIMENTS.items() if experiment.axes.quantities)
