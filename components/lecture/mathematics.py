"""Text with mathematics: paragraphs, *emphasis* and $LaTeX$, as HTML with MathML, made by the server."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
TAGS = {
    "math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mstyle", "mtable", "mtr", "mtd", "mpadded", "mphantom",
}  # fmt: skip
ATTRIBUTES = {
    "display",
    "stretchy",
    "displaystyle",
    "scriptlevel",
    "mathvariant",
    "fence",
    "form",
    "width",
    "separator",
}
_PIECES = re.compile(r"\$([^$]+)\$|\*([^*\n]+)\*")


def formula(latex: str) -> str:
    """LaTeX as inline MathML. Raises ValueError with a sentence where it cannot be read, or would do more than show
    mathematics."""
    try:
        root = ElementTree.fromstring(convert(latex))
    except Exception as error:  # the converter raises whatever it comes upon
        raise ValueError(f"${latex}$ cannot be read as mathematics ({error or type(error).__name__}).") from None
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        if element.tag not in TAGS or element.attrib.keys() - ATTRIBUTES:
            raise ValueError(f"${latex}$ holds something that is not mathematics: {element.tag}.")
        if (element.text or "").startswith("\\") and len(element.text or "") > 1:
            raise ValueError(f"${latex}$: {element.text} is not known.")
    root.set("xmlns", NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")


def line(text: str) -> str:
    """One line of text as HTML. Raises ValueError."""
    if text.count("$") % 2:
        raise ValueError("a $ is without its partner.")
    made, begin = [], 0
    for found in _PIECES.finditer(text):
        made.append(escape(text[begin : found.start()]))
        latex, stressed = found.groups()
        made.append(formula(latex) if latex else f"<em>{escape(stressed)}</em>")
        begin = found.end()
    return "".join(made) + escape(text[begin:])


def paragraphs(text: str) -> str:
    """Text as HTML; an empty line begins a paragraph. Raises ValueError."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    return "".join(f"<p>{line(part)}</p>" for part in parts)
