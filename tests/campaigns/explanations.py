"""Causes of fates over random parameter sets: `python -m tests.campaigns.explanations [--sets 2000] [--seed 1]`.

Every claim of `UnlearningModel.explain` is put to its test. The last line counts; the exit status is 1 if one is false.
"""

from __future__ import annotations

import argparse
import sys

from tests.dynamics.planar.test_explanation import false_claims


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    made, left_open, false = false_claims(chosen.sets, chosen.seed)
    for start, claim, fault in false:
        print(f"{start}: {claim}: {fault}")
    print(f"{chosen.sets} parameter sets, {made.total()} claims, {left_open.total()} left open, {len(false)} false")
    return int(bool(false))


if __name__ == "__main__":
    sys.exit(main())
