"""Parameters of the Real images view: networks on real images (theory sections 1 and 3)."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from components.core.controls import Checkboxes, Choice, NumberList, Slider, labels
from components.core.state import Parameter, PlaybackMode, State
from components.views.images.experiments import EXPERIMENTS, WITH_BATCHES, WITH_PATHS, WITH_WIDTH
from dynamics.images import Sweep
from dynamics.plotting.images import PANEL_QUANTITIES, ExperimentShape

VALUES = (1, 9)  # of what is varied: as many as there are colors
SIGMA = (1e-3, 1e3)
WIDTH = (1, 2048)
KAPPA = (1e-2, 1e4)
START = (-100.0, 100.0)
DEPTH = (2, 8)
RATE = (1e-6, 100.0)
EPOCHS = (1, 100_000)
BATCH = (1, 20_000)
RUNS = (1, 9)
SEEDS = (0, 9999)
IMAGES = (20, 20_000)
PATHS = ("1", "2", "3", "4")  # of those of the core, in their order
TASKS = ("halves", "reversed")
LOSSES = ("squared", "entropy")
ONLY = {name: {"experiment": (name,)} for name in EXPERIMENTS}  # where controls are visible
NOT_UNLEARNING, PATHS_VARIED = {"experiment": WITH_BATCHES}, {"experiment": WITH_PATHS}
DIGITS, DIGIT_VALUES = 1797, 64  # images inside scikit-learn, and values of each
MIN_SLOW_DEPTH = 6  # layers; from here on training takes twice as many epochs
ENTROPY_RATE = 0.1  # the default of cross entropy
MAX_SQUARED_RATE, MAX_ENTROPY_RATE = 10.0, 4.0  # the largest rate, in units of that at σ = 1
EDGE = (-100.0, 1e4)

Number = float
Numbers = tuple[float, ...]


class ImagesState(State):
    """What is varied, the networks, their training, the images; then the display.

    If absent, width, rate, epochs and runs are those of the experiment, see `arguments`.
    """

    experiment: Annotated[
        str,
        Parameter("exp", "experiment", "what is varied", "choice", choices=tuple(EXPERIMENTS)),
        Choice(labels(EXPERIMENTS), clears=("window", "span", "cursor")),
    ] = "scale"
    images: Annotated[
        str | None, Parameter("img", "images", "own images, by their hash; absent: the digits", "hash", optional=True)
    ] = None
    most: Annotated[
        int, Parameter("N", "N", "images used at most", "integer", (IMAGES,), scale="log"), Slider(0.05)
    ] = 2000
    depth: Annotated[
        int, Parameter("L", "L", "layers of weights", "integer", (DEPTH,)), Slider(1.0, only=ONLY["scale"])
    ] = 4
    sigmas: Annotated[
        Numbers,
        Parameter("sig", "σ", "initialization scales", "numbers", (SIGMA,), VALUES, scale="log"),
        NumberList(only=ONLY["scale"]),
    ] = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
    widths: Annotated[
        Numbers,
        Parameter("n", "n", "widths", "numbers", (WIDTH,), VALUES, scale="log"),
        NumberList(whole=True, only=ONLY["width"]),
    ] = (
        16.0, 32.0, 64.0, 128.0, 256.0, 512.0,
    )  # fmt: skip
    kappas: Annotated[
        Numbers,
        Parameter("kap", "κ", "factors of the initialization scales", "numbers", (KAPPA,), VALUES, scale="log"),
        NumberList(only=ONLY["initialisation"]),
    ] = (1.0, 3.0, 10.0, 30.0, 100.0)
    starts: Annotated[
        Numbers,
        Parameter("a", "a", "second layer at the start", "numbers", (START,), VALUES),
        NumberList(only=ONLY["unlearning"]),
    ] = (
        0.5, 1.0, 2.0, 4.0,
    )  # fmt: skip
    width_paths: Annotated[
        tuple[str, ...],
        Parameter("gp", "γ, η", "output scale and rate over the width", "words", choices=PATHS),
        Checkboxes(tuple(EXPERIMENTS["width"].paths), only=ONLY["width"]),
    ] = PATHS
    kappa_paths: Annotated[
        tuple[str, ...],
        Parameter("kp", "γ, η", "which scales go to infinity, and how", "words", choices=PATHS),
        Checkboxes(tuple(EXPERIMENTS["initialisation"].paths), only=ONLY["initialisation"]),
    ] = PATHS
    tasks: Annotated[
        tuple[str, ...],
        Parameter("y", "y", "target", "words", choices=TASKS),
        Checkboxes(("later half +1", "earlier half +1"), only=ONLY["unlearning"]),
    ] = TASKS
    width: Annotated[
        int | None,
        Parameter("m", "m", "width; by itself where absent", "integer", (WIDTH,), scale="log", optional=True),
        Slider(0.05, (4.0, 512.0), begin=64, only={"experiment": WITH_WIDTH}),
    ] = None
    rate: Annotated[
        Number | None,
        Parameter("eta", "η", "learning rate; by itself where absent", bounds=(RATE,), scale="log", optional=True),
        Slider(0.05, (1e-4, 1.0), begin=0.02),
    ] = None
    epochs: Annotated[
        int | None,
        Parameter("T", "T", "epochs; by themselves where absent", "integer", (EPOCHS,), scale="log", optional=True),
        Slider(0.05, (1.0, 10_000.0), begin=100),
    ] = None
    batch: Annotated[
        int,
        Parameter("B", "B", "images a step", "integer", (BATCH,), scale="log"),
        Slider(0.05, (8.0, 2000.0), only=NOT_UNLEARNING),
    ] = 128
    activation: Annotated[
        str,
        Parameter("act", "φ", "activation of the hidden layers", "choice", choices=("relu", "linear")),
        Choice(("ReLU", "linear"), only=NOT_UNLEARNING),
    ] = "relu"
    loss: Annotated[
        str,
        Parameter("loss", "loss", "what is made small", "choice", choices=LOSSES),
        Choice(("squared loss", "cross entropy"), only=ONLY["scale"]),
    ] = "squared"
    runs: Annotated[
        int | None,
        Parameter("r", "r", "seeds of each network; by itself where absent", "integer", (RUNS,), optional=True),
        Slider(1.0, begin=3),
    ] = None
    seed: Annotated[int, Parameter("seed", "№", "the first seed", "integer", (SEEDS,)), Slider(1.0, (0.0, 40.0))] = 0
    shown: Annotated[
        str,
        Parameter("show", "shown", "quantity of the panels", "choice", choices=PANEL_QUANTITIES, group="display"),
        Choice(("accuracy", "distance", "loss", "kernel"), only=PATHS_VARIED),
    ] = "accuracy"
    axis: Annotated[
        str,
        Parameter("axis", "axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
        Choice(("log", "linear")),
    ] = "log"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear"), group="display"),
        Choice(("log", "linear")),
    ] = "log"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the plane's window across, from and to", "numbers", (EDGE,) * 2, group="display",
            optional=True,
        ),
    ] = None  # fmt: skip
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "window in epochs", "the panels' window in epochs", "numbers", ((0.0, EPOCHS[1]),) * 2,
            group="display", optional=True,
        ),
    ] = None  # fmt: skip
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur", "cursor", "the epoch of the cursor; the end where absent", bounds=((0.0, EPOCHS[1]),),
            group="display", optional=True,
        ),
    ] = None  # fmt: skip
    watched: PlaybackMode = "auto"

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Round widths to integers and drop empty windows."""
        widths = values.get("widths")
        if isinstance(widths, (tuple, list)) and all(isinstance(one, (int, float)) for one in widths):
            values["widths"] = tuple(float(round(one)) if WIDTH[0] <= one <= WIDTH[1] else one for one in widths)
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        return values

    @property
    def values(self) -> Numbers:
        """Return the varied values in ascending order."""
        return tuple(sorted(set(getattr(self, EXPERIMENTS[self.experiment].values_field))))

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups of settings by their names in `dynamics`; none if no choice is ticked."""
        experiment = EXPERIMENTS[self.experiment]
        if experiment.paths:
            ticked = getattr(self, experiment.paths_field)
            return tuple(name for word, name in zip(PATHS, experiment.paths, strict=True) if word in ticked)
        if self.experiment == "unlearning":
            return tuple("halves, reversed" if word == "reversed" else word for word in self.tasks)
        return (f"{self.depth} layers",)

    def arguments(self, values: int = DIGIT_VALUES) -> dict[str, Any]:
        """Return all arguments of the experiment, for images of this many values.

        The kernel of the first layer grows with the number of values, so the default rate decreases with it.
        """
        entropy = self.loss == "entropy"
        experiment = EXPERIMENTS[self.experiment]
        rate, epochs = experiment.rate, experiment.epochs
        if self.experiment == "scale":
            rate = ENTROPY_RATE if entropy else rate
            epochs = epochs * (2 if self.depth >= MIN_SLOW_DEPTH else 1)
        rate = rate * min(1.0, DIGIT_VALUES / values) if self.rate is None else self.rate
        chosen: dict[str, Any] = {
            "epochs": epochs if self.epochs is None else self.epochs,
            "seeds": tuple(range(self.seed, self.seed + (experiment.runs if self.runs is None else self.runs))),
        }
        if experiment.width is not None:
            chosen["width"] = experiment.width if self.width is None else self.width
        if self.experiment == "unlearning":
            return chosen | {"starts": self.values, "tasks": self.groups, "step": rate}
        chosen |= {"rate": rate, "batch": self.batch, "activation": self.activation}
        if self.experiment == "scale":
            loss, max_rate = ("cross entropy", MAX_ENTROPY_RATE) if entropy else ("squared", MAX_SQUARED_RATE)
            return chosen | {"sigmas": self.values, "depth": self.depth, "rate_max": max_rate * rate, "loss": loss}
        if self.experiment == "width":
            return chosen | {"widths": tuple(int(value) for value in self.values), "paths": self.groups}
        return chosen | {"scales": self.values, "paths": self.groups}

    @property
    def shape(self) -> ExperimentShape:
        """What the figures depend on before there are results."""
        chosen = self.arguments()
        return ExperimentShape(
            self.experiment, self.values, self.groups, chosen["epochs"], self.depth, chosen.get("width", 1)
        )

    def sweep(self, values: int = DIGIT_VALUES) -> Sweep:
        """Return the experiment on such images. Raises ValueError with a sentence if it is impossible."""
        if not self.groups:
            raise ValueError("Nothing is ticked: tick one choice at least")
        return EXPERIMENTS[self.experiment].sweep(**self.arguments(values))

    @property
    def bundled(self) -> str | None:
        """Return the name of the bundled results of these settings; None if there are none."""
        if self.images or self.most < DIGITS:
            return None
        own_settings = self.experiment, self.arguments()
        return next((name for name, settings in _bundled_settings() if settings == own_settings), None)


@cache
def _bundled_settings() -> tuple[tuple[str, tuple[str, dict[str, Any]]], ...]:
    """Return the settings of the bundled results."""
    states = {
        "scale, 4 layers": ImagesState(loss="entropy"),
        "scale, 6 layers": ImagesState(loss="entropy", depth=6),
        "scale, squared loss": ImagesState(),
        "width": ImagesState(experiment="width"),
        "initialisation": ImagesState(experiment="initialisation"),
        "unlearning": ImagesState(experiment="unlearning"),
    }
    return tuple((name, (state.experiment, state.arguments())) for name, state in states.items())
