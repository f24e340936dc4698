"""The cache of streams: canonical keys, one computation for many askers, bounds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from flask import Flask

from components.server import stream_cache
from components.server.compute_quota import Charge
from components.server.stream_cache import StreamCache
from tests.waiting import LONGEST, until


@pytest.fixture
def streams() -> StreamCache:
    return StreamCache(Flask("test"))


class Counted:
    """A computation that counts its beginnings, its steps and its being closed."""

    def __init__(self, steps: int = 5, fail_at: int | None = None) -> None:
        self.begun = self.stepped = self.closed = 0
        self.steps, self.fail_at = steps, fail_at

    def __call__(self) -> Iterator[bytes]:
        self.begun += 1
        try:
            for step in range(self.steps):
                if step == self.fail_at:
                    raise RuntimeError("broken")
                self.stepped += 1
                yield b"%d\n" % step
        finally:
            self.closed += 1


def test_a_finished_stream_is_replayed(streams: StreamCache) -> None:
    work = Counted()
    first = b"".join(streams.stream("key", work))
    assert b"".join(streams.stream("key", work)) == first == b"0\n1\n2\n3\n4\n"
    assert work.begun == 1


def test_sixteen_askers_at_once_compute_once(streams: StreamCache) -> None:
    work, gate = Counted(steps=50), threading.Barrier(16)

    def ask() -> bytes:
        gate.wait()
        return b"".join(streams.stream("key", work))

    with ThreadPoolExecutor(16) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(16)]]
    assert len(set(answers)) == 1
    assert (work.begun, work.stepped) == (1, 50)


def test_an_asker_that_leaves_does_not_stop_the_others(streams: StreamCache) -> None:
    work = Counted()
    leaving, staying = streams.stream("key", work), streams.stream("key", work)
    assert next(leaving) == next(staying) == b"0\n"
    leaving.close()
    assert b"".join(staying) == b"1\n2\n3\n4\n"
    assert work.begun == 1


def test_the_work_stops_when_the_last_asker_leaves(streams: StreamCache) -> None:
    held, left = threading.Event(), threading.Event()
    beyond = []

    def work() -> Iterator[bytes]:
        try:
            yield b"0\n"
            held.wait()
            yield b"1\n"
            beyond.append("a line is computed that nobody waits for")
        finally:
            left.set()

    asker = streams.stream("key", work)
    next(asker)
    asker.close()
    held.set()
    assert left.wait(LONGEST)
    assert not beyond
    assert b"".join(streams.stream("key", Counted())) == b"0\n1\n2\n3\n4\n", "half a stream is not kept"


def test_a_computation_rests_after_a_marked_line_unless_all_is_wanted(streams: StreamCache) -> None:
    lines = [b"0\n", b"1" + stream_cache.FIGURES_END, b"2\n", b"3" + stream_cache.FIGURES_END, b"4\n"]
    given = []

    def work() -> Iterator[bytes]:
        for line in lines:
            given.append(line)
            yield line

    asker = streams.stream("key", work, whole=False)
    for number, computed in enumerate((2, 2, 4, 4, 5)):
        assert next(asker) == lines[number]
        until(lambda: not streams._running["key"]._working)
        assert len(given) == computed
    asker.close()
    given.clear()
    asker = streams.stream("another", work)
    assert next(asker) == lines[0]
    until(lambda: len(given) == 5)
    asker.close()


def test_a_computation_is_a_bounded_number_of_lines_ahead(streams: StreamCache) -> None:
    work = Counted(steps=3 * stream_cache.MAX_LINES_AHEAD)
    asker = streams.stream("key", work)
    assert next(asker) == b"0\n"
    until(lambda: not streams._running["key"]._working)
    assert work.stepped == 1 + stream_cache.MAX_LINES_AHEAD
    assert len(list(asker)) == 3 * stream_cache.MAX_LINES_AHEAD - 1


def quick() -> Charge:
    return Charge(lambda seconds: None, 0.5 * stream_cache.QUICK_SECONDS)


def test_a_quick_stream_is_computed_line_by_line_by_who_wants_the_next(streams: StreamCache) -> None:
    threads = []

    def work() -> Iterator[bytes]:
        for number in range(4):
            threads.append(threading.get_ident())
            yield b"%d\n" % number

    first, second = (streams.stream("key", work, quick) for _ in range(2))
    assert next(first) == b"0\n"
    assert threads == [threading.get_ident()]
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(threading.get_ident).result()
        assert pool.submit(list, second).result() == [b"0\n", b"1\n", b"2\n", b"3\n"]
    assert threads == [threading.get_ident(), other, other, other]
    assert list(first) == [b"1\n", b"2\n", b"3\n"]


def test_a_failure_of_a_quick_stream_is_raised_and_not_kept(streams: StreamCache) -> None:
    with pytest.raises(RuntimeError, match="broken"):
        list(streams.stream("key", Counted(fail_at=2), quick))
    assert len(list(streams.stream("key", Counted(), quick))) == 5


@pytest.mark.parametrize("steps", [3, 0])
def test_a_failure_of_the_charge_at_the_end_is_raised_and_nobody_waits_for_ever(
    streams: StreamCache, steps: int
) -> None:
    def take(seconds: float) -> None:
        raise OSError("the bucket is gone")

    with pytest.raises(OSError, match="the bucket is gone"):
        list(streams.stream("key", Counted(steps), lambda: Charge(take, 0.0)))


def test_a_failure_is_not_kept(streams: StreamCache) -> None:
    with pytest.raises(RuntimeError, match="broken"):
        list(streams.stream("key", Counted(fail_at=2)))
    assert len(list(streams.stream("key", Counted()))) == 5


def test_every_asker_of_a_failing_stream_hears_of_it(streams: StreamCache) -> None:
    work = Counted(fail_at=1)
    askers = [streams.stream("key", work) for _ in range(3)]
    assert [next(asker) for asker in askers] == [b"0\n"] * 3
    for asker in askers:
        with pytest.raises(RuntimeError, match="broken"):
            next(asker)
    assert work.begun == 1


class NewThreads(ThreadPoolExecutor):
    """A thread of its own for each task."""

    def submit(self, *arguments: Any) -> Future[Any]:  # type: ignore[override]
        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(*arguments)
        finally:
            pool.shutdown(wait=False)


def test_a_generator_keeps_its_context_whichever_threads_advance_and_close_it(
    streams: StreamCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_cache, "_threads", NewThreads())
    seen, threads = [], set()

    def work() -> Iterator[bytes]:
        with np.errstate(divide="raise"):
            for _ in range(3):
                seen.append(np.geterr()["divide"])
                threads.add(threading.current_thread())
                yield b"line" + stream_cache.FIGURES_END

    whole = streams.stream("whole", work, whole=False)
    for _ in range(3):
        assert next(whole) == b"line" + stream_cache.FIGURES_END
        until(lambda: not streams._running["whole"]._working)  # the next line is computed by another thread
    assert list(whole) == []
    left = streams.stream("left", work)
    next(left)
    left.close()
    assert set(seen) == {"raise"}
    assert len(threads) > 1
    assert np.geterr()["divide"] != "raise"


def test_what_is_kept_is_bounded(streams: StreamCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_cache, "MAX_ENTRY_BYTES", 9)
    large = Counted()
    for _ in range(2):
        list(streams.stream("large", large))
    assert large.begun == 2, "an entry over the bound is computed again"
    for number in range(5 * stream_cache.MAX_ENTRIES):
        list(streams.stream(f"small {number}", Counted(steps=2)))
    assert len(streams.memory.cache._cache) <= stream_cache.MAX_ENTRIES + 1
    assert not streams._running


def test_one_who_comes_as_the_last_one_leaves_gets_a_whole_stream(streams: StreamCache) -> None:
    def come_and_go(seed: int) -> bytes:
        asker = streams.stream("key", Counted(steps=30))
        taken = b"".join(line for line, _ in zip(asker, range(seed % 7), strict=False))
        asker.close()
        return taken if seed % 7 else b"".join(streams.stream("key", Counted(steps=30)))

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(come_and_go, range(700)))
    whole = b"".join(b"%d\n" % step for step in range(30))
    assert set(answers[::7]) == {whole}


def test_pulses_stand_before_values_alone(streams: StreamCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is JSON, however long the computation takes before it and after the last one."""
    monkeypatch.setattr(stream_cache, "PULSE_SECONDS", 0.01)
    gates, line = [threading.Event(), threading.Event()], stream_cache.InFlightStream.line
    missed = [0, 0]

    def work() -> Iterator[bytes]:
        yield b'{"kind":"start"}\n'
        gates[0].wait()
        yield b'{"kind":"end"}\n'
        gates[1].wait()

    def counted(shared: stream_cache.InFlightStream, number: int) -> bytes | None:
        found = line(shared, number)
        if found is stream_cache.PULSE and number:
            missed[number - 1] += 1
            if missed[number - 1] == 3:
                gates[number - 1].set()
        return found

    monkeypatch.setattr(stream_cache.InFlightStream, "line", counted)
    lines = b"".join(streams.stream("view?state", work, pulses=True)).splitlines()
    assert min(missed) >= 3
    assert [json.loads(line)["kind"] for line in lines] == ["start", "end"]
    assert lines[1].startswith(b"   ")
