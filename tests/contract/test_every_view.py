"""The contract of a view: links, refusals, controls, stream, texts, files, and that its work can be stopped.

States are drawn from the declarations of the parameters, so a new view is tested as soon as it is in the registry.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from contextlib import suppress
from random import Random
from typing import Annotated, Any

import numpy as np
import plotly.graph_objects as go
import pytest

from app import create_app
from components.core.state import InvalidLink, Parameter, State
from components.core.view import View, collect
from components.export.files import MIMETYPES, export
from components.operations.cost_limit import parse_affordable
from components.server.stream import encode_chunks
from components.views.registry import VIEWS
from dynamics.interruption import Interrupted, interruptible
from tests.campaigns.cost import link
from tests.components.chunk_types import chunk_faults
from tests.components.streamed import values
from tests.contract.pendulum.state import PendulumState
from tests.contract.pendulum.view import PendulumView
from tests.waiting import core_is_ready

CHEAP_SECONDS = 1.0  # of the states that are computed here
MAX_UNSTOPPABLE_SECONDS = 0.5  # of CPU, for what is computed without a checkpoint
LINKS, STREAMS = 300, 8
MAX_LINK = 500  # characters of a preset's link
ALL = {**VIEWS, "pendulum": PendulumView()}  # with the view that CONTRIBUTING.md adds
every_view = pytest.mark.parametrize("view", ALL.values(), ids=ALL)


def cheap_states(view: View, count: int) -> list[State]:
    """The state of the first visit, then random states that take next to no time."""
    random, found = Random(view.name), [view.State()]
    while len(found) < count:
        try:
            state = parse_affordable(view, link(random, view))
        except InvalidLink:
            continue
        if view.seconds(state) <= CHEAP_SECONDS:
            found.append(state)
    return found


def chunks(view: View, state: State) -> list[dict[str, Any]]:
    return [json.loads(line) for line in encode_chunks(view, state)]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


@every_view
def test_a_state_comes_back_from_its_link(view: View) -> None:
    random = Random(view.name)
    for _ in range(LINKS):
        state, _ = view.State.nearest(link(random, view))
        assert view.State.from_query(state.query()) == state
        assert view.State.nearest(state.query()) == (state, ())
        assert view.State.make(state.model_dump()) == state


def wrong_texts(parameter: Parameter) -> list[str]:
    """Texts that no parameter of this kind takes."""
    if parameter.kind in ("choice", "hash"):
        return ["zz", "0.5.5"]
    if parameter.kind == "words":
        return ["zz"]
    low, high = parameter.bounds[0]
    beyond = [f"{bound:.17g}" for bound in (low - max(1.0, abs(low)), high + max(1.0, abs(high))) if np.isfinite(bound)]
    whole = ["0.5"] if parameter.kind == "integer" else []
    lists = [",".join(["x"] * len(parameter.bounds))]
    if parameter.kind == "numbers":
        most = parameter.length[1] * len(parameter.bounds)
        lists.append(",".join([f"{low:g}"] * (most + 1)))
    return ["nan", "x", *beyond, *whole, *lists]


@every_view
def test_a_wrong_value_is_refused_with_its_parameter(view: View) -> None:
    for parameter in view.State.parameters().values():
        for text in wrong_texts(parameter):
            query = f"v={view.State.VERSION}&{parameter.key}={text}"
            with pytest.raises(InvalidLink) as caught:
                pytest.fail(f"{query} was read as {view.State.from_query(query)}")
            (problem,) = caught.value.problems
            assert problem.parameter == parameter.key, query
            assert problem.sentence.startswith(f"{parameter.key} = "), query
            state, problems = view.State.nearest(query)
            assert [one.parameter for one in problems] == [parameter.key], query
            assert view.State.from_query(state.query()) == state


@every_view
def test_every_control_writes_a_field_and_has_its_place(view: View) -> None:
    page = json.dumps(view.layout().to_plotly_json(), default=lambda part: part.to_plotly_json())
    for control in view.controls:
        assert control.parameter in view.State.model_fields
        assert f'"{control.id}"' in page or f'"{control.id}-row"' in page, control.id
    assert len({control.id for control in view.controls}) == len(view.controls)
    assert {control.id for control in view.compact_controls} <= {control.id for control in view.controls}
    assert 3 <= len(view.compact_controls) <= 6
    for figure in view.figures.values():
        assert f'"{figure.id}"' in page
        assert figure.window in view.State.model_fields


@every_view
def test_presets_are_affordable_and_their_links_short(view: View) -> None:
    assert view.presets
    for names in ([preset.name for preset in view.presets], [preset.title for preset in view.presets]):
        assert len(set(names)) == len(names)
    for preset in view.presets:
        assert view.cost(preset.state) <= view.max_cost, preset.name
        assert len(preset.state.query()) <= MAX_LINK, preset.name
        assert preset.caption.endswith("."), preset.name
        assert set(preset.shows) <= set(view.State.model_fields)
        assert preset.paper in view.papers


@every_view
def test_a_state_that_costs_too_much_is_refused_before_it_starts(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "max_cost", -1.0)
    monkeypatch.setattr(view, "compute", lambda state: pytest.fail("computed"))
    with pytest.raises(InvalidLink, match="ask for less"):
        parse_affordable(view, view.State().query())


@every_view
def test_affordable_states_stream_to_their_end(view: View) -> None:
    for state in cheap_states(view, STREAMS):
        parts = chunks(view, state)
        kinds = [part["kind"] for part in parts]
        assert not [fault for part in parts for fault in chunk_faults(part)], state.query()
        assert (kinds[0], kinds[-1]) == ("start", "end"), state.query()
        assert {part["name"] for part in of_kind(parts, "scene")} == set(view.figures), state.query()
        for part in of_kind(parts, "scene"):
            go.Figure(part["figure"])
            layout = part["figure"]["layout"]
            axes = {name for name, axis in layout.items() if name[1:5] == "axis" and "range" not in axis}
            assert axes <= set(layout.get("meta", {}).get("extent", {})), state.query()  # or renderers differ
        runs = {part["index"]: part for part in of_kind(parts, "trajectory")}
        assert set(range(parts[0]["runs"])) <= set(runs), state.query()
        for index, run in runs.items():
            traces = [part for part in of_kind(parts, "trace") if part["index"] == index]
            assert [part["last"] for part in traces] == [False] * (len(traces) - 1) + [True], state.query()
            columns = {name for part in traces for name in part["columns"]}
            assert sum(values(part["columns"][view.time[0]]).size for part in traces) > 1, state.query()
            for drawn in (trace for some in run["traces"].values() for trace in some):
                go.Figure({"data": [drawn]})
                if not view.has_jobs and drawn.get("meta", {}).get("run") == index:  # jobs bring more columns
                    assert {drawn["meta"]["x"], drawn["meta"]["y"]} <= columns, state.query()


@every_view
def test_sentences_and_alternative_texts_exist(view: View) -> None:
    for state in cheap_states(view, STREAMS):
        words = of_kind(chunks(view, state), "text")[-1]
        assert words.get("runs") or words["notes"], state.query()
        assert set(words["figures"]) == set(view.figures), state.query()
        for text in (*words.get("runs", []), *words["notes"], *words["figures"].values()):
            assert text == text.strip(), state.query()
            assert text.endswith((".", ":", "!", "?", ")")), (state.query(), text)
            assert not re.search(r"\b(nan|inf|None|True|False)\b", text), (state.query(), text)
        for offered in words.get("links", []):
            path, _, query = offered["href"].partition("?")
            (other,) = [other for other in VIEWS.values() if other.path == path]
            parse_affordable(other, query)


@every_view
def test_files_hold_the_state_and_its_numbers(view: View) -> None:
    known = 0
    for state in cheap_states(view, 2):
        try:
            files = {kind: export(view, state, kind, "http://host").decode() for kind in MIMETYPES}
        except InvalidLink:
            if not view.has_jobs:  # else of a job that has not run
                raise
            continue
        known += 1
        address = f"http://host{view.path}?{state.query()}"
        document = json.loads(files["json"])
        assert document["url"] == address
        assert view.State.make(document["state"]) == state
        rows = list(csv.DictReader(io.StringIO(files["csv"])))
        table = view.table(state)
        assert len(rows) == len(next(iter(table.values())))
        assert {row["link"] for row in rows} <= {address}
        compile(files["py"], "script.py", "exec")
        assert address in files["py"]
        assert all(paper.arxiv in files["bib"] for paper in view.papers)
    assert known, "the state of the first visit has its files"


@every_view
def test_a_stream_can_be_stopped(view: View) -> None:
    for state in cheap_states(view, STREAMS):
        began = time.process_time()
        with interruptible(lambda: True), suppress(Interrupted):
            list(view.compute(state))
        assert time.process_time() - began < MAX_UNSTOPPABLE_SECONDS, state.query()


def test_a_view_that_lacks_something_is_named_at_the_start() -> None:
    assert collect(PendulumView()).keys() == {"pendulum"}
    wrong = {
        "presets": ((), "WrongView has no `presets`: at least one preset."),
        "compact_controls": ([], "WrongView has no `compact_controls`: three to six controls for small embeds."),
        "controls": (PendulumView.controls[1:], "WrongView: no control writes the parameter angle."),
    }
    for name, (wanting, sentence) in wrong.items():
        with pytest.raises(ValueError, match=re.escape(sentence)):
            collect(type("WrongView", (PendulumView,), {name: wanting})())

    class ReservedState(PendulumState):
        own: Annotated[float, Parameter("text", "x", "a number", group="display")] = 0.0

    with pytest.raises(ValueError, match="ReservedView: a parameter has the link key text, which is reserved"):
        collect(type("ReservedView", (PendulumView,), {"State": ReservedState})())
    with pytest.raises(ValueError, match="Two views have the path /pendulum"):
        collect(PendulumView(), type("OtherView", (PendulumView,), {"name": "other"})())


def test_the_app_serves_a_view_that_is_added() -> None:
    server = create_app(ALL).server
    client = server.test_client()
    core_is_ready()
    assert client.get("/pendulum").status_code == 200
    parts = [json.loads(line) for line in client.get("/stream/pendulum?b=0.5").data.splitlines()]
    assert parts[-1]["kind"] == "end"
    assert client.get("/export/pendulum.csv").status_code == 200
    assert client.get("/share-card/pendulum.png").mimetype == "image/png"
