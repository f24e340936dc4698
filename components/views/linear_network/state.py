"""Parameters of the Linear network view: the linear network with its exact solution (theory section 3)."""

from __future__ import annotations

from typing import Annotated, Any

from components.core.controls import Checkboxes, Choice, MapAxis, Slider, labels
from components.core.state import Parameter, State
from components.views.linear_network.panels import MAP_QUANTITIES, PANELS
from dynamics import Exponents, LinearEnsemble, LinearNetwork
from dynamics.linear_network.descent_runs import END_RANGE as HORIZON
from dynamics.plotting.linear_network.phase_diagram import AXIS_NAMES
from dynamics.plotting.linear_network.picture import LAYERS
from dynamics.plotting.linear_network.picture import STEP_RANGE as STEP

WIDTH = (1, 100_000)
SCALE = (1e-4, 1e4)
GAMMA = (1e-8, 1e4)
RATE = (1e-8, 1e8)
POINT = (1e-3, 1e3)
TARGET = (-100.0, 100.0)
ALIGNED = (-0.999, 0.999)
LOSS_EXPONENT = (0.25, 4.0)
SEEDS = (0, 9999)
EXPONENT = (-3.0, 3.0)
HEIGHT = (-1e9, 1e9)

MAPPED, SCALED = {"panel": ("map",)}, {"panel": ("scaling",)}  # where controls are visible
POWER = Slider(0.25, (-2.0, 2.0), only=SCALED)

AXES: dict[str, dict[str, Any]] = {
    word: {"field": field, "core": core, "symbol": AXIS_NAMES[core][0], "title": AXIS_NAMES[core][1],
           "bounds": bounds, "usual": usual}
    for word, field, core, bounds, usual in (
        ("gamma", "gamma", "gamma", GAMMA, (1e-3, 1.0)),
        ("su", "sigma_u", "sigma_u", SCALE, (1e-2, 1e2)),
        ("sw", "sigma_w", "sigma_w", SCALE, (1e-2, 1e2)),
        ("eu", "eta_u", "eta_u", RATE, (1e-3, 1e3)),
        ("ew", "eta_w", "eta_w", RATE, (1e-3, 1e3)),
        ("d", "d", "d", WIDTH, (1.0, 1e4)),
        ("y", "target", "y", TARGET, (-10.0, 10.0)),
        ("X", "x_norm", "x_norm", POINT, (1e-1, 1e1)),
    )
}  # fmt: skip
"""What may be on the axes of the map, by its word in the link; `core` is its name in the library."""

Number = float
Numbers = tuple[float, ...]


def _exponent(key: str, symbol: str, title: str) -> Any:
    return Parameter(key, symbol, title, bounds=(EXPONENT,), group="overlay")


class LinearNetworkState(State):
    """The network and its one point; then what is shown of it, and of networks like it."""

    d: Annotated[
        int, Parameter("d", "d", "width: neurons", "integer", (WIDTH,), scale="log"), Slider(0.05, (1.0, 10_000.0))
    ] = 100
    gamma: Annotated[
        Number, Parameter("g", "γ", "output scale", bounds=(GAMMA,), scale="log"), Slider(0.05, (1e-4, 10.0))
    ] = 0.01
    sigma_u: Annotated[
        Number,
        Parameter("su", "σᵤ", "scale of u at the start", bounds=(SCALE,), scale="log"),
        Slider(0.05, (1e-2, 100.0)),
    ] = 1.0
    sigma_w: Annotated[
        Number,
        Parameter("sw", "σ_w", "scale of w at the start", bounds=(SCALE,), scale="log"),
        Slider(0.05, (1e-2, 100.0)),
    ] = 1.0
    eta_u: Annotated[
        Number, Parameter("eu", "ηᵤ", "learning rate of u", bounds=(RATE,), scale="log"), Slider(0.05, (1e-3, 1e3))
    ] = 100.0
    eta_w: Annotated[
        Number, Parameter("ew", "η_w", "learning rate of w", bounds=(RATE,), scale="log"), Slider(0.05, (1e-3, 1e3))
    ] = 100.0
    target: Annotated[Number, Parameter("y", "y", "target", bounds=(TARGET,)), Slider(0.1, (-10.0, 10.0))] = 2.0
    x_norm: Annotated[
        Number, Parameter("X", "|x|", "size of the input", bounds=(POINT,), scale="log"), Slider(0.05, (0.1, 10.0))
    ] = 1.0
    aligned: Annotated[
        Number, Parameter("r", "r", "correlation of u with w·x at the start", bounds=(ALIGNED,)), Slider(0.01)
    ] = 0.0
    beta: Annotated[
        Number, Parameter("b", "β", "loss exponent: |f − y|^(β+1)", bounds=(LOSS_EXPONENT,)), Slider(0.05)
    ] = 1.0
    seed: Annotated[
        int, Parameter("seed", "№", "seed: which start is drawn", "integer", (SEEDS,)), Slider(1.0, (0.0, 40.0))
    ] = 0
    t: Annotated[
        Number | None,
        Parameter("t", "t", "horizon; by itself where absent", bounds=(HORIZON,), scale="log", optional=True),
        Slider(0.1, (1e-3, 1e3), begin=10.0),
    ] = None
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what is drawn beside the solution", "words", choices=LAYERS, group="overlay"),
        Checkboxes(("hyperbolas", "gradient descent")),
    ] = ("hyperbolas",)
    step: Annotated[
        Number,
        Parameter("s", "s", "step of gradient descent, over its limit", bounds=(STEP,), scale="log", group="overlay"),
        Slider(0.05, only={"layers": ("descent",)}),
    ] = 0.1
    panel: Annotated[
        str,
        Parameter("pan", "panels", "what the panels show", "choice", choices=tuple(PANELS), group="overlay"),
        Choice(labels(PANELS)),
    ] = "course"
    seeds: Annotated[
        int,
        Parameter("n", "n", "starts", "integer", ((1, 20),), group="overlay"),
        Slider(1.0, only={"panel": ("map", "scaling", "activations")}),
    ] = 8
    x: Annotated[
        str,
        Parameter("x", "x", "what varies to the right", "choice", choices=tuple(AXES), group="overlay"),
        MapAxis(("edges", 0), only=MAPPED),
    ] = "gamma"
    y: Annotated[
        str,
        Parameter("up", "y", "what varies upward", "choice", choices=tuple(AXES), group="overlay"),
        MapAxis(("edges", 2), only=MAPPED),
    ] = "su"
    edges: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the map's window: x and y, from and to", "numbers", ((-1e8, 1e8),) * 4, group="overlay",
            optional=True,
        ),
    ] = None  # fmt: skip
    shown: Annotated[
        str,
        Parameter("show", "shown", "what the map shows", "choice", choices=tuple(MAP_QUANTITIES), group="overlay"),
        Choice(labels(MAP_QUANTITIES), only=MAPPED),
    ] = "kernel"
    c_gamma: Annotated[Number, _exponent("cg", "c_(γ)", "power of γ"), POWER] = -1.0
    c_u: Annotated[Number, _exponent("cu", "cᵤ", "power of σᵤ"), POWER] = 0.0
    c_w: Annotated[Number, _exponent("cw", "c_w", "power of σ_w"), POWER] = 0.0
    c_eta_u: Annotated[Number, _exponent("ceu", "c_(ηᵤ)", "power of ηᵤ"), POWER] = 1.0
    c_eta_w: Annotated[Number, _exponent("cew", "c_(ηw)", "power of η_w"), POWER] = 1.0
    grows: Annotated[
        str,
        Parameter("cd", "κ", "what grows", "choice", choices=("width", "scales"), group="overlay"),
        Choice(("width d = κ", "scales, d fixed"), only=SCALED),
    ] = "width"
    axis: Annotated[
        str,
        Parameter("axis", "t axis", "time axis of the panels", "choice", choices=("linear", "log"), group="display"),
        Choice(("linear t", "log t"), only={"panel": ("course", "activations")}),
    ] = "linear"
    measure: Annotated[
        str,
        Parameter("ly", "loss axis", "axis of the loss", "choice", choices=("linear", "log"), group="display"),
        Choice(("loss", "log loss"), only={"panel": ("course",)}),
    ] = "linear"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("linear", "log"), group="display"),
        Choice(("linear", "log t")),
    ] = "linear"
    window: Annotated[
        Numbers | None,
        Parameter(
            "pw", "plane window", "the plane's window: u and v, from and to", "numbers", (HEIGHT,) * 4, group="display",
            optional=True,
        ),
    ] = None  # fmt: skip
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "t window", "the panels' window in t", "numbers", ((0.0, 1e13),) * 2, group="display", optional=True
        ),
    ] = None
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur", "t cursor", "the time cursor; the end where absent", bounds=((0.0, 1e13),), group="display",
            optional=True,
        ),
    ] = None  # fmt: skip

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Drop empty windows; make the axes two different parameters, within their bounds."""
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        x, y = (values.get(name, cls.model_fields[name].default) for name in ("x", "y"))
        if x in AXES and x == y:
            values["y"] = y = "su" if x != "su" else "gamma"
        edges = values.get("edges")
        if isinstance(edges, tuple) and len(edges) == 4 and x in AXES and y in AXES:
            values["edges"] = _within(edges, x, y)
        return values

    @classmethod
    def varied(cls) -> dict[str, dict[str, Any]]:
        """Return the parameters that may be on an axis of the map."""
        return {
            word: {**axis, "index": None, "log": axis["bounds"][0] > 0, "whole": word == "d"}
            for word, axis in AXES.items()
        }

    @property
    def map_edges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The map's x and y, from and to."""
        if self.edges is None:
            return AXES[self.x]["usual"], AXES[self.y]["usual"]
        return (self.edges[0], self.edges[1]), (self.edges[2], self.edges[3])

    @property
    def exponents(self) -> Exponents:
        """The scaling exponents."""
        grown = 1.0 if self.grows == "width" else 0.0
        return Exponents(self.c_gamma, self.c_u, self.c_w, self.c_eta_u, self.c_eta_w, grown)

    @property
    def map_axes(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The axes of the map in the form of the library."""
        x, y = ((AXES[word]["core"], *edges) for word, edges in zip((self.x, self.y), self.map_edges, strict=True))
        return x, y

    @property
    def ensemble(self) -> LinearEnsemble:
        """What the network has in common with those of other seeds."""
        return LinearEnsemble(
            self.d, self.gamma, self.sigma_u, self.sigma_w, self.eta_u, self.eta_w, self.target, self.x_norm,
            self.beta, self.aligned,
        )  # fmt: skip

    def network(self) -> LinearNetwork:
        """Return the network of the core."""
        return self.ensemble.network(self.seed)


def _within(edges: Numbers, x: str, y: str) -> Numbers | None:
    """Return a window within the bounds of its axes; None if it would be empty."""
    window: list[float] = []
    for axis, low, high in zip((x, y), edges[::2], edges[1::2], strict=True):
        lower, upper = AXES[axis]["bounds"]
        low, high = float(max(low, lower)), float(min(high, upper))
        if not low < high:
            return None
        window += [low, high]
    return tuple(window)
