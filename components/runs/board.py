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

PATIENCE = 5.0  # seconds without a reader after which a run stops; readers ask about four times a second
BEAT = 1.0  # seconds between two signs of life of whoever computes
STALE = 5.0  # seconds without one after which it is dead
START = 20.0  # seconds that a process may take to claim what it was launched for: it imports all we have
STAMP = 1.0  # seconds that the mark of the last reader may be behind: not every read need write
RETRIED = 60.0  # seconds after which a failure is tried again
RELAUNCH = 5.0  # seconds after which a run is launched again where what computes could not be reached
MOST_DEATHS = 3  # attempts that end without a word before a run is given up
MOST_WAITING = 200  # runs in the queue: MOST_EACH of four addresses
MOST_EACH = 60  # of those, runs that one address has asked for: a hall may be behind it
MOST_KEPT = 400  # runs that are on the board, so that it stays a matter of a hundred kilobytes
RUN_BYTES = 16 << 20  # of one run's records

DIED = f"The computation was ended from outside {MOST_DEATHS} times, most likely for want of memory."
NEVER_BEGAN = f"This run was launched {MOST_DEATHS} times, and each time no process began to compute it."

Status = Literal["waiting", "running", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class Entry:
    """How one run stands. Times are in seconds since 1970."""

    status: Status
    queued: float  # since when it waits, or waited
    asked: float  # when somebody last asked for it
    beat: float = 0.0  # the last sign of life, or when it was launched
    owner: str = ""  # the attempt that computes it; none until it is claimed
    log: str = ""  # the attempt whose log is read
    generation: int = 0
    size: int = 0  # bytes of its log and its checkpoint
    deaths: int = 0  # attempts in a row that ended without a word and without a checkpoint
    sentence: str = ""
    launch_at: float = 0.0  # before that it is not launched again
    by: str = ""  # the bucket of the address that has asked for it first (see components.limits)


Board = Mapping[str, Entry]


@dataclass(frozen=True)
class Limits:
    """How much there may be: runs at work at once, bytes of all records together."""

    at_once: int
    keep_bytes: int


@dataclass(frozen=True)
class Standing:
    """What an asker learns: the run as it stands (none if it was refused), its place in the queue from 1 on, and
    whether it is on the asker to launch it."""

    entry: Entry | None
    place: int = 0
    launch: bool = False
    sentence: str = ""


def ask(board: Board, key: str, now: float, limits: Limits, by: str = "") -> tuple[Board, Standing]:
    """Somebody asks for a run: it is watched, enters the queue if it has to, and is launched if its turn has come.

    by: the bucket of the asker, if addresses are told apart. However many runs one address asks for, the next of
    another address is before its second, and it leaves a place free where there are several."""
    board = tidied(board, now, limits)
    entry = board.get(key)
    if entry is None or entry.status == "stopped" or (entry.status == "failed" and entry.beat < now - RETRIED):
        waiting = [other.by for other in board.values() if other.status == "waiting"]
        for number, most, of in (
            (len(waiting), MOST_WAITING, ""),
            (waiting.count(by) if by else 0, MOST_EACH, " of your network address"),
        ):
            if number >= most:
                return board, Standing(None, sentence=f"{most} runs{of} are waiting already; ask again later.")
        entry = entry or Entry("waiting", now, now)
        entry = replace(entry, status="waiting", queued=now, asked=now, sentence="", by=by)
        board = {**board, key: entry}
    elif entry.asked < now - STAMP:
        entry = replace(entry, asked=now)
        board = {**board, key: entry}
    if entry.status != "waiting":
        return board, Standing(entry)
    queue = _queue(board)
    place = 1 + queue.index(key)
    if now < entry.launch_at or key not in _free(board, queue, limits) or _held(board) >= limits.keep_bytes:
        return board, Standing(entry, place)
    entry = replace(entry, status="running", owner="", beat=now, sentence="")
    return {**board, key: entry}, Standing(entry, launch=True)


def claim(board: Board, key: str, owner: str, now: float) -> tuple[Board, Entry | None]:
    """A process takes a run that was launched and that no other has claimed; None where there is no such run, or where
    nobody has asked for it any more while the process began."""
    entry = board.get(key)
    if entry is None or entry.status != "running" or entry.owner:
        return board, None
    if entry.asked < now - PATIENCE:
        return _with(board, {key: _resting(entry)}), None
    entry = replace(entry, owner=owner, beat=now)
    return {**board, key: entry}, entry


def begin(board: Board, key: str, owner: str, generation: int) -> tuple[Board, bool]:
    """The owner has its own log ready, and readers go over to it. False where it is the owner no longer."""
    entry = board.get(key)
    if entry is None or not owner or entry.owner != owner:
        return board, False
    return {**board, key: replace(entry, log=owner, generation=generation)}, True


def beat(board: Board, key: str, owner: str, now: float, size: int, saved: bool) -> tuple[Board, bool]:
    """A sign of life of the owner. False where it has to stop: another has taken the run, or nobody has asked."""
    entry = board.get(key)
    if entry is None or entry.owner != owner:
        return board, False
    watched = entry.asked >= now - PATIENCE
    entry = replace(entry, beat=now, size=size, deaths=0 if saved else entry.deaths)
    if not watched:
        entry = replace(entry, status="stopped", owner="", deaths=0)
    return {**board, key: entry}, watched


def end(
    board: Board, key: str, owner: str, now: float, status: Status, size: int, sentence: str = ""
) -> tuple[Board, bool]:
    """The owner is done. False where it is the owner no longer."""
    entry = board.get(key)
    if entry is None or not owner or entry.owner != owner:
        return board, False
    entry = replace(entry, status=status, owner="", beat=now, size=size, deaths=0, sentence=sentence)
    return {**board, key: entry}, True


def refuse(board: Board, key: str, launched: float, now: float, sentence: str) -> tuple[Board, bool]:
    """A run cannot begin where it was launched. False where a process has claimed it, or it was launched once more."""
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="failed", beat=now, deaths=0, sentence=sentence)}, True


def postpone(board: Board, key: str, launched: float, now: float, sentence: str) -> tuple[Board, bool]:
    """A run that was launched waits again: what computes could not be reached. False where a process has claimed it,
    or it was launched once more."""
    entry = _unclaimed(board, key, launched)
    if entry is None:
        return board, False
    return {**board, key: replace(entry, status="waiting", sentence=sentence, launch_at=now + RELAUNCH)}, True


def forget(board: Board, key: str, log: str) -> tuple[Board, None]:
    """The log of a run that is not being computed has gone: so has the run."""
    entry = board.get(key)
    if entry is None or entry.log != log or entry.status == "running":
        return board, None
    return {other: kept for other, kept in board.items() if other != key}, None


def tidied(board: Board, now: float, limits: Limits) -> Board:
    """The board without the dead, without who waits unwatched, and within its bounds."""
    changed: dict[str, Entry | None] = {}
    for key, entry in board.items():
        watched = entry.asked >= now - PATIENCE
        if entry.status == "running" and entry.beat < now - (STALE if entry.owner else START):
            changed[key] = _orphan(entry, watched, now)
        elif entry.status == "waiting" and not watched:
            changed[key] = _resting(entry)
    board = _with(board, changed)
    held, number = _held(board), len(board)
    if held < limits.keep_bytes and number <= MOST_KEPT:
        return board
    idle = [key for key, entry in board.items() if _ended(entry) and entry.asked < now - PATIENCE]
    kept = dict(board)
    for key in sorted(idle, key=lambda key: (board[key].asked, key)):
        if held < limits.keep_bytes and number <= MOST_KEPT:
            break
        held, number = held - kept.pop(key).size, number - 1
    return kept if len(kept) < len(board) else board


def attempts(board: Board) -> set[tuple[str, str]]:
    """The attempts that are named on the board, each with its run: what else there is in a store is rubbish."""
    return {(key, name) for key, entry in board.items() for name in (entry.log, entry.owner) if name}


def _unclaimed(board: Board, key: str, launched: float) -> Entry | None:
    """The run that was launched at a time and that no process has claimed yet: who began an earlier launch and ends
    late has no say in this one."""
    entry = board.get(key)
    waits = entry is not None and entry.status == "running" and not entry.owner and entry.beat == launched
    return entry if waits else None


def _orphan(entry: Entry, watched: bool, now: float) -> Entry | None:
    """A run whose process has died."""
    sentence = DIED if entry.owner else NEVER_BEGAN
    entry = replace(entry, owner="", deaths=entry.deaths + 1)
    if entry.deaths >= MOST_DEATHS:
        return replace(entry, status="failed", beat=now, deaths=0, sentence=sentence)
    return replace(entry, status="waiting") if watched else _resting(entry)


def _resting(entry: Entry) -> Entry | None:
    """A run that nobody wants at present: nothing, if it has not begun."""
    return replace(entry, status="stopped", owner="") if entry.log else None


def _with(board: Board, changed: Mapping[str, Entry | None]) -> Board:
    """The board with some entries changed, or taken away."""
    if not changed:
        return board
    after = {key: changed.get(key, entry) for key, entry in board.items()}
    return {key: kept for key, kept in after.items() if kept is not None}


def _queue(board: Board) -> list[str]:
    """Who waits, the first first: of each address its first, then of each its second, and so on, where the runs of it
    that are computed count as well."""
    before = Counter(entry.by for entry in board.values() if entry.status == "running")
    ranks: dict[str, int] = {}
    waiting = [key for key, entry in board.items() if entry.status == "waiting"]
    for key in sorted(waiting, key=lambda key: (board[key].queued, key)):
        ranks[key] = before[board[key].by]
        before[board[key].by] += 1
    return sorted(ranks, key=lambda key: (ranks[key], board[key].queued, key))


def _free(board: Board, queue: list[str], limits: Limits) -> list[str]:
    """Those of the queue whose turn it is: one address never has all places, if there are several, for a run takes
    minutes, and who comes next must not wait for the end of one."""
    running = Counter(entry.by for entry in board.values() if entry.status == "running")
    each = max(1, limits.at_once - 1)
    found: list[str] = []
    for key in queue:
        by = board[key].by
        if running.total() >= limits.at_once:
            break
        if not by or running[by] < each:
            running[by] += 1
            found.append(key)
    return found


def _held(board: Board) -> int:
    return sum(entry.size for entry in board.values())


def _ended(entry: Entry) -> bool:
    return entry.status in ("stopped", "finished", "failed")
