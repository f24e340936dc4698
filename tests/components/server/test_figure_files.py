"""Figures for print over the web: every figure of every view, in every kind and look; bounded, charged and cached."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app import create_app
from components.core.state import State
from components.core.view import Chunk
from components.server import figure_files
from components.server.compute_quota import ComputeQuota
from components.server.figure_files import MIMETYPES, OPTIONS, Look
from components.server.rendering import Renderer
from components.server.stream_cache import StreamCache
from components.views.registry import VIEWS
from dynamics.plotting.renderers import FILE_KINDS, WIDTHS
from tests.parameters import some_of
from tests.waiting import core_is_ready

STARTS = {"pdf": b"%PDF-", "svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pgf": b"%% feature-unlearning"}

FIGURES = [(view.name, figure) for view in VIEWS.values() for figure in view.figures]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


@pytest.mark.parametrize(
    ("name", "figure"), [(view.name, figure) for view in VIEWS.values() for figure in view.figures]
)
def test_every_figure_is_a_file_that_carries_its_link(client: FlaskClient, name: str, figure: str) -> None:
    view = VIEWS[name]
    answer = client.get(f"/figure/{name}/{figure}/single.pdf?{view.State().query()}")
    assert answer.status_code == 200, answer.get_json()
    assert answer.data.startswith(STARTS["pdf"])
    assert f"http://localhost{view.path}?{view.State().query()}".encode() in answer.data
    assert re.fullmatch(rf'attachment; filename="{figure}-{name}[^"]*\.pdf"', answer.headers["Content-Disposition"])


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_kinds(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/figure/unlearning/plane/single.{kind}?a=5")
    assert answer.data.startswith(STARTS[kind])
    assert answer.mimetype == MIMETYPES[kind]
    map_ = client.get(f"/figure/phase_map/map/single.{kind}")
    if kind == "pgf":  # with the image that it loads
        assert (map_.mimetype, map_.data[:2]) == ("application/zip", b"PK")
        assert map_.headers["Content-Disposition"].endswith('.zip"')
    else:
        assert map_.data.startswith(STARTS[kind])


@pytest.mark.parametrize("width", some_of(WIDTHS, "single", "double"))
def test_looks(client: FlaskClient, width: str) -> None:
    plain = Image.open(io.BytesIO(client.get(f"/figure/unlearning/panels/{width}.png").data))
    assert plain.width == round(600 * WIDTHS[width][0])
    assert plain.getpixel((0, 0))[3] == 255
    clear = Image.open(io.BytesIO(client.get(f"/figure/unlearning/panels/{width}-transparent-legend.png").data))
    assert clear.getpixel((0, 0))[3] == 0
    assert clear.tobytes() != plain.tobytes()


def test_a_look_is_read_or_refused_with_a_sentence(client: FlaskClient) -> None:
    assert Look.of("double-9.5pt-legend-transparent-dark").arguments == {
        "width": "double", "font_size": 9.5, "legend": True, "transparent": True, "theme": "dark"
    }  # fmt: skip
    for look, part in (("huge", "huge"), ("single-3pt", "3pt"), ("single-49pt", "49pt"), ("double-loud", "loud")):
        refused = client.get(f"/figure/unlearning/plane/{look}.pdf")
        assert refused.status_code == 422
        (error,) = refused.get_json()["errors"]
        assert part in error["sentence"]
    assert client.get(f"/figure/unlearning/plane/single-{'legend-' * 20}.pdf").status_code == 422
    for address in ("nothing/plane/single.pdf", "unlearning/nothing/single.pdf", "unlearning/plane/single.exe"):
        assert client.get(f"/figure/{address}").status_code == 404
    assert client.get("/figure/unlearning/plane/single.pdf?a=999").status_code == 422
    assert set(OPTIONS) == {"legend", "plain", "transparent", "dark"}


def test_a_figure_that_is_not_part_of_the_picture_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = VIEWS["unlearning"]
    whole = view.compute

    def without_panels(state: State) -> Iterator[Chunk]:
        return (part for part in whole(state) if not (part.kind == "scene" and part.data["name"] == "panels"))

    monkeypatch.setattr(view, "compute", without_panels, raising=False)
    answer = client.get("/figure/unlearning/panels/single.svg?eps=0.453125")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["sentence"] == figure_files.NOT_SHOWN


def alone(limits: ComputeQuota) -> FlaskClient:
    server = Flask(__name__)
    figure_files.register(server, VIEWS, Renderer(StreamCache(server), limits))
    return server.test_client()


def test_a_figure_is_drawn_once_and_charged(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    whole = figure_files.to_matplotlib
    monkeypatch.setattr(figure_files, "to_matplotlib", lambda *one, **more: drawn.append(one) or whole(*one, **more))
    charged: list[float] = []

    class Counting(ComputeQuota):
        def reserve(self, address: str | None, seconds: float, refusable: bool = True) -> Any:
            charge = super().reserve(address, seconds, refusable)
            charged.append(seconds)
            return charge

    one = alone(Counting(1e3, 1e3))
    first = one.get("/figure/unlearning/plane/single.svg?eps=0.3125")
    again = one.get("/figure/unlearning/plane/single.svg?v=1&eps=0.3125")
    assert first.status_code == 200
    assert (len(drawn), first.data) == (1, again.data)
    assert figure_files.MAX_RENDER_SECONDS in charged
    tag = first.headers["ETag"]
    assert one.get("/figure/unlearning/plane/single.svg?eps=0.3125", headers={"If-None-Match": tag}).status_code == 304
    assert one.get("/figure/unlearning/plane/double.svg?eps=0.3125").headers["ETag"] != tag


def test_whoever_has_used_up_his_quota_waits() -> None:
    limited = alone(ComputeQuota(1e-6, 1e-3))
    assert limited.get("/figure/unlearning/plane/single.svg").status_code == 200
    refused = limited.get("/figure/unlearning/plane/single.svg?eps=0.5")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_what_costs_too_much_is_refused_with_its_sentence(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    view = VIEWS["unlearning"]
    monkeypatch.setattr(view, "max_cost", 0.5, raising=False)
    answer = client.get("/figure/unlearning/plane/single.pdf?eps=0.46875")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["sentence"]


def test_a_failed_computation_is_no_file(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(state: State) -> Any:
        raise ArithmeticError
        yield

    monkeypatch.setattr(VIEWS["unlearning"], "compute", failing, raising=False)
    assert client.get("/figure/unlearning/plane/single.pdf?eps=0.484375").status_code == 500
