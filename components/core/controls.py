"""Controls that any view is made of: a slider with a number box, a choice of one or of any of a few words, a list.

A control writes one field of the view's State (or one place in it). What it writes is declared
here and handed to the client, which builds it of the browser's own elements and moves sliders,
boxes and link together: a widget that answers through the server's or React's callbacks costs more
than the picture that it asks for.
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
    """A control and the place in the state that it writes.

    index: the place in a tuple; a field's name where that field holds the place; None for a plain field.
    soft: the slider's range while the value is in it (the box always has the whole range).
    step: of the slider, in decades where the scale is logarithmic.
    labels: of a choice or of many, one for each of the parameter's words.
    fillers: of a count, the fields whose length it sets, each with what a new place holds.
    begin: of a parameter that may be absent, what it is when it is switched on.
    window: of an axis, the field that holds from where to where it goes.
    only: shown only where one of these fields is, or has in it, one of its words here.
    whole: of a slider or a list, whether it writes whole numbers only.
    length: of a list, the fewest and the most numbers.
    clears: of a choice, the fields that hold nothing any more when it changes, such as windows on what it replaces.
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
    place = "" if index is None else f"-{index}"
    return Control(
        f"{view}-{field}{place}",
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
    most = state.parameters()[field].length[1]
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
        for k in range(most)
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
    first = state.parameters()[next(iter(fillers))]
    lowest, highest = first.length
    return Control(
        f"{view}-count",
        next(iter(fillers)),
        None,
        "count",
        first.key,
        symbol,
        title,
        bounds=(lowest, highest),
        fillers=fillers,
        only=only,
    )


def axis(view: str, state: type[State], field: str, window: tuple[str, int], only: Only | None = None) -> Control:
    """Return the control of what is on an axis of a map, and of its window: (its field, the place where it goes from)."""
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
    """Return which controls a link shows, by their keys (None for all), and a sentence for each word that names none."""
    if text is None:
        return None, ()
    known = tuple(dict.fromkeys(control.key for control in controls))
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word[:24] for word in dict.fromkeys(words) if word not in known][:3]
    sentences = tuple(f"only: {word} is not a control: {', '.join(known)}." for word in wrong)
    return tuple(key for key in known if key in words), sentences


def to_client(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """Return the controls as the client reads them."""
    return [asdict(control) for control in controls]
