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
    """Describe a fully connected network without biases, ``f(x) = gamma W_L phi(W_{L-1} ... phi(W_1 x))``.

    A network of ReLUs is homogeneous in each layer's weights: with all initialization scales multiplied by s, f is
    multiplied by s^L and the kernel by s^{2(L-1)}, exactly.

    Parameters
    ----------
    widths : sequence of 1 to 9 ints, 1 to 10,000, default (64, 64, 64)
        Neurons of each hidden layer; there are L = len(widths) + 1 layers of weights.
    sigma : float or tuple of L floats in [1e-6, 1e6], default 1
        Initialization scale, one for all layers or one for each: the weights of layer k, which is fed n_{k-1} values,
        are normal with the standard deviation ``sigma sqrt(2 / n_{k-1})``, Kaiming's at sigma = 1.
    rates : float or tuple of L floats in [0, 1e12], default 0.05
        Learning rate, one for all layers or one for each.
    gamma : float in [1e-12, 1e12], default 1
        Scale of the output.
    activation : {"relu", "linear"}, default "relu"
        phi.
    last : float in [-1e6, 1e6], optional
        Value of every weight of the last layer at the start.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    Examples
    --------
    >>> from dynamics.images import ImageNetwork
    >>> network = ImageNetwork((32, 16), sigma=0.5)
    >>> network.layers, network.shapes(64, 10)
    (3, [(32, 64), (16, 32), (10, 16)])
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
        """Number L of layers of weights (int)."""
        return len(self.widths) + 1

    @property
    def layer_sigmas(self) -> tuple[float, ...]:
        """Initialization scale of each layer (tuple of L floats)."""
        return self._each(self.sigma)

    @property
    def layer_rates(self) -> tuple[float, ...]:
        """Learning rate of each layer (tuple of L floats)."""
        return self._each(self.rates)

    def shapes(self, inputs: int, outputs: int) -> list[tuple[int, int]]:
        """Return the shapes of the layers' weights.

        Parameters
        ----------
        inputs : int, 1 to 1,000,000
            Values of an input.
        outputs : int, 1 to 1,000,000
            Outputs.

        Returns
        -------
        list of tuple
            (n_k, n_{k-1}) for each layer.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if there are more than 20,000,000 weights.
        """
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
        """Draw the weights at the start.

        Parameters
        ----------
        inputs : int, 1 to 1,000,000
            Values of an input.
        outputs : int, 1 to 1,000,000
            Outputs.
        seed : int, 0 to 2**32 - 1
            Seed of the weights.

        Returns
        -------
        list of array
            W_1 ... W_L, each (n_k, n_{k-1}).

        Raises
        ------
        ValueError
            If an argument is outside its range, or if there are more than 20,000,000 weights.
        """
        shapes, seed = self.shapes(inputs, outputs), check_integer("seed", seed, 0, SEED_MAX)
        weights = [
            sigma * sqrt(2.0 / columns) * np.random.default_rng([seed, 0, k]).standard_normal((rows, columns))
            for k, ((rows, columns), sigma) in enumerate(zip(shapes, self.layer_sigmas, strict=True))
        ]
        if self.last is not None:
            weights[-1] = np.full(shapes[-1], self.last)
        return weights

    def _layered(self, name: str, given: float | Sequence[float], low: float, high: float) -> float | tuple[float, ...]:
        if isinstance(given, (tuple, list)):
            items = check_sequence(name, given, self.layers, self.layers, "numbers, one for each layer")
            return tuple(check_number(name, one, low, high) for one in items)
        return check_number(name, given, low, high)

    def _each(self, given: float | tuple[float, ...]) -> tuple[float, ...]:
        return given if isinstance(given, tuple) else (given,) * self.layers
