"""What view 4 says: which mechanism is at work and why, what gradient descent does, which phase a scaling is in."""

from __future__ import annotations

from math import degrees, isfinite, isnan

import numpy as np

from components.linear_network.experiments import Experiment
from components.linear_network.figures import CELLS, LEGEND, LOOKS, code
from components.linear_network.state import AXES, EXPONENT, GAMMA, RATE, SCALE, LinearNetworkState
from components.numbers import counted, shown
from dynamics import (
    DescentRecord,
    Exponents,
    LeavingStep,
    LinearNetwork,
    LinearSolution,
    MeasuredExponents,
    PhaseDiagram,
    turned,
)

UNBALANCED = 0.25  # of |v|²/η_w − |u|²/ηᵤ over their sum: one is at least 5/3 of the other
WIDTHS = (100, 10_000)  # at which a scaling can be opened
SAID = {
    "alignment": "alignment: u and Wx turn toward each other",
    "disalignment": "disalignment: u and Wx turn away from each other",
    "rescaling": "rescaling: the weights change their size",
    "kernel": "kernel: neither, the weights hardly move for their size",
}


def sentence(state: LinearNetworkState, network: LinearNetwork) -> tuple[str, dict[str, str]]:
    """The mechanism at work and why, and how it looks."""
    found = network.mechanism()
    start, end = network.start, network.end
    if not network.flow.moves or start.kernel == 0:
        return "Nothing moves: " + (found.undefined or "f is at its target already") + ".", _look("kernel")
    name = str(found.dominant) if found.dominant else "kernel"
    if "kernel" in found.names and not {"alignment", "disalignment", "rescaling"} & set(found.names):
        name = "kernel"
    why = ""
    if found.direction:
        sign = ">" if found.direction == "alignment" else "<"
        why = f", since |y| = {shown(abs(network.y), 3)} {sign} |f(0)| = {shown(abs(start.f), 3)}"
    angle = (
        f"ζ goes from {shown(degrees(_angle(start.cos_zeta)), 3)}° to {shown(degrees(_angle(end.cos_zeta)), 3)}°"
        if not isnan(start.cos_zeta + end.cos_zeta)
        else "ζ is not defined at both ends"
    )
    size = f"the product of the norms changes by a factor of {shown(found.rescaling, 3)}"
    kernel = f"the kernel ends at {shown(found.kernel_ratio, 4)} of its start"
    also = [SAID[str(other)].partition(":")[0] for other in found.names if str(other) != name]
    beside = f" Also: {', '.join(also)}." if also else ""
    least = f"where the kernel is {shown(found.kernel_least, 3)} of its start"
    passes = f" f passes through 0, and the angle through 90°, {least}." if found.crosses_zero else ""
    if found.crosses_zero and not found.names:
        return f"Mostly turning over: {size}.{passes} {angle}, {kernel}.", _look(name)
    return f"Mostly {SAID[name]}{why}. {angle}, {size}, {kernel}.{passes}{beside}", _look(name)


def _angle(cosine: float) -> float:
    return float(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _look(name: str) -> dict[str, str]:
    return {"name": name, "fate": name, "colour": LOOKS[name].colour}


def notes(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution, drawn: int) -> list[str]:
    """What is conserved, how fast it goes, what the picture leaves out."""
    said = []
    found = network.mechanism()
    if "kernel" in found.names and {"alignment", "disalignment"} & set(found.names):
        said.append(
            "A network in the kernel phase whose angle moves all the same: its layers are of different size, so the "
            "smaller one turns while the kernel, that of the larger one, stays."
            if network.g * abs(network.imbalance) > UNBALANCED * network.start.kernel
            else "The kernel stays within 5 %, and yet the angle is seen to move: at this width both are so."
        )
    if network.flow.moves:
        rate = network.rate
        if state.beta == 1.0:
            said.append(
                f"f tends to {shown(float(network.end.f), 4)} like e^(−λt), λ = {shown(rate, 4)} = "
                "2g√(4y² + g²PQ). Each neuron stays on its hyperbola, vᵢ²/η_w − uᵢ²/ηᵤ = "
                "pᵢqᵢ; y > f drives it toward the rising asymptote, y < f toward the falling one."
            )
        else:
            speed = "in finite time" if isfinite(network.time_to(1e-300)) else "by a power of time"
            if state.beta > 1.0:
                speed = "by a power of time"
            said.append(f"With the loss |f − y|^({shown(state.beta + 1, 4)}) the target is reached {speed}.")
    if abs(network.end.f - network.y) > 1e-9 * max(1.0, abs(network.y)):
        said.append(
            f"f ends at {shown(float(network.end.f), 3)} instead of y: all neurons begin on one asymptote (P or Q is "
            "0), and never leave it."
        )
    if run.undefined:
        said.append(f"{run.undefined[0].upper()}{run.undefined[1:]}.")
    if drawn < network.d:
        said.append(f"{drawn} of {network.d} neurons are drawn, evenly over their hyperbolas; all are computed.")
    return said


def descent(
    state: LinearNetworkState, network: LinearNetwork, made: Experiment, found: list[DescentRecord]
) -> list[str]:
    """How far gradient descent is from the flow."""
    said = [f"{record.halted[0].upper()}{record.halted[1:]}." for record in found if record.halted]
    t = np.array([record.t for record in found])
    f = np.array([record.f[0] for record in found])
    off = np.abs(f - network.solution(t).f)
    unit = max(abs(network.y), abs(network.start.f), 1e-300)
    if np.isfinite(off).all():
        share = 100 * float(off.max()) / unit
        said.append(
            f"Points: gradient descent, {counted(found[-1].step_number, 'step')} of {shown(made.step, 3)}; f is at "
            f"most {shown(share, 2)} % of the larger of |y| and |f(0)| away from the flow, at "
            f"{counted(len(found), 'point')}."
        )
    if made.t_end < 0.999 * made.wanted:
        said.append(f"Gradient descent is followed to t = {shown(made.t_end, 3)}: so many small steps are enough.")
    return said


def leaving(state: LinearNetworkState, network: LinearNetwork, found: LeavingStep) -> list[str]:
    """The step at which gradient descent leaves the flow, beside what the kernel says of stability."""
    if found.undefined:
        return [f"{found.undefined[0].upper()}{found.undefined[1:]}."]
    if not isfinite(found.step):
        return ["Nothing moves, whatever the step."]
    limits = [
        f"{shown(limit, 3)} {where}"
        for limit, where in ((found.limit_start, "at the start"), (found.limit_end, "at the end"))
        if 0 < limit < np.inf
    ]
    bound = f" It is stable for steps below {' and '.join(limits)} (2 over the kernel's curvature)." if limits else ""
    return [
        f"Gradient descent leaves the flow, by {100 * found.tolerance:g} % of the larger of |y| and |f(0)|, at a step "
        f"of {shown(found.step, 3)}.{bound}"
    ]


def kinds(first: LinearNetwork, second: LinearNetwork) -> list[str]:
    """The titles of the two rows of activations."""
    return [
        f"{'aligning' if abs(one.flow.f_end) > abs(one.start.f) else 'disaligning'}: y = {shown(one.y, 3)}, "
        f"f(0) = {shown(float(one.start.f), 3)}"
        for one in (first, second)
    ]


def activations(state: LinearNetworkState, made: Experiment, row: int) -> list[str]:
    """What is compared."""
    where = ("Above", "Below")[row]
    return [
        f"{where}: the angle between u and the pre-activations Wx over {counted(len(made.networks), 'start')}, mean "
        f"and standard deviation, steps of {shown(made.step, 3)}; r = {shown(state.aligned, 3)}, y = "
        f"{shown(state.target, 3)}. "
        "The theory (thick line, mean over the same starts) is of the linear network; the others need not follow it."
    ]


def halted(name: str, found: list[DescentRecord]) -> list[str]:
    """Why a run of an activation ended early."""
    return [f"{name}: {record.halted}." for record in found if record.halted]


def map_notes(state: LinearNetworkState, map_: PhaseDiagram) -> list[str]:
    """What the map shows, and how much of it is in which phase."""
    median = map_.median
    inside = float(np.mean(abs(np.expm1(median)) < 0.05))
    grid = code(state, map_)
    low, high = (10 ** grid[end] if grid["log"] else grid[end] for end in ("low", "high"))
    return [
        f"Colours: {LEGEND[state.shown]}, from {shown(low, 3)} to {shown(high, 3)}, exact, the "
        f"{'mean' if state.shown == 'angle' else 'median'} of {counted(len(map_.seeds), 'start')}"
        f"{' (here their standard deviation)' if state.shown == 'spread' else ''}. Line: the kernel ratio leaves 1 by "
        f"5 %; {shown(100 * inside, 3)} % of this map are in the kernel phase. Click to take a cell's values."
    ]


def scaling(state: LinearNetworkState, found: MeasuredExponents, cut: bool) -> list[str]:
    """The phase of a scaling, why, what is measured, and how to turn it into the other one. cut: whether fewer values
    of the large number were measured than usual."""
    phase = found.phase
    large = "d = κ" if state.grows == "width" else f"κ at fixed width d = {state.d}"
    kernel = phase.size > 0
    verdict = f"c_g + c_P = {shown(phase.size, 3)}: {phase.phase}"
    rate = f"Rate λ like κ^({shown(phase.rate, 3)}): {phase.pace}" if phase.rate else f"It {phase.pace}"
    said = [
        f"As {large} grows: {verdict}. {rate}. f(0) like κ^({shown(phase.output, 3)}); the angle "
        + (
            "moves by an amount of order 1"
            if phase.angle_moves
            else f"stays, |cos ζ| ends like κ^({shown(phase.cos_end, 3)})"
        )
        + f" (c_(ζ) = {shown(phase.angle, 3)})."
    ]
    slope = found.excess_slope if kernel else found.ratio_slope
    what = "|kernel ratio − 1|, freed of f(0)," if kernel else "the kernel ratio"
    predicted = phase.excess if kernel else phase.ratio
    said.append(
        f"Measured: {what} goes like κ^({shown(slope, 3)}), predicted κ^({shown(predicted, 3)}); at κ = "
        f"{shown(float(found.scales[-1]), 3)} the ratio is {shown(float(np.median(found.kernel_ratio[-1])), 4)} and "
        f"|cos ζ| goes from {shown(float(np.median(abs(found.cos_start[-1]))), 3)} to "
        f"{shown(float(np.median(abs(found.cos_end[-1]))), 3)} (medians of {counted(found.f0.shape[1], 'start')})."
    )
    if cut:
        said.append(
            f"Beyond κ = {shown(state.exponents.reach, 2)} γ, rates or weights are out of the ranges in which networks "
            "are solved."
        )
    if kernel and phase.angle_moves:
        said.append("The kernel stays and the angle moves all the same: the layers are of different size.")
    turn = turned(state.exponents)
    said.append(
        f"Other phase ({turn.phase.phase}) at the same pace: γ times κ^({shown(turn.gamma, 3)}), ηᵤ times "
        f"κ^({shown(turn.eta_u, 3)}), η_w times κ^({shown(turn.eta_w, 3)})."
    )
    return said


def scaling_links(state: LinearNetworkState) -> list[dict[str, str]]:
    """The ways to networks of this scaling, and to the scaling in the other phase."""
    links = []
    for scale in WIDTHS:
        opened = _at(state, float(scale))
        if opened:
            links.append({"text": f"Open this network at κ = {scale}", "href": f"/linear-network?{opened.query()}"})
    turn = turned(state.exponents).exponents
    powers = (turn.gamma, turn.eta_u, turn.eta_w)
    if all(EXPONENT[0] <= power <= EXPONENT[1] for power in powers):
        other = state.model_copy(update=dict(zip(("c_gamma", "c_eta_u", "c_eta_w"), map(_tidy, powers), strict=True)))
        links.append({"text": "Turn it into the other phase", "href": f"/linear-network?{other.query()}"})
    return links


def _tidy(value: float) -> float:
    return float(f"{value:.9g}")


def _at(state: LinearNetworkState, scale: float) -> LinearNetworkState | None:
    """The state that shows the network of the scaling at a value of the large number, if it is within the ranges."""
    c: Exponents = state.exponents
    changed = {
        "d": round(scale) if state.grows == "width" else state.d,
        "gamma": scale**c.gamma, "sigma_u": scale**c.u, "sigma_w": scale**c.w, "eta_u": scale**c.eta_u,
        "eta_w": scale**c.eta_w, "x_norm": 1.0, "aligned": 0.0, "beta": 1.0, "t": None, "panel": "course",
    }  # fmt: skip
    ranges = {"gamma": GAMMA, "sigma_u": SCALE, "sigma_w": SCALE, "eta_u": RATE, "eta_w": RATE}
    if not all(low <= float(changed[name] or 0) <= high for name, (low, high) in ranges.items()):
        return None
    return LinearNetworkState.make({**state.model_dump(), **changed})


def plane(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution) -> str:
    """The plane for a screen reader."""
    return (
        f"Plane of {counted(network.d, 'neuron')}, second-layer weight u across and first-layer weight along the "
        f"input, v, upward. Each moves on a hyperbola. |u| goes from {shown(float(run.u_norm[0]), 3)} to "
        f"{shown(float(run.u_norm[-1]), 3)}, |v| from {shown(float(run.v_norm[0]), 3)} to "
        f"{shown(float(run.v_norm[-1]), 3)}. {sentence(state, network)[0]}"
    )


SHOWN = {
    "course": "Output, loss, angle, kernel ratio and norms over time.",
    "scaling": "Kernel ratio and angle over the large number of a scaling.",
    "activations": "The angle over time for five activations, from two starts.",
}


def panels(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution) -> str:
    """The panels for a screen reader."""
    if state.panel == "map":
        x, y = (AXES[word] for word in (state.x, state.y))
        kept = ", ".join(word for _, word in CELLS[:3])
        return (
            f"Phase diagram over {x['title']} and {y['title']}: {kept}. The marker is a button: arrows move it, and "
            "the network with it."
        )
    return (
        f"{SHOWN[state.panel]} f goes from {shown(float(run.f[0]), 3)} to {shown(float(run.f[-1]), 3)}, the loss from "
        f"{shown(float(run.loss[0]), 3)} to {shown(float(run.loss[-1]), 3)}, the kernel ratio to "
        f"{shown(float(run.kernel_ratio[-1]), 4)}."
    )
