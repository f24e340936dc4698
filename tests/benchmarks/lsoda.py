"""The rival at its best: LSODA on the same system in rho, its polynomials unrolled into plain Python floats."""

import math

import numpy as np
from scipy.integrate import solve_ivp

from tests.dynamics.reference import System


def right_hand_side(c, c_star, eps):
    """A function of (tau, (rho, a)) with every coefficient a literal: Horner's scheme, no loops, no arrays."""
    system = System(c, c_star, eps)
    K = system.K

    def horner(coefficients, x):
        text = repr(float(coefficients[-1]))
        for value in reversed(coefficients[:-1]):
            text = f"({text} * {x} + {float(value)!r})"
        return text

    k = range(1, K + 1)
    A, B = system.A.tolist(), system.B.tolist()
    # S = R^2, p = R (A_1 + A_2 R...), g = A_1 + 2 A_2 R..., q = S (B_1 + B_2 S...), h = R (B_1 + 2 B_2 S...)
    source = f"""
def rhs(tau, y):
    rho, a = y
    R = tanh(rho)
    S = R * R
    g = {horner([i * x for i, x in zip(k, A, strict=True)], "R")}
    h = R * {horner([i * x for i, x in zip(k, B, strict=True)], "S")}
    p = R * {horner(A, "R")}
    q = S * {horner(B, "S")}
    return (a * (g - a * h) * {1 / system.eps!r}, p - a * q)
"""
    scope = {"tanh": math.tanh}
    exec(source, scope)
    return scope["rhs"]


def trajectory(rhs, a0, R0, tau, rtol):
    """R and a at the times tau (the first is 0)."""
    run = solve_ivp(rhs, (0.0, tau[-1]), (math.atanh(R0), a0), method="LSODA", t_eval=tau, rtol=rtol, atol=1e-3 * rtol)
    return np.tanh(run.y[0]), run.y[1]
