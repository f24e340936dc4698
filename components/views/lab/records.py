"""Recorded training runs of the presets: small ``.npz`` files in ``records/``, written by ``build_records``.

A record is found by the key of its state. It contains the history in single precision, the date, the versions, and the
CPU time. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from components.views.lab.state import LabState
from dynamics.simulation.training_history import TrainingHistory

FOLDER = Path(__file__).with_name("records")


@dataclass(frozen=True, eq=False)
class Record:
    """A finished run. key: of its state; date: YYYY-MM-DD; versions: of the packages; seconds: CPU time."""

    key: str
    history: TrainingHistory
    date: str
    versions: Mapping[str, str]
    seconds: float


def save(path: Path, record: Record) -> None:
    """Write a record to a file."""
    about = {"key": record.key, "date": record.date, "versions": dict(record.versions), "seconds": record.seconds}
    arrays = {
        name: values.astype(np.float32) if values.dtype.kind == "f" and name != "tau" else values
        for name, values in record.history.arrays().items()
    }
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]


def read(path: Path) -> Record:
    """Read a file written by ``save``."""
    with np.load(path, allow_pickle=False) as arrays:
        return Record(
            history=TrainingHistory.of_arrays({name: arrays[name] for name in arrays.files}),
            **json.loads(str(arrays["about"])),
        )


@cache
def all_records() -> Mapping[str, Record]:
    """Return the bundled records by the key of their state."""
    return {record.key: record for record in map(read, sorted(FOLDER.glob("*.npz")))}


def of(state: LabState) -> Record | None:
    """Return the record of a state; None if there is none."""
    return all_records().get(state.key())
