"""The controls of views: sliders with number boxes, choices, checkboxes, and lists of numbers.

A control writes one field of the view's State, or one element of it. It is declared here and sent to the client, which
builds it from native elements and keeps slider, box and link in step: a widget with callbacks of the server or of React
costs more than the figure that it requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from components.core.formatting import subscript
from components.core.state import State

Only = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Control:
    """A control and the field of the state that it writes.

    index: the index in a tuple; the name of a field that contains the index; None for a plain field.
    soft: the range of the slider while the value is in it (the box always has the whole range).
    step: of the slider, in decades for a logarithmic scale.
    labels: of a choice or of checkboxes, one for each of the parameter's words.
    fillers: of a length input, the fields whose length it sets, each with the value of a new element.
    begin: of an optional parameter, its value when it is enabled.
    window: of an axis, the field that contains its range.
    only: visible only if one of these fields is, or contains, one of these words.
    whole: of a slider or a list, whether it writes integers only.
    length: of a list, the smallest and the largest number of elements.
    clears: of a choice, the fields that are set to None when it changes, such as zoom windows.
    """

    id: str
    parameter: str
    index: int | str | None
    kind: Literal["slider", "choice", "many", "count", "axis", "list"]
    key: str
    symbol: str
    title: str
    scale: str = "linear"
    bounds: tuple[float, float] = (0.0, 0.0)
    soft: tuple[float, float] = (0.0, 0.0)
    step: float = 0.0
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    fillers: Mapping[str, float] = field(default_factory=dict)
    begin: float | None = None
    only: Only | None = None
    window: str | None = None
    whole: bool = False
    length: tuple[int, int] = (1, 1)
    clears: tuple[str, ...] = ()


def slider(
    view: str,
    state: type[State],
    field: str,
    step: float,
    index: int | str | None = None,
    soft: tuple[float, float] | None = None,
    symbol: str | None = None,
    title: str | None = None,
    begin: float | None = None,
    only: Only | None = None,
    whole: bool = False,
) -> Control:
    """Return the control of a number (or of one place in a list of numbers)."""
    parameter = state.parameters()[field]
    bounds = parameter.bounds[0]
    suffix = "" if index is None else f"-{index}"
    return Control(
        f"{view}-{field}{suffix}",
        field,
        index,
        "slider",
        parameter.key,
        symbol or parameter.symbol,
        title or parameter.title,
        parameter.scale,
        bounds,
        soft or bounds,
        step,
        begin=begin,
        only=only,
        whole=whole,
    )


def coefficients(
    view: str,
    state: type[State],
    field: str,
    soft: tuple[float, float],
    letter: str,
    what: str,
    first: int = 1,
    only: Only | None = None,
) -> list[Control]:
    """Return the controls of a list of coefficients, one for each degree that there can be, from the first."""
    max_length = state.parameters()[field].length[1]
    return [
        slider(
            view,
            state,
            field,
            0.05,
            k,
            soft,
            f"{letter}{subscript(k + first)}",
            f"{what}, degree {k + first}",
            only=only,
        )
        for k in range(max_length)
    ]


def choice(
    view: str,
    state: type[State],
    field: str,
    labels: Sequence[str],
    only: Only | None = None,
    clears: tuple[str, ...] = (),
) -> Control:
    """Return the control of a parameter that is one of a few words."""
    return replace(_of_words("choice", view, state, field, labels), only=only, clears=clears)


def checkboxes(view: str, state: type[State], field: str, labels: Sequence[str], only: Only | None = None) -> Control:
    """Return the control of a parameter that is any of a few words: one checkbox for each."""
    return replace(_of_words("many", view, state, field, labels), only=only)


def number_list(view: str, state: type[State], field: str, only: Only | None = None, whole: bool = False) -> Control:
    """Return the control of some numbers in one box."""
    parameter = state.parameters()[field]
    return Control(
        f"{view}-{field}",
        field,
        None,
        "list",
        parameter.key,
        parameter.symbol,
        parameter.title,
        bounds=parameter.bounds[0],
        only=only,
        whole=whole,
        length=parameter.length,
    )


def _of_words(
    kind: Literal["choice", "many"], view: str, state: type[State], field: str, labels: Sequence[str]
) -> Control:
    parameter = state.parameters()[field]
    words = parameter.choices
    return Control(
        f"{view}-{field}",
        field,
        None,
        kind,
        parameter.key,
        parameter.symbol,
        parameter.title,
        choices=words,
        labels=tuple(label for _, label in zip(words, labels, strict=True)),
    )


def length_input(
    view: str,
    state: type[State],
    fillers: Mapping[str, float],
    symbol: str,
    title: str,
    only: Only | None = None,
) -> Control:
    """Return the control of how many numbers some lists have, all the same."""
    parameter = state.parameters()[next(iter(fillers))]
    lowest, highest = parameter.length
    return Control(
        f"{view}-count",
        next(iter(fillers)),
        None,
        "count",
        parameter.key,
        symbol,
        title,
        bounds=(lowest, highest),
        fillers=fillers,
        only=only,
    )


def axis(view: str, state: type[State], field: str, window: tuple[str, int], only: Only | None = None) -> Control:
    """Return the control of what is on an axis of a map, and of its window: (its field, the place where it goes "
    "from)."""
    parameter = state.parameters()[field]
    varied = state.varied()
    labels = tuple(f"{varied[word]['symbol']}, {varied[word]['title']}" for word in parameter.choices)
    return Control(
        f"{view}-{field}",
        field,
        window[1],
        "axis",
        parameter.key,
        parameter.symbol,
        parameter.title,
        choices=parameter.choices,
        labels=labels,
        window=window[0],
        only=only,
    )


def parse_visible_controls(
    text: str | None, controls: Sequence[Control]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return which controls a link shows, by their keys (None for all), and a sentence for each word that names "
    "none."""
    if text is None:
        return None, ()
    keys = tuple(dict.fromkeys(control.key for control in controls))
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word[:24] for word in dict.fromkeys(words) if word not in keys][:3]
    sentences = tuple(f"only: {word} is not a control: {', '.join(keys)}." for word in wrong)
    return tuple(key for key in keys if key in words), sentences


def to_client(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """Return the controls as the client reads them."""
    return [asdict(control) for control in controls]
