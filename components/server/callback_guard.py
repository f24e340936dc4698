"""Check requests to Dash's callbacks: Dash answers malformed ones with a server error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash
from dash.exceptions import DependencyException
from flask import Response, jsonify, request

ROUTE = "/_dash-update-component"
KEYS = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"}
SENTENCE = "Invalid request. Please reload the page."


def register(app: Dash) -> None:
    """Refuse every payload that no page of this app sends, before Dash reads it."""

    @app.server.before_request
    def refuse() -> tuple[Response, int] | None:
        if request.path != ROUTE or request.method != "POST" or not request.is_json:
            return None
        try:
            body = request.get_json(silent=True)
        except RecursionError:
            body = None
        if not is_valid_payload(body, app.callback_map):
            return jsonify(errors=[{"sentence": SENTENCE}]), 422
        return None

    @app.server.errorhandler(DependencyException)
    def no_such_file(_: DependencyException) -> tuple[Response, int]:
        return jsonify(errors=[{"sentence": "There is no such file."}]), 404


def is_valid_payload(body: Any, callbacks: Mapping[str, Any]) -> bool:
    """Return whether a payload calls one of the callbacks as the page does: with texts as inputs and state."""
    if not isinstance(body, dict) or not body.keys() <= KEYS or not isinstance(body.get("output"), str):
        return False
    about = callbacks.get(body["output"])
    if about is None or "callback" not in about:  # no such callback, or a clientside one
        return False
    name, _, prop = body["output"].partition(".")
    return (
        body.get("outputs") == {"id": name, "property": prop}
        and _matches_declaration(body.get("inputs"), about["inputs"])
        and _matches_declaration(body.get("state", []), about["state"])
        and _are_texts(body.get("changedPropIds", []))
        and _are_texts(body.get("parsedChangedPropsIds", []))
    )


def _matches_declaration(values: Any, declared: list[dict[str, str]]) -> bool:
    """Return whether values match the declared inputs, each with a text or nothing."""
    return (
        isinstance(values, list)
        and len(values) == len(declared)
        and all(
            isinstance(value, dict)
            and value.keys() <= {"id", "property", "value"}
            and (value.get("id"), value.get("property")) == (expected["id"], expected["property"])
            and isinstance(value.get("value"), str | None)
            for value, expected in zip(values, declared, strict=True)
        )
    )


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
