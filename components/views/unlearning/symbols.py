"""The symbols of this view's chapter of the theory page, and the controls that change them."""

from __future__ import annotations

from components.core.theory_chapter import Chapter, Symbol

CHAPTER = Chapter(
    "unlearning",
    (
        Symbol("target", "c^*_k", "coefficients of the target", ("unlearning-c_star-0", "lab-c_star-0")),
        Symbol("activation", "c_k", "coefficients of the activation", ("unlearning-c-0", "lab-c-0")),
        Symbol("degrees", "K", "number of degrees", ("unlearning-count-box", "lab-count-box")),
        Symbol("start", r"\bar a", "start of the second layer", ("unlearning-a-chosen", "lab-a")),
        Symbol("alignment-start", "R_0", "alignment at the start", ("unlearning-R0",)),
        Symbol("ratio", r"\varepsilon", "time scale of the first layer over that of the second", ("unlearning-eps",)),
        Symbol("time", r"\tau", "time; its control is the horizon", ("unlearning-tau", "lab-tau")),
        Symbol("width", "m", "number of neurons", ("unlearning-width-on", "lab-m")),
        Symbol("dimension", "d", "dimension of the inputs", ("lab-d",)),
        Symbol("batch", "B", "samples in a batch", ("lab-batch",)),
        Symbol("alignment", "R", "alignment with the feature"),
        Symbol("weight", "a", "weight of the second layer"),
        Symbol("loss", "L", "expected loss"),
        Symbol("products", "A_k", "target times activation, degree k"),
        Symbol("squares", "B_k", "activation squared, degree k"),
        Symbol("drive", "V", "what the target pulls with"),
        Symbol("drag", "U", "what the activation's own size holds back with"),
        Symbol("manifold", "M", "height of the critical manifold"),
        Symbol("slow-flow", "H", "slow flow on it"),
        Symbol("overlap", "Q", "overlap of two neurons"),
    ),
)
