"""Exported scripts, executed, and the comparison of their figures with those of the page."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import plotly.graph_objects as go

from dynamics.plotting.filling import numbers
from dynamics.plotting.schema import Figure


def executed(code: str) -> dict[str, Any]:
    """What the script has computed, and the figures that it writes, by the names of their files."""
    names: dict[str, Any] = {"__name__": "__main__"}
    drawn: dict[str, go.Figure] = {}
    with patch.object(go.Figure, "write_html", lambda figure, file: drawn.update({file: figure})):
        exec(compile(code, "picture.py", "exec"), names)
    return names | {"drawn": drawn}


def assert_same_figure(shown: Figure, figure: go.Figure) -> None:
    """Trace by trace and axis by axis: what is streamed to the page, and what the library draws."""
    assert [trace.get("name") for trace in shown["data"]] == [trace.name for trace in figure.data]
    for theirs, mine in zip(shown["data"], figure.data, strict=True):
        for axis in ("x", "y"):
            with np.errstate(over="ignore"):
                ours = np.array(getattr(mine, axis), float).astype(np.float32)
            assert_streamed(ours, numbers(theirs[axis]).astype(np.float32), theirs.get("name", "unnamed"))
        for part in ("line", "marker"):
            if part in theirs:
                look = go.Figure([{"type": theirs["type"], part: theirs[part]}]).data[0][part]
                assert mine[part].to_plotly_json() == look.to_plotly_json()
    for axis in [axis for axis in shown["layout"] if axis[1:5] == "axis"]:
        mine = figure.layout[axis]
        np.testing.assert_allclose(mine.range, shown["layout"][axis]["range"], rtol=1e-5, atol=1e-6)
        assert mine.title.text == shown["layout"][axis]["title"]["text"]
        assert mine.type == shown["layout"][axis].get("type", mine.type)


def assert_streamed(computed: np.ndarray, streamed: np.ndarray, name: str) -> None:
    """Equal as float32, up to what rounding does to a position that is computed from streamed numbers."""
    assert computed.shape == streamed.shape, name
    assert (np.isfinite(computed) == np.isfinite(streamed)).all(), name
    finite = np.isfinite(computed)
    scale = np.abs(streamed[finite]).max(initial=0.0)
    np.testing.assert_allclose(computed[finite], streamed[finite], rtol=1e-6, atol=3e-6 * scale, err_msg=name)
