"""Reading docstrings in numpydoc form."""

from __future__ import annotations

import ast
import doctest
import inspect
import textwrap
from typing import Any

SECTIONS = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Notes", "References", "Examples")


def sections_of(doc: str) -> dict[str, list[str]]:
    """The lines of each section of a docstring, by its name; those before the first section by the name ""."""
    lines = inspect.cleandoc(doc).split("\n")
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if following and set(following) == {"-"} and not line.startswith(" "):
            assert line in SECTIONS, f"{line} is no section"
            assert len(following) == len(line), f"the line under {line} is not as long"
            assert line not in found, f"{line} stands twice"
            name = line
            found[name] = []
        elif set(line) != {"-"}:
            assert "---" not in line, f"a heading is not on a line of its own: {line}"
            found[name].append(line)
    assert list(found)[1:] == [one for one in SECTIONS if one in found], "the sections are in another order"
    return found


def names_in(section: list[str]) -> list[str]:
    """The names that a section describes: those before the colon of each line that is not indented."""
    heads = [line.partition(" : ")[0] for line in section if line and not line.startswith(" ")]
    return [name.strip().lstrip("*") for head in heads for name in head.split(",")]


def parameters_of(value: Any) -> list[str]:
    return [name for name in inspect.signature(value).parameters if name not in ("self", "cls")]


def attributes_of(cls: type) -> set[str]:
    """The names that a class annotates, and those that its methods use of ``self``."""
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))))
    annotated = {one.target.id for one in nodes if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
    of_self = {one.attr for one in nodes if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self"}
    return annotated | of_self


def doctest_of(name: str, value: Any, names: dict[str, Any] | None = None) -> doctest.DocTest:
    """The examples of an object, which see these names."""
    seen = {key: one for key, one in (names or {}).items() if key != "annotations"}  # else theirs become texts
    return doctest.DocTestParser().get_doctest(value.__doc__ or "", seen, name, None, 0)


def failures(examples: doctest.DocTest) -> str:
    """What is wrong with the examples; empty if they hold."""
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(examples, out=report.append)
    return "".join(report) if runner.summarize(verbose=False).failed else ""
