"""The contract of a view, and the chunks that its computations yield."""

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
from components.core.state import RESERVED_KEYS, State
from components.core.stream_schema import VERSION
from components.core.theory_chapter import Chapter
from dynamics.plotting.schema import Figure, Trace

Columns = Mapping[str, np.ndarray]
Link = dict[str, str]  # text and href


@dataclass(frozen=True)
class Chunk:
    """One line of a stream: a kind and its data (numbers, texts, lists, numpy arrays).

    `components.core.stream_schema` has the kinds and their fields. A table (see `table`) has a row for each of the
    trajectory's times, and its curve is the row of the time cursor. A job also yields "checkpoint", which no client
    receives (see `View.run_job`).
    """

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """Return the chunk as one line of NDJSON.

        Returns
        -------
        bytes
            The line; not-a-number and infinity become null. The first chunk of a picture gets the schema's version.
        """
        version = {"version": VERSION} if self.kind == "start" else {}
        return orjson.dumps(
            {"kind": self.kind, **version, **self.data}, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        )


def column(values: np.ndarray) -> dict[str, str]:
    """Return samples as a stream carries them: plotly's form of a typed array.

    Parameters
    ----------
    values : array (n,)
        Samples. Infinite ones are not drawn.

    Returns
    -------
    dict of str to str
        Little-endian float32 in base64: half as long as text, and finer than a pixel.

    Examples
    --------
    >>> column(np.array([1.0, 2.0]))
    {'dtype': 'f4', 'bdata': 'AACAPwAAAEA='}
    """
    with np.errstate(over="ignore"):  # beyond 3.4e38 it becomes infinite
        single = np.asarray(values, dtype="<f4")
    return {"dtype": "f4", "bdata": base64.b64encode(single.tobytes()).decode()}


def integers(values: np.ndarray) -> dict[str, str]:
    """Return small integers in the form of `column`.

    Parameters
    ----------
    values : array (n,)
        Integers without a sign, of one or two bytes.

    Returns
    -------
    dict of str to str
        The integers in base64.

    Examples
    --------
    >>> integers(np.array([1, 2], np.uint8))
    {'dtype': 'u1', 'bdata': 'AQI='}
    """
    small = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return {"dtype": f"{small.dtype.kind}{small.dtype.itemsize}", "bdata": base64.b64encode(small.tobytes()).decode()}


def table(values: np.ndarray) -> dict[str, str]:
    """Return a table of samples in the form of `column`.

    Parameters
    ----------
    values : array (rows, columns)
        Samples.

    Returns
    -------
    dict of str to str
        Row by row, with the shape.

    Examples
    --------
    >>> table(np.zeros((1, 2)))
    {'dtype': 'f4', 'bdata': 'AAAAAAAAAAA=', 'shape': '1, 2'}
    """
    return {**column(values.ravel()), "shape": ", ".join(map(str, values.shape))}


def scene(
    name: str,
    figure: Figure,
    display: Mapping[str, Any] | None = None,
    field: Mapping[str, Any] | None = None,
    more: bool = False,
    cells: Mapping[str, Any] | None = None,
) -> Chunk:
    """Return a chunk with a figure.

    Parameters
    ----------
    name : str
        Name of the figure's slot.
    figure : dict
        Data and layout of plotly's schema, samples as arrays or in the form of `column`; the client sets the template,
        because only it has the theme.
    display : mapping, optional
        For each display parameter and each of its choices, the changes of that choice:
        {"axis": {"linear": {"layout": {"xaxis.type": "linear"}}}}.
    field : mapping, optional
        Vector field, drawn under the figure as arrows of equal length: columns x, y, across, up; a color.
    more : bool, default False
        Whether a further version of the figure follows.
    cells : mapping, optional
        Colored grid, drawn under the figure: its numbers of cells, its ranges, and the value of each cell.

    Returns
    -------
    Chunk
        A chunk of kind "scene".

    Examples
    --------
    >>> scene("plane", {"data": [], "layout": {}}).kind
    'scene'
    """
    data = {
        "name": name,
        "figure": {**figure, "data": [_encoded(trace) for trace in figure["data"]]},
        "display": display or {},
        "field": None if field is None else _encoded(dict(field)),
        "more": more,
        "cells": cells,
    }
    return Chunk("scene", data)


def encoded(traces: Mapping[str, Sequence[Trace]]) -> dict[str, list[Trace]]:
    """Return the traces of figures, by their names, with arrays in the form of `column`."""
    return {name: [_encoded(trace) for trace in each] for name, each in traces.items()}


def _encoded(trace: Trace) -> Trace:
    return {name: _encoded_array(value) if isinstance(value, np.ndarray) else value for name, value in trace.items()}


def _encoded_array(values: np.ndarray) -> Any:
    if values.dtype.kind != "f":
        return values.tolist() if values.ndim == 1 else table(values)
    return column(values) if values.ndim == 1 else table(values)


@dataclass(frozen=True)
class Preset:
    """Hold a predefined state: a figure of a paper, with a caption and its source.

    Attributes
    ----------
    name : str
        Name in links and stories.
    title : str
        Title in the menu.
    state : State
        The state.
    caption : str
        Caption under the figure.
    paper : Paper
        Source.
    shows : tuple of str
        Fields besides physics that belong to it; the others keep their values.
    """

    name: str
    title: str
    state: State
    caption: str
    paper: Paper
    shows: tuple[str, ...] = ()


# The files of a view, by their endings: what the Save menu calls them.
EXPORTS = {
    "csv": "Data, CSV",
    "json": "Data, JSON",
    "py": "Python that computes it",
    "ipynb": "Notebook that computes it",
    "bib": "Citation, BibTeX",
}
MIN_SECONDS = 0.01  # CPU seconds of the cheapest state: to read the link, draw and send


class View(ABC):
    """A page: its state, what it computes, what it draws and what it exports.

    `collect` names what a subclass lacks. docs/architecture.md and CONTRIBUTING.md describe how views are added.
    """

    name: ClassVar[str]
    path: ClassVar[str]
    title: ClassVar[str]
    State: ClassVar[type[State]]
    presets: ClassVar[tuple[Preset, ...]]
    papers: ClassVar[tuple[Paper, ...]]  # of its model; the citation export lists them
    help: ClassVar[Help]
    chapter: ClassVar[Chapter | None] = None  # of the theory page, with its model
    controls: ClassVar[Sequence[Control]]
    compact_controls: ClassVar[Sequence[Control]]  # three to six of them, for small embeds
    figures: ClassVar[Mapping[str, Any]]  # `ui.shell.FigureSlot`s by name
    max_cost: ClassVar[float]  # of a state that is computed
    max_seconds: ClassVar[float] = 10.0  # CPU seconds of a state with the largest cost, about
    drag_overrides: ClassVar[Mapping[str, Any]] = {}  # fields of a coarser state, computed while a control moves
    time: ClassVar[tuple[str, str]] = ("tau", "τ")  # the column of times, and its symbol
    trajectory_axes: ClassVar[tuple[str, str]] = ("R", "a")  # the columns of a trajectory's curve in the plane
    sibling_views: ClassVar[
        tuple[tuple[str, str], ...]
    ] = ()  # names and paths of the views that share a link in the header
    quantities: ClassVar[Mapping[str, Quantity]] = {}  # what stories may claim
    symbols_of: ClassVar[str] = ""  # the view whose controls change the same symbols, if not this one
    has_jobs: ClassVar[bool] = False  # whether `run_job` is implemented

    @property
    def symbols_with_controls(self) -> list[tuple[str, str]]:
        """The symbols that the controls change: each one's meaning and address on the theory page."""
        return self.chapter.symbols_with_controls(self.symbols_of or self.name) if self.chapter else []

    @property
    def nav_path(self) -> str:
        """The path of the header's link to this view."""
        return self.sibling_views[0][1] if self.sibling_views else self.path

    @abstractmethod
    def cost(self, state: Any) -> float:
        """Return an upper bound of the cost of a state, without computing it.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        float
            Cost, in the unit of `max_cost`.
        """

    def seconds(self, state: Any) -> float:
        """Return the CPU seconds that are reserved for a stream before it starts.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        float
            Seconds of one core: about the most that the stream takes.
        """
        return max(MIN_SECONDS, self.max_seconds * self.cost(state) / self.max_cost)

    def export_seconds(self, state: Any, kind: str) -> float:
        """Return the CPU seconds that are reserved for a file.

        Parameters
        ----------
        state : State
            A state of the view.
        kind : str
            "csv" or "json".

        Returns
        -------
        float
            Seconds of one core.
        """
        return self.seconds(state)

    def job_seconds(self, state: Any) -> float:
        """Return the CPU seconds that are reserved for the job.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        float
            Seconds of one core.
        """
        return self.seconds(state)

    def is_reproducible(self, state: Any) -> bool:
        """Return whether a release has one stream for a state, whatever else the server has at the time.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        bool
            Browsers and proxies may store such streams.
        """
        return True

    @abstractmethod
    def compute(self, state: Any) -> Iterator[Chunk]:
        """Yield the chunks of a state.

        They depend on its fields of the groups `physics` and `overlay` alone. There is a chunk, or a call of
        `dynamics.interruption.checkpoint`, at least every 0.25 s of work, so that a client that hangs up stops it.

        Parameters
        ----------
        state : State
            A state of the view.

        Yields
        ------
        Chunk
            "start" first, "end" last.
        """

    def run_job(self, state: Any, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        """Yield the chunks of the job of a state, which takes longer than a stream should.

        All clients share one job, and its chunks are recorded (see components/jobs).

        Parameters
        ----------
        state : State
            It is read as `compute` reads it.
        checkpoint : mapping or None
            The data of the last chunk of kind "checkpoint", if the job was interrupted after one; arrays come back as
            base64 of an npz, which is read with allow_pickle=False. The chunks that follow it are yielded then.

        Yields
        ------
        Chunk
            At least one a second, so that a job that no client watches stops soon.

        Raises
        ------
        NotImplementedError
            If the view has no jobs.
        """
        raise NotImplementedError(f"{self.name} has no long runs.")

    def annotation_targets(self, state: Any) -> AnnotationTargets:
        """Return what a step of a story may mark in the figures.

        Parameters
        ----------
        state : State
            State of the step.

        Returns
        -------
        AnnotationTargets
            Names of lines, numbers of trajectories and rows, columns.
        """
        return AnnotationTargets((), 0, (1, 1))

    @abstractmethod
    def layout(self) -> Any:
        """Return the page.

        Returns
        -------
        dash.development.base_component.Component
            What the shell shows; the client fills it from the stream.
        """

    @abstractmethod
    def table(self, state: Any) -> Columns:
        """Return the numbers of the figures in double precision.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        mapping of str to array (n,)
            Columns of one length.

        Raises
        ------
        InvalidLink
            Where they are not known.
        """

    @abstractmethod
    def export_data(self, state: Any) -> Mapping[str, Any]:
        """Return the table and everything else that the figures were drawn from.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        mapping of str to object
            Numbers, texts, lists and arrays, by name.

        Raises
        ------
        InvalidLink
            Where they are not known.
        """

    @abstractmethod
    def export_script(self, state: Any) -> str:
        """Return a Python script that computes the same numbers with `dynamics` and draws them.

        Parameters
        ----------
        state : State
            A state of the view.

        Returns
        -------
        str
            The script.
        """


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
    "compact_controls": "three to six controls for small embeds",
    "figures": "the slots of its figures",
    "max_cost": "the largest cost that is computed",
}


def collect(*views: View) -> dict[str, View]:
    """Return views by name, checked.

    Parameters
    ----------
    *views : View
        The views, in the order of the header.

    Returns
    -------
    dict of str to View
        The views by name.

    Raises
    ------
    ValueError
        With a sentence for each thing that is missing or wrong.
    """
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
    fields, controlled = view.State.parameters(), {control.parameter for control in view.controls}
    keys = [parameter.key for parameter in fields.values()]
    faults += [f"{title}: two parameters have the link key {key}." for key in {*keys} if keys.count(key) > 1]
    faults += [
        f"{title}: a parameter has the link key {key}, which is reserved." for key in keys if key in RESERVED_KEYS
    ]
    faults += [f"{title}: a control writes {name}, which is no parameter." for name in sorted(controlled - {*fields})]
    faults += [
        f"{title}: no control writes the parameter {name}."
        for name, parameter in fields.items()
        if parameter.group == "physics" and not parameter.optional and name not in controlled
    ]
    if not 3 <= len(view.compact_controls) <= 6:
        faults.append(
            f"{title}: `compact_controls` has {len(view.compact_controls)} controls; three to six fit a small embed."
        )
    for figure in view.figures.values():
        faults += [
            f"{title}: the figure {figure.id} keeps its window in {name}, which is no parameter."
            for name in (figure.window, figure.points)
            if name is not None and name not in fields
        ]
    return faults
