"""Exported scripts, executed, and their figures compared with those of the page."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import plotly.graph_objects as go
from flask.testing import FlaskClient

from components.core.state import State
from components.core.view import View
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from dynamics.plotting.filling import numbers


def executed(code: str) -> dict[str, Any]:
    """What the script has computed, and the figures that it writes, by the names of their files."""
    names: dict[str, Any] = {"__name__": "__main__"}
    written: dict[str, go.Figure] = {}
    with patch.object(go.Figure, "write_html", lambda figure, file: written.update({file: figure})):
        exec(compile(code, "picture.py", "exec"), names)
    return names | {"drawn": written}


def assert_same_figures(
    client: FlaskClient, view: View, state: State, drawn: dict[str, go.Figure], streamed: StreamResult | None = None
) -> None:
    """Each figure of a script is that of the page, trace by trace and axis by axis."""
    streamed = streamed or StreamResult.of(client.get(f"/stream/{view.name}?{state.query()}").data.splitlines())
    for name in view.figures:
        page, figure = page_figure(view, state, name, streamed), drawn[f"{view.name}_{name}.html"]
        assert [trace.get("name") for trace in page["data"]] == [trace.name for trace in figure.data]
        for theirs, mine in zip(page["data"], figure.data, strict=True):
            for axis in ("x", "y", "z"):
                if axis in theirs:
                    with np.errstate(over="ignore"):
                        ours = np.array(getattr(mine, axis), float).astype(np.float32)
                    other = np.asarray(numbers(theirs[axis]), float).astype(np.float32)
                    assert_streamed(
                        ours, other, theirs.get("name", ""), quantized=theirs["type"] == "heatmap" and axis == "z"
                    )
            for part in ("line", "marker"):
                if part in theirs:
                    look = go.Figure([{"type": theirs["type"], part: theirs[part]}]).data[0][part]
                    assert mine[part].to_plotly_json() == look.to_plotly_json()
        for axis in [axis for axis in page["layout"] if axis[1:5] == "axis"]:
            mine = figure.layout[axis]
            np.testing.assert_allclose(mine.range, page["layout"][axis]["range"], rtol=1e-5, atol=1e-6)
            assert mine.title.text == page["layout"][axis]["title"]["text"]
            assert mine.type == page["layout"][axis].get("type", mine.type)


def assert_streamed(computed: np.ndarray, streamed: np.ndarray, name: str, quantized: bool = False) -> None:
    """Equal as float32, up to what rounding does to a position that is computed from streamed numbers.

    quantized: colors are streamed as 16-bit steps of their range.
    """
    assert computed.shape == streamed.shape, name
    assert (np.isfinite(computed) == np.isfinite(streamed)).all(), name
    finite = np.isfinite(computed)
    scale = np.abs(streamed[finite]).max(initial=0.0)
    steps = np.ptp(computed[finite]) / 65534 if quantized and finite.any() else 0.0
    np.testing.assert_allclose(computed[finite], streamed[finite], rtol=1e-6, atol=3e-6 * scale + steps, err_msg=name)
