"""Attributes whose names Python's keywords cannot write."""

from __future__ import annotations

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """`aria(label="Play")` gives {"aria-label": "Play"}, to be unpacked into a component."""
    return {f"aria-{name}": value for name, value in attributes.items()}
