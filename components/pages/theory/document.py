"""The theory page as a document: Markdown and mathematics in, HTML out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from components.core.citations import PAPERS
from components.core.theory_chapter import Chapter, Symbol
from components.core.view import View
from components.pages.theory.mathematics import mathml

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


def render(numbers: Mapping[str, str], views: Mapping[str, View]) -> str:
    """Table of contents, chapters and papers, as HTML."""
    chapters = dict.fromkeys(view.chapter for view in views.values() if view.chapter)
    outlines = [Outline(number, chapter) for number, chapter in enumerate(chapters, 1)]
    written = [_chapter(outline, numbers, views) for outline in outlines]
    return f'{_contents(outlines)}<div class="theory">{_preface()}{"".join(written)}{_papers()}</div>'


def _chapter(outline: Outline, numbers: Mapping[str, str], views: Mapping[str, View]) -> str:
    chapter, text = outline.chapter, read_chapter(outline.chapter)
    outline.equations = {label: f"{outline.number}.{n}" for n, label in enumerate(equation_labels(text), 1)}
    text = _REFERENCE.sub(lambda found: _link_to(outline, found[1]), text)
    text = _NUMBER.sub(lambda found: numbers[found[1]], text)
    body = _markdown(outline).render(text)
    head, _, rest = body.partition("<h3")  # the letters come before the first section
    return f'<section class="chapter">{head}{_table(chapter, views)}<h3{rest}</section>'


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
        return f'<span class="held">{written}{mark}</span>'  # a comma begins no line

    def displayed(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        token = tokens[at]
        number, anchor = outline.equations[token.info], outline.equation(token.info)
        return (
            f'<div class="equation" id="{anchor}"><div class="formula" tabindex="0" role="group" '
            f'aria-label="Equation {number}">{typeset(token.content, display=True)}</div>'
            f'<a class="number" href="#{anchor}" aria-label="Link to equation {number}">({number})</a></div>'
        )

    def heading(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        text = tokens[at + 1].content
        level = "h2" if tokens[at].tag == "h1" else "h3"
        anchor = outline.chapter.anchor + ("" if level == "h2" else "-" + _slug(text))
        outline.headings.append((level, anchor, text))
        return f'<{level} id="{anchor}">'

    def heading_end(self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
        anchor, text = outline.headings[-1][1:]
        level = "h2" if tokens[at].tag == "h1" else "h3"
        return f' <a class="anchor" href="#{anchor}" aria-label="Link to {escape(text)}">#</a></{level}>\n'

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


def _contents(outlines: Sequence[Outline]) -> str:
    entries = []
    for outline in outlines:
        (_, top, title), *sections = outline.headings  # the first is the chapter's own
        inner = "".join(f'<li><a href="#{anchor}">{escape(text)}</a></li>' for _level, anchor, text in sections)
        entries.append(f'<li><a href="#{top}">{outline.number} {escape(title)}</a><ol>{inner}</ol></li>')
    entries.append('<li><a href="#papers">Papers</a></li>')
    return (
        '<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>'
        f"<ol>{''.join(entries)}</ol></details></nav>"
    )


def _preface() -> str:
    return (
        '<h1 class="title">Theory</h1><p>Three models of how two-layer networks learn features, and what this app '
        "computes of them. Letters hold for their chapter alone: β, γ, ρ, κ, d, Q and c mean other things in another. "
        "Point at a letter in a formula for what it means and the control that moves it; or give a formula the focus "
        "(Tab), step through its letters with ← and →, and press Enter to go to the control. Every result given here "
        "in digits is computed by the same code as the pictures.</p>"
    )


def _table(chapter: Chapter, views: Mapping[str, View]) -> str:
    entries = "".join(_symbol_row(chapter, symbol, views) for symbol in chapter.symbols)
    return f'<details class="letters" open><summary>Letters and their controls</summary><ul>{entries}</ul></details>'


def _symbol_row(chapter: Chapter, symbol: Symbol, views: Mapping[str, View]) -> str:
    links = [
        f'<a href="{view.path}#{control}" aria-label="{escape(symbol.meaning)}: control in {title}">{title}</a>'
        for control in symbol.controls
        for view in [views[control.partition("-")[0]]]
        for title in [escape(view.title)]
    ]
    moved = f'<span class="moved">{" ".join(links)}</span>' if links else ""
    return (
        f'<li id="{chapter.symbol_anchor(symbol)}" tabindex="-1"><span class="letter">{mathml(symbol.tex)}</span>'
        f'<span class="meaning">{escape(symbol.meaning)}</span>{moved}</li>'
    )


def _papers() -> str:
    papers = "".join(
        f'<li id="paper-{paper.arxiv}"><p>{escape(paper.citation)}. <a href="{paper.url}" rel="noopener">arXiv</a></p>'
        f'<details><summary>BibTeX</summary><pre tabindex="0" aria-label="BibTeX of {escape(paper.short)}">'
        f"{escape(paper.bibtex)}</pre></details></li>"
        for paper in PAPERS
    )
    return (
        '<section class="chapter"><h2 id="papers">Papers</h2><p>The models are those of these papers; loss-profile '
        "certificates, corrections of thresholds, the law of finite width and the forms that are computed are this "
        f'project\'s.</p><ol class="papers">{papers}</ol></section>'
    )
