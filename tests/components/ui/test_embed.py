"""Embeds and recorded pages as the server makes them: sizes, whose pages may hold one, what is in a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from dash import dcc, html
from flask.testing import FlaskClient

from app import create_app
from components.export import replay_page
from components.operations import settings
from components.ui import embed
from components.ui.markup import json_script, render_static, render_subscripts
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from tests.waiting import core_is_ready

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


# --- embeds ---


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_each_view_names_three_to_six_of_its_controls_as_main(view: Any) -> None:
    assert 3 <= len(view.compact_controls) <= 6
    assert len({control.id for control in view.compact_controls}) == len(view.compact_controls)
    assert all(control in view.controls for control in view.compact_controls)


def test_the_size_is_no_part_of_the_state(client: FlaskClient) -> None:
    assert UnlearningState.from_query("v=1&a=9&embed=plot") == UnlearningState.from_query("v=1&a=9")
    assert client.get("/resolve/unlearning?v=1&embed=main").json["sentences"] == []
    [sentence] = client.get("/resolve/unlearning?v=1&embed=huge").json["sentences"]
    assert sentence == "embed: huge is not a size: full, main, plot."


def test_the_page_knows_the_same_sizes_before_it_draws() -> None:
    [words] = re.findall(r"embed=\(([a-z|]+)\)", (ASSETS / "head" / "theme.js").read_text())
    assert words.split("|") == list(embed.SIZES)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("*", None),
        ("self", ["'self'"]),
        ("https://a.example https://*.b.example:8443", ["'self'", "https://a.example", "https://*.b.example:8443"]),
    ],
)
def test_the_operator_says_whose_pages_may_hold_an_embed(
    given: str, wanted: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAME_ANCESTORS", given)
    answer = create_app().server.test_client().get("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy.get("frame-ancestors") == (wanted and " ".join(wanted))
    assert policy["default-src"] == "'self'"
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize(
    "given",
    ["http://a.example", "a.example", "https://a.example/", "https://", "* self", "https://a; script-src *", "''"],
)
def test_what_is_no_origin_stops_the_start(given: str) -> None:
    with pytest.raises(ValueError, match=r"FRAME_ANCESTORS = .* is not \*, self, or origins like"):
        settings.check({"FRAME_ANCESTORS": given})


# --- pages without Dash ---


def test_components_become_html() -> None:
    part = html.Div(
        [
            "a < b & c",
            dcc.Store(id="kept", data={"x": 1}),
            html.Button("go", hidden=True, disabled=False, tabIndex=0, **{"aria-label": '"now"'}),
            dcc.Link("there", href="/lab", className="link"),
            html.Img(src="data:,"),
            None,
            3,
        ],
        className="x",
        style={"--light": "#123"},
    )
    inside = '<button hidden tabindex="0" aria-label="&#34;now&#34;">go</button>{}<img src="data:,">3</div>'
    outside = '<div class="x" style="--light: #123">a &lt; b &amp; c'
    assert render_static(part) == outside + inside.format('<a class="link">there</a>')
    there = '<a href="https://app.example/lab" class="link">there</a>'
    assert render_static(part, "https://app.example") == outside + inside.format(there)


def test_sentences_are_typeset_as_the_client_does_it() -> None:
    assert render_static(render_subscripts("R_(12) ~ τ^2, <b>")) == "R<sub>12</sub> ~ τ<sup>2</sup>, &lt;b&gt;"


# --- recordings ---

LINES = [
    b'{"kind":"waiting"}\n{"kind":"start","runs":1}\n', b'{"kind":"scene","name":"plane","more":true}\n',
    b'{"kind":"trajectory","index":0}\n', b'{"kind":"progress"}\n', b'{"kind":"scene","name":"plane","more":false}\n',
]  # fmt: skip
REPLAYED = [
    *LINES,
    b'{"kind":"recording","status":"laws alone"}\n',
    b'{"kind":"trace","index":1}\n',
    b'{"kind":"end"}\n',
]
RUN = b'{"kind":"trace","index":2}\n{"kind":"progress"}\n{"kind":"end","status":"of the run"}\n'


def kinds(chunks: replay_page.Recording) -> list[str]:
    return [chunk["kind"] for chunk in chunks]


def test_a_recording_holds_what_is_drawn_and_of_each_figure_the_finest() -> None:
    found = replay_page.record([*LINES, b'{"kind":"end"}\n'])
    assert kinds(found) == ["start", "trajectory", "scene", "end"]
    assert found[2]["more"] is False


@pytest.mark.parametrize(
    ("watched", "finished", "index", "status"),
    [
        ("auto", b"", 1, None),
        ("auto", RUN, 1, None),  # the record that comes with the preset is what the app shows
        ("live", RUN, 2, "of the run"),
        ("live", b"", None, "laws alone"),
        ("off", RUN, None, "laws alone"),
    ],
)
def test_the_networks_of_a_recording_are_those_that_the_app_shows(
    watched: str, finished: bytes, index: int | None, status: str | None
) -> None:
    found = replay_page.record(REPLAYED, watched, finished)
    assert [chunk["index"] for chunk in found if chunk["kind"] == "trace"] == ([] if index is None else [index])
    assert found[-1].get("status") == status


def block(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="snapshot">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_no_text_ends_its_place_in_a_page() -> None:
    evil = "</script><script>alert(1)</script></title><!--"
    words = {"kind": "text", "runs": [evil], "notes": [], "figures": {"plane": evil}}
    page = replay_page.page(UnlearningView(), {"a": evil}, [words], evil, "A label.", replay_page.as_inline)
    assert evil not in page
    assert "<script>alert(1)" not in page
    assert block(page)["state"]["a"] == evil
    # Scripts begin and end where we say so: one with data, and one for each file.
    assert len(re.findall(r"<script[ >]", page)) == page.count("</script>") == len(replay_page.SCRIPTS) + 2
    assert json_script("x", '"<"') == '<script type="application/json" id="x">"\\u003c"</script>'


# --- the route ---


def test_the_file_holds_the_stream_of_the_state_and_nothing_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/offline/unlearning.html?v=1&a=9&cur=3&y=excess")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unlearning-a9.html"'
    page = answer.text
    assert not re.findall(r'(?:\bsrc|<link[^>]*href)="(?!data:)[^"]*"', page.partition("<script>!function")[0])
    data = block(page)
    assert data["state"] == UnlearningState.from_query("v=1&a=9&cur=3&y=excess").model_dump(mode="json")
    stream = client.get("/stream/unlearning?v=1&a=9").data.splitlines()
    here = json.loads(json.dumps(data["chunks"]).replace('"http://localhost/', '"/'))  # a file's links lead to the app
    assert here == replay_page.record(stream)
    assert 'href="http://localhost/?v=1&amp;c=1' in page
    assert "From ā = 9 the network aligns fully" in page.partition("<script type=")[0]


def test_a_short_link_is_read_too(client: FlaskClient) -> None:
    short = client.get("/short-link/unlearning?v=1&a=9").json["link"].partition("?")[2]
    assert block(client.get(f"/offline/unlearning.html?{short}").text)["state"]["a"] == [9.0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/offline/unlearning.html?v=1&eps=0", 422),
        ("/offline/nothing.html", 404),
        ("/offline/unlearning.csv", 404),
        (f"/offline/unlearning.html?{'a' * 20_000}", 414),
    ],
)
def test_what_cannot_be_read_is_refused_as_elsewhere(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_who_has_used_up_his_computing_gets_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_RATE", "0.001")
    monkeypatch.setenv("LIMIT_BURST", "1")
    client = create_app().server.test_client()
    answer = client.get("/offline/unlearning.html?v=1")
    assert answer.status_code == 200
    for eps in range(100, 400):  # each is another picture, and costs its part of the second
        if answer.status_code == 200:
            answer = client.get(f"/offline/unlearning.html?v=1&eps=0.{eps}")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_without_networks_the_file_says_so(client: FlaskClient) -> None:
    live = client.get("/offline/lab.html?v=1&run=live").text
    assert "were not at an end when the file was made" in live
    assert "were not at an end" not in client.get("/offline/lab.html?v=1").text
