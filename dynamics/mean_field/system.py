"""What the systems of this package have in common: the layout of their unknowns, and two questions more than the
integrator asks.

The unknowns are ``y = (a_1 ... a_n, rho_1 ... rho_n)`` with ``s_i = tanh rho_i``, for the reason that
``planar.system`` gives: near full alignment 1 - s underflows.

Neurons that start alike stay alike, but the subspace of equal neurons can be unstable: integrated one by one, they are
parted by rounding errors. So the unknowns are those of the n *distinct* neurons, and a system has ``weights`` (n,), the
share of all neurons that each of them stands for.
"""

from math import sqrt
from typing import Any

import numpy as np

from dynamics.jit import compiled

ROUNDING = 2.0**-52
FLOOR = 0.01  # of the natural size of a: below, errors of a are measured against that


def neurons(system: Any) -> int:
    """Number of distinct neurons n."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def measure(system: Any, y: Any) -> tuple[float, float]:
    """The risk at y, and the root mean square of ``r_ij - s_i s_j`` over pairs of neurons."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def alignments(system: Any, y: Any, s: Any) -> None:
    """Write the alignments s_i at y into s (n,)."""
    raise TypeError("overloaded for each system; only compiled code calls it")


@compiled
def error_scales(a: Any, rho: Any, S: Any, weights: Any, size: float, scale: Any) -> None:
    """Into scale (2 n,): what errors of a_i and rho_i are measured by, with ``S_i = 1 - s_i^2`` and the natural size
    of a.

    While the alignments grow from nothing it is their ratio to what they are that an exponential growth keeps; near
    full alignment it is s that counts, ``ds = S drho``.
    """
    m = len(a)
    square = turned = 0.0
    for i in range(m):
        square += weights[i] * a[i] * a[i]
        turned += weights[i] * min(1.0, rho[i] * rho[i])
    typical, turned = sqrt(square), sqrt(turned)
    for i in range(m):
        scale[i] = abs(a[i]) + typical + FLOOR * size
        scale[m + i] = 1e-30 + (min(1.0, abs(rho[i])) + turned) / max(S[i], 0.01)


@compiled
def block_growth(first: float, diagonal: float) -> float:
    """The larger eigenvalue of ``[[0, b], [b, c]]``, given ``b^2`` and c: what one neuron alone would grow at. All of
    them together do not grow faster, for what couples them is a square of the output, and only damps."""
    half = 0.5 * diagonal
    return half + sqrt(half * half + first)


@compiled
def risk(table: Any, a: Any, s: Any, square: float) -> float:
    """Half the mean squared error as a sum of squares, which rounding errors cannot make negative: of the degrees in
    ``table`` (rows phi_k, sigma_k), and of all others that the network puts out.

    a: second-layer weights times the neurons' shares. square: the mean square of the output.
    """
    total = 0.0
    powers = a.copy()
    for k in range(table.shape[1]):
        moment = table[1, k] * np.sum(powers)
        square -= moment * moment
        total += (table[0, k] - moment) ** 2
        powers *= s
    return 0.5 * (total + max(0.0, square))
