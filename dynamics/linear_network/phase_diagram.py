"""Finite-width phase diagrams: how far the kernel has moved at the end of time, over two hyperparameters.

What a network tends to is known in closed form from the lengths of u and v and the angle between them, and these are
the same for all hyperparameters but the width; so a diagram takes three sums for each seed, and a few operations for
each cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from math import log
from typing import Any

import numpy as np

from dynamics.interruption import checkpoint
from dynamics.linear_network.norms import LayerGeometry
from dynamics.linear_network.problem import (
    D_MAX,
    ENTRY_MAX,
    ETA_RANGE,
    GAMMA_RANGE,
    SEED_MAX,
    correlated_weights,
    sample_weights,
)
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_integer, check_integers, check_number, check_sequence

BOUNDS = {
    "d": (1.0, float(D_MAX)),
    "sigma_u": (1e-30, ENTRY_MAX),
    "sigma_w": (1e-30, ENTRY_MAX),
    "gamma": GAMMA_RANGE,
    "eta_u": ETA_RANGE,
    "eta_w": ETA_RANGE,
    "y": (-ENTRY_MAX, ENTRY_MAX),
    "x_norm": (1e-30, ENTRY_MAX),
}
SIDE_MAX, SEEDS_MAX = 1_000, 100
CELLS_MAX = 10_000_000  # times seeds
BORDERS = (log(0.95), log(1.05))
"""ln of the kernel ratios at which a network leaves the kernel phase, for contours."""

_FEW = 64  # neurons may be nearly parallel, and their angle is taken from themselves instead of from sums


@dataclass(frozen=True, eq=False)
class PhaseDiagram(Result):
    """Hold the end of linear networks over two hyperparameters, for each seed.

    Attributes
    ----------
    x_name, y_name : str
        Names of the axes.
    x : array (nx,)
        Values along the first axis.
    y : array (ny,)
        Values along the second axis.
    fixed : dict of str to float
        Values of the other hyperparameters.
    seeds : tuple of int
        Seeds of the weights.
    log_ratio : array (seeds, ny, nx)
        ln of kernel(inf) / kernel(0); -inf where the kernel vanishes, nan where it is 0 from the start.
    cos_start, cos_end : array (seeds, ny, nx)
        |cos zeta| at both ends; nan for a zero vector.
    """

    x_name: str
    y_name: str
    x: FloatArray
    y: FloatArray
    fixed: dict[str, float]
    seeds: tuple[int, ...]
    log_ratio: FloatArray
    cos_start: FloatArray
    cos_end: FloatArray

    @cached_property
    def median(self) -> FloatArray:
        """Median of log_ratio over the seeds (array (ny, nx)); its contours at ``BORDERS`` bound the kernel phase."""
        ordered = np.sort(self.log_ratio, axis=0)
        return np.asarray(0.5 * (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]))

    @cached_property
    def mean(self) -> FloatArray:
        """Mean of log_ratio over the seeds (array (ny, nx))."""
        return np.asarray(self.log_ratio.mean(axis=0))

    @cached_property
    def spread(self) -> FloatArray:
        """Standard deviation of log_ratio over the seeds (array (ny, nx))."""
        return np.asarray(self.log_ratio.std(axis=0))

    @cached_property
    def cos_change(self) -> FloatArray:
        """Mean change of |cos zeta| over the seeds (array (ny, nx))."""
        return np.asarray((self.cos_end - self.cos_start).mean(axis=0))

    def plot(self, quantity: str = "kernel") -> Any:
        """Draw the diagram with plotly; a notebook displays what is returned.

        Parameters
        ----------
        quantity : {"kernel", "angle", "spread"}, default "kernel"
            What the colors show: the kernel ratio, the change of |cos zeta|, or the spread of ln of the kernel ratio.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If the quantity is unknown.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import LinearEnsemble
        >>> LinearEnsemble(d=10).phase_diagram(n=(3, 2), seeds=(0, 1)).plot().layout.xaxis.title.text
        'γ, output scale'
        """
        figures = import_module("dynamics.plotting.linear_network.phase_diagram")  # which imports this module
        check_choice("quantity", quantity, tuple(figures.QUANTITIES))
        return import_module("dynamics.plotting").to_plotly(figures.phase_diagram(self, quantity))


def phase_diagram(
    x: Sequence[Any] = ("gamma", 1e-3, 1.0),
    y: Sequence[Any] = ("sigma_u", 1e-2, 1e2),
    n: tuple[int, int] = (200, 200),
    seeds: Sequence[int] = tuple(range(8)),
    d: int = 100,
    sigma_u: float = 1.0,
    sigma_w: float = 1.0,
    gamma: float = 1.0,
    eta_u: float = 1.0,
    eta_w: float = 1.0,
    target: float = 1.0,
    x_norm: float = 1.0,
    alignment: float = 0.0,
) -> PhaseDiagram:
    """Compute the exact end of ``LinearNetwork.random`` (of one input) over two hyperparameters.

    Parameters
    ----------
    x : sequence of three items (name, low, high), default ("gamma", 1e-3, 1.0)
        First axis, with a name out of "d", "sigma_u", "sigma_w", "gamma", "eta_u", "eta_w", "y" (the target) and
        "x_norm" (|x|). Values are spaced evenly in the logarithm, those of a target that is not positive throughout
        evenly in itself; those of d are rounded.
    y : sequence of three items (name, low, high), default ("sigma_u", 1e-2, 1e2)
        Second axis, of the same form.
    n : tuple of two ints, 2 to 1,000, default (200, 200)
        Numbers of values (nx, ny); nx ny times the number of seeds is at most 10,000,000.
    seeds : sequence of 1 to 100 ints, default 0 ... 7
        Seeds of the weights.
    d : int, 1 to 1,000,000, default 100
        Width. It and the following have the given value unless they are an axis.
    sigma_u, sigma_w : float in [0, 1e10], default 1
        Standard deviations of the weights.
    gamma : float in [1e-300, 1e10], default 1
        Scale of the output.
    eta_u, eta_w : float in [1e-30, 1e30], default 1
        Rates of the two layers.
    target : float in [-1e10, 1e10], default 1
        Target y.
    x_norm : float in [0, 1e10], default 1
        |x|.
    alignment : float in [-1, 1], default 0
        Alignment of the start, see ``LinearNetwork.random``.

    Returns
    -------
    PhaseDiagram
        Kernel ratios and angles.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    Examples
    --------
    >>> from dynamics import phase_diagram
    >>> diagram = phase_diagram(("gamma", 1e-3, 1), ("sigma_u", 0.01, 100), n=(3, 2), seeds=(0, 1))
    >>> diagram.log_ratio.shape
    (2, 2, 3)
    >>> abs(diagram.median) > 0.05  # whether features are learned
    array([[ True,  True, False],
           [False, False, False]])
    """
    values: dict[str, Any] = {
        "d": check_integer("d", d, 1, D_MAX),
        "sigma_u": check_number("sigma_u", sigma_u, 0.0, ENTRY_MAX),
        "sigma_w": check_number("sigma_w", sigma_w, 0.0, ENTRY_MAX),
        "gamma": check_number("gamma", gamma, *GAMMA_RANGE),
        "eta_u": check_number("eta_u", eta_u, *ETA_RANGE),
        "eta_w": check_number("eta_w", eta_w, *ETA_RANGE),
        "y": check_number("target", target, -ENTRY_MAX, ENTRY_MAX),
        "x_norm": check_number("x_norm", x_norm, 0.0, ENTRY_MAX),
    }
    alignment = check_number("alignment", alignment, -1.0, 1.0)
    nx, ny = check_integers("n", n, 2, SIDE_MAX, 2, 2)
    seeds = check_integers("seeds", seeds, 0, SEED_MAX, 1, SEEDS_MAX)
    x_name, along_x = _axis("x", x, nx)
    y_name, along_y = _axis("y", y, ny)
    if x_name == y_name:
        raise ValueError(f"x and y must differ, and are both {x_name}")
    if nx * ny * len(seeds) > CELLS_MAX:
        raise ValueError(f"n and seeds must give at most {CELLS_MAX} cells, not {nx} x {ny} for {len(seeds)} seeds")
    fixed = {name: float(value) for name, value in values.items() if name not in (x_name, y_name)}
    values[x_name], values[y_name] = along_x[None, :], along_y[:, None]
    found = np.empty((3, len(seeds), ny, nx))
    for k, seed in enumerate(seeds):
        checkpoint()
        pair = _pairs(np.asarray(values["d"]).astype(int), seed, alignment)
        _end(values, pair, found[:, k])
    found.setflags(write=False)
    return PhaseDiagram(x_name, y_name, along_x, along_y, fixed, seeds, *found)


def _axis(which: str, given: Sequence[Any], n: int) -> tuple[str, FloatArray]:
    name, *ends = check_sequence(which, given, 3, 3, "items (name, low, high)")
    name = check_choice(f"{which}[0]", name, tuple(BOUNDS))
    low, high = (check_number(f"{which}: {name}", value, *BOUNDS[name]) for value in ends)
    if not low < high:
        raise ValueError(f"{which}: {name} must increase, not run from {low:g} to {high:g}")
    samples = np.geomspace(low, high, n) if low > 0.0 else np.linspace(low, high, n)
    samples[0], samples[-1] = low, high
    return name, np.round(samples) if name == "d" else samples


def _pairs(d: FloatArray, seed: int, alignment: float) -> LayerGeometry:
    """Lengths and angles of the first d (any shape) of the neurons drawn."""
    u, W = sample_weights(int(d.max()), 1, seed)
    v = W[:, 0]
    u = correlated_weights(u, v, alignment) if alignment != 0.0 else u
    if d.ndim == 0:
        return LayerGeometry.of(u, v)
    sums = (np.cumsum(one)[d - 1] for one in (u * u, v * v, u * v))
    u2, v2, uv = sums
    cosine = uv / np.sqrt(u2 * v2)
    pair = LayerGeometry(np.sqrt(u2), np.sqrt(v2), 0.5 + 0.5 * cosine, 0.5 - 0.5 * cosine)
    few = {m: LayerGeometry.of(u[:m], v[:m]) for m in np.unique(d[d < _FEW]).tolist()}
    for m, one in few.items():
        for name in ("u", "v", "cos_plus", "cos_minus"):
            getattr(pair, name)[d == m] = getattr(one, name)
    return pair


def _end(values: dict[str, Any], pair: LayerGeometry, found: FloatArray) -> None:
    """Write log_ratio, cos_start and cos_end into found (3, ny, nx)."""
    y, eta_u, eta_w = values["y"], values["eta_u"], values["eta_w"]
    scale = values["gamma"] * values["x_norm"]
    u, v = values["sigma_u"] * pair.u, values["sigma_w"] * pair.v
    a, b = u / np.sqrt(eta_u), v / np.sqrt(eta_w)
    apart, twice = (a - b) ** 2, 4.0 * (a * b)
    p, q = apart + twice * pair.cos_plus, apart + twice * pair.cos_minus
    stuck = ((p == 0.0) & (y > 0.0)) | ((q == 0.0) & (y < 0.0))
    end = np.where(stuck, 0.0, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_half_g = np.log(0.5 * scale) + 0.5 * (np.log(eta_u) + np.log(eta_w))  # p and q times g / 2 may underflow
        log_p, log_q = log_half_g + np.log(p), log_half_g + np.log(q)
        log_floor, log_H0 = 0.5 * (log_p + log_q), log_half_g + np.log(0.5 * (p + q))
        log_H = np.log(np.hypot(end, np.exp(log_floor)))
        some, area = (scale > 0.0) & (u > 0.0) & (v > 0.0), scale * u * v * pair.sine
        cos_end = abs(end) / np.hypot(end, area)
        zero = end == 0.0
        if zero.any():
            log_H = np.where(zero, log_floor, log_H)
            cos_end = np.where(zero, np.where(some & (pair.sine > 0.0) & ~stuck, 0.0, np.nan), cos_end)
        found[0] = np.where(log_H0 > -np.inf, log_H - log_H0, np.nan)
        found[1] = np.where(some, abs(pair.cosine), np.nan)
        found[2] = cos_end
