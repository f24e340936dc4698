"""The single-index model at infinite width: one object that answers every question about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
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
    """Model feature unlearning in a two-layer network: the planar fast-slow system for (R, a).

    The target is ``sum_k c*_k He_k(<beta, x>)``, the student ``(1/m) sum_i a_i sigma(<w_i, x>)`` with
    ``sigma = sum_k c_k He_k``; R is the alignment <w_i, beta>, a the second-layer weight, and::

        eps dR/dtau = a (1 - R^2) (g - a h)      da/dtau = p - a q

    with the polynomials p, g, q and h of ``sums``. Time tau is in units of m / learning rate. The system holds at
    infinite width, without noise, weight decay or constant terms.

    Parameters
    ----------
    c, c_star : sequence of 1 to 10 floats in [-100, 100]
        Coefficients of He_1, He_2, ... of activation and target. The polynomials He_k are not normalized: E[He_k^2] =
        k!. The two may differ in length; missing coefficients are 0.
    eps : float in [1e-6, 10], default 1
        Ratio of the first layer's time scale to the second's; 1 is the paper's own system.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    References
    ----------
    Imai, Nishiyama & Imaizumi, *Dichotomy of Feature Learning and Unlearning*, arXiv:2602.07378.

    Examples
    --------
    >>> from dynamics import UnlearningModel
    >>> model = UnlearningModel(c=(1, 1, 1, 1, 1), c_star=(1, -1, 1, 1, 1))
    >>> model
    UnlearningModel(c=(1.0, 1.0, 1.0, 1.0, 1.0), c_star=(1.0, -1.0, 1.0, 1.0, 1.0), eps=1.0)
    >>> model.fate(9).name, model.fate(10).name
    ('FULL_ALIGNMENT', 'UNLEARNING')
    """

    # --- the plane -------------------------------------------------------------------------------

    def excess_loss(self, R: ArrayLike, a: ArrayLike, end: LimitPoint) -> FloatArray:
        """Return ``L(R, a) - end.loss`` without cancellation.

        Parameters
        ----------
        R, a : array_like
            Alignments and second-layer weights; they are broadcast.
        end : LimitPoint
            The limit of a trajectory, as ``limit`` returns it.

        Returns
        -------
        array
            The excess loss, of the broadcast shape; nan where ``end`` is undecided.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> model = UnlearningModel((1, 1), (1, -1))
        >>> float(model.excess_loss(0.0, 2.0, model.limit(2.0)))  # from the start, 1.5, to the limit, 1
        0.5
        """
        alignment, weight = check_alike(R=R, a=a)
        return limits.excess_loss(self, alignment, weight, check_instance("end", end, LimitPoint))

    def critical_manifold(self, n: int = 400, a_max: float | None = None) -> CriticalManifold:
        """Return the branches of the critical manifold with their stability, and its folds.

        Parameters
        ----------
        n : int, 2 to 100,000, default 400
            About the number of points in all.
        a_max : float in [1e-6, 1e9], optional
            Largest |a|. By default 25, or half as high again as the highest fold, whichever is larger.

        Returns
        -------
        CriticalManifold
            Its branches and folds.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> manifold = UnlearningModel((1, 1), (1, -1)).critical_manifold()
        >>> [(round(fold.R, 3), round(fold.a, 3)) for fold in manifold.folds]
        [(0.5, -1.0)]
        """
        if a_max is not None:
            a_max = check_number("a_max", a_max, 1e-6, 1e9)
        return manifolds.critical_manifold(self, check_integer("n", n, 2, SAMPLES_MAX), a_max)

    def folds(self) -> tuple[Fold, ...]:
        """Return the folds of the critical manifold, where M' = 0.

        Returns
        -------
        tuple of Fold
            By increasing R; R = 0 and R = +-1 are excluded.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> for fold in UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).folds():
        ...     print(f"R = {fold.R:.3f}, a = {fold.a:.3f}: jump to R = {fold.landing:.3f}")
        R = -0.357, a = -13.103: jump to R = -0.124
        R = -0.202, a = -11.333: jump to R = -0.451
        R = 0.127, a = 8.355: jump to R = 0.611
        R = 0.375, a = 20.891: jump to R = 0.042
        """
        return manifolds.folds(self)

    def equilibria(self) -> tuple[Equilibrium, ...]:
        """Return all isolated equilibria, and those on R = +-1.

        Returns
        -------
        tuple of Equilibrium
            With type, eigenvalues and loss, by increasing R.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> for point in UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).equilibria():
        ...     print(f"R = {point.R:.3f}, a = {point.a:.3f}: {point.kind.value}")
        R = -1.000, a = -0.686: stable node
        R = 0.000, a = 0.000: saddle
        R = 0.094, a = 9.312: saddle
        R = 1.000, a = 0.974: stable node
        """
        return equilibria.equilibria(self)

    def equilibrium_lines(self) -> tuple[str, ...]:
        """Describe the continua of equilibria.

        Returns
        -------
        tuple of str
            One sentence for each continuum; empty if there is none.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((0, 1, 1), (1, 1, 1)).equilibrium_lines()
        ('Every point with R = 0 is an equilibrium: c_1 c*_1 = 0.',)
        """
        return equilibria.lines(self)

    def separatrices(self, a_max: float = 25.0) -> tuple[Separatrix, ...]:
        """Return the curves that separate the fates, at this eps, within |R| <= 1 and |a| <= a_max.

        These are the stable manifolds of the saddles inside |R| < 1. Where A_1 = 0 they are also the line R = 0, and
        the curves into the ends of the parts of that line that repel. ``Separatrix.separates`` says whether the limits
        on the two sides of a curve differ.

        Parameters
        ----------
        a_max : float in [1e-6, 1e3], default 25
            Largest |a| of the window.

        Returns
        -------
        tuple of Separatrix
            By the R of their saddle; those that belong to the line R = 0 at rest come last.

        Raises
        ------
        ValueError
            If a_max is outside its range.

        Notes
        -----
        Not covered, because no saddle marks it: the boundary of what a degenerate equilibrium with R != 0 absorbs, what
        ends on R = 0 where A_1 = A_2 = 0, and the boundary between the two ways in which R and a die away where every
        A_k is 0.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> for curve in UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).separatrices():
        ...     print(f"saddle at R = {curve.saddle.R:.3f}:", *(fate.name for fate in curve.fates))
        saddle at R = 0.000: FULL_ALIGNMENT FULL_ALIGNMENT
        saddle at R = 0.094: FULL_ALIGNMENT UNLEARNING
        """
        return separatrices(self, check_number("a_max", a_max, 1e-6, A0_MAX))

    def singular_orbit(self, a0: float, R0: float = 0.0) -> SingularOrbit:
        """Return the orbit from (R0, a0) in the limit eps -> 0, in fast and slow pieces.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.

        Returns
        -------
        SingularOrbit
            The pieces in order, and the fate that they lead to.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> orbit = UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).singular_orbit(a0=15)
        >>> [(piece.fast, piece.end) for piece in orbit.pieces], orbit.end.name
        ([(True, 'branch'), (False, 'infinity')], 'UNLEARNING')
        """
        return singular_orbit(self, *start(a0, R0))

    def asymptotics(self, sign: int = 1) -> Asymptotics:
        """Return the asymptotic law of the runaway branch on one side of R = 0.

        Parameters
        ----------
        sign : {1, -1}, default 1
            The side: R > 0 (1) or R < 0 (-1).

        Returns
        -------
        Asymptotics
            The law, with ``R(tau)`` and ``a(tau)``.

        Raises
        ------
        ValueError
            If sign is neither 1 nor -1.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> law = UnlearningModel((1, 1), (1, -1)).asymptotics()
        >>> law.k, law.p, law.unlearns, round(law.a_exponent, 3)
        (1, 2, True, 0.333)
        >>> print(f"{law.a(1e4):.2f}")  # the solution from a0 = 2 has a = 35.46 then
        35.65
        """
        return asymptotics(self, check_choice("sign", sign, (1, -1)))

    # --- fates -----------------------------------------------------------------------------------

    def limit(self, a0: float, R0: float = 0.0) -> LimitPoint:
        """Return the limit of the trajectory from (R0, a0), decided from the structure of the plane.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.

        Returns
        -------
        LimitPoint
            Fate, R, a and loss as tau goes to infinity.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Notes
        -----
        For fixed R the loss is a parabola in a, so sublevel sets of the loss are intervals of R, and a trajectory whose
        loss has fallen below the last barrier stays in its interval. This decides the outcome up to the error of the
        integration, which matters close to a threshold and in slow passages at small eps. Where no argument applies,
        the fate is UNDECIDED.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> end = UnlearningModel((1, 1), (1, -1)).limit(2.0)
        >>> end.fate.name, end.R, end.a, round(end.loss, 6)
        ('UNLEARNING', 0.0, inf, 1.0)
        """
        return limits.limit(self, *start(a0, R0))

    def fate(self, a0: float, R0: float = 0.0) -> Fate:
        """Return the fate of the trajectory from (R0, a0): that of ``limit(a0, R0)``.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.

        Returns
        -------
        Fate
            The name of the limit.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((1, 1), (1, 1)).fate(2.0).name
        'FULL_ALIGNMENT'
        """
        return self.limit(a0, R0).fate

    def explain(
        self, a0: float, R0: float = 0.0, trajectory: Trajectory | None = None, thresholds: ArrayLike | None = None
    ) -> Explanation:
        """Explain the fate of the trajectory from (R0, a0) by claims that an integration can refute.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        trajectory : Trajectory, optional
            The trajectory of this model from this start; by default the one up to tau = 1e4. Peaks, losses of alignment
            and times are claimed as far as it reaches.
        thresholds : array_like (n,), optional
            The thresholds of R0, at most 100,000 within [-1e3, 1e3]; by default those with |a0| <= max(20, 1.01 |a0|).

        Returns
        -------
        Explanation
            The fate and the claims.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if the trajectory belongs to another model or start.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> explanation = UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).explain(a0=10)
        >>> [claim.kind for claim in explanation.claims]
        ['ends', 'threshold', 'branch', 'power law', 'alignment', 'coefficient']
        >>> round(explanation.claims[1].a0, 3), explanation.claims[1].fate.name
        (9.312, 'FULL_ALIGNMENT')
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
        """Return every a0 inside the bracket at which the fate changes.

        The value 0 is one of them if the fates on its two sides differ.

        Parameters
        ----------
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        bracket : tuple of two floats in [-1e3, 1e3], default (-20, 20)
            Lowest and highest a0; the first is smaller than the second.

        Returns
        -------
        array (n,)
            The thresholds, sorted, each to 1e-6 max(1, |a0|).

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1)).thresholds().round(4)
        array([9.3118])
        """
        return thresholds(self, check_number("R0", R0, -1.0, 1.0), *starts_between(bracket))

    def threshold(self, R0: float = 0.0, bracket: tuple[float, float] = (-20.0, 20.0)) -> FloatArray:
        """Return ``thresholds(R0, bracket)``, whose earlier name this is. Deprecated.

        Parameters
        ----------
        R0, bracket
            See ``thresholds``.

        Returns
        -------
        array (n,)
            The thresholds, sorted. A ``DeprecationWarning`` is issued.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        found = self.thresholds(R0, bracket)
        warn("UnlearningModel.threshold is called thresholds now", DeprecationWarning, stacklevel=2)
        return found

    def threshold_limits(
        self, R0: float = 0.0, bracket: tuple[float, float] = (-20.0, 20.0)
    ) -> tuple[ThresholdLimit, ...]:
        """Return the limits of the thresholds inside the bracket as eps -> 0, and how they are approached.

        The value a0 = 0 is not among them.

        Parameters
        ----------
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        bracket : tuple of two floats in [-1e3, 1e3], default (-20, 20)
            Lowest and highest a0; the first is smaller than the second.

        Returns
        -------
        tuple of ThresholdLimit
            By increasing a0.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        References
        ----------
        The passage of a fold is that of Krupa & Szmolyan, SIAM J. Math. Anal. 33:286, 2001. The rest is this project's.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> model = UnlearningModel((1, 1, 1, 1, 1), (1, -1, 1, 1, 1))
        >>> (limit,) = model.threshold_limits()
        >>> limit.kind, round(limit.a0, 4)
        ('saddle', 9.3124)
        >>> print(f"{limit.approach(1.0):.4f} {model.thresholds()[0]:.4f}")  # predicted at eps = 1, and computed there
        9.3118 9.3118
        """
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
        """Return the solution from alignment R0 and second-layer weight a0.

        It is sampled at exactly ``tau`` if that is given. Otherwise it is sampled at 0 and at n log-spaced times up to
        ``tau_end``, with as many samples between them as R and a need to move less than 1 % of their range each from
        sample to sample. A movement smaller than rounding may be a jump, and so may a larger one between two times that
        are neighbors in floating point.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        tau_end : float in [1e-20, 1e8], default 1e4
            Last time, in units of m / learning rate.
        n : int, 2 to 100,000, default 400
            Number of log-spaced samples.
        tau : array_like (k,), optional
            Times to sample at, increasing, from 0 to 1e8, at most 100,000. They override ``tau_end`` and ``n``.
        rtol : float in [1e-13, 1e-3], default 1e-8
            Relative tolerance of the integration.

        Returns
        -------
        Trajectory
            The samples, and the analyses of the trajectory.

        Raises
        ------
        ValueError
            If an argument is outside its range. The message names the argument, its value and the range.

        Notes
        -----
        The system is integrated in rho = atanh R by a compiled Rodas5P.

        References
        ----------
        Steinebach, BIT Numer. Math. 63:27, 2023 (Rodas5P).

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> model = UnlearningModel((1, 1), (1, -1))
        >>> run = model.trajectory(a0=2.0)
        >>> run.fate.name
        'UNLEARNING'
        >>> print(f"the alignment rises to {run.R.max():.3f} and falls to {run.R[-1]:.3f}")
        the alignment rises to 0.160 and falls to 0.025
        >>> model.trajectory(a0=2.0, tau=(0, 1, 10)).R.round(4)
        array([0.    , 0.1598, 0.1488])
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
        """Return one ``trajectory`` for each start.

        Parameters
        ----------
        a0s : iterable of float
            Second-layer weights at the start, at most 100,000 in [-1e3, 1e3].
        R0, tau_end, n, tau, rtol
            See ``trajectory``.

        Returns
        -------
        tuple of Trajectory
            In the order of ``a0s``.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> runs = UnlearningModel((1, 1), (1, -1)).trajectories((-2, 2), tau_end=10)
        >>> [run.fate.name for run in runs]
        ['FULL_ALIGNMENT', 'UNLEARNING']
        """
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
        """Return the trajectories of ``trajectories`` in pieces.

        Each trajectory is integrated when its first piece is requested: to stop the work, stop iterating.

        Parameters
        ----------
        a0s : iterable of float
            Second-layer weights at the start, at most 100,000 in [-1e3, 1e3].
        R0, tau_end, n, rtol
            See ``trajectory``.
        chunk : int, 1 to 100,000, default 256
            Largest number of samples of a piece.

        Yields
        ------
        TrajectoryChunk
            Consecutive samples of one trajectory.

        Raises
        ------
        ValueError
            If an argument is outside its range; raised by the call, before the iteration.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> parts = list(UnlearningModel((1, 1), (1, -1)).stream((-2, 2), tau_end=10, chunk=100_000))
        >>> [(part.index, part.start, part.last) for part in parts]
        [(0, 0, True), (1, 0, True)]
        """
        size = check_integer("chunk", chunk, 1, SAMPLES_MAX)
        requests = [request(a0, R0, tau_end, n, None, rtol) for a0 in starts(a0s)]
        return (
            part
            for index, one in enumerate(requests)
            for part in trajectories.chunks(index, trajectories.solve(self, *one), size)
        )

    def backward_orbit(self, a0: float, R0: float = 0.0, a_max: float = 25.0) -> BackwardOrbit:
        """Return the past of the solution through (R0, a0): backward in time until |a| = a_max.

        It ends earlier where the solution comes from an equilibrium, or creeps along R = +-1. It takes at most 20,000
        steps.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the point.
        R0 : float in [-1, 1], default 0
            Alignment at the point.
        a_max : float in [1e-6, 1e3], default 25
            Largest |a| of the window.

        Returns
        -------
        BackwardOrbit
            Points from (R0, a0) backward in time.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> past = UnlearningModel((1, 1), (1, -1)).backward_orbit(3.0, R0=0.3)
        >>> print(f"{past.R[0]:.3f} {past.a[0]:.3f}")
        0.300 3.000
        >>> past.tau < 0, bool((abs(past.a) <= 25).all())
        (True, True)
        """
        return backward_orbit(self, *start(a0, R0), check_number("a_max", a_max, 1e-6, A0_MAX))

    # --- pictures --------------------------------------------------------------------------------

    def plot(
        self,
        a0: ArrayLike,
        R0: float = 0.0,
        tau_end: float = 1e4,
        layers: tuple[str, ...] = ("field", "eq", "sep"),
    ) -> Any:
        """Draw trajectories in the R–a plane with plotly; a notebook displays what is returned.

        ``dynamics.plotting.PlanarPicture`` has the panels over time, finite width and print besides.

        Parameters
        ----------
        a0 : float or array_like (n,)
            Starts a(0), from -1000 to 1000.
        R0 : float in [-1, 1], default 0
            R(0).
        tau_end : float in [1e-20, 1e8], default 1e4
            Last time, in units of m / learning rate.
        layers : sequence of str, default ("field", "eq", "sep")
            Overlays of the plane, see ``PlanarPicture.of``.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((1, 1, 1), (1, -1, 1)).plot(a0=(2.0, 8.0)).layout.xaxis.title.text
        'alignment  R'
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        picture = plotting.PlanarPicture.of(self, a0, R0, tau_end=tau_end, layers=layers)
        return plotting.to_plotly(picture.plane())

    # --- finite width ----------------------------------------------------------------------------

    def finite_width(self, m: float) -> FiniteWidth:
        """Return the exact law of the network of m neurons.

        Parameters
        ----------
        m : float in [2, 1e9]
            Width; it need not be an integer.

        Returns
        -------
        FiniteWidth
            The law, with its trajectories and their ends.

        Raises
        ------
        ValueError
            If m is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> wide = UnlearningModel((1, 1), (1, -1)).finite_width(10_000)
        >>> print(f"{wide.trajectory(a0=2.0, tau=(0, 10)).R[-1]:.3f}")
        0.149
        """
        return FiniteWidth(self, m)

    def required_width(self, a0: float, R0: float = 0.0, tau_end: float = 1e4, tolerance: float = 0.05) -> float:
        """Return the width from which on the planar solution holds up to a time.

        This is the smallest m, to 1 %, above which the exact solution stays within ``tolerance`` of the planar one up
        to ``tau_end``. "Above which" is tested at powers of 10.

        Within tolerance means: each of the two solutions passes every point (R, a / max(1, |a|)) of the other to that
        distance, at a time to that share. So a jump may come a little late, but no stretch may be left out.

        Parameters
        ----------
        a0 : float in [-1e3, 1e3]
            Second-layer weight at the start.
        R0 : float in [-1, 1], default 0
            Alignment at the start.
        tau_end : float in [1e-20, 1e8], default 1e4
            Last time, in units of m / learning rate.
        tolerance : float in [1e-4, 0.5], default 0.05
            Largest distance, and largest share of the time.

        Returns
        -------
        float
            The width; 2 if every width suffices, inf if 1e9 does not, nan if the integration of the planar solution
            stops early.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> model = UnlearningModel((1, 1), (1, -1))
        >>> round(model.required_width(a0=2.0, tau_end=10.0), -1)
        320.0
        """
        a0, R0 = start(a0, R0)
        tau_end = check_number("tau_end", tau_end, TAU_MIN, TAU_MAX)
        return required_width(self, a0, R0, tau_end, check_number("tolerance", tolerance, 1e-4, 0.5))
