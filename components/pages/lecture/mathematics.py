"""Text with mathematics: paragraphs, *emphasis* and $LaTeX$, as HTML with MathML, made by the server."""

from __future__ import annotations

import re
from html import unescape

from markupsafe import Markup, escape

from components.pages.theory.mathematics import mathml

_TAG = re.compile(r"<[^>]*>")
_LATEX = re.compile(r"<annotation.*?</annotation>", re.DOTALL)
_PIECES = re.compile(r"\$([^$]+)\$([.,:;?!)]*)|\*([^*\n]+)\*")  # a formula keeps the marks that follow it


def render_inline(text: str) -> str:
    """One line of text as HTML. Raises ValueError."""
    if text.count("$") % 2:
        raise ValueError("a $ is without its partner.")
    made, begin = [], 0
    for found in _PIECES.finditer(text):
        made.append(escape(text[begin : found.start()]))
        latex, marks, stressed = found.groups()
        if stressed:
            made.append(Markup("<em>{}</em>").format(stressed))
        elif marks:
            made.append(Markup('<span class="together">{}{}</span>').format(Markup(mathml(latex)), marks))
        else:
            made.append(Markup(mathml(latex)))
        begin = found.end()
    return str(Markup("").join(made) + escape(text[begin:]))


def paragraphs(text: str) -> str:
    """Text as HTML; an empty line begins a paragraph. Raises ValueError."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    return "".join(f"<p>{render_inline(part)}</p>" for part in parts)


def strip_markup(made: str) -> str:
    """What `paragraphs` made, without its marks."""
    return " ".join(unescape(_TAG.sub(lambda tag: " " if tag[0] == "</p>" else "", _LATEX.sub("", made))).split())
