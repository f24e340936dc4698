"""Learning times and their scaling with eps, against the published exponents and closed forms."""

from concurrent.futures import ThreadPoolExecutor
from math import log, nan, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from dynamics import MeanFieldModel, initial_weights, simulate_network
from dynamics.mean_field.eps_sweep import fitted


def test_exponents_of_the_canonical_order():
    """1, 1/2 after the logarithm, 1/4: m = 10, the median of 20 seeds, eps from 1e-7 to 1e-5."""
    *_, sweep = MeanFieldModel(m=10).sweep_eps(np.geomspace(1e-7, 1e-5, 5), range(20))
    assert sweep.progress == 1.0
    assert abs(sweep.fit(0).slope - 1.0) < 0.02
    assert abs(sweep.fit(1, logarithm=True).slope - 0.5) < 0.05
    assert abs(sweep.fit(2).slope - 0.25) < 0.025
    assert sweep.fit(1).slope < sweep.fit(1, logarithm=True).slope  # the logarithm shows
    assert sweep.slopes.shape == (4, 3)
    assert np.allclose(sweep.slopes.mean(axis=0), [sweep.fit(k).slope for k in range(3)], atol=0.05)


def test_degree_zero_alone_is_learnt_exponentially():
    """eps da/dt = phi_0 sigma_0 - sigma_0^2 mean a, exactly, while nothing turns."""
    model = MeanFieldModel(phi=(1.0,), activation=(0.4,), eps=1e-3, m=5)
    run = model.trajectory(a0=0.0, t_end=1.0)
    expected = model.eps * log(2) / 0.4**2
    assert run.learning_times()[0] == pytest.approx(expected, rel=1e-4)
    assert model.predicted_times()[0] == pytest.approx(expected)
    assert run.learning_times(sqrt(0.5))[0] == pytest.approx(0.5 * expected, rel=1e-4)
    assert np.allclose(run.residual[:, 0], np.exp(-run.t * 0.16 / 1e-3), atol=1e-7)


def test_degree_one_follows_the_law_with_its_logarithm():
    model = MeanFieldModel(phi=(0.0, 1.0), activation=(0.0, 0.5), eps=1e-8, m=10)
    found, predicted = model.trajectory(seed=1).learning_times()[1], model.predicted_times()[1]
    assert predicted == pytest.approx(sqrt(1e-8) * log(1e8) / 2)
    assert abs(found - predicted) < 4 * sqrt(model.eps)  # the law's own remainder is of that order


def test_what_is_not_learnt_or_not_there_has_no_time():
    model = MeanFieldModel(phi=(1.0, 0.0, 1.0), activation=(0.4, 0.5, 0.0), eps=1e-2)
    times = model.trajectory().learning_times()
    assert np.isfinite(times[0])
    assert np.isnan(times[1:]).all()
    assert np.isnan(model.predicted_times()[1:]).all()


def test_a_fit_finds_the_power_that_is_there():
    eps = np.geomspace(1e-6, 1e-2, 9)
    exact = fitted(eps, 3.0 * eps**0.25)
    assert exact.slope == pytest.approx(0.25)
    assert exact.constant == pytest.approx(3.0)
    assert exact.slope_error < 1e-12
    assert fitted(eps, sqrt(2) * eps**0.5 * np.log(1 / eps), logarithm=True).slope == pytest.approx(0.5)
    noise = np.random.default_rng(0).normal(0, 0.1, (2000, len(eps)))
    slopes = [fitted(eps, eps**0.5 * np.exp(one)) for one in noise]
    spread = np.std([one.slope for one in slopes])
    assert np.sqrt(np.mean([one.slope_error**2 for one in slopes])) == pytest.approx(spread, rel=0.05)
    assert np.isnan(fitted(eps[:2], eps[:2]).slope)


def test_a_sweep_arrives_run_by_run_and_through_any_executor():
    model = MeanFieldModel(m=3)
    grid = (1e-3, 1e-2, 1e-1)
    steps = list(model.sweep_eps(grid, (4, 5)))
    assert [one.done for one in steps] == [1, 2, 3, 4, 5, 6]
    assert np.isfinite(steps[2].medians[:, 0]).all()
    assert np.isnan(steps[0].medians[1:]).all()
    with ThreadPoolExecutor(2) as pool:
        *_, pooled = model.sweep_eps(grid, (4, 5), executor=pool)
    assert np.array_equal(pooled.times, steps[-1].times)
    single = MeanFieldModel(eps=1e-2, m=3).trajectory(a0=initial_weights(3, 5)).learning_times()
    assert np.array_equal(steps[-1].times[1, 1], np.where(np.isnan(single), np.inf, single))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"eps": ()}, "eps must be an array of 1 to 200 numbers"),
        ({"eps": (1e-3, 1e-3)}, "eps must be different numbers"),
        ({"eps": (1e-3, 20.0)}, "eps must be numbers between 1e-08 and 10, not 20.0"),
        ({"seeds": ()}, "seeds must be a sequence of 1 to 1000 integers, not of 0"),
        ({"law": "odd"}, "law must be one of"),
    ],
)
def test_a_bad_sweep_is_refused_when_it_is_asked_for(asked, said):
    with pytest.raises(ValueError, match=said):
        MeanFieldModel().sweep_eps(**asked)


# --- what is learned, when, and for how long ---


def half_times(phi, sigma, eps, a0, t_end, weights=None):
    """First crossings of |residual| = |phi| / 2 for ReLU (sigma None) or a polynomial, by LSODA and a root finder."""
    m = len(a0)
    weights = np.full(m, 1 / m) if weights is None else weights
    relu = sigma is None
    sigma = np.array([1 / sqrt(2 * pi), 0.5, 1 / sqrt(4 * pi)][: len(phi)]) if relu else np.array(sigma)
    V = np.polynomial.Polynomial(np.array(phi) * sigma[: len(phi)])
    U = np.polynomial.Polynomial(sigma**2)

    def kernel(r):
        if not relu:
            return U(r), U.deriv()(r)
        r = np.clip(r, -1, 1)
        angle = pi - np.arccos(r)
        return (np.sqrt(1 - r * r) + r * angle) / (2 * pi), angle / (2 * pi)

    def f(_, y):
        a, s = y[:m], np.tanh(y[m:])
        value, slope = kernel(np.outer(s, s))
        return np.concatenate([(V(s) - value @ (weights * a)) / eps, a * (V.deriv()(s) - slope @ (weights * a * s))])

    found = solve_ivp(f, (0, t_end), np.append(a0, np.zeros(m)), "LSODA", rtol=1e-11, atol=1e-13, dense_output=True)

    def above(t, k):
        y = found.sol(t)
        return abs(1 - sigma[k] / phi[k] * np.sum(weights * y[:m] * np.tanh(y[m:]) ** k)) - 0.5

    times = np.full(len(phi), nan)
    for k in np.flatnonzero(phi):
        seen = np.array([above(t, k) for t in found.t])
        if (seen <= 0).any():
            i = int(np.argmax(seen <= 0))
            times[k] = brentq(above, found.t[i - 1], found.t[i], (k,), xtol=1e-15, rtol=1e-13) if i else 0.0
    return times


@pytest.mark.parametrize(
    ("phi", "sigma", "eps", "m"),
    [
        ((1, -1, 2 / 3), None, 1e-3, 10),
        ((1, -1, 2 / 3), None, 1e-1, 3),
        ((1, 1, 0.7, 0.6), (0.4, 0.5, 0.4, 0.3), 1e-4, 5),
        ((0, 1, 0.7), (0, 0.5, 0.4), 1e-4, 2),
    ],
)
def test_learning_times_are_those_of_an_independent_solver(phi, sigma, eps, m):
    start = initial_weights(m, 0)
    found = MeanFieldModel(phi, sigma or "relu", eps, m).trajectory(start).learning_times()
    assert found == pytest.approx(half_times(phi, sigma, eps, start, 10.0), rel=1e-6, nan_ok=True)


def test_learning_times_do_not_depend_on_the_samples():
    model = MeanFieldModel(eps=1e-3)
    fine, coarse = model.trajectory(seed=2), model.trajectory(seed=2, t=[0.0, 3.0, 10.0])
    assert np.array_equal(fine.learning_times(), coarse.learning_times())
    assert model.trajectory(seed=2, rtol=1e-12).learning_times() == pytest.approx(fine.learning_times(), rel=1e-6)
    for level in (0.3, 0.5, 0.9):
        times = fine.learning_times(level)
        at = model.trajectory(seed=2, t=np.sort(times[np.isfinite(times)]))
        for i, k in enumerate(np.argsort(times)[: at.t.size]):
            assert abs(at.residual[i, k] / model.phi[k]) == pytest.approx(level, rel=1e-6)


def test_a_degree_that_is_learned_and_lost_again_is_reported_as_lost():
    """One neuron, c* = (1, -.1, .05) in He_k, a(0) = 2: degree 3 is fitted on the way, and unlearned."""
    phi, sigma = (0, 1, -0.14142, 0.12247), (0, 1, 1.41421356, 2.44948974)
    run = MeanFieldModel(phi, sigma, 1.0, 1).trajectory(a0=2.0, t_end=1e5)
    assert run.learning_times()[3] == pytest.approx(half_times(phi, sigma, 1.0, [2.0], 1.0)[3], rel=1e-6)
    assert run.lost.tolist() == [False, False, False, True]
    assert run.left[3] == pytest.approx(0.9888, abs=1e-4)  # Radau in s, rtol 1e-11
    assert not MeanFieldModel(phi, sigma, 1.0, 1).trajectory(a0=2.0, t_end=0.5).lost.any()


def test_plateaus_keep_what_cannot_be_learned():
    phi = (1.0, -1.0, 2 / 3)
    assert MeanFieldModel(phi, "erf").plateaus() == pytest.approx([11 / 9, 11 / 9, 13 / 18, 13 / 18])
    assert MeanFieldModel((1, 1, 1), (0.5, 0.5)).plateaus() == pytest.approx([1.5, 1.0, 0.5, 0.5])
    assert MeanFieldModel((1, 0, 2 / 3)).plateaus() == pytest.approx([13 / 18, 2 / 9, 2 / 9, 2 / 9])
    assert MeanFieldModel((0, 1), (0.0, 1.0)).plateaus(a0=0.0) == pytest.approx([0.5, 0.5, 0.5])
    for activation in ("erf", "tanh", (0.0, 0.5, 0.0), (0.4, 0.5)):  # the risk does rest on the last of them
        model = MeanFieldModel(phi, activation, eps=1e-4)
        assert model.trajectory(t_end=100.0).risk[-1] == pytest.approx(model.plateaus()[-1], abs=2e-3)


@pytest.mark.parametrize(
    ("phi", "activation", "a0", "able"),
    [
        ((1, 0, 2 / 3), "relu", None, (True, False, False)),
        ((0, 0, 1), "relu", None, (True, False, False)),
        ((0, 0, 0, 1), "erf", None, (False, False, False, False)),
        ((1, 1, 1), (0.5, 0.0, 0.5), None, (True, False, False)),
        ((0, 1, 1), (0.0, 1.0, 1.0), 0.0, (False, False, False)),
        ((0, 1, 1), (0.5, 1.0, 1.0), 0.0, (False, False, False)),
        ((1,), (0.0,), None, (False,)),
    ],
)
def test_what_cannot_be_learned_stays_for_ever(phi, activation, a0, able):
    model = MeanFieldModel(phi, activation, eps=1e-3, m=4)
    assert model.learnable(a0).tolist() == list(able)
    for overlaps in (False, True):
        run = model.trajectory(a0=a0, t_end=1e6, overlaps=overlaps)
        never = [k for k in range(len(phi)) if phi[k] and not able[k]]
        assert np.isnan(run.learning_times()[never]).all()
        assert np.array_equal(run.s, np.zeros_like(run.s))
    assert np.isnan(model.predicted_times(a0)[1:]).all()


def test_a_network_that_starts_at_random_learns_what_the_mean_field_cannot():
    *_, last = simulate_network((0, 0, 1), "relu", 1.0, 10, 50, 400, seed=0, t_end=10.0)
    assert np.abs(last.s).max() > 0.9
    assert last.risk < 0.45  # half a square norm of the target is 1/2


def test_asymptotic_times_are_given_where_their_conditions_hold():
    phi = (1.0, -1.0, 2 / 3)
    full = MeanFieldModel(phi, eps=1e-6).predicted_times()
    assert np.isfinite(full).all()
    for m in (1, 2):
        assert np.isnan(MeanFieldModel(phi, eps=1e-6, m=m).predicted_times()).all()
    for a0 in (1.0, 0.0, [1.0, -1.0] * 5):
        assert np.isnan(MeanFieldModel(phi, eps=1e-6).predicted_times(a0)).all()
    assert np.isnan(MeanFieldModel(phi, eps=1.0).predicted_times()).all()
    assert np.isnan(MeanFieldModel((0, 1, 0, 1), "erf", 1e-6).predicted_times()[[0, 2, 3]]).all()
    same_sign = MeanFieldModel((0, 1, -0.7), (0, 0.5, 0.4), 1e-6, 3)
    assert np.isfinite(same_sign.predicted_times([0.2, -0.5, 0.9])[1:]).all()
    assert np.isnan(same_sign.predicted_times([0.2, 0.5, 0.9])[2])


def test_two_neurons_learn_degree_two_at_a_time_that_does_not_scale():
    """Why three are needed: the quadratic parts of two neurons cancel. Three learn it at eps^(1/4)."""
    times = {
        m: [half_times((1, -1, 2 / 3), None, eps, initial_weights(m, 0), 3.0)[2] for eps in (1e-6, 1e-8)]
        for m in (2, 3)
    }
    assert log(times[2][0] / times[2][1]) / log(100) == pytest.approx(0.0, abs=0.01)
    assert log(times[3][0] / times[3][1]) / log(100) == pytest.approx(0.25, abs=0.03)


def test_a_sweep_knows_where_no_exponent_is_predicted():
    *_, alike = MeanFieldModel(m=3).sweep_eps((1e-3, 1e-2), (0,), "alike")
    assert not alike.predicted.any()
    *_, unlike = MeanFieldModel(m=3).sweep_eps((1e-3, 1e-2), (0, 1))
    assert unlike.predicted.all()
    assert unlike.starts.shape == (2, 3)
    *_, stuck = MeanFieldModel((1, 0, 1), m=3).sweep_eps((1e-3, 1e-2), (0,))
    assert stuck.learnable.tolist() == [True, False, False]
    assert np.isinf(stuck.times[:, :, 1:]).all()
