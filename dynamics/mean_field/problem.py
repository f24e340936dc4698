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
    """Represent target, activation, eps and width, with the systems to integrate.

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
        """Planar system that neurons that are all alike follow (tuple or None).

        It consists of c (array (K,)), c_star (array (K,)) and eps (float). It is None if target or activation have a
        degree 0, or if the activation is not a polynomial.
        """
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
        """Activation of the neurons (Activation)."""
        assert isinstance(self.activation, Activation)  # made one when the model was
        return self.activation

    @cached_property
    def degrees(self) -> int:
        """Highest degree K that is followed by itself (int).

        It is the target's, or that of a polynomial activation if that is higher.
        """
        return max(len(self.phi), len(self.sigma.polynomial)) - 1

    @cached_property
    def coefficients(self) -> FloatArray:
        """Coefficients phi_k and sigma_k for k = 0 ... K (array (2, K + 1))."""
        K = self.degrees
        return np.array([np.pad(self.phi, (0, K + 1 - len(self.phi))), self.sigma.coefficients(K)])

    def groups(self, a0: FloatArray) -> Groups:
        """Return the groups of neurons that start alike and therefore stay alike.

        Parameters
        ----------
        a0 : array_like (m,)
            Second-layer weights at the start, in [-1e3, 1e3].

        Returns
        -------
        Groups
            Start and number of neurons of each group, and the group of each neuron.
        """
        return grouped(starting_weights(self.m, a0, 0), self.sigma.finite_rank and not self.sigma.sigma[::2].any())

    def system(self, counts: FloatArray) -> Any:
        """Return the parameters of the mean-field system for the compiled core.

        Parameters
        ----------
        counts : array_like (n,)
            Numbers of neurons that are alike, for each group, from 1 to m.

        Returns
        -------
        FiniteRank or ClosedForm
            A named tuple: polynomial for activations of finite rank, in closed form for ReLU.
        """
        weights = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX) / self.m
        if self.sigma.finite_rank:
            return finite_rank(np.array(self.phi), self.sigma.sigma, self.eps, weights)
        phi, sigma = self.coefficients
        return closed_form(phi, sigma, self.eps, weights)

    def overlap_system(self, counts: FloatArray) -> OverlapFlow:
        """Return the parameters of the exact flow for the compiled core.

        Parameters
        ----------
        counts : array_like (n,)
            Numbers of neurons that are alike, for each group, from 1 to m.

        Returns
        -------
        OverlapFlow
            A named tuple.
        """
        counts = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX)
        phi, sigma = self.coefficients
        U = self.sigma.sigma**2 if self.sigma.finite_rank else np.empty(0)
        return overlap_flow(phi, sigma, self.sigma.norm2, U, self.eps, counts)
