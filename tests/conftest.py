"""What every test shares: where numba keeps what it compiled and runs their records; hypothesis without clock or
chance."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".numba_cache"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("LIMIT_RATE", "0")  # all tests are one address
os.environ.setdefault("RUNS_FOLDER", tempfile.mkdtemp(prefix="runs-of-tests-"))

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# Hypothesis also tries numbers that it finds in whatever modules of ours are imported: then a test would see other
# examples whenever any module changes, and others alone than in the whole suite.
providers._get_local_constants = lambda: providers._local_constants

# The same examples in every run, on every machine; EXPLORE=1 looks for new ones.
settings.register_profile(
    "truth", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("explore" if os.environ.get("EXPLORE") else "truth")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the numerical core before xdist's workers start: they load it, and do not each compile the same."""
    if session.config.getoption("numprocesses", None):
        imports = "from components.operations import warmup; from components.views.registry import VIEWS"
        subprocess.run(
            [sys.executable, "-c", f"{imports}; warmup._warm(VIEWS.values())"],
            cwd=Path(__file__).parent.parent,
            check=True,
        )
