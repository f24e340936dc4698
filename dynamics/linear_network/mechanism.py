"""How a linear network learns: by aligning its layers, by rescaling them, or by neither.

``f = N cos zeta`` with ``N = gamma |u| |W x|``, and ``N^2 = f^2 + G^2`` with G conserved. So |cos zeta| and N rise
together with |f| and fall together with it, and ``ln |f(inf) / f(0)|`` is the sum of what each of them contributes.

Source: Xu & Ziyin, arXiv:2401.07085; the limits from which a mechanism is named are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, inf, isnan, log, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import LinearNetwork

ANGLE_MOVES = 0.05  # in |cos zeta|
RESCALES = log(1.1)  # in |ln N|
KERNEL_STAYS = 0.05  # in its ratio


class MechanismName(StrEnum):
    """A mechanism of learning."""

    ALIGNMENT = "alignment"
    DISALIGNMENT = "disalignment"
    RESCALING = "rescaling"
    KERNEL = "kernel"


@dataclass(frozen=True)
class Mechanism:
    """The end of time against the start.

    direction: alignment where |f| has grown, disalignment where it has shrunk; None where it has not changed, or where
    u and W x stay parallel. Where f tends to y, the first is exactly |y| > |f(0)|.
    cos_change: of |cos zeta|. rescaling: N(inf) / N(0). kernel_ratio: kernel(inf) / kernel(0); kernel_least: the least
    of kernel(t) / kernel(0), at the ends but where f passes through 0.
    log_cos, log_N: changes of ln |cos zeta| and ln N, of the sum ln |f(inf) / f(0)|; infinite where one end is 0.
    names: those that are to be seen: an angle that moves by more than 0.05 in |cos zeta|, a rescaling by more than
    10 %, a kernel that keeps its size within 5 % on the whole way.
    dominant: rescaling or the angle, by the larger of |log_cos| and |log_N|; None where neither moves.
    crosses_zero: whether f passes through 0, so that |cos zeta| first falls to 0.
    undefined: what is nan and why, as a sentence; empty where nothing is.
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


def mechanism(network: LinearNetwork) -> Mechanism:
    """See ``LinearNetwork.mechanism``."""
    flow, G = network.flow, network.area
    f0, f1 = flow.f0, flow.f_end
    N0, N1 = hypot(f0, G), hypot(f1, G)
    kernel_ratio = network.end.kernel_ratio
    crosses_zero = f0 < 0.0 < f1 or f1 < 0.0 < f0
    kernel_least = flow.floor / flow.H0 if crosses_zero else min(kernel_ratio, 1.0)
    stays = abs(kernel_ratio - 1.0) < KERNEL_STAYS and kernel_least > 1.0 - KERNEL_STAYS
    if N0 == 0.0 and N1 == 0.0:
        names = (MechanismName.KERNEL,) if stays else ()
        undefined = "u = 0 or W x = 0 at the start and at the end: a zero vector has no angle"
        return Mechanism(None, nan, nan, kernel_ratio, kernel_least, nan, nan, names, None, False, undefined)
    direction = None
    if G > 0.0 and abs(f0) != abs(f1):
        direction = MechanismName.ALIGNMENT if abs(f1) > abs(f0) else MechanismName.DISALIGNMENT
    cos0, cos1 = abs(f0) / N0 if N0 else nan, abs(f1) / N1 if N1 else nan
    log_cos = 0.0 if G == 0.0 or cos0 == cos1 else _log_ratio(cos1, cos0)
    log_N = _log_ratio(N1, N0)
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
        N1 / N0 if N0 else inf,
        kernel_ratio,
        kernel_least,
        log_cos,
        log_N,
        tuple(present),
        dominant,
        crosses_zero,
        undefined,
    )


def _log_ratio(end: float, start: float) -> float:
    if end == start:
        return 0.0
    if end == 0.0 or start == 0.0:
        return -inf if end == 0.0 else inf
    return log(end) - log(start)
