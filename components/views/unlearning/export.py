"""Exports of the Unlearning view: its data, and a script that computes and plots them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import IMAI_2026
from components.core.view import Columns
from components.views.unlearning import columns, epsilon_study, figures
from components.views.unlearning.finite_width_notes import TOLERANCE, FiniteWidthRun
from components.views.unlearning.panels import PANELS
from components.views.unlearning.plan import BASINS, MANIFOLD, RTOL, SAMPLES, ComputationPlan, Pinned
from components.views.unlearning.state import EPS, POLYNOMIALS, UnlearningState
from dynamics import Claim, CriticalManifold, Fate, Trajectory
from dynamics.plotting.number_text import format_number as number
from dynamics.plotting.style import FATES, FONT, LIGHT

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_IMPORTS, _, _AFTER_IMPORTS = _SCRIPT.partition("# --- parameters ---\n")
_IMPORTS = _IMPORTS.partition("\n\n")[2]
_NUMBERS = _AFTER_IMPORTS.partition("# --- numbers ---\n")[2]


def table(state: UnlearningState) -> Columns:
    """Return all samples of all trajectories in one table."""
    picture = ComputationPlan.of(state)
    return _table(picture, [picture.trajectory(run) for run in picture.runs], list(picture.wide()))


def document(state: UnlearningState) -> Mapping[str, Any]:
    """Return the table, the limits and claims of each trajectory, the critical manifold with its folds, and the
    thresholds.
    """
    picture = ComputationPlan.of(state)
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


def _claims(picture: ComputationPlan, run: Trajectory) -> tuple[Claim, ...]:
    """Return the claims about a trajectory, its fate first; an integration can refute each of them."""
    return picture.explanation(run).claims


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


def _study(picture: ComputationPlan) -> dict[str, Any]:
    """Return the epsilon study."""
    points = list(epsilon_study.points(picture))
    return {
        "eps": [point.eps for point in points],
        "thresholds": [point.thresholds for point in points],
        "distances": [point.distances for point in points],
        "limits": [
            asdict(limit) | {"fates": [fate.name for fate in limit.fates]} for limit in epsilon_study.limits(picture)
        ],
    }


def _pinned(pinned: Pinned, picture: ComputationPlan) -> dict[str, Any]:
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


def _layers(picture: ComputationPlan) -> dict[str, Any]:
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


def _table(picture: ComputationPlan, runs: Sequence[Trajectory], wides: Sequence[FiniteWidthRun]) -> Columns:
    """Return the samples of all trajectories in the order of the stream: the listed ones, the pinned one, those at
    finite width.

    If there are any besides the listed ones, the columns `pinned` and `m` (infinite: planar) tell them apart.
    """
    panel = picture.panel
    pinned = [picture.pinned_trajectory(picture.pinned)] if picture.pinned else []
    planar = [*runs, *pinned]
    samples = [columns.of_planar(run, panel) for run in planar]
    samples += [columns.of_wide(wide.trajectory, wide.run.limit, panel) for wide in wides]
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
    """Return `script.py` with the parameters of this state. Only numbers and choices of the state enter it."""
    picture = ComputationPlan.of(state)
    view = picture.window
    if state.window:
        R_low, R_high, a_low, a_high = state.window
        view = figures.Window((R_low, R_high), (a_low, a_high))
    panel = PANELS[state.panel]
    labels = figures.label_heights([run.a0 for run in picture.runs], view)
    starts = "\n".join(f"    ({run.name!r}, {_text(run.R0)}, {_text(run.a0)})," for run in picture.runs)
    styles = "\n".join(
        f"    {fate.name!r}: ({style.color!r}, {style.dash!r}, {style.symbol!r})," for fate, style in FATES.items()
    )
    rows = "\n".join(
        f"    ({row.column!r}, {row.title!r}, {row.of!r}, {row.transform!r}, {row.log}, {row.range}),"
        for row in panel.rows
    )
    wide_name = "" if state.width is None else f"m = {number(state.width)}"
    symbols = ", ".join(f"{str(kind)!r}: {symbol!r}" for kind, symbol in figures.SYMBOLS.items())
    return f'''"""A picture of feature unlearning, computed with the `dynamics` package; drawn if plotly is installed.

Link: /?{state.query()}
{fill("Model: " + IMAI_2026.citation, 110)}
"""

{_IMPORTS.strip()}

# Coefficients of {POLYNOMIALS}; degree 1 first.
C = {_text(state.c)}  # activation
C_STAR = {_text(state.c_star)}  # target
EPS = {_text(state.eps)}  # ratio of the layers' time scales
STARTS = (  # name, R0, a0
{starts}
)
TAU_END = {_text(picture.tau_end)}
SAMPLES, RTOL = {SAMPLES}, {_text(RTOL)}  # of a trajectory: samples, at least; relative tolerance
MANIFOLD, A_MAX = {MANIFOLD}, {_text(picture.a_max)}  # of the critical manifold: points; the largest |a|
BRACKET = {_text(picture.threshold_bracket)}  # interval of a0 that is searched for thresholds

LAYERS = {state.layers!r}  # overlays
ADDED, A_LIMIT = {picture.added}, {_text(picture.a_limit)}  # clicked starts, the last ones; largest |a|
OVERLAY_R, OVERLAY_A = {_text(picture.overlay_window[0])}, {_text(picture.overlay_window[1])}
NULLCLINE, LANDSCAPE, BASINS = {figures.NULLCLINE}, {figures.LANDSCAPE}, {BASINS}  # points; across and up

WIDTH = {_text(state.width) if state.width is not None else None}  # neurons of the exact law
WIDE_NAME = {wide_name!r}
TOLERANCE = {TOLERANCE}  # relative, of the planar law against the exact one
PIN = {_pin(state)}  # A of a comparison: c, c_star, eps, R0, a0

WINDOW_R, WINDOW_A = {_text(view.R)}, {_text(view.a)}  # what the plane shows
STUDY, LAW = {not panel.rows}, {panel.shows_law}  # the panels show a study over epsilon; the law of what unlearns
ROWS = (  # of the panels: column, title, attribute of a run, transform, whether logarithmic, range (None: all)
{rows}
)
LAW_POINTS = {figures.LAW_POINTS}
EPSILONS = ({_text(EPS[0])}, {_text(EPS[1])}, {epsilon_study.POINTS})  # of the study: from, to, how many
TAU_AXIS = {state.axis!r}  # "log" or "linear"
TAU_WINDOW = {_text(state.span) if state.span else None}  # what the panels show; None: all
LOSS = {state.measure!r}  # "loss" or "excess", the loss above its limit
LABELS = {_text(labels)}  # heights of the names, without overlap
FIELD = {figures.FIELD!r}  # arrows across and up
STYLES = {{  # color, dash and end marker
{styles}
}}
WIDE, PINNED = {figures.LINE_STYLES["wide"]}, {figures.LINE_STYLES["pinned"]}  # width and dash of lines
SYMBOLS = {{{symbols}}}
INK, PAPER, GRID = {LIGHT["ink"]!r}, {LIGHT["paper"]!r}, {LIGHT["grid"]!r}
ARROWS, FIBRE, GREEN = {LIGHT["field"]!r}, {LIGHT["fibre"]!r}, {LIGHT["manifold"]!r}
MUTED, PARTING, CONTOUR = {LIGHT["muted"]!r}, {LIGHT["separatrix"]!r}, {LIGHT["contour"]!r}
LEVEL, NEAREST = {figures.LEVELS}, {figures.NEAREST_LEVELS}  # contours: half a decade; the nearest to the loss at R = 0
SLOW, TAIL, TINT = {figures.ARROWS}, {figures.TAIL}, {figures.TINT}  # arrows: shares of the window; opacity of basins
FONT = {FONT!r}

{_NUMBERS.strip()}
'''


def _pin(state: UnlearningState) -> str:
    """Return the problem of the pinned trajectory as Python."""
    pinned = state.pinned
    if pinned is None:
        return "None"
    problem = (_text(pinned.c), _text(pinned.c_star), _text(pinned.eps), _text(pinned.R0), _text(pinned.a[0]))
    return f"({', '.join(problem)})"


def _text(value: float | Sequence[float]) -> str:
    """Return Python that evaluates to exactly this number or these numbers."""
    if isinstance(value, Sequence):
        return f"({', '.join(map(_text, value))}{',' * (len(value) == 1)})"
    return repr(float(value))
