"""The lecture: keys, links, hands, questions, on a projector and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.pages.lecture.story import OWN, load
from components.views.registry import VIEWS
from tests.browser.hand import STATE, until, wait_for_query
from tests.browser.test_access import check
from tests.browser.test_screens import FAULTS, SCREENS
from tests.parameters import some_of

PREFETCHED = 'client.load("core/prefetch.mjs")'

STORIES, _ = load([OWN], VIEWS)
STORY = STORIES["what-is-unlearned"]
PATH = "/lecture/what-is-unlearned"
READY = "client.lecture && client.lecture.ready && client.lecture.isActive"


def at(page: Page, step: str) -> None:
    """Waits until a step is shown and its picture complete."""
    until(page, f"{READY} && client.lecture.step.id === '{step}' && location.pathname.endsWith('/{step}')")


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Goes by the keyboard to what a selector finds."""
    for _ in range(60):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never comes to {wanted}")


def test_the_keyboard_alone_goes_through_the_main_story_and_back(open_page: Any) -> None:
    page = open_page("/lecture", drawn=False)
    page.wait_for_selector(".stories")
    tab_to(page, ".story-list a")
    page.keyboard.press("Enter")
    keys = ["ArrowRight", "Space", "PageDown"]
    for place, step in enumerate(STORY.steps):
        if place == 0:
            until(page, READY)
        else:
            at(page, step.id)
        expect(page.locator("#step h2")).to_have_text(step.title)
        assert page.evaluate("client.page.view.name") == step.view
        assert page.evaluate(STATE)["eps"] == step.state.eps  # type: ignore[attr-defined]
        if step.question and "draw" in step.question:
            tab_to(page, ".pad")
            for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown"):
                page.keyboard.press(key)
            tab_to(page, ".reveal", "Shift+Tab")
            page.keyboard.press("Enter")
            expect(page.locator(".then")).to_contain_text("You drew")
        elif step.question:
            page.keyboard.press(str(step.question["answer"] + 1))
            expect(page.locator(".then strong")).to_have_text("Right.")
        if place < len(STORY.steps) - 1:
            page.keyboard.press(keys[place % 3])
    page.keyboard.press("ArrowLeft")
    at(page, STORY.steps[-2].id)
    page.keyboard.press("PageUp")
    at(page, STORY.steps[-3].id)
    page.go_back()
    at(page, STORY.steps[-2].id)


def test_a_step_has_its_own_link_and_survives_a_reload(open_page: Any) -> None:
    page = open_page(f"{PATH}/threshold")
    at(page, "threshold")
    assert page.evaluate(STATE)["a"] == [9.3, 9.33]
    page.reload()
    at(page, "threshold")
    page.keyboard.press("ArrowRight")
    at(page, "quadratic")
    assert page.evaluate("document.querySelectorAll('#lecture').length") == 1


def test_leaving_a_step_undoes_what_it_did(open_page: Any) -> None:
    page = open_page(f"{PATH}/alignment-rises")
    at(page, "alignment-rises")
    assert page.locator(".story-spot line").count() == 1
    assert page.evaluate(STATE)["cursor"] == pytest.approx(0.1, rel=1e-3), "with little motion a play shows its end"
    page.keyboard.press("ArrowLeft")
    at(page, "three-starts")
    state = page.evaluate(STATE)
    assert state["window"] is None
    assert state["cursor"] is None
    assert page.locator(".story-spot *").count() == 0
    assert page.input_value("#speed") == "1"


def test_the_audience_takes_the_controls_and_gives_them_back(open_page: Any) -> None:
    page = open_page(f"{PATH}/threshold")
    at(page, "threshold")
    expect(page.locator("#controls")).not_to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("#unlearning-a-chosen")).to_be_visible()
    expect(page.locator("#unlearning-eps")).not_to_be_visible()  # only what the step gives
    page.locator("#unlearning-a-chosen-box").fill("9.5")
    page.keyboard.press("Enter")
    wait_for_query(page, "a=9.5,9.33")
    assert "a=9.5,9.33" in page.evaluate("(client.page.history.write(), location.search)")
    page.reload()
    until(page, f"{READY} && client.lecture.audienceControls")
    assert page.evaluate(STATE)["a"] == [9.5, 9.33]
    page.keyboard.press("Escape")
    expect(page.locator("#controls")).not_to_be_visible()
    wait_for_query(page, "a=9.3,9.33")
    assert page.evaluate("location.search") == ""
    assert page.url.endswith(f"{PATH}/threshold")


def test_a_chosen_answer_is_judged_and_then_played(open_page: Any) -> None:
    page = open_page(f"{PATH}/quadratic", reduced_motion="no-preference")
    at(page, "quadratic")
    assert page.evaluate("client.page.player.position") == 0
    page.keyboard.press("2")
    expect(page.locator(".then strong")).to_have_text("Not so.")
    assert page.locator(".choice[data-right]").count() == page.locator(".choice[data-wrong]").count() == 1
    page.wait_for_selector('#play[data-playing="true"]')
    page.keyboard.press("ArrowLeft")
    at(page, "threshold")
    assert page.locator("#question *").count() == 0


@pytest.mark.parametrize("hand", ["pointer", "keyboard"])
def test_a_curve_is_drawn_before_it_is_seen(open_page: Any, hand: str) -> None:
    page = open_page(f"{PATH}/draw-it")
    at(page, "draw-it")
    frame = page.locator(".pad rect").bounding_box()
    if hand == "pointer":
        x, y = frame["x"], frame["y"]
        page.mouse.move(x + 3, y + frame["height"] - 10)
        page.mouse.down()
        page.mouse.move(x + frame["width"] / 2, y + frame["height"] / 2, steps=4)
        page.mouse.move(x + frame["width"] - 3, y + 10, steps=4)
        page.mouse.up()
        assert page.evaluate("client.lecture.pad.guess.every((value) => value !== null)")
    else:
        page.locator(".pad").focus()
        for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowUp", "ArrowRight"):
            page.keyboard.press(key)
        expect(page.locator("#announcer")).to_contain_text("R =")
        assert page.evaluate("client.lecture.step.id") == "draw-it"
    page.click(".reveal")
    expect(page.locator(".then")).to_contain_text("You drew R up to")
    expect(page.locator(".then")).to_contain_text("It goes up to 0.29")
    assert page.evaluate("client.page.player.position") == 1


def test_a_finger_steps_on_a_phone(open_page: Any) -> None:
    page = open_page(f"{PATH}/three-starts", **SCREENS["phone"])
    at(page, "three-starts")
    session = page.context.new_cdp_session(page)

    def swipe(start: int, end: int) -> None:
        for kind, points in (
            ("touchStart", [{"x": start, "y": 640}]),
            ("touchMove", [{"x": end, "y": 644}]),
            ("touchEnd", []),
        ):
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    swipe(320, 60)
    at(page, "alignment-rises")
    swipe(60, 320)
    at(page, "three-starts")


def test_the_list_leads_to_stories_and_a_header_link_leaves_them(open_page: Any) -> None:
    page = open_page("/lecture", drawn=False)
    here = page.locator(".view-link[aria-current]")
    expect(here).to_have_text("Lecture")
    page.click("text=Three mechanisms")
    until(page, READY)
    assert page.url.endswith("/lecture/three-mechanisms/network")
    expect(here).to_have_text("Lecture")
    page.click("nav >> text=Linear network")
    until(page, "!client.lecture && location.pathname === '/linear-network'")
    expect(page.locator("#linear_network-target")).to_be_visible()
    expect(here).to_have_text("Linear network")
    page.click("nav >> text=Lecture")
    page.wait_for_selector(".stories")
    expect(here).to_have_text("Lecture")


def test_the_next_step_is_fetched_before_it_is_asked_for(open_page: Any) -> None:
    page = open_page(f"{PATH}/quadratic")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/stream/" in request.url else None)
    at(page, "quadratic")
    for step in ("map", "law"):  # each on another view than the one before
        until(page, f"{PREFETCHED}.then(({{ prefetched }}) => prefetched.url !== null)")
        page.keyboard.press("ArrowRight")
        if page.evaluate("client.lecture.step.id") == "quadratic":  # the question is answered first
            page.keyboard.press("ArrowRight")
        at(page, step)
    assert len(asked) == len(set(asked)), "no picture is asked for twice"
    following = "client.lecture.steps[client.lecture.index + 1].stream"
    until(page, f"{PREFETCHED}.then(({{ prefetched }}) => prefetched.url === {following})")


@pytest.mark.parametrize("story", some_of(STORIES, "what-is-unlearned", "plateaus-and-waterfalls"))
def test_what_is_fetched_before_is_what_the_step_asks_for(open_page: Any, story: str) -> None:
    page = open_page(f"/lecture/{story}")
    for step in STORIES[story].steps:
        if page.evaluate("client.page.view.name") != step.view:
            page.goto(page.url.partition("/lecture")[0] + f"/lecture/{story}/{step.id}")
        until(page, READY)
        assert page.evaluate(
            """(id) => {
              const { state, stream } = client.lecture.steps.find((step) => step.id === id);
              const { name, release } = client.page.view, query = client.page.computationQuery(state);
              return stream === `/stream/${name}?release=${release}&${query}`; }""",
            step.id,
        ), step.id


def test_no_text_of_a_plot_answers_an_open_question(open_page: Any) -> None:
    page = open_page(f"{PATH}/draw-it")
    at(page, "draw-it")
    texts = page.locator(".figure > p")
    for text in texts.all_text_contents():
        assert text == "What this plot shows is said when the question has been answered."
    assert not page.locator(".said").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.layer.over')).filter") == "grayscale(1)"
    page.click(".reveal")
    expect(page.locator("#unlearning-plane-text")).to_contain_text("ā = 2, unlearning")


def test_the_hall_is_given_a_link_with_chosen_controls(open_page: Any) -> None:
    page = open_page(f"{PATH}/threshold")
    at(page, "threshold")
    page.keyboard.press("t")
    page.click("#save-menu summary")
    page.click("text=Link for a class…")
    page.wait_for_selector("#class-link")
    checked = "[...document.querySelectorAll('#class-link input:checked')].map(({ value }) => value)"
    assert page.evaluate(checked) == ["a"], "what the step gives"
    page.check("#class-link input[value=eps]")
    page.click("text=Show and copy the link")
    expect(page.locator("#unlearning-eps")).to_be_visible()
    until(page, "location.search.endsWith('&only=eps,a')")
    page.goto(page.url)  # as somebody else
    until(page, f"{READY} && client.lecture.audienceControls")
    expect(page.locator("#unlearning-eps")).to_be_visible()
    expect(page.locator("#unlearning-c_star-1")).not_to_be_visible()
    page.keyboard.press("Escape")
    until(page, f"{READY} && !client.lecture.audienceControls")
    assert page.evaluate("location.search") == ""
    page.keyboard.press("t")
    expect(page.locator("#unlearning-eps")).not_to_be_visible()


@pytest.mark.parametrize("screen", some_of(["phone", "laptop", "projector"], "phone", "projector"))
def test_nothing_overlaps_and_nothing_is_cut(open_page: Any, screen: str) -> None:
    page = open_page(f"{PATH}/three-starts", **SCREENS[screen])
    for step in ("three-starts", "alignment-rises", "critical-manifold", "where-now"):
        at(page, step)
        assert page.evaluate(FAULTS) == [], step
        page.keyboard.press("ArrowRight")


def test_a_link_for_a_class_shows_the_chosen_controls_only(open_page: Any) -> None:
    page = open_page("/?v=1&a=9&only=a")
    expect(page.locator("#unlearning-a-chosen")).to_be_visible()
    for hidden in ("#unlearning-eps", "#unlearning-c_star-1", "#preset", "#unlearning-panel"):
        expect(page.locator(hidden)).not_to_be_visible()
    page.locator("#unlearning-a-chosen-box").fill("10")
    page.keyboard.press("Enter")
    wait_for_query(page, "a=10")
    assert page.evaluate("client.page.history.address()").endswith("&only=a")
    page.click("#save-menu summary")
    page.click("text=Link for a class…")
    check(page)
    page.click("#class-link >> text=None")
    page.click("text=Show and copy the link")
    expect(page.locator("#controls")).not_to_be_visible()
    until(page, "location.search.endsWith('&only=')")
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    expect(page.locator("#controls")).not_to_be_visible()
