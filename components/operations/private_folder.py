"""Folders that the app writes to and trusts: nobody else may write there."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def make_private_folder(path: Path) -> bool:
    """Make a folder where there is none; return False where others may write to it. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = os.lstat(path)
    return stat.S_ISDIR(about.st_mode) and about.st_uid in (0, os.geteuid()) and not about.st_mode & 0o022
