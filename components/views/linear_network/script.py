"""Template of the exported script of the Linear network view. The lines between the marks are replaced by the
parameters of a state.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from plotly.subplots import make_subplots

from dynamics import Exponents, LinearNetwork, descent, largest_faithful_step, measured_exponents, phase_diagram

# --- parameters ---
D = 100
GAMMA = 0.01
SIGMA_U = 1.0
SIGMA_W = 1.0
ETA_U = 100.0
ETA_W = 100.0
TARGET = 2.0
X = 1.0
ALIGNMENT = 0.0
BETA = 1.0
SEED = 0
T_END = 1.0
LINEAR, LOG, LOG_START = (240, 240, 0.0001)
NEURONS = [0, 1]
DESCENT: Any = None
MAP: Any = None
SCALING: Any = None
SCALES: Any = (10.0, 100.0)
SEEDS = 8
COLORS = ("#1f2328", "#b8005c", "#8a5a00", "#3654c4")
# --- numbers ---
# run has the arrays t, f, residual, loss, cos_zeta, zeta, kernel_ratio, u_norm, v_norm (n,); run.u(), run.v() (n, d).
network = LinearNetwork.random(
    D, 1, SIGMA_U, SIGMA_W, np.array([X]), TARGET, GAMMA, ETA_U, ETA_W, BETA, SEED, ALIGNMENT
)
t = np.unique(np.concatenate([[0.0], np.linspace(0.0, T_END, LINEAR + 1), np.geomspace(LOG_START * T_END, T_END, LOG)]))
run = network.solution(t)
print("start:    ", network.start)
print("end:      ", network.end)
print("mechanism:", network.mechanism())

# Gradient descent with finite steps.
records: Any = None
if DESCENT is not None:
    step, until, points = DESCENT
    records = list(descent(network, step, until, "linear", t=np.linspace(0.0, until, points + 1)))
    print("leaves the flow at a step of", largest_faithful_step(network).step)

# The phase diagram: map_.median is ln of the kernel ratio (ny, nx).
map_: Any = None
if MAP is not None:
    x_axis, y_axis, size, starts = MAP
    map_ = phase_diagram(
        x_axis, y_axis, (size, size), range(SEED, SEED + starts), D, SIGMA_U, SIGMA_W, GAMMA, ETA_U, ETA_W, TARGET, X,
        ALIGNMENT,
    )  # fmt: skip

# Networks of growing size.
exponents: Any = None
if SCALING is not None:
    width = None if SCALING[-1] else D
    *_, exponents = measured_exponents(Exponents(*SCALING), SCALES, range(SEED, SEED + SEEDS), TARGET, width)
    print(exponents.phase)
    print("measured: kernel ratio", exponents.ratio_slope, "its distance from 1", exponents.excess_slope)

# The picture.
ink, magenta, brown, blue = COLORS
figure = make_subplots(rows=3, cols=2, subplot_titles=("neurons (u, v)", "f", "angle ζ, °", "kernel ratio", "loss", ""))
u, v = run.u(NEURONS), run.v(NEURONS)
for k, i in enumerate(NEURONS):
    line = {"color": brown if network.p[i] * network.q[i] >= 0 else blue, "width": 1}
    figure.add_scatter(x=u[:, k], y=v[:, k], line=line, showlegend=False, row=1, col=1)
for subplot, values in (
    ((1, 2), run.f),
    ((2, 1), np.degrees(run.zeta)),
    ((2, 2), run.kernel_ratio),
    ((3, 1), run.loss),
):
    figure.add_scatter(x=t, y=values, line={"color": ink}, showlegend=False, row=subplot[0], col=subplot[1])
if records is not None:
    when, out = [record.t for record in records], [record.f[0] for record in records]
    figure.add_scatter(x=when, y=out, mode="markers", marker={"color": magenta}, name="descent", row=1, col=2)
if map_ is not None:
    figure.add_heatmap(x=map_.x, y=map_.y, z=map_.median, colorscale="Cividis", row=3, col=2)
    for axis, name, values in (("x", map_.x_name, map_.x), ("y", map_.y_name, map_.y)):
        kind = "log" if values[0] > 0 else "linear"
        getattr(figure, f"update_{axis}axes")(title=name, type=kind, row=3, col=2)
if exponents is not None:
    for j in range(exponents.f0.shape[1]):
        marks = {"color": magenta, "size": 4}
        figure.add_scatter(
            x=exponents.scales,
            y=abs(exponents.kernel_excess[:, j]),
            mode="markers",
            marker=marks,
            showlegend=False,
            row=3,
            col=2,
        )
    figure.update_xaxes(type="log", title="κ", row=3, col=2)
    figure.update_yaxes(type="log", title="|kernel ratio − 1|", row=3, col=2)
figure.update_layout(template="none", width=1000, height=1000)
target = Path("linear_network.html")
figure.write_html(target)
print(f"The picture is in {target}.")
