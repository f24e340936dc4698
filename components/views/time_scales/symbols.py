"""The symbols of this view's chapter of the theory page, and the controls that change them."""

from __future__ import annotations

from components.core.theory_chapter import Chapter, Symbol

CHAPTER = Chapter(
    "time_scales",
    (
        Symbol("target", r"\varphi_k", "coefficients of the target", ("time_scales-phi-0",)),
        Symbol("activation", r"\sigma_k", "coefficients of the activation", ("time_scales-activation",)),
        Symbol("ratio", r"\varepsilon", "time scale of the second layer over that of the first", ("time_scales-eps",)),
        Symbol("width", "m", "number of neurons", ("time_scales-m",)),
        Symbol("start", "a_i(0)", "second layer at the start", ("time_scales-law",)),
        Symbol("time", "t", "time; its control is the horizon", ("time_scales-t",)),
        Symbol("alignment", "s_k", "alignment of a neuron with the feature"),
        Symbol("weight", "a_k", "weight of a neuron in the second layer"),
        Symbol("residual", "r_k", "what is left of degree k; with two indices an overlap"),
        Symbol("drive", "V", "what the target pulls with"),
        Symbol("drag", "U", "what the activation's own size holds back with"),
    ),
)
