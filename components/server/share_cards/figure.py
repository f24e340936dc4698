"""A resolved figure as SVG: what plotly and the page's own overlay draw of it, in a rectangle of pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from math import atan2, degrees
from typing import Any

import numpy as np

from components.server.share_cards import svg_primitives
from components.server.share_cards.axes import Axis, ticks
from components.server.share_cards.figure_state import ResolvedFigure
from components.server.share_cards.stream_result import numbers
from components.server.share_cards.svg_primitives import Rect
from components.server.share_cards.text import cut, escaped, svg_text, width
from components.ui.heatmap_encoding import NONE
from dynamics.plotting.style import LIGHT

SCALE = 1.5  # larger than on the page: a message shows the picture at half its size or less
TICK, TITLE, NAME, SMALL = 12 * SCALE, 14 * SCALE, 13 * SCALE, 11 * SCALE
MIN_TITLE_SCALE = 0.68  # of the title of a short axis
LETTER = 0.58  # of a letter's width over its height, about
GAP = 6.0
SAMPLE = 30.0  # of a line in a legend
BAR = 14.0  # how wide a color bar is
HIDDEN = "rgba(0,0,0,0)"


class Drawing:
    """One figure in its rectangle. `ids` numbers what is cut, over all figures of a document."""

    def __init__(self, figure: ResolvedFigure, outer: Rect, ids: count[int]) -> None:
        self.layout, self.traces, self.scene = figure.layout, figure.traces, figure.scene
        self.ids = ids
        self.x_names = [key for key in self.layout if key.startswith("xaxis")]
        self.y_names = [key for key in self.layout if key.startswith("yaxis")]
        self.bar = next((trace["marker"] for trace in self.traces if trace.get("marker", {}).get("showscale")), None)
        self.named = _legend(self.traces) if self.layout.get("showlegend") else []
        self.inner = self._inside(outer)
        self.axes = {name: self._axis(name) for name in (*self.x_names, *self.y_names)}

    def _inside(self, outer: Rect) -> Rect:
        """Return the rectangle of the axes: numbers and titles have their room around it."""
        max_width = 0.0
        height = outer.bottom - outer.top - 80
        for name in self.y_names:
            low, high = self.layout[name].get("domain", (0, 1))
            axis = Axis.of(self.layout[name], (high - low) * height, 0)
            max_width = max([max_width, *(width(text, TICK) for _, text in ticks(axis, self.layout[name], "y"))])
        right = outer.right - 16
        if self.bar:
            right -= BAR + 3 * GAP + TITLE + max([0.0, *(width(text, TICK) for _, text in self._bar_ticks())])
        left = outer.left + TITLE + GAP + max_width + 3 * GAP
        bottom = outer.bottom - TICK - TITLE - 3 * GAP
        self.rows = self._legend_rows(right - left) if self.named else []
        bottom -= len(self.rows) * SMALL * 1.35
        top = outer.top + (NAME if any(shape.get("label") for shape in self.layout.get("shapes", ())) else GAP)
        return Rect(left, top, right, bottom)

    def _axis(self, name: str) -> Axis:
        low, high = self.layout[name].get("domain", (0, 1))
        box = self.inner
        if name.startswith("x"):
            wide = box.right - box.left
            return Axis.of(self.layout[name], box.left + low * wide, box.left + high * wide)
        high_ = box.bottom - box.top
        return Axis.of(self.layout[name], box.bottom - low * high_, box.bottom - high * high_)

    def svg(self) -> str:
        """Return all of it, what lies lowest first."""
        shapes = self.layout.get("shapes", ())
        traces = sorted(self.traces, key=lambda trace: ("heatmap", "contour", "scatter").index(trace["type"]))
        return "".join(
            [
                *self._cells(),
                *(part for x, y in self._pairs() for part in self._grid(x, y)),
                *self._field(),
                *(self._shape(shape) for shape in shapes if shape.get("layer") == "below"),
                *(self._trace(trace) for trace in traces),
                *(self._shape(shape) for shape in shapes if shape.get("layer") != "below"),
                *(part for x, y in self._pairs() for part in self._frame(x, y)),
                *(self._annotation(note) for note in self.layout.get("annotations", ())),
                *self._colors(),
                *self._names(),
            ]
        )

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each row's axes: the x axis of a y axis is its anchor's."""
        for y in self.y_names:
            anchor = self.layout[y].get("anchor", "x")
            x = anchor.replace("x", "xaxis") if f"{anchor.replace('x', 'xaxis')}" in self.axes else self.x_names[0]
            yield x, y

    # --- axes ---

    def _grid(self, x: str, y: str) -> Iterator[str]:
        xa, ya = self.axes[x], self.axes[y]
        for name, axis in ((x, xa), (y, ya)):
            style, letter = self.layout[name], name[0]
            values = [value for value, _ in ticks(axis, style, letter)] if style.get("showgrid", True) else []
            for value in values:
                yield self._straight(letter, float(axis.pixels(value)), xa, ya, style["gridcolor"], 1)
            if style.get("zeroline") and not axis.log and axis.contains(0.0):
                yield self._straight(letter, float(axis.pixels(0.0)), xa, ya, style["zerolinecolor"], 1)

    @staticmethod
    def _straight(letter: str, at: float, xa: Axis, ya: Axis, color: str, thick: float) -> str:
        ends = (at, ya.start, at, ya.stop) if letter == "x" else (xa.start, at, xa.stop, at)
        x1, y1, x2, y2 = (f"{end:.1f}" for end in ends)
        return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}" stroke-width="{thick * SCALE:g}"/>'

    def _frame(self, x: str, y: str) -> Iterator[str]:
        """Lines, ticks, numbers and titles; those of the x axis under the row that it is anchored to."""
        xa, ya = self.axes[x], self.axes[y]
        ink, muted = LIGHT["ink"], LIGHT["muted"]
        yield self._straight("x", xa.start, xa, ya, muted, 1)
        above = np.inf
        for value, text in sorted(ticks(ya, self.layout[y], "y"), reverse=ya.ends[0] > ya.ends[1]):
            at = float(ya.pixels(value))
            yield f'<path d="M{xa.start:.1f} {at:.1f}h{-GAP}" stroke="{muted}" stroke-width="{SCALE}"/>'
            if above - at < TICK:
                continue
            above = at
            yield svg_text(text, xa.start - GAP - 4, at + 0.35 * TICK, TICK, ink, "end")
        yield self._title(self.layout[y], self.inner.left - (self.inner.left - self._outer_left()) + TITLE * 0.85, ya)
        anchor = self.layout[x].get("anchor", "y").replace("y", "yaxis")
        if (anchor if anchor in self.axes else self.y_names[0]) != y:
            return
        yield self._straight("y", ya.start, xa, ya, muted, 1)
        last_end = -np.inf
        for value, text in ticks(xa, self.layout[x], "x"):
            at, half = float(xa.pixels(value)), width(text, TICK) / 2
            yield f'<path d="M{at:.1f} {ya.start:.1f}v{GAP}" stroke="{muted}" stroke-width="{SCALE}"/>'
            if at - half > last_end + GAP:
                yield svg_text(text, at, ya.start + GAP + TICK, TICK, ink, "middle")
                last_end = at + half
        title = self.layout[x].get("title", {}).get("text", "")
        size = TITLE * min(1.0, max(MIN_TITLE_SCALE, xa.length / max(1.0, width(title, TITLE))))
        yield svg_text(
            title, (xa.start + xa.stop) / 2, ya.start + GAP + TICK + TITLE + GAP / 2, size, LIGHT["ink"], "middle"
        )

    def _outer_left(self) -> float:
        max_width = 0.0
        for name in self.y_names:
            labels = ticks(self.axes[name], self.layout[name], "y")
            max_width = max([max_width, *(width(text, TICK) for _, text in labels)])
        return self.inner.left - max_width - 3 * GAP - TITLE

    @staticmethod
    def _title(style: Mapping[str, Any], x: float, axis: Axis) -> str:
        """Return the title of an upright axis, smaller where the axis is short."""
        text = style.get("title", {}).get("text", "")
        size = TITLE * min(1.0, max(MIN_TITLE_SCALE, axis.length / max(1.0, width(text, TITLE))))
        return svg_text(text, x, (axis.start + axis.stop) / 2, size, LIGHT["ink"], "middle", vertical=True)

    # --- what is under ---

    def _cut(self, body: str, xa: Axis, ya: Axis) -> str:
        """Only what is within a row's axes."""
        number = next(self.ids)
        return (
            f'<clipPath id="c{number}"><rect x="{xa.start:.1f}" y="{ya.stop:.1f}" width="{xa.length:.1f}" '
            f'height="{ya.length:.1f}"/></clipPath><g clip-path="url(#c{number})">{body}</g>'
        )

    def _first(self) -> tuple[Axis, Axis]:
        return self.axes[self.x_names[0]], self.axes[self.y_names[0]]

    @staticmethod
    def _box(xa: Axis, ya: Axis) -> Rect:
        """Return the rectangle of a row's axes."""
        (left, right), (top, bottom) = sorted((xa.start, xa.stop)), sorted((ya.start, ya.stop))
        return Rect(left, top, right, bottom)

    def _field(self) -> Iterator[str]:
        field = self.scene.get("field")
        if not field:
            return
        xa, ya = self._first()
        x, y, across, up = (numbers(field[name]) for name in ("x", "y", "across", "up"))
        d = svg_primitives.field(
            (xa.pixels(x), ya.pixels(y)), (xa.pixels(x + across), ya.pixels(y + up)), 0.8 * SCALE, self._box(xa, ya)
        )
        style = f'fill="none" stroke="{escaped(field["color"])}" stroke-width="{0.8 * SCALE:g}"'
        yield f'<path d="{d}" {style}/>'

    def _cells(self) -> Iterator[str]:
        cells = self.scene.get("cells")
        if not cells:
            return
        xa, ya = self._first()
        nx, ny = cells["n"]
        shape, quantity = (ny, nx), cells["quantity"]
        if quantity:
            values = numbers(quantity["values"]).reshape(shape)
            stops = [(k / (len(quantity["scale"]) - 1), color) for k, color in enumerate(quantity["scale"])]
            colors = svg_primitives.ramp(stops, np.floor(values / 256) / 255)
            alpha = np.where(values == NONE, 0.0, 255.0)
        else:
            palette = np.array([svg_primitives.rgb(fate["color"]) for fate in cells["fates"]], dtype=float)
            colors = palette[numbers(cells["fate"]).reshape(shape).astype(int)]
            alpha = np.full(shape, 255.0 * cells["strength"])
        yield self._cut(
            self._grid_image(np.dstack([colors, alpha]), xa.pixels(cells["x"]), ya.pixels(cells["y"])), xa, ya
        )

    @staticmethod
    def _grid_image(colors: np.ndarray, x: np.ndarray, y: np.ndarray) -> str:
        """Return a grid between the middles of its outermost cells."""
        ny, nx = colors.shape[:2]
        cell_width, cell_height = (x[-1] - x[0]) / max(nx - 1, 1), (y[0] - y[-1]) / max(ny - 1, 1)
        return svg_primitives.image(
            colors, x[0] - cell_width / 2, y[-1] - cell_height / 2, nx * cell_width, ny * cell_height
        )

    # --- traces ---

    def _trace(self, trace: dict[str, Any]) -> str:
        x = self.axes.get(trace.get("xaxis", "x").replace("x", "xaxis"), self.axes[self.x_names[0]])
        y = self.axes.get(trace.get("yaxis", "y").replace("y", "yaxis"), self.axes[self.y_names[0]])
        if trace["type"] == "heatmap":
            return self._cut(self._heatmap(trace, x, y), x, y)
        if trace["type"] == "contour":
            return self._contour(trace, x, y)
        px, py = x.pixels(trace["x"]), y.pixels(trace["y"])
        mode = trace.get("mode", "lines")
        opacity = trace.get("opacity", 1.0)
        body, box = "", self._box(x, y)
        if trace.get("fill") == "toself":
            color = escaped(trace["fillcolor"])
            body += f'<path d="{svg_primitives.area(px, py, box)}" fill="{color}" fill-opacity="{opacity:g}"/>'
        elif "lines" in mode and np.isfinite(px + py).any():
            body += svg_primitives.line(svg_primitives.path(px, py, box), trace["line"], SCALE, opacity)
        points = ""
        if "markers" in mode and not trace["marker"].get("showscale"):
            points = "".join(self._markers(trace, px, py, box))
        return body + points + ("".join(self._texts(trace, px, py, x, y)) if "text" in mode else "")

    def _markers(self, trace: dict[str, Any], px: np.ndarray, py: np.ndarray, box: Rect) -> Iterator[str]:
        style = trace["marker"]
        line = style.get("line", {})
        opacity = style.get("opacity", 1.0) * trace.get("opacity", 1.0)
        loose = 2.0 if trace.get("cliponaxis") is False else 0.0
        for k, (x, y) in enumerate(zip(px.tolist(), py.tolist(), strict=True)):
            size, color = _each(style.get("size", 6), k), _each(style.get("color", LIGHT["ink"]), k)
            if not box.contains(x, y, loose) or not size or color == HIDDEN:
                continue
            symbol = _each(style.get("symbol", "circle"), k)
            edge = _each(line.get("color", color), k), _each(line.get("width", 0), k) * SCALE
            angle = degrees(atan2(px[k] - px[k - 1], py[k - 1] - py[k])) if symbol == "arrow" and k else 0.0
            yield svg_primitives.marker(
                x, y, symbol, size * SCALE, color, edge, angle or 1e-3 * (symbol == "arrow"), opacity
            )

    def _texts(self, trace: dict[str, Any], px: np.ndarray, py: np.ndarray, xa: Axis, ya: Axis) -> Iterator[str]:
        font = trace.get("textfont", {})
        size = font.get("size", 12) * SCALE
        role = (trace.get("meta") or {}).get("role")
        heights = _spread(py, 1.1 * size) if role == "names" else py
        for k, text in enumerate(trace["text"]):
            x, y = float(px[k]), float(heights[k])
            if not (
                np.isfinite(x) and np.isfinite(y) and xa.start - 1 <= x <= xa.stop + 1 and ya.stop <= y <= ya.start
            ):
                continue
            if role == "regions":
                text = _fitting(text, trace["meta"]["rooms"][k], xa, ya, size)
            position = _each(trace.get("textposition", "middle center"), k)
            anchor = "end" if position.endswith("left") else "start" if position.endswith("right") else "middle"
            yield svg_text(text, x, y + 0.36 * size, size, _each(font.get("color", LIGHT["ink"]), k), anchor)

    def _heatmap(self, trace: dict[str, Any], xa: Axis, ya: Axis) -> str:
        z = np.asarray(trace["z"], dtype=float)
        fractions = (z - trace["zmin"]) / (trace["zmax"] - trace["zmin"])
        x, y = xa.pixels(numbers(trace["x"])), ya.pixels(numbers(trace["y"]))
        alpha = np.full(z.shape, 255.0 * trace.get("opacity", 1.0))
        return self._grid_image(np.dstack([svg_primitives.ramp(trace["colorscale"], fractions), alpha]), x, y)

    def _contour(self, trace: dict[str, Any], xa: Axis, ya: Axis) -> str:
        levels = trace["contours"]
        x, y, z = xa.pixels(numbers(trace["x"])), ya.pixels(numbers(trace["y"])), np.asarray(trace["z"], dtype=float)
        box = self._box(xa, ya)
        steps = round((levels["end"] - levels["start"]) / levels["size"]) if levels["size"] > 0 else 0
        d = "".join(
            svg_primitives.contour(x, y, z, levels["start"] + k * levels["size"], box)
            for k in range(min(steps, 60) + 1)
        )
        return svg_primitives.line(d, trace["line"], SCALE)

    # --- beside ---

    def _shape(self, shape: dict[str, Any]) -> str:
        ends = [self._position(shape, f"{letter}{k}", letter) for k in (0, 1) for letter in "xy"]
        if not all(np.isfinite(end) for end in ends):
            return ""
        x0, y0, x1, y1 = ends
        box = self.inner
        if not (
            box.left - 1 <= min(x0, x1)
            and max(x0, x1) <= box.right + 1
            and box.top - 1 <= min(y0, y1) <= box.bottom + 1
        ):
            return ""
        svg = svg_primitives.line(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", shape["line"], SCALE)
        label = shape.get("label")
        if label:
            size = label["font"]["size"] * SCALE
            upright = abs(x1 - x0) < 1
            position = label.get("textposition", "middle")
            x = {"start": min(x0, x1) + 4, "end": max(x0, x1) - 4}.get(position, (x0 + x1) / 2)
            anchor = "middle" if upright or position == "middle" else position
            y = min(y0, y1) - (4 if upright else 0.25 * size)
            svg += svg_text(label["text"], x0 if upright else x, y, size, label["font"]["color"], anchor)
        return svg

    def _position(self, what: Mapping[str, Any], name: str, letter: str) -> float:
        """Return where something is along a direction: on an axis, on its share of the figure, or in the figure."""
        value, reference = what[name], what.get(f"{letter}ref", letter)
        box = self.inner
        if reference == "paper":
            return (
                box.left + value * (box.right - box.left)
                if letter == "x"
                else box.bottom - value * (box.bottom - box.top)
            )
        axis = self.axes.get(reference.removesuffix(" domain").replace(letter, f"{letter}axis"))
        if axis is None:
            return float("nan")
        if reference.endswith(" domain"):
            return axis.start + value * (axis.stop - axis.start)
        return float(axis.pixels(value))

    def _annotation(self, note: dict[str, Any]) -> str:
        size = note["font"]["size"] * SCALE
        x, y = self._position(note, "x", "x"), self._position(note, "y", "y")
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
        available = self.inner.right - self.inner.left
        return svg_text(cut(note["text"], size, available), x, y + size, size, note["font"]["color"], anchor)

    def _bar_ticks(self) -> list[tuple[float, str]]:
        style, axis = self._bar_axis(0.0, 300.0)
        return ticks(axis, style, "y")

    def _bar_axis(self, low: float, high: float) -> tuple[dict[str, Any], Axis]:
        assert self.bar is not None
        style = {**self.bar["colorbar"], "range": [self.bar["cmin"], self.bar["cmax"]]}
        return style, Axis.of(style, low, high)

    def _colors(self) -> Iterator[str]:
        """Yield the color bar."""
        if not self.bar:
            return
        box = self.inner
        left, height = box.right + 2 * GAP, box.bottom - box.top
        fractions = np.linspace(0.0, 1.0, 128)[:, None]
        yield svg_primitives.image(
            svg_primitives.ramp(self.bar["colorscale"], fractions), left, box.top, BAR, height, smooth=True
        )
        style, axis = self._bar_axis(box.bottom, box.top)
        max_width = 0.0
        for value, text in ticks(axis, style, "y"):
            yield svg_text(text, left + BAR + GAP, float(axis.pixels(value)) + 0.35 * TICK, TICK, LIGHT["ink"])
            max_width = max(max_width, width(text, TICK))
        yield self._title(style, left + BAR + 2 * GAP + max_width + TITLE * 0.8, axis)

    def _legend_rows(self, available: float) -> list[list[tuple[dict[str, Any], float]]]:
        """Return the names of lines, as many in a row as have room: each with where it begins."""
        rows: list[list[tuple[dict[str, Any], float]]] = [[]]
        at = 0.0
        for trace in self.named:
            wide = SAMPLE + GAP + width(trace["name"], SMALL) + 2 * GAP
            if rows[-1] and at + wide > available:
                rows.append([])
                at = 0.0
            rows[-1].append((trace, at))
            at += wide
        return rows

    def _names(self) -> Iterator[str]:
        box = self.inner
        for number, row in enumerate(self.rows):
            y = box.bottom + TICK + TITLE + 3 * GAP + number * SMALL * 1.35 + SMALL * 0.7
            for trace, at in row:
                x = box.left + at
                if "lines" in trace.get("mode", "lines"):
                    yield svg_primitives.line(f"M{x:.1f} {y:.1f}h{SAMPLE - GAP}", trace["line"], SCALE)
                else:
                    style = trace["marker"]
                    yield svg_primitives.marker(
                        x + SAMPLE / 2, y, style["symbol"], style["size"] * SCALE, style["color"], ("", 0)
                    )
                available = box.right - x - SAMPLE
                yield svg_text(cut(trace["name"], SMALL, available), x + SAMPLE, y + 0.36 * SMALL, SMALL, LIGHT["ink"])


def _legend(traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the traces that a legend names, each name once."""
    by_name: dict[str, dict[str, Any]] = {}
    for trace in traces:
        if trace.get("showlegend", True) and trace.get("name") and trace["type"] == "scatter":
            by_name.setdefault(trace["name"], trace)
    return list(by_name.values())


def _each(value: Any, k: int) -> Any:
    """Return the value for point k, from a value for all points or a list."""
    return value[k] if isinstance(value, (list, np.ndarray)) else value


def _spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Heights in pixels moved apart until each has its line of text."""
    moved = heights.copy()
    order = np.argsort(moved, kind="stable")
    for _ in range(len(moved)):
        for low, high in zip(order, order[1:], strict=False):
            short = gap - (moved[high] - moved[low])
            if short > 0:
                moved[low] -= short / 2
                moved[high] += short / 2
    return moved


def _fitting(text: str, available: tuple[float, float], xa: Axis, ya: Axis, size: float) -> str:
    """Return a region's name, or only its sign, where that is all that there is room for."""
    across, up = available[0] * xa.length, available[1] * ya.length
    if up < 1.2 * size:
        return ""
    return next((shorter for shorter in (text, text[0]) if LETTER * size * len(shorter) < across), "")
