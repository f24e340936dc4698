"""Recorded pages: a view's page with the recorded stream of one picture in it, drawn and played by the app's own code.

The page is the view's layout as HTML; its client is the app's, except that it reads the recording instead of requesting
the stream (assets/client/pages/recorded.mjs). Everything that needs no computation works as in the app: player, cursor,
zoom, pointer, display, theme, causes. The rest is disabled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component
from markupsafe import Markup

from components.core.view import View
from components.ui import help, shell
from components.ui.client_modules import ASSETS, RECORDED, standalone_client
from components.ui.markup import json_script, render_static, render_subscripts
from components.ui.templates import render

PLOTLY, HEAD, CLIENT_SCRIPT = "vendor/plotly-cartesian.min.js", "head/theme.js", "client.js"
STYLES = ("style.css", "snapshot/snapshot.css")
SCRIPTS = (PLOTLY, CLIENT_SCRIPT)
RECORDED_KINDS = ("start", "scene", "trajectory", "trace", "text", "end", "error")  # the chunks of a recording

Recording = list[dict[str, Any]]
Included = Callable[[str], Markup]  # returns the HTML that includes a file of assets


def record(lines: Iterable[bytes], watched: str | None = None, finished: bytes = b"") -> Recording:
    """Return the recording of a stream. Only the finest version of a refined figure is kept.

    watched: how the state's job is played back (see `core.state.PlaybackMode`); finished: the records of that job.
    """
    chunks = [orjson.loads(line) for piece in lines for line in piece.splitlines()]
    replay = next((k for k, chunk in enumerate(chunks) if chunk["kind"] == "recording"), None)
    if replay is not None and watched not in (None, "auto"):
        chunks = [*chunks[:replay], {"kind": "end", "status": chunks[replay]["status"]}]
    if watched != "off" and not (replay is not None and watched in (None, "auto")):
        chunks += [orjson.loads(line) for line in finished.splitlines()]
    finest = {chunk["name"]: k for k, chunk in enumerate(chunks) if chunk["kind"] == "scene"}
    return [
        chunk
        for k, chunk in enumerate(chunks)
        if chunk["kind"] in RECORDED_KINDS and (chunk["kind"] != "scene" or finest[chunk["name"]] == k)
    ]


def source(name: str) -> str:
    """Return the text of a file of assets, or of the script that is made of the client's modules."""
    return standalone_client(RECORDED) if name == CLIENT_SCRIPT else (ASSETS / name).read_text(encoding="utf-8")


def as_link(name: str) -> Markup:
    """Return a file beside the page, in its folder `files`."""
    path = f"files/{Path(name).name}"
    tag = '<link rel="stylesheet" href="{}">' if name.endswith(".css") else '<script src="{}"></script>'
    return Markup(tag).format(path)


def as_inline(name: str) -> Markup:
    """Return the file itself, in the page."""
    text = source(name)
    if name.endswith(".css"):
        return Markup(f"<style>{text}</style>")
    harmless = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return Markup(f"<script>{harmless}</script>")


def page(
    view: View,
    state: dict[str, Any],
    recording: Recording,
    title: str,
    label: Markup,
    included: Included,
    host: str = "",
    wake: bool = False,
    caption: tuple[Any, ...] = (),
) -> str:
    """Return the page.

    state: the fields of the state; label: what describes the page; host: the address of the app, if known; wake:
    whether a visit wakes the app; caption: shown above the sentences until a script has run.
    """
    layout = view.layout()
    described = {**_description(layout), "runs": False, "exports": {}}  # nothing is requested
    chunks = [_linked(chunk, host) if chunk["kind"] == "text" else chunk for chunk in recording]
    _fill_text(layout, described, chunks, caption)
    block = {"view": described, "state": state, "chunks": chunks, "host": host, "wake": wake}
    inside = included is as_inline
    help_ = help.dialog(view) if inside else None
    header = html.Header(
        [
            html.H1(title, className="brand"),
            shell.toolbar_button("controls", "Parameters"),
            shell.save_menu(),
            shell.toolbar_button("help", "Help", "?") if inside else None,
            shell.toolbar_button("theme", "Switch between light and dark"),
        ],
        className="header",
    )
    scripts = [json_script("snapshot", orjson.dumps(block).decode()), *map(included, SCRIPTS)]
    return render(
        "recorded_page.html",
        title=f"{title} · {shell.NAME}",
        head=Markup("\n").join(map(included, (HEAD, *STYLES))),
        header=render_static(header),
        label=label,
        view=render_static([layout, help_, *shell.notices()], host),
        scripts=Markup("\n").join(scripts),
    )


def _description(layout: Component) -> dict[str, Any]:
    """Return the description of the view for the client, from its layout."""
    return dict(vars(_find_by_id(layout, "view-description"))["data"])


def _find_by_id(layout: Component, identity: str) -> Any:
    return next(part for part in layout._traverse() if getattr(part, "id", None) == identity)


def _linked(chunk: dict[str, Any], host: str) -> dict[str, Any]:
    """Return a text chunk whose links lead to the app, if its address is known."""
    if not chunk.get("links"):
        return chunk
    return {**chunk, "links": [{**link, "href": host + link["href"]} for link in chunk["links"] if host]}


def _fill_text(layout: Component, described: dict[str, Any], recording: Recording, caption: tuple[Any, ...]) -> None:
    """Write the sentences into the page, for readers without scripts."""
    text_data: dict[str, Any] = {"runs": [], "notes": [], "figures": {}}
    for chunk in recording:
        if chunk["kind"] == "text":
            text_data.update({name: chunk[name] for name in text_data if name in chunk})
    _find_by_id(layout, "caption").children = list(caption)
    _find_by_id(layout, "sentences").children = [html.Li(render_subscripts(text)) for text in text_data["runs"]]
    _find_by_id(layout, "notes").children = [html.Li(render_subscripts(text)) for text in text_data["notes"]]
    for name, text in text_data["figures"].items():
        _find_by_id(layout, f"{described['figures'][name]['id']}-text").children = text
