"""A real network that learns a single-index target, beside its laws: runs of several seeds, record by record.

The network is that of ``dynamics.simulation.sgd`` with equal a_i(0), target ``sum_k c*_k He_k(<beta, x>)`` and
activation ``sum_k c_k He_k``; a step at learning rate gamma takes ``dtau = gamma / m``. Source: Imai, Nishiyama &
Imaizumi, arXiv:2602.07378.

Networks that learn and unlearn in seconds, with automatic steps and seed 0: the largest |R| and when, when it has
halved, R at the end and in brackets that of the law; seconds are one core's (2.6 GHz)::

    c           c*             a0     m    d    B      tau_end  peak R, at   half at  R at the end    steps  seconds
    (1, -0.2)   (0.6, 0.19)    0.2    100  101  1,000  150      0.610, 6.7   94       0.268 (0.262)   1,990   3
    (1, -0.2)   (0.6, 0.19)    0.2    200  201  2,000  300      0.605, 7.0   94       0.218 (0.209)   5,448  24
    (1, -0.25)  (0.4, -0.16)  -0.2    200  201  2,000  300      -0.485, 9.5  130     -0.199 (-0.186)  3,301  14
    (1, -0.2)   (0.6, 0.19)    0.2     10  101  1,000  150      0.635, 7.0   never    0.378 (0.375)   1,645   1
    (1, 0.5)    (1, 0.6)       1      200  201  2,000   30      0.997, 30    never    0.997 (0.997)     423   2

The fourth is halted by its width, the fifth aligns. What is left of the distance to the law is the noise of descent:
see ``FiniteSizeCorrections.noise_overlap``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from math import inf, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dynamics.planar.finite_width.model import FiniteWidth, FiniteWidthTrajectory, solve
from dynamics.planar.model import UnlearningModel
from dynamics.planar.validation import request
from dynamics.results import Result
from dynamics.simulation.euler_recursion import EulerRecursion
from dynamics.simulation.population import OverlapFlowStepper, SymmetricFlow
from dynamics.simulation.sgd import (
    NEURONS_MAX,
    SEED_MAX,
    STARTS,
    STEP_RANGE,
    STEPS_MAX,
    WORK_MAX,
    Dtype,
    SphericalSGD,
    Start,
    Stepper,
    TrainingSetup,
    advance_all,
    check_state,
    first_layer,
    round_to_steps,
)
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_instance, check_integer, check_integers, check_number

Mode = Literal["fresh", "population", "recursion"]
MODES: tuple[Mode, ...] = ("fresh", "population", "recursion")
SEEDS_MAX = 100
SINGLE_MAX = 48  # neurons that a record names; of more seeds than that one each
GAMMA_RANGE = (1e-9, 1e9)

_LAW_RTOL = 1e-8
_FIRST = 0.01  # of the network's fastest time scale: the first record after the start


@dataclass(frozen=True, eq=False)
class TrainingRecord(Result):
    """Hold the runs of a network at time tau, in units of m / gamma.

    A run that diverged has nan.

    Attributes
    ----------
    tau : float
        Time.
    R_seeds, a_seeds : array (seeds,)
        Means of alignments and second-layer weights over neurons.
    Q_seeds : array (seeds,)
        Mean overlap <w_i, w_j> over pairs of neurons.
    loss_seeds : array (seeds,)
        Population loss, exact.
    R_neurons, a_neurons : array (seeds,)
        Standard deviations between neurons.
    R_single, a_single : array (neurons,)
        Single neurons, the same ones in all records: as many of each run, and 48 in all at most; one of a run whose
        neurons are alike.
    R_each, a_each : array (seeds, m)
        All neurons of every run; of shape (seeds, 1) if they are alike.
    steps : int
        Steps so far, the most of any run.
    samples : int
        Samples that a run has seen.
    progress : float
        Share of the expected steps.
    halted : str
        Why the runs end here; empty if they do not.
    """

    tau: float
    R_seeds: FloatArray
    a_seeds: FloatArray
    Q_seeds: FloatArray
    loss_seeds: FloatArray
    R_neurons: FloatArray
    a_neurons: FloatArray
    R_single: FloatArray
    a_single: FloatArray
    R_each: FloatArray
    a_each: FloatArray
    steps: int
    samples: int
    progress: float
    halted: str

    @property
    def R(self) -> float:
        """Alignment, mean over neurons and seeds (float)."""
        return _mean(self.R_seeds)

    @property
    def a(self) -> float:
        """Second-layer weight, mean over neurons and seeds (float)."""
        return _mean(self.a_seeds)

    @property
    def Q(self) -> float:
        """Overlap of two neurons, mean over pairs and seeds (float)."""
        return _mean(self.Q_seeds)

    @property
    def loss(self) -> float:
        """Population loss, mean over seeds (float)."""
        return _mean(self.loss_seeds)

    @property
    def R_spread(self) -> float:
        """Standard deviation of R between seeds; 0 for a single one (float)."""
        return _deviation(self.R_seeds)

    @property
    def a_spread(self) -> float:
        """Standard deviation of a between seeds; 0 for a single one (float)."""
        return _deviation(self.a_seeds)


class SingleIndexTraining:
    """Iterate over the records of the runs of a network.

    ``train_single_index`` makes it and describes the arguments.

    Parameters
    ----------
    model : UnlearningModel
        The planar model.
    problem : TrainingSetup
        Target, activation, sizes and step.
    a0, R0 : float
        Second-layer weight and alignment at the start.
    tau : array (n,)
        Times of the records.
    seeds : tuple of int
        Seeds of the runs.
    mode : {"fresh", "population", "recursion"}
        What the runs are.
    start : {"sphere", "orthonormal"}
        First layer at the start.
    most : float
        Multiply-adds of a run after which it halts.
    executor : concurrent.futures.Executor or None
        Threads.

    Examples
    --------
    >>> from dynamics import train_single_index
    >>> training = train_single_index(10, 20, 100, None, (1, -0.2), (0.6, 0.19), a0=0.2, tau_end=1.0, n=5)
    >>> first = next(training)
    >>> first.tau, training.ended
    (0.0, False)
    >>> len(list(training)), training.ended
    (5, True)
    """

    def __init__(
        self, model: UnlearningModel, problem: TrainingSetup, a0: float, R0: float, tau: FloatArray,
        seeds: tuple[int, ...], mode: Mode, start: Start, most: float, executor: Executor | None,
    ) -> None:  # fmt: skip
        self.model, self.problem, self.mode, self.seeds, self.start = model, problem, mode, seeds, start
        self.tau = tau
        self.a0, self.R0, self._executor, self._place, self._halted = a0, R0, executor, 0, ""
        # what does not depend on the seed is run once
        self._alike = mode == "recursion" or (mode == "population" and start == "orthonormal")
        self._runs = [self._run(seed, most) for seed in (seeds[:1] if self._alike else seeds)]

    @cached_property
    def law(self) -> FiniteWidthTrajectory:
        """Exact law of this width from the symmetric start, at the times of the records (FiniteWidthTrajectory)."""
        width = FiniteWidth(self.model, float(self.problem.m))
        return solve(width, self.a0, self.R0, float(self.tau[-1]), len(self.tau), self.tau, _LAW_RTOL)

    @cached_property
    def expected_steps(self) -> float:
        """About the number of steps of descent that a run takes to the end, by the law of this width (float)."""
        return expected_steps(self.model, self.problem, self.a0, self.R0, float(self.tau[-1]))

    @property
    def work(self) -> float:
        """About the number of multiply-adds that all runs take by descent on batches; 0 in other modes (float)."""
        return self.expected_steps * self.problem.work * len(self.seeds) if self.mode == "fresh" else 0.0

    @property
    def ended(self) -> bool:
        """Whether the last record has been given (bool)."""
        return self._place == len(self.tau) or bool(self._halted)

    def __iter__(self) -> Iterator[TrainingRecord]:
        return self

    def __next__(self) -> TrainingRecord:
        if self.ended:
            raise StopIteration
        (record,) = self.advance()
        return record

    def advance(self, seconds: float = inf) -> list[TrainingRecord]:
        """Work toward the next record.

        Parameters
        ----------
        seconds : float, at least 0, default inf
            About the longest duration of the call; at least one step is taken.

        Returns
        -------
        list of TrainingRecord
            The next record, or nothing yet.

        Raises
        ------
        ValueError
            If seconds is outside its range.
        """
        seconds = check_number("seconds", seconds, 0.0)
        if self.ended or not advance_all(self._runs, self.tau[self._place] / self.model.eps, seconds, self._executor):
            return []
        self._place += 1
        self._halted = next(
            (f"Seed {seed}: {run.halted}" for seed, run in zip(self.seeds, self._runs, strict=False) if run.halted), ""
        )
        return [self.measure()]

    def iter_until_timeout(self, seconds: float = 0.05) -> Iterator[list[TrainingRecord]]:
        """Return an iterator that gives control back after about this many seconds.

        To stop the work, stop iterating.

        Parameters
        ----------
        seconds : float, at least 0, default 0.05
            About the longest time between two results.

        Yields
        ------
        list of TrainingRecord
            One record; or an empty list, after about ``seconds`` of work without one.

        Raises
        ------
        ValueError
            If seconds is outside its range; raised by the call, before the iteration.
        """
        seconds = check_number("seconds", seconds, 0.0)

        def parts() -> Iterator[list[TrainingRecord]]:
            while not self.ended:
                yield self.advance(seconds)

        return parts()

    def measure(self) -> TrainingRecord:
        """Return the runs as they are now.

        Returns
        -------
        TrainingRecord
            The record.
        """
        each = max(1, SINGLE_MAX // len(self._runs))
        rows, neurons = zip(*(_row(run) for run in self._runs), strict=True)
        copies = len(self.seeds) if self._alike else 1
        R, a, Q, loss, R_neurons, a_neurons = np.repeat(rows, copies, axis=0).T
        R_single, a_single = np.concatenate([one[:, :each] for one in neurons], axis=1)
        R_each, a_each = np.repeat(np.stack(neurons, axis=1), copies, axis=1)
        steps = max(run.steps for run in self._runs)
        return TrainingRecord(
            tau=min(run.t for run in self._runs) * self.model.eps if self._halted else float(self.tau[self._place - 1]),
            R_seeds=R, a_seeds=a, Q_seeds=Q, loss_seeds=loss, R_neurons=R_neurons, a_neurons=a_neurons,
            R_single=R_single, a_single=a_single, R_each=R_each, a_each=a_each, steps=steps,
            samples=steps * self.problem.batch if self.mode == "fresh" else 0,
            progress=self.progress, halted=self._halted,
        )  # fmt: skip

    @property
    def progress(self) -> float:
        """Share of the expected steps that is done, 1 at the end; in "population" that of the records (float)."""
        if self.ended:
            return 1.0
        if self.mode == "population":
            return self._place / len(self.tau)
        done = sum(run.steps for run in self._runs) / len(self._runs)
        return min(1.0, done / max(1.0, self.expected_steps))

    def plot(self, records: Sequence[TrainingRecord]) -> Any:
        """Draw the runs and their laws in the R–a plane with plotly; a notebook displays what is returned.

        ``dynamics.plotting.TrainingPicture`` has the panels over time and other ways to learn besides.

        Parameters
        ----------
        records : sequence of 1 to 1,000,000 TrainingRecord
            What the iteration has given so far.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If records is no such sequence.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import train_single_index
        >>> training = train_single_index(10, 20, 100, None, (1, -0.2), (0.6, 0.19), a0=0.2, tau_end=1.0, n=5)
        >>> training.plot(list(training)).layout.yaxis.title.text
        'second layer  a'
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        return plotting.to_plotly(plotting.TrainingPicture.of_training(self, records).plane())

    def state(self) -> dict[str, Any]:
        """Return all that the runs continue from, exactly.

        Returns
        -------
        dict of str to array
            Arrays by name, which ``numpy.savez`` keeps as they are.

        Examples
        --------
        >>> from dynamics import train_single_index
        >>> arguments = (10, 20, 100, None, (1, -0.2), (0.6, 0.19), 0.2, 1.0)
        >>> training = train_single_index(*arguments, n=5)
        >>> _ = next(training)
        >>> kept = training.state()
        >>> again = train_single_index(*arguments, n=5)
        >>> again.restore(kept)
        >>> [record.R for record in training] == [record.R for record in again]
        True
        """
        arrays: dict[str, Any] = {
            "asked": np.array(self._fingerprint),
            "tau": self.tau.copy(),
            "place": np.array(self._place),
        }
        arrays["halted"] = np.array(self._halted)
        for index, run in enumerate(self._runs):
            arrays |= {f"run{index}_{name}": values for name, values in run.state().items()}
        return arrays

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from a state of the same arguments.

        The records that follow are those of a run that was not stopped.

        Parameters
        ----------
        state : mapping of str to array
            What ``state`` returned.

        Raises
        ------
        ValueError
            If the state belongs to other arguments.
        """
        if not isinstance(state, Mapping) or "asked" not in state:
            check_state(state, self.state())
        if str(state["asked"]) != self._fingerprint:
            raise ValueError(f"state is one of {state['asked']}, not of {self._fingerprint}")
        if not np.array_equal(state["tau"], self.tau):
            raise ValueError("state is one of records at other times")
        check_state(state, self.state())
        self._place, self._halted = int(state["place"]), str(state["halted"])
        for index, run in enumerate(self._runs):
            mark = f"run{index}_"
            run.restore({name.removeprefix(mark): state[name] for name in state if name.startswith(mark)})

    @property
    def _fingerprint(self) -> str:
        start = f"{self.start}, a0 = {self.a0!r}, R0 = {self.R0!r}"
        return f"{self.problem!r}, {self.mode}, {start}, seeds {self.seeds}"

    def _run(self, seed: int, most: float) -> SphericalSGD | OverlapFlowStepper | SymmetricFlow | EulerRecursion:
        problem, R0 = self.problem, self.R0
        if self.mode == "recursion":
            return EulerRecursion(self.model, problem, self.a0, R0)
        if self.mode == "population" and self.start == "orthonormal":
            return SymmetricFlow(self.law)
        # the rows that the network of this seed draws, turned to the target
        W = first_layer(problem.m, problem.d, self.start, np.random.default_rng([seed, 0]))
        if R0 != 0.0:
            W *= sqrt(1.0 - R0 * R0)
            W[:, 0] = R0
        a = np.full(problem.m, self.a0)
        if self.mode == "population":
            return OverlapFlowStepper(self.model, problem, a, W)
        return SphericalSGD(problem, a, W, seed, most)


def train_single_index(
    m: int,
    d: int,
    batch: int,
    gamma: float | None,
    c: Sequence[float],
    c_star: Sequence[float],
    a0: float,
    tau_end: float,
    noise: float = 0.0,
    seeds: Sequence[int] = (0,),
    dtype: Dtype = "float32",
    mode: Mode = "fresh",
    eps: float = 1.0,
    R0: float = 0.0,
    start: Start | None = None,
    n: int = 200,
    tau: ArrayLike | None = None,
    most: float = WORK_MAX,
    executor: Executor | None = None,
) -> SingleIndexTraining:
    """Train a network of m neurons in d dimensions on a single-index target.

    The records are at tau = 0 and at n log-spaced times, the last of them exactly ``tau_end``. Iterate over the result,
    or over its ``iter_until_timeout``, which gives control back every few hundredths of a second. Its ``state()`` can
    be saved, and restored by ``restore`` on the result of the same call later. A run that diverges ends the records
    with one that says why.

    Parameters
    ----------
    m : int, 2 to 10,000
        Neurons. Each of m d, batch d and batch m is at most 50,000,000.
    d : int, 2 to 20,000
        Dimensions of the input.
    batch : int, 1 to 100,000
        Fresh samples of a step.
    gamma : float or None
        Learning rate, 1e-9 to 1e9 and small enough for descent to be stable: a step takes dtau = gamma / m, and records
        are taken after whole steps, except for the last. None adapts the step to curvature and speed.
    c, c_star : sequence of 1 to 10 floats in [-100, 100]
        Coefficients of activation and target, see ``UnlearningModel``.
    a0 : float in [-1e3, 1e3]
        Second-layer weight of every neuron at the start.
    tau_end : float in [1e-20, 1e8]
        Last time, in units of m / gamma.
    noise : float in [0, 1e6], default 0
        Standard deviation of the labels' noise.
    seeds : sequence of 1 to 100 ints, default (0,)
        One run for each, with its own first layer and batches.
    dtype : {"float32", "float64"}, default "float32"
        Type of the batches and the first layer.
    mode : {"fresh", "population", "recursion"}, default "fresh"
        "fresh": a new batch each step. "population": the exact flow along the population's gradient. "recursion": the
        planar right-hand sides as one Euler step for each of the network's.
    eps : float in [1e-6, 10], default 1
        Ratio of the first layer's time scale to the second's.
    R0 : float in [-1, 1], default 0
        Alignment at the start; 0 unless the start is "orthonormal".
    start : {"sphere", "orthonormal"}, optional
        First layer at the start. "orthonormal": ``w_i = R0 beta + sqrt(1 - R0^2) v_i`` with the v_i orthonormal and
        orthogonal to beta, which the law of finite width starts from (needs d > m; the default if so). "sphere":
        independent and uniform.
    n : int, 2 to 100,000, default 200
        Number of log-spaced times.
    tau : array_like (k,), optional
        Times of the records, increasing, from 0 to 1e8. They override ``tau_end`` and ``n``.
    most : float in [0, 1e15], default 1e15
        Multiply-adds of a run after which it halts.
    executor : concurrent.futures.Executor, optional
        Threads, on which seeds run side by side, or the parts of a step of a single one; it does not change the
        records.

    Returns
    -------
    SingleIndexTraining
        An iterator over ``TrainingRecord``, with the exact law of this width as ``law``.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    References
    ----------
    Imai, Nishiyama & Imaizumi, arXiv:2602.07378.

    Examples
    --------
    >>> from dynamics import train_single_index
    >>> training = train_single_index(10, 20, 100, None, (1, -0.2), (0.6, 0.19), a0=0.2, tau_end=1.0, n=5)
    >>> records = list(training)
    >>> print(f"R = {records[-1].R:.2f} at tau = {records[-1].tau}; the law predicts {training.law.R[-1]:.2f}")
    R = 0.12 at tau = 1.0; the law predicts 0.12
    """
    model = UnlearningModel(c, c_star, eps)
    m = check_integer("m", m, 2, NEURONS_MAX)
    a0, R0, tau_end, n, times, _ = request(a0, R0, tau_end, n, tau, 1e-8)
    mode = check_choice("mode", mode, MODES)
    seeds = check_integers("seeds", seeds, 0, SEED_MAX, 1, SEEDS_MAX)
    most = check_number("most", most, 0.0, WORK_MAX)
    if executor is not None:
        check_instance("executor", executor, Executor)
    low, high = (bound * m * model.eps for bound in STEP_RANGE)
    low, high = max(GAMMA_RANGE[0], low), min(GAMMA_RANGE[1], high)
    gamma = None if gamma is None else check_number("gamma", gamma, low, high)
    problem = training_setup(model, m, d, batch, gamma, noise, dtype)
    step = problem.step
    if gamma is not None and step is not None and step > problem.stable(a0 * a0):
        largest = problem.stable(a0 * a0) * m * model.eps
        raise ValueError(f"gamma must be between {low:g} and {largest:.3g}, not {gamma:g}: above, descent diverges")
    default: Start = "orthonormal" if problem.d > m else "sphere"
    first_layer_start = default if start is None else check_choice("start", start, STARTS)
    if first_layer_start != "orthonormal" and R0 != 0.0:
        raise ValueError(f"R0 must be 0 unless start is 'orthonormal', with d above m = {m}, not {R0:g}")
    if times is None:
        first = min(_FIRST * problem.shortest_time_scale * model.eps, 1e-3 * tau_end)
        times = np.append(0.0, np.geomspace(first, tau_end, n))
        times[-1] = tau_end
    if mode != "population":
        times = round_to_steps(times, None if step is None else step * model.eps)
    training = SingleIndexTraining(model, problem, a0, R0, times, seeds, mode, first_layer_start, most, executor)
    count = 0.0 if mode == "population" else training.expected_steps
    if count > STEPS_MAX or (mode == "fresh" and count * problem.work > WORK_MAX):
        raise ValueError(
            f"tau_end must take at most {STEPS_MAX:.0e} steps and {WORK_MAX:.0e} multiply-adds; {times[-1]:g} takes "
            f"{count:.3g} steps of {problem.work:.3g} multiply-adds"
        )
    return training


def training_setup(
    model: UnlearningModel, m: int, d: int, batch: int, gamma: float | None, noise: float, dtype: Dtype = "float32"
) -> TrainingSetup:
    """What a network of a planar model learns, and from what. Raises ValueError, naming argument, value and range."""
    step = None if gamma is None else min(max(gamma / m / model.eps, STEP_RANGE[0]), STEP_RANGE[1])
    w, own, target = model.coefficients
    phi, sigma = ((0.0, *(np.sqrt(w) * values).tolist()) for values in (target, own))
    return TrainingSetup.of(phi, sigma, 1.0 / model.eps, m, d, batch, noise, step, dtype)


def expected_steps(model: UnlearningModel, problem: TrainingSetup, a0: float, R0: float, tau_end: float) -> float:
    """About how many steps descent takes to tau_end along the law of this width."""
    t_end = tau_end / model.eps
    if t_end == 0.0:
        return 0.0
    if problem.step is not None:
        return t_end / problem.step
    law = FiniteWidth(model, float(problem.m)).trajectory(a0, R0, tau_end, rtol=1e-6)
    return float(steps_along(problem, model.eps, law.tau, law.a, law.loss)[-1])


def steps_along(problem: TrainingSetup, eps: float, tau: FloatArray, a: FloatArray, loss: FloatArray) -> FloatArray:
    """About how many steps descent has taken at each time of a course (n,) of mean weights and losses."""
    t = tau / eps
    each = step_lengths(problem, eps, tau, a, loss)
    return np.append(0.0, np.cumsum(np.diff(t) / (np.sqrt(each[1:]) * np.sqrt(each[:-1]))))


def step_lengths(problem: TrainingSetup, eps: float, tau: FloatArray, a: FloatArray, loss: FloatArray) -> FloatArray:
    """How long a step dt = dtau / eps descent takes at each time of a course (n,) of mean weights and losses."""
    if problem.step is not None:
        return np.full(len(tau), problem.step)
    squares = 2.0 * loss + problem.noise**2
    lists = ((tau / eps).tolist(), a.tolist(), squares.tolist())
    return np.array([problem.adaptive_step(at, abs(w), w * w, square) for at, w, square in zip(*lists, strict=True)])


def _row(run: Stepper) -> tuple[tuple[float, ...], FloatArray]:
    """R, a, Q and loss of a run, and the standard deviations of R and a between neurons; R_i and a_i, (2, neurons)."""
    if isinstance(run, EulerRecursion):
        return (run.R, run.a, run.R**2, run.loss, 0.0, 0.0), np.array([[run.R], [run.a]])
    if isinstance(run, SymmetricFlow):
        return (*run.row, 0.0, 0.0), np.array(run.row[:2])[:, None]
    assert isinstance(run, SphericalSGD | OverlapFlowStepper)
    with np.errstate(over="ignore", invalid="ignore"):  # of a run that has diverged
        record = run.measure()
        R, a = record.s, record.a
        row = float(R.mean()), float(a.mean()), record.overlap, record.risk, float(R.std()), float(a.std())
    finite = np.isfinite(row).all()
    return row if finite else (float("nan"),) * 6, np.array([R, a])


def _mean(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")


def _deviation(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.std(ddof=1)) if len(finite) > 1 else 0.0
