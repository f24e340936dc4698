"""What view 5 computes: the laws at once; the networks in a run beside the server, once for all who watch.

A state that comes with a finished record is streamed with it, as the run itself would have been.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from time import monotonic
from typing import Any

import numpy as np

from components.core.formatting import format_duration, format_number
from components.core.view import Chunk, Columns, column, scene, table
from components.views.lab import captions, conversion, figures, records
from components.views.lab.law_comparison import LawComparison, columns, compare_with_law, law_columns, planar_columns
from components.views.lab.state import LabState
from components.views.lab.training_history import TrainingHistory
from components.views.unlearning import figures as planar
from dynamics import FiniteWidthTrajectory, Trajectory
from dynamics.simulation.single_index import SingleIndexTraining, TrainingRecord

MOST = 5e12  # multiply-adds of a picture: some two minutes on a core or two
BREATH, PAUSE, CHECKPOINT = 0.2, 0.25, 3.0  # seconds of work in one go, between two records, between two checkpoints
PACED = 1.5  # seconds of work after which the pace of a run says how long it will take
RTOL, SAMPLES, MANIFOLD = 1e-8, 400, 700
NETWORKS = 2  # their place among the runs of the picture, after the laws
Beside = Mapping[str, SingleIndexTraining]
STATUS = "The laws are integrated by Rodas5P; the networks are trained next."
OVER = "over"  # in a checkpoint: no record follows
STOPPED = "You no longer watch: the run stops in a few seconds unless others watch it."


def cost(state: LabState) -> float:
    """The multiply-adds of the networks; 0 where they are not possible, which the picture then says."""
    try:
        return state.work
    except ValueError:
        return 0.0


class Laws:
    """The laws of a state, at infinite width and at its own, at the same times."""

    def __init__(self, state: LabState) -> None:
        self.state, self.model = state, state.model

    @cached_property
    def wide(self) -> FiniteWidthTrajectory:
        """The exact law of this width."""
        return self.model.finite_width(self.state.m).trajectory(self.state.a, 0.0, self.state.tau, SAMPLES, rtol=RTOL)

    @cached_property
    def planar(self) -> Trajectory:
        """The planar law."""
        return self.model.trajectory(self.state.a, 0.0, tau=self.wide.tau, rtol=RTOL)

    def drawn(self) -> list[tuple[str, Columns]]:
        """Both, with their columns."""
        run = self.planar
        return [
            ("planar", planar_columns(self.wide, run.R, run.a, run.loss)),
            ("wide", law_columns(self.state, self.wide)),
        ]


def stream(state: LabState) -> Iterator[Chunk]:
    """The plane, the panels and the laws; what theory says of the networks; their record, where one is kept."""
    laws = Laws(state)
    model, drawn = laws.model, laws.drawn()
    plan = planar.Run(f"ā = {format_number(state.a, 4)}", 0.0, state.a, model.limit(state.a, 0.0))
    view = planar.window(
        model, (plan,), [float(np.nanmax(np.abs(law["a"]))) * np.sign(state.a or 1.0) for _, law in drawn]
    )
    yield Chunk("start", {"runs": NETWORKS})
    manifold = model.critical_manifold(MANIFOLD, 2 * max(map(abs, view.a)))
    yield scene("plane", figures.plane(model, manifold, view, plan), field=planar.field(model, view))
    yield scene("panels", figures.panels(), figures.DISPLAY)
    for index, (kind, found) in enumerate(drawn):
        yield Chunk("trajectory", {"index": index, "traces": figures.law_traces(index, kind)})
        yield samples(index, found, True)
    said = {
        "runs": [captions.law(state, laws.wide, plan)],
        "fates": [planar.trajectory_style(plan)],
        "links": conversion.links(state),
        "figures": {"plane": captions.plane(state), "panels": captions.panels(state)},
    }
    yield Chunk("text", {**said, "notes": captions.expected(state)})
    kept = records.of(state)
    if kept is not None:
        yield Chunk("recording", {"sentence": captions.replay(kept), "status": STATUS})
        yield from begun(state)
        replayed = compare_with_law(state, kept.course, laws.wide)
        yield samples(NETWORKS, columns(replayed), True)
        yield Chunk("text", {**said, "notes": captions.measured(state, replayed)})
        yield Chunk("end", {"status": captions.status(state, kept.course)})
        return
    yield Chunk("end", {"status": STATUS})


def begun(state: LabState) -> Iterator[Chunk]:
    """The networks' place in the picture, still empty."""
    yield Chunk("start", {"runs": NETWORKS + 1})
    yield Chunk("trajectory", {"index": NETWORKS, "traces": figures.network_traces(NETWORKS, state.runs)})


def run(state: LabState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
    """The networks, record by record; from a checkpoint on, what follows there."""
    try:
        training = state.training(MOST)
        beside = state.beside(training)
    except ValueError as error:
        yield Chunk("error", {"sentence": f"{error}."})
        return
    parts: list[TrainingHistory] = []
    over = checkpoint is not None and OVER in checkpoint
    if checkpoint is None:
        yield from begun(state)
    else:
        parts.append(course_in(checkpoint))
        for mode, own in () if over else (("", training), *beside.items()):
            own.restore(_unpacked(checkpoint[f"state {mode}"]))
    began, share = monotonic(), _progress(training, beside)
    told, kept = began, began
    given = len(parts)
    for part, level in () if over else _together(training, beside):
        if part is not None:
            parts.append(part)
        now = monotonic()
        if now > told + PAUSE:
            if given < len(parts):
                yield samples(NETWORKS, columns(_measured(state, training, parts[given:])), False)
            given, told = len(parts), now
            done = _progress(training, beside)
            left = (1 - done) * (now - began) / max(done - share, 1e-9)
            at = float(parts[-1].tau[-1]) if parts else 0.0
            sentence = captions.learning(state, at, format_duration(left) if now > began + PACED else "")
            yield Chunk("progress", {"done": done, "sentence": sentence, "stopped": STOPPED})
        if now > kept + CHECKPOINT and level and parts and given == len(parts):
            states = {f"state {mode}": _packed(own.state()) for mode, own in (("", training), *beside.items())}
            yield Chunk("checkpoint", {"course": _packed(TrainingHistory.joined(parts).arrays()), **states})
            kept = now
    whole = _measured(state, training, parts)
    if not over:
        row = sum(len(part.tau) for part in parts[:given])
        yield samples(NETWORKS, {name: values[row:] for name, values in columns(whole).items()}, True)
        yield Chunk("checkpoint", {"course": _packed(whole.course.arrays()), OVER: True})
    yield Chunk("text", {"notes": captions.measured(state, whole), "figures": {"panels": captions.panels(state)}})
    yield Chunk("end", {"status": captions.status(state, whole.course)})


def course_in(checkpoint: Mapping[str, Any]) -> TrainingHistory:
    """What a checkpoint knows of the networks."""
    return TrainingHistory.of_arrays(_unpacked(checkpoint["course"]))


def _together(training: SingleIndexTraining, beside: Beside) -> Iterator[tuple[TrainingHistory | None, bool]]:
    """A record at a time, nothing after a breath without one; and whether all have come equally far."""
    for found in training.iter_until_timeout(BREATH):
        others: dict[str, list[TrainingRecord]] = {}
        for mode, own in beside.items() if found else ():
            while not (others.setdefault(mode, []) or own.ended):
                others[mode] = own.advance(BREATH)
                if not others[mode]:
                    yield None, False
        yield (
            (TrainingHistory.of(found, {mode: one or [None] for mode, one in others.items()}) if found else None),
            True,
        )


def _progress(training: SingleIndexTraining, beside: Beside) -> float:
    return min(own.progress for own in (training, *beside.values()))


def course_of(state: LabState) -> TrainingHistory:
    """The networks from beginning to end, at once."""
    training = state.training(MOST)
    beside = state.beside(training)
    records = list(training)
    return TrainingHistory.of(records, {mode: [next(own, None) for _ in records] for mode, own in beside.items()})


def _measured(state: LabState, training: SingleIndexTraining, parts: list[TrainingHistory]) -> LawComparison:
    return compare_with_law(state, TrainingHistory.joined(parts), training.law)


def samples(index: int, found: Columns, last: bool) -> Chunk:
    """Columns of a run, a table for each that has several values at a time."""
    made = {name: (column if values.ndim == 1 else table)(values) for name, values in found.items()}
    return Chunk("trace", {"index": index, "columns": made, "last": last})


def _packed(state: Mapping[str, Any]) -> str:
    """Arrays as text, without pickle."""
    file = io.BytesIO()
    np.savez(file, **state)
    return base64.b64encode(file.getvalue()).decode()


def _unpacked(text: str) -> dict[str, Any]:
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}
