"""Gradient descent beside the linear network's flow: its order, its batches, and the step at which it leaves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import LinearNetwork, descent, largest_faithful_step
from dynamics.interruption import interruptible
from dynamics.linear_network import ACTIVATIONS
from dynamics.linear_network.flow_departure import gradient_descent_outputs


def some(**changed):
    return LinearNetwork.random(**{"d": 40, "d0": 3, "y": 2.0, "gamma": 0.2, "eta_w": 0.5, "seed": 1, **changed})


def distance(network, step, t_end):
    records = list(descent(network, step, t_end, n=20))
    flow = network.solution([one.t for one in records])
    pairs = [("f", "f"), ("loss", "loss"), ("cos_zeta", "cos_zeta"), ("kernel_ratio", "kernel_ratio")]
    pairs += [("u_norm", "u_norm"), ("v_norm", "v_norm")]
    return {
        one: max(abs(getattr(a, one)[0] - b) for a, b in zip(records, getattr(flow, other), strict=True))
        for one, other in pairs
    }


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_descent_tends_to_the_flow_linearly_in_the_step(beta):
    network = some(beta=beta)
    t_end = network.time_to(0.2)
    coarse, fine = (distance(network, t_end / count, t_end) for count in (2000, 4000))
    for name, value in fine.items():
        assert value < 2e-3, name
        assert coarse[name] / value == pytest.approx(2.0, abs=0.05), name


def by_hand(network, phi, slope, step, count):
    """All weights, one point, as one would write it down."""
    u, W = network.u0.copy(), network.W0.copy()
    for _ in range(count):
        h = W @ network.x
        residual = network.gamma * u @ phi(h) - network.y
        pull = (network.beta + 1) * abs(residual) ** network.beta * np.sign(residual) * network.gamma
        u, W = (
            u - step * network.eta_u * pull * phi(h),
            W - step * network.eta_w * pull * np.outer(u * slope(h), network.x),
        )
    return u, W


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_pre_activations_alone_are_enough(activation):
    phi, slope = ACTIVATIONS[activation]
    network = LinearNetwork.random(30, 4, x=(1.0, -0.5, 0.3, 2.0), y=-1.0, gamma=0.1, beta=1.5, seed=8)
    *_, record = descent(network, 0.01, 1.0, activation)
    u, W = by_hand(network, phi, slope, 0.01, 100)
    h = W @ network.x
    assert record.step_number == 100
    assert record.f[0] == pytest.approx(0.1 * u @ phi(h), rel=1e-10)
    assert record.u_norm[0] == pytest.approx(np.linalg.norm(u))
    assert record.v_norm[0] == pytest.approx(np.linalg.norm(h) / network.x_norm)
    assert record.cos_zeta[0] == pytest.approx(u @ h / np.linalg.norm(u) / np.linalg.norm(h))
    assert record.cos_zeta_phi[0] == pytest.approx(u @ phi(h) / np.linalg.norm(u) / np.linalg.norm(phi(h)))

    def kernel(u, h):
        return network.eta_u * np.sum(phi(h) ** 2) + network.eta_w * network.rho * np.sum((u * slope(h)) ** 2)

    expected = kernel(u, h) / kernel(network.u0, network.W0 @ network.x)
    assert record.kernel_ratio[0] == pytest.approx(expected, rel=1e-10)


def test_the_angle_of_activations_too_small_for_their_squares_is_defined():
    network = LinearNetwork([1.0, -1.0], [-1.0, -1.001], 600.0, 1.0)  # sigmoid(-600) is 1e-261
    first, *_ = descent(network, 1e-9, 1e-8, "sigmoid")
    ratio = np.exp(-0.6)
    expected = (1.0 - ratio) / np.hypot(1.0, ratio) / np.sqrt(2.0)
    assert first.cos_zeta_phi[0] == pytest.approx(expected, rel=1e-9)
    dead, *_ = descent(network, 1e-9, 1e-8, "relu")
    assert np.isnan(dead.cos_zeta_phi[0])
    assert dead.cos_zeta[0] == pytest.approx(first.cos_zeta[0])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_slope_is_the_derivative(activation):
    phi, slope = ACTIVATIONS[activation]
    h = np.array([-30.0, -3.0, -0.7, 0.2, 1.0, 30.0])
    assert np.allclose((phi(h + 1e-6) - phi(h - 1e-6)) / 2e-6, slope(h), atol=1e-8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_batch_is_its_networks_one_by_one_and_the_same_again(activation):
    batch = [some(seed=seed, y=y) for seed, y in ((1, 2.0), (2, -1.0), (3, 0.0))]
    *_, together = descent(batch, 0.01, 0.5, activation)
    *_, again = descent(batch, 0.01, 0.5, activation)
    assert np.array_equal(together.f, again.f)
    for k, network in enumerate(batch):
        *_, alone = descent(network, 0.01, 0.5, activation)
        assert together.f[k] == pytest.approx(alone.f[0], rel=1e-12)


def test_records_are_at_the_steps_nearest_to_the_times_asked_for():
    records = list(descent(some(), 0.1, 1.0, t=(0.0, 0.26, 0.34, 1.0)))
    assert [one.step_number for one in records] == [0, 3, 10]
    assert [one.progress for one in records] == [0.0, 0.3, 1.0]
    assert len(list(descent(some(), 0.1, 1.0, n=3))) == 3


def test_a_step_too_large_is_reported():
    *_, record = descent([some(), some(seed=2)], 100.0, 1e5)
    assert "gradient descent has diverged" in record.halted
    assert record.progress == 1.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"networks": []}, "networks must be a sequence of 1 to 1000 networks, not of 0"),
        ({"networks": [LinearNetwork.random(2), LinearNetwork.random(3)]}, "networks must have the same width d"),
        ({"activation": "cube"}, "activation must be one of 'linear', 'relu'"),
        ({"step": 1e-7}, "t_end / step must be at most 1000000 steps"),
        ({"networks": LinearNetwork.random(1_000_000), "step": 1e-4}, "t_end / step must take at most 2e"),
        ({"t": (0.0, 2.0)}, "t must be numbers between 0 and 1, not 2.0"),
        ({"n": 1}, "n must be an integer between 2 and 10000, not 1"),
    ],
)
def test_a_bad_descent_is_refused_when_it_is_asked_for(asked, said):
    with pytest.raises(ValueError, match=said):
        descent(**{"networks": LinearNetwork.random(2), "step": 0.1, "t_end": 1.0, **asked})


# --- leaving the flow ----------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_one_scalar_is_enough_for_steps_of_a_linear_network(beta):
    network = some(beta=beta)
    records = list(descent(network, 0.02, 1.0, n=51))
    assert np.allclose(gradient_descent_outputs(network, 0.02, 50), [one.f[0] for one in records], rtol=1e-10)


@given(
    st.builds(
        some,
        d=st.integers(1, 100),
        y=st.floats(-5, 5).filter(lambda y: abs(y) > 0.1),
        gamma=st.floats(0.02, 0.5),
        seed=st.integers(0, 50),
        beta=st.sampled_from([0.5, 1.0, 2.0]),
    ),
    st.sampled_from([1e-2, 0.1, 0.5]),
)
@settings(max_examples=30)
def test_descent_leaves_the_flow_at_the_step_that_is_found_and_not_just_below(network, tolerance):
    found = largest_faithful_step(network, tolerance)
    if found.undefined:
        return
    scale = tolerance * max(abs(network.y), abs(network.start.f))

    def away(step):
        count = max(100, int(np.ceil(found.t_end / step)))
        return np.max(
            abs(gradient_descent_outputs(network, step, count) - network.solution(step * np.arange(count + 1)).f)
        )

    assert away(found.step) >= scale
    assert away(found.step * 0.998) < scale * 1.001


def test_near_its_end_the_flow_is_left_where_the_kernel_predicts():
    """A start near y, in the kernel phase: all there is is the linear iteration with factor 1 - lambda step."""
    wide = LinearNetwork.random(100_000, gamma=1e5**-0.5, seed=4)
    network = LinearNetwork(wide.u0, wide.W0, wide.x, wide.start.f * 1.01, wide.gamma)
    found = largest_faithful_step(network, 0.5)
    assert found.step == pytest.approx(found.limit_end, rel=0.05)
    assert found.limit_start == pytest.approx(found.limit_end, rel=0.01)


def test_a_smaller_tolerance_needs_a_proportionally_smaller_step():
    network = some(gamma=0.05, y=2.0)
    loose, tight = largest_faithful_step(network, 2e-3), largest_faithful_step(network, 1e-3)
    assert loose.step / tight.step == pytest.approx(2.0, rel=0.05)
    assert tight.step < tight.limit_end


def test_a_network_at_rest_is_left_by_no_step():
    network = LinearNetwork([1.0, 2.0], [3.0, -1.0], 1.0, 1.0)
    assert largest_faithful_step(network).step == np.inf
    with pytest.raises(ValueError, match=r"tolerance must be a number between 0.0001 and 1, not 0.0"):
        largest_faithful_step(network, 0.0)


@pytest.mark.parametrize("beta", [1.0, 2.5, 4.0])
@pytest.mark.parametrize("y", [0.01, 2.0])
def test_no_step_is_left_out_where_descent_leaves_early(beta, y):
    """beta > 1: the first steps are the largest, and few of the run's steps."""
    network = LinearNetwork.random(3, y=y, gamma=3.0, beta=beta, seed=4)
    found = largest_faithful_step(network)

    def distance(step):
        count = max(100, int(np.ceil(found.t_end / step)))
        early = np.arange(min(count, 500))
        unit = max(abs(y), abs(network.start.f))
        return (
            abs(gradient_descent_outputs(network, step, count)[early] - network.solution(early * step).f).max() / unit
        )

    assert found.undefined or found.distance >= 0.05
    if not found.undefined:
        assert max(distance(share * found.step) for share in (0.99, 0.8, 0.5, 0.1)) < 0.05


def test_records_leave_the_error_state_of_the_caller_unchanged():
    """A generator that left numpy's error state changed would change it for its caller."""
    with np.errstate(all="raise"):
        for _ in descent(some(), 1e-3, 1e-2, n=3):
            assert set(np.geterr().values()) == {"raise"}


def test_descent_of_wide_networks_can_be_interrupted_between_steps():
    """However few records are taken: one million neurons move in some hundredths of a second."""
    looks = []
    with interruptible(lambda: bool(looks.append(None))):
        list(descent(some(d=400_000), 1e-9, 20e-9, t=[0.0, 20e-9]))
    assert len(looks) >= 20 * 400_000 // 1_000_000
