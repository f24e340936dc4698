"""Sentences of each experiment of the Real images view: what was measured, and what the papers say of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import numpy as np

from components.core.formatting import pluralize
from components.views.images.experiments import EXPERIMENTS
from components.views.images.image_store import DatasetInfo
from components.views.images.measures import (
    angle_changes,
    final,
    final_alignment,
    from_to,
    listed,
    lost_fractions,
    peaks,
    rises,
    seeds_of,
)
from components.views.images.state import MAX_ENTROPY_RATE, MAX_SQUARED_RATE, ImagesState
from dynamics import Fate, scaling_phase
from dynamics.images import ImageRuns, ImageSplit
from dynamics.images.training import MEASURED
from dynamics.linear_network import Phase
from dynamics.plotting.images import SHORT
from dynamics.plotting.images.columns import active_settings, quantity
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import FATES, LIGHT
from dynamics.simulation.run_groups import has_representative_mean

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
LAYERS = "₀₁₂₃₄₅₆₇₈"

Sentences = tuple[list[str], list[dict[str, str]]]  # the sentences of a result, and the style of each


class ExperimentCaptions(ABC):
    """The sentences of an experiment."""

    @abstractmethod
    def describe(self, state: ImagesState, runs: ImageRuns) -> Sentences:
        """Return what was measured."""

    @abstractmethod
    def notes(self, state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
        """Return what the papers say, what represents what here, and where the two differ."""

    def training(self, state: ImagesState, arguments: Mapping[str, Any]) -> str:
        """Return how the networks are trained."""
        activation = "ReLU" if state.activation == "relu" else "linear"
        loss = (
            f"{arguments['loss']}{' loss' if arguments['loss'] == 'squared' else ''}, " if "loss" in arguments else ""
        )
        where = EXPERIMENTS[state.experiment].unit
        return (
            f"{activation}, {loss}η = {format_number(arguments['rate'], 3)} at {where}, batches of {arguments['batch']}"
        )

    def links(self, state: ImagesState) -> list[dict[str, str]]:
        """Return links to what compares with the experiment."""
        return []

    def targets(self, state: ImagesState, split: ImageSplit) -> list[str]:
        """Return what the targets are, if they are more than the classes."""
        return []


class ScaleCaptions(ExperimentCaptions):
    """Test accuracy, norm and angles over the initialization scale."""

    def describe(self, state: ImagesState, runs: ImageRuns) -> Sentences:
        (numbers,) = active_settings(runs).values()
        sigma = [format_number(float(runs.settings[j].value), 3) for j in numbers]
        accuracy, norm, start = (
            one[numbers] for one in (final(runs, "accuracy"), final(runs, "norm"), quantity(runs, "norm")[:, :, 0])
        )
        sentences = [_fit(runs, numbers, "σ")]
        ends = sorted({0, len(numbers) - 1})
        tested = " and ".join(f"{seeds_of(accuracy[i], 3)} at σ = {sigma[i]}" for i in ends)
        grown = "; ".join(
            f"{seeds_of(start[i], 3)} before training and {seeds_of(norm[i], 3)} after it at σ = {sigma[i]}"
            for i in ends
        )
        sentences.append(
            f"{state.depth} layers, at the end: the test accuracy is {tested}; the weight norm is {grown}."
            + (" Of two σ the larger ends with the larger norm." if len(numbers) > 1 and rises(norm) else "")
        )
        turned = angle_changes(runs, state.depth)[numbers]
        defined = [
            (s, change[np.isfinite(change)])
            for s, change in zip(sigma, turned, strict=True)
            if np.isfinite(change).any()
        ]
        closes = [s for s, change in defined if change.max() < -MIN_ANGLE_CHANGE]
        opens = [s for s, change in defined if change.min() > MIN_ANGLE_CHANGE]
        changes = (
            [f"closes by more than {MIN_ANGLE_CHANGE:g}° at σ = {', '.join(closes)} (it aligns)"] if closes else []
        )
        changes += (
            [f"opens by more than {MIN_ANGLE_CHANGE:g}° at σ = {', '.join(opens)} (it disaligns)"] if opens else []
        )
        seeds = "With every seed" if np.isfinite(turned).all() else "With every seed for which it is defined"
        still = f"turns by {from_to(turned)}, depending on σ and seed" if defined else "is not defined at the end"
        sentences.append(
            f"{seeds} the angle ζ{LAYERS[state.depth]} of the last layer {' and '.join(changes)}."
            if changes
            else f"The angle ζ{LAYERS[state.depth]} of the last layer {still}."
        )
        if state.depth > 2 and defined:
            others = np.stack([angle_changes(runs, k)[numbers] for k in range(2, state.depth)])
            parts = " and ".join(f"by {from_to(others[:, i])} at σ = {sigma[i]}" for i in ends)
            sentences.append(f"The other layers' angles change {parts}.")
        return sentences, [NETWORK] * len(sentences)

    def notes(self, state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
        digits = runs.images == "digits"
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

    def links(self, state: ImagesState) -> list[dict[str, str]]:
        """Return the link from the squared loss to the cross entropy, with which networks fit their images."""
        if state.loss != "squared":
            return []
        other = state.model_copy(update={"loss": "entropy", "rate": None, "epochs": None})
        text = "Open the same with the cross entropy, which can be fitted from a large σ too"
        return [{"text": text, "href": f"/lab/images?{other.query()}"}]


class WidthCaptions(ExperimentCaptions):
    """Ways in which γ and η go with the width."""

    def describe(self, state: ImagesState, runs: ImageRuns) -> Sentences:
        experiment = EXPERIMENTS[state.experiment]
        paths, symbol = experiment.paths, experiment.axes.symbol
        best, moved, kernel, train, trained = (
            final(runs, name) for name in ("best", "moved", "kernel", "train", "train_accuracy")
        )
        sentences, fates = [], []
        for name, numbers in active_settings(runs).items():
            phase, fate, color = PHASES[scaling_phase(paths[name]).phase]
            last = numbers[-1]
            fit = f"training accuracy {seeds_of(trained[last], 3)} and " if np.isfinite(trained[last]).any() else ""
            text = (
                f"{name}: {phase}. At {symbol} = {format_number(float(runs.settings[last].value), 4)} the best test "
                "accuracy is "
                f"{seeds_of(best[last], 3)}, with {fit}training loss {seeds_of(train[last], 2)} at the end; the "
                f"weights have moved by {seeds_of(moved[last], 2)} of their initial norm, and the kernel is "
                f"{seeds_of(kernel[last], 3)} times its initial size"
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

    def notes(self, state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
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


class InitializationCaptions(WidthCaptions):
    """Ways in which the scales go to infinity at a fixed width."""

    def notes(self, state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
        return [
            "The paper: at a fixed width too, scales that go to infinity lead to a kernel phase or to a feature phase, "
            "by the way in which they go; making the output large, as in lazy training, is but one way. All are the "
            "same network at κ = 1. With both scales, γ ∝ κ^(−2) and η ∝ κ^2 nothing changes at all, exactly."
        ]


class UnlearningCaptions(ExperimentCaptions):
    """Alignment and second layer of networks that may unlearn."""

    def describe(self, state: ImagesState, runs: ImageRuns) -> Sentences:
        sentences, fates = [], []
        for name, numbers in active_settings(runs).items():
            lost_fraction, R = (np.array([measure(runs, j) for j in numbers]) for measure in (lost_fractions, peaks))
            a, losses, initial_loss = final(runs, "a"), final(runs, "loss"), quantity(runs, "loss")[:, :, 0]
            trained = final(runs, "train_accuracy")[numbers].ravel()
            starts = ", ".join(format_number(float(runs.settings[j].value), 3) for j in numbers)
            end = final(runs, "R")[numbers]
            unlearns = bool(np.nanmin(np.abs(R)) > MIN_PEAK and np.nanmin(lost_fraction) > MIN_LOST_FRACTION)
            lost_text = (
                f": {listed(100 * lost_fraction, 2)} % of the peak is lost"
                if unlearns and np.nanmax(lost_fraction) <= 1.0
                else ""
            )
            fit = f"; the training accuracy is {seeds_of(trained, 3)}" if np.isfinite(trained).any() else ""
            falls = bool(np.nanmax(losses[numbers] - initial_loss[numbers]) < 0)
            sentences.append(
                f"{SHORT[name][0].upper()}{SHORT[name][1:]}, from a = {starts}: R reaches {listed(R, 2)} and is "
                f"{listed(end, 2)} at the end{lost_text}; there a is {listed(a[numbers], 3)} and the test loss "
                f"{'has fallen to' if falls else 'is'} {listed(losses[numbers], 2)}{fit}."
            )
            fate = Fate.UNLEARNING if unlearns else Fate.UNDECIDED
            fates.append({"color": FATES[fate].color, "fate": fate.name})
        return sentences, fates

    def notes(self, state: ImagesState, runs: ImageRuns, about: DatasetInfo | None) -> list[str]:
        least_lost = {
            name: min(float(np.nanmin(lost_fractions(runs, j))) for j in numbers)
            for name, numbers in active_settings(runs).items()
        }
        neurons = pluralize(state.arguments()["width"], "neuron learns", "neurons learn")
        both = len(least_lost) == 2 and min(least_lost.values()) > MIN_LOST_FRACTION
        spread = np.sqrt(np.maximum(final_alignment(runs) ** 2 - final(runs, "R") ** 2, 0.0))
        return [
            "What is asked of the images: does the alignment R of the first layer with the task's leading direction "
            "rise and fall again while the second layer grows and the loss falls, as in the unlearning of the "
            "single-index model? R is a mean over neurons, around which single ones spread by "
            f"{from_to(spread, '')} (standard deviation, at the end); f less its mean takes part in the loss, as the "
            "analysis has it.",
            *(
                [
                    "The two targets are opposite, and so are the signs of c*₂ along their direction: by the planar "
                    "theory only one of them would unlearn. Here both do: images are neither Gaussian nor of a single "
                    f"index, and {neurons} other directions as well. "
                    "That sign does not decide here."
                ]
                if both
                else []
            ),
        ]

    def training(self, state: ImagesState, arguments: Mapping[str, Any]) -> str:
        step = format_number(arguments["step"], 3)
        return f"step η/m = {step}, all images at once, the first layer on the sphere"

    def targets(self, state: ImagesState, split: ImageSplit) -> list[str]:
        """Return the coefficients of each target along its direction."""
        tasks = [split.task(name) for name in state.groups]  # type: ignore[arg-type]  # as the core names them
        coefficients = [
            f"{SHORT[task.name]}: c*₁ = {format_number(task.hermite(1), 2)}, c*₂ = {format_number(task.hermite(2), 2)}"
            for task in tasks
        ]
        return [f"Coefficients of the targets along their direction: {'; '.join(coefficients)}."]


CAPTIONS: dict[str, ExperimentCaptions] = {
    "scale": ScaleCaptions(),
    "width": WidthCaptions(),
    "initialisation": InitializationCaptions(),
    "unlearning": UnlearningCaptions(),
}


def _fit(runs: ImageRuns, numbers: Sequence[int], symbol: str) -> str:
    """Describe whether the training images are fitted: the paper's condition for comparing test accuracies."""
    trained = final(runs, "train_accuracy")[numbers]
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
    unfitted = ", ".join(f"{seeds_of(one, 3)} at {value[i]}" for i, one in enumerate(trained) if not fitted[i])
    fitted_values = ", ".join(one for one, fits in zip(value, fitted, strict=True) if fits)
    where = f"only at {symbol} = {fitted_values}" if fitted_values else f"at no {symbol}"
    return (
        f"The training images are fitted (training accuracy 1 with every seed) {where}: "
        f"the training accuracy is {unfitted}. Where it is far below 1, the test accuracy says little about "
        "generalization: a network that has not been trained far enough is wrong on both."
    )


def _measured_on(state: ImagesState, about: DatasetInfo | None) -> list[str]:
    """Return which training images loss and accuracy are measured on, if not on all of them."""
    if about is None or min(about.images, state.most) <= MEASURED:
        return []
    return [f"Training accuracy and training loss are measured on the first {MEASURED:,} training images at most."]


def _unlike(runs: ImageRuns) -> list[str]:
    """Return a note if, at the largest width, the choices have not been trained equally far."""
    losses = {
        name: float(np.nanmax(final(runs, "train")[numbers[-1]])) for name, numbers in active_settings(runs).items()
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
    trained, losses = final(runs, "train_accuracy"), final(runs, "train")
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
        f"is {seeds_of(losses[worst], 3)}."
    ]
