"""HTML documents from the Jinja2 templates in `templates/`: every value is escaped unless it is `Markup` already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, /, **values: Any) -> Markup:
    """Return the document of a template.

    Parameters
    ----------
    name : str
        The template's file in `components/ui/templates`.
    **values
        What the template names; one that is missing raises jinja2.UndefinedError.

    Returns
    -------
    Markup
        The document, which other templates do not escape again.
    """
    return Markup(_environment.get_template(name).render(values))
