"""Arguments checked: a value out of range is named, with its range."""

from __future__ import annotations


def within(name: str, value: float, low: float, high: float) -> float:
    try:
        number = float("nan") if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} = {value!r} is not a number in [{low:g}, {high:g}]") from None
    if not low <= number <= high:  # also false for nan
        given = value if isinstance(value, (int, str)) else number
        raise ValueError(f"{name} = {given!r} is outside [{low:g}, {high:g}]")
    return number


def whole(name: str, value: int, low: int, high: int) -> int:
    number = within(name, value, low, high)
    if number != int(number):
        raise ValueError(f"{name} = {number!r} is not a whole number in [{low}, {high}]")
    return int(number)
