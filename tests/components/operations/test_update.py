"""An update of the running server: SIGHUP takes the new code, and no request fails."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.server import ROOT, serve_line
from tests.waiting import LONGEST, until

# A small app in the place of ours: it answers with its release, and with what a module says that the master has read.
APP = """
from components.operations import settings
from components.operations.build_id import build_id

SAID = f"{build_id()} {getattr(settings, 'EDITION', 1)}".encode()


def server(environ, start_response):
    start_response("200 OK", [("Content-Length", str(len(SAID)))])
    return [SAID]
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Our code, with the small app in the place of ours."""
    shutil.copytree(ROOT / "components", tmp_path / "components", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


@pytest.fixture
def server(tree: Path) -> Iterator[tuple[str, int, Path]]:
    """The address, the process id of the master, and its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(Path(sys.executable).parent / "gunicorn"), *serve_line().split()[1:]]
    environment = {**os.environ, "PORT": str(port), "NUMBA_CACHE_DIR": str(tree / "compiled"), "WORKER": "9"}
    address, log = f"http://127.0.0.1:{port}", tree / "log"
    with log.open("w") as out:
        process = subprocess.Popen(words, cwd=tree, env=environment, stderr=out)
        try:
            until(lambda: process.poll() is None and answers(address))
            yield address, process.pid, log
        finally:
            process.terminate()
            process.wait()


def get(address: str) -> list[str]:
    with urllib.request.urlopen(address, timeout=LONGEST) as answer:
        return answer.read().decode().split()


def answers(address: str) -> bool:
    try:
        return bool(get(address))
    except OSError:
        return False


def test_new_code_is_taken_without_a_failed_request(server: tuple[str, int, Path], tree: Path) -> None:
    address, master, _ = server
    before = get(address)
    over, failed, counted = threading.Event(), [], []

    def visitor() -> None:
        while not over.is_set():
            try:
                counted.append(get(address)[1])
            except OSError as fault:
                failed.append(fault)

    visitors = [threading.Thread(target=visitor) for _ in range(4)]
    for one in visitors:
        one.start()
    until(lambda: len(counted) > 20)
    (tree / "components" / "operations" / "settings.py").write_text(
        (ROOT / "components" / "operations" / "settings.py").read_text() + "EDITION = 2\n"
    )
    os.kill(master, signal.SIGHUP)
    until(lambda: failed or counted[-20:] == ["2"] * 20)
    over.set()
    for one in visitors:
        one.join()
    assert not failed
    release, edition = get(address)
    assert release != before[0]
    assert (before[1], edition) == ("1", "2")


def test_the_start_says_what_runs_and_what_has_no_effect(server: tuple[str, int, Path]) -> None:
    address, _, log = server
    release, _ = get(address)
    said = log.read_text()
    assert f"release {release} on {address}, 2 processes of 8 threads; settings: PORT={address[17:]}, " in said
    assert "WORKER is not a setting and has no effect; WORKERS is one." in said
