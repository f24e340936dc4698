"""Offline pages: a file in a folder, no network, and it plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from components.views.registry import VIEWS
from tests.browser.conftest import DESKTOP
from tests.browser.hand import until
from tests.browser.test_access import PLOTS, check
from tests.parameters import some_of
from tests.waiting import LONGEST


@pytest.fixture
def open_file(chromium: Browser, open_page: Any, address: str, tmp_path: Path) -> Iterator[Any]:
    """Saves a state's page by the menu's own route, and opens it from the folder where there is no network."""
    faults: list[str] = []
    contexts = []

    def open_(name: str, query: str = "v=1", **options: Any) -> Page:
        settings: dict[str, Any] = {"viewport": DESKTOP, "reduced_motion": "reduce", "color_scheme": "light", **options}
        context = chromium.new_context(**settings)
        context.set_default_timeout(1000 * LONGEST)
        contexts.append(context)
        file = tmp_path / f"{name}.html"
        file.write_bytes(context.request.get(f"{address}/offline/{name}.html?{query}").body())
        context.set_offline(True)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        ours = ("file:", "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(ours) else faults.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector("body[data-drawn]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("name", some_of(VIEWS, "unlearning", "phase_map", "lab"))  # traces, cells, runs beside
def test_a_file_draws_and_plays_what_it_holds(open_file: Any, name: str) -> None:
    view = VIEWS[name]
    page = open_file(name)
    for figure in view.figures.values():
        assert page.evaluate(f"document.getElementById('{figure.id}').data.length") > 0
    expect(page.get_by_role("link", name="open it there")).to_be_visible()
    expect(page.locator("#notes li").first).to_be_attached()
    for control in view.controls:  # what would have to be computed stays as it is
        box = page.locator(f"#{control.id}")
        if control.kind == "slider" and box.is_visible():
            expect(box).to_be_disabled()
    if name == "phase_map":
        assert page.locator("canvas.cells").is_visible()
        return
    page.select_option("#speed", "0.25")
    page.click("#play")
    until(page, "document.getElementById('scrub').value > 20 && document.getElementById('scrub').value < 1000")
    page.click("#play")
    assert page.evaluate("client.page.renderer.time") > 0
    assert page.locator(".over circle, .over path").count() > 0


def test_display_zoom_theme_causes_and_pictures_work_in_a_file(open_file: Any) -> None:
    page = open_file("unlearning")
    page.get_by_label("L − L∞", exact=True).check()
    until(page, "document.getElementById('unlearning-panels').data.some(({ meta }) => meta && meta.y === 'excess')")
    page.evaluate("Plotly.relayout('unlearning-plane', { 'xaxis.range': [0, 0.5], 'yaxis.range': [0, 12] })")
    page.get_by_role("button", name="Whole window").first.click()
    until(page, "document.getElementById('unlearning-plane')._fullLayout.xaxis.range[0] < 0")
    page.click("#theme-button")
    until(page, "document.documentElement.dataset.theme === 'dark'")
    page.locator(".why summary").first.click()
    page.locator(".show").first.click()
    expect(page.locator(".show[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("#unlearning-plane").click(position={"x": 300, "y": 300})  # would add a start
    expect(page.locator("#alert")).to_contain_text("for another one the app has to compute")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.click("#save-menu > summary")
    with page.expect_download() as saved:
        page.get_by_role("button", name="R–a plane, SVG").click()
    assert b"<svg" in saved.value.path().read_bytes()


def test_axe_finds_nothing_serious(open_file: Any) -> None:
    page = open_file("time_scales")
    check(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#theme-button")
    until(page, "document.documentElement.dataset.theme === 'dark' && innerWidth === 390")
    check(page, but=PLOTS)


def test_the_menu_saves_the_present_state(open_page: Any) -> None:
    page = open_page("/?v=1&a=9&eps=0.5")
    page.click("#save-menu > summary")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Offline page, HTML").click()
    text = saved.value.path().read_text()
    assert saved.value.suggested_filename == "unlearning-eps0.5-a9.html"
    assert '"eps":0.5' in text
    expect(page.locator("#notice")).to_have_text(f"unlearning-eps0.5-a9.html saved, {len(text.encode()) / 1e6:.1f} MB.")
