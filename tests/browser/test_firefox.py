"""Every page in Firefox: figures, formulas and exports are right in a second browser engine."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from components.views.registry import VIEWS
from tests.browser.conftest import DESKTOP
from tests.browser.firefox import Firefox, firefox
from tests.parameters import some_of

FIGURES = "Object.values(client.page.renderer.figures).map(({ gd }) => gd.querySelectorAll('.trace, .hm').length)"
# Lines of text with a formula of one letter: their heights over the line height.
LETTERS = """[...document.querySelectorAll("math")]
  .filter((math) => math.checkVisibility() && math.getAttribute("display") !== "block"
    && !math.querySelector("mfrac, msub, msup, msubsup, mover, munder, munderover, msqrt, mtable, mo"))
  .map((math) => Math.max(...[...math.getClientRects()].map(({ height }) => height)) // of each line that it is on
    / parseFloat(getComputedStyle(math.closest("p, li, div")).lineHeight))"""
TEXT_HEIGHTS = "['scrollHeight', 'clientHeight'].map((name) => document.querySelector('.story-text')[name])"
SIZE = "['width', 'height'].map((name) => Object.values(client.page.renderer.figures)[0].gd._fullLayout[name])"
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Firefox]:
    with firefox() as browser:
        browser.resize(**DESKTOP)
        yield browser


@pytest.fixture
def tab(browser: Firefox, address: str) -> Iterator[Firefox]:
    """The browser; at the end it has no faults and has asked no other host."""
    browser.faults.clear()
    browser.requests.clear()
    yield browser
    browser.evaluate("1")  # what has happened so far has been reported then
    assert browser.faults == []
    assert [url for url in browser.requests if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("name", some_of(VIEWS, "unlearning", "phase_map", "lab"))  # traces, cells, runs beside
def test_each_view_draws_its_figures_and_follows_a_slider(tab: Firefox, address: str, name: str) -> None:
    tab.goto(address + VIEWS[name].path)
    tab.until("document.body.dataset.drawn")
    counts = tab.evaluate(FIGURES)
    assert counts
    assert all(counts)
    before = tab.evaluate("document.body.dataset.drawn")
    tab.click(".control:not([hidden]) input[type=range]:not(:disabled)", share=0.7)
    tab.until(f"document.body.dataset.drawn && document.body.dataset.drawn !== {before!r}")


def test_lines_with_formulas_are_as_high_as_others(tab: Firefox, address: str) -> None:
    for path in ("/lecture/what-is-unlearned/three-starts", "/theory"):
        tab.goto(address + path)
        tab.until("document.querySelector('math')")
        if path != "/theory":
            tab.until("document.body.dataset.drawn")
        tab.until("[...document.fonts].some(({ family }) => family.includes('Feature Math'))")
        assert tab.evaluate("document.fonts.load('16px \"Feature Math\"').then((faces) => faces.length)") == 1
        heights = tab.evaluate(LETTERS)
        assert heights
        assert max(heights) <= 1.2, path
    tab.goto(address + "/lecture/what-is-unlearned/three-starts")
    tab.until("document.body.dataset.drawn")
    whole, seen = tab.evaluate(TEXT_HEIGHTS)
    assert whole <= seen, "the step's text fits into its column"


def test_a_figure_is_exported(tab: Firefox, address: str) -> None:
    tab.goto(address + "/phase-map")
    tab.until("document.body.dataset.drawn")
    for kind in ("SVG", "PNG"):
        tab.click("#save-menu summary")
        items = "[...document.querySelectorAll('#save button')]"
        tab.evaluate(f"{items}.find((item) => item.textContent.endsWith(', {kind}')).id = 'export-{kind}'")
        tab.click(f"#export-{kind}")
    root = ElementTree.parse(tab.download("phase_map-map.svg")).getroot()
    assert [image.get(f"{XLINK}href", "")[:21] for image in root.iter(f"{SVG}image")] == ["data:image/png;base64"]
    head = tab.download("phase_map-map.png").read_bytes()[:24]
    # a canvas has whole pixels
    assert struct.unpack(">II", head[16:24]) == tuple(int(3 * length) for length in tab.evaluate(SIZE))
