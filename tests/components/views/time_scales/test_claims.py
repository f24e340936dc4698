"""Random states of the Time-scales view: no sentence, note or alternative text that an own solver refutes."""

import numpy as np

from components.views.time_scales import captions
from components.views.time_scales.plan import picture_of
from components.views.time_scales.state import TimeScalesState
from tests.claims import time_scales as claims

STATES, JUDGED = 14, 7


def test_no_claim_of_random_states_is_refuted(monkeypatch) -> None:
    unjudged = []
    monkeypatch.setattr(claims.Unjudged, "__init__", lambda _: unjudged.append(1))
    rng = np.random.default_rng(20)
    states = [state for state in (claims.random_state(rng) for _ in range(2 * STATES)) if state.m <= 20][:STATES]
    found = {state.query(): wrong for state in states if (wrong := claims.problems(state))}
    assert not found
    assert len(states) - len(unjudged) >= JUDGED


def test_the_checker_refutes_what_is_false(monkeypatch) -> None:
    """Of a wrong number, a wrong word and a wrong level each."""
    state = TimeScalesState(eps=1e-4, m=3)
    assert not claims.problems(state)
    written = captions.sentences(picture_of(state).trajectory)
    for wrong in (
        ("half learned at t = 0.", "half learned at t = 1."),
        ("plateau 0.7222", "plateau 0.5"),
        ("0.7222.", "0.2."),
    ):
        other = [(text.replace(*wrong), look) for text, look in written]
        assert other != written
        monkeypatch.setattr(captions, "sentences", lambda _, other=other: other)
        assert claims.problems(state)
    monkeypatch.setattr(captions, "sentences", lambda _: [(text, {**look, "fate": "lost"}) for text, look in written])
    assert claims.problems(state)
