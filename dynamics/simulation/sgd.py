"""Stochastic gradient descent on the sphere: the one loop in which every simulated network learns.

The network is ``f(x) = (1/m) sum_i a_i sigma(<w_i, x>)`` with ``|w_i| = 1``, the target ``y = phi(x_1) + noise`` with
``phi = sum_k phi_k h_k``; the target's direction is the first axis, which is no restriction for Gaussian data. Each
step draws a fresh batch x ~ N(0, I_d) and descends ``(1/2) mean (y - f)^2`` by m times its gradient::

    a_i += (dt / eps) mean[(y - f) sigma(<w_i, x>)]
    w_i += dt a_i (I - w_i w_i^T) mean[(y - f) sigma'(<w_i, x>) x],  then w_i /= |w_i|

so that as the steps shrink and the batches grow, time t is that of the exact flow of m neurons. With eps = 1 this is
the network of feature unlearning at learning rate gamma, with ``dt = gamma / m``. Sources: Berthier, Montanari & Zhou,
arXiv:2303.00055; Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, log1p, sqrt
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dynamics.activations import Activation, series
from dynamics.counter_based_normals import counter_based_normal, stream_key
from dynamics.interruption import checkpoint
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import (
    check_array,
    check_choice,
    check_instance,
    check_integer,
    check_number,
    check_sequence,
    check_times,
)

DIMENSION_MAX, NEURONS_MAX, BATCH_MAX = 20_000, 10_000, 100_000
ENTRIES_MAX = 50_000_000  # of weights, of a batch, of its preactivations
SEED_MAX = 2**32 - 1
WORK_MAX = 1e15  # multiply-adds of a run
WEIGHT_MAX = 1e100  # of a second-layer weight, in size
STEPS_MAX = 10_000_000
STEP_RANGE = (1e-12, 1e6)
TIME_MAX = 1e30  # of a run that is advanced
RUNS_MAX = 1_000
Start = Literal["sphere", "orthonormal"]
Dtype = Literal["float32", "float64"]
STARTS: tuple[Start, ...] = ("sphere", "orthonormal")
DTYPES: tuple[Dtype, ...] = ("float32", "float64")

_STABLE = 2.0  # of the step times the largest curvature: beyond, descent diverges
_SAFETY = 0.25  # of that, in an automatic step
_MAX_ROTATION = 0.05  # radians by which the gradient may rotate a neuron in an automatic step
_GROWTH = 0.05  # of the time run so far: the share that an automatic step is at most
_FIRST = 0.01  # of the fastest time scale: where automatic steps begin
# Multiply-adds in the time of a normal number, of a sample's label, of a step, and of a neuron's activation and slope.
_RANDOM, _LABEL, _STEP = 100.0, 1500.0, 6e6
_ACTIVATION = {"relu": 130.0, "tanh": 200.0, "swish": 300.0, "erf": 480.0}
_POLYNOMIAL, _DEGREE = 100.0, 6.0  # of a polynomial, and of each of its degrees
_LANES, _ROWS, _PIECE = 4, 500, 1000  # a batch is worked through side by side, each lane a piece at a time: see _Lane
_DIVERGED = 1e4  # times the first loss, or the target's


@dataclass(frozen=True)
class TrainingSetup:
    """Hold what a network learns, and from what: checked arguments.

    Parameters
    ----------
    phi : tuple of float
        Coefficients of the target, see ``MeanFieldModel``.
    activation : Activation
        The activation.
    eps : float
        Ratio of the second layer's time scale to the first's.
    m : int
        Neurons.
    d : int
        Dimensions of the input.
    batch : int
        Samples of a batch.
    noise : float
        Standard deviation of the labels' noise.
    step : float or None
        Time of a step; None if it is adapted as the network runs.
    dtype : {"float32", "float64"}
        Type of the batches and the first layer.
    """

    phi: tuple[float, ...]
    activation: Activation
    eps: float
    m: int
    d: int
    batch: int
    noise: float
    step: float | None
    dtype: Dtype

    @classmethod
    def of(
        cls,
        phi: ArrayLike,
        activation: Activation | str | ArrayLike,
        eps: float,
        m: int,
        d: int,
        batch: int,
        noise: float = 0.0,
        step: float | None = None,
        dtype: Dtype = "float32",
    ) -> TrainingSetup:
        """Raises ValueError, naming argument, value and range."""
        made = cls(
            series("phi", phi),
            Activation.of(activation),
            check_number("eps", eps, 1e-8, 1e8),
            check_integer("m", m, 1, NEURONS_MAX),
            check_integer("d", d, 2, DIMENSION_MAX),
            check_integer("batch", batch, 1, BATCH_MAX),
            check_number("noise", noise, 0.0, 1e6),
            None if step is None else check_number("step", step, *STEP_RANGE),
            check_choice("dtype", dtype, DTYPES),
        )
        for what, entries in (
            ("m d", made.m * made.d),
            ("batch d", made.batch * made.d),
            ("batch m", made.batch * made.m),
        ):
            if entries > ENTRIES_MAX:
                raise ValueError(f"{what} must be at most {ENTRIES_MAX}, not {entries}: a step has to fit into memory")
        return made

    def curvature_bound(self, square: float) -> float:
        """A bound on the loss's curvature, per unit of time, at a mean square of a_i: of the second layer ``U(1)/eps``;
        of the first ``mean a^2 U'(1)``, more where a batch has fewer samples than there are dimensions."""
        crowd = (1.0 + sqrt(self.d / self.batch)) ** 2
        return max(self.activation.norm2 / self.eps, square * self.activation.slope_norm2 * crowd)

    def steps(self, t_end: float, square: float, records: int = 1) -> int:
        """About how many steps a run takes from a mean square of a_i; at least one to each of its records."""
        if self.step is not None:
            return ceil(t_end / self.step)
        norm = float(np.linalg.norm(self.phi)) or 1.0
        # the a_i grow, at |da_i/dt| <= |phi| |sigma| / eps, until the output is as large as the target
        size = sqrt(self.activation.norm2)
        grown = min(sqrt(square) + t_end * norm * size / self.eps, norm / max(size, 1e-300))
        square = max(square, grown * grown)
        largest = _SAFETY * _STABLE / max(self.curvature_bound(square), 1e-300)
        turning = sqrt(square * self.activation.slope_norm2) * norm
        largest = min(largest, _MAX_ROTATION / max(turning, 1e-300), t_end)
        first = ceil(log1p(largest / (_FIRST * self.shortest_time_scale)) / log1p(_GROWTH))
        return max(records, ceil(t_end / largest) + first)

    def check_cost(self, t_end: float, square: float, records: int) -> float:
        """The work of a run, in multiply-adds. Raises ValueError where it would take more steps, or more work, than is
        allowed."""
        count = self.steps(t_end, square, records)
        if count > STEPS_MAX or count * self.work > WORK_MAX:
            raise ValueError(
                f"t_end must take at most {STEPS_MAX:.0e} steps and {WORK_MAX:.0e} multiply-adds; {t_end:g} takes "
                f"{count:.3g} steps of {self.work:.3g} multiply-adds"
            )
        return count * self.work

    def adaptive_step(self, t: float, largest: float, square: float, loss: float) -> float:
        """The step from time t on, at the largest |a_i|, their mean square and ``mean (y - f)^2``."""
        # |ds_i/dt| <= |a_i| |y - f| |sigma'|, by Cauchy and Schwarz
        turning = largest * sqrt(loss * self.activation.slope_norm2)
        return min(
            _SAFETY * _STABLE / max(self.curvature_bound(square), 1e-300),
            _MAX_ROTATION / max(turning, 1e-300),
            _GROWTH * (t + _FIRST / _GROWTH * self.shortest_time_scale),
        )

    def stable(self, square: float) -> float:
        """The largest step, in units of time, that descent is stable at."""
        return _STABLE / max(self.curvature_bound(square), 1e-300)

    @property
    def shortest_time_scale(self) -> float:
        """The shortest time scale at the start: the second layer's, or that of neurons of unit weight."""
        return 1.0 / max(self.curvature_bound(1.0), 1e-300)

    @property
    def work(self) -> float:
        """Multiply-adds of a step; random numbers, activations and the step itself count as some of them."""
        polynomial = _POLYNOMIAL + _DEGREE * len(self.activation.polynomial)
        activation = _ACTIVATION.get(self.activation.name, polynomial)
        return self.batch * (self.d * (2.0 * self.m + _RANDOM) + _LABEL + self.m * activation) + _STEP


@dataclass(frozen=True, eq=False)
class NetworkRecord(Result):
    """Hold a network at one time.

    Attributes
    ----------
    t : float
        Time.
    a, s : array (m,)
        Second-layer weights and alignments.
    risk : float
        Population risk, exact, from the overlaps.
    spread : float
        Root mean square of ``<w_i, w_j> - s_i s_j`` over pairs of neurons; 0 for one neuron.
    overlap : float
        Mean of ``<w_i, w_j>`` over pairs of neurons; 0 for one neuron.
    steps : int
        Steps so far.
    halted : str
        Why the run ended before its time; empty if it did not.
    """

    t: float
    a: FloatArray
    s: FloatArray
    risk: float
    spread: float
    overlap: float
    steps: int
    halted: str


def population_risk(
    phi: ArrayLike, activation: Activation, a: FloatArray, s: FloatArray, overlaps: FloatArray
) -> float:
    """``1/2 E (phi(x_1) - f(x))^2`` from a, s (m,) and the overlaps <w_i, w_j> (m, m)."""
    coefficients = np.asarray(phi, dtype=float)
    V = coefficients * activation.coefficients(len(coefficients) - 1)
    m = len(a)
    linear = float(a @ np.polynomial.polynomial.polyval(s, V))
    square = float(a @ activation.kernel(overlaps) @ a)
    return max(0.0, 0.5 * float(coefficients @ coefficients) - linear / m + 0.5 * square / (m * m))


def make_record(
    problem: TrainingSetup, t: float, a: FloatArray, s: FloatArray, overlaps: FloatArray, steps: int, halted: str
) -> NetworkRecord:
    """The record of a network of weights a (m,), alignments s (m,) and overlaps <w_i, w_j> (m, m)."""
    risk = population_risk(problem.phi, problem.activation, a, s, overlaps)
    pairs = problem.m * (problem.m - 1)
    off = overlaps - np.outer(s, s)
    np.fill_diagonal(off, 0.0)
    spread = sqrt(float(np.sum(off * off)) / pairs) if pairs else 0.0
    overlap = (float(np.sum(overlaps)) - float(np.trace(overlaps))) / pairs if pairs else 0.0
    return NetworkRecord(t, a.copy(), s.copy(), risk, spread, overlap, steps, halted)


def first_layer(m: int, d: int, start: Start, rng: np.random.Generator) -> FloatArray:
    """Rows w_i (m, d): "sphere", independent and uniform; "orthonormal", orthogonal to each other and to the target's
    direction, which is where the exact flow starts from (needs m < d)."""
    if check_choice("start", start, STARTS) == "sphere":
        W = rng.standard_normal((m, d))
        return np.asarray(W / np.linalg.norm(W, axis=1, keepdims=True))
    if m >= d:
        raise ValueError(f"m must be below d = {d}, not {m}: more neurons are not orthonormal and orthogonal to beta")
    q, r = np.linalg.qr(rng.standard_normal((d - 1, m)))
    return np.hstack([np.zeros((m, 1)), (q * np.sign(np.diag(r))).T])


class Stepper:
    """Advance step by step in time t, as far as wanted.

    Subclasses define how long a step is and what it does. ``halted`` says why it ended before its time.
    """

    problem: TrainingSetup
    t: float
    steps: int
    halted: str

    def advance(self, until: float, seconds: float = inf, executor: Executor | None = None) -> bool:
        """Take steps until exactly a time.

        Parameters
        ----------
        until : float in [0, 1e30]
            The time.
        seconds : float, at least 0, default inf
            About the longest duration of the call; at least one step is taken.
        executor : concurrent.futures.Executor, optional
            Threads, on which the parts of a step run side by side.

        Returns
        -------
        bool
            Whether it is there, or has halted for a reason that ``halted`` gives.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        until, seconds = check_number("until", until, 0.0, TIME_MAX), check_number("seconds", seconds, 0.0)
        if executor is not None:
            check_instance("executor", executor, Executor)
        began = perf_counter()
        while self.t < until and not self.halted:
            left, dt = until - self.t, self._step()
            if self.problem.step is None:
                dt = left / ceil(left / dt)
            last = dt >= left * (1.0 - 1e-9)  # absorb a rounding-sized remainder into the last step
            self._descend(left if last else dt, executor)
            self.t = until if last else self.t + dt
            if perf_counter() - began > seconds:
                break
        return self.t >= until or bool(self.halted)

    def _step(self) -> float:
        raise NotImplementedError

    def _descend(self, dt: float, executor: Executor | None) -> None:
        raise NotImplementedError


class SphericalSGD(Stepper):
    """Train a network by stochastic gradient descent on the sphere, step by step.

    ``advance`` takes it to a time, ``measure`` describes it. ``make_network`` makes one from plain arguments.

    Parameters
    ----------
    problem : TrainingSetup
        Target, activation, sizes and step.
    a0 : array_like (m,)
        Second-layer weights at the start.
    first : {"sphere", "orthonormal"} or array_like (m, d), default "sphere"
        How the rows w_i are drawn, see ``simulate_network``, or the rows, of length 1.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of the first layer and of the batches. The same seed and times of ``advance`` give the same run, on any
        number of threads.
    most : float in [0, 1e15], default 1e15
        Multiply-adds after which it halts, as the number of steps grows with the a_i.

    Attributes
    ----------
    t : float
        Time.
    a : array (m,)
        Second-layer weights.
    W : array (m, d)
        Rows w_i of the first layer.
    steps : int
        Steps so far.
    halted : str
        Why the run ended before its time; empty if it did not.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if a fixed step is beyond what descent is stable at.

    References
    ----------
    Berthier, Montanari & Zhou, arXiv:2303.00055; Imai, Nishiyama & Imaizumi, arXiv:2602.07378.

    Examples
    --------
    >>> from dynamics import make_network
    >>> network = make_network((0, 1), (0, 1), eps=1.0, m=2, d=10, batch=50)
    >>> network.advance(0.5)
    True
    >>> kept = network.state()
    >>> again = make_network((0, 1), (0, 1), eps=1.0, m=2, d=10, batch=50)
    >>> again.restore(kept)
    >>> network.advance(1.0) and again.advance(1.0)
    True
    >>> network.measure().risk == again.measure().risk
    True
    """

    def __init__(
        self,
        problem: TrainingSetup,
        a0: FloatArray,
        first: Start | FloatArray = "sphere",
        seed: int = 0,
        most: float = WORK_MAX,
    ) -> None:
        m, d = check_instance("problem", problem, TrainingSetup).m, problem.d
        self._most = check_number("most", most, 0.0, WORK_MAX)
        seed = check_integer("seed", seed, 0, SEED_MAX)
        self.problem = problem
        self.t, self.steps, self.halted = 0.0, 0, ""
        self.a = np.array(check_array("a0", a0, -WEIGHT_MAX, WEIGHT_MAX, ndim=1, least=m, most=m))
        draw = np.random.default_rng([seed, 0])
        if isinstance(first, str):
            rows = first_layer(m, d, check_choice("first", first, STARTS), draw)
        else:
            rows = check_array("first", first, ndim=2)
        if rows.shape != (m, d) or not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6):
            raise ValueError(f"first must be {m} unit vectors of {d} dimensions, not an array of shape {rows.shape}")
        self.W = np.ascontiguousarray(rows, dtype=problem.dtype)
        self._first_loss = 0.0
        self._loss = float(np.sum(np.square(problem.phi)))  # twice the loss of the last batch
        stable = problem.stable(float(np.mean(self.a**2)))
        if problem.step is not None and problem.step > stable:
            low = STEP_RANGE[0]
            raise ValueError(
                f"step must be between {low:g} and {stable:.3g}, not {problem.step:g}: above, descent diverges"
            )
        self._keys = stream_key(seed, 1), stream_key(seed, 2)
        lanes = min(_LANES, ceil(problem.batch / _ROWS))
        edges = [problem.batch * k // lanes for k in range(lanes + 1)]
        self._lanes = [_BatchSlice(problem, *self._keys, start, stop) for start, stop in pairwise(edges)]

    def measure(self) -> NetworkRecord:
        """Return the network as it is now.

        Returns
        -------
        NetworkRecord
            Weights, alignments and risk.
        """
        W = self.W.astype(float)
        return make_record(self.problem, self.t, self.a, W[:, 0], W @ W.T, self.steps, self.halted)

    def state(self) -> dict[str, Any]:
        """Return all that a run of the same problem and seed continues from, exactly.

        Returns
        -------
        dict of str to array
            Weights ``a`` (m,) and ``W`` (m, d); ``clock``, with time, steps and losses; ``keys`` of the random numbers,
            which with the number of steps determine the next batch; ``halted``.
        """
        clock = np.array([self.t, float(self.steps), self._loss, self._first_loss])
        keys, halted = np.array(self._keys), np.array(self.halted)
        return {"a": self.a.copy(), "W": self.W.copy(), "clock": clock, "keys": keys, "halted": halted}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from a state of the same problem and seed.

        Parameters
        ----------
        state : mapping of str to array
            What ``state`` returned.

        Raises
        ------
        ValueError
            If its shapes, its types or its seed are not those of this network.
        """
        check_state(state, self.state())
        a, W, clock = (np.array(state[name]) for name in ("a", "W", "clock"))
        if (a.shape, W.shape, W.dtype) != (self.a.shape, self.W.shape, self.W.dtype):
            raise ValueError(f"state of a {W.shape} {W.dtype} first layer is not one of {self.W.shape} {self.W.dtype}")
        if tuple(state["keys"]) != self._keys:
            raise ValueError("state is one of another seed")
        self.a, self.W, self.halted = a, W, str(state["halted"])
        self.t, steps, self._loss, self._first_loss = clock.tolist()
        self.steps = int(steps)

    def _step(self) -> float:
        if self.problem.step is not None:
            return self.problem.step
        return self.problem.adaptive_step(self.t, float(abs(self.a).max()), float(np.mean(self.a**2)), self._loss)

    def _descend(self, dt: float, executor: Executor | None) -> None:
        problem, W = self.problem, self.W
        kind = W.dtype.type
        with np.errstate(over="ignore", invalid="ignore"):  # a diverged run is reported below
            each = executor.map if executor is not None and len(self._lanes) > 1 else map
            da, turned, loss = gradient_from_sums(
                self.a, W, list(each(lambda lane: lane.work(self.a, W, self.steps), self._lanes))
            )
            self.a += dt / problem.eps * da
            turned *= kind(dt)
            W += turned
            W /= np.sqrt(np.einsum("ij,ij->i", W, W))[:, None]
        self.steps += 1
        self._loss = loss
        self._first_loss = self._first_loss or loss
        if not (np.isfinite(self.a).all() and loss <= _DIVERGED * max(self._first_loss, self._scale)):
            self.halted = (
                f"The run diverges at t = {self.t:.4g}: its batches of {problem.batch} give a loss of {loss / 2:.3g}. "
                "A smaller step, a larger batch or smaller coefficients keep it stable."
            )
        elif self.steps >= STEPS_MAX or self.steps * problem.work >= self._most:
            self.halted = f"The run ends at t = {self.t:.4g}: the {self.steps} steps that are allowed are used up."

    @property
    def _scale(self) -> float:
        return float(np.sum(np.square(self.problem.phi))) + self.problem.noise**2


def check_state(state: Mapping[str, Any], like: Mapping[str, Any]) -> None:
    """Raise ValueError unless a state has the arrays of this one."""
    if not isinstance(state, Mapping) or not set(like) <= set(state):
        is_mapping = isinstance(state, Mapping)
        lacking = (
            f"one without {', '.join(sorted(set(like) - set(state)))}" if is_mapping else f"a {type(state).__name__}"
        )
        raise ValueError(f"state must have the arrays {', '.join(sorted(like))}, not {lacking}")
    for name, array in like.items():
        given, expected = np.asarray(state[name]), np.asarray(array)
        same_kind = (given.dtype.kind in "iuf") == (expected.dtype.kind in "iuf")
        if name != "tau" and (given.shape != expected.shape or not same_kind):
            raise ValueError(
                f"state must have {name!r} of shape {expected.shape} and type {expected.dtype}, "
                f"not of shape {given.shape} and type {given.dtype}"
            )


class GradientAccumulator:
    """Over samples x (n, d), y (n,), which are added piece by piece: ``turned`` (m, d), of (y - f) sigma'(<w_i, x>) x;
    ``da`` (m,), of (y - f) sigma(<w_i, x>); ``square``, of (y - f)^2; and their number ``samples``."""

    def __init__(self, activation: Activation, m: int, d: int, piece: int, dtype: Any) -> None:
        self._activation = activation
        self._z, self._value = np.empty((2, piece, m), dtype)  # at once, or the pieces' memory is new each time
        self.turned, self._more = np.empty((m, d), dtype), np.empty((m, d), dtype)
        self.clear()

    def clear(self) -> None:
        """Starts anew."""
        self.da: FloatArray = np.zeros(len(self.turned))
        self.square, self.samples = 0.0, 0

    def add(self, a: FloatArray, W: Any, x: Any, y: Any) -> None:
        """Adds a piece."""
        z, value = self._z[: len(x)], self._value[: len(x)]
        np.matmul(x, W.T, out=z)
        self._activation.both(z, value)
        error = y - value @ (a / len(a)).astype(W.dtype)
        z *= error[:, None]  # which is sigma' now
        np.matmul(z.T, x, out=self._more if self.samples else self.turned)
        if self.samples:
            self.turned += self._more
        self.da += error @ value
        self.square += float(np.sum(np.square(error, dtype=float)))
        self.samples += len(x)


class _BatchSlice:
    """Some rows of each batch: drawn, and summed, a piece at a time. Lanes share nothing, and may run side by side; how
    many there are depends on the batch alone."""

    def __init__(self, problem: TrainingSetup, x_key: Any, noise_key: Any, start: int, stop: int) -> None:
        self._problem, self._start, self._stop = problem, start, stop
        self._keys = x_key, noise_key
        self._target = Activation.of(problem.phi)
        piece = min(_PIECE, stop - start)
        self._x, self._noise = np.empty((piece, problem.d), problem.dtype), np.empty((piece, 1), problem.dtype)
        self._sums = GradientAccumulator(problem.activation, problem.m, problem.d, piece, problem.dtype)

    def work(self, a: FloatArray, W: Any, step: int) -> GradientAccumulator:
        """The sums over its rows of the batch of that step."""
        self._sums.clear()
        for start in range(self._start, self._stop, len(self._x)):
            checkpoint()  # the steps of several large networks take seconds
            rows = min(len(self._x), self._stop - start)
            first = np.uint64(step * self._problem.batch + start)
            x = self._x[:rows]
            counter_based_normal(self._keys[0], first, x)
            y = self._target.value(x[:, 0])
            if self._problem.noise:
                counter_based_normal(self._keys[1], first, self._noise[:rows])
                y = y + W.dtype.type(self._problem.noise) * self._noise[:rows, 0]
            self._sums.add(a, W, x, y)
        return self._sums


def gradient_from_sums(a: FloatArray, W: Any, parts: Sequence[GradientAccumulator]) -> tuple[FloatArray, Any, float]:
    """-m times the gradients of ``(1/2) mean (y - f)^2`` over all samples of some sums, whose ``turned`` it takes for
    its own: in a (m,); in W (m, d), projected to the sphere's tangents; and the mean of ``(y - f)^2``."""
    samples = sum(part.samples for part in parts)
    turned = parts[0].turned
    for part in parts[1:]:
        turned += part.turned
    turned *= (a / samples).astype(W.dtype)[:, None]
    turned -= np.einsum("ij,ij->i", turned, W)[:, None] * W
    return np.sum([part.da for part in parts], axis=0) / samples, turned, sum(part.square for part in parts) / samples


def gradient(activation: Activation, a: FloatArray, W: Any, x: Any, y: Any) -> tuple[FloatArray, Any, float]:
    """``gradient_from_sums`` over a batch x (B, d), y (B,)."""
    m, d = W.shape
    sums = GradientAccumulator(activation, m, d, len(x), W.dtype)
    sums.add(a, W, x, y)
    return gradient_from_sums(a, W, [sums])


def run_in_lockstep(
    runs: Sequence[SphericalSGD], times: FloatArray, seconds: float = inf, executor: Executor | None = None
) -> Iterator[list[NetworkRecord]]:
    """Run several networks to each of several times.

    The last time is met exactly. If a network halts, the records of that moment are the last. After about ``seconds``
    of work, and again, an empty list is given, so that the caller gets control back. To stop the work, stop iterating.

    Parameters
    ----------
    runs : sequence of 1 to 1,000 SphericalSGD
        The networks.
    times : array_like (n,)
        Times, increasing, from 0 to 1e30.
    seconds : float, at least 0, default inf
        About the longest time between two results.
    executor : concurrent.futures.Executor, optional
        Threads, on which networks run side by side, or the parts of a step of a single one.

    Yields
    ------
    list of NetworkRecord
        One for each network; or an empty list.

    Raises
    ------
    ValueError
        If an argument is outside its range; raised by the call, before the iteration.

    Examples
    --------
    >>> from dynamics import make_network, run_in_lockstep
    >>> networks = [make_network((0, 1), (0, 1), 1.0, m=2, d=10, batch=50, seed=seed) for seed in (0, 1)]
    >>> for records in run_in_lockstep(networks, [0.0, 1.0]):
    ...     print([record.t for record in records])
    [0.0, 0.0]
    [1.0, 1.0]
    """
    items = check_sequence("runs", runs, 1, RUNS_MAX, "networks")
    networks = [check_instance(f"runs[{i}]", one, SphericalSGD) for i, one in enumerate(items)]
    times = check_times("times", times, TIME_MAX, STEPS_MAX)
    seconds = check_number("seconds", seconds, 0.0)
    if executor is not None:
        check_instance("executor", executor, Executor)

    def records() -> Iterator[list[NetworkRecord]]:
        for t in times.tolist():
            checkpoint()  # not only where nothing is recorded yet: samples may follow each other for long
            while not advance_all(networks, t, seconds, executor):
                yield []
                checkpoint()
            yield [run.measure() for run in networks]
            if any(run.halted for run in networks):
                return

    return records()


def advance_all(runs: Sequence[Stepper], t: float, seconds: float = inf, executor: Executor | None = None) -> bool:
    """Advance runs toward a time for about this many seconds; return whether all have reached it."""
    if executor is not None and len(runs) > 1:
        return all(list(executor.map(lambda run: run.advance(t, seconds), runs)))
    return all(run.advance(t, seconds, executor) for run in runs)


def round_to_steps(times: FloatArray, step: float | None) -> FloatArray:
    """Times, each put off to the next whole number of steps (if those are fixed), the last one excepted."""
    if step is None:
        return times
    later = np.ceil(times[:-1] / step - 1e-9) * step + 0.0  # no -0.0
    return np.unique(np.append(later, times[-1]).clip(max=times[-1]))
