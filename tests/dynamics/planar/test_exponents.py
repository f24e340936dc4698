"""Powers of time: against the asymptotic law, and powers themselves."""

from __future__ import annotations

import numpy as np
import pytest

from dynamics import UnlearningModel, local_exponents

PUBLISHED = ((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))
FROM_DEGREE_TWO = ((0.0, 1.0, 1.0), (0.0, 1.0, -1.0))


@pytest.mark.parametrize(("problem", "R0"), [(PUBLISHED, 0.0), (FROM_DEGREE_TWO, 0.2)])
def test_the_end_of_a_trajectory_fits_the_laws_exponents(problem, R0):
    model = UnlearningModel(*problem)
    run = model.trajectory(10.0, R0, tau_end=1e8)
    law = model.asymptotics(1)
    found = run.power_fit
    assert found.R_exponent == pytest.approx(law.R_exponent, abs=0.01)
    assert found.a_exponent == pytest.approx(law.a_exponent, abs=0.02)  # its next term is smaller by R only
    assert found.tau == (pytest.approx(1e7), 1e8)
    assert found.residual < 0.01
    slopes = local_exponents(run.R, run.tau)
    assert np.isnan(slopes[0])
    assert slopes[-10:] == pytest.approx(law.R_exponent, abs=0.01)
    if R0 == 0.0:
        assert slopes[1] == pytest.approx(1, abs=0.1), "from R = 0 it goes linearly"


def test_a_power_has_its_exponent_everywhere():
    tau = np.array([0.0, *np.sort(np.random.default_rng(1).uniform(1e-3, 1e3, 50))])
    np.testing.assert_allclose(local_exponents(-2 * tau**0.7, tau)[1:], 0.7, rtol=1e-9)
    assert np.isnan(local_exponents(np.zeros(5), np.arange(5.0))).all()


def test_what_does_not_unlearn_has_no_power():
    model = UnlearningModel(*PUBLISHED)
    assert model.trajectory(5.0).power_fit is None
    assert model.trajectory(0.0).power_fit is None
    assert model.trajectory(10.0, tau=[0.0, 1.0]).power_fit is None
