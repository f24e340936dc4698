"""Stores, executors and readers for the tests of runs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from components.jobs import folder_store as folder
from components.jobs import queue, worker
from components.jobs.settings import Settings
from components.jobs.store import Store
from components.operations import redis_client
from components.server import job_routes
from tests.components.conftest import RedisServer
from tests.components.jobs.views import FILES, HELD, VIEWS
from tests.waiting import LONGEST

NAMES = "tests.components.jobs.views:VIEWS"


@pytest.fixture
def in_folder(tmp_path: Path) -> Settings:
    """Records in a folder."""
    return Settings(folder=tmp_path / "runs", max_running=2, views=NAMES)


@pytest.fixture
def in_redis(in_folder: Settings, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Records in an empty Redis."""
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", LONGEST)
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", 0.1)
    redis_client._client.cache_clear()
    Redis.from_url(redis_server.url).flushall()
    yield replace(in_folder, redis=redis_server.url)
    redis_client._client.cache_clear()


@pytest.fixture(params=["in_folder", "in_redis"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Both stores: what goes for one goes for the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(settings: Settings) -> Store:
    return settings.store()


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[int, int, int]]]:
    """Mark, first record and process of every computation that has begun, in order."""
    files = tmp_path / "begun"
    files.mkdir()
    monkeypatch.setenv(FILES, str(files))

    def read() -> list[tuple[int, int, int]]:
        parts = sorted((path.name.split("-") for path in files.iterdir()), key=lambda part: int(part[3]))
        return [(int(part[0]), int(part[1]), int(part[2])) for part in parts]

    return read


@dataclass
class Reader:
    """Follows one run as a page does."""

    client: FlaskClient
    query: str
    generation: int = 0
    start: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)
    restarts: int = 0
    head: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> dict[str, Any]:
        answer = self.client.get(f"/jobs/long?generation={self.generation}&offset={self.start}&{self.query}")
        assert answer.status_code == 200, answer.text
        head, *records = [json.loads(line) for line in answer.data.splitlines()]
        assert head["kind"] == "job"
        if head["from"] != self.start:
            self.records, self.restarts = [], self.restarts + 1
        self.records += records
        self.generation, self.start, self.head = head["generation"], head["next"], head
        return head

    def until(self, wanted: Callable[[Reader], object], seconds: float = LONGEST, pause: float = 0.02) -> Reader:
        """Asks on until something is so."""
        patience = time.monotonic() + seconds
        while not wanted(self):
            assert time.monotonic() < patience, (self.head, len(self.records))
            time.sleep(pause)
            self.ask()
        return self

    def to_the_end(self) -> list[int]:
        """The numbers of all records."""
        self.until(lambda reader: reader.ended)
        return self.numbers

    @property
    def ended(self) -> bool:
        return self.head.get("status") in ("finished", "failed") and not self.head["more"]

    @property
    def numbers(self) -> list[int]:
        return [record["number"] for record in self.records if record["kind"] == "count"]


def saved(store: Store) -> int:
    """The record from which the run that has come farthest would go on."""
    found = [store.checkpoint(key, entry.log) for key, entry in store.board().items() if entry.log]
    return max((json.loads(checkpoint)["data"]["next"] for checkpoint in found if checkpoint), default=0)


def app(settings: Settings, executor: Executor | None = None) -> FlaskClient:
    """A web worker."""
    server = Flask("test")
    job_routes.register(server, VIEWS, settings, executor)
    return server.test_client()


class Clock:
    """The clock of the board: it stands still but for what the test adds, and for what tells one look from the next."""

    def __init__(self) -> None:
        self.now = time.time()
        self.lock = threading.Lock()

    def time(self) -> float:
        with self.lock:
            self.now += 1e-3
            return self.now

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def add(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


@dataclass
class Hold:
    """Holds runs of a view at a record, each by its mark, and lets them go."""

    folder: Path

    def at(self, number: int, *marks: int) -> None:
        for mark in marks or (0,):
            new = self.folder / f"{mark}.new"
            new.write_text(str(number))
            new.rename(self.folder / str(mark))

    def let_go(self, *marks: int) -> None:
        for mark in marks or (0,):
            (self.folder / str(mark)).unlink()


@pytest.fixture
def hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    folder = tmp_path / "held"
    folder.mkdir()
    monkeypatch.setenv(HELD, str(folder))
    yield Hold(folder)
    for file in folder.iterdir():
        file.unlink()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock by which runs of this process stop, die and are tried again only when the test says so."""
    clock = Clock()
    monkeypatch.setattr(worker, "time", clock)
    monkeypatch.setattr(job_routes, "time", clock)
    return clock


@pytest.fixture
def threads(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    """The quickest executor: computations in threads of the test, which end with it."""
    monkeypatch.setattr(queue, "HEARTBEAT_INTERVAL", 0.1)
    monkeypatch.setattr(folder, "LOCK_TIMEOUT_SECONDS", LONGEST)
    with ThreadPoolExecutor(32) as pool:
        yield pool
        monkeypatch.setattr(queue, "IDLE_TIMEOUT", -60.0)


@pytest.fixture
def read(settings: Settings, threads: Executor) -> Callable[..., Reader]:
    """A new reader of a run."""
    client = app(settings, threads)
    return lambda query="", client=client: Reader(client, query)
