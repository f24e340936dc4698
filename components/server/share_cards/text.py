"""Text of a share card: the markup of sentences, and lines of a bounded width."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dynamics.plotting.mathematics import mathematics

POINTS = 0.72  # of a pixel of a card
SPACE = 0.34  # of the size: a space of this type, about
LOWERED = re.compile(r"([_^])(\([^)]*\)|[A-Za-z0-9−]+)")
WORD = re.compile(r"(?:\\\$|\$[^$]*\$|[^\s$])+")  # with its formulas, which hold spaces


class Measure:
    """The widths of texts, in pixels, as a renderer of matplotlib draws them: each word is measured once, for a formula
    takes milliseconds."""

    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer
        self._word = lru_cache(maxsize=1_000)(self._measured)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a line."""
        words = WORD.findall(text)
        return sum(self._word(word, size, bold) for word in words) + max(0, len(words) - 1) * SPACE * size

    def _measured(self, word: str, size: float, bold: bool) -> float:
        from matplotlib.cbook import is_math_text
        from matplotlib.font_manager import FontProperties

        font = FontProperties(size=size * POINTS, weight="bold" if bold else "normal")
        width, _, _ = self._renderer.get_text_width_height_descent(word, font, is_math_text(word))
        return float(width)


def marked(sentence: str) -> str:
    """Return a sentence, in which _ lowers and ^ raises what follows, with figures' tags instead."""

    def tagged(match: re.Match[str]) -> str:
        tag = "sub" if match[1] == "_" else "sup"
        return f"<{tag}>{match[2].strip('()')}</{tag}>"

    return LOWERED.sub(tagged, sentence)


def wrapped(text: str, size: float, max_width: float, lines: int, measure: Measure) -> list[str]:
    """Return a sentence with figures' tags as lines with formulas, bounded in number and in pixels; it ends in an
    ellipsis where it is cut."""
    result: list[str] = []
    words = WORD.findall(mathematics(text, symbols=False))
    for number, word in enumerate(words):
        longer = f"{result[-1]} {word}" if result else word
        if result and measure.width(longer, size) <= max_width:
            result[-1] = longer
        elif len(result) < lines:
            result.append(cut(word, size, max_width, measure))
        else:
            result[-1] = cut(" ".join([result[-1], *words[number:]]), size, max_width, measure)
            break
    return result


def cut(text: str, size: float, max_width: float, measure: Measure, bold: bool = False) -> str:
    """Return text of a bounded width in pixels, cut between two words, or within the first, with an ellipsis."""
    if measure.width(text, size, bold) <= max_width:
        return text
    words = WORD.findall(text)
    while len(words) > 1:
        words.pop()
        shorter = " ".join(words).rstrip(" ,;:.") + "…"
        if measure.width(shorter, size, bold) <= max_width:
            return shorter
    plain = words[0].replace("$", "")
    while plain and measure.width(plain + "…", size, bold) > max_width:
        plain = plain[:-1]
    return plain + "…"
