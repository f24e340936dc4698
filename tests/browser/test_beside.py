"""Panels, finite width and a pinned run, by hand."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.hand import STATE, box, lines, slider, traces, until, wait_for_query

PANEL = "#unlearning-panel"


def shown(page: Page) -> dict[str, Any]:
    return page.evaluate(STATE)


def choose(page: Page, panel: str) -> None:
    page.locator(f"{PANEL} input[value={panel}]").check(force=True)
    wait_for_query(page, f"pan={panel}")


def test_the_panels_are_switched_and_the_link_brings_them_back(open_page: Any) -> None:
    page = open_page("/")
    columns = {
        "course": {"R", "a", "loss"},
        "law": {"size_R", "size_a"},
        "slopes": {"slope_R", "slope_a"},
        "kernel": {"R", "moved", "change", "share"},
    }
    for panel in ("law", "slopes", "kernel", "course"):
        choose(page, panel)
        until(page, f"client.page.renderer.figures.panels.gd.data.length >= {3 * len(columns[panel])}")
        assert {line["meta"]["y"] for line in lines(page, "panels")} == columns[panel]
        assert page.locator("#unlearning-measure").is_visible() == (panel == "course")
    choose(page, "limit")
    names = [trace["name"] for trace in traces(page, "panels")]
    assert names == ["limit", "approach", "threshold", "ā = 5", "ā = 9", "ā = 10"]
    assert len(traces(page, "panels")[2]["x"]) == 22
    page.locator("#unlearning-panels").press("+")
    assert shown(page)["span"] is None
    page.evaluate("() => client.page.history.settle()")  # what is chosen within a moment is one step of undo
    choose(page, "law")
    again = open_page(page.evaluate("() => client.page.history.address()"))
    assert shown(again)["panel"] == "law"
    assert {line["meta"]["y"] for line in lines(again, "panels")} == columns["law"]
    page.keyboard.press("Control+z")
    wait_for_query(page, "pan=limit")


def test_the_width_is_switched_on_moved_and_switched_off(open_page: Any) -> None:
    page = open_page("/?c=1,0.5&cs=1,-0.6&a=2")
    assert slider(page, "width").is_disabled()
    page.locator("#unlearning-width-on").check()
    wait_for_query(page, "m=2e3")
    assert [line["name"] for line in lines(page)] == ["ā = 2", "ā = 2, m = 2000"]
    (halt,) = [trace for trace in traces(page) if trace["name"] == "halts"]
    assert abs(halt["y"][0] - 12.797) < 1e-2
    page.wait_for_selector("#notes:has-text('halts unlearning at R = 0.07114')")
    slider(page, "width").press("ArrowRight")
    wait_for_query(page, "m=2240")
    box(page, "width").fill("2e4")
    box(page, "width").press("Enter")
    wait_for_query(page, "m=2e4")
    page.wait_for_selector("#notes:has-text('a = 28.287')")
    page.locator("#unlearning-width-on").uncheck()
    page.wait_for_selector("body[data-drawn]:not([data-drawn*='&m='])")
    assert [line["name"] for line in lines(page)] == ["ā = 2"]
    page.locator("#unlearning-width-on").check()
    wait_for_query(page, "m=2e4")


def test_a_run_is_pinned_compared_exchanged_and_let_go_by_keyboard(open_page: Any) -> None:
    page = open_page("/?a=5,9&sel=1")
    page.locator("#pin-button").press("Enter")
    wait_for_query(page, "pa=9")
    assert page.locator("#differences li").all_inner_texts() == ["A and B are alike."]
    box(page, "c_star-1").fill("-0.4")
    box(page, "c_star-1").press("Enter")
    wait_for_query(page, "cs=1,-0.4")
    assert page.locator("#differences li").all_inner_texts() == ["c*₂: A −1, B −0.4"]
    assert [line["name"] for line in lines(page)] == ["ā = 5", "ā = 9", "A"]
    assert "A: critical manifold, attracting" in [trace["name"] for trace in traces(page)]
    again = open_page(page.evaluate("() => client.page.history.address()"))
    assert again.locator("#differences li").all_inner_texts() == ["c*₂: A −1, B −0.4"]
    page.locator("#swap-button").press("Enter")
    wait_for_query(page, "pcs=1,-0.4")
    assert page.locator("#differences li").all_inner_texts() == ["c*₂: A −0.4, B −1"]
    assert shown(page)["c_star"][1] == -1
    page.locator("#unpin-button").press("Enter")
    page.wait_for_selector("body[data-drawn]:not([data-drawn*='pa='])")
    assert [line["name"] for line in lines(page)] == ["ā = 5", "ā = 9"]
    assert page.evaluate("() => document.activeElement.id") == "pin-button"
    page.keyboard.press("Control+z")
    wait_for_query(page, "pa=9")


def test_all_runs_are_played_together(open_page: Any) -> None:
    page = open_page("/?a=5&m=1e4&pan=law&pc=1,1&pcs=1,-1&pe=1&pa=3&pR=0")
    page.locator("#scrub").fill("500")
    until(page, "document.querySelectorAll('.over circle').length === 9")
