"""The paper's figures, and the mechanisms and scalings it names, as states of view 4 (theory section 3)."""

from __future__ import annotations

from typing import Any

from components.core.citations import XU_2025
from components.core.view import Preset
from components.views.linear_network.state import LinearNetworkState
from dynamics.linear_network import SCALINGS, Phase, TrainingSpeed, scaling_phase

BALANCED = {"gamma": 1.0, "sigma_u": 0.1, "sigma_w": 0.1, "eta_u": 1.0, "eta_w": 1.0}


def _preset(name: str, title: str, caption: str, **values: Any) -> Preset:
    values.setdefault("panel", "course")
    shows = tuple(field for field in values if LinearNetworkState.parameters()[field].part != "physics")
    return Preset(name, title, LinearNetworkState(**values), caption, XU_2025, shows)


def _scaling(number: int, name: str) -> Preset:
    c = SCALINGS[name]
    phase = scaling_phase(c)
    fate = "the kernel keeps its size" if phase.phase is Phase.KERNEL else "the kernel still changes: feature learning"
    pace = {
        TrainingSpeed.TRAINS: "it trains at a steady pace",
        TrainingSpeed.FROZEN: "it freezes",
        TrainingSpeed.UNSTABLE: "its pace explodes",
    }
    return _preset(
        f"scaling-{number}",
        f"Scaling: {name}",
        f"As the width grows {fate}, for c_g + c_P = {phase.size:g}; {pace[phase.pace]}. Points: networks of growing "
        "width; dashed: the predicted powers. Drag an exponent across the border.",
        panel="scaling", grows="width", c_gamma=c.gamma, c_u=c.u, c_w=c.w, c_eta_u=c.eta_u, c_eta_w=c.eta_w,
    )  # fmt: skip


PRESETS = (
    _preset(
        "alignment",
        "Alignment",
        "A mean-field network: u and v begin nearly perpendicular and turn toward each other. Every neuron runs along "
        "its hyperbola toward the rising asymptote.",
    ),
    _preset(
        "disalignment",
        "Disalignment",
        "The layers start aligned and the output is too large (|f(0)| > |y|), so they turn apart.",
        **BALANCED, aligned=0.6, target=0.1,
    ),
    _preset(
        "rescaling",
        "Rescaling",
        "The layers start aligned and small: they grow, and their angle hardly changes.",
        gamma=1.0, sigma_u=0.02, sigma_w=0.02, eta_u=1.0, eta_w=1.0, aligned=0.995, target=2.0,
    ),
    _preset(
        "kernel",
        "Kernel",
        "A wide network in the NTK scaling: the target is met by a move that is small for every neuron.",
        d=10_000, gamma=0.01, sigma_u=1.0, sigma_w=1.0, eta_u=1.0, eta_w=1.0, target=1.0,
    ),
    _preset(
        "unbalanced",
        "A kernel phase that aligns",
        "The NTK scaling with u smaller by √d: the kernel, which is that of the larger layer, keeps its size, and the "
        "small layer turns from a right angle to 27° all the same. An observation of this project: the abstract of the "
        "paper calls alignment specific to feature learning.",
        d=10_000, gamma=0.01, sigma_u=0.01, sigma_w=1.0, eta_u=1.0, eta_w=1.0,
    ),
    _preset(
        "through-zero",
        "Through 90°",
        "f(0) and y have different signs: the layers turn through a right angle and end nearly parallel.",
        **BALANCED, aligned=-0.8, target=2.0,
    ),
    _preset(
        "activations",
        "Angles with five activations",
        "The angle between u and φ(Wx) over time, theory as a line, gradient descent as points and bands: starts below "
        "the target above, starts above it below, each by the output of its own activation.",
        panel="activations", axis="log",
    ),
    _preset(
        "step",
        "Gradient descent leaves the flow",
        "With steps near the stability limit gradient descent (points) overshoots and leaves the solution.",
        **BALANCED, target=4.0, layers=("hyperbolas", "descent"), step=0.7,
    ),
    _preset(
        "diagram",
        "Phase diagram at finite width",
        "The exact ratio of the kernel's end to its start over output scale and scale of u. Click a cell to see its "
        "network.",
        d=100, gamma=0.1, sigma_u=1.0, sigma_w=1.0, eta_u=1.0, eta_w=1.0, panel="map", x="gamma", y="su",
        shown="kernel",
    ),
    *(_scaling(number, name) for number, name in enumerate(SCALINGS, 1)),
    _preset(
        "infinite-kernel",
        "Fixed width, scales to infinity: kernel",
        "Ten neurons; the scale of w goes to infinity, that of u to 0, and the rates fall. The kernel keeps its size "
        "although the network is not wide and its output not scaled: a kernel phase that is not lazy scaling.",
        d=10, panel="scaling", grows="scales", c_gamma=0.0, c_u=-1.0, c_w=1.0, c_eta_u=-2.0, c_eta_w=-2.0,
    ),
    _preset(
        "infinite-feature",
        "Fixed width, scales to infinity: features",
        "Ten neurons; both scales go to infinity and γ falls so that the output stays. The kernel changes by the same "
        "factor at every scale: feature learning, however large the start.",
        d=10, panel="scaling", grows="scales", c_gamma=-2.0, c_u=1.0, c_w=1.0, c_eta_u=2.0, c_eta_w=2.0,
    ),
)  # fmt: skip
