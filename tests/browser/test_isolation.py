"""Pages of different tests do not see each other, though their contexts are one that is reset."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP, reset_context

SETTINGS = {"viewport": DESKTOP, "reduced_motion": "reduce", "color_scheme": "light"}
SEEN = """async () => ({
  stored: [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie],
  page: [history.length, window.name, window.added === undefined, navigator.onLine],
  screen: [innerWidth, matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("print").matches],
  clipboard: (await navigator.permissions.query({ name: "clipboard-read" })).state,
  answer: (await fetch("/health")).status,
})"""


def seen(page: Page, address: str) -> dict[str, object]:
    page.goto(f"{address}/health")
    return page.evaluate(SEEN)


def test_a_context_that_is_reset_is_as_a_new_one(chromium: Browser, address: str) -> None:
    new = chromium.new_context(**SETTINGS)  # type: ignore[arg-type]
    expected = seen(new.new_page(), address)
    new.close()
    context = reset_context(chromium, SETTINGS)
    page = context.pages[0]
    assert seen(page, address) == expected
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    context.grant_permissions(["clipboard-read"])
    context.add_init_script("window.added = 1")
    page.route("**/health", lambda route: route.fulfill(status=201))
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"{address}/health?again")
    page.evaluate("""() => { localStorage.a = sessionStorage.b = window.name = "c"; indexedDB.open("d");
      document.cookie = "e=f"; history.pushState({}, ""); }""")
    context.new_page().goto(f"{address}/health")
    changed = seen(page, address)
    assert all(changed[part] != expected[part] for part in expected)
    context.set_offline(True)
    context = reset_context(chromium, SETTINGS)
    (page,) = context.pages
    assert seen(page, address) == expected
    page.evaluate("console.error('not heard')")
    assert heard == []
