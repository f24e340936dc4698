"""The routes: stream, state, health; headers; malformed queries."""

from __future__ import annotations

import base64
import gzip
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_compress import flask_compress
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from app import create_app
from components.core import metering
from components.core.view import Chunk
from components.operations import warmup
from components.operations.build_id import build_id
from components.server import stream
from components.server.stream_cache import PULSE, StreamCache
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics import Fate, UnlearningModel
from dynamics.interruption import checkpoint
from tests.components.streamed import joined
from tests.waiting import LONGEST, core_is_ready

LINK = "v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=5,9,10&R0=0&tau=1e4"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


def chunks(client: FlaskClient, query: str = LINK) -> list[dict[str, Any]]:
    answer = client.get(f"/stream/unlearning?{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.data.splitlines()]


def test_the_stream_carries_the_solution(client: FlaskClient) -> None:
    parts = chunks(client)
    assert [part["kind"] for part in parts if part["kind"] != "trace"] == [
        "start", "scene", "scene", "trajectory", "trajectory", "trajectory", "text", "end",
    ]  # fmt: skip
    assert [part["fate"] for part in parts if part["kind"] == "trajectory"] == [
        "FULL_ALIGNMENT",
        "FULL_ALIGNMENT",
        "UNLEARNING",
    ]
    state = UnlearningState()
    for index, a0 in enumerate(state.a):
        run = UnlearningModel(state.c, state.c_star, state.eps).trajectory(a0)
        for column in ("tau", "R", "a", "loss"):
            np.testing.assert_array_equal(joined(parts, index, column), getattr(run, column).astype(np.float32))


def test_a_clicked_point_is_one_more_run(client: FlaskClient) -> None:
    parts = chunks(client, LINK + "&pts=0.5,12")
    assert joined(parts, 3, "R")[0] == 0.5
    assert joined(parts, 3, "a")[0] == 12


def test_a_point_may_be_clicked_as_high_as_the_core_goes(client: FlaskClient) -> None:
    parts = chunks(client, LINK + "&pts=0.5,1e3,-0.5,-1e3")
    assert parts[-1]["kind"] == "end"


def test_the_excess_falls_where_the_loss_seems_to_stand(client: FlaskClient) -> None:
    excess = joined(chunks(client), 2, "excess")
    assert excess[0] == pytest.approx(0.5, rel=1e-5)
    assert 0 < excess[-1] < 0.06


def test_display_does_not_change_the_stream(client: FlaskClient) -> None:
    assert chunks(client, LINK + "&axis=linear&cur=3") == chunks(client)


def test_the_stream_is_compressed_line_by_line(client: FlaskClient) -> None:
    plain = client.get(f"/stream/unlearning?{LINK}")
    assert "Content-Encoding" not in plain.headers
    answer = client.get(f"/stream/unlearning?{LINK}", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == plain.data
    assert client.get(f"/stream/unlearning?{LINK}", headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data


def test_each_piece_of_a_compressed_stream_can_be_read_when_it_comes() -> None:
    pieces = [b'{"kind":"start"}\n', b" ", b'{"kind":"end"}\n']
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert [reader.decompress(piece) for piece in stream.gzipped(iter(pieces))] == [*pieces, b""]
    assert reader.eof


@pytest.mark.parametrize(
    ("terms", "kept"),
    [("release={release}", True), ("", False), ("release=another", False), ("release={release}&draft=800x600", False)],
)
def test_a_complete_stream_is_kept_by_browsers_under_its_release(client: FlaskClient, terms: str, kept: bool) -> None:
    link = f"v=1&a={len(terms)}"
    address = f"/stream/unlearning?{terms.format(release=build_id())}&{link}"
    assert client.get(address, buffered=True).headers["Cache-Control"] == "no-store", "it may still fail"
    again = client.get(address, buffered=True).headers["Cache-Control"]
    assert again == ("public, max-age=31536000, immutable" if kept else "no-store")


def test_a_draft_is_a_fraction_of_the_stream_and_says_how_long_it_took(client: FlaskClient) -> None:
    whole = client.get(f"/stream/unlearning?text=0&{LINK}").data
    draft = client.get(f"/stream/unlearning?text=0&draft=832x640&{LINK}").data
    assert len(draft) < len(whole) / 2
    parts = [json.loads(line) for line in draft.splitlines()]
    assert [part["kind"] for part in parts[:3]] == ["start", "draft_scene", "draft_scene"]
    assert parts[-1]["alone"] is True
    assert 0 <= parts[0]["elapsed"] < 60_000
    have = ".".join(part["digest"] for part in parts[1]["data"])
    again = client.get(f"/stream/unlearning?text=0&draft=832x640&have={have}&{LINK}").data
    assert len(again) < len(draft)
    assert client.get(f"/stream/unlearning?text=0&draft=wide&{LINK}").data == whole, "no size, no draft"


@pytest.mark.parametrize("route", ["/stream/unlearning", "/export/unlearning.csv"])
def test_a_bad_query_is_a_422_with_parameter_value_and_range(client: FlaskClient, route: str) -> None:
    answer = client.get(f"{route}?v=1&eps=0&a=1,99")
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [
        {"parameter": "eps", "value": "0", "range": "[1e-6, 10]", "sentence": "eps = 0 is outside [1e-6, 10]."},
        {
            "parameter": "a",
            "value": "99",
            "range": "1 to 12 numbers in [-20, 20]",
            "sentence": "a = 99 is outside [-20, 20].",
        },
    ]
    assert client.get(f"{route}?a={'1' * 3000}").status_code == 414


def test_what_is_not_there_is_a_404_in_json(client: FlaskClient) -> None:
    for route in ("/stream/nothing", "/resolve/nothing", "/export/unlearning.exe", "/export/nothing.csv"):
        answer = client.get(route)
        assert answer.status_code == 404
        assert answer.get_json()["errors"][0]["sentence"]


def test_the_page_gets_the_nearest_state_and_sentences(client: FlaskClient) -> None:
    body = client.get("/resolve/unlearning?v=1&eps=0").get_json()
    assert body["state"]["eps"] == 1e-6
    assert body["sentences"] == ["eps = 0 is outside [1e-6, 10]."]
    assert UnlearningState.from_query(body["link"]).eps == 1e-6


def test_health_and_headers(client: FlaskClient) -> None:
    health = {"status": "ok", "views": list(VIEWS), "release": build_id(), "redis": "none"}
    assert client.get("/health").get_json() == health
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert "http:" not in policy
    assert "Strict-Transport-Security" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert '<html lang="en">' in client.get("/").text


def test_a_worker_serves_the_scripts_of_a_page_that_another_has_written(client: FlaskClient) -> None:
    scripts = re.findall(r'src="(/[^"]+)"', client.get("/").text)
    assert len(scripts) > 10
    other = create_app().server.test_client()
    assert [script for script in scripts if other.get(script).status_code != 200] == []


def test_files_are_compressed_once_and_kept_by_browsers(client: FlaskClient) -> None:
    for script in re.findall(r'src="(/[^"]+)"', client.get("/").text):
        first, again = (client.get(script, headers={"Accept-Encoding": "br"}) for _ in range(2))
        assert first.data == again.data
        assert first.headers.get("Content-Encoding") == "br" or len(first.data) < 500
        assert "max-age=31536000" in first.headers["Cache-Control"]
        plain = client.get(script)
        assert "Content-Encoding" not in plain.headers
        assert len(plain.data) >= len(first.data)
        etag = plain.headers.get("ETag")
        if etag:
            assert client.get(script, headers={"If-None-Match": etag}).status_code == 304


def test_however_an_address_is_written_a_file_is_compressed_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed = []
    compress = flask_compress._compress_data

    def counting(app: Flask, data: bytes, algorithm: str) -> bytes:
        compressed.append(data)
        return bytes(compress(app, data, algorithm))

    monkeypatch.setattr(flask_compress, "_compress_data", counting)
    for path in ("/assets/style.css", "/theory"):
        compressed.clear()
        answers = [client.get(f"{path}?m={n}&x={n}", headers={"Accept-Encoding": "br"}) for n in range(4)]
        assert {answer.headers["Content-Encoding"] for answer in answers} == {"br"}
        assert len(compressed) <= 1


def test_two_apps_live_side_by_side() -> None:
    one, other = create_app(), create_app()
    assert one.callback_map.keys() == other.callback_map.keys()


class Troubled(UnlearningView):
    """A view that fails after its first chunk, and says that everything is dear."""

    price = 1.0

    def cost(self, state: UnlearningState) -> float:
        return self.price

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        yield Chunk("start", {"runs": 1})
        raise FloatingPointError("the secret of the machine room")


def test_a_failure_in_mid_stream_is_a_last_line_with_a_sentence() -> None:
    server = Flask("test")
    view = Troubled()
    stream.register(server, {"unlearning": view}, StreamCache(server))
    lines = server.test_client().get(f"/stream/unlearning?{LINK}").data.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["start", "error"]
    assert b"secret" not in lines[1]


def test_what_costs_too_much_is_refused_before_it_is_computed() -> None:
    server = Flask("test")
    view = Troubled()
    view.price = 1e9
    stream.register(server, {"unlearning": view}, StreamCache(server))
    answer = server.test_client().get(f"/stream/unlearning?{LINK}")
    assert answer.status_code == 422
    assert "1e+09" in answer.get_json()["errors"][0]["sentence"]


def test_words_that_cannot_be_computed_are_an_answer_too() -> None:
    server = Flask("test")
    stream.register(server, {"unlearning": Troubled()}, StreamCache(server))
    answer = server.test_client().get(f"/text/unlearning?{LINK}")
    assert answer.status_code == 500
    assert answer.get_json()["errors"][0]["sentence"].startswith("The computation failed here.")


class Endless(UnlearningView):
    """A view that goes on for as long as somebody listens."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        try:
            while True:
                yield Chunk("progress", {"text": "x" * 65536})
        finally:
            self.stopped.set()


def test_who_comes_while_the_core_is_compiled_is_told_and_served(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()
    monkeypatch.setattr(warmup, "ready", ready)
    monkeypatch.setattr(warmup, "_ready_views", set())
    monkeypatch.setattr(warmup, "NOTICE_AFTER_SECONDS", 0.0)
    server = Flask("test")
    stream.register(server, {"unlearning": UnlearningView()}, StreamCache(server))
    lines = iter(server.test_client().get(f"/stream/unlearning?{LINK}").iter_encoded())
    assert json.loads(next(lines)) == {"kind": "waiting", "sentence": warmup.SENTENCE}
    with warmup._changed:
        ready.set()
        warmup._changed.notify_all()
    assert json.loads(b"".join(lines).splitlines()[0])["kind"] == "start"


def test_the_work_stops_when_the_client_goes() -> None:
    flask, view = Flask("test"), Endless()
    stream.register(flask, {"unlearning": view}, StreamCache(flask))
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.sendall(b"GET /stream/unlearning HTTP/1.0\r\n\r\n")
        client.recv(1000)
        assert not view.stopped.is_set()
    assert view.stopped.wait(LONGEST)
    server.shutdown()


NUMBER = st.sampled_from(
    [
        "0",
        "1",
        "-1",
        "0.1",
        "1e-6",
        "1e400",
        "-1e400",
        "nan",
        "inf",
        "",
        "9" * 40,
        "1e-400",
        "٣",
        "0x10",
        "1,2",
        "--1",
        "%00",
        "+5",
    ]
)
KEYS = st.sampled_from(
    [parameter.key for parameter in UnlearningState.parameters().values()] + ["v", "c[]", "", "é", "__proto__"]
)
TERM = st.tuples(KEYS, st.lists(NUMBER, max_size=14)).map(lambda term: f"{term[0]}={','.join(term[1])}")
QUERY = st.lists(TERM, max_size=8).map("&".join) | st.text(max_size=80).map(lambda text: text.replace("#", ""))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=QUERY)
def test_any_query_gives_a_refusal_or_a_picture(client: FlaskClient, query: str) -> None:
    answer = client.get("/stream/unlearning", query_string=query)
    assert answer.status_code in (200, 414, 422)
    if answer.status_code == 200:
        kinds = [json.loads(line)["kind"] for line in answer.data.splitlines()]
        assert kinds[-1] == "end", query
    assert client.get("/resolve/unlearning", query_string=query).status_code == 200


EXTREME = st.sampled_from([0.0, 1.0, -1.0, 10.0, -10.0, 0.5, 1e-9])


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    c=st.lists(EXTREME, min_size=1, max_size=10),
    c_star=st.lists(EXTREME, min_size=1, max_size=10),
    eps=st.sampled_from([1e-6, 1e-3, 1.0, 10.0]),
    a=st.lists(st.sampled_from([0.0, 1e-9, 0.1, -0.1, 5.0, 20.0, -20.0]), min_size=1, max_size=4),
    R0=st.sampled_from([0.0, 1e-9, 0.3, -0.3, 1.0, -1.0]),
    tau=st.sampled_from([1.0, 1e4, 1e8]),
)
def test_every_corner_of_the_sliders_gives_a_whole_picture(client: FlaskClient, **values: Any) -> None:
    state = UnlearningState(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    parts = chunks(client, state.query())
    assert parts[-1]["kind"] == "end", state.query()
    assert all(part["fate"] in Fate.__members__ for part in parts if part["kind"] == "trajectory")
    said = next(part for part in parts if part["kind"] == "text")
    assert all("nan" not in sentence and "None" not in sentence for sentence in said["runs"] + said["notes"])


def drawn(parts: list[dict[str, Any]]) -> dict[Any, Any]:
    """What they draw, whatever pieces the clock has cut it into: the runs, their samples, the finest of each figure."""
    found: dict[Any, Any] = {}
    for part in parts:
        if part["kind"] in ("start", "trajectory", "scene"):
            found[part["kind"], part.get("index"), part.get("name")] = part
        elif part["kind"] == "trace":
            for name, column in part["columns"].items():
                key = "samples", part["index"], name
                found[key] = found.get(key, b"") + base64.b64decode(column["bdata"])
    return found


@pytest.mark.parametrize(
    "query", ["unlearning?", "unlearning?a=5&m=1e3", "time_scales?", "linear_network?", "lab?", "phase_map?n=128"]
)
def test_a_picture_is_its_stream_without_what_is_said(client: FlaskClient, query: str) -> None:
    for _ in range(2):  # computed, and from what is kept
        *picture, last = map(json.loads, client.get(f"/stream/{query}&text=0").data.splitlines())
        assert last == {"kind": "end", "alone": True}
        whole = [json.loads(line) for line in client.get(f"/stream/{query}").data.splitlines()]
        kinds = [part["kind"] for part in whole]
        # A finished record is no part of the picture.
        assert drawn(picture) == drawn(whole[: kinds.index("recording")] if "recording" in kinds else whole)
        assert ("samples" in {key[0] for key in drawn(picture)}) == (not query.startswith("phase_map"))
        assert not any(part["kind"] == "text" for part in picture)


def test_of_a_picture_alone_nothing_more_is_computed() -> None:
    class Said(UnlearningView):
        computed = 0

        def compute(self, state: UnlearningState) -> Iterator[Chunk]:
            for chunk in super().compute(state):
                self.computed += chunk.kind in ("text", "end")
                yield chunk

    server, view = Flask("test"), Said()
    stream.register(server, {"unlearning": view}, StreamCache(server))
    assert server.test_client().get("/stream/unlearning?text=0", buffered=True).data.endswith(b'"alone":true}\n')
    assert view.computed == 0


def test_a_failure_in_a_picture_is_its_last_line() -> None:
    server = Flask("test")
    stream.register(server, {"unlearning": Troubled()}, StreamCache(server))
    lines = server.test_client().get("/stream/unlearning?text=0").data.splitlines()
    assert json.loads(lines[-1])["kind"] == "error"


@pytest.mark.parametrize(
    ("points", "took"), [((0.5, 100.0), 0.051), ((0.5, 1e3), 0.22), ((0.9, -1e3), 0.33), ((0.9, 1e3) * 12, 12 * 0.33)]
)
def test_a_high_point_is_charged_within_a_factor_of_three(points: tuple[float, ...], took: float) -> None:
    """took: seconds of one core, measured on the reference machine."""
    c, c_star = (10, -7.6, -6, 8.7, 10, 10, -2.3, 8.6, -10), (1.0, -1.0, 1.0, 1.0, 1.0)
    charged = UnlearningView().seconds(UnlearningState(c=c, c_star=c_star, eps=1e-6, a=(5.0,), points=points))
    assert took / 3 < charged < 3 * took


class OneLongStep(UnlearningView):
    """A view whose computation never comes to its second chunk, but to checkpoints."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def seconds(self, state: UnlearningState) -> float:
        return 60.0

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        yield Chunk("start", {"runs": 0})
        try:
            while True:
                checkpoint()
                time.sleep(0.001)
        finally:
            self.stopped.set()


def test_a_client_that_goes_stops_work_that_gives_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "_ready_views", {"unlearning"})
    flask, view = Flask("test"), OneLongStep()
    stream.register(flask, {"unlearning": view}, StreamCache(flask))
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.settimeout(LONGEST)
        client.sendall(b"GET /stream/unlearning HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while not (
            b"}\n" in received and received.endswith(PULSE + b"\r\n")
        ):  # a chunk, while the next line is computed
            received += client.recv(1)
        assert not view.stopped.is_set()
    assert view.stopped.wait(LONGEST)
    server.shutdown()


def test_work_beyond_the_limit_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metering, "MAX_SECONDS", 0.01)
    monkeypatch.setattr(warmup, "_ready_views", {"unlearning"})
    flask, view = Flask("test"), OneLongStep()
    stream.register(flask, {"unlearning": view}, StreamCache(flask))
    last = json.loads(flask.test_client().get("/stream/unlearning").data.splitlines()[-1])
    assert last == {"kind": "error", "sentence": metering.TOO_LONG}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/export/unlearning.csv", 405),
        ("DELETE", "/stream/unlearning", 405),
        ("GET", "/export/nothing.csv", 404),
        ("GET", "/export/unlearning", 404),
        ("GET", "/export/unlearning/a.csv", 404),
        ("GET", "/stream/nothing", 404),
        ("GET", "/export/unlearning.csv?a=x", 422),
        ("GET", "/export/images.csv?s=0.123", 422),
        ("GET", "/export/lab.json?a=broken", 422),
    ],
)
def test_every_error_of_the_data_is_json_with_a_sentence(method: str, path: str, status: int) -> None:
    answer = create_app().server.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert all(error["sentence"].endswith(".") for error in answer.get_json()["errors"])
    assert status != 405 or "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("kind", ["csv", "json", "py"])
def test_file_that_cannot_be_computed_is_answered_by_a_sentence(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def broken(view: UnlearningView, state: UnlearningState) -> None:
        raise RuntimeError("broken")

    for method in ("table", "export_data", "export_script"):
        monkeypatch.setattr(UnlearningView, method, broken)
    answer = create_app().server.test_client().get(f"/export/unlearning.{kind}")
    assert (answer.status_code, answer.mimetype) == (500, "application/json")
    assert answer.get_json() == {"errors": [{"sentence": stream.FAILURE}]}


@pytest.mark.parametrize(
    "path",
    ["/stream/", "/stream//", "/stream/a/b.js", "/text/lab/", "/export/", "/export/a/b", "/figure/a", "/figure/lab/a/"],
)
def test_paths_below_the_routes_of_data_are_answered_in_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    (error,) = answer.get_json()["errors"]
    assert " is not here; " in error["sentence"]
