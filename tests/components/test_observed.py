"""What an operator sees: metrics of all workers together, logs without anything about who has asked, settings."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

import app
from components import logs, metrics, settings
from components.settings import SETTINGS
from tests.benchmarks.server import ROOT
from tests.waiting import LONGEST, core_is_ready

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
    assert grown("streams_total", 'view="unlearning",how="computed"') == 1
    assert grown("streams_total", 'view="unlearning",how="kept"') == 1
    assert grown("request_seconds_count", 'route="stream"') == 3
    buckets = [value for (name, labels), value in after.items() if name.endswith("_bucket") and '"stream"' in labels]
    assert buckets == sorted(buckets)
    assert buckets[-1] == after[metrics.PREFIX + "request_seconds_count", 'route="stream"']
    assert 0 < grown("computed_seconds_total", 'view="unlearning"') < grown("request_seconds_sum", 'route="stream"')


def test_no_label_comes_from_a_link(client: FlaskClient) -> None:
    names = {name for name, _ in read(client.get("/metrics").text)}
    client.get('/stream/evil"} 1?x', buffered=True)
    client.get("/runs/evil/0/0", buffered=True)
    text = client.get("/metrics").text
    assert "evil" not in text
    assert {name for name, _ in read(text)} >= names


def test_metrics_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", "off")
    assert app.create_app().server.test_client().get("/metrics").status_code == 404


def test_what_children_count_stays_when_they_are_gone(client: FlaskClient) -> None:
    before = metrics.total("refused_total")
    rows, forked = [], []
    for number in range(3):
        rows.append(metrics.take_row())
        child = os.fork()
        if child == 0:
            metrics.count("refused_total", amount=10.0**number)
            os._exit(0)
        forked.append(child)
    for child, row in zip(forked, rows, strict=True):
        assert os.waitpid(child, 0)[1] == 0
        assert metrics._memory[row].any()
    assert metrics.total("refused_total") == before + 111
    for row in rows:
        metrics.free_row(row)
    assert metrics.total("refused_total") == before + 111
    assert np.all(metrics._memory[rows] == 0)
    assert metrics.take_row() == rows[0]
    metrics.free_row(rows[0])
    metrics._row = 0


def test_a_log_line_says_nothing_of_who_asked_or_what(
    client: FlaskClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.start("json", "info")
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
    ],
)
def test_a_wrong_setting_is_told_with_what_would_be_right(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        settings.check({name: text})


def test_a_wrong_address_of_redis_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(ValueError, match="CACHE_REDIS_URL is not the address of a Redis") as fault:
        settings.check({"CACHE_REDIS_URL": "http://:secret@host"})
    assert "secret" not in str(fault.value)


def test_all_that_is_wrong_is_told_at_once_and_stops_the_start_without_a_traceback() -> None:
    words = [str(Path(sys.executable).parent / "gunicorn"), "--config", "python:components.workers", "app:server"]
    wrong = {"PORT": "http", "LOG_LEVEL": "loud"}
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **wrong}, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 1
    assert done.stderr == (
        "The app is not started. PORT = http is not a whole number from 1 to 65535. "
        "LOG_LEVEL = loud is not one of debug, info, warning, error.\n"
    )


def test_the_defaults_are_right_and_empty_means_default() -> None:
    settings.check({})
    settings.check(dict.fromkeys(SETTINGS, ""))
    assert settings.value({"PORT": ""}, "PORT") == 8050


def test_the_readme_holds_the_table_of_settings() -> None:
    assert settings.table() in (ROOT / "README.md").read_text()


def test_nothing_reads_the_environment_but_what_the_table_names() -> None:
    """A setting that is read anywhere is in the table."""
    read_ones: set[str] = set()
    for path in [ROOT / "app.py", *(ROOT / "components").rglob("*.py")]:
        text = path.read_text()
        read_ones |= set(re.findall(r'(?:environ(?:ment)?(?:\.get)?[\[(]|getenv\()"([A-Z_]+)"', text))
        read_ones |= set(re.findall(r'(?:setting|_value|read|_default)\("([A-Z_]+)"\)', text))
    assert read_ones
    assert read_ones - {"TMPDIR"} <= SETTINGS.keys(), "TMPDIR is only written, for whom we start"
