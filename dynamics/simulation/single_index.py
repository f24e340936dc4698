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
    """The runs at time tau, in units of m / gamma.

    For each seed, arrays of shape (seeds,): ``R_seeds``, ``a_seeds``, means over neurons; ``Q_seeds``, the mean overlap
    <w_i, w_j> over pairs of neurons; ``loss_seeds``, the population loss, exact; ``R_neurons``, ``a_neurons``, standard
    deviations between neurons. A run that diverged has nan. ``R_single``, ``a_single``: single neurons, the same ones
    in all records, of each run as many and of all ``SINGLE_MAX`` at most, shape (neurons,); of a run whose neurons are
    alike one. ``R_each``, ``a_each``: all neurons of every run, shape (seeds, m), or (seeds, 1) where they are alike.
    steps: of a run, the most of any; samples: that it has seen; progress: share of the expected steps; halted: why the
    runs end here, or nothing.
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
        """The alignment, mean over neurons and seeds."""
        return _mean(self.R_seeds)

    @property
    def a(self) -> float:
        """The second-layer weight, mean over neurons and seeds."""
        return _mean(self.a_seeds)

    @property
    def Q(self) -> float:
        """The overlap of two neurons, mean over pairs and seeds."""
        return _mean(self.Q_seeds)

    @property
    def loss(self) -> float:
        """The population loss, mean over seeds."""
        return _mean(self.loss_seeds)

    @property
    def R_spread(self) -> float:
        """The standard deviation of R between seeds; 0 for a single one."""
        return _deviation(self.R_seeds)

    @property
    def a_spread(self) -> float:
        """The standard deviation of a between seeds; 0 for a single one."""
        return _deviation(self.a_seeds)


class SingleIndexTraining:
    """Runs of a network, an iterator of ``TrainingRecord``; made by ``train_single_index``, which says of what.

    ``tau``: the times of the records; ``law``: the exact law of this width at these times (that of the symmetric
    start); ``expected_steps``: of a run, by that law; ``work``: expected multiply-adds of all runs.
    """

    def __init__(
        self, model: UnlearningModel, problem: TrainingSetup, a0: float, R0: float, tau: FloatArray,
        seeds: tuple[int, ...], mode: Mode, start: Start, most: float, executor: Executor | None,
    ) -> None:  # fmt: skip
        self.model, self.problem, self.mode, self.seeds, self.start = model, problem, mode, seeds, start
        self.tau = tau
        self._a0, self._R0, self._executor, self._place, self._halted = a0, R0, executor, 0, ""
        # what does not depend on the seed is run once
        self._alike = mode == "recursion" or (mode == "population" and start == "orthonormal")
        self._runs = [self._run(seed, most) for seed in (seeds[:1] if self._alike else seeds)]

    @cached_property
    def law(self) -> FiniteWidthTrajectory:
        """The exact law of this width from the symmetric start, at the times of the records."""
        width = FiniteWidth(self.model, float(self.problem.m))
        return solve(width, self._a0, self._R0, float(self.tau[-1]), len(self.tau), self.tau, _LAW_RTOL)

    @cached_property
    def expected_steps(self) -> float:
        """About how many steps of descent a run takes to the end."""
        return expected_steps(self.model, self.problem, self._a0, self._R0, float(self.tau[-1]))

    @property
    def work(self) -> float:
        """About how many multiply-adds all runs take by descent on batches; 0 in other modes."""
        return self.expected_steps * self.problem.work * len(self.seeds) if self.mode == "fresh" else 0.0

    @property
    def ended(self) -> bool:
        """Whether the last record has been given."""
        return self._place == len(self.tau) or bool(self._halted)

    def __iter__(self) -> Iterator[TrainingRecord]:
        return self

    def __next__(self) -> TrainingRecord:
        if self.ended:
            raise StopIteration
        (record,) = self.advance()
        return record

    def advance(self, seconds: float = inf) -> list[TrainingRecord]:
        """Works towards the next record for about so many seconds, or one step: that record, or nothing yet."""
        seconds = check_number("seconds", seconds, 0.0)
        if self.ended or not advance_all(self._runs, self.tau[self._place] / self.model.eps, seconds, self._executor):
            return []
        self._place += 1
        self._halted = next(
            (f"Seed {seed}: {run.halted}" for seed, run in zip(self.seeds, self._runs, strict=False) if run.halted), ""
        )
        return [self.measure()]

    def iter_until_timeout(self, seconds: float = 0.05) -> Iterator[list[TrainingRecord]]:
        """The records, one in a list, and after about so many seconds of work without one an empty list: whoever asks
        no further stops the work."""
        seconds = check_number("seconds", seconds, 0.0)

        def parts() -> Iterator[list[TrainingRecord]]:
            while not self.ended:
                yield self.advance(seconds)

        return parts()

    def measure(self) -> TrainingRecord:
        """What the runs are now."""
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
            progress=1.0 if self.ended else self.progress, halted=self._halted,
        )  # fmt: skip

    @property
    def progress(self) -> float:
        """The share of the expected steps that is done; in "population", of the records."""
        if self.mode == "population":
            return self._place / len(self.tau)
        done = sum(run.steps for run in self._runs) / len(self._runs)
        return min(1.0, done / max(1.0, self.expected_steps))

    def state(self) -> dict[str, Any]:
        """All that the runs go on from, exactly, as arrays by name, which ``numpy.savez`` keeps as they are."""
        kept: dict[str, Any] = {"asked": np.array(self._asked), "tau": self.tau.copy(), "place": np.array(self._place)}
        kept["halted"] = np.array(self._halted)
        for index, run in enumerate(self._runs):
            kept |= {f"run{index}_{name}": values for name, values in run.state().items()}
        return kept

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a state of the same question: the records that follow are those of a run that was not stopped.
        Raises ValueError where it was another question."""
        if not isinstance(state, Mapping) or "asked" not in state:
            check_state(state, self.state())
        if str(state["asked"]) != self._asked:
            raise ValueError(f"state is one of {state['asked']}, not of {self._asked}")
        if not np.array_equal(state["tau"], self.tau):
            raise ValueError("state is one of records at other times")
        check_state(state, self.state())
        self._place, self._halted = int(state["place"]), str(state["halted"])
        for index, run in enumerate(self._runs):
            mark = f"run{index}_"
            run.restore({name.removeprefix(mark): state[name] for name in state if name.startswith(mark)})

    @property
    def _asked(self) -> str:
        start = f"{self.start}, a0 = {self._a0!r}, R0 = {self._R0!r}"
        return f"{self.problem!r}, {self.mode}, {start}, seeds {self.seeds}"

    def _run(self, seed: int, most: float) -> SphericalSGD | OverlapFlowStepper | SymmetricFlow | EulerRecursion:
        problem, R0 = self.problem, self._R0
        if self.mode == "recursion":
            return EulerRecursion(self.model, problem, self._a0, R0)
        if self.mode == "population" and self.start == "orthonormal":
            return SymmetricFlow(self.law)
        # the rows that the network of this seed draws, turned to the target
        W = first_layer(problem.m, problem.d, self.start, np.random.default_rng([seed, 0]))
        if R0 != 0.0:
            W *= sqrt(1.0 - R0 * R0)
            W[:, 0] = R0
        a = np.full(problem.m, self._a0)
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
    """A network of m neurons in d dimensions that learns a single-index target: records at tau = 0 and n log-spaced
    times, the last of them exactly ``tau_end``.

    gamma: the learning rate, a step takes dtau = gamma / m, and records are after whole steps, the last one excepted;
    None adapts the step to curvature and speed. c, c_star, eps: see ``UnlearningModel``. noise: standard deviation of
    the labels'. seeds: one run for each, of first layer and batches. dtype: of batches and first layer.
    mode: "fresh", a new batch each step; "population", the exact flow that the population's gradient makes; or
    "recursion", the planar right-hand sides as one Euler step for each of the network's.
    start: "orthonormal", ``w_i = R0 beta + sqrt(1 - R0^2) v_i`` with the v_i orthonormal and orthogonal to beta, which
    the law of finite width starts from (needs d > m; the default where there is room), or "sphere", independent and
    uniform (R0 = 0). All a_i(0) = a0. tau: increasing times of the records, instead. most: multiply-adds of a run after
    which it halts. executor: threads, on which seeds run side by side, or the parts of a step of a single one; it does
    not change the records.

    Iterate over it, or over its ``iter_until_timeout``, which gives control back every few hundredths of a second. Its
    ``state()`` can be saved, and ``restore``d by the same call later. A run that diverges ends the records with one
    that says why. Raises ValueError, naming argument, value and range, when it is called.
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
    step = None
    if gamma is not None:
        step = min(max(check_number("gamma", gamma, low, high) / m / model.eps, STEP_RANGE[0]), STEP_RANGE[1])
    w, own, target = model.coefficients
    phi, sigma = ((0.0, *(np.sqrt(w) * values).tolist()) for values in (target, own))
    problem = TrainingSetup.of(phi, sigma, 1.0 / model.eps, m, d, batch, noise, step, dtype)
    if gamma is not None and step is not None and step > problem.stable(a0 * a0):
        largest = problem.stable(a0 * a0) * m * model.eps
        raise ValueError(f"gamma must be between {low:g} and {largest:.3g}, not {gamma:g}: above, descent diverges")
    default: Start = "orthonormal" if problem.d > m else "sphere"
    drawn = default if start is None else check_choice("start", start, STARTS)
    if drawn != "orthonormal" and R0 != 0.0:
        raise ValueError(f"R0 must be 0 unless start is 'orthonormal', with d above m = {m}, not {R0:g}")
    if times is None:
        first = min(_FIRST * problem.shortest_time_scale * model.eps, 1e-3 * tau_end)
        times = np.append(0.0, np.geomspace(first, tau_end, n))
        times[-1] = tau_end
    if mode != "population":
        times = round_to_steps(times, None if step is None else step * model.eps)
    training = SingleIndexTraining(model, problem, a0, R0, times, seeds, mode, drawn, most, executor)
    count = 0.0 if mode == "population" else training.expected_steps
    if count > STEPS_MAX or (mode == "fresh" and count * problem.work > WORK_MAX):
        raise ValueError(
            f"tau_end must take at most {STEPS_MAX:.0e} steps and {WORK_MAX:.0e} multiply-adds; {times[-1]:g} takes "
            f"{count:.3g} steps of {problem.work:.3g} multiply-adds"
        )
    return training


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
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _deviation(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else 0.0
