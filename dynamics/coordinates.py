"""The coordinate that alignments are integrated in, rho = atanh R."""

from math import exp

from dynamics.jit import compiled


@compiled
def alignment(rho: float) -> tuple[float, float]:
    """R = tanh rho and 1 - R^2, to full relative accuracy near R = 0 and near |R| = 1."""
    size = abs(rho)
    if size < 1e-3:  # below, (1 - e)/(1 + e) would cancel; the next term is 17 rho^7 / 315
        square = rho * rho
        R = rho * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0)))
        return R, 1.0 - R * R
    e = exp(-2.0 * size)
    inverse = 1.0 / (1.0 + e)
    R = (1.0 - e) * inverse
    return (R if rho >= 0 else -R), 4.0 * e * inverse * inverse
