"""Real roots of a polynomial in an interval: all of them, each to full precision.

Between neighboring roots of its derivative a polynomial is monotone, so its roots follow from those of
the derivative by bracketing, degree by degree. Unlike the eigenvalues of a companion matrix this finds
every change of sign there is, keeps the relative accuracy of small roots, and reports a double root as
one root, not as a complex pair.
"""

from typing import Any

import numpy as np

from dynamics.jit import compiled
from dynamics.typing import FloatArray

_TOUCH = 64 * 2.0**-52  # a value below this, relative to the sum of |terms|, is rounding
_MERGE = 1e-12  # roots closer than this, in an interval of length about 1, are one


@compiled
def value(coefficients: Any, x: float) -> float:
    """The polynomial (coefficients ascending) at x."""
    total = 0.0
    for k in range(len(coefficients) - 1, -1, -1):
        total = total * x + coefficients[k]
    return total


@compiled
def _touches(coefficients: Any, x: float) -> bool:
    """Whether the polynomial at x is zero up to rounding."""
    size = 0.0
    for k in range(len(coefficients) - 1, -1, -1):
        size = size * abs(x) + abs(coefficients[k])
    return abs(value(coefficients, x)) <= _TOUCH * size


@compiled
def _bracketed(coefficients: Any, low: float, high: float) -> float:
    """The root between two points of opposite sign: Newton's method, kept inside by bisection."""
    rising = value(coefficients, high) > 0.0
    x = 0.5 * (low + high)
    for _ in range(200):
        total = slope = 0.0
        for k in range(len(coefficients) - 1, -1, -1):
            slope = slope * x + total
            total = total * x + coefficients[k]
        if total == 0.0:
            return x
        if (total > 0.0) == rising:
            high = x
        else:
            low = x
        newton = x - total / slope if slope != 0.0 else low
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - x) <= 2.0**-52 * abs(x) or not low < following < high:
            return following
        x = following
    return x


@compiled
def _real_roots(coefficients: Any, low: float, high: float) -> Any:
    degree = len(coefficients) - 1
    roots = np.empty(degree + 2)
    ends = np.empty(degree + 3)
    count = 0
    for d in range(1, degree + 1):
        # the derivative of order degree - d, scaled by its own factorial to keep numbers tame
        shift = degree - d
        poly = np.empty(d + 1)
        for k in range(d + 1):
            binomial = 1.0
            for j in range(shift):
                binomial *= (k + shift - j) / (shift - j)
            poly[k] = coefficients[k + shift] * binomial
        ends[0] = low
        for i in range(count):
            ends[i + 1] = roots[i]
        ends[count + 1] = high
        intervals = count + 1
        count = 0
        for i in range(intervals):
            left, right = ends[i], ends[i + 1]
            at_left, at_right = value(poly, left), value(poly, right)
            if _touches(poly, left):
                if count == 0 or left - roots[count - 1] > _MERGE:
                    roots[count] = left
                    count += 1
            elif (at_left < 0.0) != (at_right < 0.0) and at_right != 0.0:
                root = _bracketed(poly, left, right)
                if count == 0 or root - roots[count - 1] > _MERGE:
                    roots[count] = root
                    count += 1
        if _touches(poly, high) and (count == 0 or high - roots[count - 1] > _MERGE):
            roots[count] = high
            count += 1
    return roots[:count].copy()


@compiled
def roots_between(coefficients: Any, low: float, high: float) -> Any:
    """``real_roots`` for compiled code."""
    lowest, highest = 0, len(coefficients)
    while lowest < highest and coefficients[lowest] == 0.0:
        lowest += 1
    while highest > lowest and coefficients[highest - 1] == 0.0:
        highest -= 1
    if highest == lowest:
        return np.empty(0)
    roots = _real_roots(coefficients[lowest:highest].copy(), low, high)
    if lowest > 0 and low <= 0.0 <= high:
        # 0 in its place, once
        count = 0
        while count < len(roots) and roots[count] < 0.0:
            count += 1
        if count < len(roots) and roots[count] == 0.0:
            return roots
        more = np.empty(len(roots) + 1)
        for i in range(len(more)):
            more[i] = roots[i] if i < count else (0.0 if i == count else roots[i - 1])
        return more
    return roots


def real_roots(coefficients: FloatArray, low: float, high: float) -> FloatArray:
    """Distinct real roots in [low, high], increasing.

    ``coefficients`` of shape (degree + 1,), ascending. The zero polynomial and constants have none.
    """
    found: FloatArray = roots_between(np.ascontiguousarray(coefficients), low, high)
    return found
