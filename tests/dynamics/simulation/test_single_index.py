"""Networks that learn a single-index target, against the law of their width; the other modes, and how runs are kept."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest

from dynamics import FiniteSizeCorrections, UnlearningModel, train_single_index
from dynamics.planar.finite_width.finite_size import noise_estimate

# fixed before the runs: how far the mean over seeds may be from the law, beside three standard errors
OF_WIDTH, OF_SAMPLING = 1.0, 0.5

SETTINGS = {  # m, d, batch, c, c_star, a0, tau_end
    "learns": (100, 101, 1_000, (1, 0.5), (1, 0.6), 1.0, 10.0),
    "learns, three degrees": (100, 101, 1_000, (1, 0.3, 0.2), (0.8, 0.2, 0.3), 1.0, 10.0),
    "learns, negative": (60, 80, 800, (1, -0.4), (1, 0.5), -1.0, 15.0),
    "unlearns": (100, 101, 1_000, (1, -0.2), (0.6, 0.19), 0.2, 150.0),
    "unlearns, negative": (60, 61, 1_000, (1, -0.2), (0.57, -0.18), -0.2, 150.0),
}


def columns(records, *names):
    return np.array([[getattr(record, name) for record in records] for name in names])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly if name == "unlearns" else ()) for name in SETTINGS]
)
def test_the_mean_over_networks_follows_the_law_of_their_width(name):
    """In the metric of the plane, (R, a / max(1, |a|)), along the whole run."""
    m, d, batch, c, c_star, a0, tau_end = SETTINGS[name]
    seeds = range(4)
    training = train_single_index(m, d, batch, None, c, c_star, a0, tau_end, seeds=seeds, n=80)
    records = list(training)
    law = training.law
    tau, R, a, R_spread, a_spread = columns(records, "tau", "R", "a", "R_spread", "a_spread")
    assert not records[-1].halted
    assert (tau == law.tau).all()
    assert tau[-1] == tau_end
    allowed = FiniteSizeCorrections(training.model, m, d, batch).error_bound(OF_WIDTH, OF_SAMPLING)
    size = np.maximum(1.0, abs(law.a))
    assert np.all(abs(R - law.R) <= 3.0 * R_spread / np.sqrt(len(seeds)) + allowed)
    assert np.all(abs(a - law.a) / size <= 3.0 * a_spread / size / np.sqrt(len(seeds)) + allowed)
    assert np.all(abs(columns(records, "Q")[0] - law.Q) < allowed)
    assert np.all(abs(columns(records, "loss")[0] - law.loss) < allowed)
    if name.startswith("unlearns"):
        assert training.model.fate(a0).name == "UNLEARNING"
        assert abs(R).max() > 0.5
        for own in columns(records, "R_seeds")[0].T:  # each network by itself
            assert abs(own[-1]) <= 0.5 * abs(own).max()
            assert np.sign(own[-1]) == np.sign(a0)
    else:
        assert abs(R[-1]) > 0.95


@pytest.mark.parametrize("c_star", [(1, 0.6), (1, -0.6)])
def test_networks_come_to_the_population_as_batches_grow_and_steps_shrink(c_star):
    asked = ((1, 0.5), c_star, 1.5, 4.0)

    def distance(batch, gamma):
        def run(mode):
            return list(train_single_index(40, 41, batch, gamma, *asked, seeds=range(3), n=30, mode=mode))

        tau, R, a = columns(run("fresh"), "tau", "R", "a")
        law = UnlearningModel(*asked[:2]).finite_width(40).trajectory(1.5, tau=tau)
        return max(abs(R - law.R).max(), abs(a - law.a).max())

    far, near = distance(200, 2.0), distance(3_200, 0.5)
    assert near < 0.4 * far
    assert near < 0.02


def test_the_population_is_the_law_of_this_width_and_tends_to_the_plane():
    model = UnlearningModel((1, 0.5), (1, -0.6))
    planar = None
    gaps = []
    for m in (50, 400, 3_200):
        training = train_single_index(m, m + 1, 10, None, model.c, model.c_star, 2.0, 10.0, mode="population")
        tau, R, a, loss = columns(list(training), "tau", "R", "a", "loss")
        law = model.finite_width(m).trajectory(2.0, tau=tau)
        assert (R == law.R).all()
        assert (a == law.a).all()
        assert (loss == law.loss).all()
        planar = model.trajectory(2.0, tau=tau)
        gaps.append(max(abs(R - planar.R).max(), abs(a - planar.a).max()))
    assert gaps[1] == pytest.approx(gaps[0] / 8, rel=0.3)
    assert gaps[2] == pytest.approx(gaps[1] / 8, rel=0.1)


@pytest.mark.parametrize("eps", [1.0, 0.4])
def test_the_population_of_random_starts_is_what_small_steps_and_large_batches_come_to(eps):
    batch, gamma, seeds = 8_000, 0.02 * 8 * eps, (0, 1)
    asked = ((1, 0.5), (1, 0.6), 1.0, 6.0)
    exact = list(
        train_single_index(8, 20, batch, None, *asked, seeds=seeds, start="sphere", mode="population", eps=eps, n=60)
    )
    found = list(train_single_index(8, 20, batch, gamma, *asked, seeds=seeds, start="sphere", eps=eps, n=30))
    tau, at = columns(exact, "tau")[0], columns(found, "tau")[0]
    for name in ("R_seeds", "a_seeds", "Q_seeds", "loss_seeds", "R_neurons", "a_neurons"):
        own, truth = columns(found, name)[0], columns(exact, name)[0]
        for seed in range(len(seeds)):
            assert abs(own[:, seed] - np.interp(at, tau, truth[:, seed])).max() < 0.04
    assert abs(columns(exact, "R_seeds")[0][0]).min() > 1e-4  # they differ from the symmetric start at once


@pytest.mark.parametrize(
    ("c", "c_star", "a0", "R0"),
    [((1, 0.5), (1, -0.6), 2.0, 0.0), ((1, 0, 0.3), (0, 1, 0.5), -1.0, 0.3)],
)
def test_the_recursion_is_euler_and_tends_to_the_plane_linearly(c, c_star, a0, R0):
    model, m, tau_end = UnlearningModel(c, c_star, 0.7), 10, 8.0

    def recursion(gamma):
        asked = (m, 20, 100, gamma, c, c_star, a0, tau_end)
        return list(train_single_index(*asked, R0=R0, eps=0.7, mode="recursion", n=30))

    records = recursion(0.2)
    R, a, seen = R0, a0, [(R0, a0)]
    for _ in range(round(tau_end / 0.02)):
        dR, da = model.vector_field(R, a)
        R, a = R + 0.02 * float(dR), a + 0.02 * float(da)
        seen.append((R, a))
    for record in records:
        assert (record.R, record.a) == pytest.approx(seen[round(record.tau / 0.02)], rel=1e-10, abs=1e-12)
        assert record.loss == pytest.approx(float(model.loss(record.R, record.a)))
    gaps = []
    for gamma in (0.08, 0.04, 0.02):
        tau, R, a = columns(recursion(gamma), "tau", "R", "a")
        planar = model.trajectory(a0, R0, tau=tau)
        gaps.append(max(abs(R - planar.R).max(), abs(a - planar.a).max()))
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(2, rel=0.1)


def test_wide_networks_with_large_batches_follow_the_recursion_where_the_step_matters():
    """A step so long that the flow is left, and the recursion too; what is left is the projection onto the sphere."""
    asked = (300, 301, 6_000, 90.0, (1, 0.5), (1, 0.6), 1.0, 3.0)
    tau, R = columns(list(train_single_index(*asked, n=20)), "tau", "R")
    (euler,) = columns(list(train_single_index(*asked, n=20, mode="recursion")), "R")
    flow = UnlearningModel((1, 0.5), (1, 0.6)).trajectory(1.0, tau=tau).R
    assert abs(euler - flow).max() > 0.05
    assert abs(R - euler).max() < 0.75 * abs(euler - flow).max()


@pytest.mark.parametrize("mode", ["fresh", "population", "recursion"])
@pytest.mark.parametrize("start", ["orthonormal", "sphere"])
def test_a_run_goes_on_as_if_it_had_not_been_stopped(mode, start):
    def asked(**more):
        return train_single_index(
            6, 9, 700, None, (1, 0.4), (1, 0.5), 1.0, 3.0, seeds=(2, 5), noise=0.1, mode=mode, start=start, n=20, **more
        )

    def rows(records):
        return [(r.tau, *r.R_seeds, *r.a_seeds, *r.Q_seeds, *r.loss_seeds, *r.a_neurons, r.steps) for r in records]

    whole = rows(asked())
    stopped = asked()
    before = [record for found, _ in zip(stopped.iter_until_timeout(0.0), range(60), strict=False) for record in found]
    file = BytesIO()
    np.savez(file, **stopped.state())
    file.seek(0)
    again = asked()
    with np.load(file) as kept:  # without pickle
        again.restore(kept)
    assert rows(before) + rows(again) == whole
    with ThreadPoolExecutor(2) as executor:
        assert rows(asked(executor=executor)) == whole
    with pytest.raises(ValueError, match="state is one of"):
        train_single_index(6, 9, 701, None, (1, 0.4), (1, 0.5), 1.0, 3.0).restore(stopped.state())
    with pytest.raises(ValueError, match="at other times"):
        asked(tau=(0.0, 3.0)).restore(stopped.state())


def test_records_end_exactly_and_breaths_give_control_back():
    training = train_single_index(5, 9, 50, 0.37, (1, 0.4), (1, 0.5), 1.0, 2.0, n=15)
    found = list(training.iter_until_timeout(0.0))
    records = [record for breath in found for record in breath]
    assert len(found) > len(records)
    tau, steps, progress = columns(records, "tau", "steps", "progress")
    assert tau[0] == 0.0
    assert tau[-1] == 2.0
    assert np.allclose(tau[:-1], steps[:-1] * 0.37 / 5, rtol=1e-9)
    assert records[-1].samples == 50 * steps[-1] == 50 * np.ceil(2.0 * 5 / 0.37)
    assert all(a <= b for a, b in pairwise(progress))
    assert progress[-1] == 1.0
    assert training.ended
    assert list(training) == []


def test_single_neurons_are_those_whose_mean_is_recorded():
    def asked(m, seeds, **more):
        return train_single_index(m, 70, 50, None, (1, 0.4), (1, 0.5), 1.0, 2.0, seeds=range(seeds), n=5, **more)

    for m, seeds, shown in ((8, 3, 24), (60, 2, 48), (4, 50, 50)):
        for record in asked(m, seeds):
            assert record.R_single.shape == record.a_single.shape == (shown,)
            if shown == m * seeds:
                assert record.R_single.mean() == pytest.approx(record.R, abs=1e-12)
                assert record.a_single.mean() == pytest.approx(record.a)
    for record in asked(8, 3, mode="recursion"):
        assert (record.R_single, record.a_single) == ([record.R], [record.a])


def test_what_is_expected_of_a_run_is_what_it_takes():
    training = train_single_index(40, 41, 800, None, (1, -0.2), (0.6, 0.19), 0.2, 60.0, n=40)
    *_, last = training
    assert last.steps == pytest.approx(training.expected_steps, rel=0.25)


def test_a_seed_is_a_run():
    def found(seeds):
        asked = (5, 9, 50, None, (1, 0.4), (1, 0.5), 1.0, 2.0)
        return [record.R_seeds.tolist() for record in train_single_index(*asked, seeds=seeds, n=10)]

    both = found((3, 4))
    assert [[row[0]] for row in both] == found((3,))
    assert [[row[1]] for row in both] == found((4,))
    assert found((3,)) != found((4,))


def test_noise_of_labels_is_seen_in_the_spread_and_not_in_the_mean():
    def spread(noise):
        asked = (10, 11, 100, 0.2, (1, 0.4), (1, 0.5), 1.0, 4.0)
        *_, last = train_single_index(*asked, noise=noise, seeds=range(12), n=5)
        return last.a_spread, last.R

    quiet, loud = spread(0.0), spread(3.0)
    assert loud[0] > 2 * quiet[0]
    assert loud[1] > 0.5


def test_a_run_that_diverges_ends_with_the_sentence_why():
    """Heavy tails: a step that is stable for the population, and batches of one."""
    fifth = (1, 0, 0, 0, 120**-0.5)
    *_, last = train_single_index(2, 20, 1, 1.8, fifth, (1,), 0.0, 1e3, seeds=(0, 1))
    assert "diverges at t" in last.halted
    assert last.tau < 1e3
    assert np.isfinite(last.R_seeds).sum() < 2 or last.loss > 1e3
    training = train_single_index(2, 3, 10**5, 0.9, (1, 0.5), (9, 20), 1.0, 10.0, mode="recursion")
    *_, last = training
    assert "recursion diverges at t" in last.halted
    assert training.progress == last.progress == 1.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"m": 1}, "m must be an integer between 2 and 10000, not 1"),
        ({"d": 1}, "d must be an integer between 2 and 20000, not 1"),
        ({"batch": 0}, "batch must be an integer between 1 and 100000, not 0"),
        ({"gamma": 0.0}, "gamma must be a number between 1e-09 and 5e.06, not 0.0"),
        ({"gamma": 1e3}, "above, descent diverges"),
        ({"c": ()}, "c must be a sequence of 1 to 10 numbers, not of 0"),
        ({"a0": 1e9}, "a0 must be a number between -1000 and 1000, not 1000000000.0"),
        ({"tau_end": 0.0}, "tau_end must be a number between"),
        ({"seeds": ()}, "seeds must be a sequence of 1 to 100 integers, not of 0"),
        ({"seeds": (-1,)}, r"seeds\[0\] must be an integer between 0 and 4294967295, not -1"),
        ({"dtype": "int"}, "dtype must be one of 'float32', 'float64', not 'int'"),
        ({"mode": "slow"}, "mode must be one of 'fresh', 'population', 'recursion', not 'slow'"),
        ({"start": "zero"}, "start must be one of 'sphere', 'orthonormal', not 'zero'"),
        ({"start": "orthonormal", "d": 5}, "m must be below d = 5, not 5"),
        ({"start": "sphere", "R0": 0.1}, "R0 must be 0 unless start is 'orthonormal', .*, not 0.1"),
        ({"eps": 0.0}, "eps must be a number between 1e-06 and 10, not 0.0"),
        ({"n": 1}, "n must be an integer between 2 and 100000, not 1"),
        ({"tau": (1.0, 0.5)}, "tau must increase, and does not from 1 to 0.5"),
        ({"tau_end": 1e8}, "steps"),
        (
            {"mode": "population", "start": "sphere", "m": 201},
            "m must be at most 200 and eps at least .*, not 201 and 1",
        ),
        ({"noise": -1.0}, "noise must be a number between 0 and 1e.06, not -1.0"),
    ],
)
def test_bad_arguments_are_named(given, said):
    asked = {
        "m": 5, "d": 9, "batch": 50, "gamma": None, "c": (1, 0.4), "c_star": (1, 0.5), "a0": 1.0, "tau_end": 2.0
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        train_single_index(**(asked | given))


def test_tails_are_heavier_with_the_degree_as_expected_and_as_measured():
    rng = np.random.default_rng(0)
    kurtoses = []
    for K in range(1, 6):
        model = UnlearningModel(np.eye(K)[-1], (1,))
        kurtoses.append(FiniteSizeCorrections(model, 10, 20, 100).kurtosis)
    assert kurtoses[:2] == pytest.approx([3, 15])
    assert all(b > 4 * a for a, b in pairwise(kurtoses))
    model = UnlearningModel((1, 0.5, 0.1), (1,))
    expected = FiniteSizeCorrections(model, 10, 20, 1_000)
    x = rng.standard_normal((4_000, 1_000))
    squares = np.mean(np.polynomial.hermite_e.hermeval(x, (0, *model.c)) ** 2, axis=1)
    assert squares.mean() == pytest.approx(expected.square, rel=0.02)
    assert squares.std() / squares.mean() == pytest.approx(expected.second_moment_error, rel=0.05)
    assert expected.sampling == 0.02
    assert expected.error_bound(1.0, 0.5) == pytest.approx(0.11)
    assert FiniteSizeCorrections(UnlearningModel([1] * 5, (1,)), 10, 20, 100).square == 153


def test_the_neurons_own_share_is_what_the_width_adds_to_the_squared_output():
    model = UnlearningModel((1, 0.5), (1, -0.6))
    R = np.array([0.1, 0.5, 1.0])
    for m in (1e2, 1e4):
        own = FiniteSizeCorrections(model, int(m), 10, 10).self_overlap_fraction(R)
        U = np.polynomial.Polynomial((0, *model.B))
        assert own == pytest.approx(((1 - 1 / m) * U(R**2) + U(1) / m) / U(R**2) - 1, rel=1e-9, abs=1e-12)
    assert FiniteSizeCorrections(model, 10, 10, 10).self_overlap_fraction(0.0) == np.inf


MEASURED = [  # batch, label noise; R and a of networks at tau = 60, three seeds each: m = 100, d = 101, step 0.05
    (50, 0.0, 0.389, 1.325),
    (50, 1.0, 0.634, 0.72),
    (20, 1.0, 0.802, 0.511),
    (1_000, 1.0, 0.369, 1.451),
    (1_000, 0.0, 0.350, 1.557),
]


@pytest.mark.parametrize(("batch", "noise", "R", "a"), MEASURED)
def test_the_noise_estimate_follows_networks_where_the_law_does_not(batch, noise, R, a):
    model = UnlearningModel((1, -0.2), (0.6, 0.19))
    kappa = 0.05 * 100 / batch
    found = noise_estimate(model, 100, 0.2, [0.0, 60.0], lambda *_: kappa, noise)
    assert found.R[-1] == pytest.approx(R, abs=0.01)
    assert found.a[-1] == pytest.approx(a, abs=0.025)
    assert found.kappa == pytest.approx([kappa, kappa])
    own = FiniteSizeCorrections(model, 100, 101, batch)
    assert own.decay == pytest.approx(0.08 / 100)  # (U(1) - B_1) / m
    assert own.noise_decay(0.05, 0.05, noise) == pytest.approx(kappa * (0.05 + noise**2 / 2))


def test_without_noise_the_estimate_is_the_law_of_the_width():
    for eps in (1.0, 0.5):
        model = UnlearningModel((1, 0.5, 0.2), (1, -0.6, 0.3), eps)
        law = model.finite_width(30).trajectory(1.0, 0.0, 20.0, 50)
        found = noise_estimate(model, 30, 1.0, law.tau, lambda *_: 0.0)
        for name in ("R", "a", "Q", "loss"):
            assert getattr(found, name) == pytest.approx(getattr(law, name), abs=1e-4)
    assert noise_estimate(model, 30, 1.0, [0.0, 1e8], lambda *_: 1e300, 1e6) is None
    with pytest.raises(ValueError, match="m must be an integer between 2 and"):
        noise_estimate(model, 1, 1.0, [0.0, 1.0], lambda *_: 0.0)


def test_a_record_has_every_neuron():
    *_, last = train_single_index(5, 20, 100, None, (1, -0.2), (0.6, 0.19), 0.2, 1.0, seeds=(0, 1), n=3)
    assert last.R_each.shape == last.a_each.shape == (2, 5)
    np.testing.assert_allclose(last.R_each.mean(axis=1), last.R_seeds)
    np.testing.assert_allclose(last.a_each.mean(axis=1), last.a_seeds)
    *_, alike = train_single_index(5, 20, 100, None, (1, -0.2), (0.6, 0.19), 0.2, 1.0, seeds=(0, 1), mode="recursion")
    assert alike.R_each.shape == (2, 1)


@pytest.mark.parametrize(("noise", "gamma", "batch"), [(0.0, 5.0, 500), (0.5, 10.0, 1_000)])
def test_the_noise_of_descent_adds_the_expected_overlap(noise, gamma, batch):
    m, d, c, c_star, tau = 60, 61, (1, -0.2), (0.6, 0.19), np.arange(15.0, 40.0)
    asked = (m, d, batch, gamma, c, c_star, 0.2, 40.0, noise, range(4))
    training = train_single_index(*asked, tau=tau)
    R, a, Q, loss = columns(list(training), "R", "a", "Q", "loss")
    law = training.law
    expected = FiniteSizeCorrections(training.model, m, d, batch)
    theory = [expected.noise_overlap(gamma / m, *now, noise) for now in zip(a, loss, strict=True)]
    assert np.mean((Q - R**2) - (law.Q - law.R**2)) == pytest.approx(np.mean(theory), rel=0.15)
