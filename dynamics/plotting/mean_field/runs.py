"""Traces of one solution in each figure, without data: the columns of the solution fill them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynamics.mean_field import MeanFieldModel
from dynamics.plotting.mean_field.styles import DOTS, NETWORK, degree_style, neuron_line
from dynamics.plotting.schema import Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import band_trace, curve_meta, scatter, time_trace
from dynamics.typing import FloatArray


def run_traces(
    model: MeanFieldModel, a0: FloatArray, neurons: Sequence[int], rows: Sequence[str]
) -> dict[str, list[Trace]]:
    """Return the lines of the mean-field run in each figure, still empty."""
    in_cloud = [
        scatter(
            x=[], y=[], mode="lines", line=neuron_line(float(a0[i])), name=f"neuron {i + 1}",
            meta=curve_meta(0, f"s{i}", f"a{i}"),
            hovertemplate=f"neuron {i + 1}<br>s = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>",
        )
        for i in neurons
    ]  # fmt: skip
    lines: list[Trace] = []
    for number, row in enumerate(rows):
        if row == "risk":
            lines.append(
                time_trace(0, "t", "risk", "risk", {"color": LIGHT["ink"], "width": 2, "dash": "solid"}, number)
            )
        elif row == "terms":
            for k in range(model.degrees + 1):
                color, dash = degree_style(k)
                line = {"color": color, "width": 1.8, "dash": dash}
                lines.append(time_trace(0, "t", f"h{k}", f"degree {k}", line, number))
        else:
            for i in neurons:
                line = {**neuron_line(float(a0[i])), "width": 1.2}
                lines.append(time_trace(0, "t", f"{row}{i}", f"neuron {i + 1}", line, number))
    return {"cloud": in_cloud, "panels": lines}


def comparison_traces(
    run: int, name: str, rows: Sequence[str], line: dict[str, Any], neuron: bool
) -> dict[str, list[Trace]]:
    """Return the lines of another solution for comparison: its risk and, if it has one neuron, that neuron."""
    columns = ("risk", "a", "s") if neuron else ("risk",)
    lines = [time_trace(run, "t", row, name, line, number) for number, row in enumerate(rows) if row in columns]
    hover = f"{name}<br>s = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    curve = scatter(x=[], y=[], mode="lines", line=line, name=name, meta=curve_meta(run, "s", "a"), hovertemplate=hover)
    return {"cloud": [curve] if neuron else [], "panels": lines}


def network_traces(
    run: int, model: MeanFieldModel, neurons: Sequence[int], rows: Sequence[str]
) -> dict[str, list[Trace]]:
    """Return the lines of the networks: the band of their risks and its mean, the means of the degrees; the first one's
    neurons, in the cloud too."""
    lines: list[Trace] = []
    thin = {"color": NETWORK, "width": 1, "dash": DOTS}
    for number, row in enumerate(rows):
        if row == "risk":
            line = {"color": NETWORK, "width": 2, "dash": DOTS}
            lines.append(band_trace(run, "t", ("low", "high"), "networks, least to largest", NETWORK, number))
            lines.append(time_trace(run, "t", "risk", "networks, mean", line, number))
        elif row == "terms":
            for k in range(model.degrees + 1):
                line = {"color": degree_style(k)[0], "width": 2, "dash": DOTS}
                lines.append(time_trace(run, "t", f"h{k}", f"networks, degree {k}", line, number))
        else:
            lines += [time_trace(run, "t", f"{row}{i}", f"network, neuron {i + 1}", thin, number) for i in neurons]
    in_cloud = [
        scatter(
            x=[], y=[], mode="lines", line=thin, name=f"network, neuron {i + 1}",
            meta=curve_meta(run, f"s{i}", f"a{i}"),
            hoverinfo="skip",
        )
        for i in neurons
    ]  # fmt: skip
    return {"cloud": in_cloud, "panels": lines}
