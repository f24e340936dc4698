"""The help that `?` opens: what a view's signs mean, and which keys do what."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from components.core.view import View
from components.ui.markup import aria
from dynamics.plotting.style import FATES, TO_DARK

KEYS = (
    ("Tab", "from control to control; arrows, PageUp and PageDown move a slider"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("?", "this help; Esc closes it"),
)


def both(color: str) -> dict[str, str]:
    """A color for the stylesheet, in both themes."""
    return {"--light": color, "--dark": TO_DARK[color]}


def dialog(view: View, more: Sequence[tuple[str, str]] = ()) -> html.Dialog:
    """Return the closed help dialog of a view. more: further keys, with their effects."""
    contents, theory = view.help, []
    if view.chapter:
        link = html.A("The theory of this view", href=view.chapter.url)
        symbols = [part for text, href in view.symbols_with_controls for part in (html.A(text, href=href), ", ")][:-1]
        moved = ["; what the controls move: ", *symbols] if symbols else []
        theory = [html.H3("In formulas"), html.P([link, *moved, "."])]
    fates = [
        html.Li(
            [html.Span(style.glyph, className="sign fate", style=both(style.color), **aria(hidden="true")), style.word]
        )
        for style in FATES.values()
        if contents.show_fates
    ]
    signs = [
        html.Li(
            [html.Span(className=f"sign {name}", style=both(*color) if color else None, **aria(hidden="true")), text]
        )
        for name, text, *color in contents.legend
    ]
    keys = [part for key, text in (*more, *contents.keys, *KEYS) for part in (html.Dt(html.Kbd(key)), html.Dd(text))]
    return html.Dialog(
        [
            html.Button("Close", id="help-close", className="tool"),
            html.H2("What the picture shows", id="help-title"),
            html.P(contents.about),
            html.H3(contents.heading),
            html.Ul([*signs, *fates], className="signs"),
            html.P(contents.details),
            *theory,
            html.H3("Keys"),
            html.Dl(keys, className="keys"),
        ],
        id="help",
        className="help",
        **aria(labelledby="help-title"),
    )
