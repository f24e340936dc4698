"""The linear network: a phase diagram's time, and the solution against scipy's integration of all weights, in
alternating runs with new input every time. Exits with 1 if a required time or ratio is missed.
"""

import sys

import numpy as np
from scipy.integrate import solve_ivp

from dynamics import LinearNetwork, phase_diagram
from tests.benchmarks.__main__ import timed

CELLS, SEEDS, MILLISECONDS = (200, 200), 8, 50.0
D, D0, TIMES, FASTER = 100, 10, 200, 10.0
RTOL = 1e-12  # at which it is nearest to the exact solution
REPEATS = 15


def diagram(random, across):
    """Milliseconds of a diagram with its median and spread over the seeds."""
    times = []
    for _ in range(REPEATS):
        seeds = random.integers(0, 2**32, SEEDS).tolist()

        def work(seeds=seeds):
            found = phase_diagram(across, n=CELLS, seeds=seeds)
            return found.median, found.spread

        times.append(1e3 * timed(work)[0])
    median = float(np.median(times))
    print(
        f"phase diagram {CELLS[0]} x {CELLS[1]}, {SEEDS} seeds, {across[0]} over sigma_u: {median:.1f} ms"
        f" (slowest {max(times):.1f}); required: at most {MILLISECONDS:g}"
    )
    return median <= MILLISECONDS


def integrated(network, t):
    """f at t, as one would write it with numpy."""
    d, d0 = network.d, network.d0

    def right_hand_side(_, state):
        u, v = state[:d], state[d:].reshape(d, d0) @ network.x
        residual = network.gamma * u @ v - network.y
        slope = -network.gamma * (network.beta + 1) * abs(residual) ** network.beta * np.sign(residual)
        return np.append(slope * v, slope * np.outer(u, network.x))

    start = np.append(network.u0, network.W0)
    found = solve_ivp(right_hand_side, (0, t[-1]), start, "DOP853", t, rtol=RTOL, atol=RTOL)
    u, v = found.y[:d].T, found.y[d:].T.reshape(len(t), d, d0) @ network.x
    return network.gamma * np.sum(u * v, axis=1)


def against_scipy(random, beta):
    """The ratio of times for f at some times, and the largest difference."""
    times, away = [], 0.0
    for _ in range(REPEATS):
        seed = int(random.integers(0, 2**32))
        x = random.normal(size=D0)
        t = np.linspace(0.0, network(seed, x, beta).time_to(1e-2), TIMES)
        us, ours = timed(lambda s=seed, x=x, t=t: network(s, x, beta).solution(t).f)
        them, theirs = timed(lambda s=seed, x=x, t=t: integrated(network(s, x, beta), t))
        times.append((us, them))
        away = max(away, float(abs(ours - theirs).max()))
    ratio = float(np.median([them / us for us, them in times]))
    print(
        f"solution, d = {D}, {TIMES} times, loss exponent {beta:g}: {1e3 * np.median(times, axis=0)[0]:.2f} ms, all"
        f" weights by DOP853 at rtol {RTOL:g} {1e3 * np.median(times, axis=0)[1]:.1f} ms, ratio {ratio:.0f}, apart by"
        f" {away:.0e}; required: at least {FASTER if beta == 1.0 else 1.0:g}"
    )
    return ratio >= (FASTER if beta == 1.0 else 1.0)


def network(seed, x, beta):
    return LinearNetwork.random(D, D0, x=x, gamma=0.1, y=2.0, beta=beta, seed=seed)


def main():
    random = np.random.default_rng()
    passed = [
        diagram(random, ("gamma", 1e-3, 1.0)),
        diagram(random, ("d", 1, 10_000)),
        diagram(random, ("y", -2.0, 2.0)),
    ]
    passed += [against_scipy(random, beta) for beta in (1.0, 0.5, 2.0)]
    print("passed" if all(passed) else "MISSED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
