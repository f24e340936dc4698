"""The optional extra of real images: autograd, which differentiates, and scikit-learn, which brings the digits.

Of the libraries tried on a four-layer network and 1,437 digits, autograd 1.9.1 adds 0.8 MB to numpy and scipy and takes
its first gradient 0.1 s after the import; jax 0.10.2 adds 391 MB and takes 0.5 to 0.8 s, torch 2.13.0 (for the
processor) 889 MB and 1.0 to 1.3 s. An epoch takes, with the three, 3.6, 1.3 and 2.1 ms in batches of 128 at width 64,
23, 12 and 12 ms at width 256; in one step of all images 2.0, 1.3 and 1.1 ms, and 13, 10 and 10 ms. scikit-learn adds
61 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

PACKAGES = {"autograd": "autograd==1.9.1", "sklearn": "scikit-learn==1.9.1"}
"""What the extra ``images`` of pyproject.toml installs, by the name that is imported."""


class MissingDependencyError(ImportError):
    """Report that a package of the optional extra ``images`` is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Differentiation:
    """What is used of the library: its numpy; the value of a function together with its gradient; the function that
    pulls a direction back, with the value; and what a traced value is worth. ``layer`` is h (n, i), W (j, i) ->
    ``h W^T``; ``relu`` is max(z, 0)."""

    numpy: Any
    value_and_grad: Callable[..., Any]
    make_vjp: Callable[..., Any]
    getval: Callable[[Any], Any]
    layer: Callable[[Any, Any], Any]
    relu: Callable[[Any], Any]


def missing_packages() -> str:
    """Return which packages of the optional extra ``images`` are not installed, and how to get them.

    Returns
    -------
    str
        One sentence; empty if none is missing.

    Examples
    --------
    >>> from dynamics.images import missing_packages
    >>> missing_packages()  # doctest: +SKIP
    ''
    """
    absent = [name for name in PACKAGES if not _found(name)]
    return _sentence(absent) if absent else ""


def import_optional(name: str) -> Any:
    """The module of this name, which is ``autograd``, ``sklearn`` or within them. Raises MissingDependencyError."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingDependencyError(_sentence([name.partition(".")[0]])) from error


@cache
def differentiation() -> Differentiation:
    """The library. Raises MissingDependencyError."""
    library = import_optional("autograd")
    extend = import_optional("autograd.extend")

    # autograd's own slopes of matmul and maximum turn single precision into double, which takes three times as long
    layer = extend.primitive(lambda h, W: h @ W.T)
    extend.defvjp(layer, lambda out, h, W: lambda g: g @ W, lambda out, h, W: lambda g: g.T @ h)
    relu = extend.primitive(lambda z: np.maximum(z, 0))
    extend.defvjp(relu, lambda out, z: lambda g: g * (out > 0))

    return Differentiation(
        import_optional("autograd.numpy"),
        library.value_and_grad,
        import_optional("autograd.core").make_vjp,
        import_optional("autograd.tracer").getval,
        layer,
        relu,
    )


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _sentence(absent: list[str]) -> str:
    names = " and ".join(PACKAGES[name].partition("==")[0] for name in absent)
    are = "is" if len(absent) == 1 else "are"
    return (
        f"Networks on real images need {names}, which {are} not installed; "
        f"python -m pip install {' '.join(PACKAGES.values())} installs all that they need, and the rest works without."
    )
