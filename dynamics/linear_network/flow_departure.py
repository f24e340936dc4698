"""At which step gradient descent leaves the flow.

One step of length s multiplies every p_i by ``1 - k`` and every q_i by ``1 + k``, with
``k = s g (beta + 1) |f - y|^beta sign(f - y)``: so gradient descent of a linear network, like its flow, moves by one
scalar at a time, whatever the width.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, nan, sqrt
from typing import Any

import numpy as np

from dynamics.interruption import checkpoint
from dynamics.jit import compiled
from dynamics.linear_network.problem import LinearProblem
from dynamics.linear_network.solution import solve, time_to
from dynamics.typing import FloatArray
from dynamics.validation import check_instance, check_number

TOLERANCE_RANGE = (1e-4, 1.0)
STEPS_MAX = 100_000  # of the smallest step that is tried
_COMPARED = 2_000  # of the steps, evenly; as many at most in the logarithm, for what leaves early
_CLOSE = 1e-3  # relative accuracy of the step that is found
_AT_THE_END = 0.01  # of the way is left to the flow when the runs stop, all that comes later is smaller
_STEPS_MIN = 100  # of a run: what is not stable shows after a few
_LOG_MIN = -600.0  # of H at the start, whose two parts gradient descent multiplies by factors
_LARGEST = 100.0  # times the stability limit, where the search begins


@dataclass(frozen=True)
class FlowDeparture:
    """Hold the step at which gradient descent leaves the flow.

    Attributes
    ----------
    step : float
        Smallest step found at which gradient descent is ``tolerance max(|y|, |f(0)|)`` or more away from the flow at
        some time of 99 % of its way; nan if it is outside of what was searched, inf if nothing moves.
    tolerance : float
        The tolerance.
    limit_start, limit_end : float
        Steps beyond which gradient descent is not stable at the start and at the end of the flow, from the kernel.
    distance : float
        Largest distance from the flow in a run with that step, in the same unit as the tolerance.
    t_end : float
        End of the runs, which are longer if that is less than 100 steps.
    undefined : str
        Why step is nan; empty if it is not.
    """

    step: float
    tolerance: float
    limit_start: float
    limit_end: float
    distance: float
    t_end: float
    undefined: str


@compiled
def _run(p: float, q: float, y: float, strength: float, beta: float, f: Any) -> None:
    """f after 0, 1, 2, ... steps, from g P / 2 and g Q / 2; strength is ``step g (beta + 1)``."""
    for i in range(f.shape[0]):
        f[i] = 0.5 * (p - q)
        residual = f[i] - y
        k = strength * abs(residual) ** beta
        if residual < 0.0:
            k = -k
        p *= (1.0 - k) * (1.0 - k)
        q *= (1.0 + k) * (1.0 + k)
        if not (p < 1e150 and q < 1e150):
            f[i + 1 :] = np.inf
            break


def gradient_descent_outputs(network: LinearProblem, step: float, count: int) -> FloatArray:
    """f of gradient descent with this step, after 0, 1, ... count steps; shape (count + 1,), inf once it overflows."""
    flow = network.flow
    f = np.empty(count + 1)
    _run(exp(flow.log_p), exp(flow.log_q), network.y, step * flow.g * (network.beta + 1.0), network.beta, f)
    return f


def largest_faithful_step(network: LinearProblem, tolerance: float = 0.05) -> FlowDeparture:
    """Return the step at which gradient descent leaves the flow.

    It is found by bisection between 100 times the stability limit and the smallest step, whose run takes 100,000 of
    them.

    Parameters
    ----------
    network : LinearNetwork
        The network.
    tolerance : float in [1e-4, 1], default 0.05
        Distance in f, in units of the larger of |y| and |f(0)|.

    Returns
    -------
    FlowDeparture
        The step, with the stability limits.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics import LinearNetwork, largest_faithful_step
    >>> found = largest_faithful_step(LinearNetwork([1.0, 0.0], [1.0, 1.0], x=1.0, y=2.0))
    >>> print(f"{found.step:.3f}, stable up to {found.limit_end:.3f} at the end")
    0.067, stable up to 0.218 at the end
    """
    tolerance = check_number("tolerance", tolerance, *TOLERANCE_RANGE)
    flow = check_instance("network", network, LinearProblem).flow
    limit_start, limit_end = (float(one) for one in solve(network, np.array([0.0, inf])).step_limit)
    unit = max(abs(flow.y), abs(flow.f0))
    if not flow.moves:
        return FlowDeparture(inf, tolerance, limit_start, limit_end, 0.0, 0.0, "")
    remaining, start = abs(flow.f_end - flow.y), abs(flow.f0 - flow.y)
    t_end = time_to(network, (remaining + _AT_THE_END * (start - remaining)) / start)
    if flow.log_H0 < _LOG_MIN:
        reason = "the weights are too small for gradient descent to be followed in floats"
        return FlowDeparture(nan, tolerance, limit_start, limit_end, nan, t_end, reason)
    finite = [one for one in (limit_start, limit_end) if 0.0 < one < inf]
    high = _LARGEST * max(finite, default=t_end)
    low = t_end / STEPS_MAX

    def distance(step: float) -> float:
        checkpoint()
        count = max(_STEPS_MIN, ceil(t_end / step))
        f = gradient_descent_outputs(network, step, count)
        late, early = np.linspace(0.0, count, min(count + 1, _COMPARED)), np.geomspace(1.0, count, _COMPARED)
        chosen = np.unique(np.concatenate([late, early]).astype(int))
        away = abs(f[chosen] - solve(network, chosen * step).f)
        return float(away.max()) / unit

    away = distance(high)
    if away < tolerance:
        reason = f"no step up to {high:g}, far above what is stable, leaves the flow"
        return FlowDeparture(nan, tolerance, limit_start, limit_end, away, t_end, reason)
    if distance(low) >= tolerance:
        reason = f"even steps of {low:g}, {STEPS_MAX} to the end of the run, leave the flow"
        return FlowDeparture(nan, tolerance, limit_start, limit_end, inf, t_end, reason)
    while high > low * (1.0 + _CLOSE):
        middle = sqrt(low) * sqrt(high)
        tried = distance(middle)
        if tried >= tolerance:
            high, away = middle, tried
        else:
            low = middle
    return FlowDeparture(high, tolerance, limit_start, limit_end, away, t_end, "")
