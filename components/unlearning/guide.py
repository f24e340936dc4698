"""What view 1's help says."""

from __future__ import annotations

from components.guide import Guide

GUIDE = Guide(
    about=(
        "A two-layer network learns a single direction. R is its alignment with that direction, a the size of "
        "its second layer. Features are learned when R goes to 1; they are unlearned when R rises and then "
        "goes back to 0, while the loss still falls."
    ),
    heading="Signs in the plane",
    signs=(
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
    ),
    more=(
        "Layers, below the plane, shows more: the slow flow on the manifold, the loss as a landscape, the "
        "basins of the fates, and where added points come from. Click in the plane to launch a trajectory. Open why "
        "under a sentence for the causes of a fate; show marks on the plot what a cause speaks of."
    ),
    keys=(
        ("Space", "play, pause"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
        ("c", "on the plane: a crosshair; arrows move it (Shift: farther), Enter launches, Delete removes, Esc leaves"),
        ("click, tap", "in the plane: launch a trajectory from there; drag to zoom, double click for the whole window"),
        ("Shift+click, long press", "in the plane: remove the nearest added point"),
    ),
)
