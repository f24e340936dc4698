"""Drafts: a stream as it is sent while a hand moves, at the precision of a pixel.

A curve keeps the samples that it needs to be within `TOLERANCE` pixels of itself, and its numbers become integers of
two bytes wherever that moves nothing by more than `PRECISION` pixels. What the client has already (it says so by
digests) is not sent again. When the hand rests, the client requests the stream itself.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from components.core.view import column, integers
from dynamics.curves import STEPS, needed_samples, pixels_on_axes, rounded
from dynamics.typing import FloatArray

TOLERANCE = 0.3  # pixels by which a curve may be displaced because samples are left out
PRECISION = 0.2  # pixels by which a number may be displaced because it is rounded
SMALLEST, LARGEST = 100, 4096  # pixels of a figure's edge
GATHERING = 0.06  # seconds of the beginning whose lines go together: the client shows nothing of a draft so early
ROUNDED_TO = 64  # pixels: figures of nearly the same size get the same draft
DIGEST_BYTES = 6  # of digests, which only have to differ among the parts of a picture

Layout = Mapping[str, Any]
Column = Mapping[str, str]


@dataclass(frozen=True)
class Axis:
    """How an axis turns numbers into pixels. `range` is in the axis's own unit: decades if it is logarithmic."""

    log: bool
    range: tuple[float, float] | None
    pixels: float

    def rounding(self, limits: FloatArray, log: bool, span: float, highest: float) -> float:
        """Return the pixels by which rounding moves at most what the axis shows.

        limits: the two ends; log: whether logarithms are rounded; span: between the lowest and the highest of them, or
        of the numbers.
        """
        low, high = limits
        if high <= low:
            return 0.0
        step = 0.5 * span / STEPS
        if log and not self.log:
            step *= math.log(10.0) * min(highest, max(abs(low), abs(high)))
        elif self.log and not log:
            return math.inf
        return float(step * self.pixels / (high - low))


@dataclass(frozen=True)
class Curve:
    """A curve of columns on two axes."""

    x: str
    y: str
    xaxis: Axis
    yaxis: Axis


class Plan:
    """What draws some columns: each column on each of its axes, and the curves of pairs of these."""

    def __init__(self, curves: Iterable[Curve]) -> None:
        uses: dict[tuple[str, Axis], int] = {}
        pairs = []
        for curve in curves:
            ends = (curve.x, curve.xaxis), (curve.y, curve.yaxis)
            pairs.append([uses.setdefault(end, len(uses)) for end in ends])
        self.uses = list(uses)
        self.names = list(dict.fromkeys(name for name, _ in uses))
        self._x, self._y = np.array(pairs, int).reshape(-1, 2).T
        axes = [axis for _, axis in uses]
        # Logarithmic axes end at the smallest positive number, and so does a clock that runs in the logarithm of time.
        self._uses_with_zero = [k for k, (_, axis) in enumerate(uses) if axis.log or k in self._x]
        self._log = np.array([axis.log for axis in axes], bool)
        self._ends = np.array([axis.range or (np.nan, np.nan) for axis in axes], float).reshape(-1, 2)
        self._size = np.array([axis.pixels for axis in axes], float)

    def draft(self, columns: Mapping[str, FloatArray], thin: bool) -> dict[str, Any]:
        """Return columns in the samples that the curves need, if thin, and as integers where the curves allow it."""
        rows = np.array([columns[name] for name, _ in self.uses])
        pixels, limits = pixels_on_axes(rows, self._log, self._ends, self._size)
        needed: Any = slice(None)
        if thin:
            needed = needed_samples(pixels[self._x], pixels[self._y], TOLERANCE)
            _keep_ends_of_logarithms(needed, rows[self._uses_with_zero])
        axes: dict[str, list[tuple[Axis, FloatArray]]] = {}
        for (name, axis), ends in zip(self.uses, limits, strict=True):
            axes.setdefault(name, []).append((axis, ends))
        return {name: _encode(values[needed], axes.get(name, [])) for name, values in columns.items()}


class Look:
    """How a figure is drawn with some choices of display parameters: its axes, and columns in the place of others.

    Parameters
    ----------
    layout : mapping
        Plotly's layout.
    size : tuple of two int
        Pixels of the figure.
    patches : sequence of mapping
        What the choices change.
    """

    def __init__(self, layout: Layout, size: tuple[int, int], patches: Iterable[Mapping[str, Any]] = ()) -> None:
        self._layout, self._size = layout, dict(zip("xy", size, strict=True))
        self.columns: dict[str, str] = {}
        self._changed: dict[str, Any] = {}
        self._axes: dict[str, Axis] = {}
        for patch in patches:
            self.columns.update(patch.get("columns", {}))
            self._changed.update(patch.get("layout", {}))

    def axes(self, trace: Mapping[str, Any]) -> tuple[Axis, Axis]:
        """Return the two axes of a trace."""
        return self._axis(trace.get("xaxis", "x")), self._axis(trace.get("yaxis", "y"))

    def _axis(self, name: str) -> Axis:
        if name not in self._axes:
            key = f"{name[0]}axis{name[1:]}"
            own = {**self._layout.get(key, {})}
            for path, value in self._changed.items():
                axis, _, field = path.partition(".")
                if axis == key:
                    own[field] = value
            if f"{key}.type" in self._changed:
                own["range"] = None  # it was the range of another type
            low, high = own.get("domain") or (0.0, 1.0)
            ends = own.get("range")
            limits = (float(ends[0]), float(ends[1])) if ends else None
            self._axes[name] = Axis(own.get("type") == "log", limits, self._size[name[0]] * (high - low))
        return self._axes[name]


class Draft:
    """The draft of one stream, chunk by chunk.

    Parameters
    ----------
    width, height : int
        Pixels of the figures; of a zoomed figure, those that its whole window would have.
    have : collection of str
        Digests of what the client has.
    """

    def __init__(self, width: int, height: int, have: Collection[str] = ()) -> None:
        self.size = width, height  # pixels of the figures
        self._have = have
        self._start = time.perf_counter()
        self._looks: dict[str, list[Look]] = {}
        self._plans: dict[int, Plan] = {}

    @classmethod
    def parse(cls, size: str, have: str = "") -> Draft | None:
        """Return the draft of a size, as `1440x900`, and of digests with dots between; None for any other text."""
        words = size.split("x")
        if len(words) != 2 or not all(word.isascii() and word.isdigit() and len(word) <= 5 for word in words):
            return None
        edges = [min(max(-(-int(word) // ROUNDED_TO) * ROUNDED_TO, SMALLEST), LARGEST) for word in words]
        return cls(edges[0], edges[1], frozenset(have.split(".")))

    def lines(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of a stream as those of its draft."""
        gathered: list[dict[str, Any]] = []
        for piece in pieces:
            gathered += [self._chunk(orjson.loads(line)) for line in piece.splitlines() if line.strip()]
            if time.perf_counter() < self._start + GATHERING:
                continue
            yield self._encode_lines(gathered) or piece  # a blank one only says that the computation goes on
            gathered = []
        if gathered:
            yield self._encode_lines(gathered)

    def _encode_lines(self, chunks: Iterable[dict[str, Any]]) -> bytes:
        elapsed = round(1e3 * (time.perf_counter() - self._start), 1)
        timed = [{**chunk, "elapsed": elapsed} if chunk["kind"] == "start" else chunk for chunk in chunks]
        return b"".join(orjson.dumps(chunk, option=orjson.OPT_APPEND_NEWLINE) for chunk in timed)

    def _chunk(self, chunk: dict[str, Any]) -> dict[str, Any]:
        kind = chunk["kind"]
        if kind == "scene":
            return self._scene(chunk)
        if kind == "trajectory":
            self._plans[chunk["index"]] = Plan(self._curves_of(chunk["traces"]))
            return {**chunk, "kind": "draft_trajectory", "traces": self._part(chunk["traces"])}
        if kind == "trace":
            return {**chunk, "columns": self._samples(chunk["columns"], self._plans.get(chunk["index"]))}
        return chunk

    def _scene(self, chunk: dict[str, Any]) -> dict[str, Any]:
        layout, field = chunk["figure"]["layout"], chunk["field"]
        choices = [[{}, *parameter.values()] for parameter in chunk["display"].values()]
        looks = [Look(layout, self.size, patches) for patches in itertools.product(*choices)]
        self._looks[chunk["name"]] = looks
        return {
            "kind": "draft_scene",
            "name": chunk["name"],
            "data": [self._part(self._trace(trace, looks[0])) for trace in chunk["figure"]["data"]],
            "layout": self._part(layout),
            "display": self._part(chunk["display"]),
            "field": self._part(field and self._field(field, looks[0])),
            "cells": self._part(chunk["cells"]),
            "more": chunk["more"],
        }

    def _trace(self, trace: dict[str, Any], look: Look) -> dict[str, Any]:
        """A trace of a scene, with its x and y in fewer samples if it is a line and has no other samples."""
        if not (_is_column(trace.get("x")) and _is_column(trace.get("y"))):
            return trace
        others = any(_is_column(value) for name, value in trace.items() if name not in ("x", "y"))
        thin = trace.get("mode") == "lines" and not others and trace.get("fill", "none") == "none"
        columns = {name: _decode(trace[name]) for name in ("x", "y")}
        return {**trace, **Plan([Curve("x", "y", *look.axes(trace))]).draft(columns, thin)}

    def _field(self, field: dict[str, Any], look: Look) -> dict[str, Any]:
        """A vector field: its points, and its directions to 1/65533 of the longest."""
        points = {name: _decode(field[name]) for name in ("x", "y")}
        ways = {}
        for name in ("across", "up"):
            steps, low, high = rounded(_decode(field[name]), False)
            ways[name] = {**integers(steps), "low": low, "high": high, "log": False}
        return {**field, **Plan([Curve("x", "y", *look.axes({}))]).draft(points, thin=False), **ways}

    def _samples(self, columns: Mapping[str, Column], plan: Plan | None) -> Mapping[str, Any]:
        """Columns of a trajectory. Rows of tables belong to its times, so that with a table no time is left out."""
        if plan is None or not plan.uses or any("shape" in each for each in columns.values()):
            return columns
        values = {name: _decode(each) for name, each in columns.items()}
        return plan.draft(values, thin=True) if all(name in values for name in plan.names) else columns

    def _curves_of(self, traces: Mapping[str, list[dict[str, Any]]]) -> Iterator[Curve]:
        """The curves that a trajectory has, whatever the choices of display parameters are."""
        found: dict[Curve, None] = {}
        for figure, own in traces.items():
            lines = [trace for trace in own if (trace.get("meta") or {}).get("role") == "line"]
            for look, trace in itertools.product(self._looks.get(figure, []), lines):
                meta, axes = trace["meta"], look.axes(trace)
                x, y, other = (look.columns.get(meta.get(name), meta.get(name)) for name in ("x", "y", "from"))
                found[Curve(x, y, *axes)] = None
                if other:
                    found[Curve(x, other, *axes)] = None
        return iter(found)

    def _part(self, part: Any) -> dict[str, Any]:
        """A part with its digest, or the digest alone if the client has the part."""
        digest = hashlib.blake2b(orjson.dumps(part), digest_size=DIGEST_BYTES).digest()
        name = base64.urlsafe_b64encode(digest).decode()
        return {"digest": name} if name in self._have else {"digest": name, "part": part}


def _keep_ends_of_logarithms(needed: NDArray[np.bool_], rows: FloatArray) -> None:
    """Mark the samples between which a row becomes 0, or ceases to be."""
    zero = rows == 0.0
    changes = (zero[:, 1:] != zero[:, :-1]).any(0)
    needed[1:] |= changes
    needed[:-1] |= changes


def _encode(values: FloatArray, axes: list[tuple[Axis, FloatArray]]) -> dict[str, Any]:
    """A column as integers if that is precise enough on its axes, which have these ends."""
    log = any(axis.log for axis, _ in axes)
    if not axes or not len(values) or (log and not np.all(values >= 0.0)):
        return column(values)
    steps, low, high = rounded(values, log)
    highest = 10.0**high if log else high
    if any(axis.rounding(ends, log, high - low, highest) > PRECISION for axis, ends in axes):
        return column(values)
    return {**integers(steps), "low": low, "high": high, "log": log}


def _is_column(value: Any) -> bool:
    return isinstance(value, dict) and value.get("dtype") == "f4" and "shape" not in value


def _decode(encoded: Column) -> FloatArray:
    values = np.frombuffer(base64.b64decode(encoded["bdata"]), f"<{encoded['dtype']}").astype(float)
    shape = encoded.get("shape")
    return values.reshape([int(part) for part in shape.split(",")]) if shape else values
