"""What view 3 says: of each degree when it is learnt, of the plateaus, of what the picture's limits are."""

from __future__ import annotations

import math

import numpy as np

from components.numbers import counted, shown, subscript
from components.theme import DEGREES
from components.time_scales import bridge
from components.time_scales.network import EXACT_MOST, distance_means, ladder
from components.time_scales.network import horizon as network_horizon
from components.time_scales.network import start as network_start
from components.time_scales.state import TimeScalesState
from dynamics import EpsSweep, MeanFieldTrajectory, NetworkDistances, Record, SphericalSGD, Trajectory
from dynamics.mean_field.sweep import fitted

SEPARATED = 1e-4  # epsilon above which degrees 1 and 2 are learnt together
ORDERS = {0: "ε", 1: "√ε ln(1/ε)"}


def order(degree: int) -> str:
    """How a degree's learning time scales."""
    return ORDERS.get(degree, f"ε^(1/{2 * degree})")


def sentences(run: MeanFieldTrajectory) -> list[tuple[str, dict[str, str]]]:
    """One sentence for each degree of the target, in the order of learning, and how it looks."""
    model = run.model
    phi, sigma = model.coefficients
    learnt, foreseen, levels = run.learning_times(), model.predicted_times(), model.plateaus()
    said = []
    for k in np.flatnonzero(phi).tolist():
        name = f"Degree {k} (φ{subscript(k)} = {shown(phi[k], 4)})"
        if sigma[k] == 0:
            fate, text = "absent", f"{name} cannot be learnt: the activation has no such degree, σ{subscript(k)} = 0."
        elif math.isnan(learnt[k]):
            left = shown(abs(run.residual[-1, k] / phi[k]) * 100, 3)
            fate, text = "waiting", f"{name} is not learnt by t = {shown(run.t_end, 3)}: {left} % of it is left."
        else:
            fall = f"the risk falls from its plateau {shown(levels[k], 4)} toward {shown(levels[k + 1], 4)}"
            scale = f"{shown(foreseen[k], 3)} by the asymptotic law, t ~ {order(k)}" if foreseen[k] > 0 else order(k)
            fate, text = "learnt", f"{name} is half learnt at t = {shown(learnt[k], 3)} ({scale}): {fall}."
        said.append((text, {"name": f"degree {k}", "fate": fate, "colour": DEGREES[k][0]}))
    if not said:
        look = {"name": "", "fate": "waiting", "colour": DEGREES[0][0]}
        said.append(("The target is 0: there is nothing to learn.", look))
    return said


def notes(state: TimeScalesState, run: MeanFieldTrajectory, drawn: int) -> list[str]:
    """Where the picture's claims end, and what it leaves out."""
    said = []
    phi, sigma = run.model.coefficients
    first, learnt = int(np.flatnonzero(phi)[0]) if phi.any() else 0, run.learning_times()
    times = [time for time in learnt.tolist() if math.isfinite(time)]
    end = f"At t = {shown(run.t_end, 3)} the risk is {shown(float(run.risk[-1]), 3)}"
    tail = float(run.tail[-1])
    said.append(f"{end}; degrees above {run.model.degrees}, which the target has not, make {shown(tail, 2)} of it.")
    if state.eps > SEPARATED:
        said.append(
            f"The canonical order, and its plateaus, are for ε → 0; at ε = {shown(state.eps, 3)} degrees 1 and 2 are "
            "learnt nearly together, and predicted times are orders of magnitude."
        )
    if sorted(times) != times:
        said.append("Here degrees are not learnt in their canonical order.")
    if state.law == "alike":
        said.append("All neurons are alike: there is one curve in the plane, and one neuron to learn with.")
        if sigma[0] and run.model.m > 1:
            said.append(
                "With σ₀ ≠ 0 they learn degree 1 in a time of order 1, unless rounding errors, which grow, part them "
                "first."
            )
    if first == 0 and not sigma[0] and phi[0]:
        said.append("Without σ₀ the degree 0 of the target stays for ever in the risk.")
    if drawn < state.m:
        said.append(f"{drawn} of {state.m} neurons are drawn, evenly by their start; all are computed.")
    return said


def planar(run: MeanFieldTrajectory, other: Trajectory) -> str:
    """How near the planar system is."""
    off = max(
        float(np.max(np.abs(run.s - other.R[:, None]))),
        float(np.max(np.abs(run.a - other.a[:, None])) / max(1.0, np.max(np.abs(run.a)))),
    )
    return (
        "Dotted: the planar system of feature unlearning with ε replaced by 1/ε and τ = t/ε; "
        f"the two differ by at most {shown(off, 2)}."
    )


def exact(run: MeanFieldTrajectory, flow: MeanFieldTrajectory) -> str:
    """How far the exact flow of finitely many neurons is from its mean field."""
    off = float(np.max(np.abs(run.risk - flow.risk)))
    return (
        f"Dashed grey: the exact flow of {counted(flow.model.m, 'neuron')}, with overlaps; "
        f"its risk differs from the mean field's by at most {shown(off, 3)}."
    )


def network(state: TimeScalesState, runs: list[SphericalSGD], seen: list[list[Record]]) -> list[str]:
    """How far the networks are from mean field and exact flow, and what theory says of the difference."""
    said = [run.halted for run in runs if run.halted]
    if state.first == "orthonormal" and state.m >= state.dimension:
        said.append(
            f"{state.m} orthonormal neurons do not fit into d = {state.dimension}: the networks start at random."
        )
    if network_horizon(state) < state.t:
        said.append(
            f"The networks learn until t = {shown(network_horizon(state), 2)}: more of such small steps would take "
            "minutes. A larger ε, or smaller d, B or m, takes them further."
        )
    if not seen:
        return said
    t = np.array([records[0].t for records in seen])
    risk = np.array([[record.risk for record in records] for records in seen])
    model, start = state.model, state.start

    def apart(overlaps: bool) -> str:
        line = model.trajectory(start, t=np.array([0.0, *t]), overlaps=overlaps).risk[1:]
        off = np.max(np.abs(risk - line[:, None]), axis=0)
        spread = f" ± {shown(float(off.std(ddof=1)), 1)}" if len(off) > 1 else ""
        return f"{shown(float(off.mean()), 2)}{spread}"

    exact = f" and from the exact flow's by {apart(True)}" if state.m <= EXACT_MOST else ""
    last = seen[-1]
    end = float(np.mean([record.spread for record in last]))
    size = 1.0 / math.sqrt(state.dimension)
    begin = (
        f"Their first layers start at random, sᵢ(0) and all overlaps of size 1/√d = {shown(size, 2)}, where theory "
        "starts at 0: what waits for the sᵢ to grow comes earlier, by less as d grows."
        if network_start(state) == "sphere"
        else "Their first layers start orthonormal, as the exact flow: what is left is the noise of the batches, of "
        f"relative size d/B = {shown(state.dimension / state.batch, 2)}."
    )
    return [
        *said,
        f"Dotted magenta: {counted(len(runs), 'network')} (d = {state.dimension}, batches of {state.batch}, "
        f"{counted(last[0].steps, 'step')}), band from least to largest, neurons of the first. Their risk "
        f"differs from the mean field's by at most {apart(False)}{exact} (mean over the runs).",
        f"{begin} Mean field neglects ⟨wᵢ, wⱼ⟩ − sᵢsⱼ; at the end its root mean square is {shown(end, 2)}.",
    ]


def distances(found: NetworkDistances) -> list[str]:
    """How distances fall over dimension and width."""
    said = [found.halted] if found.halted else []
    places = [(one.m, one.d, one.batch) for one in found.places]
    for place, values, what, axis in (
        (1, found.to_exact, "the exact flow", "d"),
        (0, found.to_mean_field, "the mean field", "m"),
    ):
        index = [places.index(one) for one in sorted(ladder(places, place))]
        means = distance_means(values[index])
        sizes = np.array([places[j][place] for j in index], dtype=float)
        low, high = (f"{shown(float(means[k]), 2)} at {axis} = {sizes[k]:g}" for k in (0, -1))
        fit = fitted(sizes, means)
        power = f", about like {axis}^({shown(fit.slope, 2)})" if math.isfinite(fit.slope) else ""
        said.append(f"The largest difference of the risk to {what} goes from {low} to {high}{power}.")
    between = [float(found.between[places.index(one)]) for one in sorted(ladder(places, 0))]
    said.append(
        "Diamonds: the exact flow itself, which no dimension brings nearer to the mean field, only width does: "
        + ", ".join(shown(value, 2) for value in between)
        + "."
    )
    return said


def fits(found: EpsSweep) -> list[str]:
    """The exponents that a sweep fits, the raw ones and, of degree 1, those without the logarithm."""
    said = []
    phi, sigma = found.model.coefficients
    for k in np.flatnonzero(phi * sigma).tolist():
        fit = found.fit(k)
        if math.isnan(fit.slope):
            said.append(f"Degree {k}: at too few ε has half of the starts learnt it by t = 10 for a fit.")
            continue
        power = "1" if k == 0 else f"1/{2 * k}"
        text = f"Degree {k}: t ~ ε^({shown(fit.slope, 4)}) ± {shown(fit.slope_error, 1)}; theory {power}"
        if k == 1:
            straight = found.fit(1, logarithm=True)
            text += (
                f" after dividing by ln(1/ε), which gives {shown(straight.slope, 4)} ± "
                f"{shown(straight.slope_error, 1)}: the logarithm lowers the raw slope"
            )
        said.append(text + ".")
    return said


def links(state: TimeScalesState) -> list[dict[str, str]]:
    """The way to view 1, where that is of the same system."""
    other = bridge.planar(state)
    return [{"text": "Open the same system on the R–a plane", "href": f"/?{other.query()}"}] if other else []


def cloud(state: TimeScalesState, run: MeanFieldTrajectory) -> str:
    """The cloud for a screen reader."""
    s, a = run.s[-1], run.a[-1]
    return (
        f"Cloud of {counted(state.m, 'neuron')}, alignment s across and second layer a upward. All start at s = 0, a "
        f"from {shown(float(run.a[0].min()), 3)} to {shown(float(run.a[0].max()), 3)}. At t = {shown(run.t_end, 3)} s "
        f"is from {shown(float(s.min()), 3)} to {shown(float(s.max()), 3)}, a from {shown(float(a.min()), 3)} to "
        f"{shown(float(a.max()), 3)}; {counted(int(np.sum(s > 0)), 'neuron has', 'neurons have')} s above 0."
    )


SHOWN = {
    "course": "Risk, its degrees, every a and every s over time.",
    "risk": "Risk and its degrees over time.",
    "neurons": "Every a and every s over time.",
    "network": "Distances of networks to the exact flow over the dimension, and to the mean field over the width.",
    "sweep": "Learning time of each degree over ε: medians over the starts, with fitted power laws.",
}


def panels(state: TimeScalesState, run: MeanFieldTrajectory) -> str:
    """The panels for a screen reader."""
    levels = ", ".join(shown(float(level), 4) for level in run.model.plateaus() if level > 0)
    return (
        f"{SHOWN[state.panel]} The risk goes from {shown(float(run.risk[0]), 4)} to "
        f"{shown(float(run.risk[-1]), 3)}; its plateaus are {levels or 'none'}. "
        + " ".join(text for text, _ in sentences(run))
    )
