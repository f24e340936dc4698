"""The library outside the app: what it needs, what a notebook shows of a result, compiled code that is not kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest

from dynamics import LinearNetwork, MeanFieldModel, UnlearningModel, jit, phase_map
from dynamics.results import Result

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_library_needs_three_packages_from_some_version_on():
    assert [re.sub(r">=[0-9.]+$", "", one) for one in PROJECT["dependencies"]] == ["numpy", "scipy", "numba"]


def test_the_extra_of_the_app_is_what_it_runs_on():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert PROJECT["optional-dependencies"]["app"] == [line for line in lines if line and not line.startswith("#")]


def results():
    model = UnlearningModel((1, 1), (1, -1))
    run = model.trajectory(2.0)
    yield from (model, run, run.limit, model.critical_manifold(), *model.separatrices())
    yield phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(4, 4))
    yield model.singular_orbit(2.0)
    yield from (MeanFieldModel((1, -1)), MeanFieldModel((1, -1)).trajectory(t_end=1.0))
    network = LinearNetwork.random(d=100, gamma=0.01)
    yield from (network, network.solution([0.0, 1.0]), network.mechanism())


def test_a_result_is_shown_in_one_line():
    seen = set()
    for result in results():
        text = repr(result)
        assert "\n" not in text
        assert len(text) < 1000, text
        assert text.startswith(type(result).__name__ + "(")
        seen.add(type(result).__name__)
    assert {"Trajectory", "MeanFieldTrajectory", "PhaseMap", "LinearSolution", "SingularOrbit"} <= seen
    run = UnlearningModel((1, 1), (1, -1)).trajectory(2.0)
    assert f"R=<float64 {run.R.shape}>" in repr(run)
    assert repr(run.model) == "UnlearningModel(c=(1.0, 1.0), c_star=(1.0, -1.0), eps=1.0)"


def test_a_representation_of_ones_own_is_kept():
    class Own(Result):
        def __repr__(self) -> str:
            return "mine"

    assert repr(Own()) == "mine"


def test_where_no_folder_can_be_written_one_warning_says_so(monkeypatch):
    def njit(cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(jit, "njit", njit)
    monkeypatch.setattr(jit, "_warned", False)
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        assert [jit.compiled(np.sin), jit.compiled(np.cos)] == [np.sin, np.cos]
    (warning,) = given
    assert warning.category is jit.UnkeptCodeWarning
    assert "NUMBA_CACHE_DIR" in str(warning.message)


@pytest.mark.parametrize("value", ["1", None, 1j, [1]])
def test_a_coefficient_that_is_no_number_is_named_with_what_is_allowed(value):
    allowed = re.escape(f"c_1 must be a number between -100 and 100, not {value!r}")
    with pytest.raises(ValueError, match=allowed):
        UnlearningModel((value, 0.5), (1, 1))


def test_the_wheel_of_the_app_is_installed_and_imported(tmp_path):
    from components.export import wheel

    file = tmp_path / wheel.NAME
    file.write_bytes(wheel.wheel())
    target = tmp_path / "there"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*pip, str(file)], check=True)
    code = "import dynamics; print(dynamics.__file__); print(dynamics.UnlearningModel((1,), (1,)))"
    environment = {**os.environ, "PYTHONPATH": str(target)}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert Path(said[0]).is_relative_to(target)
    assert said[1] == "UnlearningModel(c=(1.0,), c_star=(1.0,), eps=1.0)"
    (info,) = target.glob("*.dist-info")
    needed = re.findall(r"^Requires-Dist: (.*)$", (info / "METADATA").read_text(encoding="utf-8"), re.M)
    assert [one for one in needed if "extra" not in one] == PROJECT["dependencies"]
    assert "==" not in "".join(PROJECT["dependencies"])
