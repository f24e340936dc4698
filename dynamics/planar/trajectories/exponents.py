"""Powers of time along a trajectory: local exponents, and the ones that its end fits, beside the asymptotic law's."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from dynamics.planar.limits.limits import Fate
from dynamics.planar.trajectories.samples import Samples
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_times

DECADES = 1.0  # of the fitted window, the last of the trajectory
VALUES_MAX = 10_000_000
POINTS = 50  # of the window, evenly in log tau: samples are denser where the trajectory bends


def local_exponents(values: FloatArray, tau: FloatArray) -> FloatArray:
    """Return ``d log |values| / d log tau`` at each sample.

    Parameters
    ----------
    values : array_like (n,)
        Samples.
    tau : array_like (n,)
        Their times, increasing, from 0 on, at most 10,000,000.

    Returns
    -------
    array (n,)
        Exponents; nan where tau or a value is 0.

    Raises
    ------
    ValueError
        If the times do not increase, or the lengths differ.

    Examples
    --------
    >>> from dynamics import local_exponents
    >>> local_exponents([1.0, 4.0, 9.0, 16.0], [1.0, 2.0, 3.0, 4.0]).round(6)  # tau^2
    array([2., 2., 2., 2.])
    """
    tau = check_times("tau", tau, inf, VALUES_MAX)
    values = check_array("values", values, ndim=1, least=len(tau), most=len(tau))
    slopes = np.full(tau.shape, np.nan)
    nonzero = np.flatnonzero((tau > 0) & (values != 0))
    if nonzero.size > 1:
        slopes[nonzero] = np.gradient(np.log(np.abs(values[nonzero])), np.log(tau[nonzero]))
    return slopes


@dataclass(frozen=True)
class PowerFit:
    """Hold the power laws ``log |R| = R_exponent log tau + const``, and the same of |a|, fitted by least squares.

    Attributes
    ----------
    tau : tuple of two floats
        First and last time of the window.
    R_exponent, a_exponent : float
        The fitted powers.
    residual : float
        Largest distance of log |R| or of log |a| to its line.
    """

    tau: tuple[float, float]
    R_exponent: float
    a_exponent: float
    residual: float


def power_fit(run: Samples) -> PowerFit | None:
    """See ``Trajectory.power_fit``."""
    end = float(run.tau[-1])
    start = end / 10.0**DECADES
    if run.fate != Fate.UNLEARNING or start <= run.tau[1] or not run.R[-1]:
        return None
    log_tau = np.linspace(np.log(start), np.log(end), POINTS)
    samples = [np.interp(log_tau, np.log(run.tau[1:]), np.log(np.abs(values[1:]))) for values in (run.R, run.a)]
    (R_exponent, a_exponent), levels = np.polyfit(log_tau, np.array(samples).T, 1)
    lines = np.outer([R_exponent, a_exponent], log_tau) + levels[:, None]
    return PowerFit((start, end), float(R_exponent), float(a_exponent), float(np.abs(samples - lines).max()))
