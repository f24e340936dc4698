"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil


def until(wanted: Callable[[], object], seconds: float = 10.0) -> None:
    """Returns when something is so."""
    patience = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < patience
        time.sleep(0.02)


def at_work(folder: Path) -> list[psutil.Process]:
    """The processes that compute runs which are recorded in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        with suppress(psutil.NoSuchProcess):
            if words[1:3] == ["-m", "components.runs"] and process.environ().get("RUNS_FOLDER") == str(folder):
                found.append(process)
    return found
