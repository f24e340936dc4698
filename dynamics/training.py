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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf, log1p, sqrt
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .activations import Activation, series
from .arguments import whole, within
from .hermite import Array

DIMENSION_MAX, NEURONS_MAX, BATCH_MAX = 20_000, 10_000, 100_000
ENTRIES_MAX = 50_000_000  # of weights, of a batch, of its preactivations
SEED_MAX = 2**32 - 1
WORK_MAX = 1e15  # multiply-adds of a run
STEPS_MAX = 10_000_000
STARTS = ("sphere", "orthonormal")
DTYPES = ("float32", "float64")
Start = Literal["sphere", "orthonormal"]
Dtype = Literal["float32", "float64"]

_STABLE = 2.0  # of the step times the largest curvature: beyond, descent diverges
_SAFETY = 0.25  # of that, in an automatic step
_TURN = 0.05  # radians that the gradient may turn a neuron by in an automatic step
_GROWTH = 0.05  # of the time run so far: the share that an automatic step is at most
_FIRST = 0.01  # of the fastest time scale: where automatic steps begin
_RANDOM, _ACTIVATION, _STEP = 30.0, 60.0, 5e5  # multiply-adds in the time of a normal number, of a neuron, of a step
_DIVERGED = 1e4  # times the first loss, or the target's


@dataclass(frozen=True)
class Problem:
    """What is learnt, and from what: checked arguments. phi, activation, eps: see ``MeanFieldModel``. noise: the
    standard deviation of the labels' noise. step: dt, or None for one that is adapted as it runs."""

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
    ) -> Problem:
        """Raises ValueError, naming argument, value and range."""
        if dtype not in DTYPES:
            raise ValueError(f"dtype = {dtype!r} is not one of {', '.join(DTYPES)}")
        made = cls(
            series("phi", phi),
            Activation.of(activation),
            within("eps", eps, 1e-8, 1e8),
            whole("m", m, 1, NEURONS_MAX),
            whole("d", d, 2, DIMENSION_MAX),
            whole("batch", batch, 1, BATCH_MAX),
            within("noise", noise, 0.0, 1e6),
            None if step is None else within("step", step, 1e-12, 1e6),
            dtype,
        )
        for what, entries in (
            ("m d", made.m * made.d),
            ("batch d", made.batch * made.d),
            ("batch m", made.batch * made.m),
        ):
            if entries > ENTRIES_MAX:
                raise ValueError(f"{what} = {entries} is above {ENTRIES_MAX}: a step would not fit into memory")
        return made

    def curvature(self, square: float) -> float:
        """A bound on the loss's curvature, per unit of time, at a mean square of a_i: of the second layer ``U(1)/eps``;
        of the first ``mean a^2 U'(1)``, more where a batch has fewer samples than there are dimensions."""
        crowd = (1.0 + sqrt(self.d / self.batch)) ** 2
        return max(self.activation.norm2 / self.eps, square * self.activation.slope_norm2 * crowd)

    def steps(self, t_end: float, square: float) -> int:
        """About how many steps a run takes from a mean square of a_i; it takes more where the a_i grow."""
        if self.step is not None:
            return ceil(t_end / self.step)
        largest = _SAFETY * _STABLE / max(self.curvature(square), 1e-300)
        norm = float(np.linalg.norm(self.phi)) or 1.0
        turning = sqrt(square * self.activation.slope_norm2) * norm
        largest = min(largest, _TURN / max(turning, 1e-300), t_end)
        return ceil(t_end / largest) + ceil(log1p(largest / (_FIRST * self.fastest)) / log1p(_GROWTH))

    def affordable(self, t_end: float, square: float) -> float:
        """The work of a run, in multiply-adds. Raises ValueError where it would take more steps, or more work, than is
        allowed."""
        count = self.steps(t_end, square)
        if count > STEPS_MAX or count * self.work > WORK_MAX:
            raise ValueError(
                f"t_end = {t_end:g} takes {count:.3g} steps of {self.work:.3g} multiply-adds; at most {STEPS_MAX:.0e} "
                f"steps and {WORK_MAX:.0e} in all are taken"
            )
        return count * self.work

    @property
    def fastest(self) -> float:
        """The shortest time scale at the start: the second layer's, or that of neurons of unit weight."""
        return 1.0 / max(self.curvature(1.0), 1e-300)

    @property
    def work(self) -> float:
        """Multiply-adds of a step; random numbers, activations and the step itself count as some of them."""
        return self.batch * (self.d * (2.0 * self.m + _RANDOM) + self.m * _ACTIVATION) + _STEP


@dataclass(frozen=True, eq=False)
class Record:
    """A network at time t: second-layer weights and alignments ``a``, ``s`` (m,); the population risk, exactly, by
    overlaps; ``spread``, the root mean square of ``<w_i, w_j> - s_i s_j`` over pairs of neurons, and ``overlap``, the
    mean of ``<w_i, w_j>`` over them (both 0 for one neuron); steps taken; ``halted``, a sentence where the run ended
    before its time."""

    t: float
    a: Array
    s: Array
    risk: float
    spread: float
    overlap: float
    steps: int
    halted: str


def population_risk(phi: ArrayLike, activation: Activation, a: Array, s: Array, overlaps: Array) -> float:
    """``1/2 E (phi(x_1) - f(x))^2`` from a, s (m,) and the overlaps <w_i, w_j> (m, m)."""
    coefficients = np.asarray(phi, dtype=float)
    V = coefficients * activation.coefficients(len(coefficients) - 1)
    m = len(a)
    linear = float(a @ np.polynomial.polynomial.polyval(s, V))
    square = float(a @ activation.kernel(overlaps) @ a)
    return max(0.0, 0.5 * float(coefficients @ coefficients) - linear / m + 0.5 * square / (m * m))


def first_layer(m: int, d: int, start: Start, rng: np.random.Generator) -> Array:
    """Rows w_i (m, d): "sphere", independent and uniform; "orthonormal", orthogonal to each other and to the target's
    direction, which is where the exact flow starts from (needs m < d)."""
    if start == "sphere":
        W = rng.standard_normal((m, d))
        return np.asarray(W / np.linalg.norm(W, axis=1, keepdims=True))
    if start == "orthonormal":
        if m >= d:
            raise ValueError(
                f"m = {m} is not below d = {d}: so many neurons are not orthonormal and orthogonal to beta"
            )
        q, r = np.linalg.qr(rng.standard_normal((d - 1, m)))
        return np.hstack([np.zeros((m, 1)), (q * np.sign(np.diag(r))).T])
    raise ValueError(f"start = {start!r} is not one of {', '.join(STARTS)}")


class SphericalSGD:
    """A network that learns, step by step; ``advance`` it as far as wanted, and ``measure`` it.

    a0: second-layer weights (m,). first: rows w_i (m, d), or how they are drawn, see ``first_layer``. seed: of the
    first layer and of the batches; the same seed and times of ``advance`` give the same run. most: multiply-adds after
    which it halts, as steps become more where the a_i grow.

    Raises ValueError where a fixed step is beyond what descent is stable at.
    """

    def __init__(
        self, problem: Problem, a0: Array, first: Start | Array = "sphere", seed: int = 0, most: float = WORK_MAX
    ) -> None:
        m, d = problem.m, problem.d
        self._most = within("most", most, 0.0, WORK_MAX)
        seed = whole("seed", seed, 0, SEED_MAX)
        draw, self._rng = (np.random.default_rng([seed, part]) for part in (0, 1))
        self.problem = problem
        self.t, self.steps, self.halted = 0.0, 0, ""
        self.a = np.array(a0, dtype=float)
        if self.a.shape != (m,) or not np.isfinite(self.a).all():
            raise ValueError(f"a0 of shape {self.a.shape} is not a finite weight for each of {m} neurons")
        rows = first_layer(m, d, first, draw) if isinstance(first, str) else np.array(first, dtype=float)
        if rows.shape != (m, d) or not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6):
            raise ValueError(f"first of shape {rows.shape} is not {m} unit vectors of {d} dimensions")
        self.W = np.ascontiguousarray(rows, dtype=problem.dtype)
        self._x = np.empty((problem.batch, d), dtype=problem.dtype)
        self._target = Activation.of(problem.phi)
        self._first_loss = 0.0
        self._loss = float(np.sum(np.square(problem.phi)))  # twice the loss of the last batch
        stable = _STABLE / max(problem.curvature(float(np.mean(self.a**2))), 1e-300)
        if problem.step is not None and problem.step > stable:
            raise ValueError(f"step = {problem.step:g} is outside [1e-12, {stable:.3g}]: above, descent diverges")

    def advance(self, until: float, seconds: float = inf) -> bool:
        """Takes steps until exactly that time, for about so many seconds at most; whether it is there, or has halted
        for a reason that ``halted`` gives."""
        began = perf_counter()
        while self.t < until and not self.halted:
            left, dt = until - self.t, self._step()
            if self.problem.step is None:
                dt = left / ceil(left / dt)
            last = dt >= left * (1.0 - 1e-9)  # lest rounding leaves a crumb for a step of its own
            self._descend(left if last else dt)
            self.t = until if last else self.t + dt
            if perf_counter() - began > seconds:
                break
        return self.t >= until or bool(self.halted)

    def measure(self) -> Record:
        """What the network is now."""
        m = self.problem.m
        W = self.W.astype(float)
        s = W[:, 0].copy()
        overlaps = W @ W.T
        risk = population_risk(self.problem.phi, self.problem.activation, self.a, s, overlaps)
        pairs = m * (m - 1)
        off = overlaps - np.outer(s, s)
        np.fill_diagonal(off, 0.0)
        spread = sqrt(float(np.sum(off * off)) / pairs) if pairs else 0.0
        overlap = (float(np.sum(overlaps)) - float(np.trace(overlaps))) / pairs if pairs else 0.0
        return Record(self.t, self.a.copy(), s, risk, spread, overlap, self.steps, self.halted)

    def _step(self) -> float:
        problem = self.problem
        if problem.step is not None:
            return problem.step
        square = float(np.mean(self.a**2))
        # |ds_i/dt| <= |a_i| |y - f| |sigma'|, by Cauchy and Schwarz
        turning = float(abs(self.a).max()) * sqrt(self._loss * problem.activation.slope_norm2)
        return min(
            _SAFETY * _STABLE / max(problem.curvature(square), 1e-300),
            _TURN / max(turning, 1e-300),
            _GROWTH * (self.t + _FIRST / _GROWTH * problem.fastest),
        )

    def _descend(self, dt: float) -> None:
        problem, W, x = self.problem, self.W, self._x
        kind = W.dtype.type
        self._rng.standard_normal(out=x, dtype=W.dtype)
        y = self._target.value(x[:, 0])
        if problem.noise:
            y = y + kind(problem.noise) * self._rng.standard_normal(problem.batch, dtype=W.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is told of below
            da, turned, loss = gradient(problem.activation, self.a, W, x, y)
            self.a += dt / problem.eps * da
            W += kind(dt) * turned
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


def gradient(activation: Activation, a: Array, W: Any, x: Any, y: Any) -> tuple[Array, Any, float]:
    """-m times the gradients of ``(1/2) mean (y - f)^2`` over a batch x (B, d), y (B,): in a (m,); in W (m, d),
    projected to the sphere's tangents; and the mean of ``(y - f)^2``."""
    m, B = len(a), len(x)
    kind = W.dtype.type
    z = x @ W.T
    value = activation.value(z)
    error = y - value @ (a / m).astype(W.dtype)
    slope = activation.slope(z)
    slope *= (error / kind(B))[:, None]
    turned = slope.T @ x
    turned -= np.einsum("bi,bi->i", slope, z)[:, None] * W
    turned *= a.astype(W.dtype)[:, None]
    da = (error @ value).astype(float) / B
    return da, turned, float(np.mean(np.square(error, dtype=float)))


def together(runs: Sequence[SphericalSGD], times: Array, seconds: float = inf) -> Iterator[list[Record]]:
    """Several networks at each of some increasing times, the last of them exactly; once more, where one halts before.
    After about so many seconds of work, and again, an empty list: whoever asks no further stops the work."""
    for t in times.tolist():
        for run in runs:
            while not run.advance(t, seconds):
                yield []
        yield [run.measure() for run in runs]
        if any(run.halted for run in runs):
            return
