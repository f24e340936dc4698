"""Pictures of the presets as a static site, for a front that is awake while the app sleeps:

    python -m components.pages.static_site OUT [--live https://app.example] [--view unlearning ...]

Every preset of every view becomes a recorded page (see replay_page.py), and `index.html` lists them. The sentences on
the figure are text and need no script. A page shows its date and release and links to the same figure in the app; with
--live a visit wakes the app.

No browser is needed to make them, nothing of them comes from another host, and they do without inline scripts. What
takes longer than a stream (the networks of the lab) is not in them.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from dash import html
from markupsafe import Markup

from components.core.view import Preset, View
from components.export.replay_page import HEAD, SCRIPTS, STYLES, as_link, page, record, source
from components.operations.build_id import build_id
from components.ui.client_modules import CLIENT, RECORDED, modules
from components.ui.markup import render_subscripts
from components.ui.shell import NAME
from components.ui.templates import render
from components.views.registry import VIEWS


def write(out: Path, views: Mapping[str, View], live: str, now: datetime) -> Iterator[Path]:
    """Writes the site into a folder, page by page."""
    files = out / "files"
    files.mkdir(parents=True, exist_ok=True)
    for name in (HEAD, *STYLES, *SCRIPTS):
        (files / Path(name).name).write_text(source(name), encoding="utf-8")
    for module in modules(RECORDED):
        place = files / "client" / module
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CLIENT / module, place)
    made = f"{now:%-d %B %Y, %H:%M} UTC, release {build_id()}"
    listed: list[tuple[str, list[tuple[str, str]]]] = []
    for view in views.values():
        items = []
        for preset in view.presets:
            path = out / f"{view.name}-{_word(preset.name)}.html"
            path.write_text(_page(view, preset, live, made), encoding="utf-8")
            items.append((preset.title, path.name))
            yield path
        listed.append((view.title, items))
    label = Markup(f"Snapshots of {NAME}, made {made}. ") + _app_link(live, "/", "Open the app")
    index = out / "index.html"
    styles = Markup("\n").join(map(as_link, (HEAD, *STYLES)))
    index.write_text(render("static_site.html", name=NAME, styles=styles, label=label, views=listed), encoding="utf-8")
    yield index


def _page(view: View, preset: Preset, live: str, made: str) -> str:
    recording = record(chunk.line() for chunk in view.compute(preset.state))
    source = html.A(preset.paper.short, href=preset.paper.url)
    way = _app_link(live, f"{view.path}?{preset.state.query()}", "Open this picture in the app")
    label = Markup('A snapshot, made {}: it plays. {} <a href="index.html">All snapshots</a>').format(made, way)
    caption = (*render_subscripts(preset.caption), " ", source)
    state = preset.state.model_dump()
    return page(view, state, recording, preset.title, label, as_link, live, bool(live), caption)


def _app_link(live: str, path: str, text: str) -> Markup:
    """A link to the app where its address is known, else nothing."""
    link = Markup('<a href="{}">{}</a>, where you can change it.').format(live + path, text)
    return link if live else Markup("")


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _address(text: str) -> str:
    """The address of an app, without a slash at its end. Raises argparse's error."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text} is not an address like https://app.example")
    return text.rstrip("/")


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the site and says what it wrote."""
    parser = argparse.ArgumentParser(
        prog="python -m components.pages.static_site", description="Presets as a static site."
    )
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--live", type=_address, help="where the app answers when it is awake")
    parser.add_argument("--view", action="append", choices=VIEWS, help="only this view (may be repeated)")
    options = parser.parse_args(arguments)
    views = {name: VIEWS[name] for name in options.view or VIEWS}
    for path in write(options.out, views, options.live or "", datetime.now(UTC)):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
