"""The addresses of the site: no host name and no scheme of a client is believed unchecked."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app import create_app
from components.server.allowed_hosts import is_allowed

EVIL = "javascript:alert(1)/"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "[::1", "a:b:c", "x" * 10 + "<", "ä.example", "a,b", "my_app"])
def test_a_malformed_host_is_refused_with_a_sentence(client: FlaskClient, host: str) -> None:
    answer = client.get("/", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["sentence"] == "The Host header of the request is not a host name."


@pytest.mark.parametrize(
    "host", ["localhost", "app.example:8050", "127.0.0.1", "[::1]:8050", "app.example.", "APP.example"]
)
def test_any_host_name_is_taken_unless_names_are_given(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200
    page = client.get("/", headers={"Host": host})
    assert page.status_code == 200
    assert 'property="og:url" content="http://' in page.text


def test_other_hosts_are_refused_where_names_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "app.example *.learn.example")
    client = create_app().server.test_client()
    assert client.get("/", headers={"Host": "App.example:443"}).status_code == 200
    assert client.get("/", headers={"Host": "a.learn.example"}).status_code == 200
    for other in ("evil.example", "app.example.evil", "xapp.example", "learn.example", "127.0.0.1"):
        assert client.get("/", headers={"Host": other}).status_code == 400
        assert client.get("/assets/style.css", headers={"Host": other}).status_code == 400
    assert client.get("/health", headers={"Host": "127.0.0.1"}).status_code == 200, "platforms ask by address"


def test_names_below_a_host_are_not_the_host_itself() -> None:
    assert is_allowed("a.b.example:1", ("*.example",))
    assert not is_allowed("example", ("*.example",))
    assert is_allowed("[::1]:8050", ("[::1]",))
    assert is_allowed("anything", ("*",))


@pytest.mark.parametrize("proxies", ["1", "2"])
def test_a_scheme_is_http_or_https(proxies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", proxies)
    client = create_app().server.test_client()
    for scheme, found in ((EVIL, "http"), ("https", "https"), ("ftp", "http"), (f"https, {EVIL}", "http")):
        page = client.get("/", headers={"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1, 192.0.2.2"})
        assert f'property="og:url" content="{found}://localhost/"' in page.text
        assert "alert(1)" not in page.text


@pytest.mark.parametrize("path", ["/", "/phase-map", "/lecture", "/theory", "/nothing-here"])
def test_no_shared_cache_keeps_a_page(client: FlaskClient, path: str) -> None:
    kept = client.get(path).headers["Cache-Control"]
    assert kept.startswith("private,") or kept == "no-store"
