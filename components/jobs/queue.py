"""The board: how every run stands, as a value, and the moves that change it.

A store keeps one board and applies a move to it in one go (see store.py), so a move is a pure function: it is given
the board and the time and returns a new board, or the same one where nothing changes. There is no scheduler. Whoever
waits asks several times a second, and asking is what starts a run when its turn has come, takes it up when the
process that computed it has died, and throws out what is asked for least when there is too much.

    waiting  -> running   its turn has come: `ask` says that it is to be launched, and a process claims it
    running  -> finished  all its records are there
             -> failed    its computation, or the store, would not go on; `sentence` says why
             -> stopped   nobody has asked for PATIENCE
             -> waiting   its process has not been heard of for STALE: before all others, for it has waited; or what
                          computes cannot be reached, then it is launched again after RELAUNCH
    stopped  -> waiting   somebody asks; it goes on from its checkpoint, or else begins again
    failed   -> waiting   somebody asks RETRIED later

The records are not on the board but in logs, and each attempt to compute a run has a log of its own, which nobody
else writes to: an attempt that was thought dead and comes back cannot spoil what its successor does. `log` names the
attempt whose log is read now, `owner` the one at work. `generation` changes when readers have to begin again, which
is when records that they may have read are not the beginning of the new attempt's log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

IDLE_TIMEOUT = 5.0  # seconds without a reader after which a run stops; readers ask about four times a second
HEARTBEAT_INTERVAL = 1.0  # seconds between two signs of life of whoever computes
HEARTBEAT_TIMEOUT = 5.0  # seconds without one after which it is dead
START = 20.0  # seconds that a process may take to claim what it was launched for: it imports all we have
TOUCH_INTERVAL = 1.0  # seconds that the mark of the last reader may be behind: not every read need write
RETRY_AFTER = 60.0  # seconds after which a failure is tried again
RELAUNCH = 5.0  # seconds after which a run is launched again where what computes could not be reached
MAX_CRASHES = 3  # attempts that end without a word before a run is given up
MAX_WAITING = 200  # runs in the queue: MOST_EACH of four addresses
MAX_PER_CLIENT = 60  # of those, runs that one address has asked for: a hall may be behind it
MAX_JOBS = 400  # runs that are on the board, so that it stays a matter of a hundred kilobytes
MAX_JOB_BYTES = 16 << 20  # of one run's records

DIED = f"The computation was ended from outside {MAX_CRASHES} times, most likely for want of memory."
NEVER_BEGAN = f"This run was launched {MAX_CRASHES} times, and each time no process began to compute it."

Status = Literal["waiting", "running", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class Job:
    """How one run stands. Times are in seconds since 1970."""

    status: Status
    enqueued: float  # since when it waits, or waited
    last_requested: float  # when somebody last asked for it
    last_heartbeat: float = 0.0  # the last sign of life, or when it was launched
    worker_id: str = ""  # the attempt that computes it; none until it is claimed
    log: str = ""  # the attempt whose log is read
    generation: int = 0
    size: int = 0  # bytes of its log and its checkpoint
    crash_count: int = 0  # attempts in a row that ended without a word and without a checkpoint
    sentence: str = ""
    launch_at: float = 0.0  # before that it is not launched again
    client: str = ""  # the bucket of the address that has asked for it first (see components.server.compute_quota)


JobTable = Mapping[str, Job]


@dataclass(frozen=True)
class QueueLimits:
    """How much there may be: runs at work at once, bytes of all records together."""

    at_once: int
    keep_bytes: int


@dataclass(frozen=True)
class JobResponse:
    """What an asker learns: the run as it stands (none if it was refused), its place in the queue from 1 on, and
    whether it is on the asker to launch it."""

    entry: Job | None
    place: int = 0
    launch: bool = False
    sentence: str = ""


def request(
    board: JobTable, key: str, now: float, limits: QueueLimits, client: str = ""
) -> tuple[JobTable, JobResponse]:
    """Somebody asks for a run: it is watched, enters the queue if it has to, and is launched if its turn has come.

    client: the bucket of the asker, if addresses are told apart. However many runs one address asks for, the next of
    another address is before its second, and it leaves a place free where there are several."""
    board = prune(board, now, limits)
    entry = board.get(key)
    if (
        entry is None
        or entry.status == "stopped"
        or (entry.status == "failed" and entry.last_heartbeat < now - RETRY_AFTER)
    ):
        waiting = [other.client for other in board.values() if other.status == "waiting"]
        for number, most, of in (
            (len(waiting), MAX_WAITING, ""),
            (waiting.count(client) if client else 0, MAX_PER_CLIENT, " of your network address"),
        ):
            if number >= most:
                return board, JobResponse(None, sentence=f"{most} runs{of} are waiting already; ask again later.")
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
    if now < entry.launch_at or key not in _runnable(board, queue, limits) or _bytes_used(board) >= limits.keep_bytes:
        return board, JobResponse(entry, place)
    entry = replace(entry, status="running", worker_id="", last_heartbeat=now, sentence="")
    return {**board, key: entry}, JobResponse(entry, launch=True)


def claim(board: JobTable, key: str, worker_id: str, now: float) -> tuple[JobTable, Job | None]:
    """A process takes a run that was launched and that no other has claimed; None where there is no such run, or where
    nobody has asked for it any more while the process began."""
    entry = board.get(key)
    if entry is None or entry.status != "running" or entry.worker_id:
        return board, None
    if entry.last_requested < now - IDLE_TIMEOUT:
        return _with(board, {key: _park(entry)}), None
    entry = replace(entry, worker_id=worker_id, last_heartbeat=now)
    return {**board, key: entry}, entry


def start(board: JobTable, key: str, worker_id: str, generation: int) -> tuple[JobTable, bool]:
    """The owner has its own log ready, and readers go over to it. False where it is the owner no longer."""
    entry = board.get(key)
    if entry is None or not worker_id or entry.worker_id != worker_id:
        return board, False
    return {**board, key: replace(entry, log=worker_id, generation=generation)}, True


def heartbeat(board: JobTable, key: str, worker_id: str, now: float, size: int, saved: bool) -> tuple[JobTable, bool]:
    """A sign of life of the owner. False where it has to stop: another has taken the run, or nobody has asked."""
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
    """The owner is done. False where it is the owner no longer."""
    entry = board.get(key)
    if entry is None or not worker_id or entry.worker_id != worker_id:
        return board, False
    entry = replace(entry, status=status, worker_id="", last_heartbeat=now, size=size, crash_count=0, sentence=sentence)
    return {**board, key: entry}, True


def refuse(board: JobTable, key: str, launched: float, now: float, sentence: str) -> tuple[JobTable, bool]:
    """A run cannot begin where it was launched. False where a process has claimed it, or it was launched once more."""
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="failed", last_heartbeat=now, crash_count=0, sentence=sentence)}, True


def postpone(board: JobTable, key: str, launched: float, now: float, sentence: str) -> tuple[JobTable, bool]:
    """A run that was launched waits again: what computes could not be reached. False where a process has claimed it,
    or it was launched once more."""
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="waiting", sentence=sentence, launch_at=now + RELAUNCH)}, True


def remove(board: JobTable, key: str, log: str) -> tuple[JobTable, None]:
    """The log of a run that is not being computed has gone: so has the run."""
    entry = board.get(key)
    if entry is None or entry.log != log or entry.status == "running":
        return board, None
    return {other: kept for other, kept in board.items() if other != key}, None


def prune(board: JobTable, now: float, limits: QueueLimits) -> JobTable:
    """The board without the dead, without who waits unwatched, and within its bounds."""
    changed: dict[str, Job | None] = {}
    for key, entry in board.items():
        watched = entry.last_requested >= now - IDLE_TIMEOUT
        if entry.status == "running" and entry.last_heartbeat < now - (HEARTBEAT_TIMEOUT if entry.worker_id else START):
            changed[key] = _requeue_crashed(entry, watched, now)
        elif entry.status == "waiting" and not watched:
            changed[key] = _park(entry)
    board = _with(board, changed)
    held, number = _bytes_used(board), len(board)
    if held < limits.keep_bytes and number <= MAX_JOBS:
        return board
    idle = [key for key, entry in board.items() if _ended(entry) and entry.last_requested < now - IDLE_TIMEOUT]
    kept = dict(board)
    for key in sorted(idle, key=lambda key: (board[key].last_requested, key)):
        if held < limits.keep_bytes and number <= MAX_JOBS:
            break
        held, number = held - kept.pop(key).size, number - 1
    return kept if len(kept) < len(board) else board


def referenced_logs(board: JobTable) -> set[tuple[str, str]]:
    """The attempts that are named on the board, each with its run: what else there is in a store is rubbish."""
    return {(key, name) for key, entry in board.items() for name in (entry.log, entry.worker_id) if name}


def _unclaimed(board: JobTable, key: str, launched: float) -> Job | None:
    """The run that was launched at a time and that no process has claimed yet: who began an earlier launch and ends
    late has no say in this one."""
    entry = board.get(key)
    waits = entry is not None and entry.status == "running" and not entry.worker_id and entry.last_heartbeat == launched
    return entry if waits else None


def _requeue_crashed(entry: Job, watched: bool, now: float) -> Job | None:
    """A run whose process has died."""
    sentence = DIED if entry.worker_id else NEVER_BEGAN
    entry = replace(entry, worker_id="", crash_count=entry.crash_count + 1)
    if entry.crash_count >= MAX_CRASHES:
        return replace(entry, status="failed", last_heartbeat=now, crash_count=0, sentence=sentence)
    return replace(entry, status="waiting") if watched else _park(entry)


def _park(entry: Job) -> Job | None:
    """A run that nobody wants at present: nothing, if it has not begun."""
    return replace(entry, status="stopped", worker_id="") if entry.log else None


def _with(board: JobTable, changed: Mapping[str, Job | None]) -> JobTable:
    """The board with some entries changed, or taken away."""
    if not changed:
        return board
    after = {key: changed.get(key, entry) for key, entry in board.items()}
    return {key: kept for key, kept in after.items() if kept is not None}


def _queue(board: JobTable) -> list[str]:
    """Who waits, the first first: of each address its first, then of each its second, and so on, where the runs of it
    that are computed count as well."""
    before = Counter(entry.client for entry in board.values() if entry.status == "running")
    ranks: dict[str, int] = {}
    waiting = [key for key, entry in board.items() if entry.status == "waiting"]
    for key in sorted(waiting, key=lambda key: (board[key].enqueued, key)):
        ranks[key] = before[board[key].client]
        before[board[key].client] += 1
    return sorted(ranks, key=lambda key: (ranks[key], board[key].enqueued, key))


def _runnable(board: JobTable, queue: list[str], limits: QueueLimits) -> list[str]:
    """Those of the queue whose turn it is: one address never has all places, if there are several, for a run takes
    minutes, and who comes next must not wait for the end of one."""
    running = Counter(entry.client for entry in board.values() if entry.status == "running")
    each = max(1, limits.at_once - 1)
    found: list[str] = []
    for key in queue:
        by = board[key].client
        if running.total() >= limits.at_once:
            break
        if not by or running[by] < each:
            running[by] += 1
            found.append(key)
    return found


def _bytes_used(board: JobTable) -> int:
    return sum(entry.size for entry in board.values())


def _ended(entry: Job) -> bool:
    return entry.status in ("stopped", "finished", "failed")
