"""A step of spherical descent, as a share of the machine's rate of matrix multiplication, in alternating runs.

The rate is that of the products that a step makes, x W^T = z and z^T x, of the same shapes and type, in the same
process and on as many threads: one, and all that there are. Counted are exactly these, 2 B m d each; a step also draws
its batch, evaluates sigma and its slope, and moves the weights. Every repeat has new input. What counts is the median
share. Exits with 1 if it is below what is required.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dynamics import make_network
from tests.benchmarks.__main__ import timed

M, D, BATCH = 1_000, 500, 4_000
PHI, SIGMA = (0.0, 1.0, -0.6), (0.0, 1.0, 0.7)
REPEATS = 25
REQUIRED = 0.6
PRODUCTS = 2
FLOPS = PRODUCTS * 2 * BATCH * M * D


def products(executor, parts, x, W, z, out):
    """The matrix products of a step, by themselves."""

    def some(part):
        rows = slice(BATCH * part // parts, BATCH * (part + 1) // parts)
        np.matmul(x[rows], W.T, out=z[rows])
        np.matmul(z[rows].T, x[rows], out=out[part])

    list(executor.map(some, range(parts)))


def share(random, activation, threads):
    run = make_network(PHI, activation, 1.0, M, D, BATCH, seed=int(random.integers(2**32)), step=1e-6)
    z, out = np.empty((BATCH, M), np.float32), np.empty((threads, M, D), np.float32)
    steps, rates = [], []
    with ThreadPoolExecutor(threads) as executor:
        for repeat in range(REPEATS + 1):
            x, W = (random.standard_normal((n, D), dtype=np.float32) for n in (BATCH, M))
            alone, _ = timed(lambda x=x, W=W: products(executor, threads, x, W, z, out))
            step, _ = timed(lambda k=repeat: run.advance((k + 1) * 1e-6, executor=executor))
            if repeat:  # the first one warms up
                steps.append(step)
                rates.append(alone)
    assert run.steps == REPEATS + 1
    found = float(np.median(np.array(rates) / np.array(steps)))
    name = activation if isinstance(activation, str) else "polynomial"
    step, alone = np.median(steps), np.median(rates)
    print(
        f"{name:>10}, threads: {threads}; a step {1e3 * step:.1f} ms, its products alone {1e3 * alone:.1f} ms"
        f" ({FLOPS / alone / 1e9:.0f} GFlop/s), share {found:.2f}"
    )
    return found >= REQUIRED


def main():
    random = np.random.default_rng()
    blas = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    print(
        f"a step of descent, m = {M:,}, d = {D}, batch {BATCH:,}, float32: {PRODUCTS} products of"
        f" {FLOPS / PRODUCTS:.0e} flops; BLAS threads of each thread: {blas}"
    )
    counts = sorted({1, min(4, os.cpu_count() or 1)})
    passed = [share(random, activation, threads) for activation in (SIGMA, "relu") for threads in counts]
    print(f"required: at least {REQUIRED:g} each\n")
    print("passed" if all(passed) else "MISSED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
