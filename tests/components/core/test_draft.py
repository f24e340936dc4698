"""Drafts: what a moving hand sees is within a pixel of the picture, and is a fraction of its bytes."""

from __future__ import annotations

import base64
import itertools
import re
import zlib
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core import draft as draft_module
from components.core.draft import LARGEST, PRECISION, SMALLEST, TOLERANCE, Draft
from components.core.view import View
from components.views.linear_network.view import LinearNetworkView
from components.views.registry import VIEWS as ALL_VIEWS
from components.views.time_scales.view import TimeScalesView
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics.typing import FloatArray
from tests.components.chunk_types import chunk_faults

WIDTH, HEIGHT = 832, 640
VIEWS: tuple[View, ...] = (UnlearningView(), TimeScalesView(), LinearNetworkView())
Chunks = list[dict[str, Any]]


def stream(view: View, state: Any) -> bytes:
    """The stream of a state, up to its texts."""
    return b"".join(
        chunk.line() for chunk in itertools.takewhile(lambda chunk: chunk.kind != "text", view.compute(state))
    )


def drafted(lines: bytes, have: frozenset[str] = frozenset()) -> Chunks:
    return [orjson.loads(line) for line in b"".join(Draft(WIDTH, HEIGHT, have).lines([lines])).splitlines()]


def numbers(encoded: Mapping[str, Any]) -> FloatArray:
    """A column, as the documents of the stream say that it is read."""
    data = base64.b64decode(encoded["bdata"])
    if "low" not in encoded:
        return np.frombuffer(data, f"<{encoded['dtype']}").astype(float)
    low, high, values = encoded["low"], encoded["high"], []
    for step in np.frombuffer(data, "<u2").tolist():
        if step == 65535:
            values.append(np.nan)
        elif encoded["log"]:
            values.append(0.0 if step == 65534 else 10.0 ** (low + (high - low) * step / 65533))
        else:
            values.append(low + (high - low) * step / 65533)
    return np.array(values)


def digests(chunks: Chunks) -> frozenset[str]:
    return frozenset(part["digest"] for part in parts(chunks))


def parts(chunks: Chunks) -> Iterator[dict[str, Any]]:
    for chunk in chunks:
        if chunk["kind"] == "draft_scene":
            yield from (*chunk["data"], *(chunk[name] for name in ("layout", "display", "field", "cells")))
        elif chunk["kind"] == "draft_trajectory":
            yield chunk["traces"]


def joined(chunks: Chunks, index: int) -> dict[str, FloatArray]:
    """All samples of a trajectory."""
    pieces = [chunk["columns"] for chunk in chunks if chunk["kind"] == "trace" and chunk["index"] == index]
    return {name: np.concatenate([numbers(piece[name]) for piece in pieces]) for name in pieces[0]}


def on_screen(values: FloatArray, log: bool, ends: tuple[float, float], size: float) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.log10(values) if log else values
        return np.asarray((own - ends[0]) / ((ends[1] - ends[0]) or np.inf) * size)  # a constant is at one place


def distance_from_line(x: FloatArray, y: FloatArray, line_x: FloatArray, line_y: FloatArray) -> FloatArray:
    """The distance of each point from a line through points."""
    begin, way = np.stack([line_x[:-1], line_y[:-1]], 1), np.stack([np.diff(line_x), np.diff(line_y)], 1)
    points = np.stack([x, y], 1)[:, None, :]
    length = (way**2).sum(1)
    share = np.clip(((points - begin) * way).sum(2) / np.where(length == 0.0, 1.0, length), 0.0, 1.0)
    distances: FloatArray = np.hypot(*np.moveaxis(points - begin - share[..., None] * way, 2, 0)).min(1)
    return distances


def looks(scene: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The layout and the renamed columns of every combination of display parameters."""
    for choices in itertools.product(*[[{}, *each.values()] for each in scene["display"].values()]):
        layout: dict[str, Any] = orjson.loads(orjson.dumps(scene["figure"]["layout"]))
        columns: dict[str, str] = {}
        for choice in choices:
            columns.update(choice.get("columns", {}))
            for path, value in choice.get("layout", {}).items():
                *way, last = path.split(".")
                place = layout
                for step in way:
                    place = place.setdefault(step, {})
                place[last] = value
        yield layout, columns


def shown(values: FloatArray, axis: Mapping[str, Any]) -> tuple[bool, tuple[float, float]]:
    """Whether an axis is logarithmic, and what it shows: its range, or the extent of the values."""
    log = axis.get("type") == "log"
    if "range" in axis:
        return log, (axis["range"][0], axis["range"][1])
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.log10(values) if log else values
    own = own[np.isfinite(own)]
    low, high = (float(own.min()), float(own.max())) if len(own) else (0.0, 0.0)
    return log, (max(low, high - 12.0) if log else low, high)


def largest_displacement(full: Chunks, draft: Chunks) -> float:
    """How far, in pixels, any visible sample of the stream is from the lines of its draft."""
    scenes = {chunk["name"]: chunk for chunk in full if chunk["kind"] == "scene"}
    found = 0.0
    for chunk in full:
        if chunk["kind"] != "trajectory" or any("shape" in each for each in first_columns(full, chunk["index"])):
            continue
        exact, rough = joined(full, chunk["index"]), joined(draft, chunk["index"])
        for figure, traces in chunk["traces"].items():
            for (layout, columns), trace in itertools.product(looks(scenes[figure]), traces):
                meta = trace.get("meta") or {}
                if meta.get("role") != "line":
                    continue
                ends = []
                for letter, size in (("x", WIDTH), ("y", HEIGHT)):
                    name = columns.get(meta[letter], meta[letter])
                    axis = layout[f"{letter}axis{trace.get(f'{letter}axis', letter)[1:]}"]
                    domain = axis.get("domain", [0.0, 1.0])
                    log, range_ = shown(exact[name], axis)
                    pixels = size * (domain[1] - domain[0])
                    ends.append([on_screen(each[name], log, range_, pixels) for each in (exact, rough)] + [pixels])
                (x, line_x, wide), (y, line_y, high) = ends
                seen = (x >= 0) & (x <= wide) & (y >= 0) & (y <= high)
                line_x, line_y = (np.clip(line, -1e5, 1e5) for line in (line_x, line_y))
                if seen.any():
                    found = max(found, float(distance_from_line(x[seen], y[seen], line_x, line_y).max()))
    return found


def first_columns(chunks: Chunks, index: int) -> list[dict[str, Any]]:
    piece = next(chunk for chunk in chunks if chunk["kind"] == "trace" and chunk["index"] == index)
    return list(piece["columns"].values())


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_presets_are_drawn_within_a_pixel(view: View) -> None:
    for preset in view.presets[:2]:
        lines = stream(view, preset.state)
        full = [orjson.loads(line) for line in lines.splitlines()]
        assert largest_displacement(full, drafted(lines)) <= TOLERANCE + 2 * PRECISION


@pytest.mark.parametrize("view", ALL_VIEWS.values(), ids=lambda view: view.name)
def test_drafts_of_all_views_have_the_chunks_of_the_schema(view: View) -> None:
    for chunk in drafted(stream(view, view.State())):
        assert chunk_faults(chunk) == []


@settings(max_examples=12, deadline=None)
@given(
    c_star=st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3),
    eps=st.floats(-3.0, 0.5).map(lambda power: 10.0**power),
    a=st.lists(st.floats(-15.0, 15.0), min_size=1, max_size=2),
)
def test_states_are_drawn_within_a_pixel(c_star: list[float], eps: float, a: list[float]) -> None:
    state = UnlearningState(c=(1.0, 1.0, 1.0), c_star=tuple(c_star), eps=eps, a=tuple(a), chosen=0)
    lines = stream(UnlearningView(), state)
    full = [orjson.loads(line) for line in lines.splitlines()]
    assert largest_displacement(full, drafted(lines)) <= TOLERANCE + 2 * PRECISION


@pytest.mark.parametrize(("eps", "a"), [(1.0, 5.0), (0.1, 1.0), (0.01, 1.0), (1e-3, 1.0)])
def test_the_ends_of_a_logarithmic_axis_of_time_stay(eps: float, a: float) -> None:
    state = UnlearningState(c=(1.0,) * 5, c_star=(1.0, -1.0, 1.0, 1.0, 1.0), eps=eps, a=(a,), chosen=0)
    lines = stream(UnlearningView(), state)
    exact = joined([orjson.loads(line) for line in lines.splitlines()], 0)["tau"]
    rough = joined(drafted(lines), 0)["tau"]
    assert rough[rough > 0].min() == pytest.approx(exact[exact > 0].min(), rel=1e-3)
    assert rough.max() == pytest.approx(exact.max(), rel=1e-3)


def test_the_first_example_is_a_few_kilobytes() -> None:
    lines = stream(UnlearningView(), UnlearningState())
    first = drafted(lines)
    assert compressed(first) < 12_000
    moved = drafted(stream(UnlearningView(), UnlearningState(eps=0.9)), digests(first))
    assert compressed(moved) < 6_000


def compressed(chunks: Chunks) -> int:
    return len(zlib.compress(b"\n".join(map(orjson.dumps, chunks)), 4))


def test_what_the_client_has_is_not_sent_again() -> None:
    lines = stream(UnlearningView(), UnlearningState())
    first = drafted(lines)
    assert all("part" in part for part in parts(first))
    again = drafted(lines, digests(first))
    assert not any("part" in part for part in parts(again))
    assert [part["digest"] for part in parts(again)] == [part["digest"] for part in parts(first)]
    changed = drafted(stream(UnlearningView(), UnlearningState(a=(5.0, 9.0, 11.0))), digests(first))
    names = [part["part"].get("name") for part in changed[1]["data"] if "part" in part]
    assert not any("manifold" in name for name in names if name), "it does not depend on ā"


def test_the_ends_of_trajectories_and_all_texts_are_those_of_the_stream() -> None:
    chunks = [chunk.line() for chunk in UnlearningView().compute(UnlearningState())]
    full = [orjson.loads(line) for line in chunks]
    draft = drafted(b"".join(chunks))
    others = [chunk for chunk in full if chunk["kind"] not in ("scene", "trajectory", "trace")]
    assert draft[0].pop("elapsed") >= 0.0
    assert [chunk for chunk in draft if chunk["kind"] in {one["kind"] for one in others}] == others
    for index in range(3):
        exact, rough = joined(full, index), joined(draft, index)
        for name, values in exact.items():
            np.testing.assert_allclose(rough[name][[0, -1]], values[[0, -1]], rtol=2e-3, atol=1e-9)
        assert len(rough["R"]) < len(exact["R"]) / 2


def test_lines_of_the_beginning_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(perf_counter=lambda: seconds)
    monkeypatch.setattr(draft_module, "time", clock)
    lines = stream(UnlearningView(), UnlearningState()).splitlines(keepends=True)

    def timed(*waits: float) -> Iterator[bytes]:
        nonlocal seconds
        for wait, line in zip(waits, [lines[0], b" ", *lines[1:]], strict=False):
            seconds = wait
            yield line

    seconds = 0.0
    late = 2.0 * draft_module.GATHERING
    pieces = list(Draft(WIDTH, HEIGHT).lines(timed(0.0, 0.0, late, late, late)))
    assert [len(piece.splitlines()) for piece in pieces] == [2, 1, 1]
    assert orjson.loads(pieces[0].splitlines()[0])["elapsed"] == 1e3 * late, "it is that of the sending"
    seconds = 0.0
    assert len(list(Draft(WIDTH, HEIGHT).lines(lines))) == 1, "one that is quick is one piece"


def test_pulses_and_pieces_of_several_lines_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_module, "GATHERING", 0.0)
    lines = stream(UnlearningView(), UnlearningState()).splitlines(keepends=True)
    whole = b"".join(Draft(WIDTH, HEIGHT).lines([b"".join(lines)]))
    parted = list(Draft(WIDTH, HEIGHT).lines([lines[0], b" ", *lines[1:]]))
    assert parted[1] == b" "
    assert without_time(b"".join(parted).replace(b"\n ", b"\n")) == without_time(whole)


def without_time(lines: bytes) -> bytes:
    return re.sub(rb'"elapsed":[\d.]+', b"", lines)


@pytest.mark.parametrize("size", ["", "1440", "0x", "1e3x1e3", "-1x5", "٣x٣", "100000x1", "1x2x3", "a" * 1000])
def test_a_size_that_is_none_makes_no_draft(size: str) -> None:
    assert Draft.parse(size) is None


def test_sizes_are_bounded_and_rounded_up() -> None:
    for size, edges in {
        "0x99999": (SMALLEST, LARGEST),
        "800x601": (832, 640),
        "832x640": (832, 640),
    }.items():
        draft = Draft.parse(size)
        assert draft is not None
        assert draft.size == edges
