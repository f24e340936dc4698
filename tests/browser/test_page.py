"""The first page in a real browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from tests.browser.hand import (
    STATE,
    box,
    lines,
    settled,
    slider,
    stop_the_clock,
    thumb,
    traces,
    until,
    wait_for_query,
)

QUERY = '(state) => client.load("core/link.mjs").then(({ query }) => query(client.page.view, state))'

STREAMS = """performance.getEntriesByType("resource").filter(({ name }) => name.includes("/stream/")).length"""
LINK = "/?v=1&c=1,1,1,1,1&cs=1,-1,1,-1,1&eps=0.1&a=3,6&R0=0&tau=1e3&pts=0.5,12&axis=linear&y=excess&cur=2"


def test_the_root_page_draws_the_papers_example(open_page: Any) -> None:
    page = open_page("/")
    assert len(lines(page)) == 3
    assert len(lines(page, "panels")) == 9
    assert all(len(line["x"]) > 300 for line in lines(page))
    expect(page.locator("#sentences > li")).to_have_count(3)
    expect(page.locator("#sentences")).to_contain_text("From ā = 10 the network unlearns")
    expect(page.locator("#sentences")).to_contain_text("From ā = 5 the network aligns fully")
    expect(page.locator("#caption")).to_contain_text("turns away again")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_first_stream_is_requested_once_and_undo_requests_none(open_page: Any) -> None:
    page = open_page("/")
    assert page.evaluate(STREAMS) == 1
    box(page, "eps").fill("0.01")
    box(page, "eps").press("Enter")
    wait_for_query(page, "eps=0.01")
    settled(page)
    assert page.evaluate(STREAMS) == 2
    page.keyboard.press("Control+z")
    wait_for_query(page, "eps=1&")
    settled(page)
    page.keyboard.press("Control+y")
    wait_for_query(page, "eps=0.01")
    settled(page)
    assert page.evaluate(STREAMS) == 2, "what was seen before is not requested again"


def test_a_stream_that_failed_is_requested_again(open_page: Any) -> None:
    page = open_page("/")
    page.evaluate("""() => {
      const { loader } = client.page, read = loader.readStream;
      loader.readStream = async (url, signal, handlers) => {
        if (!url.includes("eps=0.5&") || window.failed) { await read(url, signal, handlers); return; }
        window.failed = true;
        handlers.onChunk({ kind: "error", sentence: "The computation failed here." });
      };
    }""")
    for eps in ("0.5", "1", "0.5"):
        box(page, "eps").fill(eps)
        box(page, "eps").press("Enter")
        wait_for_query(page, f"eps={eps}&")
        if eps == "0.5" and not page.evaluate("client.page.loader.recent.values.size > 1"):
            expect(page.locator("#alert")).to_have_text("The computation failed here.")
        settled(page)
    assert page.evaluate(
        "client.page.renderer.result.complete && client.page.renderer.result.trajectories.length === 3"
    )
    expect(page.locator("#alert")).to_be_hidden()


def test_a_number_box_changes_the_plane(open_page: Any) -> None:
    page = open_page("/")
    for control, value, part in (
        ("c_star-1", "1", "cs=1,1,1,1,1"),
        ("eps", "0.01", "eps=0.01"),
        ("a-chosen", "15", "a=15,9,10"),
    ):
        before = lines(page)
        box(page, control).fill(value)
        box(page, control).press("Enter")
        wait_for_query(page, part)
        assert lines(page) != before, control


def test_dragging_a_slider_changes_the_plane_and_the_link(open_page: Any) -> None:
    page = open_page("/")
    for control, part in (("c_star-1", "cs=1,-"), ("eps", "eps="), ("a-chosen", "a=")):
        before, drawn = lines(page), page.get_attribute("body", "data-drawn")
        x, y = thumb(page, control)
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(x - 2.5 * step, y)
        page.mouse.up()
        page.wait_for_selector(f'body:not([data-drawn="{drawn}"])')
        settled(page)
        assert lines(page) != before, control
        assert page.get_attribute("body", "data-drawn") in page.evaluate("location.href"), control
        assert part in page.evaluate("location.href")


def test_five_moves_in_mid_stream_leave_exactly_the_last_states_points(open_page: Any) -> None:
    page = open_page("/")
    let_go = held_streams(page)
    for value in (0.5, 0.3, 0.1, -0.2, -0.55):
        page.evaluate(
            """(value) => {
              client.page.change({ c_star: [1, value, 1, 1, 1] });
              client.page.loader.throttle.start();
            }""",
            value,
        )
    let_go(5)
    wait_for_query(page, "cs=1,-0.55,1,1,1")
    settled(page)
    other = open_page("/?" + page.get_attribute("body", "data-drawn"))
    for figure in ("plane", "panels"):
        mine, fresh = traces(page, figure), traces(other, figure)
        assert [(t["name"], t["x"], t["y"]) for t in mine] == [(t["name"], t["x"], t["y"]) for t in fresh]


def held_streams(page: Page) -> Any:
    """Makes streams wait before they are read, so that moves come in the middle of one; returns what lets them go."""
    page.evaluate("""() => { const { loader } = client.page, read = loader.readStream; window.held = 0;
      const going = new Promise((resolve) => { window.letGo = () => { loader.readStream = read; resolve(); }; });
      loader.readStream = async (...args) => { window.held += 1; await going; await read(...args); }; }""")

    def let_go(count: int) -> None:
        assert page.evaluate("window.held") >= count
        page.evaluate("window.letGo()")

    return let_go


# What the player has drawn of the runs so far, and how many of plotly's own lines are shown.
PLAYED = """() => {
  const paths = [...document.querySelectorAll(".over path")];
  const lines = Object.values(client.page.renderer.figures).flatMap(({ gd }) => gd._fullData
    .filter((trace) => trace.meta && trace.meta.role === "line")
    .map((trace) => gd.querySelector(`.trace${trace.uid}`)));
  return {
    points: paths.reduce((sum, path) => sum + path.getAttribute("d").split(/[ML]/).length - 1, 0),
    paths: paths.length,
    shown: lines.filter((node) => node.style.display !== "none").length,
  };
}"""


def test_playing_streams_the_trajectories_and_ends_with_the_whole_picture(open_page: Any) -> None:
    page = open_page("/", clock=True)
    stop_the_clock(page)
    page.select_option("#speed", "1")
    page.click("#play")
    lengths = []
    for _ in range(3):
        page.clock.run_for(400)
        lengths.append(page.evaluate(PLAYED))
    assert 0 < lengths[0]["points"] < lengths[1]["points"] < lengths[2]["points"]
    assert all(length["paths"] == 12 and length["shown"] == 0 for length in lengths), "3 runs in 4 plots"
    assert page.locator(".over circle").count() > 0
    page.clock.run_for(9000)
    assert page.get_attribute("#play", "data-playing") == "false"
    assert page.evaluate(PLAYED) == {"points": 0, "paths": 0, "shown": 12}


def test_the_root_page_plays_once_unless_motion_is_reduced(open_page: Any) -> None:
    moving = open_page("/", reduced_motion="no-preference")
    moving.wait_for_selector('#play[data-playing="true"]')
    assert open_page("/").get_attribute("#play", "data-playing") == "false"


def test_space_plays_and_arrows_scrub(open_page: Any) -> None:
    page = open_page("/")
    page.select_option("#speed", "0.25")
    page.locator("#scrub").focus()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.input_value("#scrub") == "5"
    page.keyboard.press("Space")
    page.wait_for_selector('#play[data-playing="true"]')
    page.keyboard.press("Space")
    page.wait_for_selector('#play[data-playing="false"]')
    assert page.evaluate(STATE)["cursor"] is not None


def test_page_up_moves_a_slider_by_ten_steps(open_page: Any) -> None:
    page = open_page("/")
    slider(page, "c_star-1").focus()
    page.keyboard.press("PageUp")
    wait_for_query(page, "cs=1,-0.5,1,1,1")
    page.keyboard.press("PageDown")
    wait_for_query(page, "cs=1,-1,1,1,1")


def test_a_link_gives_the_same_picture_in_another_browser(open_page: Any) -> None:
    page = open_page(LINK)
    page.click("#link-button")
    settled(page)
    parts = urlsplit(page.evaluate("location.href"))
    other = open_page(f"{parts.path}?{parts.query}")
    assert other.evaluate(STATE) == page.evaluate(STATE)
    for figure in ("plane", "panels"):
        assert traces(other, figure) == traces(page, figure)
    assert other.input_value("#scrub") == page.input_value("#scrub")
    assert len(lines(page)) == 3, "two starts and one clicked point"


def test_the_client_writes_the_same_links_as_the_server(open_page: Any) -> None:
    page = open_page("/")
    states = [preset.state for preset in UnlearningView.presets]
    states.append(UnlearningState(eps=1.5e-6, a=(-0.1, 1e-4, 12.345678), tau=123456.7, points=(0.25, 100.0)))
    states.append(UnlearningState(window=(-0.5, 0.25, -3.0, 1e3), span=(1e-5, 2e4), cursor=1e-7, eps=0.1 + 0.2))
    for state in states:
        assert page.evaluate(QUERY, state.model_dump()) == state.query()


def test_back_and_forward_go_through_settled_changes(open_page: Any) -> None:
    page = open_page("/")
    for value, part in (("0.5", "cs=1,0.5,"), ("2", "cs=1,2,")):
        box(page, "c_star-1").fill(value)
        box(page, "c_star-1").press("Enter")
        wait_for_query(page, part)
        until(page, "!client.page.history.open")
    page.go_back()
    wait_for_query(page, "cs=1,0.5,")
    assert box(page, "c_star-1").input_value() == "0.5"
    page.go_back()
    wait_for_query(page, "cs=1,-1,")
    page.go_forward()
    wait_for_query(page, "cs=1,0.5,")


def test_one_drag_is_one_entry_in_the_history(open_page: Any) -> None:
    page = open_page("/", clock=True)
    stop_the_clock(page)
    length = page.evaluate("history.length")
    slider(page, "c_star-1").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(100)
    page.clock.run_for(900)
    assert page.evaluate("history.length") == length + 1
    page.keyboard.press("ArrowRight")
    assert page.evaluate("history.length") == length + 2, "after a rest it is another drag"


@pytest.mark.parametrize(
    ("link", "said", "drawn"),
    [
        ("/?v=1&eps=0", "eps = 0 is outside [1e-6, 10]", "eps=1e-6"),
        ("/?v=1&a=1,99", "a = 99 is outside [-20, 20]", "a=1,20"),
        ("/?v=1&cs=hello", "cs = hello is not a number", "cs=1,-1,1,1,1"),
        ("/?v=7&nonsense=1", "v = 7 is not a version", "v=1"),
        ("/?v=1&c=" + "1," * 1500, "characters", "v=1"),
    ],
)
def test_a_broken_link_gives_a_sentence_and_the_nearest_picture(
    open_page: Any, link: str, said: str, drawn: str
) -> None:
    page = open_page(link)
    expect(page.locator("#alert")).to_contain_text(said)
    wait_for_query(page, drawn)
    assert lines(page)


def test_the_title_is_of_the_state_as_the_server_says_it_and_as_it_changes(open_page: Any) -> None:
    page = open_page("/?v=1&a=9.33,-2.5&eps=1e-5&R0=0.1&tau=1e3")
    with urlopen(page.url) as answer:
        said = re.search("<title>(.*?)</title>", answer.read().decode())
    assert said is not None
    assert said[1] == "ε = 10⁻⁵, ā = (9.33, −2.5), R₀ = 0.1, … · Unlearning · Feature unlearning"
    expect(page).to_have_title(said[1])
    page.select_option("#preset", label=UnlearningView.presets[1].title)
    expect(page).to_have_title(f"{UnlearningView.presets[1].title} · Unlearning · Feature unlearning")
    page.click(".view-link:has-text('Phase map')")
    expect(page).to_have_title("Phase map, left: c*₃ and ā · Phase map · Feature unlearning")
    page.goto(page.url.replace(urlsplit(page.url).path, "/lecture/what-is-unlearned").split("?")[0])
    expect(page).to_have_title("Three starts, two fates · What is unlearned, and why · Feature unlearning")
    until(page, "window.client && client.lecture && client.lecture.ready")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_title("First, alignment rises · What is unlearned, and why · Feature unlearning")


LATE = """() => {
  const read = client.page.loader.readStream, words = [];
  window.late = { chances: 0, faults: [] };
  client.page.loader.readStream = (url, signal, handlers) => {
    window.late.handlers = handlers;
    return read(url, signal, { ...handlers, onChunk: (chunk) => {
      if (["text", "end"].includes(chunk.kind)) words.push(chunk);
      handlers.onChunk(chunk);
    } });
  };
  const page = client.page, gone = `${Object.values(page.view.figures)[0].id}-text`;
  new MutationObserver((_, observer) => {
    if (client.page !== page || document.getElementById(gone) || !words.length) return;
    observer.disconnect();
    window.late.chances += 1;
    const { handlers, faults } = window.late;
    try { for (const chunk of words) handlers.onChunk(chunk); } catch (error) { faults.push(String(error)); }
  }).observe(document.getElementById("page"), { childList: true, subtree: true });
}"""


@pytest.mark.parametrize("to", ["Phase map", "Lecture"])
def test_lines_that_come_after_the_page_was_replaced_are_dropped(open_page: Any, to: str) -> None:
    page = open_page("/")
    page.evaluate(LATE)
    page.select_option("#preset", label=UnlearningView.presets[1].title)
    wait_for_query(page, UnlearningView.presets[1].state.key())
    page.click(f"header a:has-text('{to}')")
    until(page, "window.late.chances")
    assert page.evaluate("window.late.faults") == []


def test_each_preset_draws(open_page: Any) -> None:
    page = open_page("/?" + UnlearningView.presets[-1].state.query())
    for preset in UnlearningView.presets:
        page.select_option("#preset", label=preset.title)
        wait_for_query(page, preset.state.key())
        assert len(lines(page)) == len(preset.state.a), preset.name
        expect(page.locator("#caption")).to_contain_text(preset.caption)
        expect(page.locator("#caption cite")).to_contain_text("arXiv:2602.07378")


def test_dark_and_light_change_every_figure_and_are_remembered(open_page: Any) -> None:
    page = open_page("/")
    light = [line["color"] for line in lines(page)]
    page.click("#theme-button")
    dark = [line["color"] for line in lines(page)]
    assert all(one != other for one, other in zip(light, dark, strict=True))
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    assert [line["color"] for line in lines(page)] == dark
    assert open_page("/", color_scheme="dark").evaluate("document.documentElement.dataset.theme === 'dark'") is True


def test_zoom_survives_a_moving_slider_and_travels_in_the_link(open_page: Any) -> None:
    page = open_page("/")
    place = page.locator("#unlearning-plane .nsewdrag").first.bounding_box()
    page.mouse.move(place["x"] + 100, place["y"] + 100)
    page.mouse.down()
    page.mouse.move(place["x"] + 300, place["y"] + 300, steps=5)
    page.mouse.up()
    until(page, "client.page.state.window !== null")
    window = page.evaluate(STATE)["window"]
    slider(page, "c_star-1").focus()
    page.keyboard.press("ArrowRight")
    wait_for_query(page, "cs=1,-0.95,")
    shown = """() => { const { xaxis, yaxis } = client.page.renderer.figures.plane.gd.layout;
      return [...xaxis.range, ...yaxis.range]; }"""
    assert page.evaluate(shown) == pytest.approx(window)
    until(page, "location.search.includes('win=')")
    page.click("#unlearning-plane-whole")
    assert page.evaluate(STATE)["window"] is None
    assert page.evaluate(shown) != pytest.approx(window)


def test_display_choices_do_not_ask_the_server(open_page: Any) -> None:
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#unlearning-axis").get_by_label("linear τ").check()
    page.locator("#unlearning-measure").get_by_label("L − L∞").check()
    until(page, "location.search.includes('axis=linear') && location.search.includes('y=excess')")
    settled(page)
    axes = page.evaluate(
        "() => { const l = client.page.renderer.figures.panels.gd.layout; return [l.xaxis.type, l.yaxis3.type]; }"
    )
    assert axes == ["linear", "log"]
    assert not asked


def test_a_phone_shows_the_plane_first_and_scrolls_one_way(open_page: Any) -> None:
    page = open_page("/", viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    top = {name: page.locator(f".{name}").bounding_box()["y"] for name in ("plane", "below", "panels")}
    assert top["plane"] < top["below"] < top["panels"]
    assert not page.locator("#controls").is_visible()
    page.click("#controls-button")
    assert page.locator("#controls").is_visible()
    box(page, "eps").fill("0.01")
    box(page, "eps").press("Enter")
    wait_for_query(page, "eps=0.01")


def test_hovering_a_panel_shows_that_moment_in_the_plane(open_page: Any) -> None:
    page = open_page("/")
    panels = page.locator("#unlearning-panels .nsewdrag").first.bounding_box()
    page.mouse.move(panels["x"] + panels["width"] / 2, panels["y"] + panels["height"] / 2)
    page.wait_for_selector(".plane .over circle", state="attached")
    assert page.locator(".plane .over circle").count() == 3
    assert "τ = " in page.locator("#tau-now").inner_text()
    page.mouse.move(10, 10)
    expect(page.locator(".plane .over circle")).to_have_count(0)
    assert len(lines(page)[0]["x"]) > 300, "the lines stay whole"


def test_starts_are_added_chosen_and_removed(open_page: Any) -> None:
    page = open_page("/")
    page.click("#chip-add")
    wait_for_query(page, "a=5,9,10,6")
    page.click("#chip-1")
    box(page, "a-chosen").fill("-3")
    box(page, "a-chosen").press("Enter")
    wait_for_query(page, "a=5,-3,10,6")
    page.click("#chip-remove")
    wait_for_query(page, "a=5,10,6")


def test_k_adds_and_removes_degrees(open_page: Any) -> None:
    page = open_page("/")
    page.fill("#unlearning-count-box", "3")
    page.press("#unlearning-count-box", "Enter")
    wait_for_query(page, "cs=1,-1,1&")
    assert page.locator("#unlearning-c_star-2-row").is_visible()
    assert not page.locator("#unlearning-c_star-3-row").is_visible()


def test_a_drag_redraws_steadily(open_page: Any) -> None:
    page = open_page("/")
    page.evaluate("""() => { window.drawn = 0;
      const { plane } = client.page.renderer.figures, draw = plane.onDraw;
      plane.gd.on("plotly_afterplot", () => { window.drawn += 1; });
      plane.onDraw = () => { draw(); window.drawn += 1; }; }""")
    x, y = thumb(page, "c_star-1")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x + 2 * step, y)
        until(page, f"window.drawn >= {step}")
    page.mouse.up()
