"""View 3 under the hand: the cloud, its player, controls of whole numbers, the bridge, what is saved."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.hand import STATE, until, wait_for_query

CLOUD = "#time_scales-cloud"
ENDS = """() => document.querySelector("#time_scales-cloud").data.find(({ name }) => name === "neurons").x.length"""


def test_the_cloud_its_panels_and_sentences_are_drawn(open_page: Any) -> None:
    page = open_page("/time-scales")
    until(page, f"({ENDS})() === 20")  # a start and an end of each neuron
    expect(page.locator("#sentences li")).to_have_count(3)
    expect(page.locator("#sentences li").first).to_contain_text("Degree 0")
    lines = page.evaluate("document.querySelector('#time_scales-panels').data.length")
    assert lines == 1 + 3 + 10 + 10
    page.get_by_label("aᵢ, sᵢ").check()
    wait_for_query(page, "pan=neurons")
    until(page, "document.querySelector('#time_scales-panels').data.length === 20")


def test_the_player_moves_every_neuron(open_page: Any) -> None:
    page = open_page("/time-scales")
    page.locator("body").press("ArrowLeft")
    until(page, "client.page.state.cursor !== null")
    assert "t = " in page.locator("#tau-now").inner_text()
    assert page.locator(f"{CLOUD} ~ .over circle").count() == 10


def test_whole_numbers_stay_whole(open_page: Any) -> None:
    page = open_page("/time-scales")
    width = page.locator("#time_scales-m")
    width.focus()
    page.keyboard.press("ArrowRight")
    until(page, "Number.isInteger(client.page.state.m) && client.page.state.m > 10")
    box = page.locator("#time_scales-m-box")
    box.fill("3")
    box.press("Enter")
    wait_for_query(page, "m=3")
    box.press("ArrowUp")
    wait_for_query(page, "m=4")


def test_coefficients_of_the_activation_come_with_their_choice(open_page: Any) -> None:
    page = open_page("/time-scales")
    assert page.locator("#time_scales-sigma-1-row").is_hidden()
    page.get_by_label("σₖ", exact=True).check()
    wait_for_query(page, "act=series")
    assert page.locator("#time_scales-sigma-1-row").is_visible()
    page.fill("#time_scales-terms-count-box", "5")
    page.keyboard.press("Tab")
    until(page, "client.page.state.sigma.length === 5")


def test_the_bridge_leads_to_the_plane_and_back(open_page: Any) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Open ā = 5 as many neurons").click()
    page.wait_for_selector(CLOUD)
    wait_for_query(page, "law=alike")
    expect(page.locator("#notes")).to_contain_text("planar system")
    page.get_by_role("link", name="Open the same system on the R–a plane").click()
    page.wait_for_selector("#unlearning-plane")
    wait_for_query(page, "a=5")
    assert page.evaluate(STATE)["c_star"] == [1, -1, 1, 1, 1]


def test_a_preset_brings_its_networks_and_their_controls(open_page: Any) -> None:
    page = open_page("/time-scales")
    assert page.locator("#time_scales-dimension-row").is_hidden()
    page.select_option("#preset", "finite-1")
    wait_for_query(page, "lay=overlaps,planar,network")
    expect(page.locator("#notes")).to_contain_text("4 networks (d = 100")
    assert page.locator("#time_scales-dimension-row").is_visible()
    assert page.locator("#preset").input_value() == "finite-1"
    traces = "document.querySelector('#time_scales-panels').data"
    assert page.evaluate(f"{traces}.filter(({{ fill }}) => fill === 'toself').length") == 1
    page.locator("body").press("ArrowLeft")  # the band is drawn up to the cursor
    until(page, "document.querySelectorAll('#time_scales-panels ~ .over path[fill-opacity=\"0.25\"]').length === 1")


def test_networks_that_learn_can_be_ended(open_page: Any) -> None:
    page = open_page("/time-scales?v=1&eps=1e-3&m=20&lay=network&d=300&B=3000&r=10", drawn=False)
    page.locator("#cancel-button").click()
    expect(page.locator("#status")).to_contain_text("Ended here")
    expect(page.locator("#progress")).to_be_hidden()
    page.select_option("#preset", "canonical")  # and goes on
    wait_for_query(page, "eps=1e-6")


def test_presets_bring_the_sweep(open_page: Any) -> None:
    page = open_page("/time-scales?v=1&pan=sweep&n=3")
    expect(page.locator("#notes")).to_contain_text("dividing by ln(1/ε)")
    assert page.locator("#time_scales-seeds-row").is_visible()
    assert page.locator("#time_scales-axis").is_hidden()


def test_a_broken_link_gives_a_sentence_and_a_picture(open_page: Any) -> None:
    page = open_page("/time-scales?v=1&eps=0&m=5")
    expect(page.locator("#alert")).to_contain_text("eps = 0 is outside")
    assert page.evaluate(STATE)["m"] == 5


def test_the_picture_is_saved(open_page: Any) -> None:
    page = open_page("/time-scales")
    page.click("#save-menu summary")
    with page.expect_download() as download:
        page.get_by_role("button", name="Cloud of neurons, SVG").click()
    assert "alignment" in download.value.path().read_text(encoding="utf-8")
