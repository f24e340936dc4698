"""The parameters in the text of a link, also of one that a mail or chat program has changed.

Repaired without a message, because nothing is lost: `&amp;` for `&`, percent-encoding of the whole link or twice,
blanks, `+`, invisible characters, typographic dashes for a minus, punctuation after a value, parameters of trackers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from components.core import short_link

MAX_DECODINGS = 5  # percent-encodings of percent-encodings
_ENTITY = re.compile("(?:amp;|#0*38;)+", re.IGNORECASE)  # what is left of `&amp;` after the split at `&`
_QUOTED_EQUALS = "3D"  # what quoted-printable, an encoding of mail, puts after each `=`
_NO_PARAMETER = re.compile(r"\W*|#?\w{1,8};\W*")  # of a part without a value: nothing, punctuation, `gt;`, `quot;`
_ENCODED_DELIMITER = re.compile("%(?:25)*(?:26|3D)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff]")
_AFTER_LINK = re.compile('[<>|"\u201c-\u201f\u00ab\u00bb].*', re.DOTALL)  # no value holds any of these
_PUNCTUATION = ".,;:!?()[]{}*_~'`\u2018\u2019\u201a\u2026\\"
_ELLIPSIS = re.compile(r"(?:\u2026|\.\.\.)\W*$")
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
_TRACKER = re.compile(
    "utm_.*|(?:fb|g|gb|dc|ms|tw|wb|y|tt|li_fat_|rdt_c|tw)clid|li_fat_id|igshid?|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|_g[al]|"
    "oly_(?:anon|enc)_id|vero_id|wickedid|si|ref_(?:src|url)|__.*",
    re.IGNORECASE,
)


def parameters(query: str) -> list[tuple[str, str]]:
    """Return key and value of each parameter of a query, in order, without those of trackers."""
    query = _INVISIBLE.sub("", query).lstrip("?& ")
    pairs = []
    for part in _parts(query, MAX_DECODINGS):
        key, equals, value = part.partition("=")
        key = _ENTITY.sub("", _decoded(key)).lstrip("?")
        if (equals or not _NO_PARAMETER.fullmatch(key)) and not _TRACKER.fullmatch(key):
            value = _AFTER_LINK.sub("", _decoded(value))
            pairs.append((key, value if key == short_link.KEY else value.rstrip(_PUNCTUATION + " ")))
    if any(key == "v" and value.startswith(_QUOTED_EQUALS) for key, value in pairs):
        return [(key, re.sub(f"^(?:{_QUOTED_EQUALS})+", "", value)) for key, value in pairs]
    return pairs


def value_of(query: str, key: str) -> str | None:
    """Return the value of one parameter of a query, None where it is missing."""
    return next((value for name, value in parameters(query) if name == key), None)


def has_ellipsis(query: str) -> bool:
    """Return whether a link ends like one that was shortened for display."""
    return _ELLIPSIS.search(_decoded(query)) is not None


def number_text(text: str) -> str:
    """Return the text of a number without blanks around it, with an ASCII minus, and the `+` of 1e+4 put back."""
    return re.sub(r"(?<=[eE])\s+(?=\d)", "+", text.strip().translate(_MINUS))


def _parts(query: str, decodings: int) -> Iterator[str]:
    for part in query.split("&"):
        if decodings and _ENCODED_DELIMITER.search(part):
            yield from _parts(unquote(part), decodings - 1)
        else:
            yield part


def _decoded(text: str) -> str:
    text = unquote_plus(text)
    for _ in range(MAX_DECODINGS):
        if "%" not in text:
            break
        text = unquote_plus(text)
    return _INVISIBLE.sub("", text).strip()
