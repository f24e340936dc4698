"""Argument checks: a bad value raises ValueError with the parameter's name, what is allowed, and the value.

The checks are for what a caller passes in. A value that the library has computed is not checked by them.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from math import inf
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from dynamics.typing import FloatArray

T = TypeVar("T")

_NOT_A_SEQUENCE = (str, bytes, bytearray, memoryview, Mapping, Set, np.ma.MaskedArray)
_LONG_INTEGER_BITS = 128  # from here on an integer is described by its number of digits


def check_number(name: str, value: object, low: float = -inf, high: float = inf) -> float:
    """Return a real number of [low, high] as a float. A bool is not a number, a 0-d array is one."""
    number = _number(value)
    if number is None or not low <= number <= high:  # also for nan
        raise _error(name, f"a number {_range(low, high)}", value)
    return number


def check_integer(name: str, value: object, low: int, high: int) -> int:
    """Return an integer of [low, high]; a float with such a value is accepted."""
    number = _number(value)
    if number is None or not low <= number <= high or number != int(number):
        raise _error(name, f"an integer {_range(low, high)}", value)
    return int(number)


def check_flag(name: str, value: object) -> bool:
    """Return True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise _error(name, "True or False", value)
    return bool(value)


def check_choice(name: str, value: object, choices: Sequence[T]) -> T:
    """Return the one of the choices, which are texts or numbers, that equals the value."""
    if isinstance(value, str) or _number(value) is not None:
        for choice in choices:
            if choice == value:
                return choice
    raise _error(name, f"one of {', '.join(map(repr, choices))}", value)


def check_text(name: str, value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise _error(name, "a text", value)
    return value


def check_instance(name: str, value: object, kind: type[T]) -> T:
    """Return an object of this class."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise _error(name, f"{article} {kind.__name__}", value)
    return value


def check_sequence(name: str, value: object, least: int, most: int, of: str = "numbers") -> tuple[Any, ...]:
    """Return the items of a sequence or of a one-dimensional array, ``least`` to ``most`` of them, unchecked."""
    count = f"{least}" if least == most else f"{least} to {most}"
    array = isinstance(value, np.ndarray)
    ordered = all(hasattr(value, method) for method in ("__len__", "__getitem__", "__iter__"))
    if isinstance(value, (type, *_NOT_A_SEQUENCE)) or not ordered or (array and np.ndim(value) != 1):  # type: ignore[arg-type]
        raise _error(name, f"a sequence of {count} {of}", value)
    length = len(value)  # type: ignore[arg-type]
    if not least <= length <= most:
        raise ValueError(f"{name} must be a sequence of {count} {of}, not of {length}")
    return tuple(value)  # type: ignore[arg-type]


def check_items(name: str, value: object, most: int, of: str = "numbers") -> tuple[Any, ...]:
    """Return the items of a sequence or of an iterator, at most ``most``, unchecked."""
    return check_sequence(name, tuple(islice(value, most + 1)) if isinstance(value, Iterator) else value, 0, most, of)


def check_numbers(name: str, value: object, low: float, high: float, most: int) -> tuple[float, ...]:
    """Return a sequence of 1 to ``most`` numbers of [low, high]."""
    items = check_sequence(name, value, 1, most)
    return tuple(check_number(f"{name}[{i}]", item, low, high) for i, item in enumerate(items))


def check_integers(name: str, value: object, low: int, high: int, least: int, most: int) -> tuple[int, ...]:
    """Return a sequence of ``least`` to ``most`` integers of [low, high]."""
    items = check_sequence(name, value, least, most, "integers")
    return tuple(check_integer(f"{name}[{i}]", item, low, high) for i, item in enumerate(items))


def check_choices(name: str, value: object, choices: Sequence[T], least: int = 0) -> tuple[T, ...]:
    """Return a sequence of at least ``least`` of the choices."""
    items = check_sequence(name, value, least, len(choices), "names")
    return tuple(check_choice(f"{name}[{i}]", item, choices) for i, item in enumerate(items))


def check_interval(name: str, value: object, low: float, high: float) -> tuple[float, float]:
    """Return a pair (a, b) with low <= a < b <= high."""
    allowed = f"a pair of increasing numbers {_range(low, high)}"
    try:
        a, b = check_numbers(name, value, low, high, 2)
    except ValueError:
        raise _error(name, allowed, value) from None
    if not a < b:
        raise _error(name, allowed, value)
    return a, b


def check_array(
    name: str,
    value: object,
    low: float | None = None,
    high: float | None = None,
    ndim: int | None = None,
    least: int = 1,
    most: int | None = None,
) -> FloatArray:
    """Return an array of floats, which may be the caller's own.

    With ``low`` and ``high`` every entry is in [low, high]; without them it is any float, nan and inf among them. With
    ``most`` the first dimension has ``least`` to ``most`` entries.
    """
    array = _array(value)
    shape = "an array of numbers" if ndim is None else f"an array of numbers in {ndim} dimension{'s'[: ndim != 1]}"
    if most is not None:
        shape = shape.replace("numbers", f"{least} to {most} numbers" if ndim == 1 else f"{least} to {most} rows")
    if array is None or (ndim is not None and array.ndim != ndim):
        raise _error(name, shape, value)
    if most is not None and not least <= len(array) <= most:
        raise _error(name, shape, array)
    if low is not None and high is not None:
        outside = ~((array >= low) & (array <= high))
        if outside.any():
            raise _error(name, f"numbers {_range(low, high)}", array[outside][0])
    return array


def check_times(name: str, value: object, high: float, most: int) -> FloatArray:
    """Return 1 to ``most`` increasing times from 0 to ``high``, in an array of the caller's own or a new one."""
    times = check_array(name, value, 0.0, high, ndim=1, most=most)
    if not (times[1:] > times[:-1]).all():
        first = int(np.argmin(times[1:] > times[:-1]))
        raise ValueError(f"{name} must increase, and does not from {times[first]:g} to {times[first + 1]:g}")
    return times


def check_alike(**values: object) -> tuple[FloatArray, ...]:
    """Return arrays of any numbers, broadcast to one shape."""
    arrays = [check_array(name, value) for name, value in values.items()]
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = " and ".join(f"{name} {array.shape}" for name, array in zip(values, arrays, strict=True))
        raise ValueError(f"the shapes of {shapes} must be the same, or broadcast to one shape") from None


def check_floats(name: str, value: object) -> Any:
    """Return an array of a floating-point type as it is; other numbers become double precision."""
    if isinstance(value, (np.ndarray, np.floating)) and not isinstance(value, np.ma.MaskedArray):
        return value if value.dtype.kind == "f" else check_array(name, value)
    return check_array(name, value)


def _error(name: str, allowed: str, value: object) -> ValueError:
    return ValueError(f"{name} must be {allowed.strip()}, not {_repr.repr(value)}")


def _number(value: object) -> float | None:
    """The value as a float; None of what is no number, or is larger than any float."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and not isinstance(value, np.ma.MaskedArray):
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _array(value: object) -> FloatArray | None:
    """The value as an array of floats; None of what is none."""
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value
    if isinstance(value, _NOT_A_SEQUENCE):
        return None
    try:
        array = None if _has_no_number(value) else np.asarray(value)
    except (TypeError, ValueError, OverflowError, RecursionError):  # ragged, or its own __array__ fails
        return None
    if array is None or array.dtype.kind not in "iuf":
        return None
    with np.errstate(over="ignore"):  # of more than double precision
        return array.astype(float)


def _has_no_number(value: object) -> bool:
    """Whether nested lists hold what numpy would turn into a number: a bool, or a masked value."""
    if isinstance(value, (list, tuple)):
        return any(map(_has_no_number, value))
    return isinstance(value, (bool, np.bool_, np.ma.MaskedArray))


def _range(low: float, high: float) -> str:
    low_text, high_text = (str(bound) if isinstance(bound, int) else f"{bound:g}" for bound in (low, high))
    if low == -inf and high == inf:
        return ""
    return f"of at least {low_text}" if high == inf else f"between {low_text} and {high_text}"


class _Repr(reprlib.Repr):
    """A short text for any value: arrays by their shape, long integers by their digits."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, np.ma.MaskedArray):
            return "a masked array"
        if isinstance(x, np.ndarray):
            plain = x.ndim == 0 and x.dtype.kind in "biuf"
            return repr(x.item()) if plain else f"an array of shape {x.shape} and type {x.dtype}"
        if isinstance(x, np.generic) and x.dtype.kind in "biuf":
            return repr(x.item())
        if isinstance(x, int) and x.bit_length() > _LONG_INTEGER_BITS:
            return f"an integer of about {round(0.30103 * x.bit_length())} digits"
        return super().repr1(x, level)


_repr = _Repr()
