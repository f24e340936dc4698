"""Components as text, and attributes whose names Python's keywords cannot write."""

from __future__ import annotations

import re
from typing import Any

from dash import html
from dash.development.base_component import Component
from markupsafe import Markup, escape

NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "colSpan": "colspan"}
VOID = {"img", "input", "br", "hr"}


def aria(**attributes: str) -> dict[str, Any]:
    """`aria(label="Play")` gives {"aria-label": "Play"}, to be unpacked into a component."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def render_static(part: Any, host: str = "") -> Markup:
    """A component as HTML, as Dash's client would build it; what is stored for the client alone is left out.

    host: the address of the app, for pages that are read elsewhere; without it links to the app lead nowhere.
    """
    if part is None or getattr(part, "_type", "") == "Store":
        return Markup("")
    if isinstance(part, list | tuple):
        return Markup("").join(render_static(one, host) for one in part)
    if not isinstance(part, Component):
        return escape(str(part))
    kind = str(part._type)
    tag = {"Link": "a"}.get(kind, kind.lower())
    given = dict(part.to_plotly_json()["props"])
    inside = render_static(given.pop("children", None), host)
    if str(given.get("href", "")).startswith("/"):
        given["href"] = host + given["href"] if host else None
    attributes = Markup("").join(_attribute(NAMES.get(name) or name, value) for name, value in given.items())
    opened = Markup("<{}{}>").format(tag, attributes)
    return opened if tag in VOID else opened + inside + Markup("</{}>").format(tag)


def _attribute(name: str, value: Any) -> Markup:
    if value is None or value is False:
        return Markup("")
    if value is True:
        return Markup(" {}").format(name)
    if isinstance(value, dict):  # a style
        value = "; ".join(f"{key}: {text}" for key, text in value.items())
    return Markup(' {}="{}"').format(name, str(value))


def render_subscripts(text: str) -> list[Any]:
    """A sentence as components: what follows _ is lowered, what follows ^ is raised, as the client does it."""
    pieces = re.split(r"([_^](?:\([^)]*\)|[A-Za-z0-9]+))", text)
    return [
        piece if k % 2 == 0 else (html.Sub if piece[0] == "_" else html.Sup)(piece[1:].strip("()"))
        for k, piece in enumerate(pieces)
    ]


def json_script(identity: str, json: str) -> Markup:
    """JSON as a block of a page; no text in it can end the block."""
    harmless = json.replace("<", "\\u003c")
    return Markup('<script type="application/json" id="{}">{}</script>').format(identity, Markup(harmless))
