"""Computes one run in this process, and is gone when it is to go: `python -m components.runs <view> <query>`."""

from __future__ import annotations

import logging
import os
import sys

from components.runs.work import compute

NICENESS = 10  # who looks at a page comes first

logging.basicConfig(format="%(asctime)s run %(process)d: %(message)s")
os.nice(NICENESS)
name, query = sys.argv[1:]
compute(name, query, os.environ, leave=lambda: os._exit(0))
