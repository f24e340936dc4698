"""The execution of a job by one process: claim it, record it, send heartbeats, stop when no client polls."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from components.core.state import State
from components.core.view import View
from components.jobs import queue
from components.jobs.queue import Job, JobTable, Status
from components.jobs.store import LogReplaced, Store, StoreError, StoreUnavailable, T
from components.operations.build_id import build_id

log = logging.getLogger(__name__)

MAX_OUTAGE_SECONDS = 30.0  # of the store, before an execution gives up
RETRY_INTERVAL_SECONDS = 0.25
STOP_TIMEOUT_SECONDS = 1.0  # to reach the next record when the execution has to stop

FAILED = "The computation failed here. What was computed before is shown."
TOO_LONG = f"This run gives more than the {queue.MAX_JOB_BYTES >> 20} MiB that are recorded; it ends here."


def job_key(name: str, state: State) -> str:
    """Return the name of a job in a store: a hash, so that nothing of a link gets into a path."""
    return hashlib.sha256(f"{build_id()} {name}?{state.key()}".encode()).hexdigest()[:40]


@dataclass
class JobExecution:
    """The execution of a job by this process, with a log of its own."""

    store: Store
    key: str
    name: str
    entry: Job  # when it was claimed
    force_exit: Callable[[], None] | None = None

    @classmethod
    def try_claim(cls, store: Store, key: str, force_exit: Callable[[], None] | None) -> JobExecution | None:
        """Claim a job. None if it was not launched, or if another process has it."""
        name = secrets.token_hex(8)
        entry = _retry(lambda: store.change(partial(_claim, key=key, worker_id=name)))
        if entry is None:
            log.warning("run %s is not for us: nobody asks, another has claimed it, or its release is not ours", key)
            return None
        return cls(store, key, name, entry, force_exit)

    def compute(self, view: View, state: State) -> None:
        """Compute and record until the job is finished, has failed, or has to stop."""
        self.size = self.safe = 0  # bytes of the log, and of the checkpoint
        self.saved = False
        self.stop_requested, self.finished = threading.Event(), threading.Event()
        heartbeat_thread = threading.Thread(target=self._heartbeat_loop, name="heart", daemon=True)
        heartbeat_thread.start()
        try:
            self._record(view, state)
        except LogReplaced:
            log.warning("run %s: the log is not ours any more", self.key)
        except StoreError as error:
            log.exception("run %s cannot be recorded", self.key)
            self._end("failed", str(error))
        except Exception:
            log.exception("run %s failed", self.key)
            self._end("failed", FAILED)
        finally:
            self.finished.set()
            heartbeat_thread.join()

    def _record(self, view: View, state: State) -> None:
        checkpoint = self._begin()
        for chunk in view.run_job(state, checkpoint):
            if self.stop_requested.is_set():
                return
            if chunk.kind == "checkpoint":
                self._save(orjson.dumps({"at": self.size, "data": chunk.data}, option=orjson.OPT_SERIALIZE_NUMPY))
                self.saved = True
                continue
            line = chunk.line()
            if self.size + self.safe + len(line) > queue.MAX_JOB_BYTES:
                self._end("failed", TOO_LONG)
                return
            self._append(line)
        if not self.stop_requested.is_set():
            self._end("finished")

    def _begin(self) -> Mapping[str, Any] | None:
        """Create the log with the safe part of the previous one, and return the checkpoint to continue from."""
        previous_log, generation = self.entry.log, self.entry.generation
        records, saved = b"", None
        if previous_log:
            records = _retry(lambda: self.store.read(self.key, previous_log, 0, queue.MAX_JOB_BYTES)) or b""
            saved = _retry(lambda: self.store.checkpoint(self.key, previous_log))
        at, data = _decode_checkpoint(saved)
        if at > len(records):  # the log has lost records before the checkpoint
            saved, at, data = None, 0, None
        self._append(records[:at])
        if saved:
            self._save(saved)
        if not generation or not records or b"\n" in records[at:]:
            generation = max(
                generation + 1, int(1000 * time.time())
            )  # never a used one, even if the store has lost the table
        if not _retry(lambda: self.store.change(partial(_begin, key=self.key, worker_id=self.name, to=generation))):
            raise LogReplaced
        return data

    def _append(self, lines: bytes) -> None:
        _retry(lambda: self.store.append(self.key, self.name, self.size, lines))
        self.size += len(lines)

    def _save(self, checkpoint: bytes) -> None:
        if self.size + len(checkpoint) > queue.MAX_JOB_BYTES:
            log.warning("run %s: a checkpoint of %d bytes is not kept", self.key, len(checkpoint))
            return
        _retry(lambda: self.store.save(self.key, self.name, checkpoint))
        self.safe = len(checkpoint)

    def _end(self, status: Status, sentence: str = "") -> None:
        """Record the end. If the store stays unavailable, the job is requeued as crashed."""
        step = partial(
            _end, key=self.key, worker_id=self.name, status=status, size=self.size + self.safe, sentence=sentence
        )
        try:
            _retry(lambda: self.store.change(step))
        except StoreError:
            log.exception("the end of run %s cannot be recorded", self.key)

    def _heartbeat_loop(self) -> None:
        """Send heartbeats, and stop the execution if the table says so."""
        while not self.finished.wait(queue.HEARTBEAT_INTERVAL):
            step = partial(_beat, key=self.key, worker_id=self.name, size=self.size + self.safe, saved=self.saved)
            try:
                if self.store.change(step):
                    continue
            except StoreError:  # the thread that records handles it
                continue
            self.stop_requested.set()
            if not self.finished.wait(STOP_TIMEOUT_SECONDS) and self.force_exit is not None:
                self.force_exit()
            return


def _decode_checkpoint(checkpoint: bytes | None) -> tuple[int, Mapping[str, Any] | None]:
    """Return the length of the log at a checkpoint, and the data of the view."""
    if checkpoint is None:
        return 0, None
    decoded = orjson.loads(checkpoint)
    return decoded["at"], decoded["data"]


def _retry(action: Callable[[], T]) -> T:
    """Call the action, again while the store is unavailable."""
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while True:
        try:
            return action()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_INTERVAL_SECONDS)


# The transitions, at the present time.


def _claim(current: JobTable, key: str, worker_id: str) -> tuple[JobTable, Job | None]:
    return queue.claim(current, key, worker_id, time.time())


def _begin(current: JobTable, key: str, worker_id: str, to: int) -> tuple[JobTable, bool]:
    return queue.start(current, key, worker_id, to)


def _beat(current: JobTable, key: str, worker_id: str, size: int, saved: bool) -> tuple[JobTable, bool]:
    return queue.heartbeat(current, key, worker_id, time.time(), size, saved)


def _end(
    current: JobTable, key: str, worker_id: str, status: Status, size: int, sentence: str
) -> tuple[JobTable, bool]:
    return queue.finish(current, key, worker_id, time.time(), status, size, sentence)
