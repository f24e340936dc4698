"""Snapshots: a static site that a browser draws without the app, and that can be read without scripts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from components.operations.build_id import build_id
from components.pages import static_site
from components.views.phase_map.view import PhaseMapView
from components.views.unlearning.view import UnlearningView

LIVE = "http://127.0.0.1:1"  # an app that sleeps


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    assert static_site.main([str(out), "--live", f"{LIVE}/", "--view", "unlearning", "--view", "phase_map"]) == 0
    return out


@pytest.fixture(scope="module")
def front(site: Path) -> Iterator[str]:
    """A static front."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_every_preset_has_a_labelled_page_that_can_be_read_without_scripts(site: Path) -> None:
    index = (site / "index.html").read_text()
    for view in (UnlearningView(), PhaseMapView()):
        for preset in view.presets:
            name = f"{view.name}-{preset.name.replace(' ', '-').lower()}.html"
            assert f'href="{name}"' in index
            page = (site / name).read_text()
            assert re.search(rf"made \d+ \w+ 20\d\d, \d\d:\d\d UTC, release {build_id()}", page)
            assert f"{LIVE}{view.path}?{preset.state.query()}".replace("&", "&amp;") in page
    assert "From ā = 10 the network unlearns" in (site / "unlearning-four-panels.html").read_text()


def test_nothing_in_it_is_inline_or_from_another_host(site: Path) -> None:
    for path in site.glob("*.html"):
        page = path.read_text()
        for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
            assert ("src=" in attributes) != ('type="application/json"' in attributes)
            assert "src=" not in attributes or not body
        for source in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', page):
            assert source == "data:," or (site / source).is_file()
        assert " style=" not in page
    block = re.search(r'id="snapshot">(.*?)</script>', (site / "phase_map-left.html").read_text(), re.DOTALL)
    assert block
    assert json.loads(block[1])["view"]["name"] == "phase_map"


@pytest.mark.allowed_faults("ERR_UNSAFE_PORT", "Failed to load resource", "request to another host")
def test_a_browser_draws_what_the_app_draws(open_page: Any, front: str) -> None:
    page = open_page("/unlearning-four-panels.html", base=front, color_scheme="dark")
    live = open_page("/", color_scheme="dark")
    drawn = """() => document.getElementById("unlearning-plane").data.map(({ name, x, y, line }) => [
      name, Array.from(x || []), Array.from(y || []), line && line.color])"""
    assert page.evaluate(drawn) == live.evaluate(drawn)
    page.goto(f"{front}/phase_map-left.html")
    page.wait_for_selector("body[data-drawn]")
    assert page.locator("canvas.cells").is_visible()


@pytest.mark.allowed_faults("ERR_UNSAFE_PORT", "Failed to load resource", "request to another host")
def test_a_page_that_is_opened_as_a_file_is_drawn(open_page: Any, site: Path) -> None:
    page = open_page("/unlearning-four-panels.html", base=site.as_uri())
    assert len(page.evaluate("document.getElementById('unlearning-plane').data")) > 3
    expect(page.locator("#sentences > li")).to_have_count(3)


def test_a_page_without_an_app_offers_none(tmp_path: Path) -> None:
    assert static_site.main([str(tmp_path), "--view", "phase_map"]) == 0
    assert "Open" not in (tmp_path / "phase_map-left.html").read_text().partition('<script type="application')[0]


@pytest.mark.parametrize("address", ["app.example", "ftp://app.example", "https://app.example/?x=1", "javascript:0"])
def test_an_address_that_is_none_is_told(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        static_site.main([str(tmp_path), "--live", address])
    assert "is not an address like https://app.example" in capsys.readouterr().err
