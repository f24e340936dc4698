"""Runs over both stores: one computation for all, places, bounds, replay, failures."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from components.jobs import queue, worker
from components.jobs.last_checkpoint import last_checkpoint
from components.jobs.launch import NotStarted, Unreachable
from components.jobs.settings import Settings
from components.jobs.store import Store, delete_orphans
from components.jobs.worker import JobExecution
from tests.components.jobs.conftest import Clock, Hold, Reader, app, saved
from tests.components.jobs.views import LongState
from tests.waiting import until

Read = Callable[..., Reader]
Begun = Callable[[], list[tuple[int, int, int]]]


def test_ten_readers_at_once_share_one_computation(read: Read, begun: Begun) -> None:
    gate = threading.Barrier(10)

    def follow(_: int) -> list[dict[str, Any]]:
        reader = read("n=30&wait=0.02")
        gate.wait()
        reader.to_the_end()
        return reader.records

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(follow, range(10)))
    assert [record["number"] for record in answers[0]] == list(range(30))
    assert all(answer == answers[0] for answer in answers)
    assert len(begun()) == 1


def test_who_comes_late_catches_up(read: Read, begun: Begun) -> None:
    early = read("n=30&wait=0.03").until(lambda reader: len(reader.numbers) >= 10)
    late = read("n=30&wait=0.03")
    late.ask()
    assert late.numbers[:10] == list(range(10))
    assert late.to_the_end() == early.to_the_end() == list(range(30))
    assert len(begun()) == 1


def test_a_finished_run_replays_for_another_web_worker(
    read: Read, settings: Settings, threads: Executor, begun: Begun
) -> None:
    read("n=5").to_the_end()
    again = Reader(app(settings, threads), "n=5&v=1")
    assert again.ask()["status"] == "finished"
    assert again.numbers == list(range(5))
    assert len(begun()) == 1


def test_to_look_neither_starts_a_run_nor_keeps_it_going(
    settings: Settings, threads: Executor, store: Store, begun: Begun, clock: Clock, hold: Hold
) -> None:
    client = app(settings, threads)
    hold.at(10)

    def look() -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in client.get("/jobs/long?generation=0&offset=0&peek=1&n=40").data.splitlines()
        ]

    assert look()[0]["status"] == "stopped"
    assert (store.board(), begun()) == ({}, [])
    reader = Reader(client, "n=40").until(lambda reader: len(reader.numbers) == 10)
    head, *records = look()
    assert head["status"] == "running"
    assert [record["number"] for record in records] == list(range(10))
    clock.add(queue.IDLE_TIMEOUT + 1)
    until(lambda: look()[0]["status"] == "stopped")
    hold.let_go()
    assert reader.to_the_end() == list(range(40))
    assert [record["number"] for record in look()[1:]] == list(range(40))


def test_what_is_known_of_a_run_is_its_last_checkpoint(
    read: Read, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    saves, plain = (LongState.from_query(query) for query in ("n=5&does=saves", "n=5"))
    assert last_checkpoint("long", saves) is None
    read("n=5&does=saves").to_the_end()
    read("n=5").to_the_end()
    assert last_checkpoint("long", saves) == ("finished", {"next": 5})
    assert last_checkpoint("long", plain) is None


def test_a_run_without_records_finishes_too(read: Read, begun: Begun) -> None:
    read("n=0").to_the_end()
    assert read("n=0").to_the_end() == []
    assert len(begun()) == 1


def test_long_records_come_in_several_answers(read: Read) -> None:
    reader = read("n=12&bytes=100000").until(lambda reader: reader.head.get("status") == "finished")
    whole = read("n=12&bytes=100000")
    assert whole.ask()["more"]
    assert whole.numbers == [0, 1]
    assert whole.to_the_end() == reader.to_the_end() == list(range(12))
    assert whole.restarts == 0
    longest = read("n=2&bytes=600000").until(lambda reader: reader.ended)
    assert longest.numbers == [0, 1]


def test_a_failure_is_a_last_record_with_a_sentence(read: Read) -> None:
    reader = read("n=9&does=fails")
    assert reader.to_the_end() == [0, 1, 2]
    assert reader.head["status"] == "failed"
    assert reader.records[-1] == {"kind": "error", "sentence": worker.FAILED}


def test_a_failure_is_tried_again_later(read: Read, begun: Begun, clock: Clock) -> None:
    read("n=9&does=fails").to_the_end()
    read("n=9&does=fails").to_the_end()
    assert len(begun()) == 1
    clock.add(queue.RETRY_AFTER + 1)
    reader = read("n=9&does=fails")
    assert reader.ask()["status"] in ("waiting", "running")


def test_nobody_watching_stops_it_and_the_next_reader_goes_on_from_the_checkpoint(
    read: Read, begun: Begun, store: Store, clock: Clock, hold: Hold
) -> None:
    hold.at(5)
    reader = read("n=60&does=saves").until(lambda reader: len(reader.numbers) == saved(store) == 5)
    clock.add(queue.IDLE_TIMEOUT + 1)
    until(lambda: [entry.status for entry in store.board().values()] == ["stopped"])
    hold.let_go()
    assert reader.to_the_end() == list(range(60))
    assert [first for _, first, _ in begun()] == [0, 5], "what was recorded was not computed again"


def test_a_run_without_checkpoints_begins_again_and_readers_are_told(
    read: Read, begun: Begun, store: Store, clock: Clock, hold: Hold
) -> None:
    hold.at(5)
    reader = read("n=60").until(lambda reader: len(reader.numbers) == 5)
    first = reader.generation
    clock.add(queue.IDLE_TIMEOUT + 1)
    until(lambda: [entry.status for entry in store.board().values()] == ["stopped"])
    hold.let_go()
    assert reader.to_the_end() == list(range(60))
    assert [first for _, first, _ in begun()] == [0, 0]
    assert reader.restarts >= 1
    assert reader.generation > first


def test_at_most_so_many_at_once_and_the_others_are_told_their_places(
    read: Read, begun: Begun, store: Store, hold: Hold
) -> None:
    hold.at(10, *range(5))
    readers = [read(f"n=20&mark={mark}") for mark in range(5)]
    for place, reader in zip([0, 0, 1, 2, 3], readers, strict=True):
        assert reader.ask()["place"] == place
    for mark, next_mark in ((0, 2), (1, 3), (2, 4)):
        hold.let_go(mark)
        readers[mark].to_the_end()
        while len(begun()) < next_mark + 1:
            for reader in reversed(readers):  # the last in the queue is not served first for asking first
                reader.ask()
        assert begun()[-1][0] == next_mark
        assert sum(entry.status == "running" for entry in store.board().values()) == 2
    hold.let_go(3, 4)
    assert all(reader.to_the_end() == list(range(20)) for reader in readers)
    assert len(begun()) == 5


def test_who_stops_waiting_leaves_the_queue(read: Read, clock: Clock, hold: Hold) -> None:
    hold.at(0, 0, 1)
    busy = [read(f"mark={mark}") for mark in range(2)]
    gone, patient = read("mark=8"), read("mark=9")
    for reader in (*busy, gone, patient):
        reader.ask()
    assert (gone.head["place"], patient.head["place"]) == (1, 2)
    for _ in range(2):
        clock.add(0.6 * queue.IDLE_TIMEOUT)
        for reader in (*busy, patient):
            reader.ask()
    assert patient.head["place"] == 1


def test_a_long_queue_is_closed(read: Read, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_WAITING", 1)
    hold.at(0, 0, 1)
    for mark in range(3):
        read(f"mark={mark}").ask()
    refused = read("mark=3")
    assert refused.ask()["status"] == "stopped"
    assert "ask again later" in refused.head["sentence"]


def test_what_is_kept_is_bounded_and_the_oldest_goes_first(
    settings: Settings, threads: Executor, store: Store, clock: Clock
) -> None:
    client = app(replace(settings, max_bytes=250_000), threads)
    for mark in range(4):
        assert Reader(client, f"n=10&bytes=10000&mark={mark}").to_the_end() == list(range(10))
        clock.add(queue.IDLE_TIMEOUT + 1)
        Reader(client, "n=10&bytes=10000&mark=0").to_the_end()
    Reader(client, "n=0&mark=7").to_the_end()
    assert sum(entry.size for entry in store.board().values()) <= 350_000
    assert store.referenced_logs() == queue.referenced_logs(store.board())
    assert Reader(client, "n=10&bytes=10000&mark=0").ask()["status"] == "finished", "it was asked for all the time"


def test_one_run_may_not_record_without_end(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_JOB_BYTES", 100_000)
    reader = read("n=100&bytes=10000")
    assert reader.to_the_end() == list(range(9))
    assert reader.records[-1] == {"kind": "error", "sentence": worker.TOO_LONG}


def test_a_run_without_a_sign_of_life_is_taken_up_and_its_old_attempt_spoils_nothing(
    read: Read, begun: Begun, store: Store, clock: Clock, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, silent = JobExecution._heartbeat_loop, threading.Lock()
    monkeypatch.setattr(
        JobExecution, "_heartbeat_loop", lambda self: None if silent.acquire(blocking=False) else live(self)
    )
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 2.0)
    hold.at(5)
    reader = read("n=40&does=saves").until(lambda reader: len(reader.numbers) == saved(store) == 5)
    clock.add(queue.HEARTBEAT_TIMEOUT + 1)
    reader.until(lambda _: len(begun()) == 2)
    hold.let_go()
    assert reader.to_the_end() == list(range(40))
    assert [first for _, first, _ in begun()] == [0, 5]
    assert read("n=40&does=saves").to_the_end() == list(range(40))


def test_a_run_that_was_launched_in_vain_is_launched_again(
    settings: Settings, threads: Executor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(ThreadPoolExecutor):
        """Forgets the first task."""

        tasks = 0

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.tasks += 1
            return threads.submit(fn, *args) if self.tasks > 1 else Future()

    monkeypatch.setattr(queue, "START", 2.0)
    executor = Forgetful(1)
    reader = Reader(app(settings, executor), "n=3")
    reader.ask()
    assert reader.ask()["status"] == "running"
    assert executor.tasks == 1
    clock.add(queue.START + 1)
    assert reader.to_the_end() == [0, 1, 2]
    assert executor.tasks == 2


def test_a_run_that_cannot_be_started_says_so(settings: Settings) -> None:
    class Broken(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise OSError("no more processes")

    reader = Reader(app(settings, Broken(1)), "n=3").until(lambda reader: reader.ended)
    assert "could not be started" in reader.records[-1]["sentence"]


@pytest.mark.parametrize("fault", [NotStarted("not taken"), Unreachable("away")])
def test_late_failure_of_an_earlier_launch_is_not_logged_and_ends_nothing(
    settings: Settings,
    threads: Executor,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    first: Future[Any] = Future()

    class Late(ThreadPoolExecutor):
        """The first task is known to have failed when the second has done its work."""

        tasks = 0

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.tasks += 1
            return first if self.tasks == 1 else threads.submit(fn, *args)

    monkeypatch.setattr(queue, "START", 2.0)
    reader = Reader(app(settings, Late(1)), "n=3")
    reader.ask()
    clock.add(queue.START + 1)
    reader.until(lambda reader: len(reader.numbers) >= 1)
    first.set_exception(fault)
    assert reader.to_the_end() == [0, 1, 2]
    assert not caplog.records


def test_records_that_have_gone_are_computed_again(read: Read, store: Store, begun: Begun) -> None:
    first = read("n=5")
    first.to_the_end()
    for key, name in store.referenced_logs():
        store.drop(key, name)
    again = read("n=5")
    assert again.to_the_end() == list(range(5))
    assert len(begun()) == 2
    assert again.generation != first.generation
    first.ask()
    assert first.to_the_end() == list(range(5))


def test_what_no_board_names_is_swept_up(store: Store, read: Read) -> None:
    read("n=5").to_the_end()
    kept = store.referenced_logs()
    store.append("0" * 40, "1" * 16, 0, b"rubbish\n")
    delete_orphans(store)
    assert store.referenced_logs() == kept


def test_a_board_that_cannot_be_read_is_begun_again(settings: Settings, read: Read, store: Store) -> None:
    read("n=5").to_the_end()
    for rubbish in (b"[1]", b"{", b'{"a": {"b": 1}}', b'{"a": 3}'):
        if settings.redis:
            Redis.from_url(settings.redis).set("runs:board", rubbish)
        else:
            (settings.folder / "board.json").write_bytes(rubbish)
        assert read("n=5").to_the_end() == list(range(5))
