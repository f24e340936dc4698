"""What view 5 computes: the laws at once; the networks in a run beside the server, once for all who watch."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from time import monotonic
from typing import Any

import numpy as np

from components.lab import figures, texts
from components.lab.state import LabState
from components.numbers import shown
from components.unlearning import figures as planar
from components.view import Chunk, Columns, column, scene
from dynamics import FiniteWidthTrajectory, Trajectory
from dynamics.unlearning.training import TrainingRecord

MOST = 5e12  # multiply-adds of a picture: some two minutes on a core or two
BREATH, PAUSE, CHECKPOINT = 0.2, 0.25, 3.0  # seconds of work in one go, between two records, between two checkpoints
RTOL, SAMPLES, MANIFOLD = 1e-8, 400, 700
STOPPED = "You watch no more: the run stops in some seconds unless others do, and goes on when it is asked for."


def cost(state: LabState) -> float:
    """The multiply-adds of the networks; 0 where they are not possible, which the picture then says."""
    try:
        return state.work
    except ValueError:
        return 0.0


class Laws:
    """The laws of a state, at infinite width and at its own."""

    def __init__(self, state: LabState) -> None:
        self.state, self.model = state, state.model

    @cached_property
    def planar(self) -> Trajectory:
        """The planar law."""
        return self.model.trajectory(self.state.a, 0.0, self.state.tau, SAMPLES, rtol=RTOL)

    @cached_property
    def wide(self) -> FiniteWidthTrajectory:
        """The exact law of this width."""
        return self.model.at_width(self.state.m).trajectory(self.state.a, 0.0, self.state.tau, SAMPLES, rtol=RTOL)

    def drawn(self) -> list[tuple[str, Columns]]:
        """Those that are asked for, with their columns."""
        found: list[tuple[str, Columns]] = []
        if "planar" in self.state.layers:
            run = self.planar
            found.append(("planar", {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "Q": run.R**2}))
        if "wide" in self.state.layers:
            law = self.wide
            found.append(("wide", {"tau": law.tau, "R": law.R, "a": law.a, "loss": law.loss, "Q": law.Q}))
        return found


def stream(state: LabState) -> Iterator[Chunk]:
    """The plane, the panels and the laws; what theory says of the networks."""
    laws = Laws(state)
    model = laws.model
    plan = planar.Run(f"ā = {shown(state.a, 4)}", 0.0, state.a, model.limit(state.a, 0.0))
    ends = [float(np.max(np.abs(law["a"]))) * np.sign(state.a or 1.0) for _, law in laws.drawn()]
    view = planar.window(model, (plan,), ends)
    drawn = laws.drawn()
    yield Chunk("begin", {"runs": len(drawn)})
    manifold = model.critical_manifold(MANIFOLD, 2 * max(map(abs, view.a)))
    yield scene("plane", figures.plane(model, manifold, view, plan), field=planar.field(model, view))
    yield scene("panels", figures.panels(), figures.DISPLAY)
    for index, (kind, columns) in enumerate(drawn):
        yield Chunk("run", {"index": index, "traces": figures.law_traces(index, kind)})
        yield _samples(index, columns, True)
    look = planar.look(plan)
    said = {"notes": texts.expected(state), "figures": {"plane": texts.plane(state), "panels": texts.panels(state)}}
    yield Chunk("words", {"runs": [texts.law(state, laws.wide, plan)], "fates": [look], **said})
    yield Chunk("end", {"status": "The laws are integrated by Rodas5P; the networks follow."})


def run(state: LabState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
    """The networks, record by record; from a checkpoint on, what follows there."""
    try:
        training = state.training(MOST)
    except ValueError as error:
        yield Chunk("error", {"sentence": f"{error}."})
        return
    index = len(state.layers)
    seen: list[TrainingRecord] = []
    if checkpoint is None:
        yield Chunk("begin", {"runs": index + 1})
        yield Chunk("run", {"index": index, "traces": figures.network_traces(index)})
    else:
        training.restore(_unpacked(checkpoint["state"]))
    waiting: list[TrainingRecord] = []
    told, kept = monotonic(), monotonic()
    for found in training.breaths(BREATH):
        waiting += found
        seen += found
        now = monotonic()
        if now > told + PAUSE:
            if waiting:
                yield _samples(index, columns_of(waiting), False)
            waiting, told = [], now
            at = seen[-1].tau if seen else 0.0
            sentence = f"The networks learn: τ = {shown(at, 3)} of {shown(state.tau, 3)}."
            yield Chunk("progress", {"done": training.progress, "sentence": sentence, "stopped": STOPPED})
        if now > kept + CHECKPOINT and not waiting:
            yield Chunk("checkpoint", {"state": _packed(training.state())})
            kept = now
    yield _samples(index, columns_of(waiting), True)
    last = training.measure()
    yield Chunk("words", {"notes": texts.measured(state, training, last), "figures": {"panels": texts.panels(state)}})
    yield Chunk("end", {"status": texts.status(state, last)})


def columns_of(found: list[TrainingRecord]) -> Columns:
    """Means over the runs, and the least and the largest of them."""
    columns = {"tau": np.array([record.tau for record in found])}
    for name in ("R", "a", "loss", "Q"):
        each = np.array([getattr(record, f"{name}_seeds") for record in found]).reshape(len(found), -1 if found else 1)
        columns |= {name: each.mean(axis=1), f"{name}_low": each.min(axis=1), f"{name}_high": each.max(axis=1)}
    return columns


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _packed(state: Mapping[str, Any]) -> str:
    """Arrays as text, without pickle."""
    file = io.BytesIO()
    np.savez(file, **state)
    return base64.b64encode(file.getvalue()).decode()


def _unpacked(text: str) -> dict[str, Any]:
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}
