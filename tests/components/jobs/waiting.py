"""The processes that compute runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil


def at_work(folder: Path) -> list[psutil.Process]:
    """The processes that compute runs which are recorded in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        with suppress(psutil.NoSuchProcess):
            if words[1:3] == ["-m", "components.jobs"] and process.environ().get("RUNS_FOLDER") == str(folder):
                found.append(process)
    return found
