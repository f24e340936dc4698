"""Behind a path: the server's own addresses have it, its routes do not need it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from dash import dcc, html

from app import create_app
from components.operations import settings
from components.ui.path_prefix import in_document, in_layout, without_prefix
from components.views.registry import VIEWS

PREFIX = "/user/ada"
PATHS = ["/", *(view.path for view in VIEWS.values() if view.path != "/"), "/theory", "/lecture"]


@pytest.fixture(scope="module")
def client() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH_PREFIX", PREFIX)
        return create_app().server.test_client()


@pytest.mark.parametrize("path", PATHS)
def test_each_address_of_a_document_has_the_prefix(client: Any, path: str) -> None:
    for asked in (path, PREFIX + path):
        answer = client.get(asked)
        assert answer.status_code == 200
        addresses = re.findall(r'(?:href|src)="(/[^"]*)"', answer.get_data(as_text=True))
        assert addresses
        assert [one for one in addresses if not one.startswith(PREFIX + "/") or one.count(PREFIX) > 1] == []
    assert f'curl "http://localhost{PREFIX}/stream/unlearning"' in client.get("/").get_data(as_text=True)


def test_routes_answer_with_and_without_the_prefix(client: Any) -> None:
    for path in ("/health", f"{PREFIX}/health", f"{PREFIX}/resolve/unlearning?v=1"):
        assert client.get(path).status_code == 200
    assert client.get("/user/adam/health").status_code == 404
    assert client.get(f"{PREFIX}/short-link/unlearning?v=1").json["link"].startswith(f"{PREFIX}/?zip=")


def test_a_layout_gets_its_prefix_once() -> None:
    layout = html.Div([dcc.Link("one", href="/lab"), html.A("two", href="https://example.org/"), html.A(href="#x")])
    for _ in range(2):
        in_layout(layout, PREFIX)
    assert [part.href for part in layout.children] == [f"{PREFIX}/lab", "https://example.org/", "#x"]


def test_documents_and_paths() -> None:
    assert in_document('<a href="/x"><img src="//h/y">', PREFIX) == f'<a href="{PREFIX}/x"><img src="//h/y">'
    assert in_document('<a href="/x">', "") == '<a href="/x">'
    assert [without_prefix(path, PREFIX) for path in (f"{PREFIX}/lab", "/lab", "/user/adam")] == [
        "/lab", "/lab", "/user/adam",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["user", "/a b", "//host/x", "/a/../b", "/<x>", "https://h/a", "/" + "a/" * 30])
def test_what_is_no_path_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"PATH_PREFIX = .* is not a path like /user/ada/proxy/8050\."):
        settings.read({"PATH_PREFIX": text})


@pytest.mark.parametrize(("text", "prefix"), [("", ""), ("/", ""), ("/user/ada/", "/user/ada"), ("/~ada/p", "/~ada/p")])
def test_a_path_is_read_without_its_last_slash(text: str, prefix: str) -> None:
    assert settings.read({"PATH_PREFIX": text}).path_prefix == prefix
