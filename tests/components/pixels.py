"""PNG files as arrays."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numba import njit


def read(png: bytes) -> np.ndarray:
    """The pixels (height, width, 3) of a PNG of eight bits without interlacing."""
    return channels(png)[..., :3]


def is_opaque(png: bytes) -> bool:
    """Whether nothing shines through the pixels of a PNG."""
    return bool((channels(png)[..., 3:] == 255).all())


def channels(png: bytes) -> np.ndarray:
    """The pixels (height, width, 3 or 4) of a PNG of eight bits without interlacing."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, shape = 8, b"", (0, 0, 0)
    while at < len(png):
        length, kind = struct.unpack_from(">L4s", png, at)
        data = png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">L", png, at + 8 + length)[0] == zlib.crc32(kind + data)
        if kind == b"IHDR":
            width, height, depth, colors, *rest = struct.unpack(">LLBBBBB", data)
            assert (depth, rest) == (8, [0, 0, 0])
            shape = (height, width, {2: 3, 6: 4}[colors])
        packed += data if kind == b"IDAT" else b""
        at += 12 + length
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape[0], 1 + shape[1] * shape[2])
    return _unfiltered(raw[:, 0].astype(np.int64), raw[:, 1:].astype(np.int64), shape[2]).reshape(shape)


@njit
def _unfiltered(filters: np.ndarray, rows: np.ndarray, step: int) -> np.ndarray:
    out = np.zeros_like(rows)
    for j in range(rows.shape[0]):
        for i in range(rows.shape[1]):
            left = out[j, i - step] if i >= step else 0
            up = out[j - 1, i] if j else 0
            corner = out[j - 1, i - step] if j and i >= step else 0
            add = 0
            if filters[j] == 1:
                add = left
            elif filters[j] == 2:
                add = up
            elif filters[j] == 3:
                add = (left + up) // 2
            elif filters[j] == 4:
                guess = left + up - corner
                a, b, c = abs(guess - left), abs(guess - up), abs(guess - corner)
                add = left if a <= b and a <= c else up if b <= c else corner
            out[j, i] = (rows[j, i] + add) & 255
    return out
