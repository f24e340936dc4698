"""Computation of the Lab: the laws at once; the networks in a job, which all viewers share.

A state with a bundled record is streamed with it as the job itself would be.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import numpy as np

from components.core.formatting import format_duration
from components.core.view import Chunk, Columns, column, scene, table
from components.views.lab import alt_text, captions, conversion, records
from components.views.lab.state import RUNS, LabState
from dynamics.plotting import training as figures
from dynamics.plotting.planar import trajectory_style
from dynamics.plotting.training.columns import network_columns
from dynamics.plotting.training.picture import NETWORKS, TrainingPicture
from dynamics.simulation.single_index import SingleIndexTraining, TrainingRecord
from dynamics.simulation.training_history import TrainingHistory

MAX_WORK = 5e12  # multiply-adds: about two minutes on one or two cores
WORK_SLICE_SECONDS = 0.2  # of work without a chunk
RECORD_INTERVAL_SECONDS = 0.25
CHECKPOINT_INTERVAL_SECONDS = 3.0
MIN_ESTIMATE_SECONDS = 1.5  # of work before the remaining time is estimated
References = Mapping[str, SingleIndexTraining]
STATUS = "The laws are integrated by Rodas5P; the networks are trained next."
FINISHED = "over"  # key in a checkpoint: no record follows
DISCONNECTED_MESSAGE = "You no longer watch: the run stops in a few seconds unless others watch it."


def cost(state: LabState) -> float:
    """Return the multiply-adds of the networks; 0 if the state is impossible, which the figure then states."""
    try:
        return state.problem.work
    except ValueError:
        return 0.0


def picture_of(state: LabState) -> TrainingPicture:
    """Return the picture of a state without its networks, which a job trains."""
    return TrainingPicture(state.problem, state.layers)


def stream(state: LabState) -> Iterator[Chunk]:
    """Yield the plane, the panels, the laws, the expectations of theory and, if there is one, the record."""
    picture = picture_of(state)
    plan = picture.run
    yield Chunk("start", {"runs": NETWORKS})
    yield scene("plane", picture.empty_plane(), field=picture.field())
    yield scene("panels", figures.panels(), figures.panel_display(RUNS[1]))
    for index, (kind, law_samples) in enumerate(picture.law_columns.items()):
        yield Chunk("trajectory", {"index": index, "traces": figures.law_traces(index, kind)})
        yield samples(index, law_samples, True)
    text = {
        "runs": [captions.law(state, picture.law, plan)],
        "fates": [trajectory_style(plan)],
        "links": conversion.links(state),
        "figures": {"plane": alt_text.plane(state), "panels": alt_text.panels(state)},
    }
    yield Chunk("text", {**text, "notes": captions.expected(state)})
    record = records.of(state)
    if record is not None:
        yield Chunk("recording", {"sentence": captions.replay(record), "status": STATUS})
        yield from network_headers(state)
        replayed = picture.comparison(record.history)
        yield samples(NETWORKS, network_columns(replayed), True)
        yield Chunk("text", {**text, "notes": captions.measured(state, replayed)})
        yield Chunk("end", {"status": captions.status(state, record.history)})
        return
    yield Chunk("end", {"status": STATUS})


def network_headers(state: LabState) -> Iterator[Chunk]:
    """Yield the start chunk and the headers of the networks' traces."""
    yield Chunk("start", {"runs": NETWORKS + 1})
    yield Chunk("trajectory", {"index": NETWORKS, "traces": figures.network_traces(NETWORKS, state.runs)})


def run(state: LabState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
    """Train the networks and yield their records; after a checkpoint, those that follow it."""
    try:
        training = state.problem.training(MAX_WORK)
        references = state.problem.references(training)
    except ValueError as error:
        yield Chunk("error", {"sentence": f"{error}."})
        return
    picture = TrainingPicture(state.problem, state.layers, training)
    parts: list[TrainingHistory] = []
    finished = checkpoint is not None and FINISHED in checkpoint
    if checkpoint is None:
        yield from network_headers(state)
    else:
        parts.append(history_in(checkpoint))
        for mode, mode_training in () if finished else (("", training), *references.items()):
            mode_training.restore(_unpacked(checkpoint[f"state {mode}"]))
    began, initial_progress = monotonic(), _progress(training, references)
    last_record, last_checkpoint = began, began
    sent = len(parts)
    for part, level in () if finished else _records(training, references):
        if part is not None:
            parts.append(part)
        now = monotonic()
        if now > last_record + RECORD_INTERVAL_SECONDS:
            if sent < len(parts):
                comparison = picture.comparison(TrainingHistory.joined(parts[sent:]))
                yield samples(NETWORKS, network_columns(comparison), False)
            sent, last_record = len(parts), now
            progress = _progress(training, references)
            remaining = (1 - progress) * (now - began) / max(progress - initial_progress, 1e-9)
            at = float(parts[-1].tau[-1]) if parts else 0.0
            sentence = captions.learning(
                state, at, format_duration(remaining) if now > began + MIN_ESTIMATE_SECONDS else ""
            )
            yield Chunk("progress", {"done": progress, "sentence": sentence, "stopped": DISCONNECTED_MESSAGE})
        if now > last_checkpoint + CHECKPOINT_INTERVAL_SECONDS and level and parts and sent == len(parts):
            states = {
                f"state {mode}": _packed(mode_training.state())
                for mode, mode_training in (("", training), *references.items())
            }
            yield Chunk("checkpoint", {"course": _packed(TrainingHistory.joined(parts).arrays()), **states})
            last_checkpoint = now
    comparison = picture.comparison(TrainingHistory.joined(parts))
    if not finished:
        row = sum(len(part.tau) for part in parts[:sent])
        yield samples(NETWORKS, {name: values[row:] for name, values in network_columns(comparison).items()}, True)
        yield Chunk("checkpoint", {"course": _packed(comparison.history.arrays()), FINISHED: True})
    yield Chunk("text", {"notes": captions.measured(state, comparison), "figures": {"panels": alt_text.panels(state)}})
    yield Chunk("end", {"status": captions.status(state, comparison.history)})


def history_in(checkpoint: Mapping[str, Any]) -> TrainingHistory:
    """Return the training history in a checkpoint."""
    return TrainingHistory.of_arrays(_unpacked(checkpoint["course"]))


def _records(training: SingleIndexTraining, references: References) -> Iterator[tuple[TrainingHistory | None, bool]]:
    """Yield one record at a time, or None after WORK_SLICE_SECONDS without one; and whether all modes have reached the
    same time.
    """
    for batch in training.iter_until_timeout(WORK_SLICE_SECONDS):
        others: dict[str, list[TrainingRecord]] = {}
        for mode, reference in references.items() if batch else ():
            while not (others.setdefault(mode, []) or reference.ended):
                others[mode] = reference.advance(WORK_SLICE_SECONDS)
                if not others[mode]:
                    yield None, False
        yield (
            (TrainingHistory.of(batch, {mode: record or [None] for mode, record in others.items()}) if batch else None),
            True,
        )


def _progress(training: SingleIndexTraining, references: References) -> float:
    return min(item.progress for item in (training, *references.values()))


def train(state: LabState) -> TrainingHistory:
    """Train the networks from beginning to end."""
    training = state.problem.training(MAX_WORK)
    return TrainingHistory.trained(training, state.problem.references(training))


def samples(index: int, values_by_name: Columns, last: bool) -> Chunk:
    """Return the trace chunk of a trajectory, with a table for each quantity of several values at a time."""
    encoded = {name: (column if values.ndim == 1 else table)(values) for name, values in values_by_name.items()}
    return Chunk("trace", {"index": index, "columns": encoded, "last": last})


def _packed(state: Mapping[str, Any]) -> str:
    """Arrays as text, without pickle."""
    file = io.BytesIO()
    np.savez(file, **state)
    return base64.b64encode(file.getvalue()).decode()


def _unpacked(text: str) -> dict[str, Any]:
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
