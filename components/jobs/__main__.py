"""Compute one job in this process: `python -m components.jobs <view> <query>`.

The exit status is not 0 if the job was not started here; the log states the cause.
"""

from __future__ import annotations

import logging
import os
import sys

from components.jobs.launch import UNCLAIMED
from components.operations import logs, settings

NICENESS = 10  # requests of pages have priority


def main() -> int:
    """Compute the run of the command line; return the exit status."""
    values = settings.read(os.environ)
    logs.configure_logging(values.log_format, values.log_level)
    os.nice(NICENESS)
    name, query = sys.argv[1:]
    try:
        # Imports all code of the views: a failure is logged like any other.
        from components.jobs.execute import execute_job

        claimed = execute_job(name, query, os.environ, force_exit=lambda: os._exit(0))
    except Exception:
        logging.getLogger("run").exception("a run of %s could not be computed", name)
        return 1
    return 0 if claimed else UNCLAIMED


if __name__ == "__main__":
    sys.exit(main())
