"""The help that `?` opens: what the picture's signs mean, and which keys do what."""

from __future__ import annotations

from dash import html

from components.markup import aria
from components.theme import FATES, TO_DARK

SIGNS = (
    ("manifold attracting", "critical manifold, attracting: where fast R comes to rest"),
    ("manifold repelling", "critical manifold, repelling"),
    ("fold", "fold: the manifold turns back here, and R jumps away"),
    ("separatrix", "separatrix: on its two sides solutions end differently"),
    ("node", "stable node: an equilibrium that attracts (a circle where it repels, ◇ where degenerate)"),
    ("saddle", "saddle: an equilibrium that attracts along one line only, which is a separatrix"),
    ("orbit", "singular orbit, ε → 0: fast pieces dashed, slow ones solid (under Layers)"),
    ("nullcline", "slow nullcline: a is at rest (under Layers)"),
    ("wide", "the exact law of finite width m, if all neurons stay alike; ⬡ where that halts unlearning"),
    ("pinned", "A: the run that was pinned, and its critical manifold, to compare with"),
    ("fibre", "fast fibre: R moves first, at constant a"),
    ("field", "direction of the flow"),
)
KEYS = (
    ("Space", "play, pause"),
    ("← →", "time cursor; with Shift ten times as far; Home and End"),
    ("Tab", "from control to control; arrows, PageUp and PageDown move a slider"),
    ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ("c", "on the plane: a crosshair; arrows move it (Shift: farther), Enter launches, Delete removes, Esc leaves"),
    ("click, tap", "in the plane: launch a trajectory from there; drag to zoom, double click for the whole window"),
    ("Shift+click, long press", "in the plane: remove the nearest added point"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("?", "this help; Esc closes it"),
)


def both(colour: str) -> dict[str, str]:
    """A colour for the stylesheet, in both themes."""
    return {"--light": colour, "--dark": TO_DARK[colour]}


def dialog() -> html.Dialog:
    """The help, closed."""
    fates = [
        html.Li(
            [html.Span(style.glyph, className="sign fate", style=both(style.colour), **aria(hidden="true")), style.word]
        )
        for style in FATES.values()
    ]
    signs = [html.Li([html.Span(className=f"sign {name}", **aria(hidden="true")), text]) for name, text in SIGNS]
    keys = [part for key, text in KEYS for part in (html.Dt(html.Kbd(key)), html.Dd(text))]
    return html.Dialog(
        [
            html.Button("Close", id="help-close", className="tool"),
            html.H2("What the picture shows", id="help-title"),
            html.P(
                "A two-layer network learns a single direction. R is its alignment with that direction, a the size of "
                "its second layer. Features are learned when R goes to 1; they are unlearned when R rises and then "
                "goes back to 0, while the loss still falls."
            ),
            html.H3("Signs in the plane"),
            html.Ul([*signs, *fates], className="signs"),
            html.P(
                "Layers, below the plane, shows more: the slow flow on the manifold, the loss as a landscape, the "
                "basins of the fates, and where added points come from. Click in the plane to launch a trajectory."
            ),
            html.H3("Keys"),
            html.Dl(keys, className="keys"),
        ],
        id="help",
        className="help",
        **aria(labelledby="help-title"),
    )
