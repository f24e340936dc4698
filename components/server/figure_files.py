"""Figures for print.

GET /figure/<view>/<figure>/<look>.<kind>?<link>   pdf, svg, png or pgf

The look is a width, `single`, `double` or `slide`, and what else is chosen, joined by dashes: the size of the numbers
at the axes (`9pt`), `legend` or `plain` (lines are named in any case, or never), `transparent`, `dark`; as in
`double-9pt-legend.pdf`.

A request for a page that accepts `application/vnd.plotly.v1+json` is answered with its figures by name: the library's
`open_link` asks for them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from flask import Flask, Response, request

from components.core.state import InvalidLink, ParameterError
from components.core.view import View
from components.export.files import file_name
from components.export.page_figure import page_figure
from components.operations.build_id import build_id
from components.server.page_metadata import linked_state
from components.server.rendering import PictureCache, Renderer
from components.server.stream import invalid_link_response, not_found_response, request_query
from components.ui.shell import StandalonePage
from dynamics.plotting.renderers import FILE_KINDS, FONT_RANGE, WIDTHS, figure_file, to_matplotlib

MIMETYPES = {"pdf": "application/pdf", "svg": "image/svg+xml", "png": "image/png", "pgf": "application/x-tex"}
FIGURES = "application/vnd.plotly.v1+json"
ARCHIVE = "application/zip"  # of a PGF with the image that it loads
MAX_RENDER_SECONDS = 4.0  # of a core: a slide of 600 dpi takes 2
MAX_LOOK = 60  # characters
OPTIONS: Mapping[str, dict[str, Any]] = {
    "legend": {"legend": True},
    "plain": {"legend": False},
    "transparent": {"transparent": True},
    "dark": {"theme": "dark"},
}
FONT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)pt")


@dataclass(frozen=True)
class Look:
    """How a figure is printed: the arguments of `to_matplotlib`."""

    arguments: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> Look:
        """Read it from an address. Raises InvalidLink with a sentence for each part that is not known."""
        width, *parts = text[:MAX_LOOK].split("-")
        problems = []
        found: dict[str, Any] = {"width": width}
        if width not in WIDTHS:
            problems.append(_problem(width, f"The width is {', '.join(WIDTHS)}, not {width or 'empty'}."))
        for part in parts:
            size = FONT.fullmatch(part)
            if size and FONT_RANGE[0] <= float(size[1]) <= FONT_RANGE[1]:
                found["font_size"] = float(size[1])
            elif part in OPTIONS:
                found |= OPTIONS[part]
            else:
                low, high = FONT_RANGE
                options = ", ".join(OPTIONS)
                sentence = (
                    f"A figure can be {options}, or have a size of {low:g}pt to {high:g}pt; {part} is none of these."
                )
                problems.append(_problem(part, sentence))
        if problems or len(text) > MAX_LOOK:
            raise InvalidLink(problems or [_problem(text[:MAX_LOOK], f"The look has at most {MAX_LOOK} characters.")])
        return cls(found)


def _problem(value: str, sentence: str) -> ParameterError:
    return ParameterError("look", value, ", ".join([*WIDTHS, *OPTIONS]), sentence)


def register(
    server: Flask, views: Mapping[str, View], renderer: Renderer, pages: Sequence[StandalonePage] = ()
) -> None:
    """Add the routes to the server."""
    files = PictureCache()

    @server.before_request
    def figures() -> Response | None:
        if request.method != "GET" or request.accept_mimetypes.best != FIGURES:
            return None
        try:
            view, state = linked_state(views, pages)
        except InvalidLink as problems:
            return invalid_link_response(problems)
        if view is None or state is None:
            problem = ParameterError("link", request.path, "a page with a figure", "This page has no figure.")
            return invalid_link_response(InvalidLink([problem]))

        def draw() -> bytes:
            result = renderer.computed(view, state)
            by_name = {name: page_figure(view, state, name, result) for name in view.figures if name in result.scenes}
            return orjson.dumps(by_name, default=np.ndarray.tolist, option=orjson.OPT_SERIALIZE_NUMPY)

        whole = f"{view.name}?{state.query()} figures"
        key = f"{build_id()}-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"
        answer = renderer.answer(view, key, files, draw, FIGURES)
        answer.vary.add("Accept")
        return answer

    @server.get("/figure/<name>/<figure>/<look>.<kind>")
    def figure(name: str, figure: str, look: str, kind: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        if figure not in view.figures:
            return not_found_response(figure, list(view.figures))
        if kind not in FILE_KINDS:
            return not_found_response(kind, list(FILE_KINDS))
        query = request_query()
        try:
            state, chosen = view.State.from_query(query), Look.of(look)
        except InvalidLink as problems:
            return invalid_link_response(problems)
        address = f"{request.url_root.rstrip('/')}{view.path}?{state.query()}"

        def draw() -> bytes:
            result = renderer.computed(view, state)
            if figure not in result.scenes:
                raise InvalidLink([ParameterError("figure", figure, ", ".join(result.scenes), NOT_SHOWN)])

            def made() -> bytes:
                printed = to_matplotlib(page_figure(view, state, figure, result), **chosen.arguments)
                return figure_file(printed, kind, about=address)  # type: ignore[arg-type]

            return renderer.charged(MAX_RENDER_SECONDS, made)

        whole = f"{address} {figure} {look} {kind}"
        key = f"{build_id()}-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"
        answer = renderer.answer(view, key, files, draw, MIMETYPES[kind])
        ending = kind
        if kind == "pgf" and answer.get_data()[:2] == b"PK":
            answer.mimetype, ending = ARCHIVE, "zip"
        if answer.status_code == 200:
            name = f"{figure}-{file_name(view, state, ending)}"
            answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


NOT_SHOWN = "This figure is not part of the picture."
