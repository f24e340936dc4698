"""Settings in which networks learn and unlearn within two minutes, as states of view 5 (theory section 1)."""

from __future__ import annotations

from typing import Any

from components.core.citations import IMAI_2026
from components.core.view import Preset
from components.views.lab.state import LabState


def _preset(name: str, title: str, caption: str, **values: Any) -> Preset:
    return Preset(name, title, LabState(**values), caption, IMAI_2026)


PRESETS = (
    _preset(
        "unlearns",
        "A real network unlearns",
        "A hundred neurons learn the feature, and then, while the loss still falls, lose most of it again, as the law "
        "of their width predicts.",
    ),
    _preset(
        "wider",
        "A wider one unlearns more",
        "Twice the width and the batch, and more time: R falls to 38 % of its peak, mostly because of the longer time.",
        m=200, d=201, batch=2000, tau=250.0,
    ),
    _preset(
        "negative",
        "Unlearning on the other side",
        "With ā and c*₂ negative R goes below 0, and comes back.",
        c=(1.0, -0.25), c_star=(0.4, -0.16), a=-0.2, m=200, d=201, batch=2000, tau=300.0,
    ),
    _preset(
        "cubic",
        "A cubic target is unlearned",
        "A third degree in target and activation does not save the feature.",
        c=(1.0, -0.2, 0.05), c_star=(0.6, 0.19, 0.1), tau=200.0,
    ),
    _preset(
        "halted",
        "Width halts unlearning",
        "At infinite width R would go on falling for ever; ten neurons stop at a finite R.",
        m=10, runs=4,
    ),
    _preset(
        "learns",
        "A real network learns",
        "With c₂c*₂ > 0 nothing is unlearned: the network aligns.",
        c=(1.0, 0.5), c_star=(1.0, 0.6), a=1.0, m=200, d=201, batch=2000, tau=30.0,
    ),
    _preset(
        "population",
        "Neurons that start at random",
        "The population's gradient, without the noise of batches, from a random first layer: one run stays near the "
        "law of a symmetric start, in the other a neuron turns to the other side and the rest lose more.",
        mode="population", first="sphere", m=40, runs=2,
    ),
    _preset(
        "recursion",
        "The discrete recursion",
        "The planar equations in Euler steps as long as those of a network: too long a step leaves the law.",
        mode="recursion", step=0.2, runs=1, tau=100.0,
    ),
)  # fmt: skip
