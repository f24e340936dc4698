"""Parameters of the Phase map view: a map over two parameters of the planar system (theory section 1)."""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

from components.core.controls import Choice, MapAxis, Slider, labels
from components.core.state import Parameter, State
from components.views.phase_map.quantities import AT_A_TIME, QUANTITIES
from components.views.unlearning.state import (
    ALIGNMENT,
    COEFFICIENT,
    EPS,
    HORIZON,
    K_MAX,
    PUBLISHED_C,
    PUBLISHED_TARGET,
    START,
    Activation,
    Initial,
    Number,
    Numbers,
    Ratio,
    Target,
)
from dynamics.plotting.phase_maps import axis_symbol, axis_title

Axis = tuple[Any, ...]  # of the core: ("c_star", k, low, high), ("a0", low, high), ...

AXES = (*(f"cs{k + 1}" for k in range(K_MAX)), *(f"c{k + 1}" for k in range(K_MAX)), "a", "eps", "R0")
DETAILS = ("128", "256", "512")  # cells along an axis
LIVE = "128"  # while a control is dragged

_COEFFICIENT = re.compile(r"(cs|c)(\d+)", re.ASCII)
_FIELDS = {"cs": "c_star", "c": "c"}
_BOUNDS = {"a": START, "eps": EPS, "R0": ALIGNMENT}
_USUAL = {"a": (0.1, 15.0), "eps": (1e-4, 10.0), "R0": (-0.99, 0.99)}
_CORE = {"a": "a0"}
EDGE = max(START[1], COEFFICIENT[1])  # largest bound of any axis


def field_and_index(axis: str) -> tuple[str, int | None]:
    """Return the field that an axis varies, and the index in it if it is a list."""
    match = _COEFFICIENT.fullmatch(axis)
    return (_FIELDS[match[1]], int(match[2]) - 1) if match else (axis, None)


def bounds(axis: str) -> tuple[float, float]:
    """Return the bounds of an axis."""
    return _BOUNDS.get(axis, COEFFICIENT)


def usual(axis: str) -> tuple[float, float]:
    """Return the default range of an axis."""
    return _USUAL.get(axis, (-3.0, 3.0))


def core_axis(axis: str) -> tuple[str, int]:
    """Return an axis as the core calls it: its parameter, and the degree of a coefficient, else 0."""
    field, index = field_and_index(axis)
    return _CORE.get(field, field), 0 if index is None else index + 1


def symbol(axis: str) -> str:
    """Return the symbol of the parameter on an axis."""
    return axis_symbol(*core_axis(axis))


def title(axis: str) -> str:
    """Return the name of the parameter on an axis."""
    return axis_title(*core_axis(axis))


class PhaseMapState(State):
    """The problem, the two parameters that the map varies, its window, its quantity.

    The values of the parameters on the axes are the position of the marker; the map does not depend on them.
    """

    c: Activation = PUBLISHED_C
    c_star: Target = PUBLISHED_TARGET
    eps: Ratio = 1.0
    a: Annotated[Number, Parameter("a", "ā", "start of the second layer", bounds=(START,)), Slider(0.1)] = 10.0
    R0: Initial = 0.0
    tau: Annotated[
        Number,
        Parameter("tau", "τ", "time at which R is shown", bounds=(HORIZON,), scale="log"),
        Slider(0.1, only={"quantity": AT_A_TIME}),
    ] = 1e4
    x: Annotated[
        str, Parameter("x", "x", "what varies to the right", "choice", choices=AXES), MapAxis(("window", 0))
    ] = "cs3"
    y: Annotated[
        str, Parameter("y", "y", "what varies upward", "choice", choices=AXES), MapAxis(("window", 2))
    ] = "a"  # fmt: skip
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the map's window: x and y, from and to", "numbers", ((-EDGE, EDGE),) * 4, optional=True
        ),
    ] = None
    quantity: Annotated[
        str,
        Parameter("show", "shown", "what the map shows", "choice", choices=tuple(QUANTITIES), group="overlay"),
        Choice(labels(QUANTITIES)),
    ] = "fate"
    detail: Annotated[
        str,
        Parameter("n", "n", "cells along an axis", "choice", choices=DETAILS, group="overlay"),
        Choice(tuple(f"{n}²" for n in DETAILS)),
    ] = "256"

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Make the axes two different parameters, pad c and c* to a length that contains both, and clip the window to
        the bounds of the axes.
        """
        x, y = (values.get(name, cls.model_fields[name].default) for name in ("x", "y"))
        if x in AXES and x == y:
            values["y"] = y = "a" if x != "a" else "cs3"
        lists = {name: values.get(name, cls.model_fields[name].default) for name in ("c", "c_star")}
        if all(isinstance(coefficients, (tuple, list)) and coefficients for coefficients in lists.values()):
            K = max(
                *map(len, lists.values()), *((field_and_index(axis)[1] or 0) + 1 for axis in (x, y) if axis in AXES)
            )
            for name, coefficients in lists.items():
                values[name] = (*coefficients, *(0.0,) * (K - len(coefficients)))
        if values.get("window") is not None and x in AXES and y in AXES:
            values["window"] = _window(values["window"], x, y)
        return values

    @property
    def edges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """x and y, from and to."""
        if self.window is None:
            return usual(self.x), usual(self.y)
        return (self.window[0], self.window[1]), (self.window[2], self.window[3])

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """The axes as the core takes them."""
        x, y = (_core(axis, edges) for axis, edges in zip((self.x, self.y), self.edges, strict=True))
        return x, y

    def value(self, axis: str) -> float:
        """Return the present value of the parameter of an axis."""
        field, index = field_and_index(axis)
        value = getattr(self, field)
        return cast(float, value if index is None else value[index])

    def at(self, **present: float) -> PhaseMapState:
        """Return the state with other values of the parameters on the axes, x and y."""
        changed: dict[str, Any] = {}
        for name, number in present.items():
            field, index = field_and_index(getattr(self, name))
            if index is None:
                changed[field] = number
            else:
                values = changed.get(field, getattr(self, field))
                changed[field] = (*values[:index], number, *values[index + 1 :])
        return self.model_copy(update=changed)

    @classmethod
    def varied(cls) -> dict[str, dict[str, Any]]:
        """Return the parameters that may be on an axis."""
        return {
            axis: {
                "field": field_and_index(axis)[0],
                "index": field_and_index(axis)[1],
                "symbol": symbol(axis),
                "title": title(axis),
                "bounds": bounds(axis),
                "usual": usual(axis),
                "log": axis == "eps",
                "rest": neutral_value(axis),
            }
            for axis in AXES
        }

    def key(self) -> str:
        """Return the key of the map: all parameters but the position of the marker."""
        neutral = {name: neutral_value(getattr(self, name)) for name in ("x", "y")}
        return State.key(self.at(**neutral))


def neutral_value(axis: str) -> float:
    """Return a fixed value for a parameter on which the map does not depend."""
    return 1.0 if axis == "eps" else 0.0


def _core(axis: str, edges: tuple[float, float]) -> Axis:
    name, k = core_axis(axis)
    return (name, k, *edges) if k else (name, *edges)


def _window(edges: Any, x: str, y: str) -> Any:
    """Return a window within the bounds; None if it would be empty; an invalid one unchanged, for the validation."""
    if not isinstance(edges, (tuple, list)) or len(edges) != 4 or not all(isinstance(e, (int, float)) for e in edges):
        return edges
    window: list[float] = []
    for axis, low, high in zip((x, y), edges[::2], edges[1::2], strict=True):
        lower, upper = bounds(axis)
        low, high = float(max(low, lower)), float(min(high, upper))
        if not low < high:
            return None
        window += [low, high]
    return tuple(window)
