"""Start and end of the app: importing it compiles nothing, and a server ends when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.benchmarks.server import ROOT, serve_line
from tests.waiting import until

IMPORTED = """
from numba.core import event
from components.operations import warmup

class Compiled(event.Listener):
    def on_start(self, event):
        names.append(str(event.data["dispatcher"]))
    def on_end(self, event):
        pass

names = []
event.register("numba:compile", Compiled())
warmup.start_warmup = lambda *_: None
from app import server
client = server.test_client()
for path in PATHS:
    assert client.get(path).status_code == 200, path
print(*names)
"""
WARM = """
from random import Random
from numba.core import event
from components.core.state import InvalidLink
from components.server.stream import encode_chunks
from components.operations.cost_limit import parse_affordable
from components.views.registry import VIEWS
from dynamics import warm_up
from tests.campaigns.cost import link

class Compiled(event.Listener):
    def on_start(self, event):
        print(event.data["dispatcher"], event.data["args"])
    def on_end(self, event):
        pass

warm_up()
event.register("numba:compile", Compiled())
for view in VIEWS.values():
    random, left = Random(view.name), STATES
    while left:
        try:
            state = parse_affordable(view, link(random, view))
        except InvalidLink:
            continue
        if view.seconds(state) < 0.3:
            left -= 1
            for _ in encode_chunks(view, state):
                pass
"""
PATHS = ("/", "/phase-map", "/time-scales", "/linear-network", "/lab", "/lab/images", "/lecture", "/theory", "/health")
PROMISED = 3.0  # seconds from SIGTERM to the end of the process


def environment(cache: Path, **more: str) -> dict[str, str]:
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **threads, "NUMBA_CACHE_DIR": str(cache), **more}


@pytest.mark.parametrize("states", [4, pytest.param(15, marks=pytest.mark.nightly)])  # of each view
def test_nothing_is_left_to_compile_when_the_core_is_ready(states: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WARM.replace("STATES", str(states))],
        cwd=ROOT, env=environment(ROOT / ".numba_cache"), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.returncode == 0
    assert run.stdout.splitlines() == []


def has_processes(group: int) -> bool:
    """Whether a process of a group is left: one that has ended is, until its new parent takes notice."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_importing_the_app_and_serving_its_pages_compiles_nothing(tmp_path: Path) -> None:
    program = IMPORTED.replace("PATHS", repr(PATHS))
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True
    )
    assert run.returncode == 0
    assert run.stdout.split() == []
    assert not [*tmp_path.rglob("*.nbi")]


@pytest.mark.parametrize("moment", ["before it answers", "while it compiles", "while a stream is computed"])
def test_sigterm_ends_the_server_soon(tmp_path: Path, moment: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = serve_line().split()
    line[0] = str(Path(sys.executable).parent / "gunicorn")
    cache = ROOT / ".numba_cache" if moment == "while a stream is computed" else tmp_path
    where = {"HOST": "127.0.0.1", "PORT": str(port), "WORKERS": "2", "RUNS_FOLDER": str(tmp_path / "runs")}
    server = subprocess.Popen(line, cwd=ROOT, env=environment(cache, **where), start_new_session=True)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None
        try:
            return urllib.request.urlopen(f"{address}/health", timeout=60).status == 200
        except OSError:
            return False

    try:
        if moment != "before it answers":
            until(answers)
        if moment == "while a stream is computed":
            answer = urllib.request.urlopen(f"{address}/stream/time_scales?v=1&pan=sweep&n=50&m=14", timeout=60)
            answer.read(1)
        server.send_signal(signal.SIGTERM)
        began = time.monotonic()
        server.wait(60)
        assert time.monotonic() - began < PROMISED
        until(lambda: not has_processes(server.pid))
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
