"""The function that executors run: it computes one job.

The process receives the name of a view and the query of a link, and validates both like the input of a client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from components.jobs.settings import Settings
from components.jobs.worker import JobExecution, job_key
from components.operations.cost_limit import parse_affordable


def execute_job(
    name: str, query: str, environment: Mapping[str, str], force_exit: Callable[[], None] | None = None
) -> bool:
    """Compute the job, if it was launched and no other process has claimed it; return whether this one has.

    force_exit: ends the process; called if the job must stop and does not reach its next record. Without it the job
    stops at its next record. Raises KeyError, InvalidLink, StoreError.
    """
    settings = Settings.read(environment)
    view = settings.load_views()[name]
    state = parse_affordable(view, query)
    execution = JobExecution.try_claim(settings.store(), job_key(name, state), force_exit)
    if execution is not None:
        execution.compute(view, state)
    return execution is not None
