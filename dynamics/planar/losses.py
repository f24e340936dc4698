"""The loss at points of the plane, compiled, as the sum of squares that it is: no cancellation."""

from typing import Any

import numpy as np

from dynamics.jit import compiled


@compiled
def loss_at(coefficients: Any, R: float, a: float) -> Any:
    """L = 1/2 sum_k k! (c*_k - a c_k R^k)^2; ``coefficients`` has rows k!, c_k, c*_k."""
    total = 0.0
    power = 1.0
    for k in range(coefficients.shape[1]):
        power *= R
        gap = coefficients[2, k] - a * coefficients[1, k] * power
        total += coefficients[0, k] * gap * gap
    return 0.5 * total


@compiled
def losses(coefficients: Any, samples: Any) -> Any:
    """The loss at samples of shape (3, n), rows tau, R and a."""
    out = np.empty(samples.shape[1])
    for i in range(len(out)):
        out[i] = loss_at(coefficients, samples[1, i], samples[2, i])
    return out
