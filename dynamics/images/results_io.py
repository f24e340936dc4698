"""Results kept in a file: an ``.npz`` of single-precision arrays, with all that is not an array as JSON beside them.

The array of a quantity is named ``<result>/<quantity>``; ``about`` holds the JSON, as UTF-8 bytes: date, versions, seed
of the split, and of each result its settings, seeds, plan and halted runs. Nothing is pickled.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dynamics.images.data import open_file
from dynamics.images.experiments import ImageRuns, Setting
from dynamics.images.networks import ImageNetwork
from dynamics.images.training import TrainingConfig
from dynamics.validation import check_instance

VERSION = 2
UNKNOWN = {1: ("train_accuracy",)}  # by version: what its results do not have, nan when they are read


@dataclass(frozen=True, eq=False)
class SavedResults:
    """Hold results that are kept in a file, by name.

    Parameters
    ----------
    runs : mapping of str to ImageRuns
        The results.
    date : str
        Date of the computation, as YYYY-MM-DD.
    versions : mapping of str to str
        Versions of the packages that computed them.
    split_seed : int
        Seed of the images' split.
    seconds : mapping of str to float
        Processor time that each result took, in seconds.
    """

    runs: Mapping[str, ImageRuns]
    date: str
    versions: Mapping[str, str]
    split_seed: int
    seconds: Mapping[str, float]


def save_results(path: str | Path | BinaryIO, kept: SavedResults) -> None:
    """Write results to a file: an ``.npz`` of single-precision arrays, with all that is not an array as JSON.

    Parameters
    ----------
    path : str, Path or binary file
        The file, by its path or open.
    kept : SavedResults
        The results.

    Raises
    ------
    ValueError
        If an argument has another type.

    Examples
    --------
    >>> import io
    >>> from dynamics.images import SavedResults, save_results
    >>> file = io.BytesIO()
    >>> save_results(file, SavedResults({}, "2026-01-01", {}, split_seed=0, seconds={}))
    >>> file.getvalue()[:2]  # a zip
    b'PK'
    """
    check_instance("kept", kept, SavedResults)
    if not isinstance(path, (str, Path)) and not hasattr(path, "write"):
        check_instance("path", path, Path)
    arrays: dict[str, NDArray[Any]] = {}
    about: dict[str, Any] = {
        "version": VERSION,
        "date": kept.date,
        "versions": dict(kept.versions),
        "split_seed": kept.split_seed,
        "seconds": dict(kept.seconds),
        "runs": {},
    }
    for name, runs in kept.runs.items():
        plain: dict[str, Any] = {}
        for one in fields(runs):
            value = getattr(runs, one.name)
            if isinstance(value, np.ndarray):
                arrays[f"{name}/{one.name}"] = value.astype(np.float32)
            elif one.name == "settings":
                plain[one.name] = [asdict(setting) for setting in value]
            else:
                plain[one.name] = asdict(value) if isinstance(value, TrainingConfig) else value
        about["runs"][name] = plain
    text = json.dumps(about, ensure_ascii=False).encode()
    np.savez_compressed(path, about=np.frombuffer(text, dtype=np.uint8), **arrays)  # type: ignore[arg-type]


def load_results(path: str | Path) -> SavedResults:
    """Read what ``save_results`` has written, in this or an earlier version.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SavedResults
        The results; quantities that an earlier version did not have are nan.

    Raises
    ------
    ValueError
        If the file cannot be read or is not such a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from dynamics.images import SavedResults, load_results, save_results
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "kept.npz"
    ...     save_results(path, SavedResults({}, "2026-01-01", {"numpy": "2.0"}, split_seed=0, seconds={}))
    ...     found = load_results(path)
    >>> found.date, found.versions
    ('2026-01-01', {'numpy': '2.0'})
    """
    if not isinstance(path, str):
        check_instance("path", path, Path)
    with open_file("path", Path(path)) as opened:
        try:
            return _read(opened)
        except (KeyError, TypeError, zipfile.BadZipFile, EOFError, ValueError) as error:
            raise ValueError(f"path must be a file of kept results; {path} is not: {error}") from None


def _read(opened: BinaryIO) -> SavedResults:
    with np.load(opened, allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes().decode())
        version = about["version"]
        if version != VERSION and version not in UNKNOWN:
            raise ValueError(f"it has version {version}, which is none of {', '.join(map(str, [*UNKNOWN, VERSION]))}")
        runs = {}
        for name, plain in about["runs"].items():
            arrays = {
                key.removeprefix(f"{name}/"): file[key].astype(float) for key in file if key.startswith(f"{name}/")
            }
            arrays |= {key: np.full_like(arrays["test_accuracy"], np.nan) for key in UNKNOWN.get(version, ())}
            plain["settings"] = tuple(_setting(one) for one in plain["settings"])
            plain["seeds"] = tuple(plain["seeds"])
            plain["plan"] = TrainingConfig(**plain["plan"])
            plain["halted"] = tuple((j, i, sentence) for j, i, sentence in plain["halted"])
            runs[name] = ImageRuns(**plain, **arrays)
    return SavedResults(runs, about["date"], about["versions"], about["split_seed"], about["seconds"])


def _setting(plain: dict[str, Any]) -> Setting:
    network: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in plain["network"].items()
    }
    return Setting(plain["group"], plain["value"], ImageNetwork(**network), plain["task"])
