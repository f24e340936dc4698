"""Computes one run in this process, and is gone when it is to go: `python -m components.jobs <view> <query>`.

Its exit status is not 0 where the run has not begun here; the cause is in the log.
"""

from __future__ import annotations

import logging
import os
import sys

from components.jobs.launch import UNCLAIMED
from components.operations import logs, settings

NICENESS = 10  # who looks at a page comes first


def main() -> int:
    """Compute the run of the command line; return the exit status."""
    given = settings.read(os.environ)
    logs.configure_logging(given.log_format, given.log_level)
    os.nice(NICENESS)
    name, query = sys.argv[1:]
    try:
        # Imports all code of the views: a failure is logged like any other.
        from components.jobs.execute import execute_job

        claimed = execute_job(name, query, os.environ, leave=lambda: os._exit(0))
    except Exception:
        logging.getLogger("run").exception("a run of %s could not be computed", name)
        return 1
    return 0 if claimed else UNCLAIMED


if __name__ == "__main__":
    sys.exit(main())
