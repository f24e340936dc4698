"""The package `dynamics` as a wheel for pip: exported scripts contain its address.

    GET /feature_unlearning-<version>-py3-none-any.whl

A wheel of pure Python is a zip of its files and three texts; it is built in memory, the same bytes each time.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
STEM = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}"
NAME = f"{STEM}-py3-none-any.whl"
APP = "app"  # the extra of the app, which is not in the wheel
WHEEL = b"Wheel-Version: 1.0\nGenerator: feature-unlearning\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
DATE = (1980, 1, 1, 0, 0, 0)


def register(server: Flask) -> None:
    """Add the route to the server."""

    @server.get(f"/{NAME}")
    def package() -> Response:
        return Response(wheel(), mimetype="application/zip", headers={"Cache-Control": "no-cache"})


@cache
def wheel() -> bytes:
    """Return the bytes of the wheel."""
    info = f"{STEM}.dist-info"
    package = ROOT / "dynamics"
    parts = [*sorted(package.rglob("*.py")), package / "py.typed"]
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in parts}
    files |= {
        f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{info}/METADATA": metadata().encode(),
        f"{info}/WHEEL": WHEEL,
    }
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def metadata() -> str:
    """Return the wheel's METADATA, from pyproject.toml."""
    extras = {name: needed for name, needed in PROJECT["optional-dependencies"].items() if name != APP}
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {PROJECT['name']}",
        f"Version: {PROJECT['version']}",
        f"Summary: {PROJECT['description']}",
        f"License: {PROJECT['license']}",
        f"Requires-Python: {PROJECT['requires-python']}",
        *(f"Requires-Dist: {requirement}" for requirement in PROJECT["dependencies"]),
        *(f"Provides-Extra: {name}" for name in extras),
        *(f'Requires-Dist: {one}; extra == "{name}"' for name, needed in extras.items() for one in needed),
    ]
    return "\n".join(lines) + "\n"


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
