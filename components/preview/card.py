"""The picture of a state for those who see only its link: title, figures, the main sentence, on a card of 1200 × 630.

The figures are drawn as SVG and made pixels by resvg: 3 MB, imported with the first picture, 5 MB more memory of a
process, 0.1 s of a core a picture. matplotlib takes as long, with 70 MB of memory and 100 MB on the disk; Pillow draws
neither dashes nor smooth lines.
"""

from __future__ import annotations

from itertools import count

from components.frame import NAME
from components.preview.figure import Drawing
from components.preview.marks import Box
from components.preview.picture import Picture
from components.preview.resolved import resolved
from components.preview.said import Said
from components.preview.text import FAMILY, FONTS, cut, drawn, marked, width, wrapped
from components.state import State
from components.theme import LIGHT
from components.view import View

WIDTH, HEIGHT = 1200, 630
EDGE = 36.0  # beside all that is on the card
HEAD = 112.0  # the height of the title's part
SHARES = (0.56, 0.44)  # of two figures
TITLE, ABOUT, SENTENCE, BRAND = 38.0, 23.0, 24.0, 23.0
STEP = 1.35 * SENTENCE
LINES = 2  # of all sentences
CURVE = "M6 3c0 12 3 16 6 16s4-9 7-9 4 16 9 17"  # the app's own sign


def png(view: View, state: State, picture: Picture | None, said: Said) -> bytes:
    """The card of a state as PNG; without figures where there is no picture of it."""
    import resvg_py  # a process that is never asked for a card need not hold it

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(view, state, picture, said),
            skip_system_fonts=True,
            font_files=[str(path) for path in FONTS],
            font_family=FAMILY,
        )
    )


def svg(view: View, state: State, picture: Picture | None, said: Said) -> str:
    """The card as SVG."""
    figures = drawings(view, state, picture, said) if picture else []
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{LIGHT["paper"]}"/>',
        *_head(said),
        *(figure.svg() for figure in figures),
        *_foot(said)[0],
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="{FAMILY}">{"".join(parts)}</svg>'
    )


def drawings(view: View, state: State, picture: Picture, said: Said) -> list[Drawing]:
    """The figures side by side, under the title and over the sentences."""
    ids, bottom = count(), HEIGHT - _foot(said)[1] - 12
    names = [name for name in view.figures if name in picture.scenes]
    ends = [EDGE, EDGE + SHARES[0] * (WIDTH - 2 * EDGE), WIDTH - EDGE] if len(names) == 2 else [EDGE, WIDTH - EDGE]
    return [
        Drawing(resolved(view, state, name, picture), Box(left - 12, HEAD, right, bottom), ids)
        for name, left, right in zip(names, ends, ends[1:], strict=False)
    ]


def _head(said: Said) -> list[str]:
    brand = width(NAME, BRAND)
    right = WIDTH - EDGE
    room = right - EDGE - brand - 80
    return [
        f'<path d="{CURVE}" transform="translate({right - brand - 44:.0f} 24) scale(1.05)" fill="none" '
        f'stroke="{LIGHT["manifold"]}" stroke-width="4" stroke-linecap="round"/>',
        drawn(NAME, right, 50, BRAND, LIGHT["muted"], "end"),
        drawn(cut(said.heading, TITLE, room, bold=True), EDGE, 56, TITLE, LIGHT["ink"], bold=True),
        drawn(cut(marked(said.about), ABOUT, WIDTH - 2 * EDGE), EDGE, 94, ABOUT, LIGHT["muted"]),
    ]


def _foot(said: Said) -> tuple[list[str], float]:
    """The sentences, each beside a bar of its fate's colour, at the bottom; and how high they stand."""
    room, lines = WIDTH - 2 * EDGE - 20, LINES // max(1, len(said.sentences))
    rows = [
        (line, colour)
        for sentence, colour in said.sentences
        for line in wrapped(marked(sentence.replace("<", "&lt;")), SENTENCE, room, lines)
    ]
    top = HEIGHT - EDGE * 0.6 - len(rows) * STEP
    found = []
    for k, (line, colour) in enumerate(rows):
        y = top + k * STEP
        high = STEP if k + 1 < len(rows) and len(said.sentences) == 1 else STEP - 4
        found.append(f'<rect x="{EDGE}" y="{y:.1f}" width="6" height="{high:.1f}" fill="{colour}"/>')
        found.append(drawn(line, EDGE + 20, y + 0.72 * STEP, SENTENCE, LIGHT["ink"]))
    return found, HEIGHT - top
