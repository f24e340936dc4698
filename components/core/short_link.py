"""The short form of a link: `zip=`, then a check sum and the query deflated, in the letters of an address.

The server stores nothing: the short form contains the state. The dictionary of the compression belongs to the form
and never changes; another one would need another key.
"""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress

KEY = "zip"
PREFIX = f"{KEY}="
# Frequent parts of links, the most frequent last.
DICTIONARY = (
    b"field,null,eq,sep,orbit,slow,loss,fates,past&pts=&m=1e&pc=&pcs=&pe=&pa=&pR=&win=-0.&span=&cur=&pan=course,la"
    b"w,slopes,kernel,limit,map,scaling,sweep&c=1,-0.2&cs=0.6,0.19&a=0.2&m=100&d=101&B=1e3&z=0&how=fresh&w=orthono"
    b"rmal&r=2&seed=0&tau=100&lay=planar,wide&axis=log&clk=log&d=100&g=0.01&su=1&sw=1&eu=100&ew=100&y=2&X=1&r=0&b="
    b"1&seed=0&lay=hyperbolas&s=0.1&pan=course&n=8&x=gamma&up=su&show=kernel&cg=-1&cu=0&cw=0&ceu=1&cew=1&cd=width&"
    b"axis=linear&ly=linear&clk=linear&phi=1,-1,0.666666666667&act=relu&sig=0.4,0.5,0.3&eps=1e-6&m=10&law=uniform&"
    b"a=1&seed=0&t=10&lay=planar&pan=course&sw=1e-7,1e-5&n=20&d=100&B=400&r=4&w=sphere&axis=log&y=linear&parts=ter"
    b"ms&clk=log&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=10&R0=0&tau=1e4&x=cs3&y=a&show=fate&n=256&c=1,1,1,1,1&cs=1,-1,1"
    b",1,1&eps=1&a=5,9,10&R0=0&tau=1e4&lay=field,eq,sep&pan=course&sel=0&axis=log&y=loss&clk=log"
    b"v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a="
)
_LETTERS = re.compile(r"[A-Za-z0-9_-]+")
MAX_MARKS = 3  # underscores or dashes after a short link: Markdown's and a text's
_SUM = 2  # bytes of the checksum, so that a changed letter does not give another state
_RAW = -15  # bits of the window; negative: without a header


def encode(query: str) -> str:
    """Return the short form of a query."""
    deflate = zlib.compressobj(9, wbits=_RAW, zdict=DICTIONARY)
    packed = deflate.compress(query.encode()) + deflate.flush()
    return PREFIX + urlsafe_b64encode(_sum(query.encode()) + packed).decode().rstrip("=")


def _sum(query: bytes) -> bytes:
    return (zlib.crc32(query) & 0xFFFF).to_bytes(_SUM, "big")


def decode(text: str, max_bytes: int) -> str:
    """Return the query encoded in the text after `zip=`, of at most `max_bytes` bytes.

    Characters after the letters of the code are ignored, and so are underscores or dashes of the surrounding text.
    Raises ValueError if there is no query.
    """
    letters = _LETTERS.match(text)
    if not letters:
        raise ValueError("not of the letters of a short link")
    candidate = letters[0]
    bare = candidate.rstrip("-_")
    for end in range(len(candidate), max(len(bare), len(candidate) - MAX_MARKS) - 1, -1):
        # quoted-printable, an encoding of mail, puts 3D after each =
        for begin in (0, 2) if candidate.startswith("3D") else (0,):
            with suppress(ValueError):
                return _expanded(candidate[begin:end], max_bytes)
    return _expanded(candidate, max_bytes)


def _expanded(text: str, max_bytes: int) -> str:
    inflate = zlib.decompressobj(_RAW, zdict=DICTIONARY)
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        query = inflate.decompress(packed[_SUM:], max_bytes + 1)
        if len(query) > max_bytes:
            raise ValueError(f"more than {max_bytes} characters")
        if not inflate.eof or inflate.unused_data or packed[:_SUM] != _sum(query):
            raise ValueError("not whole")
        return query.decode("ascii")
    except (zlib.error, ValueError) as error:
        raise ValueError(str(error)) from None
