"""What view 5's second page computes: kept results at once; otherwise networks in a run beside the server."""

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
from components.views.images import captions, columns, figures
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

KEPT = Path(__file__).with_name("results") / "images.npz"
MOST = 3e12  # multiply-adds of an experiment: five to fifteen minutes on a core
TEST = 0.2  # of the images
PIECES = 60  # times that a run brings what is new, so that its record stays small
PAUSE, PACE, CHECKPOINT = 0.25, 1.0, 3.0  # seconds between signs of life, between pieces, between checkpoints
STOPPED = "You no longer watch: the run stops in a few seconds unless others watch it, and can be resumed."
ARRAYS = (
    "train_loss", "train_accuracy", "test_loss", "test_accuracy", "norm", "moved", "kernel_ratio", "kernel_distance",
    "alignment", "signed_alignment", "cos", "norms", "moved_layers",
)  # fmt: skip


@cache
def kept() -> SavedResults:
    """The results that come with the app."""
    return load_results(KEPT)


def image_store() -> ImageStore:
    """Where own images and finished results are kept."""
    return ImageStore.of(os.environ)


def about(state: ImagesState) -> DatasetInfo | None:
    """What the state's images are; None where they are not here."""
    return DatasetInfo(DIGITS, DIGIT_VALUES, 10, (8, 8)) if state.images is None else image_store().about(state.images)


def cost(state: ImagesState) -> float:
    """The multiply-adds of the networks; 0 where they are not possible, which the picture then says."""
    try:
        return work(state)
    except ValueError:
        return 0.0


def work(state: ImagesState) -> float:
    """The multiply-adds of an experiment. Raises ValueError where it is not possible."""
    known = about(state)
    if known is None:
        raise ValueError(captions.ABSENT.format(state.images))
    sweep = state.sweep(known.values)
    count = min(known.images, state.most)
    tests = max(1, round(TEST * count))
    return sum(sweep.works(count - tests, tests, known.values, known.classes)) * len(sweep.seeds)


def unavailable_reason(state: ImagesState) -> str:
    """Why the state cannot be computed here, as a sentence; empty where it can."""
    try:
        work(state)
    except ValueError as error:
        return f"{error}".removesuffix(".") + "."
    return missing_packages()


def stream(state: ImagesState) -> Iterator[Chunk]:
    """The figures; what will be computed; what is in them already, where results are kept."""
    name = state.kept
    wrong = "" if name else unavailable_reason(state)
    yield Chunk("start", {"runs": 0, "final": bool(wrong)})
    yield scene("plane", figures.plane(state))
    yield scene("panels", *figures.panels(state))
    yield Chunk("text", captions.awaited(state, wrong, about(state)))
    if name is None:
        yield Chunk("end", {"status": wrong and "Nothing is computed."})
        return
    runs = kept().runs[name]
    yield Chunk("recording", {"sentence": captions.replay(kept(), name, runs), "status": ""})
    yield from placeholder_figures(state, runs.settings)
    yield from partial_traces(state, runs, range(len(runs.settings)), True)
    notes = [captions.kept_by(kept(), name, runs)]
    yield Chunk("text", captions.words(state, runs, about(state), notes, missing_packages()))
    yield Chunk("end", {"status": captions.status(kept(), name, runs)})


def run(state: ImagesState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
    """The networks, as they learn; from a checkpoint on, those that are left."""
    wrong = unavailable_reason(state)
    if wrong:
        yield Chunk("error", {"sentence": wrong})
        return
    began = monotonic()
    try:
        split = images(state)
        sweep = state.sweep(split.x.shape[1])
        before = None if checkpoint is None else from_checkpoint(sweep, split.name, checkpoint)
        found = sweep.run(split, before)
    except ValueError as error:
        yield Chunk("error", {"sentence": f"{error}."})
        return
    if checkpoint is None:
        yield from placeholder_figures(state, sweep.settings)
    told = shown = saved = monotonic()
    at, whole = before.progress if before else 0.0, finished(before)
    fresh: set[int] = set(range(len(sweep.settings)))
    seen: ImageRuns | None = None
    for runs in found:
        now = monotonic()
        if seen is not None:
            fresh |= {j for j in range(len(sweep.settings)) if record_count(runs, j) != record_count(seen, j)}
        seen = runs
        if now > shown + PACE and runs.progress > at + 1.0 / PIECES:
            yield from partial_traces(state, runs, sorted(fresh), False)
            at, shown, fresh = runs.progress, now, set()
        if now > told + PAUSE:
            told = now
            yield Chunk("progress", {"done": runs.progress, "sentence": captions.going(runs), "stopped": STOPPED})
        if now > saved + CHECKPOINT and finished(runs) > whole:
            yield Chunk("checkpoint", to_checkpoint(runs))
            saved, whole = now, finished(runs)
    assert seen is not None
    yield from partial_traces(state, seen, range(len(sweep.settings)), True)
    made = SavedResults(
        {"live": seen}, datetime.now(UTC).date().isoformat(), versions(), split.seed,
        {"live": round(monotonic() - began, 1)},
    )  # fmt: skip
    try:
        image_store().put(result_name(state), made)
        note = []
    except (StoreError, OSError):
        note = ["The results could not be kept for saving: the picture and its Python can be saved all the same."]
    yield Chunk("text", captions.words(state, seen, about(state), [*captions.targets(state, split), *note]))
    yield Chunk("end", {"status": captions.status(made, "live", seen)})


def results(state: ImagesState) -> tuple[SavedResults, ImageRuns] | None:
    """The results of a state as it is watched, if they came with the app or have been computed here."""
    if state.kept and state.watched == "auto":
        return kept(), kept().runs[state.kept]
    found = image_store().results(result_name(state))
    return (found, found.runs["live"]) if found else None


def result_name(state: ImagesState) -> str:
    """Return the name of a state's results in the image store."""
    return hashlib.sha256(f"{build_id()} {state.key()}".encode()).hexdigest()[:32]


def images(state: ImagesState) -> ImageSplit:
    """The state's images, parted. Raises ValueError, MissingDependencyError."""
    found = load_digits() if state.images is None else image_store().images(state.images)
    return found.split(0, TEST, state.most)


def versions() -> dict[str, str]:
    """What computes."""
    return {"python": python_version()} | {name: version(name) for name in ("numpy", "autograd")}


def placeholder_figures(state: ImagesState, settings: Sequence[Setting]) -> Iterator[Chunk]:
    """The networks' places in the picture, still empty."""
    yield Chunk("start", {"runs": len(settings) + len(state.groups)})
    yield from trajectory_headers(state, settings)


def trajectory_headers(state: ImagesState, settings: Sequence[Setting]) -> Iterator[Chunk]:
    """A run for each setting, then one for each group, still empty."""
    for index, setting in enumerate(settings):
        yield Chunk("trajectory", {"index": index, "traces": figures.setting_traces(state, index, setting)})
    for place in range(len(state.groups)):
        index = len(settings) + place
        yield Chunk("trajectory", {"index": index, "traces": figures.group_traces(state, index, place)})


def partial_traces(state: ImagesState, runs: ImageRuns, fresh: Collection[int], last: bool) -> Iterator[Chunk]:
    """What is known of some settings, whole, and of the groups that they are in, in place of what was."""
    again = {chunk.data["index"]: chunk for chunk in trajectory_headers(state, runs.settings)}
    groups, going = runs.groups, columns.active_settings(runs)
    new = {index: columns.of_setting(runs, index) for index in fresh}
    for place, name in enumerate(state.groups):
        if last or set(groups[name]) & set(fresh):
            new[len(runs.settings) + place] = columns.of_group(runs, going.get(name, []))
    for index, samples in new.items():
        yield again[index]
        yield Chunk("trace", {"index": index, "columns": encoded(samples), "last": last})


def encoded(samples: Columns) -> dict[str, Any]:
    """Columns, and tables among them, as a stream carries them."""
    return {name: table(values) if values.ndim == 2 else column(values) for name, values in samples.items()}


def finished(runs: ImageRuns | None) -> int:
    """How many networks have come to their end."""
    return 0 if runs is None else int(np.isfinite(runs.norm[:, :, -1]).sum()) + len(runs.halted)


def record_count(runs: ImageRuns, j: int) -> int:
    """How many records there are of a setting."""
    return int(np.isfinite(runs.norm[j]).sum())


def to_checkpoint(runs: ImageRuns) -> dict[str, Any]:
    """What is known, as text, without pickle."""
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
    """What was known. Raises ValueError where it becomes longer, unpacked, than what is kept."""
    packed = io.BytesIO(base64.b64decode(data["arrays"]))
    with zipfile.ZipFile(packed) as archive:
        if sum(one.file_size for one in archive.infolist()) > MAX_JOB_BYTES:
            raise ValueError("what was known of this run is longer than any run")
    with np.load(packed, allow_pickle=False) as file:
        arrays: dict[str, Any] = {one: file[one] for one in ARRAYS}
    halted = tuple((j, i, sentence) for j, i, sentence in json.loads(data["halted"]))
    return ImageRuns(
        sweep.experiment, sweep.varied, name, sweep.settings, sweep.seeds, sweep.plan,
        np.array(sweep.plan.recorded, dtype=float), **arrays, halted=halted, work=data["done"], of=data["of"],
    )  # fmt: skip
