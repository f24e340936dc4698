"""Where runs are recorded and computed, and how much of both: read from the environment, never from a URL."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from components.runs.board import Limits
from components.runs.folder import Folder
from components.runs.local import Processes
from components.runs.redis_store import RedisStore
from components.runs.store import Store
from components.view import View

KEEP_BYTES = 1 << 30
VIEWS = "components.views:VIEWS"


@dataclass(frozen=True)
class Settings:
    """See the table in the package's docstring. As strings they go to whoever computes."""

    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"feature-unlearning-{os.geteuid()}")
    redis: str = ""
    dask: str = ""
    at_once: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    keep_bytes: int = KEEP_BYTES
    views: str = VIEWS

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """The settings of an environment. Raises ValueError with a sentence."""
        default = cls()
        return cls(
            folder=Path(environment.get("RUNS_FOLDER") or default.folder).absolute(),
            redis=environment.get("RUNS_REDIS_URL", environment.get("CACHE_REDIS_URL", "")),
            dask=environment.get("RUNS_DASK", ""),
            at_once=_whole(environment, "RUNS_AT_ONCE", default.at_once, 1),
            keep_bytes=_whole(environment, "RUNS_KEEP_BYTES", default.keep_bytes, 1),
            views=environment.get("RUNS_VIEWS") or default.views,
        )

    def environment(self) -> dict[str, str]:
        """The environment that these settings are read from."""
        return {
            "RUNS_FOLDER": str(self.folder),
            "RUNS_REDIS_URL": self.redis,
            "RUNS_DASK": self.dask,
            "RUNS_AT_ONCE": str(self.at_once),
            "RUNS_KEEP_BYTES": str(self.keep_bytes),
            "RUNS_VIEWS": self.views,
        }

    @property
    def limits(self) -> Limits:
        return Limits(self.at_once, self.keep_bytes)

    def store(self) -> Store:
        """Where records are kept."""
        return RedisStore(self.redis) if self.redis else Folder(self.folder)

    def executor(self) -> Executor:
        """What computes."""
        if not self.dask:
            return Processes()
        from components.runs.cluster import Cluster  # needs the package distributed, which the app does not

        return Cluster(self.dask)

    def load_views(self) -> Mapping[str, View]:
        """The views, by the dotted name of their listing."""
        module, _, name = self.views.partition(":")
        return getattr(importlib.import_module(module), name)


def _whole(environment: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"{name} = {text} is not a whole number of at least {least}.")
    return int(text)
