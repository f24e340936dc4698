"""Computation of the Unlearning view, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from components.core.view import Chunk, Columns, Link, column, encoded, scene
from components.views.unlearning import alt_text, captions, finite_width_notes
from components.views.unlearning.explanation import explain
from components.views.unlearning.panels import PANELS
from components.views.unlearning.plan import explanation, picture_of
from components.views.unlearning.state import UnlearningState
from dynamics import Asymptotics, Explanation, PeakAlignment, ResultCode, Trajectory
from dynamics.plotting import planar as figures
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.epsilon_study import EPSILONS, StudyPoint
from dynamics.plotting.planar.picture import RTOL, FiniteWidthRun, PlanarPicture, end_side
from dynamics.plotting.planar.quantities import Row
from dynamics.plotting.schema import Trace

BASINS_COST, BACKWARD_COST = 4, 0.5  # trajectories, at most: of the map of fates, of the backward orbit of a point
WIDTH_COST, PINNED_COST = 8, 2  # of a run at finite width, with its end and the width needed; of A and its manifold
CHUNK = 1024  # samples per line; they are computed in a millisecond, so smaller lines only add writes
EPSILONS_PER_CHUNK = 4
FAR_START_SECONDS = 0.35  # of one point at a height of 1e3 and of ten degrees
STREAM_COST = 800  # trajectories; no state costs more than 756

Links = Callable[[UnlearningState, Trajectory], list[Link]]


def no_links(state: UnlearningState, run: Trajectory) -> list[Link]:
    """Return no links to other views."""
    return []


def cost(state: UnlearningState) -> float:
    """Return the number of trajectories, each bounded by the step limit of the core, plus the equivalent cost of the
    overlays.
    """
    starts = len(state.starts)
    pasts = BACKWARD_COST * (starts - len(state.a)) * ("past" in state.layers)
    additional = WIDTH_COST * starts * (state.width is not None) + PINNED_COST * (state.pinned is not None)
    additional += 2 * EPSILONS[2] * len(state.a) * (not PANELS[state.panel].rows)
    return starts + pasts + additional + BASINS_COST * ("fates" in state.layers)


def far_start_seconds(state: UnlearningState) -> float:
    """Return the additional seconds of points far up in the plane, as measured at the corners.

    They are proportional to the height of the point and to the number of degrees.
    """
    degrees = max(len(state.c), len(state.c_star))
    return sum(FAR_START_SECONDS * abs(a) / 1e3 * degrees / 10 for _, a in state.starts[len(state.a) :])


def stream(state: UnlearningState, links: Links = no_links) -> Iterator[Chunk]:
    """Yield the plane, the panels, each trajectory as it is integrated, the sentences and the statistics.

    links: gives the links to other views.
    """
    picture = picture_of(state)
    model, plans, view = picture.model, picture.runs, picture.window
    manifold = picture.manifold()
    pinned, rows = picture.pinned, picture.rows
    yield Chunk("start", {"runs": len(plans) * (1 if picture.width is None else 2) + (pinned is not None)})
    field = figures.field(model, view) if "field" in state.layers else None
    yield scene("plane", picture.empty_plane(manifold), field=field)
    if rows:
        yield scene("panels", picture.empty_panels(), figures.panel_display(rows))
    else:
        yield scene("panels", picture.study_panels([]), more=True)

    runs: list[Trajectory] = []
    for index, plan in enumerate(plans):
        run = picture.trajectory(plan)
        samples = picture.columns(run, run.limit.loss)
        yield from trajectory_chunks(index, plan, samples, rows, picture.law_traces(plan, run))
        runs.append(run)
    pinned_notes: list[str] = []
    if pinned:
        run = picture.pinned_trajectory(pinned)
        pinned_notes.append(captions.pinned(run))
        samples = picture.columns(run, run.limit.loss)
        yield from trajectory_chunks(len(plans), pinned.run, samples, rows, picture.law_traces(pinned.run, run))
    wides: list[FiniteWidthRun] = []
    for index, wide in enumerate(picture.wide(), len(plans) + (pinned is not None)):
        yield from trajectory_chunks(index, wide.run, picture.columns(wide.trajectory, wide.run.limit.loss), rows)
        wides.append(wide)
    if not rows:
        yield from epsilon_study_chunks(picture)
    end_sides = {end_side(run) for run in runs}
    laws = {sign: model.asymptotics(sign) for sign in sorted(end_sides - {0}, reverse=True)}
    figure_texts = {"plane": alt_text.plane(picture, manifold, runs), "panels": alt_text.panels(picture, runs)}
    notes = [
        *captions.notes(state, model, laws, runs),
        *pinned_notes,
        *finite_width_notes.notes(wides),
        *alt_text.panel_notes(picture, runs),
    ]
    explanations = explained(picture, runs)
    text = {
        "runs": sentences(picture, runs, laws, explanations),
        "fates": [figures.trajectory_style(plan) for plan in plans],
        "claims": [[claim.as_dict() for claim in found.claims[:1]] for found in explanations],  # of the sentence itself
        "causes": [
            [
                {"text": cause.text, "claim": cause.claim.as_dict(), "show": cause.show}
                for cause in explain(model, found, view, run)
            ]
            for found, run in zip(explanations, runs, strict=True)
        ],
    }
    yield Chunk("text", {**text, "notes": notes, "links": links(state, runs[0]), "figures": figure_texts})
    yield Chunk("end", {"status": status(runs, wides)})


def epsilon_study_chunks(picture: PlanarPicture) -> Iterator[Chunk]:
    """Yield the panels over epsilon, each time with a few more points."""
    points: list[StudyPoint] = []
    for point in picture.study():
        points.append(point)
        if len(points) % EPSILONS_PER_CHUNK == 0 and len(points) < EPSILONS[2]:
            yield scene("panels", picture.study_panels(points), more=True)
    yield scene("panels", picture.study_panels(points))


def trajectory_chunks(
    index: int, plan: figures.Run, samples: Columns, rows: Sequence[Row], panel_traces: Sequence[Trace] = ()
) -> Iterator[Chunk]:
    """Yield a trajectory: its style and traces, the additional traces of its panels, and its samples in several
    lines."""
    traces = figures.run_traces(index, plan, rows)
    traces["panels"] += panel_traces
    yield Chunk("trajectory", {"index": index, **figures.trajectory_style(plan), "traces": encoded(traces)})
    size = samples["tau"].size
    for start in range(0, size, CHUNK):
        part = {name: column(values[start : start + CHUNK]) for name, values in samples.items()}
        yield Chunk("trace", {"index": index, "columns": part, "last": start + CHUNK >= size})


def sentences(
    picture: PlanarPicture,
    runs: list[Trajectory],
    laws: Mapping[int, Asymptotics],
    explanations: Sequence[Explanation],
) -> list[str]:
    """Return one sentence for each trajectory."""
    thresholds = picture.thresholds
    return [
        captions.sentence(
            plan.name,
            run,
            thresholds[run.R0],
            laws.get(end_side(run)),
            next((claim for claim in found.claims if isinstance(claim, PeakAlignment)), None),
        )
        for plan, run, found in zip(picture.runs, runs, explanations, strict=True)
    ]


def explained(picture: PlanarPicture, runs: list[Trajectory]) -> list[Explanation]:
    """Return the explanation of the fate of each trajectory; empty if its numbers contradict each other."""
    return [explanation(picture, run) for run in runs]


def status(runs: list[Trajectory], wides: Sequence[FiniteWidthRun] = ()) -> str:
    """Describe the computation and its accuracy."""
    codes = [*(run.code for run in runs), *(wide.trajectory.code for wide in wides)]
    failed = [code.name.lower().replace("_", " ") for code in codes if code != ResultCode.SUCCESS]
    doubt = f" · stopped early: {', '.join(failed)}" if failed else ""
    steps, error = sum(run.stats.steps for run in runs), max(run.error for run in runs)
    late = max(run.timing_error for run in runs)
    jumps = f", of jump times {format_number(late, 1)}" if late > 0 else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {format_number(RTOL)} · {steps} steps · estimated error "
        f"{format_number(error, 1)}{jumps}{doubt}"
    )
