"""Exponents measured: random networks at growing values of the large number, and slopes fitted to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamics.interruption import checkpoint
from dynamics.linear_network.problem import D_MAX, ENTRY_MAX, SEED_MAX
from dynamics.linear_network.scaling import SCALE_MAX, Exponents, ScalingPhase, scaling_phase
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_integer, check_integers, check_number

SCALES_MAX, SEEDS_MAX = 100, 1_000
NEURONS_MAX = 200_000_000  # drawn altogether, some 10 s
_MEASURED = ("f0", "kernel_ratio", "kernel_excess", "cos_start", "cos_end", "rate")


@dataclass(frozen=True, eq=False)
class MeasuredExponents(Result):
    """Hold networks at growing values of the large number, as far as they are solved.

    Attributes
    ----------
    exponents : Exponents
        The powers.
    phase : ScalingPhase
        Their phase.
    y : float
        Target.
    scales : array (n,)
        Values of the large number.
    widths : array (n,)
        Numbers of neurons.
    f0 : array (n, k)
        Outputs at the start, for each of k seeds.
    kernel_ratio, kernel_excess : array (n, k)
        kernel(inf)/kernel(0), and the ratio less 1.
    cos_start, cos_end : array (n, k)
        cos zeta at both ends.
    rate : array (n, k)
        Rates lambda.
    progress : float
        Share of the neurons that is done.
    """

    exponents: Exponents
    phase: ScalingPhase
    y: float
    scales: FloatArray
    widths: FloatArray
    f0: FloatArray
    kernel_ratio: FloatArray
    kernel_excess: FloatArray
    cos_start: FloatArray
    cos_end: FloatArray
    rate: FloatArray
    progress: float

    def plot(self) -> Any:
        """Draw the kernel's change and the angle over the large number with plotly; a notebook displays it.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import SCALINGS, measured_exponents
        >>> *_, measured = measured_exponents(SCALINGS["NTK"], (10.0, 100.0), (0, 1))
        >>> measured.plot().layout.xaxis.title.text
        'width  d = κ'
        """
        figures = import_module("dynamics.plotting.linear_network.scaling")  # which imports this module
        return import_module("dynamics.plotting").to_plotly(figures.scaling(self, self.exponents.d > 0))

    @cached_property
    def excess_slope(self) -> float:
        """Slope of ``|kernel ratio - 1| / |y^2 - f(0)^2|`` (float).

        The phase's ``excess`` belongs to it: f(0) is of order 1 and differs from network to network. All slopes are
        those of logarithms over the larger half of the scales, through the medians over the seeds, and nan for fewer
        than two scales.
        """
        return self._slope(abs(self.kernel_excess) / abs(self.y**2 - self.f0**2))

    @cached_property
    def ratio_slope(self) -> float:
        """Slope of the kernel ratio (float)."""
        return self._slope(self.kernel_ratio)

    @cached_property
    def cos_start_slope(self) -> float:
        """Slope of the root mean square of cos zeta at the start (float)."""
        return self._slope(self.cos_start, root_mean_square=True)

    @cached_property
    def cos_end_slope(self) -> float:
        """Slope of |cos zeta| at the end (float)."""
        return self._slope(abs(self.cos_end))

    @cached_property
    def rate_slope(self) -> float:
        """Slope of the rate lambda (float)."""
        return self._slope(self.rate)

    def _slope(self, values: FloatArray, root_mean_square: bool = False) -> float:
        """Least squares in logarithms over the larger half of the scales, through the medians over the seeds."""
        last = self.scales >= np.sqrt(self.scales[0] * self.scales[-1])
        if last.sum() < 2:
            return float("nan")
        middle = np.sqrt(np.mean(values**2, axis=1)) if root_mean_square else np.median(values, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y = np.log(self.scales[last]), np.log(middle[last])
        if not np.isfinite(y).all():
            return float("nan")
        x = x - x.mean()
        return float(np.sum(x * y) / np.sum(x * x))


def measured_exponents(
    exponents: Exponents,
    scales: ArrayLike = (1e1, 1e2, 1e3, 1e4, 1e5, 1e6),
    seeds: Sequence[int] = tuple(range(8)),
    y: float = 2.0,
    width: int | None = None,
) -> Iterator[MeasuredExponents]:
    """Measure exponents on random networks on x = 1 at growing values of the large number.

    Each network is ``exponents.network(scale, seed, y, width)``.

    Parameters
    ----------
    exponents : Exponents
        The powers.
    scales : array_like of 2 to 100 floats, default (1e1, 1e2, 1e3, 1e4, 1e5, 1e6)
        Values of the large number, increasing, from 1 on.
    seeds : sequence of 1 to 1,000 ints, default 0 ... 7
        Seeds of the weights.
    y : float in [-1e10, 1e10], default 2
        Target.
    width : int, 1 to 1,000,000, optional
        Neurons per ``scale^c_d``; by default 1 for a width that grows and 10 for one that does not.

    Yields
    ------
    MeasuredExponents
        All networks that are solved, after each of the scales.

    Raises
    ------
    ValueError
        If an argument is outside its range; raised by the call, before the iteration.

    Examples
    --------
    >>> from dynamics import SCALINGS, measured_exponents
    >>> *_, found = measured_exponents(SCALINGS["NTK"], scales=(10, 100, 1_000, 10_000), seeds=range(4))
    >>> print(f"{found.excess_slope:.2f}, predicted {found.phase.excess}")
    -1.01, predicted -1.0
    """
    phase = scaling_phase(exponents)
    values = np.array(check_array("scales", scales, 1.0, SCALE_MAX, ndim=1, least=2, most=SCALES_MAX))
    if not (values[1:] > values[:-1]).all():
        raise ValueError("scales must increase")
    seeds = check_integers("seeds", seeds, 0, SEED_MAX, 1, SEEDS_MAX)
    each = check_integer("width", (1 if exponents.d > 0.0 else 10) if width is None else width, 1, D_MAX)
    y = check_number("y", y, -ENTRY_MAX, ENTRY_MAX)
    widths = np.round(each * values**exponents.d)
    if not (widths <= D_MAX).all():
        raise ValueError(f"scales must lead to at most {D_MAX} neurons, not {widths[-1]:g}")
    if not values[-1] <= exponents.reach:
        raise ValueError(
            f"scales must be at most {exponents.reach:g} with these exponents, not {values[-1]:g}: beyond, gamma, "
            "rates or weights are out of their ranges"
        )
    if widths.sum() * len(seeds) > NEURONS_MAX:
        raise ValueError(f"scales and seeds must take at most {NEURONS_MAX} neurons, not {widths.sum() * len(seeds):g}")
    return _measure(exponents, phase, values, widths, seeds, y, each)


def _measure(
    exponents: Exponents,
    phase: ScalingPhase,
    scales: FloatArray,
    widths: FloatArray,
    seeds: tuple[int, ...],
    y: float,
    width: int,
) -> Iterator[MeasuredExponents]:
    found = np.empty((6, len(scales), len(seeds)))
    for i, scale in enumerate(scales.tolist()):
        for j, seed in enumerate(seeds):
            checkpoint()
            network = exponents.network(scale, seed, y, width)
            start, end = network.start, network.end
            found[:, i, j] = (
                start.f,
                end.kernel_ratio,
                end.kernel_excess,
                start.cos_zeta,
                end.cos_zeta,
                network.rate,
            )
        measured_rows = found[:, : i + 1].copy()
        measured_rows.setflags(write=False)
        progress = float(widths[: i + 1].sum() / widths.sum())
        yield MeasuredExponents(
            exponents,
            phase,
            y,
            scales[: i + 1],
            widths[: i + 1],
            **dict(zip(_MEASURED, measured_rows, strict=True)),
            progress=progress,
        )
