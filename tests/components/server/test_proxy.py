"""The app behind Debian's nginx with the shipped configuration: slow clients, limits, refusals, other proxies."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from tests.benchmarks.server import serving
from tests.nginx import Proxy, proxied
from tests.waiting import LONGEST, until

FAST = 0.2  # seconds in which `/health` answers
THREADS = 2
STREAM = "/stream/unlearning?v=1&a=4"
SEND_TIMEOUT = 20.0  # seconds after which the proxy gives up a client that takes nothing
LARGEST_STREAM = 15 << 18  # bytes, of which the kernel alone does not keep all


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def sentence(self) -> str:
        (error,) = json.loads(self.body)["errors"]
        return error["sentence"]


class Echo(BaseHTTPRequestHandler):
    """A stand-in for the app: answers with the headers that it got."""

    protocol_version = "HTTP/1.1"
    streamed = threading.Event()  # a whole stream has been taken over by the proxy

    def do_GET(self) -> None:
        if self.path.startswith("/stream/"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 14)  # next to nothing waits here
            self.send_response(200)
            self.send_header("Content-Length", str(LARGEST_STREAM))
            self.send_header("X-Accel-Buffering", "no")
            self.end_headers()
            self.wfile.write(b"x" * LARGEST_STREAM)
            self.streamed.set()
            return
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """One worker with two threads, without the proxy."""
    with serving(WORKERS="1", THREADS=str(THREADS), LIMIT_RATE="0", TRUSTED_PROXIES="1") as (address, _):
        yield address


@pytest.fixture(scope="module")
def proxy(app: str) -> Iterator[Proxy]:
    with proxied(app) as running:
        yield running


def ask(address: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=LONGEST)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def send(address: str, *lines: str) -> socket.socket:
    """A connection on which something has been sent."""
    host, _, port = address.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=LONGEST)
    connection.sendall("".join(line + "\r\n" for line in lines).encode())
    return connection


def upload(address: str, length: int) -> socket.socket:
    """An upload of which the first byte has come."""
    connection = send(
        address, "POST /images HTTP/1.1", "Host: h", "Content-Type: application/octet-stream",
        f"Content-Length: {length}", "",
    )  # fmt: skip
    connection.sendall(b"x")
    return connection


def rest(connection: socket.socket) -> bytes:
    """What comes until the connection is closed."""
    found = b""
    while piece := connection.recv(1 << 16):
        found += piece
    return found


CLIENTS = {
    "silent": [],
    "dripping": ["GET / HTTP/1.1", "X: "],
    "half-open": ["POST /_dash-update-component HTTP/1.1", "Host: h", "Content-Length: 1000", "", "x"],
    "unread": ["GET /health HTTP/1.1", "Host: h", "Content-Length: 200000", "", "x"],
    "refused": ["POST /images HTTP/1.1", "Host: h", "Content-Type: text/plain", "Content-Length: 60000000", ""],
    "upload": [
        "POST /images HTTP/1.1", "Host: h", "Content-Type: application/octet-stream",
        "Content-Length: 60000000", "", "x",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", CLIENTS)
def test_slow_clients_leave_the_app_free(proxy: Proxy, kind: str) -> None:
    ask(proxy.address, "/health")
    connections = [send(proxy.address, *CLIENTS[kind]) for _ in range(10 * THREADS)]
    times = []
    for number in range(11):
        if CLIENTS[kind]:
            for connection in connections[number::4]:
                with suppress(OSError):  # it was refused, and closed
                    connection.sendall(b"x")  # a byte more: no wait for one byte is long
        begun = time.monotonic()
        assert ask(proxy.address, "/health").status == 200
        times.append(time.monotonic() - begun)
    assert statistics.median(times) < FAST
    for connection in connections:
        connection.close()


def test_clients_that_read_slowly_leave_the_app_free(proxy: Proxy) -> None:
    large = "/export/phase_map.json?v=1&n=256&show=time"
    assert len(ask(proxy.address, large).body) > 1 << 20
    connections = []
    for _ in range(2 * THREADS):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        host, _, port = proxy.address.removeprefix("http://").partition(":")
        connection.connect((host, int(port)))
        connection.sendall(f"GET {large} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        connections.append(connection)
        assert connection.recv(1)
    until(lambda: ask(proxy.address, "/health").status == 200)
    for connection in connections:
        connection.close()


def test_a_stream_that_nobody_reads_does_not_wait_in_the_app(echo: str) -> None:
    Echo.streamed.clear()
    with proxied(echo) as proxy, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        host, _, port = proxy.address.removeprefix("http://").partition(":")
        client.connect((host, int(port)))
        begun = time.monotonic()
        client.sendall(b"GET /stream/unlearning HTTP/1.1\r\nHost: h\r\n\r\n")
        assert client.recv(1)
        assert Echo.streamed.wait(LONGEST)
        assert time.monotonic() - begun < SEND_TIMEOUT, "the client was given up, its stream was not taken over"


def test_an_answer_to_a_body_that_was_not_read_closes_the_connection(app: str) -> None:
    """Directly at the app, where a thread would wait for the rest of the body."""
    for length in (100, 60_000_000):
        with send(app, "POST /nothing HTTP/1.1", "Host: h", f"Content-Length: {length}", "", "x") as connection:
            answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 4")
        assert b"\r\nConnection: close\r\n" in answer
    with send(app, "GET /health HTTP/1.1", "Host: h", "") as connection:
        assert b"\r\nConnection: keep-alive\r\n" in connection.recv(1 << 16)


def test_a_malformed_body_is_the_clients_fault(app: str) -> None:
    lines = "Host: h", "Content-Type: application/json", "Transfer-Encoding: chunked", "", "ZZ"
    with send(app, "POST /_dash-update-component HTTP/1.1", *lines) as connection:
        assert rest(connection).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_the_app_does_not_read_is_answered_by_the_app(proxy: Proxy) -> None:
    """Although the app closes the connection while the proxy is still sending the body."""
    found = {ask(proxy.address, "/nothing", "POST", b"x" * 200_000).status for _ in range(20)}
    assert found <= {404, 405}


def test_a_large_upload_that_is_refused_is_answered_with_its_cause(proxy: Proxy) -> None:
    for kind, status in (("text/plain", 415), ("application/octet-stream", 422)):
        answer = ask(proxy.address, "/images", "POST", b"x" * (60 << 20), Content_Type=kind)
        assert answer.status == status
        assert answer.sentence


def test_streams_are_passed_on_and_uploads_arrive(proxy: Proxy) -> None:
    assert ask(proxy.address, STREAM).body.endswith(b"\n")
    answer = ask(proxy.address, "/images", "POST", b"x" * (8 << 20), Content_Type="application/octet-stream")
    assert answer.status == 422
    assert "cannot be used" in answer.sentence


def test_an_address_sends_two_files_at_once(echo: str) -> None:
    with proxied(echo) as proxy:
        coming = [upload(proxy.address, 60_000_000) for _ in range(2)]

        def refused() -> bool:
            return ask(
                proxy.address, "/images", "POST", b"x", Content_Type="application/octet-stream"
            ).status == 429  # fmt: skip

        until(refused)
        answer = ask(proxy.address, "/images", "POST", b"x", Content_Type="application/octet-stream")
        assert answer.sentence.startswith("Other files are being received")
        assert int(answer.headers["Retry-After"]) > 0
        for connection in coming:
            connection.close()
        until(lambda: not refused())


def logged(proxy: Proxy, count: int) -> list[dict[str, object]]:
    """That many lines of the proxy's log, which it writes after it has answered."""
    until(lambda: proxy.log.count("\n") >= count)
    return [json.loads(line) for line in proxy.log.splitlines()]


def test_what_the_proxy_refuses_has_the_form_of_the_apps_own_and_is_logged(echo: str) -> None:
    with proxied(echo) as proxy:
        for path, method, length, status in (
            ("/metrics", "GET", 0, 200),
            ("/images", "GET", 0, 405),
            ("/images", "POST", 10, 415),
            ("/text/unlearning?secret=1", "POST", 300_000, 413),
            (f"/stream/{'x' * 40_000}", "GET", 0, 414),
        ):
            plain = ask(proxy.address, path, method, b"x" * length or None)
            page = ask(proxy.address, path, method, b"x" * length or None, Accept="text/html,*/*;q=0.8")
            assert (plain.status, page.status) == (status, status)
            if status != 200:
                assert page.headers["Content-Type"] == "text/html; charset=utf-8"
                assert page.headers["Cache-Control"] == plain.headers["Cache-Control"] == "no-store"
            if status not in (200, 414):  # of a request with a link that is too long nothing more is read
                assert plain.headers["Content-Type"] == "application/json"
                assert f"<p>{plain.sentence}</p>" in page.body.decode()
        lines = logged(proxy, 8)
        assert [(line["route"], line["status"]) for line in lines[::2]] == [
            ("images", 405), ("images", 415), ("text", 413), ("page", 414),  # of which no path is read
        ]  # fmt: skip
        assert "secret" not in proxy.log
        assert "127.0.0.1" not in proxy.log


def test_an_app_that_does_not_answer_is_told_with_when_to_ask_again() -> None:
    with proxied("http://127.0.0.1:1") as proxy:
        answer = ask(proxy.address, STREAM)
        assert (answer.status, answer.sentence) == (
            502,
            "The server does not answer at the moment. Try again in a few seconds.",
        )
        assert answer.headers["Retry-After"] == "5"
        (line,) = logged(proxy, 1)
        assert line["status"] == 502


@pytest.mark.parametrize("trusted", ["", "set_real_ip_from 127.0.0.1;"])
def test_another_proxy_is_believed_where_it_is_trusted(echo: str, trusted: str) -> None:
    with proxied(echo, trusted) as proxy:

        def seen(scheme: str) -> tuple[str, str]:
            answer = ask(proxy.address, "/", X_Forwarded_For="192.0.2.1, 198.51.100.2", X_Forwarded_Proto=scheme)
            headers = json.loads(answer.body)
            return headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]

        known = ("198.51.100.2", "https") if trusted else ("127.0.0.1", "http")
        assert seen("https") == known
        assert seen("javascript") == (known[0], "http")
        metrics = ask(proxy.address, "/metrics", X_Forwarded_For="198.51.100.2")
        assert metrics.status == (403 if trusted else 200), "they are for this machine alone"


def test_limits_are_for_each_address_behind_another_proxy(echo: str) -> None:
    with proxied(echo, "set_real_ip_from 127.0.0.1;") as proxy:
        lines = "Host: h", "Content-Type: application/octet-stream", "Content-Length: 60000000"
        coming = []
        for number in range(1, 4):
            for _ in range(2):
                client = f"X-Forwarded-For: 192.0.2.{number}"
                coming.append(send(proxy.address, "POST /images HTTP/1.1", client, *lines, "", "x"))

        def status(client: str) -> int:
            return ask(
                proxy.address, "/images", "POST", b"x",
                Content_Type="application/octet-stream", X_Forwarded_For=client,
            ).status  # fmt: skip

        until(lambda: status("192.0.2.9") == 429)  # six in all
        coming.pop().close()
        until(lambda: status("192.0.2.9") != 429)
        assert status("192.0.2.1") == 429, "two of an address"
        for connection in coming:
            connection.close()
