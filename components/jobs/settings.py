"""Where runs are recorded and computed, and how much of both: read from the environment, never from a URL."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from components.core.view import View
from components.jobs.folder_store import FolderStore
from components.jobs.queue import QueueLimits
from components.jobs.redis_store import RedisStore
from components.jobs.store import Store
from components.jobs.subprocess_executor import SubprocessExecutor
from components.operations import settings
from components.operations.redis_client import RedisClient


@dataclass(frozen=True)
class Settings:
    """Those named RUNS_… in components/operations/settings.py. They are passed to the executing process as strings."""

    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"feature-unlearning-{os.geteuid()}")
    redis: str = ""
    dask: str = ""
    at_once: int = field(default_factory=lambda: settings.read({}).runs_at_once)
    keep_bytes: int = field(default_factory=lambda: settings.read({}).runs_keep_bytes)
    views: str = field(default_factory=lambda: settings.read({}).runs_views)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """The settings of an environment. Raises ValueError with a sentence."""
        given = settings.read(environment)
        return cls(
            folder=Path(given.runs_folder or cls().folder).absolute(),
            redis=given.runs_redis_url if "RUNS_REDIS_URL" in environment else given.cache_redis_url,
            dask=given.runs_dask,
            at_once=given.runs_at_once,
            keep_bytes=given.runs_keep_bytes,
            views=given.runs_views,
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
    def limits(self) -> QueueLimits:
        return QueueLimits(self.at_once, self.keep_bytes)

    def store(self) -> Store:
        """Where records are kept."""
        client = RedisClient.at(self.redis)
        return RedisStore(client) if client else FolderStore(self.folder)

    def executor(self) -> Executor:
        """What computes."""
        if not self.dask:
            return SubprocessExecutor()
        from components.jobs.dask_executor import DaskExecutor  # needs the package distributed, which the app does not

        return DaskExecutor(self.dask)

    def load_views(self) -> Mapping[str, View]:
        """The views, by the dotted name of their listing."""
        module, _, name = self.views.partition(":")
        return getattr(importlib.import_module(module), name)
