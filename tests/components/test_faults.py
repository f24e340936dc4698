"""Faults of a whole server: workers that are killed, clients that are slow or vanish, disks that are full."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from components import compiled
from tests.benchmarks.load import family
from tests.benchmarks.server import serving
from tests.waiting import LONGEST, until

LONG = "/stream/time_scales?pan=sweep&n=20&m=14&seed="  # some seconds
LARGE = "/stream/phase_map?n=512&show=time&a="  # 3 MB, of which 1 MB at once
RUN = "/runs/lab/0/0?v=1&tau=2"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """One worker with two threads, and little patience."""
    with serving("tests.components.impatient:make()", WORKERS="1", THREADS="2", LIMIT_RATE="0") as running:
        yield running


def get(address: str, path: str = "/health") -> bytes:
    with urllib.request.urlopen(address + path, timeout=LONGEST) as answer:
        return answer.read()


def ask(address: str, path: str, room: int | None = None) -> socket.socket:
    """A connection on which something is asked for."""
    connection = socket.socket()
    if room:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    host, _, port = address.removeprefix("http://").partition(":")
    connection.connect((host, int(port)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection


def rest(connection: socket.socket, last: bytes = b"never") -> bytes:
    """What comes on a connection until it is closed, or the last bytes have come."""
    connection.settimeout(LONGEST)
    found = b""
    try:
        while not found.endswith(last) and (piece := connection.recv(1 << 16)):
            found = (found + piece)[-100:]
    except ConnectionError:
        pass
    return found


def counted(address: str, name: str) -> float:
    """The sum of a counter's series."""
    text = get(address, "/metrics").decode()
    return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"feature_unlearning_{name}"))


def test_clients_that_read_a_byte_at_a_time_keep_no_thread(server: tuple[str, int]) -> None:
    address, _ = server
    slow = [ask(address, f"{LARGE}{number}", room=1024) for number in range(1, 4)]  # one more than there are threads
    for _ in range(20):
        for connection in slow:
            assert len(connection.recv(1)) == 1
    assert json.loads(get(address))["status"] == "ok"
    assert get(address, "/stream/unlearning?v=1&a=4").endswith(b"\n")

    ends = [rest(connection, b"0\r\n\r\n")[-5:] for connection in slow]
    assert any(end != b"0\r\n\r\n" for end in ends), "who takes nothing for long is given up"


def test_clients_that_say_nothing_or_never_come_to_an_end_keep_no_thread(server: tuple[str, int]) -> None:
    address, _ = server
    host, _, port = address.removeprefix("http://").partition(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(6)]  # thrice as many as there are threads
    dripping = [socket.create_connection((host, int(port))) for _ in range(4)]
    for connection in dripping:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
    assert json.loads(get(address))["status"] == "ok"
    for connection in dripping:
        connection.settimeout(0.1)

    def is_over(connection: socket.socket) -> bool:
        try:
            connection.sendall(b"x")  # a byte more each time: no wait for one byte is long
            return not connection.recv(1)
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    for connection in dripping:
        until(partial(is_over, connection))
    for connection in (*silent, *dripping):
        connection.close()


def test_clients_that_do_not_close_keep_nobody_waiting(server: tuple[str, int]) -> None:
    address, _ = server
    host, _, port = address.removeprefix("http://").partition(":")
    lingering = []
    for _ in range(8):
        connection = socket.create_connection((host, int(port)))
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        lingering.append(connection)
    for connection in lingering:
        assert rest(connection)
    assert json.loads(get(address))["status"] == "ok"
    for connection in lingering:
        connection.close()


def test_clients_that_vanish_leave_no_work_behind(server: tuple[str, int]) -> None:
    address, _ = server
    begun, answered = counted(address, "streams_total{"), counted(address, 'requests_total{route="stream"')
    for number in range(10):
        connection = ask(address, f"{LONG}{number}")
        connection.recv(100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, as from a dead phone
        connection.close()
    assert get(address, "/stream/unlearning?v=1&a=4.5").endswith(b"\n")
    assert counted(address, "streams_total{") == begun + 11
    until(lambda: counted(address, 'requests_total{route="stream"') == answered + 11)
    taken = counted(address, "computed_seconds_total{")
    assert json.loads(get(address))["status"] == "ok"
    assert counted(address, "computed_seconds_total{") == taken, "nothing is computed any more"


def test_a_worker_that_is_killed_in_mid_stream_is_replaced_and_what_was_counted_stays(
    server: tuple[str, int],
) -> None:
    address, master = server
    counted_before = counted(address, "requests_total{")
    connection = ask(address, f"{LARGE}7")
    connection.settimeout(LONGEST)
    connection.recv(100)
    (worker,) = family(master)[1:]
    os.kill(worker, signal.SIGKILL)
    assert rest(connection)[-5:] != b"0\r\n\r\n", "the client can tell that it is not whole"

    def answers() -> bool:
        try:
            return json.loads(get(address))["status"] == "ok"
        except OSError:
            return False

    until(answers)
    assert family(master)[1:] != [worker]
    assert get(address, "/stream/unlearning?v=1&a=4").endswith(b"\n")
    assert counted(address, "requests_total{") > counted_before


def test_a_full_disk_and_an_unwritable_folder_leave_everything_but_records() -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    with tempfile.TemporaryDirectory() as folder, serving(before=full, WORKERS="1", RUNS_FOLDER=folder) as (address, _):
        assert get(address, "/stream/unlearning?v=1&a=4").endswith(b"\n")
        assert get(address, "/export/unlearning.csv?v=1&a=4")

        def head() -> dict:
            return json.loads(get(address, RUN).splitlines()[0])

        until(lambda: head()["status"] in ("failed", "stopped"))
        assert head()["sentence"] == "Runs cannot be recorded here at present: file too large."
        assert not [path for path in Path(folder).rglob("*") if path.is_file() and path.stat().st_size > 2048]
        assert json.loads(get(address))["status"] == "ok"
    with serving(WORKERS="1", RUNS_FOLDER="/proc/runs") as (address, _):
        assert get(address, "/stream/unlearning?v=1&a=4").endswith(b"\n")
        assert head()["status"] == "stopped"
        assert "cannot be recorded" in head()["sentence"]
        with pytest.raises(urllib.error.HTTPError):
            get(address, "/runs/nothing/0/0")


@pytest.mark.parametrize("fault", ["read-only", "full"])
def test_compiled_code_is_kept_elsewhere_where_its_folder_cannot_be_written(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(tempfile.mkdtemp())
    wanted, other = place / "wanted", place / "other"
    wanted.mkdir()
    other.mkdir()
    (wanted / "index.nbi").write_bytes(b"code")
    other.chmod(0o777)
    place.chmod(0o755)
    wanted.chmod(0o555 if fault == "read-only" else 0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(other))
    usage = compiled.shutil.disk_usage
    if fault == "full":
        nothing = usage(place)._replace(free=0)
        monkeypatch.setattr(
            compiled.shutil, "disk_usage", lambda path: nothing if Path(path) == wanted else usage(path)
        )
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # root may write anywhere, so root becomes nobody
        try:
            if os.geteuid() == 0:
                os.setegid(65534)
                os.seteuid(65534)
            environment = {compiled.VARIABLE: str(wanted)}
            made = compiled.keep_compiled_code(environment)
            said = (made / "index.nbi").read_bytes() if made else b"none"
            os.write(writing, b"%s %s" % (environment[compiled.VARIABLE].encode(), said))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    where, code = os.read(reading, 10_000).split()
    assert Path(where.decode()).parent == other
    assert code == b"code", "what was compiled already is taken along"


def test_compiled_code_stays_where_it_is_wanted(tmp_path: Path) -> None:
    environment = {compiled.VARIABLE: str(tmp_path / "new")}
    assert compiled.keep_compiled_code(environment) is None
    assert environment == {compiled.VARIABLE: str(tmp_path / "new")}
