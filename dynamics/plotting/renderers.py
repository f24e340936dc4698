"""What draws a figure."""

from __future__ import annotations

from typing import Any, Literal

from dynamics.plotting.schema import Figure
from dynamics.plotting.style import DARK, LIGHT, TEMPLATES, TO_DARK

MISSING = "a picture needs plotly: python -m pip install 'feature-unlearning[plot]'"


def to_plotly(figure: Figure, theme: Literal["light", "dark"] = "light") -> Any:
    """Return a figure as an object of plotly, which a notebook displays.

    Parameters
    ----------
    figure : dict
        A figure of ``dynamics.plotting``.
    theme : {"light", "dark"}, default "light"
        Colors of lines, text and background.

    Returns
    -------
    plotly.graph_objects.Figure
        The figure, to be displayed, changed or written to a file.

    Raises
    ------
    ImportError
        If plotly is not installed; the message says how it is.

    Examples
    --------
    >>> from dynamics import phase_map
    >>> from dynamics.plotting import phase_map as drawn, to_plotly
    >>> found = phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
    >>> to_plotly(drawn(found)).layout.xaxis.title.text
    'c*₂, target coefficient of He₂'
    """
    try:
        import plotly.graph_objects as go
    except ImportError as error:
        raise ImportError(MISSING) from error
    colored, palette = (_exchanged(figure, TO_DARK), DARK) if theme == "dark" else (figure, LIGHT)
    background = {"paper_bgcolor": palette["paper"], "plot_bgcolor": palette["paper"]}
    return go.Figure(colored["data"], {"template": TEMPLATES[theme], **background, **colored["layout"]})


def _exchanged(value: Any, colors: dict[str, str]) -> Any:
    """The same with other colors."""
    if isinstance(value, dict):
        return {name: _exchanged(one, colors) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exchanged(one, colors) for one in value]
    return colors.get(value, value) if isinstance(value, str) else value
