"""The interface of stores of jobs: one job table, changed atomically, and a log and a checkpoint for each attempt, as
bytes.

A store contains JSON and bytes, never objects: nothing is unpickled that another process could have written.
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

BOARD_BYTES = 1 << 20  # of a job table, which has a few hundred entries of a few hundred bytes
DAY = 86_400.0  # seconds
_NUMBER = (int, float)
_FIELD_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("enqueued", "last_requested", "last_heartbeat", "launch_at"), _NUMBER),
    **dict.fromkeys(("generation", "size", "crash_count"), (int,)),
    **dict.fromkeys(("status", "worker_id", "log", "sentence", "client"), (str,)),
}
_NAME = re.compile(r"[\w.-]{0,64}", re.ASCII)  # of an attempt or a bucket


class StoreError(Exception):
    """The store refuses, or does not answer; the text is a sentence with the reason."""


class StoreUnavailable(StoreError):
    """The store does not answer at present, and may again."""


class LogReplaced(Exception):
    """The log is not as its attempt has left it: another attempt has the job, or the store has lost the log."""


class Store(Protocol):
    """Every method raises StoreError (or StoreUnavailable) if the store fails."""

    def board(self) -> JobTable:
        """Return the job table."""

    def change(self, transition: Callable[[JobTable], tuple[JobTable, T]]) -> T:
        """Replace the job table by the one that the transition returns, with no other change between.

        A transition may be tried more than once. Logs that the new table does not reference are deleted.
        """

    def append(self, key: str, attempt: str, at: int, lines: bytes) -> None:
        """Append to the log of an attempt, which has `at` bytes; at 0 create it.

        Repeating the last call changes nothing. Raises LogReplaced.
        """

    def read(self, key: str, attempt: str, start: int, count: int) -> bytes | None:
        """Return at most `count` bytes of a log; None if there is no such log."""

    def save(self, key: str, attempt: str, checkpoint: bytes) -> None:
        """Replace the checkpoint."""

    def checkpoint(self, key: str, attempt: str) -> bytes | None:
        """Return the checkpoint of an attempt."""

    def referenced_logs(self) -> set[tuple[str, str]]:
        """Return every attempt with its job of which anything is stored."""

    def drop(self, key: str, attempt: str) -> None:
        """Delete an attempt."""


def delete_orphans(store: Store) -> None:
    """Delete what no job table references: the remains of a process that was killed between a change and its
    consequences.

    An attempt is in the table before it writes to the store, so one that is listed first and is then not in the table
    has ended.
    """
    logs = store.referenced_logs()
    for key, attempt in logs - referenced_logs(store.board()):
        store.drop(key, attempt)


def encoded(board: JobTable) -> bytes:
    """Encode a job table as JSON."""
    return orjson.dumps({key: asdict(entry) for key, entry in board.items()})


def decoded(text: bytes) -> JobTable:
    """Decode a job table. An unreadable table counts as empty, an invalid entry as absent: jobs can be computed
    again."""
    try:
        fields_by_key = orjson.loads(text) if len(text) <= BOARD_BYTES else None
    except ValueError:
        fields_by_key = None
    if not isinstance(fields_by_key, dict):
        log.warning("the board of runs cannot be read, and is begun again")
        return {}
    board = {key: entry for key, fields in fields_by_key.items() if (entry := _entry(fields)) is not None}
    if len(board) < len(fields_by_key):
        log.warning("%d runs on the board cannot be read, and are forgotten", len(fields_by_key) - len(board))
    return board


def _entry(fields: object) -> Job | None:
    """Return the job of decoded fields, if they are valid. No time is more than a day ahead: such an entry would never
    expire.
    """
    if (
        not isinstance(fields, dict)
        or not {"status", "enqueued", "last_requested"} <= fields.keys() <= _FIELD_TYPES.keys()
    ):
        return None
    for name, value in fields.items():
        if type(value) not in _FIELD_TYPES[name]:
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
