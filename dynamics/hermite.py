"""Hermite polynomials.

A coefficient vector ``c`` belongs to the probabilists' ``He_k``, from degree 1: ``sum_k c_k He_k``, with
``E[He_j(G) He_k(G)] = k! delta_jk`` for a standard Gaussian G.
"""

from functools import lru_cache

import numpy as np

from dynamics.typing import FloatArray


@lru_cache(64)
def hermite_norms(K: int) -> FloatArray:
    """Return the squared norms ``k!`` of He_1 ... He_K, shape (K,), read-only."""
    norms = np.cumprod(np.arange(1.0, K + 1.0))
    norms.flags.writeable = False
    return norms


def coefficient_products(c: FloatArray, c_star: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``A_k = k! c_k c*_k`` and ``B_k = k! c_k^2``, each of shape (K,), from degree 1."""
    norms = hermite_norms(len(c))
    return norms * c * c_star, norms * c * c
