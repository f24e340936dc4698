"""Links that were given out, and what each must read to for ever.

`python -m tests.components.core.freeze_links RELEASE` adds those of this release to frozen_links.jsonl, one a line;
lines that are there already never change.

Of every view: the first picture, the presets, random states, the longest links that there can be, and short forms.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson

from components.core.short_link import encode
from components.core.state import MAX_QUERY, InvalidLink, Parameter, State, canonical
from components.core.view import View
from components.views.registry import VIEWS

FILE = Path(__file__).with_name("frozen_links.jsonl")
RANDOM = 12  # states of each view
SEED = 2026
GROUPS = 4  # of numbers, at most, in a random state

Frozen = dict[str, Any]  # release, view, what, link, state


def frozen() -> list[Frozen]:
    """All that are frozen."""
    return [orjson.loads(line) for line in FILE.read_bytes().splitlines()] if FILE.exists() else []


def number(random: Random, bounds: tuple[float, float]) -> float:
    """A number within bounds, with all its digits."""
    low, high = (min(max(edge, -1e9), 1e9) for edge in bounds)
    if low > 0 and high / low > 100:
        return canonical(min(max(math.exp(random.uniform(math.log(low), math.log(high))), low), high))
    return canonical(random.uniform(low, high))


def value(random: Random, parameter: Parameter, whole: bool) -> Any:
    """A value of a parameter; `whole`: the longest that there is."""
    if parameter.kind == "choice":
        return random.choice(parameter.choices)
    if parameter.kind == "words":
        count = len(parameter.choices) if whole else random.randint(0, len(parameter.choices))
        return tuple(random.sample(parameter.choices, count))
    if parameter.kind == "hash":
        return "".join(random.choice("0123456789abcdef") for _ in range(32))
    if parameter.kind == "integer":
        return round(number(random, parameter.bounds[0]))
    if parameter.kind == "number":
        return number(random, parameter.bounds[0])
    fewest, most = parameter.length
    groups = most if whole else random.randint(fewest, min(most, max(fewest, GROUPS)))
    return tuple(number(random, bounds) for _ in range(groups) for bounds in parameter.bounds)


def state(random: Random, kind: type[State], whole: bool = False) -> State:
    """A state of a view whose fields are anything; `whole`: all of them there and long."""
    while True:
        given = {
            name: value(random, parameter, whole)
            for name, parameter in kind.parameters().items()
            if whole or random.random() < 0.6
        }
        try:
            made = kind.make(given)
        except InvalidLink:  # what does not go together
            continue
        if len(made.query()) <= MAX_QUERY:
            return made
        whole = False


def of_view(view: View, random: Random) -> Iterator[tuple[str, str, State]]:
    """What is frozen of a view: what it is, the link, the state."""
    states: list[tuple[str, State]] = [("first", view.State())]
    states += [(f"preset {preset.name}", preset.state) for preset in view.presets]
    states += [(f"random {k + 1}", state(random, view.State)) for k in range(RANDOM)]
    states += [(f"long {k + 1}", state(random, view.State, whole=True)) for k in range(2)]
    for what, made in states:
        yield what, made.query(), made
        yield f"{what}, short", encode(made.query()), made


def freeze(release: str) -> list[Frozen]:
    """The links of this release. Raises ValueError where there are some already."""
    if any(one["release"] == release for one in frozen()):
        raise ValueError(f"The links of {release} are frozen already.")
    return [
        {"release": release, "view": view.name, "what": what, "link": link, "state": made.model_dump()}
        for view in VIEWS.values()
        for what, link, made in of_view(view, Random(SEED))
    ]


def main() -> int:
    """Appends to the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.components.core.freeze_links", description=__doc__)
    parser.add_argument("release", help="a name for this release, such as 1.0")
    try:
        added = freeze(parser.parse_args().release)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with FILE.open("ab") as file:
        file.writelines(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in added)
    sys.stdout.write(f"{len(added)} links\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
