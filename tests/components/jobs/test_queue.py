"""The moves on the board: whatever happens in whatever order, it stays consistent and within its bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.jobs import queue, store
from components.jobs.queue import Job, JobTable, QueueLimits

LIMITS = QueueLimits(max_running=2, max_bytes=100)
KEYS = ["a", "b", "c", "d"]

MOVE = st.tuples(
    st.sampled_from(["ask", "ask", "ask", "claim", "begin", "last_heartbeat", "finish", "fail", "postpone", "refuse"]),
    st.sampled_from(KEYS),
    st.floats(0, 12),
    st.integers(0, 60),
    st.sampled_from(["", "one", "other"]),
)


@settings(max_examples=400)
@given(moves=st.lists(MOVE, max_size=60))
def test_no_order_of_events_breaks_the_bounds(moves: list[tuple[str, str, float, int, str]]) -> None:
    state: JobTable = {}
    now = 1000.0
    for number, (move, key, pause, size, by) in enumerate(moves):
        now += pause
        owner, launched = (state[key].worker_id, state[key].last_heartbeat) if key in state else ("", now)
        if move == "ask":
            before = state
            state, standing = queue.request(state, key, now, LIMITS, by)
            assert standing.entry is not None
            assert (standing.place > 0) == (standing.entry.status == "waiting")
            if standing.launch:
                assert sum(entry.size for other, entry in before.items() if other in state) < LIMITS.max_bytes
            assert state[key].last_requested >= now - queue.TOUCH_INTERVAL
        elif move == "claim":
            state, _ = queue.claim(state, key, f"o{number}", now)
        elif move == "begin":
            state, begun = queue.start(state, key, owner, number)
            assert begun == bool(owner)
        elif move == "last_heartbeat":
            state, _ = queue.heartbeat(state, key, owner or "x", now, size, False)
        elif move == "postpone":
            state, postponed = queue.postpone(state, key, launched, now, "away")
            assert not postponed or (state[key].status == "waiting" and state[key].launch_at > now)
        elif move == "refuse":
            state, refused = queue.refuse(state, key, launched, now, "no")
            assert not refused or state[key].status == "failed"
        else:
            state, _ = queue.finish(state, key, owner, now, "finished" if move == "finish" else "failed", size)
        assert sum(entry.status == "running" for entry in state.values()) <= LIMITS.max_running
        for entry in state.values():
            assert entry.status == "running" or not entry.worker_id
    after = queue.prune(state, now + 100, LIMITS)
    assert sum(entry.status in ("running", "waiting") for entry in after.values() if entry.last_requested < now) == 0
    assert sum(entry.size for entry in after.values()) <= LIMITS.max_bytes


def test_asking_again_within_a_second_changes_nothing() -> None:
    first, _ = queue.request({}, "a", 10.0, LIMITS)
    again, standing = queue.request(first, "a", 10.5, LIMITS)
    assert again is first
    assert not standing.launch


def test_a_run_that_dies_again_and_again_is_given_up() -> None:
    state, standing = queue.request({}, "a", 0.0, LIMITS)
    now, launched = 0.0, 0
    while state["a"].status != "failed":
        if standing.launch:
            launched += 1
            state, _ = queue.claim(state, "a", f"o{launched}", now)
        now += 0.5
        state, standing = queue.request(state, "a", now, LIMITS)
    assert launched == queue.MAX_CRASHES
    assert state["a"].sentence == queue.DIED
    assert queue.request(state, "a", now + 1.0 + queue.RETRY_AFTER, LIMITS)[1].launch


def test_who_was_launched_before_can_neither_end_nor_delay_a_later_launch() -> None:
    first, _ = queue.request({}, "a", 0.0, LIMITS)
    later, standing = queue.request(first, "a", 1.0 + queue.START, LIMITS)
    assert standing.launch
    assert queue.refuse(first, "a", 0.0, 1.0, "no")[1]
    for step in (queue.refuse, queue.postpone):
        assert step(later, "a", 0.0, 2.0 + queue.START, "no") == (later, False)


def test_a_run_that_saves_between_its_deaths_is_not_given_up() -> None:
    state: JobTable = {}
    now, launched = 0.0, 0
    while launched < 3 * queue.MAX_CRASHES:
        now += 0.5
        state, standing = queue.request(state, "a", now, LIMITS)
        if standing.launch:
            launched += 1
            state, _ = queue.claim(state, "a", f"o{launched}", now)
            state, alive = queue.heartbeat(state, "a", f"o{launched}", now, 1, True)
            assert alive
    assert state["a"].status == "running"


def test_who_was_thought_dead_can_change_nothing() -> None:
    state, _ = queue.request({}, "a", 0.0, LIMITS)
    state, _ = queue.claim(state, "a", "old", 0.0)
    state, _ = queue.request(state, "a", 1.0 + queue.HEARTBEAT_TIMEOUT, LIMITS)
    state, _ = queue.claim(state, "a", "new", 1.0 + queue.HEARTBEAT_TIMEOUT)
    assert state["a"].worker_id == "new"
    for changed, done in (
        queue.start(state, "a", "old", 9),
        queue.heartbeat(state, "a", "old", 7.0, 5, True),
        queue.finish(state, "a", "old", 7.0, "finished", 5),
    ):
        assert changed is state
        assert not done


def test_a_run_that_nobody_asks_for_any_more_is_not_claimed() -> None:
    late = 0.1 + queue.IDLE_TIMEOUT
    state, _ = queue.request({}, "a", 0.0, LIMITS)
    assert queue.claim(state, "a", "o", late) == ({}, None)
    known = {"a": replace(state["a"], log="x")}
    rested, entry = queue.claim(known, "a", "o", late)
    assert entry is None
    assert rested["a"].status == "stopped"
    assert queue.request(rested, "a", late, LIMITS)[1].launch
    asked, _ = queue.request(state, "a", late, LIMITS)
    assert queue.claim(asked, "a", "o", late)[1] is not None


def test_what_is_read_is_never_thrown_out() -> None:
    kept = Job("finished", 0.0, last_requested=100.0, log="x", size=90)
    state = {
        "a": kept,
        "b": replace(kept, last_requested=50.0),
        "c": replace(kept, last_requested=40.0, status="stopped"),
    }
    assert list(queue.prune(state, 101.0, LIMITS)) == ["a"]
    assert list(queue.prune({"a": replace(kept, size=200)}, 101.0, LIMITS)) == ["a"]


def asked(state: JobTable, keys: str, by: str, now: float) -> tuple[JobTable, list[queue.JobResponse]]:
    """What each of some runs is answered, one after another."""
    standings = []
    for number, key in enumerate(keys):
        state, standing = queue.request(state, key, now + number / 1000, LIMITS, by)
        standings.append(standing)
    return state, standings


def test_one_address_leaves_a_place_free_and_the_next_address_has_it_at_once() -> None:
    state, greedy = asked({}, "abcdef", "greedy", 0.0)
    assert [standing.launch for standing in greedy] == [True, *[False] * 5]
    state, other = asked(state, "z", "other", 1.0)
    assert other[0].launch


def test_of_those_who_wait_each_address_has_its_turn() -> None:
    state, _ = asked({}, "abcdefgh", "greedy", 0.0)
    state, _ = asked(state, "yz", "other", 1.0)
    state, third = asked(state, "w", "third", 2.0)
    assert third[0].place == 1, "before all seconds"
    _, again = asked(state, "bz", "greedy", 2.5)
    assert [standing.place for standing in again] == [2, 3]


def test_sixty_who_watch_one_run_are_one_run_and_a_hall_of_others_waits_its_turn() -> None:
    state: JobTable = {}
    for _ in range(60):
        state, standing = queue.request(state, "a", 0.0, LIMITS, "hall")
        assert standing.entry is not None
    assert len(state) == 1
    keys = [f"run {number:02}" for number in range(queue.MAX_PER_CLIENT + 1)]
    places = []
    for key in keys:
        state, standing = queue.request(state, key, 0.5, LIMITS, "hall")
        places.append(standing.place)
    assert places == [*range(1, queue.MAX_PER_CLIENT + 1), 0]
    assert (
        standing.sentence
        == f"{queue.MAX_PER_CLIENT} runs of your network address are waiting already; ask again later."
    )
    assert queue.request(state, "z", 0.6, LIMITS, "other")[1].launch


def test_where_addresses_are_not_told_apart_nothing_is_left_free() -> None:
    assert [standing.launch for standing in asked({}, "abc", "", 0.0)[1]] == [True, True, False]


GOOD = Job("waiting", 1.0, 1.0, client="x")


@pytest.mark.parametrize(
    "fields",
    [
        {"last_requested": None}, {"size": "x"}, {"size": 1e18}, {"size": -1}, {"size": True}, {"last_heartbeat": 9e18},
        {"last_requested": 9e18},
        {"enqueued": -1}, {"status": "lost"}, {"status": 1}, {"worker_id": "../x"}, {"log": "a:b"}, {"client": 5},
        {"more": 1},
        {"sentence": None}, {"crash_count": "3"}, {"generation": 1.5},
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_ours_is_as_good_as_absent(fields: dict[str, Any]) -> None:
    plain = orjson.loads(store.encoded({"good": GOOD, "bad": GOOD}))
    plain["bad"] |= fields
    assert store.decoded(orjson.dumps(plain)) == {"good": GOOD}


@pytest.mark.parametrize("text", ["[]", "nope", "null", '{"a": 1}', '{"a": {}}', '{"a": {"enqueued": NaN}}'])
def test_a_board_that_is_none_is_empty(text: str) -> None:
    assert store.decoded(text.encode()) == {}
    assert store.decoded(store.encoded({"a": GOOD}) + b" " * store.BOARD_BYTES) == {}


def test_postponed_run_is_launched_again_later_and_without_the_sentence() -> None:
    state, standing = queue.request({}, "a", 100.0, LIMITS)
    assert standing.launch
    state, _ = queue.postpone(state, "a", 100.0, 100.5, "away")
    state, standing = queue.request(state, "a", 101.0, LIMITS)
    assert standing.entry is not None
    assert (standing.launch, standing.place, standing.entry.sentence) == (False, 1, "away")
    state, standing = queue.request(state, "a", 100.6 + queue.RELAUNCH, LIMITS)
    assert standing.entry is not None
    assert (standing.launch, standing.entry.sentence) == (True, "")


def test_run_that_no_process_takes_on_does_not_blame_memory() -> None:
    state: JobTable = {}
    now, launches = 100.0, 0
    state, standing = queue.request(state, "a", now, LIMITS)
    while standing.entry is not None and standing.entry.status != "failed":
        launches += standing.launch
        now += 1.0
        state, standing = queue.request(state, "a", now, LIMITS)
    assert launches == queue.MAX_CRASHES
    assert standing.entry is not None
    assert standing.entry.sentence == queue.NEVER_STARTED
