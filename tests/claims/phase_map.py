"""Every note and alt text of the Phase map view, held against an evaluation of its own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from components.views.phase_map import alt_text, captions
from components.views.phase_map.compute import RTOL
from components.views.phase_map.state import AXES, QUANTITIES, PhaseMapState, bounds, field_and_index, symbol
from dynamics import Fate, PhaseMap, phase_map
from tests.claims.numbers import close, found, value
from tests.claims.reference import FAR, Problem, Run
from tests.claims.unlearning import random_problem

CELLS = 16  # along an axis
LOOKED_AT = 4  # cells that are integrated
WORDS = {fate: fate.name.lower().replace("_", " ") for fate in Fate}


def random_state(rng: np.random.Generator) -> PhaseMapState:
    """Any two axes and windows, over the whole range of each parameter."""
    values: dict[str, Any] = random_problem(rng)
    K = len(values["c"])
    axes = [axis for axis in AXES if (field_and_index(axis)[1] or 0) < K]
    x, y = rng.choice(axes, 2, replace=False)
    window = []
    for axis in (x, y):
        low, high = bounds(axis)
        ends = np.sort(10 ** rng.uniform(-6, 1, 2)) if axis == "eps" else np.sort(rng.uniform(low, high, 2))
        window += [float(f"{end:.4g}") for end in ends]
    values |= {
        "a": float(np.round(rng.uniform(-20, 20), 1)),
        "x": str(x),
        "y": str(y),
        "window": tuple(window) if rng.random() < 0.5 and window[0] < window[1] and window[2] < window[3] else None,
        "quantity": str(rng.choice(tuple(QUANTITIES))),
        "tau": float(f"{10 ** rng.uniform(0, 5):.3g}"),
    }
    return PhaseMapState.make(values)


def problems(state: PhaseMapState) -> list[str]:
    """What is false in the texts of a state, on a coarse map of it."""
    x, y = state.axes
    quantities = (state.quantity, "boundary")
    n = (CELLS, CELLS)
    map_ = phase_map(state.c, state.c_star, state.eps, x, y, n, state.a, state.R0, quantities, state.tau, RTOL)
    false = _notes(state, map_) + _described(state, map_) + _cells(state, map_)
    return [f"{line}   [{state.query()}]" for line in false]


def _notes(state: PhaseMapState, map_: PhaseMap) -> list[str]:
    false = []
    notes = captions.notes(state, map_)
    shares = {word: value(share) for word, share in found(r"[●◆▲■✕] ([a-z ]+?) <N> %", notes[0])}
    for fate, word in WORDS.items():
        true = 100 * float(np.mean(map_.fate == fate))
        if abs(shares.get(word, 0.0) - true) > 0.005 * max(true, 1.0):
            false.append(f"{word} has {true} %: {notes[0]!r}")
    if any("infinitely many neurons" in note for note in notes) != (map_.fate == Fate.UNLEARNING).any():
        false.append(f"the limit is named where nothing unlearns, or not where something does: {notes!r}")
    for low, high in found(r"from <N> to <N>\. ", " ".join(notes[1:])):
        values = getattr(map_, state.quantity)
        values = values[np.isfinite(values)]
        if not (close(low, values.min(), 3) and close(high, values.max(), 3)):
            false.append(f"from {values.min()} to {values.max()}: {notes!r}")
    return false


def _described(state: PhaseMapState, map_: PhaseMap) -> list[str]:
    """The columns that the alt text follows upward, and the window."""
    false = []
    text = alt_text.phase_map(state, map_)
    (left, right), (low, high) = state.edges
    for numbers in found(r"over \S+ from <N> to <N> and \S+ from <N> to <N>\.", text):
        if not all(close(shown, true, 3) for shown, true in zip(numbers, (left, right, low, high), strict=True)):
            false.append(f"the window is {state.edges}: {text!r}")
    columns = re.findall(rf"At {re.escape(symbol(state.x))} = \S+, upward: (.*?)\.(?= At| The)", text)
    for i, column in zip((0, CELLS // 2, CELLS - 1), columns, strict=True):
        row = 0
        for piece in column.split(", then "):
            word, _, begin = piece.partition(" from ")
            if begin:
                row = int(np.argmin(np.abs(map_.y - value(begin.partition(" = ")[2]))))
            if WORDS[Fate(int(map_.fate[row, i]))] != word:
                false.append(f"{WORDS[Fate(int(map_.fate[row, i]))]} is at row {row}: {column!r}")
        if 1 + int((np.diff(map_.fate[:, i]) != 0).sum()) != len(column.split(", then ")):
            false.append(f"the fates are {map_.fate[:, i].tolist()}: {column!r}")
    return false


def _cells(state: PhaseMapState, map_: PhaseMap) -> list[str]:
    """Fates, and the quantity shown, of some cells."""
    false = []
    rng = np.random.default_rng(0)
    for _ in range(LOOKED_AT):
        i, j = (int(k) for k in rng.integers(0, CELLS, 2))
        cell = state.at(x=float(map_.x[i]), y=float(map_.y[j]))
        problem = Problem(cell.c, cell.c_star, cell.eps)
        run = problem.run(cell.a, cell.R0, FAR)
        if not run.done or not run.fate or _slow_passage(run, cell):
            continue
        name = f"{state.x} = {map_.x[i]:.6g}, {state.y} = {map_.y[j]:.6g}"
        word = WORDS[Fate(int(map_.fate[j, i]))]
        if word not in (run.fate, "undecided") and _beside(problem, cell, run.fate):
            false.append(f"the map has {word} at {name}, the run {run.fate}")
            continue
        if word == run.fate:
            false += _quantity(state, float(getattr(map_, state.quantity)[j, i]), run, cell, name)
    return false


def _quantity(state: PhaseMapState, shown: float, run: Run, cell: PhaseMapState, name: str) -> list[str]:
    """What the sentence under the map says a color means, of one cell."""
    if not np.isfinite(shown) or state.quantity == "fate":
        return []
    end = 0.0 if run.fate in ("unlearning", "no alignment") else run.at(FAR)[0]
    times, R = run.alignment(FAR)
    if state.quantity == "R" and abs(shown - run.at(state.tau)[0]) > 2e-3:
        return [f"R is {run.at(state.tau)[0]:.5g} at τ = {state.tau} in {name}, shown {shown:.5g}"]
    if state.quantity == "R_inf" and abs(shown - end) > 1e-3:
        return [f"R ends at {end:.5g} in {name}, shown {shown:.5g}"]
    if state.quantity == "lost" and abs(shown - (np.abs(R).max() - abs(end))) > 5e-3:
        return [f"{np.abs(R).max() - abs(end):.5g} is lost in {name}, shown {shown:.5g}"]
    if state.quantity == "time":
        away = np.abs(R - end)
        late, early = (away[times >= factor * shown] for factor in (1.1, 0.9))
        if shown < FAR / 10 and len(late) and late.max() > 0.52 * away.max() + 1e-12:
            return [f"R is {late.max():.4g} from its limit after τ = {shown:.4g} in {name}, at most {away.max():.4g}"]
        if 0 < shown < FAR / 10 and len(early) and early.max() < 0.48 * away.max():
            return [f"R is within half of {away.max():.4g} before τ = {shown:.4g} in {name}"]
    return []


def _slow_passage(run: Run, cell: PhaseMapState) -> bool:
    a = run.solution(run.t)[1]  # type: ignore[operator]
    return bool(cell.R0 != 0 and cell.eps < 0.05 and (a > 0).any() and (a < 0).any())


def _beside(problem: Problem, cell: PhaseMapState, fate: str) -> bool:
    """Whether starts close by have the same fate: no threshold is near."""
    step = 1e-4 * max(1.0, abs(cell.a))
    return all(problem.run(cell.a + s, cell.R0, FAR).fate == fate for s in (-step, step))
