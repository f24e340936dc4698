"""Slow passages through a = 0 over random problems: `python -m tests.campaigns.passages [--models 10000] [--seed 1]`.

A solution that slides along the critical manifold to a = 0 (possible only where R0 != 0) meets a change of stability
there, and an integrator that steps over it lands on either branch. Random problems (K = 1 ... 10, eps = 1e-6 ... 1,
R0 != 0) are integrated and counted as wrong where

- the limit from the end of the trajectory differs from the limit from its start,
- the trajectory leaves the manifold, after a passage, toward larger |R|. In theory the exit is immediate and toward
  smaller |R| in every problem: behind the manifold the solution lags by an amount with the sign of -h(R), and h(R) has
  the sign of R,
- for a sample of them, the limit from the end of LSODA's solution (rtol 1e-12) differs. If starts that differ by 1e-9
  have different fates, the start is on a threshold and is counted as ill-conditioned instead.

Then random maps over R0 and the second layer at start: each cell against `UnlearningModel.fate`. The last line counts;
the exit status is 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from dynamics import Fate, LimitPoint, Trajectory, UnlearningModel, phase_map
from tests.dynamics.reference import System

CONDITIONING = 1e-9  # relative change of a start that must not change its fate
SHORTEST, LATEST = 1e3, 1e8  # times between which a trajectory is followed
REFERENCE_LATEST = 1e5  # the same for LSODA
NEAR, FAR = 3.0, 10.0  # |a| behind and before a passage, over its width, where the solution is looked at


@dataclass(frozen=True)
class Case:
    """A problem and a start."""

    model: UnlearningModel
    a0: float
    R0: float

    def __str__(self) -> str:
        m = self.model
        return f"UnlearningModel({list(m.c)}, {list(m.c_star)}, {m.eps!r}), a0={self.a0!r}, R0={self.R0!r}"


def random_model(rng: np.random.Generator) -> UnlearningModel:
    """A random problem within the ranges of the sliders."""
    K = int(rng.integers(1, 11))
    c, c_star = np.round(rng.uniform(-3, 3, (2, K)), 3)
    if rng.random() < 0.3:
        c, c_star = (np.where(rng.random(K) < 0.4, 0.0, values) for values in (c, c_star))
    return UnlearningModel(c.tolist(), c_star.tolist(), float(10 ** rng.uniform(-6, 0)))


def random_case(rng: np.random.Generator, toward_passage: float = 0.9) -> Case:
    """A random problem and start, R0 != 0; with that probability a start from which a passage is likely."""
    while rng.random() < toward_passage:
        model = random_model(rng)
        system = System(model.c, model.c_star, model.eps)
        roots = system.g.roots()
        roots = roots[np.isreal(roots)].real
        found = [x for x in roots if 1e-3 < abs(x) < 0.95 and system.p(x) * system.g.deriv()(x) > 0]
        if found:  # at such a root of g a crosses 0 from an attracting to a repelling branch
            R = float(rng.choice(found))
            a0 = -np.sign(system.p(R)) * 10 ** rng.uniform(-1, 1)
            return Case(model, float(a0), float(np.clip(R + 0.1 * rng.normal(), -0.98, 0.98)))
    return Case(random_model(rng), float(rng.uniform(-20, 20)), float(rng.uniform(0.01, 0.99) * rng.choice([-1, 1])))


def exits(run: Trajectory) -> tuple[int, int]:
    """The number of slow passages through a = 0 in a trajectory, and of those with an exit toward larger |R|."""
    system = System(run.model.c, run.model.c_star, run.model.eps)
    passages = wrong = 0
    for i in np.flatnonzero(run.a[:-1] * run.a[1:] < 0):
        dg = system.polynomials(run.R[i])[5]
        drift, steep = system.da_dtau(run.R[i], 0.0), dg * (1 - run.R[i] ** 2) / run.model.eps
        if not drift * steep > 0:
            continue  # not from an attracting to a repelling branch
        width = np.sqrt(drift / steep)
        before = np.flatnonzero(np.abs(run.a[: i + 1]) > FAR * width)
        behind = np.flatnonzero(np.abs(run.a[i + 1 :]) > NEAR * width)
        if not len(before) or not len(behind):
            continue
        j, k = before[-1], i + 1 + behind[0]
        _, g, h, *_ = system.polynomials(run.R[j])
        if abs(g - run.a[j] * h) > 0.5 * abs(run.a[j] * h) or run.a[j] * run.a[i] < 0:
            continue  # not on the manifold
        passages += 1
        _, g, h, *_ = system.polynomials(run.R[k])
        wrong += run.a[k] * (g - run.a[k] * h) * np.sign(run.R[k]) > 0
    return passages, wrong


def agrees(model: UnlearningModel, R: float, a: float, expected: LimitPoint) -> bool:
    """Whether the limit from (R, a) is the expected one, as far as floating point can tell."""
    if abs(R) > 1 - 1e-12 or not abs(a) <= 1e3:
        return True
    found = model.limit(a, R)
    if found.fate == expected.fate:
        return found.fate == Fate.UNLEARNING or abs(found.R - expected.R) < 1e-3 * max(1.0, abs(expected.a))
    return Fate.UNDECIDED in (found.fate, expected.fate)


def conditioned(case: Case, expected: LimitPoint) -> bool:
    """Whether starts beside this one have the same limit."""
    for factor in (1 - CONDITIONING, 1 + CONDITIONING):
        if not all(
            agrees(case.model, R, a, expected) for R, a in ((case.R0 * factor, case.a0), (case.R0, case.a0 * factor))
        ):
            return False
    return True


def reference_end(case: Case, tau_end: float) -> tuple[float, float] | None:
    """(R, a) at tau_end by LSODA in (rho, a); None where that gives up."""
    system = System(case.model.c, case.model.c_star, case.model.eps)
    solution = solve_ivp(
        lambda _, y: system.rhs(y[0], y[1]),
        (0.0, tau_end),
        [np.arctanh(case.R0), case.a0],
        method="LSODA",
        rtol=1e-12,
        atol=1e-15,
        jac=lambda _, y: system.jacobian(y[0], y[1]),
    )
    return (float(np.tanh(solution.y[0, -1])), float(solution.y[1, -1])) if solution.success else None


def check_models(models: int, references: int, rng: np.random.Generator) -> Counter:
    """Counts over random models."""
    counts: Counter = Counter()
    for index in range(models):
        case = random_case(rng)
        limit = case.model.limit(case.a0, case.R0)
        counts["models"] += 1
        counts["undecided"] += limit.fate == Fate.UNDECIDED
        tau_end = float(np.clip(10 * limit.tau, SHORTEST, LATEST))
        run = case.model.trajectory(case.a0, case.R0, tau_end=tau_end)
        counts["steps"] += run.stats.steps
        passages, wrong = exits(run)
        counts["passages"] += passages
        if wrong:
            counts["wrong exits"] += wrong
            print("exit toward larger |R|:", case)
        if not agrees(case.model, float(run.R[-1]), float(run.a[-1]), limit):
            kind = "wrong ends" if conditioned(case, limit) else "ill-conditioned"
            counts[kind] += 1
            print(f"trajectory and limit ({kind}):", case, limit, run.R[-1], run.a[-1])
        # every run with a passage up to half of the sample, and others
        if (passages and counts["references"] < references // 2) or index >= models - (
            references - counts["references"]
        ):
            end = reference_end(case, min(tau_end, REFERENCE_LATEST))
            if end is None:
                counts["LSODA gave up"] += 1
                continue
            counts["references"] += 1
            counts["references with a passage"] += passages > 0
            if not agrees(case.model, *end, limit):
                kind = "wrong by reference" if conditioned(case, limit) else "ill-conditioned by reference"
                counts[kind] += 1
                print(f"LSODA ({kind}):", case, limit, end)
    return counts


def check_maps(maps: int, rng: np.random.Generator, n: int = 12) -> Counter:
    """Counts over random maps of R0 and the second layer at start."""
    counts: Counter = Counter()
    for _ in range(maps):
        case = random_case(rng)
        found = phase_map(
            case.model.c, case.model.c_star, case.model.eps, x=("R0", -0.95, 0.95), y=("a0", -15, 15), n=(n, n)
        )
        counts["maps"] += 1
        for i, a0 in enumerate(found.y):
            for j, R0 in enumerate(found.x):
                cell, alone = Fate(found.fate[i, j]), case.model.fate(float(a0), float(R0))
                counts["cells"] += 1
                if Fate.UNDECIDED in (cell, alone):
                    counts["undecided cells"] += 1
                elif cell != alone:
                    counts["wrong cells"] += 1
                    print("cell", cell.name, "alone", alone.name, Case(case.model, float(a0), float(R0)))
    return counts


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--references", type=int, default=300)
    parser.add_argument("--maps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    rng = np.random.default_rng(chosen.seed)
    counts = check_models(chosen.models, chosen.references, rng) + check_maps(chosen.maps, rng)
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    return int(any(count for name, count in counts.items() if name.startswith("wrong")))


if __name__ == "__main__":
    sys.exit(main())
