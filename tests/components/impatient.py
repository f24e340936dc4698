"""The app with little patience, for the tests of clients that are slow."""

from __future__ import annotations

from dash import Dash
from flask import Flask

from app import create_app
from components import pacing


def make() -> Flask:
    """The server."""
    pacing.GRACE, pacing.SLOWEST = 0.5, 1 << 20
    app: Dash = create_app()
    return app.server
