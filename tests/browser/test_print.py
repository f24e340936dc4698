"""On paper: light, whole figures and sentences, the link; no controls."""

from __future__ import annotations

import re
from typing import Any

import pytest

from components.views.registry import VIEWS
from tests.browser.hand import settled
from tests.parameters import some_of

PAPER = {"A4": 718, "Letter": 739}  # widths in pixels between the margins that Chromium leaves
PAGES = {**{name: view.path for name, view in VIEWS.items()}, "lecture": "/lecture/what-is-unlearned/three-starts"}
CONTROLS = ".header, .controls, .player-row, .plane-choices, .panel-choices, .story-keys, .whole"
# Figures, texts and what in them is cut or beside the paper.
LAID_OUT = """() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const beside = seen("#printed-link, .figure, .figure svg, #sentences li, #caption, .notes li, .step p")
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, { left, right }]) => left < -1 || right > innerWidth + 1).map(([one]) => one);
  const cut = seen(".said, .story-text, .below, #page")
    .filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible");
  const sizes = Object.values(client.page.renderer.figures).filter(({ gd }) => gd.checkVisibility())
    .map(({ gd }) => [gd._fullLayout.width, gd._fullLayout.height, gd.clientWidth, gd.clientHeight]);
  return { beside: beside.map(({ className }) => String(className)), cut: cut.map(({ className }) => className), sizes,
    link: document.getElementById("printed-link").innerText, sentences: seen("#sentences li").length };
}"""


@pytest.mark.parametrize("name", some_of(PAGES, "unlearning", "phase_map", "linear_network", "lecture"))
def test_paper_has_whole_figures_sentences_and_the_link(open_page: Any, name: str) -> None:
    page = open_page(PAGES[name], color_scheme="dark")
    settled(page)
    sentences = page.locator("#sentences li:visible").count()  # those of causes are in what is not open
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER["A4"], "height": 1000})
    found = page.evaluate(LAID_OUT)
    assert found["beside"] == found["cut"] == []
    assert found["sizes"]
    for width, height, *box in found["sizes"]:
        assert [width, height] == box
        assert width <= min(PAPER.values())
        assert height <= 660, "a page of A4 on its side holds it"
    assert page.evaluate("location.origin + client.page.history.address()") in found["link"]
    assert name == "lecture" or found["sentences"] == sentences
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    ticks = "getComputedStyle(document.querySelector('.graph .xtick text')).fill"
    assert all(int(value) < 110 for value in re.findall(r"\d+", page.evaluate(ticks))[:3])
    assert [one for one in page.locator(CONTROLS).all() if one.is_visible()] == []


def test_printing_restores_the_screen(open_page: Any) -> None:
    page = open_page("/", color_scheme="dark")
    settled(page)
    screen = """[document.documentElement.dataset.theme,
        Math.round(client.page.renderer.figures.plane.gd._fullLayout.width),
      document.getElementById("printed-link")]"""
    before = page.evaluate(screen)
    page.evaluate("""() => { window.printed = [];
      for (const kind of ["beforeprint", "afterprint"]) addEventListener(kind, () => window.printed.push(kind)); }""")
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert page.evaluate("window.printed") == ["beforeprint", "afterprint"]
    settled(page)
    assert page.evaluate(screen) == before
