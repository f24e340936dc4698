"""Counts of all workers together, and what is left of workers that have ended."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.benchmarks.server import ROOT, serve_line
from tests.waiting import LONGEST, until

NAME = "feature_unlearning_"

FORKED = """
import os
from components.operations import metrics

for number in range(3):
    child = os.fork()
    if child == 0:
        metrics.REFUSED.inc(10.0**number)
        metrics.REQUEST_SECONDS.labels("stream").observe(0.3 * number)
        os._exit(0)
    os.waitpid(child, 0)
    metrics.merge_files_of(child)
print(metrics.text().decode())
"""

# In the place of our app: it counts requests, and answers with metrics, process number and the folder of counts.
APP = """
import os
from components.operations import metrics

def server(environ, start_response):
    metrics.REFUSED.inc()
    text = metrics.text() + f"# {os.getpid()} {os.environ['PROMETHEUS_MULTIPROC_DIR']}".encode()
    start_response("200 OK", [("Content-Length", str(len(text)))])
    return [text]
"""


def total(text: str, name: str) -> float:
    """The sum of a metric over its labels."""
    return sum(float(value) for value in re.findall(rf"^{NAME}{name}(?:{{.*?}})? (\S+)$", text, re.MULTILINE))


def test_counts_of_ended_processes_stay_without_their_files(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert total(done.stdout, "refused_total") == 111
    assert total(done.stdout, "request_seconds_count") == 3
    assert abs(total(done.stdout, "request_seconds_sum") - 0.9) < 1e-12
    assert f'{NAME}request_seconds_bucket{{le="0.5",route="stream"}} 2.0' in done.stdout
    names = sorted(path.name for path in tmp_path.iterdir() if not re.search(r"_\d+\.db", path.name))
    assert names == ["counter_ended.db", "histogram_ended.db", "lock"]
    assert len(list(tmp_path.glob("*.db"))) <= 4  # and those of the process that forked


def test_nothing_is_lost_when_a_worker_is_killed_and_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "components").symlink_to(ROOT / "components")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(Path(sys.executable).parent / "gunicorn"), *serve_line().split()[1:]]
    environment = {**os.environ, "PORT": str(port), "NUMBA_CACHE_DIR": str(tmp_path / "compiled"), "WORKERS": "2"}
    process = subprocess.Popen([*words, "--chdir", str(tmp_path)], cwd=tmp_path, env=environment)
    requests = 0

    def get() -> str:
        nonlocal requests
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=LONGEST) as response:
            requests += 1
            return response.read().decode()

    def answers() -> bool:
        try:
            return bool(get())
        except OSError:
            return False

    try:
        until(lambda: process.poll() is None and answers())
        until(lambda: total(get(), "workers_started_total") == 2)
        worker, folder = get().rpartition("# ")[2].split()
        os.kill(int(worker), signal.SIGKILL)
        until(lambda: answers() and total(get(), "workers_started_total") == 3)
        assert total(get(), "refused_total") == requests
        assert not Path(folder, f"counter_{worker}.db").exists()
    finally:
        process.terminate()
        process.wait()
    assert not Path(folder).exists()


def test_the_counts_of_a_killed_server_are_removed_at_the_next_start() -> None:
    code = (
        "import os, components.operations.gunicorn_conf; "
        "print(os.environ['PROMETHEUS_MULTIPROC_DIR'], flush=True); input(); os._exit(0)"
    )
    servers = []
    for _ in range(2):
        server = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        servers.append((server, Path(server.stdout.readline().strip())))
    assert all(folder.exists() for _, folder in servers), "a server that lives keeps its counts"
    servers[0][0].kill()
    servers[0][0].wait()
    assert servers[0][1].exists()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, input="\n", stdout=subprocess.PIPE, text=True, check=True)
    assert [folder.exists() for _, folder in servers] == [False, True]
    servers[1][0].communicate("\n")
