"""Exports of the Unlearning view: its data, and a script that computes and plots them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import IMAI_2026
from components.core.view import Columns
from components.views.unlearning.panels import PANELS
from components.views.unlearning.plan import explanation, picture_of
from components.views.unlearning.state import POLYNOMIALS, UnlearningState
from dynamics import Claim, CriticalManifold, Fate, Trajectory
from dynamics.plotting.planar.picture import FiniteWidthRun, Pinned, PlanarPicture


def table(state: UnlearningState) -> Columns:
    """Return all samples of all trajectories in one table."""
    picture = picture_of(state)
    return _table(picture, [picture.trajectory(run) for run in picture.runs], list(picture.wide()))


def document(state: UnlearningState) -> Mapping[str, Any]:
    """Return the table, the limits and claims of each trajectory, the critical manifold with its folds, and the
    thresholds.
    """
    picture = picture_of(state)
    runs = [picture.trajectory(run) for run in picture.runs]
    manifold = picture.manifold()
    wides = list(picture.wide())
    return {
        "polynomials": POLYNOMIALS,
        "c": state.c,
        "c_star": state.c_star,
        "table": _table(picture, runs, wides),
        "runs": [
            {
                "name": plan.name,
                "R0": run.R0,
                "a0": run.a0,
                "fate": run.fate.name,
                "limit": {"R": run.limit.R, "a": run.limit.a, "loss": run.limit.loss},
                "status": run.code.name,
                "steps": run.stats.steps,
                "error": run.error,
                "time_error": run.timing_error,
                "fit": _fit(run, picture.panel),
                "claims": [claim.as_dict() for claim in _claims(picture, run)],
            }
            for plan, run in zip(picture.runs, runs, strict=True)
        ],
        **_manifold(manifold),
        "thresholds": [{"R0": R0, "a0": values} for R0, values in picture.thresholds.items()],
        "layers": _layers(picture),
        "wide": [
            {
                "name": wide.run.name,
                "m": wide.trajectory.m,
                "halt": asdict(wide.halt) | {"fate": wide.halt.fate.name} if wide.halt else None,
                "needed": wide.needed,
                "status": wide.trajectory.code.name,
            }
            for wide in wides
        ],
        "study": _study(picture) if not PANELS[picture.panel].rows else None,
        "pinned": _pinned(picture.pinned, picture) if picture.pinned else None,
    }


def _claims(picture: PlanarPicture, run: Trajectory) -> tuple[Claim, ...]:
    """Return the claims about a trajectory, its fate first; an integration can refute each of them."""
    return explanation(picture, run).claims


def _fit(run: Trajectory, panel: str) -> dict[str, Any] | None:
    """Return the exponents fitted to the end of a trajectory, for the panels that show them."""
    fit = run.power_fit if PANELS[panel].shows_law else None
    return asdict(fit) if fit else None


def _manifold(manifold: CriticalManifold) -> dict[str, Any]:
    return {
        "manifold": [
            {"kind": branch.kind, "attracting": branch.attracting, "R": branch.R, "a": branch.a}
            for branch in manifold.branches
        ],
        "folds": [{"R": fold.R, "a": fold.a, "landing": fold.landing} for fold in manifold.folds],
    }


def _study(picture: PlanarPicture) -> dict[str, Any]:
    """Return the epsilon study."""
    points = list(picture.study())
    return {
        "eps": [point.eps for point in points],
        "thresholds": [point.thresholds for point in points],
        "distances": [point.distances for point in points],
        "limits": [
            asdict(limit) | {"fates": [fate.name for fate in limit.fates]} for limit in picture.threshold_limits
        ],
    }


def _pinned(pinned: Pinned, picture: PlanarPicture) -> dict[str, Any]:
    """Return the problem of the pinned trajectory, its end and its critical manifold; the table contains its
    samples."""
    model, limit = pinned.model, pinned.run.limit
    return {
        "c": model.c,
        "c_star": model.c_star,
        "eps": model.eps,
        "a0": pinned.run.a0,
        "R0": pinned.run.R0,
        "fate": limit.fate.name,
        "limit": {"R": limit.R, "a": limit.a, "loss": limit.loss},
        **_manifold(picture.manifold(model)),
    }


def _layers(picture: PlanarPicture) -> dict[str, Any]:
    """Return the data of the requested overlays; the others are empty."""
    fates, curve, landscape = picture.basins, picture.nullcline, picture.landscape
    names = {str(int(fate)): fate.name for fate in Fate}
    return {
        "equilibria": [asdict(point) for point in picture.equilibria],
        "separatrices": [
            {
                "R": separatrix.R,
                "a": separatrix.a,
                "saddle": asdict(separatrix.saddle) if separatrix.saddle else None,
                "fates": [fate.name for fate in separatrix.fates],
            }
            for separatrix in picture.separatrices
        ],
        "orbits": [
            {
                "pieces": [
                    {"fast": piece.fast, "end": piece.end, "R": piece.R, "a": piece.a, "tau": piece.tau}
                    for piece in orbit.pieces
                ],
                "end": orbit.end.name,
            }
            for orbit in picture.orbits
        ],
        "pasts": [{"R": orbit.R, "a": orbit.a, "tau": orbit.tau} for orbit in picture.pasts],
        "nullcline": {"R": curve.R, "a": curve.a} if curve else None,
        "landscape": {"R": landscape.R, "a": landscape.a, "loss": landscape.loss} if landscape else None,
        "basins": {"R0": fates.x, "a0": fates.y, "fate": fates.fate, "names": names} if fates else None,
    }


def _table(picture: PlanarPicture, runs: Sequence[Trajectory], wides: Sequence[FiniteWidthRun]) -> Columns:
    """Return the samples of all trajectories in the order of the stream: the listed ones, the pinned one, those at
    finite width.

    If there are any besides the listed ones, the columns `pinned` and `m` (infinite: planar) tell them apart.
    """
    pinned = [picture.pinned_trajectory(picture.pinned)] if picture.pinned else []
    planar = [*runs, *pinned]
    samples = [picture.columns(run, run.limit.loss) for run in planar]
    samples += [picture.columns(wide.trajectory, wide.run.limit.loss) for wide in wides]
    sizes = [part["tau"].size for part in samples]
    alike: dict[str, Sequence[float]] = {
        "run": range(len(samples)),
        "a0": [*(run.a0 for run in planar), *(wide.run.a0 for wide in wides)],
        "R0": [*(run.R0 for run in planar), *(wide.run.R0 for wide in wides)],
    }
    if pinned or wides:
        alike["pinned"] = [0] * len(runs) + [1] * len(pinned) + [0] * len(wides)
        alike["m"] = [math.inf] * len(planar) + [wide.trajectory.m for wide in wides]
    names = dict.fromkeys(name for part in samples for name in part)
    return {name: np.repeat(np.array(values), sizes) for name, values in alike.items()} | {
        name: np.concatenate(
            [part.get(name, np.full(size, math.nan)) for part, size in zip(samples, sizes, strict=True)]
        )
        for name in names
    }


def python(state: UnlearningState) -> str:
    """Return a script that computes and draws the picture. Only numbers and choices of the state enter it."""
    fields = {
        "a0": _text(state.a),
        "R0": _text(state.R0),
        "points": _text(state.starts[len(state.a) :]),
        "tau_end": _text(state.tau),
        "layers": repr(state.layers),
        "panel": repr(state.panel),
        "width": _text(state.width) if state.width is not None else "None",
        "pinned": _pinned_text(state),
    }
    arguments = "\n".join(f"    {name}={text}," for name, text in fields.items())
    view = _text(state.window) if state.window else "()"
    display = f"{state.axis!r}, {state.measure!r}{f', {_text(state.span)}' if state.span else ''}"
    return f'''"""A picture of feature unlearning: its numbers, and its figures as HTML.

Link: /?{state.query()}
{fill("Model: " + IMAI_2026.citation, 110)}
"""

from dynamics import UnlearningModel
from dynamics.plotting import PlanarPicture, Pinned, to_plotly

# Coefficients of {POLYNOMIALS}; degree 1 first: of the activation, of the target.
model = UnlearningModel(
    c={_text(state.c)},
    c_star={_text(state.c_star)},
    eps={_text(state.eps)},
)
picture = PlanarPicture.of(  # it has the manifold, thresholds, equilibria and all else that it shows as attributes
    model,
{arguments}
)
for run in picture.runs:
    fate = run.limit.fate.name.replace("_", " ").lower()
    print(f"{{run.name}}: {{fate}}, R -> {{run.limit.R:.6g}}, a -> {{run.limit.a:.6g}}")
print("thresholds:", picture.thresholds)
for wide in picture.wide():
    print(f"{{wide.run.name}}: {{wide.halt}}, the planar law holds from m = {{wide.needed:.3g}}")
try:
    to_plotly(picture.plane({view})).write_html("unlearning_plane.html")
    to_plotly(picture.panels({display})).write_html("unlearning_panels.html")
except ImportError as error:
    print(error)
'''


def _pinned_text(state: UnlearningState) -> str:
    """Return the pinned trajectory as Python."""
    pinned = state.pinned
    if pinned is None:
        return "None"
    model = f"UnlearningModel({_text(pinned.c)}, {_text(pinned.c_star)}, {_text(pinned.eps)})"
    return f"Pinned.of({model}, {_text(pinned.a[0])}, {_text(pinned.R0)})"


def _text(value: float | Sequence[Any]) -> str:
    """Return Python that evaluates to exactly this number or these numbers."""
    if isinstance(value, Sequence):
        return f"({', '.join(map(_text, value))}{',' * (len(value) == 1)})"
    return repr(float(value))
