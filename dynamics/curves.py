"""Curves at the precision of a pixel: where their samples are on an axis, which of them are needed, and as integers."""

import numpy as np
from numpy.typing import NDArray

from dynamics.jit import compiled
from dynamics.typing import FloatArray

DECADES = 12.0  # that a logarithmic axis without stated ends shows at most, below its highest value
FAR = 4.0  # sizes of an axis: what is further away is not seen
STEPS = 65533  # between the lowest and the highest of rounded numbers
ZERO, ABSENT = 65534, 65535  # what an integer says besides: 0 on a logarithmic scale, and no number


def pixels_on_axes(
    values: FloatArray, log: NDArray[np.bool_], ends: FloatArray, size: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where samples are on axes, each row on its own.

    Parameters
    ----------
    values : array (rows, samples)
        Samples; not-a-number is a gap.
    log : array of bool (rows,)
        Whether the axis is logarithmic.
    ends : array (rows, 2)
        What the axis shows, in decades if it is logarithmic. Where it is not a number, the samples fill the axis.
    size : array (rows,)
        Its length, in pixels.

    Returns
    -------
    pixels : array (rows, samples)
        Distances from the lower end, at most four sizes beyond either end.
    ends : array (rows, 2)
        What the axes show.
    """
    pixels, limits = np.empty(values.shape), np.array(ends, float)
    _place(np.ascontiguousarray(values, float), log, limits, np.asarray(size, float), pixels)
    return pixels, limits


def needed_samples(x: FloatArray, y: FloatArray, tolerance: float) -> NDArray[np.bool_]:
    """Return which samples are needed to draw curves to a tolerance.

    Each curve through the needed samples has a distance of at most `tolerance` from every sample that is left out. The
    curves share their samples: one that any of them needs is kept. After Ramer (1972) and Douglas and Peucker (1973).

    Parameters
    ----------
    x, y : array (curves, samples)
        Coordinates, in the unit of the tolerance, such as pixels. Where one is not a number, the curve has a gap, and
        the samples at its edges are kept.
    tolerance : float
        Largest distance, at least 0.

    Returns
    -------
    array of bool (samples,)
        True for what is needed; the first and the last sample always are.
    """
    needed = np.zeros(x.shape[1], np.bool_)
    if len(needed):
        _mark(np.ascontiguousarray(x, float), np.ascontiguousarray(y, float), tolerance * tolerance, needed)
    return needed


def rounded(values: FloatArray, log: bool) -> tuple[NDArray[np.uint16], float, float]:
    """Return numbers as integers between the lowest and the highest of them, or of their logarithms.

    Parameters
    ----------
    values : array (samples,)
        Numbers.
    log : bool
        Whether the decimal logarithms are rounded; then negative numbers are absent.

    Returns
    -------
    steps : array of uint16 (samples,)
        From 0 at the lowest to 65533 at the highest; 65534 is 0 on a logarithmic scale, 65535 no number.
    low, high : float
        The lowest and the highest, or their logarithms.
    """
    steps, ends = np.empty(values.shape, np.uint16), np.empty(2)
    _round(np.ascontiguousarray(values, float), log, steps, ends)
    return steps, float(ends[0]), float(ends[1])


@compiled
def _own(value: float, log: bool) -> float:
    """A number in the unit of an axis; nothing that a logarithmic one has not."""
    if not log:
        return value
    return np.log10(value) if value > 0.0 else -np.inf if value == 0.0 else np.nan


@compiled
def _place(values: FloatArray, log: NDArray[np.bool_], ends: FloatArray, size: FloatArray, pixels: FloatArray) -> None:
    """Fill `pixels`, and the ends that are not stated."""
    for row in range(values.shape[0]):
        low, high = ends[row, 0], ends[row, 1]
        states = not (np.isnan(low) or np.isnan(high))
        if not states:
            low, high = np.inf, -np.inf
        for k in range(values.shape[1]):
            own = _own(values[row, k], log[row])
            pixels[row, k] = own
            if not states and np.isfinite(own):
                low, high = min(low, own), max(high, own)
        if low > high:
            low = high = 0.0
        if not states and log[row]:
            low = max(low, high - DECADES)
        ends[row, 0], ends[row, 1] = low, high
        span = high - low if high > low else np.inf
        nearest, furthest = -FAR * size[row], (1.0 + FAR) * size[row]
        for k in range(values.shape[1]):
            own = pixels[row, k]
            if np.isnan(own):
                continue
            place = (own - low) / span * size[row] if np.isfinite(own) else own
            pixels[row, k] = min(max(place, nearest), furthest)


@compiled
def _round(values: FloatArray, log: bool, steps: NDArray[np.uint16], ends: FloatArray) -> None:
    """Fill `steps` and the two ends."""
    low, high = np.inf, -np.inf
    for value in values:
        own = _own(value, log)
        if np.isfinite(own):
            low, high = min(low, own), max(high, own)
    if low > high:
        low = high = 0.0
    ends[0], ends[1] = low, high
    span = high - low if high > low else np.inf
    for k in range(values.shape[0]):
        own = _own(values[k], log)
        if np.isfinite(own):
            steps[k] = np.uint16(np.rint((own - low) / span * STEPS))
        else:
            steps[k] = ZERO if log and values[k] == 0.0 else ABSENT


@compiled
def _square_distance(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Squared distance of a point from a segment; 0 where all of them are a gap."""
    if np.isnan(x + y):
        return 0.0
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    share = 0.0 if length == 0.0 else min(max(((x - x0) * dx + (y - y0) * dy) / length, 0.0), 1.0)
    away_x, away_y = x - x0 - share * dx, y - y0 - share * dy
    return away_x * away_x + away_y * away_y


@compiled
def _mark(x: FloatArray, y: FloatArray, limit: float, needed: NDArray[np.bool_]) -> None:
    """Mark the needed samples; limit: the squared tolerance.

    First those at the edges of gaps, then, between two that are marked, the one that is furthest from the segment.
    """
    n = x.shape[1]
    needed[0] = needed[n - 1] = True
    for c in range(x.shape[0]):
        for k in range(1, n):
            if np.isnan(x[c, k] + y[c, k]) != np.isnan(x[c, k - 1] + y[c, k - 1]):
                needed[k - 1] = needed[k] = True
    begins, ends = np.empty(n, np.int64), np.empty(n, np.int64)  # a stack of segments
    count, last = 0, 0
    for k in range(1, n):
        if needed[k]:
            begins[count], ends[count] = last, k
            count, last = count + 1, k
    while count > 0:
        count -= 1
        i, j = begins[count], ends[count]
        worst, at = limit, -1
        for k in range(i + 1, j):
            for c in range(x.shape[0]):
                distance = _square_distance(x[c, k], y[c, k], x[c, i], y[c, i], x[c, j], y[c, j])
                if distance > worst:
                    worst, at = distance, k
        if at < 0:
            continue
        needed[at] = True
        begins[count], ends[count] = i, at
        begins[count + 1], ends[count + 1] = at, j
        count += 2
