"""A view whose runs are as slow as its state says, and do as they are told: for tests, by name or as it is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from components.core.state import Parameter, State
from components.core.view import Chunk, View
from components.jobs import queue
from components.views.unlearning.view import UnlearningView

FILES = "RUNS_TEST_FILES"  # a folder in which every beginning of a computation leaves a file
HELD = (
    "RUNS_TEST_HELD"  # a folder with a file for each run that is held, named by its mark, with its first record to wait
)
PATIENCE = "RUNS_TEST_PATIENCE"  # seconds for which processes of runs wait for a reader

if PATIENCE in os.environ:
    queue.IDLE_TIMEOUT = queue.HEARTBEAT_TIMEOUT = float(os.environ[PATIENCE])


class LongState(State):
    """How many records, how far apart, of how many bytes, and what happens meanwhile."""

    n: Annotated[int, Parameter("n", "n", "records", "integer", ((0, 10_000),))] = 20
    wait: Annotated[float, Parameter("wait", "w", "seconds between two", bounds=((0, 100),))] = 0.0
    bytes: Annotated[int, Parameter("bytes", "b", "bytes of each", "integer", ((0, 1 << 23),))] = 0
    does: Annotated[
        str, Parameter("does", "does", "what it does", "choice", choices=("all", "saves", "fails", "dies"))
    ] = "all"
    mark: Annotated[int, Parameter("mark", "mark", "to tell one from another", "integer", ((0, 1 << 30),))] = 0


class LongView(UnlearningView):
    """Counts up."""

    name = "long"
    State = LongState  # type: ignore[assignment]
    max_cost = 10_000.0
    has_jobs: ClassVar[bool] = True

    def cost(self, state: Any) -> float:
        return float(state.n)

    def seconds(self, state: Any) -> float:
        return View.seconds(self, state)

    def run_job(self, state: Any, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        begun = checkpoint["next"] if checkpoint else 0
        if FILES in os.environ:
            (Path(os.environ[FILES]) / f"{state.mark}-{begun}-{os.getpid()}-{time.monotonic_ns()}").touch()
        for number in range(begun, state.n):
            if state.does == "fails" and number == 3:
                raise FloatingPointError("the secret of the machine room")
            if state.does == "dies" and number == 3:
                os._exit(9)
            time.sleep(state.wait)
            while _is_held(state.mark, number):
                time.sleep(0.01)
            yield Chunk("count", {"number": number, "text": "x" * state.bytes})
            if state.does == "saves":
                yield Chunk("checkpoint", {"next": number + 1})


def _is_held(mark: int, number: int) -> bool:
    """Whether a record of a run may not come yet."""
    try:
        return HELD in os.environ and number >= int((Path(os.environ[HELD]) / str(mark)).read_text())
    except FileNotFoundError:
        return False


class PlainView(UnlearningView):
    """A view without runs."""


VIEWS: dict[str, View] = {"long": LongView(), "plain": PlainView()}
