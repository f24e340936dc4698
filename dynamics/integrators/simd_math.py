"""exp and log that a compiler turns into vector code: no branch, no table, no call.

Loops over the lanes of an array are vectorized only as far as what they call is; the library's exp and
log are calls.
"""

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from dynamics.jit import INLINE

_TO_INTEGER = 6755399441055744.0  # 1.5 * 2^52: what is added to it is rounded to a whole number in the low bits
_LOG2_E = 1.4426950408889634
_LN2, _LN2_HIGH, _LN2_LOW = 0.6931471805599453, 0.693147180369123816490, 1.90821492927058770002e-10
_SQRT2 = 1.4142135623730951
_LOWEST = -600.0  # exp of much less is not a normal number, and such are slow


@intrinsic
def _as_bits(context: Any, x: Any) -> Any:
    """The bits of a float as an integer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def _as_float(context: Any, x: Any) -> Any:
    """The float with the bits of an integer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


_bits: Any = _as_bits  # a caller does not see the context
_float: Any = _as_float


@njit(**INLINE)
def exponential(x: float) -> float:
    """exp(x) to 2e-16 of its size for -600 <= x <= 700; exp(-600) below."""
    x = x if x > _LOWEST else _LOWEST
    shifted = x * _LOG2_E + _TO_INTEGER
    n = shifted - _TO_INTEGER
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1.0 / 6227020800.0  # Taylor's series: |r| <= ln 2 / 2
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _float((_bits(shifted) + 1023) << 52)  # type: ignore[no-any-return]


@njit(**INLINE)
def logarithm(x: float) -> float:
    """ln x to 1e-5 for a normal x > 0: what a step-size control needs."""
    bits = _bits(x)
    mantissa = _float((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000)
    power = _float(((bits >> 52) & 0x7FF) | 0x4330000000000000) - 4503599627371519.0
    z = (mantissa - _SQRT2) / (mantissa + _SQRT2)
    s = z * z
    series = z * (2.0 + s * (2.0 / 3.0 + s * (2.0 / 5.0 + s * (2.0 / 7.0))))
    return (power + 0.5) * _LN2 + series  # type: ignore[no-any-return]
