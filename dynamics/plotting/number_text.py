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
