"""Trajectories of the planar system: integrated in rho = atanh R, sampled by dense output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import atanh, exp, inf, log
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import rosenbrock
from ..compiling import compiled
from ..hermite import Array
from ..rosenbrock import ResultCode
from .planar import Planar, alignment, sums, sums_and_slopes

if TYPE_CHECKING:
    from .limits import Fate, Limit
    from .model import UnlearningModel

STEP_BUDGET = 200_000
"""Steps one integration may take (about 0.1 s); the slider range needs fewer than a tenth of it."""

_MAGNIFIED = 60.0  # see sensitivity(): up to here errors stay within what the tests allow at rtol = 1e-8
_MOVE = 0.01  # of the range: how far R and a may each move between two samples
_SAMPLE_BUDGET = 20_000  # refinement may add this many samples


_NONE = np.empty(0)


@dataclass(frozen=True)
class Statistics:
    """What an integration cost: accepted and rejected steps, right-hand sides."""

    steps: int
    rejected: int
    evaluations: int


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A solution of the planar system from (R0, a0), sampled at ``tau``.

    ``tau``, ``R``, ``a``, ``loss`` have shape (n,); time in units of m / learning rate.
    """

    model: UnlearningModel
    a0: float
    R0: float
    tau_end: float
    rtol: float
    tau: Array
    R: Array
    a: Array
    loss: Array
    code: ResultCode
    stats: Statistics

    @cached_property
    def limit(self) -> Limit:
        """Where the solution tends as tau goes to infinity."""
        return self.model.limit(self.a0, self.R0)

    @property
    def fate(self) -> Fate:
        """The limit's name."""
        return self.limit.fate

    @cached_property
    def excess(self) -> Array:
        """``loss`` minus its limit, without cancellation; shape (n,); nan while undecided."""
        return self.model.excess_loss(self.R, self.a, self.limit)

    @cached_property
    def _deviation(self) -> tuple[float, float]:
        system, rho = start_point(self.model.system, self.R0)
        rtol = max(1e-13, self.rtol / 100)
        end = float(self.tau[-1])
        rows, _, _ = integrate(system, rho, self.a0, end, rtol, STEP_BUDGET)
        orbit, time = deviation(system, np.array([self.tau, self.R, self.a]), rows)
        return float(orbit), float(time)

    @property
    def error(self) -> float:
        """Estimated error of the orbit: the largest distance, in (R, a / max(1, |a|)), of a sample
        to the orbit computed at a hundredth of the tolerance."""
        return self._deviation[0]

    @property
    def time_error(self) -> float:
        """Estimated relative error of the times at which R, once slow, moves fast (|dR/dtau| > 1): of the
        jumps; 0 where there is none. A start close to a threshold makes it large: then the
        time of the jump is ill-conditioned, not the orbit."""
        return self._deviation[1]


@dataclass(frozen=True, eq=False)
class TrajectoryChunk:
    """Consecutive samples of trajectory ``index``, the first of them its sample ``start``."""

    index: int
    start: int
    tau: Array
    R: Array
    a: Array
    loss: Array
    last: bool
    trajectory: Trajectory


@compiled
def loss_at(coefficients: Any, R: float, a: float) -> Any:
    """L = 1/2 sum_k k! (c*_k - a c_k R^k)^2; ``coefficients`` has rows k!, c_k, c*_k."""
    total = 0.0
    power = 1.0
    for k in range(coefficients.shape[1]):
        power *= R
        gap = coefficients[2, k] - a * coefficients[1, k] * power
        total += coefficients[0, k] * gap * gap
    return 0.5 * total


@compiled
def first_step(system: Any, rho: float, a: float, tau_end: float) -> float:
    """A step in which neither unknown moves by more than about a hundredth."""
    R, _ = alignment(rho)
    p, g, q, h = sums(system.table, R)
    d_rho = abs(a * (g - a * h)) * system.rate
    d_a = abs(p - a * q)
    fastest = max(d_rho / (0.01 + abs(rho)), d_a / (0.01 + abs(a)))
    return float(min(0.001 * tau_end, 0.01 / (fastest + 1e-300)))


@compiled
def velocity(system: Any, R: float, a: float) -> Any:
    """(dR/dtau, da/dtau)."""
    p, g, q, h = sums(system.table, R)
    return a * (1.0 - R * R) * (g - a * h) * system.rate, p - a * q


@compiled
def locate(rows: Any, low: int, high: int, t: float) -> int:
    """The step of a record that holds time t, known to lie between steps ``low`` and ``high``."""
    while high - low > 1:
        middle = (low + high) // 2
        if rows[middle, 0] <= t:
            low = middle
        else:
            high = middle
    return low


@compiled
def sensitivity(system: Any, rows: Any) -> float:
    """By how much an error of a grows while a drifts along the critical manifold.

    As much as the drift does: an error of a is one of the time at which the drift is there. It is large
    where the solution passes close to a slow saddle. Counted from one jump to the next.
    """
    worst = 1.0
    ahead = 0.0
    for i in range(len(rows) - 2, -1, -1):
        step = rows[i, 1]
        moved = abs(rows[i + 1, 2] - rows[i, 2])
        if moved > step and moved * alignment(rows[i, 2])[1] > step:  # |dR/dtau| > 1: a jump
            ahead = 0.0
            continue
        drift = abs(rows[i + 1, 3] - rows[i, 3]) / step
        if ahead > worst * drift and _on_manifold(system, rows[i], rows[i + 1, 2]):
            worst = ahead / (drift + 1e-300)
        ahead = max(ahead, drift)
    return worst


@compiled
def _on_manifold(system: Any, row: Any, rho_next: float) -> bool:
    """Whether in a step R is drawn to the critical manifold much faster than it moves."""
    rho, a = row[2], row[3]
    R, slope = alignment(rho)
    _, _, _, _, dg, dh = sums_and_slopes(system.table, R)
    pull = -a * (dg - a * dh) * slope * system.rate
    return bool(pull * abs(rho) * row[1] > 300.0 * abs(rho_next - rho))


@compiled
def integrate(system: Any, rho: float, a: float, tau_end: float, rtol: float, limit: int) -> Any:
    """The record of a solution from (rho, a) up to tau_end, its state and its result code.

    Where errors grow along the critical manifold, it is integrated again, as much more accurately.
    """
    h = first_step(system, rho, a, tau_end)
    y = np.array([rho, a])
    rows, state, code = rosenbrock.record(system, y, 0.0, tau_end, h, rtol, limit)
    magnified = sensitivity(system, rows)
    if magnified > _MAGNIFIED:
        rtol = max(1e-13, rtol * max(1e-4, 0.1 * _MAGNIFIED / magnified))
        y = np.array([rho, a])
        rows, state, code = rosenbrock.record(system, y, 0.0, tau_end, h, rtol, limit)
    return rows, state, code


@compiled
def sample_at(rows: Any, taus: Any) -> Any:
    """tau, R, a of shape (3, n) at the given times; nan beyond the record's end."""
    out = np.empty((3, len(taus)))
    steps = len(rows) - 1
    index = 0
    for i in range(len(taus)):
        t = taus[i]
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        out[0, i] = t
        if t > rows[steps, 0]:
            out[1, i] = out[2, i] = np.nan
        else:
            out[1, i] = alignment(rosenbrock.interpolate(rows, index, t, 0, 2))[0]
            out[2, i] = rosenbrock.interpolate(rows, index, t, 1, 2)
    return out


@compiled
def sample_refined(rows: Any, n: int, tau_first: float) -> Any:
    """tau, R, a of shape (3, samples): 0 and n log-spaced times up to the record's end, and between
    them as many as it takes for R and a each to move less than 1 % of their range."""
    steps = len(rows) - 1
    tau_end = rows[steps, 0]
    R_min, R_max = 2.0, -2.0
    a_min, a_max = inf, -inf
    for row in rows:
        R, _ = alignment(row[2])
        R_min, R_max = min(R_min, R), max(R_max, R)
        a_min, a_max = min(a_min, row[3]), max(a_max, row[3])
    R_move = _MOVE * (R_max - R_min)
    a_move = _MOVE * (a_max - a_min)

    capacity = n + 1 + _SAMPLE_BUDGET
    out = np.empty((3, n + 512))
    out[0, 0] = rows[0, 0]
    out[1, 0] = alignment(rows[0, 2])[0]
    out[2, 0] = rows[0, 3]
    count = 1
    ratio = log(tau_end / tau_first) / (n - 1)
    pending = np.empty((80, 3))
    pending_step = np.empty(80, np.int64)
    step_now = 0
    for i in range(n):
        t = tau_end if i == n - 1 else tau_first * exp(ratio * i)
        index = step_now
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        depth = 0
        pending[0, 0] = t
        pending[0, 1] = alignment(rosenbrock.interpolate(rows, index, t, 0, 2))[0]
        pending[0, 2] = rosenbrock.interpolate(rows, index, t, 1, 2)
        pending_step[0] = index
        while depth >= 0:
            t0, R0, a0 = out[0, count - 1], out[1, count - 1], out[2, count - 1]
            t1, R1, a1 = pending[depth, 0], pending[depth, 1], pending[depth, 2]
            moved = abs(R1 - R0) >= R_move > 0.0 or abs(a1 - a0) >= a_move > 0.0
            middle = 0.5 * (t0 + t1)
            if moved and depth < 79 and t0 < middle < t1 and count < capacity - depth:
                index = locate(rows, step_now, pending_step[depth] + 1, middle)
                depth += 1
                pending[depth, 0] = middle
                pending[depth, 1] = alignment(rosenbrock.interpolate(rows, index, middle, 0, 2))[0]
                pending[depth, 2] = rosenbrock.interpolate(rows, index, middle, 1, 2)
                pending_step[depth] = index
                continue
            if count == out.shape[1]:
                grown = np.empty((3, 2 * count))
                grown[:, :count] = out
                out = grown
            out[0, count], out[1, count], out[2, count] = t1, R1, a1
            count += 1
            step_now = pending_step[depth]
            depth -= 1
    return out[:, :count]


@compiled
def losses(coefficients: Any, samples: Any) -> Any:
    """The loss at samples of shape (3, n), rows tau, R and a."""
    out = np.empty(samples.shape[1])
    for i in range(len(out)):
        out[i] = loss_at(coefficients, samples[1, i], samples[2, i])
    return out


@compiled
def solved(
    system: Any,
    coefficients: Any,
    rho: float,
    a: float,
    taus: Any,
    tau_end: float,
    tau_first: float,
    n: int,
    rtol: float,
) -> Any:
    """Integrate and sample in one compiled call: samples, losses, solver state, code. At ``taus`` where
    there are any, else refined."""
    rows, state, code = integrate(system, rho, a, tau_end, rtol, STEP_BUDGET)
    first = min(tau_first, 0.5 * rows[-1, 0])
    samples = sample_at(rows, taus) if len(taus) > 0 else sample_refined(rows, n, first)
    return samples, losses(coefficients, samples), state, code


@compiled
def deviation(system: Any, own: Any, rows: Any) -> Any:
    """How far samples (tau, R, a) are from the orbit in a record: the largest distance, and the largest
    relative shift in time where |dR/dtau| > 1 after it has once been smaller."""
    steps = len(rows) - 1
    R_rows = np.empty(steps + 1)
    for j in range(steps + 1):
        R_rows[j] = alignment(rows[j, 2])[0]
    farthest = shifted = 0.0
    has_been_slow = False
    for i in range(own.shape[1]):
        tau, R, a = own[0, i], own[1, i], own[2, i]
        scale = 1.0 / max(1.0, abs(a))
        nearest = 0
        best = inf
        for j in range(steps + 1):
            distance = (R_rows[j] - R) ** 2 + ((rows[j, 3] - a) * scale) ** 2
            if distance < best:
                best, nearest = distance, j
        at_best = rows[nearest, 0]
        for index in range(max(0, nearest - 1), min(steps, nearest + 1)):
            h = rows[index, 1]
            theta = 0.0 if index == nearest else 1.0
            for _ in range(30):
                x, _slope = alignment(rosenbrock.within(rows, index, theta, 0, 2))
                y = rosenbrock.within(rows, index, theta, 1, 2)
                ex, ey = R - x, (a - y) * scale
                distance = ex * ex + ey * ey
                if distance < best:
                    best, at_best = distance, rows[index, 0] + theta * h
                # the interpolant's own slope: beside a stiff branch the vector field is another
                ahead, _slope = alignment(rosenbrock.within(rows, index, theta + 1e-4, 0, 2))
                dx = 1e4 * (ahead - x)
                dy = 1e4 * scale * (rosenbrock.within(rows, index, theta + 1e-4, 1, 2) - y)
                square = dx * dx + dy * dy
                if square == 0.0:
                    break
                following = min(1.0, max(0.0, theta + (ex * dx + ey * dy) / square))
                if abs(following - theta) < 1e-12:
                    break
                theta = following
        farthest = max(farthest, best)
        if abs(velocity(system, R, a)[0]) < 1.0:
            has_been_slow = True
        elif has_been_slow:
            shifted = max(shifted, abs(at_best - tau) / tau)
    return farthest**0.5, shifted


def start_point(system: Planar, R0: float) -> tuple[Planar, float]:
    """rho(R0), with the system to integrate; on R = +-1, which is invariant, R is held there."""
    if abs(R0) == 1.0:
        return Planar(system.table, 0.0), 400.0 * R0  # tanh 400 = 1 in floating point
    return system, atanh(R0)


def solve(
    model: UnlearningModel,
    a0: float,
    R0: float,
    tau_end: float,
    n: int,
    tau: Array | None,
    rtol: float,
) -> Trajectory:
    """One trajectory from validated arguments; see ``UnlearningModel.trajectory``."""
    system, rho = start_point(model.system, R0)
    # Refined samples begin early enough to see the fast variable leave, whatever eps is.
    tau_first = min(1e-3 * min(1.0, model.eps), 1e-3 * tau_end)
    times = _NONE if tau is None else tau
    samples, loss, state, code = solved(system, model.coefficients, rho, a0, times, tau_end, tau_first, n, rtol)
    samples.setflags(write=False)
    loss.setflags(write=False)
    return Trajectory(
        model,
        a0,
        R0,
        tau_end,
        rtol,
        samples[0],
        samples[1],
        samples[2],
        loss,
        ResultCode(code),
        Statistics(
            int(state[rosenbrock.ACCEPTED]),
            int(state[rosenbrock.REJECTED]),
            int(state[rosenbrock.EVALUATIONS]),
        ),
    )


def chunks(index: int, trajectory: Trajectory, size: int) -> Iterator[TrajectoryChunk]:
    """A trajectory cut into pieces of at most ``size`` samples."""
    t = trajectory
    for start in range(0, len(t.tau), size):
        part = slice(start, start + size)
        yield TrajectoryChunk(index, start, t.tau[part], t.R[part], t.a[part], t.loss[part], part.stop >= len(t.tau), t)
