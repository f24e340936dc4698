"""Controls that any view is made of: a slider with a number box, a choice of a few words.

A control writes one field of the view's State (or one place in it). What it writes is declared
here and handed to the client, which moves sliders, boxes and link together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, html

from components.markup import aria
from components.state import Parameter, State

MARK_DIGITS = 12  # decimals that a number box accepts


@dataclass(frozen=True)
class Control:
    """A control and the place in the state that it writes.

    index: the place in a tuple; a field's name where that field holds the place; None for a plain field.
    soft: the slider's range while the value is in it (the box always has the whole range).
    step: of the slider, in decades where the scale is logarithmic.
    """

    id: str
    field: str
    index: int | str | None
    kind: Literal["slider", "choice", "count"]
    scale: str
    bounds: tuple[float, float]
    soft: tuple[float, float]
    step: float

    @property
    def box_id(self) -> str:
        return f"{self.id}-box"


def slider(
    view: str,
    state: type[State],
    field: str,
    step: float,
    index: int | str | None = None,
    soft: tuple[float, float] | None = None,
) -> Control:
    """The control of a number (or of one place in a list of numbers)."""
    parameter = state.parameters()[field]
    bounds = parameter.bounds[0]
    place = "" if index is None else f"-{index}"
    return Control(f"{view}-{field}{place}", field, index, "slider", parameter.scale, bounds, soft or bounds, step)


def draw_slider(control: Control, symbol: str, title: str, value: float) -> html.Div:
    """A slider and its number box in one row, both labelled."""
    lo, hi = control.soft if control.soft[0] <= value <= control.soft[1] else control.bounds
    log = control.scale == "log"
    position = [math.log10(number) if log else number for number in (lo, hi, value)]
    return html.Div(
        [
            html.Label(symbol, htmlFor=control.box_id, title=title, className="control-symbol"),
            dmc.Slider(
                id=control.id,
                min=position[0],
                max=position[1],
                value=position[2],
                step=control.step,
                precision=6,
                label=None,
                size="xs",
                thumbSize=15,
                updatemode="drag",
                thumbLabel=f"{symbol}, {title}" + (", decades" if log else ""),
                className="control-slider",
            ),
            dmc.NumberInput(
                id=control.box_id,
                value=value,
                min=control.bounds[0],
                max=control.bounds[1],
                step=control.step if not log else None,
                decimalScale=MARK_DIGITS,
                debounce=300,
                size="xs",
                hideControls=True,
                className="control-box",
                **aria(label=f"{symbol}, {title}"),
            ),
        ],
        className="control",
        id=f"{control.id}-row",
    )


def choice(view: str, state: type[State], field: str) -> Control:
    """The control of a parameter that is one of a few words."""
    return Control(f"{view}-{field}", field, None, "choice", "linear", (0, 0), (0, 0), 0)


def draw_choice(control: Control, parameter: Parameter, labels: Sequence[str], value: str) -> dmc.SegmentedControl:
    """A segmented control."""
    data = [{"value": word, "label": label} for word, label in zip(parameter.choices, labels, strict=True)]
    return dmc.SegmentedControl(id=control.id, data=data, value=value, size="xs", **aria(label=parameter.title))


def register(app: Dash, controls: Sequence[Control]) -> None:
    """Every control tells the client when it is moved; the client decides what follows."""
    for control in controls:
        inputs = [Input(control.id, "value")]
        if control.kind == "slider":
            inputs.append(Input(control.box_id, "value"))
        app.clientside_callback(ClientsideFunction("frame", "moved"), *inputs, prevent_initial_call=True)


def described(controls: Sequence[Control]) -> list[dict[str, Any]]:
    """The controls as the client reads them."""
    return [{**asdict(control), "box": control.box_id} for control in controls]
