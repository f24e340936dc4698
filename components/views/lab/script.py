"""Template of the exported script of the Lab. The lines between the marks are replaced by the parameters of a state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from plotly.subplots import make_subplots

from dynamics import UnlearningModel, train_single_index

# --- parameters ---
C: Any = (1.0, -0.2)
C_STAR: Any = (0.6, 0.19)
A0 = 0.2
M = 100
D = 101
BATCH = 1000
GAMMA: Any = None
NOISE = 0.0
SEEDS: Any = (0,)
MODE: Any = "fresh"
START: Any = "orthonormal"
TAU_END = 100.0
RECORDS = 160
COLORS = ("#1f2328", "#5c636d", "#b8005c")
# --- numbers ---
# R, a and loss of each run (records, seeds); law has the arrays tau, R, a, Q, loss.
# C and C_STAR are coefficients of He_k, k = 1, 2, ... (E He_k^2 = k!).
training = train_single_index(
    M, D, BATCH, GAMMA, C, C_STAR, A0, TAU_END, NOISE, SEEDS, mode=MODE, start=START, n=RECORDS
)
records = list(training)
tau = np.array([record.tau for record in records])
R = np.array([record.R_seeds for record in records])
a = np.array([record.a_seeds for record in records])
loss = np.array([record.loss_seeds for record in records])
law = training.law
planar = UnlearningModel(C, C_STAR).trajectory(A0, tau_end=TAU_END)
print("networks end at R =", R[-1], "a =", a[-1], records[-1].halted)
print("law of this width: R =", law.R[-1], "a =", law.a[-1])

# The picture.
ink, muted, magenta = COLORS
figure = make_subplots(rows=2, cols=2, subplot_titles=("a over R", "R", "a", "loss"))
for theory, style in ((planar, {"color": muted, "dash": "dash"}), (law, {"color": ink})):
    figure.add_scatter(x=theory.R, y=theory.a, line=style, showlegend=False, row=1, col=1)
    for subplot, values in (((1, 2), theory.R), ((2, 1), theory.a), ((2, 2), theory.loss)):
        figure.add_scatter(x=theory.tau, y=values, line=style, showlegend=False, row=subplot[0], col=subplot[1])
for seed in range(R.shape[1]):
    line: dict[str, Any] = {"color": magenta, "width": 1}
    figure.add_scatter(x=R[:, seed], y=a[:, seed], line=line, showlegend=False, row=1, col=1)
    for subplot, values in (((1, 2), R), ((2, 1), a), ((2, 2), loss)):
        figure.add_scatter(x=tau, y=values[:, seed], line=line, showlegend=False, row=subplot[0], col=subplot[1])
for row, col in ((1, 2), (2, 1), (2, 2)):
    figure.update_xaxes(type="log", title="τ", row=row, col=col)
figure.update_layout(template="none", width=1000, height=800)
target = Path("lab.html")
figure.write_html(target)
print(f"The picture is in {target}.")
