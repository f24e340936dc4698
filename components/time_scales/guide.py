"""What view 3's help says."""

from __future__ import annotations

from components.guide import Guide

GUIDE = Guide(
    about=(
        "A two-layer network of m neurons learns a function of one direction. Each neuron is a point: s is its "
        "alignment with that direction, a its weight in the second layer. ε is the time scale of the second layer; "
        "as it falls, the degrees of the target are learnt one after the other, and the risk is a staircase."
    ),
    heading="Signs",
    signs=(
        ("plateau", "dotted levels: plateaus of the risk, ½ Σ φₖ² over the degrees still to be learnt"),
        ("predicted", "dashed upright lines: predicted learning times, one colour for each degree"),
        ("orbit", "neurons with aᵢ(0) < 0 are dashed, their ends squares; the others solid, with circles"),
        ("network", "networks that learn, a band from the least to the largest risk of several runs"),
        ("wide", "the planar system of feature unlearning, where it is the same"),
    ),
    more=(
        "ε over the panels is the sweep with its fitted exponents; d, m the distance of networks to the theory over "
        "dimension and width. Layers shows the exact flow of m neurons, and networks that learn from fresh samples. "
        "Predicted times are asymptotic: that of degree 2 and above is an order of magnitude."
    ),
    keys=(
        ("Space", "play, pause"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ),
    fates=False,
)
