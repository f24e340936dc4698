"""View 5: its state, the laws that it draws, the run of its networks, what it says and gives away."""

from __future__ import annotations

import json
import runpy
from itertools import pairwise
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
from components.lab import compute, export, layout
from components.lab.presets import PRESETS
from components.lab.state import BATCH, DIMENSION, FIRST, HORIZON, LAYERS, NOISE, RUNS, SEEDS, STEP, WIDTH, LabState
from components.state import Problems
from components.unlearning.state import COEFFICIENT, K_MAX, START
from components.views import VIEWS
from dynamics.unlearning.training import MODES
from tests.components.streamed import joined

VIEW = VIEWS["lab"]
SMALL = LabState(m=10, d=20, batch=60, tau=5.0, runs=3)


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


COEFFICIENTS = st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple)
STATES = st.builds(
    LabState,
    c=COEFFICIENTS,
    c_star=COEFFICIENTS,
    a=within(START),
    m=st.integers(*WIDTH),
    d=st.integers(*DIMENSION),
    batch=st.integers(*BATCH),
    step=st.one_of(st.none(), within(STEP)),
    noise=within(NOISE),
    mode=st.sampled_from(MODES),
    first=st.sampled_from(FIRST),
    runs=st.integers(*RUNS),
    seed=st.integers(*SEEDS),
    tau=within(HORIZON),
    layers=st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    assert warming.ready.wait(warming.LONGEST)
    return server.test_client()


def parts_of(chunks: Any) -> list[dict[str, Any]]:
    return [json.loads(chunk.line()) for chunk in chunks]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


@settings(max_examples=300, deadline=None)
@given(STATES)
def test_a_state_comes_back_from_its_link(state: LabState) -> None:
    assert LabState.from_query(state.query()) == state
    assert LabState.nearest(state.query()) == (state, ())


@pytest.mark.parametrize("query", ["m=1", "d=1.5", "B=0", "g=0", "z=-1", "how=magic", "r=9", "tau=0", "a=30"])
def test_what_is_no_state_is_refused_in_a_sentence(client: FlaskClient, query: str) -> None:
    with pytest.raises(Problems):
        LabState.from_query(query)
    for path in ("/stream/lab", "/runs/lab/0/0"):
        assert client.get(f"{path}?{query}").status_code == 422


def test_every_control_writes_a_field_and_has_its_place() -> None:
    page = json.dumps(layout.page(VIEW).to_plotly_json(), default=lambda part: part.to_plotly_json())
    for control in layout.CONTROLS:
        assert control.parameter in LabState.model_fields
        assert f'"{control.id}"' in page or f'"{control.id}-row"' in page


def test_presets_are_affordable_and_of_their_title() -> None:
    for preset in PRESETS:
        state = preset.state
        assert VIEW.cost(state) <= 0.5 * VIEW.budget
        assert len(state.query()) <= 400
        law = compute.Laws(state).wide
        size = np.abs(law.R)
        if preset.name == "unlearns":
            assert size[-1] <= 0.5 * size.max()
        if preset.name == "learns":
            assert size[-1] > 0.99 * size.max()
        if preset.name == "halted":
            end = state.model.at_width(state.m).halt(state.a)
            assert end is not None
            assert law.R[-1] == pytest.approx(end.R, rel=0.05)


def test_what_would_take_too_long_is_refused_before_it_starts(client: FlaskClient) -> None:
    answer = client.get("/runs/lab/0/0?m=2000&d=2000&B=10000&r=8&tau=1e3")
    assert answer.status_code == 422
    assert "ask for less" in answer.get_json()["errors"][0]["sentence"]


def test_the_laws_are_the_cores() -> None:
    parts = parts_of(compute.stream(SMALL))
    law = SMALL.model.at_width(10).trajectory(SMALL.a, 0.0, 5.0, compute.SAMPLES)
    for name in ("tau", "R", "a", "loss", "Q"):
        np.testing.assert_allclose(joined(parts, 1, name), getattr(law, name), rtol=1e-5, atol=1e-7)
    for part in of_kind(parts, "scene"):
        go.Figure(part["figure"])
    for part in of_kind(parts, "run"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    assert parts[-1]["kind"] == "end"


def test_the_run_brings_the_networks_in_a_band() -> None:
    parts = parts_of(compute.run(SMALL, None))
    records = list(SMALL.training(compute.MOST))
    R = np.array([record.R_seeds for record in records])
    np.testing.assert_allclose(joined(parts, 2, "tau"), [record.tau for record in records], rtol=1e-6)
    np.testing.assert_allclose(joined(parts, 2, "R"), R.mean(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(joined(parts, 2, "R_low"), R.min(axis=1), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(joined(parts, 2, "R_high"), R.max(axis=1), rtol=1e-5, atol=1e-7)
    assert of_kind(parts, "begin")[0]["runs"] == 3
    said = of_kind(parts, "words")[-1]["notes"]
    assert said[0].startswith("Measured at τ = 5")
    assert "3 runs" in parts[-1]["status"]


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "BREATH", 0.0)
    monkeypatch.setattr(compute, "PAUSE", 0.0)
    monkeypatch.setattr(compute, "CHECKPOINT", 0.0)
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


def test_what_is_not_possible_is_said() -> None:
    state = LabState(step=10.0)
    assert "above, descent diverges" in parts_of(compute.run(state, None))[-1]["sentence"]
    assert parts_of(compute.stream(state))[-1]["kind"] == "end"
    heavy = LabState(c=(1.0,) * 5, c_star=(1.0,) * 5)
    assert "heavy-tailed" in " ".join(of_kind(parts_of(compute.stream(heavy)), "words")[0]["notes"])


def test_the_script_trains_the_same_networks(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.py"
    script.write_bytes(client.get(f"/export/lab.py?{SMALL.query()}").data)
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(script))
    records = list(SMALL.training(compute.MOST))
    np.testing.assert_array_equal(found["R"], [record.R_seeds for record in records])
    table = export.table(SMALL)
    assert set(table) == {"tau", "R", "a", "Q", "loss", "R_planar", "a_planar", "loss_planar"}
    assert client.get(f"/export/lab.json?{SMALL.query()}").get_json()["work"] > 0
