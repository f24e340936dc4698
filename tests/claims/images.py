"""Random states of the Real images page with results, and what is wrong with the sentences on them.

The results are those that come with the app, tiny networks trained here, and either of them with values put in by
hand: seeds that part, runs that ended early, training accuracies of 1 or unknown. The sentences are compared with the
arrays by plain numpy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from components.views.images import captions, compute
from components.views.images.state import ImagesState
from components.views.images.view import ImagesView
from dynamics.images import ImageRuns, load_digits
from dynamics.plotting.number_text import format_number
from tests.claims.lab import NUMBER, read

MOST = 120


@dataclass(frozen=True, eq=False)
class StateWithResults:
    """A state and its results."""

    state: ImagesState
    runs: ImageRuns

    def query(self) -> str:
        """The link of the state."""
        return self.state.query()


@cache
def _images() -> Any:
    return load_digits().split(most=MOST)


def random_state(rng: np.random.Generator) -> StateWithResults:
    """A state with results."""
    if rng.random() < 0.4:
        state = ImagesView.presets[rng.integers(len(ImagesView.presets))].state
        case = StateWithResults(state, compute.bundled_results().runs[state.bundled])
    else:
        asked: dict[str, Any] = {
            "experiment": str(rng.choice(["scale", "scale", "width", "initialisation", "unlearning"])),
            "sigmas": tuple(np.unique(np.round(10 ** rng.uniform(-1, 1, rng.integers(1, 5)), 2)).tolist()),
            "widths": tuple(np.unique(rng.integers(1, 40, rng.integers(1, 4))).astype(float).tolist()),
            "kappas": tuple(np.unique(np.round(10 ** rng.uniform(0, 2, rng.integers(1, 4)), 1)).tolist()),
            "starts": tuple(np.unique(np.round(rng.uniform(-4, 4, rng.integers(1, 4)), 2)).tolist()),
            "depth": int(rng.integers(2, 6)),
            "width": int(rng.integers(1, 14)),
            "epochs": int(rng.integers(1, 7)),
            "runs": int(rng.integers(1, 4)),
            "seed": int(rng.integers(0, 50)),
            "most": MOST,
            "loss": str(rng.choice(["squared", "entropy"])),
            "activation": str(rng.choice(["relu", "linear"])),
        }
        if rng.random() < 0.4:
            asked["rate"] = float(f"{10 ** rng.uniform(-4, 2):.3g}")
        state = ImagesState.make(asked)
        *_, runs = state.sweep().run(_images())
        case = StateWithResults(state, runs)
    return _by_hand(case, rng) if rng.random() < 0.5 else case


def _by_hand(case: StateWithResults, rng: np.random.Generator) -> StateWithResults:
    """The same with some values put in."""
    runs = case.runs
    kind = rng.integers(4)
    trained, tested, R, loss = (
        getattr(runs, name).copy() for name in ("train_accuracy", "test_accuracy", "signed_alignment", "train_loss")
    )
    j, i = int(rng.integers(len(runs.settings))), int(rng.integers(len(runs.seeds)))
    if kind == 0:
        trained[rng.random(len(trained)) < 0.6] = 1.0
    if kind == 1:
        tested[j, i], R[j, i], loss[j, i] = rng.uniform(0, 1, 3)
    if kind == 2:
        trained[:] = np.nan
    if kind == 3:
        trained[:] = 1.0
    made = replace(runs, train_accuracy=trained, test_accuracy=tested, signed_alignment=R, train_loss=loss)
    return replace(case, runs=made)


def problems(case: StateWithResults) -> list[str]:
    """Every sentence that the arrays contradict."""
    state, runs = case.state, case.runs
    words = captions.text_data(state, runs, compute.about(state), [])
    said, notes = words["runs"], words["notes"]
    found = []
    known = np.isfinite(runs.train_accuracy).any()
    going = [j for j in range(len(runs.settings)) if sum(k == j for k, _, _ in runs.halted) < len(runs.seeds)]
    if not going:
        return [] if said == [captions.ENDED] else [f"nothing ends: {said}"]
    for one in [*said, *notes, *words["figures"].values()]:
        if re.search(r"\bnan\b|undefined|∞", one) and known and state.experiment == "scale":
            found.append(f"not a number: {one}")
        if re.search(r"\b1 (networks|seeds|epochs)\b", one):
            found.append(f"one of several: {one}")
    check = {"scale": _scale, "width": _paths, "initialisation": _paths, "unlearning": _unlearning}[state.experiment]
    found += check(case, going, said, notes)
    return found


def _end(runs: ImageRuns, values: np.ndarray, j: int) -> np.ndarray:
    """The last known value of each seed of a setting that goes to the end, or as far as any."""
    known = np.isfinite(runs.norm[j])
    last = max(np.flatnonzero(known.any(axis=0)))
    return np.asarray(values[j][known[:, last], last])


def _covers(text: str, values: np.ndarray, digits: float) -> bool:
    """Whether the numbers of a text have the least and the largest value among them, and none is outside."""
    numbers = [read(one) for one in re.findall(NUMBER + r"(?! seed)", text)]
    low, high = float(values.min()), float(values.max())
    near = lambda one, value: abs(one - value) <= digits * abs(value) + 1e-6  # noqa: E731
    inside = all(low - digits * abs(low) - 1e-6 <= one <= high + digits * abs(high) + 1e-6 for one in numbers)
    return (
        bool(numbers) and inside and any(near(one, low) for one in numbers) and any(near(one, high) for one in numbers)
    )


def _scale(case: StateWithResults, going: list[int], said: list[str], notes: list[str]) -> list[str]:
    state, runs = case.state, case.runs
    order = sorted(going, key=lambda j: runs.settings[j].value)
    names = [format_number(float(runs.settings[j].value), 3) for j in order]
    trained = [_end(runs, runs.train_accuracy, j) for j in order]
    known = any(np.isfinite(one).any() for one in trained)
    fitted = [bool((one[np.isfinite(one)] == 1.0).all()) and bool(np.isfinite(one).any()) for one in trained]
    found = []
    first = said[0]
    if known and all(fitted) != first.startswith("Every network classifies all of its training images"):
        found.append(f"fitted {fitted}: {first}")
    if not known and "not known" not in first:
        found.append(f"unknown: {first}")
    if known and not all(fitted):
        good = re.search(r"only at σ = (.*?): the training", first)
        if (good[1].split(", ") if good else []) != [
            format_number(float(runs.settings[j].value), 4) for j, fits in zip(order, fitted, strict=True) if fits
        ]:
            found.append(f"which are fitted, {fitted}: {first}")
        if "says little about generalization" not in first:
            found.append(f"no word on what it means: {first}")
    parts = re.search(r"test accuracy is (.*?); the weight norm is (.*?)\.(?: Of two|$)", said[1])
    accuracy, norm = ([_end(runs, values, j) for j in order] for values in (runs.test_accuracy, runs.norm))
    start = [runs.norm[j, :, 0] for j in order]
    ends = sorted({0, len(order) - 1})
    if parts is None:
        return [*found, f"not read: {said[1]}"]
    tests = re.findall(rf"(?:^| and )((?:{NUMBER}|to| \(\d+ seeds?\)|and|, | )+?) at σ = {NUMBER}", parts[1])
    for place, one in zip(ends, tests, strict=True):
        if not _covers(one[0], accuracy[place], 6e-3):
            found.append(f"accuracy {accuracy[place]} at σ = {names[place]}: {said[1]}")
    for place, part in zip(ends, parts[2].split("; "), strict=True):
        before, _, rest = part.partition(" before training and ")
        after, _, head = rest.partition(f" after it at σ = {names[place]}")
        begun = start[place][np.isfinite(start[place])]
        if head or not _covers(before, begun, 6e-3) or not _covers(after, norm[place], 6e-3):
            found.append(f"norm {begun} to {norm[place]}: {said[1]}")
    rises = len(order) > 1 and all(a.max() < b.min() for a, b in zip(norm, norm[1:], strict=False))
    if rises != ("the larger ends with the larger norm" in said[1]):
        found.append(f"rises {rises}: {said[1]}")
    angle = np.degrees(np.arccos(np.clip(runs.cos, 0, 1)))[..., -1]
    change = [_end(runs, angle - angle[:, :, :1], j) for j in order]
    for word, inside in (("closes", lambda one: one.max() < -1), ("opens", lambda one: one.min() > 1)):
        known = [(name, one[np.isfinite(one)]) for name, one in zip(names, change, strict=True)]
        wanted = [name for name, one in known if len(one) and inside(one)]
        match = re.search(rf"{word} by more than 1° at σ = (.*?) \(", said[2])
        if (match[1].split(", ") if match else []) != wanted:
            found.append(f"{word} at {wanted}: {said[2]}")
    if said[2].startswith("With every seed the") and not all(np.isfinite(one).all() for one in change):
        found.append(f"an angle is not defined: {said[2]}")
    if (len(said) == 4) != (state.depth > 2 and any(np.isfinite(one).any() for one in change)):
        found.append(f"sentences: {said}")
    text = " ".join(notes)
    if "generalization of the paper's angle" not in text or "100 % training accuracy" not in text:
        found.append(f"conditions: {text}")
    zero = 0.45 if state.loss == "squared" else np.log(10)
    left = [_end(runs, runs.train_loss, j) for j in order]
    bad = [name for name, one, fits in zip(names, left, fitted, strict=True) if one.max() >= zero and not fits]
    match = re.search(r"At σ = (.*?) the training loss ends above", text)
    if (match[1].split(", ") if match else []) != bad and runs.images == "digits":
        found.append(f"above f = 0 at {bad}: {text}")
    return found


def _paths(case: StateWithResults, going: list[int], said: list[str], notes: list[str]) -> list[str]:
    runs, found = case.runs, []
    groups = {name: [j for j in numbers if j in going] for name, numbers in runs.groups.items()}
    groups = {name: numbers for name, numbers in groups.items() if numbers}
    if len(groups) != len(said):
        return [f"{len(groups)} groups: {said}"]
    widest = {}
    for (name, numbers), sentence in zip(groups.items(), said, strict=True):
        last = numbers[-1]
        best = np.fmax.accumulate(runs.test_accuracy, axis=2)
        widest[name] = float(_end(runs, runs.train_loss, last).max())
        quantities = {
            r"best test accuracy is (.*?), with": best,
            r"training loss (.*?) at the end": runs.train_loss,
            r"have moved by (.*?) of their": runs.moved,
            r"the kernel is (.*?) times": runs.kernel_ratio,
        }
        if np.isfinite(runs.train_accuracy).any():
            quantities[r"with training accuracy (.*?) and training loss"] = runs.train_accuracy
        for pattern, values in quantities.items():
            match = re.search(pattern, sentence)
            own = _end(runs, values, last)
            if np.isfinite(own).all() and (match is None or not _covers(match[1], own, 6e-2)):
                found.append(f"{pattern}: {own}: {sentence}")
        if not sentence.startswith(f"{name}: "):
            found.append(f"of {name}: {sentence}")
    unlike = len(widest) > 1 and max(widest.values()) > 2 * min(widest.values())
    if case.state.experiment == "width" and unlike != ("not equally far" in " ".join(notes)):
        found.append(f"training losses {widest}: {notes}")
    return found


def _unlearning(case: StateWithResults, going: list[int], said: list[str], _: list[str]) -> list[str]:
    runs, found = case.runs, []
    groups = {name: [j for j in numbers if j in going] for name, numbers in runs.groups.items()}
    for numbers, sentence in zip([one for one in groups.values() if one], said, strict=True):
        match = re.search(
            r"R reaches (.*?) and is (.*?) at the end(?:: (.*?) % of the peak is lost)?; there a", sentence
        )
        if match is None:
            return [f"not read: {sentence}"]
        R = runs.signed_alignment[numbers]
        places = np.where(np.isfinite(R), np.abs(R), -1).argmax(axis=2)
        peak = np.take_along_axis(R, places[:, :, None], axis=2)[:, :, 0]
        if not _covers(match[1], peak, 6e-2):
            found.append(f"peaks {peak}: {sentence}")
        end = np.array([_end(runs, runs.signed_alignment, j) for j in numbers])
        if peak.shape == end.shape:
            lost = 100 * (1 - end / np.where(peak == 0, 1, peak))
            unlearns = np.abs(peak).min() > 0.02 and lost.min() > 5.0
            if match[3] is None and unlearns and lost.max() <= 100.0:
                found.append(f"lost {lost}: {sentence}")
            if match[3] is not None and (not unlearns or not _covers(match[3], lost, 6e-2)):
                found.append(f"lost {lost}: {sentence}")
        if not _covers(match[2], end, 6e-2):
            found.append(f"end {end}: {sentence}")
        falls = all((_end(runs, runs.test_loss - runs.test_loss[:, :, :1], j) < 0).all() for j in numbers)
        if "has fallen" in sentence and not falls:
            found.append(f"does not fall: {sentence}")
    return found
