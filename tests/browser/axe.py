"""What axe finds wrong with a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page, *rules: str) -> list[tuple[str, list[str]]]:
    """The serious and critical ones, of some rules or of all: each rule with the elements that break it.

    Only violations are reported element by element: describing what passes would take most of the time.
    """
    only = {"runOnly": list(rules)} if rules else {}
    response = Axe().run(page, options={"resultTypes": ["violations"], **only}).response
    return [
        (violation["id"], [node["html"][:120] for node in violation["nodes"]])
        for violation in response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
