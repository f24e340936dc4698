"""Lengths and the angle of two vectors, safe from underflow, and what a flow starts from, given by them alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import fsum
from typing import Any

import numpy as np

from dynamics.interruption import checkpoint
from dynamics.typing import FloatArray


def length(vector: FloatArray) -> float:
    """|vector|, whatever its scale."""
    largest = float(abs(vector).max())
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0.0 else 0.0


_CANCELS = 1e-4  # of the sum of sizes: below this a sum of products is done without rounding
_PIECE = 50_000  # numbers between two looks for an interruption
_SPLIT = 2.0**27 + 1.0  # cuts a float into two halves whose products are exact


def dot(u: FloatArray, v: FloatArray) -> float:
    """``<u, v>``, accurate to rounding even if the products nearly cancel."""
    products = u * v
    total = float(u @ v)
    if abs(total) > _CANCELS * float(abs(products).sum()):
        return total
    (u_high, u_low), (v_high, v_low) = _halves(u), _halves(v)
    rounded = ((u_high * v_high - products) + u_high * v_low + u_low * v_high) + u_low * v_low
    return fsum(chain.from_iterable(_pieces(products, rounded)))


def _pieces(*arrays: FloatArray) -> Iterator[list[float]]:
    """The numbers of arrays; a sum of a million without rounding takes 0.2 s."""
    for array in arrays:
        for start in range(0, array.size, _PIECE):
            checkpoint()
            yield array[start : start + _PIECE].tolist()


def _halves(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    high = _SPLIT * values - (_SPLIT * values - values)
    return high, values - high


@dataclass(frozen=True, eq=False)
class LayerGeometry:
    """The lengths of u and v, and ``(1 + cos zeta) / 2`` and ``(1 - cos zeta) / 2`` of the angle between them, free of
    cancellation; floats, or arrays of one shape."""

    u: Any
    v: Any
    cos_plus: Any
    cos_minus: Any

    @classmethod
    def of(cls, u: FloatArray, v: FloatArray) -> LayerGeometry:
        """Of two vectors. Where one is 0 they count as perpendicular."""
        lengths = length(u), length(v)
        if 0.0 in lengths:
            return cls(*lengths, 0.5, 0.5)
        u, v = u / lengths[0], v / lengths[1]
        return cls(*lengths, 0.25 * float(np.sum((u + v) ** 2)), 0.25 * float(np.sum((u - v) ** 2)))

    @property
    def cosine(self) -> Any:
        """cos zeta."""
        return self.cos_plus - self.cos_minus

    @property
    def sine(self) -> Any:
        """sin zeta, at least 0."""
        return 2.0 * np.sqrt(self.cos_plus * self.cos_minus)
