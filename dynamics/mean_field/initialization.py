"""Where neurons start, and the times at which they are looked at: drawn, and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_choice, check_integer, check_number, check_times

NEURONS_MAX = 10_000
A0_MAX = 1e3
T_MIN, T_MAX = 1e-12, 1e6
SAMPLES_MAX = 100_000
SEED_MAX = 2**32 - 1
InitDistribution = Literal["uniform", "normal", "alike"]
INIT_DISTRIBUTIONS: tuple[InitDistribution, ...] = ("uniform", "normal", "alike")
_DEVIATIONS = 10.0  # standard deviations from 0 that no weight exceeds


def initial_weights(m: int, seed: int = 0, law: InitDistribution = "uniform", scale: float = 1.0) -> FloatArray:
    """Draw second-layer weights a_i(0).

    The first weights do not depend on m: a wider network begins with the same neurons.

    Parameters
    ----------
    m : int, 1 to 10,000
        Neurons.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of the random numbers.
    law : {"uniform", "normal", "alike"}, default "uniform"
        Uniform on [-scale, scale], normal with the standard deviation ``scale``, or all equal to ``scale``.
    scale : float in [-1e3, 1e3], default 1
        Scale of the weights; for "normal" in [-100, 100].

    Returns
    -------
    array (m,)
        The weights.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics import initial_weights
    >>> initial_weights(3).round(3)
    array([ 0.274, -0.46 , -0.918])
    >>> initial_weights(2, law="alike", scale=0.5)
    array([0.5, 0.5])
    """
    m, seed = check_integer("m", m, 1, NEURONS_MAX), check_integer("seed", seed, 0, SEED_MAX)
    law = check_choice("law", law, INIT_DISTRIBUTIONS)
    largest = A0_MAX / _DEVIATIONS if law == "normal" else A0_MAX
    scale = check_number("scale", scale, -largest, largest)
    rng = np.random.default_rng(seed)
    if law == "uniform":
        return scale * rng.uniform(-1.0, 1.0, m)
    if law == "normal":
        return scale * rng.standard_normal(m)
    return np.full(m, scale)


def starting_weights(m: int, a0: ArrayLike | None, seed: int) -> FloatArray:
    """a0 for each of m neurons, read-only: given for each, one for all, or (None) ``initial_weights`` of the seed.
    Raises ValueError with a sentence."""
    start = initial_weights(m, seed) if a0 is None else np.array(check_array("a0", a0, -A0_MAX, A0_MAX))
    if start.ndim == 0:
        start = np.full(m, float(start))
    if start.shape != (m,):
        raise ValueError(f"a0 must be one number or {m} numbers, not an array of shape {start.shape}")
    start.setflags(write=False)
    return start


@dataclass(frozen=True, eq=False)
class Groups:
    """Neurons that start alike and so stay alike: ``a0`` and ``counts`` (n,) of each group; of each neuron its group
    (``index``) and whether it is the mirror image of that (``sign``, 1 or -1), both (m,)."""

    a0: FloatArray
    counts: Any
    index: Any
    sign: FloatArray

    def expand(self, values: FloatArray) -> FloatArray:
        """Values (..., n) of the groups for each neuron, (..., m)."""
        return np.asarray(values[..., self.index] * self.sign)


def grouped(a0: FloatArray, odd: bool) -> Groups:
    """The groups of neurons with equal a0, in the order of their first neurons. odd: of an odd activation, for which
    neurons (a, s) and (-a, -s) put out the same, and those that start so stay so."""
    keys = abs(a0) if odd else a0
    _, first, index, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    sign = np.where(odd & (a0 < 0.0), -1.0, 1.0)
    return Groups(keys[first[order]], counts[order], np.argsort(order)[index], sign)


def sample_times(t: ArrayLike) -> tuple[FloatArray, float]:
    """Increasing times from 0 or later, shape (n,), and the end of an integration that reaches them all. Raises
    ValueError."""
    times = np.array(check_times("t", t, T_MAX, SAMPLES_MAX))
    t_end = float(times[-1]) or T_MIN
    if t_end < T_MIN:
        raise ValueError(f"t must end at 0 or between {T_MIN:g} and {T_MAX:g}, not at {t_end:g}")
    return times, t_end
