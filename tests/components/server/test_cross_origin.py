"""Which responses pages of other origins may read."""

from __future__ import annotations

from typing import Any

import pytest

from app import create_app
from components.server.callback_guard import ROUTE
from components.views.images.image_store import UPLOAD_PATH

ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture(scope="module")
def client() -> Any:
    return create_app().server.test_client()


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/resolve/unlearning", "/assets/style.css", "/no/such/page"])
def test_any_origin_may_read_what_get_returns(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Origin": "null"})
    assert answer.headers[ALLOWED] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    preflight = client.options(path, headers={"Origin": "null", "Access-Control-Request-Method": "GET"})
    assert preflight.headers[ALLOWED] == "*"
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_any_origin_may_ask_for_a_layout(client: Any) -> None:
    preflight = client.options(ROUTE, headers={"Origin": "null", "Access-Control-Request-Method": "POST"})
    assert preflight.headers[ALLOWED] == "*"
    assert client.post(ROUTE, json={}).headers[ALLOWED] == "*"


def test_no_other_origin_may_upload(client: Any) -> None:
    preflight = client.options(UPLOAD_PATH, headers={"Origin": "null", "Access-Control-Request-Method": "POST"})
    assert ALLOWED not in preflight.headers
    assert ALLOWED not in client.post(UPLOAD_PATH).headers
