"""The specification of a phase map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynamics.planar.batches.batch_integrator import Models, models
from dynamics.planar.maps.axes import Axis
from dynamics.typing import FloatArray


@dataclass(frozen=True)
class MapSpec:
    """What a map is of: everything that a piece of it needs, validated."""

    c: tuple[float, ...]
    c_star: tuple[float, ...]
    eps: float
    a0: float
    R0: float
    x: Axis
    y: Axis
    tau_end: float  # 0 if R at that time is not requested
    course: bool  # whether time or lost is requested
    rtol: float

    @property
    def in_columns(self) -> bool:
        """Whether fates along an axis follow from saddles: it is a0, the other a model's, and R0 = 0."""
        return {self.x.name, self.y.name} != {"a0", "R0"} and "a0" in (self.x.name, self.y.name) and self.R0 == 0.0

    def jobs(self, x: FloatArray, y: FloatArray) -> tuple[Models, NDArray[np.int64], FloatArray, FloatArray]:
        """Models, and for each pair (x[i], y[i]) its model, R0 and a0."""
        varied = [(a, v) for a, v in ((self.x, x), (self.y, y)) if a.of_model]
        if len(varied) == 2:
            unique, index = np.unique(np.stack([v for _, v in varied]), axis=1, return_inverse=True)
        elif varied:  # ten times as fast for one row
            unique, index = np.unique(varied[0][1], return_inverse=True)
            unique = unique[None, :]
        else:
            unique, index = np.empty((0, 1)), np.zeros(len(x), np.int64)
        m = unique.shape[1]
        c, c_star = np.tile(self.c, (m, 1)), np.tile(self.c_star, (m, 1))
        eps = np.full(m, self.eps)
        for (which, _), values in zip(varied, unique, strict=True):
            if which.name == "eps":
                eps = values
            else:
                (c if which.name == "c" else c_star)[:, which.k - 1] = values
        starts = {"a0": np.full(len(x), self.a0), "R0": np.full(len(x), self.R0)}
        for which, v in ((self.x, x), (self.y, y)):
            if which.name in starts:
                starts[which.name] = v
        return models(c, c_star, eps), index.ravel().astype(np.int64), starts["R0"], starts["a0"]
