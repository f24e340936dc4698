"""Links handed on: the short form holds the whole state, and a code can be drawn of it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.core.short_link import KEY, decode, encode
from components.core.state import MAX_QUERY, InvalidLink, Parameter, State
from components.server import qr_code
from components.server.compute_quota import ComputeQuota
from components.server.qr_code import MAX_ADDRESS_LENGTH, qr_svg
from components.views.registry import VIEWS

FROZEN = "zip=C_kjThVVHQYA"


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Anything that a parameter may be."""
    numbers = [st.floats(*(max(-1e9, min(1e9, edge)) for edge in bounds)) for bounds in parameter.bounds]
    if parameter.kind == "choice":
        drawn: st.SearchStrategy[Any] = st.sampled_from(parameter.choices)
    elif parameter.kind == "words":
        drawn = st.lists(st.sampled_from(parameter.choices), unique=True).map(tuple)
    elif parameter.kind == "numbers":
        groups = st.lists(st.tuples(*numbers), min_size=parameter.length[0], max_size=parameter.length[1])
        drawn = groups.map(lambda found: tuple(number for group in found for number in group))
    elif parameter.kind == "integer":
        drawn = st.integers(*map(int, parameter.bounds[0]))
    else:
        drawn = numbers[0]
    return st.none() | drawn if parameter.optional else drawn


def states(kind: type[State]) -> st.SearchStrategy[State]:
    """States of a view, from the declaration of its parameters; those that contradict themselves are made to agree."""
    return st.fixed_dictionaries(
        {}, optional={name: values(parameter) for name, parameter in kind.parameters().items()}
    ).map(lambda found: _made(kind, found))


def _made(kind: type[State], found: dict[str, Any]) -> State:
    try:
        return kind.make(found)
    except InvalidLink:
        return kind()


@pytest.mark.parametrize("name", VIEWS)
def test_every_preset_round_trips_through_both_forms(name: str) -> None:
    view = VIEWS[name]
    for state in (view.State(), *(preset.state for preset in view.presets)):
        short = encode(state.query())
        assert len(short) < len(state.query())
        assert view.State.from_query(short) == state == view.State.from_query(state.query())
        assert view.State.nearest(short) == (state, ())


@pytest.mark.parametrize("name", VIEWS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_state_round_trips_through_both_forms(name: str, data: st.DataObject) -> None:
    kind = VIEWS[name].State
    state = data.draw(states(kind))
    assert kind.from_query(encode(state.query())) == state == kind.from_query(state.query())


@given(st.text(st.characters(codec="ascii"), max_size=MAX_QUERY))
def test_any_query_comes_back(query: str) -> None:
    assert decode(encode(query).removeprefix("zip="), MAX_QUERY) == query


@given(st.text(max_size=200))
def test_what_is_no_short_link_is_said_to_be_none(text: str) -> None:
    kind = VIEWS["unlearning"].State
    state, problems = kind.nearest(f"zip={text}")
    assert problems or kind.from_query(f"zip={text}") == state


@pytest.mark.parametrize("text", ["", "!", "AAAA", "=", "zip", "pjMr", "a" * 1900])
def test_a_broken_short_link_has_a_clear_sentence_and_the_first_picture(text: str) -> None:
    kind = VIEWS["unlearning"].State
    state, (problem,) = kind.nearest(f"zip={text}")
    assert state == kind()
    assert problem.sentence.startswith("The short link cannot be read")


def test_one_changed_letter_is_no_other_state() -> None:
    asked = VIEWS["unlearning"].State(eps=0.25, a=(3.5, 7.0))
    short = encode(asked.query())
    for at in range(4, len(short)):
        changed = short[:at] + ("A" if short[at] != "A" else "B") + short[at + 1 :]
        state, problems = VIEWS["unlearning"].State.nearest(changed)
        assert problems or state == asked  # the last bits are padding


def test_a_short_link_does_not_grow_beyond_what_is_read() -> None:
    with pytest.raises(ValueError, match="more than 2000 characters"):
        decode(encode("a" * 1_000_000).removeprefix("zip="), MAX_QUERY)


def test_short_links_made_before_are_read_for_ever() -> None:
    assert VIEWS["unlearning"].State.from_query(FROZEN) == VIEWS["unlearning"].State()


def test_no_view_has_a_parameter_of_that_name() -> None:
    assert all(KEY != parameter.key for view in VIEWS.values() for parameter in view.State.parameters().values())


@pytest.fixture(scope="module")
def client() -> Any:
    return create_app().server.test_client()


def test_the_server_makes_and_reads_short_links(client: Any) -> None:
    link = client.get("/short-link/phase_map?v=1&eps=0.5").json["link"]
    path, _, query = link.partition("?")
    assert path == "/phase-map"
    assert client.get(f"/resolve/phase_map?{query}").json["state"]["eps"] == 0.5
    assert client.get("/short-link/phase_map?eps=0").status_code == 422
    told = client.get(f"/resolve/phase_map?{query}&only=eps").json
    assert (told["state"]["eps"], told["only"], told["sentences"]) == (0.5, ["eps"], [])
    (sentence,) = client.get(f"/resolve/phase_map?{query}&eps=0.25").json["sentences"]
    assert sentence == "eps is given twice."
    assert client.get("/short-link/nothing").status_code == 404


def test_a_code_is_drawn_of_an_address_of_this_site_alone(client: Any) -> None:
    answer = client.get("/qr.svg", query_string={"u": "https://localhost/?zip=abc"})
    assert answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.data)
    assert root.get("viewBox")
    here = client.get("/qr.svg?u=http://app.example:8050/lecture", headers={"Host": "app.example:8050"})
    assert here.status_code == 200
    for wrong in (
        "", "javascript:alert(1)", "http:javascript", "http://", "http://localhost/" + "x" * MAX_ADDRESS_LENGTH,
        "//localhost/",
        "https://evil.example/", "http://localhost@evil.example/", "http://localhost:1/", "http://[::1/",
        "http://local\r\nhost/", "http://localhost/\r\nX: y", "http://localhost/ x",
    ):  # fmt: skip
        refused = client.get("/qr.svg", query_string={"u": wrong})
        assert refused.status_code == 422
        assert refused.json["errors"][0]["sentence"]


def test_a_code_holds_the_longest_address() -> None:
    assert len(qr_svg("https://h/?" + "x" * (MAX_ADDRESS_LENGTH - 11), "h")) < 100_000


def test_drawing_codes_is_computing_too() -> None:
    server = Flask("test")
    qr_code.register(server, {}, ComputeQuota(0.001, qr_code.MAX_RENDER_SECONDS))
    client = server.test_client()
    asked = [client.get(f"/qr.svg?u=http://localhost/{'x' * 900}{number}") for number in range(60)]
    assert asked[0].status_code == 200
    assert asked[-1].status_code == 429
    assert int(asked[-1].headers["Retry-After"]) > 0
