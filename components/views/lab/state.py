"""Parameters of the Lab: networks that learn by gradient descent, over the R–a plane (theory section 1)."""

from __future__ import annotations

from typing import Annotated, Any

from components.core.controls import Checkboxes, Choice, Slider
from components.core.state import Parameter, PlaybackMode, State
from components.views.unlearning.state import HEIGHT, START, Activation, Number, Numbers, Target
from dynamics import UnlearningModel
from dynamics.plotting.training.picture import LAYERS, PANELS
from dynamics.simulation.sgd import Start
from dynamics.simulation.single_index import MODES
from dynamics.simulation.single_index_problem import SingleIndexProblem

WIDTH = (2, 2000)
DIMENSION = (2, 2000)
BATCH = (1, 20_000)
STEP = (1e-5, 10.0)
NOISE = (0.0, 100.0)
RUNS = (1, 8)
SEEDS = (0, 9999)
HORIZON = (1e-2, 1e5)
FIRST_LAYERS = ("orthonormal", "sphere")


class LabState(State):
    """Target, activation and start; the network and its training; then the display."""

    c: Activation = (1.0, -0.2)
    c_star: Target = (0.6, 0.19)
    a: Annotated[
        Number, Parameter("a", "ā", "second layer at the start", bounds=(START,)), Slider(0.1, (-5.0, 5.0))
    ] = 0.2
    m: Annotated[
        int, Parameter("m", "m", "width: neurons", "integer", (WIDTH,), scale="log"), Slider(0.05, (2.0, 1000.0))
    ] = 100
    d: Annotated[
        int,
        Parameter("d", "d", "dimension of the input", "integer", (DIMENSION,), scale="log"),
        Slider(0.05, (2.0, 1000.0)),
    ] = 101
    batch: Annotated[
        int,
        Parameter("B", "B", "fresh samples a step", "integer", (BATCH,), scale="log"),
        Slider(0.05, (10.0, 10_000.0)),
    ] = 1000
    step: Annotated[
        Number | None,
        Parameter("g", "Δτ", "step, γ/m; by itself where absent", bounds=(STEP,), scale="log", optional=True),
        Slider(0.05, begin=0.05),
    ] = None
    noise: Annotated[Number, Parameter("z", "ς", "noise of the labels", bounds=(NOISE,)), Slider(0.1, (0.0, 5.0))] = 0.0
    mode: Annotated[
        str,
        Parameter("how", "mode", "how the network learns", "choice", choices=MODES),
        Choice(("SGD", "gradient", "recursion")),
    ] = "fresh"
    first: Annotated[
        str,
        Parameter("w", "w(0)", "how the first layer starts", "choice", choices=FIRST_LAYERS),
        Choice(("orthonormal", "random")),
    ] = "orthonormal"
    runs: Annotated[int, Parameter("r", "r", "runs, each with its own seed", "integer", (RUNS,)), Slider(1.0)] = 2
    seed: Annotated[
        int, Parameter("seed", "№", "the first run's seed", "integer", (SEEDS,)), Slider(1.0, (0.0, 40.0))
    ] = 0
    tau: Annotated[
        Number, Parameter("tau", "τ", "horizon", bounds=(HORIZON,), scale="log"), Slider(0.1, (1.0, 1e4))
    ] = 150.0
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what is drawn with the networks", "words", choices=LAYERS, group="display"),
        Checkboxes(("planar law", "law of this width", "single neurons", "recursion, population")),
    ] = LAYERS
    panel: Annotated[
        str,
        Parameter("pan", "panels", "what the panels show", "choice", choices=PANELS, group="display"),
        Choice(("course", "difference from law")),
    ] = "course"
    axis: Annotated[
        str,
        Parameter("axis", "τ axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
        Choice(("log τ", "linear τ")),
    ] = "log"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear"), group="display"),
        Choice(("log τ", "linear")),
    ] = "log"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the plane's window: R and a, from and to", "numbers",
            (((-2.0, 2.0),) * 2 + (HEIGHT,) * 2), group="display", optional=True,
        ),
    ] = None  # fmt: skip
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "τ window", "the panels' window in τ", "numbers", ((0.0, 1e6),) * 2, group="display", optional=True
        ),
    ] = None
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur", "τ cursor", "the time cursor; the end where absent", bounds=((0.0, HORIZON[1]),), group="display",
            optional=True,
        ),
    ] = None  # fmt: skip
    watched: PlaybackMode = "auto"

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Pad c and c* to the same length and drop empty windows."""
        lists = {name: values.get(name, cls.model_fields[name].default) for name in ("c", "c_star")}
        if all(isinstance(coefficients, (tuple, list)) and coefficients for coefficients in lists.values()):
            K = max(map(len, lists.values()))
            for name, coefficients in lists.items():
                values[name] = (*coefficients, *(0.0,) * (K - len(coefficients)))
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        return values

    @property
    def model(self) -> UnlearningModel:
        """The planar model, the limit of wide networks."""
        return UnlearningModel(self.c, self.c_star)

    @property
    def start(self) -> Start:
        """Initialization of the first layer: orthonormal only if m < d."""
        return "orthonormal" if self.first == "orthonormal" and self.m < self.d else "sphere"

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""
        return tuple(range(self.seed, self.seed + self.runs))

    @property
    def problem(self) -> SingleIndexProblem:
        """The networks before they are trained."""
        gamma = None if self.step is None else self.step * self.m
        return SingleIndexProblem(
            self.model, self.m, self.d, self.batch, gamma, self.a, self.tau, self.noise, self.seeds,
            self.mode, self.start,  # type: ignore[arg-type]
        )  # fmt: skip
