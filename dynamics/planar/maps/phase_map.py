"""Phase maps: the fate, and what else becomes of a trajectory, over any two parameters.

Two structures make them fast. Trajectories run side by side in vector code, and each only until its limit is certain
(``batches``). And where one axis is the start a0 with R0 = 0, the fates along it change only where a stable manifold
of a saddle meets R = 0: those are followed backward, one representative between two of them is integrated beside
each of its ends and in the middle, and the cells between have its fate; where saddles do not tell, every
cell is integrated.

Source of the system: Imai, Nishiyama & Imaizumi, arXiv:2602.07378; the method is this project's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from importlib import import_module
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.interruption import checkpoint
from dynamics.planar.batches.batch_integrator import CROSSINGS, classify_batch, stable_manifold_intercepts
from dynamics.planar.limits.limits import Fate
from dynamics.planar.maps.axes import Axis, axis
from dynamics.planar.maps.boundaries import Boundary, boundaries
from dynamics.planar.maps.plan import MapSpec
from dynamics.planar.problem import K_MAX, PlanarProblem
from dynamics.planar.validation import RTOL_RANGE, TAU_MAX, TAU_MIN, start
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_choices, check_instance, check_integers, check_number

SIDE_MAX = 4096  # samples along an axis
NUMBERS = ("R_inf", "time", "lost", "R")  # in the order of ``batch_integrator.classify_batch``
QUANTITIES = ("fate", *NUMBERS, "boundary")
COARSE = 64  # samples along an axis of the first level, where the last has more than twice as many
PIECE = 0.03  # seconds of work that a piece of a map is to take

_FATE_COST, _COURSE_COST = 1e-5, 4e-5  # seconds for a cell: rough, to cut the work into pieces
_POINTS_PER_TASK = 32  # points beside a boundary that are computed in one go, while their cost is not known: up to 3 ms
_STEPS_PER_TASK = 20_000  # steps of trajectories from such points in one go, about 10 ms
_LOOSE = 512  # cells that others have left to do, in one piece
_SAMPLE, _SAMPLE_SHARE = 32, 0.25  # of a piece: cells by whose time that of the others is judged, at least; their share
_LOOK = 0.1  # seconds between two checkpoints
_COLUMN_COST = 1e-4  # for a column whose fates follow from its saddles
_UNDECIDED = int(Fate.UNDECIDED)
_RTOL_HEIGHTS = 1e-7


@dataclass(frozen=True, eq=False)
class PhaseMap(Result):
    """Hold fates over a grid of two parameters.

    Attributes
    ----------
    x_axis, y_axis : Axis
        The axes.
    x : array (nx,)
        Values along the first axis.
    y : array (ny,)
        Values along the second axis.
    fate : int8 array (ny, nx)
        ``fate[j, i]`` is the ``Fate`` at ``x[i]`` and ``y[j]``. Cells that are not computed yet hold the fates of the
        coarser map before, or UNDECIDED.
    R_inf : array (ny, nx) or None
        Alignment as tau goes to infinity; nan where it is not known. This and the following are None unless requested.
    time : array (ny, nx) or None
        Time from which on R stays within half of its largest distance from its limit; nan where it is not known.
    lost : array (ny, nx) or None
        Peak of |R| less its limit; nan where it is not known.
    R : array (ny, nx) or None
        Alignment at ``tau_end``; nan where it is not known.
    boundary : tuple of Boundary or None
        Curves between fates.
    trajectories : int
        Number of trajectories that were integrated.
    progress : float
        Share of the whole work that is done; 1 if the map is complete.
    """

    x_axis: Axis
    y_axis: Axis
    x: FloatArray
    y: FloatArray
    fate: NDArray[np.int8]
    R_inf: FloatArray | None = None
    time: FloatArray | None = None
    lost: FloatArray | None = None
    R: FloatArray | None = None
    boundary: tuple[Boundary, ...] | None = None
    trajectories: int = 0
    progress: float = 1.0

    def plot(self, quantity: str = "fate", legend: str = "") -> Any:
        """Draw the map with plotly; a notebook displays what is returned.

        Parameters
        ----------
        quantity : {"fate", "R_inf", "time", "lost", "R"}, default "fate"
            What the colors show. It has to be among the requested quantities.
        legend : str, optional
            Legend of the colors; by default what the quantity is called.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If the quantity is not among those that were computed.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import phase_map
        >>> found = phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
        >>> found.plot().layout.yaxis.title.text
        'ā, initial second layer'
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        return plotting.to_plotly(plotting.phase_map(self, quantity, legend))


Cells = tuple[NDArray[np.int8], FloatArray, int]  # fates (n,), R_inf, time, lost and R (4, n), trajectories integrated


def evaluate_points(plan: MapSpec, x: FloatArray, y: FloatArray) -> Cells:
    """What becomes of the trajectories at the points (x[i], y[i]), each integrated."""
    given, model, R0, a0 = plan.jobs(x, y)
    fate, out = np.empty(len(x), np.int8), np.empty((4, len(x)))
    classify_batch(*given, model, R0, a0, plan.tau_end, plan.course, plan.rtol, fate, out)
    out[0] += 0.0  # no zeros with a sign
    return fate, out, len(x)


def evaluate_some(plan: MapSpec, x: FloatArray, y: FloatArray) -> tuple[Cells, NDArray[np.bool_]]:
    """Integrate the trajectories at the first points, for about twice ``PIECE`` seconds; and which are left to do.

    What a trajectory takes is measured on the first of them: some take fifty times as long as most.
    """
    fate, out = np.full(len(x), _UNDECIDED, np.int8), np.full((len(NUMBERS), len(x)), np.nan)
    done, most, began = 0, max(_SAMPLE, int(_SAMPLE_SHARE * len(x))), thread_time()
    while most > 0 and done < len(x):
        part = slice(done, done + most)
        fate[part], out[:, part], _ = evaluate_points(plan, x[part], y[part])
        done = min(part.stop, len(x))
        spent = thread_time() - began
        most = int((2.0 * PIECE - spent) * done / max(spent, 1e-9))
    return (fate, out, done), np.arange(len(x)) >= done


def evaluate_block(plan: MapSpec, x: FloatArray, y: FloatArray) -> tuple[Cells, NDArray[np.bool_]]:
    """Return the block of cells at x (nx,) and y (ny,), flattened from (ny, nx), and which cells are left to do.

    Where saddles do not decide, cells are left to be integrated one by one: in pieces of their own, since that takes
    a hundred times as long.
    """
    if plan.in_columns and not plan.course and plan.tau_end == 0.0:
        return _by_thresholds(plan, x, y) if plan.y.name == "a0" else _columns_transposed(plan, x, y)
    X, Y = np.meshgrid(x, y)
    return evaluate_some(plan, X.ravel(), Y.ravel())


def _columns_transposed(plan: MapSpec, x: FloatArray, y: FloatArray) -> tuple[Cells, NDArray[np.bool_]]:
    (fate, out, n), loose = _by_thresholds(replace(plan, x=plan.y, y=plan.x), y, x)

    def transposed(row: Any) -> Any:
        return row.reshape(len(x), len(y)).T.ravel()

    return (transposed(fate), np.stack([transposed(row) for row in out]), n), transposed(loose)


def _by_thresholds(plan: MapSpec, x: FloatArray, y: FloatArray) -> tuple[Cells, NDArray[np.bool_]]:
    """A block whose y axis is a0, by the thresholds of each of its columns."""
    nx, ny = len(x), len(y)
    fate, out = np.full((ny, nx), _UNDECIDED, np.int8), np.full((4, ny, nx), np.nan)
    given, model, _, _ = plan.jobs(x, np.zeros(nx))
    bound = 4.0 * float(np.abs(y).max()) + 100.0
    probes: list[
        tuple[int, int, int]
    ] = []  # of an interval of a column: its column, its first row, the row after its last
    loose = np.zeros((ny, nx), bool)  # cells that have to be integrated themselves
    moving = given.tables[model, 0, 0] != 0.0
    for sign in (-1.0, 1.0):
        rows = np.flatnonzero(sign * y > 0.0)
        if not len(rows):
            continue
        found = np.empty((nx, CROSSINGS))
        counts = np.zeros(nx, np.int64)
        some = np.flatnonzero(moving)
        if len(some):
            at = np.empty((len(some), CROSSINGS))
            counts[some] = stable_manifold_intercepts(
                *given, model[some], np.full(len(some), sign), _RTOL_HEIGHTS, bound, at
            )
            found[some] = at
        for i in range(nx):
            if counts[i] < 0:
                loose[rows, i] = True
                continue
            cuts = np.searchsorted(y[rows], np.sort(sign * found[i, : counts[i]]))
            edges = [0, *cuts.tolist(), len(rows)]
            probes += [
                (i, rows[0] + low, rows[0] + high)
                for low, high in zip(edges[:-1], edges[1:], strict=True)
                if low < high
            ]
    zero = np.flatnonzero(y == 0.0)
    loose[zero] = True
    columns = np.array([(i, i, i) for i, _, _ in probes], int).reshape(-1, 3)
    tested = np.array([(low, (low + high - 1) // 2, high - 1) for _, low, high in probes], int).reshape(-1, 3)
    tests, values, _ = evaluate_points(plan, x[columns.ravel()], y[tested.ravel()])
    tests, ends = tests.reshape(-1, 3), values[0].reshape(-1, 3)
    for (i, low, high), fates, R in zip(probes, tests, ends, strict=True):
        sure = fates != _UNDECIDED
        if sure.any() and (fates[sure] == fates[sure][0]).all() and np.ptp(R[sure]) <= 1e-6:
            fate[low:high, i], out[0, low:high, i] = fates[sure][0], R[sure][0]
        else:
            loose[low:high, i] = True
    return (fate.ravel(), out.reshape(4, -1), tests.size), loose.ravel()


def _pieces(plan: MapSpec, nx: int, ny: int) -> list[tuple[slice, slice]]:
    """The map cut into blocks of columns, of rows, or both, each of about ``PIECE`` seconds."""
    in_columns = plan.in_columns and not plan.course and plan.tau_end == 0.0
    dear = max(1.0, (len(plan.c) / 5.0) ** 2)  # by degree
    if in_columns:
        along_x = plan.y.name == "a0"
        width = max(1, int(PIECE / (dear * (_COLUMN_COST + 3e-7 * (ny if along_x else nx)))))
    else:
        along_x = plan.x.of_model and not plan.y.of_model  # whole columns share a model
        per_cell = dear * (_COURSE_COST if plan.course or plan.tau_end > 0.0 else _FATE_COST)
        width = max(1, int(PIECE / (per_cell * (ny if along_x else nx))))
    total = nx if along_x else ny
    width = min(width, -(-total // (os.cpu_count() or 1)))  # for every core something
    cuts = [slice(low, min(low + width, total)) for low in range(0, total, width)]
    return [(cut, slice(0, ny)) for cut in cuts] if along_x else [(slice(0, nx), cut) for cut in cuts]


def _plan(
    c: Sequence[float],
    c_star: Sequence[float],
    eps: float,
    x: Sequence[Any],
    y: Sequence[Any],
    n: tuple[int, int],
    a0: float,
    R0: float,
    quantities: Sequence[str],
    tau_end: float,
    rtol: float,
    executor: Executor | None,
) -> tuple[MapSpec, tuple[int, int], frozenset[str]]:
    """Everything validated."""
    x_axis, y_axis = axis("x", x), axis("y", y)
    if (x_axis.name, x_axis.k) == (y_axis.name, y_axis.k):
        raise ValueError(f"x and y must differ, and are both {x_axis.name}{f', degree {x_axis.k}' if x_axis.k else ''}")
    requested = frozenset(check_choices("quantities", quantities, QUANTITIES))
    nx, ny = check_integers("n", n, 2, SIDE_MAX, 2, 2)
    tau_end = check_number("tau_end", tau_end, TAU_MIN, TAU_MAX)
    if executor is not None:
        check_instance("executor", executor, Executor)
    model = PlanarProblem(c, c_star, eps)
    K = min(K_MAX, max(model.K, x_axis.k, y_axis.k))
    padding = (0.0,) * (K - model.K)
    plan = MapSpec(
        model.c + padding,
        model.c_star + padding,
        model.eps,
        *start(a0, R0),
        x_axis,
        y_axis,
        tau_end if "R" in requested else 0.0,
        bool(requested & {"time", "lost"}),
        check_number("rtol", rtol, *RTOL_RANGE),
    )
    return plan, (nx, ny), requested


def phase_map_levels(
    c: Sequence[float],
    c_star: Sequence[float],
    eps: float = 1.0,
    x: Sequence[Any] = ("c_star", 3, -3, 3),
    y: Sequence[Any] = ("a0", 0.1, 15),
    n: tuple[int, int] = (256, 256),
    a0: float = 5.0,
    R0: float = 0.0,
    quantities: Sequence[str] = ("fate",),
    tau_end: float = 1e4,
    rtol: float = 1e-6,
    executor: Executor | None = None,
) -> Iterator[PhaseMap]:
    """Compute the map of ``phase_map`` level by level: first a coarse one, then the whole, piece by piece.

    Every map is a whole one, see ``PhaseMap.progress``; the last is what ``phase_map`` returns. To stop the work, stop
    iterating: pieces that are under way then take some tens of milliseconds at most.

    Parameters
    ----------
    c, c_star, eps, x, y, n, a0, R0, quantities, tau_end, rtol, executor
        See ``phase_map``.

    Yields
    ------
    PhaseMap
        The map as far as it is known.

    Raises
    ------
    ValueError
        If an argument is outside its range; raised by the call, before the iteration.

    Examples
    --------
    >>> from dynamics import phase_map_levels
    >>> levels = list(phase_map_levels((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4)))
    >>> levels[-1].progress, levels[-1].fate.shape
    (1.0, (4, 3))
    """
    plan, full, requested = _plan(c, c_star, eps, x, y, n, a0, R0, quantities, tau_end, rtol, executor)
    return _levels(plan, full, requested, executor, coarse=True)


def phase_map(
    c: Sequence[float],
    c_star: Sequence[float],
    eps: float = 1.0,
    x: Sequence[Any] = ("c_star", 3, -3, 3),
    y: Sequence[Any] = ("a0", 0.1, 15),
    n: tuple[int, int] = (256, 256),
    a0: float = 5.0,
    R0: float = 0.0,
    quantities: Sequence[str] = ("fate",),
    tau_end: float = 1e4,
    rtol: float = 1e-6,
    executor: Executor | None = None,
) -> PhaseMap:
    """Compute the fate, and further quantities, over two parameters.

    Parameters
    ----------
    c, c_star : sequence of 1 to 10 floats in [-100, 100]
        Coefficients of activation and target, see ``UnlearningModel``. The value of a parameter that is an axis does
        not matter.
    eps : float in [1e-6, 10], default 1
        Ratio of the time scales.
    x : sequence, default ("c_star", 3, -3, 3)
        First axis: ("c", k, low, high) or ("c_star", k, low, high) with a degree k from 1 to 10, ("a0", low, high),
        ("eps", low, high) or ("R0", low, high). It is sampled evenly with both ends, eps evenly in its logarithm.
    y : sequence, default ("a0", 0.1, 15)
        Second axis, of the same form.
    n : tuple of two ints, 2 to 4096, default (256, 256)
        Numbers of samples (nx, ny).
    a0 : float in [-1e3, 1e3], default 5
        Second-layer weight at the start.
    R0 : float in [-1, 1], default 0
        Alignment at the start.
    quantities : sequence of {"fate", "R_inf", "time", "lost", "R", "boundary"}, default ("fate",)
        What to compute, see ``PhaseMap``; the fate is always computed.
    tau_end : float in [1e-20, 1e8], default 1e4
        Time at which "R" is taken.
    rtol : float in [1e-13, 1e-3], default 1e-6
        Relative tolerance of the integration.
    executor : concurrent.futures.Executor, optional
        Where pieces of the map are computed, as calls of module-level functions with picklable arguments; by default
        threads, one for each core.

    Returns
    -------
    PhaseMap
        The complete map.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    References
    ----------
    Imai, Nishiyama & Imaizumi, arXiv:2602.07378 (the system). The method is this project's.

    Examples
    --------
    >>> import numpy as np
    >>> from dynamics import Fate, phase_map
    >>> found = phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
    >>> found.fate.shape, [Fate(number).name for number in np.unique(found.fate)]
    ((4, 3), ['UNLEARNING', 'FULL_ALIGNMENT'])
    >>> [Fate(number).name for number in found.fate[0]]  # along c*_2 = -1, 0, 1
    ['UNLEARNING', 'UNLEARNING', 'FULL_ALIGNMENT']
    """
    plan, full, requested = _plan(c, c_star, eps, x, y, n, a0, R0, quantities, tau_end, rtol, executor)
    *_, last = _levels(plan, full, requested, executor, coarse=False)
    return last


def _levels(
    plan: MapSpec, full: tuple[int, int], requested: frozenset[str], executor: Executor | None, coarse: bool
) -> Iterator[PhaseMap]:
    sizes = [full]
    first = (min(full[0], COARSE), min(full[1], COARSE))
    if coarse and 2 * max(first) < max(full):
        sizes.insert(0, first)
    works = [len(_pieces(plan, *size)) for size in sizes]
    own = ThreadPoolExecutor(os.cpu_count() or 1) if executor is None else None
    pool = executor or own
    assert pool is not None
    pending: set[Future[Any]] = set()
    share, done, more, before = 0.0, 0, 0, None  # pieces that are done, and those that others have left to do
    try:
        for nx, ny in sizes:
            map_ = _empty(plan, nx, ny, requested, before)
            places: dict[Future[tuple[Cells, NDArray[np.bool_]]], tuple[NDArray[np.intp], NDArray[np.intp]]] = {}
            for cut_x, cut_y in _pieces(plan, nx, ny):
                columns, rows = np.meshgrid(np.arange(nx)[cut_x], np.arange(ny)[cut_y])
                place = columns.ravel(), rows.ravel()
                places[pool.submit(evaluate_block, plan, map_.x[cut_x], map_.y[cut_y])] = place
            pending = set(places)
            while pending:
                checkpoint()
                ready, pending = wait(pending, _LOOK, FIRST_COMPLETED)
                for future in ready:
                    cells, loose = future.result()
                    i, j = places.pop(future)
                    map_ = _with(map_, i, j, cells, ~loose)
                    left = np.flatnonzero(loose)
                    for part in np.array_split(left, -(-len(left) // _LOOSE)) if len(left) else ():
                        rest = pool.submit(evaluate_some, plan, map_.x[i[part]], map_.y[j[part]])
                        places[rest] = i[part], j[part]
                        pending.add(rest)
                        more += 1
                    done += 1
                if not ready:
                    continue
                share = max(share, done / (sum(works) + more + ("boundary" in requested)))  # never less than before
                map_ = replace(map_, progress=share if pending or nx != full[0] or "boundary" in requested else 1.0)
                if coarse or not pending:
                    yield map_
            before = map_
        if "boundary" in requested:
            curves = boundaries(plan, map_.x, map_.y, map_.fate, _bisected(plan, pool))
            traced = 0.0
            while traced < 1.0:
                traced, found, integrated = next(curves)
                if coarse and traced < 1.0:
                    yield replace(map_, progress=(done + traced) / (done + 1))
            yield replace(map_, boundary=found, trajectories=map_.trajectories + integrated, progress=1.0)
    finally:
        for future in pending:
            future.cancel()
        if own is not None:
            own.shutdown(wait=False, cancel_futures=True)


def _empty(plan: MapSpec, nx: int, ny: int, requested: frozenset[str], before: PhaseMap | None) -> PhaseMap:
    """A map in which nothing is computed yet: what is known of it is that of a coarser one."""
    x, y = plan.x.samples(nx), plan.y.samples(ny)
    map_ = PhaseMap(plan.x, plan.y, x, y, np.full((ny, nx), _UNDECIDED, np.int8))
    blank: dict[str, Any] = {name: np.full((ny, nx), np.nan) for name in NUMBERS if name in requested}
    if before is None:
        return replace(map_, **blank)
    rows = np.rint(np.linspace(0, len(before.y) - 1, ny)).astype(int)[:, None]
    columns = np.rint(np.linspace(0, len(before.x) - 1, nx)).astype(int)
    coarse_values = {name: getattr(before, name)[rows, columns] for name in blank}
    return replace(map_, fate=before.fate[rows, columns], trajectories=before.trajectories, **coarse_values)


def _with(
    map_: PhaseMap, i: NDArray[np.intp], j: NDArray[np.intp], cells: Cells, computed: NDArray[np.bool_]
) -> PhaseMap:
    """The map with those of the cells (x[i], y[j]) filled in that are computed; maps given before stay as they were."""
    fate, out, integrated = cells
    i, j = i[computed], j[computed]
    filled: dict[str, Any] = {"fate": map_.fate.copy()}
    filled["fate"][j, i] = fate[computed]
    for row, name in enumerate(NUMBERS):
        if getattr(map_, name) is not None:
            filled[name] = getattr(map_, name).copy()
            filled[name][j, i] = out[row, computed]
    return replace(map_, trajectories=map_.trajectories + integrated, **filled)


def fates_beside(plan: MapSpec, x: FloatArray, y: FloatArray) -> tuple[NDArray[np.int8], int]:
    """Fates of the trajectories at the points (x[i], y[i]), and how many steps they took."""
    given, model, R0, a0 = plan.jobs(x, y)
    fate, out = np.empty(len(x), np.int8), np.empty((4, len(x)))
    steps = classify_batch(*given, model, R0, a0, 0.0, False, plan.rtol, fate, out)
    return fate, steps


def _bisected(plan: MapSpec, pool: Executor) -> Callable[[FloatArray, FloatArray], NDArray[np.int8]]:
    """Fates at points, by all of the pool's workers; in pieces, so that the work can be stopped, as large as those
    before allow."""
    points = _POINTS_PER_TASK

    def fates(x: FloatArray, y: FloatArray) -> NDArray[np.int8]:
        nonlocal points
        parts = np.array_split(np.arange(len(x)), max(1, -(-len(x) // points)))
        futures = [pool.submit(fates_beside, plan, x[part], y[part]) for part in parts]
        found, dearest = [], 1.0
        for part, future in zip(parts, futures, strict=True):
            checkpoint()
            fate, steps = future.result()
            found.append(fate)
            dearest = max(dearest, steps / max(1, len(part)))
        points = max(_POINTS_PER_TASK, int(_STEPS_PER_TASK / dearest))
        return np.concatenate(found)

    return fates
