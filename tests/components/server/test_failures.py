"""Faults of a whole server: workers that are killed, clients that vanish, disks that are full."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.operations import numba_cache
from tests.benchmarks.load import family
from tests.benchmarks.server import serving
from tests.waiting import LONGEST, until
from tests.web import counted, get

LONG = "/stream/time_scales?pan=sweep&n=20&m=14&seed="  # some seconds
LARGE = "/stream/phase_map?n=512&show=time&a="  # 3 MB, of which 1 MB at once
RUN = "/jobs/lab?generation=0&offset=0&v=1&tau=2"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """One worker with two threads."""
    with serving(WORKERS="1", THREADS="2", LIMIT_RATE="0") as running:
        yield running


def ask(address: str, path: str) -> socket.socket:
    """A connection on which something is asked for."""
    connection = socket.socket()
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


def test_a_full_disk_leaves_everything_but_records() -> None:
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
    usage = numba_cache.shutil.disk_usage
    if fault == "full":
        nothing = usage(place)._replace(free=0)
        monkeypatch.setattr(
            numba_cache.shutil, "disk_usage", lambda path: nothing if Path(path) == wanted else usage(path)
        )
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # root may write anywhere, so root becomes nobody
        try:
            if os.geteuid() == 0:
                os.setegid(65534)
                os.seteuid(65534)
            environment = {numba_cache.VARIABLE: str(wanted)}
            made = numba_cache.ensure_writable_cache(environment)
            said = (made / "index.nbi").read_bytes() if made else b"none"
            os.write(writing, b"%s %s" % (environment[numba_cache.VARIABLE].encode(), said))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    where, code = os.read(reading, 10_000).split()
    assert Path(where.decode()).parent == other
    assert code == b"code", "what was compiled already is taken along"


def test_compiled_code_stays_where_it_is_wanted(tmp_path: Path) -> None:
    environment = {numba_cache.VARIABLE: str(tmp_path / "new")}
    assert numba_cache.ensure_writable_cache(environment) is None
    assert environment == {numba_cache.VARIABLE: str(tmp_path / "new")}
