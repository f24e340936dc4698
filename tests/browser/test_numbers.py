"""Numbers as people type and paste them into boxes; the keyboards of telephones."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.views.registry import VIEWS
from tests.browser.hand import box, until, wait_for_query
from tests.parameters import some_of


def typed(page: Page, control: str, text: str) -> None:
    box(page, control).fill(text)
    box(page, control).press("Enter")


def test_powers_and_fractions_are_taken_by_a_box(open_page: Any) -> None:
    page = open_page("/")
    typed(page, "tau", "2·10³")
    wait_for_query(page, "tau=2e3")
    typed(page, "eps", "10⁻³")
    wait_for_query(page, "eps=1e-3")
    typed(page, "c_star-1", "−2/3")
    wait_for_query(page, "cs=1,-0.666666666667,1,1,1")
    expect(page.locator("#alert")).to_be_hidden()


def test_a_pasted_list_fills_the_row_of_coefficients(open_page: Any) -> None:
    page = open_page("/")
    typed(page, "c_star-0", "(1, −0.7, 1.3, 1/2, 2)")
    wait_for_query(page, "cs=1,-0.7,1.3,0.5,2")
    typed(page, "c_star-2", "[1, -0.5]")
    wait_for_query(page, "cs=1,-0.5,0,0,0")
    typed(page, "c_star-0", "1, 2, 3, 4, 5, 6")
    wait_for_query(page, "cs=1,2,3,4,5,6")
    assert len(page.evaluate("client.page.state.c")) == 6
    typed(page, "a-chosen", "4, 8")
    wait_for_query(page, "a=4,8")
    page.click("#undo-button")
    wait_for_query(page, "a=5,9,10")


def test_a_list_that_does_not_fit_is_refused_with_a_sentence(open_page: Any) -> None:
    page = open_page("/")
    before = page.evaluate("client.page.state")
    for text, said in (
        ("1, x, 1", "c*ₖ: x is not a number in [-10, 10]. The picture keeps its own."),
        ("1, 20", "c*ₖ: 20 is not a number in [-10, 10]. The picture keeps its own."),
        (", ".join(["1"] * 40), "c*ₖ has 40 numbers, at most 10 are possible. The picture keeps its own."),
    ):
        typed(page, "c_star-0", text)
        expect(page.locator("#alert")).to_have_text(said)
        assert box(page, "c_star-0").get_attribute("aria-invalid") == "true", said
        assert page.evaluate("client.page.state") == before, said


def test_an_ambiguous_point_is_read_as_decimal_and_said(open_page: Any) -> None:
    page = open_page("/")
    typed(page, "tau", "10.000")
    wait_for_query(page, "tau=10")
    expect(page.locator("#alert")).to_contain_text("10.000 is read as 10: the point is a decimal sign.")
    box(page, "tau").blur()
    expect(page.locator("#alert")).to_contain_text("For a thousand times as much, enter 1e4.")
    typed(page, "a-chosen", "9.311")
    wait_for_query(page, "a=9.311")
    expect(page.locator("#alert")).to_be_hidden()


@pytest.mark.parametrize("name", some_of(VIEWS, "unlearning", "phase_map", "images"))  # boxes, ends of axes, lists
def test_boxes_of_negative_numbers_and_powers_ask_for_a_keyboard_with_minus_and_e(open_page: Any, name: str) -> None:
    """iOS's decimal keyboard has neither."""
    page = open_page(VIEWS[name].path)
    until(page, "Object.keys(client.page.controls.state).length > 0")
    modes = page.evaluate("""() => client.page.view.controls.flatMap((control) => {
      const { box, ends } = client.page.controls.parts[control.id] || {};
      if (box) return [[control.bounds[0] < 0 || control.scale === "log", box.inputMode]];
      const axis = ends && client.page.view.axes[client.page.state[control.parameter]];
      return (ends || []).map((end) => [axis.bounds[0] < 0 || Boolean(axis.log), end.inputMode]);
    })""")
    assert modes
    assert [mode for _, mode in modes] == ["text" if signed else "decimal" for signed, _ in modes]
