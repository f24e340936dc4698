"""The letters of each model: what they mean, and which control moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.view import View


@dataclass(frozen=True)
class Symbol:
    """A letter of a chapter.

    name: of its entry on the page. tex: how it is written; an index k stands for any. control: the id of the control
    that moves it, if there is one. lab: that of the lab.
    """

    name: str
    tex: str
    meaning: str
    control: str | None = None
    lab: str | None = None


@dataclass(frozen=True)
class Chapter:
    """A model: the name of its text and of its view, the views that show it, its letters, and the views that show what
    becomes of it elsewhere."""

    name: str
    views: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    beyond: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Where it is on the page."""
        return self.name.replace("_", "-")

    def place(self, symbol: Symbol) -> str:
        """Where the entry of a symbol is on the page."""
        return f"{self.anchor}-symbol-{symbol.name}"


UNLEARNING = Chapter(
    "unlearning",
    ("unlearning", "phase_map", "lab"),
    (
        Symbol("target", "c^*_k", "coefficients of the target", "unlearning-c_star-0", "lab-c_star-0"),
        Symbol("activation", "c_k", "coefficients of the activation", "unlearning-c-0", "lab-c-0"),
        Symbol("degrees", "K", "number of degrees", "unlearning-count-box", "lab-count-box"),
        Symbol("start", r"\bar a", "start of the second layer", "unlearning-a-chosen", "lab-a"),
        Symbol("alignment-start", "R_0", "alignment at the start", "unlearning-R0"),
        Symbol("ratio", r"\varepsilon", "time scale of the first layer over that of the second", "unlearning-eps"),
        Symbol("time", r"\tau", "time; its control is the horizon", "unlearning-tau", "lab-tau"),
        Symbol("width", "m", "number of neurons", "unlearning-width-on", "lab-m"),
        Symbol("dimension", "d", "dimension of the inputs", None, "lab-d"),
        Symbol("batch", "B", "samples in a batch", None, "lab-batch"),
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
TIME_SCALES = Chapter(
    "time_scales",
    ("time_scales",),
    (
        Symbol("target", r"\varphi_k", "coefficients of the target", "time_scales-phi-0"),
        Symbol("activation", r"\sigma_k", "coefficients of the activation", "time_scales-activation"),
        Symbol("ratio", r"\varepsilon", "time scale of the second layer over that of the first", "time_scales-eps"),
        Symbol("width", "m", "number of neurons", "time_scales-m"),
        Symbol("start", "a_i(0)", "second layer at the start", "time_scales-law"),
        Symbol("time", "t", "time; its control is the horizon", "time_scales-t"),
        Symbol("alignment", "s_k", "alignment of a neuron with the feature"),
        Symbol("weight", "a_k", "weight of a neuron in the second layer"),
        Symbol("residual", "r_k", "what is left of degree k; with two indices an overlap"),
        Symbol("drive", "V", "what the target pulls with"),
        Symbol("drag", "U", "what the activation's own size holds back with"),
    ),
)
LINEAR_NETWORK = Chapter(
    "linear_network",
    ("linear_network",),
    (
        Symbol("width", "d", "number of neurons", "linear_network-d"),
        Symbol("output-scale", r"\gamma", "output scale", "linear_network-gamma"),
        Symbol("scale-u", r"\sigma_u", "scale of u at the start", "linear_network-sigma_u"),
        Symbol("scale-w", r"\sigma_w", "scale of w at the start", "linear_network-sigma_w"),
        Symbol("rate-u", r"\eta_u", "learning rate of u", "linear_network-eta_u"),
        Symbol("rate-w", r"\eta_w", "learning rate of w", "linear_network-eta_w"),
        Symbol("target", "y", "target", "linear_network-target"),
        Symbol("input", r"\rho", "squared size of the input; its control is |x|", "linear_network-x_norm"),
        Symbol("loss-exponent", r"\beta", "loss exponent", "linear_network-beta"),
        Symbol("time", "t", "time; its control is the horizon", "linear_network-t-on"),
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
    beyond=("images",),
)
CHAPTERS = (UNLEARNING, TIME_SCALES, LINEAR_NETWORK)


def chapter_of(view: str) -> Chapter:
    """The chapter with the model of a view."""
    return next(chapter for chapter in CHAPTERS if view in (*chapter.views, *chapter.beyond))


def control_link(control: str, views: Mapping[str, View]) -> str:
    """The address at which a view opens with that control under the hand."""
    return f"{views[control.partition('-')[0]].path}#{control}"


def theory_of(view: str) -> str:
    """The address of the model of a view on the theory page."""
    return f"/theory#{chapter_of(view).anchor}"


def controlled(view: str) -> list[tuple[str, str]]:
    """The letters that a view's controls move, as its help lists them: meaning, address on the page."""
    chapter = chapter_of(view)
    if view in chapter.beyond:
        return []
    return [
        (symbol.meaning, f"/theory#{chapter.place(symbol)}")
        for symbol in chapter.symbols
        if (symbol.lab if view == "lab" else symbol.control)
    ]
