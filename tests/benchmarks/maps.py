"""Phase maps against scipy's LSODA for every cell, in alternating runs with new input every time.

LSODA's time for a whole map is that of a random sample of its cells. What counts is the median ratio of times.
Exits with 1 if a required ratio is missed.
"""

import sys

import numpy as np

import dynamics
from dynamics import phase_map
from tests.benchmarks import lsoda
from tests.benchmarks.__main__ import timed

C = (1.0, 1.0, 1.0, 1.0, 1.0)
N = 256
SAMPLE = 24  # cells of a map that LSODA integrates
REPEATS = 9
FATES, ALIGNMENTS, LARGE = 10_000.0, 500.0, 20.0


def problem(random):
    """A map over (c*_3, a0) beside the published one."""
    c_star = tuple(np.array([1.0, -1.0, 0.0, 1.0, 1.0]) + random.uniform(-1e-2, 1e-2, 5))
    axes = {
        "x": ("c_star", 3, -3 + random.uniform(-0.01, 0.01), 3 + random.uniform(-0.01, 0.01)),
        "y": ("a0", 0.1 + random.uniform(0, 0.01), 15 + random.uniform(-0.01, 0.01)),
    }
    return c_star, axes


def rival(random, c_star, axes, tau_end):
    """Seconds that LSODA would take for the whole map."""
    cells = []
    for _ in range(SAMPLE):
        c3 = random.uniform(*axes["x"][2:])
        cells.append((lsoda.right_hand_side(C, (*c_star[:2], c3, *c_star[3:]), 1.0), random.uniform(*axes["y"][1:])))
    times = np.array([0.0, tau_end])
    seconds, _ = timed(lambda: [lsoda.trajectory(rhs, a0, 0.0, times, 1e-9) for rhs, a0 in cells])
    return seconds * N * N / SAMPLE


def against_lsoda(random, name, required, rival_end, **asked):
    ratios, ours, theirs = [], [], []
    for _ in range(REPEATS):
        c_star, axes = problem(random)
        us, _ = timed(lambda c=c_star, a=axes: phase_map(C, c, n=(N, N), **a, **asked))
        them = rival(random, c_star, axes, rival_end)
        ours.append(us)
        theirs.append(them)
        ratios.append(them / us)
    ratio = float(np.median(ratios))
    print(f"{name}: ours {1e3 * np.median(ours):.1f} ms, LSODA {np.median(theirs):.0f} s, ratio {ratio:.0f}")
    print(f"required: at least {required:g}\n")
    return ratio >= required


def growth(random):
    ratios, large = [], []
    for _ in range(REPEATS):
        c_star, axes = problem(random)
        small, _ = timed(lambda c=c_star, a=axes: phase_map(C, c, n=(N, N), **a))
        c_star, axes = problem(random)
        big, _ = timed(lambda c=c_star, a=axes: phase_map(C, c, n=(4 * N, 4 * N), **a))
        ratios.append(big / small)
        large.append(big)
    ratio = float(np.median(ratios))
    print(f"fates, {4 * N} x {4 * N}: {1e3 * np.median(large):.0f} ms, {ratio:.1f} times {N} x {N}")
    print(f"required: at most {LARGE:g}\n")
    return ratio <= LARGE


def main():
    random = np.random.default_rng()
    dynamics.warm_up()
    c_star, axes = problem(random)
    phase_map(C, c_star, n=(8, 8), quantities=("R",), **axes)
    rival(random, c_star, axes, 1.0)
    print(f"phase maps over (c*_3, a0), {N} x {N}; LSODA at rtol 1e-9 from {SAMPLE} cells a map")
    passed = [
        against_lsoda(random, "fates", FATES, 1e5),
        against_lsoda(random, "R at tau = 1e4, rtol 1e-6", ALIGNMENTS, 1e5, quantities=("R",)),
        growth(random),
    ]
    print("passed" if all(passed) else "MISSED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
