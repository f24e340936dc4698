"""Gradient descent with finite steps on two-layer networks at one point, many at a time.

``f = gamma sum_i u_i phi(h_i)`` with the pre-activations ``h_i = <w_i, x>``. At one point x the w_i move along x only,
by a multiple that shows in h_i as |x|^2 times itself, so the h_i are all that is carried. For phi the identity this is
the experiment beside the exact solution of gradient flow.

Source: Xu & Ziyin, arXiv:2401.07085.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from dynamics.interruption import checkpoint
from dynamics.linear_network.problem import LinearProblem
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_choice, check_instance, check_integer, check_number, check_sequence

STEP_RANGE = (1e-100, 1e100)
STEPS_MAX = 1_000_000
WORK_MAX = 2_000_000_000  # neurons times networks times steps, some 10 s for the identity
RECORDS_MAX = 10_000
NETWORKS_MAX = 1_000
_DIVERGED = 1e6  # times the larger of |y| and |f(0)|
_UNCHECKED = 1_000_000  # steps of a neuron between two checkpoints, some hundredths of a second
_LEAK = 0.01  # slope of the leaky ReLU below 0


def _swish_slope(h: FloatArray) -> FloatArray:
    share = expit(h)
    return np.asarray(share * (1.0 + h * (1.0 - share)))


ACTIVATIONS: dict[str, tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]] = {
    "linear": (lambda h: h, np.ones_like),
    "relu": (lambda h: np.maximum(h, 0.0), lambda h: (h > 0.0).astype(float)),
    "leaky_relu": (lambda h: np.where(h > 0.0, h, _LEAK * h), lambda h: np.where(h > 0.0, 1.0, _LEAK)),
    "sigmoid": (lambda h: np.asarray(expit(h)), lambda h: np.asarray(expit(h) * expit(-h))),
    "swish": (lambda h: h * expit(h), _swish_slope),
}
"""phi and its slope, by name."""


@dataclass(frozen=True, eq=False)
class DescentRecord(Result):
    """Hold S networks after ``step_number`` steps of gradient descent.

    Attributes
    ----------
    step_number : int
        Steps so far.
    t : float
        ``step_number step``.
    progress : float
        Share of the steps that is done; 1 if the run has halted.
    f, loss : array (S,)
        Outputs and losses.
    cos_zeta : array (S,)
        Cosine of the angle between u and the pre-activations W x, whatever phi; nan for a zero vector.
    cos_zeta_phi : array (S,)
        Cosine of the angle between u and phi(W x), of which f is the product; nan for a zero vector.
    u_norm, v_norm : array (S,)
        |u| and |W x| / |x|.
    kernel_ratio : array (S,)
        ``gamma^2 (eta_u |phi(W x)|^2 + eta_w |x|^2 |u phi'(W x)|^2)`` over that at the start.
    halted : str
        Why the run stops before its end; empty if it does not.
    """

    step_number: int
    t: float
    progress: float
    f: FloatArray
    loss: FloatArray
    cos_zeta: FloatArray
    cos_zeta_phi: FloatArray
    u_norm: FloatArray
    v_norm: FloatArray
    kernel_ratio: FloatArray
    halted: str


def descent(
    networks: LinearProblem | Sequence[LinearProblem],
    step: float,
    t_end: float,
    activation: str = "linear",
    n: int = 200,
    t: ArrayLike | None = None,
) -> Iterator[DescentRecord]:
    """Run gradient descent with finite steps from each network's own start, with its own x, y, gamma, rates and loss.

    The networks are ``f = gamma sum_i u_i phi(<w_i, x>)``. To stop the work, stop iterating.

    Parameters
    ----------
    networks : LinearNetwork or sequence of 1 to 1,000 of them
        The networks; all have one width.
    step : float in [1e-100, 1e100]
        Time of one step: weights move by ``step eta`` times the slope.
    t_end : float in [1e-100, 1e100]
        Last time.
    activation : {"linear", "relu", "leaky_relu", "sigmoid", "swish"}, default "linear"
        phi; "leaky_relu" has the slope 0.01 below 0.
    n : int, 2 to 10,000, default 200
        Number of records at evenly spaced times, the start included.
    t : array_like (k,), optional
        Times from 0 to t_end to record at instead, at most 10,000, each at the step nearest to it.

    Yields
    ------
    DescentRecord
        The networks at each recorded step; the last one early if a run diverges.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if a run takes more than 1e6 steps or more than 2e9 steps of a neuron;
        raised by the call, before the iteration.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics import LinearNetwork, descent
    >>> network = LinearNetwork([1.0, 0.0], [1.0, 1.0], x=1.0, y=2.0)
    >>> [round(float(record.f[0]), 3) for record in descent(network, step=0.01, t_end=1.0, n=3)]
    [1.0, 1.987, 2.0]
    >>> network.solution([0.0, 0.5, 1.0]).f.round(3)  # the flow
    array([1.   , 1.984, 2.   ])
    """
    several = () if isinstance(networks, LinearProblem) else networks
    chosen = (
        [networks]
        if isinstance(networks, LinearProblem)
        else [
            check_instance(f"networks[{i}]", one, LinearProblem)
            for i, one in enumerate(check_sequence("networks", several, 1, NETWORKS_MAX, "networks"))
        ]
    )
    d = chosen[0].d
    if any(one.d != d for one in chosen):
        raise ValueError("networks must have the same width d, and differ in it")
    activation = check_choice("activation", activation, tuple(ACTIVATIONS))
    step, t_end = check_number("step", step, *STEP_RANGE), check_number("t_end", t_end, *STEP_RANGE)
    if t_end / step > STEPS_MAX:
        raise ValueError(f"t_end / step must be at most {STEPS_MAX} steps, not {t_end / step:g}")
    steps = max(1, ceil(t_end / step - 1e-9))  # a whole number of steps is not one more by rounding
    if steps * len(chosen) * d > WORK_MAX:
        raise ValueError(
            f"t_end / step must take at most {WORK_MAX:g} steps of a neuron, not {steps * len(chosen) * d:g}: "
            f"{steps} steps of {len(chosen)} networks of {d} neurons"
        )
    n = check_integer("n", n, 2, RECORDS_MAX)
    if t is None:
        times = np.linspace(0.0, steps * step, n)
    else:
        times = np.atleast_1d(check_array("t", t, 0.0, t_end))
        times = check_array("t", times, ndim=1, most=RECORDS_MAX)
    recorded = np.unique(np.round(times / step).astype(int)).tolist()
    return _descend(chosen, step, activation, recorded)


def _descend(
    networks: Sequence[LinearProblem], step: float, activation: str, recorded: list[int]
) -> Iterator[DescentRecord]:
    phi, slope = ACTIVATIONS[activation]
    gamma, rho, x_norm, eta_u, eta_w, beta, y = np.array(
        [(one.gamma, one.rho, one.x_norm, one.eta_u, one.eta_w, one.beta, one.y) for one in networks]
    ).T
    u = np.array([one.u0 for one in networks])
    h = np.array([one.v0 * one.x_norm for one in networks])
    kernel0 = np.zeros(len(networks))
    limit = np.zeros(len(networks))
    number = unchecked = 0
    for target_step in recorded:
        halted = ""
        checkpoint()
        with np.errstate(all="ignore"):  # what overflows has diverged, and is reported as that
            while number < target_step and not halted:
                unchecked += u.size
                if unchecked > _UNCHECKED:
                    checkpoint()
                    unchecked = 0
                shape = phi(h)
                f = gamma * np.einsum("sd,sd->s", u, shape)
                residual = f - y
                pull = step * gamma * (beta + 1.0) * abs(residual) ** beta * np.sign(residual)
                bent = u if activation == "linear" else u * slope(h)
                u, h = u - (pull * eta_u)[:, None] * shape, h - (pull * eta_w * rho)[:, None] * bent
                number += 1
                if number > 1 and not (abs(f) <= limit).all():
                    halted = _halt(f, limit, number - 1, step)
                elif number == 1:
                    limit = _DIVERGED * np.maximum(abs(f), np.where(y == 0.0, abs(f), abs(y)))
            checkpoint()  # a record costs as much as several steps
            shape, bent = phi(h), u * slope(h)
            f = gamma * np.einsum("sd,sd->s", u, shape)
            if number and not halted and not (abs(f) <= limit).all():
                halted = _halt(f, limit, number, step)
            (u_norm, along_u), (h_norm, along_h), (phi_norm, along_phi) = map(_directions, (u, h, shape))
            kernel = gamma**2 * (eta_u * phi_norm**2 + eta_w * rho * np.sum(bent**2, axis=1))
            if number == 0:
                kernel0 = kernel
            record = DescentRecord(
                number,
                number * step,
                1.0 if halted else number / max(1, recorded[-1]),
                f,
                abs(f - y) ** (beta + 1.0),
                np.einsum("sd,sd->s", along_u, along_h),
                np.einsum("sd,sd->s", along_u, along_phi),
                u_norm,
                h_norm / x_norm,
                kernel / kernel0,
                halted,
            )
        yield record  # outside: the next record may be requested in another context
        if halted:
            return


def _directions(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lengths (S,) and unit vectors (S, d), whatever their scale; nan for the direction of a zero vector."""
    largest = abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors / largest
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.where(largest > 0.0, largest * lengths, largest)[:, 0], scaled / lengths


def _halt(f: FloatArray, limit: FloatArray, number: int, step: float) -> str:
    worst = int(np.argmax(~(abs(f) <= limit)))
    return (
        f"after {number} steps of {step:g}, f of network {worst} is {f[worst]:.3g}, "
        f"beyond {limit[worst]:.3g}: gradient descent has diverged; take a smaller step"
    )
