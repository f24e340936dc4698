"""LaTeX to MathML, with the letters of a chapter marked.

math-core writes MathML Core, which browsers lay out themselves: a page of mathematics without a script. Measured
against MathJax in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from xml.etree import ElementTree as tree

from math_core import LatexError, LatexToMathML

from components.core.theory_chapter import Symbol

Element = tree.Element
PRIME = "′"
_NAMED = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z]+;")  # HTML has names for letters that XML does not know
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_converter = LatexToMathML()


def mathml(latex: str, symbols: Sequence[Symbol] = (), place: str = "", display: bool = False) -> str:
    """A formula as MathML. place: what the names of marked symbols begin with. Raises ValueError with the formula."""
    root = _parsed(latex, display)
    _lower_primes(root)
    _wrap_symbols(
        root, [(pattern, f"{place}{symbol.name}") for symbol in symbols for pattern in [_pattern(symbol.tex)]]
    )
    root.set("alttext", " ".join(latex.split()))
    return tree.tostring(root, encoding="unicode")


def _parsed(latex: str, display: bool) -> Element:
    try:
        text = _converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise ValueError(f"{latex} is not mathematics: {_fault(error)}.") from None
    return tree.fromstring(_NAMED.sub(lambda found: unescape(found[0]), text))


def _fault(error: LatexError) -> str:
    """What is wrong, out of a report that is drawn in colors and over several lines."""
    return _COLOR.sub("", str(error)).strip().partition("\n")[0].removeprefix("Error: ").rstrip(".")


def _lower_primes(root: Element) -> None:
    """A prime is raised and small by itself: as an exponent it would be so twice."""
    for node in root.iter("msup"):
        if node[1].text == PRIME:
            node.tag = "mrow"
            node[1].set("lspace", "0")
            node[1].set("rspace", "0")


@cache
def _pattern(latex: str) -> tuple[Element, ...]:
    """The elements that a symbol consists of, side by side."""
    return tuple(_parsed(latex, False))


def _wrap_symbols(node: Element, patterns: Sequence[tuple[tuple[Element, ...], str]]) -> None:
    """Wraps every symbol under a node; the first pattern that fits is it."""
    at = 0
    while at < len(node):
        for pattern, name in patterns:
            found = list(node)[at : at + len(pattern)]
            if len(found) == len(pattern) and all(map(_matches, pattern, found)):
                mark = tree.Element("mrow", {"class": "symbol", "data-symbol": name})
                mark.extend(found)
                for one in found:
                    node.remove(one)
                node.insert(at, mark)
                break
        else:
            _wrap_symbols(node[at], patterns)
        at += 1


def _matches(pattern: Element, node: Element) -> bool:
    """Whether a node is the pattern's, with any index in the place of k."""
    if pattern.tag == "mi" and pattern.text == "k":
        return True
    return (
        (pattern.tag, pattern.text, pattern.get("mathvariant")) == (node.tag, node.text, node.get("mathvariant"))
        and len(pattern) == len(node)
        and all(map(_matches, pattern, node))
    )
