"""What a view is, and the one kind of message that its computations send."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import orjson

from components.core.annotation_targets import AnnotationTargets
from components.core.citations import Paper
from components.core.claims import Quantity
from components.core.controls import Control
from components.core.help import Help
from components.core.state import State
from components.core.theory_chapter import Chapter

Columns = Mapping[str, np.ndarray]
Trace = dict[str, Any]  # of plotly's schema
Link = dict[str, str]  # text and href
Figure = dict[str, Any]  # data and layout, of plotly's schema


@dataclass(frozen=True)
class Chunk:
    """One line of a stream: a kind and its data (numbers, texts, lists, numpy arrays).

    Kinds that the reader knows: "wait" (a sentence on what is waited for), "begin" (how many runs will follow; of a
    view with long runs, whether they are final: nothing is computed beside the server), "scene" (a figure to draw, its
    runs still empty), "run" (a trajectory that follows: its fate and how it is drawn), "trace" (columns of samples of a
    run; one that is a table has a row for each of the run's times, and its line is the row of the cursor), "words"
    (sentences, and a text for each figure), "progress" (the share of the work that is done, what is at work, and what
    is said if it is ended here), "replay" (a sentence: what follows, up to the end, is a finished record of the state's
    long run, as that would send it; and the status without it), "end" (statistics; the picture is complete), "error" (a
    sentence; it is not).

    One kind no reader gets: "checkpoint" (whatever a long run needs to go on from here; see `View.run`).
    """

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """The chunk as one line of NDJSON; not-a-number and infinity become null."""
        return orjson.dumps(
            {"kind": self.kind, **self.data}, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        )


def column(values: np.ndarray) -> dict[str, str]:
    """Samples as a stream carries them: plotly's own form of a typed array, little-endian float32.

    Half as long as text, finer than a pixel, and nothing to parse. What is not finite is not drawn.
    """
    with np.errstate(over="ignore"):  # beyond 3.4e38 it becomes infinite
        single = np.asarray(values, dtype="<f4")
    return {"dtype": "f4", "bdata": base64.b64encode(single.tobytes()).decode()}


def integers(values: np.ndarray) -> dict[str, str]:
    """Small whole numbers, of one byte or two without a sign, as `column` carries numbers."""
    small = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return {"dtype": f"{small.dtype.kind}{small.dtype.itemsize}", "bdata": base64.b64encode(small.tobytes()).decode()}


def table(values: np.ndarray) -> dict[str, str]:
    """A table of samples (rows, columns), as `column` carries one."""
    return {**column(values.ravel()), "shape": ", ".join(map(str, values.shape))}


def scene(
    name: str,
    figure: Figure,
    display: Mapping[str, Any] | None = None,
    field: Mapping[str, Any] | None = None,
    more: bool = False,
    cells: Mapping[str, Any] | None = None,
) -> Chunk:
    """A figure to draw. The client sets the template, for it alone knows the theme.

    `field` is a vector field, drawn under it as arrows of one length: columns x, y, across, up; a colour.

    `more`: the same figure comes again, with more in it.

    `cells` is a coloured grid, drawn under it: how many across and up, from and to where, and what each cell is.

    `display` says, for each display parameter and each of its choices, what that choice changes:
    {"axis": {"linear": {"layout": {"xaxis.type": "linear"}}}}.
    """
    data = {"name": name, "figure": figure, "display": display or {}, "field": field, "more": more, "cells": cells}
    return Chunk("scene", data)


@dataclass(frozen=True)
class Preset:
    """A state worth coming back to: a figure of a paper, with what it shows and where it is from. shows: the fields
    beside physics that belong to it; of the others what is shown stays as it is."""

    name: str
    title: str
    state: State
    caption: str
    paper: Paper
    shows: tuple[str, ...] = ()


# The files of a view, by their endings: what the Save menu calls them.
EXPORTS = {"csv": "Data, CSV", "json": "Data, JSON", "py": "Python that computes it", "bib": "Citation, BibTeX"}
MIN_SECONDS = 0.01  # of a core, for what costs least: to read, draw and send it


class View(ABC):
    """A page: its state, what it computes, what it draws, what it gives away."""

    name: ClassVar[str]
    path: ClassVar[str]
    title: ClassVar[str]
    State: ClassVar[type[State]]
    presets: ClassVar[tuple[Preset, ...]]
    papers: ClassVar[tuple[Paper, ...]]  # whose model it is
    help: ClassVar[Help]
    chapter: ClassVar[Chapter | None] = None  # of the theory page, with its model
    controls: ClassVar[Sequence[Control]]  # of its page
    main: ClassVar[Sequence[Control]]  # of these what an embed with little room shows, three to six
    figures: ClassVar[Mapping[str, Any]]  # the places of its figures, by name (frame.Figure)
    max_cost: ClassVar[float]  # the dearest state that is computed, in the unit of `cost`
    max_seconds: ClassVar[float] = 10.0  # seconds that the dearest state takes a core, about
    sketch: ClassVar[Mapping[str, Any]] = {}  # fields of a rougher state, shown while a hand is moving
    time: ClassVar[tuple[str, str]] = ("tau", "τ")  # the column of a run that holds the time, and its symbol
    course: ClassVar[tuple[str, str]] = ("R", "a")  # the columns in which a run is a curve in the plane
    tabs: ClassVar[tuple[tuple[str, str], ...]] = ()  # names and paths of views that share an entry, the first one's
    quantities: ClassVar[Mapping[str, Quantity]] = {}  # what stories may claim
    symbols_of: ClassVar[str] = ""  # the view whose controls change the same symbols, if not this one
    has_jobs: ClassVar[bool] = False  # whether `run` gives what takes longer than a stream should

    @property
    def symbols_with_controls(self) -> list[tuple[str, str]]:
        """The symbols that the controls change: each one's meaning and address on the theory page."""
        return self.chapter.symbols_with_controls(self.symbols_of or self.name) if self.chapter else []

    @property
    def entry(self) -> str:
        """The path of the entry by which the header leads here."""
        return self.tabs[0][1] if self.tabs else self.path

    @abstractmethod
    def cost(self, state: Any) -> float:
        """What computing the state will cost at most; known without computing."""

    def seconds(self, state: Any) -> float:
        """About how many seconds of a core the picture takes at most: what a client is charged before it begins."""
        return max(MIN_SECONDS, self.max_seconds * self.cost(state) / self.max_cost)

    def export_seconds(self, state: Any, kind: str) -> float:
        """The same of the file of a kind, csv or json."""
        return self.seconds(state)

    def job_seconds(self, state: Any) -> float:
        """The same of what `run` computes."""
        return self.seconds(state)

    @abstractmethod
    def compute(self, state: Any) -> Iterator[Chunk]:
        """The picture of the state, piece by piece; depends on the physical part alone."""

    def run(self, state: Any, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        """What takes longer than a breath, for the same part of the state: computed beside the server, once for all
        who watch, and recorded (see components/jobs).

        A chunk at least every second lets the run stop soon when nobody watches; one in a quarter is what readers
        see. A chunk of kind "checkpoint" is kept in place of the one before: if the run is interrupted, it is called
        again with the data of the last one, as JSON gives them back (arrays as base64 of an npz, read with
        allow_pickle=False), and gives what follows there. Without one it is called again with None.
        """
        raise NotImplementedError(f"{self.name} has no long runs.")

    def annotation_targets(self, state: Any) -> AnnotationTargets:
        """Return what a step of a story with this state may mark in the figures."""
        return AnnotationTargets((), 0, (1, 1))

    @abstractmethod
    def layout(self) -> Any:
        """Return the page, a component of Dash."""

    @abstractmethod
    def table(self, state: Any) -> Columns:
        """The numbers behind the picture, in double precision: columns of one length. Raises Problems where they are
        not known."""

    @abstractmethod
    def document(self, state: Any) -> Mapping[str, Any]:
        """The table and everything else that the picture was drawn from, by name."""

    @abstractmethod
    def python(self, state: Any) -> str:
        """A Python script that computes the same numbers with `dynamics`, and draws them."""


# What a view must have, by the name of the attribute.
REQUIRED = {
    "name": "the name in addresses of data",
    "path": "the path of its page",
    "title": "the title in the header",
    "State": "the class of its parameters",
    "presets": "at least one preset",
    "papers": "the papers that its Save menu cites",
    "help": "the contents of its help",
    "controls": "its controls",
    "main": "three to six controls for small embeds",
    "figures": "the slots of its figures",
    "max_cost": "the largest cost that is computed",
}


def collect(*views: View) -> dict[str, View]:
    """Return views by name. Raises ValueError with a sentence for each thing that is missing or wrong."""
    faults = [fault for view in views for fault in _faults(view)]
    for attribute in ("name", "path"):
        values = [getattr(view, attribute, None) for view in views]
        faults += [f"Two views have the {attribute} {value}." for value in {*values} if values.count(value) > 1]
    if faults:
        raise ValueError(" ".join(faults))
    return {view.name: view for view in views}


def _faults(view: View) -> list[str]:
    """Sentences on what a view lacks."""
    title = type(view).__name__
    missing = [name for name in REQUIRED if not getattr(view, name, None)]
    if missing:
        return [f"{title} has no `{name}`: {REQUIRED[name]}." for name in missing]
    faults = []
    fields, written = view.State.parameters(), {control.parameter for control in view.controls}
    keys = [parameter.key for parameter in fields.values()]
    faults += [f"{title}: two parameters have the link key {key}." for key in {*keys} if keys.count(key) > 1]
    faults += [f"{title}: a control writes {name}, which is no parameter." for name in sorted(written - {*fields})]
    faults += [
        f"{title}: no control writes the parameter {name}."
        for name, parameter in fields.items()
        if parameter.part == "physics" and not parameter.optional and name not in written
    ]
    if not 3 <= len(view.main) <= 6:
        faults.append(f"{title}: `main` has {len(view.main)} controls; three to six fit a small embed.")
    for figure in view.figures.values():
        faults += [
            f"{title}: the figure {figure.id} keeps its window in {name}, which is no parameter."
            for name in (figure.window, figure.points)
            if name is not None and name not in fields
        ]
    return faults
