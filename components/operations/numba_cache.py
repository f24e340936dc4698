"""The cache of compiled code: numba needs a writable folder, or the app does not start.

If the cache directory is read-only or full, a temporary folder is used, in memory if necessary.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
MIN_FREE_BYTES = 64 << 20  # a few times the size of the cache
MEMORY = "/dev/shm"
VARIABLE = "NUMBA_CACHE_DIR"


def ensure_tempdir(environment: MutableMapping[str, str]) -> None:
    """Put temporary files in memory if no folder for them is writable."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        environment["TMPDIR"] = tempfile.tempdir = MEMORY


def ensure_writable_cache(environment: MutableMapping[str, str]) -> Path | None:
    """Replace the cache folder in the environment if it is not writable or full; call this before numba is imported.

    The new folder gets the content of the configured one. Return it, to be removed at the end; None if the configured
    one is used.
    """
    configured = Path(environment.get(VARIABLE) or ROOT / ".numba_cache")
    environment[VARIABLE] = str(configured)
    if _is_usable(configured):
        return None
    for parent in (tempfile.gettempdir(), MEMORY):
        try:
            temporary = Path(tempfile.mkdtemp(prefix="compiled-", dir=parent))
        except OSError:
            continue
        try:
            if configured.is_dir():
                shutil.copytree(configured, temporary, copy_function=shutil.copyfile, dirs_exist_ok=True)
                for folder in (temporary, *(path for path in temporary.rglob("*") if path.is_dir())):
                    folder.chmod(0o700)  # the copied ones may be read-only
        except (OSError, shutil.Error):  # missing files are compiled again
            log.warning("compiled code could not be copied from %s", configured)
        if _is_usable(temporary):
            environment[VARIABLE] = str(temporary)
            log.warning("compiled code is kept in %s: %s cannot be written to, or is full", temporary, configured)
            return temporary
        shutil.rmtree(temporary, ignore_errors=True)
    log.error("there is no folder with %d MiB in which compiled code could be kept", MIN_FREE_BYTES >> 20)
    return None


def _is_usable(folder: Path) -> bool:
    """Return whether a folder is writable and has enough free space."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return shutil.disk_usage(folder).free >= MIN_FREE_BYTES
    except OSError:
        return False
