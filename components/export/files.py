"""Export of files: the data of a figure, the script that computes them, the citations."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from urllib.parse import quote

import numpy as np
import orjson

from components.core.citations import bibliography
from components.core.state import State
from components.core.view import Columns, View
from components.export import notebook, wheel
from dynamics.interruption import checkpoint

MIMETYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "py": "text/x-python",
    "ipynb": notebook.MIMETYPE,
    "bib": "application/x-bibtex",
}

CELLS = 2_000  # written between two checkpoints, a few hundredths of a second
MAX_SLUG = 80  # characters of the parameters in a file name


def export(view: View, state: State, kind: str, address: str) -> bytes:
    """Return the file of that kind (a key of `MIMETYPES`); numbers in full double precision. address: the app's own."""
    root = quote(address, safe=":/.-_~@+[]")  # a host of letters that end no string of a script
    link = f"{root}{view.path}?{state.query()}"
    if kind == "bib":
        return bibliography(view.papers).encode()
    if kind in ("py", "ipynb"):
        package = f"Get the package: python -m pip install {root}/{wheel.NAME}"
        code = view.export_script(state).replace(f"\nLink: {view.path}?", f"\n{package}\nLink: {root}{view.path}?", 1)
        return code.encode() if kind == "py" else notebook.notebook(code)
    if kind == "csv":
        return _csv(view.table(state), {**parameters(state), "link": link}).encode()
    body = {
        "view": view.name,
        "link": state.query(),
        "url": link,
        "state": state.model_dump(),
        **view.export_data(state),
    }
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def parameters(state: State) -> dict[str, str]:
    """Return the physical parameters as further columns, by `param_` and their names in the state, as texts of the
    link."""
    return {
        f"param_{name}": parameter.text(value)
        for name, parameter in state.parameters().items()
        if parameter.group == "physics" and (value := getattr(state, name)) is not None
    }


def file_name(view: View, state: State, kind: str) -> str:
    """Return the name of a file, with the physical parameters that differ from the defaults:
    `unlearning-eps0.5-a4_8.csv`.

    The client names its images in the same way (assets/client/render/metadata.mjs).
    """
    defaults = parameters(type(state)())
    keys = {f"param_{name}": parameter.key for name, parameter in state.parameters().items()}
    differing = {name: text for name, text in parameters(state).items() if text != defaults.get(name)}
    slug = "".join(f"-{keys[name]}{text}" for name, text in differing.items())
    return f"{view.name}{re.sub('[^A-Za-z0-9.-]+', '_', slug)[:MAX_SLUG].rstrip('-_.')}.{kind}"


def _csv(table: Columns, constants: Mapping[str, str]) -> str:
    """Return the table as CSV, with constant columns for the parameters, which all readers of tables accept."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table, *constants])
    constant_cells = tuple(constants.values())
    rows = max(1, CELLS // (len(table) + len(constants)))
    for number, row in enumerate(zip(*(np.asarray(values).tolist() for values in table.values()), strict=True)):
        if number % rows == 0:  # a map has hundreds of thousands of rows, a record of neurons thousands of columns
            checkpoint()
        writer.writerow((*row, *constant_cells))
    return text.getvalue()
