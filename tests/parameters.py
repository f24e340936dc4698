"""Products of parameters of which the suite takes a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some_of(all_: Iterable[Any], *kept: Any) -> list[Any]:
    """All values, those that are not kept with the marker `nightly`."""
    values = list(all_)
    assert set(kept) <= set(values)
    return [pytest.param(one, id=str(one), marks=() if one in kept else pytest.mark.nightly) for one in values]


def half_of_product(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    """All pairs, every other one with the marker `nightly`: each value remains with half of the others."""
    return [
        pytest.param(one, other, marks=pytest.mark.nightly if (i + j) % 2 else ())
        for i, one in enumerate(first)
        for j, other in enumerate(second)
    ]
