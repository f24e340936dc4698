"""Counts and lengths of time as a reader meets them in a sentence."""

from __future__ import annotations


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a number of things, and what they do: 1 neuron, 2 neurons; 1 network learns, 1,000 networks learn."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def format_duration(seconds: float) -> str:
    """Return a length of time as one says it, no finer than it is known: 37 s is about 40 seconds."""
    if seconds < 7.5:
        return "some seconds"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} seconds"
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "about a minute"
    if minutes < 60:
        return f"about {minutes if minutes < 10 else 5 * round(minutes / 5)} minutes"
    hours = round(seconds / 3600)
    return "about an hour" if hours <= 1 else f"about {hours} hours"
