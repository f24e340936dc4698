"""The polynomials in R that the planar system is made of, and their values on arrays.

``p = sum A_k R^k``, ``g = p' = sum k A_k R^(k-1)``, ``q = sum B_k R^(2k)``, ``h = q'/2``; all coefficient
arrays ascending. Products that cancel (p h - g q, g' h - g h') are formed term by term, so that what is
zero is exactly zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dynamics import polynomials
from dynamics.jit import compiled
from dynamics.planar import system
from dynamics.typing import FloatArray


@compiled
def p_polynomial(A: Any) -> Any:
    """p; shape (K + 1,)."""
    out = np.zeros(len(A) + 1)
    for k in range(len(A)):
        out[k + 1] = A[k]
    return out


@compiled
def g_polynomial(A: Any) -> Any:
    """g; shape (K,)."""
    return np.arange(1, len(A) + 1) * A


@compiled
def fast_polynomial(A: Any, B: Any, a: float) -> Any:
    """g - a h, the fast flow at height a but for the factor a (1 - R^2); shape (2 K,)."""
    out = np.zeros(2 * len(A))
    for k in range(1, len(A) + 1):
        out[k - 1] += k * A[k - 1]
        out[2 * k - 1] -= a * k * B[k - 1]
    return out


@compiled
def equilibrium_polynomial(A: Any, B: Any) -> Any:
    """p h - g q, whose roots are where the two nullclines cross; shape (3 K,)."""
    K = len(A)
    out = np.zeros(3 * K)
    for i in range(1, K + 1):
        for j in range(1, K + 1):
            out[i + 2 * j - 1] += (j - i) * (A[i - 1] * B[j - 1])
    return out


@compiled
def fold_polynomial(A: Any, B: Any) -> Any:
    """g' h - g h', whose roots are the extrema of M = g / h; shape (3 K - 2,)."""
    K = len(A)
    out = np.zeros(3 * K - 2)
    for i in range(1, K + 1):
        for j in range(1, K + 1):
            out[i + 2 * j - 3] += i * j * (i - 2 * j) * (A[i - 1] * B[j - 1])
    return out


@compiled
def curvature(A: Any, B: Any, R: float, a: float) -> float:
    """Second derivative of g - a h in R."""
    total = 0.0
    for k in range(2, len(A) + 1):
        if k > 2:
            total += k * (k - 1) * (k - 2) * A[k - 1] * R ** (k - 3)
        total -= a * k * (2 * k - 1) * (2 * k - 2) * B[k - 1] * R ** (2 * k - 3)
    return total


@compiled
def evaluate_pgqh(table: Any, R: Any) -> Any:
    """p, g, q, h at each R of shape (n,); shape (4, n)."""
    out = np.empty((4, len(R)))
    for i in range(len(R)):
        out[0, i], out[1, i], out[2, i], out[3, i] = system.sums(table, R[i])
    return out


@compiled
def values(coefficients: Any, x: Any) -> Any:
    """A polynomial at each x of shape (n,)."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = polynomials.value(coefficients, x[i])
    return out


def safe_divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """numerator / denominator, nan where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator == 0.0, np.nan, numerator / denominator)
