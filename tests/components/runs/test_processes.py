"""Runs in processes of their own, and on a Dask cluster: they outlive web workers, and their deaths are got over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster

from components.runs import board, routes
from components.runs.settings import Settings
from tests.components.runs.conftest import Hold, Reader, app, saved
from tests.components.runs.views import FILES, HELD, PATIENCE
from tests.components.runs.waiting import at_work
from tests.waiting import LONGEST, until

Begun = Callable[[], list[tuple[int, int, int]]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Hold]]:
    """Dask: two worker processes of one thread, where their computations leave files, and what holds them."""
    files, held = tmp_path_factory.mktemp("begun"), tmp_path_factory.mktemp("held")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILES, str(files))  # which the workers inherit
        patch.setenv(HELD, str(held))
        patch.setenv(PATIENCE, "20")
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as dask:
            yield dask.scheduler_address, files, Hold(held)


def test_a_run_outlives_its_web_worker_survives_a_kill_and_stops_when_nobody_watches(
    in_folder: Settings, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PATIENCE, "20")
    monkeypatch.setattr(board, "PATIENCE", 20.0)
    monkeypatch.setattr(board, "STALE", 20.0)
    query = "n=1000&wait=0.05&does=saves"
    asks = f"""
        from tests.components.runs.conftest import Reader, Settings, app
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
    reader.ask()
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
    [("no.such.module:VIEWS", "No module named 'no'"), ("tests.components.runs.views:NOTHING", "has no attribute")],
)
def test_a_process_that_fails_before_it_begins_fails_the_run_at_once(
    in_folder: Settings, views: str, cause: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "START", LONGEST)  # what is only missed is missed for longer than the test lasts
    reader = Reader(app(replace(in_folder, views=views)), "n=3").until(lambda reader: reader.ended)
    assert (reader.head["status"], reader.head["sentence"]) == ("failed", routes.NOT_STARTED)
    said = capfd.readouterr().err
    assert "a run of long could not be computed" in said
    assert cause in said


def test_a_process_that_ends_without_its_run_fails_it_at_once(
    in_folder: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of another release does, which looks for the run under another name."""
    monkeypatch.setattr(board, "START", LONGEST)
    monkeypatch.setattr(routes, "run_key", lambda name, state: "0" * 40)
    reader = Reader(app(in_folder), "n=3").until(lambda reader: reader.ended)
    assert (reader.head["status"], reader.head["sentence"]) == ("failed", routes.NOT_STARTED)
    assert "The process of a run ended with status 2." in caplog.text


def test_a_dask_cluster_computes_goes_on_without_the_client_and_without_a_killed_worker(
    in_redis: Settings, cluster: tuple[str, Path, Hold], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "PATIENCE", 20.0)
    monkeypatch.setattr(board, "STALE", 20.0)
    address, files, hold = cluster
    settings = replace(in_redis, dask=address)
    query = "n=150&does=saves"
    hold.at(5)

    def begun() -> list[tuple[int, int]]:
        parts = (path.name.split("-") for path in files.iterdir())
        return [(int(first), int(process)) for _, first, process, _ in sorted(parts, key=lambda part: int(part[3]))]

    first = settings.executor()
    Reader(app(settings, first), query).until(lambda reader: len(reader.numbers) >= 3)
    first.shutdown()  # a web worker is recycled
    hold.at(20)
    client = app(settings)
    readers = [Reader(client, query) for _ in range(3)]
    readers[0].until(lambda reader: len(reader.numbers) == saved(settings.store()) == 20)
    assert len(begun()) == 1
    os.kill(begun()[0][1], signal.SIGKILL)
    hold.let_go()
    for reader in readers:
        assert reader.to_the_end() == list(range(150))
    assert len(begun()) == 2
    assert begun()[1][0] == 20
