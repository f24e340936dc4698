"""Template of the exported script of the Time-scales view. The lines between the marks are replaced by the parameters
of a state.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from plotly.subplots import make_subplots

from dynamics import MeanFieldModel, make_network, run_in_lockstep
from dynamics.mean_field import initial_weights

# --- parameters ---
PHI: Any = (1.0, -1.0, 0.666666666667)
ACTIVATION: Any = "relu"
EPS = 1e-06
M = 10
LAW: Any = "uniform"
SCALE = 1.0
SEED = 0
T_END = 10.0
LOG, LINEAR, LOG_START = (520, 120, 0.01)
RTOL = 1e-08
OVERLAPS = False
SWEEP: Any = None
NETWORKS: Any = None
AXIS = "log"
RISK_AXIS = "linear"
COLORS = ("#00699c", "#b3471e", "#6a51a3")
SIGNS = ("#3654c4", "#8a5a00")
MAGENTA = "#b8005c"
# --- numbers ---
# PHI (and ACTIVATION, where it is a list) are coefficients of the normalized Hermite polynomials h_k = He_k / sqrt(k!).
# run has the arrays t, risk (n,), a and s (n, m), residual (n, K + 1).
model = MeanFieldModel(PHI, ACTIVATION, EPS, M)
a0 = initial_weights(M, SEED, LAW, SCALE)
log_start = LOG_START * min(EPS, T_END)
t = np.unique(np.concatenate([[0.0], np.geomspace(log_start, T_END, LOG), np.linspace(0.0, T_END, LINEAR + 1)]))
run = model.trajectory(a0, t=t, rtol=RTOL)
exact = model.trajectory(a0, t=t, rtol=RTOL, overlaps=True) if OVERLAPS else None
plateaus, predicted = model.plateaus(a0), model.predicted_times(a0)
print("plateaus of the risk:", plateaus)
print("learning times:      ", run.learning_times())
print("lost again:          ", run.lost)
print("predicted times:     ", predicted, "(of degree 2 and above only the exponent)")

# The learning times over epsilon: sweep.times (eps, seeds, degrees), sweep.medians, sweep.fit(degree).
sweep: Any = None
if SWEEP is not None:
    low, high, points, seeds, horizon = SWEEP
    *_, sweep = model.sweep_eps(np.geomspace(low, high, points), range(seeds), LAW, SCALE, horizon, RTOL)
    for k in range(model.degrees + 1):
        print(f"degree {k}: t ~ eps^{sweep.fit(k).slope:.4f}")

# Networks that learn: risk of each (times, runs).
networks: Any = None
if NETWORKS is not None:
    d, batch, runs, start, log, linear, until = NETWORKS
    t_network = np.unique(np.append(np.geomspace(log_start, until, log)[:-1], np.linspace(0.0, until, linear + 1)[1:]))
    trained = [make_network(PHI, ACTIVATION, EPS, M, d, batch, a0, run, start=start) for run in range(runs)]
    networks = np.array([[record.risk for record in records] for records in run_in_lockstep(trained, t_network)])

# The picture.
figure = make_subplots(rows=4, cols=1, shared_xaxes=True, vertical_spacing=0.03)
figure.add_scatter(x=t, y=run.risk, name="risk", line={"color": "#1f2328"}, row=1, col=1)
if exact is not None:
    figure.add_scatter(x=t, y=exact.risk, name="exact", line={"color": "#5c636d", "dash": "dash"}, row=1, col=1)
if networks is not None:
    for risk in networks.T:
        line: dict[str, Any] = {"color": MAGENTA, "width": 1}
        figure.add_scatter(x=t_network, y=risk, line=line, showlegend=False, row=1, col=1)
for level in plateaus:
    if level > 0:
        figure.add_hline(y=level, line={"dash": "dot", "width": 1}, row=1, col=1)
for k in range(model.degrees + 1):
    line = {"color": COLORS[k]}
    figure.add_scatter(x=t, y=0.5 * run.residual[:, k] ** 2, name=f"degree {k}", line=line, row=2, col=1)
    if predicted[k] > 0:
        figure.add_vline(x=predicted[k], line={**line, "dash": "dash", "width": 1})
for i in range(M):
    line = {"color": SIGNS[int(a0[i] >= 0)], "width": 1}
    figure.add_scatter(x=t, y=run.a[:, i], line=line, showlegend=False, row=3, col=1)
    figure.add_scatter(x=t, y=run.s[:, i], line=line, showlegend=False, row=4, col=1)
figure.update_xaxes(type=AXIS)
figure.update_yaxes(type=RISK_AXIS, row=1)
for row, title in enumerate(("risk", "½ rₖ²", "aᵢ", "sᵢ"), 1):
    figure.update_yaxes(title=title, row=row)
figure.update_xaxes(title="time  t", row=4)
figure.update_layout(template="none", width=900, height=900)
target = Path("time_scales.html")
figure.write_html(target)
print(f"The picture is in {target}.")
