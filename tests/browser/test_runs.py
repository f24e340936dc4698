"""The follower of runs, in a page of its own: catches up, begins again, waits for a server that is away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Page
from werkzeug.serving import make_server

from components.jobs import queue
from components.jobs.settings import Settings
from components.server import job_routes, static_files
from tests.browser.conftest import Open, Silent
from tests.browser.hand import until
from tests.components.jobs.conftest import NAMES, Hold
from tests.components.jobs.views import HELD, VIEWS
from tests.waiting import LONGEST

PAGE = "<!doctype html><html lang=en><title>.</title><link rel=icon href=data:,>"

FOLLOW = """async (query) => {
  const { pollJob } = await import("/client/test/core/jobs.mjs");
  const got = window.got = { numbers: [], statuses: [], restarts: 0, chunks: [], stop: new AbortController() };
  const status = (head) => { if (got.statuses.at(-1) !== head.status) got.statuses.push(head.status); };
  got.over = pollJob("/jobs/long", query, got.stop.signal, {
    onRelease: () => {},
    onStatus: status,
    onRestart: () => { got.restarts += 1; got.numbers = []; },
    onChunk: (chunk) => { got.chunks.push(chunk.kind); if (chunk.kind === "count") got.numbers.push(chunk.number); },
    onBatch: () => {},
  }).catch((error) => (error.sentences ? error.sentences[0] : error.name));
}"""


class Host:
    """A server with runs, which can be away and begin runs again."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.away = False
        self.questions = 0
        flask = Flask("test")
        static_files.register(flask)
        job_routes.register(flask, VIEWS, Settings(folder=folder, max_running=2, views=NAMES), pool)

        @flask.get("/")
        def page() -> str:
            return PAGE

        @flask.before_request
        def answer() -> Response | None:
            self.questions += 1
            return Response("no", 503) if self.away else None

        self.server = make_server("127.0.0.1", 0, flask, threaded=True, request_handler=Silent)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Holds the run at a record until the test lets it go."""
    folder = tmp_path / "held"
    folder.mkdir()
    monkeypatch.setenv(HELD, str(folder))
    return Hold(folder)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr(queue, "IDLE_TIMEOUT", LONGEST)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", LONGEST)
    with ThreadPoolExecutor(4) as pool:
        host = Host(tmp_path / "runs", pool)
        yield host
        host.server.shutdown()
        monkeypatch.setattr(queue, "IDLE_TIMEOUT", -60.0)


@pytest.fixture
def follow(host: Host, open_page: Open) -> Callable[[str], Page]:
    """A page that follows a run."""

    def open_(query: str) -> Page:
        page = open_page("/", drawn=False, base=f"http://127.0.0.1:{host.server.server_port}", clock=True)
        page.evaluate(FOLLOW, query)
        return page

    return open_


def got(page: Page, what: str) -> Any:
    return page.evaluate(f"async () => await window.got.{what}")


def test_two_pages_follow_one_run_to_its_end(follow: Callable[[str], Page]) -> None:
    early = follow("n=20&wait=0.05")
    until(early, "window.got.numbers.length > 5")
    late = follow("n=20&wait=0.05")
    for page in (early, late):
        assert got(page, "over") is True
        assert got(page, "numbers") == list(range(20))
        assert got(page, "restarts") == 0
        assert got(page, "statuses")[-1] == "finished"


def test_a_failed_run_ends_with_its_sentence(follow: Callable[[str], Page]) -> None:
    page = follow("n=9&does=fails")
    assert got(page, "over") is False
    assert got(page, "chunks")[-1] == "error"


@pytest.mark.allowed_faults("status of 422")
def test_a_link_that_cannot_be_read_is_told(follow: Callable[[str], Page]) -> None:
    assert got(follow("n=x"), "over") == "n = x is not a number."


@pytest.mark.allowed_faults("status of 503")
def test_a_server_that_is_away_is_waited_for(host: Host, hold: Hold, follow: Callable[[str], Page]) -> None:
    hold.at(10)
    page = follow("n=40")
    until(page, "window.got.numbers.length === 10")
    host.away = True
    until(page, "window.got.statuses.at(-1) === 'away'")
    host.away = False
    hold.let_go()
    assert got(page, "over") is True
    assert got(page, "numbers") == list(range(40))


def test_a_run_that_begins_again_is_read_again(
    host: Host, hold: Hold, follow: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold.at(10)
    page = follow("n=40")
    until(page, "window.got.numbers.length === 10")
    monkeypatch.setattr(queue, "MAX_CRASHES", 1 << 30)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", -1.0)  # whoever computes is thought dead
    until(page, "window.got.statuses.includes('waiting') || window.got.restarts > 0")
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", LONGEST)
    hold.let_go()
    assert got(page, "over") is True
    assert got(page, "restarts") >= 1
    assert got(page, "numbers") == list(range(40))


def test_who_follows_no_more_asks_no_more(host: Host, follow: Callable[[str], Page]) -> None:
    page = follow("n=1000&wait=0.05")
    until(page, "window.got.numbers.length > 2")
    page.evaluate("window.got.stop.abort()")
    assert got(page, "over") == "AbortError"
    asked = host.questions
    page.clock.run_for(60_000)
    page.evaluate("fetch('/').then((answer) => answer.text())")
    assert host.questions <= asked + 2, "the last that was under way, and this one"


def test_a_page_that_has_long_been_hidden_asks_no_more_until_it_is_seen(
    host: Host, hold: Hold, follow: Callable[[str], Page]
) -> None:
    hold.at(10)
    page = follow("n=60")
    until(page, "window.got.numbers.length === 10")
    page.evaluate("""async () => {
      const { POLL } = await import("/client/test/core/jobs.mjs");
      POLL.hidden = 100;
      const listen = document.addEventListener;
      document.addEventListener = function (kind, action, how) { // of the one that waits
        window.waiting = kind === "visibilitychange";
        listen.call(document, kind, action, how);
      };
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    until(page, "window.waiting")
    asked = host.questions
    page.clock.run_for(60_000)
    page.evaluate("fetch('/').then((answer) => answer.text())")
    assert host.questions == asked + 1, "this one"
    hold.let_go()
    page.evaluate("""() => {
      Object.defineProperty(document, "hidden", { value: false, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    assert got(page, "over") is True
    assert got(page, "numbers") == list(range(60))
