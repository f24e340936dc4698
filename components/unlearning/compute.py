"""What view 1 computes: the state's picture, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from components.numbers import shown
from components.unlearning import figures, words
from components.unlearning.state import UnlearningState
from components.view import Chunk, Columns, column, scene
from dynamics import ResultCode, Trajectory, UnlearningModel

RTOL = 1e-8
SAMPLES = 400  # at least; the core refines until neighbours are 1 % of the range apart
MANIFOLD = 900  # points; its steep branches show corners with fewer
CHUNK = 256  # samples a line
STREAM_COST = 30  # runs, the most a state can have is 24


def model_of(state: UnlearningState) -> UnlearningModel:
    """The model of a state."""
    return UnlearningModel(state.c, state.c_star, state.eps)


def cost(state: UnlearningState) -> float:
    """The number of trajectories: each is bounded by the core's own step limit."""
    return len(state.starts)


def stream(state: UnlearningState) -> Iterator[Chunk]:
    """The plane, the panels, each trajectory as it is integrated, the sentences, the statistics."""
    model = model_of(state)
    starts = state.starts
    plans = [figures.Run(run_name(state, i), R0, a0, model.limit(a0, R0)) for i, (R0, a0) in enumerate(starts)]
    view = figures.window(model, plans)
    manifold = model.critical_manifold(n=MANIFOLD, a_max=2 * max(map(abs, view.a)))
    yield Chunk("begin", {"runs": len(starts)})
    yield scene("plane", figures.plane(model, manifold, view, plans))
    yield scene("panels", figures.panels(negative_R=view.R[0] < -0.5), figures.PANEL_DISPLAY)

    runs: list[Trajectory] = []
    for index, plan in enumerate(plans):
        run = model.trajectory(plan.a0, plan.R0, state.tau, SAMPLES, rtol=RTOL)
        traces = figures.run_traces(index, plan)
        yield Chunk("run", {"index": index, "name": plan.name, "fate": plan.limit.fate.name, "traces": traces})
        yield from pieces(index, run)
        runs.append(run)
    sides = sorted({words.side(run) for run in runs} - {0}, reverse=True)
    yield Chunk("words", {"runs": sentences(state, model, runs), "notes": words.notes(state, model, sides)})
    yield Chunk("end", {"status": status(runs)})


def run_name(state: UnlearningState, index: int) -> str:
    """What a run is called: by its ā, or by both coordinates where it was clicked."""
    R0, a0 = state.starts[index]
    return f"({shown(R0, 3)}, {shown(a0, 3)})" if index >= len(state.a) else f"ā = {shown(a0, 4)}"


def pieces(index: int, run: Trajectory) -> Iterator[Chunk]:
    """A trajectory's samples, some hundred to a line."""
    columns = {
        "tau": column(run.tau),
        "R": column(run.R),
        "a": column(run.a),
        "loss": column(run.loss),
        "excess": column(run.model.excess_loss(run.R, run.a, run.limit)),
    }
    for start in range(0, run.tau.size, CHUNK):
        part = {name: values[start : start + CHUNK] for name, values in columns.items()}
        yield Chunk("trace", {"index": index, "start": start, **part, "last": start + CHUNK >= run.tau.size})


def sentences(state: UnlearningState, model: UnlearningModel, runs: list[Trajectory]) -> list[str]:
    """One sentence for each trajectory."""
    reach = 1.01 * max(20.0, *(abs(run.a0) for run in runs))
    thresholds = {R0: model.threshold(R0, (-reach, reach)) for R0 in {run.R0 for run in runs}}
    laws = {sign: model.asymptotics(sign) for sign in (1, -1)}
    said = []
    for index, run in enumerate(runs):
        law = laws[words.side(run) or 1]
        said.append(words.sentence(run_name(state, index), run, thresholds[run.R0], law))
    return said


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
    model = model_of(state)
    runs = [model.trajectory(a0, R0, state.tau, SAMPLES, rtol=RTOL) for R0, a0 in state.starts]
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
