"""Series in Hermite polynomials, and what two of them have in common.

Here a coefficient vector ``c`` always belongs to the probabilists' ``He_k``, starting at degree 1:
``sum_k c_k He_k``, with ``E[He_j(G) He_k(G)] = k! delta_jk`` for a standard Gaussian G.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weights(K: int) -> Array:
    """``k!`` for k = 1 ... K, the squared norms of He_1 ... He_K; shape (K,)."""
    return np.cumprod(np.arange(1.0, K + 1.0))


def overlaps(c: Array, c_star: Array) -> tuple[Array, Array]:
    """``A_k = k! c_k c*_k`` and ``B_k = k! c_k^2``, each of shape (K,), from degree 1."""
    w = weights(len(c))
    return w * c * c_star, w * c * c
