"""What should make a network differ from its laws, from theory: width, batches, and the activation's heavy tails.

The planar law is that of infinite width and infinite batches. A finite width adds terms of order ``U(1)/m``, which the
law of width m has exactly (``finite_width``). Batches of B samples in d dimensions with labels of noise ς add the noise
of descent, of strength ``kappa = step (d - 1) / B``: ``noise_estimate`` follows it, and for c_1 != 0 it acts on the
second layer like a decay ``B_1 kappa (L + noise^2 / 2)``, beside which a finite width acts like ``(U(1) - B_1) / m``.
What one neuron's output squared is on the average is known from a batch only as well as ``E sigma^4`` allows: for high
degrees sigma is heavy-tailed (``E h_k^4`` grows like 9^k / k), and a batch, however large it looks, misses the rare
samples that matter. Source: this project's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from math import factorial, inf, sqrt
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from dynamics.planar.problem import PlanarProblem
from dynamics.planar.validation import A0_MAX, SAMPLES_MAX, TAU_MAX
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_instance, check_integer, check_number, check_times

SIZE_MAX = 10**9
NOISE_MAX = 1e6
_CALLS = 50_000  # slopes of a noise estimate; a usual one takes some hundreds


@dataclass(frozen=True)
class FiniteSizeCorrections(Result):
    """Estimate how a network of m neurons in d dimensions that learns from batches differs from its laws.

    Parameters
    ----------
    model : UnlearningModel
        The planar model.
    m : int, 1 to 1e9
        Neurons.
    d : int, 1 to 1e9
        Dimensions of the input.
    batch : int, 1 to 1e9
        Samples of a batch.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The estimates are this project's.

    Examples
    --------
    >>> from dynamics import FiniteSizeCorrections, UnlearningModel
    >>> corrections = FiniteSizeCorrections(UnlearningModel((1, 1), (1, -1)), m=1000, d=1001, batch=10_000)
    >>> corrections.square, corrections.decay, corrections.sampling
    (3.0, 0.002, 0.1001)
    """

    model: PlanarProblem
    m: int
    d: int
    batch: int

    def __post_init__(self) -> None:
        check_instance("model", self.model, PlanarProblem)
        for name in ("m", "d", "batch"):
            check_integer(name, getattr(self, name), 1, SIZE_MAX)

    @property
    def width(self) -> float:
        """Order of what a finite width changes, ``1/m`` per unit of ``U(1)`` (float)."""
        return 1.0 / self.m

    @property
    def sampling(self) -> float:
        """Relative order of what finite batches change, ``d/B`` (float)."""
        return self.d / self.batch

    @cached_property
    def square(self) -> float:
        """``U(1) = E sigma(G)^2`` (float).

        For the planar law to hold, the width has to be far above it, in units of B_1.
        """
        return float(sum(self.model.B))

    @property
    def decay(self) -> float:
        """Decay of the second layer that a finite width acts like, ``(U(1) - B_1)/m`` (float).

        It holds for c_1 != 0, once R is small.
        """
        return (self.square - self.model.B[0]) / self.m

    def noise_decay(self, step: float, loss: float, noise: float = 0.0) -> float:
        """Return the further decay that the noise of descent acts like, ``B_1 kappa (L + noise^2 / 2)``, for c_1 != 0.

        Parameters
        ----------
        step : float, at least 0
            Step dtau.
        loss : float, at least 0
            Population loss L.
        noise : float in [0, 1e6], default 0
            Standard deviation of the labels' noise.

        Returns
        -------
        float
            The decay, in units of 1/tau.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        loss, noise = check_number("loss", loss, 0.0), check_number("noise", noise, 0.0, NOISE_MAX)
        return float(self.model.B[0] * self.kappa(step) * (loss + 0.5 * noise * noise))

    def kappa(self, step: float) -> float:
        """Return the strength of the noise of descent, ``kappa = step (d - 1)/B``.

        Parameters
        ----------
        step : float, at least 0
            Step dtau.

        Returns
        -------
        float
            The strength kappa.

        Raises
        ------
        ValueError
            If step is outside its range.
        """
        return check_number("step", step, 0.0) * (self.d - 1) / self.batch

    @cached_property
    def kurtosis(self) -> float:
        """``E sigma(G)^4 / (E sigma(G)^2)^2`` (float); nan if sigma = 0.

        It is 3 for a linear activation, 15 for He_2, and about 2e3 for the degrees 1 to 5 with equal norms.
        """
        c = np.array(self.model.c)
        nodes, weights = hermegauss(2 * len(c) + 1)  # exact up to degree 4 K + 1
        values = hermeval(nodes, np.append(0.0, c))
        fourth = float(weights @ values**4 / weights.sum())
        return fourth / self.square**2 if self.square > 0.0 else float("nan")

    @property
    def second_moment_error(self) -> float:
        """Relative standard error of ``mean sigma(<w, x>)^2`` over a batch, ``sqrt((kurtosis - 1)/B)`` (float)."""
        return sqrt((self.kurtosis - 1.0) / self.batch)

    def self_overlap_fraction(self, R: ArrayLike) -> FloatArray:
        """Return the neurons' own share of the squared output, ``(U(1) - U(R^2)) / (m U(R^2))``.

        This is the output of each neuron for itself against their common output at alignment R. Where it is not small
        the width matters, and where it comes near 1 unlearning halts.

        Parameters
        ----------
        R : array_like
            Alignments, of any shape.

        Returns
        -------
        array
            The share, of the shape of R; inf where U(R^2) = 0.
        """
        q = self.model.sums(R)[2]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(q > 0.0, (self.square - q) / (self.m * q), inf)

    def noise_overlap(self, step: float, a: float, loss: float, noise: float = 0.0) -> float:
        """Return what the noise of descent adds to the overlap Q of two neurons.

        It does so once ``a^2 c_1^2`` times the time is large. Samples push all neurons the same way, off the target,
        and the linear term pulls them back, as in linear regression::

            step (L + noise^2 / 2) (d/B) / (1 - step a^2 c_1^2 / 2)           step = dtau / eps

        This changes da/dtau by ``-a B_1`` times itself. The change is small, but so is the drift of unlearning, which
        it slows.

        Parameters
        ----------
        step : float, at least 0
            Step dtau / eps.
        a : float
            Second-layer weight.
        loss : float, at least 0
            Population loss L.
        noise : float in [0, 1e6], default 0
            Standard deviation of the labels' noise.

        Returns
        -------
        float
            The added overlap; inf if the step is unstable.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        step, a = check_number("step", step, 0.0), check_number("a", a)
        loss, noise = check_number("loss", loss, 0.0), check_number("noise", noise, 0.0, NOISE_MAX)
        left = 1.0 - 0.5 * step * (a * self.model.c[0]) ** 2
        return step * (loss + 0.5 * noise * noise) * self.sampling / left if left > 0.0 else inf

    def error_bound(self, of_width: float = 1.0, of_sampling: float = 1.0) -> float:
        """Return ``C_1/m + C_2 d/B``, by which the mean over many seeds may differ from the law of this width.

        Parameters
        ----------
        of_width : float, at least 0, default 1
            The constant C_1.
        of_sampling : float, at least 0, default 1
            The constant C_2.

        Returns
        -------
        float
            The bound.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        of_width, of_sampling = check_number("of_width", of_width, 0.0), check_number("of_sampling", of_sampling, 0.0)
        return of_width * self.width + of_sampling * self.sampling


@dataclass(frozen=True, eq=False)
class NoiseEstimate:
    """The law of a width with the noise of descent, as ``noise_estimate`` estimates it: arrays (n,) at ``tau``."""

    tau: FloatArray
    R: FloatArray
    a: FloatArray
    Q: FloatArray
    loss: FloatArray
    kappa: FloatArray


def noise_estimate(
    model: PlanarProblem,
    m: int,
    a0: float,
    tau: ArrayLike,
    kappa: Callable[[float, float, float], float],
    noise: float = 0.0,
) -> NoiseEstimate | None:
    """Estimate the course of a network that learns by descent, noise included, from R = 0 and orthonormal neurons.

    The law of width m with the terms that independent samples add at strength kappa::

        dR/dtau += -(kappa / 2 eps^2) a^2 U'(1) (2 L + noise^2) R
        dQ/dtau +=  (kappa /  eps^2) a^2 (U'(Q) - Q U'(1)) (2 L + noise^2)

    Exact in the label noise for d -> infinity and small steps; of the network's own error e it takes
    ``E[sigma'^2 e^2]`` as ``E sigma'^2 E e^2``.

    Parameters: tau (n,), increasing times from 0 on; kappa, a function of (tau, a, L); noise, the standard deviation of
    the labels'. Returns None where the integration fails, as it does where the noise makes the weights diverge.
    Raises ValueError, naming argument, value and range.
    """
    m, noise = check_integer("m", m, 2, SIZE_MAX), check_number("noise", noise, 0.0, NOISE_MAX)
    a0 = check_number("a0", a0, -A0_MAX, A0_MAX)
    times = check_times("tau", tau, TAU_MAX, SAMPLES_MAX)
    eps, own = model.eps, (m - 1) / m
    V, U = (np.append(0.0, one) for one in (model.A, model.B))
    start = 0.5 * sum(factorial(k) * one * one for k, one in enumerate(model.c_star, start=1))
    slopes = [np.polynomial.polynomial.polyder(one) for one in (V, U)]
    v, u, dv, du = (tuple(map(float, one))[::-1] for one in (V, U, *slopes))
    u1, du1 = sum(u), sum(du)

    def loss(R: float, a: float, Q: float) -> float:
        return max(0.0, start - a * _horner(v, R) + 0.5 * a * a * (own * _horner(u, Q) + u1 / m))

    calls = count()

    def slope(t: float, state: FloatArray) -> tuple[float, float, float]:
        if next(calls) > _CALLS:
            raise ArithmeticError
        R, a, Q = map(float, state)
        L, pull, push = loss(R, a, Q), _horner(dv, R), _horner(du, Q)
        shaken = kappa(t, a, L) / eps**2 * a * a * (2.0 * L + noise * noise)
        turn = a * (pull * (1.0 - R * R) - a * own * push * R * (1.0 - Q)) / eps
        lift = _horner(v, R) - a * (own * _horner(u, Q) + u1 / m)
        meet = pull * R * (1.0 - Q) - (a / m) * push * ((1.0 - Q * Q) + (m - 2) * Q * (1.0 - Q))
        return turn - 0.5 * shaken * du1 * R, lift, 2.0 * a * meet / eps + shaken * (push - Q * du1)

    with np.errstate(all="ignore"), catch_warnings():
        simplefilter("ignore")
        try:
            found = solve_ivp(slope, (0.0, float(times[-1])), (0.0, a0, 0.0), "LSODA", times, rtol=1e-6, atol=1e-9)
        except (ArithmeticError, ValueError):  # it leaves the range of numbers, or takes too long
            return None
    if found.status != 0 or not np.isfinite(found.y).all():
        return None
    R, a, Q = found.y
    losses = np.array([loss(*each) for each in zip(R.tolist(), a.tolist(), Q.tolist(), strict=True)])
    strengths = np.array([kappa(*each) for each in zip(times.tolist(), a.tolist(), losses.tolist(), strict=True)])
    return NoiseEstimate(times, R, a, Q, losses, strengths)


def _horner(coefficients: tuple[float, ...], x: float) -> float:
    """A polynomial at x, its highest coefficient first."""
    value = 0.0
    for one in coefficients:
        value = value * x + one
    return value
