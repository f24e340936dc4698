"""GET /theory: one document, the same for all, made once a process."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from markupsafe import Markup

from components.core.state import State
from components.core.theory_chapter import PATH
from components.core.view import View
from components.operations import warmup
from components.pages.theory.document import render_text
from components.pages.theory.numbers import NAMES, numbers
from components.ui.client_modules import THEORY
from components.ui.open_graph import meta_tags
from components.ui.path_prefix import in_document
from components.ui.shell import NAME, StandalonePage, nav_entries, page_head
from components.ui.summary import PageMetadata
from components.ui.templates import render

COMING = "(being computed; reload in a minute)"
MAX_AGE_SECONDS = 300  # a browser reloads the page after this

TITLE = f"Theory · {NAME}"
DESCRIPTION = "Theory: the mathematics of feature learning and unlearning"
SHARED = "<!--shared-->"  # where the tags are, which name the host by which the page was asked for

_making = threading.Lock()
_made: dict[tuple[str, ...], str] = {}


def register(server: Flask, views: Mapping[str, View], pages: Sequence[StandalonePage] = ()) -> None:
    """Adds the page to the server."""

    @server.get(PATH)
    def theory() -> Response:
        if not warmup.ready.is_set():  # the text does not wait for its numbers
            document = _document(views, pages, dict.fromkeys(NAMES, COMING))
            return Response(in_document(document, request.script_root), headers={"Cache-Control": "no-store"})
        about = PageMetadata(TITLE, DESCRIPTION, *_first(views))
        document = in_document(page(views, pages), request.script_root).replace(
            SHARED, meta_tags(about, PATH, request.url_root)
        )
        response = Response(document, headers={"Cache-Control": f"private, max-age={MAX_AGE_SECONDS}"})
        response.add_etag()
        response.make_conditional(request)
        return response


def page(views: Mapping[str, View], pages: Sequence[StandalonePage] = ()) -> str:
    """The whole document, made once."""
    key = (*views, *(place.path for place in pages))
    with _making:
        if key not in _made:
            _made[key] = _document(views, pages, numbers())
        return _made[key]


def _first(views: Mapping[str, View]) -> tuple[View, State]:
    """The picture that the page has in messages: the first view's own."""
    view = next(iter(views.values()))
    return view, view.State()


def _document(views: Mapping[str, View], pages: Sequence[StandalonePage], values: Mapping[str, str]) -> str:
    return render(
        "theory.html",
        head=page_head(DESCRIPTION, "theory/theory.css", THEORY),
        meta_tags_place=Markup(SHARED),
        title=TITLE,
        name=NAME,
        entries=nav_entries(views, pages),
        path=PATH,
        text=render_text(values, views),
    )
