"""What the browser tests do and see."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

TRACES = """(name) => document.getElementById(`unlearning-${name}`).data.map((trace) => ({
  name: trace.name, x: Array.from(trace.x || []), y: Array.from(trace.y || []), meta: trace.meta || null,
  color: trace.line && trace.line.color }))"""
STATE = "() => fl.page.state"


def traces(page: Page, figure: str = "plane") -> list[dict[str, Any]]:
    return page.evaluate(TRACES, figure)


def lines(page: Page, figure: str = "plane") -> list[dict[str, Any]]:
    """The runs' lines in a figure."""
    return [trace for trace in traces(page, figure) if trace["meta"] and trace["meta"].get("part") == "line"]


def wait_for_query(page: Page, part: str) -> None:
    """Waits until the picture drawn is of a state whose query contains a part."""
    page.wait_for_selector(f'body[data-drawn*="{part}"]', timeout=10_000)


def until(page: Page, condition: str, seconds: float = 5.0) -> None:
    """Waits until a condition holds (Playwright's own waiting evaluates texts, which our policy forbids)."""
    for _ in range(round(seconds / 0.05)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")


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
