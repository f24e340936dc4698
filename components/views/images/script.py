"""Template of the exported script of the Real images view. The lines between the marks are replaced by the parameters
of a state.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from plotly.subplots import make_subplots

from dynamics.images import EXPERIMENTS, load_digits, mean_and_spread, read_images

# --- parameters ---
EXPERIMENT = "scale"
ARGUMENTS: Any = {"sigmas": (0.5, 1.0), "epochs": 2, "seeds": (0,)}
IMAGES: Any = None
MAX_IMAGES = 2000
# --- numbers ---
# Every quantity has the shape (settings, seeds, records); runs.settings describes the networks.
split = (read_images(IMAGES) if IMAGES else load_digits()).split(most=MAX_IMAGES)
for runs in EXPERIMENTS[EXPERIMENT](**ARGUMENTS).run(split):
    print(f"\r{100 * runs.progress:.0f} %", end="")
print()
for j, setting in enumerate(runs.settings):  # values of each seed
    trained, tested = (
        " ".join(f"{value:.3f}" for value in each[j]) for each in (runs.train_accuracy[..., -1], runs.best_accuracy)
    )
    print(
        f"{setting.group}, {runs.varied} = {setting.value:g}: training accuracy {trained}; best test accuracy {tested}"
    )

# The picture: at the end over what is varied, and over training.
ends = {
    "best test accuracy": runs.best_accuracy,
    "distance from the start": runs.moved[..., -1],
    "angle of the last layer, degrees": np.degrees(runs.zeta[..., -1, -1]),
}
figure = make_subplots(rows=1, cols=4, subplot_titles=(*ends, "test accuracy over epochs"))
for name, numbers in runs.groups.items():
    x = [float(runs.settings[j].value) for j in numbers]
    for col, values in enumerate(ends.values(), start=1):
        mean, sd = mean_and_spread(values[numbers])
        bars = {"array": np.nan_to_num(sd)}
        figure.add_scatter(x=x, y=mean, error_y=bars, name=name, showlegend=col == 1, row=1, col=col)
        figure.update_xaxes(title=runs.varied, type="log" if min(x) > 0 else "linear", row=1, col=col)
    for j in numbers:
        label = f"{name}, {runs.varied} = {runs.settings[j].value:g}"
        accuracy = mean_and_spread(runs.test_accuracy)[0][j]
        figure.add_scatter(x=runs.epochs, y=accuracy, name=label, showlegend=False, row=1, col=4)
figure.update_layout(template="none", width=1700, height=520)
target = Path("images.html")
figure.write_html(target)
print(f"The picture is in {target}.")
