"""Errors of executors that have launched a job, with the sentences that the page shows."""

from __future__ import annotations

UNCLAIMED = 2  # exit status of a process that has not claimed its job
NOT_STARTED = "This run could not be started here."
NOT_CLAIMED = (
    "No process took this run on: those that compute runs have another release of this app, or another store of runs."
)


class Unreachable(Exception):
    """The executor cannot be reached at present; the job waits, and is launched again later."""


class NotStarted(Exception):
    """The job cannot start; launching it again would not help."""
