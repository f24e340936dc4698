"""How the core is compiled: numba, cached on disk, without the GIL.

numba decides whether a cached function is stale by the time stamp of *its own* source file; kernels
here are built of functions from several files. So the cache lives in a folder named after the
contents of the whole package: change any line and everything is compiled afresh, once.
"""

import fcntl
import hashlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit
from numba.core import config as numba_config
from numba.extending import overload

config: Any = numba_config
OPTIONS: Any = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}, "no_cfunc_wrapper": True}
"""``nogil`` lets threads integrate side by side; ``contract`` allows fused multiply-add. C calls nothing."""

INLINE: Any = {**OPTIONS, "forceinline": True}
"""For the few lines at the heart of a step, where a call would cost as much as the work."""

F = TypeVar("F", bound=Callable[..., Any])


def implements(generic: Callable[..., Any], system: type, inline: bool = False) -> Callable[[F], F]:
    """Decorate a function as what ``generic`` does, in compiled code, for a system (a NamedTuple, its first argument).

    inline: for a few lines at the heart of a step.
    """

    def register(function: F) -> F:
        def choose(candidate: Any, *_others: Any) -> F | None:
            return function if getattr(candidate, "instance_class", None) is system else None

        choose.__signature__ = signature(function)  # type: ignore[attr-defined]  # numba compares the two
        overload(generic, jit_options=INLINE if inline else {})(choose)
        return function

    return register


def _fingerprint() -> str:
    package = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(package.rglob("*.py")):
        name = source.relative_to(package)
        if name.parts[0] == "plotting":  # nothing there is compiled
            continue
        digest.update(name.as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


UNKEPT = (
    "compiled code is not kept, because no folder for it can be written: each process compiles for some minutes. "
    "Set NUMBA_CACHE_DIR to a folder that can be written before dynamics is imported."
)


class UnkeptCodeWarning(UserWarning):
    """Compiled code is not kept on disk; given once a process."""


_warned = False
_CACHE = os.path.join(os.environ.get("NUMBA_CACHE_DIR") or str(Path(__file__).parent / "__pycache__"), _fingerprint())


@contextmanager
def one_process_at_a_time(part: str) -> Iterator[None]:
    """Hold the lock of a part of the cache: of several processes the first compiles it, the others load it then.

    Without effect where no folder can be written.
    """
    try:
        os.makedirs(_CACHE, exist_ok=True)
        lock = os.open(os.path.join(_CACHE, f"{part}.lock"), os.O_RDWR | os.O_CREAT)
    except OSError:
        yield
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def compiled(function: F) -> F:
    """Compile a function on its first call, or load it if this version was compiled before.

    Where no folder can be written (a read-only file system), it is compiled in each process, which a warning says once.
    """
    global _warned
    previous = config.CACHE_DIR
    config.CACHE_DIR = _CACHE
    result: Any
    try:
        result = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # numba: "no locator available"
        result = njit(**OPTIONS)(function)
        if not _warned:
            _warned = True
            warnings.warn(UNKEPT, UnkeptCodeWarning, stacklevel=2)
    finally:
        config.CACHE_DIR = previous
    return cast(F, result)
