"""How learning times scale with eps: a sweep over eps and seeds, its medians, local slopes and fitted exponents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dynamics.mean_field.learning_times import learnable, predicted_times
from dynamics.mean_field.problem import MeanFieldProblem
from dynamics.mean_field.trajectory import TrajectorySpec, solve
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_flag, check_integer


@dataclass(frozen=True)
class Exponent:
    """Hold a power law ``t = constant * eps^slope``, fitted to medians by least squares in logarithms.

    Attributes
    ----------
    slope : float
        The exponent; nan, like the following three, for fewer than three points.
    slope_error : float
        Its standard error.
    constant : float
        The prefactor.
    log_constant_error : float
        Standard error of ln constant.
    points : int
        Number of points of the fit.
    """

    slope: float
    slope_error: float
    constant: float
    log_constant_error: float
    points: int


@dataclass(frozen=True, eq=False)
class EpsSweep(Result):
    """Hold learning times over eps and seeds.

    Attributes
    ----------
    model : MeanFieldModel
        The model, with the eps of the run that was computed last.
    eps : array (n,)
        Values of eps, increasing.
    seeds : tuple of k ints
        Seeds of the starts.
    starts : array (k, m)
        a_i(0) of each seed.
    times : array (n, k, K + 1)
        Learning times; inf if a degree is not learned by the end of the run, or is lost again; nan if the run is not
        computed yet.
    done : int
        Number of runs that are computed.
    """

    model: MeanFieldProblem
    eps: FloatArray
    seeds: tuple[int, ...]
    starts: FloatArray
    times: FloatArray
    done: int

    @property
    def progress(self) -> float:
        """Share of runs that are done (float)."""
        return self.done / (len(self.eps) * len(self.seeds))

    @cached_property
    def medians(self) -> FloatArray:
        """Medians over the seeds that are computed (array (n, K + 1)).

        They are nan where half of the seeds have not learned the degree.
        """
        medians = np.full((len(self.eps), self.times.shape[2]), np.nan)
        for i, runs in enumerate(self.times):
            runs = runs[~np.isnan(runs).any(axis=1)]
            if len(runs):
                ordered = np.sort(runs, axis=0)
                medians[i] = 0.5 * (ordered[(len(runs) - 1) // 2] + ordered[len(runs) // 2])
        return np.where(np.isfinite(medians), medians, np.nan)

    @cached_property
    def learnable(self) -> NDArray[np.bool_]:
        """Whether each degree can be learned from one of the starts (bool array (K + 1,))."""
        return np.asarray(np.any([learnable(self.model, a0) for a0 in self.starts], axis=0))

    @cached_property
    def predicted(self) -> NDArray[np.bool_]:
        """Whether an exponent is predicted for each degree (bool array (K + 1,)).

        It is where the conditions of ``MeanFieldModel.predicted_times`` hold at every start and the smallest eps.
        """
        model = replace(self.model, eps=float(self.eps[0]))
        return np.asarray(np.all([np.isfinite(predicted_times(model, a0)) for a0 in self.starts], axis=0))

    @cached_property
    def slopes(self) -> FloatArray:
        """Local slopes d ln t / d ln eps of the medians, between neighboring eps (array (n - 1, K + 1))."""
        return np.asarray(np.diff(np.log(self.medians), axis=0) / np.diff(np.log(self.eps))[:, None])

    def fit(self, degree: int, logarithm: bool = False) -> Exponent:
        """Fit the exponent of a degree's medians over the whole sweep.

        Parameters
        ----------
        degree : int, 0 to K
            The degree.
        logarithm : bool, default False
            Whether to fit t / ln(1/eps), as degree 1 is learned at ``sqrt(eps) ln(1/eps) / (4 |sigma_1 phi_1|)``.

        Returns
        -------
        Exponent
            The fit.

        Raises
        ------
        ValueError
            If degree is outside its range.
        """
        degree = check_integer("degree", degree, 0, self.model.degrees)
        return fitted(self.eps, self.medians[:, degree], check_flag("logarithm", logarithm))


def fitted(eps: FloatArray, times: FloatArray, logarithm: bool = False) -> Exponent:
    """The power law of times (n,) over eps (n,); see ``EpsSweep.fit``."""
    good = np.isfinite(times) & (times > 0.0)
    if logarithm:
        good &= eps < 1.0
    count = int(good.sum())
    if count < 3:
        return Exponent(np.nan, np.nan, np.nan, np.nan, count)
    x, y = np.log(eps[good]), np.log(times[good])
    if logarithm:
        y = y - np.log(-x)
    center = x.mean()
    spread = np.sum((x - center) ** 2)
    slope = np.sum((x - center) * y) / spread
    left = y - y.mean() - slope * (x - center)
    variance = np.sum(left**2) / (count - 2)
    constant = y.mean() - slope * center
    return Exponent(
        float(slope),
        float(np.sqrt(variance / spread)),
        float(np.exp(constant)),
        float(np.sqrt(variance * (1.0 / count + center**2 / spread))),
        count,
    )


def learning_times_of(model: MeanFieldProblem, a0: FloatArray, t_end: float, rtol: float) -> FloatArray:
    """The learning times (K + 1,) of one run, inf where a degree is not learnt, or lost again."""
    run = solve(TrajectorySpec(model, a0, t_end, 2, np.array([0.0, t_end]), rtol, overlaps=False))
    times = run.learning_times()
    return np.where(np.isnan(times) | run.lost, np.inf, times)


def sweep(
    models: Sequence[MeanFieldProblem],
    seeds: tuple[int, ...],
    starts: Sequence[FloatArray],
    t_end: float,
    rtol: float,
    executor: Executor | None,
) -> Iterator[EpsSweep]:
    """Every model from every start, a whole curve for one seed after another; the sweep after each run."""
    eps = np.array([model.eps for model in models])
    rows = np.array(starts)
    times = np.full((len(models), len(seeds), models[0].degrees + 1), np.nan)
    done = 0
    for j, a0 in enumerate(starts):
        futures = [executor.submit(learning_times_of, model, a0, t_end, rtol) for model in models] if executor else None
        try:
            for i, model in enumerate(models):
                times[i, j] = futures[i].result() if futures else learning_times_of(model, a0, t_end, rtol)
                done += 1
                times_so_far = times.copy()
                times_so_far.setflags(write=False)
                yield EpsSweep(model, eps, seeds, rows, times_so_far, done)
        finally:
            for future in futures or ():
                future.cancel()
