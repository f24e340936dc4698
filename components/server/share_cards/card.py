"""The share card of a state, 1200 × 630 pixels: title, figures and main sentence.

The figures are drawn as SVG and made pixels by resvg: 3 MB, imported with the first picture, 5 MB more memory of a
process, 0.1 s of a core a picture. matplotlib takes as long, with 70 MB of memory and 100 MB on the disk; Pillow draws
neither dashes nor smooth lines.
"""

from __future__ import annotations

from itertools import count

from components.core.state import State
from components.core.view import View
from components.server.share_cards.figure import Drawing
from components.server.share_cards.figure_state import resolve_figure
from components.server.share_cards.stream_result import StreamResult
from components.server.share_cards.svg_primitives import Rect
from components.server.share_cards.text import FAMILY, FONTS, cut, marked, svg_text, width, wrapped
from components.ui.open_graph import CARD_HEIGHT, CARD_WIDTH
from components.ui.shell import NAME
from components.ui.summary import Summary
from dynamics.plotting.style import LIGHT

EDGE = 36.0  # margin of the card
HEAD = 112.0  # the height of the title's part
WIDTH_FRACTIONS = (0.56, 0.44)  # of two figures
TITLE, ABOUT, SENTENCE, BRAND = 38.0, 23.0, 24.0, 23.0
STEP = 1.35 * SENTENCE
LINES = 2  # of all sentences
CURVE = "M6 3c0 12 3 16 6 16s4-9 7-9 4 16 9 17"  # the app's own sign


def png(view: View, state: State, picture: StreamResult | None, summary: Summary) -> bytes:
    """Return the card of a state as PNG; without figures where there is no picture of it."""
    import resvg_py  # imported with the first card, to save memory

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(view, state, picture, summary),
            skip_system_fonts=True,
            font_files=[str(path) for path in FONTS],
            font_family=FAMILY,
        )
    )


def svg(view: View, state: State, picture: StreamResult | None, summary: Summary) -> str:
    """Return the card as SVG."""
    figures = drawings(view, state, picture, summary) if picture else []
    parts = [
        f'<rect width="{CARD_WIDTH}" height="{CARD_HEIGHT}" fill="{LIGHT["paper"]}"/>',
        *_header(summary),
        *(figure.svg() for figure in figures),
        *_footer(summary)[0],
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" '
        f'viewBox="0 0 {CARD_WIDTH} {CARD_HEIGHT}" '
        f'font-family="{FAMILY}">{"".join(parts)}</svg>'
    )


def drawings(view: View, state: State, picture: StreamResult, summary: Summary) -> list[Drawing]:
    """Return the figures side by side, under the title and over the sentences."""
    ids, bottom = count(), CARD_HEIGHT - _footer(summary)[1] - 12
    names = [name for name in view.figures if name in picture.scenes]
    ends = (
        [EDGE, EDGE + WIDTH_FRACTIONS[0] * (CARD_WIDTH - 2 * EDGE), CARD_WIDTH - EDGE]
        if len(names) == 2
        else [EDGE, CARD_WIDTH - EDGE]
    )
    return [
        Drawing(resolve_figure(view, state, name, picture), Rect(left - 12, HEAD, right, bottom), ids)
        for name, left, right in zip(names, ends, ends[1:], strict=False)
    ]


def _header(summary: Summary) -> list[str]:
    brand = width(NAME, BRAND)
    right = CARD_WIDTH - EDGE
    available_width = right - EDGE - brand - 80
    return [
        f'<path d="{CURVE}" transform="translate({right - brand - 44:.0f} 24) scale(1.05)" fill="none" '
        f'stroke="{LIGHT["manifold"]}" stroke-width="4" stroke-linecap="round"/>',
        svg_text(NAME, right, 50, BRAND, LIGHT["muted"], "end"),
        svg_text(cut(summary.title, TITLE, available_width, bold=True), EDGE, 56, TITLE, LIGHT["ink"], bold=True),
        svg_text(cut(marked(summary.description), ABOUT, CARD_WIDTH - 2 * EDGE), EDGE, 94, ABOUT, LIGHT["muted"]),
    ]


def _footer(summary: Summary) -> tuple[list[str], float]:
    """Return the sentences, each beside a bar of its fate's color, at the bottom; and how high they stand."""
    available_width, lines = CARD_WIDTH - 2 * EDGE - 20, LINES // max(1, len(summary.sentences))
    rows = [
        (line, color)
        for sentence, color in summary.sentences
        for line in wrapped(marked(sentence.replace("<", "&lt;")), SENTENCE, available_width, lines)
    ]
    top = CARD_HEIGHT - EDGE * 0.6 - len(rows) * STEP
    elements = []
    for k, (line, color) in enumerate(rows):
        y = top + k * STEP
        height = STEP if k + 1 < len(rows) and len(summary.sentences) == 1 else STEP - 4
        elements.append(f'<rect x="{EDGE}" y="{y:.1f}" width="6" height="{height:.1f}" fill="{color}"/>')
        elements.append(svg_text(line, EDGE + 20, y + 0.72 * STEP, SENTENCE, LIGHT["ink"]))
    return elements, CARD_HEIGHT - top
