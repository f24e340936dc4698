"""A job's status and its last checkpoint, for exports. Reading them does not keep the job alive."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import orjson

from components.core.state import State
from components.jobs.queue import Status
from components.jobs.settings import Settings
from components.jobs.worker import job_key


def last_checkpoint(name: str, state: State) -> tuple[Status, Mapping[str, Any]] | None:
    """Return the status of the job of a view's state, and the data of its last checkpoint; None without a checkpoint.

    This does not keep the job alive. The store is that of the environment. Raises StoreError.
    """
    store, key = Settings.read(os.environ).store(), job_key(name, state)
    entry = store.board().get(key)
    saved = store.checkpoint(key, entry.log) if entry and entry.log else None
    return (entry.status, orjson.loads(saved)["data"]) if entry and saved else None
