"""The polynomials in R that the planar system is made of, and what follows from them on arrays.

``p = sum A_k R^k``, ``g = p' = sum k A_k R^(k-1)``, ``q = sum B_k R^(2k)``, ``h = q'/2``. Products that
cancel (p h - g q, g' h - g h') are formed term by term, so that what is zero is exactly zero.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial.polynomial import polyval

from ..hermite import Array


def p_polynomial(A: Array) -> Array:
    """Coefficients of p, ascending; shape (K + 1,)."""
    return np.concatenate([[0.0], A])


def q_polynomial(B: Array) -> Array:
    """Coefficients of q, ascending; shape (2 K + 1,)."""
    out = np.zeros(2 * len(B) + 1)
    out[2::2] = B
    return out


def g_polynomial(A: Array) -> Array:
    """Coefficients of g, ascending; shape (K,)."""
    return np.arange(1, len(A) + 1) * A


def h_polynomial(B: Array) -> Array:
    """Coefficients of h, ascending; shape (2 K,)."""
    out = np.zeros(2 * len(B))
    out[1::2] = np.arange(1, len(B) + 1) * B
    return out


def equilibrium_polynomial(A: Array, B: Array) -> Array:
    """p h - g q, whose roots are where the two nullclines cross; shape (3 K,)."""
    K = len(A)
    i, j = np.meshgrid(np.arange(1, K + 1), np.arange(1, K + 1), indexing="ij")
    out = np.zeros(3 * K)
    np.add.at(out, i + 2 * j - 1, (j - i) * np.outer(A, B))
    return out


def fold_polynomial(A: Array, B: Array) -> Array:
    """(g' h - g h') / R^0, whose roots are the extrema of M = g / h; shape (3 K - 2,)."""
    K = len(A)
    i, j = np.meshgrid(np.arange(1, K + 1), np.arange(1, K + 1), indexing="ij")
    out = np.zeros(3 * K)
    np.add.at(out, i + 2 * j - 3, i * j * (i - 2 * j) * np.outer(A, B))
    return out[: max(1, 3 * K - 2)]


def sums(A: Array, B: Array, R: Array) -> tuple[Array, Array, Array, Array]:
    """p, g, q, h at R, each of R's shape."""
    S = R * R
    return (
        R * polyval(R, A),
        np.asarray(polyval(R, g_polynomial(A)), dtype=np.float64),
        S * polyval(S, B),
        R * polyval(S, np.arange(1, len(B) + 1) * B),
    )


def quotient(numerator: Array, denominator: Array) -> Array:
    """numerator / denominator, nan where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator == 0.0, np.nan, numerator / denominator)
