"""Why a trajectory has its fate: a list of claims, each of which an integration can refute.

A claim is made only where it is certain; what is not certain is left out, so an explanation may be short.

What flips the runaway branch. With c fixed the slow flow ``H = p - (g/h) q`` is linear in c*, and c*_i enters it first
at the power R^i, with the factor ``-(i - k) i! c_i / k``. So c*_i with k < i <= p changes h_i and no earlier
coefficient: beyond ``c*_p + k h_p / ((p - k) p! c_p)`` the first one, h_p, has the other sign; and as soon as c*_i
with i < p leaves its value to one side, h_i becomes the first, with that sign. Where H leads away from R = 0 the
least loss at each R has its top there: no start that ends on that side of R = 0 unlearns.

Source: the dichotomy is that of Imai, Nishiyama & Imaizumi, arXiv:2602.07378; the claims are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from math import factorial, inf, nan
from typing import Any, ClassVar

import numpy as np

from dynamics.planar.fates.asymptotics import Asymptotics, asymptotics
from dynamics.planar.fates.thresholds import TOLERANCE
from dynamics.planar.limits.limits import Fate, LimitPoint, both_wells, limit
from dynamics.planar.limits.loss_profile import minimal_loss_at
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.critical_manifold import fold_alignments
from dynamics.planar.structure.equilibria import EquilibriumKind, equilibria
from dynamics.planar.structure.singular_orbit import singular_orbit
from dynamics.planar.trajectories.trajectory import Trajectory, solve
from dynamics.planar.validation import TAU_MIN
from dynamics.typing import FloatArray

PEAK = 1e-3  # a peak of |R| is claimed to this

_TOP = 65  # times between three samples, which are 1 % of the range of R apart
_BEYOND = 2.0 * TOLERANCE  # of max(1, |threshold|): a start this far from a threshold is on its side for certain
_THIN = 1e-4  # of max(1, |threshold|): a strip of a third fate this thin beside a threshold is not named
_SAME = 1e-6  # two points closer than this are one equilibrium
_TARGET_MAX = 100.0  # of |c*_k|, as a model takes it


class Claim:
    """State something about one trajectory, or about the plane that it is in.

    Attributes
    ----------
    kind : str
        Kind of the claim, one for each subclass.
    """

    kind: ClassVar[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the kind and every number, by name.

        Returns
        -------
        dict
            ``kind`` and the fields; enumerations by the text of their names.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> claim = UnlearningModel((1, 1), (1, 1)).explain(a0=2.0).claims[0]
        >>> claim.as_dict()["kind"], claim.as_dict()["fate"]
        ('ends', 'FULL_ALIGNMENT')
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {"kind": self.kind} | {
            name: (value.name if isinstance(value, Fate) else value.value) if isinstance(value, Enum) else value
            for name, value in values.items()
        }


@dataclass(frozen=True)
class EndsIn(Claim):
    """State the fate of the trajectory and its limit.

    Attributes
    ----------
    fate : Fate
        The fate.
    R, a, loss : float
        Limits of alignment, second-layer weight and loss; a is +-inf for a trajectory that unlearns.
    """

    kind: ClassVar[str] = "ends"
    fate: Fate
    R: float
    a: float
    loss: float


@dataclass(frozen=True)
class RunawayBranch(Claim):
    """State what the critical manifold does as R -> 0 with sign(R) = side.

    Attributes
    ----------
    side : int
        Sign of R, 1 or -1.
    exists : bool
        Whether a branch runs away there, with a R^k -> alpha0.
    unlearns : bool
        Whether the slow flow leads along it to R = 0; if not, no start that ends with sign(R) = side unlearns.
    k : int
        First degree with c_k != 0.
    p : int or None
        First power of R in the slow flow, ``H ~ h_p R^p``; None if it vanishes identically.
    alpha0 : float
        Limit of a R^k.
    h_p : float
        First coefficient of the slow flow.
    a_sign : int
        Sign of a on the branch.
    """

    kind: ClassVar[str] = "branch"
    side: int
    exists: bool
    unlearns: bool
    k: int
    p: int | None
    alpha0: float
    h_p: float
    a_sign: int


@dataclass(frozen=True)
class PowerLaw(Claim):
    """State that ``R ~ R_prefactor tau^R_exponent`` and ``a ~ a_prefactor tau^a_exponent`` as tau grows.

    Attributes
    ----------
    k, p : int
        First degree, and first power of R in the slow flow, see ``Asymptotics``.
    R_exponent, a_exponent : float
        Powers of time.
    R_prefactor, a_prefactor : float
        Prefactors.
    """

    kind: ClassVar[str] = "power law"
    k: int
    p: int
    R_exponent: float
    a_exponent: float
    R_prefactor: float
    a_prefactor: float


@dataclass(frozen=True)
class Attractor(Claim):
    """State that the trajectory ends in a stable node.

    Every solution that starts close to the node ends in it, and what is left of the distance decays at least as fast as
    ``exp(-rate tau)``, up to a factor.

    Attributes
    ----------
    R, a : float
        The equilibrium.
    rate : float
        Rate of decay, in units of 1/tau.
    loss : float
        Loss at the equilibrium.
    is_global_minimum : bool
        Whether no point of the plane has a smaller loss.
    """

    kind: ClassVar[str] = "equilibrium"
    R: float
    a: float
    rate: float
    loss: float
    is_global_minimum: bool


@dataclass(frozen=True)
class PeakAlignment(Claim):
    """State the peak of |R| and how much of it is lost.

    Alignments hold to 1e-3, times to 5 %.

    Attributes
    ----------
    peak : float
        Largest |R|.
    tau : float
        Time of the peak; inf if it is reached only in the limit.
    lost : float
        Peak less the limit of |R|.
    halved : float
        Time at which half of the peak is lost; nan if that does not happen, or not within the trajectory.
    """

    kind: ClassVar[str] = "alignment"
    peak: float
    tau: float
    lost: float
    halved: float


@dataclass(frozen=True)
class FoldJump(Claim):
    """State that, as eps -> 0, the trajectory leaves the critical manifold at a fold and jumps.

    Attributes
    ----------
    R, a : float
        The fold.
    landing : float
        Alignment at which the jump lands.
    """

    kind: ClassVar[str] = "jump"
    R: float
    a: float
    landing: float


@dataclass(frozen=True)
class ThresholdClaim(Claim):
    """State where the fate changes on one side of the trajectory's start.

    Every start at the same R0 from the trajectory's own a0 up to the threshold has the trajectory's fate, and the
    starts beyond it have ``fate``, except in strips of other fates within 1e-4 max(1, |a0|) of it. At R0 = 0 no
    threshold is claimed across a0 = 0, a start that stays.

    Attributes
    ----------
    a0 : float
        The threshold.
    fate : Fate
        Fate of the starts beyond it.
    nearest : bool
        Whether it is the nearer one of the two such thresholds around the start.
    """

    kind: ClassVar[str] = "threshold"
    a0: float
    fate: Fate
    nearest: bool


@dataclass(frozen=True)
class CriticalCoefficient(Claim):
    """State which target coefficient would have to change for the runaway branch to be followed the other way.

    If c*_degree lies beyond ``value`` and all else stays, the runaway branch with sign(R) = side is followed to R = 0
    if ``unlearns``; if not, no start that ends with sign(R) = side unlearns. Of all c*_i but c*_k this is the one that
    has to change least.

    Attributes
    ----------
    degree : int
        Degree of the coefficient.
    present : float
        Its value in the model.
    value : float
        Its critical value.
    above : bool
        Whether "beyond" means above the critical value; otherwise below.
    side : int
        Sign of R, 1 or -1.
    unlearns : bool
        Whether the branch is followed to R = 0 beyond the critical value.
    """

    kind: ClassVar[str] = "coefficient"
    degree: int
    present: float
    value: float
    above: bool
    side: int
    unlearns: bool


@dataclass(frozen=True)
class Explanation:
    """Hold the fate of one trajectory and the claims about it, in the order in which they are best presented.

    Attributes
    ----------
    fate : Fate
        The fate.
    claims : tuple of Claim
        Claims that are certain; what is not certain is left out.

    Notes
    -----
    The claims are this project's.

    References
    ----------
    Imai, Nishiyama & Imaizumi, arXiv:2602.07378 (the dichotomy).
    """

    fate: Fate
    claims: tuple[Claim, ...]


def explanation(model: PlanarProblem, run: Trajectory, thresholds: FloatArray) -> Explanation:
    """What is certain about a run; ``thresholds`` are those of its R0, sorted."""
    limit = run.limit
    if limit.fate == Fate.UNDECIDED:
        return Explanation(limit.fate, ())
    claims: list[Claim] = [EndsIn(limit.fate, limit.R, limit.a, limit.loss)]
    if abs(run.R0) == 1.0:
        return Explanation(limit.fate, tuple(claims))
    claims += _thresholds(model, run, thresholds)
    side = _side(run)
    law = asymptotics(model, side) if side else None
    if law is not None and law.k is not None:
        claims.append(_branch(law, law.k))
    claims += _jumps(model, run)
    if law is not None and limit.fate == Fate.UNLEARNING and law.unlearns and law.k and law.p:
        claims.append(
            PowerLaw(law.k, law.p, law.R_exponent, law.a_exponent, law.R_prefactor, law.a_prefactor),
        )
    claims += _attractor(model, limit)
    claims += _alignment(model, run)
    if law is not None:
        claims += _coefficient(model, law)
    return Explanation(limit.fate, tuple(claims))


def _side(run: Trajectory) -> int:
    """The sign of R in the end; 0 where R ends at rest on 0 or that is not known."""
    limit = run.limit
    if limit.fate != Fate.UNLEARNING:
        return int(np.sign(limit.R))
    # once the limit is certain, or from R = 0 on, R keeps its sign
    sign_is_certain = run.tau[-1] >= limit.tau or run.R0 == 0.0
    return int(np.sign(run.R[-1])) if sign_is_certain else 0


def _thresholds(model: PlanarProblem, run: Trajectory, thresholds: FloatArray) -> list[Claim]:
    a0, fate = run.a0, run.fate
    below, above = thresholds[thresholds <= a0][-1:], thresholds[thresholds > a0][:1]
    found = []
    for at, outward in ((below, -1.0), (above, 1.0)):
        for t in at.tolist():
            step = _BEYOND * max(1.0, abs(t)) * outward
            if run.R0 == 0.0 and t * a0 < 0.0:
                continue
            if abs(t - a0) <= 2.0 * abs(step) or limit(model, t - step, run.R0).fate != fate:
                continue
            strip = thresholds[
                (outward * (thresholds - t) >= 0.0) & (np.abs(thresholds - t) <= _THIN * max(1.0, abs(t)))
            ]
            beyond = limit(model, float(outward * np.max(outward * strip)) + step, run.R0).fate
            if beyond not in (fate, Fate.UNDECIDED):
                found.append((t, beyond))
    nearest = min((abs(t - a0) for t, _ in found), default=nan)
    return [ThresholdClaim(t, beyond, abs(t - a0) == nearest) for t, beyond in found]


def _branch(law: Asymptotics, k: int) -> RunawayBranch:
    return RunawayBranch(law.sign, law.a_sign != 0, law.unlearns, k, law.p, law.alpha0, law.h_p, law.a_sign)


def _jumps(model: PlanarProblem, run: Trajectory) -> list[Claim]:
    """The folds that the singular orbit jumps from, if it has the run's fate."""
    if not len(fold_alignments(model)):
        return []
    orbit = singular_orbit(model, run.a0, run.R0)
    if orbit.end != run.fate:
        return []
    return [
        FoldJump(float(piece.R[-1]), float(piece.a[-1]), float(after.R[-1]))
        for piece, after in zip(orbit.pieces[:-1], orbit.pieces[1:], strict=True)
        if piece.end == "fold" and len(piece.R) > 1 and after.fast
    ]


def _attractor(model: PlanarProblem, end: LimitPoint) -> list[Claim]:
    for point in equilibria(model) if np.isfinite(end.a) else ():
        near = abs(point.R - end.R) <= _SAME and abs(point.a - end.a) <= _SAME * max(1.0, abs(end.a))
        if near and point.kind == EquilibriumKind.STABLE_NODE:
            return [Attractor(point.R, point.a, -point.eigenvalues[1], point.loss, point.is_global_minimum)]
    return []


def _alignment(model: PlanarProblem, run: Trajectory) -> list[Claim]:
    """The peak of |R|, where a barrier of the least loss keeps |R| below it from the run's last sample on."""
    size = np.abs(run.R)
    at, limit = int(np.argmax(size)), abs(run.limit.R)
    top, when = _top(model, run, at)
    peak = max(top, limit, run.limit.peak if run.tau[-1] >= run.limit.tau else 0.0)
    loss, last, beyond = float(run.loss[-1]), float(size[-1]), peak + PEAK
    if last == 0.0 or not loss < model.initial_loss:
        return []
    side = float(np.sign(run.R[-1]))
    if beyond < 1.0:
        A, B = model.overlaps
        wells = both_wells(model)[0 if side > 0 else 1]
        between = (np.abs(wells.R) > last) & (np.abs(wells.R) < beyond)
        barriers = [*wells.V[between], minimal_loss_at(model.coefficients, B, A, side * beyond)]
        if not max(barriers) > loss:
            return []
    lost = peak - limit
    if lost <= PEAK:
        return [PeakAlignment(peak, inf if top < limit else when, max(lost, 0.0), nan)]
    # an end at half the peak is only neared
    halved = _halved(run, at, 0.5 * peak) if lost > 0.5 * peak + PEAK else nan
    return [PeakAlignment(peak, when, lost, halved)]


def _top(model: PlanarProblem, run: Trajectory, at: int) -> tuple[float, float]:
    """The largest |R| between the neighbors of sample ``at``, the largest of the samples, and its time."""
    if not 0 < at < len(run.tau) - 1 or run.tau[at + 1] < TAU_MIN:
        return float(abs(run.R[at])), float(run.tau[at])
    times = np.unique(np.linspace(run.tau[at - 1], run.tau[at + 1], _TOP))
    course = np.abs(solve(model, run.a0, run.R0, float(times[-1]), len(times), times, run.rtol).R)
    top = int(np.argmax(course))
    return float(course[top]), float(times[top])


def _halved(run: Trajectory, at: int, half: float) -> float:
    """The first time after sample ``at`` at which |R| has fallen to ``half``; nan where it has not."""
    size, tau = np.abs(run.R[at:]), run.tau[at:]
    low = np.flatnonzero(size <= half)
    if not len(low) or low[0] == 0:
        return nan
    i = int(low[0])
    share = (size[i - 1] - half) / (size[i - 1] - size[i])
    return float(tau[i - 1] + share * (tau[i] - tau[i - 1]))


def _coefficient(model: PlanarProblem, law: Asymptotics) -> list[Claim]:
    """The c*_i, k < i <= p, that has to change least for the branch to be followed the other way."""
    if law.k is None or law.p is None:
        return []
    k, p, unlearns = law.k, law.p, not law.unlearns
    best: CriticalCoefficient | None = None
    for i in range(k + 1, min(p, model.K) + 1):
        own, present = model.c[i - 1], model.c_star[i - 1]
        if own == 0.0:
            continue
        factor = -(i - k) / k * factorial(i) * own  # of c*_i in h_i
        value = present - law.h_p / factor if i == p else present
        # the branch is followed to R = 0 where h_i alpha0 side^(i + k) > 0
        rises = (factor * law.alpha0 * law.sign ** (i + k) > 0.0) == unlearns
        candidate = CriticalCoefficient(i, present, value, rises, law.sign, unlearns)
        if abs(value) < _TARGET_MAX and (best is None or abs(value - present) < abs(best.value - present)):
            best = candidate
    return [best] if best else []
