"""The singular orbit: what a trajectory tends to as eps goes to 0.

From (R0, a0) along the fast fibre (a constant) to the first attracting point, then slowly along the
critical manifold to an equilibrium, to infinity, or to a fold, then the next fast fibre, and so on. On
R = +-1 the exit is delayed: the orbit leaves not where the line stops attracting but where what was
gathered while it attracted, ``int sigma a (g - a h) dtau`` counted from the entry, has been spent. Where a
branch crosses a = 0, which is a fast fibre at rest, it is left at once, towards smaller |R|.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, inf, log
from typing import Literal

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.polynomial.polynomial import polyval
from scipy.optimize import brentq

from dynamics.interruption import checkpoint
from dynamics.planar.limits.limits import Fate
from dynamics.planar.polynomials import fold_polynomial, g_polynomial, safe_divide
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.critical_manifold import fast_roots, fold_alignments, landing
from dynamics.planar.structure.equilibria import crossings
from dynamics.polynomials import real_roots
from dynamics.results import Result
from dynamics.typing import FloatArray

PieceEnd = Literal["branch", "edge", "fold", "equilibrium", "infinity", "exit", "line"]

_PIECES_MAX = 60  # each jump loses loss, so an orbit is finite; this bounds the work
_SAMPLES = 120
_SAME = 1e-9  # of |R|, or of a: two points of the orbit closer than this are one


@dataclass(frozen=True, eq=False)
class OrbitPiece(Result):
    """Hold one piece of a singular orbit.

    Attributes
    ----------
    R, a : array (n,)
        Points.
    tau : array (n,)
        Slow time at each point; constant on a fast piece.
    fast : bool
        Whether it is a fast fiber, on which a is constant.
    end : {"branch", "edge", "fold", "equilibrium", "infinity", "exit", "line"}
        What the piece runs into: an attracting "branch", the "edge" R = +-1, a "fold", an "equilibrium", "infinity",
        the "exit" from R = +-1 or from a = 0, or the "line" R = 0 at rest.
    """

    R: FloatArray
    a: FloatArray
    tau: FloatArray
    fast: bool
    end: PieceEnd


@dataclass(frozen=True, eq=False)
class SingularOrbit(Result):
    """Hold the limit of a trajectory's orbit as eps -> 0.

    Attributes
    ----------
    pieces : tuple of OrbitPiece
        The pieces in order.
    end : Fate
        The fate that they lead to.
    """

    pieces: tuple[OrbitPiece, ...]
    end: Fate


def singular_orbit(model: PlanarProblem, a0: float, R0: float) -> SingularOrbit:
    """The singular orbit from (R0, a0), both validated."""
    pieces: list[OrbitPiece] = []
    end = Fate.UNDECIDED
    for piece, fate in _walk(model, a0, R0):
        pieces.append(piece)
        end = fate
        if len(pieces) == _PIECES_MAX:
            break
    return SingularOrbit(tuple(pieces), end)


def _walk(model: PlanarProblem, a: float, R0: float) -> Iterator[tuple[OrbitPiece, Fate]]:
    """Each piece with the fate it would mean to stop there."""
    A, B = model.overlaps
    # where a single c_k is not zero, a R^k = c*_k / c_k is at rest: whatever eps is, |R| stays below 1
    one_degree = np.count_nonzero(B) == 1 and abs(R0) < 1.0
    R, tau = R0, 0.0
    target = _fast_target(model, R, a, _fast_direction(model, R, a))
    while True:
        checkpoint()
        if target != R:
            end: PieceEnd = "edge" if abs(target) == 1.0 else "line" if target == 0.0 else "branch"
            yield _fast_piece(R, target, a, tau, end), _rest_fate(target, end, one_degree)
            R = target
            if end == "line":
                return
        if abs(R) == 1.0:
            piece = _edge_piece(model, R, a, tau, for_ever=abs(R0) == 1.0)
        elif (R == 0.0 and A[0] == 0.0) or np.isnan(model.critical_manifold_a(R)):
            piece = OrbitPiece(np.array([R]), np.array([a]), np.array([tau]), False, "line")
        else:
            piece = _slow_piece(model, R, tau)
        R, a, tau = float(piece.R[-1]), float(piece.a[-1]), float(piece.tau[-1])
        yield piece, _rest_fate(R, piece.end, one_degree)
        if piece.end in ("equilibrium", "infinity", "line"):
            return
        target = R
        if piece.end == "fold":
            target = landing(model, R, a)
            if np.isnan(target):  # a degenerate fold: the limit is not one orbit
                return
        elif piece.end == "exit":
            # from the edge inward; from a = 0, which is left at once, towards smaller |R|
            a = a if abs(R) == 1.0 else 0.0
            if abs(R) == 1.0 and abs(a - float(model.critical_manifold_a(R))) <= _SAME * abs(a):
                target = R = R * (1.0 - 2.0 * _SAME)  # no fibre: the branch itself begins here
            else:
                target = _fast_target(model, R, a, -float(np.sign(R)))


def _rest_fate(R: float, end: PieceEnd, one_degree: bool) -> Fate:
    """The fate of an orbit that ends with such a piece at R; ``one_degree``: whether |R| = 1 is only the limit of it as
    eps -> 0."""
    if end == "infinity":
        return Fate.UNLEARNING
    if end in ("equilibrium", "line"):
        if R == 0.0:
            return Fate.NO_ALIGNMENT
        return Fate.FULL_ALIGNMENT if abs(R) == 1.0 and not one_degree else Fate.PARTIAL_ALIGNMENT
    return Fate.UNDECIDED


def _fast_direction(model: PlanarProblem, R: float, a: float) -> float:
    """Which way R moves at the start, 0 where it is at rest."""
    if abs(R) == 1.0:
        return 0.0
    p, g, _, h = (float(v) for v in model.sums(R))
    weight = a if a != 0.0 else p  # from a = 0 the weight first takes the sign of p
    return float(np.sign(weight * (g - a * h)))


def _fast_target(model: PlanarProblem, R: float, a: float, direction: float) -> float:
    """Where the fast fibre at height a, followed from R in that direction, comes to rest."""
    if direction == 0.0 or R * direction == 1.0:
        return R
    roots = fast_roots(model, a)
    ahead = roots[(roots - R) * direction > _SAME * abs(R)]
    nearest = float(ahead[np.argmin(np.abs(ahead - R))]) if len(ahead) else direction
    return nearest if abs(nearest) < 1.0 - _SAME else direction


def _fast_piece(R: float, R_next: float, a: float, tau: float, end: PieceEnd) -> OrbitPiece:
    points = np.linspace(R, R_next, 24)
    return OrbitPiece(points, np.full(24, a), np.full(24, tau), True, end)


def _slow_piece(model: PlanarProblem, R: float, tau: float) -> OrbitPiece:
    """Along a = M(R) with dR/dtau = H / M' until something ends it."""
    A, B = model.overlaps
    slope = fold_polynomial(A, B)
    steepness = float(polyval(R, slope))
    flow = float(model.slow_flow(R)) * steepness
    if steepness == 0.0 and np.count_nonzero(B) > 1:  # it starts on a fold
        return OrbitPiece(np.array([R]), model.critical_manifold_a(np.array([R])), np.array([tau]), False, "fold")
    if flow == 0.0 or np.count_nonzero(B) == 1:
        a = model.critical_manifold_a(np.array([R]))
        return OrbitPiece(np.array([R]), a, np.array([tau]), False, "equilibrium")
    direction = np.sign(flow)
    stops: list[tuple[float, PieceEnd]] = [(0.0, "infinity"), (-1.0, "edge"), (1.0, "edge")]
    stops += [(float(x), "equilibrium") for x in crossings(model)]
    stops += [(float(x), "fold") for x in fold_alignments(model)]
    stops += [(float(x), "exit") for x in real_roots(g_polynomial(A), -1.0, 1.0) if 0 < abs(x) < 1]
    ahead = [(x, end) for x, end in stops if (x - R) * direction > _SAME * abs(R)]
    stop, end = min(ahead, key=lambda item: abs(item[0] - R))
    if end == "infinity":
        if not model.has_runaway_branch:
            end = "line"
        points = R * np.geomspace(1.0, 1e-4, _SAMPLES)
        if end == "line":
            points = np.append(points, 0.0)
    else:
        angle = np.linspace(0.0, np.pi, _SAMPLES)
        points = R + (stop - R) * 0.5 * (1.0 - np.cos(angle))
        points[-1] = stop
    a = model.critical_manifold_a(points)
    if end == "line":
        a[-1] = a[-2]
    nodes, weights = leggauss(8)
    middle, half = 0.5 * (points[1:] + points[:-1]), 0.5 * np.diff(points)
    x = middle[:, None] + half[:, None] * nodes
    _, _, _, h = model.sums(x)
    pace = safe_divide(polyval(x, slope) / (h * h), model.slow_flow(x))  # dtau / dR = M' / H
    steps = (pace * weights).sum(axis=1) * half
    times = tau + np.concatenate([[0.0], np.cumsum(steps)])
    if end == "equilibrium":
        times[-1] = inf
    return OrbitPiece(points, a, times, False, end)


def _edge_piece(model: PlanarProblem, side: float, a: float, tau: float, for_ever: bool) -> OrbitPiece:
    """On R = side, where a relaxes to N = p/q, until the delayed exit if there is one. An orbit that
    started on that line, which is invariant, stays ``for_ever``."""
    p, g, q, h = (float(v) for v in model.sums(side))
    if q == 0.0:
        return OrbitPiece(np.array([side]), np.array([a]), np.array([tau]), False, "equilibrium")
    N = p / q
    D = a - N

    def weight(t: float) -> float:
        return N + D * exp(-q * t)

    def gathered(t: float) -> float:
        """The attraction gathered since the entry: the integral of side a (g - a h)."""
        e = -np.expm1(-q * t)
        e2 = -np.expm1(-2.0 * q * t)
        first = N * t + D * e / q
        second = N * N * t + 2.0 * N * D * e / q + D * D * e2 / (2.0 * q)
        return float(side * (g * first - h * second))

    # The integrand changes sign where a passes 0 or M; in between, gathered() is monotone.
    turns = sorted(
        t
        for level in (0.0, g / h)
        if D != 0.0 and 0.0 < (level - N) / D < 1.0 and (t := -log((level - N) / D) / q) > 0.0
    )
    slow = 60.0 / q
    final_rate = side * N * (g - N * h)
    if abs(final_rate) < 1e-13 * abs(N * g):  # N = M: the edge is left by nothing
        final_rate = 0.0
    checks = [*turns, (turns[-1] if turns else 0.0) + slow]
    stays = for_ever or (final_rate == 0.0 and abs(D) <= 1e-12 * abs(N))
    leaves = None
    before = 0.0
    for check in [] if stays else checks:
        if gathered(check) < 0.0:
            low = before if before > 0.0 else check * 1e-9
            leaves = 0.0 if gathered(low) < 0.0 else float(brentq(gathered, low, check, xtol=1e-14))
            break
        before = check
    if leaves is None and not stays and final_rate < 0.0:
        high = 2.0 * checks[-1]
        while gathered(high) >= 0.0:
            high *= 2.0
        leaves = float(brentq(gathered, checks[-1], high, xtol=1e-14))
    if leaves is None:
        times = np.concatenate([[0.0], np.geomspace(1e-3 / q, slow, _SAMPLES)])
        end: PieceEnd = "equilibrium"
    else:
        times = np.linspace(0.0, leaves, _SAMPLES)
        end = "exit"
    a_values = np.array([weight(float(t)) for t in times])
    return OrbitPiece(np.full(len(times), side), a_values, tau + times, False, end)
