"""The theory page says what is computed: each equation has a twin in Python here, held against `dynamics`."""

from __future__ import annotations

import re
from math import atanh, exp, factorial, log, pi, sqrt
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from scipy.integrate import quad, solve_ivp

from app import create_app
from components.operations import warmup
from components.pages.theory import document, numbers, routes
from components.pages.theory.mathematics import mathml
from components.views.registry import VIEWS
from dynamics import SCALINGS, Fate, LinearNetwork, MeanFieldModel, UnlearningModel, scaling_phase
from dynamics.planar.fates.decay import critical_decay, critical_width, end_with_decay
from tests.waiting import core_is_ready

C, C_STAR = (1.0, 0.7, -0.4, 0.3), (0.8, -1.1, 0.5, 0.9)
K = np.arange(1, 5)
FACTORIAL = np.array([float(factorial(k)) for k in K])
A, B = FACTORIAL * np.array(C) * np.array(C_STAR), FACTORIAL * np.array(C) ** 2
MODEL = UnlearningModel(C, C_STAR, 0.3)
EXAMPLE = UnlearningModel((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))
HALTED = numbers.HALTED
STARTS = (0.5, 20.0)


def V(R):
    return float(np.sum(A * R**K))


def dV(R):
    return float(np.sum(K * A * R ** (K - 1)))


def U(r):
    return float(np.sum(B * r**K))


def dU(r):
    return float(np.sum(K * B * r ** (K - 1.0)))


def M(R):
    return dV(R) / (R * dU(R * R))


def slope(function, x, h=1e-6):
    return (function(x + h) - function(x - h)) / (2.0 * h)


PLACES = [(R, a) for R in (-0.7, -0.2, 0.1, 0.45, 0.9) for a in (-3.0, 0.4, 6.0)]


def sums():
    for R, _ in PLACES:
        p, g, q, h = (float(x) for x in MODEL.sums(R))
        assert (p, g, q, h) == pytest.approx((V(R), dV(R), U(R * R), R * dU(R * R)))


def loss():
    for R, a in PLACES:
        first = 0.5 * np.sum(FACTORIAL * (np.array(C_STAR) - a * np.array(C) * R**K) ** 2)
        second = 0.5 * np.sum(FACTORIAL * np.array(C_STAR) ** 2) - a * V(R) + 0.5 * a * a * U(R * R)
        assert float(MODEL.loss(R, a)) == pytest.approx(first) == pytest.approx(second)


def planar():
    for R, a in PLACES:
        fast, slow = (float(x) for x in MODEL.vector_field(R, a))
        assert 0.3 * fast == pytest.approx(a * (1 - R * R) * (dV(R) - a * R * dU(R * R)))
        assert 0.3 * fast == pytest.approx(-(1 - R * R) * slope(lambda x: float(MODEL.loss(x, a)), R), abs=1e-6)  # noqa: B023
        assert slow == pytest.approx(V(R) - a * U(R * R))
        assert slow == pytest.approx(-slope(lambda x: float(MODEL.loss(R, x)), a), abs=1e-6)  # noqa: B023


def rho():
    run = MODEL.trajectory(2.0, tau=(0.0, 0.2, 0.2 + 1e-5))
    R, a = run.R[1], run.a[1]
    assert 0.3 * (atanh(run.R[2]) - atanh(R)) / 1e-5 == pytest.approx(a * (dV(R) - a * R * dU(R * R)), rel=1e-3)


def lyapunov():
    for R, a in PLACES:
        fast, slow = (float(x) for x in MODEL.vector_field(R, a))
        by_R, by_a = slope(lambda x: float(MODEL.loss(x, a)), R), slope(lambda x: float(MODEL.loss(R, x)), a)  # noqa: B023
        assert by_R * fast + by_a * slow == pytest.approx(-(1 - R * R) / 0.3 * by_R**2 - by_a**2, rel=1e-5, abs=1e-6)


def manifold():
    for R, _ in PLACES:
        assert float(MODEL.critical_manifold_a(R)) == pytest.approx(M(R))


def rate():
    for R, _ in PLACES:
        pull = slope(lambda x: float(MODEL.vector_field(x, M(R))[0]), R)  # noqa: B023
        assert pull == pytest.approx((1 - R * R) * R * dU(R * R) * M(R) * slope(M, R) / 0.3, rel=1e-4)


def slow():
    for R, _ in PLACES:
        assert float(MODEL.slow_flow(R)) == pytest.approx(V(R) - M(R) * U(R * R))


def equilibria():
    found = [point for point in MODEL.equilibria() if 0.0 < abs(point.R) < 1.0 and abs(point.a) > 1e-9]
    assert found
    for point in found:
        R = point.R
        assert V(R) * R * dU(R * R) == pytest.approx(dV(R) * U(R * R), abs=1e-9)
        assert point.a == pytest.approx(V(R) / U(R * R)) == pytest.approx(M(R))


def series():
    law = UnlearningModel(C, C_STAR).asymptotics()
    assert law.alpha0 == pytest.approx(C_STAR[0] / C[0])
    assert law.h_p == pytest.approx(-A[1])
    flat = UnlearningModel((1.0, 0.5, 1.0), (1.0, 0.0, 0.2)).asymptotics()
    assert (flat.p, flat.h_p) == (3, pytest.approx(1.0 * 2 * 0.25 / 1.0 - 2 * 6 * 0.2))
    even = UnlearningModel((0.0, 1.0, 0.5), (0.0, 1.0, -0.6)).asymptotics()
    assert (even.k, even.h_p) == (2, pytest.approx(-(6 * 0.5 * -0.6) / 2))


def direction():
    for c, c_star in [(C, C_STAR), (C, (0.8, 1.1, 0.5, 0.9)), ((0.0, 1.0, 0.5), (0.0, 1.0, -0.6))]:
        for sign in (1, -1):
            law = UnlearningModel(c, c_star).asymptotics(sign)
            assert law.unlearns == (law.h_p * law.alpha0 * sign ** (law.p + law.k) > 0)


def late_law():
    for model in (EXAMPLE, UnlearningModel((0.0, 1.0, 0.5), (0.0, 1.0, -0.6)), UnlearningModel((1, 1, 1), (1, 0, 0))):
        law = model.asymptotics()
        k, p = law.k, law.p
        R = ((p + k) * abs(law.h_p) * 1e5 / (k * abs(law.alpha0))) ** (-1 / (p + k))
        assert float(law.R(1e5)) == pytest.approx(R)
        assert law.a_prefactor * 1e5**law.a_exponent == pytest.approx(law.alpha0 * R**-k)
        rest = sum(factorial(i) * c**2 for i, c in enumerate(model.c_star, 1) if i != k) / 2
        assert law.loss_limit == pytest.approx(rest)


def following_term():
    law, a, b = EXAMPLE.asymptotics(), np.array(EXAMPLE.A), np.array(EXAMPLE.B)
    alpha1 = 2 * a[1] / b[0]
    h3 = a[0] * b[1] / b[0] - 2 * a[2]
    assert law.a_next == pytest.approx(alpha1 + law.alpha0 * h3 / (2 * law.h_p))
    assert float(law.a(1e5)) == pytest.approx((3 * law.h_p * 1e5 / law.alpha0) ** (1 / 3) * law.alpha0 + law.a_next)


def saddle():
    limit = EXAMPLE.threshold_limits(bracket=STARTS)[0]
    assert limit.kind == "saddle"

    def drift(R):
        p, g, q, h = (float(x) for x in EXAMPLE.sums(R))
        return (p - limit.a0 * q) / (limit.a0 * (1 - R * R) * (g - limit.a0 * h))

    assert limit.coefficient == pytest.approx(-quad(drift, 0.0, limit.R)[0], rel=1e-6)
    small = UnlearningModel(EXAMPLE.c, EXAMPLE.c_star, 0.01).thresholds(bracket=STARTS)[0]
    assert small - limit.a0 == pytest.approx(0.01 * limit.coefficient, rel=0.1)


def fold():
    model = UnlearningModel((1.0,) * 5, numbers.FOLDED, 1e-3)
    limit = next(one for one in model.threshold_limits(bracket=STARTS) if one.kind == "fold")
    R = limit.R
    p, g, q, h = (float(x) for x in model.sums(R))
    height = g / h
    around = model.critical_manifold_a(R + 1e-4 * np.arange(-1, 2))
    kappa = 0.5 * (around[0] - 2 * around[1] + around[2]) / 1e-8
    speed = abs(height) * (1 - R * R) * abs(h)  # h is R U'(R^2)
    turn = abs(p - height * q)
    shift = 2.33811 * (1e-3 * turn) ** (2 / 3) / (speed**2 * abs(kappa)) ** (1 / 3)
    assert float(limit.approach(1e-3)) == pytest.approx(height - np.sign(kappa) * shift, rel=1e-5)
    assert float(model.thresholds(bracket=STARTS)[0]) == pytest.approx(height - shift, rel=1e-3)


def apart():
    """One neuron among many: the derivative of its own velocity by its own alignment, the others where they are."""
    for R in (-0.4, 0.2, 0.6):
        a = M(R)

        def velocity(s, R=R, a=a):
            return a * (1 - s * s) * (dV(s) - a * R * dU(s * R)) / MODEL.eps

        assert float(MODEL.transverse_growth_rate(R, a)) == pytest.approx(slope(velocity, R), rel=1e-6)
    R = 1e-4
    assert float(MODEL.transverse_growth_rate(R, M(R))) == pytest.approx(2 * A[1] * M(R) / MODEL.eps, rel=1e-2)


def profile():
    def least(R):
        return 0.5 * np.sum(FACTORIAL * np.array(C_STAR) ** 2) - V(R) ** 2 / (2 * U(R * R))

    for R, _ in PLACES:
        heights = V(R) / U(R * R) + np.linspace(-1, 1, 201)
        assert least(R) == pytest.approx(float(MODEL.loss(R, heights).min()))
        said = V(R) / U(R * R) ** 2 * (V(R) * R * dU(R * R) - dV(R) * U(R * R))
        assert slope(least, R) == pytest.approx(said, rel=1e-5, abs=1e-6)


def quadrant():
    limit = EXAMPLE.threshold_limits(bracket=STARTS)[0]
    R, height = limit.R, limit.a0
    p, _, q, _ = EXAMPLE.sums(np.linspace(1e-3, R - 1e-3, 200))
    assert (p - height * q > 0).all()
    p, _, q, _ = EXAMPLE.sums(np.linspace(R + 1e-3, 0.999, 200))
    assert (p - height * q < 0).all()
    assert not [e for e in EXAMPLE.equilibria() if 0 < e.R < R and e.a > height]
    for eps in (0.01, 1.0, 10.0):
        model = UnlearningModel(EXAMPLE.c, EXAMPLE.c_star, eps)
        for share in (0.1, 0.5, 0.95):
            assert model.fate(height + 0.2, share * R) is Fate.UNLEARNING
            above = R + (1 - share) * (1 - R)
            assert model.fate(height - 0.2, above) in (Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT)


def width():
    m = 50
    taus = 0.5 + 1e-3 * np.arange(3)
    run = MODEL.finite_width(m).trajectory(1.5, tau=np.array([0.0, *taus]))
    R, a, Q = run.R[2], run.a[2], run.Q[2]
    by = [(x[3] - x[1]) / 2e-3 for x in (run.a, run.R, run.Q)]
    assert by[0] == pytest.approx(V(R) - a * ((1 - 1 / m) * U(Q) + U(1.0) / m), rel=1e-3)
    assert 0.3 * by[1] == pytest.approx(a * (dV(R) * (1 - R * R) - a * (1 - 1 / m) * dU(Q) * R * (1 - Q)), rel=1e-3)
    whole = (1 - Q * Q) + (m - 2) * Q * (1 - Q)
    assert 0.3 * by[2] == pytest.approx(2 * a * (dV(R) * R * (1 - Q) - a / m * dU(Q) * whole), rel=1e-3)


def rest():
    for m in (200, 2000):
        end = HALTED.finite_width(m).halt(2.0)
        assert end.Q == pytest.approx((m * end.R**2 - 1) / (m - 1))
        slope_V, slope_U = 1.0 + 2 * HALTED.A[1] * end.R, 1.0 + 2 * HALTED.B[1] * end.Q
        assert end.a == pytest.approx(slope_V / (end.R * slope_U))


def halt():
    end = HALTED.finite_width(2000).halt(2.0)
    law = HALTED.asymptotics()
    others = sum(HALTED.B) - HALTED.B[0]
    assert end.a_law == pytest.approx((2000 * abs(law.h_p) * abs(law.alpha0) ** law.p / others) ** (1 / (law.p + 1)))
    assert end.relaxation_law == pytest.approx(2000 / ((law.p + 1) * others))
    far = HALTED.finite_width(1e9).halt(2.0)
    assert far.a == pytest.approx(far.a_law, rel=0.01)


def decay():
    """By a solver of its own: decays on the two sides of what the branch withstands, and the end of one that halts."""

    def end(amount):
        powers = np.arange(1, 6)
        squares = np.array([float(factorial(k)) for k in powers])
        products = squares * np.array(EXAMPLE.c_star)

        def flow(_, y):
            R, a = np.tanh(y[0]), y[1]
            g, h = np.sum(powers * products * R ** (powers - 1)), np.sum(powers * squares * R ** (2 * powers - 1))
            return a * (g - a * h), np.sum(products * R**powers) - a * (np.sum(squares * R ** (2 * powers)) + amount)

        last = solve_ivp(flow, (0, 1e8), (0.0, 10.0), method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
        return float(np.tanh(last[0])), float(last[1])

    assert end(1e-4) == pytest.approx(end_with_decay(EXAMPLE, 1e-4), rel=1e-6)
    most = critical_decay(EXAMPLE, 1, float(EXAMPLE.trajectory(10.0).R.max()))
    assert end(0.96 * most)[0] < 0.06
    assert end(1.02 * most)[0] == pytest.approx(1.0)
    for start, width in ((10.0, critical_width(EXAMPLE, 1, 0.0856)), (14.0, critical_width(EXAMPLE))):
        assert EXAMPLE.finite_width(0.95 * width).halt(start).fate == Fate.FULL_ALIGNMENT
        assert EXAMPLE.finite_width(1.05 * width).halt(start).fate == Fate.PARTIAL_ALIGNMENT
    R = 0.09
    assert critical_decay(EXAMPLE, 1, R) == pytest.approx(
        float(EXAMPLE.slow_flow(R)) / float(EXAMPLE.critical_manifold_a(R))
    )
    assert critical_decay(EXAMPLE) > critical_decay(EXAMPLE, 1, R)
    assert np.isnan(critical_decay(UnlearningModel((1.0,) * 5, (1.0,) * 5)))
    assert critical_decay(HALTED) == np.inf, "its branch comes down to a = 0 at R = 0.8333"


def kernel():
    run = MODEL.trajectory(2.0, tau=(0.0, 0.1, 0.5))
    found = run.kernel
    for i in (1, 2):
        R, a = run.R[i], run.a[i]
        u = np.sqrt(FACTORIAL) * C * R**K
        v = np.sqrt(FACTORIAL) * K * C * R ** (K - 1) * a * sqrt((1 - R * R) / 0.3)
        e = np.sqrt(FACTORIAL) * (np.array(C_STAR) - a * np.array(C) * R**K)
        theta = np.outer(u, u) + np.outer(v, v)
        assert found.trace[i] == pytest.approx(np.trace(theta))
        fast, slow = (float(x) for x in MODEL.vector_field(R, a))
        falls = slope(lambda x: float(MODEL.loss(x, a)), R) * fast + slope(lambda x: float(MODEL.loss(R, x)), a) * slow  # noqa: B023
        assert falls == pytest.approx(-e @ theta @ e, rel=1e-5)


FIELD = MeanFieldModel((0.3, -0.8, 0.5), (0.4, 0.6, -0.7), 0.2, 3)
PHI, SIGMA, N = np.array(FIELD.phi), np.array((0.4, 0.6, -0.7)), np.arange(3)


def rates(model, overlaps):
    """State and its rate of change by differences, of a run of three neurons."""
    t = np.array([0.0, 0.3, 0.3 + 1e-3, 0.3 + 2e-3])
    run = model.trajectory(a0=(0.9, -0.5, 0.2), t=t, rtol=1e-12, overlaps=overlaps)
    return run, [(x[3] - x[1]) / 2e-3 for x in (run.a, run.s)]


def target():
    r = np.linspace(-0.9, 0.9, 7)
    assert FIELD.sigma.kernel(r) == pytest.approx(sum(SIGMA[k] ** 2 * r**k for k in N))


def meanfield():
    run, (by_a, by_s) = rates(FIELD, False)
    a, s = run.a[2], run.s[2]
    for i in range(3):
        r = s[i] * s
        value, tilt = sum(SIGMA[k] ** 2 * r**k for k in N), sum(k * SIGMA[k] ** 2 * r ** (k - 1.0) for k in (1, 2))
        pulled = np.sum(PHI * SIGMA * s[i] ** N)
        assert 0.2 * by_a[i] == pytest.approx(pulled - np.mean(a * value), rel=1e-3, abs=1e-5)
        slope_V = sum(k * PHI[k] * SIGMA[k] * s[i] ** (k - 1) for k in (1, 2))
        assert by_s[i] == pytest.approx(a[i] * (1 - s[i] ** 2) * (slope_V - np.mean(a * s * tilt)), rel=1e-3, abs=1e-5)


def risk():
    run, _ = rates(FIELD, False)
    left = PHI - SIGMA * np.mean(run.a[2][:, None] * run.s[2][:, None] ** N, axis=0)
    assert run.residual[2] == pytest.approx(left)
    assert run.risk[2] == pytest.approx(0.5 * np.sum(left**2))


def plateaus():
    assert FIELD.plateaus() == pytest.approx([0.5 * np.sum(PHI[k:] ** 2) for k in range(4)])


def times():
    model = MeanFieldModel((1.0, -1.0, 2 / 3), "relu", 1e-6)
    s = model.sigma.coefficients(2)
    said = (1e-6 * log(2) / s[0] ** 2, 1e-3 * log(1e6) / (4 * abs(s[1])), 1e-6**0.25)
    assert model.predicted_times() == pytest.approx(said)
    even = MeanFieldModel((1.0, -1.0, 2 / 3), "relu", 1e-6, 2).trajectory(a0=(0.7, -0.7), t_end=1e-4)
    assert even.learning_times()[0] == pytest.approx(said[0], rel=0.05)


def relu():
    model = MeanFieldModel(activation="relu")
    r = np.linspace(-0.95, 0.95, 9)
    assert model.sigma.kernel(r) == pytest.approx((np.sqrt(1 - r * r) + r * (pi - np.arccos(r))) / (2 * pi))
    tilt = (model.sigma.kernel(r + 1e-6) - model.sigma.kernel(r - 1e-6)) / 2e-6
    assert tilt == pytest.approx((pi - np.arccos(r)) / (2 * pi), rel=1e-6)
    assert model.sigma.coefficients(1) == pytest.approx((1 / sqrt(2 * pi), 0.5))


def rank():
    a, s = np.array((0.9, -0.5, 0.2)), np.array((0.3, -0.2, 0.8))
    for i in range(3):
        left = np.sum(a * FIELD.sigma.kernel(s[i] * s))
        assert left == pytest.approx(sum(SIGMA[k] ** 2 * s[i] ** k * np.sum(a * s**k) for k in N))


def overlaps():
    """From orthonormal starts all alike the exact flow is the law of finite width."""
    alike = MeanFieldModel.from_planar((1.0, 0.5), (1.0, -0.6), 1.0, 5)
    t = np.linspace(0.0, 2.0, 9)
    run = alike.trajectory(a0=2.0, t=t, overlaps=True, rtol=1e-10)
    law = HALTED.finite_width(5).trajectory(2.0, tau=t)
    assert run.a[:, 0] == pytest.approx(law.a, rel=1e-5)
    assert run.s[:, 0] == pytest.approx(law.R, rel=1e-5, abs=1e-9)


def bridge():
    eps = 0.3
    neurons = MeanFieldModel.from_planar(C, C_STAR, eps)
    assert neurons.phi[1:] == pytest.approx(np.sqrt(FACTORIAL) * C_STAR)
    assert neurons.sigma.coefficients(4)[1:] == pytest.approx(np.sqrt(FACTORIAL) * C)
    assert neurons.eps == pytest.approx(1 / eps)
    run = neurons.trajectory(a0=2.0, t=(0.0, 1.0, 4.0))
    same = MODEL.trajectory(2.0, tau=(0.0, eps, 4.0 * eps))
    assert run.a[:, 0] == pytest.approx(same.a, rel=1e-6)


NETWORK = LinearNetwork.random(d=6, gamma=0.7, eta_u=0.5, eta_w=2.0, y=1.3, seed=3)
T = 0.05
G2 = NETWORK.g
P, Q = float(np.sum(NETWORK.p**2)), float(np.sum(NETWORK.q**2))
S = float(np.sum(NETWORK.p * NETWORK.q))


def X_at(t):
    root = sqrt(4 * NETWORK.y**2 + G2**2 * P * Q)
    up, down = (2 * NETWORK.y + root) / (G2 * P), (2 * NETWORK.y - root) / (G2 * P)
    E = (1 - up) / (1 - down) * exp(-2 * G2 * root * t)
    return (up - down * E) / (1 - E)


def descent():
    h = 1e-6
    run = NETWORK.solution([T - h, T, T + h])
    u, v, f = run.u(), run.v(), run.f[1]
    x2 = NETWORK.rho
    assert (u[2] - u[0]) / (2 * h) == pytest.approx(-2 * 0.5 * 0.7 * (f - 1.3) * v[1], rel=1e-4)
    # v is along the unit vector of x: <w, x> is |x| times it
    assert (v[2] - v[0]) / (2 * h) == pytest.approx(-2 * 2.0 * 0.7 * x2 * (f - 1.3) * u[1], rel=1e-4)


def modes():
    u, v = NETWORK.u0, NETWORK.v0
    assert NETWORK.p == pytest.approx(v / sqrt(2.0 * NETWORK.rho) + u / sqrt(0.5))
    assert NETWORK.q == pytest.approx(v / sqrt(2.0 * NETWORK.rho) - u / sqrt(0.5))
    assert pytest.approx(0.7 * sqrt(0.5 * 2.0 * NETWORK.rho)) == NETWORK.g


def factor():
    run, X = NETWORK.solution([T]), X_at(T)
    assert exp(run.log_X[0]) == pytest.approx(X)
    assert run.p()[0] == pytest.approx(NETWORK.p * sqrt(X))
    assert run.q()[0] == pytest.approx(NETWORK.q / sqrt(X))
    assert run.f[0] == pytest.approx(G2 / 4 * (P * X - Q / X))


def riccati():
    X = X_at(T)
    assert X_at(0.0) == pytest.approx(1.0)
    assert slope(X_at, T) == pytest.approx(-(G2**2) * P * X * X + 4 * G2 * NETWORK.y * X + G2**2 * Q, rel=1e-6)


def solution():
    assert NETWORK.rate == pytest.approx(2 * G2 * sqrt(4 * NETWORK.y**2 + G2**2 * P * Q))
    assert [exp(x) for x in NETWORK.solution([0.1, 0.4]).log_X] == pytest.approx([X_at(0.1), X_at(0.4)])


def angle():
    run = NETWORK.solution([T])
    area2 = G2**2 / 4 * (P * Q - S * S)
    assert NETWORK.area**2 == pytest.approx(area2)
    assert run.cos_zeta[0] == pytest.approx(run.f[0] / sqrt(run.f[0] ** 2 + area2))
    u, v = run.u()[0], run.v()[0]
    assert 0.7 * np.linalg.norm(u) * np.linalg.norm(v) == pytest.approx(sqrt(run.f[0] ** 2 + area2))


def ratio():
    run, X = NETWORK.solution([T]), X_at(T)
    by_f = sqrt((4 * run.f[0] ** 2 + G2**2 * P * Q) / (4 * NETWORK.start.f**2 + G2**2 * P * Q))
    assert run.kernel_ratio[0] == pytest.approx((P * X + Q / X) / (P + Q)) == pytest.approx(by_f)


def mechanisms():
    found, f0, area = NETWORK.mechanism(), NETWORK.start.f, NETWORK.area
    assert found.rescaling == pytest.approx(sqrt((1.3**2 + area**2) / (f0**2 + area**2)))
    assert found.log_cos + found.log_N == pytest.approx(log(abs(1.3 / f0)))


def clock():
    cubic = LinearNetwork.random(d=6, gamma=0.7, eta_u=0.5, eta_w=2.0, y=1.3, seed=3, beta=2.0)
    h = 1e-5
    run = cubic.solution([T - h, T, T + h])
    off = run.f[1] - 1.3
    assert (run.log_X[2] - run.log_X[0]) / (2 * h) == pytest.approx(
        -2 * cubic.g * 3 * abs(off) ** 2 * np.sign(off), rel=1e-4
    )


def powers():
    for c in SCALINGS.values():
        found = scaling_phase(c)
        g = c.gamma + (c.eta_u + c.eta_w) / 2
        size = c.d + max(2 * c.w - c.eta_w, 2 * c.u - c.eta_u)
        assert (found.g, found.P) == pytest.approx((g, size))
        assert found.rate == pytest.approx(max(g, 2 * g + size))
        assert found.angle == pytest.approx(c.gamma + c.d + c.u + c.w)
        assert found.output == pytest.approx(c.gamma + c.d / 2 + c.u + c.w)


def excess():
    wide = SCALINGS["NTK"].network(1e6, y=2.0)
    size = wide.g**2 * float(np.sum(wide.p**2)) * float(np.sum(wide.q**2))
    assert wide.end.kernel_excess == pytest.approx(2 * (4.0 - wide.start.f**2) / size, rel=1e-3)


TWINS = {
    "unlearning": {
        "sums": sums, "loss": loss, "planar": planar, "rho": rho, "lyapunov": lyapunov, "manifold": manifold,
        "rate": rate, "slow": slow, "equilibria": equilibria, "series": series, "direction": direction,
        "law": late_law, "next": following_term, "saddle": saddle, "fold": fold, "apart": apart, "profile": profile,
        "quadrant": quadrant, "width": width, "rest": rest, "halt": halt, "decay": decay, "kernel": kernel,
    },
    "time_scales": {
        "target": target, "meanfield": meanfield, "risk": risk, "plateaus": plateaus, "times": times, "relu": relu,
        "rank": rank, "overlaps": overlaps, "bridge": bridge,
    },
    "linear_network": {
        "descent": descent, "modes": modes, "factor": factor, "riccati": riccati, "solution": solution,
        "angle": angle, "ratio": ratio, "mechanisms": mechanisms, "clock": clock, "powers": powers, "excess": excess,
    },
}  # fmt: skip
STATED = {"network"}  # what is studied, not a claim about it


@pytest.mark.parametrize(
    "twin", [twin for twins in TWINS.values() for twin in twins.values()], ids=lambda t: t.__name__
)
def test_an_equation_is_what_the_core_computes(twin):
    twin()


def test_every_equation_has_its_twin():
    for chapter in {view.chapter for view in VIEWS.values()}:
        assert set(document.equation_labels(document.read_chapter(chapter))) - STATED == set(TWINS[chapter.name])


def test_the_numbers_are_those_of_the_theory():
    found = numbers.numbers()
    assert set(found) == set(numbers.NAMES)
    said = {name: [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)] for name, text in found.items()}
    assert said["threshold"] == [9.311752]
    assert said["threshold_limit"] == [9.312354]
    assert said["folds"] == pytest.approx([0.127, 8.36, 0.375, 20.9], rel=5e-3)
    assert said["fold_limit"] + said["fold_finite"] == [3.77248, 3.74079]
    assert (said["a_leading"], said["a_law"], said["a_solution"]) == ([181.7], [175.2], [175.03])
    assert said["halts"] == [0.1457, 5.572, 200, 0.0711, 12.797, 2000, 0.0339, 28.287, 20000]
    assert said["plateaus"][:3] == [1.2222, 0.7222, 0.2222]
    assert said["alike"] == [0.267]  # LSODA: 0.26673
    assert said["two"] == [0.723]  # LSODA: 0.72332, 0.73147
    assert said["two_later"] == [0.731]
    assert said["lambda_c"][0] == pytest.approx(3.15)  # times a power of ten
    assert (said["R_c"], said["decayed"], said["halted_wide"]) == ([0.0726], [0.0391, 22.33], [0.0542, 15.62])


@pytest.fixture(scope="module")
def text():
    return routes.page(VIEWS)


def test_in_the_example_neurons_that_are_nearly_alike_part():
    said = numbers.numbers()
    low, high = (float(said[name].strip("$")) for name in ("apart_from", "apart_to"))
    run = EXAMPLE.trajectory(10.0, tau=[0.5 * low, 2 * low, 0.5 * high, 2 * high])
    assert (EXAMPLE.transverse_growth_rate(run.R, run.a) > 0).tolist() == [False, True, True, False]
    model = MeanFieldModel.from_planar(EXAMPLE.c, EXAMPLE.c_star, 1.0, m=20)
    starts = 10.0 * (1.0 + 1e-3 * np.random.default_rng(0).standard_normal(20))
    parted = model.trajectory(starts, t=[0.0, 100.0])
    planar = float(EXAMPLE.loss(*(values[-1] for values in _ends(EXAMPLE, 100.0))))
    assert parted.risk[-1] < 0.2 * planar
    robust = UnlearningModel((1.0, 0.5), (1.0, -0.6))
    run = robust.trajectory(2.0, tau=np.geomspace(0.1, 1e4, 60))
    assert (robust.transverse_growth_rate(run.R, run.a) < 0).all()


def _ends(model, tau):
    run = model.trajectory(10.0, tau=[0.0, tau])
    return run.R, run.a


def test_the_page_is_whole(text):
    assert not re.findall(r"@[A-Za-z_:]+@|\$", text)
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    for anchor in re.findall(r'href="#([^"]+)"', text):
        assert anchor in places
    for name in re.findall(r'data-symbol="([^"]+)"', text):
        assert name in places


def test_every_letter_with_a_control_is_in_a_formula_and_its_control_exists(text):
    controls = {control for view in VIEWS.values() for control in re.findall(r"'([a-z_]+-[A-Za-z_0-9-]+)'", _ids(view))}
    for chapter in {view.chapter for view in VIEWS.values()}:
        for symbol in chapter.symbols:
            assert f'data-symbol="{chapter.symbol_anchor(symbol)}"' in text, symbol
            for control in symbol.controls:
                assert re.sub("-(on|box)$", "", control) in controls, control


def _ids(view):
    store = next(part for part in view.layout()._traverse() if getattr(part, "id", "") == "view-description")
    return repr([control["id"] for control in store.data["controls"]])


def test_the_help_of_a_view_lists_symbols_of_its_own_controls():
    for view in VIEWS.values():
        assert bool(view.symbols_with_controls) == (view.name != "images"), view.name


def test_letters_are_marked_whatever_their_index():
    root = ElementTree.fromstring(
        mathml(r"c^*_2 + c_{k+1} \bar a R_0 R V'(R) \mathrm d d", VIEWS["unlearning"].chapter.symbols)
    )
    marked = [node.get("data-symbol") for node in root.iter("mrow") if node.get("class") == "symbol"]
    assert marked == [
        "target", "activation", "start", "alignment-start", "alignment", "drive", "alignment", "dimension",
    ]  # fmt: skip


def test_a_formula_that_cannot_be_read_is_named():
    with pytest.raises(ValueError, match=r"frac.*is not mathematics"):
        mathml(r"\frac{1}")


def test_the_page_is_served_and_kept_by_browsers():
    client = create_app().server.test_client()
    core_is_ready()
    answer = client.get("/theory")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]
    assert client.get("/theory", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_page_does_not_wait_for_its_numbers(monkeypatch):
    client = create_app().server.test_client()
    monkeypatch.setattr(warmup.ready, "is_set", lambda: False)
    answer = client.get("/theory")
    assert routes.COMING in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_line_metrics_of_the_font_are_those_of_text() -> None:
    """Browsers differ in which of them they take: Firefox makes lines with a formula as high as hhea says."""
    font = TTFont(Path(__file__).parents[3] / "assets" / "theory" / "feature-math.woff2")
    hhea, os2 = font["hhea"], font["OS/2"]
    metrics = {
        (hhea.ascent, hhea.descent, hhea.lineGap),
        (os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap),
        (os2.usWinAscent, -os2.usWinDescent, 0),
    }
    assert metrics == {(800, -250, 0)}
    assert font["head"].unitsPerEm == 1000
    assert os2.version >= 4
    assert os2.fsSelection & 1 << 7, "USE_TYPO_METRICS"
