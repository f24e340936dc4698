"""exp and log for vector code against the library's."""

import numpy as np
from numba import njit

from dynamics.integrators.simd_math import exponential, logarithm


@njit
def values(x, y, logs):
    for i in range(len(x)):
        y[i] = exponential(x[i])
        logs[i] = logarithm(abs(x[i]) + 1e-300)


def test_they_agree_with_the_library():
    x = np.concatenate([-np.geomspace(1e-300, 600, 20_000), np.linspace(0, 700, 5_000), [0.0, -0.0]])
    y, logs = np.empty_like(x), np.empty_like(x)
    values(x, y, logs)
    assert np.abs(y / np.exp(x) - 1).max() < 1e-15
    assert np.abs(logs - np.log(np.abs(x) + 1e-300)).max() < 1e-6


def test_below_the_range_exp_stays_a_normal_number():
    x = np.array([-601.0, -1e4, -1e300, -np.inf])
    y = np.empty_like(x)
    values(x, y, np.empty_like(x))
    assert (y == y[0]).all()
    assert y[0] > np.finfo(float).tiny
