"""Every sentence of the Real images page against its arrays; `python -m tests.claims images` takes more states."""

from __future__ import annotations

import numpy as np

from components.views.images import compute
from components.views.images.view import ImagesView
from tests.claims import images


def test_sentences_of_random_results_hold() -> None:
    rng = np.random.default_rng(20261128)
    kept = [
        images.StateWithResults(preset.state, compute.bundled_results().runs[preset.state.bundled])
        for preset in ImagesView.presets
    ]
    states = [*kept, *(images.random_state(rng) for _ in range(15))]
    assert [(one.state.query(), wrong) for one in states if (wrong := images.problems(one))] == []
