"""Phase maps against integration of every cell, against thresholds and limits, and in pieces."""

import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import count

import numpy as np
import pytest
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Fate, UnlearningModel, phase_map, phase_map_levels
from dynamics.interruption import Interrupted, interruptible
from dynamics.planar.maps.phase_map import evaluate_some, fates_beside
from tests.dynamics import batch
from tests.dynamics.cases import ONES, alignment, epsilon, height, short_coefficients

LEFT = (ONES, (1, -1, 0, 1, 1))
RIGHT = (ONES, (1, 1, -1, 0, 1))
C3, C4 = ("c_star", 3, -3, 3), ("c_star", 4, -3, 3)
UP, BOTH = ("a0", 0.1, 15), ("a0", -15, 15.1)


def start_of(found, i, j, c, c_star, eps, a0, R0):
    """The model, a0 and R0 of a cell."""
    K = max(len(c), len(c_star), found.x_axis.k, found.y_axis.k)
    c, c_star = [list(v) + [0.0] * (K - len(v)) for v in (c, c_star)]
    plain = {"eps": eps, "a0": a0, "R0": R0}
    for axis, value in ((found.x_axis, found.x[i]), (found.y_axis, found.y[j])):
        if axis.name in plain:
            plain[axis.name] = float(value)
        else:
            (c if axis.name == "c" else c_star)[axis.k - 1] = float(value)
    return UnlearningModel(c, c_star, plain["eps"]), plain["a0"], plain["R0"]


def at_boundary(fate, j, i):
    """Whether a neighbor of the cell has another fate."""
    around = fate[max(0, j - 1) : j + 2, max(0, i - 1) : i + 2]
    return (around != fate[j, i]).any()


MAPS = [
    (LEFT, C3, UP, 1.0),
    (RIGHT, C4, BOTH, 1.0),
    (LEFT, UP, C3, 1e-2),
    (LEFT, ("eps", 1e-3, 10), UP, 1.0),
    (LEFT, C3, C4, 1.0),
    (LEFT, ("c", 2, -2, 2.01), ("c_star", 2, -3, 3.01), 1.0),
    (RIGHT, ("c", 1, 0.1, 2), ("eps", 1e-3, 10), 1.0),
]


@pytest.mark.parametrize("n", [(48, 48), pytest.param((128, 128), marks=pytest.mark.nightly)], ids=["coarse", "fine"])
@pytest.mark.parametrize(("problem", "x", "y", "eps"), MAPS)
def test_against_a_tight_integration_of_every_cell(problem, x, y, eps, n):
    c, c_star = problem
    found = phase_map(c, c_star, eps, x=x, y=y, n=n, a0=4.0)
    cells = [start_of(found, i, j, c, c_star, eps, 4.0, 0.0) for j in range(n[1]) for i in range(n[0])]
    truth = batch.fates(
        [model.c for model, _, _ in cells],
        [model.c_star for model, _, _ in cells],
        np.array([model.eps for model, _, _ in cells]),
        np.array([a0 for _, a0, _ in cells]),
    ).reshape(n[1], n[0])
    wrong = np.argwhere(found.fate != truth)
    assert (truth >= 0).all()
    assert len(wrong) <= truth.size / 1000
    assert all(at_boundary(truth, j, i) for j, i in wrong)


def test_the_left_map_learns_below_and_unlearns_above():
    found = phase_map(*LEFT, x=C3, y=UP, n=(64, 64))
    assert set(np.unique(found.fate)) == {Fate.UNLEARNING, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT}
    for column in found.fate.T:  # along a-bar unlearning begins once and does not end
        unlearns = column == Fate.UNLEARNING
        assert (np.diff(unlearns.astype(int)) >= 0).all()


def test_the_right_map_has_all_three_fates():
    found = phase_map(*RIGHT, x=C4, y=BOTH, n=(64, 64))
    assert set(np.unique(found.fate)) == {Fate.UNLEARNING, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT}


axis_ = st.one_of(
    st.just(("a0", -12.0, 13.0)),
    st.just(("a0", 0.5, 15.0)),
    st.just(("eps", 1e-4, 10.0)),
    st.just(("R0", -0.95, 0.9)),
    st.just(("R0", -1.0, 1.0)),
    st.tuples(st.sampled_from(["c", "c_star"]), st.integers(1, 6), st.just(-3.0), st.just(3.0)),
)


@settings(max_examples=150)
@given(short_coefficients, short_coefficients, epsilon, axis_, axis_, height, alignment)
def test_every_map_agrees_with_the_limits_one_by_one(c, c_star, eps, x, y, a0, R0):
    if x[:-2] == y[:-2]:
        return
    found = phase_map(c, c_star, eps, x=x, y=y, n=(5, 5), a0=a0, R0=R0, quantities=("R_inf",))
    for j in range(5):
        for i in range(5):
            model, weight, R = start_of(found, i, j, c, c_star, eps, a0, R0)
            limit = model.limit(weight, R)
            if limit.fate == Fate.UNDECIDED or found.fate[j, i] == Fate.UNDECIDED:
                continue
            beside = model.fate(weight * (1 + 1e-5) + 1e-7, R), model.fate(weight * (1 - 1e-5) - 1e-7, R)
            if limit.fate in beside and beside[0] == beside[1]:  # not on a boundary
                assert found.fate[j, i] == limit.fate, (i, j)
                assert found.R_inf[j, i] == pytest.approx(limit.R, abs=1e-5), (i, j)


COURSES = [
    (LEFT, C3, UP, 1.0, 0.0),
    (RIGHT, C4, BOTH, 0.1, 0.0),
    (((1, 0.5), (1, -0.6)), ("R0", -0.9, 0.9), ("a0", -5, 6), 1.0, 0.0),
    ((ONES, (0, 1, 0.5)), ("c_star", 2, -1, 1.3), ("a0", -5, 6), 1.0, 0.3),
]


@pytest.mark.parametrize(("problem", "x", "y", "eps", "R0"), COURSES)
def test_time_and_loss_of_alignment_against_trajectories(problem, x, y, eps, R0):
    c, c_star = problem
    found = phase_map(c, c_star, eps, x=x, y=y, n=(6, 7), R0=R0, quantities=("R_inf", "time", "lost"))
    assert np.isfinite(found.time).all() == np.isfinite(found.lost).all()
    for j in range(7):
        for i in range(6):
            if not np.isfinite(found.time[j, i]):
                continue
            model, a0, start = start_of(found, i, j, c, c_star, eps, 0.0, R0)
            horizon = max(1e-3, min(1e8, 30 * found.time[j, i]))
            run = model.trajectory(a0, start, horizon, n=4000, rtol=1e-10)
            distance = np.abs(run.R - run.limit.R)
            far = np.flatnonzero(distance >= 0.5 * distance.max())
            if distance.max() == 0:
                assert found.time[j, i] == 0
                continue
            last = far[-1]
            assert last < len(run.tau) - 1
            assert run.tau[last] * 0.999 - 1e-12 <= found.time[j, i] <= run.tau[last + 1] * 1.001 + 1e-12
            peak = max(np.abs(run.R).max(), abs(run.limit.R))
            assert found.lost[j, i] == pytest.approx(peak - abs(run.limit.R), abs=3e-4)


@pytest.mark.parametrize(("problem", "x", "y", "eps", "R0"), COURSES)
def test_alignment_at_a_time_against_trajectories(problem, x, y, eps, R0):
    c, c_star = problem
    for tau in (0.3, 1e4):
        found = phase_map(c, c_star, eps, x=x, y=y, n=(6, 7), R0=R0, quantities=("R",), tau_end=tau)
        for j in range(7):
            for i in range(6):
                model, a0, start = start_of(found, i, j, c, c_star, eps, 0.0, R0)
                near = [
                    model.trajectory(a0 * s, start, tau=(0.0, tau), rtol=1e-11).R[-1] for s in (1 - 1e-6, 1, 1 + 1e-6)
                ]
                # as exact as a start known to 1e-6 allows
                assert found.R[j, i] == pytest.approx(near[1], abs=2e-5 + 3 * np.ptp(near))


@pytest.mark.parametrize(
    ("problem", "x", "y"),
    [(LEFT, C3, UP), (RIGHT, C4, BOTH), (LEFT, ("R0", -0.9, 0.9), BOTH), (LEFT, ("eps", 1e-3, 10), UP)],
)
def test_boundaries_part_the_fates_that_they_name(problem, x, y):
    c, c_star = problem
    found = phase_map(c, c_star, x=x, y=y, n=(48, 48), quantities=("boundary",))
    assert found.boundary
    shift = 2.5e-4 * (y[-1] - y[-2])
    seen = 0
    for curve in found.boundary:
        assert curve.fates[0] != curve.fates[1]
        for X, Y in zip(curve.x[1:-1], curve.y[1:-1], strict=True):
            on_column = np.isclose(found.x, X, rtol=1e-12, atol=0).any()
            if not on_column or not y[-2] + shift < Y < y[-1] - shift:
                continue
            cell = found.__class__(
                found.x_axis, found.y_axis, np.array([X]), np.array([Y - shift, Y + shift]), found.fate
            )
            fates = []
            for j in (0, 1):
                model, a0, R0 = start_of(cell, 0, j, c, c_star, 1.0, 0.0, 0.0)
                fates.append(model.fate(a0, R0))
            assert set(fates) == set(curve.fates)
            seen += 1
    assert seen > 20


def beside_the_points(found, c, c_star, a0=5.0, R0=0.0, eps=1.0):
    """The fates 2e-4 of the range to both sides of the points where curves cross the lines of the grid, and those that
    the curves name."""
    for curve in found.boundary:
        for X, Y in zip(curve.x, curve.y, strict=True):
            on_column, on_row = np.isclose(found.x, X, atol=1e-12).any(), np.isclose(found.y, Y, atol=1e-12).any()
            along = found.y_axis if on_column else found.x_axis
            shift = 2e-4 * (along.high - along.low)
            if on_column == on_row or not along.low + shift <= (Y if on_column else X) <= along.high - shift:
                continue
            # what a single value has (0, or R0 = +-1) is no side of a curve
            x_off, y_off = (1e-6 * (axis.high - axis.low) for axis in (found.x_axis, found.y_axis))
            X += x_off * ((X == 0.0) - X * (found.x_axis.name == "R0" and abs(X) == 1.0))
            Y += y_off * (Y == 0.0)
            x = np.array([X, X]) if on_column else np.array([X - shift, X + shift])
            y = np.array([Y - shift, Y + shift]) if on_column else np.array([Y, Y])
            cells = found.__class__(found.x_axis, found.y_axis, x, y, found.fate)
            fates = set()
            for k in (0, 1):
                model, a, R = start_of(cells, k, k, c, c_star, eps, a0, R0)
                fates.add(model.fate(a, R))
            yield (X, Y), fates, set(curve.fates)


@pytest.mark.parametrize(
    ("c", "c_star", "x", "y", "n"),
    [
        # a third fate within the cell
        ((0.7, -0.4), (-0.2, 0), ("c_star", 2, -3, 3), UP, 24),
        # a fate that c*_1 = 0 alone has, where the first bisection looks, and on a line of the grid
        ((1,) * 6, (0, -0.1, 2.6, -1.8, -0.1, -2.5), ("c_star", 1, -3, 3), UP, 24),
        ((1,) * 6, (0, -0.1, 2.6, -1.8, -0.1, -2.5), ("c_star", 1, -3, 3), UP, 25),
        # fates that a0 = 0 and R0 = +-1 alone have
        (*LEFT, ("R0", -1, 1), BOTH, 25),
    ],
)
def test_points_of_boundaries_part_the_fates_that_they_name(c, c_star, x, y, n):
    found = phase_map(c, c_star, x=x, y=y, n=(n, n), quantities=("boundary",))
    points = list(beside_the_points(found, c, c_star))
    assert len(points) > 10
    for point, fates, named in points:
        assert fates == named or Fate.UNDECIDED in fates, point


@settings(max_examples=15)
@given(
    st.lists(st.integers(-20, 20).map(lambda x: x / 10), min_size=2, max_size=5).map(tuple),
    st.lists(st.integers(-30, 30).map(lambda x: x / 10), min_size=2, max_size=5).map(tuple),
    st.sampled_from([("c_star", 1, -3, 3), ("c_star", 2, -3, 3), ("c", 1, -2, 2), ("c", 2, -2, 2), ("R0", -1, 1)]),
    st.sampled_from([24, 25]),
)
def test_points_of_random_boundaries_part_the_fates_that_they_name(c, c_star, x, n):
    found = phase_map(c, c_star, x=x, y=BOTH, n=(n, n), quantities=("boundary",))
    for point, fates, named in beside_the_points(found, c, c_star):
        assert fates == named or Fate.UNDECIDED in fates, point


def test_a_thin_third_fate_does_not_hide_a_change():
    """Along an edge of a made-up map: fates 0, 2, 1 with changes at .3 and .3 + width, and a single 3 at .5."""
    from dynamics.planar.maps.axes import Axis
    from dynamics.planar.maps.boundaries import boundaries
    from dynamics.planar.maps.phase_map import MapSpec

    axis, other = Axis("a0", 0, 0.0, 1.0), Axis("R0", 0, 0.1, 0.9)
    plan = MapSpec((1.0,), (1.0,), 1.0, 0.0, 0.0, axis, other, 0.0, False, 1e-6)
    grid = np.array([0.0, 1.0])
    for width, expected in ((0.1, {(0, 2): 0.3, (1, 2): 0.4}), (1e-4, {(0, 1): 0.30005}), (0.0, {(0, 1): 0.3})):

        def fates_at(x, y, width=width):
            fate = np.where(x < 0.3, 0, np.where(x < 0.3 + width, 2, 1)).astype(np.int8)
            return np.where(x == 0.5, np.int8(3), fate)

        fate = np.stack([fates_at(grid, grid)] * 2)
        *_, (share, curves, _) = boundaries(plan, grid, np.array([0.1, 0.9]), fate, fates_at)
        assert share == 1.0
        assert {curve.fates for curve in curves} == set(expected)
        for curve in curves:
            assert curve.x == pytest.approx(expected[curve.fates], abs=1e-4)


def test_joining_the_boundaries_can_be_interrupted():
    """Where fates change from cell to cell, hundreds of thousands of edges take a second without a trajectory."""
    from dynamics.planar.maps.axes import Axis
    from dynamics.planar.maps.boundaries import boundaries
    from dynamics.planar.maps.phase_map import MapSpec

    axis, other = Axis("a0", 0, 0.0, 1.0), Axis("R0", 0, 0.1, 0.9)
    plan = MapSpec((1.0,), (1.0,), 1.0, 0.0, 0.0, axis, other, 0.0, False, 1e-6)
    n = 40
    x, y = np.linspace(0.0, 1.0, n), np.linspace(0.1, 0.9, n)

    def fates_at(x, y):
        return (np.rint(x * (n - 1)) % 2).astype(np.int8)

    fate = np.stack([fates_at(x, y)] * n)
    found = boundaries(plan, x, y, fate, fates_at)
    for share, *_ in found:  # the bisections; what is left is to join what they found
        if share > 0.85:
            break
    looks = []
    with pytest.raises(Interrupted), interruptible(lambda: looks.append(1) or len(looks) > n * n):
        list(found)
    assert len(looks) == n * n + 1


def test_boundaries_are_the_thresholds():
    found = phase_map(*LEFT, x=C3, y=UP, n=(33, 40), quantities=("boundary",))
    for c3 in found.x:
        expected = UnlearningModel(ONES, (1, -1, c3, 1, 1)).thresholds(0.0, (0.1, 15))
        heights = sorted(
            Y for curve in found.boundary for X, Y in zip(curve.x, curve.y, strict=True) if abs(X - c3) < 1e-12
        )
        assert len(heights) == len(expected)
        assert np.allclose(heights, expected, atol=1e-4 * 14.9)


def test_a_map_without_boundary_has_none():
    assert (
        phase_map(ONES, ONES, y=("a0", 0.5, 5), x=("c_star", 3, 0.5, 1), n=(8, 8), quantities=("boundary",)).boundary
        == ()
    )


def test_refinements_end_in_the_map_and_progress():
    asked = {"x": C4, "y": BOTH, "n": (160, 150), "quantities": ("time", "boundary")}
    maps = list(phase_map_levels(*RIGHT, **asked))
    whole = phase_map(*RIGHT, **asked)
    shares = [found.progress for found in maps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert max(shares[:-1]) < 1.0
    assert maps[0].fate.shape == (64, 64)
    assert maps[-1].fate.shape == (150, 160)
    assert len(maps) > 4
    for name in ("fate", "time"):
        np.testing.assert_array_equal(getattr(maps[-1], name), getattr(whole, name))
    assert len(maps[-1].boundary) == len(whole.boundary)
    first = next(found for found in maps if found.fate.shape == (150, 160))
    assert np.isfinite(first.time).mean() > 0.5  # what is not computed yet is the coarser map's


class Counting(Executor):
    """Threads that count what is begun."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(2)
        self.begun = 0
        self.lock = threading.Lock()

    def submit(self, work, /, *arguments):
        def counted():
            with self.lock:
                self.begun += 1
            return work(*arguments)

        return self.pool.submit(counted)


def test_whoever_stops_asking_stops_the_work():
    executor = Counting()
    levels = phase_map_levels(*RIGHT, x=C4, y=BOTH, n=(512, 512), quantities=("time",), executor=executor)
    next(levels)
    levels.close()
    executor.pool.shutdown(wait=True)
    assert executor.begun < 8


class Pieces(Executor):
    """Runs at once what it is given, and notes how many points of their own come together, and the steps of those
    beside boundaries."""

    def __init__(self):
        self.seen, self.steps, self.begun = [], [], 0

    def submit(self, function, *arguments):
        self.begun += 1
        result = function(*arguments)
        if function is evaluate_some:
            self.seen.append(len(arguments[1]))
        if function is fates_beside:
            self.steps.append(result[1])
        future = Future()
        future.set_result(result)
        return future


def test_cells_that_take_long_are_handed_back_and_come_in_small_pieces(monkeypatch):
    """With a clock by which every part takes a second, each piece ends after its first part."""
    asked = {"x": C4, "y": BOTH, "n": (96, 96), "quantities": ("time", "R"), "tau_end": 50.0}
    whole = phase_map(*RIGHT, **asked)
    seconds, parts = count(), []
    module = sys.modules[evaluate_some.__module__]
    evaluate = module.evaluate_points
    monkeypatch.setattr(module, "thread_time", lambda: float(next(seconds)))
    monkeypatch.setattr(module, "evaluate_points", lambda plan, x, y: parts.append(len(x)) or evaluate(plan, x, y))
    executor = Pieces()
    *_, cut = phase_map_levels(*RIGHT, **asked, executor=executor)
    assert max(executor.seen) <= 512
    assert len(parts) == executor.begun > 2 * 96 * 96 // 512
    for name in ("fate", "R_inf", "time", "R"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(whole, name))
    assert cut.progress == 1.0
    assert cut.trajectories == whole.trajectories


def test_the_work_beside_boundaries_comes_in_small_pieces():
    """It can be stopped between them."""
    executor = Pieces()
    *_, found = phase_map_levels(*RIGHT, x=C4, y=BOTH, n=(512, 512), quantities=("fate", "boundary"), executor=executor)
    assert len(found.boundary) > 1
    assert sum(executor.steps) > 1e5
    assert max(executor.steps) < 5e4, "25 ms: a step takes half a microsecond"


def test_cells_that_saddles_do_not_decide_come_in_small_pieces():
    """They take a hundred times as long as a column with saddles: within its piece they could not be stopped."""
    executor = Pieces()
    target = (2.01279477964, -3.51154972695, -0.191995603384, -3.93893743313)
    asked = {"x": ("c_star", 3, -3.0, 3.0), "y": ("a0", 0.1, 15.0), "n": (256, 256)}
    *_, found = phase_map_levels((10.0,), target, 3.82762592652e-4, **asked, executor=executor)
    assert sum(executor.seen) > 256, "there are such cells"
    assert max(executor.seen) <= 512
    assert found.progress == 1.0
    here = phase_map((10.0,), target, 3.82762592652e-4, **asked)
    np.testing.assert_array_equal(found.fate, here.fate)
    edge = UnlearningModel((10.0,), (*target[:2], 3.0, target[3]), 3.82762592652e-4)
    assert found.fate[0, 255] == edge.fate(0.1)


def test_any_executor_gives_the_same_map():
    asked = {
        "x": C4,
        "y": BOTH,
        "n": (40, 40),
        "quantities": ("time", "lost", "R_inf", "R", "boundary"),
        "tau_end": 100.0,
    }
    here = phase_map(*RIGHT, **asked)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        there = phase_map(*RIGHT, **asked, executor=client.get_executor())
    for name in ("fate", "time", "lost", "R_inf", "R"):
        np.testing.assert_array_equal(getattr(here, name), getattr(there, name))
    assert [curve.fates for curve in here.boundary] == [curve.fates for curve in there.boundary]


def test_a_failing_worker_is_not_swallowed():
    class Failing(Executor):
        def submit(self, work, /, *arguments):
            future = Future()
            future.set_exception(MemoryError("no room"))
            return future

    with pytest.raises(MemoryError, match="no room"):
        phase_map(*LEFT, n=(8, 8), executor=Failing())


def test_samples_have_both_ends():
    found = phase_map(*LEFT, x=("eps", 1e-3, 10), y=UP, n=(5, 7))
    np.testing.assert_allclose(found.x, [1e-3, 1e-2, 1e-1, 1, 10])
    np.testing.assert_array_equal(found.y, np.linspace(0.1, 15, 7))
    assert found.fate.dtype == np.int8
    assert found.fate.shape == (7, 5)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"x": ("c_star", 0, -1, 1)}, r"x: k must be an integer between 1 and 10, not 0"),
        ({"x": ("c_star", 11, -1, 1)}, r"x: k must be an integer between 1 and 10, not 11"),
        ({"x": ("b", 1, 2)}, r"x\[0\] must be one of 'c', 'c_star', 'a0', 'eps', 'R0', not 'b'"),
        ({"y": ("a0", 1)}, "y must be a sequence of 3 to 4 items"),
        ({"y": ("a0", 2, 1)}, "y: a0 must increase, not run from 2 to 1"),
        ({"y": ("a0", 0, 1e4)}, "y: a0 must be a number between -1000 and 1000, not 10000.0"),
        ({"y": ("c_star", 3, 0, 1)}, "x and y must differ, and are both c_star, degree 3"),
        ({"n": (1, 5)}, r"n\[0\] must be an integer between 2 and 4096, not 1"),
        ({"n": 7}, "n must be a sequence of 2 integers, not 7"),
        ({"quantities": ("fame",)}, r"quantities\[0\] must be one of 'fate', .*, not 'fame'"),
        ({"quantities": "fate"}, "quantities must be a sequence of 0 to 6 names, not 'fate'"),
        ({"rtol": 1}, "rtol must be a number between 1e-13 and 0.001, not 1"),
        ({"quantities": ("R",), "tau_end": 0}, "tau_end must be a number between 1e-20 and 1e"),
        ({"x": ("eps", 0, 1)}, "x: eps must be a number between 1e-06 and 10, not 0"),
    ],
)
def test_what_is_wrong_is_named(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        phase_map(*LEFT, **wrong)
    with pytest.raises(ValueError, match=sentence):
        phase_map_levels(*LEFT, **wrong)
