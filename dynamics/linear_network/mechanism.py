"""How a linear network learns: by aligning its layers, by rescaling them, or by neither.

``f = N cos zeta`` with ``N = gamma |u| |W x|``, and ``N^2 = f^2 + G^2`` with G conserved. So |cos zeta| and N rise
together with |f| and fall together with it, and ``ln |f(inf) / f(0)|`` is the sum of what each of them contributes.

Source: Xu & Ziyin, arXiv:2401.07085; the limits from which a mechanism is named are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, hypot, inf, isnan, log, nan

from dynamics.linear_network.problem import LinearProblem
from dynamics.linear_network.solution import NetworkState

ANGLE_MOVES = 0.05  # in |cos zeta|
RESCALES = log(1.1)  # in |ln N|
KERNEL_STAYS = 0.05  # in its ratio
_LOG_MAX = 709.0  # of a factor that is a float
_FAINT = 1e-290  # a product of weights below this has lost digits to underflow


class MechanismName(StrEnum):
    """Name a mechanism of learning.

    Attributes
    ----------
    ALIGNMENT
        The layers turn toward each other.
    DISALIGNMENT
        The layers turn away from each other.
    RESCALING
        The size of the output changes at a fixed angle.
    KERNEL
        The kernel keeps its size.
    """

    ALIGNMENT = "alignment"
    DISALIGNMENT = "disalignment"
    RESCALING = "rescaling"
    KERNEL = "kernel"


@dataclass(frozen=True)
class Mechanism:
    """Hold how a linear network learns: its end against its start.

    ``f = N cos zeta`` with ``N = gamma |u| |W x|``, so ``ln |f(inf) / f(0)|`` is the sum of two contributions.

    Attributes
    ----------
    direction : MechanismName or None
        ALIGNMENT if |f| has grown, DISALIGNMENT if it has shrunk; None if it has not changed, or if u and W x stay
        parallel. If f tends to y, it is ALIGNMENT exactly if |y| > |f(0)|.
    cos_change : float
        Change of |cos zeta|.
    rescaling : float
        ``N(inf) / N(0)``.
    kernel_ratio : float
        ``kernel(inf) / kernel(0)``.
    kernel_least : float
        Smallest ``kernel(t) / kernel(0)``, which is that of an end unless f passes through 0.
    log_cos, log_N : float
        Changes of ln |cos zeta| and ln N, whose sum is ln |f(inf) / f(0)|; infinite if one end is 0.
    names : tuple of MechanismName
        The mechanisms that are visible: an angle that moves by more than 0.05 in |cos zeta|, a rescaling by more than
        10 %, a kernel that keeps its size within 5 % on the whole way.
    dominant : MechanismName or None
        Rescaling or the angle, by the larger of |log_cos| and |log_N|; None if neither moves.
    crosses_zero : bool
        Whether f passes through 0, so that |cos zeta| first falls to 0.
    undefined : str
        What is nan and why; empty if nothing is.

    Notes
    -----
    The limits from which a mechanism is named are this project's.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.
    """

    direction: MechanismName | None
    cos_change: float
    rescaling: float
    kernel_ratio: float
    kernel_least: float
    log_cos: float
    log_N: float
    names: tuple[MechanismName, ...]
    dominant: MechanismName | None
    crosses_zero: bool
    undefined: str


def mechanism(network: LinearProblem, start: NetworkState, end: NetworkState) -> Mechanism:
    """See ``LinearNetwork.mechanism``."""
    flow, pair = network.flow, network.pair
    f0, f1 = flow.f0, flow.f_end
    lengths = network.gamma, network.x_norm, pair.u, pair.v
    parallel = pair.sine == 0.0 or 0.0 in lengths or -inf in (flow.log_p, flow.log_q)
    log_N0 = sum(map(log, lengths)) if 0.0 not in lengths else -inf
    log_N1 = _log_size(f1, network.area, -inf if parallel else log_N0 + log(pair.sine))
    log_N0 = _log_size(f0, network.area, log_N0)
    log_N1 = log_N1 if flow.moves else log_N0
    kernel_ratio = end.kernel_ratio
    sign = f0 or start.cos_zeta  # of weights too small for f(0) to be a float
    crosses_zero = sign < 0.0 < f1 or f1 < 0.0 < sign
    floor = exp(0.5 * (flow.log_p + flow.log_q) - flow.log_H0) if flow.log_H0 > -inf else nan
    kernel_least = floor if crosses_zero else min(kernel_ratio, 1.0)
    stays = abs(kernel_ratio - 1.0) < KERNEL_STAYS and kernel_least > 1.0 - KERNEL_STAYS
    if log_N0 == log_N1 == -inf:
        names = (MechanismName.KERNEL,) if stays else ()
        undefined = "u = 0 or W x = 0 at the start and at the end: a zero vector has no angle"
        return Mechanism(None, nan, nan, kernel_ratio, kernel_least, nan, nan, names, None, False, undefined)
    direction = None
    if not parallel and abs(f0) != abs(f1):
        direction = MechanismName.ALIGNMENT if abs(f1) > abs(f0) else MechanismName.DISALIGNMENT
    cos0, cos1 = abs(start.cos_zeta), abs(end.cos_zeta)
    log_cos = 0.0 if parallel or cos0 == cos1 else _log_ratio(cos1, cos0)
    log_N = log_N1 - log_N0 if log_N0 != log_N1 else 0.0
    present = []
    if direction and abs(cos1 - cos0) > ANGLE_MOVES:
        present.append(direction)
    if abs(log_N) > RESCALES:
        present.append(MechanismName.RESCALING)
    if stays:
        present.append(MechanismName.KERNEL)
    dominant = None
    if log_cos or log_N:
        dominant = direction if abs(log_cos) > abs(log_N) else MechanismName.RESCALING
    missing = "u = 0 or W x = 0 at the {}: a zero vector has no angle"
    undefined = missing.format("start" if isnan(cos0) else "end") if isnan(cos0 + cos1) else ""
    return Mechanism(
        direction,
        cos1 - cos0,
        exp(log_N) if log_N < _LOG_MAX else inf,
        kernel_ratio,
        kernel_least,
        log_cos,
        log_N,
        tuple(present),
        dominant,
        crosses_zero,
        undefined,
    )


def _log_size(f: float, G: float, fallback: float) -> float:
    """ln of ``sqrt(f^2 + G^2)``; the fallback where that has lost digits to underflow."""
    size = hypot(f, G)
    return log(size) if size > _FAINT else fallback


def _log_ratio(end: float, start: float) -> float:
    if end == start:
        return 0.0
    if end == 0.0 or start == 0.0:
        return -inf if end == 0.0 else inf
    return log(end) - log(start)
