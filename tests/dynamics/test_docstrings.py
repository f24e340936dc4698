"""The docstrings of the library's public names: their sections, and their examples as doctests."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import pytest

import dynamics
from dynamics import images
from tests.docstrings import attributes_of, doctest_of, failures, names_in, parameters_of, sections_of

TYPE = re.compile(r"\((?:int|float|bool|str|dict|list|tuple|array|arrays|[A-Z]\w+)\b")
NEEDS_THE_EXTRA = ("load_digits", "train_images", "ImageTraining", "Sweep.run")


def packages() -> list[Any]:
    """The library and its subpackages, as far as they say what is public."""
    names = [f"dynamics.{one.name}" for one in pkgutil.iter_modules(dynamics.__path__) if one.ispkg]
    return [one for one in map(importlib.import_module, ["dynamics", *names]) if hasattr(one, "__all__")]


def members_of(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, by full name: that of the class of the library that defines it."""
    if issubclass(cls, Enum):
        return
    for name in dir(cls):
        owner = next((one for one in cls.__mro__ if name in one.__dict__), None)
        if name.startswith("_") or owner is None or not owner.__module__.startswith("dynamics."):
            continue
        member = owner.__dict__[name]
        member = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if inspect.isfunction(member) or isinstance(member, (property, cached_property)):
            yield f"{owner.__module__}.{owner.__qualname__}.{name}", member


def public_objects() -> dict[str, Any]:
    """Functions, classes and their members, by full name: whatever ``__all__`` of a public package leads to."""
    found: dict[str, Any] = {}
    for package in packages():
        for name in package.__all__:
            value = getattr(package, name)
            if not inspect.isclass(value) and not inspect.isfunction(value):
                continue  # a constant, or a type
            found[f"{value.__module__}.{value.__qualname__}"] = value
            if inspect.isclass(value):
                found |= members_of(value)
    return found


PUBLIC = public_objects()
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
PROPERTIES = {name: value for name, value in PUBLIC.items() if isinstance(value, (property, cached_property))}


def test_sections_and_names_are_read():
    sections = sections_of("""Do it.

    Parameters
    ----------
    a, b : int, default 1
        Two numbers: any.
    **more
        Others.

    Returns
    -------
    float
        Their sum.
    """)
    assert list(sections) == ["", "Parameters", "Returns"]
    assert names_in(sections["Parameters"]) == ["a", "b", "more"]


def test_the_public_names_are_found():
    for name in ("planar.model.UnlearningModel.trajectory", "planar.problem.PlanarProblem.loss", "warm_up"):
        assert f"dynamics.{name}" in FUNCTIONS
    assert "dynamics.planar.trajectories.trajectory.Trajectory.error" in PROPERTIES
    assert "dynamics.images.training.ImageTraining" in CLASSES


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_begins_with_a_summary_of_one_line(name):
    doc = PUBLIC[name].__doc__
    assert doc
    summary, *rest = inspect.cleandoc(doc).split("\n")
    assert summary.endswith(".")
    assert not rest or not rest[0], "the summary is one line, and an empty one follows"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters_and_result_of_a_function_are_described(name):
    function = FUNCTIONS[name]
    sections = sections_of(function.__doc__)
    assert names_in(sections.get("Parameters", [])) == parameters_of(function)
    if inspect.signature(function).return_annotation not in (None, "None"):
        assert sections.get("Returns") or sections.get("Yields")


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASSES])
def test_defaults_are_those_of_the_signature(name):
    value = PUBLIC[name]
    described = [line for line in sections_of(value.__doc__).get("Parameters", []) if " : " in line and line[0] != " "]
    given = inspect.signature(value).parameters if described else {}
    for line in described:
        _, _, default = line.partition(", default ")
        default = re.sub(r"(?<=\d),(?=\d{3}\b)", "", default)  # 20,000
        for parameter in names_in([line]):
            expected = given[parameter].default
            if default and not re.search(r"\.\.\.|/", default):  # 0 ... 7, 2/3
                assert (inf if default == "inf" else ast.literal_eval(default)) == expected, parameter
            elif not default:
                assert line.endswith(", optional") == (expected is not inspect.Parameter.empty), parameter


@pytest.mark.parametrize("name", CLASSES)
def test_parameters_or_attributes_of_a_class_are_described(name):
    cls = CLASSES[name]
    sections = sections_of(cls.__doc__)
    parameters, attributes = (names_in(sections.get(one, [])) for one in ("Parameters", "Attributes"))
    if issubclass(cls, Enum):
        assert attributes == list(cls.__members__)
        return
    if "Parameters" in sections:
        assert parameters == parameters_of(cls)
    elif is_dataclass(cls):
        assert attributes == [one.name for one in fields(cls)]
    assert set(attributes) <= attributes_of(cls)


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_type_of_a_property_is_described(name):
    summary, _, _ = inspect.cleandoc(PROPERTIES[name].__doc__).partition("\n\n")
    assert TYPE.search(summary), "the type stands in brackets in the summary: (float), (array (n,))"


@pytest.mark.parametrize("name", [name for name, value in FUNCTIONS.items() if "." not in value.__qualname__])
def test_a_function_has_an_example(name):
    assert "Examples" in sections_of(FUNCTIONS[name].__doc__)


def doctests() -> dict[str, doctest.DocTest]:
    made = {name: doctest_of(name, value) for name, value in PUBLIC.items()}
    return {name: one for name, one in made.items() if one.examples}


DOCTESTS = doctests()


def test_every_example_belongs_to_a_public_name():
    written = sum(
        file.read_text(encoding="utf-8").count(">>> ") for file in Path(dynamics.__file__).parent.rglob("*.py")
    )
    assert written == sum(len(one.examples) for one in DOCTESTS.values())


@pytest.mark.parametrize("name", DOCTESTS)
def test_example(name):
    if name.endswith(NEEDS_THE_EXTRA) and images.missing_packages():
        pytest.skip(images.missing_packages())
    assert failures(DOCTESTS[name]) == ""
