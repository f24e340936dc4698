"""Exported scripts: what they compute and draw, compared with the JSON and with the figures of the page."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from components.core.state import State
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.registry import VIEWS
from dynamics.plotting.filling import numbers
from dynamics.plotting.schema import Figure
from tests.components.streamed import values


def exported(client: FlaskClient, kind: str, state: State, view: str = "unlearning") -> str:
    answer = client.get(f"/export/{view}.{kind}?{state.query()}")
    assert answer.status_code == 200
    return answer.text


def document(client: FlaskClient, state: State, view: str = "unlearning") -> dict[str, Any]:
    """The JSON; NaN and Infinity, which are not JSON, are refused."""
    return json.loads(exported(client, "json", state, view), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def executed(code: str) -> dict[str, Any]:
    """What the script has computed, and the figures that it writes, by the names of their files."""
    names: dict[str, Any] = {"__name__": "__main__"}
    drawn: dict[str, go.Figure] = {}
    with patch.object(go.Figure, "write_html", lambda figure, file: drawn.update({file: figure})):
        exec(compile(code, "picture.py", "exec"), names)
    return names | {"drawn": drawn}


def assert_close(computed: Any, given: Any) -> None:
    """Equal to 1e-12 of max(1, |x|); what is not finite on one side is null on the other."""
    mine, other = np.array(computed, float), values(given)
    assert mine.shape == other.shape
    finite = np.isfinite(mine)
    assert (finite == np.isfinite(other)).all()
    mine, other = mine[finite], other[finite]
    assert (np.abs(mine - other) <= 1e-12 * np.maximum(1.0, np.abs(other))).all()


def assert_same_figures(client: FlaskClient, state: State, drawn: dict[str, go.Figure], view: str) -> None:
    """What is streamed to the page and what the script draws are the same figures."""
    streamed = StreamResult.of(client.get(f"/stream/{view}?{state.query()}").data.splitlines())
    for name in VIEWS[view].figures:
        assert_same_figure(page_figure(VIEWS[view], state, name, streamed), drawn[f"{view}_{name}.html"])


def assert_same_figure(shown: Figure, figure: go.Figure) -> None:
    """Trace by trace and axis by axis: what is streamed to the page, and what the library draws."""
    assert [trace.get("name") for trace in shown["data"]] == [trace.name for trace in figure.data]
    for theirs, mine in zip(shown["data"], figure.data, strict=True):
        for axis in ("x", "y", "z"):
            if axis in theirs:
                with np.errstate(over="ignore"):
                    ours = np.array(getattr(mine, axis), float).astype(np.float32)
                quantized = theirs["type"] == "heatmap" and axis == "z"
                assert_streamed(
                    ours, numbers(theirs[axis]).astype(np.float32), theirs.get("name", "unnamed"), quantized
                )
        for part in ("line", "marker"):
            if part in theirs:
                look = go.Figure([{"type": theirs["type"], part: theirs[part]}]).data[0][part]
                assert mine[part].to_plotly_json() == look.to_plotly_json()
    for axis in [axis for axis in shown["layout"] if axis[1:5] == "axis"]:
        mine = figure.layout[axis]
        np.testing.assert_allclose(mine.range, shown["layout"][axis]["range"], rtol=1e-5, atol=1e-6)
        assert mine.title.text == shown["layout"][axis]["title"]["text"]
        assert mine.type == shown["layout"][axis].get("type", mine.type)


def assert_streamed(computed: np.ndarray, streamed: np.ndarray, name: str, quantized: bool = False) -> None:
    """Equal as float32, up to what rounding does to a position that is computed from streamed numbers.

    quantized: the colors of a map are streamed as 16-bit steps of their range.
    """
    assert computed.shape == streamed.shape, name
    assert (np.isfinite(computed) == np.isfinite(streamed)).all(), name
    finite = np.isfinite(computed)
    scale = np.abs(streamed[finite]).max(initial=0.0)
    steps = np.ptp(computed[finite]) / 65534 if quantized and finite.any() else 0.0
    np.testing.assert_allclose(computed[finite], streamed[finite], rtol=1e-6, atol=3e-6 * scale + steps, err_msg=name)
