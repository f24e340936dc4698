"""Stores, executors and readers for the tests of runs."""

from __future__ import annotations

import json
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

from components.runs import board, routes
from components.runs.settings import Settings
from components.runs.store import Store
from tests.components.conftest import RedisServer
from tests.components.runs.views import FILES, VIEWS

NAMES = "tests.components.runs.views:VIEWS"


@pytest.fixture
def in_folder(tmp_path: Path) -> Settings:
    """Records in a folder."""
    return Settings(folder=tmp_path / "runs", at_once=2, views=NAMES)


@pytest.fixture
def in_redis(in_folder: Settings, redis_server: RedisServer) -> Settings:
    """Records in an empty Redis."""
    Redis.from_url(redis_server.url).flushall()
    return replace(in_folder, redis=redis_server.url)


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
        answer = self.client.get(f"/runs/long/{self.generation}/{self.start}?{self.query}")
        assert answer.status_code == 200, answer.text
        head, *records = [json.loads(line) for line in answer.data.splitlines()]
        assert head["kind"] == "run"
        if head["from"] != self.start:
            self.records, self.restarts = [], self.restarts + 1
        self.records += records
        self.generation, self.start, self.head = head["generation"], head["next"], head
        return head

    def until(self, wanted: Callable[[Reader], object], seconds: float = 90.0, pause: float = 0.02) -> Reader:
        """Asks on until something is so."""
        patience = time.monotonic() + seconds
        while not wanted(self):
            assert time.monotonic() < patience, (self.head, len(self.records))
            time.sleep(pause)
            self.ask()
        return self

    def to_the_end(self, seconds: float = 90.0) -> list[int]:
        """The numbers of all records."""
        self.until(lambda reader: reader.ended, seconds)
        return self.numbers

    @property
    def ended(self) -> bool:
        return self.head.get("status") in ("finished", "failed") and not self.head["more"]

    @property
    def numbers(self) -> list[int]:
        return [record["number"] for record in self.records if record["kind"] == "count"]


def app(settings: Settings, executor: Executor | None = None) -> FlaskClient:
    """A web worker."""
    server = Flask("test")
    routes.register(server, VIEWS, settings, executor)
    return server.test_client()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    """The quickest executor: computations in threads of the test, which end with it."""
    monkeypatch.setattr(board, "BEAT", 0.1)
    with ThreadPoolExecutor(32) as pool:
        yield pool
        monkeypatch.setattr(board, "PATIENCE", -60.0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run stops after half a second without a reader."""
    monkeypatch.setattr(board, "PATIENCE", 0.6)
    monkeypatch.setattr(board, "STAMP", 0.1)


@pytest.fixture
def read(settings: Settings, threads: Executor) -> Callable[..., Reader]:
    """A new reader of a run."""
    client = app(settings, threads)
    return lambda query="", client=client: Reader(client, query)
