"""The single-index model at infinite width: one object that answers every question about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike

from dynamics.planar.fates.asymptotics import Asymptotics, asymptotics
from dynamics.planar.fates.explanation import Explanation, explanation
from dynamics.planar.fates.threshold_limits import ThresholdLimit, threshold_limits
from dynamics.planar.fates.thresholds import thresholds
from dynamics.planar.finite_width.model import FiniteWidth
from dynamics.planar.finite_width.required_width import required_width
from dynamics.planar.limits import limits
from dynamics.planar.limits.limits import Fate, LimitPoint
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure import critical_manifold as manifolds
from dynamics.planar.structure import equilibria
from dynamics.planar.structure.critical_manifold import CriticalManifold, Fold
from dynamics.planar.structure.equilibria import Equilibrium
from dynamics.planar.structure.separatrices import Separatrix, separatrices
from dynamics.planar.structure.singular_orbit import SingularOrbit, singular_orbit
from dynamics.planar.trajectories import trajectory as trajectories
from dynamics.planar.trajectories.backward_orbit import BackwardOrbit, backward_orbit
from dynamics.planar.trajectories.trajectory import Trajectory, TrajectoryChunk
from dynamics.planar.validation import A0_MAX, SAMPLES_MAX, TAU_MAX, TAU_MIN, request, start, starts, starts_between
from dynamics.typing import FloatArray
from dynamics.validation import check_alike, check_array, check_choice, check_instance, check_integer, check_number


@dataclass(frozen=True, init=False)
class UnlearningModel(PlanarProblem):
    """Feature unlearning in a two-layer network: the planar fast-slow system for (R, a).

    Target ``sum_k c*_k He_k(<beta, x>)``, student ``(1/m) sum_i a_i sigma(<w_i, x>)`` with
    ``sigma = sum_k c_k He_k``; R is the alignment <w_i, beta>, a the second-layer weight, and::

        eps dR/dtau = a (1 - R^2) (g - a h)      da/dtau = p - a q

    Parameters
    ----------
    c, c_star : sequences of 1 to 10 floats within [-100, 100]
        Coefficients of He_1, He_2, ... of activation and target. They may differ in length; what is
        missing is 0.
    eps : float in [1e-6, 10]
        Ratio of the first layer's time scale to the second's; 1 is the paper's own system.

    Raises
    ------
    ValueError
        Naming the parameter, its value and its range.

    Source: Imai, Nishiyama & Imaizumi, *Dichotomy of Feature Learning and Unlearning*,
    arXiv:2602.07378.
    """

    # --- the plane -------------------------------------------------------------------------------

    def excess_loss(self, R: ArrayLike, a: ArrayLike, end: LimitPoint) -> FloatArray:
        """``L(R, a) - end.loss`` without cancellation; nan where ``end`` is undecided."""
        alignment, weight = check_alike(R=R, a=a)
        return limits.excess_loss(self, alignment, weight, check_instance("end", end, LimitPoint))

    def critical_manifold(self, n: int = 400, a_max: float | None = None) -> CriticalManifold:
        """Branches of the critical manifold with their stability, and its folds.

        About n points in all, up to ``|a| = a_max`` (by default at least 25, and half as high again
        as the highest fold).
        """
        if a_max is not None:
            a_max = check_number("a_max", a_max, 1e-6, 1e9)
        return manifolds.critical_manifold(self, check_integer("n", n, 2, SAMPLES_MAX), a_max)

    def folds(self) -> tuple[Fold, ...]:
        """Where M' = 0, by increasing R."""
        return manifolds.folds(self)

    def equilibria(self) -> tuple[Equilibrium, ...]:
        """All isolated equilibria, and those on R = +-1, with type, eigenvalues and loss, by increasing R."""
        return equilibria.equilibria(self)

    def equilibrium_lines(self) -> tuple[str, ...]:
        """The continua of equilibria there are, each as a sentence."""
        return equilibria.lines(self)

    def separatrices(self, a_max: float = 25.0) -> tuple[Separatrix, ...]:
        """The curves that part the fates, at this eps, within |R| <= 1, |a| <= ``a_max`` (in [1e-6, 1e3]).

        The stable manifolds of the saddles inside |R| < 1, and where A_1 = 0 the line R = 0 and the curves
        into the ends of what repels on it. Whether the limits on its two sides do differ is
        each one's ``separates``.
        """
        return separatrices(self, check_number("a_max", a_max, 1e-6, A0_MAX))

    def singular_orbit(self, a0: float, R0: float = 0.0) -> SingularOrbit:
        """The orbit from (R0, a0) in the limit eps -> 0, in fast and slow pieces."""
        return singular_orbit(self, *start(a0, R0))

    def asymptotics(self, sign: int = 1) -> Asymptotics:
        """The law of the runaway branch on the side R > 0 (``sign = +1``) or R < 0 (-1)."""
        return asymptotics(self, check_choice("sign", sign, (1, -1)))

    # --- fates -----------------------------------------------------------------------------------

    def limit(self, a0: float, R0: float = 0.0) -> LimitPoint:
        """Where the trajectory from (R0, a0) ends, decided from the structure of the plane."""
        return limits.limit(self, *start(a0, R0))

    def fate(self, a0: float, R0: float = 0.0) -> Fate:
        """The name of ``limit(a0, R0)``."""
        return self.limit(a0, R0).fate

    def explain(
        self, a0: float, R0: float = 0.0, trajectory: Trajectory | None = None, thresholds: ArrayLike | None = None
    ) -> Explanation:
        """Why the trajectory from (R0, a0) has its fate, as claims that an integration can refute.

        ``trajectory``: that trajectory, by default up to tau = 1e4; peaks, losses of alignment and times are claimed
        as far as it reaches. ``thresholds``: those of R0, by default the ones with |a0| <= max(20, 1.01 |a0|).

        Raises ``ValueError`` for arguments out of range, and for a trajectory of another model or start.
        """
        a0, R0 = start(a0, R0)
        run = self.trajectory(a0, R0) if trajectory is None else check_instance("trajectory", trajectory, Trajectory)
        if (run.model, run.a0, run.R0) != (self, a0, R0):
            raise ValueError(f"trajectory must be the one of this model from a0 = {a0:g}, R0 = {R0:g}")
        if thresholds is None:
            reach = min(max(20.0, 1.01 * abs(a0)), A0_MAX)
            thresholds = self.thresholds(R0, (-reach, reach))
        heights = check_array("thresholds", thresholds, -A0_MAX, A0_MAX, ndim=1, least=0, most=SAMPLES_MAX)
        return explanation(self, run, np.sort(heights))

    def thresholds(self, R0: float = 0.0, bracket: tuple[float, float] = (-20.0, 20.0)) -> FloatArray:
        """Every a0 inside the bracket at which the fate changes, sorted, to 1e-6 max(1, |a0|).

        0 is one of them where the fates on its two sides differ.
        """
        return thresholds(self, check_number("R0", R0, -1.0, 1.0), *starts_between(bracket))

    def threshold(self, R0: float = 0.0, bracket: tuple[float, float] = (-20.0, 20.0)) -> FloatArray:
        """Return ``thresholds(R0, bracket)``, whose earlier name this is. Deprecated."""
        found = self.thresholds(R0, bracket)
        warn("UnlearningModel.threshold is called thresholds now", DeprecationWarning, stacklevel=2)
        return found

    def threshold_limits(
        self, R0: float = 0.0, bracket: tuple[float, float] = (-20.0, 20.0)
    ) -> tuple[ThresholdLimit, ...]:
        """What the thresholds inside the bracket tend to as eps -> 0, and how they approach it; a0 = 0 is not one."""
        return threshold_limits(self, check_number("R0", R0, -1.0, 1.0), *starts_between(bracket))

    # --- solutions -------------------------------------------------------------------------------

    def trajectory(
        self,
        a0: float,
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> Trajectory:
        """The solution from alignment R0 and second-layer weight a0.

        Sampled at exactly ``tau`` (increasing, from 0 on; it overrides ``tau_end`` and ``n``), or at 0
        and n log-spaced times up to ``tau_end`` with as many between them as it takes for R and a
        each to move less than 1 % of their range from sample to sample. What moves by less than rounding may
        jump; so does what moves by more between two times that are neighbors in floating point.

        Raises ``ValueError`` for arguments out of range: |a0| <= 1e3, |R0| <= 1,
        1e-20 <= tau_end <= 1e8, 2 <= n <= 1e5, 1e-13 <= rtol <= 1e-3.
        """
        return trajectories.solve(self, *request(a0, R0, tau_end, n, tau, rtol))

    def trajectories(
        self,
        a0s: Iterable[float],
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> tuple[Trajectory, ...]:
        """One ``trajectory`` for each start in ``a0s``."""
        requests = [request(a0, R0, tau_end, n, tau, rtol) for a0 in starts(a0s)]
        return tuple(trajectories.solve(self, *one) for one in requests)

    def stream(
        self,
        a0s: Iterable[float],
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        rtol: float = 1e-8,
        chunk: int = 256,
    ) -> Iterator[TrajectoryChunk]:
        """The same trajectories in pieces of at most ``chunk`` samples, each integrated when asked
        for: whoever stops asking stops the work."""
        size = check_integer("chunk", chunk, 1, SAMPLES_MAX)
        requests = [request(a0, R0, tau_end, n, None, rtol) for a0 in starts(a0s)]
        return (
            part
            for index, one in enumerate(requests)
            for part in trajectories.chunks(index, trajectories.solve(self, *one), size)
        )

    def backward_orbit(self, a0: float, R0: float = 0.0, a_max: float = 25.0) -> BackwardOrbit:
        """Where the solution through (R0, a0) comes from: backward in time until |a| = ``a_max`` (in [1e-6, 1e3]).

        It ends earlier where it comes from an equilibrium, or creeps along R = +-1. Work is bounded: 20,000 steps.
        """
        return backward_orbit(self, *start(a0, R0), check_number("a_max", a_max, 1e-6, A0_MAX))

    # --- finite width ----------------------------------------------------------------------------

    def finite_width(self, m: float) -> FiniteWidth:
        """The exact law of the network of m neurons; m real, 2 <= m <= 1e9."""
        return FiniteWidth(self, m)

    def required_width(self, a0: float, R0: float = 0.0, tau_end: float = 1e4, tolerance: float = 0.05) -> float:
        """The width from which on the planar solution holds: the smallest m, to 1 %, above which the exact
        solution stays within ``tolerance`` of it up to tau_end.

        Within tolerance, each of the two passes every point (R, a / max(1, |a|)) of the other to that distance,
        at a time to that share: so a jump may come a little late, and no stretch may be left out. 2 where every
        width will do, inf where 1e9 will not, nan where the integration of the planar solution stops early. "Above
        which" is tested at powers of 10.

        Raises ``ValueError`` unless |a0| <= 1e3, |R0| <= 1, 1e-20 <= tau_end <= 1e8, 1e-4 <= tolerance <= 0.5.
        """
        a0, R0 = start(a0, R0)
        tau_end = check_number("tau_end", tau_end, TAU_MIN, TAU_MAX)
        return required_width(self, a0, R0, tau_end, check_number("tolerance", tolerance, 1e-4, 0.5))
