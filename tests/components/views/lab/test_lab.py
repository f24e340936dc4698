"""View 5: its state, the laws that it draws, the run of its networks, what it says and gives away."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.core.formatting import format_duration
from components.jobs.store import StoreError
from components.views.lab import captions, compute, export, layout, records
from components.views.lab.state import (
    LabState,
)
from components.views.lab.view import LabView
from components.views.links import to_lab
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from dynamics import UnlearningModel
from dynamics.plotting.training.columns import network_columns
from dynamics.simulation.law_comparison import compare_with_law
from dynamics.simulation.single_index import MODES
from dynamics.simulation.training_history import TrainingHistory
from tests.components.streamed import joined, values
from tests.waiting import core_is_ready

VIEW = VIEWS["lab"]
UNLEARN = {"unlearns", "wider", "negative", "cubic"}
SMALL = LabState(m=10, d=20, batch=60, tau=5.0, runs=3)


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def parts_of(chunks: Any) -> list[dict[str, Any]]:
    return [json.loads(chunk.line()) for chunk in chunks]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


def test_presets_are_affordable_and_of_their_title() -> None:
    for preset in LabView.presets:
        state = preset.state
        assert VIEW.cost(state) <= 0.5 * VIEW.max_cost
        assert len(state.query()) <= 400
        kept = records.of(state)
        assert kept is not None
        size = np.abs(kept.history.mean("R"))
        if preset.name in UNLEARN:
            assert np.all(np.abs(kept.history.seeds["R"][-1]) <= 0.5 * size.max()), "each network by itself"
            assert np.sign(kept.history.mean("R")[-1]) == np.sign(state.a)
            assert state.mode == "fresh"
        if preset.name == "learns":
            assert size[-1] > 0.99
        if preset.name == "halted":
            end = state.model.finite_width(state.m).halt(state.a)
            assert end is not None
            assert size[-1] == pytest.approx(end.R, rel=0.05)
            assert size[-1] > 0.5 * size.max()


def test_each_record_is_of_a_preset_small_and_says_what_it_is() -> None:
    assert set(records.all_records()) == {preset.state.key() for preset in LabView.presets}
    assert sum(path.stat().st_size for path in records.FOLDER.iterdir()) < 600_000
    for kept in records.all_records().values():
        said = captions.replay(kept)
        assert said.startswith(f"Recorded run ({kept.date}; Python 3.")
        assert f"numpy {kept.versions['numpy']}" in said
        assert kept.seconds < 120
        assert not kept.history.halted


CHEAP = {"unlearns", "halted", "learns", "recursion"}  # some seconds; of the others as far as over the peak


# A preset of each kind. Another is trained to its end, and compared, in tests/browser/test_lab.py.
LIVE = {"recursion", "population", "cubic", "negative"}


@pytest.mark.parametrize(
    "preset",
    [pytest.param(one, id=one.name, marks=() if one.name in LIVE else pytest.mark.nightly) for one in LabView.presets],
)
def test_the_live_run_gives_the_record_that_is_shipped(preset: Any) -> None:
    """Up to rounding, which differs between machines: the sums of a batch are in single precision."""
    state = preset.state
    kept = records.of(state)
    parts = []
    for chunk in compute.run(state, None):
        parts.append(json.loads(chunk.line()))
        if preset.name not in CHEAP and chunk.kind == "trace" and values(parts[-1]["columns"]["tau"])[-1] > 10.0:
            break
    wanted = network_columns(compute.picture_of(state).comparison(kept.history))
    for name in wanted:
        found = np.concatenate([values(part["columns"][name]) for part in of_kind(parts, "trace") if part["columns"]])
        np.testing.assert_allclose(found, wanted[name].ravel()[: len(found)], atol=2e-3, err_msg=name)
    if preset.name in CHEAP:
        assert parts[-1]["kind"] == "end"
        assert len(found) == wanted[name].size
        replayed = parts_of(compute.stream(state))
        assert of_kind(parts, "text")[-1]["notes"][0][:24] == of_kind(replayed, "text")[-1]["notes"][0][:24]
        assert parts[-1]["status"] == replayed[-1]["status"]


def test_a_preset_is_streamed_with_its_record_and_another_setting_is_not() -> None:
    state = LabView.presets[0].state
    kept = records.of(state)
    parts = parts_of(compute.stream(state))
    (replay,) = of_kind(parts, "recording")
    assert replay["sentence"] == captions.replay(kept)
    after = parts[parts.index(replay) + 1 :]
    assert [part["kind"] for part in after] == ["start", "trajectory", "trace", "text", "end"]
    np.testing.assert_array_equal(joined(parts, 2, "R"), kept.history.mean("R").astype("f4"))
    assert "Measured at τ = 150" in after[-2]["notes"][0]
    assert of_kind(parts_of(compute.stream(SMALL)), "recording") == []


def test_layers_panels_and_watching_ask_for_no_other_run() -> None:
    assert LabState(layers=(), panel="difference", watched="paused").key() == LabState().key()
    assert LabState(seed=1).key() != LabState().key()


def test_differences_are_the_networks_less_the_law_beside_what_is_allowed() -> None:
    state = LabState(m=40, d=60, batch=400, tau=20.0, runs=4)
    training = state.problem.training(compute.MAX_WORK)
    found = list(training)
    course = TrainingHistory.of(found, {})
    differs = compare_with_law(state.problem, course, training.law)
    R = np.array([record.R_seeds for record in found])
    error = R.std(axis=1, ddof=1) / 2
    np.testing.assert_allclose(differs.deviation["R"], R.mean(axis=1) - training.law.R)
    np.testing.assert_allclose(differs.error_bound["R"], 3 * error + 1 / 40 + 0.5 * 60 / 400)
    size, at, allowed = differs.largest("R")
    place = list(course.tau).index(at)
    assert (size, allowed) == (abs(differs.deviation["R"])[place], differs.error_bound["R"][place])
    assert size / allowed == (abs(differs.deviation["R"]) / differs.error_bound["R"]).max()
    said = " ".join(captions.difference_sentences(state, differs))
    assert "Networks and law agree within the expected error throughout" in said
    differs.deviation["R"][-1] = 1.0
    assert "Networks and law differ by more than the expected error" in " ".join(
        captions.difference_sentences(state, differs)
    )
    # what the noise adds off the target, of which theory knows the size
    noise = network_columns(differs)["Q_off"][-1]
    theory = compute.picture_of(state).law_columns["wide"]["Q_off"]
    assert np.isfinite(theory[-1])
    assert noise == pytest.approx(theory[-1], rel=0.6)


def test_single_neurons_come_with_the_records_and_are_bounded_on_the_wire() -> None:
    lines = [chunk.line() for chunk in compute.run(SMALL, None)]
    parts = [json.loads(line) for line in lines]
    tables = [part["columns"] for part in of_kind(parts, "trace") if part["columns"]]
    assert all(table["R_single"]["shape"].endswith(", 30") for table in tables)
    single = np.concatenate([values(table["R_single"]).reshape(-1, 30) for table in tables])
    np.testing.assert_allclose(single.mean(axis=1), joined(parts, 2, "R"), atol=1e-6)
    for preset in LabView.presets:
        assert sum(len(chunk.line()) for chunk in compute.stream(preset.state)) < 500_000


def test_other_ways_to_learn_are_drawn_where_they_cost_little() -> None:
    def modes(**asked: Any) -> set[str]:
        state = LabState(m=10, d=20, batch=60, tau=5.0, **asked)
        return set(state.problem.references(state.problem.training(compute.MAX_WORK)))

    assert modes() == {"recursion"}
    assert modes(first="sphere") == {"recursion", "population"}
    assert modes(mode="recursion") == {"fresh"}
    assert modes(mode="population", first="sphere") == {"recursion", "fresh"}
    heavy = LabState(mode="recursion", m=400, d=401, batch=4000, tau=500.0)
    assert heavy.problem.references(heavy.problem.training(compute.MAX_WORK)) == {}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (2, "some seconds"), (12, "about 10 seconds"), (37, "about 40 seconds"), (58, "about a minute"),
        (130, "about 2 minutes"), (1000, "about 15 minutes"), (4000, "about an hour"), (9000, "about 2 hours"),
    ],
)  # fmt: skip
def test_time_is_told_no_finer_than_it_is_known(seconds: float, said: str) -> None:
    assert format_duration(seconds) == said


@settings(max_examples=60, deadline=None)
@given(eps=st.floats(0.05, 4.0), a0=st.floats(0.5, 3.0), R=st.floats(-0.9, 0.9), target=st.floats(-1, 1))
def test_the_ratio_of_time_scales_goes_into_the_coefficients(eps: float, a0: float, R: float, target: float) -> None:
    model = UnlearningModel((1.0, 0.3), (1.0, target), eps)
    scaled = UnlearningModel(tuple(np.sqrt(eps) * np.array(model.c)), model.c_star)
    own, other = model.vector_field(R, a0), scaled.vector_field(R, a0 / np.sqrt(eps))
    np.testing.assert_allclose(own[0], other[0] / eps, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(own[1] / np.sqrt(eps), other[1] / eps, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("eps", [1.0, 0.25])
def test_view_1_leads_to_a_network_that_learns_the_same_and_back(client: FlaskClient, eps: float) -> None:
    state = UnlearningState(c=(1.0, -0.2), c_star=(0.6, 0.19), eps=eps, a=(0.2,), tau=100.0)
    links = client.get(f"/text/unlearning?{state.query()}").get_json()["links"]
    (href,) = [link["href"] for link in links if link["href"].startswith("/lab?")]
    opened = LabState.from_query(href.removeprefix("/lab?"))
    assert 0 < VIEW.cost(opened) <= VIEW.max_cost
    assert opened.tau == pytest.approx(100.0 / eps, rel=0.1)
    run = UnlearningModel(state.c, state.c_star, eps).trajectory(0.2, tau=np.array([5.0, 20.0, 90.0]))
    lab = opened.model.trajectory(opened.a, tau=np.array([5.0, 20.0, 90.0]) / eps)
    np.testing.assert_allclose(lab.R, run.R, atol=1e-6)
    (back,) = client.get(f"/text/lab?{opened.query()}").get_json()["links"]
    there = UnlearningState.from_query(back["href"].removeprefix("/?"))
    assert (there.c, there.c_star, there.a) == (opened.c, opened.c_star, (opened.a,))


@pytest.mark.parametrize("query", ["R0=0.5", "eps=1e-6", "eps=10&c=9"])
def test_view_1_offers_no_network_where_there_is_none(query: str) -> None:
    state = UnlearningState.from_query(query)
    run = UnlearningModel(state.c, state.c_star, state.eps).trajectory(state.a[0], state.R0, 10.0)
    assert to_lab(state, run) is None


def test_what_would_take_too_long_is_refused_before_it_starts(client: FlaskClient) -> None:
    answer = client.get("/jobs/lab?generation=0&offset=0&m=2000&d=2000&B=10000&r=8&tau=1e3")
    assert answer.status_code == 422
    assert "ask for less" in answer.get_json()["errors"][0]["sentence"]


def test_the_laws_are_the_cores() -> None:
    parts = parts_of(compute.stream(SMALL))
    law = SMALL.model.finite_width(10).trajectory(SMALL.a, 0.0, 5.0, 400)
    for name in ("tau", "R", "a", "loss", "Q"):
        np.testing.assert_allclose(joined(parts, 1, name), getattr(law, name), rtol=1e-5, atol=1e-7)
    for part in of_kind(parts, "scene"):
        go.Figure(part["figure"])
    for part in of_kind(parts, "trajectory"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    assert parts[-1]["kind"] == "end"


def test_the_run_brings_the_networks_in_a_band() -> None:
    parts = parts_of(compute.run(SMALL, None))
    records = list(SMALL.problem.training(compute.MAX_WORK))
    R = np.array([record.R_seeds for record in records])
    np.testing.assert_allclose(joined(parts, 2, "tau"), [record.tau for record in records], rtol=1e-6)
    np.testing.assert_allclose(joined(parts, 2, "R"), R.mean(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(joined(parts, 2, "R_low"), R.min(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(joined(parts, 2, "R_high"), R.max(axis=1), rtol=1e-5, atol=1e-7)
    assert of_kind(parts, "start")[0]["runs"] == 3
    said = of_kind(parts, "text")[-1]["notes"]
    assert said[0].startswith("Measured at τ = 5")
    assert "3 runs" in parts[-1]["status"]


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "WORK_SLICE_SECONDS", 0.0)
    monkeypatch.setattr(compute, "RECORD_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(compute, "CHECKPOINT_INTERVAL_SECONDS", 0.0)
    whole = parts_of(compute.run(SMALL, None))
    kept = [k for k, part in enumerate(whole) if part["kind"] == "checkpoint"]
    place = kept[len(kept) // 2]
    rest = parts_of(compute.run(SMALL, whole[place]))
    for name in ("tau", "R", "a", "loss", "Q"):
        np.testing.assert_array_equal(joined(whole[:place] + rest, 2, name), joined(whole, 2, name))
    assert all(one <= other for one, other in pairwise(part["done"] for part in of_kind(whole, "progress")))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query", ["", "w=sphere", "r=1&z=1", "m=30", "g=0.01", "lay=", "a=0", "c=0,0", "c=0,1", "cs=0,0", "tau=0.01"]
)
def test_every_mode_has_a_whole_picture_and_an_end(mode: str, query: str) -> None:
    given = {"m": "6", "d": "9", "B": "20", "tau": "2", "how": mode}
    given |= dict(part.split("=") for part in query.split("&") if part)
    state = LabState.from_query("&".join(f"{key}={value}" for key, value in given.items()))
    assert parts_of(compute.stream(state))[-1]["kind"] == "end"
    assert parts_of(compute.run(state, None))[-1]["kind"] == "end"


def test_one_of_something_is_said_as_one() -> None:
    state = LabState(m=2, d=2, batch=1, tau=0.01, runs=1)
    parts = parts_of(compute.run(state, None))
    figures = of_kind(parts_of(compute.stream(state)), "text")[-1]["figures"]
    assert " · 1 run · " in parts[-1]["status"]
    assert "1 trained network, and single neurons" in figures["plane"]


def test_what_is_not_possible_is_said() -> None:
    state = LabState(step=10.0)
    assert "above, descent diverges" in parts_of(compute.run(state, None))[-1]["sentence"]
    assert parts_of(compute.stream(state))[-1]["kind"] == "end"
    heavy = LabState(c=(1.0,) * 5, c_star=(1.0,) * 5)
    assert "heavy-tailed" in " ".join(of_kind(parts_of(compute.stream(heavy)), "text")[0]["notes"])


def test_a_replay_is_given_away_with_its_laws(client: FlaskClient) -> None:
    state = LabView.presets[0].state
    kept = records.of(state)
    document = client.get(f"/export/lab.json?{state.query()}").get_json()
    table = document["table"]
    assert table["tau"] == kept.history.tau.tolist()
    for place, seed in enumerate(state.seeds):
        assert table[f"R_seed{seed}"] == kept.history.seeds["R"][:, place].tolist()
    np.testing.assert_allclose(table["a_networks"], kept.history.mean("a"), rtol=1e-12)
    np.testing.assert_allclose(table["loss_networks_sd"], kept.history.seeds["loss"].std(axis=1, ddof=1), rtol=1e-12)
    law = state.model.finite_width(state.m).trajectory(state.a, 0.0, state.tau)
    np.testing.assert_allclose(table["R"], np.interp(table["tau"], law.tau, law.R), atol=2e-3)
    assert document["networks"]["status"] == "replay"
    assert document["networks"]["date"] == kept.date
    assert document["networks"]["steps"] == kept.history.steps
    assert np.shape(document["networks"]["single_neurons"]["R_single"]) == kept.history.single["R_single"].shape
    assert document["measured"][0].startswith("Measured at τ = 150")
    rows = client.get(f"/export/lab.csv?{state.query()}").text.splitlines()
    assert len(rows) == 1 + len(kept.history.tau)
    assert rows[0].split(",")[: len(table)] == list(table)


def test_a_run_is_given_away_as_far_as_it_is_kept(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "CHECKPOINT_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(compute, "RECORD_INTERVAL_SECONDS", 0.0)
    parts = parts_of(compute.run(SMALL, None))
    saved = of_kind(parts, "checkpoint")
    for status, checkpoint in (("running", saved[len(saved) // 2]), ("finished", saved[-1])):
        monkeypatch.setattr(export, "last_checkpoint", lambda name, state, found=(status, checkpoint): found)
        course = compute.history_in(checkpoint)
        document = client.get(f"/export/lab.json?{SMALL.query()}").get_json()
        assert document["networks"]["status"] == status
        assert document["table"]["tau"] == course.tau.tolist()
        for place, seed in enumerate(SMALL.seeds):
            assert document["table"][f"Q_seed{seed}"] == course.seeds["Q"][:, place].tolist()
        assert document["table"]["R_recursion"] == course.references["recursion"]["R"].tolist()
    assert course.tau[-1] == SMALL.tau
    left = SMALL.model_copy(update={"watched": "off"})
    assert client.get(f"/export/lab.json?{left.query()}").get_json()["networks"] is None


def test_laws_are_given_away_where_no_network_is_known(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    table = export.table(SMALL)
    assert set(table) == {"tau", "R", "a", "Q", "loss", "R_planar", "a_planar", "loss_planar"}
    document = client.get(f"/export/lab.json?{SMALL.query()}").get_json()
    assert document["work"] > 0
    assert document["networks"] is None
    assert document["measured"] == []

    def away(name: str, state: LabState) -> None:
        raise StoreError("The store does not answer.")

    monkeypatch.setattr(export, "last_checkpoint", away)
    answer = client.get(f"/export/lab.csv?{SMALL.query()}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["sentence"] == "The store does not answer."


def test_the_end_of_a_run_is_taken_up_as_it_was() -> None:
    whole = parts_of(compute.run(SMALL, None))
    place = max(k for k, part in enumerate(whole) if part["kind"] == "checkpoint")
    rest = parts_of(compute.run(SMALL, whole[place]))
    assert rest == whole[place + 1 :]


# --- several runs, and noise


def test_runs_that_part_are_told_one_by_one_and_have_no_mean() -> None:
    state = next(preset.state for preset in LabView.presets if preset.name == "population")
    course = records.of(state).history
    notes = of_kind(parts_of(compute.stream(state)), "text")[-1]["notes"]
    assert "R = 0.137 and 0.285;" in notes[0]
    assert "0.211" not in " ".join(notes)
    parted = next(note for note in notes if note.startswith("The 40 neurons of the run of seed 0 part"))
    assert "39 have R = 0.166 to 0.17 and a = " in parted
    assert "1 has R = −1 and a = −15.7" in parted
    assert not any("seed 1 part" in note for note in notes)
    made = network_columns(compute.picture_of(state).comparison(course))
    assert np.isnan(made["R"][-1])
    assert [made[f"R_run{place}"][-1] for place in (0, 1)] == course.seeds["R"][-1].tolist()
    other = LabView.presets[0].state
    agree = network_columns(compute.picture_of(other).comparison(records.of(other).history))
    assert np.isfinite(agree["R"]).all()


# batch, label noise, whether networks leave the law: R = 0.389, 0.634, 0.802, 0.369 and 0.350 where the law has 0.344
@pytest.mark.parametrize(
    ("batch", "noise", "leaves"),
    [(50, 0.0, True), (50, 1.0, True), (20, 1.0, True), (1000, 1.0, True), (1000, 0.0, False)],
)
def test_the_first_sentence_says_where_noise_makes_a_difference(batch: int, noise: float, leaves: bool) -> None:
    state = LabState(batch=batch, noise=noise, step=0.05, tau=60.0)
    (said,) = of_kind(parts_of(compute.stream(state)), "text")[-1]["runs"]
    assert said.startswith("The noise of descent makes a difference here") == leaves
    assert "for vanishing noise (large batches, no label noise)" in said
    if leaves:
        expected = {(50, 0.0): "R = 0.394", (50, 1.0): "R = 0.637"}
        assert expected.get((batch, noise), "R = 0.") in said
    quiet = state.model_copy(update={"mode": "population"})
    assert "noise of descent" not in of_kind(parts_of(compute.stream(quiet)), "text")[-1]["runs"][0]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (
            "c=1,1&cs=0,1&a=1",
            "The target has no degree 1: the first degree that both have is 2 (information exponent 2)",
        ),
        ("c=0,1&cs=1,1&a=1", "The activation has no degree 1: the first degree that both have is 2"),
        ("c=1,0&cs=0,1&a=1", "share no degree"),
        ("c=1,1&cs=0,0&a=1", "The target is 0"),
        ("c=0,0&cs=1,1&a=1", "All cₖ are 0"),
        ("c=1,1&cs=1,1&a=0", "ā = 0 is at rest"),
    ],
)
def test_where_nothing_moves_the_reason_is_given(query: str, why: str) -> None:
    (said,) = of_kind(parts_of(compute.stream(LabState.from_query(query))), "text")[-1]["runs"]
    assert why in said
    assert "no alignment" in said


def test_a_network_leaves_the_rest_of_the_law_from_random_directions() -> None:
    state = LabState(c=(1.0, 1.0), c_star=(0.0, 1.0), a=1.0, m=10, d=30, batch=300, tau=60.0, first="sphere", runs=1)
    course = compute.train(state)
    assert np.abs(course.neurons["R"]).max() > 0.9
    assert course.seeds["loss"][-1, 0] < 0.2 * course.seeds["loss"][0, 0]


def test_what_the_coefficients_are_of_is_said_everywhere(client: FlaskClient) -> None:
    query = LabView.presets[0].state.query()
    assert "He_k" in client.get(f"/export/lab.py?{query}").text
    assert "Hermite polynomials Heₖ" in client.get(f"/export/lab.json?{query}").get_json()["coefficients"]
    page = json.dumps(layout.page(VIEW).to_plotly_json(), default=lambda part: part.to_plotly_json())
    for title in ("Target c*, in Heₖ", "Activation c, in Heₖ"):
        assert json.dumps(title)[1:-1] in page
