"""The one exporter: the numbers behind a picture, the Python that computes them, the papers they are from."""

from __future__ import annotations

import csv
import io

import numpy as np
import orjson

from components.citations import bibliography
from components.state import State
from components.view import Columns, View

EXPORTS = {"csv": "Data, CSV", "json": "Data, JSON", "py": "Python that computes it", "bib": "Citation, BibTeX"}
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
    if kind == "csv":
        return _csv(view.table(state)).encode()
    body = {"view": view.name, "link": state.query(), "state": state.model_dump(), **view.document(state)}
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def _csv(table: Columns) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*(np.asarray(values).tolist() for values in table.values()), strict=True))
    return text.getvalue()
