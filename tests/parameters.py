"""Products of parameters of which the suite takes a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def half_of_product(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    """All pairs, every other one with the marker `nightly`: each value remains with half of the others."""
    return [
        pytest.param(one, other, marks=pytest.mark.nightly if (i + j) % 2 else ())
        for i, one in enumerate(first)
        for j, other in enumerate(second)
    ]
