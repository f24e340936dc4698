"""Embeds: a view within another site's page, at three sizes that a word of the link names; no part of the state.

The client reads the word before it draws anything (assets/head/theme.js), the stylesheet does the rest. Whose pages
may hold one is a setting, FRAME_ANCESTORS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.core.controls import Control


@dataclass(frozen=True)
class Size:
    """What an embed shows, in words, and the pixels that its frame has at first."""

    title: str
    width: int
    height: int


SIZES = {
    "full": Size("The whole view", 1200, 800),
    "main": Size("Plots and main controls", 800, 500),
    "plot": Size("Plots alone", 640, 400),
}


def validate_size(word: str | None) -> tuple[str, ...]:
    """A sentence where the link's word names no size."""
    if word is None or word in SIZES:
        return ()
    return (f"embed: {word[:24] or '(empty)'} is not a size: {', '.join(SIZES)}.",)


def described(main: Sequence[Control]) -> dict[str, Any]:
    """Return what the client needs: the sizes, and the ids of the controls of the middle one."""
    sizes = {word: {"title": size.title, "width": size.width, "height": size.height} for word, size in SIZES.items()}
    return {"sizes": sizes, "main": [control.id for control in main]}
