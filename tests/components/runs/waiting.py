"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(wanted: Callable[[], object], seconds: float = 10.0) -> None:
    """Returns when something is so."""
    patience = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < patience
        time.sleep(0.02)
