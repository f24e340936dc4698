"""Parameters of the Unlearning view: the planar fast-slow system of feature unlearning (theory section 1)."""

from __future__ import annotations

from typing import Annotated, Any

from components.core.controls import Checkboxes, Choice, Coefficients, Slider, labels
from components.core.state import Parameter, State
from components.views.unlearning.panels import OVER_TIME, PANELS, WITH_LOSS

K_MAX = 10  # degrees; k! B_k stays well inside double precision
COEFFICIENT = (-10.0, 10.0)  # contains the paper's (2, 4, 6, 8, 10)
SOFT = (-3.0, 3.0)  # range of a coefficient's slider, which contains the papers' values
EPS = (1e-6, 10.0)
START = (-20.0, 20.0)  # of a; the core accepts more
ALIGNMENT = (-1.0, 1.0)
HORIZON = (1.0, 1e8)
MAX_RUNS = 12
MAX_POINTS = 12  # clicked points; each costs as much as a run
HEIGHT = (-1e3, 1e3)  # of a clicked point or a window's edge: what the core accepts as a start

# Field, slow nullcline, equilibria, separatrices, singular orbits, slow flow, contours of the loss, basins by
# fate, the past of the clicked points: short words, for short links.
LAYERS = ("field", "null", "eq", "sep", "orbit", "slow", "loss", "fates", "past")

WIDTH = (2.0, 1e9)
PINNED = ("pin_c", "pin_c_star", "pin_eps", "pin_a", "pin_R0")

Number = float
Numbers = tuple[float, ...]


# Parameters of all views of the planar system.
HERMITE = "Heₖ (not normalized)"  # which polynomials the coefficients belong to, in titles of controls
POLYNOMIALS = "probabilists' Hermite polynomials He_k, not normalized: E[He_k(G)^2] = k!"  # the same, in exports
Activation = Annotated[
    Numbers,
    Parameter("c", "cₖ", f"activation coefficient of {HERMITE}", "numbers", (COEFFICIENT,), (1, K_MAX)),
    Coefficients(SOFT),
]
Target = Annotated[
    Numbers,
    Parameter("cs", "c*ₖ", f"target coefficient of {HERMITE}", "numbers", (COEFFICIENT,), (1, K_MAX)),
    Coefficients(SOFT),
]
Ratio = Annotated[
    Number, Parameter("eps", "ε", "ratio of the layers' time scales", bounds=(EPS,), scale="log"), Slider(0.05)
]
Initial = Annotated[Number, Parameter("R0", "R₀", "alignment at the start", bounds=(ALIGNMENT,)), Slider(0.01)]

PUBLISHED_C, PUBLISHED_TARGET = (1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0)


class UnlearningState(State):
    """Target, activation, time-scale ratio, starts and horizon; then how they are shown."""

    c: Activation = PUBLISHED_C
    c_star: Target = PUBLISHED_TARGET
    eps: Ratio = 1.0
    a: Annotated[
        Numbers,
        Parameter("a", "ā", "second layer at the start", "numbers", (START,), (1, MAX_RUNS)),
        Slider(0.1, chosen="chosen"),
    ] = (
        5.0,
        9.0,
        10.0,
    )
    R0: Initial = 0.0
    tau: Annotated[Number, Parameter("tau", "τ", "horizon", bounds=(HORIZON,), scale="log"), Slider(0.1)] = 1e4
    points: Annotated[
        Numbers | None,
        Parameter(
            "pts",
            "(R, a)",
            "points that runs start from beside ā",
            "numbers",
            (ALIGNMENT, HEIGHT),
            (1, MAX_POINTS),
            optional=True,
        ),
    ] = None
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what the plane shows beside the runs", "words", choices=LAYERS, group="overlay"),
        Checkboxes(
            (
                "flow (arrows)",
                "slow nullcline",
                "equilibria",
                "separatrices",
                "singular orbits, ε → 0",
                "slow flow on the manifold",
                "loss landscape",
                "basins by fate",
                "past of added points",
            )
        ),
    ] = ("field", "eq", "sep")
    panel: Annotated[
        str,
        Parameter("pan", "panels", "what the panels show", "choice", choices=tuple(PANELS), group="overlay"),
        Choice(labels(PANELS)),
    ] = "course"
    width: Annotated[
        Number | None,
        Parameter(
            "m", "m", "width of the network: neurons", bounds=(WIDTH,), scale="log", group="overlay", optional=True
        ),
        Slider(0.05, begin=2e3),
    ] = None
    pin_c: Annotated[
        Numbers | None,
        Parameter(
            "pc", "A: cₖ", "A's activation", "numbers", (COEFFICIENT,), (1, K_MAX), group="overlay", optional=True
        ),
    ] = None
    pin_c_star: Annotated[
        Numbers | None,
        Parameter("pcs", "A: c*ₖ", "A's target", "numbers", (COEFFICIENT,), (1, K_MAX), group="overlay", optional=True),
    ] = None
    pin_eps: Annotated[
        Number | None,
        Parameter("pe", "A: ε", "A's ratio of time scales", bounds=(EPS,), scale="log", group="overlay", optional=True),
    ] = None
    pin_a: Annotated[
        Number | None, Parameter("pa", "A: ā", "A's start", bounds=(START,), group="overlay", optional=True)
    ] = None
    pin_R0: Annotated[
        Number | None, Parameter("pR", "A: R₀", "A's alignment", bounds=(ALIGNMENT,), group="overlay", optional=True)
    ] = None
    chosen: Annotated[
        int, Parameter("sel", "ā", "the start that the slider moves", "integer", ((0, MAX_RUNS - 1),), group="display")
    ] = 0
    axis: Annotated[
        str,
        Parameter("axis", "τ axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
        Choice(("log τ", "linear τ"), only={"panel": OVER_TIME}),
    ] = "log"
    measure: Annotated[
        str,
        Parameter("y", "loss", "what the loss panel shows", "choice", choices=("loss", "excess"), group="display"),
        Choice(("L", "L − L∞"), only={"panel": WITH_LOSS}),
    ] = "loss"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear", "arc"), group="display"),
        Choice(("log τ", "linear", "arc")),
    ] = "log"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win",
            "window",
            "the plane's window: R and a, from and to",
            "numbers",
            (((-2.0, 2.0),) * 2 + (HEIGHT,) * 2),
            group="display",
            optional=True,
        ),
    ] = None
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "τ window", "the panels' window in τ", "numbers", ((0.0, 1e9),) * 2, group="display", optional=True
        ),
    ] = None
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur",
            "τ cursor",
            "the time cursor; the end where absent",
            bounds=((0.0, HORIZON[1]),),
            group="display",
            optional=True,
        ),
    ] = None

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Pad c and c* to the same length, keep the chosen start in the list, drop empty windows and an incomplete
        pinned trajectory.
        """
        for names in (("c", "c_star"), ("pin_c", "pin_c_star")):
            c, c_star = (values.get(name, cls.model_fields[name].default) for name in names)
            if isinstance(c, (tuple, list)) and isinstance(c_star, (tuple, list)) and c and c_star:
                K = max(len(c), len(c_star))
                for name, coefficients in zip(names, (c, c_star), strict=True):
                    values[name] = (*coefficients, *(0.0,) * (K - len(coefficients)))
        if any(values.get(name) is None for name in PINNED):
            values.update(dict.fromkeys(PINNED))
        starts, chosen = values.get("a", cls.model_fields["a"].default), values.get("chosen")
        if isinstance(starts, (tuple, list)) and starts and isinstance(chosen, int):
            values["chosen"] = min(chosen, len(starts) - 1)
        for name in ("window", "span"):  # an interval from high to low, or empty, is no window
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        return values

    @property
    def starts(self) -> tuple[tuple[float, float], ...]:
        """(R, a) of every trajectory: the starts of the list, then the clicked points."""
        points = self.points or ()
        return (*((self.R0, a) for a in self.a), *zip(points[::2], points[1::2], strict=True))

    @property
    def pinned(self) -> UnlearningState | None:
        """The problem of the pinned trajectory, with this horizon; None if there is none."""
        if self.pin_c is None:  # and with it all others
            return None
        problem = {name.removeprefix("pin_"): getattr(self, name) for name in PINNED}
        return UnlearningState.make({**problem, "a": (self.pin_a,), "tau": self.tau})
