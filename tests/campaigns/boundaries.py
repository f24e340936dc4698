"""Boundaries of random phase maps: `python -m tests.campaigns.boundaries [--points 9000] [--seed 1]`.

Beside each point of a boundary, on the grid line through it, are the two fates that the curve names, or a fate is
undecided there. The last line counts; the exit status is 1 if a point is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import numpy as np

from dynamics import Fate, phase_map
from tests.dynamics.planar.test_phase_map import beside_the_points

AXES = (("c_star", 1, -3, 3), ("c_star", 2, -3, 3), ("c", 1, -2, 2), ("c", 2, -2, 2), ("R0", -1, 1))
HEIGHTS = ("a0", -15, 15)


def check(points: int, rng: np.random.Generator) -> Counter[str]:
    """Counts over the boundary points of random maps."""
    counts: Counter[str] = Counter()
    while counts["points"] < points:
        K = int(rng.integers(2, 6))
        c, c_star = (tuple(np.round(rng.uniform(-3, 3, K), 1).tolist()) for _ in range(2))
        eps = float(10 ** rng.uniform(-4, 0))
        x = AXES[rng.integers(len(AXES))]
        found = phase_map(c, c_star, eps, x=x, y=HEIGHTS, n=(24, 24), quantities=("boundary",))
        counts["maps"] += 1
        for point, fates, named in beside_the_points(found, c, c_star, eps=eps):
            counts["points"] += 1
            counts["undecided"] += Fate.UNDECIDED in fates
            if fates != named and Fate.UNDECIDED not in fates:
                counts["wrong"] += 1
                print(f"c={c}, c_star={c_star}, eps={eps!r}, x={x}: {point}, beside it {fates}, named {named}")
    return counts


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=9000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    counts = check(chosen.points, np.random.default_rng(chosen.seed))
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    return int(counts["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
