"""Where the client builds controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html

from components.core.controls import Control, pick
from components.ui.markup import aria


def mount_point(control: Control) -> html.Div:
    """Return the element in which the client builds the control."""
    if control.kind == "choice":
        return html.Div(id=control.id, className="segments", role="radiogroup", **aria(label=control.title))
    if control.kind == "many":
        return html.Div(id=control.id, className="checks", role="group", **aria(label=control.title))
    return html.Div(id=f"{control.id}-row", className=f"control control-{control.kind}")


def mount_points(controls: Mapping[str, Sequence[Control]], *fields: str) -> list[html.Div]:
    """Return the elements in which the client builds the controls of these fields."""
    return [mount_point(control) for control in pick(controls, *fields)]
