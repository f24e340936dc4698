"""The cloud of neurons in the (s, a) plane."""

from __future__ import annotations

from collections.abc import Sequence

from dynamics.plotting.mean_field.styles import neuron_line
from dynamics.plotting.schema import Figure
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import PLAIN, scatter
from dynamics.typing import FloatArray


def cloud(a0: FloatArray, neurons: Sequence[int], planar: bool, run: int = 0) -> Figure:
    """Return the (s, a) plane with a mark at each neuron's start and, once filled, at its end."""
    colors = [neuron_line(float(a0[i]))["color"] for i in neurons]
    symbols = ["circle" if a0[i] >= 0 else "square" for i in neurons]
    marks = scatter(
        x=[0.0] * len(neurons),
        y=[float(a0[i]) for i in neurons],
        mode="markers",
        marker={
            "symbol": ["circle-open"] * len(neurons) + symbols,
            "size": [6] * len(neurons) + [9] * len(neurons),
            "opacity": 1,
            "color": colors * 2,
            "line": {"color": LIGHT["paper"], "width": 1},
        },
        hoverinfo="skip",
        name="neurons",
        cliponaxis=False,
        meta={"role": "marks", "ends": [{"run": run, "x": f"s{i}", "y": f"a{i}"} for i in neurons]},
    )
    axis = {**PLAIN, "showgrid": False, "zeroline": True, "zerolinecolor": LIGHT["grid"], "zerolinewidth": 1}
    layout = {
        "xaxis": {**axis, "title": {"text": "alignment  s"}},
        "yaxis": {**axis, "title": {"text": "second layer  a"}},
        "margin": {"l": 60, "r": 22, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": "zoom",
        "meta": {
            "extent": {
                f"{axis}axis": [*(f"{name}{i}" for i in neurons), *([name] if planar else [])]
                for axis, name in (("x", "s"), ("y", "a"))
            }
        },
    }
    return {"data": [marks], "layout": layout}
