"""How the core is compiled: numba, cached on disk, without the GIL.

numba decides whether a cached function is stale by the time stamp of *its own* source file; kernels
here are built of functions from several files. So the cache lives in a folder named after the
contents of the whole package: change any line and everything is compiled afresh, once.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit
from numba.core import config as numba_config

config: Any = numba_config
OPTIONS: Any = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
"""``nogil`` lets threads integrate side by side; ``contract`` allows fused multiply-add."""

INLINE: Any = {**OPTIONS, "forceinline": True}
"""For the few lines at the heart of a step, where a call would cost as much as the work."""

F = TypeVar("F", bound=Callable[..., Any])


def _fingerprint() -> str:
    package = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


_CACHE = os.path.join(os.environ.get("NUMBA_CACHE_DIR") or str(Path(__file__).parent / "__pycache__"), _fingerprint())


def compiled(function: F) -> F:
    """Compile a function on its first call, or load it if this version was compiled before.

    Where no folder can be written (a read-only file system), it is compiled in each process.
    """
    previous = config.CACHE_DIR
    config.CACHE_DIR = _CACHE
    result: Any
    try:
        result = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # numba: "no locator available"
        result = njit(**OPTIONS)(function)
    finally:
        config.CACHE_DIR = previous
    return cast(F, result)
