"""The callbacks of view 1: each hands a control to the client. None goes to the server."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input

from components import controls
from components.unlearning.layout import CONTROLS, DEGREES, PRESET


def register(app: Dash) -> None:
    """Registers them with one app."""
    controls.register(app, CONTROLS)
    app.clientside_callback(ClientsideFunction("frame", "preset"), Input(PRESET, "value"), prevent_initial_call=True)
    app.clientside_callback(ClientsideFunction("frame", "degrees"), Input(DEGREES, "value"), prevent_initial_call=True)
