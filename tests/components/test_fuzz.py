"""A part of the fuzzing (tests/fuzz.py), in every run of the tests."""

from __future__ import annotations

from tests.fuzz import fuzz

CASES, SEED = 60, 2026


def test_whatever_is_asked_is_answered_without_an_error_and_within_its_bound() -> None:
    found = fuzz(CASES, SEED)
    assert not found.failures, found.first
    assert sum(found.statuses.values()) == CASES
    assert {200, 404, 422} <= found.statuses.keys()
    assert found.computed > CASES // 15
