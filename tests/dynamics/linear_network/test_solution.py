"""The linear network's exact solution, against all its weights integrated, many digits, and cases by hand."""

from fractions import Fraction
from math import exp, inf, log, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from dynamics import LinearNetwork, MechanismName, largest_faithful_step
from dynamics.interruption import interruptible
from dynamics.linear_network.norms import dot
from tests.stored import stored


def integrated(network, t):
    """u (n, d) and W (n, d, d0) at t, by integrating every weight."""
    d, d0, power = network.d, network.d0, network.beta

    def right_hand_side(_, state):
        u, W = state[:d], state[d:].reshape(d, d0)
        v = W @ network.x
        residual = network.gamma * u @ v - network.y
        slope = -network.gamma * (power + 1) * abs(residual) ** power * np.sign(residual)
        return np.append(network.eta_u * slope * v, network.eta_w * slope * np.outer(u, network.x))

    start = np.append(network.u0, network.W0)
    size = max(abs(start).max(), 1e-3)
    limits = {"rtol": 1e-12, "atol": 1e-14 * size, "first_step": 1e-9 * t[-1]}  # its own first guess can overflow
    found = solve_ivp(right_hand_side, (0, t[-1]), start, "DOP853", t, **limits)
    return found.y[:d].T, found.y[d:].T.reshape(len(t), d, d0)


def close(found, truth, tolerance=1e-9):
    assert np.abs(found - truth).max() <= tolerance * max(1.0, np.abs(truth).max())


def agrees_with_all_weights(network, t):
    run = network.solution(t)
    u, W = integrated(network, t)
    v = W @ network.direction
    f = network.gamma * network.x_norm * np.sum(u * v, axis=1)
    close(run.f, f)
    close(run.residual, f - network.y)
    close(run.loss, abs(f - network.y) ** (network.beta + 1))
    close(run.u(), u)
    close(run.v(), v)
    close(run.W(), W)
    lengths = np.linalg.norm(u, axis=1), np.linalg.norm(v, axis=1)
    close(run.u_norm, lengths[0])
    close(run.v_norm, lengths[1])
    kernel = network.gamma**2 * network.rho * (network.eta_u * lengths[1] ** 2 + network.eta_w * lengths[0] ** 2)
    close(run.kernel, kernel)
    close(run.kernel_ratio, kernel / kernel[0])
    close(run.cos_zeta, np.sum(u * v, axis=1) / (lengths[0] * lengths[1]))
    close(np.cos(run.zeta), run.cos_zeta)


def powers_of_ten(low, high):
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


networks = st.builds(
    LinearNetwork.random,
    d=st.integers(2, 50),
    d0=st.integers(1, 4),
    sigma_u=powers_of_ten(-4, 1),
    sigma_w=powers_of_ten(-4, 1),
    y=st.one_of(st.just(0.0), powers_of_ten(-2, 1), powers_of_ten(-2, 1).map(lambda y: -y)),
    gamma=powers_of_ten(-2, 2),
    eta_u=powers_of_ten(-2, 2),
    eta_w=powers_of_ten(-2, 2),
    seed=st.integers(0, 1000),
)


def turned(network, seed):
    """The same with a point that is no unit vector."""
    x = np.random.default_rng(seed).normal(size=network.d0)
    values = {one: getattr(network, one) for one in ("y", "gamma", "eta_u", "eta_w", "beta")}
    return LinearNetwork(network.u0, network.W0, x, **values)


@given(networks, st.integers(0, 1000))
@settings(max_examples=60)
def test_the_solution_is_that_of_all_weights_integrated(network, seed):
    network = turned(network, seed)
    agrees_with_all_weights(network, np.linspace(0.0, network.time_to(1e-3), 12))


@given(networks, st.sampled_from([0.25, 0.5, 0.9, 1.01, 1.5, 2.0, 4.0]))
@settings(max_examples=40)
def test_other_losses_too(network, beta):
    network = with_loss(network, beta)
    # below beta = 1 the last of the residual is not smooth, and the comparison not accurate
    agrees_with_all_weights(network, np.linspace(0.0, network.time_to(0.1), 12))


@given(networks, powers_of_ten(-8, 3))
def test_what_is_conserved_is_conserved(network, time):
    run = network.solution([0.0, time / network.rate, inf])
    p, q = run.p(), run.q()
    assert np.allclose(p * q, p[0] * q[0], rtol=1e-10, atol=0.0)
    size = network.gamma * network.x_norm * run.u_norm * run.v_norm
    assert np.allclose(size**2 - run.f**2, network.area**2, rtol=1e-9, atol=1e-12 * max(size) ** 2)
    balance = network.g * (run.v_norm**2 / network.eta_w - run.u_norm**2 / network.eta_u)
    scale = network.g * (run.v_norm**2 / network.eta_w + run.u_norm**2 / network.eta_u)
    assert np.allclose(balance, network.imbalance, rtol=1e-10, atol=1e-12 * max(scale))
    assert run.f[-1] == network.y


def by_many_digits(network, t):
    """f, f - y, cos zeta and kernel ratio - 1 from the Riccati equation's solution as it is written down."""
    with mpmath.workdps(700):
        u, v = ([mpmath.mpf(float(one)) for one in values] for values in (network.u0, network.W0[:, 0]))
        x, y, gamma, eta_u, eta_w = (
            mpmath.mpf(float(one)) for one in (network.x[0], network.y, network.gamma, network.eta_u, network.eta_w)
        )
        v = [one * x for one in v]
        root = mpmath.sqrt(eta_w) * abs(x)
        p = [b / root + a / mpmath.sqrt(eta_u) for a, b in zip(u, v, strict=True)]
        q = [b / root - a / mpmath.sqrt(eta_u) for a, b in zip(u, v, strict=True)]
        P, Q, S = sum(a * a for a in p), sum(a * a for a in q), sum(a * b for a, b in zip(p, q, strict=True))
        g = gamma * abs(x) * mpmath.sqrt(eta_u * eta_w)
        root = mpmath.sqrt(4 * y * y + g * g * P * Q)
        plus, minus = (2 * y + root) / (g * P), (2 * y - root) / (g * P)
        E = (1 - plus) / (1 - minus) * mpmath.exp(-2 * g * root * mpmath.mpf(t))
        X = (plus - minus * E) / (1 - E)
        total = P * X + Q / X
        f = g / 4 * (P * X - Q / X)
        # the difference itself where enough of its digits are left
        residual = f - y if abs(E) > 1e-100 else g / 4 * P * (X - minus) / X * E * (plus - minus) / (1 - E)
        cosine = 4 * f / g / mpmath.sqrt(total**2 - 4 * S * S)
        return [float(one) for one in (f, residual, cosine, total / (P + Q) - 1)]


@pytest.mark.parametrize("y", [1.0, -1e-3, 1e6])
@pytest.mark.parametrize("scales", [(1e-9, 1e-9), (1e4, 1e4), (1e-8, 1e5), (1e5, 1e-8), (1e-60, 1e-60)])
@pytest.mark.parametrize("gamma", [1.0, 1e-12, 1e6])
def test_extreme_scales_keep_their_relative_accuracy(y, scales, gamma):
    network = LinearNetwork.random(5, 1, *scales, x=(0.7,), y=y, gamma=gamma, eta_u=3.0, eta_w=0.2, seed=4)
    for share in (0.0, 1e-9, 0.3, 1.0, 7.0, 40.0, 300.0):
        t = share / network.rate
        run = network.solution(t)
        found = run.f[0], run.residual[0], run.cos_zeta[0], run.kernel_excess[0]
        truth = by_many_digits(network, t)
        scale = np.hypot(truth[0], network.flow.floor)
        assert abs(found[0] - truth[0]) <= 1e-12 * scale
        assert found[1] == pytest.approx(truth[1], rel=1e-11, abs=0.0 if share < 40 else 1e-290)
        assert found[2] == pytest.approx(truth[2], rel=1e-11, abs=1e-12 * scale / max(network.area, scale))
        if share:
            assert found[3] == pytest.approx(truth[3], rel=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_f_keeps_its_relative_accuracy_where_it_does_not_cross_zero(seed):
    """Sizes over 16 decades, layers nearly perpendicular or nearly parallel, targets far above and far below f(0)."""
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, int(rng.integers(2, 6))))
    along, sign = u / np.linalg.norm(u), rng.choice([-1.0, 1.0])
    if seed % 3 == 0:
        v += (sign * 10.0 ** rng.uniform(-14, 0) - along @ v) * along
    elif seed % 3 == 1:
        v = sign * along + 10.0 ** rng.uniform(-10, 0) * v
    u, v = u * 10.0 ** rng.uniform(-8, 8), v * 10.0 ** rng.uniform(-8, 8)
    others = (10.0 ** rng.uniform(-6, 6), *(4.0 ** rng.integers(-8, 8, size=2)))
    start = LinearNetwork(u, v, 1.0, 1.0, *others).start.f
    for decades in (-12.0, -3.0, 0.1, 9.0):
        y = start * 10.0**decades
        if abs(y) > 1e10:
            continue
        network = LinearNetwork(u, v, 1.0, y, *others)
        for clock in (1e-8, 0.1, 1.0, 5.0, 12.0, 25.0, 60.0):
            t = clock / network.rate
            assert network.solution(t).f[0] == pytest.approx(by_many_digits(network, t)[0], rel=1e-12)


def test_f_far_below_its_start_keeps_its_digits():
    network = LinearNetwork([1e6, 1e6], [1e6, 1.0 - 1e6], 1.0, 1e-6)
    t = 25.0 / network.rate
    assert network.solution(t).f[0] == pytest.approx(by_many_digits(network, t)[0], rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_products_that_nearly_cancel_are_summed_exactly(seed):
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, 40)) * 10.0 ** rng.uniform(-6, 6, size=(2, 40))
    v[-1] = -float(u[:-1] @ v[:-1]) / u[-1]
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(u.tolist(), v.tolist(), strict=True))
    assert dot(u, v) == pytest.approx(float(exact), rel=1e-15, abs=0.0)


def test_an_exact_sum_over_a_wide_network_can_be_interrupted_and_is_that_of_its_pieces():
    """It takes 0.2 s for a million neurons."""
    u = np.random.default_rng(3).normal(size=200_001)
    v = np.concatenate([u[1:], [0.0]]) - np.concatenate([[0.0], u[:-1]])  # <u, v> telescopes to 0
    looks = []
    with interruptible(lambda: bool(looks.append(1))):
        found = dot(u, v)
    assert found == pytest.approx(float(sum(Fraction(a) * Fraction(b) for a, b in zip(u, v, strict=True))), abs=1e-18)
    assert len(looks) >= 8


def lengths_by_many_digits(network, t):
    """|u|, |v|, cos zeta, the kernel's ratio and its excess, at x = 1 and rates of 1."""
    with mpmath.workdps(1200):
        u, v = ([mpmath.mpf(float(one)) for one in values] for values in (network.u0, network.W0[:, 0]))
        y, gamma, t = mpmath.mpf(network.y), mpmath.mpf(network.gamma), mpmath.mpf(t)
        p, q = ([b + sign * a for a, b in zip(u, v, strict=True)] for sign in (1, -1))
        P, Q = sum(a * a for a in p), sum(a * a for a in q)
        root = mpmath.sqrt(4 * y * y + gamma**2 * P * Q)
        plus, minus = (2 * y + root) / (gamma * P), (2 * y - root) / (gamma * P)
        E = (1 - plus) / (1 - minus) * mpmath.exp(-2 * gamma * root * t)
        X = (plus - minus * E) / (1 - E)
        p, q = [one * mpmath.sqrt(X) for one in p], [one / mpmath.sqrt(X) for one in q]
        u, v = ([(a + sign * b) / 2 for a, b in zip(p, q, strict=True)] for sign in (-1, 1))
        u_norm, v_norm = (mpmath.sqrt(sum(a * a for a in one)) for one in (u, v))
        cosine = sum(a * b for a, b in zip(u, v, strict=True)) / (u_norm * v_norm)
        ratio = (P * X + Q / X) / (P + Q)
        return float(u_norm), float(v_norm), float(cosine), float(ratio), float(ratio - 1)


@pytest.mark.parametrize("y", [2.0, -1e-3, 1e4])
@pytest.mark.parametrize("scales", [(1e-170, 1e-170), (1e-200, 1.0), (1e3, 1e-250), (1e-180, 1e-165), (1e-280, 1e-280)])
def test_weights_whose_products_underflow_are_solved_from_their_logarithms(y, scales):
    network = LinearNetwork.random(4, 1, *scales, y=y, seed=3)
    for clock in (0.0, 1e-9, 0.5, 3.0, 200.0, 760.0, 900.0):
        t = clock / network.rate
        run = network.solution(t)
        u_norm, v_norm, cosine, ratio, excess = lengths_by_many_digits(network, t)
        assert run.u_norm[0] == pytest.approx(u_norm, rel=1e-11, abs=0.0)
        assert run.v_norm[0] == pytest.approx(v_norm, rel=1e-11, abs=0.0)
        assert run.cos_zeta[0] == pytest.approx(cosine, rel=1e-11)
        assert np.cos(run.zeta[0]) == pytest.approx(cosine, abs=1e-14)
        assert run.kernel_ratio[0] == pytest.approx(ratio, rel=1e-11)
        assert run.kernel_excess[0] == pytest.approx(excess, rel=1e-10)
        assert run.undefined == ""
    found = network.mechanism()
    start, end = lengths_by_many_digits(network, 0.0), lengths_by_many_digits(network, 5e3 / network.rate)
    assert (found.direction, found.undefined) == (MechanismName.ALIGNMENT, "")
    assert found.cos_change == pytest.approx(abs(end[2]) - abs(start[2]), rel=1e-9)
    moved = mpmath.log(end[0]) + mpmath.log(end[1]) - mpmath.log(start[0]) - mpmath.log(start[1])
    assert found.log_N == pytest.approx(float(moved), rel=1e-11, abs=1e-11)
    assert found.log_cos == pytest.approx(log(abs(end[2] / start[2])), rel=1e-9)


def test_the_angle_of_parallel_layers_that_die_out_is_defined_at_every_finite_time():
    """d = 1, y = 0, and P = 0, y > 0: f falls below the smallest float, and the layers stay on one line."""
    t = np.array([0.0, 1.0, 10.0, 1e3, 1e4, inf])
    for network, angle in (
        (LinearNetwork([2.0], [1.0], 1.0, 0.0), 0.0),
        (LinearNetwork([-1.0], [1.0], 1.0, 1.0), np.pi),
    ):
        run = network.solution(t)
        assert (run.zeta[:-1] == angle).all()
        assert np.isnan(run.zeta[-1])
        assert run.undefined == "u = 0 or W x = 0 at t = inf: a zero vector has no angle"
    run = LinearNetwork([-1.0], [1.0], 1.0, 1.0).solution([0.0, 200.0])
    assert run.u_norm[1] == pytest.approx(exp(-400.0) / sqrt(2.0), rel=1e-12)  # f = -1 / (2 e^(4 t) - 1)


def test_what_falls_far_below_y_still_has_its_digits():
    network = LinearNetwork.random(10, y=3.0, seed=1)
    t = np.linspace(30.0, 600.0, 50) / network.rate
    slope = np.diff(np.log(abs(network.solution(t).residual))) / np.diff(t)
    assert np.allclose(slope, -network.rate, rtol=1e-9)


def test_the_smallest_gamma_is_no_obstacle():
    network = LinearNetwork.random(5, y=1.0, gamma=1e-300, seed=2)
    assert network.end.f == 1.0
    assert network.start.f == pytest.approx(1e-300 * float(network.u0 @ network.W0[:, 0]))
    half = network.time_to(0.5)
    at = network.solution(half)
    assert at.residual[0] == pytest.approx(-0.5)
    assert at.cos_zeta[0] == pytest.approx(1.0)
    assert at.kernel_ratio[0] == pytest.approx(0.5 / network.flow.H0)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_rates_too_small_for_a_float_are_none_too_small_for_the_solution(beta):
    network = LinearNetwork.random(5, y=0.0, gamma=1e-300, beta=beta, seed=2)
    run = network.solution([0.0, 1e300, inf])
    assert run.f[0] == run.f[1] == network.start.f
    assert run.f[2] == run.residual[2] == 0.0
    assert network.time_to(0.5) == inf


# --- degenerate starts, each by hand -------------------------------------------------------------


def test_balanced_and_opposed_it_only_decays_where_y_has_the_other_sign():
    """P = 0: f = -exp(-...) stays negative, and ends at 0 though y = 1, where all weights are 0."""
    network = LinearNetwork([-1.0, 2.0], [1.0, -2.0], 1.0, 1.0)
    t = np.linspace(0.0, 1.0, 9)
    agrees_with_all_weights(network, t)
    run = network.solution(np.append(t, inf))
    assert np.allclose(run.f[:-1], -1.0 / (1.2 * np.exp(4.0 * t) - 1.0), rtol=1e-12)
    assert (run.f[-1], run.kernel[-1], run.u_norm[-1]) == (0.0, 0.0, 0.0)
    assert np.isnan(run.cos_zeta[-1])
    assert (run.cos_zeta[:-1] == -1.0).all()
    assert run.undefined == "u = 0 or W x = 0 at t = inf: a zero vector has no angle"
    assert network.rate == 4.0
    mirrored = LinearNetwork([1.0, -2.0], [1.0, -2.0], 1.0, -1.0).solution(t)
    assert np.array_equal(mirrored.f, -run.f[:-1])
    assert network.time_to(0.1) == inf


def test_balanced_and_aligned_it_follows_the_logistic_law():
    """Q = 0: df/dt = -4 f (f - y)."""
    network = LinearNetwork([0.1, 0.2], [0.1, 0.2], 1.0, 2.0)
    t = np.linspace(0.0, 2.0, 9)
    assert np.allclose(network.solution(t).f, 2.0 / (1.0 + (2.0 / 0.05 - 1.0) * np.exp(-8.0 * t)), rtol=1e-12)


@pytest.mark.parametrize("beta", [0.25, 1.0, 2.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_balanced_towards_zero_it_decays_by_a_power(sign, beta):
    network = LinearNetwork([sign], [1.0], 1.0, 0.0, beta=beta)
    t = np.array([0.0, 1e-6, 1.0, 1e6])
    law = sign * (1.0 + 2.0 * beta * (beta + 1.0) * t) ** (-1.0 / beta)
    assert np.allclose(network.solution(t).f, law, rtol=1e-12, atol=0.0)
    assert network.solution(inf).f[0] == 0.0
    assert network.rate == 0.0


@pytest.mark.parametrize("beta", [0.5, 1.0, 3.0])
def test_nothing_moves_where_all_weights_are_zero(beta):
    network = LinearNetwork(np.zeros(3), np.zeros((3, 2)), [1.0, 2.0], 1.5, beta=beta)
    run = network.solution([0.0, 1.0, inf])
    assert (run.f == 0.0).all()
    assert (run.residual == -1.5).all()
    assert np.isnan(run.cos_zeta).all()
    assert np.isnan(run.kernel_ratio).all()
    assert (run.u() == 0.0).all()
    assert run.undefined == "u = 0 and W x = 0: nothing moves, the kernel is 0, and zero vectors have no angle"
    assert network.mechanism().dominant is None


@pytest.mark.parametrize("beta", [0.5, 1.0, 3.0])
def test_at_a_point_that_is_zero_nothing_moves(beta):
    network = LinearNetwork([1.0, 2.0], [[1.0, 0.0], [0.0, 3.0]], [0.0, 0.0], 1.5, beta=beta)
    run = network.solution([0.0, 1.0, inf])
    assert (run.f == 0.0).all()
    assert np.allclose(run.u_norm, sqrt(5.0))
    assert (run.v_norm == 0.0).all()
    assert np.allclose(run.u(), [1.0, 2.0])
    assert np.array_equal(run.W()[2], network.W0)
    assert run.undefined.startswith("x = 0")


def test_it_rests_where_it_starts_at_y():
    network = LinearNetwork([1.0, 2.0], [3.0, -1.0], 1.0, 1.0)
    run = network.solution([0.0, 5.0, inf])
    assert (run.f == 1.0).all()
    assert (run.residual == 0.0).all()
    assert (run.kernel_ratio == 1.0).all()
    found = network.mechanism()
    assert (found.direction, found.dominant, found.names) == (None, None, (MechanismName.KERNEL,))


def test_one_zero_layer_begins_to_move():
    """u = 0: f(0) = 0, and the angle is undefined at the start only."""
    network = LinearNetwork([0.0, 0.0], [1.0, 2.0], 1.0, 1.0)
    t = np.linspace(0.0, 0.5, 6)
    run = network.solution(t)
    u, W = integrated(network, t)
    close(run.u(), u)
    close(run.W(), W)
    assert np.isnan(run.cos_zeta[0])
    assert np.allclose(run.cos_zeta[1:], 1.0)
    assert run.undefined == "u = 0 or W x = 0 at t = 0: a zero vector has no angle"
    assert network.mechanism().dominant is MechanismName.RESCALING
    faint = LinearNetwork([0.0], [1e-200], 1.0, 1.0).solution([0.0, inf])
    assert np.isnan(faint.zeta[0])
    assert faint.v_norm[0] == pytest.approx(1e-200)
    assert faint.undefined == run.undefined


def test_weights_too_small_for_descent_are_named():
    found = largest_faithful_step(LinearNetwork.random(4, 1, 1e-180, 1e-180, y=2.0))
    assert np.isnan(found.step)
    assert "too small" in found.undefined


def test_f_reaches_y_in_finite_time_below_the_squared_loss():
    network = LinearNetwork.random(6, y=1.5, beta=0.5, seed=3)
    end = network.time_to(1e-200)
    assert network.solution([end * (1 + 1e-9), 1e9, inf]).residual == pytest.approx([0.0] * 3, abs=1e-18)
    # r^(1 - beta) falls linearly at the end, at the rate of the kernel there
    early = network.time_to(1e-4)
    remaining = abs(network.solution(early).residual[0]) ** 0.5 / (0.5 * 1.5 * network.end.kernel)
    assert end - early == pytest.approx(remaining, rel=1e-3)


def test_f_approaches_y_by_a_power_of_time_above_the_squared_loss():
    network = LinearNetwork.random(6, y=1.5, beta=3.0, seed=3)
    t = np.array([1e6, 1e12, 1e30])
    law = (2.0 * 4.0 * network.end.kernel * t) ** -0.5
    assert abs(network.solution(t).residual) == pytest.approx(law, rel=1e-3)
    assert network.rate == 0.0


def with_loss(network, beta):
    """The same network under another loss."""
    start = network.u0, network.W0, network.x, network.y
    return LinearNetwork(*start, network.gamma, network.eta_u, network.eta_w, beta)


@given(networks, st.floats(0.3, 3.9), st.floats(0.01, 0.99))
def test_every_loss_passes_the_same_points(network, beta, share):
    other = with_loss(network, beta)
    here, there = (one.solution(one.time_to(share)) for one in (network, other))
    for name in ("f", "kernel", "u_norm", "v_norm"):
        assert getattr(here, name)[0] == pytest.approx(getattr(there, name)[0], rel=1e-9)


def small_network(sigma, y, beta):
    return LinearNetwork.random(6, sigma_u=sigma, sigma_w=sigma, y=y, gamma=0.3, beta=beta, seed=11)


@stored
def time_by_many_digits(sigma, y, beta, share):
    """The integral of df / (df/dt), in the variable asinh(f / floor), and beyond in ln |f - y|."""
    network = small_network(sigma, y, beta)
    with mpmath.workdps(40):
        flow = network.flow
        g, y, f0, beta = (mpmath.mpf(one) for one in (flow.g, flow.y, flow.f0, network.beta))
        floor = mpmath.exp((mpmath.mpf(flow.log_p) + mpmath.mpf(flow.log_q)) / 2)
        middle = y + (f0 - y) / 10

        def slow(s):
            return 1 / abs(floor * mpmath.sinh(s) - y) ** beta

        def late(r):
            f = y + mpmath.sign(f0 - y) * mpmath.exp(r)
            return mpmath.exp((1 - beta) * r) / mpmath.sqrt(f * f + floor * floor)

        edges = mpmath.linspace(mpmath.asinh(f0 / floor), mpmath.asinh(middle / floor), 40)
        steep = mpmath.linspace(mpmath.log(share * abs(f0 - y)), mpmath.log(abs(middle - y)), 20)
        t = abs(mpmath.quad(slow, edges)) + abs(mpmath.quad(late, steep))
        return float(t / (2 * g * (beta + 1)))


@pytest.mark.stored
@pytest.mark.parametrize("beta", [0.25, 0.7, 1.0, 1.001, 2.5, 4.0])
@pytest.mark.parametrize(
    ("sigma", "y"), [(1e-9, 2.0), (1e-20, -3.0), (1.0, 2.0), (30.0, 1e-3), (1e4, -1e-2), (3.0, -1e5)]
)
def test_the_clock_of_other_losses_keeps_its_accuracy(sigma, y, beta):
    network = small_network(sigma, y, beta)
    for share in (0.02, 1e-6):
        truth = float(time_by_many_digits(sigma, y, beta, share))
        assert network.time_to(share) == pytest.approx(truth, rel=1e-10)


# --- one point for data on a line ----------------------------------------------------------------


def test_data_on_a_line_come_down_to_one_point():
    rng = np.random.default_rng(5)
    xi, n = rng.normal(size=20), np.array([0.6, 0.0, -0.8])
    targets = 0.7 * xi + rng.normal(size=20)
    u, W = rng.normal(size=4), rng.normal(size=(4, 3))
    network = LinearNetwork.from_data(np.outer(xi, n), targets, u, W, gamma=0.5)

    def right_hand_side(_, state):
        u, W = state[:4], state[4:].reshape(4, 3)
        residual = 0.5 * np.outer(xi, n) @ W.T @ u - targets
        pull = np.mean(residual[:, None] * np.outer(xi, n), axis=0)
        return np.append(-(W @ pull), -np.outer(u, pull).ravel())

    t = np.linspace(0.0, 2.0, 5)
    found = solve_ivp(right_hand_side, (0, 2), np.append(u, W), "DOP853", t, rtol=1e-12, atol=1e-14)
    close(network.solution(t).u(), found.y[:4].T)


def test_data_off_a_line_are_refused():
    with pytest.raises(ValueError, match="row 2 is 1 away from the line through row 1"):
        LinearNetwork.from_data([[1, 0], [2, 0], [1, 1]], [0, 0, 0], [1.0], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="X must have a point that is not 0"):
        LinearNetwork.from_data([[0, 0]], [1], [1.0], [[1.0, 1.0]])


# --- mechanisms ----------------------------------------------------------------------------------


@given(networks)
def test_alignment_is_exactly_a_target_larger_than_the_start(network):
    found = network.mechanism()
    expected = MechanismName.ALIGNMENT if abs(network.y) > abs(network.start.f) else MechanismName.DISALIGNMENT
    assert found.direction is expected
    change = abs(network.end.cos_zeta) - abs(network.start.cos_zeta)
    assert found.cos_change == pytest.approx(change, abs=1e-12)
    assert (found.cos_change >= 0.0) == (expected is MechanismName.ALIGNMENT) or abs(change) < 1e-12
    if network.y:
        assert found.log_cos + found.log_N == pytest.approx(log(abs(network.y / network.start.f)), rel=1e-9, abs=1e-9)
    assert found.crosses_zero == (network.start.f * network.y < 0.0)


@pytest.mark.parametrize(
    ("network", "names", "dominant"),
    [
        (LinearNetwork.random(100_000, gamma=1e5**-0.5, y=1e-4), ("kernel",), "disalignment"),
        (LinearNetwork.random(100, sigma_u=1e-1, gamma=0.1, y=10.0), ("alignment", "rescaling"), "alignment"),
        (LinearNetwork([1.0, 1.0], [1.0, 1.1], 1.0, 20.0), ("rescaling",), "rescaling"),
        (LinearNetwork([1.0, 1.0], [1.0, 0.8], 1.0, 0.0), ("disalignment", "rescaling"), "disalignment"),
        (LinearNetwork([1.0, 1.0], [1.0, 1.0], 1.0, 0.0), ("rescaling",), "rescaling"),
        (LinearNetwork([1.0, 1.0], [-1.0, -1.0], 1.0, 1.0), ("rescaling",), "rescaling"),
        (LinearNetwork([1e-3, 0.0], [0.0, 1e3], 1.0, 2.0), ("alignment", "rescaling", "kernel"), "alignment"),
    ],
)
def test_each_mechanism_occurs(network, names, dominant):
    found = network.mechanism()
    assert (found.names, found.dominant) == (names, dominant)


def test_a_kernel_that_falls_on_the_way_and_comes_back_does_not_stay():
    network = LinearNetwork.random(100, sigma_u=0.1, sigma_w=0.1, alignment=-0.8, y=0.96)
    found, run = network.mechanism(), network.solution(np.geomspace(1e-4, 1e3, 4000) / network.rate)
    assert found.crosses_zero
    assert found.kernel_least == pytest.approx(run.kernel_ratio.min(), rel=1e-3)
    assert found.kernel_least < 0.6
    assert abs(found.kernel_ratio - 1.0) < 0.05
    assert MechanismName.KERNEL not in found.names


def test_a_network_whose_output_changes_sign_first_loses_its_angle():
    network = LinearNetwork.random(20, y=-3.0, gamma=0.2, seed=5)
    network = network if network.start.f > 0 else LinearNetwork.random(20, y=3.0, gamma=0.2, seed=5)
    assert network.mechanism().crosses_zero
    cosines = abs(network.solution(np.linspace(0.0, network.time_to(1e-6), 2000)).cos_zeta)
    assert cosines.min() < 0.01 < min(cosines[0], cosines[-1])


# --- what is asked ------------------------------------------------------------------------------


def test_a_wider_network_begins_with_the_same_neurons():
    few, many = (LinearNetwork.random(d, 3, seed=9) for d in (4, 40))
    assert np.array_equal(many.u0[:4], few.u0)
    assert np.array_equal(many.W0[:4], few.W0)


@pytest.mark.parametrize("alignment", [0.0, 0.5, -0.95, 1.0])
def test_the_alignment_of_the_start_is_the_correlation_of_its_layers(alignment):
    network = LinearNetwork.random(200_000, 2, 2.0, 0.3, x=(3.0, -4.0), seed=5, alignment=alignment)
    assert network.start.cos_zeta == pytest.approx(alignment, abs=0.01)
    assert network.u0.std() == pytest.approx(2.0, rel=0.01)
    assert network.v0.std() == pytest.approx(0.3, rel=0.01)


def test_a_few_neurons_of_many():
    network = LinearNetwork.random(30, 2, seed=1)
    run = network.solution([0.0, 0.01, inf])
    assert np.array_equal(run.u([3, 7]), run.u()[:, [3, 7]])
    assert np.array_equal(run.W([3, 7]), run.W()[:, [3, 7]])
    assert np.allclose(run.v([3]) ** 2 - run.u([3]) ** 2, network.p[3] * network.q[3])


def test_the_step_limit_is_that_of_the_kernel():
    network = LinearNetwork.random(10, y=2.0, seed=1)
    assert network.step_limit == pytest.approx(2.0 / network.rate)
    assert network.solution(0.0).step_limit[0] == pytest.approx(1.0 / network.start.kernel)
    assert LinearNetwork.random(10, beta=2.0).step_limit == inf
    assert LinearNetwork.random(10, beta=0.5).step_limit == 0.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"u0": np.ones((2, 2))},
            r"u0 must be an array of 1 to 1000000 numbers in 1 dimension, not an array of shape \(2, 2\)",
        ),
        ({"W0": np.ones((3, 1))}, r"W0 must have the shape \(2, 1\) of u0 and x, not \(3, 1\)"),
        ({"x": [np.nan]}, "x must be numbers between -1e.10 and 1e.10, not nan"),
        ({"y": inf}, "y must be a number between -1e.10 and 1e.10, not inf"),
        ({"gamma": 0.0}, "gamma must be a number between 1e-300 and 1e.10, not 0.0"),
        ({"eta_w": -1.0}, "eta_w must be a number between 1e-30 and 1e.30, not -1.0"),
        ({"beta": 5.0}, "beta must be a number between 0.25 and 4, not 5.0"),
    ],
)
def test_a_bad_network_is_refused(asked, said):
    given_ = {"u0": [1.0, 2.0], "W0": [1.0, 2.0], "x": [1.0], "y": 1.0, **asked}
    with pytest.raises(ValueError, match=said):
        LinearNetwork(**given_)


def test_bad_times_and_too_many_weights_are_refused():
    network = LinearNetwork.random(100_000)
    with pytest.raises(ValueError, match=r"t must be numbers of at least 0, not -1.0"):
        network.solution([-1.0])
    with pytest.raises(ValueError, match="t must be an array of 1 to 100000 numbers"):
        network.solution([])
    with pytest.raises(ValueError, match="neurons times times must be at most 20000000 weights"):
        network.solution(np.linspace(0, 1, 1000)).u()
    with pytest.raises(ValueError, match=r"neurons must be numbers between 0 and 99999, not 100000.0"):
        network.solution(0.0).u([100_000])
    with pytest.raises(ValueError, match="d d0 must be at most 10000000, not 20000000"):
        LinearNetwork.random(1_000_000, 20)


def test_the_largest_network_is_solved():
    network = LinearNetwork.random(1_000_000, gamma=1e-3, y=2.0)
    assert network.end.f == 2.0
    assert exp(network.mechanism().log_N) == pytest.approx(1.0, abs=1e-2)
