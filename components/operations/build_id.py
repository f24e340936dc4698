"""The release: a short hash of the code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def build_id() -> str:
    """Return a short hash of our own code, the release: pictures of another are never replayed."""
    root = Path(__file__).parents[2]
    patterns = (
        ("components", "*.py"),
        ("dynamics", "*.py"),
        ("components", "*.html"),
        ("components", "*.toml"),
        ("components", "*.npz"),
        ("assets", "*.js"),
        ("assets", "*.mjs"),
        ("assets", "*.css"),
    )
    sources = sorted(path for folder, kind in patterns for path in (root / folder).rglob(kind))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
