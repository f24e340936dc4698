"""Runs in processes of their own: they outlive web workers, and their deaths are got over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace

import pytest

from components.jobs import queue
from components.jobs.launch import NOT_CLAIMED, NOT_STARTED
from components.jobs.settings import Settings
from components.server import job_routes
from tests.components.jobs.conftest import Reader, app, saved
from tests.components.jobs.views import PATIENCE
from tests.components.jobs.waiting import at_work
from tests.waiting import LONGEST, until

Begun = Callable[[], list[tuple[int, int, int]]]


def test_a_run_outlives_its_web_worker_survives_a_kill_and_stops_when_nobody_watches(
    in_folder: Settings, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PATIENCE, "10")
    monkeypatch.setattr(queue, "IDLE_TIMEOUT", 10.0)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 20.0)
    query = "n=1000&wait=0.05&does=saves"
    asks = f"""
        from tests.components.jobs.conftest import Reader, Settings, app
        client = app(Settings.read({in_folder.environment()!r}))
        Reader(client, {query!r}).until(lambda reader: reader.head.get("status") == "running")
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(asks)], check=True, timeout=LONGEST)
    client = app(in_folder)
    reader = Reader(client, query).until(lambda reader: len(reader.numbers) >= 3)
    (process,) = at_work(in_folder.folder)
    assert len(begun()) == 1, "what the first web worker has started goes on"
    assert process.nice() > 0
    assert os.getsid(process.pid) == process.pid
    assert process.cmdline()[3:] == ["long", "v=1&n=1e3&wait=0.05&bytes=0&does=saves&mark=0"]
    slow = Reader(client, "n=3&wait=60&mark=1").until(lambda slow: reader.ask() and slow.head.get("generation"))
    assert len(at_work(in_folder.folder)) == 2
    reader.ask()
    seen = len(reader.numbers)
    reader.until(lambda _: saved(in_folder.store()) >= seen)
    process.send_signal(signal.SIGKILL)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 3.0)  # a live one that is taken for dead begins anew
    reader.until(lambda _: sum(mark == 0 for mark, _, _ in begun()) == 2, pause=0.1)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 20.0)
    reader.until(lambda reader: len(reader.numbers) >= seen + 10, pause=0.1)
    first = [begin for mark, begin, _ in begun() if mark == 0]
    assert len(first) == 2
    assert first[1] >= seen, "what was recorded is not computed again"
    assert reader.numbers == list(range(len(reader.numbers)))
    until(lambda: not at_work(in_folder.folder))
    assert slow.numbers == [], "what comes to no record is stopped all the same"
    assert {entry.status for entry in in_folder.store().board().values()} == {"stopped"}


@pytest.mark.parametrize(
    ("views", "cause"),
    [("no.such.module:VIEWS", "No module named 'no'"), ("tests.components.jobs.views:NOTHING", "has no attribute")],
)
def test_a_process_that_fails_before_it_begins_fails_the_run_at_once(
    in_folder: Settings, views: str, cause: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "START", LONGEST)  # what is only missed is missed for longer than the test lasts
    reader = Reader(app(replace(in_folder, views=views)), "n=3").until(lambda reader: reader.ended)
    assert (reader.head["status"], reader.head["sentence"]) == ("failed", NOT_STARTED)
    said = capfd.readouterr().err
    assert "a run of long could not be computed" in said
    assert cause in said


def test_a_process_that_ends_without_its_run_fails_it_at_once(
    in_folder: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of another release does, which looks for the run under another name."""
    monkeypatch.setattr(queue, "START", LONGEST)
    monkeypatch.setattr(job_routes, "job_key", lambda name, state: "0" * 40)
    reader = Reader(app(in_folder), "n=3").until(lambda reader: reader.ended)
    assert (reader.head["status"], reader.head["sentence"]) == ("failed", NOT_CLAIMED)
    until(lambda: NOT_CLAIMED in caplog.text)  # written after the record that the reader has
