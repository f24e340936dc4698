"""A client that hangs up frees the CPU that its file takes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from components.server import client_connection
from components.server.client_connection import client_gone
from tests.benchmarks.server import serving
from tests.waiting import until
from tests.web import counted

FREED = 0.5  # CPU seconds that may still be spent


def test_a_client_is_gone_as_soon_as_its_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connection, "CHECK_INTERVAL_SECONDS", 0.0)
    server, client = socket.socketpair()
    gone = client_gone({"gunicorn.socket": server})
    assert not gone()
    client.send(b"the next request")
    assert not gone()
    assert server.recv(100) == b"the next request", "looking takes nothing"
    client.close()
    assert gone()
    server.close()
    assert gone()
    assert not client_gone({})()


def cpu(pid: int) -> float:
    """CPU seconds of a process and of its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (str(pid), *children)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def test_hanging_up_frees_the_cpu_of_a_file() -> None:
    with serving(WORKERS="1") as (address, pid):
        host, port = address.removeprefix("http://").split(":")
        began = cpu(pid)
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"GET /export/phase_map.json?v=1&show=time&n=256&eps=1e-4 HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: cpu(pid) > began + 0.5)
        hung_up = cpu(pid)
        until(lambda: counted(address, 'requests_total{route="export"'))
        assert cpu(pid) - hung_up < FREED
