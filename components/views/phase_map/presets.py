"""The paper's phase maps as states of view 2 (theory section 1, the table of presets)."""

from __future__ import annotations

from components.core.citations import IMAI_2026
from components.core.view import Preset
from components.views.phase_map.state import PhaseMapState

PRESETS = (
    Preset(
        "left",
        "Phase map, left: c*₃ and ā",
        PhaseMapState(c=(1.0,) * 5, c_star=(1, -1, 1, 1, 1), a=10, x="cs3", y="a"),
        "Learning and unlearning. Below the rising curve, the threshold in ā, the feature is learnt, fully or, where "
        "c*₃ is large, in part; above it is unlearned. Left of the curve's foot every start unlearns.",
        IMAI_2026,
    ),
    Preset(
        "right",
        "Phase map, right: c*₄ and ā",
        PhaseMapState(c=(1.0,) * 5, c_star=(1, 1, -1, -2, 1), a=5, x="cs4", y="a", window=(-3, 3, -15, 15)),
        "Both signs of ā, and all three fates: R goes to 1, comes to rest on the way, or goes back to 0.",
        IMAI_2026,
    ),
)
