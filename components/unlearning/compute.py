"""What view 1 computes: the state's picture, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.numbers import shown
from components.unlearning import figures, texts, words
from components.unlearning.picture import RTOL, Picture
from components.unlearning.state import UnlearningState
from components.view import Chunk, Trace, column, scene
from dynamics import Asymptotics, CriticalManifold, ResultCode, Trajectory

BASINS_COST, PAST_COST = 4, 0.5  # runs, at the dearest: of the map of fates, of one point's past
CHUNK = 1024  # samples a line: what is computed in a millisecond is not worth two writes
STREAM_COST = 40  # runs, the most a state can have is 34


def cost(state: UnlearningState) -> float:
    """The number of trajectories, each bounded by the core's own step limit, and what as many would cost."""
    pasts = PAST_COST * (len(state.starts) - len(state.a)) * ("past" in state.layers)
    return len(state.starts) + pasts + BASINS_COST * ("fates" in state.layers)


def stream(state: UnlearningState) -> Iterator[Chunk]:
    """The plane, the panels, each trajectory as it is integrated, the sentences, the statistics."""
    picture = Picture.of(state)
    model, plans, view = picture.model, picture.runs, picture.window
    manifold = picture.manifold()
    yield Chunk("begin", {"runs": len(plans)})
    field = figures.field(model, view) if "field" in state.layers else None
    yield scene("plane", figures.plane(model, manifold, view, plans, *layers(picture, manifold)), field=field)
    yield scene("panels", figures.panels(negative_R=view.R[0] < -0.5), figures.PANEL_DISPLAY)

    runs: list[Trajectory] = []
    for index, plan in enumerate(plans):
        run = picture.trajectory(plan)
        traces = figures.run_traces(index, plan)
        yield Chunk("run", {"index": index, **figures.look(plan), "traces": traces})
        yield from pieces(index, run)
        runs.append(run)
    sides = {words.side(run) for run in runs}
    laws = {sign: model.asymptotics(sign) for sign in sorted(sides - {0}, reverse=True)}
    said = {"plane": texts.plane(picture, manifold, runs), "panels": texts.panels(plans, runs)}
    notes = words.notes(state, model, laws)
    yield Chunk("words", {"runs": sentences(picture, runs, laws), "notes": notes, "figures": said})
    yield Chunk("end", {"status": status(runs)})


def layers(picture: Picture, manifold: CriticalManifold) -> tuple[list[Trace], list[Trace]]:
    """The layers that are asked for: those under the critical manifold, and those over it."""
    model, view, asked = picture.model, picture.window, picture.layers
    below: list[Trace] = []
    above: list[Trace] = []
    if picture.basins:
        below += figures.basins(
            model, picture.basins, [*(run.a0 for run in picture.runs), *(fold.a for fold in manifold.folds)]
        )
    if picture.landscape:
        below.append(figures.contours(model, picture.landscape))
    if picture.nullcline:
        below.append(figures.nullcline(picture.nullcline, view))
    if "sep" in asked:
        above += figures.separatrices(picture.separatrices)
    if "past" in asked:
        above.append(figures.pasts(picture.pasts))
    if "orbit" in asked:
        above += figures.orbits(picture.orbits, view)
    if "slow" in asked:
        above.append(figures.arrows(model, manifold, view))
    if "eq" in asked:
        above += figures.equilibria(picture.equilibria, view)
    return below, above


def pieces(index: int, run: Trajectory) -> Iterator[Chunk]:
    """A trajectory's samples, some hundred to a line."""
    columns = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.excess}
    for start in range(0, run.tau.size, CHUNK):
        part = {name: column(values[start : start + CHUNK]) for name, values in columns.items()}
        yield Chunk("trace", {"index": index, "columns": part, "last": start + CHUNK >= run.tau.size})


def sentences(picture: Picture, runs: list[Trajectory], laws: Mapping[int, Asymptotics]) -> list[str]:
    """One sentence for each trajectory."""
    thresholds = picture.thresholds()
    return [
        words.sentence(plan.name, run, thresholds[run.R0], laws.get(words.side(run)))
        for plan, run in zip(picture.runs, runs, strict=True)
    ]


def status(runs: list[Trajectory]) -> str:
    """How it was computed, and how far to trust it."""
    failed = [run.code.name.lower().replace("_", " ") for run in runs if run.code != ResultCode.SUCCESS]
    doubt = f" · stopped early: {', '.join(failed)}" if failed else ""
    steps, error = sum(run.stats.steps for run in runs), max(run.error for run in runs)
    late = max(run.time_error for run in runs)
    jumps = f", of jump times {shown(late, 1)}" if late > 0 else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {shown(RTOL)} · {steps} steps · estimated error {shown(error, 1)}{jumps}{doubt}"
    )
