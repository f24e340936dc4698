"""What tests ask a running server."""

from __future__ import annotations

import urllib.request

from tests.waiting import LONGEST


def get(address: str, path: str = "/health") -> bytes:
    """The body of an answer."""
    with urllib.request.urlopen(address + path, timeout=LONGEST) as answer:
        return answer.read()


def counted(address: str, name: str) -> float:
    """The sum of a counter's series whose names begin so."""
    text = get(address, "/metrics").decode()
    return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"feature_unlearning_{name}"))
