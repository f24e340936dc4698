"""The help of the Time-scales view."""

from __future__ import annotations

from components.core.help import Help

HELP = Help(
    about=(
        "A two-layer network of m neurons learns a function of one direction. Each neuron is a point: s is its "
        "alignment with that direction, a its weight in the second layer. ε is the time scale of the second layer; "
        "as it falls, the degrees of the target are learned one after the other, and the risk is a staircase. φₖ and "
        "σₖ are coefficients of the normalized Hermite polynomials hₖ = Heₖ/√(k!)."
    ),
    heading="Signs",
    legend=(
        ("plateau", "dotted levels: plateaus of the canonical order, ½ Σ φₖ² over the degrees not learned yet"),
        (
            "predicted",
            "dashed upright lines: predicted learning times, where a law is known, one color for each degree",
        ),
        ("orbit", "neurons with aᵢ(0) < 0 are dashed, their ends squares; the others solid, with circles"),
        ("network", "networks that learn, a band from the least to the largest risk of several runs"),
        ("wide", "the planar system of feature unlearning, where it is the same"),
    ),
    details=(
        "ε over the panels is the sweep with its fitted exponents; d, m the distance of networks to the theory over "
        "dimension and width. Layers shows the exact flow of m neurons, and networks that learn from fresh samples. "
        "Predicted times hold as ε → 0, for three neurons or more that start differently; of degree 2 and above only "
        "the exponent is predicted. A degree counts as learned when half of φₖ is left. The risk is on a plateau if it "
        "stays within 15 % of ½ φₖ² of the level before degree k while the time grows by half."
    ),
    keys=(
        ("Space", "play, pause"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ),
    show_fates=False,
)
