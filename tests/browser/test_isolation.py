"""Pages of different tests do not see each other, though their contexts are one that is reset."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP
from tests.browser.contexts import KEPT, Contexts

SETTINGS = {"viewport": DESKTOP, "reduced_motion": "reduce", "color_scheme": "light"}
SEEN = """async () => ({
  stored: [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie],
  page: [history.length, window.name, navigator.onLine],
  screen: [innerWidth, matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("print").matches],
  clipboard: (await navigator.permissions.query({ name: "clipboard-read" })).state,
  answer: (await fetch("/health")).status,
})"""


def seen(page: Page, address: str) -> dict[str, object]:
    page.goto(f"{address}/health")
    return page.evaluate(SEEN)


def test_a_context_that_is_given_back_is_as_a_new_one(chromium: Browser, address: str) -> None:
    contexts = Contexts(chromium)
    context = contexts.take(SETTINGS)
    (page,) = context.pages
    expected = seen(page, address)
    context.grant_permissions(["clipboard-read"])
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
    contexts.give_back(SETTINGS, context, [address])
    assert contexts.take({**SETTINGS, "has_touch": True}) is not context
    assert contexts.take(SETTINGS) is context
    (page,) = context.pages
    assert seen(page, address) == expected


def test_a_context_that_still_takes_touches_is_not_given_again(chromium: Browser, address: str) -> None:
    contexts = Contexts(chromium)
    context = contexts.take(SETTINGS)
    (page,) = context.pages
    for enabled in (True, False):
        context.new_cdp_session(page).send("Emulation.setTouchEmulationEnabled", {"enabled": enabled})
    contexts.give_back(SETTINGS, context, [address])
    assert contexts.take(SETTINGS) is not context


def test_a_context_keeps_what_it_fetched(chromium: Browser, address: str) -> None:
    contexts, fetched = Contexts(chromium), []
    for _ in range(2):
        context = contexts.take(SETTINGS)
        (page,) = context.pages
        page.goto(address)
        page.wait_for_selector("body[data-drawn]")
        scripts = "performance.getEntriesByType('resource').filter(({ name }) => /[.]js($|[?])/.test(name))"
        fetched.append(page.evaluate(f"{scripts}.map(({{ transferSize }}) => transferSize > 0)"))
        contexts.give_back(SETTINGS, context, [address])
    assert all(fetched[0])
    assert not any(fetched[1])


def test_few_contexts_wait_for_a_test(chromium: Browser) -> None:
    contexts = Contexts(chromium)
    several = [contexts.take(SETTINGS) for _ in range(KEPT + 2)]
    before = len(chromium.contexts)
    for context in several:
        contexts.give_back(SETTINGS, context, [])
    assert len(chromium.contexts) == before - 2
