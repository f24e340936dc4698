"""Networks of growing size: how far the kernel moves, and the angle, over the large number of a scaling."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.linear_network.empirical_exponents import MeasuredExponents
from dynamics.plotting.linear_network.panels import POINTS
from dynamics.plotting.number_text import format_number
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import POWER_TICKS, scatter, with_ranges
from dynamics.typing import FloatArray


def scaling(exponents: MeasuredExponents | None, width: bool) -> Figure:
    """Return how far the kernel moves (above) and the angle at both ends (below), over the large number."""
    axis = {"type": "log", "exponentformat": "power", "tickfont": {"size": POWER_TICKS}, "fixedrange": True}
    growing = "width  d = κ" if width else "scale  κ"
    layout: dict[str, Any] = {
        "xaxis": {**axis, "title": {"text": growing}, "anchor": "y2", "dtick": 1},
        "yaxis": {**axis, "title": {"text": "|kernel ratio − 1|"}, "domain": [0.54, 1.0], "anchor": "x"},
        "yaxis2": {**axis, "title": {"text": "|cos ζ|"}, "domain": [0.0, 0.46], "anchor": "x"},
        "margin": {"l": 74, "r": 24, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": False,
    }
    if exponents is None:
        return with_ranges([], layout)
    scales, ratio = exponents.scales, abs(exponents.kernel_excess)
    for name, values in (("yaxis", ratio), ("yaxis2", abs(np.array([exponents.cos_start, exponents.cos_end])))):
        layout[name]["dtick"] = _ticks(values)
    data = [*_measured(scales, ratio, "y", POINTS, "circle", "measured")]
    exponent = exponents.phase.excess if exponents.phase.size > 0 else exponents.phase.ratio
    middle = np.median(ratio, axis=1)
    if middle[-1] > 0 and isfinite(middle[-1]):
        data.append(_power(scales, middle[-1], exponent, "y", {"color": LIGHT["ink"], "width": 1.4, "dash": "6px,3px"}))
    for values, color, symbol, name, power in (
        (abs(exponents.cos_start), LIGHT["negative"], "square-open", "start", exponents.phase.cos_start),
        (abs(exponents.cos_end), LIGHT["positive"], "circle", "end", exponents.phase.cos_end),
    ):
        data += _measured(scales, values, "y2", color, symbol, name)
        last = float(np.median(values[-1]))
        if last > 0 and isfinite(last):
            data.append(_power(scales, last, power, "y2", {"color": color, "width": 1.2, "dash": "6px,3px"}))
    return with_ranges(data, layout)


def _ticks(values: NDArray[np.floating[Any]]) -> Any:
    """Return how far apart the ticks of a logarithmic axis are: decades, several of them, or 2 and 5 within one."""
    positive = values[np.isfinite(values) & (values > 0)]
    decades = float(np.log10(positive.max() / positive.min())) if positive.size else 1.0
    return max(1, round(decades / 5)) if decades > 1.5 else "D2"


def _measured(scales: FloatArray, values: FloatArray, axis: str, color: str, symbol: str, name: str) -> list[Trace]:
    each = np.broadcast_to(scales[:, None], values.shape)
    positive = np.isfinite(values) & (values > 0)
    faint = {"color": color, "size": 4, "opacity": 0.35, "symbol": symbol}
    return [
        scatter(x=each[positive], y=values[positive], mode="markers", marker=faint, yaxis=axis,
                name=f"{name}, each start", hoverinfo="skip"),
        scatter(x=scales, y=np.median(values, axis=1), mode="markers", yaxis=axis,
                name=f"{name}, median", marker={"color": color, "size": 9, "symbol": symbol},
                hovertemplate=f"{name}, κ = %{{x:.3g}}: %{{y:.4g}}<extra></extra>"),
    ]  # fmt: skip


def _power(scales: FloatArray, last: float, exponent: float, axis: str, line: dict[str, Any]) -> Trace:
    return scatter(
        x=scales, y=last * (scales / scales[-1]) ** exponent, mode="lines", line=line, yaxis=axis,
        name=f"predicted power {format_number(exponent + 0.0, 3)}", hoverinfo="skip",
    )  # fmt: skip
