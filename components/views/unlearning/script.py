"""Template of the exported script of the Unlearning view. The lines between the marks are replaced by the parameters of
a state.
"""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from dynamics import Fate, Trajectory, UnlearningModel, local_exponents, phase_map

# --- parameters ---
C = (1.0, 1.0, 1.0, 1.0, 1.0)  # coefficients of He_k, not normalized
C_STAR = (1.0, -1.0, 1.0, 1.0, 1.0)
EPS = 1.0
STARTS = (("ā = 5", 0.0, 5.0), ("ā = 9", 0.0, 9.0), ("ā = 10", 0.0, 10.0))
TAU_END = 10000.0
SAMPLES, RTOL = 400, 1e-08
MANIFOLD, A_MAX = 900, 50.0
BRACKET = (-20.2, 20.2)
LAYERS = ("field", "eq", "sep")
ADDED, A_LIMIT = 0, 50.0
OVERLAY_R, OVERLAY_A = (-0.2, 1.0), (-0.75, 25.0)
NULLCLINE, LANDSCAPE, BASINS = 400, (121, 81), (96, 96)
WIDTH: Any = None
WIDE_NAME = ""
TOLERANCE = 0.05
PIN: Any = None

WINDOW_R, WINDOW_A = (-0.2, 1.03), (-0.75, 25.0)
STUDY, LAW = False, False
ROWS = (
    ("R", "R", "R", "value", False, (-0.04, 1.04)),
    ("a", "a", "a", "value", False, None),
    ("loss", "loss  L", "loss", "value", False, None),
)
LAW_POINTS = 60
EPSILONS = (1e-6, 10.0, 22)
TAU_AXIS, TAU_WINDOW, LOSS = "log", None, "loss"
LABELS = (5.0, 9.0, 10.0)
FIELD = (22, 16)
STYLES = {
    "UNLEARNING": ("#0a4da2", "12px,3px", "triangle-up"),
    "FULL_ALIGNMENT": ("#c25100", "solid", "circle"),
}
WIDE, PINNED = (1.4, "2px,3px"), (2.2, "7px,2px,1px,2px")
SYMBOLS = {"stable node": "circle", "saddle": "x-thin"}
INK, PAPER, GRID, ARROWS, FIBRE, GREEN = "#1f2328", "#ffffff", "#eceef1", "#b9c0ca", "#d3d8de", "#008f68"
MUTED, PARTING, CONTOUR = "#5c636d", "#4a4f57", "#c6cdd6"
LEVEL, NEAREST = 1.151, (0.005, 0.3)
SLOW, TAIL, TINT = 0.075, 0.005, 0.16
FONT = "sans-serif"
# --- numbers ---

# Each run has the arrays tau, R, a, loss and excess (the loss above its limit), its fate, and the limit of R, a, loss.
model = UnlearningModel(C, C_STAR, EPS)
runs = [model.trajectory(a0, R0, TAU_END, SAMPLES, rtol=RTOL) for _, R0, a0 in STARTS]
manifold = model.critical_manifold(MANIFOLD, A_MAX)  # its branches have R, a and attracting
folds = manifold.folds  # each has R, a and landing
thresholds = {R0: model.thresholds(R0, BRACKET) for R0 in sorted({R0 for _, R0, _ in STARTS})}

# The requested overlays.
equilibria = model.equilibria() if "eq" in LAYERS else ()  # R, a, kind, eigenvalues, loss, is_global_minimum
curves = model.separatrices(A_LIMIT) if "sep" in LAYERS else ()
separatrices = [curve for curve in curves if curve.separates]  # each has R, a, saddle and fates
orbits = [model.singular_orbit(a0, R0) for _, R0, a0 in STARTS] if "orbit" in LAYERS else []  # pieces and end
added = STARTS[len(STARTS) - ADDED :] if "past" in LAYERS else ()
pasts = [model.backward_orbit(a0, R0, max(A_LIMIT, abs(a0))) for _, R0, a0 in added]  # each has R, a and tau
basins = phase_map(C, C_STAR, EPS, ("R0", *OVERLAY_R), ("a0", *OVERLAY_A), BASINS) if "fates" in LAYERS else None
nullcline = np.linspace(*OVERLAY_R, NULLCLINE) if "null" in LAYERS else np.empty(0)  # R; a is model.slow_nullcline_a(R)
grid = [
    np.linspace(*ends, n) for ends, n in zip((OVERLAY_R, OVERLAY_A), LANDSCAPE, strict=True)
]  # R, a of the landscape
landscape = model.loss(*np.meshgrid(*grid)) if "loss" in LAYERS else None

# The exact law of WIDTH neurons that stay alike; where that ends what unlearns at infinite width (None: it does not);
# and the width from which on the planar law keeps to it, up to TAU_END, within TOLERANCE.
network = model.finite_width(WIDTH) if WIDTH else None
wide = [network.trajectory(a0, R0, TAU_END, SAMPLES, rtol=RTOL) for _, R0, a0 in STARTS] if network else []
halts = [network.halt(a0, R0) for _, R0, a0 in STARTS] if network else []
needed = [model.required_width(a0, R0, TAU_END, TOLERANCE) for _, R0, a0 in STARTS] if network else []

# A of a comparison: one run of a model of its own.
other = UnlearningModel(*PIN[:3]) if PIN else None
pinned = [other.trajectory(PIN[4], PIN[3], TAU_END, SAMPLES, rtol=RTOL)] if other else []
pinned_manifold = other.critical_manifold(MANIFOLD, A_MAX) if other else None

# Over epsilon: thresholds of the first start's R0, their limits, and the distances of runs to their singular orbits.
study = STUDY
limits = model.threshold_limits(STARTS[0][1], BRACKET) if study else ()  # a0, R, kind, fates, approach(eps)
epsilons = np.geomspace(*EPSILONS).tolist()[::-1] if study else []
others = [UnlearningModel(C, C_STAR, eps) for eps in epsilons]
levels = [values[values != 0] for values in (model.thresholds(STARTS[0][1], BRACKET) for model in others)]
listed = STARTS[: len(STARTS) - ADDED]
distances = [
    [model.trajectory(a0, R0, TAU_END, SAMPLES, rtol=RTOL).orbit_distance for _, R0, a0 in listed] for model in others
]


def field() -> str:
    """Return the vector field as one path of arrows, all of one length."""
    length, back, barb = (0.021, 0.03), 0.4, 0.45  # shares of the window; of an arrow
    width, height = np.ptp(WINDOW_R), np.ptp(WINDOW_A)
    columns = WINDOW_R[0] + width * (np.arange(FIELD[0]) + 0.5) / FIELD[0]
    rows = WINDOW_A[0] + height * (np.arange(FIELD[1]) + 0.5) / FIELD[1]
    R, a = (grid.ravel() for grid in np.meshgrid(columns[np.abs(columns) <= 1], rows))
    dR, da = model.vector_field(R, a)
    flow = np.array([dR / width, da / height])
    speed = np.hypot(*flow)
    R, a, flow = R[speed > 0], a[speed > 0], flow[:, speed > 0] / speed[speed > 0]
    scale = np.array([[length[0] * width], [length[1] * height]])
    along, aside = scale * flow, scale * np.array([-flow[1], flow[0]])
    tip, tail = np.array([R, a]) + along / 2, np.array([R, a]) - along / 2
    left, right = (tip - back * (along + side * barb * aside) for side in (-2, 2))
    points = np.stack([tail, tip, left, tip, right]).reshape(10, -1).T
    return "".join("M{:.4g},{:.4g}L{:.4g},{:.4g}M{:.4g},{:.4g}L{:.4g},{:.4g}L{:.4g},{:.4g}".format(*p) for p in points)


def joined(pieces: list[Any]) -> dict[str, np.ndarray]:
    """Return the points of several curves, nan between them."""
    R, a = ([np.append(getattr(piece, name), np.nan) for piece in pieces] for name in ("R", "a"))
    return {"x": np.concatenate(R), "y": np.concatenate(a)}


def slow_flow() -> dict[str, list[float]]:
    """Tails and heads of arrows along the slow flow on the attracting branches."""
    x: list[float] = []
    y: list[float] = []
    for branch in manifold.branches:
        if branch.attracting:
            steps = np.hypot(np.diff(branch.R) / np.ptp(WINDOW_R), np.diff(branch.a) / np.ptp(WINDOW_A))
            length = np.append(0.0, np.cumsum(steps))
            at = SLOW * np.arange(0.5, length[-1] / SLOW)
            R, a = np.interp(at, length, branch.R), np.interp(at, length, branch.a)
            rises, climbs = model.vector_field(R, a)[1] > 0, np.interp(at + TAIL, length, branch.a) > a
            tail = at + np.where(rises == climbs, -TAIL, TAIL)
            x += np.stack([np.interp(tail, length, branch.R), R], axis=1).ravel().tolist()
            y += np.stack([np.interp(tail, length, branch.a), a], axis=1).ravel().tolist()
    return {"x": x, "y": y}


def draw_overlays_below(figure: Any) -> None:
    """Plot the overlays below the critical manifold: basins, contours of the loss, slow nullcline."""
    subplot = {"row": 1, "col": 1}
    if basins is not None:
        index = np.array([list(STYLES).index(Fate(fate).name) for fate in range(len(Fate))])
        n = len(STYLES)
        scale = [[(k + side) / n, style[0]] for k, style in enumerate(STYLES.values()) for side in (0, 1)]
        style = {"colorscale": scale, "zmin": -0.5, "zmax": n - 0.5, "opacity": TINT, "showscale": False}
        figure.add_heatmap(x=basins.x, y=basins.y, z=index[basins.fate], name="basins", **style, **subplot)
    if landscape is not None:
        excess = (landscape - model.initial_loss) / (model.initial_loss or landscape.max() or 1.0)
        z = np.arcsinh(excess / np.where(excess < 0, *NEAREST))  # close contours where fates are decided
        low, high = np.floor(z.min() / LEVEL) + 0.5, np.ceil(z.max() / LEVEL) - 0.5
        levels = {"coloring": "none", "start": LEVEL * low, "end": LEVEL * high, "size": LEVEL}
        line = {"color": CONTOUR, "width": 1}
        figure.add_contour(
            x=grid[0], y=grid[1], z=z, contours=levels, line=line, showscale=False, name="loss", **subplot
        )
    if nullcline.size:
        a = model.slow_nullcline_a(nullcline)
        a[:-1][np.sign(nullcline[:-1]) != np.sign(nullcline[1:])] = np.nan  # its pole, R = 0
        line = {"color": MUTED, "width": 1.4, "dash": "1px,4px"}
        figure.add_scatter(x=nullcline, y=a, mode="lines", line=line, name="slow nullcline", **subplot)


def draw_overlays_above(figure: Any) -> None:
    """Plot the overlays above it: separatrices, backward orbits, singular orbits, arrows of the slow flow,
    equilibria."""
    subplot = {"row": 1, "col": 1}
    pieces = [piece for orbit in orbits for piece in orbit.pieces]
    for name, lines, color, width, dash in (
        ("separatrix", separatrices, PARTING, 1.6, "9px,3px,2px,3px"),
        ("past", pasts, MUTED, 1.8, "2px,3px"),
        ("singular orbit, fast", [piece for piece in pieces if piece.fast], INK, 3.8, "7px,5px"),
        ("singular orbit, slow", [piece for piece in pieces if not piece.fast], INK, 3.8, "solid"),
    ):
        if lines:
            line = {"color": color, "width": width, "dash": dash}
            figure.add_scatter(**joined(lines), mode="lines", line=line, name=name, **subplot)
    if "slow" in LAYERS:
        arrows = slow_flow()
        sizes = [0, 10] * (len(arrows["x"]) // 2)
        marker: Any = {"symbol": "arrow", "size": sizes, "angleref": "previous", "color": INK}
        figure.add_scatter(**arrows, mode="markers", marker=marker, name="slow flow", **subplot)
    if equilibria:
        x, y = [point.R for point in equilibria], [point.a for point in equilibria]
        symbols = [SYMBOLS[point.kind] for point in equilibria]
        marker = {"symbol": symbols, "size": 8, "color": INK, "line": {"color": INK, "width": 2}}
        text = [f"{point.kind}, eigenvalues {point.eigenvalues}" for point in equilibria]
        figure.add_scatter(x=x, y=y, text=text, mode="markers", marker=marker, name="equilibria", **subplot)


def end(run: Trajectory, symbol: str) -> tuple[list[float], list[float], str]:
    """R, a and symbol of the run's last point; where it leaves the window, of the arrow at the edge."""
    low, high = WINDOW_A
    inside = np.flatnonzero((low <= run.a) & (run.a <= high))
    if not inside.size:
        return [], [], symbol
    k = inside[-1]
    if k == len(run.a) - 1:
        return [run.R[k]], [run.a[k]], symbol
    above = run.a[k + 1] > high
    edge = high if above else low
    share = (edge - run.a[k]) / (run.a[k + 1] - run.a[k])
    arrow = f"triangle-{'up' if above else 'down'}{'' if symbol == 'triangle-up' else '-open'}"
    return [run.R[k] + share * (run.R[k + 1] - run.R[k])], [edge], arrow


def extent(columns: list[np.ndarray], log: bool, margin: float) -> list[float]:
    """Return the range of an axis that shows all of the columns; a logarithmic one ends 12 decades below its top."""
    values = np.concatenate(columns)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return [-1.0, 1.0] if log else [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = np.log10(max(low, high * 1e-12)), np.log10(high)
    room = margin * ((high - low) or max(abs(high), 1.0))
    return [low - room, high + room]


TRANSFORMS = {"value": lambda values, tau: values, "size": lambda values, tau: abs(values), "exponent": local_exponents}


def panel_columns(run: Any, limit: Any) -> dict[str, np.ndarray]:
    """Return the columns of a run that the panels show; those of the kernel only of a planar run."""
    columns = {}
    for column, _, attribute, transform, *_ in ROWS:
        if hasattr(run, attribute.partition(".")[0]):
            columns[column] = TRANSFORMS[transform](attrgetter(attribute)(run), run.tau)
    if LOSS == "excess" and "loss" in columns:
        columns["loss"] = run.excess if isinstance(run, Trajectory) else run.loss - limit.loss
    return columns


def law(run: Trajectory) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the asymptotic law of |R| and |a| of a trajectory that unlearns, where |R| < 1 and the next term is small;
    or of their exponents.
    """
    if not LAW or run.fate != Fate.UNLEARNING:
        return []
    asymptotics = model.asymptotics(1 if run.R[-1] > 0 else -1)
    if not asymptotics.unlearns:
        return []
    if ROWS[0][3] == "exponent":
        ends = run.tau[[1, -1]]
        return [(ends, np.full(2, power)) for power in (asymptotics.R_exponent, asymptotics.a_exponent)]
    tau = np.geomspace(run.tau[1], run.tau[-1], LAW_POINTS)
    R, a = np.abs(asymptotics.R(tau)), asymptotics.a(tau)
    leading = asymptotics.a_prefactor * tau**asymptotics.a_exponent
    accurate = np.abs(a - leading) < 0.5 * np.abs(leading)
    return [(tau, np.where(R < 1, R, np.nan)), (tau, np.where(accurate & (R < 1), np.abs(a), np.nan))]


def draw_run(figure: Any, name: str, run: Any, limit: Any, line: dict[str, Any]) -> None:
    """A run's line in the plane and in the panels, and the law beside it."""
    figure.add_scatter(x=run.R, y=run.a, mode="lines", line=line, name=name, row=1, col=1)
    columns = panel_columns(run, limit)
    thin = {**line, "width": min(line["width"], 2)}
    for row, (column, *_) in enumerate(ROWS, 1):
        if column in columns:
            figure.add_scatter(x=run.tau, y=columns[column], mode="lines", line=thin, name=name, row=row, col=2)
    if isinstance(run, Trajectory):
        for row, (x, y) in enumerate(law(run), 1):
            line = {"color": line["color"], "width": 1}
            figure.add_scatter(x=x, y=y, mode="lines", line=line, name=f"{name}, law", row=row, col=2)


def draw_comparison(figure: Any) -> None:
    """Plot the pinned trajectory with its critical manifold, the trajectories at finite width, and their ends."""
    for attracting, width, dash in ((True, 2.5, "solid"), (False, 1.2, "dash")):
        branches = pinned_manifold.branches if pinned_manifold else ()
        pieces = [branch for branch in branches if branch.attracting == attracting]
        if pieces:
            line = {"color": ARROWS, "width": width, "dash": dash}
            figure.add_scatter(**joined(pieces), mode="lines", line=line, name="A: critical manifold", row=1, col=1)
    for run in pinned:
        draw_run(figure, "A", run, run.limit, {"color": MUTED, "width": PINNED[0], "dash": PINNED[1]})
        figure.add_scatter(x=[run.R0], y=[run.a0], text=["<b>A</b>"], mode="text", name="A, name", row=1, col=1)
    for (name, *_), planar, exact, halt in zip(STARTS, runs, wide, halts, strict=False):
        color = STYLES[planar.fate.name][0]
        line = {"color": color, "width": WIDE[0], "dash": WIDE[1]}
        draw_run(figure, f"{name}, {WIDE_NAME}", exact, planar.limit, line)
        if halt and np.isfinite(halt.a) and WINDOW_A[0] <= halt.a <= WINDOW_A[1]:
            marker = {"symbol": "hexagon-open", "size": 11, "color": color, "line": {"width": 2}}
            figure.add_scatter(x=[halt.R], y=[halt.a], mode="markers", marker=marker, name="halts", row=1, col=1)


def draw_study(figure: Any, rows: int) -> None:
    """Each threshold over epsilon, with its limit and the first term of its approach; the distances."""
    for row, limit in enumerate(limits[: rows - 1], 1):
        points = np.geomspace(*EPSILONS[:2], 60)
        curve = limit.approach(points)
        accurate = np.abs(curve - limit.a0) < 0.5 * max(1.0, abs(limit.a0))
        line = {"color": MUTED, "width": 1}
        ends = {"x": EPSILONS[:2], "y": [limit.a0] * 2}
        figure.add_scatter(**ends, mode="lines", line={**line, "dash": "dot"}, name="limit", row=row, col=2)
        figure.add_scatter(
            x=points[accurate], y=curve[accurate], mode="lines", line=line, name="approach", row=row, col=2
        )
        points_of_limit = [
            (eps, a0)
            for eps, levels_at_eps in zip(epsilons, levels, strict=True)
            for a0 in levels_at_eps
            if min(limits, key=lambda other: abs(other.a0 - a0)) is limit
            and abs(a0 - limit.a0) == np.abs(levels_at_eps - limit.a0).min()
        ]
        x, y = [eps for eps, _ in points_of_limit], [a0 for _, a0 in points_of_limit]
        figure.add_scatter(x=x, y=y, mode="markers", marker={"color": INK}, name="threshold", row=row, col=2)
        figure.update_yaxes(title_text=f"ā<sub>c</sub> → {limit.a0:.6g}", row=row, col=2)
    for index, ((name, *_), run) in enumerate(zip(listed, runs, strict=False)):
        color, dash, _ = STYLES[run.fate.name]
        values = [row[index] or None for row in distances]
        line = {"color": color, "dash": dash}
        figure.add_scatter(x=epsilons, y=values, mode="lines+markers", line=line, name=name, row=rows, col=2)
    figure.update_xaxes(type="log", range=np.log10(EPSILONS[:2]).tolist(), col=2)
    figure.update_xaxes(title_text="ratio of time scales  ε", row=rows, col=2)
    figure.update_yaxes(title_text="distance to orbit", type="log", row=rows, col=2)


def plot() -> Any:
    """Return the plane on the left; the panels over time on the right."""
    from plotly.subplots import make_subplots

    rows = len(limits[:3]) + 1 if study else len(ROWS)
    specs: Any = [[{"rowspan": rows}, {}], *([None, {}] for _ in range(rows - 1))]
    figure = make_subplots(rows=rows, cols=2, specs=specs, column_widths=[0.6, 0.4])

    draw_overlays_below(figure)
    left = -1.0 if any(run.R.min() < 0 for run in runs) else 0.0
    for a0 in sorted({run.a0 for run in runs} - {0.0}):
        line = {"color": FIBRE, "width": 1, "dash": "dot"}
        figure.add_scatter(x=[left, 1.0], y=[a0, a0], mode="lines", line=line, name="fast fibre", row=1, col=1)
    for attracting, name, width, dash in ((True, "attracting", 6, "solid"), (False, "repelling", 2, "dash")):
        pieces = [branch for branch in manifold.branches if branch.attracting == attracting]
        figure.add_scatter(
            x=[R for piece in pieces for R in (*piece.R, None)],
            y=[a for piece in pieces for a in (*piece.a, None)],
            mode="lines",
            line={"color": GREEN, "width": width, "dash": dash, "simplify": False},
            name=f"critical manifold, {name}",
            row=1,
            col=1,
        )
    marker = {"size": 9, "color": PAPER, "line": {"color": GREEN, "width": 2}}
    points = {"x": [fold.R for fold in folds], "y": [fold.a for fold in folds]}
    figure.add_scatter(**points, mode="markers", marker=marker, name="folds", row=1, col=1)

    draw_overlays_above(figure)
    draw_comparison(figure)

    for (name, R0, a0), label, run in zip(STARTS, LABELS, runs, strict=True):
        color, dash, symbol = STYLES[run.fate.name]
        draw_run(figure, name, run, run.limit, {"color": color, "width": 2.4, "dash": dash})
        x, y, symbol = end(run, symbol)
        marker = {"symbol": symbol, "size": 12, "color": color, "line": {"color": PAPER, "width": 1}}
        figure.add_scatter(x=x, y=y, mode="markers", marker=marker, name=f"{name}, end", cliponaxis=False, row=1, col=1)
        figure.add_scatter(x=[R0], y=[a0], mode="markers", marker={"size": 6, "color": color}, row=1, col=1)
        side = "right" if model.vector_field(R0, a0)[0] < 0 else "left"
        figure.add_scatter(
            x=[R0],
            y=[label],
            mode="text",
            text=[f"<b>{name}</b> " if side == "left" else f" <b>{name}</b>"],
            textposition=f"middle {side}",
            textfont={"color": color, "size": 13},
            row=1,
            col=1,
        )

    logarithmic = TAU_AXIS == "log"
    plotted: list[Any] = [*runs, *wide, *pinned]
    span: Any = extent([run.tau for run in plotted], logarithmic, 0.0)
    if TAU_WINDOW and not (logarithmic and TAU_WINDOW[0] <= 0):
        span = np.log10(TAU_WINDOW).tolist() if logarithmic else TAU_WINDOW
    font = {"family": FONT, "size": 13, "color": INK}
    margin = {"l": 60, "r": 30, "t": 20, "b": 50}
    figure.update_layout(template="plotly_white", showlegend=False, paper_bgcolor=PAPER, font=font, margin=margin)
    figure.update_xaxes(showline=True, linecolor=INK, gridcolor=GRID, zeroline=False, exponentformat="power")
    figure.update_yaxes(showline=True, linecolor=INK, gridcolor=GRID, zeroline=False, exponentformat="power")
    figure.update_xaxes(title_text="alignment  R", range=WINDOW_R, showgrid=False, row=1, col=1)
    figure.update_yaxes(title_text="second layer  a", range=WINDOW_A, showgrid=False, row=1, col=1)
    if study:
        draw_study(figure, rows)
    else:
        figure.update_xaxes(type=TAU_AXIS, range=span, col=2)
        figure.update_xaxes(title_text="time  τ", row=rows, col=2)
    ends = [run.limit for run in (*runs, *runs[: len(wide)], *pinned)]
    columns = [panel_columns(run, limit) for run, limit in zip(plotted, ends, strict=True)]
    for row, (column, title, _, _, log, fixed_range) in enumerate(ROWS, 1):
        if column == "loss" and LOSS == "excess":
            title, log = "L − L<sub>∞</sub>", True
        axis_range: Any = fixed_range or extent([values[column] for values in columns if column in values], log, 0.09)
        if column == "R" and left < 0:
            axis_range = (-1.04, 1.04)
        figure.update_yaxes(title_text=title, type="log" if log else "linear", range=axis_range, row=row, col=2)
    if "field" in LAYERS:
        line = {"color": ARROWS, "width": 1}
        figure.add_shape(type="path", path=field(), layer="below", line=line, row=1, col=1)
    return figure


def main() -> None:
    """Print the end of each trajectory, and plot them if plotly is installed."""
    for run in runs:
        print(
            f"a0 = {run.a0:g}, R0 = {run.R0:g}: {run.fate.name}, "
            f"at the end R = {run.R[-1]:.6g}, a = {run.a[-1]:.6g}, loss = {run.loss[-1]:.6g}, "
            f"in the limit R = {run.limit.R:.6g}, a = {run.limit.a:.6g}, loss = {run.limit.loss:.6g}"
        )
    for (name, *_), run in zip(STARTS, runs, strict=True):
        if LAW and (fit := run.power_fit):
            print(f"{name}: fitted |R| ~ tau^{fit.R_exponent:.4g}, |a| ~ tau^{fit.a_exponent:.4g}")
    for (name, *_), halt, width in zip(STARTS, halts, needed, strict=False):
        end = f"{halt.fate.name} at R = {halt.R:.6g}, a = {halt.a:.6g}; " if halt else ""
        print(f"{name}, {WIDE_NAME}: {end}the planar law holds from m = {width:.3g}")
    for limit in limits:
        term = f"{limit.coefficient:+.4g} eps^{limit.power:.3g}" if np.isfinite(limit.coefficient) else ""
        print(f"as eps -> 0, the threshold {limit.a0:.8g} {term} ({limit.kind})")
    for run in pinned:
        print(f"A: {run.fate.name}, in the limit R = {run.limit.R:.6g}, a = {run.limit.a:.6g}")
    try:
        figure = plot()
    except ModuleNotFoundError:
        print("plotly is not installed: there is no picture.")
        return
    path = Path("unlearning.html")
    figure.write_html(path)
    print(f"The picture is in {path}.")


if __name__ == "__main__":
    main()
