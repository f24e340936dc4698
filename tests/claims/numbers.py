"""Numbers in sentences, read back."""

from __future__ import annotations

import re
from math import inf, isclose

NUMBER = r"(?:−?∞|[−-]?10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|[−-]?\d+(?:\.\d+)?(?:·10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?)"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def value(text: str) -> float:
    """The number that a text shows."""
    text = text.replace("−", "-")
    if "∞" in text:
        return -inf if text.startswith("-") else inf
    plain = re.sub(r"·10([⁰-⁹¹²³⁻]+)", lambda power: f"e{power[1].translate(_RAISED)}", text)
    plain = re.sub(r"^(-?)10([⁰-⁹¹²³⁻]+)$", lambda power: f"{power[1]}1e{power[2].translate(_RAISED)}", plain)
    return float(plain)


def close(text: str, true: float, digits: int, scale: float = 0.0) -> bool:
    """Whether a number shown to some digits is the true one: to one unit of the last digit, or to ``scale``."""
    shown = value(text)
    if abs(shown) == inf or abs(true) == inf:
        return shown == true
    return isclose(shown, true, rel_tol=1.01 * 10.0 ** (1 - digits), abs_tol=1e-12 + scale)


def found(pattern: str, text: str) -> list[tuple[str, ...]]:
    """All matches of a pattern in which N stands for a number."""
    return [match.groups() for match in re.finditer(pattern.replace("<N>", f"({NUMBER})"), text)]
