"""Stories: every claim of every step against the truth; mistakes named with file, step and field; the routes."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from components.core.annotation_targets import with_window
from components.core.claims import Claim
from components.core.state import State
from components.pages.lecture import mathematics
from components.pages.lecture.__main__ import main
from components.pages.lecture.page import Lecture
from components.pages.lecture.story import MAX_BYTES, OWN, Step, load
from components.views.registry import VIEWS

STORIES, FAULTS = load([OWN], VIEWS)
STEPS = [(story.name, step) for story in STORIES.values() for step in story.steps]
IDS = [f"{name}-{step.id}" for name, step in STEPS]
GOOD = """
title = "A story"
about = "What it tells."
[[step]]
id = "one"
title = "One"
text = "At $\\\\bar a = 9$ it *learns*."
view = "unlearning"
link = "v=1&a=9"
claims = [{ quantity = "fate", is = "full alignment" }]
"""


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app().server.test_client()


def test_the_shipped_stories_are_whole() -> None:
    assert FAULTS == ()
    assert list(STORIES) == ["what-is-unlearned", "plateaus-and-waterfalls", "three-mechanisms", "does-a-real-network"]
    assert all(10 <= len(story.steps) <= 15 for story in STORIES.values())
    assert len({step.view for step in STORIES["what-is-unlearned"].steps}) > 1, "a story may walk through views"


@pytest.mark.parametrize(("name", "step"), STEPS, ids=IDS)
def test_every_claim_of_a_step_holds(name: str, step: Step) -> None:
    assert step.claims, "a step without a claim"
    for claim in step.claims:
        true, found = claim.check(VIEWS[step.view].quantities, step.state)
        assert true, f"{claim}: found {found}"


@pytest.mark.parametrize(("name", "step"), STEPS, ids=IDS)
def test_every_number_of_a_text_is_claimed_or_in_the_link(name: str, step: Step) -> None:
    claimed = [number for claim in step.claims for number in (claim.value, claim.above, claim.below, claim.time)]
    said = [number for number in claimed if number is not None]
    said += [abs(1 - bound) for bound in said if 0 < abs(1 - bound) < 0.01]
    linked = [float(number) for number in re.findall(r"-?\d+\.\d+", step.state.query())]
    for text in re.findall(r"\d+\.\d+", step.source):
        digits = len(text.partition(".")[2])
        known = [*said, *map(abs, said), *map(abs, linked)]
        known += [round(number * 10**-power, 12) for number in said for power in range(-12, 0)]
        assert any(round(number, digits) == float(text) for number in known), f"{text} in {step.id}"


@lru_cache(maxsize=64)
def described(view: str, state: State) -> str:
    """What a screen reader is told of a state's figures."""
    texts: dict[str, str] = {}
    for chunk in VIEWS[view].compute(state):
        if chunk.kind == "text":
            texts |= chunk.data["figures"]
    return " ".join(texts.values())


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOLD = {"true": "passes through 0"}  # words for what a claim names otherwise


def numbers(text: str) -> list[float]:
    """All numbers of a text, as TeX or as the app writes them."""
    plain = re.sub(r"\\cdot\s*10\^\{?(-?\d+)\}?", r"e\1", text.replace("−", "-"))
    plain = re.sub(r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: f"e{power[1].translate(RAISED)}", plain)
    plain = re.sub(r"\\tfrac\s*(\d)\s*(\d)", lambda part: f" {int(part[1]) / int(part[2])} ", plain)
    plain = re.sub(r"(?<![\d)])(-?\d+)/(\d+)", lambda part: f" {int(part[1]) / int(part[2])} ", plain)
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:\s*e-?\d+)?", plain.replace(" e", "e"))]


@pytest.mark.parametrize(("name", "step"), STEPS, ids=IDS)
def test_a_step_can_be_read_without_its_plots(name: str, step: Step) -> None:
    told = f"{step.source} {described(step.view, step.state)}"
    said = numbers(told)
    for claim in step.claims:
        if claim.word is not None:
            for word in claim.word.split(", "):
                assert TOLD.get(word, word) in told.lower(), claim
        elif claim.value is not None:
            near = max(claim.within, 1e-3 * abs(claim.value))
            assert any(abs(number - claim.value) <= near for number in said), claim


@pytest.mark.parametrize(
    ("name", "query", "only", "said"),
    [
        ("unlearning", "v=1&only=a,cs", ["cs", "a"], ""),
        ("unlearning", "v=1", None, ""),
        ("lab", "v=1&only=", [], ""),
        ("phase_map", "v=1&only=cs,zz", ["cs"], "only: zz is not a control"),
    ],
)
def test_a_link_says_which_controls_are_shown(client: FlaskClient, name: str, query: str, only: Any, said: str) -> None:
    answer = client.get(f"/resolve/{name}?{query}").get_json()
    assert answer["only"] == only
    assert said in " ".join(answer["sentences"])
    assert bool(said) == bool(answer["sentences"])
    assert VIEWS[name].State.from_query(query) == VIEWS[name].State(), "it is no part of the state"


def test_a_false_claim_is_found() -> None:
    state = VIEWS["unlearning"].State.from_query("v=1&a=9")
    assert not Claim("fate", word="unlearning").check(VIEWS["unlearning"].quantities, state)[0]
    assert not Claim("threshold", value=9.4, within=1e-3).check(VIEWS["unlearning"].quantities, state)[0]
    assert not Claim("R end", below=0.5).check(VIEWS["unlearning"].quantities, state)[0]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("v=1&a=9", "v=1&a=99", ("step 1 (one)", "link", "a = 99 is outside [-20, 20]")),
        ("v=1&a=9", "v=1&b=9", ("link", "b is not a parameter of this view")),
        ('"unlearning"\nlink', '"nowhere"\nlink', ("view", "one of unlearning")),
        ('id = "one"', 'id = "../one"', ("step 1", "id")),
        ('title = "One"', 'title = ""', ("title", "1 to 80 letters")),
        ("$", "", ("text",)),
        ("\\\\bar a", "\\\\nothing a", ("text", "Unknown command", "\\nothing")),
        ("\\\\bar a", "\\\\href{javascript:1}{a}", ("text", "not mathematics")),
        ('is = "full', 'si = "full', ("claims",)),
        ('"fate"', '"fame"', ("claims", "one of fate")),
        ("claims =", "play = { from = 2, to = 1 }\nclaims =", ("play", "from must be before to")),
        ("claims =", "play = { speed = 3 }\nclaims =", ("play", "speed must be one of")),
        ("claims =", 'figures = ["sky"]\nclaims =', ("figures", "plane, panels")),
        ("claims =", 'controls = ["zz"]\nclaims =', ("controls", "cs")),
        ("claims =", "mark = [{ point = [1] }]\nclaims =", ("mark", "point")),
        ("claims =", "mark = [{ moon = 1 }]\nclaims =", ("mark", "trace")),
        ("claims =", 'mark = [{ trace = "critcal" }]\nclaims =', ("mark", "critical manifold, attracting")),
        ("claims =", 'mark = [{ trace = "past" }]\nclaims =', ("mark", "trace must be the beginning of")),
        ("claims =", "mark = [{ run = 1 }]\nclaims =", ("mark", "[0, 0]")),
        ("claims =", "mark = [{ row = 3 }]\nclaims =", ("mark", "[0, 2]")),
        ("claims =", 'figures = ["plane"]\nmark = [{ row = 1 }]\nclaims =', ("mark", "[0, 0]")),
        ("claims =", "figures = []\nclaims =", ("figures", "plane, panels")),
        ("a=9", "a=9&win=0,0.5,0,20", ()),
        ('a=9"', 'a=9&win=0,0.5,0,20"\nmark = [{ level = 21 }]', ("mark", "level must be a number in [0, 20]")),
        ('a=9"', 'a=9&win=0,0.5,0,20"\nmark = [{ point = [0.6, 1] }]', ("mark", "point must be a number in [0, 0.5]")),
        ("claims =", 'question = { ask = "?", then = ".", draw = "Q" }\nclaims =', ("draw", "R, a, loss")),
        ("claims =", 'question = { ask = "?", then = ".", draw = "R", run = 1 }\nclaims =', ("run", "[0, 0]")),
        ("claims =", 'question = { ask = "?", then = ".", choices = ["a", "b"], answer = 2 }\nclaims =', ("answer",)),
        ("claims =", 'question = { ask = "?", then = ".", choices = ["a"], answer = 0 }\nclaims =', ("2 to 5",)),
        ("claims =", "extra = 1\nclaims =", ("extra", "not known here")),
        ('title = "A story"', "title = ", ("cannot be read",)),
        ("[[step]]", "[step]", ("step", "1 to 60 steps")),
        ("", "", ()),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_step_and_field(
    tmp_path: Path, old: str, new: str, parts: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1) if old else GOOD)
    stories, faults = load([tmp_path], VIEWS)
    if not parts:
        assert list(stories) == ["mine"]
        assert faults == ()
        return
    assert stories == {}
    assert len(faults) == 1
    assert faults[0].startswith("mine.toml")
    assert all(part in faults[0] for part in parts), faults[0]


PICTURES = {
    "unlearning": ("v=1&a=5,9&lay=sep,null&m=2e3", "v=1&a=10&tau=1e6&pan=law", "v=1&a=10&pan=kernel"),
    "phase_map": ("v=1&cs=1,-1,-1,1,1&a=5", "v=1&n=128"),
    "time_scales": ("v=1&m=4", "v=1&m=4&pan=risk", "v=1&m=4&pan=neurons"),
    "linear_network": ("v=1&d=10", "v=1&d=10&pan=scaling"),
    "lab": ("v=1",),
    "images": ("v=1", "v=1&exp=width", "v=1&exp=unlearning"),
}


@pytest.mark.parametrize(("view", "link"), [(view, link) for view, links in PICTURES.items() for link in links])
def test_what_a_step_may_name_is_in_its_picture(view: str, link: str) -> None:
    state = VIEWS[view].State.from_query(link)
    names = with_window(VIEWS[view].annotation_targets(state), state)
    first, *_, last = [*VIEWS[view].figures] * 2
    lines: set[str] = set()
    columns: dict[int, set[str]] = {}
    axes: dict[str, int] = {}
    for chunk in VIEWS[view].compute(state):
        if chunk.kind == "scene":
            axes[chunk.data["name"]] = sum(key.startswith("yaxis") for key in chunk.data["figure"]["layout"])
            if chunk.data["name"] == first:
                lines |= {trace.get("name", "") for trace in chunk.data["figure"]["data"]}
        elif chunk.kind == "trajectory":
            lines |= {trace["name"] for trace in chunk.data["traces"].get(first, [])}
        elif chunk.kind == "trace":
            columns.setdefault(chunk.data["index"], set()).update(chunk.data["columns"])
    for name in names.lines:
        assert any(line.startswith(name) for line in lines), name
    assert len(columns) == names.runs
    assert names.rows == (axes[first], axes[last])
    assert not names.columns or set(names.columns) <= columns[0]


def test_a_step_given_twice_and_a_file_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "twice.toml").write_text(GOOD + GOOD[GOOD.index("[[step]]") :])
    (tmp_path / "large.toml").write_text(GOOD + "#" * MAX_BYTES)
    stories, faults = load([tmp_path], VIEWS)
    assert not stories
    assert "bytes long" in faults[0]
    assert "earlier step" in faults[1]


def test_one_bad_story_leaves_the_others_and_is_named_on_the_list(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "bad.toml").write_text(GOOD.replace("a=9", "a=99"))
    stories, faults = load([OWN, tmp_path], VIEWS)
    assert "good" in stories
    assert "what-is-unlearned" in stories
    page = str(Lecture(stories, faults, VIEWS).layout("/lecture"))
    assert "bad.toml, step 1 (one), link: a = 99 is outside [-20, 20]." in page


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "$<b>x</b>$", '$\\text{<img src=x onerror="1">}$'])
def test_a_text_cannot_bring_markup_of_its_own(text: str) -> None:
    try:
        made = mathematics.paragraphs(text)
    except ValueError:
        return
    assert not re.search(r"<(script|b|img)\b", made)


def test_mathematics_is_mathml() -> None:
    made = mathematics.paragraphs("One $c^*_2 < 0$.\n\n*Two* & three.")
    assert made.count("<p>") == 2
    assert "<msubsup>" in made
    assert "&lt;" in made
    assert "<em>Two</em> &amp; three." in made


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lecture", 200),
        ("/lecture/what-is-unlearned", 200),
        ("/lecture/what-is-unlearned/threshold", 200),
        ("/lecture/what-is-unlearned/nothing", 404),
        ("/lecture/nothing/threshold", 404),
        ("/lecture/what-is-unlearned/threshold/more", 404),
        ("/lectures", 404),
    ],
)
def test_routes(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_every_step_has_a_page() -> None:
    page: Any = Lecture(STORIES, (), VIEWS)
    for story in STORIES.values():
        for step in story.steps:
            path = f"/lecture/{story.name}/{step.id}"
            assert page.has(path)
            assert page.layout(path) is not None


def documented_examples() -> list[str]:
    text = (Path(__file__).parents[3] / "docs" / "stories.md").read_text()
    return re.findall(r"```toml\n(.*?)```", text, re.DOTALL)


def test_the_documents_show_a_story_that_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story, fields = documented_examples()
    first, second = re.findall(r"question = .*", fields)
    others = re.sub(r"(# or: )?question = .*\n", "", fields)
    (tmp_path / "mine.toml").write_text(story)
    for name, question in (("chosen", first), ("drawn", second)):
        (tmp_path / f"{name}.toml").write_text(story + others + question)
    assert main([str(tmp_path)]) == 0
    assert "mine: 1 step, 1 claim." in capsys.readouterr().out


def test_a_claim_that_does_not_hold_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(documented_examples()[0].replace("a=9.33", "a=9.3"))
    (tmp_path / "other.toml").write_text(GOOD.replace("a=9", "a=99"))
    assert main([str(tmp_path)]) == 2
    said = capsys.readouterr().out
    assert "mine.toml, step 1 (threshold), claims: fate is full alignment, not unlearning." in said
    assert "other.toml, step 1 (one), link: a = 99 is outside [-20, 20]." in said


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ('quantity = "fate", run = 7, is = "unlearning"', "fate: run = 7 is more than there are."),
        ('quantity = "threshold", run = 5, above = 0', "threshold: run = 5 is more than there are."),
        ('quantity = "R", time = 1e9, above = 0', "R: time = 1e+09 is outside [0, 10000], the times of the run."),
        ('quantity = "R end", above = 0.5, below = 0.6', "R end is 1.0, not above 0.5 and below 0.6."),
        ('quantity = "fate", value = 1, within = 1', "fate: its value is a word, here full alignment: claim it by is."),
        ('quantity = "A", above = 0', "A: run is the degree here, from 1 to 5, not 0."),
        ('quantity = "fitted R exponent", above = 0', "fitted R exponent is nan, not above 0."),
        ('quantity = "R end", value = 0.5, within = 0.1', "R end is 1.0, not within 0.1 of 0.5."),
    ],
)
def test_the_sentence_about_a_claim_that_fails_says_why(
    claim: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('quantity = "fate", is = "full alignment"', claim))
    assert main([str(tmp_path)]) == 1
    assert f"mine.toml, step 1 (one), claims: {sentence}" in capsys.readouterr().out


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("condition", [{"is": "x"}, {"value": 1.0, "within": 0.1}, {"above": 0.0}, {"below": 0.0}])
def test_every_quantity_gives_a_value_or_a_sentence(name: str, condition: dict[str, Any]) -> None:
    view = VIEWS[name]
    for quantity, run, time in product(view.quantities, (0, 1, 50), (0.0, 1e9)):
        claim = Claim.read({"quantity": quantity, "run": run, "time": time, **condition})
        with suppress(ValueError):
            assert claim.check(view.quantities, view.State())[0] in (True, False)
