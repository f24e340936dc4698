"""References that take other solvers long: computed once, and read from files.

`make references` writes the files, by tests with the marker `stored`; `make nightly` computes every reference anew.
"""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np

WRITES = os.environ.get("REFERENCES") == "write"
COMPUTES = bool(os.environ.get("EXPLORE")) or os.environ.get("EXAMPLES") == "nightly"


def stored(compute: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Let a function of numbers, texts and tuples return what is stored for its arguments: one array of numbers.

    The file is in the folder `references` beside the function's module. What was computed by other code of the function
    does not count.
    """
    file = Path(inspect.getfile(compute)).parent / "references" / f"{compute.__name__}.npz"
    version = hashlib.sha256(inspect.getsource(compute).encode()).hexdigest()[:8]
    known: dict[str, np.ndarray] = {}

    def read() -> None:
        if file.exists() and not known:
            with np.load(file) as kept:
                known.update({key: kept[key] for key in kept.files if key.startswith(version)})

    @wraps(compute)
    def reference(*args: Any) -> np.ndarray:
        if COMPUTES:
            return np.asarray(compute(*args), float)
        key = f"{version}-{hashlib.sha256(repr(args).encode()).hexdigest()[:16]}"
        read()
        if WRITES and key not in known:
            known[key] = np.asarray(compute(*args), float)
            file.parent.mkdir(exist_ok=True)
            np.savez_compressed(file, **known)
        assert key in known, f"{file.name} has nothing for {args}: `make references` computes it"
        return known[key]

    return reference
