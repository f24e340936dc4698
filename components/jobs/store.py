"""What a store of runs is: one board, changed in one go, and for each attempt a log and a checkpoint, as bytes.

What a store keeps is JSON and bytes, never objects: nothing is unpickled that somebody else could have written.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol, TypeVar, get_args

import orjson

from components.jobs.queue import Job, JobTable, Status, referenced_logs

log = logging.getLogger(__name__)

T = TypeVar("T")

BOARD_BYTES = 1 << 20  # of a board; ours has a few hundred entries of some hundred bytes
DAY = 86_400.0  # seconds
_NUMBER = (int, float)
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("enqueued", "last_requested", "last_heartbeat", "launch_at"), _NUMBER),
    **dict.fromkeys(("generation", "size", "crash_count"), (int,)),
    **dict.fromkeys(("status", "worker_id", "log", "sentence", "client"), (str,)),
}
_NAME = re.compile(r"[\w.-]{0,64}", re.ASCII)  # of an attempt or a bucket


class StoreError(Exception):
    """The store does not take what it is given, or does not answer; its text is a sentence that says why."""


class StoreUnavailable(StoreError):
    """The store does not answer at present, and may again."""


class LogReplaced(Exception):
    """The log is not as its attempt has left it: another has taken the run, or the store has forgotten it."""


class Store(Protocol):
    """Every method raises StoreError (or StoreUnavailable) where the store cannot."""

    def board(self) -> JobTable:
        """The board as it is."""

    def change(self, move: Callable[[JobTable], tuple[JobTable, T]]) -> T:
        """Puts the board that the move returns in place of the one that it was given, with no other change between.

        A move may be tried more than once. What the board names no more is dropped."""

    def append(self, key: str, attempt: str, at: int, lines: bytes) -> None:
        """Adds to the log of an attempt, which is `at` bytes long; the first time it makes the log. Repeating the
        last call changes nothing. Raises LogReplaced."""

    def read(self, key: str, attempt: str, start: int, count: int) -> bytes | None:
        """At most `count` bytes of a log; None where there is no such log."""

    def save(self, key: str, attempt: str, checkpoint: bytes) -> None:
        """Puts a checkpoint in place of the last one."""

    def checkpoint(self, key: str, attempt: str) -> bytes | None:
        """The checkpoint of an attempt."""

    def referenced_logs(self) -> set[tuple[str, str]]:
        """Every attempt, with its run, of which anything is kept."""

    def drop(self, key: str, attempt: str) -> None:
        """Forgets an attempt."""


def delete_orphans(store: Store) -> None:
    """Drops what no board names: what was left when somebody was killed between a change and its consequences.

    An attempt is on the board before it leaves anything in the store, so one that is seen first and is then not on
    the board is over."""
    found = store.referenced_logs()
    for key, attempt in found - referenced_logs(store.board()):
        store.drop(key, attempt)


def encoded(board: JobTable) -> bytes:
    """A board as JSON."""
    return orjson.dumps({key: asdict(entry) for key, entry in board.items()})


def decoded(text: bytes) -> JobTable:
    """The board of a JSON text. One that cannot be read is as good as none, an entry that is none as good as absent:
    runs can be computed again."""
    try:
        found = orjson.loads(text) if len(text) <= BOARD_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        log.warning("the board of runs cannot be read, and is begun again")
        return {}
    board = {key: entry for key, fields in found.items() if (entry := _entry(fields)) is not None}
    if len(board) < len(found):
        log.warning("%d runs on the board cannot be read, and are forgotten", len(found) - len(board))
    return board


def _entry(fields: object) -> Job | None:
    """The entry of what was read, if it can be one. No time is more than a day ahead: what is would never be over."""
    if not isinstance(fields, dict) or not {"status", "enqueued", "last_requested"} <= fields.keys() <= _KINDS.keys():
        return None
    for name, value in fields.items():
        if type(value) not in _KINDS[name]:
            return None
        if (
            name in ("enqueued", "last_requested", "last_heartbeat", "launch_at")
            and not 0 <= value <= time.time() + DAY
        ):
            return None
        if name in ("generation", "size", "crash_count") and not 0 <= value < 1 << 50:
            return None
        if name in ("worker_id", "log", "client") and not _NAME.fullmatch(value):
            return None
    return Job(**fields) if fields["status"] in get_args(Status) else None
