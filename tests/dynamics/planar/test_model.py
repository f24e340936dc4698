"""The model as a value: validation, immutability, the formulas, and what importing it costs."""

import math
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Fate, ResultCode, UnlearningModel
from tests.dynamics.cases import ONES, PUBLISHED, coefficients, epsilon, height
from tests.dynamics.reference import System


@pytest.mark.parametrize("eps", [0, -1, 1e-7, 10.1, math.nan, math.inf])
def test_an_impossible_eps_is_named_with_its_range(eps):
    with pytest.raises(ValueError, match=r"eps must be a number between 1e-06 and 10, not ") as error:
        UnlearningModel((1, 1), (1, 1), eps)
    assert str(error.value).endswith(f"not {eps}")


@pytest.mark.parametrize("bad", [math.nan, math.inf, 101, -1e9])
def test_an_impossible_coefficient_is_named_with_its_place_and_range(bad):
    with pytest.raises(ValueError, match=r"c_2.*100"):
        UnlearningModel((1, bad), (1, 1))
    with pytest.raises(ValueError, match=r"c(_star|\*).*3.*100"):
        UnlearningModel((1, 1), (1, 1, bad))


@pytest.mark.parametrize(("c", "c_star"), [((), ()), ((1,) * 11, (1,)), ((1,), (1,) * 11)])
def test_the_number_of_coefficients_is_from_one_to_ten(c, c_star):
    with pytest.raises(ValueError, match="10"):
        UnlearningModel(c, c_star)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"a0": math.nan}, "a0"),
        ({"a0": 1001}, "a0"),
        ({"a0": 1, "R0": 1.1}, "R0"),
        ({"a0": 1, "R0": math.nan}, "R0"),
        ({"a0": 1, "tau_end": 0}, "tau_end"),
        ({"a0": 1, "tau_end": 2e8}, "tau_end"),
        ({"a0": 1, "tau_end": math.nan}, "tau_end"),
        ({"a0": 1, "n": 1}, "n"),
        ({"a0": 1, "n": 100_001}, "n"),
        ({"a0": 1, "rtol": 1e-14}, "rtol"),
        ({"a0": 1, "rtol": 0.1}, "rtol"),
        ({"a0": 1, "tau": [3.0, 2.0]}, "tau"),
        ({"a0": 1, "tau": [-1.0, 2.0]}, "tau"),
        ({"a0": 1, "tau": [0.0, math.nan]}, "tau"),
        ({"a0": 1, "tau": []}, "tau"),
    ],
)
def test_an_impossible_argument_of_a_trajectory_is_named(arguments, name):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        UnlearningModel(*PUBLISHED).trajectory(**arguments)


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.fate(math.nan),
        lambda m: m.fate(1, 2),
        lambda m: m.limit(math.inf),
        lambda m: m.singular_orbit(math.nan),
        lambda m: m.thresholds(R0=2),
        lambda m: m.thresholds(bracket=(3, 1)),
        lambda m: m.thresholds(bracket=(math.nan, 1)),
        lambda m: m.asymptotics(sign=0),
        lambda m: list(m.stream((1, math.nan))),
        lambda m: m.trajectories((1, math.nan)),
    ],
)
def test_every_method_refuses_what_is_no_number(call):
    with pytest.raises(ValueError, match="must be"):
        call(UnlearningModel(*PUBLISHED))


def test_shorter_coefficients_are_completed_with_zeros():
    model = UnlearningModel([1, 2], np.array([1, 0, 3]))
    assert model.c == (1.0, 2.0, 0.0)
    assert model.c_star == (1.0, 0.0, 3.0)
    assert model.K == 3
    assert model.A == (1.0, 0.0, 0.0)
    assert model.B == (1.0, 8.0, 0.0)
    assert model.eps == 1.0


def test_a_model_is_an_immutable_value():
    one, two = UnlearningModel((1, 1), (1, -1), 0.5), UnlearningModel([1.0, 1], np.array([1, -1]), 0.5)
    assert one == two
    assert hash(one) == hash(two)
    assert one != UnlearningModel((1, 1), (1, -1), 0.25)
    assert len({one, two}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(FrozenInstanceError):
        one.eps = 1.0
    with pytest.raises(FrozenInstanceError):
        one.trajectory(1).R0 = 2.0


def test_the_enumerations_have_their_numbers():
    assert [f.name for f in sorted(Fate)] == [
        "UNLEARNING",
        "FULL_ALIGNMENT",
        "PARTIAL_ALIGNMENT",
        "NO_ALIGNMENT",
        "UNDECIDED",
    ]
    assert [int(f) for f in sorted(Fate)] == [0, 1, 2, 3, 4]
    assert (ResultCode.SUCCESS, ResultCode.STEP_LIMIT, ResultCode.STEP_TOO_SMALL) == (0, 1, 2)


@settings(max_examples=100)
@given(coefficients, coefficients, epsilon, height, st.floats(-1, 1).map(lambda x: round(x, 4)))
def test_field_and_loss_are_their_definitions(c, c_star, eps, a, R):
    model, system = UnlearningModel(c, c_star, eps), System(c, c_star, eps)
    size = np.sum(system.factorials * (np.abs(system.c) * abs(a) + np.abs(system.c_star)) ** 2) * system.K
    dR, da = model.vector_field(R, a)
    assert dR == pytest.approx(system.dR_dtau(R, a), rel=1e-11, abs=1e-14 * size / eps * max(1, abs(a)))
    assert da == pytest.approx(system.da_dtau(R, a), rel=1e-11, abs=1e-14 * size)
    assert model.loss(R, a) == pytest.approx(system.loss(R, a), rel=1e-11, abs=1e-15 * size)


@settings(max_examples=60)
@given(coefficients, coefficients, epsilon, height, st.floats(-0.99, 0.99))
def test_the_field_is_the_gradient_of_the_loss(c, c_star, eps, a, R):
    model, system = UnlearningModel(c, c_star, eps), System(c, c_star, eps)
    step = 1e-5
    dL_dR = (system.loss(R + step, a) - system.loss(R - step, a)) / (2 * step)
    dL_da = (system.loss(R, a + step) - system.loss(R, a - step)) / (2 * step)
    # the third derivatives of a term are below k^3 k! (|c*| + |c a|)^2
    k = np.arange(1, system.K + 1)
    size = 1 + np.sum(8 * k**3 * system.factorials * (np.abs(system.c_star) + np.abs(system.c) * (1 + abs(a))) ** 2)
    dR, da = model.vector_field(R, a)
    assert eps * dR == pytest.approx(-(1 - R**2) * dL_dR, rel=1e-6, abs=1e-8 * size)
    assert da == pytest.approx(-dL_da, rel=1e-6, abs=1e-8 * size)


def test_fields_and_curves_broadcast():
    model, system = UnlearningModel(*PUBLISHED, 0.1), System(*PUBLISHED, 0.1)
    R, a = np.linspace(-0.9, 0.95, 31), np.linspace(-5, 20, 40)[:, None]
    dR, da = model.vector_field(R, a)
    assert dR.shape == da.shape == (40, 31)
    assert model.loss(R, a).shape == (40, 31)
    np.testing.assert_allclose(da, system.da_dtau(R, a), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.critical_manifold_a(R), system.g(R) / system.h(R), rtol=1e-10)
    np.testing.assert_allclose(model.slow_nullcline_a(R), system.p(R) / system.q(R), rtol=1e-10)
    np.testing.assert_allclose(
        model.slow_flow(R), system.p(R) - system.g(R) / system.h(R) * system.q(R), rtol=1e-8, atol=1e-10
    )


def test_curves_are_nan_where_they_are_undefined():
    model = UnlearningModel((0, 0), (1, 1))
    assert np.isnan(model.critical_manifold_a(0.5))
    assert np.isnan(model.slow_nullcline_a(0.5))
    assert np.isnan(model.slow_flow(0.5))
    assert np.isnan(UnlearningModel(*PUBLISHED).critical_manifold_a(0.0))


def test_importing_the_core_brings_neither_dash_nor_plotly():
    code = (
        "import sys, dynamics; from dynamics import Fate, UnlearningModel; "
        "bad = [m for m in ('dash', 'plotly', 'flask', 'pydantic') if m in sys.modules]; assert not bad, bad"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_the_core_memoises_nothing():
    model = UnlearningModel(*PUBLISHED)
    assert model.trajectory(9) is not model.trajectory(9)
    first = model.trajectory(9)
    try:
        first.R[:] = 7.0
    except ValueError:  # read-only arrays are as good
        return
    assert model.trajectory(9).R[0] == 0


def test_all_ones_is_the_activation_of_the_presets():
    assert UnlearningModel(ONES, ONES).B == (1.0, 2.0, 6.0, 24.0, 120.0)
