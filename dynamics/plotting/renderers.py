"""What draws a figure."""

from __future__ import annotations

from typing import Any, Literal

from dynamics.plotting.schema import Figure
from dynamics.plotting.style import DARK, LIGHT, TEMPLATES, TO_DARK
from dynamics.validation import check_choice, check_flag, check_number, check_text

MISSING = "a picture needs plotly: python -m pip install 'feature-unlearning[plot]'"
NOT_PRINTED = "a picture for print needs matplotlib: python -m pip install 'feature-unlearning[print]'"
WIDTHS = {"single": (3.4, 8.0, True), "double": (7.0, 9.0, True), "slide": (10.0, 18.0, False)}
"""Widths by name: inches, points of the numbers at the axes, whether the type has serifs."""
WIDTH_RANGE, HEIGHT_RANGE, FONT_RANGE = (1.0, 40.0), (1.0, 40.0), (4.0, 48.0)  # inches, inches, points
FILE_KINDS = ("pdf", "svg", "png", "pgf")


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


def to_matplotlib(
    figure: Figure,
    width: Literal["single", "double", "slide"] | float = "double",
    height: float | None = None,
    font_size: float | None = None,
    theme: Literal["light", "dark"] = "light",
    transparent: bool = False,
    legend: bool | None = None,
) -> Any:
    """Return a figure as an object of matplotlib, for print.

    Parameters
    ----------
    figure : dict
        A figure of ``dynamics.plotting``.
    width : {"single", "double", "slide"} or float in [1, 40], default "double"
        Inches; one column of a paper (3.4), both (7) or a slide (10), each with its size of type. A slide's type has no
        serifs.
    height : float in [1, 40], optional
        Inches; by default what the figure needs.
    font_size : float in [4, 48], optional
        Points of the numbers at the axes; lines, markers and the other texts are scaled with it. By default that of the
        named width, and 9.
    theme : {"light", "dark"}, default "light"
        Colors of lines, text and background.
    transparent : bool, default False
        Whether there is no background.
    legend : bool, optional
        Whether the lines are named under the axes; by default where the figure has no other names for them.

    Returns
    -------
    matplotlib.figure.Figure
        The figure. ``figure_file`` makes a file of it.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    ImportError
        If matplotlib is not installed; the message says how it is.

    Examples
    --------
    >>> from dynamics import phase_map
    >>> from dynamics.plotting import phase_map as drawn, to_matplotlib
    >>> found = phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
    >>> print(to_matplotlib(drawn(found), "single").get_figwidth())
    3.4
    """
    named = check_choice("width", width, tuple(WIDTHS)) if isinstance(width, str) else None
    inches, points, serif = WIDTHS[named or "double"]
    if named is None:
        inches = check_number("width", width, *WIDTH_RANGE)
    points = points if font_size is None else check_number("font_size", font_size, *FONT_RANGE)
    check_choice("theme", theme, ("light", "dark"))
    if legend is not None:
        check_flag("legend", legend)
    if height is not None:
        check_number("height", height, *HEIGHT_RANGE)
    try:
        from dynamics.plotting import printing
    except ImportError as error:
        raise ImportError(NOT_PRINTED) from error
    colors = (TO_DARK, DARK) if theme == "dark" else ({}, LIGHT)
    style = printing.PrintStyle(
        inches, height or printing.page_height(figure, inches), points, serif, check_flag("transparent", transparent),
        legend, dict(colors[0]),
    )  # fmt: skip
    return printing.to_canvas(_exchanged(figure, TO_DARK) if theme == "dark" else figure, style)


def figure_file(picture: Any, kind: Literal["pdf", "svg", "png", "pgf"], dpi: float = 600.0, about: str = "") -> bytes:
    """Return a figure for print as a file.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What ``to_matplotlib`` returned.
    kind : {"pdf", "svg", "png", "pgf"}
        What the file is: pgf is a picture in the language of LaTeX, with its text in the document's type. If it holds a
        map of cells, which LaTeX loads as an image, the file is a zip archive of both.
    dpi : float in [50, 1200], default 600
        Pixels of an inch, of a PNG and of maps of cells.
    about : str, optional
        What the file says of itself, for instance the link that the figure is of.

    Returns
    -------
    bytes
        The file. It has no date: the same figure gives the same file.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics import phase_map
    >>> from dynamics.plotting import figure_file, phase_map as drawn, to_matplotlib
    >>> found = phase_map((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
    >>> figure_file(to_matplotlib(drawn(found)), "pdf")[:4]
    b'%PDF'
    """
    check_choice("kind", kind, FILE_KINDS)
    check_number("dpi", dpi, 50.0, 1200.0)
    from dynamics.plotting import print_files

    return print_files.to_bytes(picture, kind, float(dpi), check_text("about", about))


def _exchanged(value: Any, colors: dict[str, str]) -> Any:
    """The same with other colors."""
    if isinstance(value, dict):
        return {name: _exchanged(one, colors) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exchanged(one, colors) for one in value]
    return colors.get(value, value) if isinstance(value, str) else value
