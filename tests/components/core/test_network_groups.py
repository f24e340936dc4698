"""Summaries of several runs: never a mean that none of them is near."""

from __future__ import annotations

import numpy as np
import pytest

from components.core import network_groups
from dynamics.simulation import run_groups


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.137, 0.285], [1, 1]),
        ([0.268, 0.280], [2]),
        ([-1.0, *np.linspace(0.166, 0.170, 39)], [1, 39]),
        ([0.1, 0.11, 0.97, 0.98, 0.99], [2, 3]),
        ([0.1, 0.5, 0.9], [3]),
        ([80.0, 80.5, 79.9], [3]),
        ([5.0, 5.0, 80.0], [2, 1]),
        ([0.5], [1]),
        ([np.nan, 0.5, np.nan], [1]),
        ([], []),
    ],
)
def test_values_part_where_a_gap_is_large_for_both_sides(values: list[float], expected: list[int]) -> None:
    parts = run_groups.groups(values)
    assert [len(part) for part in parts] == expected
    joined = [one for part in parts for one in part]
    assert joined == sorted(one for one in values if np.isfinite(one))


def test_a_mean_is_representative_where_a_run_is_near_it() -> None:
    values = np.array([[0.137, 0.285, np.nan], [0.27, 0.28, np.nan], [0.2, 0.5, 0.8], [np.nan] * 3, [79.0, 81.0, 80.0]])
    assert run_groups.has_representative_mean(values, axis=1).tolist() == [False, True, True, True, True]
    rng = np.random.default_rng(0)
    for _ in range(300):
        each = rng.uniform(-1, 1, rng.integers(1, 6)) * rng.choice([1.0, 100.0])
        distance = np.abs(each - each.mean()).min()
        assert bool(run_groups.has_representative_mean(each)) == (distance <= run_groups.resolution(each))


def test_a_sentence_contains_every_run_or_the_ends_of_its_group() -> None:
    assert network_groups.each([0.13734, 0.28459], 3) == "0.137 and 0.285"
    assert network_groups.each([0.99731, 0.99728], 3) == "0.997"
    assert network_groups.each([0.381, 0.387, 0.384, 0.382], 3) == "0.381 to 0.387"
    assert network_groups.each([0.1, 0.98, 0.985], 3) == "0.1 (1 run) and 0.98 to 0.985 (2 runs)"
    assert network_groups.each([0.1, 0.98], 3, "seed", 1) == "0.1 and 0.98"
    assert network_groups.each([np.nan], 3) == "undefined"
    rng = np.random.default_rng(1)
    for _ in range(300):
        values = np.round(rng.choice([0.1, 0.9]) + rng.uniform(0, 0.5, rng.integers(3, 7)), 3)
        text = network_groups.each(values, 4)
        assert f"{values.min():.4g}" in text
        assert f"{values.max():.4g}" in text
