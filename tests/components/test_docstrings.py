"""The docstrings of what a new view extends and calls: their sections, and their examples as doctests."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from components.core import controls, state, view, view_data
from components.ui import controls as mounting
from components.ui import shell
from tests.docstrings import doctest_of, failures, names_in, parameters_of, sections_of

STATE = ("parameters", "normalize", "make", "query", "key", "from_query", "nearest", "varied")
VIEW = (
    "cost", "seconds", "export_seconds", "job_seconds", "is_reproducible", "compute", "run_job", "annotation_targets",
    "layout", "table", "export_data", "export_script",
)  # fmt: skip
CLASSES: tuple[type, ...] = (
    state.Parameter, state.State, view.Chunk, view.Preset, view.View, controls.Widget, controls.Slider,
    controls.Coefficients, controls.Choice, controls.Checkboxes, controls.NumberList, controls.MapAxis,
    shell.FigureSlot,
)  # fmt: skip
FUNCTIONS: tuple[Any, ...] = (
    *(getattr(state.State, name) for name in STATE), *(getattr(view.View, name) for name in VIEW), view.Chunk.line,
    view.column, view.integers, view.table, view.scene, view.collect, view_data.load_presets, view_data.load_help,
    controls.of, controls.pick, controls.labels, controls.length_input, controls.Widget.build, controls.Slider.place,
    mounting.mount_point, mounting.mount_points, shell.trajectory_layout, shell.group, shell.popup,
)  # fmt: skip
EXTENSION_POINTS = {f"{one.__module__}.{one.__qualname__}": one for one in (*CLASSES, *FUNCTIONS)}


def described(value: Any) -> dict[str, list[str]]:
    return sections_of(value.__doc__ or "")


def test_every_public_method_of_a_view_and_a_state_is_an_extension_point() -> None:
    """What they inherit is not ours, and properties have no parameters."""
    for cls, names in ((view.View, VIEW), (state.State, STATE)):
        methods = {
            name
            for name, member in vars(cls).items()
            if not name.startswith("_") and callable(getattr(cls, name)) and not isinstance(member, type)
        }
        assert methods - {"controls"} <= {*names, "model_post_init"}


@pytest.mark.parametrize("name", EXTENSION_POINTS)
def test_a_docstring_begins_with_a_summary_of_one_line(name: str) -> None:
    doc = EXTENSION_POINTS[name].__doc__
    assert doc
    summary, *rest = inspect.cleandoc(doc).split("\n")
    assert summary.endswith(".")
    assert not rest or not rest[0], "the summary is one line, and an empty one follows"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__qualname__)
def test_parameters_and_result_of_a_function_are_described(function: Any) -> None:
    sections = described(function)
    assert names_in(sections.get("Parameters", [])) == parameters_of(function)
    assert sections.get("Returns") or sections.get("Yields")


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if is_dataclass(cls)], ids=lambda one: one.__qualname__)
def test_attributes_of_a_class_are_described(cls: Any) -> None:
    if cls is view.Chunk:  # a table of its kinds
        return
    inherited = {one.name for base in cls.__mro__[1:] if is_dataclass(base) for one in fields(base)}
    own = [one.name for one in fields(cls) if one.name not in inherited]
    assert names_in(described(cls).get("Attributes", [])) == own


@pytest.mark.parametrize("name", [name for name, one in EXTENSION_POINTS.items() if ">>> " in (one.__doc__ or "")])
def test_example(name: str) -> None:
    value = EXTENSION_POINTS[name]
    assert failures(doctest_of(name, value, vars(sys.modules[value.__module__]))) == ""
