"""The distance of solutions to their singular orbits."""

from __future__ import annotations

import numpy as np
import pytest

from dynamics import UnlearningModel

ONES = (1.0,) * 5


def distance(c_star: tuple[float, ...], a0: float, eps: float, R0: float = 0.0) -> float:
    return UnlearningModel(ONES, c_star, eps).trajectory(a0, R0, 100.0).orbit_distance


def test_a_solution_comes_as_near_to_its_singular_orbit_as_eps_is_small() -> None:
    """From a landing, O(eps); past a fold and through a delayed exit slower, but it comes."""
    plain = [distance((1, 1, 1, 1, 1), 3.0, eps) for eps in (1.0, 1e-1, 1e-2, 1e-3)]
    assert np.array(plain[1:]) / plain[:-1] == pytest.approx(0.1, rel=0.05)
    far, middle, near = (distance((1, -1, 2.5, 1, 1), 0.1, eps) for eps in (1.0, 1e-2, 1e-4))
    assert near < 0.1 * middle < 0.1 * far
    assert distance((1, -1, 1, 1, 1), 10.0, 1e-4) < 2e-4  # the runaway branch


def test_on_the_other_side_of_the_threshold_it_is_far() -> None:
    """At eps = 1 the threshold is 3.74, as eps -> 0 it is 3.77: between them solution and orbit part."""
    assert distance((1, -1, -1, 1, 1), 3.76, 1.0) > 0.3
    assert distance((1, -1, -1, 1, 1), 3.76, 1e-5) < 0.05


def test_the_distance_is_that_of_the_farthest_sample() -> None:
    model = UnlearningModel(ONES, (1, -1, 1, 1, 1), 0.1)
    run, orbit = model.trajectory(5.0, tau_end=10.0), model.singular_orbit(5.0)
    R, a = (
        np.concatenate(
            [
                np.interp(np.linspace(0, n - 1, 40 * n), np.arange(n), getattr(piece, name))
                for piece in orbit.pieces
                for n in [piece.R.size]
            ]
        )
        for name in ("R", "a")
    )
    apart = np.hypot(run.R[:, None] - R, (run.a[:, None] - a) / np.maximum(1, np.abs(run.a))[:, None])
    assert run.orbit_distance == pytest.approx(apart.min(axis=1).max(), rel=0.01)


def test_what_stays_has_no_distance() -> None:
    assert distance((1, -1, 1, 1, 1), 0.0, 1.0) == 0.0
    assert UnlearningModel((0.0,), (1.0,)).trajectory(2.0, 0.3).orbit_distance == pytest.approx(0.0, abs=1e-12)
