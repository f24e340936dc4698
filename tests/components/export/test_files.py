"""What is taken away: CSV, JSON, BibTeX, and the script that computes the same picture."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.core.citations import IMAI_2026, PAPERS, bibliography
from components.export import wheel
from components.export.files import _csv, file_name
from components.views.registry import VIEWS
from components.views.unlearning.state import LAYERS, UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics import Fate, UnlearningModel
from dynamics.interruption import interruptible
from dynamics.plotting import PlanarPicture
from dynamics.plotting.renderers import MISSING
from tests.components.export.scripts import assert_close, assert_same_figures, document, executed, exported
from tests.components.streamed import values

ROOT = Path(__file__).parents[3]
COLUMNS = ("tau", "R", "a", "loss", "excess")
HARD = {
    "negative starts": {"a": (-1.0, -7.3, -20.0)},
    "clicked points": {"points": (0.5, 12.0, -0.3, -4.5, 0.9, 1000.0)},
    "eps = 1e-6": {"eps": 1e-6, "a": (5.0, 9.5)},
    "no activation": {"c": (0.0, 0.0), "R0": 0.4},
    "no target": {"c_star": (0.0,), "R0": 0.4},
    "K = 10": {"c": (1.0,) * 10, "c_star": (1.0, -1.0, 0.3, 0.1, -0.01, 1e-3, 0.0, -1e-4, 0.0, 1e-5), "a": (0.1, 3.0)},
    "R0 = 1": {"R0": 1.0},
    "R0 = -1": {"R0": -1.0, "a": (-2.0, 2.0)},
    "a = 0": {"a": (0.0,)},
    "a third": {"a": (1 / 3,), "R0": 0.1 + 0.2, "tau": 1e8 / 3},
    "linear axis, excess": {"axis": "linear", "measure": "excess", "a": (5.0, 10.0)},
    "every layer": {"layers": LAYERS, "points": (0.5, 15.0, 0.3, 3.0), "a": (5.0, 10.0)},
    "every layer, three fates": {"layers": LAYERS, "c_star": (1.0, 1.0, -1.0, -2.0, 1.0), "a": (5.0, -5.0)},
    "every layer, nothing moves": {"layers": LAYERS, "c": (0.0, 0.0), "points": (0.5, 3.0)},
    "every layer, c1 c*1 = 0": {"layers": LAYERS, "c_star": (0.0, 1.0, 0.5), "points": (1.0, 900.0, 0.0, 3.0)},
    "no layer": {"layers": ()},
    "windows": {"window": (-0.5, 0.5, 1.0, 8.0), "span": (0.01, 10.0), "a": (5.0, 10.0)},
}
STATES = {
    **{preset.name: preset.state for preset in UnlearningView.presets},
    **{name: UnlearningState.make(values) for name, values in HARD.items()},
}
PIN = {"pin_c": (1.0, 0.5), "pin_c_star": (1.0, -0.6), "pin_eps": 0.1, "pin_a": 2.0, "pin_R0": 0.1}
BESIDE: list[dict[str, Any]] = [
    {"panel": "law", "width": 2e3, "a": (2.0, 0.5), "c": (1.0, 0.5), "c_star": (1.0, -0.6)},
    {"panel": "limit", "c_star": (1.0, -1.0, -1.0, 1.0, 1.0), "a": (2.0, 5.0), "points": (0.5, 3.0)},
    {"panel": "slopes", "width": 1e6, "a": (5.0, 10.0)},
    {"panel": "kernel", "a": (5.0, 10.0), **PIN},
    {"panel": "course", "width": 1e7, "points": (0.5, 12.0), "measure": "excess", **PIN},
]
each_state = pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def assert_same_numbers(script: dict[str, Any], given: dict[str, Any]) -> None:
    """Everything in the JSON is what the script computes."""
    picture = script["picture"]
    runs, manifold = picture.trajectories, picture.manifold()
    index = np.array(given["table"]["run"])
    for column in COLUMNS:
        table = values(given["table"][column])
        for number, run in enumerate(runs):
            assert_close(getattr(run, column), table[index == number])
    assert [run.fate.name for run in runs] == [run["fate"] for run in given["runs"]]
    assert [run.name for run in picture.runs] == [run["name"] for run in given["runs"]]
    for run, other in zip(runs, given["runs"], strict=True):
        limit, theirs = run.limit, other["limit"]
        assert_close([limit.R, limit.a, limit.loss], [theirs["R"], theirs["a"], theirs["loss"]])
        assert_close([run.R0, run.a0, run.stats.steps], [other["R0"], other["a0"], other["steps"]])
        assert_close([run.error, run.timing_error], [other["error"], other["time_error"]])
        assert run.code.name == other["status"]
    for branch, other in zip(manifold.branches, given["manifold"], strict=True):
        assert (branch.kind, branch.attracting) == (other["kind"], other["attracting"])
        assert_close(branch.R, other["R"])
        assert_close(branch.a, other["a"])
    for fold, other in zip(manifold.folds, given["folds"], strict=True):
        assert_close([fold.R, fold.a, fold.landing], [other["R"], other["a"], other["landing"]])
    assert list(picture.thresholds) == [found["R0"] for found in given["thresholds"]]
    for found, other in zip(picture.thresholds.values(), given["thresholds"], strict=True):
        assert_close(found, other["a0"])
    assert_same_layers(picture, given["layers"])


def assert_same_layers(picture: PlanarPicture, given: dict[str, Any]) -> None:
    """So is everything that the layers show."""
    for point, other in zip(picture.equilibria, given["equilibria"], strict=True):
        assert (point.kind, point.is_global_minimum) == (other["kind"], other["is_global_minimum"])
        assert_close(
            [point.R, point.a, point.loss, *point.eigenvalues],
            [other["R"], other["a"], other["loss"], *other["eigenvalues"]],
        )
    for curve, other in zip(picture.separatrices, given["separatrices"], strict=True):
        assert curve.separates
        assert [fate.name for fate in curve.fates] == other["fates"]
        assert (curve.saddle.R if curve.saddle else None) == (other["saddle"]["R"] if other["saddle"] else None)
        assert_close([curve.R, curve.a], [other["R"], other["a"]])
    for orbit, other in zip(picture.orbits, given["orbits"], strict=True):
        assert orbit.end.name == other["end"]
        for piece, theirs in zip(orbit.pieces, other["pieces"], strict=True):
            assert (piece.fast, piece.end) == (theirs["fast"], theirs["end"])
            for name in ("R", "a", "tau"):
                assert_close(getattr(piece, name), theirs[name])
    for past, other in zip(picture.pasts, given["pasts"], strict=True):
        assert_close(past.R, other["R"])
        assert_close(past.a, other["a"])
        assert_close(past.tau, other["tau"])
    assert (given["nullcline"] is None) == (picture.nullcline is None)
    if picture.nullcline:
        assert_close(picture.nullcline.R, given["nullcline"]["R"])
        assert_close(picture.nullcline.a, given["nullcline"]["a"])
    assert (given["landscape"] is None) == (picture.landscape is None)
    if picture.landscape:
        assert_close(picture.landscape.loss, given["landscape"]["loss"])
        assert_close(picture.landscape.R, given["landscape"]["R"])
    assert (given["basins"] is None) == (picture.basins is None)
    if given["basins"]:
        np.testing.assert_array_equal(picture.basins.fate, given["basins"]["fate"])
        assert_close(picture.basins.x, given["basins"]["R0"])
        assert_close(picture.basins.y, given["basins"]["a0"])
        assert given["basins"]["names"] == {str(int(fate)): fate.name for fate in Fate}


@each_state
def test_the_script_computes_the_numbers_of_the_json(client: FlaskClient, state: UnlearningState) -> None:
    assert_same_numbers(executed(exported(client, "py", state)), document(client, state))


@each_state
def test_the_script_draws_the_figures_of_the_page(client: FlaskClient, state: UnlearningState) -> None:
    assert_same_figures(client, state, executed(exported(client, "py", state))["drawn"], "unlearning")


@pytest.mark.parametrize("fields", BESIDE, ids=lambda fields: fields["panel"])
def test_the_script_computes_and_draws_what_is_beside_the_runs(client: FlaskClient, fields: dict[str, Any]) -> None:
    state = UnlearningState.make(fields)
    script, given = executed(exported(client, "py", state)), document(client, state)
    picture = script["picture"]
    assert_same_numbers(script, given)
    wides = list(picture.wide())
    for wide, other in zip(wides, given["wide"], strict=True):
        assert (wide.trajectory.m, wide.needed) == (other["m"], other["needed"])
        assert (wide.halt is None) == (other["halt"] is None)
        if wide.halt:
            halt = wide.halt
            assert_close([halt.R, halt.a, halt.tau], [other["halt"][name] for name in ("R", "a", "tau")])
    assert (given["pinned"] is None) == (picture.pinned is None)
    pinned = [picture.pinned_trajectory(picture.pinned)] if picture.pinned else []
    if picture.pinned:
        branches = picture.manifold(picture.pinned.model).branches
        for branch, other in zip(branches, given["pinned"]["manifold"], strict=True):
            assert_close([branch.R, branch.a], [other["R"], other["a"]])
        assert pinned[0].fate.name == given["pinned"]["fate"]
    table = given["table"]
    computed = [*picture.trajectories, *pinned, *(wide.trajectory for wide in wides)]
    assert sorted(set(table["run"])) == list(range(len(computed)))
    for index, run in enumerate(computed):
        for column in ("tau", "R", "a", "loss"):
            assert_close(getattr(run, column), values(table[column])[np.array(table["run"]) == index])
    assert (given["study"] is None) == (state.panel != "limit")
    if given["study"]:
        study, points = given["study"], list(picture.study())
        for point, other in zip(points, study["thresholds"], strict=True):
            assert_close(point.thresholds, other)
        assert_close([point.distances for point in points], study["distances"])
        limits = picture.threshold_limits
        assert_close([limit.coefficient for limit in limits], [one["coefficient"] for one in study["limits"]])
    assert_same_figures(client, state, script["drawn"], "unlearning")


NUMBER = st.floats(-3, 3).map(lambda number: round(number, 3))
STATE = st.fixed_dictionaries(
    {
        "c": st.lists(NUMBER, min_size=1, max_size=10).map(tuple),
        "c_star": st.lists(NUMBER, min_size=1, max_size=10).map(tuple),
        "eps": st.floats(-6, 1).map(lambda decade: 10**decade),
        "a": st.lists(st.floats(-20, 20), min_size=1, max_size=2).map(tuple),
        "R0": st.just(0.0) | st.floats(-1, 1),
        "tau": st.floats(0, 8).map(lambda decade: 10**decade),
        "points": st.none() | st.tuples(st.floats(-1, 1), st.floats(-1000, 1000)),
        "layers": st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
    }
)


@settings(max_examples=15)
@given(drawn=STATE)
def test_any_script_computes_the_numbers_of_the_json(client: FlaskClient, drawn: dict[str, Any]) -> None:
    state = UnlearningState.make(drawn)
    assert_same_numbers(executed(exported(client, "py", state)), document(client, state))


def test_the_script_is_a_program(client: FlaskClient, tmp_path: Path) -> None:
    code = exported(client, "py", UnlearningState())
    assert len(code.splitlines()) <= 40
    (tmp_path / "picture.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "picture.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *runs, thresholds = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in runs] == ["ā = 5", "ā = 9", "ā = 10"]
    assert ["unlearning" in line for line in runs] == [False, False, True]
    assert "9.31175" in thresholds
    for name in ("plane", "panels"):
        assert "Plotly.newPlot" in (tmp_path / f"unlearning_{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("fields", [*HARD.values(), *BESIDE], ids=str)
def test_a_script_has_at_most_forty_lines(client: FlaskClient, fields: dict[str, Any]) -> None:
    assert len(exported(client, "py", UnlearningState.make(fields)).splitlines()) <= 40


def test_without_plotly_the_script_says_so(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    executed(exported(client, "py", UnlearningState()))
    assert capsys.readouterr().out.splitlines()[-1] == MISSING
    assert not list(tmp_path.iterdir())


def test_the_script_carries_link_citation_and_every_parameter(client: FlaskClient) -> None:
    state = STATES["a third"]
    code = exported(client, "py", state)
    script = executed(code)
    assert f"Link: http://localhost/?{state.query()}\n" in script["__doc__"]
    assert f"Get the package: python -m pip install http://localhost/{wheel.NAME}\n" in script["__doc__"]
    assert client.get(f"/{wheel.NAME}").data == wheel.wheel()
    assert IMAI_2026.citation in " ".join(script["__doc__"].split())
    model, picture = script["model"], script["picture"]
    assert (model.c, model.c_star, model.eps) == (state.c, state.c_star, state.eps)
    assert [(run.R0, run.a0) for run in picture.runs] == list(state.starts)
    assert (picture.tau_end, picture.layers, picture.panel) == (state.tau, state.layers, state.panel)
    assert set(re.findall(r"^(?:from|import) (\w+)", code, re.M)) == {"dynamics"}


def test_csv_and_json_hold_the_trajectories_in_full_precision(client: FlaskClient) -> None:
    state = UnlearningState()
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv", state))))
    given = document(client, state)
    run = UnlearningModel(state.c, state.c_star, state.eps).trajectory(9.0)
    for column in COLUMNS:
        mine = [float(row[column]) for row in rows if float(row["a0"]) == 9.0]
        assert mine == getattr(run, column).tolist()
        assert given["table"][column] == [float(row[column]) for row in rows]
    assert UnlearningState.from_query(given["link"]) == state
    assert UnlearningState.make(given["state"]) == state


@pytest.mark.parametrize("name", VIEWS)
def test_every_file_carries_link_and_parameters(client: FlaskClient, name: str) -> None:
    view = VIEWS[name]
    state = view.State()
    link = f"http://localhost{view.path}?{state.query()}"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/export/{name}.csv?{state.query()}").text)))
    assert len(rows) > 10
    assert {row["link"] for row in rows} == {link}
    for field, parameter in state.parameters().items():
        if parameter.group == "physics" and getattr(state, field) is not None:
            assert {row[f"param_{field}"] for row in rows} == {parameter.text(getattr(state, field))}
    assert json.loads(client.get(f"/export/{name}.json?{state.query()}").data)["url"] == link
    script = client.get(f"/export/{name}.py?{state.query()}", base_url="http://app.example").text
    compile(script, "script.py", "exec")
    assert f"Link: http://app.example{view.path}?{state.query()}\n" in script
    assert f"pip install http://app.example/{wheel.NAME}\n" in script
    hostile = client.get(f"/export/{name}.py?{state.query()}", base_url='http://a"""+b')
    assert hostile.status_code == 400, "a host that would end the text of a script"


@pytest.mark.parametrize(
    ("query", "file"),
    [
        ("v=1", "unlearning.csv"),
        ("v=1&eps=0.5&a=4,8", "unlearning-eps0.5-a4_8.csv"),
        ("v=1&cs=1,-1&clk=arc", "unlearning-cs1_-1_0_0_0.csv"),
        ("v=1&a=" + ",".join(["-1.234567"] * 12), f"unlearning-a{'_'.join(['-1.234567'] * 12)[:78]}.csv"),
    ],
)
def test_the_name_of_a_file_says_which_parameters_differ_from_the_first_picture(query: str, file: str) -> None:
    view = VIEWS["unlearning"]
    assert file_name(view, view.State.from_query(query), "csv") == file


def test_what_is_not_finite_is_null(client: FlaskClient) -> None:
    run = document(client, UnlearningState(a=(10.0,)))["runs"][0]
    assert run["fate"] == "UNLEARNING"
    assert run["limit"] == {"R": 0.0, "a": None, "loss": 76.0}


def entries(text: str) -> dict[str, dict[str, str]]:
    """BibTeX, read strictly: the fields of each entry by its key."""
    found: dict[str, dict[str, str]] = {}
    for block in text.strip().split("\n\n"):
        head = re.match(r"@(article|inproceedings)\{(\w+),\n", block)
        assert head, block
        assert block.endswith("\n}")
        fields = re.findall(r"^  (\w+) +?= \{([^{}]+)\}(?:,\n|\n\})", block.replace(" " * 15, ""), re.M)
        assert block.count("{") == block.count("}") == len(fields) + 1
        assert head[2] not in found
        found[head[2]] = dict(fields)
        where = "journal" if head[1] == "article" else "booktitle"
        assert {"title", "author", "year", where} <= found[head[2]].keys()
    return found


def test_the_bibliography_begins_with_the_papers_of_the_view(client: FlaskClient) -> None:
    answer = client.get(f"/export/unlearning.bib?{UnlearningState().query()}")
    assert answer.mimetype == "application/x-bibtex"
    assert list(entries(answer.text)) == [paper.key for paper in PAPERS]
    for paper in PAPERS:
        assert next(iter(entries(bibliography((paper,))))) == paper.key
        assert entries(bibliography((paper,))).keys() == {paper.key for paper in PAPERS}
        (fields,) = entries(paper.bibtex).values()
        assert fields["eprint"] == paper.arxiv
        assert f"arXiv:{paper.arxiv}" in paper.citation
    assert all(view.papers for view in VIEWS.values())


def test_the_readme_cites_what_the_app_gives_away() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```bibtex\n(.*?)```", readme, re.S) == [IMAI_2026.bibtex]


def test_writing_a_long_file_can_be_stopped() -> None:
    view = VIEWS["phase_map"]
    looks = 0

    def count() -> bool:
        nonlocal looks
        looks += 1
        return False

    with interruptible(count):
        table = view.table(view.State())
        computed = looks
        rows = _csv(table, {"link": "x"}).count("\n")
    assert rows == 256**2 + 1
    assert looks - computed > 100, "of a file that takes some tenths of a second"


@pytest.mark.parametrize(("rows", "columns"), [(20_000, 5), (50, 2000)])
def test_a_table_can_be_interrupted_however_wide_it_is(rows: int, columns: int) -> None:
    looks: list[None] = []

    def look() -> bool:
        looks.append(None)
        return False

    with interruptible(look):
        text = _csv({f"column{k}": np.zeros(rows) for k in range(columns)}, {})
    assert text.count("\n") == rows + 1
    assert len(looks) >= 10
