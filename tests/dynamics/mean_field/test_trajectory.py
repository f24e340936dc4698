"""The mean-field system and the exact flow against independent integrations, closed forms and the Lyapunov property."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from dynamics import MeanFieldModel, ResultCode, UnlearningModel, initial_weights
from tests.stored import stored

POLYNOMIAL = (0.4, 0.5, 0.28)


def relu_kernel(r):
    r = np.clip(r, -1.0, 1.0)
    angle = pi - np.arccos(r)
    return (np.sqrt(1 - r * r) + r * angle) / (2 * pi), angle / (2 * pi)


def kernels(model):
    """U and U' as the issue writes them, from scratch."""
    if model.sigma.name == "relu":
        return relu_kernel
    square = np.array(model.sigma.sigma) ** 2
    U = np.polynomial.Polynomial(square)
    return lambda r: (U(r), U.deriv()(r))


def target(model):
    phi, sigma = model.coefficients
    V = np.polynomial.Polynomial(phi * sigma)
    return V, V.deriv(), 0.5 * np.sum(phi**2)


def reference(model, a0, t, rtol=1e-9):
    """Radau on the system as it is published, in s; returns the risk at t."""
    m, kernel = model.m, kernels(model)
    V, dV, half = target(model)

    def f(_, y):  # of one state or, for the differences of a Jacobian, of many side by side
        a, s = y[:m], y[m:]
        U, dU = kernel(s[:, None] * s[None])
        da = (V(s) - np.einsum("ij...,j...->i...", U, a) / m) / model.eps
        return np.concatenate([da, a * (1 - s * s) * (dV(s) - np.einsum("ij...,j...->i...", dU, a * s) / m)])

    start = np.concatenate([a0, np.zeros(m)])
    found = solve_ivp(f, (0, t[-1]), start, "Radau", t_eval=t, rtol=rtol, atol=1e-13, vectorized=True)
    a, s = found.y[:m], found.y[m:]
    risk = [
        half - a[:, i] @ V(s[:, i]) / m + a[:, i] @ kernel(np.outer(s[:, i], s[:, i]))[0] @ a[:, i] / (2 * m * m)
        for i in range(len(t))
    ]
    return np.array(risk), a.T, s.T


def ten_neurons(activation, eps):
    """A model, a start, and times."""
    model = MeanFieldModel(activation=activation, eps=eps, m=10)
    return model, initial_weights(10, 3), np.geomspace(0.1 * eps, 1.0, 40)


@stored
def risk_and_s_of_ten_neurons(activation, eps):
    risk, _, s = reference(*ten_neurons(activation, eps))
    return np.column_stack([risk, s])


@pytest.mark.stored
@pytest.mark.parametrize("activation", ["relu", POLYNOMIAL, "tanh"])
@pytest.mark.parametrize("eps", [1e-1, 1e-3, 1e-6])
def test_risk_agrees_with_radau(activation, eps):
    model, a0, t = ten_neurons(activation, eps)
    run = model.trajectory(a0, t=t)
    risk, s = np.split(risk_and_s_of_ten_neurons(activation, eps), [1], axis=1)
    risk = risk[:, 0]
    assert run.code is ResultCode.SUCCESS
    assert np.abs(run.risk - risk).max() < 1e-6
    assert np.abs(run.s - s).max() < 1e-5


def test_plateaus_of_the_default():
    """Published to four digits: 1.2222, 0.7222, 0.2222; the risk rests on each of them."""
    model = MeanFieldModel(eps=1e-6)
    assert np.round(model.plateaus(), 4) == pytest.approx([1.2222, 0.7222, 0.2222, 0.0])
    run = model.trajectory(seed=1)
    for level, stays in zip(model.plateaus()[1:3], (100.0, 1.5), strict=True):  # the next degree is near at hand
        near = run.t[np.abs(run.risk - level) < 0.15 * level]
        assert near[-1] / near[0] > stays


def overlap_reference(model, a0, t):
    """The exact flow as it is published, all m^2 overlaps by explicit loops of numpy; risk, a, s, r at t."""
    m, kernel = model.m, kernels(model)
    V, dV, half = target(model)

    def f(_, y):
        a, s, r = y[:m], y[m : 2 * m], y[2 * m :].reshape(m, m)
        U, dU = kernel(r)
        ds = a * (dV(s) * (1 - s * s) - (dU * (s[None, :] - r * s[:, None])) @ a / m)
        one_sided = np.empty((m, m))
        for i in range(m):
            for j in range(m):
                pull = sum(a[p] * dU[i, p] * (r[j, p] - r[i, p] * r[i, j]) for p in range(m)) / m
                one_sided[i, j] = a[i] * (dV(s[i]) * (s[j] - s[i] * r[i, j]) - pull)
        dr = one_sided + one_sided.T
        np.fill_diagonal(dr, 0.0)
        return np.concatenate([(V(s) - U @ a / m) / model.eps, ds, dr.ravel()])

    start = np.concatenate([a0, np.zeros(m), np.eye(m).ravel()])
    found = solve_ivp(f, (0, t[-1]), start, "BDF", t_eval=t, rtol=1e-10, atol=1e-12)
    a, s, r = found.y[:m].T, found.y[m : 2 * m].T, found.y[2 * m :].T.reshape(-1, m, m)
    risk = [half - a[i] @ V(s[i]) / m + a[i] @ kernel(r[i])[0] @ a[i] / (2 * m * m) for i in range(len(t))]
    return np.array(risk), a, s, r


@pytest.mark.parametrize("activation", ["relu", POLYNOMIAL])
@pytest.mark.parametrize("eps", [1.0, 1e-3])
def test_the_exact_flow_agrees_with_bdf_on_all_overlaps(activation, eps):
    model = MeanFieldModel(activation=activation, eps=eps, m=4)
    t = np.geomspace(0.1 * eps, 2.0, 20)
    run = model.trajectory(seed=5, t=t, overlaps=True)
    risk, _, s, r = overlap_reference(model, run.a0, t)
    assert run.code is ResultCode.SUCCESS
    assert np.abs(run.risk - risk).max() < 1e-6
    assert np.abs(run.s - s).max() < 1e-5
    off = ~np.eye(4, dtype=bool)
    spread = np.sqrt(np.mean((r - s[:, :, None] * s[:, None, :])[:, off] ** 2, axis=1))
    assert np.abs(run.spread - spread).max() < 1e-5


def test_neurons_alike_follow_the_exact_law_of_finite_width():
    """Section 1's law of width m, derived for symmetric starts, is this flow with all a_i alike."""
    planar = UnlearningModel((1.0, 0.5), (1.0, -0.6), eps=1.0)
    model = MeanFieldModel.from_planar(planar.c, planar.c_star, planar.eps, m=30)
    t = np.geomspace(0.1, 100, 30)
    law = planar.finite_width(30).trajectory(2.0, tau=t)
    run = model.trajectory(a0=2.0, t=t, overlaps=True)
    assert np.abs(run.s - law.R[:, None]).max() < 1e-6
    assert np.abs(run.a - law.a[:, None]).max() < 1e-5


@pytest.mark.parametrize("eps", [0.3, 1.0, 4.0])
def test_neurons_alike_follow_the_planar_system(eps):
    planar = UnlearningModel((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0), eps=eps)
    model = MeanFieldModel.from_planar(planar.c, planar.c_star, eps, m=3)
    tau = np.geomspace(1e-3, 100, 50)
    for a0 in (5.0, 10.0):
        course = planar.trajectory(a0, tau=tau)
        run = model.trajectory(a0=a0, t=tau / eps)
        assert np.abs(run.s - course.R[:, None]).max() < 1e-5
        assert np.abs(run.risk - course.loss).max() < 1e-5 * course.loss[0]
    c, c_star, back = model.planar
    assert np.allclose(c, planar.c)
    assert np.allclose(c_star, planar.c_star)
    assert back == pytest.approx(eps)


coefficient = st.floats(-2.0, 2.0).map(lambda x: round(x, 3))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(coefficient, min_size=1, max_size=6),
    st.one_of(st.sampled_from(["relu", "erf", "tanh", "swish"]), st.lists(coefficient, min_size=1, max_size=6)),
    st.floats(-8.0, 1.0),
    st.integers(1, 12),
    st.floats(0.0, 5.0),
    st.booleans(),
)
def test_the_risk_never_increases(phi, activation, log_eps, m, scale, overlaps):
    model = MeanFieldModel(tuple(phi), activation if isinstance(activation, str) else tuple(activation), 10**log_eps, m)
    run = model.trajectory(a0=initial_weights(m, 1, "normal", scale), overlaps=overlaps)
    assert run.code is ResultCode.SUCCESS
    assert run.t[0] == 0.0
    assert run.t[-1] == 10.0
    assert (np.diff(run.t) > 0).all()
    assert np.diff(run.risk).max() <= 1e-7 * max(1e-3, run.risk[0])
    assert (abs(run.s) <= 1.0 + 1e-9).all()
    assert run.risk[0] == pytest.approx(reference_start(model, run.a0, overlaps), rel=1e-9, abs=1e-12)


def reference_start(model, a0, overlaps):
    """The risk before anything has moved: s = 0, and every overlap 0 but, in the exact flow, a neuron's with itself."""
    phi, sigma = model.coefficients
    itself = model.sigma.norm2 - sigma[0] ** 2 if overlaps else 0.0
    mean = 0.5 * (phi[0] - sigma[0] * a0.mean()) ** 2 + 0.5 * np.sum(phi[1:] ** 2)
    return mean + 0.5 * itself * np.mean(a0**2) / model.m


def test_pieces_are_the_whole():
    model = MeanFieldModel(eps=1e-4, m=40)
    whole = model.trajectory(seed=2)
    pieces = list(model.stream(seed=2))
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert np.array_equal(np.concatenate([piece.t for piece in pieces]), whole.t)
    assert np.array_equal(np.concatenate([piece.s for piece in pieces]), whole.s)


def test_samples_are_close_together():
    run = MeanFieldModel(eps=1e-6).trajectory(seed=1)
    assert np.abs(np.diff(run.s, axis=0)).max() < 0.02
    assert np.abs(np.diff(run.a, axis=0)).max() < 0.02 * np.abs(run.a).max()


def test_residuals_and_the_tail_make_up_the_risk():
    run = MeanFieldModel(eps=1e-4).trajectory(seed=1)
    assert np.allclose(0.5 * np.sum(run.residual**2, axis=1) + run.tail, run.risk, atol=1e-12)
    finite = MeanFieldModel(activation=POLYNOMIAL, eps=1e-4).trajectory(seed=1)
    assert finite.tail.max() < 1e-12


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MeanFieldModel(eps=0.0), "eps must be a number between 1e-08 and 10, not 0.0"),
        (lambda: MeanFieldModel(m=2000), "m must be an integer between 1 and 1000, not 2000"),
        (
            lambda: MeanFieldModel(activation=(1.0, 1.0), m=10_001),
            "m must be an integer between 1 and 10000, not 10001",
        ),
        (lambda: MeanFieldModel(phi=()), "phi must be an array of 1 to 41 numbers"),
        (
            lambda: MeanFieldModel().trajectory(a0=[1.0, 2.0]),
            r"a0 must be one number or 10 numbers, not an array of shape \(2,\)",
        ),
        (lambda: MeanFieldModel().trajectory(a0=float("nan")), "a0 must be numbers between -1000 and 1000, not nan"),
        (lambda: MeanFieldModel().trajectory(t=[1.0, 1.0]), "t must increase, and does not from 1 to 1"),
        (
            lambda: MeanFieldModel(m=300).trajectory(overlaps=True),
            r"m \(with overlaps\) must be an integer between 1 and 200, not 300",
        ),
        (lambda: initial_weights(3, law="odd"), "law must be one of 'uniform', 'normal', 'alike', not 'odd'"),
    ],
)
def test_bad_arguments_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()


# --- neurons that stay alike ---

PAIRED = np.array([0.7, -0.4, 0.7, 0.7, 0.2, -0.4])


def one_neuron(model, a0, t):
    """LSODA on the published equations of a single neuron, in atanh s; a and s at t."""
    kernel, (V, dV, _) = kernels(model), target(model)

    def f(_, y):
        a, s = y[0], np.tanh(y[1])
        U, dU = kernel(s * s)
        return [(V(s) - a * U) / model.eps, a * (dV(s) - a * s * dU)]

    found = solve_ivp(f, (0, t[-1]), [a0, 0.0], "LSODA", t_eval=t, rtol=1e-11, atol=1e-13)
    return found.y[0], np.tanh(found.y[1])


@pytest.mark.parametrize("activation", ["relu", POLYNOMIAL, "erf"])
@pytest.mark.parametrize("a0", [1.0, -0.3, 0.0])
def test_neurons_that_start_alike_are_one_neuron(activation, a0):
    """Also where the equal neurons are unstable to any difference, as under rounding errors (relu, small eps)."""
    model = MeanFieldModel((0.5, 1.0, 0.4), activation, eps=1e-5, m=10)
    t = np.array([1e-6, 1e-3, 0.05, 0.5, 3.0])
    run = model.trajectory(a0=np.full(10, a0), t=t)
    a, s = one_neuron(model, a0, t)
    assert np.abs(run.a - a[:, None]).max() < 1e-6
    assert np.abs(run.s - s[:, None]).max() < 1e-6


def test_learning_times_of_equal_neurons_do_not_depend_on_how_they_are_given():
    """m = 10, ReLU, eps = 1e-6: an integration neuron by neuron gives 0.072 to 0.078 for degree 1, by its rounding."""
    expected = MeanFieldModel(eps=1e-6, m=1).trajectory(a0=0.0).learning_times()
    assert expected[1:] == pytest.approx([0.26673, 0.86319], abs=1e-5)  # LSODA, see the next test
    for start in (0.0, np.zeros(10), -np.zeros(10), initial_weights(10, 0, "uniform", 0.0)):
        for t_end in (2.0, 10.0, 1e4):
            found = MeanFieldModel(eps=1e-6).trajectory(a0=start, t_end=t_end).learning_times()
            assert found == pytest.approx(expected, rel=1e-6)


def test_one_neuron_of_the_default_problem_against_lsoda():
    model = MeanFieldModel(eps=1e-6, m=1)
    phi, sigma = model.coefficients
    times = model.trajectory(a0=0.0).learning_times()
    a, s = one_neuron(model, 0.0, times)
    for k in range(3):
        assert abs(phi[k] - sigma[k] * a[k] * s[k] ** k) == pytest.approx(0.5 * abs(phi[k]), rel=1e-5)


def weighted_reference(model, a0, weights, t):
    """Radau on distinct neurons with weights; a and s at t."""
    n, kernel, (V, dV, _) = len(a0), kernels(model), target(model)

    def f(_, y):
        a, s = y[:n], np.tanh(y[n:])
        U, dU = kernel(np.outer(s, s))
        return np.concatenate([(V(s) - U @ (weights * a)) / model.eps, a * (dV(s) - dU @ (weights * a * s))])

    found = solve_ivp(f, (0, t[-1]), np.append(a0, np.zeros(n)), "Radau", t_eval=t, rtol=1e-11, atol=1e-13)
    return found.y[:n].T, np.tanh(found.y[n:].T)


@pytest.mark.parametrize("activation", ["relu", POLYNOMIAL])
def test_groups_of_equal_neurons_stay_equal(activation):
    model = MeanFieldModel(activation=activation, eps=1e-4, m=6)
    t = np.geomspace(1e-5, 3.0, 30)
    run = model.trajectory(PAIRED, t=t)
    a, s = weighted_reference(model, np.array([0.7, -0.4, 0.2]), np.array([3, 2, 1]) / 6, t)
    group = [0, 1, 0, 0, 2, 1]
    assert np.abs(run.a - a[:, group]).max() < 1e-6
    assert np.abs(run.s - s[:, group]).max() < 1e-6
    assert np.array_equal(run.s[:, 0], run.s[:, 3])


@pytest.mark.parametrize("activation", ["relu", POLYNOMIAL])
def test_groups_stay_equal_in_the_exact_flow(activation):
    model = MeanFieldModel(activation=activation, eps=0.1, m=6)
    t = np.geomspace(0.01, 2.0, 20)
    run = model.trajectory(PAIRED, t=t, overlaps=True)
    risk, a, s, r = overlap_reference(model, PAIRED, t)
    assert run.code is ResultCode.SUCCESS
    assert np.abs(run.risk - risk).max() < 1e-7
    assert np.abs(run.a - a).max() < 1e-6
    assert np.abs(run.s - s).max() < 1e-6
    off = ~np.eye(6, dtype=bool)
    spread = np.sqrt(np.mean((r - s[:, :, None] * s[:, None, :])[:, off] ** 2, axis=1))
    assert np.abs(run.spread - spread).max() < 1e-6
    assert np.array_equal(run.s[:, 1], run.s[:, 5])


def test_all_alike_in_the_exact_flow_follow_the_law_of_width_m_for_long():
    planar = UnlearningModel((1.0, 1.0, 1.0, 1.0, 1.0), (1.0, -1.0, 1.0, 1.0, 1.0), eps=1.0)
    model = MeanFieldModel.from_planar(planar.c, planar.c_star, 1.0, m=40)
    t = np.geomspace(0.1, 1e4, 30)
    law = planar.finite_width(40).trajectory(5.0, tau=t)
    run = model.trajectory(a0=5.0, t=t, overlaps=True)
    assert np.abs(run.s - law.R[:, None]).max() < 1e-5
    assert np.abs(run.a / law.a[:, None] - 1).max() < 1e-5


@pytest.mark.parametrize("overlaps", [False, True])
def test_mirror_images_stay_so_for_an_odd_activation(overlaps):
    model = MeanFieldModel((0.0, 1.0, 0.0, -0.4), "erf", eps=1e-3, m=5)
    start = np.array([0.8, -0.8, 0.3, -0.3, 0.8])
    run = model.trajectory(start, overlaps=overlaps)
    assert np.array_equal(run.a[:, 0], -run.a[:, 1])
    assert np.array_equal(run.s[:, 2], -run.s[:, 3])
    same = model.trajectory(abs(start), overlaps=overlaps)
    assert np.abs(run.risk - same.risk).max() < 1e-12
    if not overlaps:
        t = np.array([1e-3, 0.1, 1.0])
        a, s = weighted_reference(model, np.array([0.8, 0.3]), np.array([3, 2]) / 5, t)
        found = model.trajectory(start, t=t)
        assert np.abs(found.a[:, [1, 3]] + a).max() < 1e-7
        assert np.abs(found.s[:, [1, 3]] + s).max() < 1e-7


PHIS = [(0.0,), (1.0,), (1.0, 0.4), (1.0, -1.0, 2 / 3), (0.0, 0.0, 0.3)]


@pytest.mark.parametrize(
    ("phi", "activation", "overlaps"),
    [
        pytest.param(phi, activation, overlaps, marks=pytest.mark.nightly if overlaps and k in (1, 2, 4) else ())
        for overlaps in (False, True)
        for activation in ("relu", POLYNOMIAL)
        for k, phi in enumerate(PHIS)
    ],
)
def test_the_risk_is_never_negative(phi, activation, overlaps):
    for a0 in (0.0, [1.0, -1.0, 0.5]):
        run = MeanFieldModel(phi, activation, eps=1e-3, m=3).trajectory(a0=a0, t_end=1e3, overlaps=overlaps)
        assert (run.risk >= 0).all()
