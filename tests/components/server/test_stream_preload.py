"""A page names its stream, so that a browser requests it while the client is loaded."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from app import create_app
from components.operations.build_id import build_id
from components.pages.lecture.page import stream_address
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState

PRELOAD = re.compile(r'<link rel="preload" as="fetch" crossorigin fetchpriority="low" href="([^"]+)">')


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def preloaded(client: FlaskClient, path: str) -> list[str]:
    return [html.unescape(address) for address in PRELOAD.findall(client.get(path).get_data(as_text=True))]


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_names_the_stream_of_its_state(client: FlaskClient, name: str) -> None:
    view = VIEWS[name]
    assert preloaded(client, view.path) == [stream_address(view, view.State())]
    preset = view.presets[-1].state
    address = stream_address(view, preset)
    assert preloaded(client, f"{view.path}?{preset.query()}") == [address]
    assert address.startswith(f"/stream/{name}?release={build_id()}&v=")


def test_a_link_with_mistakes_names_the_stream_of_the_nearest_state(client: FlaskClient) -> None:
    assert preloaded(client, "/?v=1&a=99") == [stream_address(VIEWS["unlearning"], UnlearningState(a=(20.0,)))]


def test_a_step_of_a_story_names_its_own(client: FlaskClient) -> None:
    [address] = preloaded(client, "/lecture/what-is-unlearned/threshold")
    assert address.startswith(f"/stream/unlearning?release={build_id()}&v=1&")
    assert preloaded(client, "/lecture/what-is-unlearned") != [address], "the first step is another"


@pytest.mark.parametrize("path", ["/?embed=plot", "/theory", "/nothing", "/lecture"])
def test_what_may_show_no_picture_names_none(client: FlaskClient, path: str) -> None:
    assert preloaded(client, path) == []


def test_behind_a_prefix_the_address_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH_PREFIX", "/user/ada")
    [address] = preloaded(create_app().server.test_client(), "/user/ada/")
    assert address.startswith("/user/ada/stream/unlearning?")
