"""Fates of many trajectories in plain numpy, for truth: the method of `dynamics.phase_map`, written a second time.

All trajectories advance together, each by its own steps (Rodas5P in rho = atanh R), until the component of {V < loss}
that holds them has a single bottom. Critical points of V come from the eigenvalues of companion matrices, and
every trajectory is integrated: nothing follows from its neighbors.
"""

from math import factorial

import numpy as np
from numpy.polynomial import polynomial as P

from dynamics import Fate
from dynamics.integrators import rodas5p

GAMMA, A, C = rodas5p.gamma, rodas5p.A, rodas5p.C


def profiles(c, c_star):
    """R, V (m, n) at the critical points (a != 0, and a = 0) and ends of V on R > 0, padded with R = 1, V = inf."""
    K = c.shape[1]
    w = np.array([float(factorial(k)) for k in range(1, K + 1)])
    A_, B = w * c * c_star, w * c * c
    rows = []
    for a, b, own, target in zip(A_, B, c, c_star, strict=True):
        k = np.arange(1, K + 1)
        p, g, q, h = np.zeros(K + 1), np.zeros(K), np.zeros(2 * K + 1), np.zeros(2 * K)
        p[1:], g[:], q[2::2], h[1::2] = a, k * a, b, k * b
        both = [np.trim_zeros(P.polysub(P.polymul(p, h), P.polymul(g, q)), "b"), np.trim_zeros(p, "b")]
        roots = np.concatenate([P.polyroots(polynomial) for polynomial in both])
        roots = roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 1e-9) & (roots.real < 1 - 1e-9)].real
        R = np.concatenate([[0.0], np.sort(roots), [1.0]])
        N = np.array([P.polyval(r, p) / P.polyval(r, q) if r > 0 else np.nan for r in R])
        V = 0.5 * np.sum(w * (target - N[:, None] * own * R[:, None] ** k) ** 2, axis=1)
        first = np.flatnonzero(own)[0]
        V[0] = 0.5 * np.sum(np.delete(w * target**2, first))
        rows.append((R, V))
    n = max(len(R) for R, _ in rows)
    pad = [
        (np.pad(R, (0, n - len(R)), constant_values=1.0), np.pad(V, (0, n - len(V)), constant_values=np.inf))
        for R, V in rows
    ]
    ends = np.array([len(R) - 1 for R, _ in rows])
    return np.array([R for R, _ in pad]), np.array([V for _, V in pad]), ends


def decide(R, V, end, x, level):
    """The fate where it is certain, else -1: for each trajectory its profile, |R| and loss."""
    n = R.shape[1]
    index = np.arange(n)
    interior = (index[None] > 0) & (index[None] < end[:, None])
    barrier = interior & (V > level[:, None])
    left = np.where(barrier & (R < x[:, None]), index, -1).max(axis=1)  # the nearest barrier on either side
    right = np.where(barrier & (R >= x[:, None]), index, n).min(axis=1)
    inside = (index[None] > left[:, None]) & (index[None] < right[:, None]) & (index[None] <= end[:, None])
    before, after = (
        np.pad(V, ((0, 0), (1, 0)), constant_values=np.inf)[:, :-1],
        np.pad(V, ((0, 0), (0, 1)), constant_values=np.inf)[:, 1:],
    )
    after = np.where(index[None] == end[:, None], np.inf, after)
    bottoms = inside & (V < before) & (V < after)
    well = np.argmax(bottoms, axis=1)
    fate = np.where(well == 0, Fate.UNLEARNING, np.where(well == end, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT))
    return np.where(bottoms.sum(axis=1) == 1, fate, -1)


def fates(c, c_star, eps, a0, rtol=1e-9):
    """The fates (n,) of trajectories from (R0, a0) = (0, a0), each with coefficients c, c_star (n, K), A_1 != 0."""
    c, c_star = np.array(c, float), np.array(c_star, float)
    flipped = np.sign(a0 * c[:, 0] * c_star[:, 0]) < 0  # on R < 0: reflected
    sign = (-1.0) ** np.arange(1, c.shape[1] + 1)
    c_star = np.where(flipped[:, None], c_star * sign, c_star)
    models, which = np.unique(np.concatenate([c, c_star], axis=1), axis=0, return_inverse=True)
    K = c.shape[1]
    R_, V_, end_ = profiles(models[:, :K], models[:, K:])
    which = which.ravel()
    w = np.array([float(factorial(k)) for k in range(1, K + 1)])
    k = np.arange(1, K + 1)
    out = np.full(len(a0), -1)
    live = np.arange(len(a0))
    y = np.stack([np.zeros(len(a0)), np.array(a0, float)])
    eps = np.broadcast_to(np.asarray(eps, float), len(a0)).copy()
    Ac, Bc = w * c * c_star, w * c * c
    top = 0.5 * (w * c_star**2).sum(axis=1)

    def sums(rho):
        R = np.tanh(rho)
        powers = R[:, None] ** np.arange(0, 2 * K + 1)
        p = (Ac * powers[:, 1 : K + 1]).sum(1)
        g = (k * Ac * powers[:, :K]).sum(1)
        q = (Bc * powers[:, 2::2]).sum(1)
        h = (k * Bc * powers[:, 1::2]).sum(1)
        dg = (k * (k - 1) * Ac * np.concatenate([np.zeros((len(R), 1)), powers[:, : K - 1]], axis=1)).sum(1)
        dh = (k * (2 * k - 1) * Bc * powers[:, 0 : 2 * K - 1 : 2]).sum(1)
        return R, p, g, q, h, dg, dh

    def f(rho, a):
        _, p, g, q, h, _, _ = sums(rho)
        return a * (g - a * h) / eps, p - a * q

    step = None
    for _ in range(20_000):
        rho, a = y
        R, p, g, q, h, dg, dh = sums(rho)
        level = top - a * p + 0.5 * a * a * q
        sure = (rho > 0) & (level < top * (1 - 1e-12))
        found = np.full(len(live), -1)
        if sure.any():
            m = which[sure]
            found[sure] = decide(R_[m], V_[m], end_[m], R[sure], level[sure])
        done = found >= 0
        out[live[done]] = found[done]
        if done.any():
            keep = ~done
            live, y, eps, Ac, Bc, top, which = (
                live[keep],
                y[:, keep],
                eps[keep],
                Ac[keep],
                Bc[keep],
                top[keep],
                which[keep],
            )
            step = step[keep] if step is not None else None
            if not len(live):
                return out
            continue
        slope = 1 / np.cosh(np.minimum(rho, 300)) ** 2
        f0 = np.stack([a * (g - a * h) / eps, p - a * q])
        J = np.array([[a * (dg - a * dh) * slope / eps, (g - 2 * a * h) / eps], [(g - 2 * a * h) * slope, -q]])
        if step is None:
            step = 0.01 / (np.abs(f0) / (0.01 + np.abs(y))).max(0)
        half = 0.5 * (J[0, 0] - J[1, 1])
        growth = 0.5 * (J[0, 0] + J[1, 1]) + np.sqrt(half**2 + J[0, 1] * J[1, 0])
        step = np.where(growth * step > 1, 1 / growth, step)
        W = np.moveaxis((1 / (step * GAMMA)) * np.eye(2)[:, :, None] - J, 2, 0)
        inverse = np.linalg.inv(W)
        U = []
        for s in range(8):
            if s == 0:
                trial, F = y, f0
            else:
                trial = y + sum(A[s, j] * U[j] for j in range(s)) if s < 6 else trial + U[s - 1]
                F = np.stack(f(*trial)) + sum(C[s, j] * U[j] for j in range(s)) / step
            U.append(np.einsum("nij,jn->in", inverse, F))
        new = trial + U[7]
        # what counts of rho is R: dR = (1 - R^2) drho
        scale = np.stack([(0.1 * np.minimum(1, np.abs(a)) + np.abs(rho)) / np.maximum(slope, 0.01), np.abs(a) + 0.1])
        error = (np.abs(U[7]) / (rtol * scale)).max(0)
        error = np.where(np.isfinite(error) & np.isfinite(new).all(0), error, 1e10)
        good = error <= 1
        y = np.where(good, new, y)
        step = step * np.clip(0.9 * np.maximum(error, 1e-10) ** -0.2, 0.2, 6.0)
    return out
