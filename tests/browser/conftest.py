"""A server of our own and a browser that fails a test on any console error or foreign request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from tests.browser.contexts import Contexts, Settings, launched
from tests.waiting import LONGEST, core_is_ready

DESKTOP = {"width": 1440, "height": 900}

Open = Callable[..., Page]
expect.set_options(timeout=1000 * LONGEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")


class Silent(WSGIRequestHandler):
    """Requests are not worth a line each in a test's output."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app records its long runs: nothing is there from earlier."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def address(runs_folder: Path) -> Iterator[str]:
    """Where the app answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNS_FOLDER", str(runs_folder))
        app = create_app().server
        core_is_ready()
        yield from _served(app)


def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without windows; a missing one is a failure, not a skip."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Contexts:
    """The contexts of pages of tests, one after the other."""
    return Contexts(chromium)


@pytest.fixture
def open_page(contexts: Contexts, address: str, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a path in a context that no other page is in and waits for its picture; checks what went wrong at the end.

    The context is one that was reset after another test, unless it is to be the page's own or has a clock.
    A test that breaks something on purpose marks what the console may say: `allowed_faults(part)`.
    """
    marker = request.node.get_closest_marker("allowed_faults")
    allowed = marker.args if marker else ()
    faults: list[str] = []
    origins = {address}
    own: list[BrowserContext] = []
    taken: list[tuple[Settings, BrowserContext]] = []
    listened: list[tuple[Page, dict[str, Callable[..., None]]]] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    def failed(error: Error) -> None:
        faults.append(str(error))

    def open_(
        path: str = "/",
        drawn: bool = True,
        base: str = address,
        clock: bool = False,
        own_context: bool = False,
        **options: object,
    ) -> Page:
        settings = {"viewport": DESKTOP, "reduced_motion": "reduce", "color_scheme": "light", **options}
        origins.add(base)
        if clock or own_context:
            context = contexts.new(settings)
            own.append(context)
        else:
            context = contexts.take(settings)
            taken.append((settings, context))
        if clock:  # which a test may stop
            context.clock.install()
        page = context.pages[0] if context.pages else context.new_page()
        listeners = {"console": heard, "pageerror": failed, "request": partial(_foreign, base, faults)}
        for event, listener in listeners.items():
            page.on(event, listener)
        listened.append((page, listeners))
        page.goto(base + path)
        if drawn:
            page.wait_for_selector("body[data-drawn]")
        return page

    yield open_
    for context in own:
        context.close()
    for settings, context in taken:
        contexts.give_back(settings, context, origins)
    for page, listeners in listened:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
    assert [fault for fault in faults if not any(part in fault for part in allowed)] == []


def _foreign(address: str, faults: list[str], request: Request) -> None:
    url = urlsplit(request.url)
    if url.scheme not in ("data", "blob") and url.netloc != urlsplit(address).netloc:
        faults.append(f"request to another host: {request.url}")
