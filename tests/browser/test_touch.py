"""Fingers on a phone: a scroll that begins on a slider changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from components.views.registry import VIEWS
from tests.browser.hand import settled, until

PHONE = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
SLIDERS = """() => {
  for (const group of document.querySelectorAll("details")) if (group.closest(".controls")) group.open = true;
  client.page.history.constructor.SETTLED = 1e7; // a gesture is one step of the history, however slow the machine is
  window.cancelled = window.lifted = 0;
  addEventListener("pointercancel", () => { window.cancelled += 1; });
  addEventListener("pointerup", () => { window.lifted += 1; });
  return [...document.querySelectorAll(".controls input[type=range]")]
    .filter((range) => range.checkVisibility()).map(({ id }) => id);
}"""
STATE = "[client.page.state, client.page.history.depth, history.length, location.search]"


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    at = [{"x": x, "y": y} for x, y in points]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def on_track(page: Page, id_: str, share: float) -> tuple[float, float]:
    """A place on a slider's track, which is scrolled into the middle of what is seen."""
    return tuple(
        page.evaluate(
            """([id, share]) => {
              const range = document.getElementById(id);
              range.scrollIntoView({ block: "center" });
              const { left, top, width, height } = range.getBoundingClientRect();
              return [left + share * width, top + height / 2];
            }""",
            [id_, share],
        )
    )


def swipe(session: CDPSession, start: tuple[float, float], across: float, down: float) -> None:
    touch(session, "touchStart", start)
    for step in range(1, 9):
        touch(session, "touchMove", (start[0] + across * step / 8, start[1] + down * step / 8))
    touch(session, "touchEnd")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "unlearning" else pytest.mark.nightly) for name in VIEWS]
)
def test_a_scroll_that_begins_on_a_slider_leaves_every_value(open_page: Any, name: str) -> None:
    page = open_page(VIEWS[name].path, **PHONE)
    session = page.context.new_cdp_session(page)
    settled(page)
    page.click("#controls-button")
    sliders = page.evaluate(SLIDERS)
    assert sliders
    for number, id_ in enumerate(sliders):
        before = page.evaluate(STATE), page.input_value(f"#{id_}")
        swipe(session, on_track(page, id_, 0.25), 8, -70 if number % 2 else 70)
        until(page, f"window.cancelled === {number + 1}")
        assert (page.evaluate(STATE), page.input_value(f"#{id_}")) == before, id_


def test_a_scroll_that_begins_on_the_time_bar_leaves_the_time(open_page: Any) -> None:
    page = open_page("/", **PHONE)
    session = page.context.new_cdp_session(page)
    settled(page)
    page.evaluate(SLIDERS)
    before = page.evaluate(STATE)
    swipe(session, on_track(page, "scrub", 0.25), 4, -90)
    until(page, "window.cancelled === 1")
    assert page.evaluate(STATE) == before
    assert page.evaluate("client.page.player.position") == 1


def test_a_drag_and_a_tap_move_a_slider_by_one_step_of_the_history(open_page: Any) -> None:
    page = open_page("/", **PHONE)
    session = page.context.new_cdp_session(page)
    settled(page)
    page.click("#controls-button")
    page.evaluate(SLIDERS)
    swipe(session, on_track(page, "unlearning-c_star-1", 0.25), 100, 12)
    until(page, "window.lifted === 1 && client.page.state.c_star[1] > -0.5")
    settled(page)
    assert page.evaluate("client.page.history.depth") == 1
    moved = page.evaluate("client.page.state.c_star[1]")
    page.evaluate("client.page.history.settle()")
    page.touchscreen.tap(*on_track(page, "unlearning-c_star-1", 0.75))
    until(page, f"client.page.state.c_star[1] > {moved}")
    settled(page)
    assert page.evaluate("client.page.history.depth") == 2


def test_a_drag_that_the_system_takes_away_is_withdrawn(open_page: Any) -> None:
    page = open_page("/", **PHONE)
    session = page.context.new_cdp_session(page)
    settled(page)
    page.click("#controls-button")
    page.evaluate(SLIDERS)
    before = page.evaluate("client.page.state")
    x, y = on_track(page, "unlearning-c_star-1", 0.25)
    touch(session, "touchStart", (x, y))
    touch(session, "touchMove", (x + 30, y))
    touch(session, "touchMove", (x + 60, y))
    until(page, "client.page.history.depth === 1")
    touch(session, "touchCancel")
    until(page, "client.page.history.depth === 0")
    settled(page)
    assert page.evaluate("client.page.state") == before
    assert page.locator("#redo-button").is_disabled()
    assert float(page.input_value("#unlearning-c_star-1")) == before["c_star"][1]
