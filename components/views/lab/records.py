"""Recorded training runs of the presets: small ``.npz`` files in ``records/``, written by ``build_records``.

A record is found by what was computed, the state's key; it has the course in single precision, when it was computed,
on what, and how long a processor took. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from components.views.lab.state import LabState
from components.views.lab.training_history import TrainingHistory

FOLDER = Path(__file__).with_name("records")


@dataclass(frozen=True, eq=False)
class Record:
    """A finished run. key: of its state; date: YYYY-MM-DD; versions: of what computed it; seconds: that it took."""

    key: str
    course: TrainingHistory
    date: str
    versions: Mapping[str, str]
    seconds: float


def save(path: Path, record: Record) -> None:
    """Writes a record to a file."""
    about = {"key": record.key, "date": record.date, "versions": dict(record.versions), "seconds": record.seconds}
    arrays = {
        name: values.astype(np.float32) if values.dtype.kind == "f" and name != "tau" else values
        for name, values in record.course.arrays().items()
    }
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]


def read(path: Path) -> Record:
    """Reads what ``save`` has written."""
    with np.load(path, allow_pickle=False) as kept:
        return Record(
            course=TrainingHistory.of_arrays({name: kept[name] for name in kept.files}),
            **json.loads(str(kept["about"])),
        )


@cache
def all_records() -> Mapping[str, Record]:
    """Those that are there, by the key of their state."""
    return {record.key: record for record in map(read, sorted(FOLDER.glob("*.npz")))}


def of(state: LabState) -> Record | None:
    """The record of a state, if one is kept."""
    return all_records().get(state.key())
