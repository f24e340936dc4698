"""Text in SVG: its width, and the markup of figures and sentences.

The font is a subset of DejaVu Sans Condensed, bundled because a host may have no fonts.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path

FAMILY = "DejaVu Sans Condensed"
FONTS = tuple(
    Path(__file__).with_name("fonts") / name for name in ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
)
TAG = re.compile(r"<(/?)(sub|sup|i|b|br) ?/?>")
LOWERED = re.compile(r"([_^])(\([^)]*\)|[A-Za-z0-9−]+)")
SMALL = 0.7  # of what is lowered or raised, over the rest
SHIFTS = {"sub": 0.25, "sup": -0.38}  # of the size
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML can hold these

Piece = tuple[str, str, bool, bool]  # text, "" or "sub" or "sup", bold, italic


@cache
def _advances(bold: bool) -> tuple[dict[int, int], list[int], int]:
    """Of a font: the glyph of each character, the advance of each glyph, the units of an em."""
    data = FONTS[bold].read_bytes()
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {}
    for at in range(12, 12 + 16 * count, 16):
        name, _, offset, _ = struct.unpack_from(">4sLLL", data, at)
        tables[name] = offset
    em = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    metrics = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    advances = [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * k)[0] for k in range(metrics)]
    glyphs: dict[int, int] = {}
    start = tables[b"cmap"]
    for k in range(struct.unpack_from(">H", data, start + 2)[0]):
        at = start + struct.unpack_from(">L", data, start + 8 + 8 * k)[0]
        if struct.unpack_from(">H", data, at)[0] == 4:
            glyphs |= _segments(data, at)
    return glyphs, advances, em


def _segments(data: bytes, at: int) -> dict[int, int]:
    """Return the characters of a cmap subtable of format 4 and their glyphs."""
    n = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{n}H", data, at + 14 + 2 * n * k + (2 if k else 0)) for k in range(4)
    )
    glyphs = {}
    for k, (first_code, last_code, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first_code, last_code + 1 if last_code < 0xFFFF else 0xFFFF):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", data, at + 16 + 6 * n + 2 * k + offset + 2 * (code - first_code))[0]
                if not glyph:
                    continue
            glyphs[code] = (glyph + delta) & 0xFFFF
    return glyphs


def _width(text: str, bold: bool) -> float:
    """Return the width of plain text, in ems."""
    glyphs, advances, em = _advances(bold)
    return sum(advances[min(glyphs.get(ord(sign), 0), len(advances) - 1)] for sign in text) / em


def marked(sentence: str) -> str:
    """Return a sentence, in which _ lowers and ^ raises what follows, with figures' tags instead."""

    def tagged(match: re.Match[str]) -> str:
        tag = "sub" if match[1] == "_" else "sup"
        return f"<{tag}>{match[2].strip('()')}</{tag}>"

    return LOWERED.sub(tagged, sentence)


def pieces(text: str, bold: bool = False) -> Iterator[Piece]:
    """Text with figures' tags, piece by piece; anything that is no known tag stands for itself."""
    position, italic = "", False
    at = 0
    for match in (*TAG.finditer(text), None):
        plain = unescape(text[at : match.start() if match else len(text)])
        if plain:
            yield plain, position, bold, italic
        if match is None:
            return
        closes, tag = bool(match[1]), match[2]
        if tag in SHIFTS:
            position = "" if closes else tag
        elif tag == "b":
            bold = not closes
        elif tag == "i":
            italic = not closes
        else:
            yield " ", position, bold, italic
        at = match.end()


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of text with figures' tags, in pixels."""
    return sum(
        _width(part, heavy) * size * (SMALL if position else 1.0) for part, position, heavy, _ in pieces(text, bold)
    )


def escaped(text: str) -> str:
    """Text as XML holds it, in elements and attributes."""
    text = CONTROL.sub("\ufffd", text)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(sign, entity)
    return text


def svg_text(
    text: str,
    x: float,
    y: float,
    size: float,
    color: str,
    anchor: str = "start",
    bold: bool = False,
    vertical: bool = False,
    opacity: float = 1.0,
) -> str:
    """Return a line of text at its baseline, as SVG; `vertical` reads upward."""
    parts, shift = [], 0.0
    for part, position, heavy, italic in pieces(text, bold):
        target_shift = SHIFTS[position] * size if position else 0.0
        attributes = f' dy="{target_shift - shift:.1f}"' if target_shift != shift else ""
        attributes += f' font-size="{SMALL * size:.1f}"' if position else ""
        attributes += ' font-weight="700"' if heavy else ""
        attributes += ' font-style="italic"' if italic else ""
        shift = target_shift
        parts.append(f"<tspan{attributes}>{escaped(part)}</tspan>")
    rotation = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if vertical else ""
    faint = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return (
        f'<text xml:space="preserve" x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" fill="{escaped(color)}" '
        f'text-anchor="{anchor}"{rotation}{faint}>{"".join(parts)}</text>'
    )


def wrapped(text: str, size: float, max_width: float, lines: int, bold: bool = False) -> list[str]:
    """Return text broken into lines, bounded in number and in pixels; it ends in an ellipsis where it is cut."""
    result: list[str] = []
    for token in text.split():
        longer = f"{result[-1]} {token}" if result else token
        if result and width(longer, size, bold) <= max_width:
            result[-1] = longer
        elif len(result) < lines:
            result.append(cut(token, size, max_width, bold))
        else:
            result[-1] = cut(longer, size, max_width, bold)
            break
    return result


def cut(text: str, size: float, max_width: float, bold: bool = False) -> str:
    """Return text of a bounded width in pixels, cut between two tags with an ellipsis."""
    if width(text, size, bold) <= max_width:
        return text
    while text and width(text + "…", size, bold) > max_width:
        text = re.sub(r"(<[^<>]*>|&\w+;|.)$", "", text, flags=re.DOTALL)
    opened = re.findall(r"<(sub|sup|i|b)>", text)
    closed = re.findall(r"</(sub|sup|i|b)>", text)
    return text.rstrip(" ,;:.") + "".join(f"</{tag}>" for tag in opened[len(closed) :][::-1]) + "…"
