"""The parameters of the Time-scales view: the mean-field system of many neurons (theory section 2)."""

from __future__ import annotations

from typing import Annotated, Any

from components.core.controls import Checkboxes, Choice, Coefficients, Slider, labels
from components.core.state import Parameter, State
from components.views.time_scales.panels import OVER_TIME, PANELS, WITH_RISK
from dynamics import MeanFieldModel
from dynamics.mean_field import INIT_DISTRIBUTIONS, initial_weights

DEGREES = 7  # from 0 to 6
COEFFICIENT = (-300.0, 300.0)  # contains c_k sqrt(k!) of the Unlearning view's sliders up to degree 6
EPS = (1e-8, 10.0)
WIDTH = (1, 1000)
SCALE = (-20.0, 20.0)
HORIZON = (1e-6, 1e6)
SEEDS = (0, 9999)
ACTIVATIONS = ("relu", "erf", "tanh", "swish", "series")
LAYERS = ("overlaps", "planar", "network")
SOFT = (-3.0, 3.0)  # range of a coefficient's slider
NORMALIZED = "coefficient of the normalized Hermite polynomial hₖ = Heₖ/√(k!)"
SERIES = {"activation": ("series",)}  # where controls are visible
RISKS, NETWORKS = {"panel": WITH_RISK}, {"layers": ("network",), "panel": ("network",)}
DIMENSION = (2, 2000)
BATCH = (1, 20_000)
RUNS = (1, 10)
FIRST_LAYERS = ("sphere", "orthonormal")
HEIGHT = (-1e6, 1e6)

Number = float
Numbers = tuple[float, ...]


class TimeScalesState(State):
    """Target, activation, ratio of time scales, neurons and their start; then how they are shown."""

    phi: Annotated[
        Numbers,
        Parameter("phi", "φₖ", f"target, {NORMALIZED}", "numbers", (COEFFICIENT,), (1, DEGREES)),
        Coefficients(SOFT, first=0),
    ] = (1.0, -1.0, 2.0 / 3.0)
    activation: Annotated[
        str,
        Parameter("act", "σ", "activation", "choice", choices=ACTIVATIONS),
        Choice(("ReLU", "erf", "tanh", "swish", "σₖ")),
    ] = "relu"
    sigma: Annotated[
        Numbers,
        Parameter(
            "sig",
            "σₖ",
            f"activation, {NORMALIZED}",
            "numbers",
            (COEFFICIENT,),
            (1, DEGREES),
        ),
        Coefficients(SOFT, first=0, only=SERIES),
    ] = (0.4, 0.5, 0.3)
    eps: Annotated[
        Number, Parameter("eps", "ε", "time scale of the second layer", bounds=(EPS,), scale="log"), Slider(0.05)
    ] = 1e-6
    m: Annotated[int, Parameter("m", "m", "neurons", "integer", (WIDTH,), scale="log"), Slider(0.05, (1.0, 200.0))] = 10
    law: Annotated[
        str,
        Parameter("law", "law", "how aᵢ(0) are drawn", "choice", choices=INIT_DISTRIBUTIONS),
        Choice(("uniform", "normal", "alike")),
    ] = "uniform"
    scale: Annotated[Number, Parameter("a", "a₀", "size of aᵢ(0)", bounds=(SCALE,)), Slider(0.1, (-5.0, 5.0))] = 1.0
    seed: Annotated[
        int, Parameter("seed", "№", "seed: which start is drawn", "integer", (SEEDS,)), Slider(1.0, (0.0, 40.0))
    ] = 0
    t: Annotated[Number, Parameter("t", "t", "horizon", bounds=(HORIZON,), scale="log"), Slider(0.1)] = 10.0
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what is drawn beside the mean field", "words", choices=LAYERS, group="overlay"),
        Checkboxes(("exact flow of m neurons", "planar system", "networks that learn")),
    ] = ("planar",)
    panel: Annotated[
        str,
        Parameter("pan", "panels", "what the panels show", "choice", choices=tuple(PANELS), group="overlay"),
        Choice(labels(PANELS)),
    ] = "course"
    sweep: Annotated[
        Numbers,
        Parameter("sw", "ε sweep", "ε of the sweep, from and to", "numbers", (EPS, EPS), scale="log", group="overlay"),
    ] = (1e-7, 1e-5)
    seeds: Annotated[
        int,
        Parameter("n", "n", "starts of the sweep at each ε", "integer", ((1, 50),), group="overlay"),
        Slider(1.0, only={"panel": ("sweep",)}),
    ] = 20
    dimension: Annotated[
        int,
        Parameter("d", "d", "dimension of the network's inputs", "integer", (DIMENSION,), scale="log", group="overlay"),
        Slider(0.05, (10.0, 1000.0), only=NETWORKS),
    ] = 100
    batch: Annotated[
        int,
        Parameter("B", "B", "fresh samples a step", "integer", (BATCH,), scale="log", group="overlay"),
        Slider(0.05, (10.0, 10_000.0), only=NETWORKS),
    ] = 400
    runs: Annotated[
        int, Parameter("r", "r", "runs of the network", "integer", (RUNS,), group="overlay"), Slider(1.0, only=NETWORKS)
    ] = 4
    first: Annotated[
        str,
        Parameter("w", "w(0)", "how the network's first layer starts", "choice", choices=FIRST_LAYERS, group="overlay"),
        Choice(("random wᵢ", "orthonormal"), only=NETWORKS),
    ] = "sphere"
    axis: Annotated[
        str,
        Parameter("axis", "t axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
        Choice(("log t", "linear t"), only={"panel": OVER_TIME}),
    ] = "log"
    measure: Annotated[
        str,
        Parameter("y", "risk axis", "axis of the risk", "choice", choices=("linear", "log"), group="display"),
        Choice(("linear", "log"), only=RISKS),
    ] = "linear"
    terms: Annotated[
        str,
        Parameter(
            "parts", "terms", "what is shown of each degree", "choice", choices=("terms", "residuals"), group="display"
        ),
        Choice(("½ rₖ²", "rₖ"), only=RISKS),
    ] = "terms"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear"), group="display"),
        Choice(("log t", "linear")),
    ] = "log"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win",
            "window",
            "the cloud's window: s and a, from and to",
            "numbers",
            (((-2.0, 2.0),) * 2 + (HEIGHT,) * 2),
            group="display",
            optional=True,
        ),
    ] = None
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "t window", "the panels' window in t", "numbers", ((0.0, 1e7),) * 2, group="display", optional=True
        ),
    ] = None
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur",
            "t cursor",
            "the time cursor; the end where absent",
            bounds=((0.0, HORIZON[1]),),
            group="display",
            optional=True,
        ),
    ] = None

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Drop empty windows, and a sweep that is not increasing."""
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        ends = values.get("sweep")
        if isinstance(ends, tuple) and len(ends) == 2 and ends[0] >= ends[1]:
            values["sweep"] = cls.model_fields["sweep"].default
        return values

    @property
    def model(self) -> MeanFieldModel:
        """The model of the core. Raises ValueError where the width is beyond the activation's."""
        return MeanFieldModel(self.phi, self.core_activation, self.eps, self.m)

    @property
    def core_activation(self) -> str | Numbers:
        """The activation as the core takes it."""
        return self.sigma if self.activation == "series" else self.activation

    @property
    def start(self) -> Any:
        """a_i(0)."""
        return initial_weights(self.m, self.seed, self.law, self.scale)  # type: ignore[arg-type]
