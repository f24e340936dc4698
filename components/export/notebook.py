"""Notebooks: a script in cells, whose figures are displayed."""

from __future__ import annotations

import ast
from typing import Any

import orjson

MIMETYPE = "application/x-ipynb+json"


def notebook(code: str) -> bytes:
    """Return a script as a notebook of Jupyter: its docstring as text; imports, calls and figures as cells.

    The figures of a script are the last that it does, in a block that is left with a sentence where plotly is missing;
    a cell displays each of them instead of writing it to a file.
    """
    lines = code.splitlines()
    about, *statements = ast.parse(code).body
    assert isinstance(about, ast.Expr)
    assert isinstance(about.value, ast.Constant)
    figures: list[str] = []
    end = len(lines)
    if isinstance(statements[-1], ast.Try):
        last = statements.pop()
        assert isinstance(last, ast.Try)
        figures, end = [_figure(code, statement) for statement in last.body], last.lineno - 1
    imports = sum(isinstance(one, ast.Import | ast.ImportFrom) for one in statements)
    begin = statements[imports].lineno - 1
    while lines[begin - 1].startswith("#"):  # a comment belongs to what follows it
        begin -= 1
    sources = ["\n".join(lines[about.end_lineno : begin]), "\n".join(lines[begin:end]), *figures]
    cells = [_text(str(about.value.value)), *(_code(source.strip("\n")) for source in sources if source.strip())]
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return orjson.dumps({"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _figure(code: str, statement: ast.stmt) -> str:
    """Return what a statement writes to a file: ``to_plotly(…).write_html(…)``."""
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    assert isinstance(statement.value.func, ast.Attribute)
    return ast.get_source_segment(code, statement.value.func.value) or ""


def _text(about: str) -> dict[str, Any]:
    title, _, rest = about.partition("\n")
    lines = [f"{line}  " if line else "" for line in rest.strip().splitlines()]  # two spaces end a line
    return {"cell_type": "markdown", "metadata": {}, "source": "\n".join([f"# {title.rstrip('.')}", "", *lines])}


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
