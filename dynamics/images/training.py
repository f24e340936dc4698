"""Stochastic gradient descent on images, and what is measured of a network on the way.

The loss is ``1/2 mean |f - y|^2`` or the cross entropy; layer k moves by its own rate times the slope of the loss over
a batch. The slopes come from a library, see ``optional``.

The angle between a layer and the one before it. In the linear network of one output and data on a line it is the
angle zeta between u and W x, with ``f = gamma |u| |W x| cos zeta``: what a layer puts out is the product of two sizes,
whose change is rescaling, and of a cosine, whose change is alignment. Here the same is asked of each layer k > 1, which
is fed ``h = phi(W_{k-1} ...)`` and puts out ``W_k h``, as a mean over images::

    cos^2 zeta_k = E |W_k h|^2 / (|W_k|_F^2 E |h|^2)

so that ``sqrt(E |W_k h|^2) = |W_k|_F sqrt(E |h|^2) cos zeta_k`` exactly. It is the mean square of the cosine of the
angle between the weights of a neuron of layer k and what it is fed, over neurons and images, each weighted by the
lengths of both. With one output and data on a line, linear, it is cos^2 of the paper's zeta; the sign of cos zeta, that
of f, has no meaning for several outputs. For W_k drawn afresh it is 1/n_{k-1} in the mean, the level of chance; it is 1
only if the weights of all neurons and all that they are fed lie on one line, so a task of C classes stays well below 1.

Sources: Xu & Ziyin, arXiv:2401.07085; Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynamics.images.data import SEED_MAX, ImageTask
from dynamics.images.networks import RATE_RANGE, ImageNetwork
from dynamics.images.optional import differentiation
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import (
    check_array,
    check_choice,
    check_flag,
    check_floats,
    check_instance,
    check_integer,
    check_number,
    check_sequence,
)

EPOCHS_MAX = 1_000_000
RECORDS_MAX = 1_000
BATCH_MAX = 100_000
IMAGES_MAX = 1_000_000
WEIGHT_MAX = 1e30  # in size
WORK_MAX = 1e13  # multiply-adds of a run, half an hour or so
Loss = Literal["squared", "cross entropy"]
Dtype = Literal["float32", "float64"]
LOSSES: tuple[Loss, ...] = ("squared", "cross entropy")
DTYPES: tuple[Dtype, ...] = ("float32", "float64")

_STEP = 2e6  # multiply-adds in the constant time of a step
_DIVERGED = 1e4  # times the first loss, or that of f = 0
_PROBE = 500  # test images that angles are measured on
_KERNEL = 24  # test images that the kernel is measured on
MEASURED = 2_000  # training images that the training loss and accuracy are measured on
_CHUNK = 2_000  # images put through a network at once


@dataclass(frozen=True)
class TrainingConfig:
    """Set how a network is trained, and when it is measured.

    Parameters
    ----------
    epochs : int, 1 to 1,000,000, default 50
        Passes through the training images.
    n : int, 2 to 1,000, default 25
        Number of records: of the start, then at about even ratios of the epochs, or of every epoch if there are fewer.
    batch : int, 1 to 100,000, or None, default 128
        Images of a step, drawn without replacement within an epoch; None for all of them.
    loss : {"squared", "cross entropy"}, default "squared"
        ``1/2 mean |f - y|^2``, or the cross entropy.
    sphere : bool, default False
        Whether every neuron of the first layer keeps its weights at length 1, as in the analysis of unlearning.
    centered : bool, default False
        Whether the output has a bias that is always optimal: for a batch in a step, for the training images where
        losses and accuracies are measured. Only with the squared loss.
    dtype : {"float32", "float64"}, default "float32"
        Type of weights and images.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics.images import TrainingConfig
    >>> TrainingConfig(epochs=100, n=5).recorded
    (0, 1, 5, 22, 100)
    """

    epochs: int = 50
    n: int = 25
    batch: int | None = 128
    loss: Loss = "squared"
    sphere: bool = False
    centered: bool = False
    dtype: Dtype = "float32"

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", check_integer("epochs", self.epochs, 1, EPOCHS_MAX))
        object.__setattr__(self, "n", check_integer("n", self.n, 2, RECORDS_MAX))
        if self.batch is not None:
            object.__setattr__(self, "batch", check_integer("batch", self.batch, 1, BATCH_MAX))
        check_choice("loss", self.loss, LOSSES)
        check_choice("dtype", self.dtype, DTYPES)
        check_flag("sphere", self.sphere)
        if check_flag("centered", self.centered) and self.loss != "squared":
            raise ValueError(f"centered must be False with the loss {self.loss!r}")

    @property
    def recorded(self) -> tuple[int, ...]:
        """Epochs after which the network is measured, from 0 to ``epochs`` (tuple of int)."""
        if self.epochs < self.n:
            return tuple(range(self.epochs + 1))
        return (0, *np.unique(np.round(np.geomspace(1, self.epochs, self.n - 1)).astype(int)).tolist())

    def work(self, task: ImageTask, network: ImageNetwork) -> float:
        """Return the multiply-adds of a run.

        Parameters
        ----------
        task : ImageTask
            The task.
        network : ImageNetwork
            The network.

        Returns
        -------
        float
            The number.

        Raises
        ------
        ValueError
            If it is more than 1e13.
        """
        task = check_instance("task", task, ImageTask)
        return self.cost(len(task.x), len(task.x_test), task.x.shape[1], task.y.shape[1], network)

    def cost(self, size: int, tests: int, inputs: int, outputs: int, network: ImageNetwork) -> float:
        """Return the multiply-adds of a run from the numbers of images and values.

        Parameters
        ----------
        size, tests : int, 1 to 1,000,000
            Training and test images.
        inputs, outputs : int, 1 to 1,000,000
            Values of an image, and outputs.
        network : ImageNetwork
            The network.

        Returns
        -------
        float
            The number, as ``work`` gives it.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if the number is more than 1e13.
        """
        size, tests = check_integer("size", size, 1, IMAGES_MAX), check_integer("tests", tests, 1, IMAGES_MAX)
        shapes = check_instance("network", network, ImageNetwork).shapes(inputs, outputs)
        each = float(sum(rows * columns for rows, columns in shapes))
        steps: int = ceil(size / min(self.batch or size, size))
        epoch = 3.0 * size * each + steps * (_STEP + 3.0 * each)
        record = each * (tests + min(size, MEASURED) + _PROBE + _KERNEL * outputs) + _STEP
        work: float = self.epochs * epoch + len(self.recorded) * record
        if work > WORK_MAX:
            raise ValueError(
                f"epochs must take at most {WORK_MAX:.0e} multiply-adds; {self.epochs} epochs of {size} images with "
                f"{each:g} weights take {work:.3g}"
            )
        return work


@dataclass(frozen=True, eq=False)
class ImageRecord(Result):
    """Hold the measurements of a network of L layers after some epochs.

    Attributes
    ----------
    epoch, steps : int
        Epochs and steps so far.
    train_loss, train_accuracy : float
        Loss and accuracy over the first 2,000 training images at most. Of one output, right is what has the sign of its
        target.
    test_loss, test_accuracy : float
        Loss and accuracy over all test images.
    cos : array (L - 1,)
        |cos zeta_k| of the layers 2 ... L over 500 test images at most, see the notes; nan if a layer is fed nothing
        but 0.
    norms : array (L,)
        Frobenius norms |W_k|.
    norm : float
        Norm of all weights together.
    moved : float
        ``|weights - start| / |start|`` of all weights together.
    moved_layers : array (L,)
        The same of each layer.
    kernel_ratio : float
        Trace of the tangent kernel ``sum_k rate_k sum_c <df_c(x)/dW_k, df_c(x')/dW_k>`` over 24 test images at most,
        over that at the start.
    kernel_distance : float
        ``1 - <K, K_0> / (|K| |K_0|)``, 0 to 1: what remains of the kernel's change apart from its size.
    alignment : float
        ``sqrt(sum_i <w_i, beta>^2 / sum_i |w_i|^2)`` over the neurons w_i of the first layer, with the task's direction
        beta.
    signed_alignment : float
        Mean of ``<w_i, beta> / |w_i|``, the R of the analysis of unlearning, for one output.
    halted : str
        Why the run stops before its end; empty if it does not.

    Notes
    -----
    Layer k > 1 is fed ``h = phi(W_{k-1} ...)``, and over images
    ``cos^2 zeta_k = E |W_k h|^2 / (|W_k|^2 E |h|^2)``. For W_k drawn afresh it is 1/n_{k-1} in the mean, the level of
    chance. With one output and data on a line, for a linear network, it is cos^2 of the paper's zeta.

    References
    ----------
    Xu & Ziyin, arXiv:2401.07085; Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
    """

    epoch: int
    steps: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    cos: FloatArray
    norms: FloatArray
    norm: float
    moved: float
    moved_layers: FloatArray
    kernel_ratio: float
    kernel_distance: float
    alignment: float
    signed_alignment: float
    halted: str


class ImageTraining:
    """Train a network on images, epoch by epoch.

    ``advance`` takes it to an epoch, ``measure`` describes it.

    Parameters
    ----------
    task : ImageTask
        The task.
    network : ImageNetwork
        The network.
    plan : TrainingConfig, optional
        How it is trained; by default ``TrainingConfig()``.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of the weights and of the batches. The same seed gives the same run.
    weights : sequence of L arrays (n_k, n_{k-1}), optional
        W_1 ... W_L to start from instead.

    Attributes
    ----------
    epoch, steps : int
        Epochs and steps so far.
    weights : list of array
        W_1 ... W_L.
    halted : str
        Why the run stops before its end; empty if it does not.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if the run takes more than 1e13 multiply-adds.
    MissingDependencyError
        If autograd is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from dynamics.images import ImageNetwork, ImageTask, ImageTraining
    >>> x = np.random.default_rng(0).standard_normal((40, 3))
    >>> task = ImageTask("sign of the first value", x, np.sign(x[:, :1]), x, np.sign(x[:, :1]))
    >>> training = ImageTraining(task, ImageNetwork((8,)))
    >>> before = training.measure().train_loss
    >>> training.advance(20)
    True
    >>> training.measure().train_loss < before, training.output(x).shape
    (True, (40, 1))
    """

    def __init__(
        self,
        task: ImageTask,
        network: ImageNetwork,
        plan: TrainingConfig | None = None,
        seed: int = 0,
        weights: Sequence[NDArray[Any]] | None = None,
    ) -> None:
        self.task, self.network = (
            check_instance("task", task, ImageTask),
            check_instance("network", network, ImageNetwork),
        )
        self.plan = TrainingConfig() if plan is None else check_instance("plan", plan, TrainingConfig)
        self.seed = check_integer("seed", seed, 0, SEED_MAX)
        self.work = self.plan.work(task, network)
        self.epoch, self.steps, self.halted = 0, 0, ""
        self._library = differentiation()
        inputs, outputs = task.x.shape[1], task.y.shape[1]
        if self.plan.loss == "cross entropy" and outputs == 1:
            raise ValueError("loss must be 'squared' for a task of one output, not 'cross entropy'")
        shapes = network.shapes(inputs, outputs)
        if weights is None:
            initial_weights = network.weights(inputs, outputs, self.seed)
        else:
            items = check_sequence("weights", weights, len(shapes), len(shapes), "arrays, one for each layer")
            initial_weights = [
                check_array(f"weights[{k}]", one, -WEIGHT_MAX, WEIGHT_MAX) for k, one in enumerate(items)
            ]
        if [one.shape for one in initial_weights] != shapes:
            raise ValueError(f"weights must have the shapes {shapes}, not {[one.shape for one in initial_weights]}")
        dtype = self.plan.dtype
        self.weights = [np.array(one, dtype=dtype, order="C") for one in initial_weights]
        self._x, self._y = (np.asarray(one, dtype=dtype) for one in (task.x, task.y))
        self._x_test, self._y_test = (np.asarray(one, dtype=dtype) for one in (task.x_test, task.y_test))
        if self.plan.sphere:
            self._on_the_sphere()
        self._start = [one.copy() for one in self.weights]
        self._rates = [np.dtype(dtype).type(rate) for rate in network.layer_rates]
        self._slope = self._library.value_and_grad(self._loss)
        self._order, self._next = np.arange(len(task.x)), 0
        self._limit = 0.0
        self._kernel0 = self.kernel()

    def advance(self, until: int, seconds: float = inf) -> bool:
        """Take steps until exactly an epoch.

        Parameters
        ----------
        until : int, 0 to 1,000,000
            The epoch.
        seconds : float, at least 0, default inf
            About the longest duration of the call; at least one step is taken.

        Returns
        -------
        bool
            Whether it is there, or has halted for a reason that ``halted`` gives.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        until, seconds = check_integer("until", until, 0, EPOCHS_MAX), check_number("seconds", seconds, 0.0)
        began = perf_counter()
        size, batch = len(self._x), min(self.plan.batch or len(self._x), len(self._x))
        while self.epoch < until and not self.halted:
            if batch == size:
                self._descend(self._x, self._y)
            else:
                if self._next == 0:
                    self._order = np.random.default_rng([self.seed, 1, self.epoch]).permutation(size)
                rows = self._order[self._next : self._next + batch]
                self._descend(self._x[rows], self._y[rows])
            self._next += batch
            if self._next >= size:
                self.epoch, self._next = self.epoch + 1, 0
            if perf_counter() - began > seconds:
                break
        return self.epoch >= until or bool(self.halted)

    def output(self, x: NDArray[Any]) -> FloatArray:
        """Return the network's outputs.

        Parameters
        ----------
        x : array_like (n, d0)
            Inputs, at least one.

        Returns
        -------
        array (n, C)
            f(x).

        Raises
        ------
        ValueError
            If x has another shape.
        """
        x = check_floats("x", x)
        if x.ndim != 2 or not len(x) or x.shape[1] != self.task.x.shape[1]:
            raise ValueError(f"x must have the shape (n, {self.task.x.shape[1]}), n of at least 1, not {x.shape}")
        return np.vstack([self._forward(x[i : i + _CHUNK])[-1] for i in range(0, len(x), _CHUNK)]).astype(float)

    def kernel(self) -> FloatArray:
        """Return the tangent kernel over the first test images, at most 24.

        It is summed over outputs, each layer's part times its rate, as if nothing held the first layer to the sphere or
        the output at its mean.

        Returns
        -------
        array (k, k)
            The kernel.
        """
        x = self._x_test[:_KERNEL]
        outputs = self._y_test.shape[1]
        offsets = [np.zeros((len(x), len(one)), dtype=x.dtype) for one in self.weights]
        with np.errstate(over="ignore", invalid="ignore"):
            hidden = self._forward(x)[:-1]
            pull, value = self._library.make_vjp(lambda z: self._shifted(x, z), offsets)
            total = np.zeros((len(x), len(x)))
            slopes = []
            for c in range(outputs):
                towards = np.zeros_like(value)
                towards[:, c] = 1.0
                slopes.append(pull(towards))
            for k, (rate, h) in enumerate(zip(self.network.layer_rates, hidden, strict=True)):
                delta = np.stack([one[k] for one in slopes], axis=1).reshape(len(x), -1).astype(float)
                fed = h.astype(float)
                total += rate * (fed @ fed.T) * (delta @ delta.T)
        return total

    def measure(self) -> ImageRecord:
        """Return the network as it is now.

        Returns
        -------
        ImageRecord
            Losses, accuracies, angles, norms and kernel.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a zero vector has no angle: nan
            probe = self._x_test[:_PROBE]
            hidden = self._forward(probe)[1:-1]
            W = [one.astype(float) for one in self.weights]
            norms = np.array([np.linalg.norm(one) for one in W])
            cosines = []
            for k, h in enumerate(hidden, start=1):
                fed = h.astype(float)
                cosines.append(np.linalg.norm(fed @ W[k].T) / (norms[k] * np.linalg.norm(fed)))
            start = np.array([np.linalg.norm(one.astype(float)) for one in self._start])
            apart = np.array([np.linalg.norm(a - b) for a, b in zip(W, self._start, strict=True)])
            kernel = self.kernel()
            turned = np.sum(kernel * self._kernel0) / (np.linalg.norm(kernel) * np.linalg.norm(self._kernel0))
            along = W[0] @ self.task.direction
            lengths = np.linalg.norm(W[0], axis=1)
            rows = slice(0, MEASURED)
            trained, found, targets = self.output(self._x[rows]), self.output(self._x_test), self.task.y_test
            if self.plan.centered:
                bias = np.mean(self.task.y[rows] - trained, axis=0)
                trained, found = trained + bias, found + bias
            train, test = self._measured_loss(trained, self.task.y[rows]), self._measured_loss(found, targets)
        return ImageRecord(
            self.epoch,
            self.steps,
            train,
            _accuracy(trained, self.task.y[rows]),
            test,
            _accuracy(found, targets),
            np.array(cosines),
            norms,
            float(np.linalg.norm(norms)),
            float(np.linalg.norm(apart) / np.linalg.norm(start)),
            np.divide(apart, start, out=np.full_like(apart, np.nan), where=start > 0.0),
            _ratio(float(np.trace(kernel)), float(np.trace(self._kernel0))),
            float(max(0.0, 1.0 - turned)),
            _ratio(float(np.linalg.norm(along)), float(norms[0])),
            float(np.mean(along / lengths)) if lengths.all() else float("nan"),
            self.halted,
        )

    def _descend(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # a diverged run is reported below
            value, slopes = self._slope(self.weights, x, y)
            loss = float(value)
            if self.steps == 0:
                zero = float(np.log(y.shape[1])) if self.plan.loss == "cross entropy" else 0.5 * float(np.mean(y**2))
                self._limit = _DIVERGED * max(loss, zero)
            for W, rate, slope in zip(self.weights, self._rates, slopes, strict=True):
                W -= rate * slope
            if self.plan.sphere:
                self._on_the_sphere()
        self.steps += 1
        if not loss <= self._limit:
            self.halted = (
                f"The run diverges in epoch {self.epoch + 1}: a batch gives a loss of {loss:.3g}. Smaller rates "
                "keep it stable."
            )

    def _loss(self, weights: Any, x: Any, y: Any) -> Any:
        numpy = self._library.numpy
        f = self._forward(x, weights)[-1]
        if self.plan.loss == "cross entropy":
            shift = np.max(self._library.getval(f), axis=1, keepdims=True)
            total = numpy.log(numpy.sum(numpy.exp(f - shift), axis=1)) + shift[:, 0]
            return numpy.mean(total - numpy.sum(f * (y > 0), axis=1))
        apart = f - y
        if self.plan.centered:
            apart = apart - numpy.mean(apart, axis=0)
        return numpy.sum(apart * apart) * x.dtype.type(0.5 / len(x))

    def _measured_loss(self, f: FloatArray, y: FloatArray) -> float:
        if self.plan.loss == "cross entropy":
            shifted = f - f.max(axis=1, keepdims=True)
            return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[y > 0]))
        return 0.5 * float(np.sum((f - y) ** 2)) / len(y)

    def _forward(self, x: Any, weights: Any = None) -> list[Any]:
        """What each layer is fed, and f at the end: L + 1 arrays (n, n_k)."""
        library, passed = self._library, [x]
        weights = self.weights if weights is None else weights
        for k, W in enumerate(weights):
            z = library.layer(passed[-1], W)
            passed.append(self._bent(z) if k + 1 < len(weights) else z * x.dtype.type(self.network.gamma))
        return passed

    def _shifted(self, x: Any, offsets: Any) -> Any:
        """f with numbers added to what the layers put out: its slopes in them are those that make up the kernel."""
        h = x
        for k, (W, offset) in enumerate(zip(self.weights, offsets, strict=True)):
            z = self._library.layer(h, W) + offset
            h = self._bent(z) if k + 1 < len(self.weights) else z * x.dtype.type(self.network.gamma)
        return h

    def _bent(self, z: Any) -> Any:
        return self._library.relu(z) if self.network.activation == "relu" else z

    def _on_the_sphere(self) -> None:
        first = self.weights[0]
        first /= np.sqrt(np.einsum("ij,ij->i", first, first))[:, None]


def train_images(
    task: ImageTask,
    network: ImageNetwork,
    plan: TrainingConfig | None = None,
    seed: int = 0,
    weights: Sequence[NDArray[Any]] | None = None,
) -> Iterator[ImageRecord]:
    """Train a network on images and measure it on the way.

    There is a record after each epoch of ``plan.recorded``, and a last one if the run halts before its end. To stop the
    work, stop iterating.

    Parameters
    ----------
    task : ImageTask
        The task.
    network : ImageNetwork
        The network.
    plan : TrainingConfig, optional
        How it is trained; by default ``TrainingConfig()``.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of the weights and of the batches.
    weights : sequence of L arrays (n_k, n_{k-1}), optional
        W_1 ... W_L to start from instead.

    Yields
    ------
    ImageRecord
        The measurements.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if the run takes more than 1e13 multiply-adds; raised by the call,
        before the iteration.
    MissingDependencyError
        If autograd is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from dynamics.images import ImageNetwork, ImageTask, TrainingConfig, train_images
    >>> x = np.random.default_rng(0).standard_normal((40, 3))
    >>> task = ImageTask("sign of the first value", x, np.sign(x[:, :1]), x, np.sign(x[:, :1]))
    >>> records = list(train_images(task, ImageNetwork((8,)), TrainingConfig(epochs=20, n=3)))
    >>> [record.epoch for record in records], records[-1].train_loss < records[0].train_loss
    ([0, 1, 20], True)
    """
    training = ImageTraining(task, network, plan, seed, weights)

    def records() -> Iterator[ImageRecord]:
        for epoch in training.plan.recorded:
            training.advance(epoch)
            yield training.measure()
            if training.halted:
                return

    return records()


def stable_rate(network: ImageNetwork, rate: float, most: float, loss: Loss = "squared") -> float:
    """Return the rate for a network whose layers have one sigma, from one that suits sigma = 1 and gamma = 1.

    For the squared loss the rate is divided by ``gamma^2 sigma^{2 (L - 1)}``, the size of the kernel at the start, so
    that outputs move as fast there. For the cross entropy the slope in an output is at most 1, however large the
    outputs are, so a step moves weights of size sigma by ``rate gamma sigma^{L - 1}`` at most; divided by ``gamma
    sigma^{L - 2}`` it changes them by the same share.

    Parameters
    ----------
    network : ImageNetwork
        The network.
    rate : float in [0, 1e12]
        The rate at sigma = 1 and gamma = 1.
    most : float in [0, 1e12]
        Largest rate: from a small sigma the kernel grows during training.
    loss : {"squared", "cross entropy"}, default "squared"
        The loss.

    Returns
    -------
    float
        The rate.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if the layers have different sigma.

    Examples
    --------
    >>> from dynamics.images import ImageNetwork, stable_rate
    >>> stable_rate(ImageNetwork((8,), sigma=2.0), rate=0.01, most=0.1)  # divided by 2^2
    0.0025
    """
    low, high = RATE_RANGE
    rate, most = check_number("rate", rate, low, high), check_number("most", most, low, high)
    check_choice("loss", loss, LOSSES)
    sigmas = set(check_instance("network", network, ImageNetwork).layer_sigmas)
    if len(sigmas) > 1:
        raise ValueError(f"network must have one sigma for all layers, not {network.sigma}")
    (sigma,) = sigmas
    L = network.layers
    size = network.gamma**2 * sigma ** (2 * (L - 1)) if loss == "squared" else network.gamma * sigma ** (L - 2)
    return min(rate / size, most) if size > 0.0 else most


def _accuracy(found: FloatArray, targets: FloatArray) -> float:
    """The share of the outputs (n, C) that give the class of their target; of one output, its sign."""
    if targets.shape[1] > 1:
        return float(np.mean(found.argmax(axis=1) == targets.argmax(axis=1)))
    return float(np.mean((found > 0.0) == (targets > 0.0)))


def _ratio(one: float, other: float) -> float:
    return one / other if other > 0.0 else float("nan")
