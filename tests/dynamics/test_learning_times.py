"""Learning times and their scaling with eps, against the published exponents and closed forms."""

from concurrent.futures import ThreadPoolExecutor
from math import log, sqrt

import numpy as np
import pytest

from dynamics import MeanFieldModel, initial_weights
from dynamics.mean_field.sweep import fitted


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
