"""Streams as the tests read them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np


def values(column: Any) -> np.ndarray:
    """A column as a stream or a JSON file carries it: plotly's base64, or a list in which null is nan."""
    if isinstance(column, dict):
        return np.frombuffer(base64.b64decode(column["bdata"]), np.dtype(column["dtype"]).newbyteorder("<"))
    return np.array(column, float)


def joined(parts: list[dict[str, Any]], index: int, column: str) -> np.ndarray:
    """A whole column of a run, from all chunks of a stream."""
    traces = [part for part in parts if part["kind"] == "trace" and part["index"] == index]
    assert [part["last"] for part in traces] == [False] * (len(traces) - 1) + [True]
    return np.concatenate([values(part["columns"][column]) for part in traces])
