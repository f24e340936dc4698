"""What integration and sampling ask of a fast-slow system, beyond what the integrator asks.

Its unknowns begin with ``rho = atanh R`` and ``a``, in this order. As in ``rosenbrock``, a system answers
by ``numba.extending.overload``.
"""

from typing import Any


def normal_contraction_rate(system: Any, y: Any) -> float:
    """The rate at which rho is drawn to the critical manifold (negative where it is driven away)."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def n_outputs(system: Any) -> int:
    """Number of the quantities that a sample holds: R, a and what else there is."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def outputs(system: Any, y: Any, out: Any) -> None:
    """Write these quantities at the unknowns y (n,) into out (observed(system),)."""
    raise TypeError("overloaded for each system; only compiled code calls it")
