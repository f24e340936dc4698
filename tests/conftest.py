"""What every test shares: where numba keeps what it compiled and runs their records; hypothesis without clock or
chance."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".numba_cache"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("LIMIT_RATE", "0")  # all tests are one address
os.environ.setdefault("RUNS_FOLDER", os.path.join(tempfile.gettempdir(), f"runs-of-tests-{os.getpid()}", "runs"))

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# Hypothesis also tries numbers that it finds in whatever modules of ours are imported: then a test would see other
# examples whenever any module changes, and others alone than in the whole suite.
providers._get_local_constants = lambda: providers._local_constants

# The same examples in every run, on every machine; EXPLORE=1 looks for new ones. The suite takes a part of the examples
# that a test asks for, EXAMPLES=nightly all of them.
WHOLE = bool(os.environ.get("EXPLORE")) or os.environ.get("EXAMPLES") == "nightly"
PART, FEWEST = 4, 20
settings.register_profile(
    "truth", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("explore" if os.environ.get("EXPLORE") else "truth")

# The files that take longest, longest first. Of two workers each is given whole files, and takes the next when it has
# done one: those at the end have to be short ones.
LONG_FILES = (
    "browser/test_access.py",
    "browser/test_lab.py",
    "browser/test_page.py",
    "browser/test_screens.py",
    "browser/test_images.py",
    "browser/test_mistakes.py",
    "components/jobs/test_dask_executor.py",
    "browser/test_save_menu.py",
    "browser/test_lecture.py",
    "browser/test_embed.py",
    "browser/test_plane.py",
    "browser/test_firefox.py",
    "browser/test_phase_map.py",
    "browser/test_path_prefix.py",
    "dynamics/simulation/test_sgd.py",
    "browser/test_offline.py",
    "components/jobs/test_subprocess_executor.py",
    "browser/test_linear_network.py",
    "components/operations/test_startup.py",
    "components/server/test_failures.py",
    "components/views/lab/test_lab.py",
    "browser/test_beside.py",
    "browser/test_theory.py",
    "components/test_fuzz.py",
    "dynamics/mean_field/test_trajectory.py",
    "dynamics/planar/test_finite_width.py",
    "browser/test_touch.py",
    "components/views/linear_network/test_linear_network.py",
    "components/server/test_share_cards.py",
    "components/views/time_scales/test_claims.py",
    "dynamics/simulation/test_single_index.py",
    "dynamics/planar/test_phase_map.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let xdist keep the order of collection, instead of giving out the files with most tests first."""
    if config.getoption("numprocesses", None):
        config.option.loadscopereorder = False


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a test of hypothesis take a part of its examples; items of one test share their function."""
    function = getattr(item, "obj", None)
    asked = getattr(function, "_hypothesis_internal_use_settings", None)
    if asked is None or WHOLE or hasattr(function, "examples_asked_for"):
        return
    function.examples_asked_for = asked.max_examples
    fewer = min(asked.max_examples, max(asked.max_examples // PART, FEWEST))
    function._hypothesis_internal_use_settings = settings(asked, max_examples=fewer)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, where there are several workers."""
    if hasattr(config, "workerinput"):
        ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONG_FILES)}
        items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the numerical core before xdist's workers start: they load it, and do not each compile the same."""
    if session.config.getoption("numprocesses", None):
        imports = "from components.operations import warmup; from components.views.registry import VIEWS"
        subprocess.run(
            [sys.executable, "-c", f"{imports}; warmup._warm(VIEWS.values())"],
            cwd=Path(__file__).parent.parent,
            check=True,
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the records of runs, unless they were to be kept in a folder of the caller's."""
    folder = Path(os.environ["RUNS_FOLDER"]).parent
    if folder.name == f"runs-of-tests-{os.getpid()}":
        shutil.rmtree(folder, ignore_errors=True)
