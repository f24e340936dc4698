"""Why a run that was launched has not begun: what executors raise, each with the sentence that the page shows."""

from __future__ import annotations

UNCLAIMED = 2  # the exit status of a process that has not taken its run on
NOT_STARTED = "This run could not be started here."
NOT_TAKEN = (
    "No process took this run on: those that compute runs have another release of this app, or another store of runs."
)


class Unreachable(Exception):
    """What computes cannot be reached at present; the run waits, and is launched again later."""


class NotStarted(Exception):
    """The run cannot begin; launching it again would not help."""
