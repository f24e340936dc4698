"""A server of our own and a browser that fails a test on any console error or foreign request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api._generated import mapping
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from tests.browser.hand import COUNTED
from tests.waiting import LONGEST, core_is_ready

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each context has a window of its own, also without a screen, and each window starts two processes for the address
    # bar's suggestions: as much work as a page of ours. The last list of features is the one that counts, so the others
    # are those that Playwright disables.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]
DESKTOP = {"width": 1440, "height": 900}
RESETTABLE = {"viewport", "reduced_motion", "color_scheme", "forced_colors"}  # settings of a context that can change

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
    """Debian's Chromium; a missing one is a failure, not a skip."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def reset_context(browser: Browser, settings: dict[str, object]) -> BrowserContext:
    """Return the browser's shared context as if it were new: no storage, cookies, routes, scripts or listeners, one
    empty page without history.

    A new context starts two processes and compiles all scripts: more than half of the time of most tests. Playwright's
    test runner for JavaScript resets one between tests (`reuseContext`); Python's has the same, without a public name.
    """
    browser._sync(browser._impl_obj._disconnect_from_reused_context("the next test begins"))
    context = mapping.from_impl(browser._sync(browser._impl_obj._inner_new_context(settings, for_reuse=True)))
    context.set_offline(False)
    context.clear_permissions()
    page = context.pages[0] if context.pages else context.new_page()
    page.evaluate("window.name = ''")
    session = context.new_cdp_session(page)
    session.send("Page.resetNavigationHistory")
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    session.detach()
    return context


@pytest.fixture
def open_page(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a path in a context of its own and waits for its picture; checks what went wrong at the end.

    The first page of a test is in the shared context, which has been reset, unless it has settings or a clock that
    cannot be reset; any other is in a new one.
    A test that breaks something on purpose marks what the console may say: `allowed_faults(part)`.
    """
    marker = request.node.get_closest_marker("allowed_faults")
    allowed = marker.args if marker else ()
    faults: list[str] = []
    contexts: list[BrowserContext] = []
    shared: list[BrowserContext] = []

    def open_(path: str = "/", drawn: bool = True, base: str = address, clock: bool = False, **options: object) -> Page:
        settings = {"viewport": DESKTOP, "reduced_motion": "reduce", "color_scheme": "light", **options}
        if clock or shared or settings.keys() - RESETTABLE:
            context = chromium.new_context(**settings)  # type: ignore[arg-type]
            contexts.append(context)
        else:
            context = reset_context(chromium, settings)
            shared.append(context)
        context.set_default_timeout(1000 * LONGEST)
        if clock:  # which a test may stop
            context.clock.install()
        context.add_init_script(COUNTED)
        page = context.pages[0] if context.pages else context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: _foreign(request.url, base, faults))
        page.goto(base + path)
        if drawn:
            page.wait_for_selector("body[data-drawn]")
        return page

    yield open_
    for context in contexts:
        context.close()
    for page in (page for context in shared for page in context.pages):
        page.goto("about:blank")  # so that nothing of it goes on
    assert [fault for fault in faults if not any(part in fault for part in allowed)] == []


def _foreign(url: str, address: str, faults: list[str]) -> None:
    if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != urlsplit(address).netloc:
        faults.append(f"request to another host: {url}")
