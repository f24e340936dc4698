"""Exports of the Time-scales view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import BERTHIER_2024
from components.core.view import Columns
from components.views.time_scales import captions
from components.views.time_scales.plan import picture_of
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep, NetworkDistances
from dynamics.mean_field.learning_times import learnable, plateaus, predicted_times
from dynamics.plotting import MeanFieldPicture
from dynamics.typing import FloatArray

CONVENTIONS = (
    "phi and sigma are coefficients of the normalized Hermite polynomials h_k = He_k / sqrt(k!), from degree 0; a "
    "degree is learned when half of phi_k is left"
)


def table(state: TimeScalesState) -> Columns:
    """Return a row for each sample: time, risk, residuals of all degrees, all a and s, and the comparisons."""
    return _table(picture_of(state))


def _table(picture: MeanFieldPicture) -> Columns:
    run, flow, planar = picture.trajectory, picture.exact, picture.planar
    t = run.t
    rows: dict[str, Any] = {"risk": run.risk}
    rows |= {f"r_{k}": run.residual[:, k] for k in range(run.residual.shape[1])}
    rows |= {f"a_{i + 1}": run.a[:, i] for i in range(picture.model.m)}
    rows |= {f"s_{i + 1}": run.s[:, i] for i in range(picture.model.m)}
    if flow:
        rows |= {"risk_exact": flow.risk, "spread_exact": flow.spread}
        t = max(t, flow.t, key=len)
    rows |= {"R_planar": planar.R, "a_planar": planar.a, "loss_planar": planar.loss} if planar else {}
    return {"t": t, **{name: _of_length(values, t.size) for name, values in rows.items()}}


def _of_length(values: FloatArray, size: int) -> FloatArray:
    """Return a column of that length: a solution whose integration stopped early has fewer samples than others."""
    return np.pad(values[:size], (0, max(0, size - values.size)), constant_values=np.nan)


def document(state: TimeScalesState) -> Mapping[str, Any]:
    """Return the table, plateaus, measured and predicted learning times, sentences, and the sweep if it is shown.

    A time of null: not learned, or no law is available.
    """
    picture = picture_of(state)
    run = picture.trajectory
    return {
        "table": {name: np.ascontiguousarray(values) for name, values in _table(picture).items()},
        "conventions": CONVENTIONS,
        "plateaus": plateaus(run.model, run.a0),
        "learnable": learnable(run.model, run.a0),
        "learning_times": run.learning_times(),
        "lost_again": run.lost,
        "left_at_the_end": run.left,
        "predicted_times": predicted_times(run.model, run.a0),
        "coefficients": {"phi": run.model.coefficients[0], "sigma": run.model.coefficients[1]},
        "sentences": [text for text, _ in captions.sentences(run)],
        "status": run.code.name,
        "steps": run.stats.steps,
        "sweep": _sweep(picture.sweep) if picture.sweep else None,
        "networks": _networks(picture) if "network" in picture.layers else None,
        "distances": _distances(picture.network_distances) if picture.network_distances else None,
    }


def _networks(picture: MeanFieldPicture) -> dict[str, Any]:
    """Return risk, a and s of each network at each time."""
    all_records = picture.network_records
    return {
        "t": np.array([records[0].t for records in all_records]),
        "risk": np.array([[record.risk for record in records] for records in all_records]),
        "a": np.array([[record.a for record in records] for records in all_records]),
        "s": np.array([[record.s for record in records] for records in all_records]),
    }


def _distances(distances: NetworkDistances) -> dict[str, Any]:
    """Return the largest differences of the risks, with a row for each size of network."""
    return {
        "m": [size.m for size in distances.places],
        "d": [size.d for size in distances.places],
        "batch": [size.batch for size in distances.places],
        "network_to_exact": distances.to_exact,
        "network_to_mean_field": distances.to_mean_field,
        "exact_to_mean_field": distances.between,
    }


def _sweep(sweep: EpsSweep) -> dict[str, Any]:
    """Return the sweep; a time of null: the start has not learned the degree, or has lost it again."""
    return {
        "eps": sweep.eps,
        "seeds": sweep.seeds,
        "times": np.where(np.isfinite(sweep.times), sweep.times, np.nan),
        "medians": sweep.medians,
        "local_slopes": sweep.slopes,
        "exponent_predicted": sweep.predicted,
        "fits": captions.fits(sweep),
    }


def python(state: TimeScalesState) -> str:
    """Return a script that computes and draws the picture. Only numbers and choices of the state enter it."""
    picture = picture_of(state)
    groups: list[dict[str, Any]] = [
        {"law": state.law, "scale": state.scale, "seed": state.seed},
        {"t_end": state.t},
        {"layers": picture.layers},
        {"panel": state.panel},
    ]
    if state.panel == "sweep":
        groups.append({"sweep": state.sweep, "seeds": state.seeds})
    if picture.networks.sizes:
        sizes = {name: getattr(state, name) for name in ("dimension", "batch", "runs")}
        groups.append({**sizes, "first_layer": state.first})
    lines = (", ".join(f"{name}={value!r}" for name, value in group.items()) for group in groups)
    arguments = "\n".join(f"    {line}," for line in lines)
    display = f"{state.axis!r}, {state.measure!r}, {state.terms!r}{f', {state.span!r}' if state.span else ''}"
    return f'''"""Learning time-scales of a two-layer network: its numbers, and its figures as HTML.

Link: /time-scales?{state.query()}
{fill("Model: " + BERTHIER_2024.citation, 110)}
"""

from dynamics import MeanFieldModel
from dynamics.plotting import MeanFieldPicture, to_plotly

# Coefficients of the normalized Hermite polynomials h_k = He_k / sqrt(k!), degree 0 first: of the target, of a series.
model = MeanFieldModel(
    phi={state.phi!r},
    activation={state.core_activation!r},
    eps={state.eps!r},
    m={state.m!r},
)
picture = MeanFieldPicture.of(  # it has the solutions, networks and all else that it shows as attributes
    model,
{arguments}
)
print("plateaus of the risk:", model.plateaus(picture.a0))
print("learning times:      ", picture.trajectory.learning_times())
print("lost again:          ", picture.trajectory.lost)
print("predicted times:     ", model.predicted_times(picture.a0), "(of degree 2 and above only the exponent)")
{_FITS if state.panel == "sweep" else ""}try:
    to_plotly(picture.cloud({state.window or ()!r})).write_html("time_scales_cloud.html")
    to_plotly(picture.panels({display})).write_html("time_scales_panels.html")
except ImportError as error:
    print(error)
'''


_FITS = """for k in range(model.degrees + 1):
    print(f"degree {k}: t ~ eps^{picture.sweep.fit(k).slope:.4f}")
"""
