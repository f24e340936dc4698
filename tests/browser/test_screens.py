"""Every screen, light or dark: nothing overlaps, nothing is cut, one direction of scroll.

`make nightly` takes all states on all screens and keeps a picture of each in test-results/screens, for people to see.
"""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.hand import settled, until
from tests.parameters import some_of

OUTPUT = Path(__file__).parents[2] / "test-results" / "screens"
SCREENS = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "small-phone": {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True},
    "tablet": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "laptop": {"viewport": {"width": 1440, "height": 900}},
    "zoomed-200": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},
    "projector": {"viewport": {"width": 1920, "height": 1080}},
}
STATES = {
    "example": "/",
    "both-signs": "/?v=1&c=1,1,1,1,1&cs=1,1,-1,-2,1&eps=1&a=5,1,-1,-5,-10&R0=0&tau=1e4",
    "many": "/?v=1&c=1,1,1,1,1&cs=1,-1,1,-1,1&eps=1&a=0.5,2,4,6,8,10,12&R0=0&tau=1e4&pts=0.5,12,0.8,3&y=excess",
    "map": "/phase-map",
    "neurons": "/time-scales",
    "networks": "/time-scales?v=1&eps=1&lay=overlaps,planar,network&pan=risk&d=50&B=100",
    "hyperbolas": "/linear-network",
    "diagram": "/linear-network?v=1&g=0.1&eu=1&ew=1&pan=map",
    "lab": "/lab?v=1&how=recursion&r=1&tau=20",
    "images": "/lab/images?v=1&L=6&loss=entropy",
    "activations": "/linear-network?v=1&pan=activations&axis=log",
    "map-of-time": "/phase-map?v=1&cs=1,1,-1,-2,1&a=5&x=cs4&y=a&win=-3,3,-15,15&show=time",
}

KINDS = (("phone", "small-phone"), ("tablet", "zoomed-200"), ("laptop", "projector"))  # each of one layout


def one_of_each(number: int) -> list[str]:
    """A screen of each kind: every one has half of the states, and each pair of two kinds a quarter."""
    chosen = [kind[number // step % 2] for kind, step in zip(KINDS, (1, 2, 4), strict=True)]
    return chosen[number % 3 :] + chosen[: number % 3]


# Visible pieces of the page that overlap though neither contains the other, or stick out of what holds them.
FAULTS = """() => {
  const faults = [];
  const name = (element) => element.id || element.className || element.tagName;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const pieces = all(
    ".header > *, .figure, .player > *, .segments, .control > *, .chip, .caption, #sentences li, .preset");
  for (const [k, one] of pieces.entries()) for (const other of pieces.slice(k + 1)) {
    if (one.contains(other) || other.contains(one)) continue;
    if (!!one.closest(".said") !== !!other.closest(".said")) continue; // what scrolls is cut by its frame
    if (!!one.closest(".controls") !== !!other.closest(".controls")) continue; // so is the drawer
    if (!!one.closest(".header") !== !!other.closest(".header")) continue; // and what goes under the header
    const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) faults.push(`${name(one)} over ${name(other)}`);
  }
  for (const element of all("button, .control-symbol, .segment, .tau, .box, h2")) {
    if (element.scrollWidth > element.clientWidth + 1) faults.push(`${name(element)} is cut`);
  }
  const labels = all(".plane .textpoint text").map((element) => element.getBoundingClientRect());
  labels.forEach((a, k) => labels.slice(k + 1).forEach((b) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    if (across > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3) faults.push("labels overlap");
  }));
  for (const { id } of all(".graph")) {
    const frame = document.getElementById(id).getBoundingClientRect();
    for (const text of document.querySelectorAll(`#${id} text`)) {
      const box = text.getBoundingClientRect();
      if (!box.width) continue;
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) {
        faults.push(`${text.textContent} sticks out of ${id}`);
      }
    }
  }
  const root = document.documentElement;
  const width = Math.min(innerWidth, screen.width); // innerWidth grows with what is too wide for a phone
  if (root.scrollWidth > width) faults.push(`${root.scrollWidth} pixels wide on ${width}`);
  return faults;
}"""


LIKE_OTHERS = ("both-signs", "neurons", "hyperbolas", "map-of-time")  # their figures and panels are in other states


@pytest.mark.parametrize("name", some_of(STATES, *(name for name in STATES if name not in LIKE_OTHERS)))
def test_nothing_overlaps_and_nothing_is_cut(open_page: Any, name: str) -> None:
    """A state on a screen of each kind."""
    check_screens(open_page, name, one_of_each(list(STATES).index(name)))


@pytest.mark.nightly
@pytest.mark.parametrize("name", STATES)
def test_nothing_overlaps_and_nothing_is_cut_on_any_screen(open_page: Any, name: str) -> None:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    first = list(STATES).index(name) % len(SCREENS)
    check_screens(open_page, name, [*SCREENS, *SCREENS][first : first + len(SCREENS)], pictures=True)


def check_screens(open_page: Any, name: str, screens: list[str], pictures: bool = False) -> None:
    """On the first screen from the start, on the others after a change of size, as where a window is resized or a
    tablet turned; on the first half in one theme, on the other half in the other."""
    number = list(STATES).index(name)
    page = open_page(STATES[name], own_context=True, **SCREENS[screens[0]])
    emulation = page.context.new_cdp_session(page)
    for k, screen in enumerate(screens):
        scheme = ("light", "dark")[(number + 2 * k // len(screens)) % 2]
        if k > 0:
            become(page, emulation, SCREENS[screen])
        if page.get_attribute("html", "data-theme") != scheme:
            page.click("#theme-button")
        settled(page)
        if pictures:
            capture(emulation, f"{screen}-{scheme}-{name}")
        assert page.evaluate(FAULTS) == [], (screen, scheme)
        if page.locator("#controls-button").is_visible():
            page.click("#controls-button")
            settled(page)
            if pictures:
                capture(emulation, f"{screen}-{scheme}-{name}-controls")
            assert page.evaluate(FAULTS) == [], (screen, scheme)
            page.click("#controls-button")


def become(page: Page, emulation: CDPSession, screen: dict[str, Any]) -> None:
    """From now on the page is on this screen."""
    width, height = screen["viewport"]["width"], screen["viewport"]["height"]
    size = {"width": width, "height": height, "screenWidth": width, "screenHeight": height}
    scale, mobile = screen.get("device_scale_factor", 1), screen.get("is_mobile", False)
    metrics = {**size, "deviceScaleFactor": scale, "mobile": mobile}
    emulation.send("Emulation.setDeviceMetricsOverride", metrics)
    touch = screen.get("has_touch", False)
    emulation.send("Emulation.setTouchEmulationEnabled", {"enabled": touch})
    until(page, f"innerWidth === {width} && devicePixelRatio === {scale}")


def capture(emulation: CDPSession, name: str) -> None:
    """Keep a picture of the page as it is: Playwright's own would change its size back first."""
    shot = emulation.send("Page.captureScreenshot", {"format": "png"})
    (OUTPUT / f"{name}.png").write_bytes(b64decode(shot["data"]))


def test_touch_moves_a_slider_chooses_a_start_and_scrolls_the_page(open_page: Any) -> None:
    page = open_page("/", **SCREENS["phone"])
    page.locator("#controls-button").tap()
    rect = page.locator("#unlearning-c_star-1").bounding_box()
    page.touchscreen.tap(rect["x"] + 0.8 * rect["width"], rect["y"] + rect["height"] / 2)
    page.wait_for_selector('body[data-drawn*="cs=1,1."]')
    page.locator("#chip-1").tap()
    assert page.evaluate("client.page.state.chosen") == 1
    page.locator("#controls-button").tap()
    plane = page.locator("#unlearning-plane").bounding_box()
    session = page.context.new_cdp_session(page)
    x, y = plane["x"] + 150, plane["y"] + 300
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 16):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 20 * step}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(page, "scrollY > 150")  # a finger on the plane scrolls the page
