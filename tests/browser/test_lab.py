"""View 5 under the hand: networks that learn beside the server come into the picture."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.hand import STATE, until

SMALL = "/lab?v=1&m=10&d=20&B=60&tau=20&r=2"
FINISHED = "body[data-finished]"


def test_networks_come_over_their_laws_and_are_measured(open_page: Any) -> None:
    page = open_page(SMALL)
    page.wait_for_selector(FINISHED, timeout=60_000)
    runs = page.evaluate("fl.page.drawing.picture.runs.map(({ complete, columns }) => [complete, columns.R.length])")
    assert len(runs) == 3
    assert all(complete and count > 50 for complete, count in runs)
    expect(page.locator("#notes")).to_contain_text("Measured at τ = 20")
    expect(page.locator("#status")).to_contain_text("2 runs")
    expect(page.locator("#progress")).to_be_hidden()
    page.locator("body").press("ArrowLeft")
    until(page, "fl.page.state.cursor !== null")


def test_who_comes_later_sees_the_same_run(open_page: Any) -> None:
    first = open_page(SMALL)
    first.wait_for_selector(FINISHED, timeout=60_000)
    second = open_page(SMALL)
    second.wait_for_selector(FINISHED, timeout=10_000)
    column = "Array.from(fl.page.drawing.picture.runs[2].columns.R)"
    assert first.evaluate(column) == second.evaluate(column)


def test_watching_can_be_ended_and_another_setting_begins_anew(open_page: Any) -> None:
    page = open_page("/lab?v=1&m=200&d=201&B=2000&tau=300&r=2")
    page.locator("#cancel-button").click(timeout=30_000)
    expect(page.locator("#progress")).to_be_hidden()
    page.get_by_label("recursion").check()
    page.wait_for_selector('body[data-finished*="how=recursion"]', timeout=60_000)
    assert page.evaluate(STATE)["mode"] == "recursion"


def test_what_is_not_possible_is_said(open_page: Any) -> None:
    page = open_page("/lab?v=1&g=10")
    expect(page.locator("#alert")).to_contain_text("above, descent diverges", timeout=30_000)
