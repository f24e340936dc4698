"""Settings of jobs: store, executor and limits, read from the environment, never from a URL."""

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
    max_running: int = field(default_factory=lambda: settings.read({}).runs_at_once)
    max_bytes: int = field(default_factory=lambda: settings.read({}).runs_keep_bytes)
    views: str = field(default_factory=lambda: settings.read({}).runs_views)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings of an environment. Raises ValueError with a sentence."""
        values = settings.read(environment)
        return cls(
            folder=Path(values.runs_folder or cls().folder).absolute(),
            redis=values.runs_redis_url if "RUNS_REDIS_URL" in environment else values.cache_redis_url,
            dask=values.runs_dask,
            max_running=values.runs_at_once,
            max_bytes=values.runs_keep_bytes,
            views=values.runs_views,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment that these settings are read from."""
        return {
            "RUNS_FOLDER": str(self.folder),
            "RUNS_REDIS_URL": self.redis,
            "RUNS_DASK": self.dask,
            "RUNS_AT_ONCE": str(self.max_running),
            "RUNS_KEEP_BYTES": str(self.max_bytes),
            "RUNS_VIEWS": self.views,
        }

    @property
    def limits(self) -> QueueLimits:
        return QueueLimits(self.max_running, self.max_bytes)

    def store(self) -> Store:
        """Return the store of the records."""
        client = RedisClient.at(self.redis)
        return RedisStore(client) if client else FolderStore(self.folder)

    def executor(self) -> Executor:
        """Return the executor."""
        if not self.dask:
            return SubprocessExecutor()
        from components.jobs.dask_executor import DaskExecutor  # needs the package distributed, which the app does not

        return DaskExecutor(self.dask)

    def load_views(self) -> Mapping[str, View]:
        """Return the views, from the module and name in `views`."""
        module, _, name = self.views.partition(":")
        return getattr(importlib.import_module(module), name)
