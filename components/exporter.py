"""The one exporter: the numbers behind a picture, the Python that computes them, the papers they are from."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import orjson

from components.citations import bibliography
from components.state import State
from components.view import View

MIMETYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "py": "text/x-python",
    "bib": "application/x-bibtex",
}


def export(view: View, state: State, kind: str) -> bytes:
    """The file of that kind (a key of `MIMETYPES`); numbers in full double precision."""
    if kind == "bib":
        return bibliography(view.papers).encode()
    if kind == "py":
        return view.python(state).encode()
    table = view.table(state)
    if kind == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*(np.asarray(values).tolist() for values in table.values()), strict=True))
        return text.getvalue().encode()
    body: dict[str, Any] = {"view": view.name, "link": state.query(), "state": state.model_dump(), "table": dict(table)}
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
