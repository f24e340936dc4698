"""What the browser tests do and see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Frame, Page

from tests.waiting import LONGEST

TRACES = """(name) => document.getElementById(`unlearning-${name}`).data.map((trace) => ({
  name: trace.name, x: Array.from(trace.x || []), y: Array.from(trace.y || []), meta: trace.meta || null,
  color: trace.line && trace.line.color }))"""
STATE = "() => client.page.state"


def traces(page: Page, figure: str = "plane") -> list[dict[str, Any]]:
    return page.evaluate(TRACES, figure)


def lines(page: Page, figure: str = "plane") -> list[dict[str, Any]]:
    """The runs' lines in a figure."""
    return [trace for trace in traces(page, figure) if trace["meta"] and trace["meta"].get("role") == "line"]


def wait_for_query(page: Page, part: str) -> None:
    """Waits until the picture drawn is of a state whose query contains a part."""
    page.wait_for_selector(f'body[data-drawn*="{part}"]')


def until(page: Page | Frame, condition: str) -> None:
    """Waits until a condition holds; it may name `client`, which is not there before the modules have loaded.

    Playwright's `wait_for_function` evaluates texts, which our policy forbids: it fails where the condition does not
    hold at once.
    """
    end = time.monotonic() + LONGEST
    may_begin = "'client' in window" if "client." in condition else "true"
    while not (page.evaluate(may_begin) and page.evaluate(condition)):
        assert time.monotonic() < end, f"never: {condition}"
        page.wait_for_timeout(20)


# Counts timers and requests that a page waits for; those of more than five seconds are bounds, and change nothing, and
# the one before a screen reader is told changes nothing that is seen.
COUNTED = """(() => {
  const { setTimeout, clearTimeout, fetch } = window, timers = new Set();
  let asking = 0;
  window.setTimeout = (action, ms, ...rest) => {
    const id = setTimeout(() => { timers.delete(id); action(...rest); }, ms);
    const page = window.client && client.page;
    if (!(ms > 5000 || (page && ms === page.texts.constructor.ANNOUNCED))) timers.add(id);
    return id;
  };
  window.clearTimeout = (id) => { timers.delete(id); clearTimeout(id); };
  window.fetch = (...request) => { asking += 1; return fetch(...request).finally(() => { asking -= 1; }); };
  window.underWay = () => timers.size + asking;
})()"""
SETTLED = """(async () => {
  const settled = () => {
    if (window.underWay()) return false;
    const loads = window.dash_clientside || document.getElementById("snapshot");
    if (loads && !window.client) return false;
    const { page } = window.client || {};
    if (!page) return true;
    const { loader: { throttle }, renderer } = page;
    if (throttle.busy || throttle.waiting || renderer.waiters.length) return false;
    return document.body.dataset.drawn === page.computationQuery();
  };
  if (!settled()) return false;
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  return settled();
})()"""


def settled(page: Page) -> None:
    """Waits until the picture of the state is drawn, no timer and no request is left, and two frames have been seen:
    what has not happened then does not happen any more."""
    until(page, SETTLED)


def stop_the_clock(page: Page) -> None:
    """From now on the time of a page that was opened with a clock goes on only by `page.clock.run_for`."""
    now = datetime.fromtimestamp(page.evaluate("Date.now()") / 1000)
    page.clock.pause_at(now + timedelta(hours=1))


@contextmanager
def restless(page: Page) -> Iterator[None]:
    """Within it a hand counts as moving from its first move on, however slow the machine is."""
    page.evaluate("() => { window.usual = client.page.constructor.MOVING; client.page.constructor.MOVING = 1e7; }")
    yield
    page.evaluate("() => { client.page.constructor.MOVING = window.usual; }")


def slider(page: Page, control: str) -> Any:
    return page.locator(f"#unlearning-{control}")


def thumb(page: Page, control: str) -> tuple[float, float]:
    """The middle of a slider's thumb."""
    rect = slider(page, control).bounding_box()
    share = slider(page, control).evaluate("({ min, max, value }) => (value - min) / (max - min)")
    half = rect["height"] / 3
    return rect["x"] + half + share * (rect["width"] - 2 * half), rect["y"] + rect["height"] / 2


def box(page: Page, control: str) -> Any:
    return page.locator(f"#unlearning-{control}-box")
