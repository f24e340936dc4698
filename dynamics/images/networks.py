"""Fully connected networks of any depth and width: ``f(x) = gamma W_L phi(W_{L-1} ... phi(W_1 x))``, without biases.

Without biases a network of ReLUs is homogeneous in each layer's weights: with all initialization scales multiplied by
s, f is multiplied by s^L and the kernel by s^{2(L-1)}, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynamics.validation import check_choice, check_integer, check_integers, check_number, check_sequence

LAYERS_MAX = 10
WIDTH_MAX = 10_000
WEIGHTS_MAX = 20_000_000
SCALE_RANGE = (1e-6, 1e6)  # of sigma
GAMMA_RANGE = (1e-12, 1e12)
RATE_RANGE = (0.0, 1e12)
LAST_MAX = 1e6
ActivationName = Literal["relu", "linear"]
ACTIVATIONS: tuple[ActivationName, ...] = ("relu", "linear")
VALUES_MAX = 1_000_000  # of an image, or of an output
SEED_MAX = 2**32 - 1


@dataclass(frozen=True)
class ImageNetwork:
    """A network before it has met its images.

    widths: neurons of each hidden layer, so that there are L = len(widths) + 1 layers of weights, 2 to 10.
    sigma: initialization scale, one or one for each layer: the weights of layer k, which is fed n_{k-1} values, are
    normal with the standard deviation ``sigma sqrt(2 / n_{k-1})``, Kaiming's at sigma = 1.
    rates: the learning rate of each layer, or one for all. gamma: the scale of the output.
    last: if given, every weight of the last layer has this value at the start.

    Raises ValueError, naming argument, value and range.
    """

    widths: tuple[int, ...] = (64, 64, 64)
    sigma: float | tuple[float, ...] = 1.0
    rates: float | tuple[float, ...] = 0.05
    gamma: float = 1.0
    activation: ActivationName = "relu"
    last: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", check_integers("widths", self.widths, 1, WIDTH_MAX, 1, LAYERS_MAX - 1))
        object.__setattr__(self, "sigma", self._layered("sigma", self.sigma, *SCALE_RANGE))
        object.__setattr__(self, "rates", self._layered("rates", self.rates, *RATE_RANGE))
        object.__setattr__(self, "gamma", check_number("gamma", self.gamma, *GAMMA_RANGE))
        if self.last is not None:
            object.__setattr__(self, "last", check_number("last", self.last, -LAST_MAX, LAST_MAX))
        check_choice("activation", self.activation, ACTIVATIONS)

    @property
    def layers(self) -> int:
        """L, the number of layers of weights."""
        return len(self.widths) + 1

    @property
    def layer_sigmas(self) -> tuple[float, ...]:
        """sigma of each layer, (L,)."""
        return self._each(self.sigma)

    @property
    def layer_rates(self) -> tuple[float, ...]:
        """The learning rate of each layer, (L,)."""
        return self._each(self.rates)

    def shapes(self, inputs: int, outputs: int) -> list[tuple[int, int]]:
        """(n_k, n_{k-1}) for each layer. Raises ValueError where they are more weights than are allowed."""
        inputs, outputs = (
            check_integer("inputs", inputs, 1, VALUES_MAX),
            check_integer("outputs", outputs, 1, VALUES_MAX),
        )
        shapes = [(after, before) for before, after in pairwise((inputs, *self.widths, outputs))]
        count = sum(rows * columns for rows, columns in shapes)
        if count > WEIGHTS_MAX:
            raise ValueError(f"widths must make at most {WEIGHTS_MAX} weights; {self.widths} make {count}")
        return shapes

    def weights(self, inputs: int, outputs: int, seed: int) -> list[NDArray[Any]]:
        """W_1 ... W_L as they are drawn, (n_k, n_{k-1}) each."""
        shapes, seed = self.shapes(inputs, outputs), check_integer("seed", seed, 0, SEED_MAX)
        drawn = [
            sigma * sqrt(2.0 / columns) * np.random.default_rng([seed, 0, k]).standard_normal((rows, columns))
            for k, ((rows, columns), sigma) in enumerate(zip(shapes, self.layer_sigmas, strict=True))
        ]
        if self.last is not None:
            drawn[-1] = np.full(shapes[-1], self.last)
        return drawn

    def _layered(self, name: str, given: float | Sequence[float], low: float, high: float) -> float | tuple[float, ...]:
        if isinstance(given, (tuple, list)):
            items = check_sequence(name, given, self.layers, self.layers, "numbers, one for each layer")
            return tuple(check_number(name, one, low, high) for one in items)
        return check_number(name, given, low, high)

    def _each(self, given: float | tuple[float, ...]) -> tuple[float, ...]:
        return given if isinstance(given, tuple) else (given,) * self.layers
