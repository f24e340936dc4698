"""The phase of a linear network whose width and hyperparameters are powers of one large number.

With ``c_g = c_gamma + (c_eta_u + c_eta_w) / 2`` and ``c_P = c_d + max(2 c_w - c_eta_w, 2 c_u - c_eta_u)``, the powers
of g and of P and Q, ``c_g + c_P`` is that of g P, the size of the output that the weights could give, and it decides:
where it grows the network meets its target by a move of relative size 0. P Q goes like the power 2 c_P: P and Q are of
the size of the larger layer each, unless the layers are of equal size and parallel in all neurons.

Source: Xu & Ziyin, arXiv:2401.07085.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, fields
from enum import StrEnum
from math import exp, inf, log
from types import MappingProxyType

from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.problem import D_MAX, DEVIATIONS, ENTRY_MAX, ETA_RANGE, G_MIN, GAMMA_RANGE
from dynamics.validation import check_instance, check_integer, check_number

EXPONENT_MAX = 10.0
SCALE_MAX = 1e300  # of the large number
_LOG_MAX = 709.0  # of what is a float
_EQUAL = 1e-9  # exponents that differ by no more are meant to be the same: 0.1 + 0.2 is not 0.3
_KERNEL = 0.5  # c_g + c_P of a network turned into the kernel phase by the rates alone, that of the NTK


class Phase(StrEnum):
    """Name what becomes of the kernel as the large parameter grows.

    Attributes
    ----------
    KERNEL
        It keeps its size.
    FEATURE
        It changes by a factor of order 1.
    DIVERGING
        Its ratio to the one at the start grows without bound.
    """

    KERNEL = "kernel"
    FEATURE = "feature learning"
    DIVERGING = "feature learning, kernel ratio diverging"


class TrainingSpeed(StrEnum):
    """Name how the time of learning scales with the large parameter.

    Attributes
    ----------
    TRAINS
        The time is of order 1.
    FROZEN
        The time grows.
    UNSTABLE
        The rate grows: steps of order 1 are unstable.
    """

    TRAINS = "trains in a time of order 1"
    FROZEN = "frozen"
    UNSTABLE = "unstable with steps of order 1"


@dataclass(frozen=True)
class Exponents:
    """Set the powers of one large number that width and hyperparameters follow.

    The point x and its target y do not grow.

    Parameters
    ----------
    gamma : float in [-10, 10], default 0
        Power of the output scale.
    u, w : float in [-10, 10], default 0
        Powers of the standard deviations of the two layers' weights.
    eta_u, eta_w : float in [-10, 10], default 0
        Powers of their rates.
    d : float in [0, 10], default 1
        Power of the width. At 1 the number is the width, at 0 the width is fixed.

    Raises
    ------
    ValueError
        If a power is outside its range.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics import SCALINGS, Exponents
    >>> SCALINGS["NTK"] == Exponents(gamma=-0.5)
    True
    """

    gamma: float = 0.0
    u: float = 0.0
    w: float = 0.0
    eta_u: float = 0.0
    eta_w: float = 0.0
    d: float = 1.0

    def __post_init__(self) -> None:
        for one in fields(self):
            low = 0.0 if one.name == "d" else -EXPONENT_MAX
            power = check_number(f"c_{one.name}", getattr(self, one.name), low, EXPONENT_MAX)
            object.__setattr__(self, one.name, power)

    @property
    def reach(self) -> float:
        """Largest value of the large number at which gamma, rates and weights are within a network's ranges (float).

        It does not take the width into account, and is inf if every value is allowed.
        """
        ranges = [
            (self.gamma, *GAMMA_RANGE), (self.gamma + 0.5 * (self.eta_u + self.eta_w), G_MIN, inf),
            (self.eta_u, *ETA_RANGE), (self.eta_w, *ETA_RANGE),
            (self.u, 0.0, ENTRY_MAX / DEVIATIONS), (self.w, 0.0, ENTRY_MAX / DEVIATIONS),
        ]  # fmt: skip
        powers = [(c, high if c > 0.0 else low) for c, low, high in ranges if c != 0.0]
        logarithm = min([log(end) / c for c, end in powers if end > 0.0], default=inf)
        return exp(logarithm) if logarithm < _LOG_MAX else inf

    def network(self, scale: float, seed: int = 0, y: float = 1.0, width: int = 1, beta: float = 1.0) -> LinearNetwork:
        """Make a random network at a value of the large number, on x = 1.

        Parameters
        ----------
        scale : float, from 1
            The large number, at most ``reach`` and 1e300, and such that the width is at most 1e6.
        seed : int, 0 to 2**32 - 1, default 0
            Seed of the weights.
        y : float, default 1
            Target.
        width : int, 1 to 1,000,000, default 1
            The network has ``width scale^c_d`` neurons.
        beta : float in [0.25, 4], default 1
            Loss exponent.

        Returns
        -------
        LinearNetwork
            The network.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import SCALINGS
        >>> network = SCALINGS["NTK"].network(100.0)
        >>> network.d, round(network.gamma, 6)
        (100, 0.1)
        """
        width = check_integer("width", width, 1, D_MAX)
        largest = min(self.reach, SCALE_MAX)
        if self.d > 0.0:
            largest = min(largest, ((D_MAX + 0.5) / width) ** (1.0 / self.d))
        scale = check_number("scale", scale, 1.0, largest)
        return LinearNetwork.random(
            min(D_MAX, round(width * scale**self.d)),
            sigma_u=scale**self.u,
            sigma_w=scale**self.w,
            y=y,
            gamma=scale**self.gamma,
            eta_u=scale**self.eta_u,
            eta_w=scale**self.eta_w,
            beta=beta,
            seed=seed,
        )


SCALINGS = MappingProxyType(
    {
        "NTK": Exponents(gamma=-0.5),
        "mean-field": Exponents(gamma=-1.0, eta_u=1.0, eta_w=1.0),
        "µP": Exponents(u=-1.0, eta_u=-1.0, eta_w=1.0),
        "standard / Kaiming, rate 1/d": Exponents(u=-0.5, eta_u=-1.0, eta_w=-1.0),
        "Kaiming, rate 1": Exponents(u=-0.5),
        "Xavier, rate 1": Exponents(u=-0.5, w=-0.5),
        "Xavier, rate 1/d": Exponents(u=-0.5, w=-0.5, eta_u=-1.0, eta_w=-1.0),
    }
)
"""Parametrizations in use, with the dimension of the input fixed."""


@dataclass(frozen=True)
class ScalingPhase:
    """Hold the phase that a choice of exponents leads to; the numbers are powers of the large number.

    Attributes
    ----------
    exponents : Exponents
        The exponents.
    g, P : float
        Powers of g and of P and Q.
    size : float
        ``c_g + c_P``, the power of the output that the weights could give; above 0 in the kernel phase.
    rate : float
        Power of the rate lambda at which the end is approached.
    output : float
        Power of f(0).
    angle : float
        ``c_zeta``, the power of the conserved ``gamma |u| |W x| sin zeta``.
    phase : Phase
        KERNEL if size > 0, FEATURE if it is 0, DIVERGING if it is below.
    pace : TrainingSpeed
        Whether lambda stays (TRAINS), vanishes (FROZEN) or grows (UNSTABLE).
    excess : float
        In the kernel phase the power of ``|kernel(inf)/kernel(0) - 1|``, which is ``2 (y^2 - f(0)^2) / (g^2 P Q)`` to
        leading order; else that of the ratio itself.
    ratio : float
        Power of kernel(inf)/kernel(0).
    cos_start, cos_end : float
        Powers of |cos zeta| at the start and at the end.
    angle_moves : bool
        Whether cos zeta moves by an amount of order 1, exactly if ``c_zeta <= 0``. A network in the kernel phase does
        that too if its layers are of different size.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.
    """

    exponents: Exponents
    g: float
    P: float
    size: float
    rate: float
    output: float
    angle: float
    phase: Phase
    pace: TrainingSpeed
    excess: float
    ratio: float
    cos_start: float
    cos_end: float
    angle_moves: bool


def scaling_phase(exponents: Exponents) -> ScalingPhase:
    """Return the phase of a linear network whose width and hyperparameters are powers of one large number.

    Parameters
    ----------
    exponents : Exponents
        The powers.

    Returns
    -------
    ScalingPhase
        The phase, and the powers of output, kernel, angle and rate.

    Raises
    ------
    ValueError
        If the output at the start grows without bound.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics import SCALINGS, scaling_phase
    >>> scaling_phase(SCALINGS["NTK"]).phase.value, scaling_phase(SCALINGS["mean-field"]).phase.value
    ('kernel', 'feature learning')
    """
    c = check_instance("exponents", exponents, Exponents)
    output = c.gamma + 0.5 * c.d + c.u + c.w
    if output > _EQUAL:
        raise ValueError(
            f"c_gamma + c_d/2 + c_u + c_w must be at most 0, not {output:g}: "
            "the output at the start grows without bound"
        )
    g = c.gamma + 0.5 * (c.eta_u + c.eta_w)
    P = c.d + max(2.0 * c.w - c.eta_w, 2.0 * c.u - c.eta_u)
    size, rate, angle = _zero(g + P), _zero(max(g, 2.0 * g + P)), _zero(c.gamma + c.d + c.u + c.w)
    phases = {0.0: Phase.FEATURE, 1.0: Phase.KERNEL, -1.0: Phase.DIVERGING}
    paces = {0.0: TrainingSpeed.TRAINS, 1.0: TrainingSpeed.UNSTABLE, -1.0: TrainingSpeed.FROZEN}
    return ScalingPhase(
        c,
        g,
        P,
        size,
        rate,
        _zero(output),
        angle,
        phases[_sign(size)],
        paces[_sign(rate)],
        excess=-2.0 * size if size > 0.0 else _zero(-size),
        ratio=max(0.0, -size),
        cos_start=-0.5 * c.d,
        cos_end=-max(0.0, angle),
        angle_moves=angle <= 0.0,
    )


@dataclass(frozen=True)
class PhaseChange:
    """Hold the smallest change of gamma and of the rates that leads to the other phase at the same rate of learning.

    Attributes
    ----------
    gamma, eta_u, eta_w : float
        Powers of the large number by which gamma, eta_u and eta_w are multiplied.
    exponents : Exponents
        Exponents of the new network; they may lie outside the range of exponents that are given.
    phase : ScalingPhase
        Its phase.
    """

    gamma: float
    eta_u: float
    eta_w: float
    exponents: Exponents
    phase: ScalingPhase


def switch_phase(exponents: Exponents) -> PhaseChange:
    """Return how gamma and the rates turn the phase into the other one, at the same rate of learning.

    Parameters
    ----------
    exponents : Exponents
        The powers.

    Returns
    -------
    PhaseChange
        The change and the new phase.

    Raises
    ------
    ValueError
        If the output at the start grows without bound.

    Notes
    -----
    ``c_g + c_P`` moves with c_gamma alone if both rates get the same factor. So from the kernel phase c_gamma falls by
    ``c_g + c_P``, to the border, which belongs to feature learning, and both rates' powers grow by twice that. Into the
    kernel phase any c_gamma past the border leads; the result has the largest, at which the output at the start is of
    order 1. If it is already as large on this side of the border (at fixed width), only unequal rates lead there: the
    larger layer then gets the smaller one.

    Examples
    --------
    >>> from dynamics import SCALINGS, switch_phase
    >>> change = switch_phase(SCALINGS["NTK"])
    >>> change.gamma, change.eta_u, change.eta_w
    (-0.5, 1.0, 1.0)
    >>> change.exponents == SCALINGS["mean-field"]
    True
    """
    now = scaling_phase(exponents)
    room = -now.output
    gamma = -now.size if now.phase is Phase.KERNEL else room
    tilt = 0.0
    if now.phase is not Phase.KERNEL and not room > -now.size + _EQUAL:
        gamma, tilt = 0.0, _KERNEL - now.size
    size = now.size + gamma + tilt
    both = now.rate - (now.g + gamma) - max(0.0, size)
    w_is_larger = 2.0 * exponents.w - exponents.eta_w >= 2.0 * exponents.u - exponents.eta_u
    u_share, w_share = (tilt, -tilt) if w_is_larger else (-tilt, tilt)
    eta_u, eta_w = both + u_share, both + w_share
    new = copy(exponents)  # its range is that of what is given, not of what is computed
    for name, change in (("gamma", gamma), ("eta_u", eta_u), ("eta_w", eta_w)):
        object.__setattr__(new, name, getattr(exponents, name) + change)
    return PhaseChange(gamma, eta_u, eta_w, new, scaling_phase(new))


def _zero(exponent: float) -> float:
    return 0.0 if abs(exponent) <= _EQUAL else exponent


def _sign(exponent: float) -> float:
    return float((exponent > 0.0) - (exponent < 0.0))
