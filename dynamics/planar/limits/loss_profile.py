"""The profile of the loss: the least loss at each alignment, with its wells and barriers.

For fixed R the loss is a parabola in a, with its minimum ``V(R) = 1/2 (sum k! c*_k^2 - p^2/q)`` at the
nullcline a = N(R) = p/q. Its critical points are the equilibria: those with a != 0 (roots of p h - g q) and
those with a = 0 (roots of p), where V is at its top, 1/2 sum k! c*_k^2. Its ends are R -> 0, where V tends to
1/2 sum_{i != k} i! c*_i^2 while |a| runs away, and R = +-1.
"""

from __future__ import annotations

from math import inf
from typing import Any

from dynamics.jit import compiled
from dynamics.planar.losses import loss_at
from dynamics.planar.polynomials import equilibrium_polynomial, p_polynomial
from dynamics.polynomials import roots_between

NEAR_EDGE = 1e-9  # a root this close to R = +-1 is the equilibrium on that line
POINTS_MAX = 44  # 3 K - 1 crossings and K zeros of p at most, and the two ends

# What a critical point or an end of the profile is.
RUNAWAY, EDGE, CROSSING, ZERO_WEIGHT, LEVEL = range(5)


@compiled
def minimal_loss_at(coefficients: Any, B: Any, A: Any, R: float) -> float:
    """V(R); ``coefficients`` has rows k!, c_k, c*_k."""
    p = q = 0.0
    power = 1.0
    for k in range(len(A)):
        power *= R
        p += A[k] * power
        q += B[k] * power * power
    return loss_at(coefficients, R, p / q if q > 0.0 else 0.0)  # type: ignore[no-any-return]


@compiled
def profile(coefficients: Any, A: Any, B: Any, side: float, R: Any, V: Any, kind: Any) -> int:
    """Write the critical points and the ends on the side sign(R) = side, by increasing |R|, into R, V and kind
    (``POINTS_MAX``,); return how many there are."""
    K = len(A)
    first, terms = 0, 0
    for k in range(K - 1, -1, -1):
        if B[k] != 0.0:
            first = k
            terms += 1
    top = runaway = 0.0
    for k in range(K):
        share = 0.5 * coefficients[0, k] * coefficients[2, k] ** 2
        top += share
        if terms == 0 or k != first:
            runaway += share
    if terms == 1 and coefficients[2, first] != 0.0:
        # A single c_k: V is level, a whole curve a R^k = alpha0 of equilibria. Any point stands for it.
        R[0], V[0], kind[0] = 0.0, inf, RUNAWAY
        R[1], V[1], kind[1] = 0.5 * side, runaway, LEVEL
        R[2], V[2], kind[2] = side, inf, EDGE
        return 3
    low, high = (0.0, 1.0) if side > 0 else (-1.0, 0.0)
    crossings = roots_between(equilibrium_polynomial(A, B), low, high)
    zeros = roots_between(p_polynomial(A), low, high)
    R[0], V[0], kind[0] = 0.0, runaway, RUNAWAY
    n = 1
    for which in range(2):
        found = crossings if which == 0 else zeros
        for x in found:
            if x == 0.0 or abs(x) >= 1.0 - NEAR_EDGE:
                continue
            at = n
            while at > 1 and abs(R[at - 1]) > abs(x):
                R[at], V[at], kind[at] = R[at - 1], V[at - 1], kind[at - 1]
                at -= 1
            R[at] = x
            V[at] = minimal_loss_at(coefficients, B, A, x) if which == 0 else top
            kind[at] = CROSSING if which == 0 else ZERO_WEIGHT
            n += 1
    R[n], V[n], kind[n] = side, minimal_loss_at(coefficients, B, A, side), EDGE
    return n + 1


@compiled
def single_well_containing(V: Any, R: Any, n: int, at: float, level: float, margin: float) -> int:
    """Index of the only well of the component of {V < level} that holds |R| = at, or -1; V, R (n,) or longer."""
    right = 1
    while right < n - 1 and abs(R[right]) < at:
        right += 1
    left = right - 1
    while left > 0 and V[left] < level + margin:
        left -= 1
    while right < n - 1 and V[right] < level + margin:
        right += 1
    # The component lies between the barriers left and right (or the ends themselves).
    found = -1
    for i in range(left, right + 1):
        falls = i == 0 or V[i] < V[i - 1] - margin
        rises = i == n - 1 or V[i] < V[i + 1] - margin
        if falls and rises:
            if found >= 0:
                return -1
            found = i
        elif V[i] < level + margin and (
            (i > 0 and abs(V[i] - V[i - 1]) <= margin) or (i < n - 1 and abs(V[i + 1] - V[i]) <= margin)
        ):
            return -1  # level ground: V does not say where the trajectory comes to rest
    return found
