"""Lines, markers, cells and contours as SVG, in pixels; `scale` is by how much all is larger than on the page."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

import numpy as np

from components.server.share_cards.text import escaped

MIN_STEP = 0.3  # pixels; shorter steps of a path are left out

NAMED = {"solid": (), "dot": (1, 1), "dash": (3, 3), "dashdot": (3, 1, 1, 1), "longdash": (5, 5)}
ARROW, ARROW_DISTANCE, HEAD = (
    15.0,
    22.0,
    (6.0, 2.7),
)  # of the field: length, distance, barbs, as in assets/30_overlay.js


@dataclass(frozen=True)
class Rect:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def contains(self, x: float, y: float, loose: float = 0.0) -> bool:
        """Return whether a point is inside, or within `loose` pixels."""
        return self.left - loose <= x <= self.right + loose and self.top - loose <= y <= self.bottom + loose


def dashes(line: dict[str, Any], scale: float) -> str:
    """Plotly's dashes as an attribute."""
    dash, width = line.get("dash", "solid"), line.get("width", 2)
    if dash in NAMED:
        parts = [part * max(width, 3) for part in NAMED[dash]]
    else:
        parts = [float(part.strip().removesuffix("px")) for part in dash.split(",")]
    return f' stroke-dasharray="{" ".join(f"{part * scale:g}" for part in parts)}"' if parts else ""


def clip_segments(
    x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray, box: Rect
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Clip segments to a box; return which are visible, and their clipped ends (Liang and Barsky).

    resvg renders every clipped group on a canvas of its own, which takes 20 ms.
    """
    dx, dy = x1 - x0, y1 - y0
    enter, leave = np.zeros_like(x0), np.ones_like(x0)
    with np.errstate(all="ignore"):
        for speed, distance in ((-dx, x0 - box.left), (dx, box.right - x0), (-dy, y0 - box.top), (dy, box.bottom - y0)):
            fraction = distance / speed
            enter = np.where(speed < 0, np.maximum(enter, fraction), enter)
            leave = np.where(speed > 0, np.minimum(leave, fraction), leave)
            leave = np.where((speed == 0) & (distance < 0), -1.0, leave)
    visible = (enter <= leave) & np.isfinite(dx + dy)
    return visible, x0 + enter * dx, y0 + enter * dy, x0 + leave * dx, y0 + leave * dy


def path(x: np.ndarray, y: np.ndarray, box: Rect) -> str:
    """Return a line through points as far as it is in a box, broken where a point is missing."""
    visible, ax, ay, bx, by = (part.tolist() for part in clip_segments(x[:-1], y[:-1], x[1:], y[1:], box))
    steps: list[str] = []
    last = (np.inf, np.inf)
    for is_visible, x0, y0, x1, y1 in zip(visible, ax, ay, bx, by, strict=True):
        if not is_visible:
            continue
        joined = abs(x0 - last[0]) < MIN_STEP and abs(y0 - last[1]) < MIN_STEP
        if joined and abs(x1 - last[0]) < MIN_STEP and abs(y1 - last[1]) < MIN_STEP:
            continue  # shorter than MIN_STEP
        steps.append(f"L{x1:.1f} {y1:.1f}" if joined else f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}")
        last = (x1, y1)
    return "".join(steps)


def area(x: np.ndarray, y: np.ndarray, box: Rect) -> str:
    """Return the path of a closed line, clipped to a box."""
    finite = np.isfinite(x) & np.isfinite(y)
    px, py = np.clip(x[finite], box.left, box.right), np.clip(y[finite], box.top, box.bottom)
    points = [f"{a:.1f} {b:.1f}" for a, b in zip(px.tolist(), py.tolist(), strict=True)]
    return f"M{'L'.join(points)}Z" if points else ""


def line(d: str, style: dict[str, Any], scale: float, opacity: float = 1.0) -> str:
    """Return a path with a line style."""
    return (
        f'<path d="{d}" fill="none" stroke="{escaped(style["color"])}" stroke-width="{style.get("width", 2) * scale:g}"'
        f'{dashes(style, scale)} stroke-linejoin="round" stroke-opacity="{opacity:g}"/>'
    )


def marker(
    x: float,
    y: float,
    symbol: str,
    size: float,
    color: str,
    line: tuple[str, float],
    angle: float = 0,
    opacity: float = 1,
) -> str:
    """Return a marker of a size in pixels, with the color and the width of its edge; an arrow is turned, in
    degrees."""
    r = size / 2
    open_ = symbol.endswith(("-open", "-thin"))
    kind = symbol.removesuffix("-open").removesuffix("-thin")
    fill = "none" if open_ else escaped(color)
    stroke, width = (escaped(color) if open_ else escaped(line[0])), line[1] or (size / 6 if open_ else 0)
    edge = f' stroke="{stroke}" stroke-width="{width:.2f}"' if width else ""
    edge += f' fill-opacity="{opacity:g}" stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}"{edge}/>'
    transform = f' transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})"' if angle else ""
    at = (0.0, 0.0) if angle else (x, y)
    if kind == "x" and open_:
        q = 0.7 * r
        d = f"M{at[0] - q:.1f} {at[1] - q:.1f}l{2 * q:.1f} {2 * q:.1f}m0 {-2 * q:.1f}l{-2 * q:.1f} {2 * q:.1f}"
        return f'<path d="{d}" fill="none"{edge}/>'
    corners = [(at[0] + dx * r, at[1] + dy * r) for dx, dy in CORNERS.get(kind, CORNERS["square"])]
    d = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in corners) + "Z"
    return f'<path d="{d}" fill="{fill}"{edge}{transform}/>'


def _cross(angle: float) -> list[tuple[float, float]]:
    long, short = 1.1, 0.37
    arms = [(-short, -long), (short, -long), (short, -short), (long, -short), (long, short), (short, short)]
    corners = arms + [(-x, -y) for x, y in arms]
    return [(x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)) for x, y in corners]


CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
    "triangle-up": [(0, -1.15), (1.1, 0.75), (-1.1, 0.75)],
    "triangle-down": [(0, 1.15), (1.1, -0.75), (-1.1, -0.75)],
    "cross": _cross(0.0),
    "x": _cross(pi / 4),
    "hexagon": [(cos(k * pi / 3 + pi / 6), sin(k * pi / 3 + pi / 6)) for k in range(6)],
    "arrow": [(0, 0), (1, 2), (-1, 2)],
}


def image(colors: np.ndarray, left: float, top: float, width: float, height: float, smooth: bool = False) -> str:
    """Return a grid of colors (ny, nx, 3 or 4), the first row below, as an image of this size in pixels."""
    flat = np.ascontiguousarray(colors[::-1].astype(np.uint8))
    rows, columns, parts = flat.shape
    raw = b"".join(b"\0" + row.tobytes() for row in flat)

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">LLBBBBB", columns, rows, 8, 6 if parts == 4 else 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + block(b"IHDR", header) + block(b"IDAT", zlib.compress(raw, 1)) + block(b"IEND", b"")
    rendering = "" if smooth else ' image-rendering="optimizeSpeed"'
    return (
        f'<image x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" preserveAspectRatio="none"'
        f'{rendering} href="data:image/png;base64,{base64.b64encode(png).decode()}"/>'
    )


def rgb(color: str) -> tuple[int, int, int]:
    """Return the parts of a color like #a1b2c3, or rgb(1, 2, 3)."""
    if color.startswith("#"):
        return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
    red, green, blue = (int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3])
    return red, green, blue


def ramp(scale: Sequence[tuple[float, str]], fractions: np.ndarray) -> np.ndarray:
    """Colors between the stops of a scale, at shares from 0 to 1: an array (..., 3)."""
    stops = np.array([stop for stop, _ in scale], dtype=float)
    parts = np.array([rgb(color) for _, color in scale], dtype=float)
    return np.stack([np.interp(fractions, stops, parts[:, k]) for k in range(3)], axis=-1)


def contour(x: np.ndarray, y: np.ndarray, z: np.ndarray, level: float, box: Rect) -> str:
    """Return the lines on which a table z (ny, nx) over pixels x and y has a value: marching squares, piece by
    piece."""
    corner = [(0, 0), (0, 1), (1, 1), (1, 0)]  # around a cell
    ny, nx = z.shape
    values = [z[j : ny - 1 + j, i : nx - 1 + i] for j, i in corner]
    xs = [np.broadcast_to(x[i : nx - 1 + i], values[0].shape) for _, i in corner]
    ys = [np.broadcast_to(y[j : ny - 1 + j][:, None], values[0].shape) for j, _ in corner]
    px, py = np.empty((4, values[0].size)), np.empty((4, values[0].size))
    with np.errstate(all="ignore"):
        for k in range(4):
            m = (k + 1) % 4
            cut = (values[k] > level) != (values[m] > level)
            fraction = np.where(cut, (level - values[k]) / (values[m] - values[k]), np.nan)
            px[k] = (xs[k] + fraction * (xs[m] - xs[k])).ravel()
            py[k] = (ys[k] + fraction * (ys[m] - ys[k])).ravel()
    order = np.argsort(~np.isfinite(px), axis=0, kind="stable")  # the sides that are cut first
    px, py = np.take_along_axis(px, order, 0), np.take_along_axis(py, order, 0)
    steps = []
    for first, second in ((0, 1), (2, 3)):
        visible, *ends = clip_segments(px[first], py[first], px[second], py[second], box)
        steps += [
            f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"
            for a, b, c, d in zip(*(end[visible].tolist() for end in ends), strict=True)
        ]
    return "".join(steps)


def field(points: tuple[np.ndarray, np.ndarray], tips: tuple[np.ndarray, np.ndarray], scale: float, box: Rect) -> str:
    """Return arrows of equal length at points, toward tips, in pixels; thinned to ARROW_DISTANCE."""
    x, y = points
    half, (back, aside) = ARROW / 2 * scale, (HEAD[0] * scale, HEAD[1] * scale)
    coordinates = [_sparse(values, ARROW_DISTANCE * scale) for values in points]
    steps = []
    for px, py, tx, ty in zip(x.tolist(), y.tolist(), tips[0].tolist(), tips[1].tolist(), strict=True):
        length = ((tx - px) ** 2 + (ty - py) ** 2) ** 0.5
        if round(px, 2) not in coordinates[0] or round(py, 2) not in coordinates[1] or not length > 0:
            continue
        dx, dy = (tx - px) / length, (ty - py) / length
        ex, ey = px + half * dx, py + half * dy
        if not (box.contains(ex, ey) and box.contains(px - half * dx, py - half * dy)):
            continue
        steps.append(
            f"M{px - half * dx:.1f} {py - half * dy:.1f}L{ex:.1f} {ey:.1f}"
            f"M{ex - back * dx - aside * dy:.1f} {ey - back * dy + aside * dx:.1f}L{ex:.1f} {ey:.1f}"
            f"L{ex - back * dx + aside * dy:.1f} {ey - back * dy - aside * dx:.1f}"
        )
    return "".join(steps)


def _sparse(values: np.ndarray, distance: float) -> set[float]:
    """Return every n-th coordinate of a grid, so that arrows do not overlap."""
    coordinates = sorted({round(value, 2) for value in values.tolist()})
    if len(coordinates) < 2:
        return set(coordinates)
    every = max(1, int(-(-distance // abs(coordinates[1] - coordinates[0]))))
    return set(coordinates[::every])
