"""The share card of a state, 1200 × 630 pixels: title, figures and main sentence, drawn by matplotlib.

matplotlib is imported with the first card: a second of a core, and 50 MB of memory of the process.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from components.core.state import State
from components.core.view import View
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.server.share_cards.text import POINTS, Measure, cut, marked, wrapped
from components.ui.open_graph import CARD_HEIGHT, CARD_WIDTH
from components.ui.shell import NAME
from components.ui.summary import Summary
from dynamics.plotting.mathematics import mathematics
from dynamics.plotting.style import LIGHT

if TYPE_CHECKING:
    from dynamics.plotting.printing import FigureDrawing

DPI = 72.0 / POINTS
SCALE = 1.5  # larger than on the page: a message shows the picture at half its size or less
EDGE = 36.0  # margin of the card
HEAD = 112.0  # the height of the title's part
FOOT_GAP = 10.0  # over the sentences
WIDTH_FRACTIONS = (0.56, 0.44)  # of two figures
TITLE, ABOUT, SENTENCE, BRAND = 34.0, 21.0, 22.0, 21.0
STEP = 1.4 * SENTENCE
LINES = 2  # of all sentences
# The app's own sign: where it begins, and the points of its curves.
SIGN = ((6, 3), (6, 15), (9, 19), (12, 19), (15, 19), (16, 10), (19, 10), (22, 10), (23, 26), (28, 27))


class Card:
    """A card that is drawn: ``figures`` are on its ``canvas``, and ``png`` returns it."""

    def __init__(self, view: View, state: State, picture: StreamResult | None, summary: Summary) -> None:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Canvas

        from dynamics.plotting.printing import PrintStyle

        style = PrintStyle(CARD_WIDTH / DPI, CARD_HEIGHT / DPI, 12 * SCALE * POINTS, serif=False)
        with matplotlib.rc_context(style.parameters):
            self.canvas = Canvas((style.width, style.height), DPI, facecolor=LIGHT["paper"])
            self._agg = FigureCanvasAgg(self.canvas)
            self._measure = Measure(self._agg.get_renderer())
            self._header(summary)
            bottom = self._footer(summary)
            self.figures = self._figures(view, state, picture, bottom, style) if picture else []

    def png(self) -> bytes:
        """Return the card as PNG."""
        file = io.BytesIO()
        self._agg.print_png(file, metadata={"Software": NAME})
        return file.getvalue()

    def _figures(
        self, view: View, state: State, picture: StreamResult, bottom: float, style: Any
    ) -> list[FigureDrawing]:
        """Draw the figures side by side, between title and sentences."""
        from dynamics.plotting.printing import FigureDrawing

        names = [name for name in view.figures if name in picture.scenes]
        heights = [HEAD, bottom - HEAD - FOOT_GAP, CARD_HEIGHT - bottom + FOOT_GAP]
        parts: Any = self.canvas.subfigures(3, 1, height_ratios=heights)
        places = parts[1].subfigures(1, 2, width_ratios=WIDTH_FRACTIONS) if len(names) == 2 else [parts[1]]
        return [
            FigureDrawing(page_figure(view, state, name, picture), place, style)
            for name, place in zip(names, places, strict=False)
        ]

    def _write(self, text: str, x: float, y: float, size: float, color: str, **look: Any) -> None:
        """Write a line of text at its baseline, in pixels from the upper left corner."""
        self.canvas.text(x / CARD_WIDTH, 1.0 - y / CARD_HEIGHT, text, fontsize=size * POINTS, color=color, **look)

    def _header(self, summary: Summary) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        right = CARD_WIDTH - EDGE
        brand = self._measure.width(NAME, BRAND)
        points = [(right - brand - 44 + 1.05 * x, CARD_HEIGHT - 24 - 1.05 * y) for x, y in SIGN]
        path = Path(points, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])
        sign = PathPatch(path, fill=False, edgecolor=LIGHT["manifold"], linewidth=4 * POINTS, capstyle="round")
        sign.set_transform(None)  # its points are pixels
        self.canvas.add_artist(sign)
        self._write(NAME, right, 50, BRAND, LIGHT["muted"], ha="right")
        title = cut(
            mathematics(summary.title, symbols=False), TITLE, right - EDGE - brand - 80, self._measure, bold=True
        )
        self._write(title, EDGE, 56, TITLE, LIGHT["ink"], fontweight="bold")
        about = cut(mathematics(marked(summary.description), symbols=False), ABOUT, right - EDGE, self._measure)
        self._write(about, EDGE, 94, ABOUT, LIGHT["muted"])

    def _footer(self, summary: Summary) -> float:
        """Write the sentences, each beside a bar of its fate's color, at the bottom; return where they begin."""
        from matplotlib.patches import Rectangle

        available_width, lines = CARD_WIDTH - 2 * EDGE - 20, LINES // max(1, len(summary.sentences))
        rows = [
            (line, color)
            for sentence, color in summary.sentences
            for line in wrapped(marked(sentence.replace("<", "&lt;")), SENTENCE, available_width, lines, self._measure)
        ]
        top = CARD_HEIGHT - EDGE * 0.6 - len(rows) * STEP
        for k, (line, color) in enumerate(rows):
            y = top + k * STEP
            height = STEP if k + 1 < len(rows) and len(summary.sentences) == 1 else STEP - 4
            bar = Rectangle((EDGE, CARD_HEIGHT - y - height), 6, height, facecolor=color, edgecolor="none")
            bar.set_transform(None)
            self.canvas.add_artist(bar)
            self._write(line, EDGE + 20, y + 0.72 * STEP, SENTENCE, LIGHT["ink"])
        return top
