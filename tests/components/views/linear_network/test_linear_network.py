"""View 4: its state, its stream, what it says of mechanisms and phases, what it gives away."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.views.linear_network import captions, compute, export
from components.views.linear_network.plan import picture_of
from components.views.linear_network.state import (
    ALIGNED,
    AXES,
    EXPONENT,
    GAMMA,
    HORIZON,
    LAYERS,
    LOSS_EXPONENT,
    MAP_QUANTITIES,
    PANELS,
    POINT,
    RATE,
    SCALE,
    SEEDS,
    STEP,
    TARGET,
    WIDTH,
    LinearNetworkState,
)
from components.views.linear_network.view import LinearNetworkView
from components.views.registry import VIEWS
from dynamics import LinearEnsemble, LinearNetwork
from dynamics.interruption import interruptible
from dynamics.linear_network import BORDERS, SCALINGS, Phase, descent_runs, scaling_phase
from dynamics.plotting.linear_network import columns
from dynamics.plotting.linear_network.picture import MAP_CELLS
from dynamics.plotting.linear_network.plane import branches
from tests.components.export.scripts import assert_same_figures, executed
from tests.components.streamed import joined
from tests.parameters import some_of
from tests.waiting import core_is_ready

VIEW = VIEWS["linear_network"]


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


def powers(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    """Evenly in the logarithm, the ends included."""
    low, high = np.log10(limits)
    return st.one_of(st.sampled_from(limits), st.floats(low, high).map(lambda x: min(max(10**x, limits[0]), limits[1])))


STATES = st.builds(
    LinearNetworkState,
    d=st.one_of(st.integers(1, 50), st.integers(*WIDTH)),
    gamma=powers(GAMMA),
    sigma_u=powers(SCALE),
    sigma_w=powers(SCALE),
    eta_u=powers(RATE),
    eta_w=powers(RATE),
    target=st.one_of(st.just(0.0), within(TARGET)),
    x_norm=powers(POINT),
    aligned=st.one_of(st.just(0.0), within(ALIGNED)),
    beta=st.one_of(st.just(1.0), within(LOSS_EXPONENT)),
    seed=st.integers(*SEEDS),
    t=st.one_of(st.none(), powers(HORIZON)),
    layers=st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
    step=powers(STEP),
    panel=st.sampled_from(tuple(PANELS)),
    seeds=st.integers(1, 20),
    x=st.sampled_from(tuple(AXES)),
    y=st.sampled_from(tuple(AXES)),
    shown=st.sampled_from(tuple(MAP_QUANTITIES)),
    c_gamma=within(EXPONENT),
    c_u=within(EXPONENT),
    c_w=within(EXPONENT),
    c_eta_u=within(EXPONENT),
    c_eta_w=within(EXPONENT),
    grows=st.sampled_from(("width", "scales")),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def chunks(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/stream/linear_network?{query}")
    assert answer.status_code == 200, answer.data
    return [json.loads(line) for line in answer.data.splitlines()]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


def words(client: FlaskClient, query: str = "") -> dict[str, Any]:
    return of_kind(chunks(client, query), "text")[0]


# --- state ---


@settings(max_examples=200, deadline=None)
@given(STATES)
def test_axes_of_the_map_differ(state: LinearNetworkState) -> None:
    assert state.x != state.y


@pytest.mark.parametrize(("given", "kept"), [("1,0.1,1,2", None), ("1e-9,1,1,1e9", (1e-8, 1.0, 1.0, 1e4))])
def test_a_window_lies_within_the_bounds_of_its_axes(given: str, kept: Any) -> None:
    state, _ = LinearNetworkState.nearest(f"x=gamma&up=su&win={given}")
    assert state.edges == kept


def test_presets_have_short_links_and_show_what_they_say(client: FlaskClient) -> None:
    assert (
        len({preset.state.key() for preset in LinearNetworkView.presets})
        == len(LinearNetworkView.presets)
        == 9 + len(SCALINGS) + 2
    )
    for preset in LinearNetworkView.presets:
        assert len(preset.state.query()) <= 400
        mechanism = preset.state.network().mechanism()
        if preset.name in ("alignment", "disalignment", "rescaling"):
            assert mechanism.dominant == preset.name
            assert captions.sentence(preset.state, preset.state.network())[1]["fate"] == preset.name
        if preset.name == "kernel":
            assert mechanism.names == ("kernel",)
        if preset.name == "unbalanced":
            assert {"kernel", "alignment"} <= set(mechanism.names)
            assert "layers are of different size" in " ".join(words(client, preset.state.query())["notes"])
        if preset.name == "diagram":  # balanced layers
            assert "layers are of different size" not in " ".join(words(client, preset.state.query())["notes"])
        if preset.name == "through-zero":
            assert mechanism.crosses_zero
    assert {
        preset.name for preset in LinearNetworkView.presets if preset.state.layers == ("hyperbolas", "descent")
    } == {"step"}


# --- the stream ---


def test_the_stream_carries_the_exact_solution(client: FlaskClient) -> None:
    parts = chunks(client)
    state = LinearNetworkState()
    network = state.network()
    run = network.solution(columns.times(descent_runs.usual_end(network)))
    expected = {"t": run.t, "f": run.f, "loss": run.loss, "zeta": np.degrees(run.zeta), "kernel": run.kernel_ratio}
    for name, values in expected.items():
        np.testing.assert_allclose(joined(parts, 0, name), values, rtol=1e-6, atol=1e-9)
    assert parts[-1]["kind"] == "end"
    assert abs(run.residual[-1]) < 1e-3 * abs(run.residual[0])  # the horizon is by itself long enough


def test_neurons_stay_on_their_hyperbolas(client: FlaskClient) -> None:
    parts = chunks(client, "d=8&eu=4&ew=0.5&g=0.2")
    network = LinearNetworkState.from_query("d=8&eu=4&ew=0.5&g=0.2").network()
    for i in range(8):
        u, v = joined(parts, 0, f"u{i}"), joined(parts, 0, f"v{i}")
        kept = v**2 / 0.5 - u**2 / 4
        np.testing.assert_allclose(kept, network.p[i] * network.q[i], atol=1e-4)
    drawn = branches(network, range(8), [[-3.0, 3.0], [-3.0, 3.0]])
    assert drawn["mode"] == "lines"


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("layers", ["", "hyperbolas,descent"])
def test_figures_are_of_plotlys_schema(client: FlaskClient, panel: str, layers: str) -> None:
    parts = chunks(client, f"pan={panel}&lay={layers}&d=20&n=2")
    for part in of_kind(parts, "scene"):
        go.Figure(part["figure"])
    for part in of_kind(parts, "trajectory"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    known = {part["index"]: set(part["columns"]) for part in of_kind(parts, "trace")}
    assert len(known) == of_kind(parts, "start")[0]["runs"]
    for trace in (trace for part in of_kind(parts, "trajectory") for some in part["traces"].values() for trace in some):
        assert {trace["meta"]["x"], trace["meta"]["y"]} <= known[trace["meta"]["run"]]
    assert of_kind(parts, "scene")[-1]["more"] is False


def test_gradient_descent_is_drawn_on_the_solution(client: FlaskClient) -> None:
    query = "lay=descent&s=0.01&d=30"
    parts = chunks(client, query)
    network = LinearNetworkState.from_query(query).network()
    t, f = joined(parts, 1, "t"), joined(parts, 1, "f")
    assert np.abs(f - network.solution(t).f).max() < 0.02
    said = " ".join(of_kind(parts, "text")[0]["notes"])
    assert "Gradient descent leaves the flow, by 5 %" in said
    assert "away from the flow" in said
    wild = " ".join(words(client, "lay=descent&s=4&d=30")["notes"])
    assert "gradient descent has diverged" in wild


def test_the_map_is_the_cores_and_a_cell_is_its_network(client: FlaskClient) -> None:
    query = "pan=map&x=gamma&up=y&n=3&d=20"
    state = LinearNetworkState.from_query(query)
    map_ = state.ensemble.phase_diagram(*state.map_axes, (12, 12), range(3))
    for i, j in ((0, 0), (5, 7), (11, 11)):
        ends = [
            LinearNetwork.random(
                20, 1, 1.0, 1.0, [1.0], float(map_.y[j]), float(map_.x[i]), 100.0, 100.0, seed=k
            ).end.kernel_ratio
            for k in range(3)
        ]
        assert np.exp(map_.median[j, i]) == pytest.approx(np.median(ends), rel=1e-9)
    cells = of_kind(chunks(client, query), "scene")[1]["cells"]
    assert cells["n"] == [MAP_CELLS, MAP_CELLS]
    assert cells["x"] == list(AXES["gamma"]["usual"])
    assert len(cells["fates"]) == 4
    inside = abs(map_.median) < BORDERS[1]
    assert "kernel phase" in cells["fates"][0]["word"]
    assert inside.any()


NUMBERS = {name: number for number, name in enumerate(SCALINGS, 1)}


@pytest.mark.parametrize("number", some_of(NUMBERS.values(), NUMBERS["NTK"], NUMBERS["µP"]))  # one of each phase
def test_every_scaling_says_its_phase_and_what_is_measured(client: FlaskClient, number: int) -> None:
    preset = next(one for one in LinearNetworkView.presets if one.name == f"scaling-{number}")
    *_, found = picture_of(preset.state).scaling()
    slope = found.excess_slope if found.phase.size > 0 else found.ratio_slope
    predicted = found.phase.excess if found.phase.size > 0 else found.phase.ratio
    assert abs(slope - predicted) <= 0.05
    said = words(client, preset.state.query())
    assert str(found.phase.phase) in " ".join(said["notes"])
    assert any(link["text"] == "Turn it into the other phase" for link in said["links"])
    for link in said["links"]:
        other = LinearNetworkState.from_query(link["href"].partition("?")[2])
        if link["text"].startswith("Turn"):
            turned = scaling_phase(other.exponents).phase
            assert (turned is Phase.KERNEL) != (found.phase.phase is Phase.KERNEL)
        else:
            network = other.network()
            assert network.end.kernel_ratio == pytest.approx(
                other.exponents.network(float(other.d), seed=other.seed, y=other.target).end.kernel_ratio, rel=1e-9
            )


def test_fixed_width_has_both_phases() -> None:
    kernel, feature = (
        next(one for one in LinearNetworkView.presets if one.name == f"infinite-{name}")
        for name in ("kernel", "feature")
    )
    *_, first = picture_of(kernel.state).scaling()
    *_, second = picture_of(feature.state).scaling()
    assert first.phase.phase is Phase.KERNEL
    assert np.median(abs(first.kernel_excess[-1])) < 1e-6
    assert second.phase.phase is Phase.FEATURE
    assert second.ratio_slope == pytest.approx(0.0, abs=1e-6)
    assert np.median(abs(second.kernel_excess[-1])) > 1e-3


def test_a_scaling_whose_other_phase_is_out_of_range_has_its_words(client: FlaskClient) -> None:
    for query in (
        "cg=0.2&cu=-2.2&cw=0.8&ceu=2.2&cew=-0.3",
        "cg=-3&cu=-3&cw=-3&ceu=-3&cew=-3",
        "cg=-1&cu=-3&cw=2.5&ceu=3&cew=-3",
    ):
        said = words(client, f"pan=scaling&n=1&{query}")
        assert "no link leads there" in " ".join(said["notes"])
        assert all(not link["text"].startswith("Turn") for link in said["links"])
        assert client.get(f"/text/linear_network?v=1&pan=scaling&n=1&{query}").status_code == 200
    answer = client.get("/share-card/linear_network.png?v=1&pan=scaling&n=1&cg=-3&cu=-3&cw=-3&ceu=-3&cew=-3")
    assert answer.status_code == 200


def test_an_output_that_explodes_is_refused_in_words(client: FlaskClient) -> None:
    said = words(client, "pan=scaling&cg=1&cu=1&cw=1")
    assert "the output at the start grows without bound" in " ".join(said["notes"])


def test_activations_run_from_both_kinds_of_start(client: FlaskClient) -> None:
    parts = chunks(client, "pan=activations&n=3&d=40")
    theory, linear = joined(parts, 1, "zeta"), joined(parts, 2, "zeta")
    assert theory[-1] < theory[0]
    assert abs(linear[-1] - theory[-1]) < 3.0
    opened = joined(parts, 7, "zeta")
    assert opened[-1] > opened[0]
    state = LinearNetworkState.from_query("pan=activations&n=3&d=40")
    assert [row.aligning for row in picture_of(state).activation_runs] == [True, False]
    below = LinearNetworkState.from_query("pan=activations&n=3&d=40&y=0.01&r=0.5")
    assert [row.aligning for row in picture_of(below).activation_runs] == [False, True]


def test_exponents_that_lead_out_of_the_ranges_are_measured_as_far_as_they_go(client: FlaskClient) -> None:
    parts = chunks(client, "pan=scaling&cg=2&cu=0&cw=-3&ceu=0&cew=0&n=1&g=1e-8&d=1")
    assert parts[-1]["kind"] == "end"
    notes = " ".join(of_kind(parts, "text")[-1]["notes"])
    assert "at κ = 10⁵ the ratio is" in notes
    assert "Beyond κ = 10⁵ γ, rates or weights are out" in notes


@settings(max_examples=60, deadline=None)
@given(STATES)
def test_every_corner_of_the_sliders_has_a_whole_picture(state: LinearNetworkState) -> None:
    state = state.model_copy(update={"d": min(state.d, 2000), "seeds": min(state.seeds, 2)})
    parts = [json.loads(chunk.line()) for chunk in compute.stream(state)]
    assert parts[-1]["kind"] == "end"
    assert all(part["runs"][0] for part in of_kind(parts, "text"))
    for run in range(of_kind(parts, "start")[0]["runs"]):
        assert len(joined(parts, run, "t")) > 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("y=0", "f tends to 0"),
        ("d=1&r=0.999&y=-3", "passes through 0"),
        ("b=2", "approaches y by a power of time"),
        ("b=0.5", "in finite time"),
        ("d=500", "48 of 500 neurons are drawn"),
    ],
)
def test_what_is_special_is_said(client: FlaskClient, query: str, said: str) -> None:
    found = words(client, query)
    assert said in " ".join([*found["runs"], *found["notes"]])


# --- what is taken away ---


def test_the_document_holds_what_is_drawn(client: FlaskClient) -> None:
    body = client.get("/export/linear_network.json?d=12&lay=descent").get_json()
    assert body["mechanism"]["names"]
    assert {"t", "f", "cos_zeta", "u_12", "v_12"} <= set(body["table"])
    assert body["descent"]["step"] > 0
    assert body["leaving_step"]["step"] > 0
    assert np.array(
        client.get("/export/linear_network.json?pan=map&n=2").get_json()["phase_diagram"]["shown"]["values"]
    ).shape == (200, 200)
    scaled = client.get("/export/linear_network.json?pan=scaling&n=2").get_json()["scaling"]
    assert scaled["phase"] == "feature learning"
    refused = client.get("/export/linear_network.json?pan=scaling&cg=1&cu=1&cw=1").get_json()["scaling"]
    assert "without bound" in refused["refused"]
    rows = client.get("/export/linear_network.json?pan=activations&n=2&d=10").get_json()["activations"]
    assert [row["activation"] for row in rows] == [*descent_runs.ACTIVATIONS] * 2


SCRIPTS = {
    **{preset.name: preset.state for preset in LinearNetworkView.presets},
    **{
        query: LinearNetworkState.from_query(query)
        for query in (
            "pan=map&n=2&d=10&lay=descent&r=0.5&b=2",
            "pan=map&n=2&x=y&up=d&win=-3,4,1,50&show=angle",
            "pan=map&n=2&x=y&up=gamma&win=0.5,8,0.01,1&show=spread",
            "pan=scaling&n=2&cd=scales&d=20",
            "pan=scaling&cg=3&cu=3&n=1",
            "lay=descent&axis=log&ly=log&span=0.001,0.1&d=3",
            "lay=descent,hyperbolas&pw=-2,2,-1,1&b=0.5&t=0.01",
            "pan=activations&n=2&d=12&axis=log&lay=",
            "y=0&seed=4&d=60",
        )
    },
}


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(state, marks=pytest.mark.nightly if re.fullmatch(r"scaling-[2-7]", name) else (), id=name)
        for name, state in SCRIPTS.items()
    ],
)
def test_the_script_computes_and_draws_what_the_page_shows(client: FlaskClient, state: LinearNetworkState) -> None:
    code = client.get(f"/export/linear_network.py?{state.query()}").text
    assert len(code.splitlines()) <= 40
    found = executed(code)
    picture = found["picture"]
    table = export.table(state)
    np.testing.assert_array_equal(picture.solution.f, table["f"])
    np.testing.assert_array_equal(picture.solution.cos_zeta, table["cos_zeta"])
    if state.panel == "map":
        np.testing.assert_array_equal(picture.phase_diagram.median, picture_of(state).phase_diagram.median)
    if state.panel == "scaling" and "exponents" in found:
        *_, last = picture_of(state).scaling()
        np.testing.assert_array_equal(found["exponents"].kernel_ratio, last.kernel_ratio)
    assert_same_figures(client, state, found["drawn"], "linear_network")


@pytest.mark.parametrize("edges", [(0.5, 8.0), (-3.0, 4.0)])
def test_cells_of_a_map_over_the_target_lie_at_their_values(client: FlaskClient, edges: tuple[float, float]) -> None:
    """The client spaces cells evenly on their axis: a positive target has a logarithmic one, as its values have."""
    query = f"pan=map&n=1&d=5&x=y&up=gamma&win={edges[0]},{edges[1]},0.01,1"
    scene = of_kind(chunks(client, query), "scene")[1]
    axis, cells = scene["figure"]["layout"]["xaxis"], scene["cells"]
    map_ = picture_of(LinearNetworkState.from_query(query)).phase_diagram
    even = np.geomspace if axis["type"] == "log" else np.linspace
    np.testing.assert_allclose(even(*cells["x"], cells["n"][0]), map_.x)


@pytest.mark.parametrize("activation", descent_runs.FUNCTIONS)
@pytest.mark.parametrize("beta", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("y", [0.0, 1e-120])
def test_a_network_next_to_its_target_limits_no_step(activation: str, beta: float, y: float) -> None:
    """Where the curvature vanishes in floating point or is infinite; that of the squared loss is its kernel."""
    network = replace(LinearNetwork.random(1, y=y, beta=beta), u0=np.zeros(1))
    kernel = (
        network.gamma**2
        * network.eta_u
        * float(descent_runs.FUNCTIONS[activation][0](network.v0 * network.x_norm)[0]) ** 2
    )
    step = descent_runs.activation_limit(network, activation)
    if beta == 1.0:
        assert step == pytest.approx(1.0 / kernel if kernel else np.inf)
    elif beta > 1.0 or y == 0.0:
        assert step == np.inf
    else:
        assert 0.0 < step < 1e-50 or kernel == 0.0


def test_networks_of_other_activations_can_be_interrupted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    state = LinearNetworkState(panel="activations", seeds=3)
    work: list[str] = []  # what is done for one network, between looks
    owners = ((LinearEnsemble, "network"), (descent_runs, "usual_end"), (descent_runs, "stability_limit"))
    for owner, name in owners:
        function = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given, f=function, **named: work.append("work") or f(*given, **named))
    with interruptible(lambda: bool(work.append("look"))):
        for runs in picture_of(state).activation_runs:
            runs.descent("relu")
    assert work.count("work") > 2 * 3 * 3
    assert "work work" not in " ".join(work[1:])
    assert work.count("look") >= 2 * 3 * len(descent_runs.FUNCTIONS)
