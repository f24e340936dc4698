"""Settings in which networks learn and unlearn within two minutes, as states of view 5 (theory section 1)."""

from __future__ import annotations

from typing import Any

from components.citations import IMAI_2026
from components.lab.state import LabState
from components.view import Preset


def _preset(name: str, title: str, caption: str, **values: Any) -> Preset:
    return Preset(name, title, LabState(**values), caption, IMAI_2026)


PRESETS = (
    _preset(
        "unlearns",
        "A real network unlearns",
        "A hundred neurons learn the feature, and then, while the loss still falls, lose most of it again, as the law "
        "of their width says. Each picture is a real network, trained while you watch.",
    ),
    _preset(
        "learns",
        "A real network learns",
        "With c₂c*₂ > 0 nothing is unlearned: the network aligns.",
        c=(1.0, 0.5), c_star=(1.0, 0.6), a=1.0, tau=30.0,
    ),
    _preset(
        "halted",
        "Width halts unlearning",
        "At infinite width R would go on falling for ever; so few neurons stop at a finite R.",
        c=(1.0, 0.5), c_star=(1.0, -0.6), a=2.0, m=20, d=40, tau=300.0,
    ),
    _preset(
        "recursion",
        "The discrete recursion",
        "The planar equations in Euler steps as long as those of a network: too long a step leaves the law.",
        mode="recursion", step=0.2, runs=1, tau=100.0,
    ),
)  # fmt: skip
