"""For everyone: keyboard alone, screen readers, axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP
from tests.browser.hand import STATE, box, settled, slider, until, wait_for_query
from tests.components.pixels import read
from tests.parameters import some_of

THEME = 'client.load("ui/theme.mjs")'

PHONE = {"width": 390, "height": 844}
PAGES = {
    "unlearning": "/?v=1&eps=0",  # each with a sentence about the link
    "phase map": "/phase-map?v=1&eps=0",
    "time-scales": "/time-scales?v=1&eps=0&m=4",
    "linear network": "/linear-network?v=1&d=0",  # its other panels: what they add is checked on this page
    "phase diagram": "/linear-network?v=1&d=0&pan=map",
    "scaling": "/linear-network?v=1&d=0&pan=scaling",
    "activations": "/linear-network?v=1&d=0&pan=activations",
    "lab": "/lab?v=1&m=1&how=recursion&r=1",
    "images": "/lab/images?v=1&show=none",
}


PLOTS = ".js-plotly-plot"  # on a phone they hold the same elements, in the same colors


PANELS = ("phase diagram", "scaling", "activations")


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=name, marks=pytest.mark.nightly if name in PANELS else ()) for name, path in PAGES.items()],
)
def test_axe_finds_nothing_serious(open_page: Any, path: str) -> None:
    """Every rule on the whole page, then on what each mode adds to it; the colors again in the dark."""
    page = open_page(path)
    page.wait_for_selector("#sentences li")
    check(page)
    if path == PAGES["linear network"]:
        for panel in ("map", "scaling", "activations"):
            page.evaluate("(panel) => client.page.commitState({ ...client.page.state, panel })", panel)
            settled(page)
            check(page, within=".panels")
        page.evaluate("client.page.commitState({ ...client.page.state, panel: 'course' })")
        settled(page)
    if path == PAGES["unlearning"]:  # whose menus are those of all, and more
        for menu in ("#save-menu", ".popup"):
            for opened in page.locator(menu).all():
                opened.locator("summary").first.click()
                check(page, within=menu)
                opened.locator("summary").first.click()
    page.click("#help-button")
    check(page, within="#help")
    page.evaluate(f"{THEME}.then(({{ setTheme }}) => setTheme(true, true))")
    check(page, "color-contrast", within="#help")
    page.click("#help-close")
    page.evaluate("client.page.show()")
    settled(page)
    check(page, "color-contrast")
    page.evaluate(f"{THEME}.then(({{ setTheme }}) => {{ setTheme(false, true); client.page.show(); }})")
    with phone(page):
        if path == PAGES["unlearning"]:
            check(page)
        page.click("#controls-button")
        check(page, but=PLOTS)


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_axe_finds_nothing_serious_in_the_lecture(open_page: Any, everywhere: bool) -> None:
    """The list and a step in all themes and on a phone; what other steps add to it in the light, or everywhere too."""
    page = open_page("/lecture", drawn=False)
    page.wait_for_selector(".stories")
    page.click(".story-list summary")
    check_everywhere(page)
    page.click("text=What is unlearned")
    ready(page)
    check_everywhere(page)

    def check_more() -> None:
        if everywhere:
            check_everywhere(page)
        else:
            check(page, but=PLOTS)

    page.keyboard.press("t")
    expect(page.locator("#take-controls")).to_have_text("Back to the story")
    check_more()
    for step in ("quadratic", "draw-it"):
        page.goto(page.url.partition("/lecture")[0] + f"/lecture/what-is-unlearned/{step}")
        ready(page)
        check_more()
        page.keyboard.press("ArrowRight")
        expect(page.locator(".then")).to_be_visible()
        check_more()


@contextmanager
def phone(page: Page) -> Iterator[None]:
    """Within it, the page has the screen of a phone and takes touches. A session that is left open would make each
    later page of its context take touches."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.set_viewport_size(PHONE)
    until(page, f"innerWidth === {PHONE['width']} && navigator.maxTouchPoints > 0")
    settled(page)
    yield
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    session.detach()
    page.set_viewport_size(DESKTOP)
    until(page, f"innerWidth === {DESKTOP['width']} && navigator.maxTouchPoints === 0")
    settled(page)


def check_everywhere(page: Page) -> None:
    """Checks the page in the light, its colors in the dark, and the page of a phone; leaves it as it was."""
    check(page)
    to_theme(page, "dark")
    check(page, "color-contrast")
    to_theme(page, "light")
    with phone(page):
        check(page, but=PLOTS)


def to_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    """Waits until the page follows the system to a theme."""
    page.emulate_media(color_scheme=theme)
    until(page, f"document.documentElement.dataset.theme === '{theme}'")
    settled(page)


def ready(page: Page) -> None:
    """Waits until a step's picture is complete."""
    until(page, "window.client && client.lecture && client.lecture.isActive && client.lecture.ready")


def check(page: Page, *rules: str, **where: str) -> None:
    assert violations(page, *rules, **where) == []


def focus(page: Page) -> str:
    """What has the focus: its id, or its text."""
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


KEYS = ["/", PAGES["time-scales"], PAGES["phase diagram"], "/lab/images"]


@pytest.mark.parametrize("path", some_of(KEYS, "/", PAGES["phase diagram"]))  # a plane, and a map with its ends
def test_tab_reaches_every_control_once_and_shows_where_it_is(open_page: Any, path: str) -> None:
    page = open_page(path)
    wanted = page.evaluate("""() => [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled)
      .filter((element) => element.type !== "radio" || element.checked)
      .map((element) => element.id || element.textContent.trim())""")
    seen = []
    for _ in range(len(wanted) + 2):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(focus(page))
        ring = page.evaluate("""() => { const e = document.activeElement, next = e.nextElementSibling;
          const style = getComputedStyle(e.type === "radio" ? next : e); return style.outlineStyle; }""")
        assert ring != "none", focus(page)
    assert sorted(seen) == sorted(wanted)


def test_the_keyboard_moves_a_slider_and_a_number_box(open_page: Any) -> None:
    page = open_page("/")
    slider(page, "c_star-1").focus()
    moves = {"ArrowRight": -0.95, "ArrowLeft": -1.0, "PageUp": -0.5, "PageDown": -1.0, "Home": -3.0, "End": 3.0}
    for key, value in moves.items():
        page.keyboard.press(key)
        wait_for_query(page, f"cs=1,{value:g},1,1,1")
        assert slider(page, "c_star-1").get_attribute("aria-valuetext").replace("−", "-") == f"{value:g}"
    box(page, "a-chosen").focus()
    page.keyboard.press("ArrowUp")
    wait_for_query(page, "a=5.1,9,10")


def test_the_player_by_keyboard_alone(open_page: Any) -> None:
    page = open_page("/")
    page.keyboard.press("ArrowLeft")
    assert page.input_value("#scrub") == "990"
    page.keyboard.press("Shift+ArrowLeft")
    assert page.input_value("#scrub") == "890"
    page.keyboard.press("Home")
    assert page.input_value("#scrub") == "0"
    page.evaluate("() => { document.getElementById('speed').value = 0.25; }")
    page.keyboard.press("Space")
    page.wait_for_selector('#play[data-playing="true"]')
    page.keyboard.press("Space")
    page.wait_for_selector('#play[data-playing="false"]')
    page.keyboard.press("End")
    assert page.input_value("#scrub") == "1000"
    assert page.evaluate(STATE)["cursor"] is None


def test_a_plot_with_the_focus_is_moved_zoomed_and_whole_again(open_page: Any) -> None:
    page = open_page("/")
    before = page.evaluate("client.page.renderer.figures.plane.gd.layout.yaxis.range")
    page.locator("#unlearning-plane").focus()
    page.keyboard.press("+")
    window = page.evaluate(STATE)["window"]
    assert window[3] - window[2] == pytest.approx(0.8 * (before[1] - before[0]), rel=1e-3)
    page.keyboard.press("ArrowUp")
    assert page.evaluate(STATE)["window"][2] > window[2]
    page.keyboard.press("0")
    assert page.evaluate(STATE)["window"] is None
    page.locator("#unlearning-panels").focus()
    page.keyboard.press("+")
    low, high = page.evaluate(STATE)["span"]
    assert 1e-5 < low < high < 1e4


def test_undo_redo_and_reset(open_page: Any) -> None:
    page = open_page("/")
    expect(page.locator("#undo-button")).to_be_disabled()
    expect(page.locator("#redo-button")).to_be_disabled()
    page.select_option("#preset", "portrait-right")
    wait_for_query(page, "a=0.5,2,4,6,8,10,12")
    slider(page, "eps").focus()
    page.keyboard.press("PageDown")
    wait_for_query(page, "eps=0.316")
    page.keyboard.press("Control+z")
    wait_for_query(page, "eps=1&a=0.5,2,")
    page.click("#undo-button")
    wait_for_query(page, "a=5,9,10")
    expect(page.locator("#undo-button")).to_be_disabled()
    page.keyboard.press("Control+Shift+Z")
    wait_for_query(page, "a=0.5,2,4")
    page.click("#redo-button")
    wait_for_query(page, "eps=0.316")
    expect(page.locator("#redo-button")).to_be_disabled()
    page.click("#reset-button")
    wait_for_query(page, "a=5,9,10")
    page.click("#undo-button")
    wait_for_query(page, "eps=0.316")


def test_the_skip_link_leads_past_the_header_and_help_opens_and_closes(open_page: Any) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert focus(page) == "Skip to the plot"
    page.keyboard.press("Enter")
    assert focus(page) == "page"
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#help")).to_contain_text("critical manifold")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()


def test_every_plot_has_a_text_that_follows_it_and_motion_is_reduced_where_it_is_asked_for(open_page: Any) -> None:
    page = open_page("/")
    text = page.locator("#unlearning-plane-text")
    assert page.get_attribute("#unlearning-plane", "aria-describedby") == "unlearning-plane-text"
    expect(text).to_contain_text("Folds at R = 0.127, a = 8.36; R = 0.375, a = 20.9.")
    expect(text).to_contain_text("ā = 10, unlearning: from R = 0, a = 10")
    expect(page.locator("#unlearning-panels-text")).to_contain_text("loss from 76.5 to 3.95")
    box(page, "a-chosen").fill("12")
    box(page, "a-chosen").press("Enter")
    expect(text).to_contain_text("ā = 12, unlearning")
    expect(page.locator("#announcer")).to_contain_text("From ā = 12 the network unlearns")
    assert page.get_attribute("#play", "data-playing") == "false"
    moving = page.evaluate("""() => [...document.querySelectorAll("body *")]
      .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0
        || getComputedStyle(element).animationName !== "none").map((element) => element.className)""")
    assert moving == []


def ink(page: Page, selector: str) -> tuple[np.ndarray, float]:
    """The most frequent color of an element, and by how much of the whole range another one in it differs."""
    pixels = read(page.locator(selector).first.screenshot()).reshape(-1, 3)
    colors, counts = np.unique(pixels, axis=0, return_counts=True)
    paper = colors[counts.argmax()]
    return paper, float(np.abs(pixels - paper).max()) / 255.0


def test_contrast_themes_show_icons_and_choices(open_page: Any) -> None:
    page = open_page("/", forced_colors="active")
    settled(page)
    for scheme in ("light", "dark"):
        to_theme(page, scheme)
        icons_and_choices_are_seen(page)


def icons_and_choices_are_seen(page: Page) -> None:
    for button in ("#reset-button", "#help-button", "#theme-button", "#save-menu summary", "#play"):
        inside = f"{button}::before" if button == "#play" else f"{button} .glyph"
        assert ink(page, button if "::" in inside else inside)[1] > 0.5, button
    for chosen, other in (
        ("#chip-0", "#chip-1"),
        (".segment:has(input:checked) span", ".segment:has(input:not(:checked)) span"),
        (".view-link[aria-current]", ".view-link:not([aria-current])"),
    ):
        (paper, contrast), (plain, _) = ink(page, chosen), ink(page, other)
        assert np.abs(paper - plain).max() > 64, chosen
        assert contrast > 0.5, chosen
    for part in (".xtick text", ".gtitle, .xtitle"):
        assert ink(page, f"#unlearning-plane {part}")[1] > 0.5, "figures are read as without the theme"
