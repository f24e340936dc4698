"""Browser contexts that tests use one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Playwright

from tests.browser.hand import COUNTED
from tests.waiting import LONGEST

CHROMIUM = "/usr/bin/chromium-headless-shell"  # draws no windows, which take a fifth of the work of a page
KEPT = 3  # contexts of a browser without a test; each has a process
RESETTABLE = {"viewport", "reduced_motion", "color_scheme", "forced_colors"}  # settings of a page that can change

Settings = dict[str, Any]


def launched(playwright: Playwright) -> Browser:
    """Return Debian's Chromium without windows."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


class Contexts:
    """The contexts of a browser, which are reset after a test and given to the next that asks for the same.

    A new context starts processes, fetches all scripts again and compiles them: most of the work of a page. One that
    is reset keeps what it fetched and compiled, and nothing else. (Playwright's own reset clears that, too.)
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.idle: list[tuple[Settings, BrowserContext]] = []

    def new(self, settings: Settings) -> BrowserContext:
        """Return a new context, in which the work under way can be counted."""
        context = self.browser.new_context(**settings)
        context.set_default_timeout(1000 * LONGEST)
        context.add_init_script(COUNTED)
        return context

    def take(self, settings: Settings) -> BrowserContext:
        """Return a context with one empty page and these settings, new or as if it were new."""
        fixed = _fixed(settings)
        numbers = (number for number, (others, _) in enumerate(self.idle) if others == fixed)
        number = next(numbers, None)
        context = self.new(settings) if number is None else self.idle.pop(number)[1]
        page = context.pages[0] if context.pages else context.new_page()
        page.set_viewport_size(settings["viewport"])
        page.emulate_media(
            media="null",
            reduced_motion=settings.get("reduced_motion", "null"),
            color_scheme=settings.get("color_scheme", "null"),
            forced_colors=settings.get("forced_colors", "null"),
        )
        return context

    def give_back(self, settings: Settings, context: BrowserContext, origins: Iterable[str]) -> None:
        """Reset a context that was taken with these settings: no storage of these origins, no cookies, routes or
        permissions, one empty page without history or name. One that still emulates touches is closed.

        Scripts that a test lets run in each new document cannot be taken back, nor what it emulated of a screen beyond
        its size: such a test has a new context of its own.
        """
        for page in context.pages[1:]:
            page.close()
        page = context.pages[0] if context.pages else context.new_page()
        page.unroute_all(behavior="ignoreErrors")
        context.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        with suppress(Error):  # a page that has no storage
            page.evaluate("() => { sessionStorage.clear(); window.name = ''; }")
        page.goto("about:blank")
        if page.evaluate("navigator.maxTouchPoints > 0") != bool(settings.get("has_touch")):
            context.close()  # a session that a test left open emulates touches anew in each document
            return
        session = context.new_cdp_session(page)
        for origin in origins:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        session.send("Page.resetNavigationHistory")
        session.detach()
        self.idle.append((_fixed(settings), context))
        while len(self.idle) > KEPT:
            self.idle.pop(0)[1].close()


def _fixed(settings: Settings) -> Settings:
    """The settings that a context has for good."""
    return {name: value for name, value in settings.items() if name not in RESETTABLE}
