"""Limits on computing: seconds and not requests, by address, shared or not, and what a client is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from redis import Redis

import app
from components.core.view import Chunk
from components.operations import warmup
from components.operations.redis_client import RedisClient
from components.server import compute_quota as limits
from components.server import stream
from components.server.compute_quota import Charge, ComputeQuota, QuotaExceeded, client_key
from components.server.stream_cache import StreamCache
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics.interruption import checkpoint
from tests.components.conftest import RedisServer
from tests.waiting import LONGEST, core_is_ready, until


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


def wait(granted: ComputeQuota, seconds: float, address: str = "192.0.2.1") -> int:
    """How long one has to wait who asks for so much; 0 if it is granted."""
    try:
        granted.reserve(address, seconds)
    except QuotaExceeded as exhausted:
        return exhausted.wait
    return 0


def test_a_bucket_is_emptied_by_seconds_and_fills_again(clock: Clock) -> None:
    granted = ComputeQuota(rate=0.5, burst=10)
    assert [wait(granted, 4) for _ in range(4)] == [0, 0, 0, 4], "10 − 12 = −2 is there again after 4 s"
    clock.now += 3.9
    assert wait(granted, 4) == 1
    clock.now += 0.2
    assert wait(granted, 100) == 0, "however dear it is, one that is not empty gives it"
    assert wait(granted, 0.001) == 200
    assert wait(granted, 0.001, "192.0.2.2") == 0, "another address has another bucket"


def test_what_was_not_taken_is_given_back_and_what_was_is_not(clock: Clock) -> None:
    granted = ComputeQuota(rate=1, burst=10)
    granted.reserve("a", 12)(3.0)
    granted.reserve("a", 6)(6.0)
    assert wait(granted, 2, "a") == 0, "10 − 3 − 6 = 1"
    assert wait(granted, 2, "a") == 1, "1 − 2"


def test_work_that_takes_longer_is_charged_while_it_goes_on(clock: Clock) -> None:
    granted = ComputeQuota(rate=1, burst=10)
    charge = granted.reserve("a", 2)
    charge.cover(1.9)
    assert charge.seconds == 2
    charge.cover(7.0)
    assert charge.seconds == 8, "charged is at least what is spent, and at most twice that"
    other = granted.reserve("a", 3)
    assert wait(granted, 1, "a") == 1, "10 − 8 − 3 = −1"
    other(0.0)
    charge(7.0)
    assert wait(granted, 4, "a") == 0, "10 − 7 = 3"
    assert wait(granted, 4, "a") == 1, "3 − 4 = −1"


def test_nothing_is_saved_up_beyond_the_burst(clock: Clock) -> None:
    granted = ComputeQuota(rate=1, burst=10)
    granted.reserve("a", 1)
    clock.now += 1e6
    granted.reserve("a", 1)(0.0)
    assert wait(granted, 20, "a") == 0
    assert wait(granted, 1, "a") == 10


@examples(max_examples=200, suppress_health_check=list(HealthCheck))
@given(
    rate=st.floats(0.1, 5),
    burst=st.floats(1, 50),
    asked=st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 8), st.floats(0, 1)), max_size=60),
)
def test_whatever_is_asked_no_more_is_given_than_was_saved_and_flows_in(
    clock: Clock, rate: float, burst: float, asked: list[tuple[float, float, float]]
) -> None:
    granted, begun, taken, dearest = ComputeQuota(rate, burst), clock.now, 0.0, 0.0
    for pause, seconds, share in asked:
        clock.now += pause
        try:
            settle = granted.reserve("a", seconds)
        except QuotaExceeded:
            continue
        settle(share * seconds)
        taken, dearest = taken + share * seconds, max(dearest, seconds)
        assert taken <= burst + rate * (clock.now - begun) + dearest + 1e-9


def test_where_nothing_is_shared_each_worker_has_its_part(clock: Clock) -> None:
    granted = ComputeQuota(rate=1, burst=10, workers=2)
    assert [wait(granted, 5), wait(granted, 5)] == [0, 1]
    clock.now += 2
    assert [wait(granted, 2), wait(granted, 2)] == [0, 2], "half a second a second"


def test_who_has_many_networks_of_ipv6_has_not_as_many_buckets(clock: Clock) -> None:
    granted = ComputeQuota(rate=1, burst=10)
    found = [wait(granted, 11, f"2001:db8:1:{number:x}::1") for number in range(12)]
    assert found == [0] * 8 + [1] * 4, "8 × 11 of 8 × 10"
    assert wait(granted, 11, "2001:db8:2::1") == 0
    clock.now += 2
    assert wait(granted, 5, "2001:db8:1:b::1") == 0, "who was refused has paid nothing"


def test_no_rate_is_no_limit() -> None:
    assert [wait(ComputeQuota(0, 1), 1e9) for _ in range(3)] == [0, 0, 0]


def test_addresses_do_not_pile_up(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CLIENTS", 3)
    granted = ComputeQuota(1, 10)
    for number in range(50):
        granted.reserve(f"192.0.2.{number}", 1)
    assert len(granted._buckets) == 3


def test_who_shares_a_bucket() -> None:
    assert client_key("2001:db8::1") == client_key("2001:db8::ffff:1:2:3") != client_key("2001:db8:0:1::1")
    assert client_key("::ffff:192.0.2.1") == client_key("192.0.2.1") != client_key("192.0.2.2")
    assert client_key(None) == client_key("") == client_key("x" * 10_000) == "none"
    assert "192" not in client_key("192.0.2.1")


def test_workers_share_a_bucket_through_redis(redis_server: RedisServer) -> None:
    Redis.from_url(redis_server.url).flushall()
    one, other = (ComputeQuota(0.01, 10, 2, RedisClient(redis_server.url)) for _ in range(2))
    settle = one.reserve("a", 8)
    assert wait(other, 8, "a") == 0
    assert wait(one, 1, "a") > 500, "8 + 8 − 10 = 6 seconds are owed, a hundredth a second"
    settle(1.0)
    assert wait(other, 1, "a") == 0
    names = Redis.from_url(redis_server.url).keys("limits:*")
    assert all(0 < Redis.from_url(redis_server.url).ttl(name) <= 1001 for name in names)


@pytest.mark.parametrize(
    "poison",
    [
        "string",
        "words",
        *product(("nan", "-inf", "inf", "-1e308", "1e308"), ("0", "nan", "1e300")),
        ("0", "1e300"),
        ("0", "-inf"),
    ],
)
def test_what_another_has_written_into_a_bucket_breaks_nothing(
    redis_server: RedisServer, poison: str | tuple[str, str]
) -> None:
    redis = Redis.from_url(redis_server.url)
    redis.flushall()
    if poison == "string":
        redis.set(f"limits:{client_key('a')}", b"\x80\x04.")
    else:
        level, at = ("many", "\x00") if poison == "words" else poison
        redis.hset(f"limits:{client_key('a')}", mapping={"level": level, "at": at})
    granted = ComputeQuota(1, 10, 1, RedisClient(redis_server.url))
    assert [wait(granted, 11, "a"), wait(granted, 1, "a")] == [0, 1]


class Dear(UnlearningView):
    """A view whose every picture is estimated at four seconds."""

    def seconds(self, state: UnlearningState) -> float:
        return 4.0

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        yield Chunk("start", {"runs": 0})
        limits.time.now += 3.0  # type: ignore[attr-defined]
        yield Chunk("text", {"runs": []})
        yield Chunk("end", {"status": ""})

    def table(self, state: UnlearningState) -> dict:
        return {}


@pytest.fixture
def dear(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A server that grants an address ten seconds, and a tenth of a second a second."""
    ready = threading.Event()
    ready.set()
    monkeypatch.setattr(warmup, "ready", ready)
    monkeypatch.setattr("components.core.metering.time", clock)
    server = Flask("test")
    stream.register(server, {"unlearning": Dear()}, StreamCache(server), ComputeQuota(0.1, 10))
    return server.test_client()


def link(number: int) -> str:
    return f"v=1&a={number}"


def test_sixty_phones_behind_one_address_open_one_link(dear: FlaskClient) -> None:
    gate = threading.Barrier(60)

    def phone(_: int) -> tuple[int, tuple[bytes, ...]]:
        gate.wait()
        answer = dear.application.test_client().get(f"/stream/unlearning?{link(1)}")
        return answer.status_code, tuple(map(bytes.strip, answer.data.splitlines()))

    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(phone, range(60)))
    assert {status for status, _ in answers} == {200}
    assert len({body for _, body in answers}) == 1


def test_a_greedy_client_is_told_when_to_come_back_and_nobody_else(dear: FlaskClient, clock: Clock) -> None:
    assert [dear.get(f"/stream/unlearning?{link(n)}", buffered=True).status_code for n in range(1, 5)] == [200] * 4
    for route in ("/stream/unlearning", "/text/unlearning", "/export/unlearning.csv"):
        refused = dear.get(f"{route}?{link(9)}")
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "9", "10 − 4 · 3 + 0.1 · 12 = −0.8"
        (error,) = refused.get_json()["errors"]
        assert "can be computed in 9 seconds" in error["sentence"]
    assert dear.get(f"/stream/unlearning?{link(1)}").status_code == 200, "what is kept is free"
    assert dear.get(f"/text/unlearning?{link(2)}").status_code == 200
    assert dear.get(f"/resolve/unlearning?{link(9)}").status_code == 200
    assert dear.get(f"/export/unlearning.bib?{link(9)}").status_code == 200
    assert dear.get(f"/stream/unlearning?{link(9)}", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200
    clock.now += 9
    assert dear.get(f"/stream/unlearning?{link(9)}").status_code == 200


@pytest.mark.usefixtures("dear")  # for its clock
def test_who_gives_up_pays_for_what_was_done(clock: Clock) -> None:
    begun, gone = threading.Event(), threading.Event()
    beyond = []

    class Slow(Dear):
        """Its runs take until the client has gone."""

        def compute(self, state: UnlearningState) -> Iterator[Chunk]:
            yield Chunk("start", {"runs": 1})
            clock.now += 0.01
            begun.set()
            gone.wait()
            checkpoint()
            beyond.append("a client has gone, and its stream is computed all the same")

    server, granted = Flask("test"), ComputeQuota(1e-9, 10)
    stream.register(server, {"unlearning": Slow()}, StreamCache(server), granted)
    client = server.test_client()
    for number in range(1, 21):
        begun.clear()
        gone.clear()
        answer = client.get(f"/stream/unlearning?{link(1)}&R0=0.1{number:02d}", buffered=False)
        assert answer.status_code == 200
        next(answer.iter_encoded())
        assert begun.wait(LONGEST)
        answer.close()
        gone.set()
        until(lambda number=number: granted._buckets[client_key("127.0.0.1")][0] == pytest.approx(10 - 0.01 * number))
    assert not beyond


def test_a_head_and_one_who_has_gone_before_the_first_line_cost_nothing(dear: FlaskClient) -> None:
    assert {
        dear.head(f"/stream/unlearning?{link(1)}&R0=0.{n}", buffered=True).status_code for n in range(100, 120)
    } == {200}


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """Whose bucket is asked for, by the number of trusted proxies."""

    def ask(proxies: int) -> list[str]:
        seen: list[str] = []
        monkeypatch.setenv("TRUSTED_PROXIES", str(proxies))
        monkeypatch.setattr(
            ComputeQuota,
            "reserve",
            lambda self, address, seconds: seen.append(address) or Charge(lambda more: None, seconds),
        )
        client = app.create_app().server.test_client()
        core_is_ready()
        for forwarded in (None, "192.0.2.7", "6.6.6.6, 192.0.2.8", "nonsense"):
            headers = {"X-Forwarded-For": forwarded} if forwarded else {}
            client.get(f"/stream/unlearning?v=1&a=1&R0=0.{len(seen) + 1}", headers=headers)
        return seen

    return ask


def test_without_trusted_proxies_nobody_may_say_who_he_is(proxied: Callable[[int], list[str]]) -> None:
    assert proxied(0) == ["127.0.0.1"] * 4


def test_a_trusted_proxy_says_who_the_client_is(proxied: Callable[[int], list[str]]) -> None:
    assert proxied(1) == ["127.0.0.1", "192.0.2.7", "192.0.2.8", "nonsense"]


def test_two_trusted_proxies_say_it_one_before_the_other(proxied: Callable[[int], list[str]]) -> None:
    assert proxied(2) == ["127.0.0.1", "127.0.0.1", "6.6.6.6", "127.0.0.1"]


def test_what_goes_on_with_admitted_work_is_charged_but_not_refused() -> None:
    limits = ComputeQuota(1e-6, 1.0)
    limits.reserve("192.0.2.1", 5.0)
    with pytest.raises(QuotaExceeded) as before:
        limits.reserve("192.0.2.1", 0.0)
    limits.reserve("192.0.2.1", 2.0, refusable=False)
    with pytest.raises(QuotaExceeded) as after:
        limits.reserve("192.0.2.1", 0.0)
    assert before.value.wait == pytest.approx(4e6, rel=1e-3)
    assert after.value.wait == pytest.approx(6e6, rel=1e-3)
