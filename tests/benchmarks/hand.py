"""The page under a moving hand, measured in headless Chromium: `python -m tests.benchmarks.hand`.

First sight: a cold browser on a warm server, to the first complete picture; what it loads.
A drag: ten seconds of pointer moves on the slider of c*_2, each to a value that was never computed.
For every input event the time from the event to the end of the drawing (by plotly, or sketched
while the hand moves) of a plane that shows its value or a later one, the throttle included; then to
the panels. Once on this machine, and once over an emulated network of 100 ms there and back and
10 Mbit/s.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks import quantiles
from tests.benchmarks.server import serving
from tests.browser.contexts import launched

VIEWPORT = {"width": 1440, "height": 900}
DRAG = 10.0  # seconds
THUMB = 1 / 3  # where the thumb of c*_2 = -1 is, in [-3, 3]
FIRST_SIGHTS = 5


class Network(NamedTuple):
    """An emulated network."""

    round_trip: float  # ms
    bytes_per_second: float


class Promise(NamedTuple):
    """What is promised: seconds to the first picture; ms from an event to the plane, median and 95 %."""

    first_sight: float
    median: float
    high: float


# Every input event's time, and the pictures that answer it.
WATCH = """() => {
  const page = client.page;
  const watch = window.watch = { inputs: [], plane: [], panels: [], redraws: 0 };
  let event = 0;
  for (const kind of ["pointerdown", "pointermove"]) {
    document.addEventListener(kind, (moved) => { event = moved.timeStamp; }, true);
  }
  const change = page.change.bind(page);
  page.change = (patch) => { watch.inputs.push(event); change(patch); };
  const { loader } = page, request = loader.request.bind(loader);
  const asked = new Map();
  loader.request = (id) => { asked.set(id, watch.inputs.length); return request(id); };
  const answer = (name) => () => {
    const count = asked.get(loader.latestDrawn);
    while (watch[name].length < (count || 0)) watch[name].push(performance.now() - watch.inputs[watch[name].length]);
    if (name === "plane") watch.redraws += 1;
  };
  const figure = page.renderer.renderFigure.bind(page.renderer);
  const answers = { plane: answer("plane"), panels: answer("panels") };
  page.renderer.renderFigure = (drawn, mayDefer) => {
    figure(drawn, mayDefer);
    answers[drawn.name]();
  };
}"""


def emulate(page: Page, network: Network | None) -> Any:
    """A session with the developer tools of a page, over a network."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    if network:
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": network.round_trip,
                "downloadThroughput": network.bytes_per_second,
                "uploadThroughput": network.bytes_per_second,
            },
        )
    return session


def first_sight(browser: Browser, address: str, network: Network | None = None) -> tuple[float, float]:
    """Seconds to the first complete picture in a context without a cache, and megabytes on the wire."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    page = context.new_page()
    loaded: list[int] = []
    emulate(page, network).on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
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


def drag(browser: Browser, address: str, network: Network | None = None) -> dict[str, Any]:
    """What the page saw of a sweep, and the bytes of its drafts."""
    page = browser.new_page(viewport=VIEWPORT, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(address)
    page.locator("body[data-drawn]").wait_for(state="attached")
    session = emulate(page, network)
    drafts: set[str] = set()
    sizes: dict[str, int] = {}

    def started(event: dict[str, Any]) -> None:
        if "draft=" in event["request"]["url"]:
            drafts.add(event["requestId"])

    def received(event: dict[str, Any]) -> None:  # a draft is left before its last line once it is drawn
        if event["requestId"] in drafts:
            sizes[event["requestId"]] = sizes.get(event["requestId"], 0) + event["encodedDataLength"]

    session.on("Network.requestWillBeSent", started)
    session.on("Network.dataReceived", received)
    page.evaluate(WATCH)
    sweep(page, "#unlearning-c_star-1")
    page.wait_for_timeout(1500)
    seen: dict[str, Any] = page.evaluate("() => window.watch")
    seen["last"] = page.evaluate("() => document.body.dataset.drawn === client.page.computationQuery()")
    seen["sizes"] = list(sizes.values())
    page.context.close()
    return seen


def report(name: str, sights: list[tuple[float, float]], seen: dict[str, Any], promised: Promise) -> bool:
    """Prints the figures of a network; False where a promise is not kept."""
    seconds, weight = statistics.median(s for s, _ in sights), max(w for _, w in sights)
    later = [b - a for a, b in zip(seen["plane"], seen["panels"], strict=False)]
    rate, size = seen["redraws"] / DRAG, statistics.median(seen["sizes"])  # no draft at all is an error
    print(f"{name}")
    print(f"  first complete picture, cold browser {seconds:6.2f} s, median of {len(sights)}   {weight:5.2f} MB")
    print(f"  input event to plane redrawn         {quantiles.text(seen['plane'])}   of {len(seen['inputs'])} events")
    print(f"  plane to panels redrawn              {quantiles.text(later)}")
    print(f"  plane redrawn {rate:.1f} times a second; ends on the last value: {seen['last']}")
    most = max(seen["sizes"])
    print(f"  a redraw on the wire: median {size / 1e3:.1f} kB of {len(seen['sizes'])}, at most {most / 1e3:.1f} kB")
    return (
        seconds <= promised.first_sight
        and weight <= 2.5
        and statistics.median(seen["plane"]) <= promised.median
        and quantiles.high(seen["plane"]) <= promised.high
        and rate >= 10
        and size <= 12e3
        and seen["last"]
    )


def main() -> int:
    """Prints the figures; 1 where a promise is not kept."""
    with serving() as (address, _), sync_playwright() as playwright:
        browser = launched(playwright)
        kept = True
        for name, network, promised in (
            ("on this machine", None, Promise(2.5, 45.0, 80.0)),
            ("100 ms there and back, 10 Mbit/s", Network(100.0, 1.25e6), Promise(6.0, 170.0, 300.0)),
        ):
            sights = [first_sight(browser, address, network) for _ in range(FIRST_SIGHTS)]
            kept &= report(name, sights, drag(browser, address, network), promised)
        browser.close()
    print("promises kept" if kept else "PROMISES NOT KEPT")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
