"""The browser's client: which modules of `assets/client` a page needs, and the client of a page without a server."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

import orjson

ASSETS = Path(__file__).parents[2] / "assets"
CLIENT = ASSETS / "client"
MAIN, RECORDED, THEORY = "main.mjs", "pages/recorded.mjs", "pages/theory.mjs"
"""Entries: of the app's pages, of pages that show a recording, and of the theory page."""

_STATIC = r'^(?:import |(?:import|export) [^"=();]* from )'
_LATER = r"\bimport\("
_IMPORT = re.compile(rf'({_STATIC}|{_LATER})"(\.{{1,2}}/[^"]+)"', re.MULTILINE)


def modules(entry: str, later: bool = True) -> list[str]:
    """Return the paths, below `assets/client`, of an entry and of all modules that it imports.

    later: whether those that are imported only when they are needed are among them.
    """
    found: dict[str, None] = {}
    _visit(entry, found, later)
    return list(found)


def standalone_client(entry: str) -> str:
    """Return the script of a page without a server: every module as data, and what loads the entry."""
    data = {_name(path): _data_url(path) for path in modules(entry)}
    written = orjson.dumps(data).decode().replace("</", "<\\/")
    return f"const modules = {written};\n{(ASSETS / 'snapshot/loader.js').read_text(encoding='utf-8')}"


def _visit(path: str, found: dict[str, None], later: bool) -> None:
    if path in found:
        return
    found[path] = None
    for imported in _imports(path, later):
        _visit(imported, found, later)


def _imports(path: str, later: bool) -> Iterator[str]:
    for begin, specifier in _IMPORT.findall(_source(path)):
        if later or not begin.endswith("("):
            yield _resolve(path, specifier)


def _resolve(path: str, specifier: str) -> str:
    return normpath(join(dirname(path), specifier))


def _source(path: str) -> str:
    return (CLIENT / path).read_text(encoding="utf-8")


def _name(path: str) -> str:
    return f"client/{path}"


def _data_url(path: str) -> str:
    """A module has no address in a page without a server, so that it can only import by names of the import map."""
    text = _IMPORT.sub(lambda found: f'{found[1]}"{_name(_resolve(path, found[2]))}"', _source(path))
    return f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"
