"""Links of the app, as figures."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from dynamics.plotting.schema import Figure
from dynamics.validation import check_number, check_text

MIMETYPE = "application/vnd.plotly.v1+json"
MAX_BYTES = 1 << 26
MAX_LINK = 10_000  # characters
TIMEOUT_RANGE = (0.1, 3600.0)


def open_link(link: str, figure: str = "", timeout: float = 120.0) -> Figure:
    """Return a figure of the picture that a link of the app leads to.

    The app that the link is of computes it, at the end of all runs; a step of a lecture is a link, too.

    Parameters
    ----------
    link : str
        The whole address, as the app's address bar or its *Share* menu gives it.
    figure : str, optional
        Which of the page's figures: "plane" or "panels", "cloud" on the page of time scales, "map" on that of phase
        maps. By default the first.
    timeout : float in [0.1, 3600], default 120
        Seconds to wait for an answer.

    Returns
    -------
    dict
        A figure, for ``to_plotly`` and ``to_matplotlib``.

    Raises
    ------
    ValueError
        If it is no link of the app, or the app cannot read it; the message is the app's.
    OSError
        If nothing answers at this address.

    Examples
    --------
    >>> from dynamics.plotting import open_link
    >>> open_link("file:///etc/passwd")
    Traceback (most recent call last):
    ValueError: link must be an address that begins with http:// or https://, not file:///etc/passwd
    """
    link, figure = check_text("link", link), check_text("figure", figure)
    timeout = check_number("timeout", timeout, *TIMEOUT_RANGE)
    if urlsplit(link).scheme not in ("http", "https") or len(link) > MAX_LINK:
        raise ValueError(f"link must be an address that begins with http:// or https://, not {link[:60] or 'empty'}")
    request = Request(link.partition("#")[0], headers={"Accept": MIMETYPE})
    try:
        with urlopen(request, timeout=timeout) as answer:
            kind, body = answer.headers.get_content_type(), answer.read(MAX_BYTES + 1)
    except HTTPError as error:
        raise ValueError(_reason(error)) from None
    if kind != MIMETYPE or len(body) > MAX_BYTES:
        raise ValueError(f"{link[:60]} has no figure: the app answers its links only, from version 1.0 on")
    figures: dict[str, Figure] = json.loads(body)
    name = figure or next(iter(figures), "")
    if name not in figures:
        raise ValueError(f"figure must be {' or '.join(figures) or 'absent: the page has none'}, not {figure}")
    return figures[name]


def _reason(error: HTTPError) -> str:
    """Return why the app refuses a link, in its own words if it says so."""
    try:
        problems: Any = json.loads(error.read(MAX_BYTES))["errors"]
        return " ".join(str(problem["sentence"]) for problem in problems)
    except (ValueError, KeyError, TypeError):
        return f"the answer is {error.code} {error.reason}"
