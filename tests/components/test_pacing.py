"""Clients that are slow: how long they are waited for, in all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.exceptions import BadRequest

from components import pacing
from components.pacing import Watch, paced


class Clock:
    """A time that passes when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pacing, "time", clock)
    monkeypatch.setattr(pacing, "watch", Watch())
    return clock


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


class Dripping:
    """A body that comes a byte at a time, each after a while."""

    def __init__(self, clock: Clock, each: float) -> None:
        self.clock, self.each, self.cut = clock, each, 0

    def read(self, size: int = -1) -> bytes:
        self.clock.now += self.each
        self.cut += pacing.watch.cut()
        return b"" if self.cut else b"x"


def read_all(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    while environ["wsgi.input"].read(10):
        pass
    return [b""]


def test_a_body_has_one_deadline_however_often_a_byte_comes(clock: Clock, pair: Any) -> None:
    ours, theirs = pair
    body = Dripping(clock, pacing.GRACE / 4)
    environ = {"gunicorn.socket": ours, "CONTENT_LENGTH": "100", "wsgi.input": body}
    paced(read_all)(environ, None)
    assert body.cut == 1
    assert clock.now < 1.5 * pacing.GRACE
    assert theirs.recv(1) == b"", "it is closed"


def test_a_long_body_is_waited_for_as_long_as_it_takes(clock: Clock, pair: Any) -> None:
    for seconds in (60, 600):
        clock.now, body = 0.0, Dripping(clock, 2.0)
        length = str(seconds * pacing.SLOWEST)
        paced(read_all)({"gunicorn.socket": pair[0], "CONTENT_LENGTH": length, "wsgi.input": body}, None)
        assert clock.now == pytest.approx(min(seconds, pacing.LONGEST) + pacing.GRACE, abs=3.0)


def test_a_body_that_is_not_in_chunks_is_the_clients_fault(clock: Clock, pair: Any) -> None:
    class Broken:
        def read(self, size: int = -1) -> bytes:
            raise InvalidChunkSize(b"ZZ")

    with pytest.raises(BadRequest):
        paced(read_all)({"gunicorn.socket": pair[0], "wsgi.input": Broken()}, None)


@pytest.mark.parametrize(("rate", "whole"), [(2 * pacing.SLOWEST, True), (pacing.SLOWEST / 3, False)])
def test_an_answer_is_sent_to_who_takes_it_at_a_rate(clock: Clock, pair: Any, rate: float, whole: bool) -> None:
    def computed(environ: Any, start_response: Any) -> Iterator[bytes]:
        for _ in range(10):
            clock.now += 100.0  # ours: nobody is late by it
            assert not pacing.watch.cut()
            yield b"x" * (2 * pacing.PIECE)

    cut = sent = 0
    for piece in paced(computed)({"gunicorn.socket": pair[0], "wsgi.input": None}, None):
        clock.now += len(piece) / rate
        cut += pacing.watch.cut()
        sent += len(piece)
        if cut:
            break
    assert (cut == 0) == whole
    if not whole:
        assert sent / rate < 2 * pacing.GRACE + sent / pacing.SLOWEST
