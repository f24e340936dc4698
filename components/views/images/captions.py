"""Sentences of the Real images view: what was measured, what the papers say, and how it was computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from typing import Any

import numpy as np

from components.core.formatting import format_duration as about_time
from components.core.formatting import format_number, pluralize
from components.core.network_groups import each, has_representative_mean
from components.ui.theme import FATES, LIGHT
from components.views.images import alt_text
from components.views.images.columns import active_settings, quantity
from components.views.images.experiments import EXPERIMENTS
from components.views.images.figures import SHORT
from components.views.images.image_store import DatasetInfo
from components.views.images.state import MAX_ENTROPY_RATE, MAX_SQUARED_RATE, ImagesState
from dynamics import Fate, scaling_phase
from dynamics.images import ImageRuns, ImageSplit, SavedResults
from dynamics.images.training import MEASURED
from dynamics.linear_network import Phase

ABSENT = (
    "The images {} are not kept on this server: they were never given to it, or have made room for others. "
    "Choose the file again, or go back to the digits."
)
ENDED = "Every network ends early, so there is nothing to tell."
MAX_LOSS_RATIO = 2.0  # between training losses; above it networks have not been trained equally far
MIN_ANGLE_CHANGE = 1.0  # degrees; a smaller change is not described
MIN_LOST_FRACTION = 0.05  # of the peak; a smaller loss of R is not called unlearning
MIN_PEAK = 0.02  # of |R|; below it no lost fraction is shown
MIN_EXPONENT = 0.01  # of the distance over the width; below it the distance is called constant
PHASES = {
    Phase.KERNEL: ("the kernel phase of the linear network", "kernel", FATES[Fate.NO_ALIGNMENT].color),
    Phase.FEATURE: ("its feature phase, at the boundary", "alignment", FATES[Fate.FULL_ALIGNMENT].color),
    Phase.DIVERGING: (
        "its feature phase, where the kernel diverges",
        "rescaling",
        FATES[Fate.PARTIAL_ALIGNMENT].color,
    ),
}
NETWORK = {"color": LIGHT["network"], "fate": "learnt"}
WAITING = {"color": LIGHT["muted"], "fate": "waiting"}
ABSENCE = {"color": LIGHT["undecided"], "fate": "absent"}
LAYERS = "₀₁₂₃₄₅₆₇₈"


def text_data(
    state: ImagesState, runs: ImageRuns, about: DatasetInfo | None, notes: Sequence[str], extra: str = ""
) -> dict[str, Any]:
    """Return the sentences of a result, its notes, its links and a text for each figure."""
    describe = {"scale": _scale, "width": _paths, "initialisation": _paths, "unlearning": _unlearning}[state.experiment]
    sentences, fates = describe(state, runs) if active_settings(runs) else ([ENDED], [ABSENCE])
    described = [*_halted(runs), *notes, settings(state, about), *_notes(state, runs, about)]
    notes = [*described, *([extra] if extra else [])]
    return {
        "runs": sentences,
        "fates": fates,
        "notes": notes,
        "links": links(state),
        "figures": alt_text.figures(state),
    }


def links(state: ImagesState) -> list[dict[str, str]]:
    """Return the link from the squared loss over σ to the cross entropy, with which networks fit their training
    images."""
    if state.experiment != "scale" or state.loss != "squared":
        return []
    other = state.model_copy(update={"loss": "entropy", "rate": None, "epochs": None})
    text = "Open the same with the cross entropy, which can be fitted from a large σ too"
    return [{"text": text, "href": f"/lab/images?{other.query()}"}]


def before_results(state: ImagesState, reason: str, about: DatasetInfo | None) -> dict[str, Any]:
    """Return the text that is shown before there are results. reason: why the state cannot be computed; "" if it
    can."""
    if reason:
        return {"runs": [reason], "fates": [ABSENCE], "notes": [], "figures": alt_text.figures(state)}
    arguments = state.arguments()
    networks = len(state.values) * len(state.groups) * len(arguments["seeds"])
    sentence = (
        f"{pluralize(networks, 'network is', 'networks are')} training for {pluralize(arguments['epochs'], 'epoch')}"
        f"{' each' if networks > 1 else ''} on {about.summary if about else 'images'}; results appear as they come in."
    )
    notes = [settings(state, about)]
    notes += [] if state.bundled else ["There are no kept results for these settings: they are computed live."]
    return {"runs": [sentence], "fates": [WAITING], "notes": notes, "figures": alt_text.figures(state)}


def settings(state: ImagesState, about: DatasetInfo | None) -> str:
    """Describe the networks and their training, with every parameter."""
    arguments = state.arguments(about.values) if about else state.arguments()
    depth = arguments.get("depth", 2)
    width = (
        f" of {pluralize(arguments['width'], 'neuron')}{' each' if depth > 2 else ''}" if "width" in arguments else ""
    )
    layers = f"Networks of {depth} layers of weights, {depth - 1} hidden{width}"
    if state.experiment == "unlearning":
        training = (
            f"step η/m = {format_number(arguments['step'], 3)}, all images at once, the first layer on the sphere"
        )
    else:
        where = EXPERIMENTS[state.experiment].unit
        activation = "ReLU" if state.activation == "relu" else "linear"
        loss = (
            f"{arguments['loss']}{' loss' if arguments['loss'] == 'squared' else ''}, " if "loss" in arguments else ""
        )
        training = (
            f"{activation}, {loss}η = {format_number(arguments['rate'], 3)} at {where}, batches of {arguments['batch']}"
        )
    return f"{layers}: {training}; {pluralize(arguments['epochs'], 'epoch')}."


def progress(runs: ImageRuns) -> str:
    """Describe the progress of a job."""
    count = len(runs.settings) * len(runs.seeds)
    done = int(np.isfinite(runs.norm[:, :, -1]).sum()) + len(runs.halted)
    return f"Networks trained: {done} of {count}."


def provenance(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe when and with which versions bundled results were computed."""
    tools = ", ".join(f"{tool} {number}" for tool, number in saved.versions.items())
    return (
        f"Kept results: computed on {saved.date} with {tools}; {_seeds(runs)}, split of the images by seed "
        f"{saved.split_seed}; {_networks(runs)} in {format_number(saved.seconds[name], 3)} s."
    )


def replay(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe bundled results, for the line with the button that computes them again."""
    return f"Kept results of {saved.date}: {_networks(runs)}, computed in {about_time(saved.seconds[name])}."


def status(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe how the results were computed."""
    how = "computed live" if name == "live" else "kept results"
    return (
        f"{how} of {saved.date} · {_networks(runs)}, {_seeds(runs)} · "
        f"learnt from {runs.images} · {format_number(saved.seconds[name], 3)} s · lines: means over seeds, where one "
        "is "
        "near; bands: from the least to the largest"
    )


def targets(state: ImagesState, split: ImageSplit) -> list[str]:
    """Return the coefficients of each target of the unlearning experiment along its direction, as sentences."""
    if state.experiment != "unlearning":
        return []
    tasks = [split.task(name) for name in state.groups]  # type: ignore[arg-type]  # as the core names them
    coefficients = [
        f"{SHORT[task.name]}: c*₁ = {format_number(task.hermite(1), 2)}, c*₂ = {format_number(task.hermite(2), 2)}"
        for task in tasks
    ]
    return [f"Coefficients of the targets along their direction: {'; '.join(coefficients)}."]


def _scale(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    (numbers,) = active_settings(runs).values()
    sigma = [format_number(float(runs.settings[j].value), 3) for j in numbers]
    accuracy, norm, start = (
        one[numbers] for one in (_final(runs, "accuracy"), _final(runs, "norm"), quantity(runs, "norm")[:, :, 0])
    )
    sentences = [_fit(runs, numbers, "σ")]
    ends = sorted({0, len(numbers) - 1})
    tested = " and ".join(f"{_seeds_of(accuracy[i], 3)} at σ = {sigma[i]}" for i in ends)
    grown = "; ".join(
        f"{_seeds_of(start[i], 3)} before training and {_seeds_of(norm[i], 3)} after it at σ = {sigma[i]}" for i in ends
    )
    sentences.append(
        f"{state.depth} layers, at the end: the test accuracy is {tested}; the weight norm is {grown}."
        + (" Of two σ the larger ends with the larger norm." if len(numbers) > 1 and _rises(norm) else "")
    )
    angle_changes = _angle_changes(runs, state.depth)[numbers]
    defined = [
        (s, change[np.isfinite(change)])
        for s, change in zip(sigma, angle_changes, strict=True)
        if np.isfinite(change).any()
    ]
    closes = [s for s, change in defined if change.max() < -MIN_ANGLE_CHANGE]
    opens = [s for s, change in defined if change.min() > MIN_ANGLE_CHANGE]
    changes = [f"closes by more than {MIN_ANGLE_CHANGE:g}° at σ = {', '.join(closes)} (it aligns)"] if closes else []
    changes += [f"opens by more than {MIN_ANGLE_CHANGE:g}° at σ = {', '.join(opens)} (it disaligns)"] if opens else []
    seeds = "With every seed" if np.isfinite(angle_changes).all() else "With every seed for which it is defined"
    still = f"turns by {_from_to(angle_changes)}, depending on σ and seed" if defined else "is not defined at the end"
    sentences.append(
        f"{seeds} the angle ζ{LAYERS[state.depth]} of the last layer {' and '.join(changes)}."
        if changes
        else f"The angle ζ{LAYERS[state.depth]} of the last layer {still}."
    )
    if state.depth > 2 and defined:
        others = np.stack([_angle_changes(runs, k)[numbers] for k in range(2, state.depth)])
        parts = " and ".join(f"by {_from_to(others[:, i])} at σ = {sigma[i]}" for i in ends)
        sentences.append(f"The other layers' angles change {parts}.")
    return sentences, [NETWORK] * len(sentences)


def _fit(runs: ImageRuns, numbers: Sequence[int], symbol: str) -> str:
    """Describe whether the training images are fitted: the paper's condition for comparing test accuracies."""
    trained = _final(runs, "train_accuracy")[numbers]
    if not np.isfinite(trained).any():
        return "The training accuracy of these results is not known."
    value = [format_number(float(runs.settings[j].value), 4) for j in numbers]
    fitted = [bool(np.nanmin(one) == 1.0) if np.isfinite(one).any() else False for one in trained]
    if all(fitted):
        where = f"at each {symbol}" if len(numbers) > 1 else f"at {symbol} = {value[0]}"
        return (
            f"Every network classifies all of its training images at the end (training accuracy 1 {where}, with every "
            "seed), as the paper asks: the test accuracies can be compared."
        )
    unfitted = ", ".join(f"{_seeds_of(one, 3)} at {value[i]}" for i, one in enumerate(trained) if not fitted[i])
    fitted_values = ", ".join(one for one, fits in zip(value, fitted, strict=True) if fits)
    where = f"only at {symbol} = {fitted_values}" if fitted_values else f"at no {symbol}"
    return (
        f"The training images are fitted (training accuracy 1 with every seed) {where}: "
        f"the training accuracy is {unfitted}. Where it is far below 1, the test accuracy says little about "
        "generalization: a network that has not been trained far enough is wrong on both."
    )


def _paths(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    experiment = EXPERIMENTS[state.experiment]
    paths, symbol = experiment.paths, experiment.symbol
    best, moved, kernel, train, trained = (
        _final(runs, name) for name in ("best", "moved", "kernel", "train", "train_accuracy")
    )
    sentences, fates = [], []
    for name, numbers in active_settings(runs).items():
        phase, fate, color = PHASES[scaling_phase(paths[name]).phase]
        last = numbers[-1]
        fit = f"training accuracy {_seeds_of(trained[last], 3)} and " if np.isfinite(trained[last]).any() else ""
        text = (
            f"{name}: {phase}. At {symbol} = {format_number(float(runs.settings[last].value), 4)} the best test "
            "accuracy is "
            f"{_seeds_of(best[last], 3)}, with {fit}training loss {_seeds_of(train[last], 2)} at the end; the weights "
            f"have moved by {_seeds_of(moved[last], 2)} of their initial norm, and the kernel is "
            f"{_seeds_of(kernel[last], 3)} times its initial size"
        )
        last_two = moved[numbers[-2:]]
        if len(numbers) > 1 and has_representative_mean(last_two, axis=1).all():
            ratio = float(runs.settings[numbers[-1]].value) / float(runs.settings[numbers[-2]].value)
            with np.errstate(all="ignore"):
                slope = float(np.log(np.nanmean(last_two[1]) / np.nanmean(last_two[0])) / log(ratio))
            text += (
                f"; between the last two {symbol} that distance changes like {symbol}^({format_number(slope, 2)})"
                if abs(slope) > MIN_EXPONENT
                else f"; between the last two {symbol} that distance stays"
            )
        sentences.append(f"{text}.")
        fates.append({"color": color, "fate": fate})
    return sentences, fates


def _unlearning(state: ImagesState, runs: ImageRuns) -> tuple[list[str], list[dict[str, str]]]:
    sentences, fates = [], []
    for name, numbers in active_settings(runs).items():
        lost_fraction, R = (np.array([measure(runs, j) for j in numbers]) for measure in (_lost_fractions, _peaks))
        a, losses, initial_loss = _final(runs, "a"), _final(runs, "loss"), quantity(runs, "loss")[:, :, 0]
        trained = _final(runs, "train_accuracy")[numbers].ravel()
        starts = ", ".join(format_number(float(runs.settings[j].value), 3) for j in numbers)
        end = _final(runs, "R")[numbers]
        unlearns = bool(np.nanmin(np.abs(R)) > MIN_PEAK and np.nanmin(lost_fraction) > MIN_LOST_FRACTION)
        lost_text = (
            f": {_listed(100 * lost_fraction, 2)} % of the peak is lost"
            if unlearns and np.nanmax(lost_fraction) <= 1.0
            else ""
        )
        fit = f"; the training accuracy is {_seeds_of(trained, 3)}" if np.isfinite(trained).any() else ""
        falls = bool(np.nanmax(losses[numbers] - initial_loss[numbers]) < 0)
        sentences.append(
            f"{SHORT[name][0].upper()}{SHORT[name][1:]}, from a = {starts}: R reaches {_listed(R, 2)} and is "
            f"{_listed(end, 2)} at the end{lost_text}; there a is {_listed(a[numbers], 3)} and the test loss "
            f"{'has fallen to' if falls else 'is'} {_listed(losses[numbers], 2)}{fit}."
        )
        fate = Fate.UNLEARNING if unlearns else Fate.UNDECIDED
        fates.append({"color": FATES[fate].color, "fate": fate.name})
    return sentences, fates


def _notes(state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
    """Return what the papers say, what represents what here, and where the two differ."""
    digits = runs.images == "digits"
    if state.experiment == "scale":
        represents = " Its pictures are of MNIST and CIFAR-10, that of the accuracy over σ of a ResNet-18; "
        power, max_rate = (
            (2 * (state.depth - 1), MAX_SQUARED_RATE)
            if state.loss == "squared"
            else (state.depth - 2, MAX_ENTROPY_RATE)
        )
        falls = f" falls like σ^(−{power}) and" if power else ""
        return [
            "The paper compares networks that all reach 100 % training accuracy: there a larger initialization scale σ "
            f"makes test accuracy and alignment worse and the norm larger.{represents}here a fully connected network"
            f"{' on 8 × 8 digits' if digits else ''} stands for these.",
            *_measured_on(state, about),
            *_unfitted(state, runs, about),
            "ζₖ is this project's generalization of the paper's angle to layers of several outputs: cos² ζₖ is the "
            "share of |Wₖ|² |h|² that layer k puts out of its input h. For one output, linear layers and data on a "
            "line it is the paper's; for weights drawn afresh it is 1 over the number of inputs: chance.",
            f"The learning rate{falls} is at most {max_rate:g} times that at σ = 1.",
        ]
    if state.experiment == "width":
        return [
            "The paper: whether a wide network learns features is decided by how γ and η go with its width. In the "
            "kernel phase the weights move less and less; in the feature phase they go on moving. All choices here are "
            "the same network at n = 64.",
            *(
                ["The phases are those of a linear network of one output; these are ReLU networks of several."]
                if state.activation == "relu"
                else []
            ),
            *_measured_on(state, about),
            *_unlike(runs),
            "All choices here share one initialization, weights of the size n^(−1/2). That each of two initializations "
            "can be turned into either phase, which the paper's figure shows as well, is not represented here.",
        ]
    if state.experiment == "initialisation":
        return [
            "The paper: at a fixed width too, scales that go to infinity lead to a kernel phase or to a feature phase, "
            "by the way in which they go; making the output large, as in lazy training, is but one way. All are the "
            "same network at κ = 1. With both scales, γ ∝ κ^(−2) and η ∝ κ^2 nothing changes at all, exactly."
        ]
    lost_fractions = {
        name: min(float(np.nanmin(_lost_fractions(runs, j))) for j in numbers)
        for name, numbers in active_settings(runs).items()
    }
    both = len(lost_fractions) == 2 and min(lost_fractions.values()) > MIN_LOST_FRACTION
    spread = np.sqrt(np.maximum(_final_alignment(runs) ** 2 - _final(runs, "R") ** 2, 0.0))
    return [
        "What is asked of the images: does the alignment R of the first layer with the task's leading direction rise "
        "and fall again while the second layer grows and the loss falls, as in the unlearning of the single-index "
        "model? R is a mean over neurons, around which single ones spread by "
        f"{_from_to(spread, '')} (standard deviation, at the end); f less its mean takes part in the loss, as the "
        "analysis has it.",
        *(
            [
                "The two targets are opposite, and so are the signs of c*₂ along their direction: by the planar theory "
                "only one of them would unlearn. Here both do: images are neither Gaussian nor of a single index, and "
                f"{pluralize(state.arguments()['width'], 'neuron learns', 'neurons learn')} other directions as well. "
                "That sign does not decide here."
            ]
            if both
            else []
        ),
    ]


def _measured_on(state: ImagesState, about: DatasetInfo | None) -> list[str]:
    """Return which training images loss and accuracy are measured on, if not on all of them."""
    if about is None or min(about.images, state.most) <= MEASURED:
        return []
    return [f"Training accuracy and training loss are measured on the first {MEASURED:,} training images at most."]


def _unlike(runs: ImageRuns) -> list[str]:
    """Return a note if, at the largest width, the choices have not been trained equally far."""
    losses = {
        name: float(np.nanmax(_final(runs, "train")[numbers[-1]])) for name, numbers in active_settings(runs).items()
    }
    if len(losses) < 2 or max(losses.values()) <= MAX_LOSS_RATIO * min(losses.values()):
        return []
    smallest, largest = min(losses, key=lambda name: losses[name]), max(losses, key=lambda name: losses[name])
    return [
        "All are trained for the same number of epochs, not equally far: at the largest width the training loss is "
        f"still {format_number(losses[largest], 2)} with {largest}, and {format_number(losses[smallest], 2)} with "
        f"{smallest}. "
        "Differences of "
        "accuracy between choices are in part differences of time, not of phase."
    ]


def _unfitted(state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
    """Return a note on the settings whose training loss is at least that of f = 0: nothing has been learned there."""
    progress = active_settings(runs)
    if about is None or not progress:
        return []
    (numbers,) = progress.values()
    zero = 0.5 * (1.0 - 1.0 / about.classes) if state.loss == "squared" else log(about.classes)
    trained, losses = _final(runs, "train_accuracy"), _final(runs, "train")
    with np.errstate(invalid="ignore"):
        fits = [bool(np.isfinite(one).any() and (one[np.isfinite(one)] == 1.0).all()) for one in trained]
        bad = [j for j in numbers if np.nanmax(losses[j]) >= zero and not fits[j]]
    if not bad:
        return []
    worst = max(bad, key=lambda j: float(np.nanmax(losses[j])))
    return [
        f"At σ = {', '.join(format_number(float(runs.settings[j].value), 3) for j in bad)} the training loss ends "
        "above that "
        f"of f = 0, {format_number(zero, 2)}, for one seed at least; at σ = "
        f"{format_number(float(runs.settings[worst].value), 3)} it "
        f"is {_seeds_of(losses[worst], 3)}."
    ]


def _halted(runs: ImageRuns) -> list[str]:
    """Return a note on the runs that have diverged."""
    if not runs.halted:
        return []
    j, i, sentence = runs.halted[0]
    symbol = EXPERIMENTS[runs.experiment].symbol
    which = (
        f"{runs.settings[j].group}, {symbol} = {format_number(float(runs.settings[j].value), 4)}, seed {runs.seeds[i]}"
    )
    return [
        f"{pluralize(len(runs.halted), 'network ends', 'networks end')} early. What is known is shown until then, and "
        f"not over {symbol} where no seed comes to its end; the first ({which}): {sentence}"
    ]


def _final(runs: ImageRuns, name: str) -> np.ndarray:
    """Return the last values of each setting (settings, seeds); nan for seeds that ended early."""
    return _at_end(runs, quantity(runs, name))


def _final_alignment(runs: ImageRuns) -> np.ndarray:
    return _at_end(runs, runs.alignment)


def _at_end(runs: ImageRuns, values: np.ndarray) -> np.ndarray:
    recorded = np.isfinite(runs.norm).any(axis=1)
    last = np.where(recorded, np.arange(recorded.shape[1]), 0).max(axis=1)
    reached_end = np.take_along_axis(np.isfinite(runs.norm), last[:, None, None], axis=2)[:, :, 0]
    return np.where(reached_end, np.take_along_axis(values, last[:, None, None], axis=2)[:, :, 0], np.nan)


def _angle_changes(runs: ImageRuns, k: int) -> np.ndarray:
    """Return the change of the angle of layer k, in degrees (settings, seeds)."""
    return _final(runs, f"zeta{k}") - quantity(runs, f"zeta{k}")[:, :, 0]


def _peaks(runs: ImageRuns, j: int) -> np.ndarray:
    """Return the R of largest size of each seed."""
    R = quantity(runs, "R")[j]
    peaks = np.where(np.isfinite(R), np.abs(R), -1.0).argmax(axis=1)
    return np.asarray(R[np.arange(len(R)), peaks])


def _lost_fractions(runs: ImageRuns, j: int) -> np.ndarray:
    """Return the fraction of its largest R that each seed has lost at the end; nan for one that ended early."""
    peak, end = _peaks(runs, j), _final(runs, "R")[j]
    return np.divide(peak - end, peak, out=np.where(np.isfinite(end), 0.0, np.nan), where=peak != 0)


def _rises(values: np.ndarray) -> bool:
    """Return whether all seeds of a setting have larger values than all seeds of the one before."""
    return all(np.nanmax(lower) < np.nanmin(upper) for lower, upper in pairwise(values))


def _seeds_of(values: np.ndarray, digits: int) -> str:
    """Return one number, or the range of the values that agree."""
    return each(values, digits, "seed", 1)


def _listed(values: Iterable[np.ndarray], digits: int) -> str:
    """Return the values of each setting, separated by commas."""
    return ", ".join(_seeds_of(one, digits) for one in values)


def _from_to(values: np.ndarray, unit: str = "°") -> str:
    if not np.isfinite(values).any():
        return "an undefined angle"
    low, high = format_number(float(np.nanmin(values)), 2), format_number(float(np.nanmax(values)), 2)
    return f"{low}{unit}" if low == high else f"{low}{unit} to {high}{unit}"


def _networks(runs: ImageRuns) -> str:
    return pluralize(len(runs.settings) * len(runs.seeds), "network")


def _seeds(runs: ImageRuns) -> str:
    return f"{'seed' if len(runs.seeds) == 1 else 'seeds'} {', '.join(map(str, runs.seeds))}"
