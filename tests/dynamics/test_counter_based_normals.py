"""The normal numbers that batches are made of: their law, their independence, and that they are a function of place."""

import numpy as np
import pytest
from scipy import stats

from dynamics.counter_based_normals import counter_based_normal, stream_key


def drawn(seed, n, d, first=0, dtype=np.float32):
    out = np.empty((n, d), dtype)
    counter_based_normal(stream_key(seed, 1), np.uint64(first), out)
    return out.astype(float)


@pytest.mark.parametrize(("n", "d"), [(2_000, 501), (100_000, 10), (500_000, 2)])
def test_numbers_are_normal(n, d):
    x = drawn(3, n, d).ravel()
    assert stats.kstest(x, "norm").pvalue > 1e-3
    expected = np.array([0, 1, 0, 3, 0, 15, 0, 105])
    for k, moment in enumerate(expected, 1):
        error = np.std(x**k) / np.sqrt(len(x))
        assert abs(np.mean(x**k) - moment) < 4 * error
    for level in (3.0, 4.0, 4.5):
        beyond, share = np.sum(abs(x) > level), 2 * stats.norm.sf(level)
        assert abs(beyond - share * len(x)) < 4 * np.sqrt(share * len(x)) + 1


def test_columns_and_rows_and_seeds_and_parts_are_uncorrelated():
    """Every pair of columns, of x and of x^2; and each row with the next one, with the other half, and other seeds."""
    n, d = 20_000, 41
    x = drawn(0, n, d)
    for y in (x, x**2, abs(x)):
        off = np.corrcoef(y.T)[~np.eye(d, dtype=bool)]
        assert abs(off).max() < 5 / np.sqrt(n)
        assert off.std() < 1.1 / np.sqrt(n)
    other = np.empty((n, d), np.float32)
    counter_based_normal(stream_key(0, 2), np.uint64(0), other)
    for y in (drawn(0, n, d, first=1), drawn(1, n, d), other, drawn(0, n, d, first=n), x[:, ::-1]):
        for power in (1, 2):
            a, b = x**power - np.mean(x**power), y**power - np.mean(y**power)
            middle = d // 2  # of the reversed columns, that are their own
            a, b = np.delete(a, middle, 1), np.delete(b, middle, 1)
            assert abs(np.mean(a * b)) < 5 * np.std(a) * np.std(b) / np.sqrt(a.size / 2)


def test_a_pair_fills_the_plane_evenly():
    """Both numbers of one pair, made of one radius and one angle: chi square over cells of equal probability."""
    x = drawn(7, 400_000, 2)
    cells = np.floor(16 * stats.norm.cdf(x)).astype(int)
    counts = np.bincount(16 * cells[:, 0] + cells[:, 1], minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_a_row_is_a_function_of_its_place():
    whole = drawn(5, 1_000, 33)
    assert (drawn(5, 100, 33, first=700) == whole[700:800]).all()
    assert (drawn(5, 1_000, 33, dtype=np.float64) == whole).all()
    assert np.mean(drawn(6, 1_000, 33) == whole) < 0.01
    assert np.unique(whole).size > 0.99 * whole.size
