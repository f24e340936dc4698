"""Pictures of the presets as a static site, for a front that is awake while the app sleeps:

    python -m components.snapshots OUT [--live https://app.example] [--view unlearning ...]

Every preset of every view becomes a page, `index.html` lists them. A page holds the recorded stream of its picture and
draws it with the app's own drawing code, and what is said of it as text that needs no script. It is labelled with the
date and the release, and opens the same picture in the app; with --live its visit wakes the app.

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
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from dash.development.base_component import Component

from components.cache import fingerprint
from components.frame import NAME
from components.view import Preset, View
from components.views import VIEWS

ASSETS = Path(__file__).parents[1] / "assets"
SCRIPTS = (
    "vendor/plotly-cartesian.min.js", "10_link.js", "20_reader.js", "25_picture.js", "30_overlay.js", "32_cells.js",
    "35_drawing.js", "50_controls.js", "60_theme.js", "snapshot/snapshot.js",
)  # fmt: skip
HEAD, STYLES = "head/theme.js", ("style.css", "snapshot/snapshot.css")
DRAWN = ("begin", "scene", "run", "trace")  # the chunks of a picture

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<script src="files/theme.js"></script>
{styles}
</head>
<body>
<main class="snapshot">
<p class="label">{label}</p>
<h1>{heading}</h1>
{body}
</main>
{scripts}
</body>
</html>
"""


def write(out: Path, views: Mapping[str, View], live: str, now: datetime) -> Iterator[Path]:
    """Writes the site into a folder, page by page."""
    files = out / "files"
    files.mkdir(parents=True, exist_ok=True)
    for name in (HEAD, *STYLES, *SCRIPTS):
        shutil.copyfile(ASSETS / name, files / Path(name).name)
    made = f"{now:%-d %B %Y, %H:%M} UTC, release {fingerprint()}"
    listed: list[str] = []
    for view in views.values():
        items = []
        for preset in view.presets:
            path = out / f"{view.name}-{_word(preset.name)}.html"
            path.write_text(_page(view, preset, live, made), encoding="utf-8")
            items.append(f'<li><a href="{path.name}">{escape(preset.title)}</a></li>')
            yield path
        listed.append(f"<h2>{escape(view.title)}</h2>\n<ul>\n{chr(10).join(items)}\n</ul>")
    label = f"Snapshots of {NAME}, made {made}. {_way(live, '/', 'Open the app')}"
    index = out / "index.html"
    index.write_text(_filled(NAME, NAME, label, "\n".join(listed), ""), encoding="utf-8")
    yield index


def _page(view: View, preset: Preset, live: str, made: str) -> str:
    chunks = [orjson.loads(chunk.line()) for chunk in view.compute(preset.state)]
    description = _description(view.layout())
    words = next(chunk for chunk in chunks if chunk["kind"] == "words")
    figures = "\n".join(
        f'<div class="figure"><div id="{figure["id"]}" class="graph" role="img" aria-label="{escape(figure["title"])}" '
        f'aria-describedby="{figure["id"]}-text"></div>'
        f'<p id="{figure["id"]}-text" class="visually-hidden">{escape(words["figures"].get(name, ""))}</p></div>'
        for name, figure in description["figures"].items()
    )
    said = "\n".join(f"<li>{_typeset(text)}</li>" for text in (*words.get("runs", ()), *words["notes"]))
    source = f'<a href="{preset.paper.url}">{escape(preset.paper.short)}</a>'
    body = (
        f'<p>{_typeset(preset.caption)} {source}</p>\n<div class="pictures">\n{figures}\n</div>\n<ul>\n{said}\n</ul>\n'
        f'<p><a href="index.html">All snapshots</a></p>'
    )
    data = {
        "view": description,
        "state": preset.state.model_dump(),
        "chunks": [chunk for chunk in chunks if chunk["kind"] in DRAWN],
        "live": live,
    }
    block = orjson.dumps(data).decode().replace("<", "\\u003c")  # no text can end the block
    scripts = [f'<script type="application/json" id="snapshot">{block}</script>']
    scripts += [f'<script src="files/{Path(name).name}"></script>' for name in SCRIPTS]
    heading = f"{escape(view.title)}: {escape(preset.title)}"
    way = _way(live, f"{view.path}?{preset.state.query()}", "Open this picture in the app")
    label = f"A snapshot, made {made}: it stands still. {way}"
    return _filled(f"{preset.title} · {NAME}", heading, label, body, "\n".join(scripts))


def _filled(title: str, heading: str, label: str, body: str, scripts: str) -> str:
    styles = "\n".join(f'<link rel="stylesheet" href="files/{Path(name).name}">' for name in STYLES)
    return PAGE.format(title=escape(title), heading=heading, label=label, body=body, scripts=scripts, styles=styles)


def _way(live: str, path: str, text: str) -> str:
    return f'<a href="{escape(live + path)}">{text}</a>, where it moves under the hand.' if live else ""


def _description(page: Any) -> dict[str, Any]:
    """What the client is told of a view, found in its page."""
    found = [part for part in page._traverse() if isinstance(part, Component) and _id(part) == "view-description"]
    return dict(vars(found[0])["data"])


def _id(part: Component) -> Any:
    return getattr(part, "id", None)


def _typeset(text: str) -> str:
    """A sentence as HTML: what follows _ is lowered, what follows ^ is raised, as the client does it."""
    return re.sub(
        r"([_^])(\([^)]*\)|[A-Za-z0-9]+)",
        lambda m: f"<{'sub' if m[1] == '_' else 'sup'}>{m[2].strip('()')}</{'sub' if m[1] == '_' else 'sup'}>",
        escape(text),
    )


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
    parser = argparse.ArgumentParser(prog="python -m components.snapshots", description="Presets as a static site.")
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--live", type=_address, help="where the app answers when it is awake")
    parser.add_argument("--view", action="append", choices=VIEWS, help="only this view (may be repeated)")
    asked = parser.parse_args(arguments)
    views = {name: VIEWS[name] for name in asked.view or VIEWS}
    for path in write(asked.out, views, asked.live or "", datetime.now(UTC)):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
