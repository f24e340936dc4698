"""What surrounds every view: the document, the header, the places that the client fills.

The header and the views' pages are all that Dash draws; what is streamed is drawn by the client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import quote

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from flask import Response, request
from markupsafe import Markup

from components.core import theory_chapter
from components.core.controls import Control, to_client
from components.core.view import EXPORTS, View
from components.operations.build_id import build_id
from components.ui import embed, help
from components.ui.client_modules import MAIN, modules
from components.ui.markup import aria
from components.ui.path_prefix import in_layout, without_prefix
from components.ui.summary import PageMetadata
from components.ui.templates import render
from dynamics.plotting.style import TEMPLATES, TO_DARK

NAME = "Feature unlearning"
ANY_PATH = "/<path:path>"  # the endpoint by which Dash serves its page

# The left branch, the fold and the runaway. Inline: Chromium asks for an icon again at every change of address.
ICON = "data:image/svg+xml," + quote(
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><path d='M6 3c0 12 3 16 6 16s4-9 7-9 4 16 9 17' "
    "fill='none' stroke='#008f68' stroke-width='4' stroke-linecap='round'/></svg>"
)

GRAPH_CONFIG: Any = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly would upload the picture to another host
    "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d", "autoScale2d", "resetScale2d"],
    "doubleClick": False,  # the client goes back to the default window itself,
}

ROUTES = (("Theory", theory_chapter.PATH),)
"""Pages that are no views: documents of their own, for which the browser leaves this one."""

ADDRESS = "APP-ADDRESS"  # in the document: where the app answers, which each request says
INDEX = str(
    render(
        "index.html",
        icon=Markup(ICON),
        release=build_id(),
        address=ADDRESS,
        main=MAIN,
        modules=modules(MAIN, later=False),
    )
)


def page_head(description: str, style: str, script: str) -> Markup:
    """The head of a page that is no view: the theme, the shared style, and a style and a client module of its own."""
    values = {"description": description, "icon": Markup(ICON), "style": style, "script": script}
    return render("head.html", **values, release=build_id())


@dataclass(frozen=True)
class FigureSlot:
    """Hold a figure's place on the page.

    Attributes
    ----------
    id : str
        Id of the element.
    title : str
        Name of the figure.
    window : str
        Field of the state that holds its zoomed window.
    points : str or None
        Field to which a click in it adds a pair of numbers.
    opens : str or None
        For a map, the path of the view that shows the run of one of its points.
    sets : bool
        Whether a click in a map sets this view's own parameters.
    """

    id: str
    title: str
    window: str
    points: str | None = None
    opens: str | None = None
    sets: bool = False


def icon(name: str) -> html.Span:
    """One of our own icons (drawn by the stylesheet: no icon is fetched from another host)."""
    return html.Span(className=f"glyph glyph-{name}", **aria(hidden="true"))


def toolbar_button(name: str, label: str, key: str = "", text: str = "", **more: Any) -> html.Button:
    """A button of the header; `key` is the keyboard's way to it."""
    word = html.Span(text, className="wide") if text else None
    named = {"title": f"{label} ({key})" if key else label, **aria(label=label)}
    return html.Button([icon(name), word], id=f"{name}-button", className="tool", **named, **more)


class StandalonePage(Protocol):
    """Pages that are no view's, under one path: whether there is one of a path, what stands on it, and what it is
    about."""

    path: str
    title: str

    def has(self, path: str) -> bool: ...

    def layout(self, path: str) -> Any: ...

    def about(self, path: str) -> PageMetadata: ...


def nav_entries(views: Mapping[str, View], pages: Sequence[StandalonePage]) -> list[tuple[str, str]]:
    """Title and path of each entry by which the header leads to views and pages."""
    entries = [(view.title, view.path) for view in views.values() if view.nav_path == view.path]
    return entries + [(page.title, page.path) for page in pages]


def app_shell(views: Mapping[str, View], pages: Sequence[StandalonePage] = (), framers: str = "*") -> html.Div:
    """The application: header, a place for the view, the address. framers: whose pages may hold an embed, as the
    setting FRAME_ANCESTORS says it."""
    links = [
        *(dcc.Link(title, href=path, className="view-link") for title, path in nav_entries(views, pages)),
        *(html.A(title, href=path, className="view-link") for title, path in ROUTES),
    ]
    header = html.Header(
        [
            html.A("Skip to the plot", href="#page", className="skip"),
            html.H1(NAME, className="brand"),
            html.Nav(links, className="views", **aria(label="Views")),
            toolbar_button("controls", "Controls"),
            toolbar_button("undo", "Undo", "Ctrl+Z", disabled=True),
            toolbar_button("redo", "Redo", "Ctrl+Shift+Z", disabled=True),
            toolbar_button("reset", "Start again from the paper's example"),
            save_menu(framers),
            toolbar_button("link", "Copy the link of this picture", text="Copy link"),
            toolbar_button("help", "Help", "?"),
            toolbar_button("theme", "Switch between light and dark"),
            html.A(["Open in ", html.Span(NAME)], id="open-app", href="/", target="_blank", rel="noopener"),
        ],
        className="header",
    )
    return html.Div(
        [
            dcc.Location(id="address", refresh=False),
            header,
            html.Main(id="page", tabIndex=-1, **{"data-path": ""}),  # type: ignore[arg-type]
            *notices(),
        ]
    )


def save_menu(framers: str = "") -> html.Details:
    """A place for what can be taken away, which the client fills; framers: see `shell`."""
    attributes: dict[str, Any] = {"data-framers": framers}
    summary = {
        "children": [icon("save"), html.Span("Save", className="wide")],
        "className": "tool",
        "title": "Save the picture, its data, Python or the citation",
        **aria(label="Save"),
    }
    return html.Details([html.Summary(**summary), html.Div(id="save", className="menu", **attributes)], id="save-menu")


def notices() -> list[html.Div]:
    """Places for short notices, and for announcements to screen readers."""
    return [
        html.Div(id="notice", className="notice", role="status", hidden=True),
        html.Div(id="announcer", className="visually-hidden", **aria(live="polite")),
    ]


def register(app: Dash, views: Mapping[str, View], pages: Sequence[StandalonePage] = (), prefix: str = "") -> None:
    """Puts the view or the page of the address on the page, and hands a view to the client. prefix: the setting
    PATH_PREFIX."""

    def page_at(path: str) -> StandalonePage | None:
        return next((page for page in pages if page.has(path.rstrip("/"))), None)

    @app.server.after_request
    def absent(response: Response) -> Response:
        """Dash answers any path with its page; of those without a view we say so."""
        page = view_at(views, request.path) or page_at(request.path)
        if request.endpoint == ANY_PATH and page is None:
            response.status_code = 404
        return response

    @app.callback(Output("page", "children"), Input("address", "pathname"))
    def show(pathname: str | None) -> Any:
        return in_layout(layout_at(without_prefix(pathname or "/", prefix)), prefix)

    def layout_at(path: str) -> Any:
        page = page_at(path)
        if page:
            return page.layout(path.rstrip("/"))
        view = view_at(views, path)
        if view is None:
            return not_found(path)
        return [
            view.layout(),
            help.dialog(view),
        ]

    # A callback is called for a page that comes later only if one of its outputs comes with it.
    mounted = Output("view-mounted", "children")
    app.clientside_callback(ClientsideFunction("frame", "mount"), mounted, Input("view-description", "data"))
    output = Output("page", "data-path")
    app.clientside_callback(ClientsideFunction("frame", "arrive"), output, Input("address", "pathname"))


def view_at(views: Mapping[str, View], path: str) -> View | None:
    """The view of a path, if there is one."""
    path = path.rstrip("/") or "/"
    return next((view for view in views.values() if view.path == path), None)


def not_found(path: str) -> html.P:
    """Return the page of a path that no view has."""
    return html.P(
        ["There is no page ", html.Code(path[:80]), ". ", dcc.Link("Go to the first page.", href="/")],
        className="missing",
    )


def description(view: View, controls: list[Control], figures: Mapping[str, FigureSlot]) -> html.Div:
    """Everything the client must know of a view: parameters, controls, figures, presets, themes."""
    store = dcc.Store(
        id="view-description",
        data={
            "name": view.name,
            "title": view.title,
            "path": view.path,
            "nav_path": view.nav_path,
            "version": view.State.VERSION,
            "release": build_id(),
            "exports": EXPORTS,
            "initial": view.State().model_dump(),
            "parameters": view.State.controls(),
            "controls": to_client(controls),
            "embed": embed.described(view.compact_controls),
            "figures": {name: asdict(figure) for name, figure in figures.items()},
            "presets": {
                preset.name: {
                    "title": preset.title,
                    "state": preset.state.model_dump(),
                    "caption": preset.caption,
                    "shows": preset.shows,
                    "paper": {
                        "citation": preset.paper.citation,
                        "short": f"{preset.paper.short}, arXiv:{preset.paper.arxiv}",
                        "url": preset.paper.url,
                    },
                }
                for preset in view.presets
            },
            "templates": TEMPLATES,
            "toDark": TO_DARK,
            "config": GRAPH_CONFIG,
            "axes": view.State.varied(),
            "drag_overrides": view.drag_overrides,
            "time": dict(zip(("column", "symbol"), view.time, strict=True)),
            "trajectory_axes": view.trajectory_axes,
            "runs": view.has_jobs,
        },
    )
    return html.Div([store, html.Span(id="view-mounted")], hidden=True)


def graph(figure: FigureSlot) -> html.Div:
    """A place for a figure that the client draws, and for what a screen reader says of it."""
    named = aria(label=figure.title, describedby=f"{figure.id}-text")
    return html.Div(
        [
            html.Div(id=figure.id, className="graph", tabIndex=0, role="group", **named),
            html.P(id=f"{figure.id}-text", className="visually-hidden"),
            html.Button("Whole window", id=f"{figure.id}-whole", className="tool whole", hidden=True),
        ],
        className="figure",
    )


def trajectory_layout(
    view: View,
    controls: list[Control],
    figures: Mapping[str, FigureSlot],
    aside: Sequence[Component],
    on_plane: Sequence[Component],
    on_panels: Sequence[Component],
    clock: Component,
) -> html.Div:
    """Return the page of a view whose trajectories have a time.

    Controls are on the left, the plane in the middle, panels on the right, the player and the texts below. The client
    fills it from the stream.

    Parameters
    ----------
    view : View
        The view.
    controls : list of Control
        All of its controls.
    figures : mapping of str to FigureSlot
        The plane and the panels.
    aside : sequence of Component
        Groups of controls on the left.
    on_plane, on_panels : sequence of Component
        What is above the two figures.
    clock : Component
        The choice of the player's clock.

    Returns
    -------
    dash.html.Div
        The page.
    """
    plane, panels = figures.values()
    return html.Div(
        [
            description(view, controls, figures),
            control_panel(aside),
            html.Section(
                [*tabs(view), alert(), html.Div(list(on_plane), className="plane-choices"), graph(plane)],
                className="plane",
                **aria(label=plane.title),
            ),
            html.Section(
                [html.Div(list(on_panels), className="panel-choices"), graph(panels)],
                className="panels",
                **aria(label=panels.title),
            ),
            html.Section(
                [html.Div([player(), clock], className="player-row"), progress(), explanation_panel()],
                className="below",
                **aria(label="Player and explanation"),
            ),
        ],
        className="view",
    )


def tabs(view: View) -> list[Component]:
    """The switch between the views that share this one's entry in the header, if there are others."""
    links = [dcc.Link(name, href=path, className="page-link") for name, path in view.sibling_views]
    return [html.Nav(links, className="pages", **aria(label=f"{view.title}: pages"))] if links else []


def control_panel(children: Sequence[Component]) -> html.Aside:
    """The controls of a page, under the choice of a preset."""
    return html.Aside([presets(), *children], id="controls", className="controls", **aria(label="Controls"))


def alert() -> html.Div:
    """A place for sentences about links, refusals, lost connections and newer releases."""
    outdated: list[str | Component] = [
        "The app has been updated since this page was opened; it goes on working. ",
        html.Button("Reload", id="reload-button", className="tool"),
        " takes the new version and brings this picture back.",
    ]
    return html.Div(
        [
            html.Div(id="alert", className="alert", role="alert", hidden=True),
            html.Div(outdated, id="outdated", className="alert", role="status", hidden=True),
        ]
    )


def progress() -> html.Div:
    """A place for how far a long computation is, and for ending it."""
    return html.Div(id="progress", className="progress", role="status", hidden=True)


def player() -> html.Div:
    """A place for the player."""
    return html.Div(id="player", className="player", role="group", **aria(label="Player"))


def group(title: str, *children: Component) -> html.Section:
    """Return controls that belong together, under their title.

    Parameters
    ----------
    title : str
        The title.
    *children : Component
        Mount points of controls, see `components.ui.controls`.

    Returns
    -------
    dash.html.Section
        The group.
    """
    return html.Section([html.H2(title), *children], className="group", role="group", **aria(label=title))


def popup(title: str, *children: Component) -> html.Details:
    """Return a menu that opens under its title; Escape and a click elsewhere close it.

    Parameters
    ----------
    title : str
        The title.
    *children : Component
        Its contents.

    Returns
    -------
    dash.html.Details
        The menu.
    """
    return html.Details(
        [html.Summary(title, className="tool"), html.Div(children, className="menu")], className="popup"
    )


def comparison() -> html.Div:
    """A place for pinning the chosen run as A, and for what A and the present differ in."""
    return html.Div(id="comparison", className="comparison")


def presets() -> html.Div:
    """A place for the choice of a preset."""
    return html.Div(id="presets")


def explanation_panel() -> html.Div:
    """Places for the preset's caption, the sentences, the notes and the numerical status."""
    children = [
        html.P(id="caption", className="caption"),
        html.Ul(id="sentences", className="sentences", **aria(label="What the trajectories do")),
        html.Ul(id="notes", className="notes", **aria(label="Notes on the coefficients")),
        html.P(id="status", className="status"),
    ]
    return html.Div(children, className="said", tabIndex=0, role="region", **aria(label="Explanation"))
