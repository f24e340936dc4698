"""The paper's figures as states of the Time-scales view (theory section 2)."""

from __future__ import annotations

from typing import Any

from components.core.citations import BERTHIER_2024
from components.core.view import Preset
from components.views.time_scales.state import TimeScalesState


def _preset(name: str, title: str, caption: str, **values: Any) -> Preset:
    shows = tuple(field for field in values if TimeScalesState.parameters()[field].part != "physics")
    return Preset(name, title, TimeScalesState(**values), caption, BERTHIER_2024, shows)


PRESETS = (
    _preset(
        "canonical",
        "Canonical order, ε = 10⁻⁶",
        "Ten neurons learn one degree after the other. Between two falls the risk rests on a plateau (dotted levels); "
        "the upright lines are the predicted times, that of degree 2 by its exponent only. Play, and watch the cloud: "
        "all aᵢ move first, then all sᵢ.",
        layers=("planar",),
        panel="course",
    ),
    _preset(
        "risk-3",
        "Risk and its terms, ε = 10⁻³",
        "At ε = 10⁻³ the falls of degrees 1 and 2 run into each other: there is hardly a plateau between them.",
        eps=1e-3,
        panel="risk",
    ),
    _preset(
        "risk-6",
        "Risk and its terms, ε = 10⁻⁶",
        "The first three terms of the sum leave one after the other; on a logarithmic axis each falls on its own.",
        eps=1e-6,
        panel="risk",
        measure="log",
    ),
    _preset(
        "neurons",
        "Every aᵢ and sᵢ, ε = 10⁻⁶",
        "The second layer first adjusts at t ≈ ε. It moves again once the sᵢ leave 0; then neurons of opposite sign "
        "separate.",
        panel="neurons",
    ),
    *(
        _preset(
            f"finite-{number}",
            f"Network and mean field: ε = {label}, m = {m}",
            "Magenta: networks that learn by gradient descent on fresh samples, a band over four of them. Dashed "
            "grey: the exact flow of so many neurons, to which they tend as d grows, and which comes to the mean "
            "field as m grows.",
            eps=eps,
            m=m,
            t=10.0 if eps == 1.0 else 3.0,
            layers=("overlaps", "planar", "network"),
            panel="risk",
        )
        for number, (eps, label, m) in enumerate(
            ((1.0, "1", 10), (1.0, "1", 50), (1e-3, "10⁻³", 10), (1e-3, "10⁻³", 50)), 1
        )
    ),
    _preset(
        "distance",
        "Distance to theory over d and m",
        "Networks of growing dimension come to the exact flow of their m neurons (above); of growing width to the mean "
        "field (below), together with the exact flow (diamonds).",
        eps=1.0,
        dimension=400,
        batch=1600,
        m=32,
        layers=("overlaps",),
        panel="network",
    ),
    _preset(
        "sweep",
        "Learning times over ε",
        "The measured learning time of each degree, the median over twenty starts, with the fitted power laws; the "
        "paper has no such picture. Theory, as ε → 0: exponents 1, 1/2 with a logarithm, 1/4.",
        panel="sweep",
    ),
    _preset(
        "bridge",
        "The bridge: all neurons alike",
        "Without a degree 0 and with all neurons alike this is the planar system of feature unlearning (dotted).",
        phi=(0.0, 1.0, -(2**0.5), 6**0.5, 24**0.5, 120**0.5),
        activation="series",
        sigma=(0.0, 1.0, 2**0.5, 6**0.5, 24**0.5, 120**0.5),
        eps=1.0,
        law="alike",
        scale=10.0,
        t=1e4,
    ),
)
