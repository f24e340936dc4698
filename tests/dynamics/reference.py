"""An independent solver of the planar system, for truth: collocation at Radau points in rho = atanh R.

It shares nothing with `dynamics` but the compiler: other method (implicit, 5 or 7 stages, order 9 or 13), other error
measure (the defect of the collocation polynomial between its nodes, seen through the linearised flow), coefficients
computed here. `solve` runs it twice, with different stages and tolerances, the second time from a start whose R and a
are moved by 1e-11, the relative accuracy of a usual solver at its tightest: how far that carries is the conditioning of
the problem itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from numba import njit
from scipy.optimize import minimize_scalar
from scipy.special import roots_jacobi

NUDGE = 1e-11


def sech2(rho):
    """1 - tanh(rho)^2 without cancellation."""
    e = np.exp(-2 * np.minimum(np.abs(rho), 350))
    return 4 * e / (1 + e) ** 2


class System:
    """eps drho/dtau = a (g - a h), da/dtau = p - a q, straight from the definition."""

    def __init__(self, c, c_star, eps=1.0):
        K = max(len(c), len(c_star))
        self.K, self.eps = K, float(eps)
        self.c = np.zeros(K)
        self.c_star = np.zeros(K)
        self.c[: len(c)] = c
        self.c_star[: len(c_star)] = c_star
        k = np.arange(1, K + 1)
        self.factorials = np.array([float(factorial(i)) for i in k])
        self.A = self.factorials * self.c * self.c_star
        self.B = self.factorials * self.c**2
        n = 2 * K + 1
        p, g, h, q = (np.zeros(n) for _ in range(4))
        p[k] = self.A
        g[k - 1] = k * self.A
        h[2 * k - 1] = k * self.B
        q[2 * k] = self.B
        self.p, self.g, self.h, self.q = (np.polynomial.Polynomial(x) for x in (p, g, h, q))

        def d(x):
            return np.append(x[1:] * np.arange(1, n), 0.0)

        # columns p, g, h, q and their derivatives, to be multiplied by the powers of R
        self._columns = np.stack([p, g, h, q, d(p), d(g), d(h), d(q)], axis=1)

    def polynomials(self, R):
        powers = np.power.outer(np.asarray(R, float), np.arange(2 * self.K + 1))
        return np.moveaxis(powers @ self._columns, -1, 0)

    def rhs(self, rho, a):
        p, g, h, q, *_ = self.polynomials(np.tanh(rho))
        return np.stack([a * (g - a * h) / self.eps, p - a * q], axis=-1)

    def jacobian(self, rho, a):
        _, g, h, q, dp, dg, dh, dq = self.polynomials(np.tanh(rho))
        s = sech2(rho)
        row1 = np.stack([a * (dg - a * dh) * s / self.eps, (g - 2 * a * h) / self.eps], axis=-1)
        row2 = np.stack([(dp - a * dq) * s, -q], axis=-1)
        return np.stack([row1, row2], axis=-2)

    def loss(self, R, a):
        R, a = np.asarray(R, float), np.asarray(a, float)
        k = np.arange(1, self.K + 1)
        return 0.5 * np.sum(self.factorials * (self.c_star - self.c * a[..., None] * R[..., None] ** k) ** 2, axis=-1)

    def dR_dtau(self, R, a):
        _, g, h, *_ = self.polynomials(R)
        return a * (1 - R**2) * (g - a * h) / self.eps

    def da_dtau(self, R, a):
        p, _, _, q, *_ = self.polynomials(R)
        return p - a * q


class Radau:
    """Collocation at s Radau points: order 2s - 1, stiffly accurate."""

    def __init__(self, s):
        self.s = s
        inner, _ = roots_jacobi(s - 1, 1, 0)
        self.nodes = np.append((inner + 1) / 2, 1.0)
        self.all_nodes = np.insert(self.nodes, 0, 0.0)
        # integrals of the Lagrange basis on the nodes, by Gauss quadrature (exact for these degrees)
        x, w = np.polynomial.legendre.leggauss(s + 2)
        self.matrix = np.empty((s, s))
        for i, node in enumerate(self.nodes):
            t, weight = (x + 1) / 2 * node, w / 2 * node
            for j in range(s):
                others = np.delete(self.nodes, j)
                basis = np.prod((t[:, None] - others) / (self.nodes[j] - others), axis=1)
                self.matrix[i, j] = weight @ basis
        self.weights = np.array([1 / np.prod(self.all_nodes[j] - np.delete(self.all_nodes, j)) for j in range(s + 1)])
        # value and slope of the collocation polynomial at a point between nodes, for the defect
        self.probe = 0.5 * (self.all_nodes[-2] + 1.0)
        self.probe_value = self.basis(np.array([self.probe]))[0]
        step = 1e-20
        self.probe_slope = (
            np.array(
                [np.prod(self.probe + 1j * step - np.delete(self.all_nodes, j)) * self.weights[j] for j in range(s + 1)]
            ).imag
            / step
        )

    def basis(self, theta):
        others = np.array([np.delete(self.all_nodes, j) for j in range(self.s + 1)])
        return np.prod(theta[:, None, None] - others, axis=-1) * self.weights


RADAU = {s: Radau(s) for s in (5, 7)}


@dataclass(frozen=True)
class Orbit:
    """A solution, to be asked at any tau in its range."""

    system: System
    method: Radau
    breaks: np.ndarray
    values: np.ndarray  # (steps, s + 1, 2)

    def __call__(self, tau):
        """rho and a at the times tau."""
        tau = np.atleast_1d(np.asarray(tau, float))
        i = np.clip(np.searchsorted(self.breaks, tau, side="right") - 1, 0, len(self.values) - 1)
        theta = (tau - self.breaks[i]) / (self.breaks[i + 1] - self.breaks[i])
        y = np.einsum("nj,njd->nd", self.method.basis(theta), self.values[i])
        return y[:, 0], y[:, 1]

    def plane(self, tau):
        rho, a = self(tau)
        return np.tanh(rho), a


@njit(cache=True)
def _sech2(rho):
    e = np.exp(-2 * min(abs(rho), 350.0))
    return 4 * e / (1 + e) ** 2


@njit(cache=True)
def _polynomials(columns, R, out):
    n, m = columns.shape
    for j in range(m):
        out[j] = columns[n - 1, j]
        for i in range(n - 2, -1, -1):
            out[j] = out[j] * R + columns[i, j]


@njit(cache=True)
def _rhs(columns, eps, rho, a, f, work):
    _polynomials(columns[:, :4], np.tanh(rho), work)
    f[0], f[1] = a * (work[1] - a * work[2]) / eps, work[0] - a * work[3]


@njit(cache=True)
def _jacobian(columns, eps, rho, a, J, work):
    _polynomials(columns, np.tanh(rho), work)
    s = _sech2(rho)
    J[0, 0], J[0, 1] = a * (work[5] - a * work[6]) * s / eps, (work[1] - 2 * a * work[2]) / eps
    J[1, 0], J[1, 1] = (work[4] - a * work[7]) * s, -work[3]


@njit(cache=True)
def _interpolated(nodes, weights, theta, nodal):
    """The polynomial through the nodal values at theta."""
    at = np.zeros(2)
    for j in range(len(nodes)):
        basis = weights[j]
        for k in range(len(nodes)):
            if k != j:
                basis *= theta - nodes[k]
        at += basis * nodal[j]
    return at


SUCCESS, STUCK, TOO_MANY = 0, 1, 2


@njit(cache=True)
def _integrate(columns, eps, rho0, a0, tau_end, matrix, nodes, weights, probe_value, probe_slope, tol, max_steps):
    """Code, time, breaks and nodal values of as many steps as were taken."""
    s = len(matrix)
    y = np.array([rho0, a0])
    absolute = np.abs(columns)
    work, J, J1, f = np.empty(8), np.empty((2, 2)), np.empty((2, 2)), np.empty(2)
    t, count = 0.0, 0
    breaks, values = np.zeros(257), np.empty((256, s + 1, 2))
    _rhs(columns, eps, y[0], y[1], f, work)
    _jacobian(columns, eps, y[0], y[1], J, work)
    h = min(tau_end, 1e-2 / (1e-30 + np.abs(J).max() + np.abs(f).max() / (1 + np.abs(y).max())))
    system, step, F = np.empty((2 * s, 2 * s)), np.empty(2 * s), np.empty((s, 2))
    Z, last, last_h = np.zeros((s, 2)), np.empty((s + 1, 2)), 0.0
    for _ in range(max_steps):
        h = min(h, tau_end - t)
        if tau_end - t - h < 1e-12 * h:
            h = tau_end - t
        _jacobian(columns, eps, y[0], y[1], J, work)
        for i in range(2 * s):
            for j in range(2 * s):
                system[i, j] = (1.0 if i == j else 0.0) - h * matrix[i // 2, j // 2] * J[i % 2, j % 2]
        inverse = np.linalg.inv(system)
        for i in range(s):
            if last_h > 0:  # the last polynomial, continued
                theta = min(1 + nodes[i + 1] * h / last_h, 1.3)
                Z[i] = _interpolated(nodes, weights, theta, last) - y
            else:
                Z[i] = 0.0
        # where R is 1 to 14 digits rho need not be known better than the rounding of g - a h lets it be
        spare = min(1e-14 / max(_sech2(y[0]), 1e-300), 1e-8) / tol
        previous, converged = np.inf, False
        for iteration in range(12):
            for i in range(s):
                _rhs(columns, eps, y[0] + Z[i, 0], y[1] + Z[i, 1], F[i], work)
            for i in range(s):
                for d in range(2):
                    step[2 * i + d] = -Z[i, d]
                    for j in range(s):
                        step[2 * i + d] += h * matrix[i, j] * F[j, d]
            size = 0.0
            for i in range(2 * s):
                change = 0.0
                for j in range(2 * s):
                    change += inverse[i, j] * step[j]
                Z[i // 2, i % 2] += change
                new_value = y[i % 2] + Z[i // 2, i % 2]
                relative = abs(change) / (abs(new_value) + 1e-12 + (spare if i % 2 == 0 else 0.0))
                size = max(size, relative) if np.isfinite(relative) else np.inf
            if not np.isfinite(size) or size > 1e6:
                break
            if size < 1e-2 * tol or (iteration > 1 and size < 1e3 * tol and size > 0.3 * previous):
                converged = size < 1e3 * tol
                break
            if iteration > 3 and size > 0.9 * previous:
                break
            previous = size
        if not converged:
            h *= 0.3
            if h < 1e-3 * last_h:
                last_h = 0.0
            if h < 1e-15 * max(t, 1e-12):
                return STUCK, t, breaks[: count + 1], values[:count]
            continue
        nodal = np.empty((s + 1, 2))
        nodal[0] = y
        for i in range(s):
            nodal[i + 1] = y + Z[i]
        at = np.zeros(2)
        slope = np.zeros(2)
        for j in range(s + 1):
            at += probe_value[j] * nodal[j]
            slope += probe_slope[j] * nodal[j]
        _rhs(columns, eps, at[0], at[1], f, work)
        defect = h * f - slope
        _jacobian(columns, eps, nodal[s, 0], nodal[s, 1], J1, work)
        k = h / s
        M = np.eye(2)
        if np.isfinite(J1).all():
            determinant = (1 - k * J1[0, 0]) * (1 - k * J1[1, 1]) - k * J1[0, 1] * k * J1[1, 0]
            M[0, 0], M[0, 1] = (1 - k * J1[1, 1]) / determinant, k * J1[0, 1] / determinant
            M[1, 0], M[1, 1] = k * J1[1, 0] / determinant, (1 - k * J1[0, 0]) / determinant
        # how large the rounding errors of the right-hand side are
        _polynomials(absolute[:, :4], abs(np.tanh(at[0])), work)
        rounding = np.array([abs(at[1]) * (work[1] + abs(at[1]) * work[2]) / eps, work[0] + abs(at[1]) * work[3]])
        ratio = 0.0
        for i in range(2):
            error = abs(M[i, 0] * defect[0] + M[i, 1] * defect[1]) / s
            allowed = tol * (abs(at[i]) + 1e-3 + (spare if i == 0 else 0.0))
            allowed += 2e-16 * h * (abs(M[i, 0]) * rounding[0] + abs(M[i, 1]) * rounding[1])
            ratio = max(ratio, error / allowed) if np.isfinite(error / allowed) else np.inf
        factor = 0.85 * max(ratio, 1e-12) ** (-1 / (s + 1))
        if ratio > 1:
            h *= max(factor, 0.1)
            continue
        t = tau_end if h == tau_end - t else t + h
        if count == len(values):
            longer, more = np.zeros(2 * count + 1), np.empty((2 * count, s + 1, 2))
            longer[: count + 1], more[:count] = breaks, values
            breaks, values = longer, more
        values[count] = nodal
        count += 1
        breaks[count] = t
        if t >= tau_end:
            return SUCCESS, t, breaks[: count + 1], values[:count]
        last_h, last = h, nodal
        y = nodal[s].copy()
        h *= min(factor, 4.0)
    return TOO_MANY, t, breaks[: count + 1], values[:count]


def integrate(system, a0, R0, tau_end, stages=7, tol=1e-13, max_steps=200_000) -> Orbit:
    method = RADAU[stages]
    code, tau, breaks, values = _integrate(
        system._columns,
        system.eps,
        float(np.arctanh(R0)),
        float(a0),
        float(tau_end),
        method.matrix,
        method.all_nodes,
        method.weights,
        method.probe_value,
        method.probe_slope,
        float(tol),
        int(max_steps),
    )
    if code == STUCK:
        raise RuntimeError(f"the reference cannot go on at tau = {tau}")
    if code == TOO_MANY:
        raise RuntimeError(f"the reference took more than {max_steps} steps to tau = {tau_end}")
    return Orbit(system, method, breaks, values)


@dataclass(frozen=True)
class Truth:
    """Two tight runs; `first` is the better one."""

    first: Orbit
    second: Orbit

    @cached_property
    def system(self):
        return self.first.system

    @property
    def end(self):
        return self.first.breaks[-1]

    def spread(self, tau):
        (R1, a1), (R2, a2) = self.first.plane(tau), self.second.plane(tau)
        return np.abs(R1 - R2), np.abs(a1 - a2)


def solve(c, c_star, eps, a0, R0=0.0, tau_end=1e4, tol=1e-13) -> Truth:
    system = System(c, c_star, eps)
    return Truth(
        integrate(system, a0, R0, tau_end, 7, tol),
        integrate(system, a0 * (1 + NUDGE), R0 * (1 - NUDGE), tau_end, 5, 10 * tol),
    )


@dataclass(frozen=True)
class Misses:
    """Where a computed trajectory is off by more than the issue allows; empty is right."""

    lines: tuple[str, ...]
    worst: float  # the largest error in units of what is allowed

    def __bool__(self):
        return bool(self.lines)

    def __str__(self):
        return "; ".join(self.lines[:4]) + (f"; … {len(self.lines)} in all" if len(self.lines) > 4 else "")


FRACTIONS = np.linspace(0, 1, 33)


def orbit_distance(truth: Truth, R, a, low, high):
    """Distance in the plane (R, a / max(1, |a|)) of (R, a) from the orbit between two times, and the orbit's largest
    |dR/dtau| there. By the fraction of a step, not by tau: in a jump of width eps one unit in tau's last place can
    be 1e-5 in R."""
    orbit, size = truth.first, max(1.0, abs(a))
    first, last = np.clip(np.searchsorted(orbit.breaks, (low, high), side="right") - 1, 0, len(orbit.values) - 1)
    begin, length = orbit.breaks[first : last + 1], np.diff(orbit.breaks[first : last + 2])
    lower, upper = np.clip((low - begin) / length, 0, 1), np.clip((high - begin) / length, 0, 1)
    theta = lower[:, None] + (upper - lower)[:, None] * FRACTIONS
    basis = orbit.method.basis(theta.ravel()).reshape(*theta.shape, -1)
    y = np.einsum("nij,njd->nid", basis, orbit.values[first : last + 1])
    R_near, a_near = np.tanh(y[..., 0]), y[..., 1]
    away = np.maximum(np.abs(R - R_near), np.abs(a - a_near) / size)
    best = away.min()
    for step in np.argsort(away.min(axis=1))[:3]:  # where steps join the nearest point can be in either
        i = np.argmin(away[step])
        bounds = theta[step, max(i - 1, 0)], theta[step, min(i + 1, 32)]

        def distance(fraction, nodal=orbit.values[first + step]):
            rho, b = orbit.method.basis(np.array([fraction]))[0] @ nodal
            return max(abs(R - np.tanh(rho)), abs(a - b) / size)

        if bounds[1] > bounds[0]:
            best = min(best, minimize_scalar(distance, bounds=bounds, method="bounded", options={"xatol": 1e-9}).fun)
    return best, np.abs(truth.system.dR_dtau(R_near, a_near)).max()


def compare(truth: Truth, tau, R, a, tol=1e-6) -> Misses:
    """The accuracy clause: tol of max(1, |value|) where |dR/dtau| < 1; through a jump the orbit within tol in the
    (R, a) plane and the time within tol relative; or ten times the spread of the two references. What shifts a jump
    in time shifts all that follows it as much, so from the first jump on the time need only be right to tol."""
    tau, R, a = (np.asarray(x, float) for x in (tau, R, a))
    R_true, a_true = truth.first.plane(tau)
    dR, da = truth.spread(tau)
    size = np.maximum(1, np.abs(a_true))
    by_value = np.maximum(
        np.abs(R - R_true) / np.maximum(tol, 10 * dR), np.abs(a - a_true) / np.maximum(tol * size, 10 * da)
    )
    ok = by_value <= 1
    score = by_value.copy()
    nodes = truth.first.values[:, -1]
    jumps = np.flatnonzero(np.abs(truth.system.dR_dtau(np.tanh(nodes[:, 0]), nodes[:, 1])) >= 1)
    moving = truth.first.breaks[jumps[0]] if len(jumps) else np.inf
    for i in np.flatnonzero(~ok & (tau > 0)):
        distance, speed = orbit_distance(truth, R[i], a[i], tau[i] * (1 - tol), min(tau[i] * (1 + tol), truth.end))
        if speed >= 1 or tau[i] > moving:  # in or after a jump, at a time that is the same within tol
            score[i] = min(score[i], distance / tol)
        ok[i] = score[i] <= 1
    lines = [
        f"tau={tau[i]:.9g}: R={R[i]:.12g} (true {R_true[i]:.12g}), a={a[i]:.12g} (true {a_true[i]:.12g}), "
        f"spread {dR[i]:.1e} {da[i]:.1e}, {score[i]:.3g} times what is allowed"
        for i in np.flatnonzero(~ok)
    ]
    return Misses(tuple(lines), float(np.max(np.nan_to_num(score, nan=np.inf))))
