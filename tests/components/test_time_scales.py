"""View 3: its state, its stream, the bridge to view 1, what it says and gives away."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components import warming
from components.state import Problems
from components.time_scales import bridge, columns, compute, export, figures, layout
from components.time_scales.presets import PRESETS
from components.time_scales.state import (
    ACTIVATIONS,
    COEFFICIENT,
    DEGREES,
    EPS,
    HORIZON,
    LAYERS,
    PANELS,
    SCALE,
    SEEDS,
    WIDTH,
    TimeScalesState,
)
from components.unlearning.state import UnlearningState
from components.views import VIEWS
from dynamics import MeanFieldModel
from dynamics.mean_field import LAWS, initial_weights
from tests.components.streamed import joined

VIEW = VIEWS["time_scales"]


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


COEFFICIENTS = st.lists(within(COEFFICIENT), min_size=1, max_size=DEGREES).map(tuple)
STATES = st.builds(
    TimeScalesState,
    phi=COEFFICIENTS,
    activation=st.sampled_from(ACTIVATIONS),
    sigma=COEFFICIENTS,
    eps=within(EPS),
    m=st.integers(*WIDTH),
    law=st.sampled_from(LAWS),
    scale=within(SCALE),
    seed=st.integers(*SEEDS),
    t=within(HORIZON),
    layers=st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
    panel=st.sampled_from(PANELS),
    sweep=st.tuples(within(EPS), within(EPS)),
    seeds=st.integers(1, 50),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    assert warming.ready.wait(warming.LONGEST)
    return server.test_client()


def chunks(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/stream/time_scales?{query}")
    assert answer.status_code == 200, answer.data
    return [json.loads(line) for line in answer.data.splitlines()]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


# --- state ---


@settings(max_examples=500, deadline=None)
@given(STATES)
def test_a_state_comes_back_from_its_link(state: TimeScalesState) -> None:
    assert TimeScalesState.from_query(state.query()) == state
    assert TimeScalesState.nearest(state.query()) == (state, ())
    assert state.sweep[0] < state.sweep[1]


@pytest.mark.parametrize(
    "query", ["eps=0", "m=0", "m=1001", "m=2.5", "phi=", "act=cos", "law=x", "n=51", "sw=1", "t=nan"]
)
def test_what_is_no_state_is_refused_in_a_sentence(client: FlaskClient, query: str) -> None:
    with pytest.raises(Problems):
        TimeScalesState.from_query(query)
    answer = client.get(f"/stream/time_scales?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.get_json()["errors"][0]["sentence"]


@pytest.mark.parametrize("query", ["m=1000", "m=100&lay=overlaps", "m=100&pan=sweep&n=50"])
def test_what_costs_too_much_is_refused_before_it_starts(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/stream/time_scales?{query}")
    assert answer.status_code == 422
    assert "ask for less" in answer.get_json()["errors"][0]["sentence"]


def test_every_control_writes_a_field_and_has_its_place() -> None:
    page = json.dumps(layout.page(VIEW).to_plotly_json(), default=lambda part: part.to_plotly_json())
    for control in layout.CONTROLS:
        assert control.parameter in TimeScalesState.model_fields
        assert f'"{control.id}"' in page or f'"{control.id}-row"' in page
    assert len({control.id for control in layout.CONTROLS}) == len(layout.CONTROLS)


def test_presets_are_affordable_and_their_links_short() -> None:
    for preset in PRESETS:
        assert VIEW.cost(preset.state) <= VIEW.budget
        assert len(preset.state.query()) <= 400


# --- the stream ---


def test_the_stream_carries_the_run_of_the_core(client: FlaskClient) -> None:
    parts = chunks(client)
    model = MeanFieldModel(eps=1e-6)
    run = model.trajectory(initial_weights(10), t=columns.times(1e-6, 10.0))
    expected = {"t": run.t, "risk": run.risk, "a3": run.a[:, 3], "s7": run.s[:, 7], "r1": run.residual[:, 1]}
    for name, values in expected.items():
        np.testing.assert_allclose(joined(parts, 0, name), values, rtol=1e-6, atol=1e-9)
    assert parts[-1]["kind"] == "end"
    assert [part["name"] for part in of_kind(parts, "scene")] == ["cloud", "panels"]


def test_terms_and_tail_add_up_to_the_risk(client: FlaskClient) -> None:
    parts = chunks(client, "act=series&sig=0.4,0.5,0.3&eps=1e-2")
    total = sum(joined(parts, 0, f"h{k}") for k in range(3))
    np.testing.assert_allclose(total, joined(parts, 0, "risk"), rtol=1e-5, atol=1e-7)


def test_plateaus_and_predicted_times_are_drawn() -> None:
    state = TimeScalesState()
    shapes = figures.panels(state.model, state.start, range(10), 10.0, "course")["layout"]["shapes"]
    levels = [shape["y0"] for shape in shapes if shape["xref"] == "x domain"]
    assert levels == pytest.approx([1.2222222, 0.7222222, 0.2222222])
    times = [shape["x0"] for shape in shapes if shape["xref"] == "x"]
    assert times == pytest.approx(state.model.predicted_times())


@pytest.mark.parametrize("panel", PANELS)
def test_figures_are_of_plotlys_schema(client: FlaskClient, panel: str) -> None:
    parts = chunks(client, f"pan={panel}&n=2")
    for part in of_kind(parts, "scene"):
        go.Figure(part["figure"])
    for part in of_kind(parts, "run"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    columns_ = of_kind(parts, "trace")[0]["columns"]
    for trace in (trace for part in of_kind(parts, "run") for some in part["traces"].values() for trace in some):
        assert {trace["meta"]["x"], trace["meta"]["y"]} <= set(columns_)


def test_the_words_name_each_degree_and_its_plateaus(client: FlaskClient) -> None:
    said = of_kind(chunks(client), "words")[0]
    assert len(said["runs"]) == len(said["fates"]) == 3
    assert all(look["fate"] == "learnt" for look in said["fates"])
    assert "1.222 toward 0.7222" in said["runs"][0]
    late = of_kind(chunks(client, "t=1e-3&act=erf"), "words")[0]
    assert [look["fate"] for look in late["fates"]] == ["absent", "waiting", "absent"]


def test_a_wide_network_is_drawn_in_part_and_says_so(client: FlaskClient) -> None:
    parts = chunks(client, "m=150&act=series&sig=0.4,0.5,0.3&eps=1")
    assert len(of_kind(parts, "run")[0]["traces"]["cloud"]) == columns.SHOWN
    assert any("60 of 150 neurons" in note for note in of_kind(parts, "words")[0]["notes"])


def test_the_exact_flow_nears_its_mean_field_with_the_width() -> None:
    gaps = []
    for m in (10, 40):
        state = TimeScalesState(eps=1.0, m=m, layers=("overlaps",))
        mean, exact = compute.trajectory(state), compute.trajectory(state, overlaps=True)
        gaps.append(float(np.max(np.abs(mean.risk - exact.risk))))
    assert gaps[1] < 0.5 * gaps[0]


def test_the_sweep_arrives_with_its_fits(client: FlaskClient) -> None:
    parts = chunks(client, "pan=sweep&n=3")
    assert of_kind(parts, "scene")[-1]["more"] is False
    notes = " ".join(of_kind(parts, "words")[0]["notes"])
    assert "theory 1/2 after dividing by ln(1/ε)" in notes
    assert "theory 1/4" in notes


@pytest.mark.parametrize(
    "query",
    ["phi=0", "phi=0,0,1", "a=0", "law=alike&a=0", "m=1", "eps=10", "eps=1e-8", "act=series&sig=0", "t=1e-6",
     "phi=300,300,300&act=series&sig=300,300", "pan=sweep&n=1&sw=1,10", "pan=sweep&n=1&phi=0"],
)  # fmt: skip
def test_every_corner_of_the_sliders_has_a_whole_picture(client: FlaskClient, query: str) -> None:
    parts = chunks(client, query)
    assert parts[-1]["kind"] == "end"
    assert "stopped early" not in parts[-1]["status"]
    assert len(joined(parts, 0, "risk")) == len(columns.times(*_span(query)))


def _span(query: str) -> tuple[float, float]:
    state = TimeScalesState.from_query(query)
    return state.eps, state.t


# --- the bridge ---


def test_alike_neurons_follow_the_planar_system(client: FlaskClient) -> None:
    state = next(preset for preset in PRESETS if preset.name == "bridge").state
    parts = chunks(client, state.query())
    planar, neuron = joined(parts, 1, "s"), joined(parts, 0, "s0")
    np.testing.assert_allclose(neuron, planar, atol=1e-6)
    np.testing.assert_allclose(joined(parts, 0, "a0"), joined(parts, 1, "a"), rtol=1e-5)
    assert of_kind(parts, "words")[0]["links"][0]["href"].startswith("/?v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=10")


def test_the_bridge_leads_there_and_back() -> None:
    there = bridge.neurons(UnlearningState(eps=0.5, tau=100.0), 9.0)
    assert there is not None
    assert (there.eps, there.t, there.scale) == (2.0, 200.0, 9.0)
    back = bridge.planar(there)
    assert back is not None
    assert (back.c, back.c_star, back.eps, back.a, back.tau) == ((1,) * 5, (1, -1, 1, 1, 1), 0.5, (9.0,), 100.0)


def test_there_is_no_bridge_where_the_systems_differ() -> None:
    assert bridge.planar(TimeScalesState()) is None
    assert bridge.planar(TimeScalesState(law="alike")) is None
    assert bridge.neurons(UnlearningState(eps=1e-3), 5.0) is None
    assert bridge.neurons(UnlearningState(R0=0.3), 5.0) is None


# --- what is taken away ---


def test_the_document_holds_what_is_drawn(client: FlaskClient) -> None:
    body = client.get("/export/time_scales.json?pan=sweep&n=2&lay=overlaps").get_json()
    assert body["plateaus"][:3] == pytest.approx([11 / 9, 13 / 18, 2 / 9])
    assert np.array(body["sweep"]["times"], float).shape == (7, 2, 3)
    assert {"t", "risk", "risk_exact", "a_10", "s_10"} <= set(body["table"])


@pytest.mark.parametrize("query", ["", "eps=1&act=series&sig=0,1,1&phi=0,1,1&law=alike&pan=sweep&n=2&sw=1e-2,1e-1"])
def test_the_script_computes_the_same(
    client: FlaskClient, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.py"
    script.write_bytes(client.get(f"/export/time_scales.py?{query}").data)
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(script))
    table = export.table(TimeScalesState.from_query(query))
    np.testing.assert_array_equal(found["run"].risk, table["risk"])
    np.testing.assert_array_equal(found["run"].a[:, 0], table["a_1"])
    assert (tmp_path / "time_scales.html").stat().st_size > 10_000
