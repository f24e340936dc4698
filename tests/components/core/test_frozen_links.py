"""Links that were given out are read for ever, to the same state; one that cannot be read says so."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import orjson
import pytest

from app import create_app
from components.core.state import MAX_QUERY, InvalidLink
from components.views.registry import VIEWS
from tests.components.core import freeze_links

FROZEN = freeze_links.frozen()
UNCHANGED = 359, "4b2bb9dcd303610d"  # lines up to release 0.1.0, and their hash


def dumped(state: Any) -> dict[str, Any]:
    """A state as JSON holds it."""
    return orjson.loads(orjson.dumps(state.model_dump()))


@pytest.mark.parametrize("name", VIEWS)
def test_every_frozen_link_reads_to_its_state(name: str) -> None:
    kind, read = VIEWS[name].State, 0
    for one in FROZEN:
        if one["view"] != name:
            continue
        strict, (lenient, problems) = kind.from_query(one["link"]), kind.nearest(one["link"])
        found = dumped(strict)
        # A later release may have more fields: they have their defaults, and change nothing.
        assert found | one["state"] == found, (one["release"], one["what"])
        assert all(found[field] == dumped(kind())[field] for field in found.keys() - one["state"].keys())
        assert (lenient, problems) == (strict, ())
        read += 1
    assert read > 2 * freeze_links.RANDOM


def test_the_file_holds_what_it_should() -> None:
    assert {one["view"] for one in FROZEN} == set(VIEWS)
    whats = Counter((one["release"], one["view"], one["what"]) for one in FROZEN)
    assert set(whats.values()) == {1}
    first = {(one["release"], one["what"]) for one in FROZEN if one["view"] == "unlearning"}
    releases = {release for release, _ in first}
    assert len(releases) > 1, "links of before"
    for view in VIEWS.values():
        links = [one["link"] for one in FROZEN if one["view"] == view.name]
        assert any(link.startswith("zip=") for link in links)
        assert max(map(len, links)) > 2 * len(view.State().query())
        assert max(map(len, links)) <= MAX_QUERY


def test_what_was_frozen_is_as_it_was() -> None:
    count, known = UNCHANGED
    lines = freeze_links.FILE.read_bytes().splitlines(keepends=True)
    assert hashlib.sha256(b"".join(lines[:count])).hexdigest()[:16] == known


def test_freezing_adds_and_never_changes() -> None:
    with pytest.raises(ValueError, match="frozen already"):
        freeze_links.freeze(FROZEN[-1]["release"])
    added = freeze_links.freeze("of this test")
    assert {one["view"] for one in added} == set(VIEWS)
    assert added == freeze_links.freeze("of this test"), "the same states each time"


@pytest.mark.parametrize("name", VIEWS)
def test_a_version_that_cannot_be_read_says_so_and_offers_the_nearest_state(name: str) -> None:
    view = VIEWS[name]
    one = next(one for one in FROZEN if one["view"] == name and one["what"] == "random 1")
    link = one["link"].replace("v=1&", f"v={view.State.VERSION + 1}&")
    with pytest.raises(InvalidLink, match="is not a version of this link"):
        view.State.from_query(link)
    client = create_app().server.test_client()
    answer = client.get(f"/resolve/{name}?{link}").json
    assert answer["state"] | one["state"] == answer["state"]
    assert view.State.from_query(answer["link"]) == view.State.from_query(one["link"])
    (sentence,) = answer["sentences"]
    assert sentence.startswith(f"v = {view.State.VERSION + 1} is not a version of this link")
    refused = client.get(f"/stream/{name}?{link}")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["sentence"] == sentence
