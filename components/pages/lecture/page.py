"""The pages of the lecture: the list of stories, and a step: its text beside the page of its view.

The step's page is the view's own page, laid out for a hall: the client puts the step's state into it, so that a step of
the same view changes the state and nothing is loaded, and everything that a view can do it can do here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from components.core.state import State
from components.core.view import View
from components.operations.build_id import build_id
from components.pages.lecture import mathematics
from components.pages.lecture.story import Step, Story, too_expensive
from components.ui import help
from components.ui.markup import aria
from components.ui.shell import NAME
from components.ui.summary import PageMetadata

PATH = "/lecture"
TITLE = "Lecture"
KEYS = (
    ("→, ←, Space", "the next step, the one before; PageDown and PageUp (a presenter’s clicker) too"),
    ("1 … 5", "answers a question"),
    ("T", "takes the controls, or gives them back; Esc gives them back"),
)


class Lecture:
    """The stories as pages under one path."""

    path = PATH
    title = TITLE

    def __init__(self, stories: Mapping[str, Story], faults: tuple[str, ...], views: Mapping[str, View]) -> None:
        self.stories, self.faults, self.views = stories, faults, views

    def check_costs(self) -> None:
        """Leave out the stories with a step that costs more than is computed, and name the step."""
        found = {name: [*too_expensive(story, self.views)] for name, story in self.stories.items()}
        self.faults += tuple(fault for faults in found.values() for fault in faults)
        self.stories = {name: story for name, story in self.stories.items() if not found[name]}

    def layout(self, path: str) -> Any:
        """What stands on the page of a path, None where there is nothing."""
        if path == PATH:
            return self._list()
        parts = path.removeprefix(PATH + "/").split("/")
        story = self.stories.get(parts[0])
        if not path.startswith(PATH + "/") or story is None or len(parts) > 2:
            return None
        place = story.place(parts[1]) if len(parts) == 2 else 0
        return None if place is None else self._step(story, place)

    def has(self, path: str) -> bool:
        """Whether there is a page of a path, known without making it."""
        parts = path.removeprefix(PATH).strip("/").split("/")
        story = self.stories.get(parts[0])
        exists = story is not None and (len(parts) == 1 or (len(parts) == 2 and story.place(parts[1]) is not None))
        return path == PATH or (path.startswith(PATH + "/") and exists)

    def about(self, path: str) -> PageMetadata:
        """Return the metadata of the page of a path, with the state that it shows."""
        name, _, step_id = path.removeprefix(PATH).strip("/").partition("/")
        story = self.stories.get(name) or next(iter(self.stories.values()), None)
        if story is None:
            return PageMetadata(f"{TITLE} · {NAME}", "There are no stories.")
        step = story.steps[story.place(step_id) or 0]
        figure = self.views[step.view], step.state
        if name in self.stories:
            return PageMetadata(f"{step.title} · {story.title} · {NAME}", mathematics.strip_markup(step.text), *figure)
        titles = "; ".join(other.title for other in self.stories.values())
        description = f"Stories to be told in a hall, or read alone: {titles}."
        return PageMetadata(f"{TITLE} · {NAME}", description, *figure, shows_state=False)

    def _list(self) -> html.Div:
        items = [
            html.Li(
                [
                    html.H2(dcc.Link(story.title, href=f"{PATH}/{name}/{story.steps[0].id}")),
                    html.P(story.about),
                    html.Details(
                        [
                            html.Summary(f"{len(story.steps)} steps"),
                            html.Ol(
                                [html.Li(dcc.Link(step.title, href=step_url(story, step))) for step in story.steps]
                            ),
                        ]
                    ),
                ]
            )
            for name, story in self.stories.items()
        ]
        faults = html.Ul([html.Li(fault) for fault in self.faults], className="alert", role="status")
        return html.Div(
            [
                html.H1("Lecture"),
                html.P("Stories to be told in a hall, or read alone. → and ← step; each step has its own link."),
                *([faults] if self.faults else []),
                html.Ul(items, className="story-list"),
            ],
            className="stories",
        )

    def _step(self, story: Story, place: int) -> list[Component]:
        view = self.views[story.steps[place].view]
        data = orjson.dumps(story_payload(story, self.views)).decode()
        bar = html.Section(
            [
                html.Div(
                    [
                        html.P([dcc.Link("Lecture", href=PATH), f" · {story.title}"], className="story-name"),
                        html.Div(id="step", className="step", tabIndex=-1, **aria(live="polite")),
                        html.Div(id="question", className="question"),
                    ],
                    className="story-text",
                ),
                html.Div(
                    [
                        html.Button("←", id="step-back", className="tool", **aria(label="The step before")),
                        html.Span(id="step-place", className="step-place"),
                        html.Button("→", id="step-next", className="tool", **aria(label="The next step")),
                        html.Button("Take the controls", id="take-controls", className="tool"),
                    ],
                    className="story-keys",
                    role="group",
                    **aria(label="Steps"),
                ),
            ],
            id="lecture",
            className="lecture",
            **aria(label="Story"),
            **{"data-story": data},  # type: ignore[arg-type]
        )
        return [
            bar,
            view.layout(),
            help.dialog(view, KEYS),
        ]


def step_url(story: Story, step: Step) -> str:
    """The path of a step."""
    return f"{PATH}/{story.name}/{step.id}"


def stream_address(view: View, state: State) -> str:
    """Return where the client requests the stream of a state."""
    return f"/stream/{view.name}?release={build_id()}&{stream_query(view, state)}"


def stream_query(view: View, state: State) -> str:
    """Return the query of the stream, as the client forms it: a map does not depend on the values on its axes."""
    axes = view.State.varied()
    on = [axes[getattr(state, name)] for name in ("x", "y")] if any(f.opens for f in view.figures.values()) else []
    values = state.model_dump()
    for axis in on:
        field, place = axis["field"], axis["index"]
        if place is None:
            values[field] = axis["rest"]
        else:
            values[field] = [*values[field][:place], axis["rest"], *values[field][place + 1 :]]
    return type(state).make(values).key()


def story_payload(story: Story, views: Mapping[str, View]) -> dict[str, Any]:
    """A story as the client reads it."""
    steps = [
        {
            "id": step.id,
            "address": step_url(story, step),
            "stream": stream_address(views[step.view], step.state),
            "title": step.title,
            "text": step.text,
            "view": step.view,
            "state": step.state.model_dump(),
            "figures": step.figures,
            "mark": step.mark,
            "play": step.play,
            "controls": step.controls,
            "question": step.question,
        }
        for step in story.steps
    ]
    return {"name": story.name, "title": story.title, "steps": steps}
