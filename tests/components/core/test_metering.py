"""CPU time of a computation and of the threads that work for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from components.core import metering
from components.core.metering import Meter, Threads, charged
from components.server.compute_quota import Charge
from components.server.stream_cache import StreamCache
from components.views.phase_map import compute
from components.views.phase_map.state import PhaseMapState
from dynamics.interruption import Interrupted, checkpoint


class Work:
    """CPU time by thread, and a clock; both advance in `spend` alone."""

    def __init__(self) -> None:
        self.passed, self.clock = threading.local(), 0.0

    def monotonic(self) -> float:
        return self.clock

    def thread_time(self) -> float:
        return getattr(self.passed, "seconds", 0.0)

    def spend(self, seconds: float) -> None:
        self.passed.seconds = self.thread_time() + seconds
        self.clock += seconds


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    monkeypatch.setattr(metering, "time", work)
    return work


def test_seconds_of_threads_are_counted_by_the_meter_that_is_active_where_they_are_made() -> None:
    meter, other = Meter(), Meter()
    with meter.measure(), Threads() as threads:
        began = time.process_time()
        with other.measure():
            assert threads.submit(lambda: sum(range(3_000_000))).result() > 0
        taken = time.process_time() - began
    assert 0.0 < meter.seconds
    assert other.seconds < 0.5 * taken < meter.seconds + other.seconds


def test_a_stream_is_charged_what_all_of_its_threads_take(work: Work) -> None:
    paid: list[float] = []

    def lines() -> Iterator[bytes]:
        with Threads() as threads:
            for _ in range(3):
                threads.submit(work.spend, 2.0).result()
                yield b"\n"

    streams = StreamCache(Flask("test"))
    assert len(list(streams.stream("view?", lines, lambda: Charge(paid.append, 1.0)))) == 3
    assert 1.0 + sum(paid) == 6.0


def test_work_in_many_short_blocks_is_interrupted_at_the_limit(work: Work) -> None:
    """Each block, as of one line of a stream, is shorter than the time between two looks."""
    meter, charge, spent = Meter(), Charge(lambda more: None, 1.0), 0.01
    assert spent < metering.LOOK_SECONDS

    def blocks() -> None:
        for _ in range(int(2 * metering.MAX_SECONDS / spent)):
            with charged(meter, charge):
                checkpoint()
                work.spend(spent)

    with pytest.raises(Interrupted):
        blocks()
    assert metering.MAX_SECONDS <= meter.seconds < 1.1 * metering.MAX_SECONDS
    assert charge.seconds >= meter.seconds


def test_a_phase_map_is_metered_as_the_process_is() -> None:
    for thread in threading.enumerate():  # an app of another test may be warming up in this process
        if thread.name == "warm-up":
            thread.join()
    state = PhaseMapState.make({"detail": "128", "quantity": "time"})
    meter, began = Meter(), time.process_time()
    with meter.measure():
        for _ in compute.levels(state):
            pass
    taken = time.process_time() - began
    assert 0.8 * taken < meter.seconds <= 1.05 * taken
