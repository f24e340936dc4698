"""The experiments on images: many networks, some settings of one parameter in each group, several seeds for each.

All give the same kind of result, which grows as they run; seeds go through all settings in turn, so that the whole
picture is there early, and becomes sharper.

Sources: Xu & Ziyin, arXiv:2401.07085 (angles, accuracy and norm over the initialization scale; width; scales that go to
infinity); Imai, Nishiyama & Imaizumi, arXiv:2602.07378 (unlearning).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib import import_module
from time import perf_counter
from types import MappingProxyType
from typing import Any

import numpy as np

from dynamics.images.data import CLASSES_MAX, IMAGES_MAX, SEED_MAX, TASKS, ImageSplit, ImageTask, TaskName
from dynamics.images.networks import ACTIVATIONS, RATE_RANGE, SCALE_RANGE, WIDTH_MAX, ActivationName, ImageNetwork
from dynamics.images.training import ImageRecord, ImageTraining, Loss, TrainingConfig, stable_rate
from dynamics.linear_network import Exponents
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import (
    check_array,
    check_choice,
    check_choices,
    check_instance,
    check_integer,
    check_integers,
    check_number,
    check_numbers,
    check_sequence,
    check_text,
)

SETTINGS_MAX, SEEDS_MAX = 200, 100
WORK_MAX = 3e13  # multiply-adds of an experiment
_RESULT_INTERVAL_SECONDS = 0.2
_DIMENSIONS_MAX = 64  # of an array
_LARGE = 4.0  # a beyond which the step of unlearning shrinks, as the first layer's curvature grows like a^2
_REFERENCE = 64  # the width at which all choices of (gamma, eta) are the same network

WIDTH_PATHS = MappingProxyType(
    {
        "γ = 1, η ∝ 1/n": Exponents(gamma=0.0, u=-0.5, eta_u=-1.0, eta_w=-1.0),
        "γ ∝ n^(−1/2), η = 1": Exponents(gamma=-0.5, u=-0.5),
        "γ ∝ n^(−1), η ∝ n": Exponents(gamma=-1.0, u=-0.5, eta_u=1.0, eta_w=1.0),
        "γ ∝ n^(−3/2), η ∝ n^(3/2)": Exponents(gamma=-1.5, u=-0.5, eta_u=1.5, eta_w=1.5),
    }
)
"""Choices of output scale and rate as powers of the width n: two in the linear network's kernel phase, one on the
boundary, one beyond; ``scaling_phase`` tells of each. All train in a time of order 1."""

INITIALIZATION_PATHS = MappingProxyType(
    {
        "both layers, γ ∝ κ^(−2), η ∝ κ^2": Exponents(gamma=-2.0, u=1.0, w=1.0, eta_u=2.0, eta_w=2.0, d=0.0),
        "first layer, γ ∝ κ^(−1)": Exponents(gamma=-1.0, w=1.0, d=0.0),
        "second layer, γ ∝ κ^(−1)": Exponents(gamma=-1.0, u=1.0, d=0.0),
        "both layers, γ ∝ κ^(−3), η ∝ κ^3": Exponents(gamma=-3.0, u=1.0, w=1.0, eta_u=3.0, eta_w=3.0, d=0.0),
    }
)
"""Ways for initialization scales to go to infinity at a fixed width, as powers of a number κ; ``scaling_phase`` tells
the phase of each in the linear network."""

_SCALARS = (
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
    "norm",
    "moved",
    "kernel_ratio",
    "kernel_distance",
    "alignment",
    "signed_alignment",
)
_LAYERED = ("cos", "norms", "moved_layers")


@dataclass(frozen=True)
class Setting:
    """Describe one setting of an experiment.

    Parameters
    ----------
    group : str
        The group that it belongs to.
    value : float
        The value of what is varied within the group.
    network : ImageNetwork
        The network.
    task : {"classes", "halves", "halves, reversed"}, default "classes"
        The task, see ``ImageSplit.task``.

    Raises
    ------
    ValueError
        If an argument has another type, or if the task is unknown.
    """

    group: str
    value: float
    network: ImageNetwork
    task: TaskName = "classes"

    def __post_init__(self) -> None:
        check_text("group", self.group)
        check_number("value", self.value)
        check_instance("network", self.network, ImageNetwork)
        check_choice("task", self.task, TASKS)


@dataclass(frozen=True, eq=False)
class ImageRuns(Result):
    """Hold what is known of an experiment.

    Every quantity has the shape (settings, seeds, r), see ``ImageRecord`` for each. It is nan if it is not computed
    yet, or after a run has halted.

    Attributes
    ----------
    experiment : str
        Name of the experiment.
    varied : str
        What ``Setting.value`` is.
    images : str
        Name of the images.
    settings : tuple of Setting
        The settings.
    seeds : tuple of int
        The seeds.
    plan : TrainingConfig
        How each network is trained.
    epochs : array (r,)
        Epochs that are recorded.
    train_loss, train_accuracy, test_loss, test_accuracy : array (settings, seeds, r)
        Losses and accuracies.
    norm, moved : array (settings, seeds, r)
        Norm of the weights, and their distance from the start.
    kernel_ratio, kernel_distance : array (settings, seeds, r)
        Change of the tangent kernel.
    alignment, signed_alignment : array (settings, seeds, r)
        Alignment of the first layer with the task's direction.
    cos : array (settings, seeds, r, L - 1)
        |cos zeta| of the layers 2 ... L.
    norms, moved_layers : array (settings, seeds, r, L)
        Norm of each layer, and its distance from the start.
    halted : tuple of (int, int, str)
        Number of the setting, number of the seed, and reason, of each run that has halted.
    work : float
        Multiply-adds that are done.
    of : float
        Multiply-adds of the whole.
    """

    experiment: str
    varied: str
    images: str
    settings: tuple[Setting, ...]
    seeds: tuple[int, ...]
    plan: TrainingConfig
    epochs: FloatArray
    train_loss: FloatArray
    train_accuracy: FloatArray
    test_loss: FloatArray
    test_accuracy: FloatArray
    norm: FloatArray
    moved: FloatArray
    kernel_ratio: FloatArray
    kernel_distance: FloatArray
    alignment: FloatArray
    signed_alignment: FloatArray
    cos: FloatArray
    norms: FloatArray
    moved_layers: FloatArray
    halted: tuple[tuple[int, int, str], ...]
    work: float
    of: float

    @property
    def progress(self) -> float:
        """Share of the work that is done (float)."""
        return min(1.0, self.work / self.of)

    @property
    def groups(self) -> dict[str, list[int]]:
        """Numbers of the settings of each group, in the order of what is varied (dict of str to list of int)."""
        found: dict[str, list[int]] = {}
        for j, setting in enumerate(self.settings):
            found.setdefault(setting.group, []).append(j)
        return {name: sorted(numbers, key=lambda j: self.settings[j].value) for name, numbers in found.items()}

    @property
    def zeta(self) -> FloatArray:
        """Layer-to-layer angles in radians, 0 to pi/2 (array (settings, seeds, r, L - 1))."""
        return np.asarray(np.arccos(np.clip(self.cos, 0.0, 1.0)))

    @property
    def fitted(self) -> FloatArray:
        """Whether each run ends with a training accuracy of 1 (bool array (settings, seeds)).

        It is False for a run that has not ended.
        """
        return np.asarray(self.train_accuracy[:, :, -1] == 1.0)

    @property
    def best_accuracy(self) -> FloatArray:
        """Largest test accuracy of each run so far (array (settings, seeds))."""
        best = np.where(np.isnan(self.test_accuracy), -np.inf, self.test_accuracy).max(axis=2)
        return np.where(np.isfinite(best), best, np.nan)

    def plot(self) -> Any:
        """Draw the end of training over what is varied with plotly; of unlearning the R–a plane.

        ``dynamics.plotting.ImagesPicture`` has the panels over training besides.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If the experiment is not one of ``EXPERIMENTS``.
        ImportError
            If plotly is not installed; the message says how it is.
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        return plotting.to_plotly(plotting.ImagesPicture.of(self).plane())


@dataclass(frozen=True)
class Sweep:
    """Describe an experiment on images before it is run.

    It consists of many networks that differ in one parameter, some settings in each group, and several seeds for each.
    ``scale_sweep``, ``width_sweep``, ``initialization_sweep`` and ``unlearning_sweep`` make one.

    Parameters
    ----------
    experiment : str
        Its name.
    varied : str
        What is varied.
    settings : sequence of 1 to 200 Settings
        The settings, whose networks have the same number of layers.
    seeds : sequence of 1 to 100 ints
        The seeds.
    plan : TrainingConfig
        How each network is trained.

    Raises
    ------
    ValueError
        If there are too many settings or seeds, or none, or networks of different numbers of layers.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085 (scales, width); Imai, Nishiyama & Imaizumi, arXiv:2602.07378 (unlearning).

    Examples
    --------
    >>> from dynamics.images import ImageNetwork, Setting, Sweep, TrainingConfig
    >>> settings = [Setting("2 layers", sigma, ImageNetwork((8,), sigma)) for sigma in (0.5, 1.0)]
    >>> sweep = Sweep("scale", "σ", settings, seeds=(0, 1), plan=TrainingConfig(epochs=2))
    >>> len(sweep.settings), sweep.seeds
    (2, (0, 1))
    """

    experiment: str
    varied: str
    settings: tuple[Setting, ...]
    seeds: tuple[int, ...]
    plan: TrainingConfig

    def __post_init__(self) -> None:
        check_text("experiment", self.experiment)
        check_text("varied", self.varied)
        settings = check_sequence("settings", self.settings, 1, SETTINGS_MAX, "settings")
        for i, one in enumerate(settings):
            check_instance(f"settings[{i}]", one, Setting)
        if len(depths := {one.network.layers for one in settings}) > 1:
            raise ValueError(f"settings must have networks of one number of layers, not of {depths}")
        object.__setattr__(self, "settings", settings)
        object.__setattr__(self, "seeds", check_integers("seeds", self.seeds, 0, SEED_MAX, 1, SEEDS_MAX))
        check_instance("plan", self.plan, TrainingConfig)

    def works(self, images: int, tests: int, inputs: int, classes: int) -> list[float]:
        """Return the multiply-adds of a run of each setting.

        Parameters
        ----------
        images, tests : int, 1 to 100,000
            Training and test images.
        inputs : int, 1 to 1,000,000
            Values of an image.
        classes : int, 1 to 100
            Classes.

        Returns
        -------
        list of float
            One number for each setting.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if a number is more than 1e13.
        """
        images, tests = check_integer("images", images, 1, IMAGES_MAX), check_integer("tests", tests, 1, IMAGES_MAX)
        classes = check_integer("classes", classes, 1, CLASSES_MAX)
        return [
            self.plan.cost(images, tests, inputs, classes if one.task == "classes" else 1, one.network)
            for one in self.settings
        ]

    def run(self, images: ImageSplit, before: ImageRuns | None = None) -> Iterator[ImageRuns]:
        """Run the experiment, and give what is known of it again and again until all is.

        Seeds go through all settings in turn, so that the whole result is there early and becomes sharper. To stop the
        work, stop iterating.

        Parameters
        ----------
        images : ImageSplit
            Training and test images.
        before : ImageRuns, optional
            What an interrupted run of the same experiment has given: runs that were complete are not done again.

        Yields
        ------
        ImageRuns
            What is known.

        Raises
        ------
        ValueError
            If an argument is outside its range, if before is of another experiment, or if the experiment takes more
            than 3e13 multiply-adds; raised by the call, before the iteration.
        MissingDependencyError
            If autograd is not installed; raised by the call.

        Examples
        --------
        >>> import io
        >>> import numpy as np
        >>> from dynamics.images import read_images, scale_sweep
        >>> file = io.BytesIO()
        >>> np.savez(file, x=np.random.default_rng(0).standard_normal((40, 3)), y=np.arange(40) % 2)
        >>> sweep = scale_sweep(sigmas=(0.5, 1.0), depth=2, width=4, epochs=2, seeds=(0,))
        >>> *_, runs = sweep.run(read_images(file).split())
        >>> runs.progress, runs.test_accuracy.shape, runs.groups
        (1.0, (2, 1, 3), {'2 layers': [0, 1]})
        """
        images = check_instance("images", images, ImageSplit)
        if before is not None:
            check_instance("before", before, ImageRuns)
            if (before.settings, before.seeds, before.plan) != (self.settings, self.seeds, self.plan):
                raise ValueError("before must be what a run of the same settings, seeds and plan has given")
        works = self.works(len(images.x), len(images.x_test), images.x.shape[1], len(images.classes))
        total = sum(works) * len(self.seeds)
        if total > WORK_MAX:
            raise ValueError(f"the experiment must take at most {WORK_MAX:.0e} multiply-adds, not {total:.3g}")
        tasks = {name: images.task(name) for name in {one.task for one in self.settings}}
        first = self.settings[0]
        ImageTraining(tasks[first.task], first.network, self.plan)  # raises errors that all of them share
        return self._run(images.name, tasks, works, before)

    def _run(
        self, name: str, tasks: Mapping[TaskName, ImageTask], works: Sequence[float], before: ImageRuns | None
    ) -> Iterator[ImageRuns]:
        epochs = self.plan.recorded
        shape = (len(self.settings), len(self.seeds), len(epochs))
        layers = self.settings[0].network.layers
        records: dict[str, FloatArray] = {one: np.full(shape, np.nan) for one in _SCALARS}
        records |= {one: np.full((*shape, layers - (one == "cos")), np.nan) for one in _LAYERED}
        halted: list[tuple[int, int, str]] = []
        if before is not None:
            records = {one: np.array(getattr(before, one)) for one in records}
            halted += before.halted
        done, last_result = 0.0, perf_counter()

        def result(under_way: float = 0.0) -> ImageRuns:
            copies: dict[str, Any] = {one: values.copy() for one, values in records.items()}
            return ImageRuns(
                self.experiment,
                self.varied,
                name,
                self.settings,
                self.seeds,
                self.plan,
                np.array(epochs, dtype=float),
                **copies,
                halted=tuple(halted),
                work=done + under_way,
                of=sum(works) * len(self.seeds),
            )

        finished = {(j, i) for j, i, _ in halted}
        finished |= {(int(j), int(i)) for j, i in np.argwhere(~np.isnan(records["test_accuracy"][:, :, -1]))}
        for i, seed in enumerate(self.seeds):
            for j, setting in enumerate(self.settings):
                if (j, i) in finished:
                    done += works[j]
                    continue
                training = ImageTraining(tasks[setting.task], setting.network, self.plan, seed)
                for r, epoch in enumerate(epochs):
                    while not training.advance(epoch, _RESULT_INTERVAL_SECONDS):
                        yield result(works[j] * training.epoch / self.plan.epochs)
                    if training.halted:
                        halted.append((j, i, training.halted))
                        break
                    _store(records, training.measure(), (j, i, r))
                    if perf_counter() - last_result > _RESULT_INTERVAL_SECONDS:
                        yield result(works[j] * training.epoch / self.plan.epochs)
                        last_result = perf_counter()
                done += works[j]
        yield result()


def mean_and_spread(values: FloatArray, axis: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation over seeds, of the values that are known.

    Parameters
    ----------
    values : array_like
        Values; nan where they are not known.
    axis : int, default 1
        Axis of the seeds.

    Returns
    -------
    mean : array
        The means, without that axis; nan of no value.
    spread : array
        The standard deviations (of a sample); nan of fewer than two values.

    Raises
    ------
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> from dynamics.images import mean_and_spread
    >>> mean, spread = mean_and_spread([[1.0, 3.0], [2.0, float("nan")]])
    >>> mean
    array([2., 2.])
    >>> spread.round(3)
    array([1.414,   nan])
    """
    values = check_array("values", values)
    axis = check_integer("axis", axis, -_DIMENSIONS_MAX, _DIMENSIONS_MAX - 1)
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(f"values must have the axis {axis} of the seeds, not the shape {values.shape}")
    defined = ~np.isnan(values)
    count = defined.sum(axis=axis)
    total = np.where(defined, values, 0.0).sum(axis=axis)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    apart = np.where(defined, values - np.expand_dims(mean, axis), 0.0)
    square = np.sum(apart**2, axis=axis)
    variance = np.divide(square, count - 1, out=np.full(square.shape, np.nan), where=count > 1)
    return mean, np.sqrt(variance)


def scale_sweep(
    sigmas: Sequence[float] = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0),
    depth: int = 4,
    width: int = 64,
    rate: float = 0.01,
    rate_max: float = 0.1,
    epochs: int = 150,
    seeds: Sequence[int] = (0, 1, 2),
    loss: Loss = "squared",
    batch: int | None = 128,
    n: int = 25,
    activation: ActivationName = "relu",
) -> Sweep:
    """Make the experiment over initialization scales sigma: angles, accuracy and norms over training and sigma.

    Parameters
    ----------
    sigmas : sequence of 1 to 200 floats in [1e-6, 1e6], default (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
        Initialization scales.
    depth : int, 2 to 10, default 4
        Layers.
    width : int, 1 to 10,000, default 64
        Neurons of each hidden layer.
    rate : float in [0, 1e12], default 0.01
        Learning rate at sigma = 1.
    rate_max : float in [0, 1e12], default 0.1
        Largest learning rate; see ``stable_rate`` for those between.
    epochs
        See ``TrainingConfig``.
    seeds : sequence of 1 to 100 ints, default (0, 1, 2)
        The seeds.
    loss, batch, n
        See ``TrainingConfig``.
    activation : {"relu", "linear"}, default "relu"
        The activation.

    Returns
    -------
    Sweep
        The experiment.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    Notes
    -----
    The paper compares networks of training accuracy 1. On the digits the cross entropy with rate = 0.1 and rate_max =
    0.4 reaches that at every sigma of the default ones, with 4 layers in 150 epochs and with 6 in 300. The squared loss
    does not above sigma = 1: outputs of size sigma^L would have to be fitted to targets of size 1, and 4 layers of
    width 64 have 12,928 weights for 14,370 targets.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics.images import scale_sweep
    >>> sweep = scale_sweep(sigmas=(1.0, 2.0), depth=2, width=8)
    >>> [(setting.value, setting.network.rates) for setting in sweep.settings]
    [(1.0, 0.01), (2.0, 0.0025)]
    """
    hidden = (check_integer("width", width, 1, WIDTH_MAX),) * (check_integer("depth", depth, 2, 10) - 1)
    settings = []
    rate, rate_max = check_number("rate", rate, *RATE_RANGE), check_number("rate_max", rate_max, *RATE_RANGE)
    for sigma in check_numbers("sigmas", sigmas, *SCALE_RANGE, SETTINGS_MAX):
        network = ImageNetwork(hidden, sigma, activation=activation)
        rates = stable_rate(network, rate, rate_max, loss)
        settings.append(Setting(f"{depth} layers", sigma, replace(network, rates=rates)))
    plan = TrainingConfig(epochs, n, batch, loss)
    return Sweep("scale", "σ", tuple(settings), seeds, plan)  # type: ignore[arg-type]  # made a tuple there


def width_sweep(
    widths: Sequence[int] = (16, 32, 64, 128, 256, 512),
    paths: Sequence[str] = tuple(WIDTH_PATHS),
    rate: float = 0.02,
    epochs: int = 100,
    seeds: Sequence[int] = (0, 1, 2),
    batch: int | None = 128,
    n: int = 15,
    activation: ActivationName = "relu",
) -> Sweep:
    """Make the experiment over the width n of two-layer networks: best accuracy and distance from the start.

    Output scale and rates follow powers of n. All choices of them are the same network, of gamma = 1 and this rate, at
    n = 64.

    Parameters
    ----------
    widths : sequence of 1 to 200 ints, 1 to 10,000, default (16, 32, 64, 128, 256, 512)
        Widths.
    paths : sequence of str, optional
        Choices of the powers, names of ``WIDTH_PATHS``; by default all of them.
    rate : float in [0, 1e12], default 0.02
        Learning rate at n = 64.
    epochs
        See ``TrainingConfig``.
    seeds : sequence of 1 to 100 ints, default (0, 1, 2)
        The seeds.
    batch, n
        See ``TrainingConfig``.
    activation : {"relu", "linear"}, default "relu"
        The activation.

    Returns
    -------
    Sweep
        The experiment.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics.images import WIDTH_PATHS, width_sweep
    >>> sweep = width_sweep(widths=(16, 64))
    >>> len(sweep.settings) == 2 * len(WIDTH_PATHS)
    True
    """
    rate = check_number("rate", rate, *RATE_RANGE)
    activation = check_choice("activation", activation, ACTIVATIONS)
    sizes = check_integers("widths", widths, 1, WIDTH_MAX, 1, SETTINGS_MAX)
    settings = []
    for path in check_choices("paths", paths, tuple(WIDTH_PATHS), 1):
        powers = WIDTH_PATHS[path]
        for width in sizes:
            scale = width / _REFERENCE
            rates = (rate * scale**powers.eta_w, rate * scale**powers.eta_u)
            sigmas = (scale**powers.w, scale ** (powers.u + 0.5))  # Kaiming's own scale of the last layer is n^(-1/2)
            given = f"widths and rate must give a network, not {width} and {rate:g}"
            network = _network(given, (width,), sigmas, rates, scale**powers.gamma, activation)
            settings.append(Setting(path, width, network))
    return Sweep("width", "n", tuple(settings), seeds, TrainingConfig(epochs, n, batch))  # type: ignore[arg-type]


def initialization_sweep(
    scales: Sequence[float] = (1.0, 3.0, 10.0, 30.0, 100.0),
    paths: Sequence[str] = tuple(INITIALIZATION_PATHS),
    width: int = 64,
    rate: float = 0.03,
    epochs: int = 100,
    seeds: Sequence[int] = (0, 1, 2),
    batch: int | None = 128,
    n: int = 15,
    activation: ActivationName = "relu",
) -> Sweep:
    """Make the experiment over initialization scales that go to infinity, for two-layer networks of one width.

    The scales grow by powers of a number κ, output scale and rates with them. All choices of the powers are the same
    network at κ = 1.

    Parameters
    ----------
    scales : sequence of 1 to 200 floats in [1e-3, 1e6], default (1, 3, 10, 30, 100)
        Values of κ.
    paths : sequence of str, optional
        Choices of the powers, names of ``INITIALIZATION_PATHS``; by default all of them.
    width : int, 1 to 10,000, default 64
        Neurons.
    rate : float in [0, 1e12], default 0.03
        Learning rate at κ = 1.
    epochs
        See ``TrainingConfig``.
    seeds : sequence of 1 to 100 ints, default (0, 1, 2)
        The seeds.
    batch, n
        See ``TrainingConfig``.
    activation : {"relu", "linear"}, default "relu"
        The activation.

    Returns
    -------
    Sweep
        The experiment.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085.

    Examples
    --------
    >>> from dynamics.images import initialization_sweep
    >>> sweep = initialization_sweep(scales=(1.0, 10.0), paths=("first layer, γ ∝ κ^(−1)",))
    >>> [(setting.value, setting.network.gamma) for setting in sweep.settings]
    [(1.0, 1.0), (10.0, 0.1)]
    """
    rate, width = check_number("rate", rate, *RATE_RANGE), check_integer("width", width, 1, WIDTH_MAX)
    activation = check_choice("activation", activation, ACTIVATIONS)
    numbers = check_numbers("scales", scales, 1e-3, 1e6, SETTINGS_MAX)
    settings = []
    for path in check_choices("paths", paths, tuple(INITIALIZATION_PATHS), 1):
        powers = INITIALIZATION_PATHS[path]
        for scale in numbers:
            rates = (rate * scale**powers.eta_w, rate * scale**powers.eta_u)
            sigmas = (scale**powers.w, scale**powers.u)
            given = f"scales and rate must give a network, not {scale:g} and {rate:g}"
            network = _network(given, (width,), sigmas, rates, scale**powers.gamma, activation)
            settings.append(Setting(path, scale, network))
    return Sweep("initialisation", "κ", tuple(settings), seeds, TrainingConfig(epochs, n, batch))  # type: ignore[arg-type]


def unlearning_sweep(
    starts: Sequence[float] = (0.5, 1.0, 2.0, 4.0),
    tasks: Sequence[TaskName] = ("halves", "halves, reversed"),
    width: int = 100,
    step: float = 0.03,
    epochs: int = 4_000,
    seeds: Sequence[int] = (0, 1),
    n: int = 40,
) -> Sweep:
    """Make the experiment on unlearning: alignment, second-layer norm, kernel and test loss in a long descent.

    The network is ``f = (1/m) sum_i a_i relu(<w_i, x>)`` with all a_i = a at the start and ``|w_i| = 1`` throughout. It
    is trained by full-batch descent with one rate for both layers, on one output that tells the earlier half of the
    classes from the later. f less its mean takes part in the loss, as the analysis has an activation of mean 0. The
    data are neither Gaussian nor of a single index.

    Parameters
    ----------
    starts : sequence of 1 to 200 floats in [-1e3, 1e3], default (0.5, 1, 2, 4)
        Values of a.
    tasks : sequence of {"classes", "halves", "halves, reversed"}, default ("halves", "halves, reversed")
        The tasks, see ``ImageSplit.task``.
    width : int, 1 to 10,000, default 100
        Neurons m.
    step : float in [1e-9, 1e3], default 0.03
        Time of a step, the rate over m. It is divided by (a/4)^2 for |a| > 4, since a larger a turns the first layer
        faster.
    epochs
        See ``TrainingConfig``; by default 4,000.
    seeds : sequence of 1 to 100 ints, default (0, 1)
        The seeds.
    n
        See ``TrainingConfig``; by default 40.

    Returns
    -------
    Sweep
        The experiment.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Imai, Nishiyama & Imaizumi, arXiv:2602.07378.

    Examples
    --------
    >>> from dynamics.images import unlearning_sweep
    >>> sweep = unlearning_sweep(starts=(1.0, 2.0))
    >>> len(sweep.settings), sweep.plan.sphere, sweep.plan.centered, sweep.plan.batch
    (4, True, True, None)
    """
    width, step = check_integer("width", width, 1, WIDTH_MAX), check_number("step", step, 1e-9, 1e3)
    numbers = check_numbers("starts", starts, -1e3, 1e3, SETTINGS_MAX)
    settings = []
    for task in check_choices("tasks", tasks, TASKS, 1):
        for start in numbers:
            rate = width * step / max(1.0, (start / _LARGE) ** 2)  # a larger a turns the first layer faster
            network = ImageNetwork((width,), 1.0, rate, 1.0 / width, last=start)
            settings.append(Setting(task, start, network, task))
    plan = TrainingConfig(epochs, n, None, sphere=True, centered=True)
    return Sweep("unlearning", "a", tuple(settings), seeds, plan)  # type: ignore[arg-type]


EXPERIMENTS: Mapping[str, Callable[..., Sweep]] = MappingProxyType(
    {
        "scale": scale_sweep,
        "width": width_sweep,
        "initialisation": initialization_sweep,
        "unlearning": unlearning_sweep,
    }
)
"""By name."""


def _network(given: str, *arguments: Any) -> ImageNetwork:
    """The network of computed arguments. Raises ValueError with a sentence on what they are computed from."""
    try:
        return ImageNetwork(*arguments)
    except ValueError as error:
        raise ValueError(f"{given}: its {error}") from None


def _store(records: dict[str, FloatArray], record: ImageRecord, at: tuple[int, int, int]) -> None:
    for field in fields(record):
        if field.name in records:
            records[field.name][at] = getattr(record, field.name)
