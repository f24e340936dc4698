"""Layout of the Time-scales view: controls on the left, the cloud of neurons in the middle, the panels on the right."""

from __future__ import annotations

from dataclasses import replace

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.views.time_scales.state import TimeScalesState

VIEW = "time_scales"
SOFT = (-3.0, 3.0)
NORMALIZED = "coefficient of the normalized Hermite polynomial hₖ = Heₖ/√(k!)"
PHI = controls.coefficients(VIEW, TimeScalesState, "phi", SOFT, "φ", f"target, {NORMALIZED}", first=0)
SIGMA = controls.coefficients(
    VIEW, TimeScalesState, "sigma", SOFT, "σ", f"activation, {NORMALIZED}", first=0, only={"activation": ("series",)}
)
DEGREES = controls.length_input(VIEW, TimeScalesState, {"phi": 0.0}, "n", "number of coefficients of the target")
TERMS = replace(
    controls.length_input(
        VIEW, TimeScalesState, {"sigma": 0.0}, "n", "number of coefficients", {"activation": ("series",)}
    ),
    id=f"{VIEW}-terms-count",
)
ACTIVATION = controls.choice(VIEW, TimeScalesState, "activation", ("ReLU", "erf", "tanh", "swish", "σₖ"))
EPS = controls.slider(VIEW, TimeScalesState, "eps", 0.05)
WIDTH = controls.slider(VIEW, TimeScalesState, "m", 0.05, soft=(1.0, 200.0), whole=True)
LAW = controls.choice(VIEW, TimeScalesState, "law", ("uniform", "normal", "alike"))
SCALE = controls.slider(VIEW, TimeScalesState, "scale", 0.1, soft=(-5.0, 5.0))
SEED = controls.slider(VIEW, TimeScalesState, "seed", 1.0, soft=(0.0, 40.0), whole=True)
HORIZON = controls.slider(VIEW, TimeScalesState, "t", 0.1)
LAYERS = controls.checkboxes(
    VIEW, TimeScalesState, "layers", ("exact flow of m neurons", "planar system", "networks that learn")
)
PANEL = controls.choice(VIEW, TimeScalesState, "panel", ("all", "risk", "aᵢ, sᵢ", "ε", "d, m"))
COURSES = ("course", "risk", "neurons")
AXIS = controls.choice(VIEW, TimeScalesState, "axis", ("log t", "linear t"), only={"panel": COURSES})
RISKS = {"panel": ("course", "risk")}
MEASURE = controls.choice(VIEW, TimeScalesState, "measure", ("linear", "log"), only=RISKS)
PARTS = controls.choice(VIEW, TimeScalesState, "terms", ("½ rₖ²", "rₖ"), only=RISKS)
FROM = controls.slider(
    VIEW, TimeScalesState, "sweep", 0.1, 0, symbol="ε ≥", title="smallest ε", only={"panel": ("sweep",)}
)
TO = controls.slider(
    VIEW, TimeScalesState, "sweep", 0.1, 1, symbol="ε ≤", title="largest ε", only={"panel": ("sweep",)}
)
STARTS = controls.slider(VIEW, TimeScalesState, "seeds", 1.0, whole=True, only={"panel": ("sweep",)})
NETWORKS = {"layers": ("network",), "panel": ("network",)}
DIMENSION = controls.slider(VIEW, TimeScalesState, "dimension", 0.05, soft=(10.0, 1000.0), whole=True, only=NETWORKS)
BATCH = controls.slider(VIEW, TimeScalesState, "batch", 0.05, soft=(10.0, 10_000.0), whole=True, only=NETWORKS)
RUNS = controls.slider(VIEW, TimeScalesState, "runs", 1.0, whole=True, only=NETWORKS)
FIRST_LAYER = controls.choice(VIEW, TimeScalesState, "first", ("random wᵢ", "orthonormal"), only=NETWORKS)
CLOCK = controls.choice(VIEW, TimeScalesState, "clock", ("log t", "linear"))

CONTROLS = [
    *PHI, *SIGMA, DEGREES, TERMS, ACTIVATION, EPS, WIDTH, LAW, SCALE, SEED, HORIZON, LAYERS, PANEL, AXIS, MEASURE,
    PARTS, FROM, TO, STARTS, DIMENSION, BATCH, RUNS, FIRST_LAYER, CLOCK,
]  # fmt: skip
MAIN = [EPS, WIDTH, SCALE, PANEL]
FIGURES = {
    "cloud": shell.FigureSlot(f"{VIEW}-cloud", "Cloud of neurons", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Risk and neurons over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    aside = [
        shell.group("Time", *map(mount_point, (EPS, HORIZON, FROM, TO, STARTS))),
        shell.group("Target φ", mount_point(DEGREES), *map(mount_point, PHI)),
        shell.group("Activation σ", mount_point(TERMS), mount_point(ACTIVATION), *map(mount_point, SIGMA)),
        shell.group("Neurons", mount_point(WIDTH), mount_point(LAW), *map(mount_point, (SCALE, SEED))),
        shell.group("Networks that learn", *map(mount_point, (DIMENSION, BATCH, RUNS, FIRST_LAYER))),
    ]
    layers = shell.popup("Layers", mount_point(LAYERS))
    panels = [*map(mount_point, (PANEL, AXIS, MEASURE, PARTS))]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, mount_point(CLOCK))
