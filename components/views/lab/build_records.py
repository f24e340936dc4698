"""Compute the records of the presets: ``python -m components.views.lab.build_records [NAME …]``.

All of them take a few minutes. The seeds are those of the presets, so the result is reproducible up to rounding.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version
from time import process_time

from components.views.lab.compute import train
from components.views.lab.records import FOLDER, Record, save
from components.views.lab.state import LabState
from components.views.lab.view import LabView

PACKAGES = ("numpy", "numba", "scipy")


def main() -> None:
    names = [preset.name for preset in LabView.presets]
    parser = argparse.ArgumentParser(description="Compute the records that come with the lab's presets.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of presets: {', '.join(names)}; default: all")
    requested = parser.parse_args().names or names
    if unknown := set(requested) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: no such preset; there are {', '.join(names)}")
    FOLDER.mkdir(exist_ok=True)
    versions = {"Python": python_version()} | {package: version(package) for package in PACKAGES}
    for preset in LabView.presets:
        if preset.name not in requested:
            continue
        began = process_time()
        state = preset.state
        assert isinstance(state, LabState)
        history = train(state)
        seconds = process_time() - began
        date = datetime.now(UTC).date().isoformat()
        path = FOLDER / f"{preset.name}.npz"
        save(path, Record(state.key(), history, date, versions, round(seconds, 1)))
        R = abs(history.mean("R"))
        print(
            f"{preset.name}: {seconds:.1f} s, {history.steps} steps, |R| at most {R.max():.3f}, at the end "
            f"{R[-1]:.3f}, "
            f"{path.stat().st_size / 1024:.0f} kB {history.halted}",
            file=sys.stderr, flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
