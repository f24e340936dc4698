"""The base of models and results: read-only arrays stay read-only in copies and after pickling; a text of one line."""

from __future__ import annotations

import reprlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class Result:
    """An object whose arrays keep their write protection when it is copied or pickled, which numpy alone drops; its
    representation is one line, with arrays by type and shape."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "__repr__" not in cls.__dict__:  # else `dataclass` would write one that prints every array
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        named = [one.name for one in fields(self) if one.repr] if is_dataclass(self) else list(self.__dict__)
        return f"{type(self).__name__}({', '.join(f'{name}={_short.repr(getattr(self, name))}' for name in named)})"

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


class _Short(reprlib.Repr):
    """A short text of one line for the value of a field."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = 12
        self.maxlist = self.maxdict = 4
        self.maxstring, self.maxother = 60, 200
        self.maxlevel = 2

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, np.ndarray):
            return f"<{x.dtype} {x.shape}>" if x.ndim else repr(x.item())
        if isinstance(x, Result) and level < self.maxlevel:
            return f"<{type(x).__name__}>"
        return " ".join(super().repr1(x, level).split())


_short = _Short()
