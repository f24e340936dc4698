"""The help of the Lab view."""

from __future__ import annotations

from components.core.help import Help
from components.views.lab.figures import BESIDE

HELP = Help(
    about=(
        "Real two-layer networks of m neurons are trained on a single-index target in d dimensions by gradient descent "
        "on fresh samples, beside the curves that predict them. A run is computed once, however many people watch it."
    ),
    heading="Signs",
    legend=(
        ("network", "networks: thin lines for runs, their mean where a run is near it, a band; dots: neurons"),
        ("node", "start"),
        ("boundary", "law of this width"),
        ("pinned", "planar law, of infinite width"),
        ("fate recursion", "discrete recursion", BESIDE["recursion"][0]),
        ("fate population", "population gradient, from a random start", BESIDE["population"][0]),
        ("fate descent", "networks of descent, beside the other modes", BESIDE["fresh"][0]),
        ("manifold", "critical manifold: attracting (thick)"),
        ("repelling", "… and repelling"),
    ),
    details=(
        "c and c* are the coefficients of the probabilists' Hermite polynomials Heₖ (E Heₖ² = k!). The law of finite "
        "width is exact for neurons that start orthonormal and for vanishing noise: large batches, no label noise. "
        "What is left is the noise of descent, of strength κ = Δτ (d − 1)/B; difference from law shows it over the "
        "band allowed for chance, width and batches. Pause stops the run unless others watch it; Resume continues from "
        "the last checkpoint. Presets come with a recorded run; Train it live starts the run itself. Point at a line "
        "for its name."
    ),
    keys=(
        ("Space", "play, pause"),
        ("P", "pause a run, go on with it"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ),
    show_fates=False,
)
