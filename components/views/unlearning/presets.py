"""The paper's figures as states of view 1 (theory section 1, the table of presets)."""

from __future__ import annotations

from components.core.citations import IMAI_2026
from components.core.view import Preset
from components.views.unlearning.state import UnlearningState

FAN = (0.5, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)


def _preset(name: str, title: str, c_star: tuple[float, ...], a: tuple[float, ...], caption: str) -> Preset:
    state = UnlearningState(c=(1.0,) * 5, c_star=c_star, a=a, chosen=len(a) - 1)
    return Preset(name, title, state, caption, IMAI_2026)


PRESETS = (
    _preset(
        "four-panels",
        "Three starts, two fates",
        (1, -1, 1, 1, 1),
        (5, 9, 10),
        "Three networks that differ only in the weight ā of their second layer. From ā = 5 and 9 the first layer turns "
        "fully toward the feature (R = 1). From ā = 10 it begins to, then turns away again, although the loss never "
        "stops falling.",
    ),
    _preset(
        "time-scales-left",
        "Time scales, left",
        (1, -1, 1, -1, 1),
        (4,),
        "R leaves 0 at once while a stays: alignment is the fast variable.",
    ),
    _preset(
        "time-scales-right",
        "Time scales, right",
        (2, 4, 6, 8, 10),
        (1,),
        "The same separation of time scales where the feature is learnt.",
    ),
    _preset(
        "portrait-left", "Portrait, learning", (1, 1, 1, 1, 1), FAN, "From each of these ā > 0 the feature is learnt."
    ),
    _preset(
        "portrait-right",
        "Portrait, both fates",
        (1, -1, 1, -1, 1),
        FAN,
        "Below the threshold in ā the feature is learnt, above it is unlearned.",
    ),
    _preset(
        "phase-map-left",
        "Phase map, left: a column",
        (1, -1, -1, 1, 1),
        (2, 3, 3.7, 3.8, 5, 8),
        "One column of the map over (c*₃, ā), at c*₃ = −1: learning below the threshold, unlearning above.",
    ),
    _preset(
        "phase-map-right",
        "Phase map, right: a column",
        (1, 1, -1, -2, 1),
        (5, 1, -1, -5, -10),
        "One column of the map over (c*₄, ā), at c*₄ = −2, both signs of ā: all three fates.",
    ),
)
