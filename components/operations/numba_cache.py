"""Where compiled code is kept: numba wants a folder that it can write to, or nothing starts.

A file system that cannot be written to, or is full, is no reason not to start: then it is in memory.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
ROOM = 64 << 20  # bytes free, a few times what all of it takes
MEMORY = "/dev/shm"
VARIABLE = "NUMBA_CACHE_DIR"


def ensure_tempdir(environment: MutableMapping[str, str]) -> None:
    """Where nothing can be written, temporary files are in memory."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        environment["TMPDIR"] = tempfile.tempdir = MEMORY


def ensure_writable_cache(environment: MutableMapping[str, str]) -> Path | None:
    """Before numba is imported: names another folder in the environment where the one that is named cannot be written
    to or is full, with what the named one holds. Returns the folder that was made, to be removed in the end."""
    wanted = Path(environment.get(VARIABLE) or ROOT / ".numba_cache")
    environment[VARIABLE] = str(wanted)
    if _has_room(wanted):
        return None
    for place in (tempfile.gettempdir(), MEMORY):
        try:
            made = Path(tempfile.mkdtemp(prefix="compiled-", dir=place))
        except OSError:
            continue
        try:
            if wanted.is_dir():
                shutil.copytree(wanted, made, copy_function=shutil.copyfile, dirs_exist_ok=True)
                for folder in (made, *(path for path in made.rglob("*") if path.is_dir())):
                    folder.chmod(0o700)  # the wanted ones may be closed to writers
        except (OSError, shutil.Error):  # what is missing is compiled again
            log.warning("compiled code could not be copied from %s", wanted)
        if _has_room(made):
            environment[VARIABLE] = str(made)
            log.warning("compiled code is kept in %s: %s cannot be written to, or is full", made, wanted)
            return made
        shutil.rmtree(made, ignore_errors=True)
    log.error("there is no folder with %d MiB in which compiled code could be kept", ROOM >> 20)
    return None


def _has_room(folder: Path) -> bool:
    """Return whether there is room in a folder, and we may write there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return shutil.disk_usage(folder).free >= ROOM
    except OSError:
        return False
