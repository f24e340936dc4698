"""Computation of the Real images view: bundled results at once, otherwise networks trained in a job."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from time import monotonic
from typing import Any

import numpy as np

from components.core.view import Chunk, Columns, column, scene, table
from components.jobs.queue import MAX_JOB_BYTES
from components.jobs.store import StoreError
from components.operations.build_id import build_id
from components.views.images import captions
from components.views.images.experiment_captions import CAPTIONS
from components.views.images.image_store import DatasetInfo, ImageStore
from components.views.images.state import DIGIT_VALUES, DIGITS, ImagesState
from dynamics.images import (
    ImageRuns,
    ImageSplit,
    SavedResults,
    Setting,
    Sweep,
    load_digits,
    load_results,
    missing_packages,
)
from dynamics.plotting import images as figures
from dynamics.plotting.images.picture import ImagesPicture, traces

BUNDLED_RESULTS = Path(__file__).with_name("results") / "images.npz"
MAX_WORK = 3e12  # multiply-adds of an experiment: five to fifteen minutes on a core
TEST_FRACTION = 0.2  # of the images
MAX_UPDATES = 60  # of the traces per job, so that its log stays small
PROGRESS_INTERVAL_SECONDS = 0.25
TRACE_INTERVAL_SECONDS = 1.0
CHECKPOINT_INTERVAL_SECONDS = 3.0
DISCONNECTED_MESSAGE = "You no longer watch: the run stops in a few seconds unless others watch it, and can be resumed."
ARRAYS = (
    "train_loss", "train_accuracy", "test_loss", "test_accuracy", "norm", "moved", "kernel_ratio", "kernel_distance",
    "alignment", "signed_alignment", "cos", "norms", "moved_layers",
)  # fmt: skip


@cache
def bundled_results() -> SavedResults:
    """Return the results that are bundled with the app."""
    return load_results(BUNDLED_RESULTS)


def image_store() -> ImageStore:
    """Return the store of uploaded images and finished results."""
    return ImageStore.of(os.environ)


def about(state: ImagesState) -> DatasetInfo | None:
    """Describe the state's images; None if the store does not have them."""
    return DatasetInfo(DIGITS, DIGIT_VALUES, 10, (8, 8)) if state.images is None else image_store().about(state.images)


def cost(state: ImagesState) -> float:
    """Return the multiply-adds of the networks; 0 if the state is impossible, which the figure then states."""
    try:
        return work(state)
    except ValueError:
        return 0.0


def work(state: ImagesState) -> float:
    """Return the multiply-adds of an experiment. Raises ValueError if it is impossible."""
    dataset = about(state)
    if dataset is None:
        raise ValueError(captions.ABSENT.format(state.images))
    sweep = state.sweep(dataset.values)
    count = min(dataset.images, state.most)
    tests = max(1, round(TEST_FRACTION * count))
    return sum(sweep.works(count - tests, tests, dataset.values, dataset.classes)) * len(sweep.seeds)


def unavailable_reason(state: ImagesState) -> str:
    """Return why the state cannot be computed here, as a sentence; empty if it can."""
    try:
        work(state)
    except ValueError as error:
        return f"{error}".removesuffix(".") + "."
    return missing_packages()


def stream(state: ImagesState) -> Iterator[Chunk]:
    """Yield the figures, a description of the computation and, if there are bundled results, the traces."""
    name = state.bundled
    reason = "" if name else unavailable_reason(state)
    yield Chunk("start", {"runs": 0, "final": bool(reason)})
    yield scene("plane", figures.plane(state.shape))
    yield scene("panels", *figures.panels(state.shape))
    yield Chunk("text", captions.before_results(state, reason, about(state)))
    if name is None:
        yield Chunk("end", {"status": reason and "Nothing is computed."})
        return
    runs = bundled_results().runs[name]
    yield Chunk("recording", {"sentence": captions.replay(bundled_results(), name, runs), "status": ""})
    yield from placeholder_figures(state, runs.settings)
    yield from partial_traces(state, runs, range(len(runs.settings)), True)
    notes = [captions.provenance(bundled_results(), name, runs)]
    yield Chunk("text", captions.text_data(state, runs, about(state), notes, missing_packages()))
    yield Chunk("end", {"status": captions.status(bundled_results(), name, runs)})


def run(state: ImagesState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
    """Train the networks and yield their traces; after a checkpoint, train only the remaining ones."""
    reason = unavailable_reason(state)
    if reason:
        yield Chunk("error", {"sentence": reason})
        return
    began = monotonic()
    try:
        split = images(state)
        sweep = state.sweep(split.x.shape[1])
        resumed = None if checkpoint is None else from_checkpoint(sweep, split.name, checkpoint)
        training = sweep.run(split, resumed)
    except ValueError as error:
        yield Chunk("error", {"sentence": f"{error}."})
        return
    if checkpoint is None:
        yield from placeholder_figures(state, sweep.settings)
    last_progress = last_trace = last_checkpoint = monotonic()
    traced_progress, checkpointed = resumed.progress if resumed else 0.0, finished(resumed)
    changed: set[int] = set(range(len(sweep.settings)))
    latest: ImageRuns | None = None
    for runs in training:
        now = monotonic()
        if latest is not None:
            changed |= {j for j in range(len(sweep.settings)) if record_count(runs, j) != record_count(latest, j)}
        latest = runs
        if now > last_trace + TRACE_INTERVAL_SECONDS and runs.progress > traced_progress + 1.0 / MAX_UPDATES:
            yield from partial_traces(state, runs, sorted(changed), False)
            traced_progress, last_trace, changed = runs.progress, now, set()
        if now > last_progress + PROGRESS_INTERVAL_SECONDS:
            last_progress = now
            yield Chunk(
                "progress",
                {"done": runs.progress, "sentence": captions.progress(runs), "stopped": DISCONNECTED_MESSAGE},
            )
        if now > last_checkpoint + CHECKPOINT_INTERVAL_SECONDS and finished(runs) > checkpointed:
            yield Chunk("checkpoint", to_checkpoint(runs))
            last_checkpoint, checkpointed = now, finished(runs)
    assert latest is not None
    yield from partial_traces(state, latest, range(len(sweep.settings)), True)
    saved_results = SavedResults(
        {"live": latest}, datetime.now(UTC).date().isoformat(), versions(), split.seed,
        {"live": round(monotonic() - began, 1)},
    )  # fmt: skip
    try:
        image_store().put_results(result_name(state), saved_results)
        notes = []
    except (StoreError, OSError):
        notes = ["The results could not be kept for saving: the picture and its Python can be saved all the same."]
    yield Chunk(
        "text",
        captions.text_data(state, latest, about(state), [*CAPTIONS[state.experiment].targets(state, split), *notes]),
    )
    yield Chunk("end", {"status": captions.status(saved_results, "live", latest)})


def results(state: ImagesState) -> tuple[SavedResults, ImageRuns] | None:
    """Return the results of a state: bundled ones, or ones that a job has computed here."""
    if state.bundled and state.watched == "auto":
        return bundled_results(), bundled_results().runs[state.bundled]
    saved = image_store().results(result_name(state))
    return (saved, saved.runs["live"]) if saved else None


def result_name(state: ImagesState) -> str:
    """Return the name of a state's results in the image store."""
    return hashlib.sha256(f"{build_id()} {state.key()}".encode()).hexdigest()[:32]


def images(state: ImagesState) -> ImageSplit:
    """Return the state's images, split into training and test sets. Raises ValueError, MissingDependencyError."""
    image_set = load_digits() if state.images is None else image_store().images(state.images)
    return image_set.split(0, TEST_FRACTION, state.most)


def versions() -> dict[str, str]:
    """Return the versions of the packages that compute."""
    return {"python": python_version()} | {name: version(name) for name in ("numpy", "autograd")}


def placeholder_figures(state: ImagesState, settings: Sequence[Setting]) -> Iterator[Chunk]:
    """Yield the start chunk and the headers of all trajectories, still without data."""
    yield Chunk("start", {"runs": len(settings) + len(state.groups)})
    yield from trajectory_headers(state, settings)


def trajectory_headers(state: ImagesState, settings: Sequence[Setting]) -> Iterator[Chunk]:
    """Yield a trajectory for each setting, then one for each group, still without data."""
    shape = state.shape
    for index in range(len(settings) + len(shape.groups)):
        yield Chunk("trajectory", {"index": index, "traces": traces(shape, settings, index)})


def partial_traces(state: ImagesState, runs: ImageRuns, changed: Collection[int], last: bool) -> Iterator[Chunk]:
    """Yield all recorded values of some settings and of their groups; they replace what the client has."""
    picture, groups = ImagesPicture(state.shape, runs), runs.groups
    indices = list(changed)
    for number, name in enumerate(state.groups, len(runs.settings)):
        if last or set(groups[name]) & set(changed):
            indices.append(number)
    for index in indices:
        yield Chunk("trajectory", {"index": index, "traces": picture.traces(index)})
        yield Chunk("trace", {"index": index, "columns": encoded(picture.columns(index)), "last": last})


def encoded(samples: Columns) -> dict[str, Any]:
    """Return columns and tables in the encoding of the stream."""
    return {name: table(values) if values.ndim == 2 else column(values) for name, values in samples.items()}


def finished(runs: ImageRuns | None) -> int:
    """Return the number of networks whose training has ended."""
    return 0 if runs is None else int(np.isfinite(runs.norm[:, :, -1]).sum()) + len(runs.halted)


def record_count(runs: ImageRuns, j: int) -> int:
    """Return the number of records of a setting."""
    return int(np.isfinite(runs.norm[j]).sum())


def to_checkpoint(runs: ImageRuns) -> dict[str, Any]:
    """Encode the records as text, without pickle."""
    file = io.BytesIO()
    arrays: dict[str, Any] = {name: getattr(runs, name) for name in ARRAYS}
    np.savez_compressed(file, **arrays)
    return {
        "arrays": base64.b64encode(file.getvalue()).decode(),
        "halted": json.dumps(runs.halted),
        "done": runs.work,
        "of": runs.of,
    }


def from_checkpoint(sweep: Sweep, name: str, data: Mapping[str, Any]) -> ImageRuns:
    """Decode the records of a checkpoint. Raises ValueError if they are larger, unpacked, than a job may store."""
    packed = io.BytesIO(base64.b64decode(data["arrays"]))
    with zipfile.ZipFile(packed) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_JOB_BYTES:
            raise ValueError("what was known of this run is longer than any run")
    with np.load(packed, allow_pickle=False) as file:
        arrays: dict[str, Any] = {entry: file[entry] for entry in ARRAYS}
    halted = tuple((j, i, sentence) for j, i, sentence in json.loads(data["halted"]))
    return ImageRuns(
        sweep.experiment, sweep.varied, name, sweep.settings, sweep.seeds, sweep.plan,
        np.array(sweep.plan.recorded, dtype=float), **arrays, halted=halted, work=data["done"], of=data["of"],
    )  # fmt: skip
