"""Addresses of earlier releases answer like those that replaced them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

import app
from tests.waiting import core_is_ready


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    client = app.create_app().server.test_client()
    core_is_ready()
    return client


@pytest.mark.parametrize(
    ("earlier", "now"),
    [
        ("/picture/unlearning?v=1&eps=0.375", "/stream/unlearning?text=0&v=1&eps=0.375"),
        ("/words/unlearning?v=1&eps=0.375", "/text/unlearning?v=1&eps=0.375"),
        ("/state/unlearning?v=1&eps=0", "/resolve/unlearning?v=1&eps=0"),
        ("/short/unlearning?v=1&eps=0.375", "/short-link/unlearning?v=1&eps=0.375"),
        ("/preview/unlearning.png?v=1&eps=0.375", "/share-card/unlearning.png?v=1&eps=0.375"),
        ("/runs/lab/0/0/look?v=1&tau=2.5", "/jobs/lab?generation=0&offset=0&peek=1&v=1&tau=2.5"),
        ("/runs/nothing/0/0", "/jobs/nothing"),
        ("/runs/lab/x/0?v=1", "/jobs/lab?generation=x&v=1"),
    ],
)
def test_an_earlier_address_answers_like_the_present_one(client: FlaskClient, earlier: str, now: str) -> None:
    first, second = client.get(earlier), client.get(now)
    assert (first.status_code, first.mimetype) == (second.status_code, second.mimetype)
    assert first.data == second.data


def test_the_earlier_address_of_uploads_answers(client: FlaskClient) -> None:
    answers = [client.post(path, data=b"x", content_type="text/plain") for path in ("/upload/images", "/images")]
    assert [answer.status_code for answer in answers] == [415, 415]
    assert answers[0].data == answers[1].data


def test_what_is_about_the_request_is_no_part_of_the_link(client: FlaskClient) -> None:
    link = client.get("/resolve/unlearning?v=1&eps=0.5&text=0&peek=1&offset=3&generation=2").get_json()
    assert link["sentences"] == []
    assert link["state"]["eps"] == 0.5
