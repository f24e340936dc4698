"""What surrounds every view: the header, the page's place, the document.

The header and the views' pages are all that Dash draws; what is streamed is drawn by the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from components import theme
from components.controls import Control, described
from components.markup import aria
from components.view import View

NAME = "Feature unlearning"

# The left branch, the fold and the runaway. Inline: Chromium asks for an icon again at every change of address.
ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><path d='M6 3c0 12 3 16 6 16s4-9 7-9 4 16 9 17' "
    "fill='none' stroke='#00845f' stroke-width='4' stroke-linecap='round'/></svg>"
)

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Dynamics of feature learning and unlearning in two-layer networks.">
<title>{%title%}</title>
<link rel="icon" href="ICON">
<script src="/assets/head/theme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<noscript>This page draws with JavaScript. The same data: curl "/stream/unlearning".</noscript>
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
""".replace("ICON", "data:image/svg+xml," + quote(ICON))


def icon(name: str) -> html.Span:
    """One of our own icons (drawn by the stylesheet: no icon is fetched from another host)."""
    return html.Span(className=f"glyph glyph-{name}", **aria(hidden="true"))


def shell(views: Mapping[str, View]) -> dmc.MantineProvider:
    """The application: header, a place for the view, the address."""
    links = [dcc.Link(view.title, href=view.path, className="view-link") for view in views.values()]
    header = html.Header(
        [
            html.A("Skip to the plot", href="#page", className="skip"),
            html.H1(NAME, className="brand"),
            html.Nav(links, className="views", **aria(label="Views")),
            html.Button(
                [icon("controls"), " Controls"], id="drawer-button", className="tool phone", **aria(expanded="false")
            ),
            html.Button(
                [icon("link"), html.Span(" Copy link", className="wide")],
                id="copy-button",
                className="tool",
                **aria(label="Copy the link of this picture"),
            ),
            html.Button(
                icon("theme"), id="theme-button", className="tool", **aria(label="Switch between light and dark")
            ),
        ],
        className="header",
    )
    return dmc.MantineProvider(
        [
            dcc.Location(id="address", refresh=False),
            dmc.AppShell(
                [dmc.AppShellHeader(header), dmc.AppShellMain(html.Div(id="page"))],
                header={"height": 48},
                padding=0,
            ),
            html.Div(id="announcer", className="visually-hidden", **aria(live="polite")),
        ],
        defaultColorScheme="auto",
        theme={"primaryColor": "teal", "fontFamily": theme.FONT, "defaultRadius": "sm"},
    )


def register(app: Dash, views: Mapping[str, View]) -> None:
    """Puts the view of the address on the page, and hands it to the client."""

    @app.callback(Output("page", "children"), Input("address", "pathname"))
    def show(pathname: str | None) -> Any:
        path = (pathname or "/").rstrip("/") or "/"
        for view in views.values():
            if view.path == path:
                return view.layout()
        return html.P(
            ["There is no page ", html.Code(path[:80]), ". ", dcc.Link("Go to the first page.", href="/")],
            className="missing",
        )

    # A callback is called for a page that comes later only if one of its outputs comes with it.
    mounted = Output("view-mounted", "children")
    app.clientside_callback(ClientsideFunction("frame", "mount"), mounted, Input("view-description", "data"))


def description(view: View, controls: list[Control], figures: dict[str, str]) -> html.Div:
    """Everything the client must know of a view: parameters, controls, figures' ids, presets, themes."""
    store = dcc.Store(
        id="view-description",
        data={
            "name": view.name,
            "path": view.path,
            "version": view.State.VERSION,
            "initial": view.State().model_dump(),
            "parameters": view.State.controls(),
            "controls": described(controls),
            "figures": figures,
            "presets": {
                preset.name: {
                    "state": preset.state.model_dump(),
                    "caption": preset.caption,
                    "citation": preset.citation,
                }
                for preset in view.presets
            },
            "templates": theme.TEMPLATES,
            "toDark": theme.TO_DARK,
            "config": theme.GRAPH_CONFIG,
        },
    )
    return html.Div([store, html.Span(id="view-mounted")], hidden=True)
