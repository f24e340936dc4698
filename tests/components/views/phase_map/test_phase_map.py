"""View 2: its state, its stream, its figure, what it says and gives away."""

from __future__ import annotations

import json
import runpy
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from components.ui import heatmap_encoding
from components.views.phase_map import compute, export, figures
from components.views.phase_map.state import AXES, DETAILS, QUANTITIES, PhaseMapState, bounds, field_and_index, usual
from components.views.phase_map.view import PhaseMapView
from components.views.registry import VIEWS
from components.views.unlearning.state import ALIGNMENT, COEFFICIENT, EPS, HORIZON, K_MAX, START
from dynamics import Fate, UnlearningModel, phase_map
from dynamics.plotting.label_placement import roomiest_cell, run_length
from dynamics.plotting.phase_maps import names
from dynamics.plotting.style import FATES
from tests.components.streamed import values
from tests.parameters import some_of
from tests.waiting import LONGEST, core_is_ready

VIEW = VIEWS["phase_map"]


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


STATES = st.builds(
    PhaseMapState,
    c=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
    c_star=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
    eps=within(EPS),
    a=within(START),
    R0=within(ALIGNMENT),
    tau=within(HORIZON),
    x=st.sampled_from(AXES),
    y=st.sampled_from(AXES),
    window=st.none() | st.tuples(*(within((-20, 20)),) * 4),
    quantity=st.sampled_from(tuple(QUANTITIES)),
    detail=st.sampled_from(DETAILS),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def chunks(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/stream/phase_map?{query}")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.data.splitlines()]


def last_scene(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return [part for part in parts if part["kind"] == "scene"][-1]


def fates(scene: dict[str, Any]) -> np.ndarray:
    nx, ny = scene["cells"]["n"]
    return values(scene["cells"]["fate"]).reshape(ny, nx)


# --- state ---


@settings(max_examples=300, deadline=None)
@given(STATES)
def test_axes_differ_and_the_window_is_within_their_bounds(state: PhaseMapState) -> None:
    assert state.x != state.y
    for axis, (low, high) in zip((state.x, state.y), state.edges, strict=True):
        assert bounds(axis)[0] <= low < high <= bounds(axis)[1]
        state.value(axis)  # the lists are long enough
    assert len(state.c) == len(state.c_star)


@settings(max_examples=300, deadline=None)
@given(STATES, st.floats(0, 1), st.floats(0, 1))
def test_the_key_does_not_know_where_the_marker_is(state: PhaseMapState, right: float, up: float) -> None:
    present = {
        name: bounds(axis)[0] + share * (bounds(axis)[1] - bounds(axis)[0])
        for name, axis, share in (("x", state.x, right), ("y", state.y, up))
    }
    moved = state.at(**present)
    assert moved.key() == state.key()
    assert moved.value(state.x) == present["x"]
    assert moved.value(state.y) == present["y"]


def test_the_key_knows_everything_else() -> None:
    state = PhaseMapState()
    others = [
        PhaseMapState(c=(1, 1, 1, 1, 2)),
        PhaseMapState(c_star=(1, -1.1, 1, 1, 1)),
        PhaseMapState(eps=0.1),
        PhaseMapState(R0=0.1),
        PhaseMapState(x="cs4"),
        PhaseMapState(window=(-3, 3, 0.1, 14)),
        PhaseMapState(quantity="time"),
        PhaseMapState(detail="512"),
    ]
    assert len({other.key() for other in (state, *others)}) == 1 + len(others)


def test_equal_axes_become_two() -> None:
    assert PhaseMapState(x="a", y="a").y == "cs3"
    assert PhaseMapState(x="eps", y="eps").y == "a"


def test_every_state_is_within_the_budget() -> None:
    dearest = max(VIEW.cost(PhaseMapState(quantity=q, detail=n)) for q in QUANTITIES for n in DETAILS)
    assert dearest <= VIEW.max_cost


# --- the stream ---


def test_the_stream_carries_the_map_of_the_core(client: FlaskClient) -> None:
    parts = chunks(client)
    scene = last_scene(parts)
    expected = phase_map((1.0,) * 5, (1.0, -1.0, 0.0, 1.0, 1.0), n=(256, 256))
    assert fates(scene).dtype == np.uint8
    np.testing.assert_array_equal(fates(scene), expected.fate)
    assert scene["cells"]["quantity"] is None
    assert [part["kind"] for part in parts if part["kind"] not in ("scene", "progress")] == ["start", "text", "end"]
    assert [part["more"] for part in parts if part["kind"] == "scene"][-1] is False
    done = [part["done"] for part in parts if part["kind"] == "progress"]
    assert done == sorted(done)
    assert all(0 < share < 1 for share in done)


def test_a_live_map_is_one_scene_of_fates_alone(client: FlaskClient) -> None:
    parts = chunks(client, "n=128&show=time")
    scenes = [part for part in parts if part["kind"] == "scene"]
    assert len(scenes) == 1
    assert scenes[0]["cells"]["quantity"] is None
    assert scenes[0]["cells"]["n"] == [128, 128]


@pytest.mark.parametrize("name", ["time", "lost", "R_inf", "R"])
def test_a_quantity_is_coded_to_one_part_in_65534(client: FlaskClient, name: str) -> None:
    scene = last_scene(chunks(client, f"show={name}&cs=1,1,-1,1,1&x=cs4&win=-2,2,1,9&tau=100"))
    code = scene["cells"]["quantity"]
    steps = values(code["values"]).reshape(256, 256)
    expected = getattr(
        phase_map(
            (1.0,) * 5, (1.0, 1.0, -1.0, 0.0, 1.0), 1.0, ("c_star", 4, -2, 2), ("a0", 1, 9), (256, 256),
            quantities=(name,), tau_end=100.0,
        ),
        name,
    )  # fmt: skip
    known = steps != heatmap_encoding.NONE
    np.testing.assert_array_equal(known, np.isfinite(expected))
    seen = code["low"] + (code["high"] - code["low"]) * steps[known] / (heatmap_encoding.NONE - 1)
    measured = np.log10(expected[known]) if code["log"] else expected[known]
    np.testing.assert_allclose(seen, measured, atol=0.51 * (code["high"] - code["low"]) / (heatmap_encoding.NONE - 1))
    assert any(trace["name"] == "colors" for trace in scene["figure"]["data"])


def test_the_right_map_has_three_fates_and_says_so(client: FlaskClient) -> None:
    state = next(preset for preset in PhaseMapView.presets if preset.name == "right").state
    parts = chunks(client, state.query())
    assert {Fate.UNLEARNING, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT} <= set(fates(last_scene(parts)).ravel())
    said = next(part for part in parts if part["kind"] == "text")
    for fate in (Fate.UNLEARNING, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT):
        assert FATES[fate].word in said["notes"][0]
        assert FATES[fate].word in said["figures"]["map"]


def test_boundaries_meet_the_threshold(client: FlaskClient) -> None:
    scene = last_scene(chunks(client))
    line = next(trace for trace in scene["figure"]["data"] if trace["name"] == "boundaries")
    x, y = values(line["x"]), values(line["y"])
    nearest = np.nanargmin(np.abs(x - 1.0))
    at = UnlearningModel((1.0,) * 5, (1.0, -1.0, float(x[nearest]), 1.0, 1.0)).thresholds()
    assert np.min(np.abs(at - y[nearest])) < 2e-4 * 15


def test_each_name_stands_on_its_own_fate() -> None:
    for preset in PhaseMapView.presets:
        map_ = export.finished_map(preset.state)
        trace = names(map_)
        assert len(trace["text"]) == len(set(trace["text"])) >= 2
        for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True):
            i, j = int(np.argmin(np.abs(map_.x - x))), int(np.argmin(np.abs(map_.y - y)))
            assert text.startswith(FATES[Fate(int(map_.fate[j, i]))].glyph)


def test_a_name_in_a_strip_stands_in_its_middle_with_its_room() -> None:
    inside = np.zeros((100, 60), bool)
    inside[10:90, 20:40] = True
    column, row, _ = roomiest_cell(inside, 0.25)
    assert (column, row) == (pytest.approx(29.5, abs=1), pytest.approx(49.5, abs=1))
    assert run_length(inside[row], column) in (18, 19)
    assert run_length(inside[:, column], row) in (78, 79)
    assert run_length(np.ones(7, bool), 3) == 7


def test_a_logarithmic_axis_says_so() -> None:
    state = PhaseMapState(x="eps", y="R0", detail="128")
    layout_ = figures.figure(state, export.finished_map(state))["layout"]
    assert layout_["xaxis"]["type"] == "log"
    np.testing.assert_allclose(layout_["xaxis"]["range"], np.log10(usual("eps")))
    assert layout_["yaxis"]["type"] == "linear"


TERM = st.tuples(
    st.sampled_from([parameter.key for parameter in PhaseMapState.parameters().values()] + ["v", "", "é"]),
    st.lists(
        st.sampled_from(
            ["0", "1", "-10", "1e-6", "1e400", "nan", "", "9" * 40, "a", "cs10", "eps", "R0", "512", "time"]
        ),
        max_size=6,
    ),
).map(lambda term: f"{term[0]}={','.join(term[1])}")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=st.lists(TERM, max_size=5).map("&".join))
def test_any_query_gives_a_refusal_or_a_map(client: FlaskClient, query: str) -> None:
    answer = client.get("/stream/phase_map", query_string=query)
    assert answer.status_code in (200, 414, 422)
    if answer.status_code == 200:
        assert json.loads(answer.data.splitlines()[-1])["kind"] == "end", query
    assert client.get("/resolve/phase_map", query_string=query).status_code == 200


@pytest.mark.parametrize("query", ["", "show=time&n=512", "x=c1&y=cs2&show=lost&n=512", "x=R0&y=eps&n=512"])
def test_who_stops_listening_stops_the_work(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Pieces(monkeypatch)
    lines = compute.stream(PhaseMapState.from_query(query))
    for chunk in lines:
        if chunk.kind == "progress" and work.given > work.free:
            break
    lines.close()
    work.go_on_to_the_end()
    most = work.free + Pieces.THREADS
    assert work.begun <= most <= work.given, "what the thread had begun is ended, and nothing more is begun"


class Pieces:
    """The pieces of a map as a thread of the core computes them: those of the coarse map and one more, and the others
    when they may go on."""

    THREADS = 1

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given = self.begun = self.free = 0
        self.may_go_on = threading.Event()
        self.pools: list[ThreadPoolExecutor] = []
        self.core = import_module("dynamics.planar.maps.phase_map")
        monkeypatch.setattr(compute, "Threads", self.pool)

    def pool(self) -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(self.THREADS)
        submit, counting = pool.submit, threading.Lock()

        def given(action: Callable[..., Any], plan: Any, *parts: Any) -> Future[Any]:
            self.free = 1 + len(self.core._pieces(plan, self.core.COARSE, self.core.COARSE))
            self.given += 1
            return submit(begun, action, plan, *parts)

        def begun(action: Callable[..., Any], *parts: Any) -> Any:
            with counting:
                self.begun += 1
                number = self.begun
            assert number <= self.free or self.may_go_on.wait(LONGEST)
            return action(*parts)

        pool.submit = given  # type: ignore[method-assign, assignment]
        self.pools.append(pool)
        return pool

    def go_on_to_the_end(self) -> None:
        """Returns when the threads have ended, which they do when nothing is left to be computed."""
        self.may_go_on.set()
        for pool in self.pools:
            pool.shutdown(wait=True)


# --- words of a run, for what is under the pointer ---


def test_a_point_of_the_map_is_explained_as_in_view_1(client: FlaskClient) -> None:
    query = "v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=10&R0=0&tau=1e4&lay="
    said = client.get(f"/text/unlearning?{query}").get_json()
    streamed = [json.loads(line) for line in client.get(f"/stream/unlearning?{query}").data.splitlines()]
    assert said == next(part for part in streamed if part["kind"] == "text")
    assert said["fates"][0]["fate"] == "UNLEARNING"
    assert client.get("/text/unlearning?a=1e9").status_code == 422
    assert client.get("/text/nothing").status_code == 404


# --- what is taken away ---


def test_the_table_has_a_row_for_each_cell() -> None:
    state = PhaseMapState(quantity="R_inf", detail="256", x="a", y="cs3")
    table = export.table(state)
    assert list(table) == ["a", "cs3", "fate", "R_inf"]
    assert {len(column) for column in table.values()} == {256 * 256}
    full = table["fate"] == "full alignment"
    np.testing.assert_allclose(np.abs(table["R_inf"][full]), 1.0, atol=1e-6)


def test_the_document_holds_what_is_drawn(client: FlaskClient) -> None:
    body = client.get("/export/phase_map.json?show=lost").get_json()
    assert np.array(body["fate"]).shape == (256, 256)
    assert np.array(body["quantity"]["values"], float).shape == (256, 256)
    assert sum(body["shares"].values()) == pytest.approx(1)
    assert {frozenset(curve["fates"]) for curve in body["boundaries"]} >= {frozenset(("UNLEARNING", "FULL_ALIGNMENT"))}


SCRIPTS = ("", "show=time&x=eps&y=cs2", "show=R&x=c2&tau=50")


@pytest.mark.parametrize("query", some_of(SCRIPTS, SCRIPTS[0], SCRIPTS[2]))
def test_the_script_computes_the_same_map(
    client: FlaskClient, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.py"
    script.write_bytes(client.get(f"/export/phase_map.py?{query}").data)
    monkeypatch.chdir(tmp_path)
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 40
    found = runpy.run_path(str(script))["found"]
    state = PhaseMapState.from_query(query)
    np.testing.assert_array_equal(found.fate, export.finished_map(state).fate)
    if state.quantity != "fate":
        np.testing.assert_array_equal(
            getattr(found, state.quantity), figures.quantity(state, export.finished_map(state))
        )
    assert (tmp_path / "phase_map_map.html").stat().st_size > 10_000


def test_places_of_all_axes() -> None:
    assert field_and_index("cs10") == ("c_star", 9)
    assert field_and_index("c1") == ("c", 0)
    assert field_and_index("a") == ("a", None)
