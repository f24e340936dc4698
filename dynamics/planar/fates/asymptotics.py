"""The asymptotic law of the branch of the critical manifold that runs along R = 0 to infinity.

With k the first index where ``c_k != 0`` and provided ``A_k != 0``: on that branch ``a R^k`` tends to
``alpha0 = c*_k / c_k`` and the slow flow is a power series ``H = h_p R^p + h_{p+1} R^{p+1} + ...``. The branch
unlearns where H drives |R| down, and then, with n = p + k and X = [n |h_p| tau / (k |alpha0|)]^(1/n)::

    |R| ~ 1/X        |a| ~ |alpha0| X^k + a_next X^(k-1)        L -> 1/2 sum_{i != k} i! c*_i^2

Source: Imai, Nishiyama & Imaizumi, arXiv:2602.07378, for k = 1, p = 2; the general series is this
project's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import factorial, inf

import numpy as np
from numpy.typing import ArrayLike

from dynamics.planar.problem import PlanarProblem
from dynamics.typing import FloatArray
from dynamics.validation import check_array


@dataclass(frozen=True)
class Asymptotics:
    """Hold the asymptotic law of the branch of the critical manifold with ``sign(R) = sign`` that runs to infinity.

    ``R ~ R_prefactor tau^R_exponent`` and ``a ~ a_prefactor tau^a_exponent + a_next tau^((k-1)/(p+k))`` (the last term
    is constant for k = 1).

    Attributes
    ----------
    sign : int
        The side, 1 or -1.
    k : int or None
        First degree of the network with c_k != 0; None if there is none.
    p : int or None
        First power of R in the slow flow; None if that vanishes identically or there is no such branch.
    unlearns : bool
        Whether the slow flow leads along the branch to R = 0.
    alpha0 : float
        Limit of a R^k; nan if there is no such branch.
    h_p : float
        First coefficient of the slow flow; nan if p is None.
    R_exponent, a_exponent : float
        ``-1/(p + k)`` and ``k/(p + k)``. They, the prefactors, a_next and loss_limit are nan if the branch does not
        unlearn.
    R_prefactor, a_prefactor : float
        Signed prefactors.
    a_next : float
        Coefficient of the next term of a.
    loss_limit : float
        Loss at infinity.
    a_sign : int
        Sign of a on the branch; 0 if there is no such branch.

    References
    ----------
    Imai, Nishiyama & Imaizumi, arXiv:2602.07378, for k = 1, p = 2. The general series is this project's.
    """

    sign: int
    k: int | None
    p: int | None
    unlearns: bool
    alpha0: float
    h_p: float
    R_exponent: float
    a_exponent: float
    R_prefactor: float
    a_prefactor: float
    a_next: float
    loss_limit: float
    a_sign: int

    def R(self, tau: ArrayLike) -> FloatArray:
        """Return the leading law of R.

        Parameters
        ----------
        tau : array_like
            Times from 0 to inf, of any shape.

        Returns
        -------
        array
            Of the shape of tau; infinite at 0.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(self.R_prefactor * check_array("tau", tau, 0.0, inf) ** self.R_exponent)

    def a(self, tau: ArrayLike) -> FloatArray:
        """Return the law of a: its leading and its next term.

        Parameters
        ----------
        tau : array_like
            Times from 0 to inf, of any shape.

        Returns
        -------
        array
            Of the shape of tau.
        """
        times = check_array("tau", tau, 0.0, inf)
        next_exponent = self.a_exponent + self.R_exponent
        return np.asarray(self.a_prefactor * times**self.a_exponent + self.a_next * times**next_exponent)


def asymptotics(model: PlanarProblem, sign: int) -> Asymptotics:
    """The law on the side ``sign`` of R = 0."""
    nan = float("nan")
    k = next((i for i, c in enumerate(model.c, 1) if c != 0.0), None)
    law = Asymptotics(sign, k, None, False, nan, nan, nan, nan, nan, nan, nan, nan, 0)
    if k is None or model.c_star[k - 1] == 0.0:
        return law
    leading, alpha1 = _leading_terms(model, k, sign)
    limit = model.c_star[k - 1] / model.c[k - 1]
    alpha0 = sign**k * limit  # of a |R|^k, as all that follows, on the reflected side R > 0
    law = replace(law, alpha0=limit, a_sign=1 if alpha0 > 0 else -1)
    if leading is None:
        return law
    p, h_p, h_next = leading
    law = replace(law, p=p, h_p=sign**p * h_p)
    if h_p * alpha0 < 0:
        return law
    n = p + k
    rate = (n * abs(h_p) / (k * abs(alpha0))) ** (1.0 / n)
    bend = h_next / h_p + (1 - k) * alpha1 / (k * alpha0)
    return replace(
        law,
        unlearns=True,
        R_exponent=-1.0 / n,
        a_exponent=k / n,
        R_prefactor=sign / rate,
        a_prefactor=alpha0 * rate**k,
        a_next=(alpha0 * k * bend / (n - 1) + alpha1) * rate ** (k - 1),
        loss_limit=model.runaway_loss,
    )


def _leading_terms(model: PlanarProblem, k: int, sign: int) -> tuple[tuple[int, float, float] | None, float]:
    """``(p, h_p, h_{p+1})``, or None where H vanishes, and alpha_1, on the side ``sign`` of R = 0.

    In rational arithmetic: which coefficient is the first that is not zero has to be exact.
    """
    K = model.K
    A = [Fraction(0)] * (K + 1)
    B = [Fraction(0)] * (K + 1)
    for i in range(1, K + 1):
        own, target = Fraction(model.c[i - 1]), Fraction(model.c_star[i - 1])
        A[i] = factorial(i) * own * target * sign**i
        B[i] = factorial(i) * own * own
    M: list[Fraction] = []  # M = R^-k sum_i M[i] R^i
    found: list[tuple[int, float]] = []
    for i in range(3 * K + 1):
        # h M = g, at the power R^(i + k - 1)
        lower_terms = sum((j * B[j] * M[i - 2 * (j - k)] for j in range(k + 1, K + 1) if i >= 2 * (j - k)), Fraction(0))
        top = (i + k) * A[i + k] if i + k <= K else Fraction(0)
        M.append((top - lower_terms) / (k * B[k]))
        # H = p - M q, at the power R^i: M q = sum_j B_j M[i - 2 j + k] R^i
        terms = [A[i] if i <= K else Fraction(0)]
        terms += [-B[j] * M[i - 2 * j + k] for j in range(k, K + 1) if 0 <= i - 2 * j + k <= i]
        total = sum(terms, Fraction(0))
        if abs(total) <= Fraction(1, 10**14) * sum(map(abs, terms), Fraction(0)):
            total = Fraction(0)  # decimals that cancel, as binary fractions
        if found or total:
            found.append((i, float(total)))
        if len(found) == 2:
            return (found[0][0], found[0][1], found[1][1]), float(M[1])
    return None, float(M[1])
