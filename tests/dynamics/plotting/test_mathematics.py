"""Labels as mathematics: what matplotlib and LaTeX can read, whatever the label."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text
from matplotlib.mathtext import MathTextParser

from dynamics.plotting import mathematics as module
from dynamics.plotting.mathematics import mathematics, to_latex

PIECES = [
    "<sub>", "</sub>", "<sup>", "</sup>", "<b>", "<br>", "&lt;", "\\", "$", "{", "}", "^", "_", "%", "#", "*", "ā", "R",
    "R₀", "c*₃", "He₂", "x", "12", "0.5", " ", *module._GREEK, *module._SIGNS, *module._RAISED, *module._LOWERED,
    *module.GLYPHS,
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("alignment  R", "alignment  $R$"),
        ("time  τ", r"time  $\tau$"),
        ("c*₃, target coefficient of He₃", r"$c^{*}_{3}$, target coefficient of $\mathrm{He}_{3}$"),
        ("ā = −0.5", r"$\bar{a}$ = $-0.5$"),
        ("½ rₖ²", r"$\frac{1}{2}$ $r_{k}^{2}$"),
        ("10<sup>−3</sup>", "$10^{-3}$"),
        ("3·10⁻⁵", r"$3\cdot 10^{-5}$"),
        ("R, alignment with the task's direction", "$R$, alignment with the task's direction"),
        ("γ ∝ n<sup>−1/2</sup>, η = 1", r"$\gamma$ $\propto$ $n^{-1/2}$, $\eta$ = 1"),
        ("a<sub>max</sub>", r"$a_{\mathrm{max}}$"),
        ("ζ in °", r"$\zeta$ in $^{\circ}$"),
        ("loss of 5 $", r"loss of 5 \$"),
        ("ReLU<br>leaky", "ReLU\nleaky"),
        ("&lt;b&gt;", "$<b>$"),
    ],
)
def test_a_label_becomes_text_with_formulas(label: str, expected: str) -> None:
    assert mathematics(label) == expected


def test_in_a_sentence_letters_are_words() -> None:
    assert mathematics("A network of a neuron: a → 1, R₀ = 0.", symbols=False) == (
        "A network of a neuron: a → 1, $R_{0}$ = 0."
    )


@settings(deadline=None, max_examples=600)
@given(st.lists(st.one_of(st.text(max_size=3), st.sampled_from(PIECES)), max_size=9).map("".join), st.booleans())
def test_whatever_the_label_it_can_be_drawn_and_is_latex(label: str, symbols: bool) -> None:
    logging.getLogger("matplotlib.mathtext").setLevel(logging.ERROR)  # signs that the type lacks are drawn as boxes
    found = mathematics(label, symbols)
    for line in found.split("\n"):
        if is_math_text(line):
            MathTextParser("path").parse(line)
    assert found.replace(r"\$", "").count("$") % 2 == 0
    latex = to_latex(found)
    assert latex.isascii()
    assert latex.count(r"\ensuremath{") <= sum(ord(sign) > 127 for sign in found)
