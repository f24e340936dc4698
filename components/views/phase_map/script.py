"""Template of the exported script of the Phase map view. The lines between the marks are replaced by the parameters of
a state.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dynamics import Fate, phase_map

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
LEGEND = ""
TAU_END = 10000.0
RTOL = 1e-06
# --- numbers ---
# fate is int8 (ny, nx), rows from below; further quantities are float64 of the same shape, nan where unknown.
found = phase_map(C, C_STAR, EPS, X, Y, N, A0, R0, (QUANTITY, "boundary"), TAU_END, RTOL)
for fate in Fate:
    print(f"{fate.name.replace('_', ' ').lower():18} {np.mean(found.fate == fate):8.2%}")
print(f"{len(found.boundary or ())} boundaries, {found.trajectories} trajectories integrated")

# The picture.
picture = found.plot(QUANTITY, LEGEND).update_layout(width=900, height=640)
target = Path("phase_map.html")
picture.write_html(target)
print(f"The picture is in {target}.")
