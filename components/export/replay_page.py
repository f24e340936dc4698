"""Recorded pages: a view's page with the recorded stream of one picture in it, drawn and played by the app's own code.

The page is the view's layout as HTML; its client is the app's, except that it reads the recording where the app asks
the server (assets/snapshot/snapshot.js). What does not change what is computed works as in the app: player, cursor,
zoom, pointer, display, theme, causes. The rest is shown at rest.
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
from components.ui.markup import json_script, render_static, render_subscripts
from components.ui.templates import render

ASSETS = Path(__file__).parents[2] / "assets"
PLOTLY, HEAD = "vendor/plotly-cartesian.min.js", "head/theme.js"
STYLES = ("style.css", "snapshot/snapshot.css")
ELSEWHERE = "75_lecture.js"  # told over the app's own pages
SCRIPTS = (
    PLOTLY,
    *sorted(path.name for path in ASSETS.glob("[0-9]*.js") if path.name != ELSEWHERE),
    "snapshot/snapshot.js",
)
KEPT = ("start", "scene", "trajectory", "trace", "text", "end", "error")  # the chunks of a recording

Recording = list[dict[str, Any]]
Included = Callable[[str], Markup]  # how a file of assets gets into a page


def record(lines: Iterable[bytes], watched: str | None = None, finished: bytes = b"") -> Recording:
    """Return the recording of a stream. Of a figure that is refined only the finest is kept.

    watched: how the state's job is played back (see `core.state.PlaybackMode`); finished: the records of that job.
    """
    found = [orjson.loads(line) for piece in lines for line in piece.splitlines()]
    replay = next((k for k, chunk in enumerate(found) if chunk["kind"] == "recording"), None)
    if replay is not None and watched not in (None, "auto"):
        found = [*found[:replay], {"kind": "end", "status": found[replay]["status"]}]
    if watched != "off" and not (replay is not None and watched in (None, "auto")):
        found += [orjson.loads(line) for line in finished.splitlines()]
    finest = {chunk["name"]: k for k, chunk in enumerate(found) if chunk["kind"] == "scene"}
    return [
        chunk
        for k, chunk in enumerate(found)
        if chunk["kind"] in KEPT and (chunk["kind"] != "scene" or finest[chunk["name"]] == k)
    ]


def as_link(name: str) -> Markup:
    """Return a file beside the page, in its folder `files`."""
    path = f"files/{Path(name).name}"
    tag = '<link rel="stylesheet" href="{}">' if name.endswith(".css") else '<script src="{}"></script>'
    return Markup(tag).format(path)


def as_inline(name: str) -> Markup:
    """Return the file itself, in the page."""
    text = (ASSETS / name).read_text(encoding="utf-8")
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
    """Return the page. state: the picture's, by field; label: what the page is; host: where the app answers, if
    it is known; wake: whether a visit wakes it; caption: what stands above the sentences while no script has run."""
    layout = view.layout()
    described = {**_description(layout), "runs": False, "exports": {}}  # nothing is asked for
    told = [_linked(chunk, host) if chunk["kind"] == "text" else chunk for chunk in recording]
    _fill_text(layout, described, told, caption)
    block = {"view": described, "state": state, "chunks": told, "host": host, "wake": wake}
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
    """What the client is told of a view, found in its page."""
    return dict(vars(_find_by_id(layout, "view-description"))["data"])


def _find_by_id(layout: Component, identity: str) -> Any:
    return next(part for part in layout._traverse() if getattr(part, "id", None) == identity)


def _linked(words: dict[str, Any], host: str) -> dict[str, Any]:
    """Words whose links lead to the app, where it is known."""
    if not words.get("links"):
        return words
    return {**words, "links": [{**link, "href": host + link["href"]} for link in words["links"] if host]}


def _fill_text(layout: Component, described: dict[str, Any], recording: Recording, caption: tuple[Any, ...]) -> None:
    """Write the words into the page, for readers without scripts."""
    said: dict[str, Any] = {"runs": [], "notes": [], "figures": {}}
    for chunk in recording:
        if chunk["kind"] == "text":
            said.update({name: chunk[name] for name in said if name in chunk})
    _find_by_id(layout, "caption").children = list(caption)
    _find_by_id(layout, "sentences").children = [html.Li(render_subscripts(text)) for text in said["runs"]]
    _find_by_id(layout, "notes").children = [html.Li(render_subscripts(text)) for text in said["notes"]]
    for name, text in said["figures"].items():
        _find_by_id(layout, f"{described['figures'][name]['id']}-text").children = text
