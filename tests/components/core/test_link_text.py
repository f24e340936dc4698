"""Links as mail and chat programs leave them: they keep their picture, or one short sentence says what is lost."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from components.core.short_link import encode
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from tests.components.core import freeze_links

LINK = "v=1&c=1,.9,1,1,1&cs=1,-.7,1.3,1,1&eps=.5&a=4,8&R0=.1&tau=1e3"
STATE = UnlearningState.from_query(LINK)
LINKS = [(VIEWS[one["view"]].State, one["link"]) for one in freeze_links.frozen()]

LOSSLESS: dict[str, Callable[[str], str]] = {
    "HTML entities": escape,
    "HTML entities twice": lambda link: escape(escape(link)),
    "numeric entities": lambda link: link.replace("&", "&#038;"),
    "percent-encoding": lambda link: quote(link, safe=""),
    "percent-encoding twice": lambda link: quote(quote(link, safe=""), safe=""),
    "percent-encoded &": lambda link: link.replace("&", "%26"),
    "percent-encoding behind a tracker": lambda link: quote(link, safe="") + "&fbclid=IwAR0_x-y",
    "blanks after commas": lambda link: link.replace(",", ", "),
    "pluses after commas": lambda link: link.replace(",", ",+"),
    "encoded blanks": lambda link: link.replace(",", "%20,%20"),
    "minus signs": lambda link: (
        link if link.startswith("zip=") else link.replace("=-", "=\u2212").replace(",-", ",\u2212")
    ),
    "encoded minus signs": lambda link: link if link.startswith("zip=") else link.replace(",-", ",%E2%88%92"),
    "en dashes": lambda link: link if link.startswith("zip=") else link.replace(",-", ",\u2013"),
    "zero-width characters": lambda link: link.replace("&", "\u200b&") + "\u200b",
    "a byte-order mark": lambda link: "\ufeff" + link,
    "trackers": lambda link: f"utm_source=mail&{link}&utm_medium=x&gclid=1&fbclid=IwAR0&mc_cid=3",
    "one parameter twice": lambda link: link + "&" + link.split("&")[-1],
    "a leading &": lambda link: "&" + link,
    "a second ?": lambda link: "?" + link,
    "quoted-printable": lambda link: link if link.startswith("zip=") else link.replace("=", "=3D"),
}
AFTER = (")", ".", ",", ">", "*", "\u201d", "\u200b", ").", "&gt;", "**", "?", "%20", "%29", "|a picture", '">here</a>')


def same(kind: Any, mangled: str, link: str) -> None:
    """The mangled link reads to the state of the link, with no word."""
    state = kind.from_query(link)
    assert kind.nearest(mangled) == (state, ()), mangled
    assert kind.from_query(mangled) == state, mangled


@pytest.mark.parametrize("how", LOSSLESS)
@pytest.mark.parametrize("link", [LINK, encode(LINK)])
def test_a_mangled_link_keeps_its_picture_in_silence(how: str, link: str) -> None:
    same(UnlearningState, LOSSLESS[how](link), link)


@pytest.mark.parametrize("more", AFTER)
@pytest.mark.parametrize("link", [LINK, LINK + "&lay=field,eq", encode(LINK), UnlearningState(cursor=3).query()])
def test_what_a_text_puts_after_a_link_is_left_out(more: str, link: str) -> None:
    same(UnlearningState, link + more, link)


@pytest.mark.parametrize("more", [".", ")", "==", "_", "__", "-", "*", "\u2026"])
def test_every_short_link_can_be_followed_by_marks(more: str) -> None:
    links = [encode(f"v=1&eps={k}e-3") for k in range(1, 300)]
    for link in links:
        state, problems = UnlearningState.nearest(link + more)
        assert state == UnlearningState.from_query(link)
        assert len(problems) == (more == "\u2026"), "an ellipsis may mean more"


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(LINKS), st.lists(st.sampled_from(sorted(LOSSLESS)), max_size=2), st.sampled_from(("", *AFTER[:-2]))
)
def test_links_mangled_twice_in_any_way_keep_their_picture(one: Any, ways: list[str], more: str) -> None:
    kind, link = one
    mangled = link + more
    for way in ways:
        mangled = LOSSLESS[way](mangled)
    if len(mangled) <= 2000:
        same(kind, mangled, link)


@pytest.mark.parametrize("kind", [view.State for view in VIEWS.values()], ids=list(VIEWS))
def test_a_link_cut_within_the_problem_says_so(kind: Any) -> None:
    """At every place after the second parameter; where it is cut further on, the problem itself is whole."""
    link = kind().query()
    physics = [p.key for p in kind.parameters().values() if p.group == "physics" and not p.optional]
    second, last = link.index(f"&{physics[1]}="), link.index(f"&{physics[-1]}=")
    for end in range(second + len(physics[1]) + 3, last):
        _, problems = kind.nearest(link[:end])
        assert any("may have been cut" in problem.sentence for problem in problems), link[:end]
    assert kind.nearest(link) == (kind(), ())


def test_the_sentence_of_a_cut_link_names_what_is_missing() -> None:
    state, problems = UnlearningState.nearest("v=1&c=1,.9,1,1,1&cs=1")
    assert state.c_star == (1, 0, 0, 0, 0)
    (problem,) = problems
    assert problem.sentence == "The link may have been cut. It lacks eps, a, R0, tau; defaults are used."
    (problem,) = UnlearningState.nearest(LINK.replace("&tau=1e3", "\u2026"))[1]
    assert problem.sentence == "The link may have been cut. It lacks tau; defaults are used."


@pytest.mark.parametrize("link", ["", "v=1", "v=1&c=1,1", "v=1&a=9", "c=1,1&cs=1,-1", LINK, LINK + "&lay=field"])
def test_a_short_link_written_by_hand_is_no_cut_one(link: str) -> None:
    assert UnlearningState.nearest(link)[1] == ()


def test_unknown_parameters_are_named_in_one_short_sentence() -> None:
    (problem,) = UnlearningState.nearest(LINK + "".join(f"&foo{k}=1" for k in range(9)))[1]
    assert problem.sentence == "foo0, foo1, foo2 and 6 more are not parameters of this view."
    (problem,) = UnlearningState.nearest("foo=1")[1]
    assert problem.sentence == "foo is not a parameter of this view."


def test_one_parameter_with_two_values_is_a_fault_and_with_one_value_is_none() -> None:
    assert UnlearningState.nearest(LINK + "&a=4,8") == (STATE, ())
    (problem,) = UnlearningState.nearest(LINK + "&a=4,9")[1]
    assert problem.sentence == "a is given twice."


@pytest.mark.parametrize("text", ["1 2", "1e 5x", "\u2212", "--1", "1\u22121", "0x1", "1_0", "½", "٣"])
def test_what_is_no_number_stays_none(text: str) -> None:
    assert UnlearningState.nearest(f"eps={text}")[1]


@pytest.mark.parametrize(
    ("text", "number"), [("1E+1", 10.0), ("+1", 1.0), ("1e%2B1", 10.0), ("1e−3", 1e-3), (" .5 ", 0.5)]
)
def test_notations_of_a_number(text: str, number: float) -> None:
    assert UnlearningState.from_query(f"eps={text}").eps == number


def test_words_of_the_page_are_read_from_mangled_links_too() -> None:
    client = create_app().server.test_client()
    answer = client.get("/resolve/unlearning?v=1&amp;a=9&amp;only=a,%20eps.").json
    assert answer["only"] == ["eps", "a"]
    assert answer["sentences"] == []
    assert not answer["nearest"]
    assert client.get("/resolve/unlearning?v=1&eps=0").json["nearest"]
    page = client.get("/?v=1&amp;a=9&amp;utm_source=mail").get_data(as_text=True)
    assert "a=9" in page[page.index("og:image") :][:200]
