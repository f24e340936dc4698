"""Folders that the app writes to and trusts: others must not be able to write there."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def make_private_folder(path: Path) -> bool:
    """Create a folder if it is missing; return False if others can write to it. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = os.lstat(path)
    return stat.S_ISDIR(about.st_mode) and about.st_uid in (0, os.geteuid()) and not about.st_mode & 0o022
