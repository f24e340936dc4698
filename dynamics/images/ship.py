"""Computes the default results that come with the app: ``python -m dynamics.images.ship FILE [--images FILE.npz]``.

For the digits it takes five to ten minutes on one core. Seeds are fixed: it gives the same again, up to rounding.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from time import perf_counter

from .data import ImageSplit, load_digits, read_images
from .experiments import ImageRuns, initialisation_sweep, scale_sweep, unlearning_sweep, width_sweep
from .kept import Kept, keep

DEFAULTS: dict[str, Callable[[ImageSplit], Iterator[ImageRuns]]] = {
    "scale, 4 layers": lambda images: scale_sweep(images, depth=4),
    "scale, 6 layers": lambda images: scale_sweep(images, depth=6, epochs=300),
    "width": width_sweep,
    "initialisation": initialisation_sweep,
    "unlearning": unlearning_sweep,
}
"""What comes with the app, by name."""

_PACKAGES = ("numpy", "autograd", "scikit-learn")


def main() -> None:
    parser = argparse.ArgumentParser(description="Computes the default results on images.")
    parser.add_argument("file", type=Path, help="the .npz to write")
    parser.add_argument("--images", type=Path, help="an .npz of images x and labels y, instead of the digits")
    asked = parser.parse_args()
    split = (read_images(asked.images) if asked.images else load_digits()).split()
    runs: dict[str, ImageRuns] = {}
    seconds: dict[str, float] = {}
    for name, experiment in DEFAULTS.items():
        began = perf_counter()
        for runs[name] in experiment(split):  # the last one is whole
            pass
        seconds[name] = round(perf_counter() - began, 1)
        print(f"{name}: {seconds[name]} s, {len(runs[name].halted)} runs halted", file=sys.stderr)
    versions = {"python": python_version()} | {one: version(one) for one in _PACKAGES}
    asked.file.parent.mkdir(parents=True, exist_ok=True)
    keep(asked.file, Kept(runs, datetime.now(UTC).date().isoformat(), versions, split.seed, seconds))


if __name__ == "__main__":
    main()
