"""The Time-scales view: its state, its stream, the bridge to the Unlearning view, its sentences and exports."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.views import links
from components.views.registry import VIEWS
from components.views.time_scales import captions, conversion, layout, plan
from components.views.time_scales.plan import picture_of
from components.views.time_scales.state import (
    ACTIVATIONS,
    BATCH,
    COEFFICIENT,
    DEGREES,
    DIMENSION,
    EPS,
    FIRST_LAYERS,
    HORIZON,
    LAYERS,
    PANELS,
    RUNS,
    SCALE,
    SEEDS,
    WIDTH,
    TimeScalesState,
)
from components.views.time_scales.view import TimeScalesView
from components.views.unlearning.state import UnlearningState
from dynamics import MeanFieldModel
from dynamics.mean_field import INIT_DISTRIBUTIONS, initial_weights
from dynamics.plotting.mean_field import networks as networks_module
from dynamics.plotting.mean_field.networks import LOG_RECORDS
from dynamics.plotting.mean_field.quantities import MAX_NEURONS, sample_times
from tests.components.streamed import joined
from tests.waiting import core_is_ready

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
    law=st.sampled_from(INIT_DISTRIBUTIONS),
    scale=within(SCALE),
    seed=st.integers(*SEEDS),
    t=within(HORIZON),
    layers=st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
    panel=st.sampled_from(tuple(PANELS)),
    sweep=st.tuples(within(EPS), within(EPS)),
    seeds=st.integers(1, 50),
    dimension=st.integers(*DIMENSION),
    batch=st.integers(*BATCH),
    runs=st.integers(*RUNS),
    first=st.sampled_from(FIRST_LAYERS),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def chunks(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/stream/time_scales?{query}")
    assert answer.status_code == 200, answer.data
    return [json.loads(line) for line in answer.data.splitlines()]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


# --- state ---


@settings(max_examples=200, deadline=None)
@given(STATES)
def test_a_sweep_goes_from_low_to_high(state: TimeScalesState) -> None:
    assert state.sweep[0] < state.sweep[1]


@pytest.mark.parametrize("query", ["m=1000", "m=100&lay=overlaps", "m=100&pan=sweep&n=50"])
def test_what_costs_too_much_is_refused_before_it_starts(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/stream/time_scales?{query}")
    assert answer.status_code == 422
    assert "ask for less" in answer.get_json()["errors"][0]["sentence"]


def test_presets_are_affordable_and_their_links_short() -> None:
    assert len({preset.state.key() for preset in TimeScalesView.presets}) == len(TimeScalesView.presets)
    for preset in TimeScalesView.presets:
        assert "network" not in preset.state.layers or picture_of(preset.state).networks.horizon == preset.state.t
        assert VIEW.cost(preset.state) <= VIEW.max_cost
        assert len(preset.state.query()) <= 400


# --- the stream ---


def test_the_stream_carries_the_run_of_the_core(client: FlaskClient) -> None:
    parts = chunks(client)
    model = MeanFieldModel(eps=1e-6)
    run = model.trajectory(initial_weights(10), t=sample_times(1e-6, 10.0))
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
    shapes = picture_of(state).empty_panels()["layout"]["shapes"]
    levels = [shape["y0"] for shape in shapes if shape["xref"] == "x domain"]
    assert levels == pytest.approx([1.2222222, 0.7222222, 0.2222222])
    times = [shape["x0"] for shape in shapes if shape["xref"] == "x"]
    assert times == pytest.approx(state.model.predicted_times())


@pytest.mark.parametrize("panel", PANELS)
def test_figures_are_of_plotlys_schema(client: FlaskClient, panel: str) -> None:
    parts = chunks(client, f"pan={panel}&n=2&lay=planar,overlaps,network&eps=0.1&t=1&d=20&B=40&r=2")
    for part in of_kind(parts, "scene"):
        go.Figure(part["figure"])
    for part in of_kind(parts, "trajectory"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    columns_ = {part["index"]: set(part["columns"]) for part in reversed(of_kind(parts, "trace"))}
    for trace in (trace for part in of_kind(parts, "trajectory") for some in part["traces"].values() for trace in some):
        assert {trace["meta"]["x"], trace["meta"]["y"]} <= columns_[trace["meta"]["run"]]


def test_the_words_name_each_degree_and_its_plateaus(client: FlaskClient) -> None:
    said = of_kind(chunks(client), "text")[0]
    assert len(said["runs"]) == len(said["fates"]) == 3
    assert all(look["fate"] == "learnt" for look in said["fates"])
    assert "1.222 toward 0.7222" in said["runs"][0]
    late = of_kind(chunks(client, "t=1e-3&act=erf"), "text")[0]
    assert [look["fate"] for look in late["fates"]] == ["absent", "waiting", "absent"]


def said(query: str) -> tuple[list[str], list[str], list[str]]:
    """Sentences, their fates, and notes of a state."""
    state = TimeScalesState.from_query(query)
    run = picture_of(state).trajectory
    written = captions.sentences(run)
    return [text for text, _ in written], [look["fate"] for _, look in written], captions.notes(state, run, state.m)


@pytest.mark.parametrize("query", ["law=alike", "a=0", "m=1", "law=alike&a=-3&m=3"])
def test_alike_neurons_learn_as_one_and_no_law_is_claimed(query: str) -> None:
    """0.26673 and 0.86319 by LSODA for one neuron from a(0) = 0; 0.86319 from any other."""
    runs, _, notes = said(query)
    assert "Degree 1 (φ₁ = −1) is half learned at t = 0.267:" in runs[1]
    assert "Degree 2 (φ₂ = 0.6667) is half learned at t = 0.863:" in runs[2]
    assert not any("law" in text for text in runs)
    assert any("asymptotic laws need 3 neurons" in note for note in notes)
    assert any("start alike and stay alike" in note for note in notes) == (query != "m=1")
    assert not any("rounding" in note for note in notes)


def test_two_neurons_have_no_predicted_times() -> None:
    runs, _, _ = said("m=2&eps=1e-8")
    assert "half learned at t = 0.731:" in runs[2]
    assert not any("law" in text for text in runs)


def test_of_degree_two_only_the_exponent_is_predicted() -> None:
    runs, _, _ = said("")
    assert "(the asymptotic law predicts only the exponent, t ~ ε^(1/4))" in runs[2]
    assert "0.0316" not in " ".join(runs)


@pytest.mark.parametrize(
    ("query", "before", "after"),
    [("act=erf", "1.222", "0.7222"), ("act=series&sig=0.5,0.5&phi=1,1,1", "1", "0.5")],
)
def test_the_risk_falls_between_levels_where_it_rests(query: str, before: str, after: str) -> None:
    """Degrees that cannot be learned stay in both levels."""
    runs, _, _ = said(query)
    assert f"the risk falls from its plateau {before} toward {after}." in runs[1]
    state = TimeScalesState.from_query(query)
    shapes = picture_of(state).empty_panels()["layout"]["shapes"]
    levels = [shape["y0"] for shape in shapes if shape["xref"] == "x domain"]
    run = picture_of(state).trajectory
    for level in levels:  # the risk comes near each of them and rests
        on = run.t[np.abs(run.risk - level) < 0.06]
        assert on[-1] > 2 * on[0]


LOST = "act=series&sig=0,1,1.41421356,2.44948974&phi=0,1,-0.14142,0.12247&eps=1&law=alike&a=2&m=1&t=1e5"


def test_a_degree_that_is_lost_again_is_not_called_learned(client: FlaskClient) -> None:
    """98.88 % of degree 3 is left at t = 1e5, by Radau in s at rtol 1e-11; the least was 3e-4."""
    runs, fates, _ = said(LOST)
    assert fates == ["learnt", "waiting", "lost"]
    assert "is half learned at t = 0.179, then lost again: 98.9 % of it is left at t = 10⁵." in runs[2]
    body = client.get(f"/export/time_scales.json?{LOST}").get_json()
    assert body["lost_again"] == [False, False, False, True]


@pytest.mark.parametrize(
    ("query", "degree", "exponent"),
    [
        ("phi=1,0,0.667", 2, 2),
        ("phi=0,0,1", 2, 2),
        ("phi=0,0,0,1&act=erf", 3, 3),
        ("phi=0,0,0,1&act=series&sig=1,1,1,1", 3, 3),
    ],
)
def test_a_target_of_higher_information_exponent_is_not_learned_from_s_0(
    query: str, degree: int, exponent: int
) -> None:
    runs, fates, _ = said(query)
    assert fates[-1] == "absent"
    assert runs[-1].startswith(f"Degree {degree} ")
    assert f"cannot be learned from s = 0: σ₁φ₁ = 0 (information exponent {exponent})" in runs[-1]
    assert "a network that starts from random directions can learn it" in runs[-1]
    state = TimeScalesState.from_query(query)
    shapes = picture_of(state).empty_panels()["layout"]["shapes"]
    assert f"t{degree}" not in str(shapes).translate(str.maketrans("₀₁₂₃₄₅₆", "0123456"))
    assert not np.isfinite(state.model.predicted_times(state.start)[degree])
    assert np.abs(picture_of(state).trajectory.s).max() == 0.0


def test_the_sweep_does_not_wait_for_what_cannot_be_learned(client: FlaskClient) -> None:
    notes = " ".join(of_kind(chunks(client, "pan=sweep&n=1&m=3&phi=1,0,0.667"), "text")[0]["notes"])
    assert "Degree 2 cannot be learned from these starts" in notes
    assert "a fit needs" not in notes


def test_the_sweep_claims_no_theory_for_alike_neurons(client: FlaskClient) -> None:
    notes = " ".join(of_kind(chunks(client, "pan=sweep&n=1&law=alike"), "text")[0]["notes"])
    assert "theory" not in notes
    assert "logarithm" not in notes
    assert "no exponents are predicted" in notes


def test_networks_learn_what_the_mean_field_cannot(client: FlaskClient) -> None:
    query = "phi=0,0,1&eps=1&m=10&t=10&lay=network&d=50&B=400&r=2"
    notes = " ".join(of_kind(chunks(client, query), "text")[0]["notes"])
    found = re.search(r"The mean field stays at s = 0, because σ₁φ₁ = 0\. The networks start with sᵢ ≠ 0: at t = 10 "
                      r"(\d+) % of degree 2 is left", notes)  # fmt: skip
    assert found is not None
    assert int(found[1]) < 95


@pytest.mark.parametrize(
    "query", ["phi=1&eps=1e-2", "phi=0,1&act=erf&eps=1e-2", "phi=1,0,1&act=erf&eps=1e-2", "eps=10", ""]
)
def test_degrees_are_called_near_each_other_only_where_the_run_shows_it(query: str) -> None:
    assert not any("nearly together" in note for note in said(query)[2])


def test_degrees_without_a_plateau_between_them_are_named() -> None:
    """Degree 1 at 0.17444, degree 2 at 0.38840 (LSODA)."""
    notes = said("eps=1e-3")[2]
    assert (
        "Degrees 1 and 2 are learned nearly together, at t = 0.174 and 0.388: the risk has no plateau between them."
        in notes
    )


@pytest.mark.parametrize("query", ["eps=1&t=1e3", "eps=10&t=1e4"])
def test_at_large_eps_no_formula_stands_for_a_number(query: str) -> None:
    assert not any("ε" in text for text in said(query)[0])


def test_the_conventions_are_said_wherever_coefficients_are(client: FlaskClient) -> None:
    for control in (*layout.BY_FIELD["phi"], *layout.BY_FIELD["sigma"]):
        assert "normalized Hermite polynomial" in control.title
    assert "Heₖ/√(k!)" in VIEW.help.about
    assert "h_k = He_k / sqrt(k!)" in client.get("/export/time_scales.json?eps=1&t=1").get_json()["conventions"]
    assert b"h_k = He_k / sqrt(k!)" in client.get("/export/time_scales.py?eps=1&t=1").data


def test_a_wide_network_is_drawn_in_part_and_says_so(client: FlaskClient) -> None:
    parts = chunks(client, "m=150&act=series&sig=0.4,0.5,0.3&eps=1")
    assert len(of_kind(parts, "trajectory")[0]["traces"]["cloud"]) == MAX_NEURONS
    assert any("60 of 150 neurons" in note for note in of_kind(parts, "text")[0]["notes"])


def test_the_exact_flow_nears_its_mean_field_with_the_width() -> None:
    gaps = []
    for m in (10, 40):
        state = TimeScalesState(eps=1.0, m=m, layers=("overlaps",))
        picture = picture_of(state)
        mean, exact = picture.trajectory, picture.exact
        assert exact is not None
        gaps.append(float(np.max(np.abs(mean.risk - exact.risk))))
    assert gaps[1] < 0.5 * gaps[0]


NETWORK = "eps=1&m=4&t=2&lay=overlaps,network&d=30&B=60&r=3"


@pytest.fixture(params=[0.0, np.inf], ids=["slow machine", "fast machine"])
def speed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which each step takes longer than the time between two signs of life, or none does."""
    monkeypatch.setattr(networks_module, "WORK_SLICE_SECONDS", request.param)


def test_a_slow_machine_gives_signs_of_life_between_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    state = TimeScalesState.from_query(NETWORK)
    monkeypatch.setattr(networks_module, "WORK_SLICE_SECONDS", 0.0)
    networks = picture_of(state).networks
    found = list(networks.records(networks.make()))
    assert len([records for records in found if records]) == len(networks.times)
    assert [] in found


@pytest.mark.usefixtures("speed")
def test_networks_are_streamed_in_a_band_over_their_runs(client: FlaskClient) -> None:
    parts = chunks(client, NETWORK)
    t, risk, low, high = (joined(parts, 2, name) for name in ("t", "risk", "low", "high"))
    state = TimeScalesState.from_query(NETWORK)
    picture = picture_of(state)
    np.testing.assert_allclose(t, picture.networks.times, rtol=1e-6)
    assert (low <= risk).all()
    assert (risk <= high).all()
    assert (high > low)[5:].all()
    runs = picture.network_records
    np.testing.assert_allclose(risk, [np.mean([one.risk for one in records]) for records in runs], rtol=1e-5)
    np.testing.assert_allclose(joined(parts, 2, "s1"), [records[0].s[1] for records in runs], rtol=1e-5, atol=1e-7)
    notes = " ".join(of_kind(parts, "text")[0]["notes"])
    assert "3 networks (d = 30, batches of 60" in notes
    assert "1/√d = 0.18" in notes


def test_networks_that_would_take_long_learn_as_far_as_they_may(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = TimeScalesState(layers=("network",))
    networks = picture_of(state).networks
    assert networks.horizon < state.t
    assert networks.work(networks.horizon) <= networks.max_work
    assert VIEW.cost(state) <= VIEW.max_cost
    large = TimeScalesState(layers=("network",), dimension=2000, batch=20_000, m=1000, activation="erf", runs=10)
    assert VIEW.cost(large) > VIEW.max_cost
    monkeypatch.setattr(plan, "MAX_WORK", 1e10)
    said = of_kind(chunks(client, "eps=1e-7&t=1&lay=network&d=10&B=40&m=2"), "text")[0]["notes"]
    assert any("learn until t = " in note for note in said)


@pytest.mark.parametrize("until", [1e-6, 1e-3, 0.1])
def test_the_cost_of_networks_counts_a_step_to_each_record(until: float) -> None:
    """In a time far below a stable step each network takes one step to each of its 139 records."""
    state = TimeScalesState(layers=("network",), eps=0.02, t=until, m=2, dimension=30, batch=40, runs=2)
    networks = picture_of(state).networks
    runs = networks.make()
    assert len(list(networks.records(runs))) >= LOG_RECORDS
    assert sum(run.steps * run.problem.work for run in runs) <= networks.work(until)


@pytest.mark.parametrize(("layers", "panel"), [(("network",), "course"), ((), "network"), (("network",), "network")])
def test_all_networks_together_halt_at_twice_what_they_are_charged(layers: tuple[str, ...], panel: str) -> None:
    state = TimeScalesState(layers=layers, panel=panel, runs=3)
    networks = picture_of(state).networks
    shown = networks.sizes
    limits = [networks.work_limit([size]) for size in shown]
    assert sum(limits) == pytest.approx(2.0 * networks.max_work)
    assert min(limits) > 0.0
    for size, limit in zip(shown, limits, strict=True):
        assert limit >= 2.0 * networks.work_of([size])(networks.horizon) * (1.0 - 1e-12)


def test_orthonormal_neurons_that_do_not_fit_start_at_random(client: FlaskClient) -> None:
    said = of_kind(chunks(client, "eps=1&t=1&m=9&lay=network&d=9&B=20&w=orthonormal"), "text")[0]["notes"]
    assert any("do not fit into d = 9" in note for note in said)


def test_distances_arrive_over_dimension_and_width(client: FlaskClient) -> None:
    parts = chunks(client, "eps=1&m=8&t=2&lay=&pan=network&d=64&B=128&r=2")
    assert of_kind(parts, "scene")[-1]["more"] is False
    notes = " ".join(of_kind(parts, "text")[0]["notes"])
    assert "to the exact flow goes from" in notes
    assert "at m = 8, about like m^(" in notes


def test_the_sweep_arrives_with_its_fits(client: FlaskClient) -> None:
    parts = chunks(client, "pan=sweep&n=3")
    assert of_kind(parts, "scene")[-1]["more"] is False
    notes = " ".join(of_kind(parts, "text")[0]["notes"])
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
    assert len(joined(parts, 0, "risk")) == len(sample_times(*_span(query)))


def _span(query: str) -> tuple[float, float]:
    state = TimeScalesState.from_query(query)
    return state.eps, state.t


# --- the bridge ---


def test_alike_neurons_follow_the_planar_system(client: FlaskClient) -> None:
    state = next(preset for preset in TimeScalesView.presets if preset.name == "bridge").state
    parts = chunks(client, state.query())
    planar, neuron = joined(parts, 1, "s"), joined(parts, 0, "s0")
    np.testing.assert_allclose(neuron, planar, atol=1e-6)
    np.testing.assert_allclose(joined(parts, 0, "a0"), joined(parts, 1, "a"), rtol=1e-5)
    assert of_kind(parts, "text")[0]["links"][0]["href"].startswith("/?v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=10")


def test_the_bridge_leads_there_and_back() -> None:
    there = links.to_time_scales(UnlearningState(eps=0.5, tau=100.0), 9.0)
    assert there is not None
    assert (there.eps, there.t, there.scale) == (2.0, 200.0, 9.0)
    back = conversion.planar(there)
    assert back is not None
    assert (back.c, back.c_star, back.eps, back.a, back.tau) == ((1,) * 5, (1, -1, 1, 1, 1), 0.5, (9.0,), 100.0)


def test_there_is_no_bridge_where_the_systems_differ() -> None:
    assert conversion.planar(TimeScalesState()) is None
    assert conversion.planar(TimeScalesState(law="alike")) is None
    assert links.to_time_scales(UnlearningState(eps=1e-3), 5.0) is None
    assert links.to_time_scales(UnlearningState(R0=0.3), 5.0) is None


# --- what is taken away ---


@pytest.mark.usefixtures("speed")
def test_the_document_holds_what_is_drawn(client: FlaskClient) -> None:
    learnt = client.get(f"/export/time_scales.json?{NETWORK}&pan=network").get_json()
    np.testing.assert_allclose(learnt["networks"]["t"], picture_of(TimeScalesState.from_query(NETWORK)).networks.times)
    assert np.array(learnt["networks"]["a"]).shape == (len(learnt["networks"]["t"]), 3, 4)
    assert np.array(learnt["distances"]["network_to_exact"]).shape == (len(learnt["distances"]["m"]), 3)
    body = client.get("/export/time_scales.json?pan=sweep&n=2&lay=overlaps").get_json()
    assert body["plateaus"][:3] == pytest.approx([11 / 9, 13 / 18, 2 / 9])
    assert np.array(body["sweep"]["times"], float).shape == (7, 2, 3)
    assert {"t", "risk", "risk_exact", "a_10", "s_10"} <= set(body["table"])


def test_a_sweep_over_a_constant_target_has_its_fit(client: FlaskClient) -> None:
    notes = " ".join(of_kind(chunks(client, "pan=sweep&n=1&m=3&phi=1"), "text")[0]["notes"])
    assert "Degree 0: t ~ ε^(1) ± " in notes
    assert "theory 1." in notes


def test_a_plateau_before_the_first_sample_is_seen() -> None:
    """Large coefficients are learned long before ε; the risk of this start is 1.222 until then."""
    runs, _, _ = said("act=series&sig=-14.9266&eps=3e-3&m=2&law=normal&a=0.05068&seed=8919&t=1.292&phi=1")
    assert runs[0].endswith("half learned at t = 1.07·10⁻⁵: the risk falls from its plateau 0.5 toward 0.")


def test_a_plateau_is_judged_by_the_risk_at_the_learning_time_itself() -> None:
    """Degree 4 follows degree 2 between two samples: between them the risk is not a straight line."""
    runs, _, _ = said(
        "phi=0,0.0134662,1.44402,0,1.70054&act=series&sig=-1.73328,-0.337351,-0.25507,-1.47646,-0.712325&eps=6.36e-6"
        "&m=3&law=uniform&a=0.6265&seed=4741&t=197.7"
    )
    assert runs[1].endswith("the risk falls from its plateau 2.489 toward 1.446.")
