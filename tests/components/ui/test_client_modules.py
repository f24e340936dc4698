"""The modules of the browser's client: all are used, preloaded, served under the release, and held by offline pages."""

from __future__ import annotations

import base64
import json
import re

import pytest
from flask.testing import FlaskClient

from app import create_app
from components.operations.build_id import build_id
from components.ui.client_modules import CLIENT, MAIN, RECORDED, THEORY, modules, standalone_client


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def test_every_module_is_used() -> None:
    used = {path for entry in (MAIN, RECORDED, THEORY) for path in modules(entry)}
    assert used == {path.relative_to(CLIENT).as_posix() for path in CLIENT.rglob("*.mjs")}


def test_the_page_preloads_what_its_entry_imports(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    preloaded = re.findall(r'<link rel="modulepreload" fetchpriority="low" href="([^"]+)">', page)
    assert preloaded == [f"/client/{build_id()}/{path}" for path in modules(MAIN, later=False)]
    assert not any("dialog" in address for address in preloaded), "they are loaded when they are opened"
    assert f'data-client="/client/{build_id()}/{MAIN}"' in page
    for address in preloaded:
        answer = client.get(address)
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.data == (CLIENT / address.removeprefix(f"/client/{build_id()}/")).read_bytes()


def test_modules_of_another_release_are_not_stored(client: FlaskClient) -> None:
    answer = client.get(f"/client/0123456789ab/{MAIN}")
    assert answer.status_code == 200, "a page that was loaded before an update still works"
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_what_a_page_imports_later_is_of_its_own_release(client: FlaskClient) -> None:
    later = set(modules(MAIN)) - set(modules(MAIN, later=False))
    assert "ui/embed_dialog.mjs" in later
    for path in later:
        assert client.get(f"/client/{build_id()}/{path}").status_code == 200
        assert client.get(f"/client/0123456789ab/{path}").status_code == 404


@pytest.mark.parametrize("path", ["../../app.py", "%2e%2e/%2e%2e/app.py", "missing.mjs", "core"])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/client/{build_id()}/{path}").status_code == 404


def test_dash_adds_no_script_of_its_own_accord(client: FlaskClient) -> None:
    assert not re.findall(r'<script[^>]*src="/assets/(?!head/|vendor/)', client.get("/").get_data(as_text=True))


@pytest.mark.parametrize("entry", [RECORDED, THEORY])
def test_a_standalone_client_imports_by_names_of_its_map(entry: str) -> None:
    written = re.match(r"const modules = (.*);\n", standalone_client(entry))
    assert written
    data = json.loads(written[1])
    assert set(data) == {f"client/{path}" for path in modules(entry)}
    for name, url in data.items():
        text = base64.b64decode(url.removeprefix("data:text/javascript;base64,")).decode()
        imported = re.findall(r'(?:^(?:import|export)\b[^"=();]*|\bimport\()"([^"]+)"', text, re.MULTILINE)
        assert all(specifier in data for specifier in imported), name
        original = (CLIENT / name.removeprefix("client/")).read_text(encoding="utf-8")
        assert len(imported) == len(
            re.findall(r'(?:^(?:import|export)\b[^"=();]*|\bimport\()"\.', original, re.MULTILINE)
        )
