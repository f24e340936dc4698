"""The numerical core is compiled, or its cache loaded, beside the server: the page need not wait to be seen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator

from components.view import Chunk, View
from dynamics import warm_up

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds before somebody who waits is told why
LONGEST = 300.0  # seconds; thirty are usual where nothing is cached
SENTENCE = "The numerical core is being compiled. This happens once, and takes half a minute; the picture follows."

ready = threading.Event()
_once = threading.Lock()


def start(views: Iterable[View]) -> None:
    """Compiles everything that the views need, once a process."""
    if _once.acquire(blocking=False):
        threading.Thread(target=_warm, args=(list(views),), name="warm-up", daemon=True).start()


def _warm(views: list[View]) -> None:
    try:
        warm_up()
        for view in views:
            for chunk in view.compute(view.State()):
                chunk.line()
    except Exception:  # whoever asks meets the same failure, with its own message
        log.exception("the warm-up failed")
    finally:
        ready.set()


def waited() -> Iterator[bytes]:
    """Returns when the core is compiled; says so where that takes more than a moment."""
    if not ready.wait(PATIENCE):
        yield Chunk("wait", {"sentence": SENTENCE}).line()
        ready.wait(LONGEST)
