"""The way into the lazy regime: the tangent kernel along a planar trajectory, and how far the first layer moves.

On functions of <beta, x>, in the basis of normalized Hermite polynomials, the network's tangent kernel is the
K x K matrix of rank 2 ::

    Theta = u u^T + v v^T      u_k = sqrt(k!) c_k R^k      v_k = sqrt(k!) k c_k R^(k-1) a sqrt((1 - R^2)/eps)

u from the second layer, v from the first; with d_k = sqrt(k!) (c*_k - a c_k R^k), dL/dtau = -d^T Theta d.
All that is given follows from inner products of these vectors. Source: this project's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dynamics.planar.trajectories.samples import Samples
from dynamics.results import Result
from dynamics.typing import FloatArray

_SAMPLE_ERROR = 100.0  # times rtol: errors of a sample's rho that have to be reckoned with


@dataclass(frozen=True, eq=False)
class Kernel(Result):
    """Hold the tangent kernel along a trajectory.

    Every array has the shape (n,) of the trajectory's ``tau``.

    Attributes
    ----------
    first, second : array (n,)
        Traces of the parts of the first and the second layer.
    trace : array (n,)
        Their sum.
    cosine : array (n,)
        Frobenius cosine to the kernel at the start; nan where a norm that it is divided by is 0.
    change : array (n,)
        ``|Theta - Theta_0| / |Theta_0|``; nan where the norm that it is divided by is 0.
    share : array (n,)
        The second layer's share of the instantaneous decrease of the loss, in [0, 1]; nan where the loss is at rest.
    reason : str
        Why cosine or change is nan; empty otherwise.

    Notes
    -----
    On functions of <beta, x>, in the basis of normalized Hermite polynomials, the kernel is ``Theta = u u^T + v v^T``
    with ``u_k = sqrt(k!) c_k R^k`` and ``v_k = sqrt(k!) k c_k R^(k-1) a sqrt((1 - R^2)/eps)``. The formulas are this
    project's.
    """

    first: FloatArray
    second: FloatArray
    trace: FloatArray
    cosine: FloatArray
    change: FloatArray
    share: FloatArray
    reason: str


@dataclass(frozen=True, eq=False)
class FirstLayerDisplacement(Result):
    """Hold the movement of the first layer relative to |w(0)| = 1.

    At infinite width w turns in the plane of beta and its own start, so both are functions of the angle arcsin R. The
    arrays have the shape (n,) of the trajectory's ``tau``.

    Attributes
    ----------
    distance : array (n,)
        ``|w(tau) - w(0)|``.
    path : array (n,)
        Length of the way from the start, ``int |dR| / sqrt(1 - R^2)``.
    """

    distance: FloatArray
    path: FloatArray


def _dot(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray((x * y).sum(-1))


def kernel(trajectory: Samples) -> Kernel:
    """See ``Trajectory.kernel``."""
    model, R, a = trajectory.model, trajectory.R[:, None], trajectory.a[:, None]
    weights, c, _ = model.coefficients
    k = np.arange(1, model.K + 1)
    u = np.sqrt(weights) * c * R**k
    v = np.sqrt(weights) * k * c * R ** (k - 1) * (a * np.sqrt((1.0 - R) * (1.0 + R) / model.eps))
    # At given times the first sample need not be the start.
    R0, a0 = trajectory.R0, trajectory.a0
    u0 = np.sqrt(weights) * c * R0**k
    v0 = np.sqrt(weights) * k * c * R0 ** (k - 1) * (a0 * np.sqrt((1.0 - R0) * (1.0 + R0) / model.eps))
    second, first, mixed = _dot(u, u), _dot(v, v), _dot(u, v)
    size = np.sqrt(second**2 + 2.0 * mixed**2 + first**2)
    size0 = float(np.sqrt(u0 @ u0 * (u0 @ u0) + 2.0 * (u0 @ v0) ** 2 + v0 @ v0 * (v0 @ v0)))
    product = _dot(u, u0) ** 2 + _dot(u, v0) ** 2 + _dot(v, u0) ** 2 + _dot(v, v0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(size * size0 > 0.0, np.minimum(1.0, product / (size * size0)), np.nan)
        change = np.where(size0 > 0.0, _difference(u, u0, v, v0) / size0, np.nan)
    return Kernel(first, second, first + second, cosine, change, _share(trajectory), _reason(trajectory, size0, size))


def _difference(u: FloatArray, u0: FloatArray, v: FloatArray, v0: FloatArray) -> FloatArray:
    """``|u u^T + v v^T - u0 u0^T - v0 v0^T|``, from ``u u^T - u0 u0^T = (d s^T + s d^T)/2`` with d = u - u0,
    s = u + u0: small where the kernel hardly changes, without cancellation."""
    d, s, e, t = u - u0, u + u0, v - v0, v + v0
    square = _dot(d, d) * _dot(s, s) + _dot(d, s) ** 2 + _dot(e, e) * _dot(t, t) + _dot(e, t) ** 2
    square += 2.0 * (_dot(d, e) * _dot(s, t) + _dot(d, t) * _dot(s, e))
    return np.asarray(np.sqrt(np.maximum(0.0, 0.5 * square)))


def _reason(trajectory: Samples, size0: float, size: FloatArray) -> str:
    if not any(trajectory.model.c):
        return "every c_k is 0: the network has no output, and its kernel vanishes"
    if size0 == 0.0:
        return (
            f"the kernel vanishes at the start, a0 = {trajectory.a0:g} and R0 = {trajectory.R0:g}: "
            "there is nothing to compare with"
        )
    if not size.all():
        return "the kernel vanishes on the way, where it has no direction"
    return ""


def _share(trajectory: Samples) -> FloatArray:
    """``(dL/da)^2 / [(dL/da)^2 + (1 - R^2)/eps (dL/dR)^2]``.

    Along the critical manifold dL/dR is the small rest of two large terms, and a sample's error may be all of it.
    There rho is drawn to the manifold at the rate ``pull`` and follows it with the velocity ``slaved``; a sample
    that differs from that by no more than its own error is put where it belongs.
    """
    model, R, a = trajectory.model, trajectory.R, trajectory.a
    table, rate = model.system.table, model.system.rate
    S = (1.0 - R) * (1.0 + R)
    p, g, q, h = model.sums(R)
    dg = np.polynomial.polynomial.polyval(R, np.append(table[4, 1:], 0.0))
    dh = np.polynomial.polynomial.polyval(R * R, table[5])
    pull = -a * (dg - a * dh) * S * rate
    mixed = g - 2.0 * a * h
    fast, slow = a * (g - a * h) * rate, p - a * q  # drho/dtau and da/dtau
    with np.errstate(divide="ignore", invalid="ignore"):
        slaved = mixed * rate * slow / pull
        off = (slaved - fast) / pull
        near = (pull > 0.0) & (np.abs(off) * S <= _SAMPLE_ERROR * trajectory.rtol)
        slow = np.where(near, slow + mixed * S * off, slow)
        fast = np.where(near, mixed * rate * slow / pull, fast)
        first = model.eps * S * fast**2
        return np.asarray(np.where(slow**2 + first > 0.0, slow**2 / (slow**2 + first), np.nan))


def movement(trajectory: Samples) -> FirstLayerDisplacement:
    """See ``Trajectory.movement``."""
    R = trajectory.R
    angle = _turned(R, trajectory.R0)
    steps = np.abs(_turned(R[1:], R[:-1]))
    start = abs(float(angle[0]))  # at given times the first sample need not be the start
    return FirstLayerDisplacement(2.0 * np.sin(0.5 * np.abs(angle)), start + np.append(0.0, np.cumsum(steps)))


def _turned(R: FloatArray, before: FloatArray | float) -> FloatArray:
    """``arcsin R - arcsin before`` without cancellation."""
    other = np.broadcast_to(np.asarray(before, float), R.shape)
    along, along_before = np.sqrt((1.0 - R) * (1.0 + R)), np.sqrt((1.0 - other) * (1.0 + other))
    crossed = R * along_before + other * along
    plain = R * along_before - other * along
    with np.errstate(divide="ignore", invalid="ignore"):
        sine = np.where(R * other > 0.0, (R - other) * (R + other) / crossed, plain)
    sine = np.where(crossed == 0.0, plain, sine)
    return np.asarray(np.arctan2(sine, R * other + along * along_before))
