"""View 4 under the hand: hyperbolas, player, phase diagram, scalings, gradient descent, what is saved."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.hand import STATE, settled, until, wait_for_query

PLANE, PANELS, MARKER = "#linear_network-plane", "#linear_network-panels", "#linear_network-panels-marker"
MAP = "/linear-network?v=1&g=0.1&eu=1&ew=1&pan=map"

# A slow server: what has come before the first samples is drawn on its own.
SLOW = """() => {
  const read = client.page.loader.readStream;
  client.page.loader.constructor.FIRST_PIECE_MS = -1;
  client.page.loader.readStream = (url, signal, handlers) => read(url, signal, {
    ...handlers,
    onChunk: (chunk) => {
      handlers.onChunk(chunk);
      if (chunk.kind !== "trajectory") return;
      handlers.onBatch();
      client.page.renderer.renderSecondary();
    },
  });
}"""


def test_neurons_panels_and_the_mechanism_are_drawn(open_page: Any) -> None:
    page = open_page("/linear-network")
    until(page, f"document.querySelector('{PANELS}').data.length === 6")
    expect(page.locator("#sentences li")).to_have_count(1)
    expect(page.locator("#sentences li")).to_contain_text("Mostly alignment")
    lines = page.evaluate(
        f"document.querySelector('{PLANE}').data.filter(({{ meta }}) => meta && meta.role === 'line').length"
    )
    assert lines == 48


def test_a_slider_changes_the_mechanism_under_the_hand(open_page: Any) -> None:
    page = open_page("/linear-network")
    box = page.locator("#linear_network-aligned-box")
    box.fill("0.9")
    box.press("Enter")
    box = page.locator("#linear_network-target-box")
    box.fill("0.1")
    box.press("Enter")
    wait_for_query(page, "y=0.1")
    expect(page.locator("#sentences li")).to_contain_text("disalignment")


def test_the_player_moves_every_neuron_along_its_hyperbola(open_page: Any) -> None:
    page = open_page("/linear-network?v=1&d=10")
    page.locator("body").press("ArrowLeft")
    until(page, "client.page.state.cursor !== null")
    assert page.locator(f"{PLANE} ~ .over circle").count() == 10


def test_a_cell_of_the_phase_diagram_is_shown_beside_it(open_page: Any) -> None:
    page = open_page(MAP)
    frame = page.locator(PANELS).bounding_box()
    page.mouse.move(frame["x"] + 150, frame["y"] + 300)
    expect(page.locator(".tip")).to_contain_text("kernel(∞) / kernel(0)")
    page.mouse.click(frame["x"] + 150, frame["y"] + 300)
    until(page, "client.page.state.gamma < 0.05")
    expect(page.locator("#sentences li")).to_contain_text("alignment")
    settled(page)
    before = page.evaluate(STATE)["sigma_u"]
    page.locator(MARKER).focus()
    page.keyboard.press("ArrowUp")
    until(page, f"client.page.state.sigma_u > {before}")
    page.keyboard.press("Control+z")
    until(page, f"client.page.state.sigma_u === {before}")
    assert page.url.count("/linear-network") == 1


def test_the_marker_is_there_with_the_map_alone(open_page: Any) -> None:
    page = open_page("/linear-network")
    expect(page.locator(MARKER)).to_be_hidden()
    page.get_by_role("radio", name="phase diagram").check()
    expect(page.locator(MARKER)).to_be_visible()
    assert page.locator("#linear_network-x-row").is_visible()
    page.get_by_role("radio", name="over time").check()
    expect(page.locator(MARKER)).to_be_hidden()


def test_rows_without_a_sample_yet_are_drawn_where_a_map_was(open_page: Any) -> None:
    page = open_page(MAP)
    page.evaluate(SLOW)
    page.get_by_role("radio", name="over time").check()
    until(page, f"document.querySelector('{PANELS}').data.length === 6")
    until(page, f"document.querySelector('{PANELS}').data.every(({{ x }}) => x.length > 1)")


def test_a_scaling_is_turned_into_the_other_phase(open_page: Any) -> None:
    page = open_page("/linear-network")
    page.select_option("#preset", "scaling-1")
    wait_for_query(page, "pan=scaling")
    expect(page.locator("#notes")).to_contain_text("kernel")
    assert page.evaluate(STATE)["c_gamma"] == -0.5
    page.get_by_role("link", name="Turn it into the other phase").click()
    until(page, "client.page.state.c_gamma === -1")
    expect(page.locator("#notes")).to_contain_text("feature learning")
    assert page.locator("#preset").input_value() == "scaling-2"
    page.go_back()
    until(page, "client.page.state.c_gamma === -0.5")


def test_gradient_descent_comes_with_its_step(open_page: Any) -> None:
    page = open_page("/linear-network")
    assert page.locator("#linear_network-step-row").is_hidden()
    page.get_by_text("Layers", exact=True).click()
    page.get_by_role("checkbox", name="gradient descent").check()
    wait_for_query(page, "descent")
    expect(page.locator("#notes")).to_contain_text("leaves the flow")
    assert page.locator("#linear_network-step-row").is_visible()
    points = page.evaluate(f"document.querySelector('{PANELS}').data.filter(({{ mode }}) => mode === 'markers').length")
    assert points == 6


def test_a_horizon_of_ones_own_is_switched_on(open_page: Any) -> None:
    page = open_page("/linear-network")
    assert page.evaluate(STATE)["t"] is None
    page.locator("#linear_network-t-row input[type=checkbox]").check()
    until(page, "client.page.state.t === 10")


def test_a_broken_link_gives_a_sentence_and_a_picture(open_page: Any) -> None:
    page = open_page("/linear-network?v=1&d=0&y=3")
    expect(page.locator("#alert")).to_contain_text("d = 0 is outside")
    assert page.evaluate(STATE)["target"] == 3


def test_the_picture_is_saved(open_page: Any) -> None:
    page = open_page(MAP)
    page.click("#save-menu summary")
    with page.expect_download() as download:
        page.get_by_role("button", name="Plane of the neurons, SVG").click()
    assert "⟨wᵢ, x⟩" in download.value.path().read_text(encoding="utf-8")


def test_the_table_of_scalings_leads_to_each_of_them(open_page: Any) -> None:
    page = open_page("/linear-network")
    page.get_by_text("Scalings", exact=True).click()
    page.get_by_role("link", name="µP").click()
    until(page, "client.page.state.panel === 'scaling' && client.page.state.c_u === -1")
    expect(page.locator("#notes")).to_contain_text("feature learning")
    assert page.evaluate("document.querySelectorAll('.popup[open]').length") == 0
