"""The help of the Unlearning view."""

from __future__ import annotations

from components.core.help import Help

HELP = Help(
    about=(
        "A two-layer network learns a target that depends on a single direction of its input. R is its alignment with "
        "that direction, a the weight of its second layer. A feature is learned when R tends to 1. It is unlearned "
        "when R rises first and then falls back to 0, while the loss still falls. This describes infinitely many "
        "neurons that start alike, without noise or weight decay. The coefficients cₖ and c*ₖ are those of the "
        "probabilists' Hermite polynomials Heₖ, which are not normalized: E[Heₖ²] = k!. Divide coefficients of "
        "the normalized hₖ = Heₖ/√k! by √k! before you enter them."
    ),
    heading="Signs in the plane",
    legend=(
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
    details=(
        "Layers, below the plane, shows more: the slow flow on the manifold, the loss as a landscape, the "
        "basins of the fates, and where added points come from. Click in the plane to launch a trajectory. Click "
        "“why” under a sentence to see the reasons; “show” marks each one in the plot."
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
