"""Every sentence of the Lab view against an evaluation of its own; `python -m tests.claims lab` takes more states."""

from __future__ import annotations

import numpy as np

from components.views.lab.view import LabView
from tests.claims import lab


def test_sentences_of_random_states_hold() -> None:
    rng = np.random.default_rng(20261128)
    states = [preset.state for preset in LabView.presets] + [lab.random_state(rng) for _ in range(6)]
    assert {state.query(): wrong for state in states if (wrong := lab.problems(state))} == {}
