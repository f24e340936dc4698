"""Captions of the Linear network view: the mechanism and its reason, gradient descent, the phase of a scaling."""

from __future__ import annotations

from collections.abc import Mapping
from math import degrees, isfinite, isnan

import numpy as np

from components.core.formatting import pluralize
from components.core.state import canonical
from components.views.linear_network.map_cells import STYLES
from components.views.linear_network.panels import MAP_QUANTITIES
from components.views.linear_network.state import EXPONENT, GAMMA, RATE, SCALE, LinearNetworkState
from dynamics import (
    DescentRecord,
    Exponents,
    FlowDeparture,
    LinearNetwork,
    LinearSolution,
    MeasuredExponents,
    Mechanism,
    MechanismName,
    Phase,
    PhaseDiagram,
    ScalingPhase,
    switch_phase,
)
from dynamics.linear_network.descent_runs import ACTIVATIONS, ActivationRuns, DescentRun
from dynamics.plotting.linear_network.columns import defined_mean
from dynamics.plotting.linear_network.panels import NAMES
from dynamics.plotting.linear_network.phase_diagram import QUANTITIES
from dynamics.plotting.number_text import format_number

UNBALANCED = 0.25  # of ||v|²/η_w − |u|²/ηᵤ| over their sum; above it one is at least 5/3 of the other
WIDTHS = (100, 10_000)  # at which a scaling can be opened
OBSERVED = (
    "The abstract of Xu & Ziyin calls alignment and disalignment specific to feature learning; that they also occur "
    "while the kernel keeps its size is an observation of this project."
)


def sentence(state: LinearNetworkState, network: LinearNetwork) -> tuple[str, dict[str, str]]:
    """Describe the mechanism and its reason; return the sentence and its style."""
    mechanism = network.mechanism()
    if not network.flow.moves:
        return "Nothing moves: " + (mechanism.undefined or "f is at its target already") + ".", _style("kernel")
    name = str(mechanism.dominant) if mechanism.dominant else "kernel"
    if mechanism.names == (MechanismName.KERNEL,):
        name = "kernel"
    further = [str(other) for other in mechanism.names if str(other) != name]
    parts = [
        f"{_angle(network)}, |u||Wx| {_change(mechanism.rescaling, 3)} and the kernel "
        f"{_change(mechanism.kernel_ratio, 4)}."
    ]
    if mechanism.crosses_zero:
        parts.append(_crossing(network, mechanism))
    if further:
        parts.append(f"Also: {', '.join(further)}.")
    if mechanism.crosses_zero and not mechanism.names:
        first = (
            "Mostly turning over: u and Wx turn through a right angle, and |cos ζ| ends within 0.05 of its initial "
            "value."
        )
    else:
        first = f"{'Mostly' if mechanism.names else 'Slight'} {name}: {_claim(name, network, mechanism)}."
    return " ".join([first, *parts]), _style(name)


def _claim(name: str, network: LinearNetwork, mechanism: Mechanism) -> str:
    """Describe the effect of a mechanism on the layers, and its reason."""
    flow = network.flow
    if name == "kernel":
        excess = network.end.kernel_excess
        change = abs(excess) * (2.0 + excess)
        crossing = f"; f(0)² is {_percent((flow.f0 / flow.H0) ** 2)} of it" if mechanism.crosses_zero else ""
        return (
            "the kernel keeps its size within 5 %, the angle and the weights hardly change, since y² and f(0)² differ "
            f"by {_percent(change)} of f(0)² + g²PQ/4 only{crossing}"
        )
    if flow.stuck:
        why = "f tends to 0"
    else:
        y, f0 = _apart(abs(network.y), abs(flow.f0))
        why = f"|y| = {y} {'>' if abs(network.y) > abs(flow.f0) else '<'} |f(0)| = {f0}"
    if name == "rescaling":
        grow = "grow" if mechanism.log_N > 0.0 else "shrink"
        factor = "changes by a larger factor than |cos ζ|" if mechanism.direction else "changes, and |cos ζ| does not"
        return f"u and Wx {grow}, since {why}; |u||Wx| {factor}"
    return f"u and Wx {_turning(name, flow.f0, flow.f_end)}, since {why}"


def _turning(direction: str, begin: float, end: float) -> str:
    """Describe the rotation of u and Wx, by the signs of cos ζ at both ends."""
    if direction == "alignment":
        toward = "toward each other" if end > 0.0 else "away from each other"
        goal = "" if end > 0.0 else ", toward opposite directions"
    else:
        toward = "away from each other" if begin > 0.0 else "toward each other"
        goal = ", toward a right angle" if begin * end >= 0.0 else ""
    through = ", through a right angle" if begin * end < 0.0 else ""
    return f"turn {toward}{through}{goal}"


def _angle(network: LinearNetwork) -> str:
    start, end = (degrees(moment.zeta) for moment in (network.start, network.end))
    before, after = format_number(start, 3), format_number(end, 3)
    if isnan(start):
        return "ζ is not defined at the start, where u or Wx is 0"
    if isnan(end):
        return f"ζ stays at {before}° as long as f is not 0; at the end f, and with it u or Wx, is 0 and has no angle"
    return f"ζ stays at {before}°" if before == after else f"ζ goes from {before}° to {after}°"


def _crossing(network: LinearNetwork, mechanism: Mechanism) -> str:
    kernel = f"the kernel {_change(mechanism.kernel_least, 3)} there"
    if mechanism.direction is None and network.area == 0.0:
        return f"f passes through 0, where u or Wx is 0 and the other has turned to the opposite direction; {kernel}."
    return f"f passes through 0 and ζ through 90°; {kernel}."


def _change(factor: float, digits: int) -> str:
    """Describe the change of a size by a factor."""
    text = format_number(factor, digits)
    if isnan(factor):
        return "is undefined"
    if text == "1":
        return "keeps its size"
    if factor == 0.0:
        return "falls to 0"
    return f"grows {text}-fold" if factor > 1.0 else f"falls to {text} times its start"


def _percent(share: float) -> str:
    return f"{format_number(100.0 * share, 2)} %"


def _apart(first: float, second: float) -> tuple[str, str]:
    """Format two numbers with enough digits to distinguish them."""
    for digits in range(3, 18):
        texts = format_number(first, digits), format_number(second, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _style(name: str) -> dict[str, str]:
    return {"name": name, "fate": name, "color": STYLES[name].color}


def notes(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution, neuron_count: int) -> list[str]:
    """Describe the conserved quantities, the rate, and what the figure leaves out."""
    sentences = []
    mechanism = network.mechanism()
    if "kernel" in mechanism.names and {"alignment", "disalignment"} & set(mechanism.names):
        why = (
            "its layers are of different size, so the smaller one turns while the kernel, that of the larger one, "
            "keeps its size"
            if network.g * abs(network.imbalance) > UNBALANCED * network.start.kernel
            else "at this width |cos ζ| still changes by more than 0.05"
        )
        sentences.append(f"A network in the kernel phase whose angle moves all the same: {why}. {OBSERVED}")
    if network.flow.moves:
        sentences.append(_approach(network))
        sentences.append(
            "Each neuron stays on its hyperbola, vᵢ²/η_w − uᵢ²/ηᵤ = pᵢqᵢ; y > f drives it toward the rising asymptote, "
            "y < f toward the falling one."
        )
    if run.undefined:
        sentences.append(f"{run.undefined[0].upper()}{run.undefined[1:]}.")
    if neuron_count < network.d:
        sentences.append(
            f"{neuron_count} of {pluralize(network.d, 'neuron')} are drawn, chosen evenly by pᵢqᵢ; all are computed."
        )
    return sentences


def _approach(network: LinearNetwork) -> str:
    """Describe how f approaches its limit."""
    flow, beta, rate = network.flow, network.beta, network.rate
    loss = "" if beta == 1.0 else f"With the loss |f − y|^({format_number(beta + 1, 4)}) "
    mode = "all neurons begin on one asymptote (P or Q is 0) and never leave it"
    if flow.stuck:
        return f"{loss}f tends to 0 instead of y, like e^(−λt), λ = {format_number(rate, 4)} = 2g(β + 1)|y|^β: {mode}."
    if flow.Hy == 0.0:
        return f"{loss}f tends to 0 by a power of time, t^(−{format_number(1 / beta, 4)}): {mode}."
    if beta == 1.0:
        return (
            f"f tends to {format_number(flow.f_end, 4)} like e^(−λt), λ = {format_number(rate, 4)} = 2g√(4y² + g²PQ)."
        )
    if beta < 1.0:
        return f"{loss}f reaches y in finite time."
    return f"{loss}f approaches y by a power of time: |f − y| ~ t^(−{format_number(1 / (beta - 1), 4)})."


def descent(
    state: LinearNetworkState, network: LinearNetwork, run: DescentRun, records: list[DescentRecord]
) -> list[str]:
    """Describe the distance of gradient descent from the flow."""
    sentences = [f"{record.halted[0].upper()}{record.halted[1:]}." for record in records if record.halted]
    t = np.array([record.t for record in records])
    f = np.array([record.f[0] for record in records])
    deviation = np.abs(f - network.solution(t).f)
    unit = max(abs(network.y), abs(network.start.f), 1e-300)
    if np.isfinite(deviation).all():
        percent = 100 * float(deviation.max()) / unit
        sentences.append(
            f"Points: gradient descent, {pluralize(records[-1].step_number, 'step')} of "
            f"{format_number(run.step, 3)}; "
            "f is at "
            f"most {format_number(percent, 2)} % of the larger of |y| and |f(0)| away from the flow, at "
            f"{pluralize(len(records), 'point')}."
        )
    if run.t_end < 0.999 * run.requested_end:
        sentences.append(
            f"Gradient descent is followed to t = {format_number(run.t_end, 3)}: the number of steps is limited."
        )
    return sentences


def departure(state: LinearNetworkState, network: LinearNetwork, flow_departure: FlowDeparture) -> list[str]:
    """Describe the step at which gradient descent leaves the flow, compared with the stability limit of the kernel."""
    if flow_departure.undefined:
        return [f"{flow_departure.undefined[0].upper()}{flow_departure.undefined[1:]}."]
    if not isfinite(flow_departure.step):
        return ["Nothing moves, whatever the step."]
    limits = [
        f"{format_number(limit, 3)} {where}"
        for limit, where in ((flow_departure.limit_start, "at the start"), (flow_departure.limit_end, "at the end"))
        if 0 < limit < np.inf
    ]
    bound = f" It is stable for steps below {' and '.join(limits)} (2 over the kernel's curvature)." if limits else ""
    return [
        f"Gradient descent leaves the flow, by {100 * flow_departure.tolerance:g} % of the larger of |y| and |f(0)|, "
        "at a step "
        f"of {format_number(flow_departure.step, 3)}.{bound}"
    ]


ANGLE = (
    "The thick line is the theory of the linear network, its mean over the same starts; the others need not follow it. "
    "ζ in this panel is the angle between u and φ(Wx), the activations of the first layer: f = γ|u||φ(Wx)| cos ζ. That "
    "is this project's choice; the angle between u and the pre-activations Wx is another. For the linear network they "
    "are the same."
)


def activations(
    runs: ActivationRuns, results: Mapping[str, tuple[DescentRun, list[DescentRecord]]], number: int
) -> list[str]:
    """Describe the starts of a row, and the change of |cos ζ| with each activation."""
    where = ("Above", "Below")[number]
    seeds = len(runs.starts)
    changes = []
    for name, (_, records) in results.items():
        cosines = abs(np.array([records[0].cos_zeta_phi, records[-1].cos_zeta_phi]))
        begin, end = (format_number(float(value), 2) for value in defined_mean(cosines))
        undefined = int(np.isnan(cosines).any(axis=0).sum())
        undefined_text = f" (not defined in {undefined} of {seeds})" if undefined else ""
        changes.append(f"{NAMES[name]} {begin} → {end}{undefined_text}")
    sentences = [
        f"{where}: gradient descent, mean and standard deviation of {pluralize(seeds, 'start')}, r = "
        f"{format_number(runs.alignment, 3)}; "
        f"{_targets(runs)}. Mean |cos ζ| from the first point to the last: {', '.join(changes)}."
    ]
    shortened = [NAMES[name] for name, (run, _) in results.items() if run.t_end < 0.999 * run.requested_end]
    if shortened:
        sentences.append(
            f"{where}, {', '.join(shortened)}: the steps are too small for t = {format_number(runs.requested_end, 3)}, "
            "so the "
            "runs end "
            "earlier."
        )
    return sentences


def _targets(runs: ActivationRuns) -> str:
    """Describe the targets of a row, and which of them are relative to a network's own output."""
    targets = np.concatenate([runs.targets[name] for name in ACTIVATIONS])
    common_count = int((targets == runs.target).sum()) if runs.target is not None else 0
    factor = f"y = {format_number(runs.factor, 2)} f(0) of each network"
    if common_count == 0 or runs.target is None:
        return factor
    common = f"y = {format_number(runs.target, 3)}"
    return (
        common
        if common_count == targets.size
        else f"{common} in {common_count} of {targets.size} networks, in the others {factor}"
    )


def halted(name: str, records: list[DescentRecord]) -> list[str]:
    """Return why the runs of an activation ended early."""
    return [f"{name}: {record.halted}." for record in records if record.halted]


def map_notes(state: LinearNetworkState, map_: PhaseDiagram) -> list[str]:
    """Describe the map, and the fraction of each phase."""
    median = map_.median
    inside = float(np.mean(abs(np.expm1(median)) < 0.05))
    quantity = QUANTITIES[state.shown]
    values = quantity.values(map_)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (np.nan, np.nan)
    return [
        f"Colors: {quantity.legend}, from {format_number(low, 3)} to {format_number(high, 3)}: the exact value, "
        f"{MAP_QUANTITIES[state.shown].average} of "
        f"{pluralize(len(map_.seeds), 'start')}. Line: the median kernel ratio leaves 1 by 5 %; "
        f"{format_number(100 * inside, 3)} % of this map are in the kernel phase. Click to take a cell's values."
    ]


def scaling(state: LinearNetworkState, exponents: MeasuredExponents, cut: bool) -> list[str]:
    """Describe the phase of a scaling, its reason, the measurement, and the conversion to the other phase.

    cut: whether fewer values of the large number were measured than usual.
    """
    phase = exponents.phase
    large = "d = κ" if state.grows == "width" else f"κ at fixed width d = {state.d}"
    verdict = f"c_g + c_P = {format_number(phase.size, 3)}: {phase.phase}"
    rate = f"Rate λ like κ^({format_number(phase.rate, 3)}): {phase.pace}" if phase.rate else f"It {phase.pace}"
    lead = "As" if state.target else "For a target y that is not 0, as"
    sentences = [
        f"{lead} {large} grows: {verdict}. {rate}. f(0) like κ^({format_number(phase.output, 3)}); "
        f"{_scaled_angle(state, phase)}."
    ]
    if state.target == 0.0:
        sentences.append(
            "With the target y = 0 of this state the output only falls to 0, and these powers do not apply."
        )
    sentences += _measured(state, exponents)
    if cut:
        sentences.append(
            f"Beyond κ = {format_number(state.exponents.reach, 2)} γ, rates or weights are out of the ranges in "
            "which networks "
            "are solved."
        )
    if phase.phase is Phase.KERNEL and phase.angle_moves and not _parallel(state):
        sentences.append(f"The kernel keeps its size and the angle moves: the layers are of different size. {OBSERVED}")
    switched = switch_phase(state.exponents)
    sentences.append(
        f"Other phase ({switched.phase.phase}) at the same pace: γ times κ^({format_number(switched.gamma, 3)}), ηᵤ "
        "times "
        f"κ^({format_number(switched.eta_u, 3)}), η_w times κ^({format_number(switched.eta_w, 3)})."
    )
    if _other_phase_state(state) is None:
        sentences.append(
            f"Its powers are outside [{format_number(EXPONENT[0])}, {format_number(EXPONENT[1])}], the range of this "
            "view, so no link "
            "leads there."
        )
    closed = [format_number(float(scale)) for scale in WIDTHS if _at(state, float(scale)) is None]
    if closed:
        where = " and ".join(closed)
        sentences.append(f"At κ = {where} the network is outside the ranges of this view: no link opens it.")
    return sentences


def _parallel(state: LinearNetworkState) -> bool:
    return state.grows == "scales" and state.d == 1


def _scaled_angle(state: LinearNetworkState, phase: ScalingPhase) -> str:
    power = f"c_(ζ) = {format_number(phase.angle, 3)}"
    if _parallel(state):
        return "of one neuron the angle is 0° or 180°"
    if phase.angle_moves:
        return f"the angle moves by an amount of order 1 ({power})"
    return f"the angle stays, |cos ζ| ends like κ^({format_number(phase.cos_end, 3)}) ({power})"


def _measured(state: LinearNetworkState, exponents: MeasuredExponents) -> list[str]:
    """Describe the measured slope, and the last of the networks."""
    phase = exponents.phase
    kernel = phase.phase is Phase.KERNEL
    slope = exponents.excess_slope if kernel else exponents.ratio_slope
    what = "|kernel ratio − 1| / |y² − f(0)²|" if kernel else "the kernel ratio"
    predicted = phase.excess if kernel else phase.ratio
    power = (
        f"{what} goes like κ^({format_number(slope, 3)})"
        + (f", predicted κ^({format_number(predicted, 3)})" if state.target else "")
        if isfinite(slope)
        else f"no power of {what}, which is 0, undefined, or known at too few values of κ"
    )
    last = format_number(float(exponents.scales[-1]), 3)
    ratio = format_number(float(np.median(exponents.kernel_ratio[-1])), 4)
    begin, end = (
        format_number(float(np.median(abs(cosines[-1]))), 3) for cosines in (exponents.cos_start, exponents.cos_end)
    )
    return [
        f"Measured: {power}; at κ = {last} the ratio is {ratio} and |cos ζ| goes from {begin} to {end} (medians of "
        f"{pluralize(exponents.f0.shape[1], 'start')})."
    ]


def scaling_links(state: LinearNetworkState) -> list[dict[str, str]]:
    """Return the links to networks of this scaling, and to the scaling in the other phase."""
    links = []
    for scale in WIDTHS:
        opened = _at(state, float(scale))
        if opened:
            links.append({"text": f"Open this network at κ = {scale}", "href": f"/linear-network?{opened.query()}"})
    switched = _other_phase_state(state)
    if switched:
        links.append({"text": "Turn it into the other phase", "href": f"/linear-network?{switched.query()}"})
    return links


def _other_phase_state(state: LinearNetworkState) -> LinearNetworkState | None:
    """Return the state in the other phase; None if its powers are outside the ranges."""
    exponents = switch_phase(state.exponents).exponents
    powers = {"c_gamma": exponents.gamma, "c_eta_u": exponents.eta_u, "c_eta_w": exponents.eta_w}
    changed = {name: canonical(power) for name, power in powers.items()}
    if not all(EXPONENT[0] <= power <= EXPONENT[1] for power in changed.values()):
        return None
    return LinearNetworkState.make({**state.model_dump(), **changed})


def _at(state: LinearNetworkState, scale: float) -> LinearNetworkState | None:
    """Return the state of the network of the scaling at a value of the large number; None if it is outside the
    ranges."""
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
