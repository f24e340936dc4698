"""The help of the Linear network view."""

from __future__ import annotations

from components.core.help import Help

HELP = Help(
    about=(
        "A two-layer network without a non-linearity, f(x) = γ Σ uᵢ⟨wᵢ, x⟩, learns one point. Each neuron is a point "
        "of the plane: u is its weight in the second layer, v that of the first along the input. Its course is known "
        "exactly: it stays on a hyperbola. Learning makes u and v more parallel (alignment) or less (disalignment), "
        "changes their size, or does none of it: the kernel keeps its size."
    ),
    heading="Signs",
    legend=(
        ("repelling", "asymptotes of the hyperbolas: aligned layers rise along the one, opposed ones along the other"),
        ("fibre", "the hyperbola on which each neuron stays"),
        ("orbit", "neurons that begin beside the u axis are dashed, their ends squares; those beside the v axis solid"),
        ("network", "points: gradient descent with finite steps"),
        ("boundary", "in the phase diagram: the kernel ratio leaves 1 by 5 %"),
        ("marker-sign", "the present values: drag it, or click a cell"),
    ),
    details=(
        "Scaling lets the width, or the scales at a fixed width, grow by powers and names the phase; activations "
        "compares the angle between u and φ(Wx) of linear, ReLU, leaky ReLU, sigmoid and swish networks."
    ),
    keys=(
        ("Space", "play, pause"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on the plane when it has the focus: move, zoom, whole window"),
        ("Tab to the marker, arrows", "in the phase diagram: move the network"),
    ),
    show_fates=False,
)
