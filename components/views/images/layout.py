"""Layout: controls and upload on the left, the figure over the varied parameter in the middle, training on the "
"right."""

from __future__ import annotations

from typing import Any

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.views.images.image_store import MAX_UPLOAD_BYTES, UPLOAD_PATH
from components.views.images.state import ImagesState
from dynamics.images import INITIALIZATION_PATHS, WIDTH_PATHS

VIEW = "images"
ONLY = {name: {"experiment": (name,)} for name in ("scale", "width", "initialisation", "unlearning")}
NOT_UNLEARNING = {"experiment": ("scale", "width", "initialisation")}
PATHS = {"experiment": ("width", "initialisation")}

EXPERIMENT = controls.choice(
    VIEW, ImagesState, "experiment", ("σ", "width", "σ → ∞", "unlearning"), clears=("window", "span", "cursor")
)
SIGMAS = controls.number_list(VIEW, ImagesState, "sigmas", ONLY["scale"])
WIDTHS = controls.number_list(VIEW, ImagesState, "widths", ONLY["width"], whole=True)
KAPPAS = controls.number_list(VIEW, ImagesState, "kappas", ONLY["initialisation"])
STARTS = controls.number_list(VIEW, ImagesState, "starts", ONLY["unlearning"])
WIDTH_PATH = controls.checkboxes(VIEW, ImagesState, "width_paths", tuple(WIDTH_PATHS), ONLY["width"])
KAPPA_PATH = controls.checkboxes(VIEW, ImagesState, "kappa_paths", tuple(INITIALIZATION_PATHS), ONLY["initialisation"])
TASKS = controls.checkboxes(VIEW, ImagesState, "tasks", ("later half +1", "earlier half +1"), ONLY["unlearning"])
DEPTH = controls.slider(VIEW, ImagesState, "depth", 1.0, whole=True, only=ONLY["scale"])
WIDTH = controls.slider(
    VIEW, ImagesState, "width", 0.05, soft=(4.0, 512.0), whole=True, begin=64,
    only={"experiment": ("scale", "initialisation", "unlearning")},
)  # fmt: skip
ACTIVATION = controls.choice(VIEW, ImagesState, "activation", ("ReLU", "linear"), NOT_UNLEARNING)
RATE = controls.slider(VIEW, ImagesState, "rate", 0.05, soft=(1e-4, 1.0), begin=0.02)
EPOCHS = controls.slider(VIEW, ImagesState, "epochs", 0.05, soft=(1.0, 10_000.0), whole=True, begin=100)
BATCH = controls.slider(VIEW, ImagesState, "batch", 0.05, soft=(8.0, 2000.0), whole=True, only=NOT_UNLEARNING)
LOSS = controls.choice(VIEW, ImagesState, "loss", ("squared loss", "cross entropy"), ONLY["scale"])
RUNS = controls.slider(VIEW, ImagesState, "runs", 1.0, whole=True, begin=3)
SEED = controls.slider(VIEW, ImagesState, "seed", 1.0, soft=(0.0, 40.0), whole=True)
IMAGE_COUNT = controls.slider(VIEW, ImagesState, "most", 0.05, whole=True)
QUANTITY = controls.choice(VIEW, ImagesState, "shown", ("accuracy", "distance", "loss", "kernel"), PATHS)
AXIS = controls.choice(VIEW, ImagesState, "axis", ("log", "linear"))
CLOCK = controls.choice(VIEW, ImagesState, "clock", ("log", "linear"))

CONTROLS = [
    EXPERIMENT, SIGMAS, WIDTHS, KAPPAS, STARTS, WIDTH_PATH, KAPPA_PATH, TASKS, DEPTH, WIDTH, ACTIVATION, RATE,
    EPOCHS, BATCH, LOSS, RUNS, SEED, IMAGE_COUNT, QUANTITY, AXIS, CLOCK,
]  # fmt: skip
MAIN = [EXPERIMENT, QUANTITY, AXIS]
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "Over what is varied", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Over training", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    aside = [
        shell.group("Experiment", mount_point(EXPERIMENT)),
        shell.group(
            "What is varied",
            *map(mount_point, (SIGMAS, WIDTHS, KAPPAS, STARTS, WIDTH_PATH, KAPPA_PATH, TASKS)),
        ),
        shell.group("Networks", mount_point(ACTIVATION), *map(mount_point, (DEPTH, WIDTH))),
        shell.group("Learning", mount_point(LOSS), *map(mount_point, (RATE, EPOCHS, BATCH, RUNS, SEED))),
        shell.group("Images", _upload(), mount_point(IMAGE_COUNT)),
    ]
    panels = [mount_point(QUANTITY), mount_point(AXIS)]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [], panels, mount_point(CLOCK))


def _upload() -> html.Div:
    """Return the mount point of the file upload, which the client fills."""
    attributes: dict[str, Any] = {"data-path": UPLOAD_PATH, "data-most": str(MAX_UPLOAD_BYTES)}
    return html.Div(id="upload", className="upload", **attributes)
