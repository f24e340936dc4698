"""The job table: the state of every job, as a value, and its transitions.

A store holds one table and applies a transition atomically (see store.py). A transition is a pure function: it takes
the table and the time and returns a new table, or the same one where nothing changes. There is no scheduler. Clients
that wait poll several times a second. A poll starts a job when its turn has come, requeues it when its process has
died, and removes the jobs that were requested least recently when the table is full.

    waiting  -> running   its turn has come: `request` says that it is to be launched, and a process claims it
    running  -> finished  all its records are stored
             -> failed    its computation, or the store, cannot go on; `sentence` says why
             -> stopped   no client has polled for IDLE_TIMEOUT
             -> waiting   its process sent no heartbeat for HEARTBEAT_TIMEOUT: it goes first, since it has waited; or
                          the executor cannot be reached: it is launched again after RELAUNCH
    stopped  -> waiting   a client polls; the job continues from its checkpoint, or starts again
    failed   -> waiting   a client polls RETRY_AFTER later

Records are stored in logs, not in the table. Each execution of a job has a log of its own that no other process
writes to, so an execution that was taken for dead and comes back cannot damage the log of its successor. `log` names
the log that is read, `worker_id` the execution at work. `generation` changes when readers have to start again: when
the records that they may have read are not the beginning of the new log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

IDLE_TIMEOUT = 5.0  # seconds without a poll after which a job stops; clients poll about four times a second
HEARTBEAT_INTERVAL = 1.0  # seconds between two heartbeats of a process
HEARTBEAT_TIMEOUT = 5.0  # seconds without a heartbeat after which a process is taken for dead
START = 20.0  # seconds that a process may take to claim its job: it imports all views
TOUCH_INTERVAL = 1.0  # seconds that `last_requested` may be out of date, so that not every poll writes
RETRY_AFTER = 60.0  # seconds after which a failed job may start again
RELAUNCH = 5.0  # seconds after which a job is launched again when the executor could not be reached
MAX_CRASHES = 3  # crashes in a row after which a job fails
MAX_WAITING = 200  # jobs in the queue: more than MAX_PER_CLIENT of three clients
MAX_PER_CLIENT = 60  # of those, jobs of one client: a lecture hall may share one address
MAX_JOBS = 400  # in the table, which is then about a hundred kilobytes
MAX_JOB_BYTES = 16 << 20  # of the records of one job

DIED = f"The computation was ended from outside {MAX_CRASHES} times, most likely for want of memory."
NEVER_STARTED = f"This run was launched {MAX_CRASHES} times, and each time no process began to compute it."

Status = Literal["waiting", "running", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class Job:
    """The state of one job. Times are in seconds since 1970."""

    status: Status
    enqueued: float  # when it entered the queue last
    last_requested: float  # when a client last polled it
    last_heartbeat: float = 0.0  # or when it was launched
    worker_id: str = ""  # the execution at work; empty until a process claims the job
    log: str = ""  # the log that is read
    generation: int = 0
    size: int = 0  # bytes of its log and its checkpoint
    crash_count: int = 0  # executions in a row that ended without a result and without a checkpoint
    sentence: str = ""
    launch_at: float = 0.0  # not before this time
    client: str = ""  # the quota key of the client that requested it first (see server/compute_quota.py)


JobTable = Mapping[str, Job]


@dataclass(frozen=True)
class QueueLimits:
    """Bounds: jobs that run at once, and bytes of all records together."""

    max_running: int
    max_bytes: int


@dataclass(frozen=True)
class JobResponse:
    """The response to a poll: the job (None if it was refused), its place in the queue from 1, and whether the caller
    has to launch it.
    """

    entry: Job | None
    place: int = 0
    launch: bool = False
    sentence: str = ""


def request(
    board: JobTable, key: str, now: float, limits: QueueLimits, client: str = ""
) -> tuple[JobTable, JobResponse]:
    """Poll a job: keep it alive, queue it if necessary, and launch it if its turn has come.

    client: the quota key of the client, if clients are told apart. Clients take turns, and where several jobs can run
    one place stays free for other clients.
    """
    board = prune(board, now, limits)
    entry = board.get(key)
    if (
        entry is None
        or entry.status == "stopped"
        or (entry.status == "failed" and entry.last_heartbeat < now - RETRY_AFTER)
    ):
        waiting = [job.client for job in board.values() if job.status == "waiting"]
        for number, bound, of in (
            (len(waiting), MAX_WAITING, ""),
            (waiting.count(client) if client else 0, MAX_PER_CLIENT, " of your network address"),
        ):
            if number >= bound:
                return board, JobResponse(None, sentence=f"{bound} runs{of} are waiting already; ask again later.")
        entry = entry or Job("waiting", now, now)
        entry = replace(entry, status="waiting", enqueued=now, last_requested=now, sentence="", client=client)
        board = {**board, key: entry}
    elif entry.last_requested < now - TOUCH_INTERVAL:
        entry = replace(entry, last_requested=now)
        board = {**board, key: entry}
    if entry.status != "waiting":
        return board, JobResponse(entry)
    queue = _queue(board)
    place = 1 + queue.index(key)
    if now < entry.launch_at or key not in _runnable(board, queue, limits) or _bytes_used(board) >= limits.max_bytes:
        return board, JobResponse(entry, place)
    entry = replace(entry, status="running", worker_id="", last_heartbeat=now, sentence="")
    return {**board, key: entry}, JobResponse(entry, launch=True)


def claim(board: JobTable, key: str, worker_id: str, now: float) -> tuple[JobTable, Job | None]:
    """Give a launched job to a process. None if there is no such job, if another process has it, or if no client has
    polled it since.
    """
    entry = board.get(key)
    if entry is None or entry.status != "running" or entry.worker_id:
        return board, None
    if entry.last_requested < now - IDLE_TIMEOUT:
        return _with(board, {key: _park(entry)}), None
    entry = replace(entry, worker_id=worker_id, last_heartbeat=now)
    return {**board, key: entry}, entry


def start(board: JobTable, key: str, worker_id: str, generation: int) -> tuple[JobTable, bool]:
    """Let readers go over to the log of the process that has the job. False if another process has it."""
    entry = board.get(key)
    if entry is None or not worker_id or entry.worker_id != worker_id:
        return board, False
    return {**board, key: replace(entry, log=worker_id, generation=generation)}, True


def heartbeat(board: JobTable, key: str, worker_id: str, now: float, size: int, saved: bool) -> tuple[JobTable, bool]:
    """Record that the process is alive. False if it has to stop: another process has the job, or no client polls it."""
    entry = board.get(key)
    if entry is None or entry.worker_id != worker_id:
        return board, False
    watched = entry.last_requested >= now - IDLE_TIMEOUT
    entry = replace(entry, last_heartbeat=now, size=size, crash_count=0 if saved else entry.crash_count)
    if not watched:
        entry = replace(entry, status="stopped", worker_id="", crash_count=0)
    return {**board, key: entry}, watched


def finish(
    board: JobTable, key: str, worker_id: str, now: float, status: Status, size: int, sentence: str = ""
) -> tuple[JobTable, bool]:
    """Record the end of a job. False if another process has it."""
    entry = board.get(key)
    if entry is None or not worker_id or entry.worker_id != worker_id:
        return board, False
    entry = replace(entry, status=status, worker_id="", last_heartbeat=now, size=size, crash_count=0, sentence=sentence)
    return {**board, key: entry}, True


def refuse(board: JobTable, key: str, launched: float, now: float, sentence: str) -> tuple[JobTable, bool]:
    """Record that a launched job cannot start. False if a process has claimed it, or if it was launched again."""
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="failed", last_heartbeat=now, crash_count=0, sentence=sentence)}, True


def postpone(board: JobTable, key: str, launched: float, now: float, sentence: str) -> tuple[JobTable, bool]:
    """Queue a launched job again because the executor cannot be reached. False if a process has claimed it, or if it
    was launched again.
    """
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="waiting", sentence=sentence, launch_at=now + RELAUNCH)}, True


def remove(board: JobTable, key: str, log: str) -> tuple[JobTable, None]:
    """Remove a job whose log has disappeared, unless it is running."""
    entry = board.get(key)
    if entry is None or entry.log != log or entry.status == "running":
        return board, None
    return {name: job for name, job in board.items() if name != key}, None


def prune(board: JobTable, now: float, limits: QueueLimits) -> JobTable:
    """Return the table without crashed jobs, without waiting jobs that no client polls, and within its bounds."""
    changed: dict[str, Job | None] = {}
    for key, entry in board.items():
        watched = entry.last_requested >= now - IDLE_TIMEOUT
        if entry.status == "running" and entry.last_heartbeat < now - (HEARTBEAT_TIMEOUT if entry.worker_id else START):
            changed[key] = _requeue_crashed(entry, watched, now)
        elif entry.status == "waiting" and not watched:
            changed[key] = _park(entry)
    board = _with(board, changed)
    used, number = _bytes_used(board), len(board)
    if used < limits.max_bytes and number <= MAX_JOBS:
        return board
    idle = [key for key, entry in board.items() if _ended(entry) and entry.last_requested < now - IDLE_TIMEOUT]
    remaining = dict(board)
    for key in sorted(idle, key=lambda key: (board[key].last_requested, key)):
        if used < limits.max_bytes and number <= MAX_JOBS:
            break
        used, number = used - remaining.pop(key).size, number - 1
    return remaining if len(remaining) < len(board) else board


def referenced_logs(board: JobTable) -> set[tuple[str, str]]:
    """Return the logs that the table names, each with its job. All others in a store are orphans."""
    return {(key, name) for key, entry in board.items() for name in (entry.log, entry.worker_id) if name}


def _unclaimed(board: JobTable, key: str, launched: float) -> Job | None:
    """Return the job that was launched at this time and has not been claimed. A process of an earlier launch that ends
    late must not change the present one.
    """
    entry = board.get(key)
    waits = entry is not None and entry.status == "running" and not entry.worker_id and entry.last_heartbeat == launched
    return entry if waits else None


def _requeue_crashed(entry: Job, watched: bool, now: float) -> Job | None:
    """Return a job whose process has died, queued again, or failed after MAX_CRASHES."""
    sentence = DIED if entry.worker_id else NEVER_STARTED
    entry = replace(entry, worker_id="", crash_count=entry.crash_count + 1)
    if entry.crash_count >= MAX_CRASHES:
        return replace(entry, status="failed", last_heartbeat=now, crash_count=0, sentence=sentence)
    return replace(entry, status="waiting") if watched else _park(entry)


def _park(entry: Job) -> Job | None:
    """Return a job that no client polls, stopped; None if it has no records yet."""
    return replace(entry, status="stopped", worker_id="") if entry.log else None


def _with(board: JobTable, changed: Mapping[str, Job | None]) -> JobTable:
    """Return the table with some jobs changed or removed."""
    if not changed:
        return board
    after = {key: changed.get(key, entry) for key, entry in board.items()}
    return {key: job for key, job in after.items() if job is not None}


def _queue(board: JobTable) -> list[str]:
    """Return the keys of waiting jobs in order: the first of each client, then the second of each, and so on, counting
    the running jobs of a client.
    """
    before = Counter(entry.client for entry in board.values() if entry.status == "running")
    ranks: dict[str, int] = {}
    waiting = [key for key, entry in board.items() if entry.status == "waiting"]
    for key in sorted(waiting, key=lambda key: (board[key].enqueued, key)):
        ranks[key] = before[board[key].client]
        before[board[key].client] += 1
    return sorted(ranks, key=lambda key: (ranks[key], board[key].enqueued, key))


def _runnable(board: JobTable, queue: list[str], limits: QueueLimits) -> list[str]:
    """Return the queued jobs whose turn it is. One client never takes all places, if there are several: a job takes
    minutes, and the next client must not wait for its end.
    """
    running = Counter(entry.client for entry in board.values() if entry.status == "running")
    max_per_client = max(1, limits.max_running - 1)
    runnable: list[str] = []
    for key in queue:
        client = board[key].client
        if running.total() >= limits.max_running:
            break
        if not client or running[client] < max_per_client:
            running[client] += 1
            runnable.append(key)
    return runnable


def _bytes_used(board: JobTable) -> int:
    return sum(entry.size for entry in board.values())


def _ended(entry: Job) -> bool:
    return entry.status in ("stopped", "finished", "failed")
