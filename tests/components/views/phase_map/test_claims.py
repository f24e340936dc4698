"""Texts of the Phase map view, over random states, against an evaluation that shares no code with the core."""

from __future__ import annotations

import numpy as np
import pytest

from components.views.phase_map import alt_text, captions
from components.views.phase_map.state import PhaseMapState
from tests.claims import phase_map

STATES = 15


@pytest.mark.parametrize("seed", range(STATES))
def test_every_text_of_a_random_state_holds(seed: int) -> None:
    assert phase_map.problems(phase_map.random_state(np.random.default_rng([2602, seed]))) == []


def test_a_false_text_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    state = PhaseMapState()
    assert phase_map.problems(state) == []
    notes, upward = captions.notes, alt_text._upward
    monkeypatch.setattr(
        captions, "notes", lambda *args: [text.replace("unlearning", "no alignment") for text in notes(*args)]
    )
    assert phase_map.problems(state)
    monkeypatch.setattr(captions, "notes", notes)
    monkeypatch.setattr(alt_text, "_upward", lambda *args: upward(*args).replace("unlearning", "partial alignment"))
    assert phase_map.problems(state)
