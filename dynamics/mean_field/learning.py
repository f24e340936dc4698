"""When each degree of the target is learnt: read off a solution, and predicted."""

from __future__ import annotations

from math import log, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from ..hermite import Array

if TYPE_CHECKING:
    from .model import MeanFieldModel
    from .trajectory import MeanFieldTrajectory


def plateaus(model: MeanFieldModel) -> Array:
    """``1/2 sum_{k>l} phi_k^2`` for l = -1 ... K, shape (K + 2,)."""
    phi, _ = model.coefficients
    return np.append(0.5 * np.cumsum((phi**2)[::-1])[::-1], 0.0)


def learning_times(run: MeanFieldTrajectory, level: float = 0.5) -> Array:
    """When ``|residual_k|`` first falls to ``level |phi_k|``, shape (K + 1,); nan where it does not.

    Between two samples the residual is taken for linear in time; they are less than 1 % apart.
    """
    phi, _ = run.model.coefficients
    times = np.full(len(phi), nan)
    for k in np.flatnonzero(phi):
        above = abs(run.residual[:, k] / phi[k]) - level
        below = np.flatnonzero(above <= 0.0)
        if len(below) == 0:
            continue
        i = int(below[0])
        if i == 0:
            times[k] = run.t[0]
        else:
            share = above[i - 1] / (above[i - 1] - above[i])
            times[k] = run.t[i - 1] + share * (run.t[i] - run.t[i - 1])
    return times


def predicted_times(model: MeanFieldModel) -> Array:
    """The canonical learning order as eps tends to 0, shape (K + 1,); nan where phi_k or sigma_k is 0.

    Degree 0: ``eps ln 2 / sigma_0^2``, at which a mean weight that starts at 0 has halved that degree's residual.
    Degree 1: ``sqrt(eps) ln(1/eps) / (4 |sigma_1 phi_1|)``. Degree k >= 2: ``eps^(1/(2k))``, an order of magnitude.
    Source: Berthier, Montanari & Zhou, arXiv:2303.00055; the constant of degree 0 is this project's.
    """
    phi, sigma = model.coefficients
    times = np.full(len(phi), nan)
    for k in np.flatnonzero(phi * sigma):
        if k == 0:
            times[k] = model.eps * log(2.0) / sigma[0] ** 2
        elif k == 1:
            times[k] = sqrt(model.eps) * max(0.0, log(1.0 / model.eps)) / (4.0 * abs(sigma[1] * phi[1])) or nan
        else:
            times[k] = model.eps ** (1.0 / (2.0 * k))
    return times
