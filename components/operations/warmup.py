"""Compile the numerical core, or load it from its cache, in a thread while pages are served.

It is compiled view by view, so that the first stream does not wait for code that it does not need. Of several
processes one compiles a view's part; the others wait for it and load the result.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

from components.core.view import Chunk, View
from dynamics import warm_up
from dynamics.jit import one_process_at_a_time

log = logging.getLogger(__name__)

NOTICE_AFTER_SECONDS = 0.5  # before a waiting client gets a sentence
MAX_WAIT_SECONDS = 300.0  # thirty to ninety are usual with an empty cache
SENTENCE = "The numerical core is being compiled. This happens once, and takes one or two minutes; the picture follows."

ready = threading.Event()  # the whole core
_started = threading.Lock()
_ready_views: set[str] = set()
_changed = threading.Condition()


def start_warmup(views: Iterable[View], *checks: Callable[[], None]) -> None:
    """Compile the code of the views, once in a process, then call the checks, which need it too."""
    if _started.acquire(blocking=False):
        threading.Thread(target=_warm, args=(list(views), *checks), name="warm-up", daemon=True).start()


def _warm(views: Iterable[View], *checks: Callable[[], None]) -> None:
    try:
        for view in views:
            with one_process_at_a_time(view.name):
                for chunk in view.compute(view.State()):
                    chunk.line()
            with _changed:
                _ready_views.add(view.name)
                _changed.notify_all()
        with one_process_at_a_time("rest"):
            warm_up()
    except Exception:  # a request fails in the same way, with its own message
        log.exception("the warm-up failed")
    finally:
        with _changed:
            ready.set()
            _changed.notify_all()
    for check in checks:
        check()


def is_ready(view: str) -> bool:
    """Return whether the streams of a view need not wait for the compiler."""
    return view in _ready_views or ready.is_set()


def after_warmup(view: str) -> Iterator[bytes]:
    """Return when a view's code is compiled; yield a sentence where that takes more than a moment."""
    if not _wait(view, NOTICE_AFTER_SECONDS):
        yield Chunk("waiting", {"sentence": SENTENCE}).line()
        _wait(view, MAX_WAIT_SECONDS)


def wait_until_ready(view: str) -> None:
    """Return when a view's code is compiled; at once in a process that does not compile it in a thread."""
    if _started.locked():
        _wait(view, MAX_WAIT_SECONDS)


def _wait(view: str, seconds: float) -> bool:
    with _changed:
        return _changed.wait_for(lambda: is_ready(view), seconds)
