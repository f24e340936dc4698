"""Test vectors: inputs, and what Python makes of them, for what is written in Python and in JavaScript.

A file of vectors is made in two steps: `draw` makes its inputs, from random seeds, and `complete` computes all else
from them. So a test can read a file and compute it anew, also where random numbers are other ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from plotly.colors import sample_colorscale

from components.core.state import State, number_text
from components.core.view import View, column, integers, table
from components.ui import shell
from components.ui.markup import render_subscripts
from components.ui.summary import preset_of, state_title
from components.views.registry import VIEWS
from dynamics.curves import rounded
from dynamics.plotting.color_scales import CIVIDIS
from tests.campaigns.cost import link

FOLDER = Path(__file__).parent
WIDTH = 120  # characters of a line, unless it is one list of numbers or texts
QUERIES, HEADINGS, NUMBERS = 6, 4, 200  # random states of each view, random numbers
STEPS = (0, 1, 2, 63, 64, 100, 127, 128, 200, 253, 254, 255)  # of the 256 colors of a ramp

Data = dict[str, Any]


@dataclass(frozen=True)
class Vectors:
    """A file of vectors: its inputs, and all of it from the inputs. Reading a file gives inputs, too."""

    draw: Callable[[], Data]
    complete: Callable[[Data], Data]


# Numbers


def _numbers() -> Data:
    random = Random("number_text")
    found = [0.0, 1.0, -1.0, 0.1 + 0.2, 1 / 3, -2 / 3, 999999999999.0, 1e12, 1.5e12, 1.23456789012e12, 1e21, 1e-300]
    found += [sign * one * 10.0**power for sign in (1, -1) for one in (1, 1.5, 2.25) for power in range(-7, 8)]
    for _ in range(NUMBERS):
        digits, power = random.randint(1, 17), random.randint(-12, 12)
        found.append(random.choice((1, -1)) * float(f"{random.uniform(1, 10) * 10.0**power:.{digits}g}"))
    return {"cases": [{"number": number} for number in dict.fromkeys(found)]}


def _number_texts(data: Data) -> Data:
    cases = [{"number": case["number"], "text": number_text(case["number"])} for case in data["cases"]]
    return {
        "about": "numberText(number): the shortest text of a number in a link.",
        "cases": cases,
    }


# States, as what differs from the first one of their view


def plain(value: Any) -> Any:
    """Return a value as JSON brings it to the client."""
    return json.loads(json.dumps(value))


def changes(state: State, first: Mapping[str, Any]) -> Data:
    """Return the fields of a state with other values than in the first one."""
    return {name: value for name, value in plain(state.model_dump()).items() if value != first[name]}


def random_states(view: View, purpose: str, count: int) -> Iterator[State]:
    random = Random(f"{purpose} of {view.name}")
    for _ in range(count):
        yield view.State.nearest(link(random, view))[0]


def described(view: View, parameters: tuple[str, ...], axes: tuple[str, ...]) -> Data:
    """Return what a client gets to know of a view, with these properties of its parameters and axes."""
    store, _ = shell.description(view, list(view.controls), view.figures).children
    whole = plain(store.data)
    return {
        "title": whole["title"],
        "version": whole["version"],
        "parameters": [{name: one[name] for name in parameters} for one in whole["parameters"]],
        "figures": {name: {"opens": figure["opens"]} for name, figure in whole["figures"].items()},
        "axes": {name: {key: one[key] for key in axes if key in one} for name, one in whole["axes"].items()},
        "initial": whole["initial"],
    }


def _query_states() -> Data:
    views = {}
    for view in VIEWS.values():
        first = plain(view.State().model_dump())
        states = [view.State(), *random_states(view, "queries", QUERIES)]
        views[view.name] = {"cases": [{"changed": changes(state, first)} for state in states]}
    return {"views": views}


def _queries(data: Data) -> Data:
    views = {}
    for view in VIEWS.values():
        cases = []
        for case in data["views"][view.name]["cases"]:
            state = view.State.make(case["changed"])
            cases.append({**_pick(case, "changed"), "query": state.query(), "computation_query": state.key()})
        description = described(view, ("name", "key", "group"), ("field", "index", "rest"))
        views[view.name] = {"view": description, "cases": cases}
    return {
        "about": "query(view, state) and computationQuery(view, state); a state is view.initial with what is changed.",
        "views": views,
    }


def _pick(case: Data, *names: str) -> Data:
    return {name: case[name] for name in names}


# Headings


def _of_preset(view: View, name: str | None) -> State:
    return next((preset.state for preset in view.presets if preset.name == name), view.State())


def _is_preset_but_for_its_marker(view: View, state: State) -> bool:
    """Return whether a map is that of a preset, and the present values of what is on its axes are others.

    The page takes it for the preset, the title of a link does not.
    """
    groups = {name: parameter.group for name, parameter in state.parameters().items()}

    def alike(other: State) -> bool:
        overlays = {name: getattr(other, name) for name, group in groups.items() if group == "overlay"}
        return state.model_copy(update=overlays).key() == other.key() and any(
            getattr(state, name) != getattr(other, name) for name, group in groups.items() if group == "physics"
        )

    return any(alike(preset.state) for preset in view.presets)


def _headed_states(view: View) -> Iterator[tuple[str | None, State]]:
    """Yield states, each with the preset that it was made of: presets, and others that differ from them."""
    random = Random(f"headings of {view.name}")
    yield None, view.State()
    for preset in view.presets:
        yield preset.name, preset.state
    for other in random_states(view, "changed headings", HEADINGS):
        fields = view.State.parameters()
        base = random.choice(view.presets)
        for groups, count in ((("overlay", "display", "playback"), 3), (("physics",), 1), (("physics",), 2)):
            names = [name for name, parameter in fields.items() if parameter.group in groups]
            chosen = random.sample(names, min(count, len(names)))
            values = base.state.model_dump() | {name: getattr(other, name) for name in chosen}
            yield base.name, view.State.make(values)
        yield None, other


def _headed() -> Data:
    views = {}
    for view in VIEWS.values():
        cases = []
        for name, state in _headed_states(view):
            if not _is_preset_but_for_its_marker(view, state):
                base = plain(_of_preset(view, name).model_dump())
                cases.append({"of": name, "changed": changes(state, base)})
        views[view.name] = {"cases": [case for k, case in enumerate(cases) if case not in cases[:k]]}
    return {"views": views}


def _headings(data: Data) -> Data:
    views = {}
    for view in VIEWS.values():
        cases = []
        for case in data["views"][view.name]["cases"]:
            base = _of_preset(view, case["of"]).model_dump()
            state = view.State.make({**base, **case["changed"]})
            preset, title = preset_of(view, state), state_title(view, state)
            heading = "" if preset is None and title == view.title else title
            cases.append(_pick(case, "of", "changed") | {"preset": preset and preset.name, "heading": heading})
        parameters = ("name", "key", "group", "symbol", "length")
        description = described(view, parameters, ("field", "index", "rest", "symbol"))
        description["presets"] = {
            preset.name: {
                "title": preset.title,
                "shows": list(preset.shows),
                "changed": changes(preset.state, description["initial"]),
            }
            for preset in view.presets
        }
        views[view.name] = {"view": description, "cases": cases}
    return {
        "about": "heading(view, state), which is empty where nothing is changed, and presetOf(view, state). A state is "
        "view.initial with what is changed, or the state of the preset `of` with what is changed.",
        "views": views,
    }


# Texts with subscripts


def _texts() -> Data:
    found = [
        "",
        "R",
        "_",
        "^",
        "a_",
        "x^",
        "_ x",
        "^ x",
        "a_1_ b",
        "x_1^τ",
        "^τ",
        "x_(12)",
        "x^(−1/3)",
        "c_(γ)",
        "x_()",
    ]
    found += ["a_b^c", "R^2_i", "(a)_1", "σ_w and η_w", "|f − y|^(β+1)", "x_(a", "x_)a(", "τ^(−1/4) a_0", "10^-3"]
    for view in VIEWS.values():
        names = [parameter.symbol for parameter in view.State.parameters().values()]
        labels = [label for control in view.controls for label in getattr(control, "labels", None) or ()]
        found += [text for text in (*names, *labels) if "_" in text or "^" in text]
    return {"cases": [{"text": text} for text in dict.fromkeys(found)]}


def subscripts(text: str) -> list[list[str]]:
    """Return the parts of a text: each one's kind, and what is written."""
    parts = []
    for part in render_subscripts(text):
        kind, written = ("text", part) if isinstance(part, str) else (type(part).__name__.lower(), part.children)
        if written or kind != "text":
            parts.append([kind, written])
    return parts


def _subscripts(data: Data) -> Data:
    return {
        "about": "splitSubscripts(text): what follows _ is lowered, what follows ^ is raised; no empty texts.",
        "cases": [{"text": case["text"], "parts": subscripts(case["text"])} for case in data["cases"]],
    }


# Columns


def _samples() -> Data:
    random = np.random.default_rng(7)
    floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 16777217.0, 1e-40, 3.4e38, 1e39, -1e39, np.nan, *random.normal(size=12)]
    cases: list[Data] = [{"kind": "f4", "decoded": _numbers_of(floats)}, {"kind": "f4", "decoded": []}]
    cases += [{"kind": "u1", "decoded": random.integers(0, 256, 20).tolist()}, {"kind": "u1", "decoded": [255]}]
    cases += [{"kind": "u2", "decoded": [0, 1, 255, 256, 65534, 65535, *random.integers(0, 65536, 12).tolist()]}]
    for rows, width in ((1, 1), (3, 4), (5, 1), (1, 6), (2, 0), (0, 3)):
        cases.append({"kind": "table", "shape": [rows, width], "decoded": random.normal(size=(rows, width)).tolist()})
    return {"cases": cases}


def _numbers_of(values: Any) -> list[Any]:
    """Return samples as JSON has them: infinite ones and those that are no number by their names in JavaScript."""
    names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return [names.get(str(value), value) for value in map(float, values)]


def _columns(data: Data) -> Data:
    cases = []
    for case in data["cases"]:
        with np.errstate(over="ignore"):
            decoded = np.array([float(value) for value in np.ravel(case["decoded"])]).astype(np.float32)
        if case["kind"] == "table":
            decoded = decoded.reshape(case["shape"])
            encoded, rows = table(decoded), [_numbers_of(row) for row in decoded]
            cases.append(_pick(case, "kind", "shape") | {"encoded": encoded, "decoded": rows})
        elif case["kind"] == "f4":
            cases.append(_pick(case, "kind") | {"encoded": column(decoded), "decoded": _numbers_of(decoded)})
        else:
            encoded = integers(np.array(case["decoded"], case["kind"]))
            cases.append(_pick(case, "kind") | {"encoded": encoded, "decoded": case["decoded"]})
    return {
        "about": "decodeColumns(encoded): typed arrays, or rows of them, with these numbers.",
        "cases": cases,
    }


# Rounded columns


def _unrounded() -> Data:
    random = np.random.default_rng(8)
    lists = [[0.0, 1.0, 2.0], [1.0], [3.0, 3.0], [np.nan, -2.0, 7.5], random.normal(size=12).tolist()]
    logs = [[0.0, 1e-9, 1.0, 1e4], [10.0], (10.0 ** random.uniform(-12, 6, 12)).tolist()]
    drawn = [(values, False) for values in lists] + [(values, True) for values in logs]
    return {"cases": [{"values": _numbers_of(values), "log": log} for values, log in drawn]}


def _rounded(data: Data) -> Data:
    cases = []
    for case in data["cases"]:
        values = np.array([float(value) for value in case["values"]])
        steps, low, high = rounded(values, case["log"])
        cases.append({**_pick(case, "values", "log"), "encoded": {**integers(steps), "low": low, "high": high}})
    return {
        "about": "decodeColumns({...encoded, log}): these values, to half of a 65533rd of their range.",
        "cases": cases,
    }


# Colors


def _scales() -> Data:
    random = Random("color_ramp")
    scales = [list(CIVIDIS), ["#000000", "#ffffff"]]
    scales += [[f"#{random.randrange(1 << 24):06x}" for _ in range(count)] for count in (2, 3, 5, 11)]
    return {"cases": [{"scale": scale} for scale in scales]}


def _ramps(data: Data) -> Data:
    cases = []
    for case in data["cases"]:
        scale = [[k / (len(case["scale"]) - 1), color] for k, color in enumerate(case["scale"])]
        colors = sample_colorscale(scale, [step / 255 for step in STEPS])
        rgb = [[int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")] for color in colors]
        cases.append({"scale": case["scale"], "colors": rgb})
    return {
        "about": "colorRamp(scale): of 256 colors, as plotly has them beside a map, those at these steps.",
        "steps": list(STEPS),
        "cases": cases,
    }


FILES = {
    "number_text": Vectors(_numbers, _number_texts),
    "queries": Vectors(_query_states, _queries),
    "headings": Vectors(_headed, _headings),
    "subscripts": Vectors(_texts, _subscripts),
    "columns": Vectors(_samples, _columns),
    "rounded": Vectors(_unrounded, _rounded),
    "color_ramp": Vectors(_scales, _ramps),
}


def path_of(name: str) -> Path:
    """Return the path of a file of vectors."""
    return FOLDER / f"{name}.json"


def text_of(value: Any, indent: int = 0) -> str:
    """Return a value as JSON, with as much on a line as it has room for."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + indent <= WIDTH or not isinstance(value, list | dict):
        return short
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {text_of(part, indent + 1)}" for name, part in value.items()]
        left, right = "{}"
    elif any(isinstance(part, list | dict) for part in value):
        parts, (left, right) = [text_of(part, indent + 1) for part in value], "[]"
    else:
        return short
    space = " " * (indent + 1)
    return f"{left}\n{space}" + f",\n{space}".join(parts) + f"\n{' ' * indent}{right}"
