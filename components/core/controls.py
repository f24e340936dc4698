"""The controls of views: sliders with number boxes, choices, checkboxes, and lists of numbers.

A control writes one field of the view's State, or one element of it. It is declared here and sent to the client, which
builds it from native elements and keeps slider, box and link in step: a widget with callbacks of the server or of React
costs more than the figure that it requests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, Literal

from components.core.state import Parameter, State
from dynamics.plotting.number_text import subscript

Only = Mapping[str, tuple[str, ...]]
Kind = Literal["slider", "choice", "many", "count", "axis", "list"]


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
    kind: Kind
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


@dataclass(frozen=True, kw_only=True)
class Widget(ABC):
    """Declare how a parameter is controlled, beside it in the annotation of its field.

    Attributes
    ----------
    only : mapping of str to tuple of str, or None
        The control is visible only if one of these fields is, or contains, one of these words.
    """

    only: Only | None = None

    @abstractmethod
    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        """Return the controls of a field.

        Parameters
        ----------
        view : str
            Name of the view, with which the ids begin.
        state : type of State
            Class of its states.
        field : str
            Name of the field.

        Returns
        -------
        list of Control
            One control, or one for each element of a list.
        """

    def _control(
        self, view: str, field: str, parameter: Parameter, kind: Kind, index: int | str | None = None
    ) -> Control:
        suffix = "" if index is None else f"-{index}"
        key, symbol, title = parameter.key, parameter.symbol, parameter.title
        return Control(f"{view}-{field}{suffix}", field, index, kind, key, symbol, title, only=self.only)


@dataclass(frozen=True)
class Slider(Widget):
    """Declare a slider with a box for one number.

    Attributes
    ----------
    step : float
        Step of the slider, in decades for a logarithmic scale.
    soft : tuple of two floats, or None
        Range of the slider while the value is in it; the whole range if absent. The box always has the whole range.
    begin : float or None
        Value of an optional parameter when it is enabled.
    chosen : str or None
        Of a list, the field that contains the index of the number that is controlled.

    Examples
    --------
    >>> from typing import Annotated
    >>> from components.core.state import Parameter, State
    >>> class Pendulum(State):
    ...     damping: Annotated[float, Parameter("b", "b", "damping", bounds=((0.0, 2.0),)), Slider(0.01)] = 0.2
    >>> control = of("pendulum", Pendulum)["damping"][0]
    >>> control.id, control.bounds, control.step
    ('pendulum-damping', (0.0, 2.0), 0.01)
    """

    step: float
    soft: tuple[float, float] | None = None
    begin: float | None = None
    chosen: str | None = None

    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        parameter = state.parameters()[field]
        return [self._moving(self._control(view, field, parameter, "slider", self.chosen), parameter)]

    def place(
        self, view: str, state: type[State], field: str, index: int, symbol: str = "", title: str = ""
    ) -> Control:
        """Return the control of one place in a list of numbers.

        Parameters
        ----------
        view : str
            Name of the view.
        state : type of State
            Class of its states.
        field : str
            Name of the field that contains the list.
        index : int
            Place in the list, from 0.
        symbol, title : str, optional
            Those of the control, if they are not those of the parameter.

        Returns
        -------
        Control
            The control.
        """
        parameter = state.parameters()[field]
        named = replace(parameter, symbol=symbol or parameter.symbol, title=title or parameter.title)
        return self._moving(self._control(view, field, named, "slider", index), parameter)

    def _moving(self, control: Control, parameter: Parameter) -> Control:
        """Return the control with the range and the step of this slider."""
        bounds = parameter.bounds[0]
        return replace(
            control,
            scale=parameter.scale,
            bounds=bounds,
            soft=self.soft or bounds,
            step=self.step,
            begin=self.begin,
            whole=parameter.kind == "integer",
        )


@dataclass(frozen=True)
class Coefficients(Widget):
    """Declare a slider for each coefficient that there can be, by degree from the first.

    The symbol of the parameter ends with ₖ, and its title names one coefficient: both get the degree.

    Attributes
    ----------
    soft : tuple of two floats
        Range of the sliders while their values are in it.
    first : int
        Degree of the first coefficient.
    """

    soft: tuple[float, float]
    first: int = 1

    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        parameter = state.parameters()[field]
        letter = parameter.symbol.removesuffix("ₖ")
        slider = Slider(0.05, self.soft, only=self.only)
        degrees = enumerate(range(self.first, self.first + parameter.length[1]))
        return [
            slider.place(view, state, field, k, f"{letter}{subscript(degree)}", f"{parameter.title}, degree {degree}")
            for k, degree in degrees
        ]


@dataclass(frozen=True)
class Choice(Widget):
    """Declare a button for each word that the parameter may be.

    Attributes
    ----------
    labels : tuple of str
        One for each word.
    clears : tuple of str
        Fields that are set to None when it changes, such as zoom windows.
    """

    labels: tuple[str, ...]
    clears: tuple[str, ...] = ()
    kind: ClassVar[Kind] = "choice"

    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        parameter = state.parameters()[field]
        if len(self.labels) != len(parameter.choices):
            raise ValueError(f"{field} has {len(parameter.choices)} words, and {len(self.labels)} labels.")
        control = self._control(view, field, parameter, self.kind)
        return [replace(control, choices=parameter.choices, labels=self.labels, clears=self.clears)]


@dataclass(frozen=True)
class Checkboxes(Choice):
    """Declare a checkbox for each word that the parameter may contain."""

    kind: ClassVar[Kind] = "many"


@dataclass(frozen=True)
class NumberList(Widget):
    """Declare one box for some numbers.

    Attributes
    ----------
    whole : bool
        Whether they are integers.
    """

    whole: bool = False

    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        parameter = state.parameters()[field]
        control = self._control(view, field, parameter, "list")
        return [replace(control, bounds=parameter.bounds[0], whole=self.whole, length=parameter.length)]


@dataclass(frozen=True)
class MapAxis(Widget):
    """Declare the choice of what is on an axis of a map, with boxes for its window.

    Attributes
    ----------
    window : tuple (str, int)
        Field that contains the window, and the place in it where this axis goes from.
    """

    window: tuple[str, int]

    def build(self, view: str, state: type[State], field: str) -> list[Control]:
        parameter = state.parameters()[field]
        varied = state.varied()
        labels = tuple(f"{varied[word]['symbol']}, {varied[word]['title']}" for word in parameter.choices)
        control = self._control(view, field, parameter, "axis")
        name, index = self.window
        return [replace(control, index=index, choices=parameter.choices, labels=labels, window=name)]


def of(view: str, state: type[State]) -> dict[str, list[Control]]:
    """Return the controls of the fields of a state whose annotation has a widget.

    Parameters
    ----------
    view : str
        Name of the view.
    state : type of State
        Class of its states.

    Returns
    -------
    dict of str to list of Control
        Controls by the field that they write, in the order of the fields.
    """
    return {
        name: widget.build(view, state, name)
        for name, field in state.model_fields.items()
        for widget in field.metadata
        if isinstance(widget, Widget)
    }


def labels(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels of options, each an object with a label, by their words.

    Parameters
    ----------
    options : mapping of str to object
        What a panel or a map may show, for instance.

    Returns
    -------
    tuple of str
        A label for each word, in their order.
    """
    return tuple(option.label for option in options.values())


def pick(controls: Mapping[str, Sequence[Control]], *fields: str) -> list[Control]:
    """Return the controls of some fields.

    Parameters
    ----------
    controls : mapping of str to sequence of Control
        Controls by field, see `of`.
    *fields : str
        Names of fields.

    Returns
    -------
    list of Control
        Their controls, in the order of the names.
    """
    return [control for field in fields for control in controls[field]]


def length_input(
    view: str,
    state: type[State],
    fillers: Mapping[str, float],
    symbol: str,
    title: str,
    only: Only | None = None,
    name: str = "count",
) -> Control:
    """Return the control of how many numbers some lists have, all the same.

    Parameters
    ----------
    view : str
        Name of the view.
    state : type of State
        Class of its states.
    fillers : mapping of str to float
        Fields that contain the lists, each with the value of a new element.
    symbol, title : str
        Symbol and name of the number.
    only : mapping of str to tuple of str, optional
        Visible only if one of these fields is, or contains, one of these words.
    name : str, default "count"
        End of the id, where a view has several.

    Returns
    -------
    Control
        The control.
    """
    field = next(iter(fillers))
    parameter = state.parameters()[field]
    bounds = parameter.length
    return Control(
        f"{view}-{name}", field, None, "count", parameter.key, symbol, title, bounds=bounds, fillers=fillers, only=only
    )


def parse_visible_controls(
    text: str | None, controls: Sequence[Control]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return which controls a link shows, by their keys (None for all), and a sentence for each word that names
    none."""
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
