"""The tags in the head of a page from which messengers and networks make a preview of its link."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup, escape

from components.ui.shell import NAME
from components.ui.summary import PageMetadata
from components.ui.templates import render

CARD_WIDTH, CARD_HEIGHT = 1200, 630  # pixels of a share card
MAX_DESCRIPTION = 300  # characters


def escape_text(text: str) -> Markup:
    """Return the text for a document that Dash still fills in: without markup, and without Dash's placeholders."""
    return Markup(str(escape(" ".join(text.split()))).replace("{", "&#123;"))


def meta_tags(page: PageMetadata, url: str, root: str) -> Markup:
    """Return the Open Graph and Twitter tags of a page.

    url: the page's address without the host; root: the address of the app.
    """
    root = root.rstrip("/")
    named = {
        "og:site_name": NAME,
        "og:type": "website",
        "og:title": page.title.removesuffix(f" · {NAME}"),
        "og:description": shorten(page.description),
    }
    named["og:url"] = root + quote(url, safe="/?&=,.-+%")
    card = "summary"
    if page.view is not None and page.state is not None:
        card = "summary_large_image"
        named["og:image"] = f"{root}/share-card/{page.view.name}.png?{page.state.query()}"
        named |= {"og:image:type": "image/png", "og:image:width": str(CARD_WIDTH), "og:image:height": str(CARD_HEIGHT)}
        named["og:image:alt"] = f"Figures of {named['og:title']}"
    return render("meta_tags.html", tags={name: escape_text(text) for name, text in named.items()}, card=card)


def shorten(text: str) -> str:
    """Return the text, cut between two words where it is longer than `MAX_DESCRIPTION`."""
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
