"""Captions of the Time-scales view: when each degree is learned, the plateaus, the limits of validity."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from components.core.formatting import pluralize
from components.views.time_scales import conversion
from components.views.time_scales.panels import PANELS
from components.views.time_scales.risk_drops import RiskDrop, risk_drops
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep, MeanFieldTrajectory, NetworkDistances, NetworkRecord, SphericalSGD, Trajectory
from dynamics.mean_field.eps_sweep import fitted
from dynamics.mean_field.learning_times import UNLIKE, learnable, predicted_times
from dynamics.mean_field.problem import MeanFieldProblem
from dynamics.mean_field.trajectory import residuals
from dynamics.plotting.mean_field import distance_means, ladder
from dynamics.plotting.mean_field.networks import MAX_EXACT_WIDTH
from dynamics.plotting.mean_field.picture import MeanFieldPicture
from dynamics.plotting.number_text import format_number, subscript
from dynamics.plotting.style import DEGREES

MAX_ASYMPTOTIC_EPS = 1e-4  # above it the asymptotic laws are orders of magnitude only
NEAR_FACTOR = 10.0  # between two learning times that are called near each other
ALMOST_ALL, NEGLIGIBLE = 0.95, 0.005  # fractions of the risk
RISK_RESOLUTION = 1e-12  # of the initial risk; below it is the error of the integrator
LAWS_NEED = f"The asymptotic laws need {UNLIKE} neurons or more that start differently"


def order(degree: int) -> str:
    """Return the scaling of a degree's learning time."""
    return "ε" if degree == 0 else "√ε ln(1/ε)" if degree == 1 else f"ε^(1/{2 * degree})"


def law(degree: int, time: float) -> str:
    """Describe the asymptotic law of a degree's learning time, in parentheses; "" if there is none."""
    if not math.isfinite(time):
        return ""
    if degree == 0:
        return f" (asymptotic law, for a mean weight of 0 at the start: {format_number(time, 3)}, t ~ {order(0)})"
    if degree == 1:
        return f" ({format_number(time, 3)} by the asymptotic law, t ~ {order(1)})"
    limit = " in the limit of infinitely many neurons" if degree > 2 else ""
    return f" (the asymptotic law predicts only the exponent{limit}, t ~ {order(degree)})"


def absence(model: MeanFieldProblem, degree: int, a0: np.ndarray) -> str:
    """Return why a degree cannot be learned."""
    phi, sigma = model.coefficients
    if sigma[degree] == 0:
        return f"cannot be learned: the activation has no such degree, σ{subscript(degree)} = 0"
    if not a0.any() and phi[0] * sigma[0] == 0:
        return "cannot be learned: all aᵢ(0) = 0 and σ₀φ₀ = 0, so nothing moves"
    exponent = int(np.flatnonzero(phi[1:])[0]) + 1
    why = f" (information exponent {exponent})" if exponent > 1 else ""
    return (
        f"cannot be learned from s = 0: σ₁φ₁ = 0{why}, so no neuron turns toward the feature; a network that starts "
        "from random directions can learn it"
    )


def sentences(run: MeanFieldTrajectory) -> list[tuple[str, dict[str, str]]]:
    """Return one sentence and its style for each degree of the target."""
    model = run.model
    phi = model.coefficients[0]
    learned, is_learnable, predicted = run.learning_times(), learnable(model, run.a0), predicted_times(model, run.a0)
    drops = {fall.degree: fall for fall in risk_drops(run)}
    end = format_number(run.t_end, 3)
    described = []
    for k in np.flatnonzero(phi).tolist():
        name = f"Degree {k} (φ{subscript(k)} = {format_number(phi[k], 4)})"
        remaining = _remaining(run, k)
        if not is_learnable[k]:
            fate, text = "absent", f"{name} {absence(model, k, run.a0)}."
        elif math.isnan(learned[k]):
            fate, text = "waiting", f"{name} is not learned by t = {end}: {remaining}."
        else:
            fate, when = "learnt", f"half learned at t = {format_number(learned[k], 3)}{law(k, predicted[k])}"
            if learned[k] == 0:
                when = "at least half learned at the start"
            if run.lost[k]:
                fate, text = "lost", f"{name} is {when}, then lost again: {remaining} at t = {end}."
            elif k not in drops:
                text = f"{name} is {when}: {remaining} at t = {end}."
            elif drops[k].plateau:
                fall = (
                    f"the risk falls from its plateau {format_number(drops[k].before, 4)} toward "
                    f"{format_number(drops[k].after, 4)}"
                )
                text = f"{name} is {when}: {fall}."
            else:
                text = f"{name} is {when}: the risk has no plateau before it."
        described.append((text, {"name": f"degree {k}", "fate": fate, "color": DEGREES[k][0]}))
    if not described:
        style = {"name": "", "fate": "waiting", "color": DEGREES[0][0]}
        described.append(("The target is 0: there is nothing to learn.", style))
    return described


def _remaining(run: MeanFieldTrajectory, degree: int) -> str:
    """Describe the remaining residual of a degree at the end."""
    if run.left[degree] > 1:
        return f"its residual is {format_number(run.left[degree], 3)} times φ{subscript(degree)}"
    return f"{format_number(100 * run.left[degree], 3)} % of it is left"


def notes(state: TimeScalesState, run: MeanFieldTrajectory, neuron_count: int) -> list[str]:
    """Describe the limits of validity, and what the figure leaves out."""
    model = run.model
    phi, sigma = model.coefficients
    texts = [_end(run)]
    drops = risk_drops(run)
    for first, second in pairwise(drops):
        if not second.plateau:
            texts.append(_together(first, second))
    if [fall.degree for fall in drops] != sorted(fall.degree for fall in drops):
        levels = " The dotted levels are those of the canonical order." if "risk" in PANELS[state.panel].rows else ""
        texts.append(f"Here degrees are not learned in their canonical order.{levels}")
    alike = len(model.groups(run.a0).a0)
    if alike == 1 and model.m > 1:
        texts.append(
            f"All {model.m} neurons start alike and stay alike: they are one curve in the plane and learn as one "
            "neuron does."
        )
    if learnable(model, run.a0)[phi != 0].any():
        if state.eps >= 1:
            texts.append("The asymptotic laws are for ε → 0: from ε = 1 on no times are predicted.")
        elif alike < UNLIKE:
            texts.append(f"{LAWS_NEED}: no times are predicted here.")
        elif state.eps > MAX_ASYMPTOTIC_EPS and np.isfinite(predicted_times(model, run.a0)).any():
            texts.append(
                f"The asymptotic laws are for ε → 0: at ε = {format_number(state.eps, 3)} predicted times are orders "
                "of "
                "magnitude."
            )
    if phi[0] and not sigma[0]:
        texts.append("Without σ₀ the target's degree 0 stays in the risk for ever.")
    if neuron_count < state.m:
        texts.append(f"{neuron_count} of {state.m} neurons are drawn, evenly by their start; all are computed.")
    return texts


def _end(run: MeanFieldTrajectory) -> str:
    """Describe the risk at the end, and the fraction from higher degrees."""
    start, risk, tail = float(run.risk[0]), float(run.risk[-1]), float(run.tail[-1])
    if 0 < risk < RISK_RESOLUTION * start:
        return (
            f"At t = {format_number(run.t_end, 3)} the risk is less than {format_number(RISK_RESOLUTION)} of what it "
            "was at "
            "the start."
        )
    text = f"At t = {format_number(run.t_end, 3)} the risk is {format_number(risk, 3)}"
    if not tail > max(NEGLIGIBLE * risk, RISK_RESOLUTION * start):
        return f"{text}."
    share = "almost all of it" if tail > ALMOST_ALL * risk else f"{format_number(100 * tail / risk, 2)} % of it"
    return f"{text}, {share} from degrees above {run.model.degrees}, which the target does not contain."


def _together(first: RiskDrop, second: RiskDrop) -> str:
    """Describe two degrees that are learned one after the other without a plateau between them."""
    low, high = format_number(first.time, 3), format_number(second.time, 3)
    if second.time < NEAR_FACTOR * first.time:
        low_degree, high_degree = sorted((first.degree, second.degree))
        if low_degree != first.degree:
            low, high = high, low
        return (
            f"Degrees {low_degree} and {high_degree} are learned nearly together, at t = {low} and {high}: the risk "
            "has no plateau between them."
        )
    return f"Between degree {first.degree} (t = {low}) and degree {second.degree} (t = {high}) the risk has no plateau."


def planar(run: MeanFieldTrajectory, solution: Trajectory) -> str:
    """Describe the distance from the planar system."""
    n, until = _common(run.t, run.t[: np.isfinite(solution.R[: run.t.size]).sum()], run.t_end)
    a = run.a[:n]
    across = float(np.max(np.abs(run.s[:n] - solution.R[:n, None])))
    upward = float(np.max(np.abs(a - solution.a[:n, None])) / max(1.0, np.max(np.abs(a))))
    return (
        "Dotted: the planar system of feature unlearning with ε replaced by 1/ε and τ = t/ε; s differs by at most "
        f"{format_number(across, 2)}, a by at most {format_number(upward, 2)} of max(1, its largest value){until}."
    )


def _common(first: np.ndarray, second: np.ndarray, t_end: float) -> tuple[int, str]:
    """Return the number of samples that two solutions at the same times share, and the last time in words if one of
    them stopped early.
    """
    n = min(first.size, second.size)
    last = float(first[n - 1])
    return n, "" if last >= t_end else f", up to t = {format_number(last, 3)}, where an integration stopped early"


def exact(run: MeanFieldTrajectory, flow: MeanFieldTrajectory) -> str:
    """Describe the distance of the exact flow of finitely many neurons from the mean field."""
    n, until = _common(run.t, flow.t, run.t_end)
    off = float(np.max(np.abs(run.risk[:n] - flow.risk[:n])))
    return (
        f"Dashed gray: the exact flow of {pluralize(flow.model.m, 'neuron')}, with overlaps; "
        f"its risk differs from the mean field's by at most {format_number(off, 3)}{until}."
    )


def network(
    picture: MeanFieldPicture, runs: list[SphericalSGD], records_by_time: list[list[NetworkRecord]]
) -> list[str]:
    """Describe the distance of the networks from mean field and exact flow, and the theory of the difference."""
    networks, model, start = picture.networks, picture.model, picture.a0
    texts = [run.halted for run in runs if run.halted]
    if networks.start != networks.first:
        texts.append(
            f"{model.m} orthonormal neurons do not fit into d = {networks.dimension}: the networks start at random."
        )
    if networks.horizon < picture.t_end:
        texts.append(
            f"The networks learn until t = {format_number(networks.horizon, 2)}: more of such small steps would take "
            "minutes. A larger ε, or smaller d, B or m, takes them further."
        )
    if not records_by_time:
        return texts
    t = np.array([records[0].t for records in records_by_time])
    risk = np.array([[record.risk for record in records] for records in records_by_time])

    def apart(overlaps: bool) -> str:
        times = np.array([0.0, *t])
        run = model.trajectory(start, t=times, overlaps=overlaps)
        n, until = _common(times, run.t, float(t[-1]))
        if n < 2:
            return "an unknown amount, because the integration stopped early"
        off = np.max(np.abs(risk[: n - 1] - run.risk[1:n, None]), axis=0)
        spread = f" ± {format_number(float(off.std(ddof=1)), 1)}" if len(off) > 1 else ""
        return f"{format_number(float(off.mean()), 2)}{spread}{until}"

    exact = f" and from the exact flow's by {apart(True)}" if model.m <= MAX_EXACT_WIDTH else ""
    last = records_by_time[-1]
    end = float(np.mean([record.spread for record in last]))
    size = 1.0 / math.sqrt(networks.dimension)
    begin = (
        f"Their first layers start at random, sᵢ(0) and all overlaps of size 1/√d = {format_number(size, 2)}, where "
        "theory "
        "starts at 0: what waits for the sᵢ to grow comes earlier, by less as d grows."
        if networks.start == "sphere"
        else "Their first layers start orthonormal, as the exact flow: what is left is the noise of the batches, of "
        f"relative size d/B = {format_number(networks.dimension / networks.batch, 2)}."
    )
    stuck = _stuck(picture, records_by_time)
    return [
        *texts,
        f"Dotted magenta: {pluralize(len(runs), 'network')} (d = {networks.dimension}, batches of {networks.batch}, "
        f"{pluralize(last[0].steps, 'step')}), band from least to largest, neurons of the first. Their risk "
        f"differs from the mean field's by at most {apart(False)}{exact} (mean over the runs).",
        f"{begin} Mean field neglects ⟨wᵢ, wⱼ⟩ − sᵢsⱼ; at the end its root mean square is {format_number(end, 2)}.",
        *stuck,
    ]


def _stuck(picture: MeanFieldPicture, records_by_time: list[list[NetworkRecord]]) -> list[str]:
    """Describe what networks learn of the degrees that the mean field cannot learn from s = 0."""
    model, start, last = picture.model, picture.a0, records_by_time[-1]
    phi, sigma = model.coefficients
    degrees = [k for k in np.flatnonzero(phi * sigma).tolist() if k > 0 and not model.learnable(start)[k]]
    if not degrees or (phi[0] * sigma[0] == 0 and not start.any()):
        return []
    residual = np.mean([np.abs(residuals(model, record.a[None], record.s[None])[0]) for record in last], axis=0)
    parts = ", ".join(f"{format_number(100 * float(residual[k] / abs(phi[k])), 2)} % of degree {k}" for k in degrees)
    off = "with sᵢ ≠ 0" if picture.networks.start == "sphere" else "at sᵢ = 0, and only the noise of batches moves them"
    return [
        f"The mean field stays at s = 0, because σ₁φ₁ = 0. The networks start {off}: at t = "
        f"{format_number(last[0].t, 2)} "
        f"{parts} is left, the mean over the runs."
    ]


def distances(measured_distances: NetworkDistances) -> list[str]:
    """Describe how distances decrease with dimension and width."""
    texts = [measured_distances.halted] if measured_distances.halted else []
    network_sizes = [(network_size.m, network_size.d, network_size.batch) for network_size in measured_distances.places]
    for axis_index, values, what, axis in (
        (1, measured_distances.to_exact, "the exact flow", "d"),
        (0, measured_distances.to_mean_field, "the mean field", "m"),
    ):
        index = [network_sizes.index(network_size) for network_size in sorted(ladder(network_sizes, axis_index))]
        means = distance_means(values[index])
        sizes = np.array([network_sizes[j][axis_index] for j in index], dtype=float)
        measured = np.isfinite(means)
        if not measured.any():
            texts.append(f"The largest difference of the risk to {what} is not known: no run reaches its end.")
            continue
        sizes, means = sizes[measured], means[measured]
        low, high = (f"{format_number(float(means[k]), 2)} at {axis} = {sizes[k]:g}" for k in (0, -1))
        fit = fitted(sizes, means)
        power = f", about like {axis}^({format_number(fit.slope, 2)})" if math.isfinite(fit.slope) else ""
        texts.append(f"The largest difference of the risk to {what} goes from {low} to {high}{power}.")
    between = [
        float(measured_distances.between[network_sizes.index(network_size)])
        for network_size in sorted(ladder(network_sizes, 0))
    ]
    reached = [format_number(value, 2) for value in between if math.isfinite(value)]
    if reached:
        texts.append(
            "Diamonds: the exact flow itself, which no dimension brings nearer to the mean field, only width does: "
            f"{', '.join(reached)}."
        )
    if len(reached) < len(between):
        texts.append("Where an integration stopped early there is no diamond.")
    return texts


def fits(sweep: EpsSweep) -> list[str]:
    """Describe the fitted exponents of a sweep, for degree 1 also without the logarithm, and the predicted ones."""
    texts = []
    phi, sigma = sweep.model.coefficients
    for k in np.flatnonzero(phi * sigma).tolist():
        if not sweep.learnable[k]:
            texts.append(f"Degree {k} cannot be learned from these starts: no ε has a learning time.")
            continue
        fit = sweep.fit(k)
        if math.isnan(fit.slope):
            count = pluralize(fit.points, "ε", "ε")
            texts.append(f"Degree {k}: at {count} half of the starts have learned it by t = 10; a fit needs 3.")
            continue
        text = f"Degree {k}: t ~ ε^({format_number(fit.slope, 4)}) ± {format_number(fit.slope_error, 1)}"
        straight = sweep.fit(k, logarithm=True)
        if sweep.predicted[k] and k == 1 and math.isfinite(straight.slope):
            text += (
                f"; theory 1/2 after dividing by ln(1/ε), which gives {format_number(straight.slope, 4)} ± "
                f"{format_number(straight.slope_error, 1)}"
            )
            if fit.slope < straight.slope:
                text += ": the logarithm lowers the raw slope"
        elif sweep.predicted[k] and k != 1:
            limit = " in the limit of infinitely many neurons" if k > 2 else ""
            text += f"; theory {'1' if k == 0 else f'1/{2 * k}'}{limit}"
        texts.append(text + ".")
    if texts and min(len(sweep.model.groups(a0).a0) for a0 in sweep.starts) < UNLIKE:
        texts.append(f"{LAWS_NEED}: no exponents are predicted here.")
    return texts


def links(state: TimeScalesState) -> list[dict[str, str]]:
    """Return the link to the Unlearning view, if it shows the same system."""
    planar_state = conversion.planar(state)
    return (
        [{"text": "Open the same system on the R–a plane", "href": f"/?{planar_state.query()}"}] if planar_state else []
    )
