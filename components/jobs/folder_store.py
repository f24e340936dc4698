"""The store in a folder: the default, for one machine.

    board.json               the job table; replaced by renaming, so that it is always complete
    lock                     locked (flock) during a change; the lock of a process that dies is released
    <job>/<attempt>.log      records, one per line
    <job>/<attempt>.check    the last checkpoint; also replaced by renaming

Names are hashes and random numbers generated here: nothing from a URL becomes part of a path.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from components.jobs.queue import JobTable, referenced_logs
from components.jobs.store import LogReplaced, StoreError, StoreUnavailable, T, decoded, encoded
from components.operations.private_folder import make_private_folder

LOCK_TIMEOUT_SECONDS = 1.0  # other changes take less than a millisecond each
LOCK_POLL_INTERVAL_SECONDS = 0.002


class FolderStore:
    """Records of jobs in a private folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cached: tuple[tuple[int, int, int], JobTable] | None = None

    def board(self) -> JobTable:
        with _translated_errors():
            try:
                with open(self.path / "board.json", "rb") as file:
                    about = os.fstat(file.fileno())
                    sign = about.st_ino, about.st_mtime_ns, about.st_size
                    if self._cached is None or self._cached[0] != sign:  # the table is read far more often than written
                        self._cached = sign, decoded(file.read())
                    return self._cached[1]
            except FileNotFoundError:
                return {}

    def change(self, transition: Callable[[JobTable], tuple[JobTable, T]]) -> T:
        with _translated_errors(), self._locked():
            before = self.board()
            after, result = transition(before)
            if after is not before:
                _replace(self.path / "board.json", encoded(after))
        for key, attempt in referenced_logs(before) - referenced_logs(after):
            self.drop(key, attempt)
        return result

    def append(self, key: str, attempt: str, at: int, lines: bytes) -> None:
        path = self._file(key, attempt, "log")
        with _translated_errors():
            if at == 0:
                path.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                file = os.open(path, os.O_WRONLY | (os.O_CREAT if at == 0 else 0), 0o600)
            except FileNotFoundError:
                raise LogReplaced from None
            try:
                if os.fstat(file).st_size < at:
                    raise LogReplaced
                os.ftruncate(file, at)  # bytes beyond are of an incomplete write
                _write(file, at, lines)
            finally:
                os.close(file)

    def read(self, key: str, attempt: str, start: int, count: int) -> bytes | None:
        with _translated_errors():
            try:
                with open(self._file(key, attempt, "log"), "rb", buffering=0) as file:
                    return os.pread(file.fileno(), count, start)
            except FileNotFoundError:
                return None

    def save(self, key: str, attempt: str, checkpoint: bytes) -> None:
        with _translated_errors():
            try:
                _replace(self._file(key, attempt, "check"), checkpoint)
            except FileNotFoundError:
                raise LogReplaced from None

    def checkpoint(self, key: str, attempt: str) -> bytes | None:
        with _translated_errors():
            try:
                return self._file(key, attempt, "check").read_bytes()
            except FileNotFoundError:
                return None

    def referenced_logs(self) -> set[tuple[str, str]]:
        with _translated_errors():
            return {(path.parent.name, path.stem) for path in self.path.glob("*/*") if path.is_file()}

    def drop(self, key: str, attempt: str) -> None:
        with suppress(OSError):  # remaining files are deleted at the next start
            for kind in ("log", "check", "new"):
                self._file(key, attempt, kind).unlink(missing_ok=True)
            self._file(key, attempt, "log").parent.rmdir()  # refused while it holds another attempt

    def _file(self, key: str, attempt: str, kind: str) -> Path:
        return self.path / key / f"{attempt}.{kind}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        ensure_private_dir(self.path)
        file = os.open(self.path / "lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise StoreUnavailable("The folder of the runs is held by another process.") from None
                    time.sleep(LOCK_POLL_INTERVAL_SECONDS)
            yield
        finally:
            os.close(file)


def ensure_private_dir(path: Path) -> None:
    """Create a folder if it is missing. Raises StoreError if others can write to it."""
    with _translated_errors():
        if make_private_folder(path):
            return
    raise StoreError("Nothing is kept here: others may write to the folder for it.")


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise errors of the operating system as StoreError with a sentence."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else os.strerror(error.errno or 0)
        raise StoreError(f"Runs cannot be recorded here at present: {reason[0].lower()}{reason[1:]}.") from error


def _replace(path: Path, data: bytes) -> None:
    """Replace a file atomically: a reader gets the old content or the new one."""
    new = path.with_suffix(".new")
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write(file, 0, data)
    finally:
        os.close(file)
    os.replace(new, path)


def _write(file: int, at: int, data: bytes) -> None:
    """Write all of the data: a full disk may accept a part of it and fail only at the next write."""
    while data:
        count = os.pwrite(file, data, at)
        at, data = at + count, data[count:]
