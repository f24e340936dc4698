"""The base of models and results: read-only arrays stay read-only in copies and after pickling."""

from __future__ import annotations

from typing import Any

import numpy as np


class Result:
    """An object whose arrays keep their write protection when it is copied or pickled, which numpy alone drops."""

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.__dict__, {name: _protected(value) for name, value in self.__dict__.items()}

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        values, protected = state
        self.__dict__.update(values)
        for name, mark in protected.items():
            _protect(values[name], mark)


def _protected(value: object) -> Any:
    """Whether an array is read-only; of a tuple, the same for each of its items."""
    if isinstance(value, np.ndarray):
        return not value.flags.writeable
    return tuple(map(_protected, value)) if isinstance(value, tuple) else False


def _protect(value: Any, mark: Any) -> None:
    if isinstance(mark, tuple):
        for item, its_mark in zip(value, mark, strict=True):
            _protect(item, its_mark)
    elif mark:
        value.setflags(write=False)
