"""What is shared through a real Redis: pictures, without trust in what comes back; Redis that goes, hangs, is full."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from redis.connection import AbstractConnection

from components.core.view import Chunk
from components.jobs.queue import Job, JobTable
from components.jobs.redis_store import RedisStore
from components.jobs.settings import Settings
from components.jobs.store import StoreUnavailable as StoreAway
from components.operations import metrics, redis_client
from components.operations.redis_client import RedisClient, Unavailable
from components.server import stream_cache
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.stream_cache import StreamCache, is_complete_stream
from tests.components.conftest import RedisServer
from tests.waiting import LONGEST, until

LINES = [Chunk("start", {"runs": 0}).line(), Chunk("text", {"runs": ["ā = 5"]}).line(), Chunk("end").line()]
BODY = b"".join(LINES)


class Work:
    """A stream that counts how often it is computed."""

    def __init__(self) -> None:
        self.begun = 0

    def __call__(self) -> Iterator[bytes]:
        self.begun += 1
        yield from LINES


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that is there is waited for, whatever else the machine does."""
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", LONGEST)


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    redis = Redis.from_url(redis_server.url)
    redis.flushall()
    return redis


def worker(redis_server: RedisServer) -> StreamCache:
    """The cache of one of several processes."""
    return StreamCache(Flask("test"), RedisClient(redis_server.url))


def test_what_one_process_has_computed_another_has(redis_server: RedisServer, redis: Redis) -> None:
    one, other, work = worker(redis_server), worker(redis_server), Work()
    assert b"".join(one.stream("view?a=1", work)) == BODY
    assert b"".join(other.stream("view?a=1", work)) == BODY
    assert work.begun == 1
    (name,) = redis.keys()
    assert b"a=1" not in name, "nothing of a link is in a key"
    assert 0 < redis.ttl(name) <= stream_cache.TIMEOUT_SECONDS
    redis.flushall()
    assert b"".join(other.stream("view?a=1", work)) == BODY
    assert work.begun == 1, "what came from Redis is in the worker's own memory"


def test_another_release_shares_nothing(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work()
    list(worker(redis_server).stream("view?", work))
    monkeypatch.setattr(stream_cache, "build_id", lambda: "newer")
    list(worker(redis_server).stream("view?", work))
    assert work.begun == 2


class Bomb:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_a_poisoned_entry_is_neither_unpickled_nor_passed_on(
    redis_server: RedisServer, redis: Redis, tmp_path: Path
) -> None:
    work = Work()
    list(worker(redis_server).stream("view?", work))
    (name,) = redis.keys()
    mark, sealed_elsewhere = tmp_path / "unpickled", RedisClient(redis_server.url)
    poison = pickle.dumps(Bomb(mark))
    for evil in (
        poison,
        b"!" + poison,  # as flask-caching's own serializer marks them
        b"",
        b"\n",
        b"<script>alert(1)</script>",
        BODY[:-20],
        BODY.rpartition(b'{"kind":"end"')[0],
        BODY + b"{",
        b"[1]\n" + BODY,
        BODY + b"x" * stream_cache.MAX_ENTRY_BYTES,
        b'{"kind":"end"}\n',  # well-formed, and false
        BODY,  # even the true one, without the code
        sealed_elsewhere.sealed("stream:other", BODY),
        sealed_elsewhere.sealed(name.decode(), b""),
        RedisClient(redis_server.url, "another secret").sealed(name.decode(), BODY),
    ):
        redis.set(name, evil)
        begun = work.begun
        assert b"".join(worker(redis_server).stream("view?", work)) == BODY
        assert work.begun == begun + 1
        assert redis.get(name) == sealed_elsewhere.sealed(name.decode(), BODY), "computed anew and put in its place"
    redis.delete(name)
    redis.lpush(name, poison)
    assert b"".join(worker(redis_server).stream("view?", work)) == BODY
    assert not mark.exists()
    pickle.loads(poison)
    assert mark.exists(), "the bomb works"


def test_a_false_checkpoint_is_as_good_as_none(redis_server: RedisServer, redis: Redis) -> None:
    store = RedisStore(RedisClient(redis_server.url))
    store.save("run", "attempt", b'{"at":0,"data":{}}')
    assert store.checkpoint("run", "attempt") == b'{"at":0,"data":{}}'
    for false in (b"", b"{}", b'{"at":0,"data":{}}', b"x" * 100):
        redis.set("runs:check:run:attempt", false)
        assert store.checkpoint("run", "attempt") is None


def test_whole_streams_are_known() -> None:
    assert is_complete_stream(BODY)
    assert not any(is_complete_stream(bad) for bad in (b"", b"null\n", BODY[:-1], b'{"kind":"error"}\n', b"\xff\n"))


def test_redis_stopped_means_slower_and_it_comes_back_by_itself(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", 0.0)
    one, other, work = worker(redis_server), worker(redis_server), Work()
    granted = ComputeQuota(1, 1, 1, one.shared)
    list(one.stream("view?a=1", work))
    redis_server.kill()
    try:
        assert b"".join(one.stream("view?a=1", work)) == BODY
        assert work.begun == 1, "a worker's own memory stays"
        assert b"".join(other.stream("view?a=1", work)) == BODY
        assert work.begun == 2, "the other computes for itself"
        assert other.shared
        assert other.shared.is_unavailable
        granted.reserve("a", 2.0)
        with pytest.raises(QuotaExceeded):
            granted.reserve("a", 2.0)
    finally:
        redis_server.start()
    granted.reserve("b", 2.0)
    list(other.stream("view?a=2", work))
    assert not other.shared.is_unavailable
    assert b"".join(one.stream("view?a=2", work)) == BODY
    assert work.begun == 3, "shared again"


def test_a_redis_that_hangs_costs_one_moment_and_not_each_request(
    redis_server: RedisServer, redis: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", 0.25)
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", LONGEST)
    away, tried = RedisClient(redis_server.url), []
    getrange = away.redis.getrange
    monkeypatch.setattr(away.redis, "getrange", lambda *parts: (tried.append(1), getrange(*parts))[1])
    redis_server.hang()
    try:
        for _ in range(1000):
            with pytest.raises(Unavailable):
                away.get("key", 10)
        assert len(tried) == 1, "it is left alone after the first"
        assert [record.getMessage() for record in caplog.records].count(
            "Redis does not answer (TimeoutError); each process goes on by itself"
        ) == 1
        assert redis_server.url not in caplog.text
    finally:
        redis_server.go_on()


def test_only_one_tries_whether_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", LONGEST)
    away, tried, gate = RedisClient("redis://127.0.0.1:1/0"), [], threading.Event()

    def get(*_: object) -> bytes:
        tried.append(1)
        assert gate.wait(LONGEST)
        return away.sealed("key", b"value")

    with pytest.raises(Unavailable):
        away.get("key", 10)
    away._until = 0.0
    monkeypatch.setattr(away.redis, "getrange", get)
    first = threading.Thread(target=away.get, args=("key", 10))
    first.start()
    until(lambda: tried)
    for _ in range(10):
        with pytest.raises(Unavailable):
            away.get("key", 10)
    gate.set()
    first.join()
    assert (len(tried), away.get("key", 10)) == (1, b"value")


def test_cache_limits_and_runs_of_a_process_have_one_breaker(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", 0.25)
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", LONGEST)
    redis_client._client.cache_clear()
    client = RedisClient.at(redis_server.url)
    assert client
    store, limits = Settings(redis=redis_server.url).store(), ComputeQuota(1, 1, 1, client)
    assert store.board() == {}
    assert client.answers()
    tried = []
    connection = redis_client_connection(client)
    monkeypatch.setattr(connection, "send_packed_command", lambda *parts, **more: tried.append(1))
    redis_server.hang()
    try:
        for _ in range(30):
            with pytest.raises(StoreAway, match="does not answer"):
                store.board()
            with pytest.raises(StoreAway, match="does not answer"):
                store.change(lambda board: (board, None))
            limits.reserve("a", 0.01)
            assert not client.answers()
        assert len(tried) == 1, "one call has waited, whatever asks"
    finally:
        redis_server.go_on()
        redis_client._client.cache_clear()


def redis_client_connection(client: RedisClient) -> AbstractConnection:
    """The one connection of a client that has answered, which the next call uses."""
    connection: AbstractConnection = client.redis.connection_pool.get_connection()
    client.redis.connection_pool.release(connection)
    return connection


def test_a_change_that_comes_second_is_no_fault_of_redis(
    redis_server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics.REDIS_FAILURES, "inc", lambda: pytest.fail("a fault was counted"))
    store = RedisStore(RedisClient(redis_server.url))
    tries = []

    def move(board: JobTable) -> tuple[JobTable, int]:
        tries.append(1)
        if len(tries) == 1:
            redis.set("runs:board", "{}")
        return {"run": Job("waiting", 0.0, 0.0)}, len(tries)

    assert store.change(move) == 2


def test_a_redis_that_is_full_is_done_without(redis_server: RedisServer, redis: Redis) -> None:
    streams, work = worker(redis_server), Work()
    redis.config_set("maxmemory", "1")
    try:
        assert b"".join(streams.stream("view?", work)) == BODY
        assert streams.shared
        assert not streams.shared.is_unavailable
    finally:
        redis.config_set("maxmemory", "0")
    assert not redis.keys()


def test_an_app_starts_without_its_redis() -> None:
    streams, work = StreamCache(Flask("test"), RedisClient("redis://127.0.0.1:1/0")), Work()
    assert b"".join(streams.stream("view?", work)) == BODY
