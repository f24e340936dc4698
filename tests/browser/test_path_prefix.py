"""The app behind a path, as a JupyterHub serves it: a proxy that strips the path, and one that leaves it."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from app import create_app
from components.views.registry import VIEWS
from tests.browser.conftest import Silent
from tests.browser.hand import until, wait_for_query
from tests.browser.test_save_menu import saved_file
from tests.dynamics.images.test_images import good, saved
from tests.waiting import core_is_ready

PREFIX = "/user/ada/proxy/8070"
SMALL = "/lab?v=1&m=10&d=20&B=60&tau=20&r=2"
OWN_HEADERS = ("host", "connection", "transfer-encoding", "content-length")
DEFAULT_ICON = "/favicon.ico"  # which Chromium asks for by itself if a page is left before its head is read


class Proxy(BaseHTTPRequestHandler):
    """Passes on what is below the prefix, with or without it; keeps the paths that are not."""

    app = ("127.0.0.1", 0)
    strips = True
    strays: list[str]

    def pass_on(self) -> None:
        if not self.path.startswith(PREFIX + "/"):
            if self.path != DEFAULT_ICON:
                self.strays.append(self.path)
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection(*self.app)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path.removeprefix(PREFIX) if self.strips else self.path, body, headers)
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OWN_HEADERS:
                self.send_header(name, value)
        self.end_headers()
        try:
            while piece := answer.read1(1 << 16):
                self.wfile.write(piece)
        except OSError:  # the browser has given the request up
            pass
        finally:
            connection.close()

    do_GET = do_POST = do_OPTIONS = pass_on

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(request: pytest.FixtureRequest, runs_folder: Any) -> Iterator[str]:
    """Where a proxy serves an app that is told its prefix."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNS_FOLDER", str(runs_folder))
        patch.setenv("PATH_PREFIX", PREFIX + "/")
        app = make_server("127.0.0.1", 0, create_app().server, threaded=True, request_handler=Silent)
        core_is_ready()
    Proxy.app, Proxy.strips, Proxy.strays = ("127.0.0.1", app.server_port), request.param, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    for one in (app, server):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    for one in (server, app):
        one.shutdown()
    assert Proxy.strays == [], "requests beside the prefix"


def proxies(*marks: pytest.MarkDecorator) -> pytest.MarkDecorator:
    """A proxy that strips the prefix, and one that leaves it, which shows in the addresses that come to the app alone:
    a page, its stream, words and files are asked for behind both."""
    both = [pytest.param(True, id="stripped"), pytest.param(False, id="left", marks=marks)]
    return pytest.mark.parametrize("proxy", both, indirect=True, scope="module")


@proxies()
@pytest.mark.parametrize("path", [*(view.path for view in VIEWS.values()), "/lecture", "/theory"])
def test_every_page_names_its_icon(proxy: str, path: str) -> None:
    with urlopen(f"{proxy}{PREFIX}{path}", timeout=60) as answer:
        assert re.search(rb'<link rel="icon" href="data:image/[^"]+">', answer.read())


@proxies()
def test_the_page_its_controls_links_and_files(open_page: Any, proxy: str) -> None:
    page = open_page(f"{PREFIX}/?v=1&a=9&eps=0.5", base=proxy)
    page.locator("#unlearning-eps-box").fill("0.25")
    page.locator("#unlearning-eps-box").press("Enter")
    wait_for_query(page, "eps=0.25")
    until(page, f"location.pathname === '{PREFIX}/' && location.search.includes('eps=0.25')")
    link = page.evaluate("client.page.saveMenu.shortLink()")
    assert link.startswith(f"{proxy}{PREFIX}/?zip=")
    page.goto(link)
    wait_for_query(page, "eps=0.25")
    for title in ("Data, CSV", "Python that computes it"):
        assert saved_file(page, title).stat().st_size > 500
    assert f"{proxy}{PREFIX}/?v=1".encode() in saved_file(page, "Offline page, HTML").read_bytes()
    page.click("#save-menu summary")
    page.get_by_role("button", name="QR code of the link", exact=True).click()
    expect(page.locator("dialog.code img")).to_be_visible()
    assert page.evaluate("document.querySelector('dialog.code img').naturalWidth") > 0
    page.keyboard.press("Escape")
    head = page.content()
    assert re.search(rf'og:image" content="{proxy}{PREFIX}/share-card/unlearning\.png', head)
    words = page.locator("#sentences a, #notes a")
    assert words.count()
    for address in words.evaluate_all("(links) => links.map((link) => link.href)"):
        assert address.startswith(f"{proxy}{PREFIX}/")


@proxies(pytest.mark.nightly)
def test_every_view_is_reached_by_the_header_and_by_back(open_page: Any, proxy: str) -> None:
    page = open_page(f"{PREFIX}/", base=proxy)
    for name in ("phase_map", "time_scales", "linear_network", "lab"):
        path = PREFIX + VIEWS[name].path
        page.click(f'.view-link[href="{path}"]')
        until(page, f"client.page && client.page.view.name === '{name}' && 'drawn' in document.body.dataset")
        expect(page.locator(f'.view-link[href="{path}"]')).to_have_attribute("aria-current", "page")
    page.go_back()
    until(page, "client.page.view.name === 'linear_network' && 'drawn' in document.body.dataset")


@proxies(pytest.mark.nightly)
def test_a_map_opens_its_run(open_page: Any, proxy: str) -> None:
    page = open_page(f"{PREFIX}/phase-map?v=1", base=proxy)
    page.evaluate(
        "() => { const { gestures } = client.page.renderer.figures.map;"
        " client.page.open(gestures.address(gestures.parameterPoint)); }"
    )
    until(page, "client.page.view.name === 'unlearning' && 'drawn' in document.body.dataset")
    assert urlsplit(page.url).path == f"{PREFIX}/"


@proxies(pytest.mark.nightly)
def test_a_lecture_steps_and_links_back(open_page: Any, proxy: str) -> None:
    page = open_page(f"{PREFIX}/lecture", base=proxy, drawn=False)
    page.locator("#page h2 a").first.click()
    page.wait_for_selector("body[data-drawn]")
    page.click("#step-next")
    until(page, f"location.pathname.startsWith('{PREFIX}/lecture/') && client.lecture.index === 1")
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    assert page.evaluate("client.lecture.index") == 1


@proxies(pytest.mark.nightly)
def test_the_theory_and_a_control_that_it_names(open_page: Any, proxy: str) -> None:
    page = open_page(f"{PREFIX}/theory", base=proxy, drawn=False)
    page.locator(".moved a").first.click()
    page.wait_for_selector("body[data-drawn]")
    assert urlsplit(page.url).path.startswith(f"{PREFIX}/")


@proxies(pytest.mark.nightly)
def test_long_runs_and_uploads(open_page: Any, proxy: str) -> None:
    page = open_page(PREFIX + SMALL, base=proxy)
    page.wait_for_selector("body[data-finished]")
    page = open_page(f"{PREFIX}/lab/images?v=1&sig=0.5,2&m=8&T=2&r=2&N=120", base=proxy)
    file = {"name": "mine.npz", "mimeType": "application/octet-stream", "buffer": saved(**good(60, (6, 6)))}
    page.set_input_files("#upload-file", file)
    page.wait_for_selector('body[data-finished*="img="]')
