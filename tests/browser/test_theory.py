"""The theory page in the browser: letters and controls, phones, themes, print, axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.hand import until

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ONE_WAY = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def theory(open_page: Any, path: str = "/theory", **options: Any) -> Page:
    page = open_page(path, drawn=False, **options)
    page.wait_for_selector(".theory")
    return page


def test_axe_finds_nothing_serious_and_the_page_scrolls_one_way(open_page: Any) -> None:
    page = theory(open_page)
    assert page.evaluate(ONE_WAY)
    assert violations(page) == []
    page = theory(open_page, **PHONE, color_scheme="dark")
    assert page.evaluate(ONE_WAY)
    assert violations(page, "scrollable-region-focusable", "target-size") == []
    assert violations(page, "color-contrast", but=".formula") == []
    assert violations(page, "color-contrast", within="#unlearning-eq-planar") == []  # formulas are colored alike
    page.set_viewport_size({"width": 360, "height": 640})
    until(page, "innerWidth === 360")
    assert page.evaluate(ONE_WAY)


def test_no_formula_is_cut_on_a_desktop(open_page: Any) -> None:
    page = theory(open_page)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Feature Math\"')")
    wide = """[...document.querySelectorAll(".formula")].filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => one.parentNode.id)"""
    assert page.evaluate(wide) == []


def test_a_letter_under_the_pointer_lights_its_entry_and_leads_to_its_control(open_page: Any) -> None:
    page = theory(open_page)
    page.locator('#unlearning-eq-planar [data-symbol$="symbol-ratio"]').first.hover()
    expect(page.locator("#unlearning-symbol-ratio")).to_have_class("lit")
    expect(page.locator("#letter")).to_contain_text("time scale of the first layer")
    page.click("#letter a")
    page.wait_for_selector("body[data-drawn]")
    expect(page.locator("#unlearning-eps")).to_be_focused()


def test_the_keyboard_steps_through_a_formula_and_goes_to_the_control(open_page: Any) -> None:
    page = theory(open_page)
    page.locator("#unlearning-eq-loss .formula").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#letter")).to_contain_text("expected loss")
    expect(page.locator("#letter")).to_contain_text("no control")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.locator("#letter")).to_be_hidden()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        if "coefficients of the target" in page.inner_text("#letter"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-drawn]")
    expect(page.locator("#unlearning-c_star-0")).to_be_focused()


@pytest.mark.parametrize(
    ("link", "control"),
    [
        ("/#unlearning-c-0", "unlearning-c-0"),  # in a group that is closed
        ("/#unlearning-width-on", "unlearning-width-on"),  # of what is off
        ("/#unlearning-count-box", "unlearning-count-box"),
        ("/lab#lab-batch", "lab-batch"),
    ],
)
def test_a_link_to_a_control_gives_it_the_focus(open_page: Any, link: str, control: str) -> None:
    page = open_page(link)
    expect(page.locator(f"#{control}")).to_be_focused()
    expect(page.locator(f"#{control}")).to_be_visible()


def test_a_link_to_a_control_opens_the_drawer_of_a_phone(open_page: Any) -> None:
    page = open_page("/time-scales#time_scales-law", **PHONE)
    expect(page.locator("#time_scales-law input:checked")).to_be_focused()
    expect(page.locator("#controls")).to_be_visible()


def test_help_leads_to_the_letter_of_a_control(open_page: Any) -> None:
    page = open_page("/")
    page.keyboard.press("?")
    page.click("#help a:has-text('time scale of the first layer')")
    page.wait_for_selector(".theory")
    expect(page.locator("#unlearning-symbol-ratio")).to_have_class("lit")
    expect(page.locator("#unlearning-symbol-ratio")).to_be_in_viewport()


def test_the_theme_is_kept_between_the_pages(open_page: Any) -> None:
    page = theory(open_page)
    page.click("#theme-button")
    page.click(".view-link:has-text('Phase map')")
    page.wait_for_selector("body[data-drawn]")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click(".view-link:has-text('Theory')")
    page.wait_for_selector(".theory")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_print_leaves_out_what_cannot_be_pressed(open_page: Any) -> None:
    page = theory(open_page)
    page.emulate_media(media="print")
    expect(page.locator(".header")).to_be_hidden()
    expect(page.locator(".contents")).to_be_hidden()
    expect(page.locator("#unlearning-eq-law")).to_be_visible()
    assert page.evaluate(ONE_WAY)
