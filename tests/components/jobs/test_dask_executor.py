"""Runs on a Dask cluster of a scheduler and worker processes, started as docs/dask.md says."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from components.jobs import dask_executor as dask
from components.jobs import queue
from components.jobs.launch import NOT_CLAIMED
from components.jobs.settings import Settings
from tests.components.jobs.conftest import NAMES, Hold, Reader, app, saved
from tests.components.jobs.views import FILES, HELD, PATIENCE
from tests.waiting import LONGEST, until

ROOT = Path(__file__).parents[3]
PROGRAM = Path(sys.executable).with_name("dask")


@dataclass
class DaskCluster:
    """A scheduler, which has no package of ours on its path, and workers with one thread each."""

    folder: Path
    environment: dict[str, str]
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        host, port = self.address.removeprefix("tcp://").split(":")
        words = ["scheduler", "--host", host, "--port", port, "--no-dashboard", "--no-show"]
        process = self._start(words, {})
        until(lambda: _listens(host, int(port)))
        return process

    def start_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        words = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--death-timeout", "60"]
        return self._start(words, {"PYTHONPATH": str(ROOT), **self.environment, **environment})

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()

    def _start(self, words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(
            [str(PROGRAM), *words],
            cwd=self.folder,
            env={**plain, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process


def _listens(host: str, port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((host, port)) == 0


@pytest.fixture
def cluster(
    in_redis: Settings, tmp_path: Path, hold: Hold, begun: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DaskCluster]:
    """A cluster that is not started; its workers share a Redis with the app, and their settings are their own."""
    assert PROGRAM.exists(), "the program dask is missing"
    monkeypatch.setattr(queue, "IDLE_TIMEOUT", 60.0)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 10.0)
    monkeypatch.setattr(queue, "START", LONGEST)
    monkeypatch.setattr(queue, "RELAUNCH", 0.5)
    monkeypatch.setattr(dask, "CONNECT_TIMEOUT", 2.0)
    monkeypatch.setattr(dask, "RETRY_INTERVAL", 0.5)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    names = {"RUNS_REDIS_URL": in_redis.redis, "RUNS_VIEWS": NAMES, PATIENCE: "60"}
    found = DaskCluster(folder, {**names, FILES: os.environ[FILES], HELD: os.environ[HELD]})
    yield found
    found.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def web_worker(in_redis: Settings, cluster: DaskCluster) -> Iterator[Callable[[], Reader]]:
    """Readers of a run, all by one web worker."""
    settings = replace(in_redis, dask=cluster.address)
    executor = settings.executor()
    client = app(settings, executor)
    yield lambda: Reader(client, "n=40&does=saves")
    executor.shutdown(cancel_futures=True)


def test_cluster_computes_without_client_and_after_a_worker_is_killed(
    in_redis: Settings, cluster: DaskCluster, hold: Hold, begun: Callable[[], list[tuple[int, int, int]]]
) -> None:
    cluster.start_scheduler()
    for _ in range(2):
        cluster.start_worker()
    settings = replace(in_redis, dask=cluster.address)
    query = "n=150&does=saves"
    hold.at(5)
    first = settings.executor()
    Reader(app(settings, first), query).until(lambda reader: len(reader.numbers) >= 3)
    first.shutdown()  # a web worker is replaced
    hold.at(20)
    second = settings.executor()
    client = app(settings, second)
    readers = [Reader(client, query) for _ in range(3)]
    readers[0].until(lambda reader: len(reader.numbers) == saved(settings.store()) == 20)
    assert len(begun()) == 1
    (worker,) = (process for process in cluster.processes if process.pid == begun()[0][2])
    worker.kill()
    hold.let_go()
    for reader in readers:
        assert reader.to_the_end() == list(range(150))
    assert len(begun()) == 2
    assert begun()[1][1] == 20, "what was recorded is not computed again"
    second.shutdown(cancel_futures=True)


def test_run_waits_for_a_scheduler_that_is_away_and_goes_on_after_the_whole_cluster_is_killed_and_started_again(
    cluster: DaskCluster, web_worker: Callable[[], Reader], hold: Hold, in_redis: Settings
) -> None:
    hold.at(20)
    reader = web_worker().until(lambda reader: reader.head.get("sentence") == dask.NO_ANSWER)
    assert reader.head["status"] == "waiting"
    cluster.start_scheduler()
    reader.until(lambda reader: reader.head["sentence"] == dask.NO_WORKERS)
    assert reader.head["status"] == "waiting"
    cluster.start_worker()
    reader.until(lambda reader: len(reader.numbers) == saved(in_redis.store()) == 20)
    cluster.stop()
    hold.let_go()
    reader.until(lambda reader: reader.head["sentence"] == dask.NO_ANSWER)
    assert reader.numbers == list(range(20)), "nothing is lost"
    cluster.start_scheduler()
    cluster.start_worker()
    assert reader.to_the_end() == list(range(40))
    assert reader.restarts == 0
    assert reader.head["status"] == "finished"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [({"PYTHONPATH": ""}, dask.NO_PACKAGE), ({"RUNS_REDIS_URL": "", "RUNS_FOLDER": "elsewhere"}, NOT_CLAIMED)],
)
def test_worker_without_package_or_with_another_store_is_named_at_once(
    cluster: DaskCluster,
    web_worker: Callable[[], Reader],
    environment: dict[str, str],
    sentence: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cluster.start_scheduler()
    cluster.start_worker(**environment)
    reader = web_worker().until(lambda reader: reader.ended)
    assert reader.head["status"] == "failed"
    assert reader.head["sentence"] == sentence
    until(lambda: sentence in caplog.text)
