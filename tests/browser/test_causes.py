"""Why a run has its fate: the causes under its sentence, and what they show on the plot."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import until, wait_for_query


def why(page: Page, run: int) -> None:
    page.locator(f'summary[data-cause="{run}"]').click()


def show(page: Page, text: str) -> Any:
    return page.locator(".why[open] .causes li", has_text=text).locator("button")


def test_causes_open_one_at_a_time_and_stay_open_while_a_slider_moves(open_page: Any) -> None:
    page = open_page("/")
    assert page.locator(".causes:visible").count() == 0
    why(page, 2)
    expect(page.locator(".why[open]")).to_contain_text("the primary nonlinear term")
    why(page, 1)
    expect(page.locator(".why[open]")).to_have_count(1)
    expect(page.locator(".why[open]")).to_contain_text("jumps from there to R = 0.611")
    box = page.locator("#unlearning-c_star-2-box")
    box.fill("1.1")
    box.press("Enter")
    wait_for_query(page, "cs=1,-1,1.1")
    until(page, "!document.querySelector('.why[open]').textContent.includes('0.611')")
    expect(page.locator(".why[open]")).to_contain_text("jumps from there")


def test_show_marks_the_place_and_escape_ends_it(open_page: Any) -> None:
    page = open_page("/")
    why(page, 1)
    show(page, "jumps").click()
    expect(show(page, "jumps")).to_have_attribute("aria-pressed", "true")
    rings = page.evaluate("""() => { const { xaxis, yaxis } = document.getElementById("unlearning-plane")._fullLayout;
      return [...document.querySelectorAll(".spot circle")].map((ring) =>
        [xaxis.p2d(ring.getAttribute("cx") - xaxis._offset), yaxis.p2d(ring.getAttribute("cy") - yaxis._offset)]); }""")
    assert rings == [[pytest.approx(0.1274, abs=1e-3), pytest.approx(8.355, abs=0.01)],
                     [pytest.approx(0.611, abs=1e-3), pytest.approx(8.355, abs=0.01)]]  # fmt: skip
    page.keyboard.press("Escape")
    assert page.locator(".spot circle").count() == 0
    expect(show(page, "jumps")).to_have_attribute("aria-pressed", "false")


def test_everything_that_can_be_shown_is_shown(open_page: Any) -> None:
    page = open_page("/")
    why(page, 2)
    show(page, "threshold").click()
    assert page.locator(".spot line").count() == 1
    show(page, "critical manifold runs away").click()
    assert len(page.locator(".spot path").get_attribute("d")) > 200
    show(page, "R is largest").click()
    assert page.locator(".spot circle").count() == 2
    assert page.locator("#unlearning-panels ~ .spot line").count() == 2
    show(page, "What would ").click()
    expect(page.locator("#unlearning-c_star-1-row")).to_have_class("control control-slider lit")
    show(page, "What would ").click()
    assert page.locator(".control.lit").count() == 0
    show(page, "How fast").click()
    wait_for_query(page, "pan=law")


def test_by_keyboard_alone(open_page: Any) -> None:
    page = open_page("/")
    page.locator('summary[data-cause="0"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".spot line").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".spot line").count() == 0
    assert page.evaluate("document.activeElement.className") == "show"


def test_on_a_phone_the_control_is_brought_into_sight(open_page: Any) -> None:
    page = open_page("/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator('summary[data-cause="2"]').tap()
    show(page, "What would ").tap()
    expect(page.locator("#unlearning-c_star-1-row")).to_be_in_viewport()
