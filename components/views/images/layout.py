"""Layout: controls and upload on the left, the figure over the varied parameter in the middle, training on the
right."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_points
from components.views.images.image_store import MAX_UPLOAD_BYTES, UPLOAD_PATH
from components.views.images.state import ImagesState

VIEW = "images"
BY_FIELD = controls.of(VIEW, ImagesState)
CONTROLS = controls.pick(BY_FIELD, *BY_FIELD)
MAIN = controls.pick(BY_FIELD, "experiment", "shown", "axis")
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "Over what is varied", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Over training", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    mount = partial(mount_points, BY_FIELD)
    aside = [
        shell.group("Experiment", *mount("experiment")),
        shell.group(
            "What is varied",
            *mount("sigmas", "widths", "kappas", "starts", "width_paths", "kappa_paths", "tasks"),
        ),
        shell.group("Networks", *mount("activation", "depth", "width")),
        shell.group("Learning", *mount("loss", "rate", "epochs", "batch", "runs", "seed")),
        shell.group("Images", _upload(), *mount("most")),
    ]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [], mount("shown", "axis"), *mount("clock"))


def _upload() -> html.Div:
    """Return the mount point of the file upload, which the client fills."""
    attributes: dict[str, Any] = {"data-path": UPLOAD_PATH, "data-most": str(MAX_UPLOAD_BYTES)}
    return html.Div(id="upload", className="upload", **attributes)
