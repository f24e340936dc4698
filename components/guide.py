"""The help that `?` opens: what a view's signs mean, and which keys do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from components.markup import aria
from components.theme import FATES, TO_DARK

KEYS = (
    ("Tab", "from control to control; arrows, PageUp and PageDown move a slider"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("?", "this help; Esc closes it"),
)


@dataclass(frozen=True)
class Guide:
    """What a view's help says: what it shows; its signs (a class of the stylesheet, a text, a colour of the theme where
    the class has none) under their heading, beside those of the fates where it knows them; what more there is; keys and
    gestures beside those of every view."""

    about: str
    heading: str
    signs: tuple[tuple[str, ...], ...]
    more: str
    keys: tuple[tuple[str, str], ...]
    fates: bool = True


def both(colour: str) -> dict[str, str]:
    """A colour for the stylesheet, in both themes."""
    return {"--light": colour, "--dark": TO_DARK[colour]}


def dialog(
    guide: Guide, letters: Sequence[tuple[str, str]], theory: str, more: Sequence[tuple[str, str]] = ()
) -> html.Dialog:
    """A view's help, closed. letters: of what its controls move, the meaning and the address on the theory page;
    theory: the address of the view's model there; more: keys, where there are more."""
    formulas = [part for text, href in letters for part in (html.A(text, href=href), ", ")][:-1]
    moved = ["; what the controls move: ", *formulas] if formulas else []
    fates = [
        html.Li(
            [html.Span(style.glyph, className="sign fate", style=both(style.colour), **aria(hidden="true")), style.word]
        )
        for style in FATES.values()
        if guide.fates
    ]
    signs = [
        html.Li(
            [html.Span(className=f"sign {name}", style=both(*colour) if colour else None, **aria(hidden="true")), text]
        )
        for name, text, *colour in guide.signs
    ]
    keys = [part for key, text in (*more, *guide.keys, *KEYS) for part in (html.Dt(html.Kbd(key)), html.Dd(text))]
    return html.Dialog(
        [
            html.Button("Close", id="help-close", className="tool"),
            html.H2("What the picture shows", id="help-title"),
            html.P(guide.about),
            html.H3(guide.heading),
            html.Ul([*signs, *fates], className="signs"),
            html.P(guide.more),
            html.H3("In formulas"),
            html.P([html.A("The theory of this view", href=theory), *moved, "."]),
            html.H3("Keys"),
            html.Dl(keys, className="keys"),
        ],
        id="help",
        className="help",
        **aria(labelledby="help-title"),
    )
