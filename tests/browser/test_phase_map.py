"""View 2 under the hand: a live map, its marker, what is under the pointer, its run on the plane."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import STATE, restless, settled, until, wait_for_query

MAP = "#phase_map-map"
MARKER = "#phase_map-map-marker"
ASKED = """() => { const fetched = window.asked = []; const { fetch } = window;
  window.fetch = (url, ...rest) => { fetched.push(String(url)); return fetch(url, ...rest); }; }"""


def control(page: Page, name: str) -> Any:
    return page.locator(f"#phase_map-{name}")


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """The pixel of the page where a point of the map is."""
    return tuple(
        page.evaluate(
            """([x, y]) => { const gd = document.getElementById("phase_map-map");
            const { xaxis, yaxis } = gd._fullLayout, frame = gd.getBoundingClientRect();
            return [frame.left + xaxis._offset + xaxis.d2p(x), frame.top + yaxis._offset + yaxis.d2p(y)]; }""",
            [x, y],
        )
    )


def streamed(page: Page) -> list[str]:
    return [url for url in page.evaluate("window.asked") if url.startswith("/stream/")]


def fate_at(page: Page, x: float, y: float) -> str:
    return page.evaluate(
        """([x, y]) => { const { map } = client.page.renderer.figures; return map.gestures.cellAt([x, y]).word; }""",
        [x, y],
    )


def test_the_map_is_drawn_with_its_boundary_its_names_and_the_run_at_the_marker(open_page: Any) -> None:
    page = open_page("/phase-map")
    traces = page.evaluate(f"document.querySelector('{MAP}').data.map(({{ name, x }}) => [name, x.length])")
    assert dict(traces)["boundaries"] > 300
    pixels = page.evaluate("""() => { const canvas = document.querySelector("canvas.cells");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.width, canvas.height, new Set(new Uint32Array(data.buffer)).size]; }""")
    assert pixels == [256, 256, 3]
    expect(page.locator("#sentences li")).to_contain_text("From ā = 10 the network unlearns")
    assert (fate_at(page, 1, 5), fate_at(page, 1, 10), fate_at(page, 2.5, 5)) == (
        "full alignment",
        "unlearning",
        "partial alignment",
    )


def test_the_grid_lies_under_its_axes(open_page: Any) -> None:
    """The outermost samples are on the edges of the axes, and half of their cells beyond."""
    page = open_page("/phase-map")
    inside = page.evaluate("""() => { const { xaxis, yaxis } = document.getElementById("phase_map-map")._fullLayout;
      const { left, top, width, height } = document.querySelector("canvas.cells").style;
      const [l, t, w, h] = [left, top, width, height].map(parseFloat);
      return [l + w / 512, l + w - w / 512 - xaxis._length, t + h / 512, t + h - h / 512 - yaxis._length]; }""")
    assert inside == pytest.approx([0, 0, 0, 0], abs=0.02)  # pixels


def test_a_moving_slider_redraws_a_rough_map_and_a_resting_one_a_fine_map(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.evaluate(ASKED)
    rect = control(page, "c_star-1").bounding_box()
    y = rect["y"] + rect["height"] / 2
    page.mouse.move(rect["x"] + rect["width"] / 3, y)
    page.mouse.down()
    with restless(page):
        for k in range(8):
            page.mouse.move(rect["x"] + rect["width"] * (1 / 3 + 0.03 * (k + 1)), y)
            until(page, "!client.page.loader.throttle.busy && document.querySelector('canvas.cells').width === 128")
    page.mouse.move(rect["x"] + rect["width"] * 0.6, y)
    page.mouse.up()
    settled(page)
    queries = streamed(page)
    assert sum("n=128" in query for query in queries[:-1]) >= 8
    assert "n=256" in queries[-1]
    assert page.evaluate("document.querySelector('canvas.cells').width") == 256
    assert "n=256" in page.evaluate("location.search")


def test_the_sliders_of_the_axes_move_the_marker_and_nothing_is_computed(open_page: Any) -> None:
    page = open_page("/phase-map")
    expect(page.locator("#sentences li")).to_contain_text("From ā = 10 the network unlearns")
    page.evaluate(ASKED)
    before = page.locator(MARKER).bounding_box()
    box = page.locator("#phase_map-a-box")
    box.fill("5")
    box.press("Enter")
    expect(page.locator("#sentences li")).to_contain_text("From ā = 5 the network aligns fully")
    assert page.locator(MARKER).bounding_box()["y"] > before["y"] + 50
    settled(page)
    assert streamed(page) == []
    assert "a=5" in page.evaluate("location.search")


def test_the_marker_is_dragged_and_the_sliders_follow(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.evaluate(ASKED)
    page.mouse.move(*place(page, 1, 10))
    page.mouse.down()
    page.mouse.move(*place(page, 0, 8), steps=6)
    page.mouse.move(*place(page, -1, 2), steps=6)
    page.mouse.up()
    state = page.evaluate(STATE)
    assert state["c_star"][2] == pytest.approx(-1, abs=0.02)
    assert state["a"] == pytest.approx(2, abs=0.05)
    assert float(control(page, "a-box").input_value()) == state["a"]
    expect(page.locator("#sentences li")).to_contain_text("aligns")
    assert streamed(page) == []
    assert page.evaluate("location.pathname") == "/phase-map", "a drag is not a click"
    page.keyboard.press("Control+z")
    until(page, "client.page.state.a === 10")


def test_by_keyboard_alone_the_marker_moves_and_its_run_opens(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.locator(MARKER).focus()
    for _ in range(8):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowLeft")
    state = page.evaluate(STATE)
    assert state["a"] == pytest.approx(10 - 8 * 0.05 * 14.9, abs=0.1)
    assert state["c_star"][2] == pytest.approx(0.94, abs=0.01)
    expect(page.locator(MARKER)).to_have_attribute("aria-label", re.compile("full alignment.*Enter"))
    page.keyboard.press("Enter")
    page.wait_for_selector("#unlearning-plane")
    wait_for_query(page, f"a={state['a']:g}")


def test_what_is_under_the_pointer_is_named_with_its_cause(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.mouse.move(*place(page, -1, 10))
    tip = page.locator(".tip")
    expect(tip).to_contain_text("▲ unlearning")
    expect(tip).to_contain_text("c*₃ = −1")
    expect(tip).to_contain_text("unlearns (above ")
    page.mouse.move(*place(page, 0.5, 2))
    expect(tip).to_contain_text("● full alignment")
    expect(tip).to_contain_text("aligns fully")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_a_click_opens_the_run_and_back_brings_the_map(open_page: Any) -> None:
    page = open_page("/phase-map?v=1&cs=1,1,-1,-2,1&a=5&x=cs4&y=a&win=-3,3,-15,15")
    page.mouse.click(*place(page, -2.5, -10))
    page.wait_for_selector("#unlearning-plane")
    wait_for_query(page, "a=-10")
    state = page.evaluate(STATE)
    assert state["a"] == [pytest.approx(-10, abs=0.1)]
    assert state["c_star"][:3] == [1, 1, -1]
    assert state["c_star"][3] == pytest.approx(-2.5, abs=0.02)
    page.go_back()
    wait_for_query(page, "win=-3,3,-15,15")
    assert page.evaluate(STATE)["a"] == 5


def test_a_zoom_by_the_mouse_is_computed_anew(open_page: Any) -> None:
    page = open_page("/phase-map")
    settled(page)
    page.mouse.move(*place(page, 0, 4))
    page.mouse.down()
    page.mouse.move(*place(page, 2, 12), steps=8)
    page.mouse.up()
    until(page, "(document.body.dataset.drawn || '').includes('win=')")


def test_a_zoom_is_computed_anew_and_undone(open_page: Any) -> None:
    page = open_page("/phase-map")
    settled(page)
    page.evaluate("""() => { Plotly.relayout("phase_map-map", {
      "xaxis.range[0]": 0, "xaxis.range[1]": 2, "yaxis.range[0]": 4, "yaxis.range[1]": 12 }); }""")
    until(page, "(document.body.dataset.drawn || '').includes('win=')")
    settled(page)
    low, high = page.evaluate("document.getElementById('phase_map-map')._fullLayout.xaxis.range")
    assert (low, high) == (pytest.approx(0, abs=0.05), pytest.approx(2, abs=0.05))
    assert page.evaluate("client.page.renderer.result.scenes.map.cells.x[1]") == pytest.approx(high)
    page.click("#phase_map-map-whole")
    until(page, "!document.body.dataset.drawn.includes('win=')")
    page.keyboard.press("+")
    until(page, "document.body.dataset.drawn.includes('win=')")


def test_axes_are_chosen_exchanged_and_bounded(open_page: Any) -> None:
    page = open_page("/phase-map")
    control(page, "x").select_option("eps")
    wait_for_query(page, "x=eps&y=a")
    assert page.evaluate("document.getElementById('phase_map-map')._fullLayout.xaxis.type") == "log"
    control(page, "x").select_option("a")
    wait_for_query(page, "x=a&y=eps")
    page.locator("#phase_map-x-to").fill("30")
    page.locator("#phase_map-x-to").press("Enter")
    expect(page.locator("#alert")).to_contain_text("ā = 30 is outside [0.1, 20]")
    page.locator("#phase_map-x-to").fill("20")
    page.locator("#phase_map-x-to").press("Enter")
    wait_for_query(page, "win=0.1,20,")
    assert page.locator("#phase_map-x option[value=cs7]").is_disabled()
    page.fill("#phase_map-count-box", "7")
    page.keyboard.press("Tab")
    control(page, "x").select_option("cs7")
    wait_for_query(page, "x=cs7")
    page.fill("#phase_map-count-box", "3")
    page.keyboard.press("Tab")
    until(page, "client.page.state.c.length === 7")  # what is on an axis stays


def test_an_open_tip_tells_of_the_finer_map_that_has_come(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.mouse.move(*place(page, -1, 10))
    tip = page.locator(".tip")
    expect(tip).to_contain_text("▲ unlearning")
    expect(tip).to_contain_text("unlearns (above ")
    page.evaluate("""() => {
      const { result } = client.page.renderer, { map } = result.scenes;
      result.scenes.map = { ...map, cells: { ...map.cells, fate: map.cells.fate.map(() => 1) } };
      result.version += 1;
      client.page.show();
    }""")
    expect(tip).to_contain_text("● full alignment")
    expect(tip).to_contain_text("unlearns (above ")


def test_a_quantity_has_its_colors_and_a_bar(open_page: Any) -> None:
    page = open_page("/phase-map")
    for name, label in (("time", "time to it"), ("lost", "alignment lost"), ("R_inf", "R, τ → ∞"), ("R", "R at τ")):
        control(page, "quantity").get_by_label(label, exact=True).check()
        wait_for_query(page, f"show={name}")
        page.wait_for_selector(f"{MAP} .colorbar")
        assert page.locator("#phase_map-tau-row").is_visible() == (name == "R")
    until(page, "client.page.renderer.result.scenes.map?.cells?.quantity?.name === 'R at τ = 10000'")
    page.mouse.move(*place(page, -1, 10))
    expect(page.locator(".tip")).to_contain_text("R at τ = 10000:")


def test_a_long_computation_says_how_far_it_is_and_is_ended(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.evaluate("() => { client.page.progress.constructor.SHOW_DELAY = 0; }")
    control(page, "detail").get_by_label("512²").check()
    control(page, "quantity").get_by_label("time to it").check()
    page.wait_for_selector("#progress:not([hidden])")
    page.locator("#cancel-button").click()
    expect(page.locator("#status")).to_contain_text("Ended here")
    assert page.locator("#progress").is_hidden()
    control(page, "detail").get_by_label("128²").check()
    wait_for_query(page, "n=128")


def test_presets_of_the_map(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.select_option("#preset", "right")
    wait_for_query(page, "win=-3,3,-15,15")
    expect(page.locator("#notes")).to_contain_text("partial alignment")
    expect(page.locator("#caption")).to_contain_text("Both signs of ā")
    page.locator(MARKER).press("ArrowUp")
    assert page.input_value("#preset") == "right", "the marker is not what makes the preset"


def test_a_broken_link_gives_a_sentence_and_a_map(open_page: Any) -> None:
    page = open_page("/phase-map?v=1&x=cs3&y=cs3&eps=0&win=1,0,0,1")
    expect(page.locator("#alert")).to_contain_text("eps = 0 is outside")
    assert page.evaluate(STATE)["y"] == "a"
    assert page.evaluate(STATE)["window"] is None


def test_a_finger_drags_the_marker_and_opens_a_run(open_page: Any) -> None:
    page = open_page("/phase-map", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    (x, y), (u, v) = place(page, 1, 10), place(page, 0, 5)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 9):
        point = {"x": x + (u - x) * k / 8, "y": y + (v - y) * k / 8}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(page, "Math.abs(client.page.state.a - 5) < 0.2 && Math.abs(client.page.state.c_star[2]) < 0.1")
    page.touchscreen.tap(*place(page, -1, 12))
    page.wait_for_selector("#unlearning-plane")
    wait_for_query(page, "a=1")


def test_the_picture_is_saved_with_its_cells(open_page: Any) -> None:
    page = open_page("/phase-map")
    page.click("#save-menu summary")
    with page.expect_download() as download:
        page.get_by_role("button", name="Phase map, SVG").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "data:image/png" in text
    assert "unlearning" in text
