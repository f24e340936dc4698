"""Curves at the precision of a pixel, against distances that are computed pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dynamics.curves import ABSENT, STEPS, ZERO, needed_samples, pixels_on_axes, rounded
from dynamics.typing import FloatArray

NUMBERS = st.floats(-1e3, 1e3, allow_subnormal=False)


def distances(x: FloatArray, y: FloatArray, kept: FloatArray) -> FloatArray:
    """The distance of each sample from the segment of kept samples around it."""
    found = np.zeros(len(x))
    places = np.flatnonzero(kept)
    for i, j in zip(places[:-1], places[1:], strict=True):
        begin, way = np.array([x[i], y[i]]), np.array([x[j] - x[i], y[j] - y[i]])
        for k in range(i + 1, j):
            point = np.array([x[k], y[k]]) - begin
            share = 0.0 if not way.any() else np.clip(point @ way / (way @ way), 0.0, 1.0)
            found[k] = np.hypot(*(point - share * way))
    return found


@given(points=arrays(float, (2, 2, 30), elements=NUMBERS), tolerance=st.floats(0.0, 500.0))
def test_no_sample_is_further_from_the_curve_than_the_tolerance(points: FloatArray, tolerance: float) -> None:
    x, y = points
    needed = needed_samples(x, y, tolerance)
    assert needed[0]
    assert needed[-1]
    for curve in range(2):
        assert distances(x[curve], y[curve], needed).max() <= tolerance * (1 + 1e-9) + 1e-9


def test_a_straight_line_needs_its_ends_and_a_circle_few_samples() -> None:
    x = np.linspace(0.0, 700.0, 1000)
    assert needed_samples(x[None], 2 * x[None], 1e-6).sum() == 2
    angle = np.linspace(0.0, 2 * np.pi, 2000)
    needed = needed_samples(300 * np.cos(angle)[None], 300 * np.sin(angle)[None], 0.3)
    # A chord of a circle of radius r is 0.3 away from it at an angle of 2 sqrt(2 · 0.3 / r).
    least = np.pi / np.sqrt(2 * 0.3 / 300)
    assert least <= needed.sum() <= 2 * least + 2


def test_curves_share_their_samples() -> None:
    x = np.arange(9.0)
    corner_early, corner_late = np.minimum(x, 3.0), np.maximum(x, 5.0)
    needed = needed_samples(np.stack([x, x]), np.stack([corner_early, corner_late]), 1e-9)
    assert np.flatnonzero(needed).tolist() == [0, 3, 5, 8]


def test_the_edges_of_gaps_are_kept() -> None:
    x = np.arange(12.0)
    y = np.where((x > 3) & (x < 8), np.nan, 0.0)
    needed = needed_samples(x[None], y[None], 0.1)
    assert np.flatnonzero(needed).tolist() == [0, 3, 4, 7, 8, 11]


@pytest.mark.parametrize("samples", [0, 1, 2])
def test_nothing_and_single_samples_are_kept(samples: int) -> None:
    assert needed_samples(np.zeros((1, samples)), np.zeros((1, samples)), 1.0).tolist() == [True] * samples


@given(values=arrays(float, 20, elements=st.floats(-1e6, 1e6, allow_subnormal=False)))
def test_rounding_moves_a_number_by_half_a_step_at_most(values: FloatArray) -> None:
    steps, low, high = rounded(values, False)
    assert (low, high) == (values.min(), values.max())
    assert np.abs(low + (high - low) * steps / STEPS - values).max() <= 0.5 * (high - low) / STEPS * (1 + 1e-6)


@given(powers=arrays(float, 20, elements=st.floats(-12.0, 12.0)))
def test_logarithms_are_rounded_alike(powers: FloatArray) -> None:
    steps, low, high = rounded(10.0**powers, True)
    assert np.abs(low + (high - low) * steps / STEPS - powers).max() <= 0.51 * (high - low) / STEPS + 1e-12


def test_what_is_no_number_is_said() -> None:
    steps, _, _ = rounded(np.array([np.nan, np.inf, 1.0, 2.0]), False)
    assert steps.tolist() == [ABSENT, ABSENT, 0, STEPS]
    steps, low, high = rounded(np.array([0.0, -1.0, 0.1, 10.0]), True)
    assert steps.tolist() == [ZERO, ABSENT, 0, STEPS]
    assert (low, high) == (-1.0, 1.0)


def test_axes_have_the_stated_ends_or_those_of_their_samples() -> None:
    values = np.array([[0.0, 5.0, 10.0], [1e-20, 1e-3, 1.0], [-1.0, 0.0, 100.0]])
    ends = np.array([[0.0, 20.0], [np.nan, np.nan], [np.nan, np.nan]])
    pixels, limits = pixels_on_axes(values, np.array([False, True, True]), ends, np.array([100.0, 120.0, 100.0]))
    np.testing.assert_allclose(pixels[0], [0.0, 25.0, 50.0])
    np.testing.assert_allclose(limits[1], [-12.0, 0.0], err_msg="twelve decades at most")
    np.testing.assert_allclose(pixels[1, 1:], [90.0, 120.0])
    assert np.isnan(pixels[2, 0]), "a logarithmic axis has no negative numbers"
    assert pixels[2, 1] == -400.0, "0 is far away"
