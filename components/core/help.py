"""The contents of a view's help, which `?` opens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Help:
    """What a view's help explains.

    Parameters
    ----------
    about : str
        What the view shows.
    heading : str
        The heading of the legend.
    legend : tuple of tuples
        A class of the style sheet, a text and, where the class has no color, a color of the theme.
    details : str
        What else the view can do.
    keys : tuple of pairs
        Keys and gestures of this view, with their effects.
    show_fates : bool
        Whether the legend lists the fates.
    """

    about: str
    heading: str
    legend: tuple[tuple[str, ...], ...]
    details: str
    keys: tuple[tuple[str, str], ...]
    show_fates: bool = True
