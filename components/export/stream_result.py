"""The chunks of a stream, collected as the page collects them, with columns as arrays."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import orjson

TYPES = {"f4": "<f4", "u1": "u1", "u2": "<u2"}


@dataclass
class StreamResult:
    """Scenes by name; trajectories in their order, with their traces and `columns`; the text; whether the stream
    failed.
    """

    scenes: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    text_data: dict[str, Any] = field(default_factory=dict)
    failed: bool = False

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Self:
        """Collect the lines of a stream."""
        result = cls()
        for piece in lines:
            for line in piece.splitlines():
                result.add(orjson.loads(line))
        return result

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add one chunk."""
        kind = chunk["kind"]
        if kind == "scene":
            self.scenes[chunk["name"]] = decoded(chunk)
        elif kind == "trajectory":
            self.runs[chunk["index"]] = {**chunk, "traces": decoded(chunk["traces"]), "columns": {}}
        elif kind == "trace":
            columns = self.runs[chunk["index"]]["columns"]
            for name, values in decoded(chunk["columns"]).items():
                columns[name] = np.concatenate([columns[name], values]) if name in columns else values
        elif kind == "text":
            self.text_data |= chunk
        elif kind == "error":
            self.failed = True


def decoded(value: Any) -> Any:
    """Return a value with its columns as arrays of doubles, its tables as arrays of two dimensions."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("dtype") in TYPES and "bdata" in value:
        numbers = np.frombuffer(base64.b64decode(value["bdata"]), TYPES[value["dtype"]]).astype(float)
        return numbers.reshape([int(part) for part in value["shape"].split(",")]) if "shape" in value else numbers
    return {name: decoded(item) for name, item in value.items()}
