"""The numbers on the theory page, computed by `dynamics` for what the views show at first."""

from __future__ import annotations

import numpy as np

from components.views.linear_network.state import LinearNetworkState
from components.views.time_scales.state import TimeScalesState
from components.views.unlearning.state import PUBLISHED_C, PUBLISHED_TARGET
from dynamics import SCALINGS, MeanFieldModel, Trajectory, UnlearningModel, scaling_phase
from dynamics.planar.fates.decay import branch_end, critical_decay, critical_width, end_with_decay

HALTED = UnlearningModel((1.0, 0.5), (1.0, -0.6))  # halts soon, at a width that one can train
WIDTHS = (200, 2_000, 20_000)
WIDE, DECAY = 700_000, 1e-4  # a width at which the example unlearns, and a decay with which it does
LATE = 1e6  # where the asymptotic law is compared with the solution
STARTS = (0.5, 20.0)  # between which thresholds are looked for
NAMES = (
    "folds", "h_p", "alpha_0", "a_leading", "a_law", "a_solution", "threshold", "threshold_limit", "fold_limit",
    "fold_finite", "halts", "plateaus", "times", "f_start", "f_end", "cos_start", "cos_end", "kernel_ratio",
    "scalings", "apart_from", "apart_to", "alike", "two", "two_later", "lambda_c", "R_c", "m_c", "m_start",
    "halted_wide", "decayed",
)  # fmt: skip
FOLDED = (1.0, -1.0, -1.0, 1.0, 1.0)  # whose threshold is a fold's


def numbers() -> dict[str, str]:
    """Every number of the page by its name, as mathematics or as a table."""
    return {**_unlearning(), **_time_scales(), **_linear_network()}


def _unlearning() -> dict[str, str]:
    model = UnlearningModel(PUBLISHED_C, PUBLISHED_TARGET)
    law = model.asymptotics()
    folded = UnlearningModel(PUBLISHED_C, FOLDED)
    fold = next(limit for limit in folded.threshold_limits(bracket=STARTS) if limit.kind == "fold")
    halts = [(m, HALTED.finite_width(m).halt(2.0)) for m in WIDTHS]
    run = model.trajectory(10.0, tau=np.geomspace(1e-3, LATE, 1801))
    apart = run.tau[model.transverse_growth_rate(run.R, run.a) > 0.0]
    return {
        "folds": " and ".join(f"$({fold.R:.4f},\\;{fold.a:.4f})$" for fold in model.folds() if fold.a > 0.0),
        "h_p": _real(law.h_p),
        "alpha_0": _real(law.alpha0),
        "a_leading": _real(law.a_prefactor * LATE**law.a_exponent, 1),
        "a_law": _real(float(law.a(LATE)), 1),
        "a_solution": _real(float(run.a[-1]), 2),
        "threshold": _real(float(model.thresholds(bracket=STARTS)[0]), 6),
        "threshold_limit": _real(model.threshold_limits(bracket=STARTS)[0].a0, 6),
        "fold_limit": _real(fold.a0, 6),
        "fold_finite": _real(float(folded.thresholds(bracket=STARTS)[0]), 5),
        "halts": ", ".join(f"$({halt.R:.4f},\\;{halt.a:.3f})$ for $m = {m}$" for m, halt in halts if halt),
        "apart_from": f"${float(f'{apart[0]:.2g}'):g}$",
        "apart_to": f"${float(f'{apart[-1]:.2g}'):g}$",
        **_decay(model, run),
    }


def _decay(model: UnlearningModel, run: Trajectory) -> dict[str, str]:
    """What the second layer's decay, and a finite width, do to the example from its start."""
    beyond = float(run.R.max())
    R = np.linspace(0.0, branch_end(model, 1), 4001)[1:-1]
    halt = model.finite_width(WIDE).halt(run.a0)
    return {
        "lambda_c": f"${_decimal(critical_decay(model))}$",
        "R_c": _real(float(R[np.argmax(model.slow_flow(R) / model.critical_manifold_a(R))])),
        "m_c": _thousands(critical_width(model)),
        "m_start": _thousands(critical_width(model, 1, beyond)),
        "halted_wide": _point(halt.R, halt.a) if halt else "",
        "decayed": _point(*end_with_decay(model, DECAY)),
    }


def _point(R: float, a: float) -> str:
    return f"$({R:.4f},\\;{a:.2f})$"


def _thousands(m: float) -> str:
    return f"${round(m / 1e3)}\\,000$"


def _time_scales() -> dict[str, str]:
    model = MeanFieldModel(TimeScalesState().phi, eps=1e-6)
    return {
        "plateaus": ", ".join(_real(float(level), 4) for level in model.plateaus()[:-1]) + " and $0$",
        "times": ", ".join(f"$t_{k} = {_decimal(float(time))}$" for k, time in enumerate(model.predicted_times())),
        "alike": f"$t = {_learned(1, 1e-6, 1)}$",
        "two": f"$t = {_learned(2, 1e-6, 2)}$",
        "two_later": f"${_learned(2, 1e-8, 2)}$",
    }


def _learned(m: int, eps: float, degree: int) -> str:
    """When m neurons learn a degree of the view's target."""
    return f"{MeanFieldModel(TimeScalesState().phi, eps=eps, m=m).trajectory().learning_times()[degree]:.3f}"


def _linear_network() -> dict[str, str]:
    network = LinearNetworkState().network()
    rows = []
    for name, exponents in SCALINGS.items():
        phase = scaling_phase(exponents)
        powers = (phase.size, phase.rate, phase.output, phase.angle)
        rows.append(f"| {name} | {' | '.join(_real(power, 1) for power in powers)} | {phase.phase}, {phase.pace} |")
    head = "| preset | $c_g + c_P$ | $c_\\lambda$ | output | $c_\\zeta$ | phase |\n|---|---|---|---|---|---|\n"
    return {
        "f_start": _real(network.start.f, 4),
        "f_end": _real(network.end.f, 4),
        "cos_start": _real(network.start.cos_zeta, 4),
        "cos_end": _real(network.end.cos_zeta, 4),
        "kernel_ratio": _real(network.end.kernel_ratio, 4),
        "scalings": head + "\n".join(rows),
    }


def _real(value: float, places: int = 4) -> str:
    text = f"{value:.{places}f}"
    return f"${text.rstrip('0').rstrip('.') if '.' in text else text}$"


def _decimal(value: float) -> str:
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}"
