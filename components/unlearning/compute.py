"""What view 1 computes: the state's picture, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from components.numbers import shown
from components.unlearning import figures, words
from components.unlearning.picture import RTOL, SAMPLES, Picture
from components.unlearning.state import UnlearningState
from components.view import Chunk, Columns, column, scene
from dynamics import ResultCode, Trajectory

CHUNK = 256  # samples a line
STREAM_COST = 30  # runs, the most a state can have is 24


def cost(state: UnlearningState) -> float:
    """The number of trajectories: each is bounded by the core's own step limit."""
    return len(state.starts)


def stream(state: UnlearningState) -> Iterator[Chunk]:
    """The plane, the panels, each trajectory as it is integrated, the sentences, the statistics."""
    picture = Picture.of(state)
    model, plans, view = picture.model, picture.runs, picture.window
    yield Chunk("begin", {"runs": len(plans)})
    yield scene("plane", figures.plane(model, picture.manifold(), view, plans))
    yield scene("panels", figures.panels(negative_R=view.R[0] < -0.5), figures.PANEL_DISPLAY)

    runs: list[Trajectory] = []
    for index, plan in enumerate(plans):
        run = picture.trajectory(plan)
        traces = figures.run_traces(index, plan)
        yield Chunk("run", {"index": index, "name": plan.name, "fate": plan.limit.fate.name, "traces": traces})
        yield from pieces(index, run)
        runs.append(run)
    sides = sorted({words.side(run) for run in runs} - {0}, reverse=True)
    yield Chunk("words", {"runs": sentences(picture, runs), "notes": words.notes(state, model, sides)})
    yield Chunk("end", {"status": status(runs)})


def pieces(index: int, run: Trajectory) -> Iterator[Chunk]:
    """A trajectory's samples, some hundred to a line."""
    columns = {
        "tau": column(run.tau),
        "R": column(run.R),
        "a": column(run.a),
        "loss": column(run.loss),
        "excess": column(run.excess),
    }
    for start in range(0, run.tau.size, CHUNK):
        part = {name: values[start : start + CHUNK] for name, values in columns.items()}
        yield Chunk("trace", {"index": index, "start": start, **part, "last": start + CHUNK >= run.tau.size})


def sentences(picture: Picture, runs: list[Trajectory]) -> list[str]:
    """One sentence for each trajectory."""
    thresholds = picture.thresholds()
    laws = {sign: picture.model.asymptotics(sign) for sign in (1, -1)}
    return [
        words.sentence(plan.name, run, thresholds[run.R0], laws[words.side(run) or 1])
        for plan, run in zip(picture.runs, runs, strict=True)
    ]


def status(runs: list[Trajectory]) -> str:
    """How it was computed, and how far to trust it."""
    failed = [run.code.name.lower().replace("_", " ") for run in runs if run.code != ResultCode.SUCCESS]
    doubt = f" · stopped early: {', '.join(failed)}" if failed else ""
    steps, error = sum(run.stats.steps for run in runs), max(run.error for run in runs)
    late = max(run.time_error for run in runs)
    jumps = f", of the times of jumps {shown(late, 1)}" if late > 0 else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {shown(RTOL)} · {steps} steps · estimated error {shown(error, 1)}{jumps}{doubt}"
    )


def table(state: UnlearningState) -> Columns:
    """Every sample of every trajectory, one below the other."""
    picture = Picture.of(state)
    runs = [picture.trajectory(run) for run in picture.runs]
    return {
        "run": np.concatenate([np.full(run.tau.size, index) for index, run in enumerate(runs)]),
        "a0": np.concatenate([np.full(run.tau.size, run.a0) for run in runs]),
        "R0": np.concatenate([np.full(run.tau.size, run.R0) for run in runs]),
        "tau": np.concatenate([run.tau for run in runs]),
        "R": np.concatenate([run.R for run in runs]),
        "a": np.concatenate([run.a for run in runs]),
        "loss": np.concatenate([run.loss for run in runs]),
    }


def python(state: UnlearningState) -> str:
    """A script that computes the table of this state."""
    return f'''"""The trajectories of this picture, computed with the `dynamics` package.

Link: ?{state.query()}
"""

from dynamics import UnlearningModel

model = UnlearningModel(c={state.c}, c_star={state.c_star}, eps={state.eps})
starts = {state.starts}  # (R0, a0)
runs = [model.trajectory(a0, R0, tau_end={state.tau}, n={SAMPLES}, rtol={RTOL}) for R0, a0 in starts]

for run in runs:
    print(f"a0 = {{run.a0:g}}, R0 = {{run.R0:g}}: {{run.fate.name}}, R = {{run.R[-1]:.6g}}, a = {{run.a[-1]:.6g}}")
'''
