"""The spherical-SGD loop: its gradient, its limits, its determinism; networks beside mean field and exact flow."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import (
    MeanFieldModel,
    SphericalSGD,
    compare_networks,
    initial_weights,
    make_network,
    run_in_lockstep,
    simulate_network,
)
from dynamics.activations import Activation
from dynamics.counter_based_normals import counter_based_normal, stream_key
from dynamics.interruption import Interrupted, interruptible
from dynamics.simulation.sgd import (
    GradientAccumulator,
    TrainingSetup,
    advance_all,
    first_layer,
    gradient,
    population_risk,
)

PHI = (1.0, -1.0, 2 / 3)
ACTIVATIONS = ["relu", "erf", "tanh", "swish", (0.4, 0.5, 0.3, -0.2)]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gradient_is_that_of_the_loss(name):
    """Against central differences of (1/2) mean (y - f)^2 along tangents of the sphere."""
    rng = np.random.default_rng(4)
    m, d, B, activation = 5, 7, 30, Activation.of(name)
    W, x, y, a = first_layer(m, d, "sphere", rng), rng.normal(size=(B, d)), rng.normal(size=B), rng.normal(size=m)

    def loss(a, W):
        return 0.5 * np.mean((y - activation.value(x @ W.T) @ a / m) ** 2)

    da, turned, square = gradient(activation, a, W, x, y)
    assert square == pytest.approx(2 * loss(a, W))
    assert abs(np.sum(turned * W, axis=1)).max() < 1e-13  # tangent
    h = 1e-6
    for i in range(m):
        step = h * np.eye(m)[i]
        assert -m * (loss(a + step, W) - loss(a - step, W)) / (2 * h) == pytest.approx(da[i], abs=1e-7)
        along = rng.normal(size=d)
        along -= along @ W[i] * W[i]
        moved = np.zeros((m, d))
        moved[i] = h * along
        slope = -m * (loss(a, W + moved) - loss(a, W - moved)) / (2 * h)
        assert slope == pytest.approx(turned[i] @ along, abs=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_population_risk_is_the_mean_over_many_samples(name):
    rng = np.random.default_rng(1)
    m, d, activation = 4, 6, Activation.of(name)
    W, a = first_layer(m, d, "sphere", rng), rng.normal(size=m)
    x = rng.normal(size=(400_000, d))
    error = 0.5 * (Activation.of(PHI).value(x[:, 0]) - activation.value(x @ W.T) @ a / m) ** 2
    risk = population_risk(PHI, activation, a, W[:, 0], W @ W.T)
    assert abs(error.mean() - risk) < 5 * error.std() / np.sqrt(len(x))


@pytest.mark.parametrize("eps", [1.0, pytest.param(1e-2, marks=pytest.mark.nightly)])
def test_descent_tends_to_the_exact_flow_as_steps_shrink_and_batches_grow(eps):
    """From an orthonormal start, where the exact flow is exact: what is left is noise, which falls with step d / B."""
    m, d, t = 6, 30, np.geomspace(1e-2 * eps, 3.0 * eps**0.75, 30)
    a0 = initial_weights(m, 2)
    exact = MeanFieldModel(PHI, "relu", eps, m).trajectory(a0, t=t, overlaps=True)

    def distance(step, batch, seed):
        run = list(simulate_network(PHI, "relu", eps, m, d, batch, a0, seed, t=t, step=step, start="orthonormal"))
        truth = np.interp([record.t for record in run], exact.t, exact.risk)
        return abs(np.array([record.risk for record in run]) - truth)[5:].max()

    distances = [
        np.mean([distance(step, batch, seed) for seed in range(3)])
        for step, batch in ((0.04 * eps, 100), (0.01 * eps, 1600))
    ]
    # noise by 1/8 (its square is step / batch), the step's own error by 1/4
    assert distances[1] < 0.5 * distances[0]
    assert distances[1] < 0.02 * exact.risk[0]


@pytest.mark.parametrize(
    ("eps", "m"),
    [
        (1.0, 10),
        pytest.param(1.0, 50, marks=pytest.mark.nightly),
        pytest.param(1e-3, 10, marks=pytest.mark.nightly),
        pytest.param(1e-3, 50, marks=pytest.mark.nightly),
    ],
)
def test_networks_come_to_the_exact_flow_as_their_dimension_grows(eps, m):
    """The published four settings, at random starts: s_i(0) is of size 1/sqrt(d)."""
    d, runs = ((24, 384), 4) if eps == 1.0 else ((16, 128), 3)
    t_end = 10.0 if eps == 1.0 else 1.0
    *_, found = compare_networks(PHI, "relu", eps, [(m, each, 4 * each) for each in d], runs, t_end=t_end)
    assert found.progress == 1.0
    small, large = found.to_exact.mean(axis=1)
    assert large < 0.75 * small


@pytest.mark.parametrize("eps", [1.0, pytest.param(1e-3, marks=pytest.mark.nightly)])
def test_networks_come_to_the_mean_field_as_their_width_grows(eps):
    t_end = 10.0 if eps == 1.0 else 1.0
    *_, found = compare_networks(PHI, "relu", eps, [(4, 100, 800), (64, 100, 800)], 2, t_end=t_end, start="orthonormal")
    near, far = found.to_mean_field.mean(axis=1)[::-1]
    assert near < 0.6 * far
    assert found.between[1] < 0.5 * found.between[0]


def test_a_comparison_is_given_as_it_grows_and_can_be_left():
    found = list(compare_networks(PHI, "erf", 1.0, [(3, 20, 200), (5, 20, 200)], 2, t_end=2.0))
    assert all(one.work <= other.work for one, other in pairwise(found))
    assert np.isfinite(found[-1].to_exact).all()
    assert found[-1].progress == 1.0
    left = compare_networks(PHI, "erf", 1e-3, [(20, 1000, 4000)], 5)
    assert next(left).progress < 0.1
    left.close()


def test_a_comparison_ends_after_the_multiply_adds_that_it_may_take():
    places = [(3, 20, 200), (5, 20, 200)]
    *_, whole = compare_networks(PHI, "erf", 1.0, places, 2, t_end=2.0)
    most = 0.6 * whole.of
    *_, cut = compare_networks(PHI, "erf", 1.0, places, 2, t_end=2.0, most=most)
    known = np.isfinite(cut.to_exact)
    assert known.any()
    assert not known.all()
    np.testing.assert_array_equal(cut.to_exact[known], whole.to_exact[known])
    assert "are used up" in cut.halted
    assert cut.progress == 1.0
    *_, none = compare_networks(PHI, "erf", 1.0, places, 2, t_end=2.0, most=0.0)
    assert np.isnan(none.to_exact).all()
    assert np.isfinite(none.between).all(), "the laws are computed all the same"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_seed_is_a_run(dtype):
    def run(seed):
        return [
            (record.t, record.risk, *record.s)
            for record in simulate_network(PHI, "tanh", 0.1, 4, 10, 50, seed=seed, t_end=1.0, n=20, dtype=dtype)
        ]

    first = run(3)
    assert first == run(3)
    assert first != run(4)
    assert first[-1][0] == 1.0
    assert all(one[0] < other[0] for one, other in pairwise(first))


def test_a_run_that_is_advanced_in_breaths_is_the_same():
    def end(seconds):
        run = make_network(PHI, "relu", 1.0, 5, 12, 60, seed=1)
        while not run.advance(2.0, seconds):
            pass
        return run.measure()

    whole, pieces = end(np.inf), end(0.0)
    assert whole.risk == pieces.risk
    assert (whole.a == pieces.a).all()
    assert whole.steps == pieces.steps


def test_a_run_that_diverges_says_so():
    """Heavy tails: a step that is stable for the population, and batches of one."""
    sigma = (0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    *_, last = simulate_network((0.0, 1.0), sigma, 1.0, 1, 20, 1, a0=0.0, t_end=1e3, step=0.9)
    assert "diverges at t" in last.halted
    assert last.t < 1e3


def test_a_run_halts_where_its_work_is_used_up():
    run = make_network(PHI, "relu", 1.0, 5, 12, 60, most=1e7)
    assert run.advance(1e6)
    assert "are used up" in run.halted
    assert run.steps * run.problem.work < 1e7 + run.problem.work


@settings(max_examples=25)
@given(
    st.lists(st.floats(-3, 3), min_size=1, max_size=5),
    st.sampled_from(ACTIVATIONS),
    st.floats(-3, 1),
    st.integers(1, 12),
    st.integers(2, 30),
    st.integers(1, 100),
)
def test_neurons_stay_on_the_sphere_and_records_are_finite(phi, activation, log_eps, m, d, batch):
    run = make_network(phi, activation, 10**log_eps, m, d, batch)
    for k in range(1, 6):
        run.advance(0.02 * k * run.problem.shortest_time_scale)
        record = run.measure()
        assert np.allclose(np.linalg.norm(run.W, axis=1), 1.0, atol=1e-5)
        assert np.isfinite(record.risk)
        assert record.risk >= 0.0
        assert (abs(record.s) <= 1.0 + 1e-6).all()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: make_network(PHI, "relu", 1.0, 5, 1, 10), "d must be an integer between 2 and 20000, not 1"),
        (lambda: make_network(PHI, "relu", 1.0, 5, 10, 0), "batch must be an integer between 1 and 100000, not 0"),
        (
            lambda: make_network(PHI, "relu", 1.0, 10_000, 20_000, 10),
            "m d must be at most 50000000, not 200000000: a step has to fit into memory",
        ),
        (
            lambda: make_network(PHI, "cos", 1.0, 5, 10, 10),
            "activation must be one of 'relu', 'erf', 'tanh', 'swish', not 'cos'",
        ),
        (lambda: make_network(PHI, "relu", 1.0, 5, 10, 10, dtype="float16"), "float16"),
        (lambda: make_network(PHI, "relu", 1.0, 5, 5, 10, start="orthonormal"), "m must be below d = 5, not 5"),
        (
            lambda: make_network(PHI, "relu", 1.0, 5, 9, 10, start="zero"),
            "start must be one of 'sphere', 'orthonormal', not 'zero'",
        ),
        (
            lambda: make_network(PHI, "relu", 1.0, 5, 9, 10, a0=[1.0]),
            r"a0 must be one number or 5 numbers, not an array of shape \(1,\)",
        ),
        (lambda: make_network(PHI, "relu", 1.0, 5, 9, 10, step=1e3), "above, descent diverges"),
        (
            lambda: make_network(PHI, "relu", 1.0, 5, 9, 10, noise=-1.0),
            "noise must be a number between 0 and 1e.06, not -1.0",
        ),
        (lambda: simulate_network(PHI, "relu", 1e-8, 500, 5000, 5000, t_end=1e4), "steps"),
        (
            lambda: simulate_network(PHI, "relu", 1.0, 5, 9, 10, t=[2.0, 1.0]),
            "t must increase, and does not from 2 to 1",
        ),
        (
            lambda: compare_networks(PHI, "relu", 1.0, [(201, 300, 10)]),
            r"places\[0\]: m must be an integer between 1 and 200, not 201",
        ),
        (lambda: compare_networks(PHI, "relu", 1.0, []), "places must be a sequence of 1 to 50 places"),
        (
            lambda: SphericalSGD(TrainingSetup.of(PHI, "relu", 1.0, 2, 3, 4), np.ones(2), np.ones((2, 3))),
            "unit vectors",
        ),
    ],
)
def test_bad_arguments_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("step", [None, 0.01])
def test_a_run_goes_on_from_its_state_as_if_it_had_not_been_stopped(dtype, step):
    def fresh(seed=3):
        return make_network(PHI, "tanh", 1.0, 6, 12, 1_200, seed=seed, noise=0.2, step=step, dtype=dtype)

    through, stopped = fresh(), fresh()
    for t in (0.5, 1.0):
        through.advance(t)
    stopped.advance(0.5)
    assert not stopped.advance(1.0, 0.0)  # in the midst of the way to a record
    kept = {name: np.array(values) for name, values in stopped.state().items()}
    assert all(values.dtype != object for values in kept.values())
    stopped.advance(1.0)
    again = fresh()
    again.restore(kept)
    again.advance(1.0)
    for run in (stopped, again):
        assert run.steps == through.steps
        assert (run.a == through.a).all()
        assert (run.W == through.W).all()
        assert run.measure().risk == through.measure().risk
    with pytest.raises(ValueError, match="another seed"):
        fresh(4).restore(kept)
    with pytest.raises(ValueError, match=r"state must have|is not one of"):
        make_network(PHI, "tanh", 1.0, 7, 12, 1_200, seed=3, dtype=dtype).restore(kept)


def test_a_run_is_the_same_on_any_number_of_threads():
    """The lanes of one network, and several networks side by side."""

    def found(executor, seeds):
        runs = [make_network(PHI, "relu", 1.0, 6, 12, 2_500, seed=seed, noise=0.1) for seed in seeds]
        return [
            [(r.risk, *r.a) for r in records] for records in run_in_lockstep(runs, np.array([0.5, 1.0]), 0.01, executor)
        ]

    with ThreadPoolExecutor(3) as executor:
        for seeds in ((1,), (1, 2, 3)):
            assert [r for r in found(executor, seeds) if r] == [r for r in found(None, seeds) if r]


def test_a_batch_of_many_pieces_is_one_batch():
    """Lanes and pieces, against the gradient over the same samples at once."""
    problem = TrainingSetup.of(PHI, "swish", 1.0, 4, 7, 9_001, dtype="float64", step=0.1)
    run = SphericalSGD(problem, np.array([1.0, -0.5, 0.3, 2.0]), seed=2)
    a, W, x = run.a.copy(), run.W.copy(), np.empty((9_001, 7))
    counter_based_normal(stream_key(2, 1), np.uint64(0), x)
    da, turned, square = gradient(problem.activation, a, W, x, Activation.of(PHI).value(x[:, 0]))
    run.advance(0.1)
    W += 0.1 * turned
    assert np.allclose(run.a, a + 0.1 * da, rtol=1e-13)
    assert np.allclose(run.W, W / np.linalg.norm(W, axis=1, keepdims=True), rtol=1e-12, atol=1e-13)
    assert run.state()["clock"][2] == pytest.approx(square)


@pytest.mark.parametrize("samples", [2, 40])
def test_a_comparison_can_be_interrupted_however_densely_it_is_sampled(samples):
    """Whether a piece of work ends with samples or with none, there is a checkpoint before the next."""
    network = make_network(PHI, "tanh", 0.1, m=20, d=40, batch=200, seed=0)
    records = run_in_lockstep([network], np.linspace(0.0, 1.0, samples), 0.0)
    looks = []
    with pytest.raises(Interrupted), interruptible(lambda: looks.append(1) or len(looks) > 20):
        list(records)
    assert len(looks) == 21


def test_several_networks_can_be_interrupted_within_a_step(monkeypatch):
    """A step of ten large networks takes seconds: no two pieces of a batch follow each other without a look."""
    work = []
    add = GradientAccumulator.add
    monkeypatch.setattr(GradientAccumulator, "add", lambda *given: work.append("piece") or add(*given))
    runs = [make_network(PHI, "tanh", 0.1, m=2, d=5, batch=9_000, seed=seed) for seed in range(3)]
    with interruptible(lambda: bool(work.append("look"))):
        assert all(advance_all(runs, 1e-9) for _ in range(2))
    assert work.count("piece") >= 3 * 9
    assert "piece piece" not in " ".join(work)


@pytest.mark.parametrize("t_end", [1e-12, 1e-6, 1.0])
def test_a_run_takes_at_least_one_step_to_each_record(t_end):
    """Also where its time is far below that of a step that is stable, and the cost counts them."""
    network = make_network(PHI, "tanh", 0.1, m=2, d=10, batch=20, seed=0)
    times = np.linspace(0.0, t_end, 101)[1:]
    estimated = network.problem.check_cost(t_end, 1.0, len(times)) / network.problem.work
    list(run_in_lockstep([network], times))
    assert len(times) <= network.steps <= 2 * estimated
    assert network.problem.steps(t_end, 1.0, 100) >= network.problem.steps(t_end, 1.0)
