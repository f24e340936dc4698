"""What an operator sees: metrics of all workers together, logs without anything about who has asked, settings."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import app
from components.jobs.folder_store import FolderStore
from components.jobs.queue import Job
from components.operations import logs, metrics, redis_client, settings, warmup
from components.operations.build_id import build_id
from components.operations.settings import FIELDS
from components.server.storage_metrics import gauges
from components.views.images.image_store import ImageStore
from tests.benchmarks.server import ROOT
from tests.components.conftest import RedisServer
from tests.waiting import LONGEST, core_is_ready, until

SAMPLE = re.compile(r'([a-z_:]+)(?:\{((?:[a-z_]+="[^"\\\n]*",?)*)\})? (\S+)')


def read(text: str) -> dict[tuple[str, str], float]:
    """Prometheus's text format, strictly: every sample follows the type of its family, no series comes twice."""
    assert text.endswith("\n")
    found: dict[tuple[str, str], float] = {}
    family = kind = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            family, kind = line.split()[2:]
            continue
        if line.startswith("# HELP "):
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        endings = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        assert match[1] in {family + ending for ending in endings}
        assert (match[1], match[2] or "") not in found
        found[match[1], match[2] or ""] = float(match[3])
    return found


@pytest.fixture
def client() -> FlaskClient:
    client = app.create_app().server.test_client()
    core_is_ready()
    return client


def test_requests_are_counted_by_route_and_status_and_timed(client: FlaskClient) -> None:
    before = read(client.get("/metrics", buffered=True).text)
    for query in ("v=1&a=1.25", "v=1&a=1.25", "v=1&a=x"):
        client.get(f"/stream/unlearning?{query}", buffered=True)
    client.get("/nothing-here", buffered=True)
    after = read(client.get("/metrics", buffered=True).text)

    def grown(name: str, labels: str) -> float:
        name = metrics.PREFIX + name
        return after.get((name, labels), 0.0) - before.get((name, labels), 0.0)

    assert grown("requests_total", 'route="stream",status="200"') == 2
    assert grown("requests_total", 'route="stream",status="422"') == 1
    assert grown("requests_total", 'route="page",status="404"') == 1
    assert grown("streams_total", 'how="computed",view="unlearning"') == 1
    assert grown("streams_total", 'how="kept",view="unlearning"') == 1
    assert grown("request_seconds_count", 'route="stream"') == 3
    buckets = [value for (name, labels), value in after.items() if name.endswith("_bucket") and '"stream"' in labels]
    assert buckets == sorted(buckets)
    assert buckets[-1] == after[metrics.PREFIX + "request_seconds_count", 'route="stream"']
    assert 0 < grown("computed_seconds_total", 'view="unlearning"') < grown("request_seconds_sum", 'route="stream"')


def test_no_label_comes_from_a_link(client: FlaskClient) -> None:
    names = {name for name, _ in read(client.get("/metrics").text)}
    client.get('/stream/evil"} 1?x', buffered=True)
    client.get("/jobs/evil?generation=0&offset=0", buffered=True)
    text = client.get("/metrics").text
    assert "evil" not in text
    assert {name for name, _ in read(text)} >= names


def test_metrics_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", "off")
    assert app.create_app().server.test_client().get("/metrics").status_code == 404


def test_a_log_line_says_nothing_of_who_asked_or_what(
    client: FlaskClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure_logging("json", "info")
    try:
        client.get(
            "/stream/unlearning?v=1&a=3.75", environ_base={"REMOTE_ADDR": "192.0.2.77"}, buffered=True,
            headers={"User-Agent": "Secret/1.0", "Referer": "https://secret.example", "Cookie": "secret=1"},
        )  # fmt: skip
        client.get("/stream/secret?a=3.75", buffered=True)
        logging.getLogger("gunicorn.error").warning("Invalid request from ip=192.0.2.77: bad")
        logging.getLogger("gunicorn.error").warning("Invalid request from ip=2001:db8::77: bad")
        logging.getLogger("gunicorn.error").error("Error handling request GET /stream/unlearning?a=3.75")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    said = capfd.readouterr().err
    lines = [json.loads(line) for line in said.splitlines()]
    assert [(line["route"], line["view"], line["status"]) for line in lines[:2]] == [
        ("stream", "unlearning", 200),
        ("stream", "", 404),
    ]
    assert len(lines) == 5
    assert not re.search(r"192\.0|2001:|db8|3\.75|[Ss]ecret", said)


def test_an_error_is_one_line_of_json_with_its_traceback() -> None:
    try:
        raise ZeroDivisionError("0/0")
    except ZeroDivisionError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "a stream of %s failed", ("lab",), sys.exc_info())
    line = logs.Json().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "a stream of lab failed"
    assert "ZeroDivisionError" in json.loads(line)["error"]
    assert "ZeroDivisionError" in logs.Text().format(record)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PORT", "80a", "PORT = 80a is not a whole number from 1 to 65535."),
        ("PORT", "0", "PORT = 0 is not a whole number from 1 to 65535."),
        ("WORKERS", "1e3", "WORKERS = 1e3 is not a whole number from 1 to 64."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES = -1 is not a whole number from 0 to 10."),
        ("LIMIT_RATE", "nan", "LIMIT_RATE = nan is not a number from 0 to 1000."),
        ("LIMIT_BURST", "0", "LIMIT_BURST = 0 is not a number from 1 to 100000."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT = xml is not one of text, json."),
        ("METRICS", "yes", "METRICS = yes is not one of on, off."),
        ("RUNS_AT_ONCE", "٣", "RUNS_AT_ONCE = ٣ is not a whole number of at least 1."),
        ("HOST", "a\nb", "HOST is not a text of one line."),
        ("HOST", "999.1.1.1", "HOST = 999.1.1.1 is not an address of this machine, such as 127.0.0.1."),
        ("RUNS_FOLDER", "/proc/x", "RUNS_FOLDER = /proc/x is not a folder that can be written to: no such file"),
        (
            "IMAGES_FOLDER",
            "/dev/null",
            "IMAGES_FOLDER = /dev/null is not a folder that can be written to: file exists.",
        ),
        ("RUNS_FOLDER", "/tmp", "RUNS_FOLDER = /tmp may be written to by others; name a folder that only this app"),
        ("LECTURE_FOLDER", "/nothing", "LECTURE_FOLDER = /nothing is not a folder that can be read: no such file"),
        ("RUNS_VIEWS", "views", "RUNS_VIEWS = views is not a module and a name like components.views.registry:VIEWS."),
        ("RUNS_VIEWS", "nothing.x:VIEWS", "RUNS_VIEWS = nothing.x:VIEWS: there is no module nothing.x."),
        ("RUNS_DASK", "x", "RUNS_DASK = x is not the address of a scheduler like tcp://scheduler:8786."),
        ("ALLOWED_HOSTS", "a/b", "ALLOWED_HOSTS = a/b is not * or host names like app.example or *.example"),
    ],
)
def test_a_wrong_setting_is_told_with_what_would_be_right(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        settings.check({name: text})


def test_a_scheduler_needs_the_package_that_connects_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.check({"RUNS_DASK": "tcp://127.0.0.1:8786"})
    monkeypatch.setattr(settings, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="RUNS_DASK is set, and the package distributed, which connects"):
        settings.check({"RUNS_DASK": "tcp://127.0.0.1:8786"})


def test_names_that_are_almost_settings_are_told() -> None:
    assert settings.misspelled({"LIMITRATE": "3", "LIMIT_RATE": "3", "HOSTNAME": "h", "LOGNAME": "n", "PATH": ""}) == [
        "LIMITRATE is not a setting and has no effect; LIMIT_RATE is one."
    ]


def test_settings_in_force_hold_no_secret() -> None:
    given = {"HOST": "0.0.0.0", "CACHE_REDIS_URL": "redis://:hush/@h:1/0", "CACHE_SECRET": "hush", "PORT": ""}
    assert settings.in_force(given) == "HOST=0.0.0.0, CACHE_REDIS_URL=redis://…@h:1/0, CACHE_SECRET=…"
    assert settings.in_force({}) == "defaults"


def test_ready_is_told_apart_from_alive(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/ready").status_code == 200
    monkeypatch.setattr(warmup, "ready", threading.Event())
    alive, ready = client.get("/health"), client.get("/ready")
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert alive.get_json()["status"] == ready.get_json()["status"] == "warming up"
    assert int(ready.headers["Retry-After"]) > 0


def test_health_looks_at_redis_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_REDIS_URL", "redis://127.0.0.1:1/0")
    assert app.create_app().server.test_client().get("/health").get_json()["redis"] == "away"


def test_health_sees_redis_go_and_come_back(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "RETRY_AFTER_SECONDS", 0.0)
    monkeypatch.setenv("CACHE_REDIS_URL", redis_server.url)
    client = app.create_app().server.test_client()

    def seen() -> str:
        return client.get("/health").get_json()["redis"]

    until(lambda: seen() == "answers")
    redis_server.kill()
    try:
        assert seen() == "away"
    finally:
        redis_server.start()
    until(lambda: seen() == "answers")


def test_runs_and_stored_bytes_are_measured(tmp_path: Path) -> None:
    board = {
        "a": Job("running", 1.0, 1.0, size=100), "b": Job("failed", 1.0, 1.0, size=20),
        "c": Job("failed", 1.0, 1.0), "d": Job("waiting", 1.0, 1.0),
    }  # fmt: skip
    store = FolderStore(tmp_path / "runs")
    store.change(lambda _: (board, None))
    image_store = ImageStore(tmp_path / "images")
    image_store.path.mkdir()
    (image_store.path / "x.images").write_bytes(b"12345")
    found = read(metrics.text(gauges(store, image_store)).decode())
    name = metrics.PREFIX + "runs"
    counted = {status: found[name, f'status="{status}"'] for status in ("waiting", "running", "failed", "finished")}
    assert counted == {"waiting": 1, "running": 1, "failed": 2, "finished": 0}
    assert found[metrics.PREFIX + "stored_bytes", 'of="runs"'] == 120
    assert found[metrics.PREFIX + "stored_bytes", 'of="images"'] == 5


def test_metrics_answer_without_runs_and_images() -> None:
    nowhere = Path("/dev/null/nowhere")
    found = read(metrics.text(gauges(FolderStore(nowhere), ImageStore(nowhere))).decode())
    assert not {name for name, _ in found} & {metrics.PREFIX + "runs"}


def test_the_app_measures_runs(client: FlaskClient) -> None:
    found = read(client.get("/metrics", buffered=True).text)
    assert (metrics.PREFIX + "runs", 'status="running"') in found
    assert found[metrics.PREFIX + "ready", f'release="{build_id()}"'] == 1


def test_a_wrong_address_of_redis_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(ValueError, match="CACHE_REDIS_URL is not the address of a Redis") as fault:
        settings.check({"CACHE_REDIS_URL": "http://:secret@host"})
    assert "secret" not in str(fault.value)


def test_all_that_is_wrong_is_told_at_once_and_stops_the_start_without_a_traceback() -> None:
    words = [
        str(Path(sys.executable).parent / "gunicorn"),
        "--config",
        "python:components.operations.gunicorn_conf",
        "app:server",
    ]
    wrong = {"PORT": "http", "LOG_LEVEL": "loud"}
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **wrong}, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 1
    assert done.stderr == (
        "The app is not started. PORT = http is not a whole number from 1 to 65535. "
        "LOG_LEVEL = loud is not one of debug, info, warning, error.\n"
    )


def test_the_defaults_are_right_and_empty_means_default() -> None:
    settings.check({})
    settings.check(dict.fromkeys(FIELDS, ""))
    assert settings.read({"PORT": ""}).port == 8050


def test_the_documents_hold_the_table_of_settings() -> None:
    assert settings.markdown_table() in (ROOT / "docs" / "settings.md").read_text()


def test_nothing_reads_the_environment_but_what_the_table_names() -> None:
    """A setting that is read anywhere is in the table."""
    read_ones: set[str] = set()
    for path in [ROOT / "app.py", *(ROOT / "components").rglob("*.py")]:
        text = path.read_text()
        read_ones |= set(re.findall(r'(?:environ(?:ment)?(?:\.get)?[\[(]|getenv\()"([A-Z_]+)"', text))
    assert read_ones
    # Only written, for processes that we start; of a request; of prometheus-client, written by the server.
    others = {"TMPDIR", "SCRIPT_NAME", "PATH_INFO", "PROMETHEUS_MULTIPROC_DIR"}
    assert read_ones - others <= FIELDS.keys()
