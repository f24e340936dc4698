"""A part of the fuzzing (tests/fuzz.py), in every run of the tests."""

from __future__ import annotations

import pytest

from tests.fuzz import fuzz

SEED = 2026


@pytest.mark.parametrize("cases", [30, pytest.param(60, marks=pytest.mark.nightly)])
def test_whatever_is_asked_is_answered_without_an_error_and_within_its_bound(cases: int) -> None:
    found = fuzz(cases, SEED)
    assert not found.failures, found.first
    assert sum(found.statuses.values()) == cases
    assert {200, 404, 422} <= found.statuses.keys()
    assert found.computed > cases // 15
