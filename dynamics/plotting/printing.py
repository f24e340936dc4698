"""A figure of plotly's schema drawn by matplotlib, for print and for pictures of links.

It draws what the figures of this project are made of: lines, markers, texts and filled bands over linear and
logarithmic axes, rows over one time axis, maps of cells with their bar of colors, contours, straight lines with labels.
Sizes of a figure are pixels of a page whose numbers at the axes have 12 pixels; all of it is scaled so that these get
the font size of the style.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import atan2, ceil, degrees, floor, log10
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import is_math_text
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure as Canvas
from matplotlib.figure import SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import Affine2D

from dynamics.plotting.label_placement import moved_apart
from dynamics.plotting.mathematics import mathematics
from dynamics.plotting.number_text import format_number
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.typing import FloatArray

BASE = 12.0  # pixels of the numbers at the axes on the page
HIDDEN = "rgba(0,0,0,0)"
MARGIN = 0.7  # font sizes around axes, their numbers and titles
GAP = 0.45  # font sizes between an axis and its numbers, and these and its title
BAR = (1.0, 1.2)  # font sizes of a bar of colors: its distance, its width
MIN_TITLE = 0.55  # of its size to which the title of a short axis shrinks
MAX_POWER = 300.0  # decimal power of an end of an axis
MAX_LEVELS = 60  # contours
MAX_ALIKE = 3  # names of lines of one look that a legend writes
TICK_DISTANCE = {"x": 5.5, "y": 2.6}  # font sizes between two ticks, at least
_DASHES = {"solid": (), "dot": (1, 1), "dash": (3, 3), "dashdot": (3, 1, 1, 1), "longdash": (5, 5)}  # of the width
_MARKERS: dict[str, Any] = {
    "circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "triangle-down": "v", "x": "X", "cross": "P",
    "hexagon": "h", "x-thin": "x",
}  # fmt: skip
_ARROW = [(0.0, 0.0), (1.0, -2.0), (-1.0, -2.0), (0.0, 0.0)]  # its tip is the point; before it is turned it points up


@dataclass(frozen=True)
class PrintStyle:
    """How large a figure is drawn, and in which type.

    Attributes
    ----------
    width, height : float
        Inches.
    font_size : float
        Of the numbers at the axes, points; the rest is scaled with it.
    serif : bool
        Whether the type is one with serifs, as in a paper.
    transparent : bool
        Whether there is no paper behind it.
    legend : bool or None
        Whether lines are named beside it; None: as in the figure.
    colors : mapping of str to str
        What is drawn instead of the colors of the light theme.
    """

    width: float
    height: float
    font_size: float
    serif: bool = True
    transparent: bool = False
    legend: bool | None = None
    colors: Mapping[str, str] = field(default_factory=dict)

    def color(self, role: str) -> str:
        """Return the color of a role, "ink" or "paper"."""
        return self.colors.get(LIGHT[role], LIGHT[role])

    @property
    def scale(self) -> float:
        """Points per pixel of the page (float)."""
        return self.font_size / BASE

    @property
    def parameters(self) -> Any:
        """Settings of matplotlib (dict)."""
        family = ["STIXGeneral", "DejaVu Sans"] if self.serif else ["DejaVu Sans"]
        return {
            "font.family": family,
            "font.size": self.font_size,
            "mathtext.fontset": "stix" if self.serif else "dejavusans",
            "pdf.fonttype": 42,
            "svg.fonttype": "path",
            "svg.hashsalt": "feature-unlearning",
            "path.simplify": False,
            "axes.unicode_minus": True,
        }


def page_height(figure: Figure, width: float) -> float:
    """Return a height in inches at which a figure of this width looks as on the page."""
    rows = sum(name.startswith("yaxis") for name in figure["layout"])
    return width * (0.78 if rows < 2 else min(1.35, 0.3 + 0.22 * rows))


def to_canvas(figure: Figure, style: PrintStyle) -> Canvas:
    """Return a figure as one of matplotlib, laid out."""
    with matplotlib.rc_context(style.parameters):
        canvas = Canvas(figsize=(style.width, style.height))
        FigureCanvasAgg(canvas)
        canvas.patch.set_facecolor("none" if style.transparent else style.color("paper"))
        FigureDrawing(figure, canvas, style)
    return canvas


class FigureDrawing:
    """One figure in a figure of matplotlib, or in a part of one, laid out.

    Numbers and titles are measured and the axes get what room is left; matplotlib's own layout draws everything several
    times, which takes a second.
    """

    def __init__(self, figure: Figure, target: Canvas | SubFigure, style: PrintStyle) -> None:
        self.traces: Sequence[Trace] = figure["data"]
        self.layout: Mapping[str, Any] = figure["layout"]
        self.target, self.style = target, style
        self.x_names = [name for name in self.layout if name.startswith("xaxis")] or ["xaxis"]
        self.y_names = [name for name in self.layout if name.startswith("yaxis")] or ["yaxis"]
        self.y_names.sort(key=lambda name: -self._domain(name)[1])
        self.has_bar = any(trace.get("marker", {}).get("showscale") for trace in self.traces)
        self.axes = self._rows()
        self.arrows: list[tuple[Axes, Trace, FloatArray, FloatArray, float]] = []
        self.legend = self._draw()
        self._lay_out()
        self._named()

    # --- axes ---

    def _domain(self, name: str) -> Sequence[float]:
        domain: Sequence[float] = self.layout.get(name, {}).get("domain", (0.0, 1.0))
        return domain

    def _x_name(self, y_name: str) -> str:
        name = _long(self.layout.get(y_name, {}).get("anchor", "x"))
        return name if name in self.x_names else self.x_names[0]

    @cached_property
    def _size(self) -> tuple[float, float]:
        """Width and height in points."""
        dpi = self.target.figure.dpi
        return float(self.target.bbox.width) * 72.0 / dpi, float(self.target.bbox.height) * 72.0 / dpi

    def _rows(self) -> dict[str, Axes]:
        rows = {name: self.target.add_axes((0.1, 0.1, 0.8, 0.8), label=name) for name in self.y_names}
        for y_name, axes in rows.items():
            x_name = self._x_name(y_name)
            self._axis(axes, "x", self.layout.get(x_name, {}))
            self._axis(axes, "y", self.layout.get(y_name, {}))
            if not self._has_numbers(y_name):
                axes.tick_params(axis="x", labelbottom=False, length=0)
                axes.spines["bottom"].set_visible(False)
        return rows

    def _has_numbers(self, y_name: str) -> bool:
        """Whether the numbers of its x axis are under this row."""
        anchor = _long(self.layout.get(self._x_name(y_name), {}).get("anchor", "y"))
        return y_name == (anchor if anchor in self.y_names else self.y_names[-1])

    def _axis(self, axes: Axes, letter: Literal["x", "y"], style: Mapping[str, Any]) -> None:
        """Scale, ends, ticks and title of one direction."""
        scale, size = self.style.scale, self.style.font_size
        axis, log = (axes.xaxis if letter == "x" else axes.yaxis), style.get("type") == "log"
        muted, ink = self.style.color("muted"), self.style.color("ink")
        axes.spines[["top", "right"]].set_visible(False)
        for spine in axes.spines.values():
            spine.set(color=muted, linewidth=scale)
        axes.set_facecolor("none")
        if log:
            getattr(axes, f"set_{letter}scale")("log")
        ends = style.get("range")
        if ends is not None:
            low, high = (float(end) for end in ends)
            if log:
                low, high = (10.0 ** float(np.clip(end, -MAX_POWER, MAX_POWER)) for end in (low, high))
            getattr(axes, f"set_{letter}lim")(low, high if high != low else low + 1.0)
        axes.tick_params(
            axis=letter, color=muted, labelcolor=ink, labelsize=size, length=4 * scale, width=scale, pad=3 * scale,
            labelrotation=0,
        )  # fmt: skip
        axis.set_minor_locator(NullLocator())
        grid_color = style.get("gridcolor", self.style.color("grid"))
        axes.set_axisbelow(True)
        if style.get("showgrid", True):
            axis.grid(True, color=grid_color, linewidth=scale)
        if style.get("zeroline") and not log:
            draw = axes.axvline if letter == "x" else axes.axhline
            draw(0.0, color=style.get("zerolinecolor", self.style.color("grid")), linewidth=scale, zorder=0.6)

    def _ticks(self, axes: Axes, letter: str, style: Mapping[str, Any], length: float) -> list[str]:
        """Set as many numbers as have room along an axis of this length in points; return them."""
        most = max(2, floor(length / (TICK_DISTANCE[letter] * self.style.font_size)))
        low, high = sorted(getattr(axes, f"get_{letter}lim")())
        if style.get("tickvals") is not None:
            texts = style.get("ticktext") or [f"{value:g}" for value in style["tickvals"]]
            found = [
                (float(value), mathematics(str(text)))
                for value, text in zip(style["tickvals"], texts, strict=True)
                if low <= value <= high
            ]
            found = found[:: ceil(len(found) / (2 * most))] if found else []
        elif style.get("type") == "log":
            found = _log_ticks(low, high, most)
        else:
            found = _even_ticks(low, high, min(most, style.get("nticks") or most))
        axis = axes.xaxis if letter == "x" else axes.yaxis
        axis.set_major_locator(FixedLocator([value for value, _ in found]))
        axis.set_major_formatter(FixedFormatter([text for _, text in found]))
        return [text for _, text in found]

    # --- what is drawn ---

    def _draw(self) -> Any:
        """Draw everything but numbers, titles and texts; return the legend, if there is one."""
        order = {"heatmap": 0, "contour": 1}
        for number, trace in enumerate(sorted(self.traces, key=lambda one: order.get(one["type"], 2))):
            axes = self.axes.get(_long(trace.get("yaxis", "y")), self.axes[self.y_names[0]])
            zorder = 2.0 + 1e-3 * number
            if trace["type"] == "heatmap":
                self._heatmap(axes, trace)
            elif trace["type"] == "contour":
                self._contour(axes, trace, zorder)
            else:
                self._scatter(axes, trace, zorder)
        for shape in self.layout.get("shapes", ()):
            self._shape(shape)
        for note in self.layout.get("annotations", ()):
            self._annotation(note)
        named = self.layout.get("showlegend", False) if self.style.legend is None else self.style.legend
        return self._legend(everything=self.style.legend is True) if named else None

    def _scatter(self, axes: Axes, trace: Trace, zorder: float) -> None:
        x, y = (self._numbers(axes, letter, trace[letter]) for letter in "xy")
        mode, opacity = trace.get("mode", "lines"), trace.get("opacity", 1.0)
        if trace.get("fill") == "toself":
            finite = np.isfinite(x) & np.isfinite(y)
            if finite.any():
                axes.fill(x[finite], y[finite], color=trace["fillcolor"], alpha=opacity, linewidth=0, zorder=zorder)
        elif "lines" in mode and np.isfinite(x + y).any():
            axes.plot(x, y, **self._line(trace["line"]), alpha=opacity, zorder=zorder)
        if "markers" not in mode or trace["marker"].get("showscale"):
            return
        if "arrow" in trace["marker"].get("symbol", ""):
            self.arrows.append((axes, trace, x, y, zorder))  # their directions are those on the paper
        else:
            self._markers(axes, trace, x, y, zorder)

    def _numbers(self, axes: Axes, letter: str, values: Any) -> FloatArray:
        """Values as an axis takes them: far below it what has no logarithm, nothing where there is no number."""
        found: FloatArray = np.array([np.nan if value is None else value for value in values], dtype=float)
        low, high = sorted(getattr(axes, f"get_{letter}lim")())
        if getattr(axes, f"get_{letter}scale")() == "log":
            found[found < 0.0] = np.nan
            span = high / low
            return found.clip(low / span / 10.0, high * span * 10.0)
        return found.clip(low - 10.0 * (high - low), high + 10.0 * (high - low))

    def _line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A line of plotly as keywords."""
        width = line.get("width", 2)
        return {
            "color": line.get("color", self.style.color("ink")), "linewidth": width * self.style.scale,
            "linestyle": _dashes(line.get("dash", "solid"), width), "solid_joinstyle": "round",
            "dash_capstyle": "butt", "solid_capstyle": "butt",
        }  # fmt: skip

    def _markers(self, axes: Axes, trace: Trace, x: FloatArray, y: FloatArray, zorder: float) -> None:
        """Draw the points; those of one look at once."""
        style, clipped = trace["marker"], trace.get("cliponaxis", True)
        edges, opacity = style.get("line", {}), style.get("opacity", 1.0) * trace.get("opacity", 1.0)
        groups: dict[tuple[Any, ...], list[int]] = {}
        turns = np.zeros(x.size)
        for k in range(x.size):
            symbol, color = (
                _each(style.get("symbol", "circle"), k),
                _each(style.get("color", self.style.color("ink")), k),
            )
            edge = (_each(edges.get("color", color), k), _each(edges.get("width", 0), k))
            size = _each(style.get("size", 6), k)
            if not size or color == HIDDEN or not np.isfinite(x[k] + y[k]) or not _inside(axes, x[k], y[k]):
                continue
            if symbol == "arrow" and k:
                turns[k] = self._direction(axes, x, y, k)
            groups.setdefault((symbol, color, size, *edge, float(turns[k])), []).append(k)
        for (symbol, color, size, edge_color, edge_width, turn), members in groups.items():
            hollow = symbol.endswith(("-open", "-thin"))
            kind = symbol.removesuffix("-open")
            if symbol == "arrow":
                shape: Any = MarkerStyle(_ARROW, transform=Affine2D().rotate_deg(turn))
                size = 2 * size  # its vertices end two units away, where a circle's radius is half of one
            else:
                shape = _MARKERS.get(kind, "s")
            width = edge_width or (size / 6 if hollow else 0)
            axes.plot(
                x[members], y[members], linestyle="none", marker=shape,
                markersize=(0.8 if kind == "diamond" else 1.0) * size * self.style.scale,
                markerfacecolor="none" if hollow else color,
                markeredgecolor=(edge_color if kind == "x-thin" else color) if hollow else edge_color,
                markeredgewidth=width * self.style.scale, alpha=opacity, clip_on=clipped, zorder=zorder,
            )  # fmt: skip

    @staticmethod
    def _direction(axes: Axes, x: FloatArray, y: FloatArray, k: int) -> float:
        """Degrees by which an arrow that points up is turned, to point from the point before to point k."""
        (x0, y0), (x1, y1) = axes.transData.transform([(x[k - 1], y[k - 1]), (x[k], y[k])])
        return degrees(atan2(y1 - y0, x1 - x0)) - 90.0

    def _heatmap(self, axes: Axes, trace: Trace) -> None:
        x, y = np.asarray(trace["x"], dtype=float), np.asarray(trace["y"], dtype=float)
        z = np.ma.masked_invalid(np.asarray(trace["z"], dtype=float))
        edges = [
            _edges(values, getattr(axes, f"get_{letter}scale")() == "log") for values, letter in ((x, "x"), (y, "y"))
        ]
        axes.pcolormesh(
            *edges, z, cmap=_colormap(trace["colorscale"]), norm=Normalize(trace["zmin"], trace["zmax"]),
            alpha=trace.get("opacity", 1.0), rasterized=True, zorder=0.2, linewidth=0, antialiased=False,
        )  # fmt: skip

    def _contour(self, axes: Axes, trace: Trace, zorder: float) -> None:
        levels = trace["contours"]
        count = round((levels["end"] - levels["start"]) / levels["size"]) if levels["size"] > 0 else 0
        at = levels["start"] + levels["size"] * np.arange(min(count, MAX_LEVELS) + 1)
        line = self._line(trace["line"])
        z = np.ma.masked_invalid(np.asarray(trace["z"], dtype=float))
        if z.count() and z.min() <= at[-1] and z.max() >= at[0]:
            axes.contour(
                trace["x"], trace["y"], z, levels=np.unique(at), colors=line["color"], linewidths=line["linewidth"],
                zorder=zorder, negative_linestyles="solid",
            )  # fmt: skip

    def _shape(self, shape: Mapping[str, Any]) -> None:
        """A straight line, with its label."""
        y_ref, x_ref = shape.get("yref", "y"), shape.get("xref", "x")
        vertical = y_ref == "paper" or y_ref.endswith("domain")
        rows = [self.axes[name] for name in self.y_names] if y_ref == "paper" else [self._row(y_ref)]
        zorder = 1.5 if shape.get("layer") == "below" else 4.0
        label = shape.get("label")
        for number, axes in enumerate(rows):
            draw, at = (axes.axvline, shape["x0"]) if vertical else (axes.axhline, shape["y0"])
            low, high = sorted(axes.get_xlim() if vertical else axes.get_ylim())
            if not (np.isfinite(at) and low <= at <= high):
                continue
            if not vertical and not x_ref.endswith("domain"):
                axes.plot([shape["x0"], shape["x1"]], [at, at], **self._line(shape["line"]), zorder=zorder)
            else:
                draw(at, **self._line(shape["line"]), zorder=zorder)
            if label and number == 0:
                self._shape_label(axes, label, float(at), vertical)

    def _shape_label(self, axes: Axes, label: Mapping[str, Any], at: float, vertical: bool) -> None:
        scale = self.style.scale
        look: dict[str, Any] = {"fontsize": label["font"]["size"] * scale, "color": label["font"]["color"]}
        if vertical:
            place, offset, look["ha"], look["va"] = (at, 1.0), (0, 2 * scale), "center", "bottom"
            axes.annotate(
                mathematics(label["text"]), place, offset, axes.get_xaxis_transform(), "offset points", **look
            )
            return
        position = label.get("textposition", "middle")
        side, look["ha"], shift = {"start": (0.0, "left", 4), "end": (1.0, "right", -4)}.get(
            position, (0.5, "center", 0)
        )
        top = label.get("yanchor") == "top"
        look["va"] = "top" if top else "bottom"
        axes.annotate(
            mathematics(label["text"]), (side, at), (shift * scale, (-2 if top else 2) * scale),
            axes.get_yaxis_transform(), "offset points", **look,
        )  # fmt: skip

    def _row(self, reference: str) -> Axes:
        return self.axes.get(_long(reference.removesuffix(" domain")), self.axes[self.y_names[0]])

    def _annotation(self, note: Mapping[str, Any]) -> None:
        axes = self._row(note.get("yref", "y"))
        aligned = {"left": "left", "right": "right"}.get(note.get("xanchor", ""), "center")
        axes.text(
            note["x"], note["y"], mathematics(note["text"]), transform=axes.transAxes, ha=aligned,
            va={"top": "top", "bottom": "bottom"}.get(note.get("yanchor", ""), "center"),
            fontsize=note["font"]["size"] * self.style.scale, color=note["font"]["color"],
        )  # fmt: skip

    def _legend(self, everything: bool) -> Any:
        """Name the lines, in rows at the lower edge: each name once, and what looks alike together."""
        found: dict[tuple[Any, ...], tuple[Any, list[str]]] = {}
        for trace in self.traces:
            name, marker = trace.get("name"), trace.get("marker", {})
            if trace["type"] != "scatter" or not name or marker.get("showscale") or trace.get("mode") == "text":
                continue
            if not trace.get("showlegend", not everything or trace.get("fill") != "toself"):
                continue
            if trace.get("meta", {}).get("role") == "marks" or marker.get("color") == HIDDEN or not len(trace["x"]):
                continue
            line = trace.get("line", {}) if "lines" in trace.get("mode", "lines") else {}
            look = [line.get("color"), line.get("dash"), trace.get("fillcolor"), str(marker.get("symbol"))]
            alike = found.setdefault((*look, name if not everything else ""), (self._handle(trace), []))[1]
            if name not in alike:
                alike.append(name)
        if not found:
            return None
        names = [
            ", ".join(alike[:MAX_ALIKE]) + (", …" if len(alike) > MAX_ALIKE else "") for _, alike in found.values()
        ]
        size = 11 * self.style.scale
        widest = max(self._width(mathematics(name), size) for name in names) + 5.0 * size  # of a name with its line
        columns = max(1, min(len(names), floor(self._size[0] / widest)))
        return self.target.legend(
            [handle for handle, _ in found.values()], [mathematics(name) for name in names], loc="lower center",
            ncols=columns, fontsize=size, frameon=False, handlelength=2.6, columnspacing=1.2,
            labelcolor=self.style.color("ink"), borderaxespad=0.3,
        )  # fmt: skip

    def _handle(self, trace: Trace) -> Any:
        if trace.get("fill") == "toself":
            return Patch(color=trace["fillcolor"], alpha=trace.get("opacity", 1.0), linewidth=0)
        if "lines" in trace.get("mode", "lines"):
            line = self._line(trace["line"])
            return Line2D([], [], color=line["color"], linewidth=line["linewidth"], linestyle=line["linestyle"])
        style = trace["marker"]
        symbol, color = _each(style.get("symbol", "circle"), 0), _each(style.get("color", self.style.color("ink")), 0)
        return Line2D(
            [], [], linestyle="none", marker=_MARKERS.get(symbol.removesuffix("-open"), "s"),
            markersize=_each(style.get("size", 6), 0) * self.style.scale, markeredgecolor=color,
            markerfacecolor="none" if "-open" in symbol else color,
        )  # fmt: skip

    # --- where all is ---

    def _lay_out(self) -> None:
        """Give the axes the room that numbers and titles leave, each row its share."""
        size, title = self.style.font_size, 14 * self.style.scale
        width, height = self._size
        legend = self.legend.get_window_extent().height * 72.0 / self.target.figure.dpi if self.legend else 0.0
        gap, margin = GAP * size, MARGIN * size
        labeled = any(shape.get("label") and shape.get("yref") == "paper" for shape in self.layout.get("shapes", ()))
        top = margin + (1.2 * size if labeled else 0.0)
        under = {  # a row's numbers and title
            name: gap + 1.2 * size + gap + 1.3 * title if self._has_numbers(name) else 0.0 for name in self.y_names
        }
        bottom = legend + under[self.y_names[-1]] + 0.4 * margin
        rows = {
            name: (height - bottom - top) * (high - low) for name in self.y_names for low, high in [self._domain(name)]
        }
        widest = 0.0
        for name, axes in self.axes.items():
            texts = self._ticks(axes, "y", self.layout.get(name, {}), rows[name])
            widest = max([widest, *(self._width(text, size) for text in texts)])
        left = margin + 1.3 * title + gap + widest + gap
        across = [
            text
            for name, axes in self.axes.items()
            if self._has_numbers(name)
            for text in self._ticks(axes, "x", self.layout.get(self._x_name(name), {}), width - left - margin)
        ]
        right = max([margin, *(0.5 * self._width(text, size) + 0.2 * size for text in across)])
        bar = self._bar() if self.has_bar else None
        if bar:
            right += (sum(BAR) + 1.0) * size + max(self._width(text, size) for text in bar[1]) + 1.6 * title
        box_width = max(width - left - right, 0.2 * width)
        for name, axes in self.axes.items():
            low, _ = self._domain(name)
            base = bottom + low * (height - bottom - top)
            if name != self.y_names[-1]:
                base, rows[name] = base + under[name], rows[name] - under[name]
            axes.set_position((left / width, base / height, box_width / width, max(rows[name], 1.0) / height))
            style = self.layout.get(self._x_name(name), {})
            texts = self._ticks(axes, "x", style, box_width)
            self._without_overlap(axes, texts, box_width)
            self._title(
                axes, "y", self.layout.get(name, {}), rows[name], -(gap + widest + gap + 0.65 * title) / box_width
            )
            if self._has_numbers(name):
                self._title(axes, "x", style, box_width, -(gap + 1.2 * size + gap + 0.6 * title) / max(rows[name], 1.0))
        if bar:
            self._colorbar(
                bar[0], bar[1], (left + box_width + BAR[0] * size, bottom, BAR[1] * size, height - bottom - top)
            )

    def _without_overlap(self, axes: Axes, texts: list[str], length: float) -> None:
        """Leave out numbers of an x axis that would touch the one before."""
        ticks = axes.xaxis.get_major_locator()()
        ends = np.log(axes.get_xlim()) if axes.get_xscale() == "log" else np.array(axes.get_xlim())
        at = np.log(ticks) if axes.get_xscale() == "log" else np.asarray(ticks, dtype=float)
        places = (at - ends[0]) / (ends[1] - ends[0]) * length
        visible, end = [], -np.inf
        for place, text in zip(places.tolist(), texts, strict=True):
            half = 0.5 * self._width(text, self.style.font_size)
            fits = place - half > end + 0.3 * self.style.font_size
            visible.append(text if fits else "")
            end = place + half if fits else end
        axes.xaxis.set_major_formatter(FixedFormatter(visible))

    def _title(self, axes: Axes, letter: str, style: Mapping[str, Any], length: float, place: float) -> None:
        """Write the title of an axis, smaller where the axis is short; its middle is there, as a share of the axes."""
        text, size = mathematics(style.get("title", {}).get("text", "")), 14 * self.style.scale
        size *= min(1.0, max(MIN_TITLE, length / max(self._width(text, size), 1e-9)))
        across = {"x": (0.5, place), "y": (place, 0.5)}[letter]
        axes.text(
            *across, text, transform=axes.transAxes, fontsize=size, color=self.style.color("ink"), ha="center",
            va="center", rotation=90.0 if letter == "y" else 0.0, rotation_mode="anchor",
        )  # fmt: skip

    def _width(self, text: str, size: float) -> float:
        """How wide a line of text is, in points."""
        renderer = self.target.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        width, _, _ = renderer.get_text_width_height_descent(text, FontProperties(size=size), is_math_text(text))
        return float(width) * 72.0 / self.target.figure.dpi

    def _bar(self) -> tuple[Mapping[str, Any], dict[str, float]]:
        """The marker that has the bar of colors; the numbers beside it, and where they are."""
        marker = next(trace["marker"] for trace in self.traces if trace.get("marker", {}).get("showscale"))
        bar = marker["colorbar"]
        if bar.get("tickvals") is not None:
            texts = [mathematics(str(text)) for text in bar["ticktext"]]
            return marker, dict(zip(texts, map(float, bar["tickvals"]), strict=True))
        return marker, {text: value for value, text in _even_ticks(marker["cmin"], marker["cmax"], 6)}

    def _colorbar(self, marker: Mapping[str, Any], ticks: Mapping[str, float], place: Sequence[float]) -> None:
        """Draw the bar of colors in a rectangle: left, bottom, width and height in points."""
        width, height = self._size
        axes = self.target.add_axes((place[0] / width, place[1] / height, place[2] / width, place[3] / height))
        mappable = ScalarMappable(Normalize(marker["cmin"], marker["cmax"]), _colormap(marker["colorscale"]))
        bar = self.target.colorbar(mappable, cax=axes, ticks=list(ticks.values()))
        bar.outline.set_visible(False)
        bar.ax.set_yticklabels(list(ticks))
        scale, size, title = self.style.scale, self.style.font_size, 14 * self.style.scale
        axes.tick_params(
            labelsize=size, length=3 * scale, width=scale, pad=3 * scale, labelcolor=self.style.color("ink")
        )
        axes.yaxis.set_minor_locator(NullLocator())
        widest = max(self._width(text, size) for text in ticks)
        across = 1.0 + (0.9 * size + widest + 0.8 * title) / place[2]
        text = mathematics(marker["colorbar"].get("title", {}).get("text", ""))
        look: dict[str, Any] = {
            "fontsize": title,
            "color": self.style.color("ink"),
            "ha": "center",
            "va": "center",
            "rotation_mode": "anchor",
        }
        axes.text(across, 0.5, text, transform=axes.transAxes, rotation=90.0, **look)

    def _named(self) -> None:
        """Draw the arrows; write the names beside points and in regions."""
        for arrows in self.arrows:
            self._markers(*arrows)
        for trace in self.traces:
            if "text" in trace.get("mode", ""):
                axes = self.axes.get(_long(trace.get("yaxis", "y")), self.axes[self.y_names[0]])
                self._texts(axes, trace)

    def _texts(self, axes: Axes, trace: Trace) -> None:
        font, scale = trace.get("textfont", {}), self.style.scale
        size = font.get("size", 12) * scale
        role = trace.get("meta", {}).get("role")
        x, y = (self._numbers(axes, letter, trace[letter]) for letter in "xy")
        points = axes.transData.transform(np.column_stack([x, y])) * 72.0 / self.target.figure.dpi
        heights = moved_apart(points[:, 1].tolist(), 1.15 * size) if role == "names" else points[:, 1]
        for k, text in enumerate(trace["text"]):
            if not (np.isfinite(points[k]).all() and _inside(axes, x[k], y[k])):
                continue
            position = _each(trace.get("textposition", "middle center"), k)
            aligned = "right" if position.endswith("left") else "left" if position.endswith("right") else "center"
            written = axes.annotate(
                mathematics(text), (x[k], y[k]), (0, heights[k] - points[k, 1]), "data", "offset points",
                fontsize=size, color=_each(font.get("color", self.style.color("ink")), k), ha=aligned, va="center",
                zorder=6.0, annotation_clip=False,
            )  # fmt: skip
            if role == "regions":
                self._fit_region(axes, written, text, trace["meta"]["rooms"][k])

    def _fit_region(self, axes: Axes, written: Text, text: str, room: Sequence[float]) -> None:
        """Shorten the name of a region to its sign, or leave it out, where it is wider or higher than there is room."""
        box = axes.get_window_extent()
        for shorter in (text, text[0]):
            written.set_text(mathematics(shorter))
            extent = written.get_window_extent()
            if extent.width < room[0] * box.width and extent.height < room[1] * box.height:
                return
        written.set_visible(False)


def _long(reference: str) -> str:
    """The name of an axis in the layout, from that in a trace: "yaxis2" from "y2"."""
    return f"{reference[0]}axis{reference[1:]}"


def _each(value: Any, k: int) -> Any:
    """The value for point k, from a value for all points or one for each."""
    return value[k] if isinstance(value, list | np.ndarray) else value


def _dashes(dash: str, width: float) -> Any:
    """A dash of plotly, whose lengths are pixels or of the width, in widths of the line, as matplotlib counts them."""
    if dash == "solid":
        return "solid"
    if dash in _DASHES:
        wide = max(width, 3.0) / max(width, 1e-9)  # plotly's lengths are those of a line of three pixels, at least
        return (0.0, tuple(part * wide for part in _DASHES[dash]))
    return (0.0, tuple(float(part.strip().removesuffix("px")) / max(width, 1e-9) for part in dash.split(",")))


def _inside(axes: Axes, x: float, y: float) -> bool:
    """Whether a point is within the axes, or on their edge."""
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    x_room, y_room = 1e-9 * abs(right - left), 1e-9 * abs(high - low)
    return bool(left - x_room <= x <= right + x_room and low - y_room <= y <= high + y_room)


def _edges(middles: FloatArray, log: bool) -> FloatArray:
    """The edges of cells of these middles."""
    at = np.log(middles) if log else middles
    if at.size == 1:
        at = np.array([at[0] - 0.5, at[0] + 0.5])
    else:
        inner = 0.5 * (at[1:] + at[:-1])
        at = np.concatenate([[2 * at[0] - inner[0]], inner, [2 * at[-1] - inner[-1]]])
    return np.exp(at) if log else at


def _colormap(scale: Sequence[Sequence[Any]]) -> Colormap:
    """A scale of plotly as a map of colors; where there is no number, nothing is drawn."""
    stops = [(float(stop), color) for stop, color in scale]
    return LinearSegmentedColormap.from_list("", stops, N=1024).with_extremes(bad=(0, 0, 0, 0))


def _even_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Round numbers on a linear axis, at most about this many."""
    found = MaxNLocator(nbins=max(2, most), steps=[1, 2, 5, 10], min_n_ticks=2).tick_values(low, high)
    step = float(found[1] - found[0])
    values = [float(value) for value in found if low - 1e-9 * step <= value <= high + 1e-9 * step]
    return [(value, mathematics(tick_text(value, step))) for value in values]


def tick_text(value: float, step: float) -> str:
    """Return a number at an axis with the resolution of the step between two."""
    if abs(value) < 1e-9 * abs(step):
        return "0"
    if abs(step) < 1e-6 or abs(value) >= 1e5:
        return format_number(value, max(3, 1 + ceil(log10(abs(value) / step))))
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}".replace("-", "−")


def _log_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Powers of ten; within less than two of them also twice and five times these."""
    powers = range(ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9) + 1)
    if len(powers) > 1:
        every = ceil(len(powers) / most)
        return [(10.0**power, _power(10.0**power)) for power in powers if power % every == 0]
    values = LogLocator(subs=(1.0, 2.0, 5.0)).tick_values(low, high)
    inside = [float(value) for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    found = [(value, _power(value)) for value in inside]
    return found if len(found) > 1 else [tick for tick in _even_ticks(low, high, most) if tick[0] > 0]


def _power(value: float) -> str:
    """A value on a logarithmic axis as a formula."""
    power = floor(log10(value) + 1e-9)
    factor = round(value / 10.0**power, 6)
    if -3 < power < 4:
        return f"{value:g}"
    return rf"$10^{{{power}}}$" if factor == 1.0 else rf"${factor:g}\cdot 10^{{{power}}}$"
