"""A state in words: for a title, a description and a share card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.core.state import Parameter, State
from components.core.view import Preset, View
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import LIGHT

MAX_TITLE_PARAMETERS = 3  # values that a title names
LONG = 9  # numbers of a list that are written


@dataclass(frozen=True)
class Summary:
    """The heading; what the problem is, in signs; the main sentence and one of another fate, if there is one, each with
    its fate's color."""

    title: str
    description: str
    sentences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PageMetadata:
    """What a page is about: its title, a description, and the state of a view that is its picture, if any.

    shows_state: whether the page draws this picture, and is not only announced by it.
    """

    title: str
    description: str
    view: View | None = None
    state: State | None = None
    shows_state: bool = True


def summarize(view: View, state: State, words: Mapping[str, Any]) -> Summary:
    """Summarize a state, whose stream had these sentences."""
    runs, fates = words.get("runs") or [], words.get("fates") or []
    if not runs:
        notes = words.get("notes") or []
        return Summary(
            state_title(view, state),
            describe_state(view, state),
            tuple((note, LIGHT["manifold"]) for note in notes[:1]),
        )
    colors = [fates[k]["color"] if k < len(fates) else LIGHT["manifold"] for k in range(len(runs))]
    chosen = getattr(state, "chosen", 0)
    first = chosen if chosen < len(runs) else 0
    other = next((k for k in range(len(runs)) if colors[k] != colors[first]), None)
    indices = [first] if other is None else [first, other]
    return Summary(state_title(view, state), describe_state(view, state), tuple((runs[k], colors[k]) for k in indices))


def describe_state(view: View, state: State) -> str:
    """The view, and the problem that a state is."""
    return f"{view.title}: {describe_parameters(state)}"


def state_title(view: View, state: State) -> str:
    """The preset that a state is, or else what in it is another than at first."""
    preset = preset_of(view, state)
    if preset:
        return preset.title
    first, axes = view.State(), state.varied()
    changed = [
        _value(parameter, getattr(state, name), axes)
        for name, parameter in state.parameters().items()
        if parameter.group == "physics" and getattr(state, name) not in (None, getattr(first, name))
    ]
    return (
        ", ".join(changed[:MAX_TITLE_PARAMETERS]) + (", …" if len(changed) > MAX_TITLE_PARAMETERS else "") or view.title
    )


def preset_of(view: View, state: State) -> Preset | None:
    """The preset whose physics the state has, and what else belongs to it: of several the most particular."""

    def alike(preset: Preset) -> bool:
        names = [name for name, parameter in state.parameters().items() if parameter.group == "physics"]
        return all(getattr(state, name) == getattr(preset.state, name) for name in (*names, *preset.shows))

    return max(filter(alike, view.presets), key=lambda preset: len(preset.shows), default=None)


def describe_parameters(state: State) -> str:
    """The problem that a state is, in signs."""
    axes = state.varied()
    return ", ".join(
        _value(parameter, value, axes)
        for name, parameter in state.parameters().items()
        if parameter.group == "physics" and parameter.kind != "hash" and (value := getattr(state, name)) is not None
    )


def _value(parameter: Parameter, value: Any, axes: Mapping[str, Any]) -> str:
    """A parameter and its value, as a reader would write them; what is on an axis by its symbol."""
    if isinstance(value, str):
        value = axes.get(value, {}).get("symbol", value)
    symbol = re.sub(r"<[^>]*>", "", parameter.symbol)
    if isinstance(value, tuple):
        texts = [item if isinstance(item, str) else format_number(item, 4) for item in value[:LONG]]
        whole = ", ".join(texts) + (", …" if len(value) > LONG else "")
        return (
            f"{symbol} = ({whole})" if len(value) > 1 and parameter.length[1] > 1 else f"{symbol} = {whole or 'none'}"
        )
    return f"{symbol} = {value if isinstance(value, str) else format_number(float(value), 4)}"
