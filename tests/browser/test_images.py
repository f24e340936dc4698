"""View 5's second page under the hand: kept results at once, networks that come as they learn, own images."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.hand import STATE, until
from tests.dynamics.images.test_images import good, saved

PAGE = "/lab/images"
TINY = f"{PAGE}?v=1&sig=0.5,2&m=8&T=2&r=2&N=120"
FINISHED = "body[data-finished]"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_kept_results_are_there_at_once_and_nothing_is_computed(open_page: Any) -> None:
    asked: list[str] = []
    page = open_page(PAGE, drawn=False)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_selector("body[data-drawn]")
    expect(page.locator("#notes")).to_contain_text("Kept results: computed on 2026-11-2")
    runs = page.evaluate(
        "client.page.renderer.result.trajectories.map(({ complete, columns }) => [complete, columns.epoch.length])"
    )
    assert runs == [[True, 22]] * 10
    expect(page.locator("#progress")).to_contain_text("27 networks")
    shown = page.evaluate("document.getElementById('images-plane').data.filter(({ x }) => x && x.length === 9).length")
    assert shown == 6  # two accuracies, norm, three angles
    assert not [url for url in asked if "/jobs/" in url]


def test_the_two_pages_of_the_lab_lead_to_each_other(open_page: Any) -> None:
    page = open_page(PAGE)
    entries = page.locator(".view-link")
    assert entries.all_inner_texts().count("Lab") == 1
    assert entries.get_by_text("Lab").get_attribute("aria-current") == "page"
    switch = page.get_by_role("navigation", name="Lab: pages")
    assert switch.get_by_text("Real images").get_attribute("aria-current") == "page"
    switch.get_by_text("Single-index model").click()
    page.wait_for_selector("#lab-plane .plot-container")
    assert switch.get_by_text("Single-index model").get_attribute("aria-current") == "page"
    page.get_by_role("navigation", name="Lab: pages").get_by_text("Real images").click()
    page.wait_for_selector("#images-plane .plot-container")
    assert entries.get_by_text("Lab").get_attribute("aria-current") == "page"


def test_networks_of_another_setting_come_as_they_learn(open_page: Any) -> None:
    page = open_page(TINY)
    page.wait_for_selector(FINISHED)
    runs = page.evaluate(
        "client.page.renderer.result.trajectories.map(({ complete, columns }) => [complete, columns.epoch.length])"
    )
    assert runs == [[True, 3]] * 3
    expect(page.locator("#status")).to_contain_text("computed live")
    expect(page.locator("#sentences")).to_contain_text("4 layers, at the end")
    expect(page.locator("#progress")).to_be_hidden()
    second = open_page(TINY)
    second.wait_for_selector(FINISHED)
    column = "Array.from(client.page.renderer.result.trajectories[0].columns.norm)"
    assert page.evaluate(column) == second.evaluate(column)


def test_the_default_is_run_live_and_can_be_left_again(open_page: Any) -> None:
    page = open_page(PAGE)
    page.get_by_role("button", name="Train it live").press("Enter")
    expect(page.locator("#sentences")).to_contain_text("27 networks are training")
    expect(page.locator("#notes")).not_to_contain_text("kept results")
    expect(page.locator("#status")).to_be_empty()
    until(page, "client.page.renderer.result.trajectories.some(({ columns }) => columns.epoch)")
    page.locator("#pause-button").click()
    expect(page.locator("#progress")).to_contain_text("Paused")
    page.evaluate("client.page.history.write()")
    page.reload()
    expect(page.locator("#progress")).to_contain_text("Paused")
    assert page.evaluate(STATE)["watched"] == "paused"
    until(page, "client.page.renderer.result.trajectories.some(({ columns }) => columns.epoch)")
    expect(page.locator("#sentences")).to_contain_text("27 networks are training")
    page.locator("#cancel-button").click()
    expect(page.locator("#progress")).to_contain_text("Training cancelled")
    assert page.evaluate("client.page.renderer.result.trajectories.length") == 0
    page.select_option("#preset", "width")
    expect(page.locator("#progress")).to_contain_text("Kept results of")
    expect(page.locator("#notes")).to_contain_text("Kept results: computed on")


def test_the_cursor_shows_the_figure_over_the_width_as_it_was(open_page: Any) -> None:
    page = open_page(f"{PAGE}?v=1&exp=width&cur=1")
    drawn = """(at) => client.load("core/columns.mjs")
      .then(({ rowAtTime }) => rowAtTime(client.page.renderer.result.trajectories[24], "best", at)[5])"""  # widest
    first, last = (page.evaluate(drawn, at) for at in (1, None))
    assert first < 0.5 < 0.8 < last
    assert page.locator("#images-plane ~ svg.over path").count() == 16  # lines and bands of four choices, two rows
    page.locator("body").press("End")
    until(page, "client.page.state.cursor === null")
    assert page.locator("#images-plane ~ svg.over path").count() == 0


def test_another_experiment_forgets_the_windows_of_the_last(open_page: Any) -> None:
    page = open_page(f"{PAGE}?v=1&win=0.3,2&span=2,50")
    assert page.evaluate(STATE)["window"] == [0.3, 2]
    page.get_by_label("unlearning").check()
    page.wait_for_selector('body[data-drawn*="exp=unlearning"]')
    state = page.evaluate(STATE)
    assert state["window"] is None
    assert state["span"] is None
    expect(page.locator("#sentences")).to_contain_text("of the peak is lost")


def test_a_list_is_typed_and_what_is_wrong_in_it_is_said(open_page: Any) -> None:
    page = open_page(TINY)
    box = page.locator("#images-sigmas-box")
    expect(box).to_have_value("0.5, 2")
    for wrong, sentence in (
        ("0.5, x", "σ = x is not one of the numbers in [1e-3, 1e3]"),
        ("0", "σ = 0 is not one of the numbers"),
        ("1 2 3 4 5 6 7 8 9 10", "σ has 10 numbers, not 1 to 9"),
    ):
        box.fill(wrong)
        box.press("Enter")
        expect(page.locator("#alert")).to_contain_text(sentence)
        assert box.get_attribute("aria-invalid") == "true"
    box.fill("0.5 1; 2")
    box.press("Enter")
    page.wait_for_selector('body[data-drawn*="sig=0.5,1,2"]')
    expect(box).to_have_value("0.5, 1, 2")
    expect(page.locator("#alert")).to_be_hidden()


def test_own_images_are_sent_and_learnt_from_and_the_link_brings_them_back(open_page: Any) -> None:
    page = open_page(TINY)
    file = {"name": "mine.npz", "mimeType": "application/octet-stream", "buffer": saved(**good(60, (6, 6)))}
    page.set_input_files("#upload-file", file)
    page.wait_for_selector('body[data-finished*="img="]')
    expect(page.locator("#upload")).to_contain_text("Own images")
    expect(page.locator("#status")).to_contain_text("learnt from images")
    link = page.evaluate("client.page.history.address()")
    other = open_page(link)
    other.wait_for_selector(FINISHED)
    other.click("#upload-back")
    expect(other.locator("#upload")).to_contain_text("1,797 digits")
    assert other.evaluate(STATE)["images"] is None


@pytest.mark.allowed_faults("422")
def test_a_file_that_is_not_images_and_images_that_are_not_here_are_told_of(open_page: Any) -> None:
    page = open_page(TINY)
    page.set_input_files("#upload-file", {"name": "x.npz", "mimeType": "application/octet-stream", "buffer": b"hello"})
    expect(page.locator("#alert")).to_contain_text("These images cannot be used: the file is not an .npz")
    assert page.evaluate(STATE)["images"] is None
    absent = open_page(f"{PAGE}?v=1&img={'0123456789abcdef' * 2}")
    expect(absent.locator("#sentences")).to_contain_text("are not kept on this server")


@pytest.mark.allowed_faults("422")
def test_data_that_are_not_computed_yet_are_told_of(open_page: Any) -> None:
    page = open_page(f"{PAGE}?v=1&sig=0.5&m=256&T=500&r=1")
    page.click("#save-menu summary")
    page.get_by_text("Data, CSV").click()
    expect(page.locator("#alert")).to_contain_text("watch them until they are")


def test_on_a_phone_the_figure_comes_first_and_the_drawer_has_the_controls(open_page: Any) -> None:
    page = open_page(PAGE, **PHONE)
    plane, words = (page.locator(name).bounding_box() for name in ("#images-plane", "#sentences"))
    assert plane["y"] + plane["height"] <= words["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("#controls-button")
    page.get_by_label("width", exact=True).first.check()
    page.wait_for_selector('body[data-drawn*="exp=width"]')
    page.get_by_label("unlearning", exact=True).check()
    page.wait_for_selector('body[data-drawn*="exp=unlearning"]')
    until(page, "document.querySelectorAll('#images-panels .legend .traces').length === 5")
    legend = page.locator("#images-panels .legend").bounding_box()
    numbers = page.locator("#images-panels .xtick").last.bounding_box()
    assert numbers["y"] + numbers["height"] <= legend["y"], "the names of the lines are under the axis"
