"""What should make a network differ from its laws, from theory: width, batches, and the activation's heavy tails.

The planar law is that of infinite width and infinite batches. A finite width adds terms of order ``U(1)/m``, which the
law of width m has exactly (``finite_width``). A batch of B samples in d dimensions adds noise of relative order d/B,
and what one neuron's output squared is on the average is known from it only as well as ``E sigma^4`` allows:
for high degrees sigma is heavy-tailed (``E h_k^4`` grows like 9^k / k), and a batch, however large it looks, misses the
rare samples that matter. Source: this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from numpy.typing import ArrayLike

from ..arguments import check_instance, check_integer, check_number
from ..hermite import Array
from ..results import Result

if TYPE_CHECKING:
    from .model import UnlearningModel

SIZE_MAX = 10**9
NOISE_MAX = 1e6


@dataclass(frozen=True)
class ExpectedDifferences(Result):
    """Of a network of m neurons in d dimensions that learns from batches."""

    model: UnlearningModel
    m: int
    d: int
    batch: int

    def __post_init__(self) -> None:
        from .model import UnlearningModel

        check_instance("model", self.model, UnlearningModel)
        for name in ("m", "d", "batch"):
            check_integer(name, getattr(self, name), 1, SIZE_MAX)

    @property
    def width(self) -> float:
        """``1/m``: the order of what a finite width changes, per unit of ``U(1)``."""
        return 1.0 / self.m

    @property
    def sampling(self) -> float:
        """``d/B``: the relative order of what finite batches change."""
        return self.d / self.batch

    @cached_property
    def square(self) -> float:
        """``U(1) = E sigma(G)^2``: the width has to be far above it, in units of B_1, for the planar law to hold."""
        return float(sum(self.model.B))

    @cached_property
    def kurtosis(self) -> float:
        """``E sigma(G)^4 / (E sigma(G)^2)^2``: 3 for a linear activation, 15 for He_2, and about 1e3 for five terms
        alike; nan where sigma = 0."""
        c = np.array(self.model.c)
        nodes, weights = hermegauss(2 * len(c) + 1)  # exact up to degree 4 K + 1
        values = hermeval(nodes, np.append(0.0, c))
        fourth = float(weights @ values**4 / weights.sum())
        return fourth / self.square**2 if self.square > 0.0 else float("nan")

    @property
    def square_error(self) -> float:
        """The relative standard error of ``mean sigma(<w, x>)^2`` over a batch, ``sqrt((kurtosis - 1)/B)``."""
        return sqrt((self.kurtosis - 1.0) / self.batch)

    def own_share(self, R: ArrayLike) -> Array:
        """The neurons' own share of the squared output, ``(U(1) - U(R^2)) / (m U(R^2))``, of R's shape: what they put
        out each for itself, against what they put out together at alignment R; where it is not small the width is felt,
        and where it comes near 1 unlearning halts."""
        q = self.model.sums(R)[2]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(q > 0.0, (self.square - q) / (self.m * q), inf)

    def noise_overlap(self, step: float, a: float, loss: float, noise: float = 0.0) -> float:
        """What the noise of descent adds to the overlap Q of two neurons, once ``a^2 c_1^2`` times the time is large.

        Samples push all neurons the same way, off the target, and the linear term pulls them back::

            step (L + noise^2 / 2) (d/B) / (1 - step a^2 c_1^2 / 2)           step = dtau / eps

        as in linear regression. It adds ``-a B_1`` of itself to da/dtau: little, but so is the drift of unlearning,
        which it slows. inf where the step is unstable.
        """
        step, a = check_number("step", step, 0.0), check_number("a", a)
        loss, noise = check_number("loss", loss, 0.0), check_number("noise", noise, 0.0, NOISE_MAX)
        left = 1.0 - 0.5 * step * (a * self.model.c[0]) ** 2
        return step * (loss + 0.5 * noise * noise) * self.sampling / left if left > 0.0 else inf

    def allowance(self, of_width: float = 1.0, of_sampling: float = 1.0) -> float:
        """``C_1/m + C_2 d/B``, by which the mean over many seeds may differ from the law of this width."""
        of_width, of_sampling = check_number("of_width", of_width, 0.0), check_number("of_sampling", of_sampling, 0.0)
        return of_width * self.width + of_sampling * self.sampling
