"""Phases of the linear network: exponents against networks up to a million wide, and diagrams against networks."""

from dataclasses import replace
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import (
    SCALINGS,
    Exponents,
    LinearNetwork,
    Phase,
    TrainingSpeed,
    measured_exponents,
    phase_diagram,
    scaling_phase,
    switch_phase,
)
from tests.parameters import some_of

TABLE = {  # c_g + c_P, c_lambda, output, c_zeta
    "NTK": (0.5, 0.0, 0.0, 0.5),
    "mean-field": (0.0, 0.0, -0.5, 0.0),
    "µP": (0.0, 0.0, -0.5, 0.0),
    "standard / Kaiming, rate 1/d": (1.0, 0.0, 0.0, 0.5),
    "Kaiming, rate 1": (1.0, 1.0, 0.0, 0.5),
    "Xavier, rate 1": (0.0, 0.0, -0.5, 0.0),
    "Xavier, rate 1/d": (0.0, -1.0, -0.5, 0.0),
}


def last(*given_, **asked):
    *_, found = measured_exponents(*given_, **asked)
    return found


def as_measured(found):
    phase = found.phase
    assert found.excess_slope == pytest.approx(phase.excess, abs=0.05)
    assert found.ratio_slope == pytest.approx(phase.ratio, abs=0.05)
    assert found.cos_end_slope == pytest.approx(phase.cos_end, abs=0.05)
    assert found.rate_slope == pytest.approx(phase.rate, abs=0.05)


# Both phases; sizes of weights, rates and the output that change with the width.
@pytest.mark.parametrize("name", some_of(SCALINGS, "NTK", "mean-field", "standard / Kaiming, rate 1/d"))
def test_each_parametrization_has_its_phase_and_is_measured_to_have_it(name):
    phase = scaling_phase(SCALINGS[name])
    assert (phase.size, phase.rate, phase.output, phase.angle) == TABLE[name]
    assert phase.phase is (Phase.KERNEL if phase.size > 0 else Phase.FEATURE)
    assert (
        phase.pace is {0.0: TrainingSpeed.TRAINS, 1.0: TrainingSpeed.UNSTABLE, -1.0: TrainingSpeed.FROZEN}[phase.rate]
    )
    found = last(SCALINGS[name])
    as_measured(found)
    if phase.size > 0:
        assert np.allclose(found.kernel_ratio[-1], 1.0, atol=1e-4)
    else:
        assert np.allclose(found.kernel_ratio[-1], sqrt(5.0), atol=5e-3)
        assert np.allclose(found.cos_end[-1], 2.0 / sqrt(5.0), atol=1e-3)


def test_an_unbalanced_network_in_the_kernel_phase_aligns():
    exponents = Exponents(gamma=-0.5, u=-0.5)
    phase = scaling_phase(exponents)
    assert (phase.phase, phase.angle_moves) == (Phase.KERNEL, True)
    network = exponents.network(1e6, y=2.0)
    assert network.end.kernel_ratio == pytest.approx(1.0, abs=1e-4)
    assert abs(network.start.cos_zeta) < 0.003
    assert network.end.cos_zeta == pytest.approx(0.894, abs=2e-3)


def test_a_kernel_ratio_diverges_below_the_border():
    exponents = Exponents(gamma=-1.25, eta_u=1.5, eta_w=1.5)
    phase = scaling_phase(exponents)
    assert (phase.phase, phase.ratio) == (Phase.DIVERGING, 0.25)
    as_measured(last(exponents))


@pytest.mark.parametrize(
    ("exponents", "phase"),
    [
        (Exponents(gamma=-1.0, u=0.5, w=0.5, d=0.0), Phase.FEATURE),
        (Exponents(u=-0.5, w=0.5, d=0.0), Phase.KERNEL),
        (Exponents(gamma=-1.0, u=1.0, w=0.0, d=0.0), Phase.KERNEL),
        (Exponents(gamma=-2.0, u=0.5, w=0.5, d=0.0), Phase.DIVERGING),
    ],
)
def test_at_fixed_width_the_initialisation_alone_gives_both_phases(exponents, phase):
    assert scaling_phase(exponents).phase is phase
    as_measured(last(exponents, seeds=range(16)))
    assert (last(exponents).widths == 10).all()


grid = st.integers(-8, 8).map(lambda k: k / 4)
any_exponents = st.builds(
    Exponents, gamma=grid, u=grid, w=grid, eta_u=grid, eta_w=grid, d=st.sampled_from([0.0, 1.0])
).filter(lambda c: c.gamma + c.d / 2 + c.u + c.w <= 0)


@given(any_exponents)
def test_turning_leads_to_the_other_phase_and_back_at_the_same_rate(exponents):
    phase, turn = scaling_phase(exponents), switch_phase(exponents)
    assert (turn.phase.phase is Phase.KERNEL) != (phase.phase is Phase.KERNEL)
    assert turn.phase.rate == pytest.approx(phase.rate)
    assert turn.phase.output <= 0.0
    assert turn.phase.angle <= turn.phase.size
    if phase.phase is Phase.KERNEL:
        less = replace(
            exponents,
            gamma=exponents.gamma + 0.99 * turn.gamma,
            eta_u=exponents.eta_u + turn.eta_u,
            eta_w=exponents.eta_w + turn.eta_w,
        )
        assert turn.phase.phase is Phase.FEATURE
        assert scaling_phase(less).phase is Phase.KERNEL


sliders = st.floats(-3.0, 3.0)


@settings(max_examples=3000, deadline=None)
@given(sliders, sliders, sliders, sliders, sliders, st.sampled_from([0.0, 1.0]))
def test_whatever_the_exponents_a_bounded_output_can_be_turned(gamma, u, w, eta_u, eta_w, d):
    exponents = Exponents(gamma, u, w, eta_u, eta_w, d)
    if gamma + d / 2 + u + w > 1e-9:
        with pytest.raises(ValueError, match="grows without bound"):
            switch_phase(exponents)
        return
    turn = switch_phase(exponents)
    new = turn.exponents
    assert (new.u, new.w, new.d) == (u, w, d)
    g = new.gamma + (new.eta_u + new.eta_w) / 2
    size = g + d + max(2 * w - new.eta_w, 2 * u - new.eta_u)
    old_g = gamma + (eta_u + eta_w) / 2
    old_size = old_g + d + max(2 * w - eta_w, 2 * u - eta_u)
    assert (size > 1e-8) != (old_size > 1e-8) or abs(old_size) < 2e-9
    assert max(g, g + size) == pytest.approx(max(old_g, old_g + old_size), abs=1e-8)
    assert new.gamma + d / 2 + u + w <= 1e-8
    assert scaling_phase(new).size == turn.phase.size == pytest.approx(size, abs=2e-9)


@pytest.mark.parametrize("ends", [(-10.0, 10.0)])
def test_turning_leaves_the_range_of_what_is_given_without_an_error(ends):
    far = 0
    for powers in product(*[ends] * 5):
        exponents = Exponents(*powers)
        if exponents.gamma + 0.5 + exponents.u + exponents.w <= 0.0:
            far += max(map(abs, (getattr(switch_phase(exponents).exponents, one) for one in ("eta_u", "eta_w")))) > 10.0
    assert far


def test_the_ntk_turned_is_the_mean_field():
    assert switch_phase(SCALINGS["NTK"]).exponents == SCALINGS["mean-field"]
    assert switch_phase(SCALINGS["mean-field"]).exponents == SCALINGS["NTK"]


def test_an_output_that_grows_has_no_phase():
    with pytest.raises(ValueError, match=r"c_gamma \+ c_d/2 \+ c_u \+ c_w must be at most 0, not 0.5"):
        scaling_phase(Exponents())
    with pytest.raises(ValueError, match=r"c_eta_u must be a number between -10 and 10, not 11.0"):
        Exponents(eta_u=11.0)


def test_what_is_measured_is_a_random_network():
    found = last(SCALINGS["µP"], scales=(10, 100), seeds=(3, 5))
    network = LinearNetwork.random(100, sigma_u=1e-2, y=2.0, eta_u=1e-2, eta_w=1e2, seed=5)
    assert found.kernel_ratio[1, 1] == network.end.kernel_ratio
    assert found.cos_start[1, 1] == network.start.cos_zeta
    assert [one.progress for one in measured_exponents(SCALINGS["µP"], (10, 90))] == [0.1, 1.0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scales": (10.0,)}, "scales must be an array of 2 to 100 numbers"),
        ({"scales": (10.0, 1.0)}, "scales must increase"),
        ({"scales": (1.0, 1e7)}, "scales must lead to at most 1000000 neurons, not 1e.07"),
        ({"seeds": ()}, "seeds must be a sequence of 1 to"),
        ({"width": 0}, "width must be an integer between 1 and 1000000, not 0"),
        (
            {"exponents": Exponents(gamma=2.0, w=-3.0)},
            r"scales must be at most 100000 with these exponents, not 1e\+06",
        ),
    ],
)
def test_a_bad_measurement_is_refused_when_it_is_asked_for(asked, said):
    with pytest.raises(ValueError, match=said):
        measured_exponents(**{"exponents": SCALINGS["NTK"], **asked})


@given(st.builds(Exponents, *[st.floats(-10, 10)] * 5, d=st.just(0.0)), st.floats(0.0, 1.0))
def test_up_to_its_reach_a_scaling_has_networks(exponents, share):
    """At the last value of the large number that is named, and at any before."""
    exponents.network(min(exponents.reach, 1e300) ** share, width=100)
    if exponents.reach < 1e100:
        with pytest.raises(ValueError, match="scale must be a number between 1 and"):
            exponents.network(1e3 * exponents.reach**1.1, width=100)


# --- diagrams ------------------------------------------------------------------------------------

AXES = {
    "d": (1, 300),
    "sigma_u": (1e-3, 1e2),
    "sigma_w": (1e-3, 1e2),
    "gamma": (1e-4, 1e1),
    "eta_u": (1e-3, 1e3),
    "eta_w": (1e-3, 1e3),
    "y": (-3.0, 2.0),
    "x_norm": (1e-2, 1e2),
}


@given(
    st.permutations(list(AXES)),
    st.lists(st.integers(0, 1000), min_size=1, max_size=3, unique=True),
    st.sampled_from([0.0, 0.9, -0.6]),
)
def test_a_diagram_is_the_network_s_end_cell_by_cell(names, seeds, alignment):
    across, up = names[:2]
    others = {"d": 7, "sigma_u": 0.7, "sigma_w": 1.3, "gamma": 0.4, "eta_u": 2.0, "eta_w": 0.3, "x_norm": 0.6}
    others = {name: value for name, value in others.items() if name not in (across, up)}
    found = phase_diagram(
        (across, *AXES[across]), (up, *AXES[up]), (4, 3), seeds, target=1.5, alignment=alignment, **others
    )
    for (k, j, i), log_ratio in np.ndenumerate(found.log_ratio):
        values = {"y": 1.5, **others, across: found.x[i], up: found.y[j]}
        x_norm = values.pop("x_norm")
        network = LinearNetwork.random(int(values.pop("d")), x=(x_norm,), seed=seeds[k], alignment=alignment, **values)
        start, end = network.start, network.end
        assert log_ratio == pytest.approx(np.log(end.kernel_ratio), rel=1e-10, abs=1e-12)
        assert found.cos_start[k, j, i] == pytest.approx(abs(start.cos_zeta), rel=1e-10, abs=1e-13)
        assert found.cos_end[k, j, i] == pytest.approx(abs(end.cos_zeta), rel=1e-10, abs=1e-13)


def test_a_diagram_s_median_and_spread_are_over_the_seeds():
    found = phase_diagram(n=(5, 4), seeds=range(6))
    assert np.allclose(found.median, np.median(found.log_ratio, axis=0))
    assert np.allclose(found.mean, np.mean(found.log_ratio, axis=0))
    assert np.allclose(found.spread, np.std(found.log_ratio, axis=0))
    assert found.cos_change.shape == (4, 5)


@pytest.mark.parametrize("y", [2.0, 0.0, -1e-3])
def test_a_diagram_of_weights_whose_products_underflow_is_the_network_s(y):
    found = phase_diagram(("sigma_u", 1e-30, 1e-20), ("sigma_w", 1e-30, 1e-20), (2, 2), (3,), 5, gamma=1e-290, target=y)
    for (_, j, i), log_ratio in np.ndenumerate(found.log_ratio):
        network = LinearNetwork.random(5, 1, float(found.x[i]), float(found.y[j]), y=y, gamma=1e-290, seed=3)
        p, q = (2.0 * np.log(np.linalg.norm(one)) + np.log(0.5 * network.g) for one in (network.p, network.q))
        log_end = np.log(abs(y)) if y else 0.5 * (p + q)
        assert log_ratio == pytest.approx(log_end - np.logaddexp(p, q) + np.log(2.0), rel=1e-12, abs=1e-12)
        assert found.cos_end[0, j, i] == pytest.approx(1.0 if y else 0.0)
        assert found.cos_start[0, j, i] == pytest.approx(abs(network.pair.cosine))


def test_the_ratio_of_a_kernel_of_zero_is_undefined():
    found = phase_diagram(("gamma", 1, 2), ("y", 1, 2), (2, 2), (0,), sigma_u=0.0, sigma_w=0.0)
    assert np.isnan(found.log_ratio).all()
    assert np.isnan(found.cos_start).all()


def test_one_neuron_opposed_ends_where_all_weights_are_zero():
    """d = 1, a = -b: P = 0 exactly, and f cannot reach a positive target."""
    for seed in range(50):
        drawn = LinearNetwork.random(1, seed=seed)
        sigma = abs(float(drawn.W0[0, 0] / drawn.u0[0]))
        if sigma * drawn.u0[0] == -drawn.W0[0, 0]:
            break
    found = phase_diagram(("gamma", 1, 2), ("y", 1, 2), (2, 2), (seed,), d=1, sigma_u=sigma)
    assert (found.log_ratio == -np.inf).all()
    assert LinearNetwork.random(1, sigma_u=sigma, seed=seed).end.kernel_ratio == 0.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"x": ("beta", 1, 2)}, r"x\[0\] must be one of"),
        ({"x": ("gamma", 2, 1)}, "x: gamma must increase, not run from 2 to 1"),
        ({"x": ("gamma", 0, 1)}, "x: gamma must be a number between 1e-300 and 1e.10, not 0"),
        ({"x": ("sigma_u", 1, 2)}, "x and y must differ, and are both sigma_u"),
        ({"n": (1, 5)}, r"n\[0\] must be an integer between 2 and 1000, not 1"),
        ({"seeds": ()}, "seeds must be a sequence of 1 to"),
        ({"d": 0}, "d must be an integer between 1 and 1000000, not 0"),
    ],
)
def test_a_bad_diagram_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        phase_diagram(**asked)
