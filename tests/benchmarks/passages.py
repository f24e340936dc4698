"""Steps and time with and without slow passages through a = 0, against scipy's LSODA.

The steps are those of fixed random problems (K = 1 ... 10, eps = 1e-6 ... 1, rtol 1e-8): without a passage they may be
a quarter more than they were before passages were followed. The times are of new problems every time, in alternating
runs at the same tolerance; LSODA has no guard, so its solutions may be on the wrong branch after a passage. Exits with
1 if a bound is missed.
"""

import sys
from dataclasses import replace

import numpy as np

import dynamics
from tests.benchmarks import lsoda
from tests.benchmarks.__main__ import timed
from tests.campaigns.passages import exits, random_case

TAU_END = 1e4
TAU = np.concatenate([[0.0], np.geomspace(1e-3, TAU_END, 399)])
RTOL = 1e-8
PROBLEMS, SEED = 900, 16
GROUPS = ("R0 = 0", "no passage", "a passage")
STEPS_BEFORE = {"R0 = 0": 173.1, "no passage": 299.1}  # mean steps before passages were followed
MORE = 1.25  # the allowed ratio to these
RATIO = 15.0  # the least ratio of LSODA's time to ours
REPEATS = 60  # problems of each group that are timed


def solve(case):
    """Our trajectory of a case."""
    return case.model.trajectory(case.a0, case.R0, tau=TAU, rtol=RTOL)


def group(case, run):
    """The group of a case."""
    return GROUPS[0] if case.R0 == 0 else GROUPS[1 + (exits(run)[0] > 0)]


def cases(rng):
    """Random cases, every third with R0 = 0."""
    while True:
        for start in (0.0, None, None):
            case = random_case(rng)
            yield case if start is None else replace(case, R0=start)


def count_steps():
    """Print the mean steps of each group; whether they are within the bound."""
    steps = {name: [] for name in GROUPS}
    for _, case in zip(range(PROBLEMS), cases(np.random.default_rng(SEED)), strict=False):
        run = solve(case)
        steps[group(case, run)].append(run.stats.steps)
    passed = True
    print(f"mean accepted steps to tau = {TAU_END:g}, rtol {RTOL:g}")
    for name, counts in steps.items():
        before = STEPS_BEFORE.get(name)
        beside = f", before {before}" if before else ""
        print(f"{name:>10}: {np.mean(counts):6.1f} over {len(counts)} problems{beside}")
        passed &= before is None or bool(np.mean(counts) <= MORE * before)
    print(f"required: without a passage at most {MORE:g} of the steps before\n")
    return passed


def compare_times(rng):
    """Print the times of each group beside LSODA's; whether the ratios are within the bound."""
    times = {name: [] for name in GROUPS}
    for case in cases(rng):
        name = group(case, solve(case))
        if len(times[name]) < REPEATS:
            side = lsoda.right_hand_side(case.model.c, case.model.c_star, case.model.eps)
            fresh = replace(case, a0=case.a0 * (1 + 1e-6 * rng.uniform()))
            ours, _ = timed(lambda one=fresh: solve(one))
            theirs, _ = timed(lambda one=fresh, f=side: lsoda.trajectory(f, one.a0, one.R0, TAU, RTOL))
            times[name].append((ours, theirs))
        if min(map(len, times.values())) == REPEATS:
            break
    passed = True
    print(f"times of {REPEATS} new problems of each group, 400 points, both at rtol {RTOL:g}")
    for name, pairs in times.items():
        ours, theirs = 1e3 * np.array(pairs).T
        ratio = float(np.median(theirs / ours))
        print(f"{name:>10}: ours {np.median(ours):.2f} ms, LSODA {np.median(theirs):.1f} ms, ratio {ratio:.1f}")
        passed &= ratio >= RATIO
    print(f"required: at least {RATIO:g}\n")
    return passed


def main():
    """Run both parts."""
    dynamics.warm_up()
    passed = [count_steps(), compare_times(np.random.default_rng())]
    print("passed" if all(passed) else "MISSED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
