"""Template of the exported script of the Phase map view. The lines between the marks are replaced by the parameters of
a state.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from dynamics import phase_map

# --- parameters ---
C = (1.0, 1.0, 1.0, 1.0, 1.0)
C_STAR = (1.0, -1.0, 1.0, 1.0, 1.0)
EPS = 1.0
A0 = 10.0
R0 = 0.0
X = ("c_star", 3, -3.0, 3.0)
Y = ("a0", 0.1, 15.0)
N = (256, 256)
QUANTITY = "fate"
TAU_END = 10000.0
RTOL = 1e-06
TITLES = ("c*₃", "ā")
LEGEND = ""
FATES = (("unlearning", "#0a4da2"), ("full alignment", "#c25100"), ("partial alignment", "#c4459c"))
PALE = 0.55
SCALE = ("#00224e", "#fee838")
# --- numbers ---
# fate is int8 (ny, nx), rows from below; further quantities are float64 of the same shape, nan where unknown.
computed_map = phase_map(C, C_STAR, EPS, X, Y, N, A0, R0, (QUANTITY, "boundary"), TAU_END, RTOL)
x, y, fate = computed_map.x, computed_map.y, computed_map.fate
values = None if QUANTITY == "fate" else getattr(computed_map, QUANTITY)
for number, (fate_name, _) in enumerate(FATES):
    print(f"{fate_name:18} {np.mean(fate == number):8.2%}")
print(f"{len(computed_map.boundary or ())} boundaries, {computed_map.trajectories} trajectories integrated")

# The picture.
figure = go.Figure()
if values is None:
    steps = [[(number + edge) / len(FATES), color] for number, (_, color) in enumerate(FATES) for edge in (0, 1)]
    fate_names = np.array([fate_name for fate_name, _ in FATES])[fate]
    figure.add_heatmap(
        x=x, y=y, z=fate, zmin=-0.5, zmax=len(FATES) - 0.5, colorscale=steps, showscale=False, opacity=PALE,
        customdata=fate_names, hovertemplate="%{x:.4g}, %{y:.4g}: %{customdata}<extra></extra>",
    )  # fmt: skip
else:
    with np.errstate(divide="ignore"):
        z = np.log10(values) if QUANTITY == "time" else values
    title = f"log10 of {LEGEND}" if QUANTITY == "time" else LEGEND
    figure.add_heatmap(x=x, y=y, z=z, colorscale=list(SCALE), colorbar={"title": {"text": title, "side": "right"}})
for curve in computed_map.boundary or ():
    figure.add_scatter(x=curve.x, y=curve.y, mode="lines", line={"color": "#1f2328", "width": 1.6}, hoverinfo="skip")
figure.update_layout(template="none", showlegend=False, width=900, height=640)
for update, axis, name in ((figure.update_xaxes, X, TITLES[0]), (figure.update_yaxes, Y, TITLES[1])):
    update(title=name, type="log" if axis[0] == "eps" else "linear", showgrid=False, ticks="outside")
target = Path("phase_map.html")
figure.write_html(target)
print(f"The picture is in {target}.")
