"""Numbers as people type and paste them into boxes; the keyboards of telephones."""

from __future__ import annotations

from math import isnan
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.views.registry import VIEWS
from tests.browser.hand import box, until, wait_for_query

READ = {
    "10⁴": 1e4,
    "1·10⁻³": 1e-3,
    "−2 · 10⁴": -2e4,
    "3×10^5": 3e5,
    "10^-3": 1e-3,
    "10^(−3)": 1e-3,
    "10**4": 1e4,
    "1e−3": 1e-3,
    "1/3": 1 / 3,
    "−2 / 3": -2 / 3,
    "1,5/3": 0.5,
    "0,7": 0.7,
    "−.5": -0.5,
    "10.000": 10.0,
}
REFUSED = ("", "ten", "10,000", "1/0", "1/2/3", "10^", "2^3", "--1", "0x10", "1_0", "١", "[1]")
LISTS = {
    "1, -1, 1": [1, -1, 1],
    "[1, -0.7]": [1, -0.7],
    "(1, −0.7, 1.3)": [1, -0.7, 1.3],
    "1 −1 1/2": [1, -1, 0.5],
    "0,5; −0,7": [0.5, -0.7],
    "1,-1": [1, -1],
    "1·10⁻³, 2": [1e-3, 2],
}


def typed(page: Page, control: str, text: str) -> None:
    box(page, control).fill(text)
    box(page, control).press("Enter")


def test_numbers_are_read_as_the_app_prints_them_and_as_people_write_them(open_page: Any) -> None:
    page = open_page("/")
    for text, number in READ.items():
        assert page.evaluate("fl.readNumber", text) == pytest.approx(number, rel=1e-15), text
    for text in REFUSED:
        assert isnan(page.evaluate("fl.readNumber", text)), text
    for text, numbers in LISTS.items():
        assert page.evaluate("(text) => fl.listedNumbers(text).map(fl.readNumber)", text) == numbers, text
    for text in ("1", "0,7", "1 / 3", "10,000,000", "1,1", "10^-3"):
        assert page.evaluate("fl.listedNumbers", text) is None, text


def test_each_number_that_the_app_prints_can_be_typed_back(open_page: Any) -> None:
    page = open_page("/")
    numbers = [s * m * 10.0**p for s in (1, -1) for m in (1, 1.5, 9.31) for p in (-9, -3, -1, 0, 3, 5, 8)]
    for number in numbers:
        for formatter in ("fl.shown", "fl.numberText"):
            assert page.evaluate(f"(n) => fl.readNumber({formatter}(n))", number) == pytest.approx(number, rel=1e-12)


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
    assert len(page.evaluate("fl.page.state.c")) == 6
    typed(page, "a-chosen", "4, 8")
    wait_for_query(page, "a=4,8")
    page.click("#undo-button")
    wait_for_query(page, "a=5,9,10")


def test_a_list_that_does_not_fit_is_refused_with_a_sentence(open_page: Any) -> None:
    page = open_page("/")
    before = page.evaluate("fl.page.state")
    for text, said in (
        ("1, x, 1", "c*ₖ: x is not a number in [-10, 10]. The picture keeps its own."),
        ("1, 20", "c*ₖ: 20 is not a number in [-10, 10]. The picture keeps its own."),
        (", ".join(["1"] * 40), "c*ₖ has 40 numbers, at most 10 are possible. The picture keeps its own."),
    ):
        typed(page, "c_star-0", text)
        expect(page.locator("#alert")).to_have_text(said)
        assert box(page, "c_star-0").get_attribute("aria-invalid") == "true", said
        assert page.evaluate("fl.page.state") == before, said


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


@pytest.mark.parametrize("name", VIEWS)
def test_boxes_of_negative_numbers_and_powers_ask_for_a_keyboard_with_minus_and_e(open_page: Any, name: str) -> None:
    """iOS's decimal keyboard has neither."""
    page = open_page(VIEWS[name].path)
    until(page, "fl.page.controls.state !== undefined")
    modes = page.evaluate("""() => fl.page.view.controls.flatMap((control) => {
      const { box, ends } = fl.page.controls.parts[control.id] || {};
      if (box) return [[control.bounds[0] < 0 || control.scale === "log", box.inputMode]];
      const axis = ends && fl.page.view.axes[fl.page.state[control.parameter]];
      return (ends || []).map((end) => [axis.bounds[0] < 0 || Boolean(axis.log), end.inputMode]);
    })""")
    assert modes
    assert [mode for _, mode in modes] == ["text" if signed else "decimal" for signed, _ in modes]
