"""Sentences against truth over random states: `python -m tests.claims [VIEW ...] [--states 1000] [--seed 1]`.

Each view has a module here with ``random_state(rng)``, which draws over the whole range of every parameter, and
``problems(state)``, which compares the sentences, notes and alt texts of a state with an independent evaluation and
returns what is false, one line each. Without a view, all are checked. The exit status is 1 if anything is false.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from time import perf_counter

import numpy as np

from components.views.registry import VIEWS


def check(view: str, states: int, seed: int) -> int:
    """Check random states of a view and print what is false; return how many states have a false statement."""
    module = importlib.import_module(f"tests.claims.{view}")
    rng = np.random.default_rng(seed)
    began, wrong = perf_counter(), 0
    for _ in range(states):
        state = module.random_state(rng)
        try:
            found = module.problems(state)
        except Exception as fault:
            found = [f"raises {fault!r}"]
        wrong += bool(found)
        for line in found:
            print(f"{view}?{state.query()}: {line}", flush=True)
    print(f"{view}: {states} states, {wrong} with a false statement, {perf_counter() - began:.0f} s", flush=True)
    return wrong


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("views", nargs="*", metavar="VIEW", help=f"one of {', '.join(VIEWS)}")
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.views) - set(VIEWS))
    if unknown:
        parser.error(f"unknown view {', '.join(unknown)}; there are {', '.join(VIEWS)}")
    wrong = [check(view, chosen.states, chosen.seed) for view in chosen.views or VIEWS]
    return int(any(wrong))


if __name__ == "__main__":
    sys.exit(main())
