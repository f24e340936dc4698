"""What tests wait for: an event, never a time. The bounds here only end a test that would otherwise hang."""

from __future__ import annotations

import time
from collections.abc import Callable

from components.operations import warmup

LONGEST = 120.0  # seconds for an event, on a machine with much else to do
COMPILATION = 3600.0  # seconds for the compiled core: three minutes of a core, which may have much else to do


def until(condition: Callable[[], object], seconds: float = LONGEST) -> None:
    """Return as soon as a condition holds, which is looked at again and again."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"the condition did not hold within {seconds:g} s"
        time.sleep(0.02)


def core_is_ready() -> None:
    """Return as soon as the numerical core of this process is compiled; an app that was created compiles it."""
    assert warmup.ready.wait(COMPILATION)
