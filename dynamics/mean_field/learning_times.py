"""What each degree of the target comes to: whether it can be learned, where the risk rests, and when it is learned as
eps tends to 0."""

from __future__ import annotations

from math import log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from dynamics.mean_field.problem import MeanFieldProblem
from dynamics.typing import FloatArray

LEARNED = 0.5  # of |phi_k|: a degree whose residual is not larger is learned
UNLIKE = 3  # different starts from which the asymptotic times hold


def learnable(model: MeanFieldProblem, a0: FloatArray | None = None) -> NDArray[np.bool_]:
    """Which degrees can be learned from s_i = 0, shape (K + 1,); the others stay in the risk for ever, exactly.

    A degree with sigma_k = 0 is none of the network's. If sigma_1 phi_1 = 0, V'(0) = 0 and s_i = 0 is invariant: of a
    target of information exponent 2 or above nothing but degree 0 is learned, though a network with s_i(0) != 0 may do
    so. And where all a_i(0) = 0 and sigma_0 phi_0 = 0 nothing moves.
    """
    phi, sigma = model.coefficients
    able = sigma != 0.0
    drives = phi * sigma
    if not drives[1:2].any():
        able[1:] = False
    if a0 is not None and not a0.any() and drives[0] == 0.0:
        able[:] = False
    return np.asarray(able)


def plateaus(model: MeanFieldProblem, a0: FloatArray | None = None) -> FloatArray:
    """``1/2 sum_{k>l} phi_k^2``, plus ``1/2 phi_k^2`` of each degree k <= l that cannot be learned, for l = -1 ... K;
    shape (K + 2,)."""
    shares = 0.5 * model.coefficients[0] ** 2
    able = learnable(model, a0)
    degrees = np.arange(len(shares))
    # sums of the same terms in the same order: levels that are equal are equal exactly
    return np.array([np.where(able & (degrees <= last), 0.0, shares).sum() for last in range(-1, len(shares))])


def predicted_times(model: MeanFieldProblem, a0: FloatArray | None = None) -> FloatArray:
    """When degrees are learned as eps tends to 0, in the canonical order; shape (K + 1,).

    Degree 0: ``eps ln 2 / sigma_0^2``, at which a mean weight that starts at 0 has halved that degree's residual.
    Degree 1: ``sqrt(eps) ln(1/eps) / (4 |sigma_1 phi_1|)``. Degree k >= 2: ``eps^(1/(2k))``, of which only the exponent
    is predicted: the constant is not known, and for k >= 3 it needs a number of neurons that grows as eps falls.

    nan where it does not hold: eps >= 1; fewer than three different starts (two neurons learn degree 2 of ReLU in a
    time of order 1, and one neuron degree 1); degree k with sigma_j phi_j = 0 for one of j = k, or j = 1 ... k - 1; an
    even degree k >= 2 if sigma_0 = 0 and no a_i(0) has the sign of sigma_k phi_k.
    Source: Berthier, Montanari & Zhou, arXiv:2303.00055; the constant of degree 0 and these conditions are this
    project's.
    """
    phi, sigma = model.coefficients
    times = np.full(len(phi), nan)
    unlike = model.m if a0 is None else len(model.groups(a0).a0)
    if model.eps >= 1.0 or unlike < UNLIKE:
        return times
    drives = phi * sigma
    for k in np.flatnonzero(drives).tolist():
        if not drives[1:k].all():
            break
        if k == 0:
            times[k] = model.eps * log(2.0) / sigma[0] ** 2
        elif k == 1:
            times[k] = sqrt(model.eps) * log(1.0 / model.eps) / (4.0 * abs(drives[1]))
        elif k % 2 or sigma[0] != 0.0 or a0 is None or (a0 * drives[k] > 0.0).any():
            times[k] = model.eps ** (1.0 / (2.0 * k))
    return times
