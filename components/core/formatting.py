"""Numbers and symbols as a reader meets them in a sentence or on a plot."""

from __future__ import annotations

import math
from fractions import Fraction

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(number: int) -> str:
    """`number` in subscript digits."""
    return str(number).translate(_SUBSCRIPT)


def format_power(power: Fraction) -> str:
    """Return a power for a sentence: 1/3 gives ^(1/3), which the client raises."""
    return f"^({power})".replace("-", "−")


def format_number(number: float, digits: int = 5) -> str:
    """Return a number to some significant digits, with a real minus and, where very large or small, a power of ten."""
    if math.isnan(number):
        return "undefined"
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    text = f"{number:.{digits}g}"
    if "e" in text:
        mantissa, _, power = text.partition("e")
        ten = "10" + str(int(power)).translate(_SUPERSCRIPT)
        text = ten if mantissa == "1" else f"{mantissa}·{ten}"
    return text.replace("-", "−")


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a number of things, and what they do: 1 neuron, 2 neurons; 1 network learns, 1,000 networks learn."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def format_duration(seconds: float) -> str:
    """Return a length of time as one says it, no finer than it is known: 37 s is about 40 seconds."""
    if seconds < 7.5:
        return "some seconds"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} seconds"
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "about a minute"
    if minutes < 60:
        return f"about {minutes if minutes < 10 else 5 * round(minutes / 5)} minutes"
    hours = round(seconds / 3600)
    return "about an hour" if hours <= 1 else f"about {hours} hours"
