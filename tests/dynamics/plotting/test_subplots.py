"""What figures of several views share."""

from __future__ import annotations

import numpy as np
import pytest

from dynamics.plotting.subplots import scatter, with_ranges


def test_an_axis_without_a_range_shows_all_that_it_can() -> None:
    """Every number on it, on a logarithmic axis every positive one; a stated range stays."""
    data = [
        scatter(x=[1.0, None, 3.0], y=np.array([1e-3, np.nan, 1e5])),
        scatter(x=[2.0, 7.0], y=[-1.0, 0.0], yaxis="y2"),
        scatter(x=[5.0], y=[10.0]),
    ]
    layout = {"xaxis": {"range": [0, 1]}, "yaxis": {"type": "log"}, "yaxis2": {"type": "linear"}, "yaxis3": {}}
    found = with_ranges(data, layout)["layout"]
    assert found["xaxis"]["range"] == [0, 1]
    for axis, (low, high) in {"yaxis": (-3.0, 5.0), "yaxis2": (-1.0, 0.0)}.items():
        margins = np.array([low, high]) - found[axis]["range"]
        assert margins * [1, -1] == pytest.approx(0.06 * (high - low)), axis
    assert found["yaxis3"]["range"] == [0.0, 1.0]
    assert layout["yaxis3"] == {}


def test_a_single_value_has_room_on_its_axis() -> None:
    for kind, value in (("log", 1e-4), ("linear", 0.0), ("linear", -300.0)):
        low, high = with_ranges([scatter(x=[1], y=[value])], {"yaxis": {"type": kind}})["layout"]["yaxis"]["range"]
        assert low < (np.log10(value) if kind == "log" else value) < high
