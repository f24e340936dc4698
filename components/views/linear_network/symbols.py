"""The symbols of this view's chapter of the theory page, and the controls that change them."""

from __future__ import annotations

from components.core.theory_chapter import Chapter, Symbol

CHAPTER = Chapter(
    "linear_network",
    (
        Symbol("width", "d", "number of neurons", ("linear_network-d",)),
        Symbol("output-scale", r"\gamma", "output scale", ("linear_network-gamma",)),
        Symbol("scale-u", r"\sigma_u", "scale of u at the start", ("linear_network-sigma_u",)),
        Symbol("scale-w", r"\sigma_w", "scale of w at the start", ("linear_network-sigma_w",)),
        Symbol("rate-u", r"\eta_u", "learning rate of u", ("linear_network-eta_u",)),
        Symbol("rate-w", r"\eta_w", "learning rate of w", ("linear_network-eta_w",)),
        Symbol("target", "y", "target", ("linear_network-target",)),
        Symbol("input", r"\rho", "squared size of the input; its control is |x|", ("linear_network-x_norm",)),
        Symbol("loss-exponent", r"\beta", "loss exponent", ("linear_network-beta",)),
        Symbol("time", "t", "time; its control is the horizon", ("linear_network-t-on",)),
        Symbol("output", "f", "output of the network"),
        Symbol("factor", "X", "common factor by which all neurons move"),
        Symbol("strength", "g", "strength of the coupling"),
        Symbol("sum-p", "P", "size of the modes that grow with f"),
        Symbol("sum-q", "Q", "size of the modes that shrink with f"),
        Symbol("angle", r"\zeta", "angle between the layers"),
        Symbol("area", "G", "area that the layers span, conserved"),
        Symbol("power", "c_k", "power of the large number"),
        Symbol("large", r"\kappa", "the large number"),
    ),
)
