"""plotly in the browser and matplotlib for print draw the same figure: the same curves, names and texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from components.core.state import State
from components.core.view import Preset, View
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.registry import VIEWS
from dynamics.plotting import to_matplotlib
from dynamics.typing import FloatArray

PRESETS = [(view, preset) for view in VIEWS.values() for preset in view.presets if not view.has_jobs]
PIXELS = 1.0

# Of each figure: the sizes of its rows, its lines in shares of the axes, the names of its traces, and its texts.
DRAWN = """() => Object.fromEntries(Object.values(client.page.renderer.figures).map(({ gd, name }) => {
  const full = gd._fullLayout, traces = gd._fullData.filter(({ visible }) => visible === true);
  const long = (reference) => `${reference[0]}axis${reference.slice(1)}`;
  const place = ({ x, y, xaxis, yaxis }) => {
    const [across, up] = [full[long(xaxis)], full[long(yaxis)]];
    return Array.from(x, (value, k) => [across.d2p(value) / across._length, 1 - up.d2p(y[k]) / up._length]);
  };
  const lines = traces.filter(({ mode, fill }) => mode && mode.includes("lines") && fill !== "toself");
  return [name, {
    sizes: Object.fromEntries(Object.entries(full).filter(([key]) => /^yaxis\\d*$/.test(key))
      .map(([key, axis]) => [key, [full.xaxis._length, axis._length]])),
    lines: lines.map((trace) => [long(trace.yaxis), trace.name, place(trace)]),
    names: traces.map((trace) => trace.name),
    titles: Object.entries(full).filter(([key]) => /^[xy]axis\\d*$/.test(key)).map(([, { title }]) => title.text || ""),
  }];
}))"""


def printed(figure: Any) -> dict[str, list[FloatArray]]:
    """The lines of each row, in shares of the axes."""
    found: dict[str, list[FloatArray]] = {}
    for axes in to_matplotlib(figure).axes:
        to_shares = axes.transData + axes.transAxes.inverted()
        found[axes.get_label()] = [to_shares.transform(line.get_xydata()) for line in axes.get_lines()]
    return found


def differ_by(one: FloatArray, other: FloatArray, size: list[float]) -> float:
    """The largest distance of two lines within the axes, in pixels; infinite where they have other points."""
    if one.shape != other.shape:
        return np.inf
    seen = np.isfinite(one).all(1) & np.isfinite(other).all(1) & (np.abs(one - 0.5) <= 0.5).all(1)
    return float(np.abs((one - other)[seen] * size).max(initial=0.0))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("view", "preset"), PRESETS, ids=[f"{view.name}-{preset.name}".replace(" ", "_") for view, preset in PRESETS]
)
def test_both_renderers_draw_the_same_curves_and_names(open_page: Any, view: View, preset: Preset) -> None:
    state: State = preset.state
    page = open_page(f"{view.path}?{state.query()}")
    result = StreamResult.of(chunk.line() for chunk in view.compute(state))
    for name, drawn in page.evaluate(DRAWN).items():
        figure = page_figure(view, state, name, result)
        rows = printed(figure)
        for row, curve, points in drawn["lines"]:
            line = np.array(points, float).reshape(-1, 2)
            if not np.isfinite(line).all(1).any():
                continue  # nothing is drawn
            nearest = min((differ_by(line, other, drawn["sizes"][row]) for other in rows[row]), default=np.inf)
            assert nearest <= PIXELS, (name, row, curve)
        names = Counter(trace["name"] for trace in figure["data"] if trace.get("name"))
        assert not Counter(drawn["names"]) - names, name
        titles = [axis.get("title", {}).get("text", "") for key, axis in figure["layout"].items() if "axis" in key[:5]]
        assert sorted(title for title in drawn["titles"] if title) == sorted(title for title in titles if title)
