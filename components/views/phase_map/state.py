"""The parameters of view 2: a phase map over two of the parameters of the planar system (theory section 1)."""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

from components.core.formatting import subscript
from components.core.state import Parameter, State
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

Axis = tuple[Any, ...]  # of the core: ("c_star", k, low, high), ("a0", low, high), ...

AXES = (*(f"cs{k + 1}" for k in range(K_MAX)), *(f"c{k + 1}" for k in range(K_MAX)), "a", "eps", "R0")
QUANTITIES = ("fate", "time", "lost", "R_inf", "R")
DETAILS = ("128", "256", "512")  # cells along an axis
LIVE = "128"  # while a hand is moving

_COEFFICIENT = re.compile(r"(cs|c)(\d+)", re.ASCII)
_FIELDS = {"cs": "c_star", "c": "c"}
_BOUNDS = {"a": START, "eps": EPS, "R0": ALIGNMENT}
_USUAL = {"a": (0.1, 15.0), "eps": (1e-4, 10.0), "R0": (-0.99, 0.99)}
_NAMES = {"a": "initial second layer", "eps": "ratio of time scales", "R0": "initial alignment"}
_SYMBOLS = {"a": "ā", "eps": "ε", "R0": "R₀"}
_CORE = {"a": "a0"}
EDGE = max(START[1], COEFFICIENT[1])  # of any axis


def place(axis: str) -> tuple[str, int | None]:
    """The field that an axis varies, and the place in it where that is a list."""
    found = _COEFFICIENT.fullmatch(axis)
    return (_FIELDS[found[1]], int(found[2]) - 1) if found else (axis, None)


def bounds(axis: str) -> tuple[float, float]:
    """From where to where an axis may go."""
    return _BOUNDS.get(axis, COEFFICIENT)


def usual(axis: str) -> tuple[float, float]:
    """From where to where it goes unless somebody says otherwise."""
    return _USUAL.get(axis, (-3.0, 3.0))


def symbol(axis: str) -> str:
    """How the parameter on an axis is typeset."""
    field, index = place(axis)
    return _SYMBOLS[axis] if index is None else ("c*" if field == "c_star" else "c") + subscript(index + 1)


def title(axis: str) -> str:
    """Its name in plain words."""
    field, index = place(axis)
    return (
        _NAMES[axis]
        if index is None
        else ("target" if field == "c_star" else "activation") + f" coefficient of He{subscript(index + 1)}"
    )


class PhaseMapState(State):
    """The problem, the two parameters that the map varies, its window, what it shows.

    The present value of what is on an axis is where the marker is; the map does not depend on it.
    """

    c: Activation = PUBLISHED_C
    c_star: Target = PUBLISHED_TARGET
    eps: Ratio = 1.0
    a: Annotated[Number, Parameter("a", "ā", "start of the second layer", bounds=(START,))] = 10.0
    R0: Initial = 0.0
    tau: Annotated[Number, Parameter("tau", "τ", "time at which R is shown", bounds=(HORIZON,), scale="log")] = 1e4
    x: Annotated[str, Parameter("x", "x", "what varies to the right", "choice", choices=AXES)] = "cs3"
    y: Annotated[str, Parameter("y", "y", "what varies upward", "choice", choices=AXES)] = "a"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the map's window: x and y, from and to", "numbers", ((-EDGE, EDGE),) * 4, optional=True
        ),
    ] = None
    quantity: Annotated[
        str, Parameter("show", "shown", "what the map shows", "choice", choices=QUANTITIES, group="overlay")
    ] = "fate"
    detail: Annotated[str, Parameter("n", "n", "cells along an axis", "choice", choices=DETAILS, group="overlay")] = (
        "256"
    )

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Two axes of different parameters; c and c* of one length, in which both have their place; a window that
        lies within the bounds of the axes and is not empty, or none."""
        x, y = (values.get(name, cls.model_fields[name].default) for name in ("x", "y"))
        if x in AXES and x == y:
            values["y"] = y = "a" if x != "a" else "cs3"
        lists = {name: values.get(name, cls.model_fields[name].default) for name in ("c", "c_star")}
        if all(isinstance(given, (tuple, list)) and given for given in lists.values()):
            K = max(*map(len, lists.values()), *((place(axis)[1] or 0) + 1 for axis in (x, y) if axis in AXES))
            for name, given in lists.items():
                values[name] = (*given, *(0.0,) * (K - len(given)))
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
        """The present value of the parameter of an axis."""
        field, index = place(axis)
        value = getattr(self, field)
        return cast(float, value if index is None else value[index])

    def at(self, **present: float) -> PhaseMapState:
        """The same with other present values of what is on the axes: x and y, as far as given."""
        changed: dict[str, Any] = {}
        for name, number in present.items():
            field, index = place(getattr(self, name))
            if index is None:
                changed[field] = number
            else:
                values = changed.get(field, getattr(self, field))
                changed[field] = (*values[:index], number, *values[index + 1 :])
        return self.model_copy(update=changed)

    @classmethod
    def varied(cls) -> dict[str, dict[str, Any]]:
        """What may be on an axis."""
        return {
            axis: {
                "field": place(axis)[0],
                "index": place(axis)[1],
                "symbol": symbol(axis),
                "title": title(axis),
                "bounds": bounds(axis),
                "usual": usual(axis),
                "log": axis == "eps",
                "rest": rest_of(axis),
            }
            for axis in AXES
        }

    def key(self) -> str:
        """What the map depends on: everything but where the marker is."""
        rest = {name: rest_of(getattr(self, name)) for name in ("x", "y")}
        return State.key(self.at(**rest))


def rest_of(axis: str) -> float:
    """A value for what the map does not depend on."""
    return 1.0 if axis == "eps" else 0.0


def _core(axis: str, edges: tuple[float, float]) -> Axis:
    field, index = place(axis)
    return (_CORE.get(field, field), *edges) if index is None else (field, index + 1, *edges)


def _window(given: Any, x: str, y: str) -> Any:
    """A window within the bounds; None where nothing is left of it; what is no window as it is, to be refused."""
    if not isinstance(given, (tuple, list)) or len(given) != 4 or not all(isinstance(e, (int, float)) for e in given):
        return given
    kept: list[float] = []
    for axis, low, high in zip((x, y), given[::2], given[1::2], strict=True):
        least, most = bounds(axis)
        low, high = float(max(low, least)), float(min(high, most))
        if not low < high:
            return None
        kept += [low, high]
    return tuple(kept)
