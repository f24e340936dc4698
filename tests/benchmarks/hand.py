"""The page under the hand, measured in headless Chromium: `python -m tests.benchmarks.hand`.

First sight: a cold browser on a warm server, to the first complete picture; what it loads.
A drag: ten seconds of pointer moves on the slider of c*_2, each to a value that was never computed.
For every input event the time from the event to the end of the drawing (`plotly_afterplot`) of a
plane that shows its value or a later one, the gate and Dash's own way included; then to the panels.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks import quantiles
from tests.benchmarks.server import serving
from tests.browser.contexts import launched

VIEWPORT = {"width": 1440, "height": 900}
DRAG = 10.0  # seconds
THUMB = 1 / 3  # where the thumb of c*_2 = -1 is, in [-3, 3]
FIRST_SIGHTS = 5

# Every input event's time, and the pictures that answer it.
WATCH = """() => {
  const page = fl.page, { plane } = page.drawing.figures;
  const watch = window.watch = { inputs: [], plane: [], panels: [], redraws: 0 };
  let event = 0;
  for (const kind of ["pointerdown", "pointermove"]) {
    document.addEventListener(kind, (moved) => { event = moved.timeStamp; }, true);
  }
  const change = page.change.bind(page);
  page.change = (patch) => { watch.inputs.push(event); change(patch); };
  const request = page.request.bind(page);
  const asked = new Map();
  page.request = () => { asked.set(page.token + 1, watch.inputs.length); return request(); };
  const answer = (name) => () => {
    const count = asked.get(page.shownToken);
    while (watch[name].length < (count || 0)) watch[name].push(performance.now() - watch.inputs[watch[name].length]);
    if (name === "plane") watch.redraws += 1;
  };
  plane.gd.on("plotly_afterplot", answer("plane"));
  const figure = page.drawing.figure.bind(page.drawing); // by plotly, or sketched while the hand moves
  const panelsDrawn = answer("panels");
  page.drawing.figure = (drawn, sketchy) => {
    const sketched = figure(drawn, sketchy);
    if (drawn.name === "panels") panelsDrawn();
    return sketched;
  };
}"""


def first_sight(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds to the first complete picture in a context without a cache, and megabytes on the wire."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    loaded: list[int] = []
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("body[data-drawn]").wait_for(state="attached")
    seconds = time.perf_counter() - begun
    context.close()
    return seconds, sum(loaded) / 1e6


def sweep(page: Page, slider: str) -> None:
    """Ten seconds of a hand that does not rest on a slider of c*_2 = -1."""
    rect = page.locator(slider).bounding_box()
    assert rect
    x, y = rect["x"] + THUMB * rect["width"], rect["y"] + rect["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < DRAG:
        page.mouse.move(x + 26 * math.sin(2.1 * now) + 24 * math.sin(0.37 * now), y)
        time.sleep(0.008)
    page.mouse.up()


def drag(page: Page) -> dict[str, Any]:
    """What the page saw of a sweep."""
    page.evaluate(WATCH)
    sweep(page, "#unlearning-c_star-1")
    page.wait_for_timeout(600)
    seen: dict[str, Any] = page.evaluate("() => window.watch")
    seen["last"] = page.evaluate(
        "() => document.body.dataset.drawn === fl.query(fl.page.view, fl.page.state, fl.ASKED)"
    )
    return seen


def main() -> int:
    """Prints the figures; 1 where a promise is not kept."""
    with serving() as (address, _), sync_playwright() as playwright:
        browser = launched(playwright)
        sights = [first_sight(browser, address) for _ in range(FIRST_SIGHTS)]
        seconds, weight = statistics.median(s for s, _ in sights), max(w for _, w in sights)
        print(f"first complete picture, cold browser   median {seconds:5.2f} s of {FIRST_SIGHTS}   {weight:5.2f} MB")
        page = browser.new_page(viewport=VIEWPORT, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(address)
        page.locator("body[data-drawn]").wait_for(state="attached")
        seen = drag(page)
        browser.close()
    later = [b - a for a, b in zip(seen["plane"], seen["panels"], strict=False)]
    print(f"input event to plane redrawn           {quantiles.text(seen['plane'])}   of {len(seen['inputs'])} events")
    print(f"plane to panels redrawn                {quantiles.text(later)}")
    rate = seen["redraws"] / DRAG
    print(f"plane redrawn {rate:.1f} times a second; ends on the last value: {seen['last']}")
    kept = (
        seconds <= 2.5
        and weight <= 2.5
        and statistics.median(seen["plane"]) <= 60
        and quantiles.high(seen["plane"]) <= 120
        and quantiles.high(later) <= 80
        and rate >= 10
        and seen["last"]
    )
    print("promises kept" if kept else "PROMISES NOT KEPT")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
