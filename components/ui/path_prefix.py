"""An app behind a path, as /user/ada/proxy/8070 of a JupyterHub: the setting PATH_PREFIX.

Routes and computations do not depend on the prefix. It is taken off each request that still has it
(a proxy may have done so before) and put before the addresses of a layout or of a document; the client puts it before
those that it writes itself (`session.base`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from dash.development.base_component import Component

_ADDRESS = re.compile(r'\b(href|src)="/(?!/)')


def with_prefix(app: Callable[..., Iterable[bytes]], prefix: str) -> Callable[..., Iterable[bytes]]:
    """Return the WSGI app behind a prefix, such as `/user/ada`; itself where there is none."""
    if not prefix:
        return app

    def prefixed(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(prefix + "/"):
            environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
        environ["SCRIPT_NAME"] = prefix
        return app(environ, start_response)

    return prefixed


def in_layout(layout: Any, prefix: str) -> Any:
    """Put a prefix before the app's own addresses in a layout, once however often this is called; return the layout."""
    if isinstance(layout, list | tuple):
        for part in layout:
            in_layout(part, prefix)
    if not prefix or not isinstance(layout, Component):
        return layout
    for part in (layout, *layout._traverse()):
        for name in ("href", "src"):
            address = getattr(part, name, None)
            if isinstance(address, str) and address.startswith("/") and not address.startswith((prefix + "/", "//")):
                setattr(part, name, prefix + address)
    return layout


def in_document(document: str, prefix: str) -> str:
    """Return an HTML document with a prefix before the app's own addresses."""
    # str: a regular expression joins the pieces of Markup by its class, which escapes them.
    return _ADDRESS.sub(rf'\1="{prefix}/', str(document))


def without_prefix(path: str, prefix: str) -> str:
    """Return a path of a browser's address as the app's own path."""
    return path.removeprefix(prefix) if path == prefix or path.startswith(prefix + "/") else path
