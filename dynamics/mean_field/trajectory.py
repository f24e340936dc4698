"""Solutions of the mean-field system and of the exact flow: what is asked, and what is got, whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics.integrators import rosenbrock
from dynamics.integrators.rosenbrock import ResultCode
from dynamics.interruption import checkpoint
from dynamics.mean_field.dense_sampling import advance
from dynamics.mean_field.initialization import Groups, sample_times
from dynamics.mean_field.learning_times import LEARNED
from dynamics.mean_field.problem import MeanFieldProblem
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_number

STEP_BUDGET = 200_000
_PIECE = 0.05  # seconds that a piece may take
_MEMORY = 4_000_000  # a_i and s_i that refinement may add in all
_REFINED = 20_000  # samples that it may add


@dataclass(frozen=True, eq=False)
class TrajectorySpec:
    """The validated arguments of a trajectory."""

    model: MeanFieldProblem
    a0: FloatArray
    t_end: float
    n: int
    t: FloatArray | None
    rtol: float
    overlaps: bool
    level: float = LEARNED  # of the residuals whose crossings are looked for

    @cached_property
    def groups(self) -> Groups:
        """The neurons that stay alike: one of each is integrated."""
        return self.model.groups(self.a0)

    @property
    def system(self) -> Any:
        """The compiled core's view of what is to be integrated."""
        make = self.model.overlap_system if self.overlaps else self.model.system
        return make(self.groups.counts)

    @property
    def start(self) -> FloatArray:
        """The unknowns at the start."""
        a0, n = self.groups.a0, len(self.groups.a0)
        y = np.zeros(n * (n + 2) if self.overlaps else 2 * n)
        y[:n] = a0
        if self.overlaps:  # of two members of a group, which are orthogonal; of a single neuron with itself
            y[2 * n :] = np.diag((self.groups.counts == 1).astype(float)).ravel()
        return y

    @property
    def times(self) -> FloatArray:
        """The times at which samples are taken in any case."""
        if self.t is not None:
            return self.t
        first = min(1e-3 * self.model.eps, 1e-3 * self.t_end)
        times = np.geomspace(first, self.t_end, self.n)
        times[-1] = self.t_end
        return np.array([0.0, *times])


@dataclass(frozen=True)
class MeanFieldStatistics:
    """Count the work of an integration.

    Attributes
    ----------
    steps : int
        Accepted steps.
    rejected : int
        Rejected steps.
    evaluations : int
        Evaluations of the right-hand side.
    """

    steps: int
    rejected: int
    evaluations: int


@dataclass(frozen=True, eq=False)
class MeanFieldChunk(Result):
    """Hold consecutive samples of a solution.

    Attributes
    ----------
    t : array (k,)
        Times.
    a, s : array (k, m)
        Second-layer weights and alignments.
    risk, spread : array (k,)
        See ``MeanFieldTrajectory``.
    progress : float
        Share of the integration, in ln t, that is done.
    code : ResultCode
        How the integration ended so far.
    stats : MeanFieldStatistics
        What it cost so far.
    half_times : array (K + 1,)
        See ``MeanFieldTrajectory``; so far.
    last : bool
        Whether the solution ends with this chunk.
    """

    t: FloatArray
    a: FloatArray
    s: FloatArray
    risk: FloatArray
    spread: FloatArray
    progress: float
    code: ResultCode
    stats: MeanFieldStatistics
    half_times: FloatArray
    last: bool


@dataclass(frozen=True, eq=False)
class MeanFieldTrajectory(Result):
    """Hold a solution from s_i = 0 and a_i = a0_i, sampled at t.

    Attributes
    ----------
    model : MeanFieldModel
        The model.
    a0 : array (m,)
        Second-layer weights at the start.
    t_end : float
        Last time that was requested.
    rtol : float
        Relative tolerance of the integration.
    overlaps : bool
        Whether it solves the exact flow instead of the mean field.
    t : array (n,)
        Times.
    a, s : array (n, m)
        Second-layer weights and alignments.
    risk : array (n,)
        Population risk, half the mean squared error.
    spread : array (n,)
        Root mean square of ``r_ij - s_i s_j`` over pairs of neurons; 0 in the mean field.
    code : ResultCode
        How the integration ended.
    stats : MeanFieldStatistics
        What it cost.
    half_times : array (K + 1,)
        Time at which the residual of each degree first falls to half of |phi_k|; nan if it does not.

    Examples
    --------
    >>> from dynamics import MeanFieldModel
    >>> run = MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-4, m=10).trajectory(seed=1)
    >>> run.residual.shape == (len(run.t), 3)
    True
    >>> run.lost
    array([False, False, False])
    """

    model: MeanFieldProblem
    a0: FloatArray
    t_end: float
    rtol: float
    overlaps: bool
    t: FloatArray
    a: FloatArray
    s: FloatArray
    risk: FloatArray
    spread: FloatArray
    code: ResultCode
    stats: MeanFieldStatistics
    half_times: FloatArray

    def plot(self) -> Any:
        """Draw risk, its degrees and the neurons over time with plotly; a notebook displays what is returned.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> MeanFieldModel((1, -1), "relu", eps=0.1, m=2).trajectory(t_end=1.0).plot().layout.yaxis.title.text
        'risk'
        """
        solutions = import_module("dynamics.plotting.solutions")  # which imports this module
        return import_module("dynamics.plotting").to_plotly(solutions.mean_field_panels(self))

    @cached_property
    def residual(self) -> FloatArray:
        """Residuals ``phi_k - sigma_k (1/m) sum_i a_i s_i^k`` for k = 0 ... K (array (n, K + 1))."""
        return residuals(self.model, self.a, self.s)

    @cached_property
    def tail(self) -> FloatArray:
        """Part of the risk beside ``1/2 sum_k residual_k^2`` (array (n,)).

        It consists of the degrees above K of the network's output and, in the exact flow, of the output off the
        target's direction.
        """
        return np.asarray(np.maximum(0.0, self.risk - 0.5 * np.sum(self.residual**2, axis=1)))

    def learning_times(self, level: float = LEARNED) -> FloatArray:
        """Return the time at which each degree is learned.

        This is when the residual first falls to ``level`` of ``|phi_k|``, and so its risk to ``level^2`` of ``phi_k^2 /
        2``. It is a root of the integrator's dense output. A degree may be lost again, see ``lost``.

        Parameters
        ----------
        level : float in [0, 1], default 0.5
            Share of the residual. Another level than 0.5 takes another integration.

        Returns
        -------
        array (K + 1,)
            The times; nan if the degree is not learned by ``t_end``, or if phi_k = 0.

        Raises
        ------
        ValueError
            If level is outside its range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> run = MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-4, m=10).trajectory(seed=1)
        >>> run.learning_times(0.25).round(4)
        array([0.0009, 0.0847, 0.8324])
        """
        level = check_number("level", level, 0.0, 1.0)
        if level == LEARNED:
            return self.half_times
        ends = np.array([0.0, self.t_end])
        return solve(
            TrajectorySpec(self.model, self.a0, self.t_end, 2, ends, self.rtol, self.overlaps, level)
        ).half_times

    def resample(self, t: ArrayLike) -> MeanFieldTrajectory:
        """Return the same solution, integrated again, at other times.

        Parameters
        ----------
        t : array_like (k,)
            Times, increasing, from 0 to 1e6, at most 100,000.

        Returns
        -------
        MeanFieldTrajectory
            The solution at exactly these times.

        Raises
        ------
        ValueError
            If the times are outside their range.
        """
        times, t_end = sample_times(t)
        return solve(TrajectorySpec(self.model, self.a0, t_end, len(times), times, self.rtol, self.overlaps))

    @cached_property
    def left(self) -> FloatArray:
        """Share of each degree that is left at the end, ``|residual_k / phi_k|`` (array (K + 1,)); nan if phi_k = 0."""
        phi = self.model.coefficients[0]
        return np.asarray(abs(self.residual[-1]) / np.where(phi == 0.0, np.nan, abs(phi)))

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """Whether each degree was half learned and is not any longer at the end (bool array (K + 1,))."""
        return np.asarray(np.isfinite(self.half_times) & (self.left > LEARNED))


def residuals(model: MeanFieldProblem, a: FloatArray, s: FloatArray) -> FloatArray:
    """``phi_k - sigma_k (1/m) sum_i a_i s_i^k`` of samples a, s (n, m); shape (n, K + 1)."""
    phi, sigma = model.coefficients
    left = np.empty((len(a), len(phi)))
    power = a.copy()
    for k in range(len(phi)):
        left[:, k] = phi[k] - sigma[k] * power.mean(axis=1)
        power *= s
    return left


def iter_chunks(request: TrajectorySpec) -> Iterator[MeanFieldChunk]:
    """Integrate, and give what there is after every twentieth of a second."""
    system, m, times, t_end = request.system, request.model.m, request.times, request.t_end
    y, groups = request.start, request.groups
    crossings = request.model.coefficients, request.level, np.full(request.model.degrees + 1, np.nan)
    state = rosenbrock.initial_state(0.0, 1e-4 * min(request.model.eps, t_end))
    work = rosenbrock.workspace(system)
    refined = 0.0 if request.t is not None else min(_REFINED, _MEMORY / m)
    refine = np.array([0.0, max(1e-300, float(abs(request.a0).max())), refined])
    place, steps = 0, 4
    ends = np.log([times[1] if len(times) > 1 and times[0] == 0.0 else times[0] or t_end, t_end])
    last = False
    while not last:
        checkpoint()
        began = perf_counter()
        samples, place, code = advance(
            system, state, y, work, times, place, refine, t_end, request.rtol, steps, crossings
        )
        took = perf_counter() - began
        steps = max(1, min(4 * steps, int(steps * _PIECE / max(took, 1e-9))))
        taken = int(state[rosenbrock.ACCEPTED])
        if code == ResultCode.SUCCESS and taken >= STEP_BUDGET and state[rosenbrock.T] < t_end:
            code = ResultCode.STEP_LIMIT
        last = code != ResultCode.SUCCESS or state[rosenbrock.T] >= t_end
        stats = MeanFieldStatistics(taken, int(state[rosenbrock.REJECTED]), int(state[rosenbrock.EVALUATIONS]))
        now = np.log(max(float(state[rosenbrock.T]), 1e-300))
        done = 1.0 if last else float(np.clip((now - ends[0]) / max(ends[1] - ends[0], 1e-9), 0.0, 1.0))
        t, risk, spread = samples[:, :3].T.copy()
        a, s = (groups.expand(part) for part in np.split(samples[:, 3:], 2, axis=1))
        half_times = crossings[2].copy()
        half_times.setflags(write=False)
        yield MeanFieldChunk(t, a, s, risk, spread, done, ResultCode(code), stats, half_times, last)


def solve(request: TrajectorySpec) -> MeanFieldTrajectory:
    """The whole solution."""
    return joined(request, list(iter_chunks(request)))


def joined(request: TrajectorySpec, pieces: Sequence[MeanFieldChunk]) -> MeanFieldTrajectory:
    """The whole solution from all its pieces."""

    def whole(name: str) -> FloatArray:
        values = np.concatenate([getattr(piece, name) for piece in pieces])
        values.setflags(write=False)
        return values

    return MeanFieldTrajectory(
        model=request.model,
        a0=request.a0,
        t_end=request.t_end,
        rtol=request.rtol,
        overlaps=request.overlaps,
        t=whole("t"),
        a=whole("a"),
        s=whole("s"),
        risk=whole("risk"),
        spread=whole("spread"),
        code=pieces[-1].code,
        stats=pieces[-1].stats,
        half_times=pieces[-1].half_times,
    )
