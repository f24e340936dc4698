"""What view 5's second page says: what was found, beside what the papers say, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from components.images.columns import alive, over_seeds, quantity
from components.images.figures import SHORT, VARIED
from components.images.shelf import About
from components.images.state import ImagesState
from components.numbers import about as about_time
from components.numbers import counted, shown
from components.theme import FATES, LIGHT
from dynamics import Fate, scaling_phase
from dynamics.images import INITIALISATION_PATHS, WIDTH_PATHS, ImageRuns, ImageSplit, Kept
from dynamics.linear_network import Phase

ABSENT = (
    "The images {} are not kept on this server: they were never given to it, or have made room for others. "
    "Choose the file again, or go back to the digits."
)
ENDED = "Every network ends early, so there is nothing to tell."
HOPELESS = 0.5  # of the loss of f = 0: with more left, the training images are not fitted
TURNED = 1.0  # degrees by which a layer has turned
LOST = 0.05  # of the peak
STILL = 0.01  # of an exponent
PHASES = {
    Phase.KERNEL: ("the kernel phase of the linear network", "kernel", FATES[Fate.NO_ALIGNMENT].colour),
    Phase.FEATURE: ("its feature phase, at the boundary", "alignment", FATES[Fate.FULL_ALIGNMENT].colour),
    Phase.DIVERGING: (
        "its feature phase, where the kernel diverges",
        "rescaling",
        FATES[Fate.PARTIAL_ALIGNMENT].colour,
    ),
}
NETWORK = {"colour": LIGHT["network"], "fate": "learnt"}
WAITING = {"colour": LIGHT["muted"], "fate": "waiting"}
ABSENCE = {"colour": LIGHT["undecided"], "fate": "absent"}
LAYERS = "₀₁₂₃₄₅₆₇₈"


def words(
    state: ImagesState, runs: ImageRuns, about: About | None, notes: Sequence[str], extra: str = ""
) -> dict[str, Any]:
    """The sentences of a result, notes on it and on where it comes from, a text for each figure."""
    said = {"scale": _scale, "width": _paths, "initialisation": _paths, "unlearning": _unlearning}[state.experiment]
    sentences, fates = said(state, runs) if alive(runs) else ([ENDED], [ABSENCE])
    told = [*_halted(runs), *notes, settings(state, about), *_notes(state, runs, about)]
    return {"runs": sentences, "fates": fates, "notes": [*told, *([extra] if extra else [])], "figures": _texts(state)}


def awaited(state: ImagesState, wrong: str, about: About | None) -> dict[str, Any]:
    """What is said before anything is known."""
    if wrong:
        return {"runs": [wrong], "fates": [ABSENCE], "notes": [], "figures": _texts(state)}
    arguments = state.arguments()
    networks = len(state.values) * len(state.groups) * len(arguments["seeds"])
    sentence = (
        f"{counted(networks, 'network learns', 'networks learn')} beside the server, "
        f"{counted(arguments['epochs'], 'epoch')}{' each' if networks > 1 else ''}, from "
        f"{about.words if about else 'images'}; what is known of them comes as they learn."
    )
    notes = [settings(state, about)]
    notes += [] if state.kept else ["There are no kept results for these settings: they are computed live."]
    return {"runs": [sentence], "fates": [WAITING], "notes": notes, "figures": _texts(state)}


def settings(state: ImagesState, about: About | None) -> str:
    """The networks and how they learn, all of it explicit."""
    asked = state.arguments(about.values) if about else state.arguments()
    depth = asked.get("depth", 2)
    width = f" of {counted(asked['width'], 'neuron')}{' each' if depth > 2 else ''}" if "width" in asked else ""
    layers = f"Networks of {depth} layers of weights, {depth - 1} hidden{width}"
    if state.experiment == "unlearning":
        how = f"step η/m = {shown(asked['step'], 3)}, all images at once, the first layer on the sphere"
    else:
        where = {"scale": "σ = 1", "width": "n = 64", "initialisation": "κ = 1"}[state.experiment]
        bent = "ReLU" if state.activation == "relu" else "linear"
        how = f"{bent}, η = {shown(asked['rate'], 3)} at {where}, batches of {asked['batch']}"
    return f"{layers}: {how}; {counted(asked['epochs'], 'epoch')}."


def going(runs: ImageRuns) -> str:
    """How far a run is."""
    count = len(runs.settings) * len(runs.seeds)
    done = int(np.isfinite(runs.norm[:, :, -1]).sum()) + len(runs.halted)
    return f"Networks that have learnt: {done} of {count}."


def kept_by(kept: Kept, name: str, runs: ImageRuns) -> str:
    """Where kept results come from."""
    tools = ", ".join(f"{tool} {number}" for tool, number in kept.versions.items())
    return (
        f"Kept results: computed on {kept.date} with {tools}; {_seeds(runs)}, split of the images by seed "
        f"{kept.split_seed}; {_networks(runs)} in {shown(kept.seconds[name], 3)} s."
    )


def replay(kept: Kept, name: str, runs: ImageRuns) -> str:
    """What kept results are, beside the button that computes them again."""
    return f"Kept results of {kept.date}: {_networks(runs)}, computed in {about_time(kept.seconds[name])}."


def status(kept: Kept, name: str, runs: ImageRuns) -> str:
    """How it was computed."""
    how = "computed live" if name == "live" else "kept results"
    return (
        f"{how} of {kept.date} · {_networks(runs)}, {_seeds(runs)} · "
        f"learnt from {runs.images} · {shown(kept.seconds[name], 3)} s · lines: means over seeds; bands: from the "
        "least to the largest"
    )


def targets(state: ImagesState, split: ImageSplit) -> list[str]:
    """Of unlearning: the coefficients of each target along its direction."""
    if state.experiment != "unlearning":
        return []
    found = [split.task(name) for name in state.groups]  # type: ignore[arg-type]  # as the core names them
    told = [
        f"{SHORT[task.name]}: c*₁ = {shown(task.hermite(1), 2)}, c*₂ = {shown(task.hermite(2), 2)}" for task in found
    ]
    return [f"Coefficients of the targets along their direction: {'; '.join(told)}."]


def _scale(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    (numbers,) = alive(runs).values()
    sigma = [runs.settings[j].value for j in numbers]
    accuracy, norm = _last(runs, "accuracy")[numbers], _last(runs, "norm")[numbers]
    best = int(np.nanargmax(accuracy))
    said = [
        f"{state.depth} layers, at the end: the test accuracy is {shown(accuracy[0], 2)} at σ = {shown(sigma[0], 3)}, "
        f"{shown(accuracy[best], 2)} at best, at σ = {shown(sigma[best], 3)}, and {shown(accuracy[-1], 2)} at σ = "
        f"{shown(sigma[-1], 3)}; the weight norm goes from {shown(norm[0], 3)} to {shown(norm[-1], 3)}."
    ]
    turned = [(k, _turned(runs, k)[numbers]) for k in range(2, state.depth + 1)]
    last = turned[-1][1]
    closes = [shown(s, 3) for s, change in zip(sigma, last, strict=True) if change < -TURNED]
    opens = [shown(s, 3) for s, change in zip(sigma, last, strict=True) if change > TURNED]
    course = [f"closes by more than {TURNED:g}° at σ = {', '.join(closes)} (it aligns)"] if closes else []
    course += [f"opens by more than {TURNED:g}° at σ = {', '.join(opens)} (it disaligns)"] if opens else []
    said.append(
        f"The angle ζ{LAYERS[state.depth]} of the last layer {' and '.join(course) or f'turns by {TURNED:g}° at most'}."
    )
    if len(turned) > 1:
        others = np.array([change for _, change in turned[:-1]])
        said.append(
            f"The other layers' angles change by {shown(float(others[:, 0].min()), 2)}° to "
            f"{shown(float(others[:, 0].max()), 2)}° at σ = {shown(sigma[0], 3)}, and by "
            f"{shown(float(others[:, -1].min()), 2)}° to {shown(float(others[:, -1].max()), 2)}° at σ = "
            f"{shown(sigma[-1], 3)}."
        )
    return said, [NETWORK] * len(said)


def _paths(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    paths = WIDTH_PATHS if state.experiment == "width" else INITIALISATION_PATHS
    symbol = VARIED[state.experiment][0]
    best, moved, kernel = (_last(runs, name) for name in ("best", "moved", "kernel"))
    said, fates = [], []
    for name, numbers in alive(runs).items():
        phase, fate, colour = PHASES[scaling_phase(paths[name]).phase]
        last = numbers[-1]
        text = (
            f"{name}: {phase}. At {symbol} = {shown(float(runs.settings[last].value), 4)} the best test accuracy is "
            f"{shown(best[last], 3)}, the weights have moved by {shown(moved[last], 2)} of their norm, and the kernel "
            f"is {shown(kernel[last], 3)} times that of the start"
        )
        if len(numbers) > 1:
            values = [float(runs.settings[j].value) for j in numbers[-2:]]
            with np.errstate(all="ignore"):
                slope = log(values[1] / values[0]) and float(
                    np.log(moved[numbers[-1]] / moved[numbers[-2]]) / log(values[1] / values[0])
                )
            text += (
                f"; between the last two the distance goes like {symbol}^({shown(slope, 2)})"
                if abs(slope) > STILL
                else "; between the last two the distance stays"
            )
        said.append(f"{text}.")
        fates.append({"colour": colour, "fate": fate})
    return said, fates


def _unlearning(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    said, fates = [], []
    for name, numbers in alive(runs).items():
        lost = [_lost(runs, j) for j in numbers]
        peaks = [float(np.nanmax(_means(runs, "R")[j])) for j in numbers]
        a = [_ends(runs, "a", j) for j in numbers]
        loss = [_ends(runs, "loss", j) for j in numbers]
        starts = ", ".join(shown(float(runs.settings[j].value), 3) for j in numbers)
        said.append(
            f"{SHORT[name][0].upper()}{SHORT[name][1:]}, from a = {starts}: R rises to "
            f"{_each(peaks, 2)}; {_each([100 * one for one in lost], 2)} % of that is lost at the end, while a goes to "
            f"{_each([end for _, end in a], 3)} and the test loss falls to {_each([end for _, end in loss], 2)}."
        )
        unlearns = min(lost) > LOST
        fate = Fate.UNLEARNING if unlearns else Fate.UNDECIDED
        fates.append({"colour": FATES[fate].colour, "fate": fate.name})
    return said, fates


def _notes(state: ImagesState, runs: ImageRuns, about: About | None) -> list[str]:
    """What the papers say, what stands for what, and where the two part."""
    digits = runs.images == "digits"
    if state.experiment == "scale":
        stands = " Its pictures are of MNIST and CIFAR-10, that of the accuracy over σ of a ResNet-18; "
        notes = [
            "The paper: a larger initialization scale σ makes accuracy and alignment worse and the norm larger."
            f"{stands}here a fully connected network{' on 8 × 8 digits' if digits else ''} stands for these.",
            *_unfitted(state, runs, about),
            "cos² ζₖ is the share of |Wₖ|² |h|² that layer k puts out of what it is fed, h; for weights drawn afresh "
            "it is 1 over the number of inputs: chance. The rate falls where the kernel at the start is larger, like "
            f"σ^(−{2 * (state.depth - 1)}), to a tenfold of its value at σ = 1 at most.",
        ]
        return notes
    if state.experiment == "width":
        return [
            "The paper: whether a wide network learns features is decided by how γ and η go with its width. In the "
            "kernel phase the weights move less and less; in the feature phase they go on moving. All four choices "
            "are the same network at n = 64. The phases are those of a linear network of one output; these are ReLU "
            "networks of several." if state.activation == "relu" else "The paper: whether a wide network learns "
            "features is decided by how γ and η go with its width. All four choices are the same network at n = 64.",
        ]  # fmt: skip
    if state.experiment == "initialisation":
        return [
            "The paper: at a fixed width too, scales that go to infinity lead to a kernel phase or to a feature phase, "
            "by the way in which they go; making the output large, as in lazy training, is but one way. All are the "
            "same network at κ = 1. With both scales, γ ∝ κ^(−2) and η ∝ κ^2 nothing changes at all, exactly."
        ]
    lost = {name: min(_lost(runs, j) for j in numbers) for name, numbers in alive(runs).items()}
    both = len(lost) == 2 and min(lost.values()) > LOST
    return [
        "What is asked of the images: does the alignment R of the first layer with the task's leading direction rise "
        "and fall again while the second layer grows and the loss falls, as in the unlearning of the single-index "
        "model? R is a mean over neurons; f less its mean takes part in the loss, as the analysis has it.",
        *(
            [
                "The two targets are opposite, and so are the signs of c*₂ along their direction: by the planar theory "
                "only one of them would unlearn. Here both do: images are neither Gaussian nor of a single index, and "
                f"{counted(state.arguments()['width'], 'neuron learns', 'neurons learn')} other directions as well. "
                "That sign does not decide here."
            ]
            if both
            else []
        ),
    ]


def _unfitted(state: ImagesState, runs: ImageRuns, about: About | None) -> list[str]:
    """Where the training images are not fitted either."""
    going = alive(runs)
    if about is None or not going:
        return []
    (numbers,) = going.values()
    classes = about.classes
    zero = 0.5 * (1.0 - 1.0 / classes) if state.loss == "squared" else log(classes)
    left = _last(runs, "train")
    bad = [j for j in numbers if not left[j] <= HOPELESS * zero]
    if not bad:
        return []
    return [
        f"At σ = {', '.join(shown(runs.settings[j].value, 3) for j in bad)} the training images are not fitted either: "
        f"at σ = {shown(runs.settings[bad[0]].value, 3)} a training loss of {shown(left[bad[0]], 2)} is left, where "
        f"f = 0 has {shown(zero, 2)}. What is seen there is not generalisation alone."
    ]


def _halted(runs: ImageRuns) -> list[str]:
    """Runs that have diverged."""
    if not runs.halted:
        return []
    j, i, sentence = runs.halted[0]
    symbol = VARIED[runs.experiment][0]
    which = f"{runs.settings[j].group}, {symbol} = {shown(float(runs.settings[j].value), 4)}, seed {runs.seeds[i]}"
    return [
        f"{counted(len(runs.halted), 'network ends', 'networks end')} early. What is known is shown until then, and "
        f"not over {symbol} where no seed comes to its end; the first ({which}): {sentence}"
    ]


def _texts(state: ImagesState) -> dict[str, str]:
    """The figures for a screen reader."""
    values = ", ".join(shown(value, 4) for value in state.values)
    symbol, what = VARIED[state.experiment]
    seen = {
        "scale": "Test accuracy, weight norm and the angles of all layers but the first",
        "width": "Best test accuracy and relative distance from the start",
        "initialisation": "Best test accuracy, relative distance from the start and kernel ratio",
        "unlearning": "R–a plane: alignment of the first layer across, second layer up",
    }[state.experiment]
    over = {
        "scale": "Angles of all layers but the first, test accuracy and weight norm",
        "unlearning": "R, a, test loss and kernel distance",
    }.get(state.experiment, "The chosen quantity, a row for each choice of γ and η,")
    return {"plane": f"{seen}, for the {what} {values}.", "panels": f"{over} over training, a line for each {symbol}."}


def _means(runs: ImageRuns, name: str) -> np.ndarray:
    return over_seeds(quantity(runs, name))[0]


def _last(runs: ImageRuns, name: str) -> np.ndarray:
    """The last value of each setting that is known."""
    means = _means(runs, name)
    places = np.where(np.isfinite(means), np.arange(means.shape[1]), 0).max(axis=1)
    return np.asarray(np.take_along_axis(means, places[:, None], axis=1)[:, 0])


def _turned(runs: ImageRuns, k: int) -> np.ndarray:
    return _last(runs, f"zeta{k}") - _means(runs, f"zeta{k}")[:, 0]


def _lost(runs: ImageRuns, j: int) -> float:
    """What share of the largest R is lost at the end."""
    R = _means(runs, "R")[j]
    R = R[np.isfinite(R)]
    return float(1.0 - R[-1] / R.max()) if R.size and R.max() > 0 else 0.0


def _ends(runs: ImageRuns, name: str, j: int) -> tuple[float, float]:
    values = _means(runs, name)[j]
    values = values[np.isfinite(values)]
    return (float(values[0]), float(values[-1])) if values.size else (float("nan"), float("nan"))


def _each(values: Sequence[float], digits: int) -> str:
    return ", ".join(shown(value, digits) for value in values)


def _networks(runs: ImageRuns) -> str:
    return counted(len(runs.settings) * len(runs.seeds), "network")


def _seeds(runs: ImageRuns) -> str:
    return f"{'seed' if len(runs.seeds) == 1 else 'seeds'} {', '.join(map(str, runs.seeds))}"
