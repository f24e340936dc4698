"""What the client draws while a slider moves is what plotly draws when it rests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from components.core.view import View
from components.views.registry import VIEWS
from tests.browser.hand import wait_for_query
from tests.components.pixels import read

LEVELS = 100  # of 255 by which a pixel differs from those around it in the other picture
AROUND = 1  # pixels in which it may be like them
SHARE = 2e-4  # of pixels that differ, at most: glyphs are set at other parts of a pixel

# Where a dash is depends on the digits of all points before it.
NO_DASHES = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("path { stroke-dasharray: none !important; }");
  document.adoptedStyleSheets = [sheet];
}"""
# The figures, drawn by plotly; then all of them once more as under a moving slider.
AT_REST = "() => client.page.renderer.renderAtRest()"
MOVING = """() => Object.values(client.page.renderer.figures).map((figure) => {
  figure.key = "";
  client.page.renderer.renderFigure(figure, true);
  return [figure.id, figure.deferred];
})"""


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels of a picture with none like them around their place in the other one."""
    padded = np.pad(other, ((AROUND, AROUND), (AROUND, AROUND), (0, 0)), mode="edge")
    height, width, _ = one.shape
    nearest = np.full((height, width), 255)
    for down in range(2 * AROUND + 1):
        for right in range(2 * AROUND + 1):
            shifted = padded[down : down + height, right : right + width]
            nearest = np.minimum(nearest, np.abs(one - shifted).max(2))
    return float((nearest > LEVELS).mean())


def pictures(page: Any, ids: list[str]) -> dict[str, np.ndarray]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return {each: read(page.locator(f"#{each}").locator("xpath=..").screenshot()).astype(int) for each in ids}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", [view for view in VIEWS.values() if not view.has_jobs], ids=lambda view: view.name)
def test_a_sketch_is_like_the_figure(open_page: Any, view: View, theme: str) -> None:
    page = open_page(view.path, color_scheme=theme)
    page.evaluate(NO_DASHES)
    page.evaluate(AT_REST)
    ids = page.evaluate("() => Object.values(client.page.renderer.figures).map(({ id }) => id)")
    plotly = pictures(page, ids)
    deferred = dict(page.evaluate(MOVING))
    sketched = pictures(page, ids)
    assert any(deferred.values()), "plotly drew all of it"
    for each in ids:
        assert max(apart(plotly[each], sketched[each]), apart(sketched[each], plotly[each])) < SHARE, each
        colors = {tuple(color) for color in plotly[each].reshape(-1, 3)[::97]}
        assert len(colors) > 3, "there is a picture"
    page.evaluate(AT_REST)
    again = pictures(page, ids)
    for each in ids:
        assert apart(plotly[each], again[each]) == 0.0, "plotly's own comes back"


# What is hidden of plotly's drawing, and the traces that it has.
HIDDEN = """() => Object.values(client.page.renderer.figures).flatMap(({ gd }) =>
  [...gd.querySelectorAll(".scatterlayer, .scatterlayer .trace, .scatterlayer .point")].filter((node) => {
    const { display, visibility } = getComputedStyle(node);
    return display === "none" || visibility !== "visible";
  }).map((node) => node.getAttribute("class")))"""
# Hides trajectories before plotly draws, as where a sketch comes before it.
HIDE_AND_REACT = """() => {
  const { react } = Plotly, { gd, overlay } = client.page.renderer.figures.plane;
  Plotly.react = (drawn, ...rest) => {
    if (drawn === gd) {
      overlay.hideTraces(true, true);
      window.wasHidden = overlay.hidden.length > 0;
    }
    return react(drawn, ...rest);
  };
}"""


def test_plotly_shows_all_of_its_drawing_though_it_uses_hidden_elements_for_other_traces(open_page: Any) -> None:
    """The first state has two separatrices, the other one three: what was a line of a trajectory is one of them."""
    page = open_page("/")
    page.evaluate(HIDE_AND_REACT)
    page.fill("#unlearning-c_star-2-box", "-1.85")
    page.press("#unlearning-c_star-2-box", "Enter")
    wait_for_query(page, "cs=1,-1,-1.85,1,1")
    count = "() => client.page.renderer.figures.plane.gd.data.filter(({ name }) => name === 'separatrix').length"
    assert page.evaluate(count) == 3
    assert page.evaluate("() => window.wasHidden")
    assert page.evaluate(HIDDEN) == []
