"""The plane under the hand: layers, launched trajectories, the crosshair."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.views.unlearning.state import LAYERS, MAX_POINTS
from tests.browser.hand import STATE, lines, restless, settled, slider, stop_the_clock, traces, until, wait_for_query

GESTURES = 'client.load("ui/pointer_gestures.mjs").then(({ PointerGestures }) => PointerGestures)'

PLACE = """([R, a]) => {
  const gd = document.getElementById("unlearning-plane"), { xaxis, yaxis } = gd._fullLayout;
  const frame = gd.getBoundingClientRect();
  return [frame.left + xaxis._offset + xaxis.d2p(R), frame.top + yaxis._offset + yaxis.d2p(a)]; }"""
PIXELS = {"R": 0.006, "a": 0.12}  # what a click is off at most: one or two pixels


def place(page: Page, R: float, a: float) -> tuple[float, float]:
    """Where a point of the plane is on the screen."""
    x, y = page.evaluate(PLACE, [R, a])
    return x, y


def click(page: Page, R: float, a: float, **options: Any) -> None:
    page.mouse.click(*place(page, R, a), **options)


def points(page: Page) -> list[float]:
    return page.evaluate(STATE)["points"] or []


def near(R: float, a: float) -> list[Any]:
    return [pytest.approx(R, abs=PIXELS["R"]), pytest.approx(a, abs=PIXELS["a"])]


def test_a_click_launches_a_trajectory_that_travels_in_the_link(open_page: Any) -> None:
    page = open_page("/")
    click(page, 0.5, 15.0)
    wait_for_query(page, "&pts=0.5")
    assert points(page) == near(0.5, 15.0)
    drawn = lines(page)
    assert len(drawn) == 4
    assert (drawn[3]["x"][0], drawn[3]["y"][0]) == pytest.approx(points(page), rel=1e-6)
    expect(page.locator("#sentences > li")).to_have_count(4)
    assert "pts=0.5" in page.url
    other = open_page(page.url[page.url.index("/?") :])
    assert other.evaluate(STATE) == page.evaluate(STATE)
    assert lines(other) == lines(page)


def test_each_launch_is_a_step_of_undo(open_page: Any) -> None:
    page = open_page("/")
    click(page, 0.5, 15.0)
    wait_for_query(page, "&pts=0.5")
    until(
        page,
        f"{GESTURES}.then(({{ DOUBLE_CLICK_MS }}) => performance.now() >"
        " client.page.renderer.figures.plane.gestures.lastClickAt + DOUBLE_CLICK_MS)",
    )
    click(page, 0.3, 3.0)
    until(page, "client.page.state.points.length === 4")
    page.keyboard.press("Control+z")
    until(page, "client.page.state.points.length === 2")
    page.keyboard.press("Control+z")
    until(page, "client.page.state.points === null")
    page.keyboard.press("Control+Shift+z")
    until(page, "client.page.state.points !== null")
    assert points(page) == near(0.5, 15.0)


def test_a_drag_zooms_and_launches_nothing(open_page: Any) -> None:
    page = open_page("/")
    page.mouse.move(*place(page, 0.2, 5.0))
    page.mouse.down()
    page.mouse.move(*place(page, 0.8, 15.0), steps=5)
    page.mouse.up()
    until(page, "client.page.state.window !== null")
    settled(page)
    assert not points(page)


def test_a_double_click_shows_the_whole_window_and_launches_nothing(open_page: Any) -> None:
    page = open_page("/?win=0,0.8,0,20", clock=True)
    stop_the_clock(page)
    assert page.evaluate(STATE)["window"] is not None
    page.mouse.dblclick(*place(page, 0.5, 15.0))
    until(page, "client.page.state.window === null")
    page.clock.run_for(1000)
    assert not points(page)
    page.clock.resume()
    click(page, 0.5, 15.0)
    wait_for_query(page, "&pts=0.5")


def test_in_a_zoomed_window_a_single_click_launches(open_page: Any) -> None:
    page = open_page("/?win=0,0.2,0,12")
    click(page, 0.1, 6.0)
    wait_for_query(page, "&pts=0.1")
    assert points(page) == [pytest.approx(0.1, abs=1e-3), pytest.approx(6.0, abs=0.06)]
    assert page.evaluate(STATE)["window"] == [0, 0.2, 0, 12]


def test_shift_and_a_click_removes_the_nearest_point(open_page: Any) -> None:
    page = open_page("/?pts=0.5,15,0.3,3,0.8,20")
    page.keyboard.down("Shift")
    click(page, 0.35, 4.0)
    page.keyboard.up("Shift")
    wait_for_query(page, "&pts=0.5,15,0.8,20")
    expect(page.locator("#notice")).to_contain_text("Removed the point R = 0.3, a = 3.")


def test_each_added_point_has_a_chip_that_removes_it(open_page: Any) -> None:
    page = open_page("/?pts=0.5,15,0.3,3")
    page.get_by_role("button", name="Remove the added point R = 0.5, a = 15").click()
    wait_for_query(page, "&pts=0.3,3&")
    page.get_by_role("button", name="Remove the added point R = 0.3, a = 3").click()
    until(page, "client.page.state.points === null")
    expect(page.locator("#chips")).not_to_contain_text("(")


def test_when_no_more_points_fit_a_sentence_says_so(open_page: Any) -> None:
    page = open_page("/?pts=" + ",".join(["0.5,15"] * MAX_POINTS))
    click(page, 0.3, 3.0)
    expect(page.locator("#notice")).to_contain_text(f"There are {MAX_POINTS} added points")
    assert len(points(page)) == 2 * MAX_POINTS


def test_a_tap_launches_a_long_press_removes_and_a_swipe_scrolls(open_page: Any) -> None:
    page = open_page("/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.evaluate(
        f"{GESTURES}.then((gestures) => {{ window.usual = gestures.LONG_PRESS_MS; gestures.LONG_PRESS_MS = 1e7; }})"
    )  # a tap is short, however slow
    page.touchscreen.tap(*place(page, 0.5, 15.0))
    until(page, "client.page.state.points !== null")
    page.evaluate(f"{GESTURES}.then((gestures) => {{ gestures.LONG_PRESS_MS = window.usual; }})")
    settled(page)
    assert points(page) == [pytest.approx(0.5, abs=0.02), pytest.approx(15.0, abs=0.3)]
    session = page.context.new_cdp_session(page)
    x, y = place(page, 0.3, 4.0)

    def touch(kind: str, *where: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in where]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (x, y))
    until(page, "client.page.state.points === null")
    touch("touchEnd")
    settled(page)
    assert not points(page), "the end of a long press is no tap"
    touch("touchStart", (x, y))
    for step in range(1, 6):
        touch("touchMove", (x, y - 20 * step))
    touch("touchEnd")
    settled(page)
    assert not points(page), "a finger that moves scrolls the page"


def test_the_keyboard_launches_with_a_crosshair(open_page: Any) -> None:
    page = open_page("/")
    plane = page.locator("#unlearning-plane")
    plane.focus()
    page.keyboard.press("c")
    expect(page.locator("#announcer")).to_contain_text("Crosshair at R = 0.4")
    expect(page.locator("#announcer")).to_contain_text("Enter launches")
    expect(page.locator(".cross line")).to_have_count(2)
    window = page.evaluate(STATE)["window"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#announcer")).to_have_text("R = 0.538, a = 12.64")
    assert page.evaluate(STATE)["window"] == window, "arrows move the crosshair, not the window"
    page.keyboard.press("Enter")
    wait_for_query(page, "&pts=0.538,12.64&")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    until(page, "client.page.state.points.length === 4")
    page.keyboard.press("Delete")
    wait_for_query(page, "&pts=0.538,12.64&")
    page.keyboard.press("Escape")
    expect(page.locator(".cross line")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    until(page, "client.page.state.window !== null")
    page.keyboard.press("Enter")
    expect(page.locator(".cross line")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.locator(".cross line")).to_have_count(0)


def test_layers_are_switched_in_a_menu_by_mouse_and_keyboard(open_page: Any) -> None:
    page = open_page("/")
    names = {trace["name"] for trace in traces(page)}
    assert {"equilibria", "separatrix"} <= names
    assert not {"slow nullcline", "basins", "loss", "slow flow"} & names
    page.locator(".popup summary").click()
    page.get_by_label("basins by fate").check()
    wait_for_query(page, "lay=field,eq,sep,fates")
    assert "basins" in {trace["name"] for trace in traces(page)}
    click(page, 0.1, 15.0)
    expect(page.get_by_label("separatrices")).not_to_be_visible()
    settled(page)
    assert not points(page), "a click beside an open menu only closes it"
    page.locator(".popup summary").click()
    assert page.locator("#preset").input_value() == "four-panels", "a layer is no other problem"
    page.get_by_label("separatrices").focus()
    page.keyboard.press("Space")
    wait_for_query(page, "lay=field,eq,fates")
    assert "separatrix" not in {trace["name"] for trace in traces(page)}
    page.keyboard.press("Escape")
    expect(page.get_by_label("separatrices")).not_to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Layers"
    page.select_option("#preset", "portrait-right")
    wait_for_query(page, "lay=field,eq,fates")
    page.keyboard.press("Control+z")
    until(page, "client.page.history.travelTimer === null")
    page.keyboard.press("Control+z")
    until(page, "client.page.state.layers.includes('sep')")


def test_hovering_says_what_is_there(open_page: Any) -> None:
    page = open_page("/")
    label = page.locator("#unlearning-plane .hoverlayer")
    for R, a, said in (
        (0.0943, 9.3124, "saddle"),
        (1.0, 0.9739, "stable node"),
        (0.6, 20.94, "separatrix"),
        (0.0, 0.0, "saddle"),
    ):
        page.mouse.move(*place(page, 0.3, 12.0))
        x, y = place(page, R, a)
        page.mouse.move(x, y)
        page.mouse.move(x + 0.5, y + 0.5)
        expect(label).to_contain_text(said)
        expect(label).to_contain_text("parts full alignment" if said == "separatrix" else "eigenvalues")


def test_every_layer_is_drawn_and_played_and_survives_the_link(open_page: Any) -> None:
    page = open_page(f"/?lay={','.join(LAYERS)}&pts=0.5,15&cs=1,1,-1,-2,1&a=5,-5,-10")
    names = {trace["name"] for trace in traces(page)}
    assert {
        "basins", "loss", "slow nullcline", "separatrix", "past", "slow flow", "equilibria",
        "singular orbit, ε → 0, fast", "singular orbit, ε → 0, slow",
    } <= names  # fmt: skip
    assert page.locator("#unlearning-plane .hm image").count() == 1
    assert page.locator("#unlearning-plane .contourlayer path").count() > 5
    assert page.locator(".layer path").count() > 0
    page.click("#theme-button")
    page.locator("#scrub").focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")
    other = open_page("/?" + page.get_attribute("body", "data-drawn"))
    assert [trace["x"] for trace in traces(other)] == [trace["x"] for trace in traces(page)]
    page.evaluate("client.page.change({ layers: [] }), client.page.loader.throttle.start()")
    wait_for_query(page, "lay=")
    until(page, "document.body.dataset.drawn.includes('lay=&')")
    assert page.locator(".plane .layer:not(.over):not(.cross) path").count() == 0


def test_a_moving_hand_asks_for_pictures_alone_and_a_resting_one_for_all_that_is_said(open_page: Any) -> None:
    page = open_page("/")
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/stream/" in request.url else None)
    slider(page, "a-chosen").focus()
    with restless(page):
        page.evaluate("() => { client.page.loader.constructor.TEXT_INTERVAL[0] = 1e7; }")
        for _ in range(29):
            page.keyboard.press("ArrowLeft")
    page.evaluate("() => { client.page.loader.constructor.TEXT_INTERVAL[0] = 500; }")
    page.keyboard.press("ArrowLeft")
    wait_for_query(page, "a=2,9,10")
    expect(page.locator(".said")).to_contain_text("ā = 2")
    settled(page)
    assert any("text=0" in url for url in streams)
    assert "text=0" not in streams[-1], "the last sentences are those of the last figure"
    assert page.locator("#alert").is_hidden()
