"""The mean field against scipy's Radau at equal accuracy of the risk, in alternating runs with new input every time;
and how its time grows with the number of neurons. Exits with 1 if a required ratio is missed.
"""

import sys

import numpy as np
from scipy.integrate import solve_ivp

from dynamics import MeanFieldModel
from tests.benchmarks.__main__ import timed
from tests.dynamics.mean_field.test_trajectory import kernels, reference, target

EPS, M = 1e-6, 10
T = np.geomspace(1e-7, 1.0, 60)
TOLERANCES = 10.0 ** -np.arange(3.0, 11.01, 1.0)
POLYNOMIAL = (0.4, 0.5, 0.28)
FASTER, GROWTH = 20.0, 15.0
REPEATS = 7


def right_hand_side(model):
    """As one would write it with numpy."""
    m, kernel = model.m, kernels(model)
    V, dV, _ = target(model)

    def f(_, y):
        a, s = y[:m], y[m:]
        U, dU = kernel(np.outer(s, s))
        return np.concatenate([(V(s) - U @ a / m) / model.eps, a * (1 - s * s) * (dV(s) - dU @ (a * s) / m)])

    return f


def radau(model, a0, rtol):
    """The risk at T."""
    m, kernel = model.m, kernels(model)
    V, _, half = target(model)
    found = solve_ivp(
        right_hand_side(model), (0, T[-1]), np.append(a0, np.zeros(m)), "Radau", T, rtol=rtol, atol=rtol * 1e-2
    )
    a, s = found.y[:m].T, found.y[m:].T
    return np.array(
        [half - x @ V(z) / m + x @ kernel(np.outer(z, z))[0] @ x / (2 * m * m) for x, z in zip(a, s, strict=True)]
    )


def against_radau(random, activation):
    """The loosest of Radau's tolerances at which it is as accurate as we are, then the ratio of times."""
    model = MeanFieldModel(activation=activation, eps=EPS, m=M)
    ours, theirs = [], []
    for _ in range(3):
        a0 = random.uniform(-1, 1, M)
        truth, _, _ = reference(model, a0, T)
        ours.append(np.abs(model.trajectory(a0, t=T).risk - truth).max())
        theirs.append([np.abs(radau(model, a0, rtol) - truth).max() for rtol in TOLERANCES])
    mine, median = float(np.median(ours)), np.median(theirs, axis=0)
    good = np.flatnonzero(median <= mine)
    rtol = TOLERANCES[good[0] if len(good) else int(np.argmin(median))]
    times = []
    for _ in range(REPEATS):
        starts = random.uniform(-1, 1, (5, M))
        us, _ = timed(lambda s=starts: [model.trajectory(a0, t=T) for a0 in s])
        them, _ = timed(lambda s=starts, r=rtol: [radau(model, a0, r) for a0 in s])
        times.append((us / 5, them / 5))
    us, them = np.median(times, axis=0)
    ratio = float(np.median([them / us for us, them in times]))
    print(
        f"{activation if isinstance(activation, str) else 'polynomial':>10}: ours {1e3 * us:.2f} ms (error {mine:.0e}),"
        f" Radau at rtol {rtol:.0e} {1e3 * them:.0f} ms, ratio {ratio:.0f}; required: at least {FASTER:g}"
    )
    return ratio >= FASTER


def growth(random, activation):
    """Ten times as many neurons, the same times of output."""
    ratios = []
    for _ in range(REPEATS):
        few, many = (MeanFieldModel(activation=activation, eps=EPS, m=m) for m in (1_000, 10_000))
        start = random.uniform(-1, 1, 10_000)
        small, _ = timed(lambda f=few, a=start: f.trajectory(a[:1_000], t=T))
        large, _ = timed(lambda f=many, a=start: f.trajectory(a, t=T))
        ratios.append(large / small)
    ratio = float(np.median(ratios))
    print(
        f"{activation if isinstance(activation, str) else 'polynomial':>10}: m = 10,000 takes {ratio:.1f} times as long"
        f" as m = 1,000; required: at most {GROWTH:g}"
    )
    return ratio <= GROWTH


def main():
    random = np.random.default_rng()
    for activation in ("relu", POLYNOMIAL):
        MeanFieldModel(activation=activation, m=2).trajectory(t=(0.0, 1.0))
    print(f"mean field, m = {M}, eps = {EPS:g}, 60 times to t = 1")
    passed = [against_radau(random, "relu"), against_radau(random, POLYNOMIAL), growth(random, POLYNOMIAL)]
    passed.append(growth(random, "swish"))
    print("passed" if all(passed) else "MISSED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
