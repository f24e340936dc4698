"""The theory page as a document: Markdown and mathematics in, HTML out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from components.core.citations import PAPERS
from components.core.theory_chapter import Chapter, Symbol
from components.core.view import View
from components.pages.theory.mathematics import mathml
from components.ui.templates import render

CONTENT = Path(__file__).parent / "content"
_CLOSING = tuple(",.;:!?)")
_NUMBER = re.compile(r"@([A-Za-z_0-9]+)@")
_REFERENCE = re.compile(r"@ref:([a-z0-9-]+)@")


@dataclass
class Outline:
    """What a chapter is found to contain while it is written: its headings (level, anchor, text), its equations."""

    number: int
    chapter: Chapter
    headings: list[tuple[str, str, str]] = field(default_factory=list)
    equations: dict[str, str] = field(default_factory=dict)

    def equation(self, label: str) -> str:
        """The anchor of an equation of this chapter."""
        return f"{self.chapter.anchor}-eq-{label}"


def read_chapter(chapter: Chapter) -> str:
    """The text of a chapter."""
    return (CONTENT / f"{chapter.name}.md").read_text(encoding="utf-8")


def equation_labels(text: str) -> list[str]:
    """The names of a text's equations, in their order."""
    return re.findall(r"\$\$ \(([a-z0-9-]+)\)\s*$", text, re.MULTILINE)


def render_text(numbers: Mapping[str, str], views: Mapping[str, View]) -> Markup:
    """Table of contents, chapters and papers, as HTML."""
    chapters = dict.fromkeys(view.chapter for view in views.values() if view.chapter)
    outlines = [Outline(number, chapter) for number, chapter in enumerate(chapters, 1)]
    bodies = [_chapter(outline, numbers, views) for outline in outlines]  # they fill the outlines
    return render("theory_text.html", outlines=outlines, chapters=bodies, papers=PAPERS)


def _chapter(outline: Outline, numbers: Mapping[str, str], views: Mapping[str, View]) -> Markup:
    chapter, text = outline.chapter, read_chapter(outline.chapter)
    outline.equations = {label: f"{outline.number}.{n}" for n, label in enumerate(equation_labels(text), 1)}
    text = _REFERENCE.sub(lambda found: _link_to(outline, found[1]), text)
    text = _NUMBER.sub(lambda found: numbers[found[1]], text)
    body = _markdown(outline).render(text)
    head, _, rest = body.partition("<h3")  # the letters come before the first section
    return Markup(head) + _symbols(chapter, views) + Markup(f"<h3{rest}")


def _link_to(outline: Outline, label: str) -> str:
    return f"[{outline.equations[label]}](#{outline.equation(label)})"


def _markdown(outline: Outline) -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, double_inline=False)
    place = f"{outline.chapter.anchor}-symbol-"
    typeset = partial(mathml, symbols=outline.chapter.symbols, place=place)

    def inline(self: Any, tokens: Sequence[Token], at: int, *_more: Any) -> str:
        written = typeset(tokens[at].content)
        if at + 1 == len(tokens) or tokens[at + 1].content[:1] not in _CLOSING:
            return written
        mark, tokens[at + 1].content = tokens[at + 1].content[0], tokens[at + 1].content[1:]
        return Markup('<span class="held">{}{}</span>').format(Markup(written), mark)  # a comma begins no line

    def displayed(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        token = tokens[at]
        number, anchor = outline.equations[token.info], outline.equation(token.info)
        return Markup(
            '<div class="equation" id="{anchor}"><div class="formula" tabindex="0" role="group" '
            'aria-label="Equation {number}">{formula}</div>'
            '<a class="number" href="#{anchor}" aria-label="Link to equation {number}">({number})</a></div>'
        ).format(anchor=anchor, number=number, formula=Markup(typeset(token.content, display=True)))

    def heading(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        text = tokens[at + 1].content
        level = "h2" if tokens[at].tag == "h1" else "h3"
        anchor = outline.chapter.anchor + ("" if level == "h2" else "-" + _slug(text))
        outline.headings.append((level, anchor, text))
        return f'<{level} id="{anchor}">'

    def heading_end(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        anchor, text = outline.headings[-1][1:]
        level = "h2" if tokens[at].tag == "h1" else "h3"
        link = Markup(' <a class="anchor" href="#{}" aria-label="Link to {}">#</a>').format(anchor, text)
        return f"{link}</{level}>\n"

    def table(self: Any, *_: Any) -> str:
        return '<div class="wide-table" tabindex="0" role="group" aria-label="Table"><table>'

    rules = {
        "math_inline": inline,
        "math_block_label": displayed,
        "heading_open": heading,
        "heading_close": heading_end,
        "table_open": table,
        "table_close": lambda *_: "</table></div>",
    }
    for name, rule in rules.items():
        reader.add_render_rule(name, rule)
    return reader


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _symbols(chapter: Chapter, views: Mapping[str, View]) -> Markup:
    """The table of a chapter's symbols, with links to their controls."""
    return render("theory_symbols.html", symbols=[_symbol_row(chapter, symbol, views) for symbol in chapter.symbols])


def _symbol_row(chapter: Chapter, symbol: Symbol, views: Mapping[str, View]) -> dict[str, Any]:
    moving = [(views[control.partition("-")[0]], control) for control in symbol.controls]
    return {
        "anchor": chapter.symbol_anchor(symbol),
        "formula": Markup(mathml(symbol.tex)),
        "meaning": symbol.meaning,
        "controls": [(view.title, f"{view.path}#{control}") for view, control in moving],
    }
