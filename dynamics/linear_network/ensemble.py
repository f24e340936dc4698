"""Random linear networks of one input that differ in their seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.phase_diagram import PhaseDiagram, phase_diagram
from dynamics.linear_network.problem import BETA_RANGE, D_MAX, DEVIATIONS, ENTRY_MAX, ETA_RANGE, GAMMA_RANGE
from dynamics.validation import check_integer, check_number

_SIGMA_RANGE = (0.0, ENTRY_MAX / DEVIATIONS)
_BOUNDS = {
    "gamma": GAMMA_RANGE,
    "sigma_u": _SIGMA_RANGE,
    "sigma_w": _SIGMA_RANGE,
    "eta_u": ETA_RANGE,
    "eta_w": ETA_RANGE,
    "y": (-ENTRY_MAX, ENTRY_MAX),
    "x_norm": (0.0, ENTRY_MAX),
    "beta": BETA_RANGE,
    "alignment": (-1.0, 1.0),
}


@dataclass(frozen=True)
class LinearEnsemble:
    """Hold what all networks of an ensemble have in common.

    Attributes
    ----------
    d : int, 1 to 1,000,000
        Width.
    gamma : float in [1e-300, 1e10], default 1
        Scale of the output.
    sigma_u, sigma_w : float in [0, 1e10 / 9], default 1
        Standard deviations of u_i and w_i.
    eta_u, eta_w : float in [1e-30, 1e30], default 1
        Rates of the two layers.
    y : float in [-1e10, 1e10], default 1
        Target.
    x_norm : float in [0, 1e10], default 1
        |x|.
    beta : float in [0.25, 4], default 1
        Exponent of the loss |f - y|^(beta + 1) / (beta + 1).
    alignment : float in [-1, 1], default 0
        Correlation of u_i and w_i at the start.
    """

    d: int
    gamma: float = 1.0
    sigma_u: float = 1.0
    sigma_w: float = 1.0
    eta_u: float = 1.0
    eta_w: float = 1.0
    y: float = 1.0
    x_norm: float = 1.0
    beta: float = 1.0
    alignment: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "d", check_integer("d", self.d, 1, D_MAX))
        for name, bounds in _BOUNDS.items():
            object.__setattr__(self, name, check_number(name, getattr(self, name), *bounds))

    def network(self, seed: int = 0) -> LinearNetwork:
        """Return the network of a seed, see ``LinearNetwork.random``.

        Parameters
        ----------
        seed : int, 0 to 2**32 - 1, default 0
            Seed of the weights.

        Returns
        -------
        LinearNetwork
            The network.

        Raises
        ------
        ValueError
            If a value is outside its range.

        Examples
        --------
        >>> from dynamics import LinearEnsemble
        >>> ensemble = LinearEnsemble(d=100, gamma=0.01, eta_u=100, eta_w=100, y=2.0)
        >>> [name.value for name in ensemble.network(seed=0).mechanism().names]
        ['alignment', 'rescaling']
        """
        return LinearNetwork.random(
            self.d, 1, self.sigma_u, self.sigma_w, np.array([self.x_norm]), self.y, self.gamma, self.eta_u, self.eta_w,
            self.beta, seed, self.alignment,
        )  # fmt: skip

    def phase_diagram(
        self,
        x: Sequence[Any] = ("gamma", 1e-3, 1.0),
        y: Sequence[Any] = ("sigma_u", 1e-2, 1e2),
        n: tuple[int, int] = (200, 200),
        seeds: Sequence[int] = tuple(range(8)),
    ) -> PhaseDiagram:
        """Compute the exact ends of such networks over two of the values, see ``phase_diagram``.

        Parameters
        ----------
        x : sequence of three items (name, low, high), default ("gamma", 1e-3, 1.0)
            First axis.
        y : sequence of three items (name, low, high), default ("sigma_u", 1e-2, 1e2)
            Second axis.
        n : tuple of two ints, 2 to 1,000, default (200, 200)
            Numbers of values (nx, ny).
        seeds : sequence of 1 to 100 ints, default 0 ... 7
            Seeds of the weights.

        Returns
        -------
        PhaseDiagram
            Kernel ratios and angles; they do not depend on ``beta``.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import LinearEnsemble
        >>> LinearEnsemble(d=10).phase_diagram(n=(3, 2), seeds=(0, 1)).log_ratio.shape
        (2, 2, 3)
        """
        return phase_diagram(
            x, y, n, seeds, self.d, self.sigma_u, self.sigma_w, self.gamma, self.eta_u, self.eta_w, self.y,
            self.x_norm, self.alignment,
        )  # fmt: skip
