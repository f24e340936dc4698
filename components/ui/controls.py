"""Where the client builds controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html

from components.core.controls import Control, pick
from components.ui.markup import aria


def mount_point(control: Control) -> html.Div:
    """Return the element in which the client builds a control.

    Parameters
    ----------
    control : Control
        The control.

    Returns
    -------
    dash.html.Div
        An element with the id of the control.
    """
    if control.kind == "choice":
        return html.Div(id=control.id, className="segments", role="radiogroup", **aria(label=control.title))
    if control.kind == "many":
        return html.Div(id=control.id, className="checks", role="group", **aria(label=control.title))
    return html.Div(id=f"{control.id}-row", className=f"control control-{control.kind}")


def mount_points(controls: Mapping[str, Sequence[Control]], *fields: str) -> list[html.Div]:
    """Return the elements in which the client builds the controls of some fields.

    Parameters
    ----------
    controls : mapping of str to sequence of Control
        Controls by field, see `components.core.controls.of`.
    *fields : str
        Names of fields.

    Returns
    -------
    list of dash.html.Div
        An element for each control.
    """
    return [mount_point(control) for control in pick(controls, *fields)]
