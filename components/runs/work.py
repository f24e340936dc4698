"""Computes one run: what executors are given.

Whoever computes is given a view's name and a link's query, and checks both as if they came from a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from components.runs.attempt import Attempt, run_key
from components.runs.settings import Settings
from components.stream import affordable


def compute(name: str, query: str, environment: Mapping[str, str], leave: Callable[[], None] | None = None) -> bool:
    """Compute the run, if it was launched and no other process has claimed it; return whether this one has. Raises
    KeyError, Problems, Unrecordable.

    leave: ends the process; called where the run must stop and does not come to a record. Without it the run ends at
    its next record.
    """
    settings = Settings.read(environment)
    view = settings.load_views()[name]
    state = affordable(view, query)
    attempt = Attempt.claimed(settings.store(), run_key(name, state), leave)
    if attempt is not None:
        attempt.compute(view, state)
    return attempt is not None
