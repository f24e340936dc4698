"""The mean-field model's parameters, coefficients and systems."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dynamics.activations import Activation, series
from dynamics.hermite import hermite_norms
from dynamics.mean_field.initialization import NEURONS_MAX, Groups, grouped, starting_weights
from dynamics.mean_field.overlap_system import OverlapFlow, overlap_flow
from dynamics.mean_field.polynomial_system import finite_rank
from dynamics.mean_field.relu_system import closed_form
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_integer, check_number

EPS_RANGE = (1e-8, 10.0)
WIDTH_MAX = {"finite rank": NEURONS_MAX, "closed form": 1_000, "overlaps": 200}
SWEEP_MAX, SEEDS_MAX = 200, 1_000
RTOL_RANGE = (1e-13, 1e-3)


@dataclass(frozen=True)
class MeanFieldProblem(Result):
    """Target, activation, eps and width, with the systems to integrate.

    ``MeanFieldModel`` adds the analyses; see there for the parameters.
    """

    phi: tuple[float, ...] = (1.0, -1.0, 2.0 / 3.0)
    activation: Activation | str | tuple[float, ...] = "relu"
    eps: float = 1e-3
    m: int = 10

    def __post_init__(self) -> None:
        object.__setattr__(self, "phi", series("phi", self.phi))
        activation = Activation.of(self.activation)
        object.__setattr__(self, "activation", activation)
        object.__setattr__(self, "eps", check_number("eps", self.eps, *EPS_RANGE))
        kind = "finite rank" if activation.finite_rank else "closed form"
        object.__setattr__(self, "m", check_integer("m", self.m, 1, WIDTH_MAX[kind]))

    @property
    def planar(self) -> tuple[FloatArray, FloatArray, float] | None:
        """c, c_star and eps of the planar system that neurons that are all alike follow; None where it is none: a
        degree 0 in target or activation, or an activation that is no polynomial."""
        sigma = np.array(self.sigma.polynomial)
        if self.sigma.name != "polynomial" or sigma[0] != 0.0 or self.phi[0] != 0.0:
            return None
        K = max(len(sigma), len(self.phi), 2) - 1
        root = np.sqrt(hermite_norms(K))
        return (
            self.sigma.coefficients(K)[1:] / root,
            np.pad(self.phi[1:], (0, K + 1 - len(self.phi))) / root,
            1 / self.eps,
        )

    @property
    def sigma(self) -> Activation:
        """The activation."""
        assert isinstance(self.activation, Activation)  # made one when the model was
        return self.activation

    @cached_property
    def degrees(self) -> int:
        """The highest degree K that is looked at one by one: the target's, or that of a polynomial activation."""
        return max(len(self.phi), len(self.sigma.polynomial)) - 1

    @cached_property
    def coefficients(self) -> FloatArray:
        """phi_k and sigma_k for k = 0 ... K, shape (2, K + 1)."""
        K = self.degrees
        return np.array([np.pad(self.phi, (0, K + 1 - len(self.phi))), self.sigma.coefficients(K)])

    def groups(self, a0: FloatArray) -> Groups:
        """Which neurons that start at a0 (m,) stay alike."""
        return grouped(starting_weights(self.m, a0, 0), self.sigma.finite_rank and not self.sigma.sigma[::2].any())

    def system(self, counts: FloatArray) -> Any:
        """The compiled core's view of the mean-field system of groups of ``counts`` (n,) neurons that are alike."""
        weights = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX) / self.m
        if self.sigma.finite_rank:
            return finite_rank(np.array(self.phi), self.sigma.sigma, self.eps, weights)
        phi, sigma = self.coefficients
        return closed_form(phi, sigma, self.eps, weights)

    def overlap_system(self, counts: FloatArray) -> OverlapFlow:
        """The compiled core's view of the exact flow of such groups."""
        counts = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX)
        phi, sigma = self.coefficients
        U = self.sigma.sigma**2 if self.sigma.finite_rank else np.empty(0)
        return overlap_flow(phi, sigma, self.sigma.norm2, U, self.eps, counts)
