"""What axe finds wrong with a page."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(
    page: Page, *rules: str, within: str | None = None, but: str | None = None
) -> list[tuple[str, list[str]]]:
    """The serious and critical ones, of some rules or of all, on the whole page, within an element, or on all but some:
    each rule with the elements that break it.

    Only violations are reported element by element: describing what passes would take most of the time.
    """
    only = {"runOnly": list(rules)} if rules else {}
    axe = Axe("" if page.evaluate("Boolean(window.axe)") else AXE_SCRIPT)  # a page keeps it
    response = axe.run(
        page, context=within or ({"exclude": [[but]]} if but else None), options={"resultTypes": ["violations"], **only}
    ).response
    checked = sum(len(response[kind]) for kind in ("violations", "passes", "incomplete", "inapplicable"))
    assert checked >= max(len(rules), 1), f"axe has no such rules: {rules}"
    return [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]])
        for violation in response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
