"""Computes one run: what executors are given.

The process receives a view's name and a link's query, and checks both like the input of a client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from components.jobs.settings import Settings
from components.jobs.worker import JobExecution, job_key
from components.operations.cost_limit import parse_affordable


def execute_job(name: str, query: str, environment: Mapping[str, str], leave: Callable[[], None] | None = None) -> bool:
    """Compute the run, if it was launched and no other process has claimed it; return whether this one has. Raises
    KeyError, InvalidLink, StoreError.

    leave: ends the process; called where the run must stop and does not come to a record. Without it the run ends at
    its next record.
    """
    settings = Settings.read(environment)
    view = settings.load_views()[name]
    state = parse_affordable(view, query)
    attempt = JobExecution.claimed(settings.store(), job_key(name, state), leave)
    if attempt is not None:
        attempt.compute(view, state)
    return attempt is not None
