"""Embeds: a page of another origin holds the app, at three sizes; out of sight nothing is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect
from werkzeug.serving import make_server

from app import create_app
from components.views.registry import VIEWS
from tests.browser.conftest import Silent
from tests.browser.hand import until
from tests.browser.test_access import PLOTS, check, phone, to_theme
from tests.parameters import some_of

ASKED = ("/resolve/", "/stream/", "/text/", "/jobs/")
FAR = "<div style='height: 3000px'>A long text.</div>"
LINK = "/?v=1&a=9"
SANDBOXED = ("unlearning", "lab", "phase_map")  # traces, runs that are followed, cells


class Other(BaseHTTPRequestHandler):
    """Another site: its only page holds what the test says."""

    body = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(f"<!DOCTYPE html><title>Other</title><link rel=icon href='data:,'>{Other.body}".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def hosted(open_page: Any, other: str, address: str) -> Callable[..., tuple[Page, Frame, list[str]]]:
    """Another site's page with an embed in it: the page, the frame, and what the embed has asked for."""

    def open_(
        before: str = "", link: str = f"{LINK}&embed=main", app: str = address, more: str = ""
    ) -> tuple[Page, Frame, list[str]]:
        frame = f"<iframe src='{app}{link}' {more} width=800 height=500 title=Embed></iframe>"
        Other.body = f"{before}{frame}".replace("&", "&amp;")
        page = open_page("/", base=other, drawn=False)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        return page, page.frames[1], asked

    return open_


@pytest.mark.allowed_faults("request to another host")
def test_a_page_of_another_origin_holds_an_embed_without_entering_its_history(hosted: Any, address: str) -> None:
    page, frame, _ = hosted()
    frame.wait_for_selector("body[data-drawn]")
    assert frame.locator(".trace").count() > 3
    steps = page.evaluate("history.length")
    frame.locator("#unlearning-eps-box").fill("0.5")
    frame.locator("#unlearning-eps-box").press("Enter")
    frame.wait_for_selector("body[data-drawn*='eps=0.5']")
    expect(frame.locator("#open-app")).to_have_attribute("href", frame.evaluate("client.page.history.canonicalUrl()"))
    assert "eps=0.5" in str(frame.locator("#open-app").get_attribute("href"))
    assert "embed" not in str(frame.locator("#open-app").get_attribute("href"))
    until(frame, "location.search.includes('eps=0.5') && location.search.endsWith('&embed=main')")
    assert page.evaluate("history.length") == steps


@pytest.mark.allowed_faults("request to another host")
@pytest.mark.parametrize("name", some_of(VIEWS, *SANDBOXED))
def test_a_sandboxed_frame_without_an_origin_shows_the_picture_and_redraws_it(hosted: Any, name: str) -> None:
    _, frame, _ = hosted(link=f"{VIEWS[name].path}?v=1&embed=main", more="sandbox='allow-scripts'")
    frame.wait_for_selector("body[data-drawn]")
    assert frame.evaluate("origin") == "null"
    if name == "unlearning":
        frame.locator("#unlearning-eps-box").fill("0.5")
        frame.locator("#unlearning-eps-box").press("Enter")
        frame.wait_for_selector("body[data-drawn*='eps=0.5']")
    expect(frame.locator("#alert")).not_to_be_visible()


@pytest.mark.allowed_faults("request to another host", "frame-ancestors")
def test_an_operator_who_allows_no_other_site_is_obeyed(hosted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAME_ANCESTORS", "self")
    server = make_server("127.0.0.1", 0, create_app().server, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page, _, _ = hosted(app=f"http://127.0.0.1:{server.server_port}")
    page.wait_for_load_state()
    assert page.frames[1].url.startswith("chrome-error:")
    server.shutdown()


@pytest.mark.allowed_faults("request to another host")
def test_out_of_sight_nothing_is_asked_for_and_in_sight_it_goes_on(hosted: Any) -> None:
    page, frame, asked = hosted(before=FAR)
    frame.wait_for_selector("body[data-seen='false']")
    assert not [path for path in asked if path.startswith(ASKED)]
    page.evaluate("scrollTo(0, 3000)")
    frame.wait_for_selector("body[data-drawn]")
    assert {"/resolve/unlearning", "/stream/unlearning"} <= set(asked)

    frame.select_option("#speed", "0.25")
    frame.click("#play")
    page.evaluate("scrollTo(0, 0)")
    frame.wait_for_selector("body[data-seen='false']")
    assert not frame.evaluate("client.page.player.playing")
    page.evaluate("scrollTo(0, 3000)")
    frame.wait_for_selector("body[data-seen='true']")
    assert frame.evaluate("client.page.player.playing")

    page.evaluate("scrollTo(0, 0)")
    frame.wait_for_selector("body[data-seen='false']")
    asked.clear()
    frame.evaluate("""async () => {
      const { waitUntilVisible } = await client.load("core/visibility.mjs");
      client.page.change({ eps: 0.5 });
      window.followed = false;
      // as a long run is followed
      waitUntilVisible(0, new AbortController().signal).then(() => { window.followed = true; });
    }""")
    assert frame.evaluate("client.embed.waiting.size") == 2
    assert not frame.evaluate("window.followed")
    assert not [path for path in asked if path.startswith(ASKED)]
    page.evaluate("scrollTo(0, 3000)")
    frame.wait_for_selector("body[data-drawn*='eps=0.5']")
    assert frame.evaluate("window.followed")


@pytest.mark.parametrize("name", some_of(VIEWS, *SANDBOXED))
def test_each_view_has_two_small_sizes(open_page: Any, name: str) -> None:
    view = VIEWS[name]
    page = open_page(f"{view.path}?v=1&embed=main", viewport={"width": 480, "height": 320})
    for size in ("main", "plot"):
        if size == "plot":
            page.goto(page.url.split("?")[0] + f"?v=1&embed={size}")
            page.wait_for_selector("body[data-drawn]")
        assert page.evaluate(
            "document.documentElement.scrollHeight <= innerHeight && document.body.scrollWidth <= innerWidth"
        )
        shown = {control.id for control in view.controls if control.kind == "slider"}
        shown = {one for one in shown if page.locator(f"#{one}").is_visible()}
        mine = (
            {control.id for control in view.compact_controls if control.kind == "slider"} if size == "main" else set()
        )
        assert shown == mine
        first, *others = view.figures.values()
        assert page.locator(f"#{first.id}").bounding_box()["height"] > 120
        for figure in others:  # one at a time
            expect(page.locator(f"#{figure.id}")).not_to_be_visible()
            page.get_by_role("radio", name=figure.title).check()
            expect(page.locator(f"#{figure.id}")).to_be_visible()
            expect(page.locator(f"#{first.id}")).not_to_be_visible()


@pytest.mark.parametrize("size", some_of(["full", "main", "plot"], "full", "plot"))
def test_axe_finds_nothing_serious(open_page: Any, size: str) -> None:
    page = open_page(f"{LINK}&embed={size}", viewport={"width": 1200, "height": 800})
    check(page)
    if size == "full":  # all but the header
        expect(page.locator("#open-app")).to_be_visible()
        for gone in (".brand", ".views", "#save-menu", ".pages"):
            assert not any(part.is_visible() for part in page.locator(gone).all())
        expect(page.locator("#preset")).to_be_visible()
    with phone(page):
        to_theme(page, "dark")
        check(page, but=PLOTS)


def test_the_links_own_choice_of_controls_goes_before_the_main_ones(open_page: Any) -> None:
    page = open_page(f"{LINK}&only=R0&embed=main")
    expect(page.locator("#unlearning-R0")).to_be_visible()
    expect(page.locator("#unlearning-eps")).not_to_be_visible()


def test_a_word_that_is_no_size_is_told_and_shows_the_page(open_page: Any) -> None:
    page = open_page(f"{LINK}&embed=huge")
    expect(page.locator("#alert")).to_contain_text("embed: huge is not a size: full, main, plot.")
    expect(page.locator(".views")).to_be_visible()


class Frames(HTMLParser):
    """The attributes of the frames of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "iframe"
        self.found.append(dict(attrs))


def test_the_dialog_makes_the_frame_and_shows_it(open_page: Any, address: str) -> None:
    page = open_page("/?v=1&eps=0.5&only=a,eps", permissions=["clipboard-read", "clipboard-write"])
    page.focus("#save-menu > summary")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Embed…").press("Enter")
    dialog = page.locator("#embed-dialog")
    expect(dialog).to_be_visible()
    preview = page.frames[1]
    preview.wait_for_selector("body[data-drawn]")
    check(page)
    expect(dialog).to_contain_text("allow-same-origin")
    page.get_by_label("Plots alone").check()
    page.fill("#embed-width", "700")
    page.press("#embed-width", "Tab")
    [frame] = Frames(page.input_value("#embed-code")).found
    assert frame["src"] == f"{address}{page.evaluate('client.page.history.canonicalUrl()')}&only=eps,a&embed=plot"
    assert (frame["width"], frame["height"], frame["loading"], frame["allow"]) == ("700", "400", "lazy", "fullscreen")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#embed-code")
    odd = page.evaluate("""client.load("ui/embed_dialog.mjs")
      .then(({ iframeHtml }) => iframeHtml({ src: "/?a&b", width: 1, height: 1, title: 'A "<b>" & more' }))""")
    assert Frames(odd).found == [
        {"src": "/?a&b", "width": "1", "height": "1", "title": 'A "<b>" & more', "loading": "lazy",
         "allow": "fullscreen", "style": "border: 0; max-width: 100%"},
    ]  # fmt: skip
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    until(page, "document.activeElement.matches('#save-menu > summary')")
