"""Stories: plain TOML files, read and checked at the start.

    title = "…"                   of the story
    about = "…"                   one sentence for the list of stories
    order = 1                     its place there; after all others where absent

    [[step]]                      some of these, in their order
    id = "start"                  of the step's link: a-z, 0-9, -
    title = "…"
    text = '''…'''                $…$ is LaTeX, *…* emphasis, an empty line a new paragraph
    view = "unlearning"           and
    link = "v=1&a=5,9,10"         what stands after the ? of that view's link
    figures = ["plane"]           which of the view's figures are seen; all where absent
    mark = [{point = [0.1, 8]}]   what is marked in yellow, see MARKS
    play = {from = 0, to = 50, speed = 2}     the clock; {} plays all of it
    controls = ["cs", "a"]        which controls the class may take, by their names in links; all where absent
    question = {ask = "…", choices = ["…", "…"], answer = 1, then = "…"}    asked before the clock runs; or
    question = {ask = "…", draw = "R", run = 0, then = "…"}                 a column of a run, to be drawn
    claims = [{quantity = "fate", run = 2, is = "unlearning"}]              what a test holds against the truth

A mistake is named with file, step and field; the other stories are read all the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.core.annotation_targets import AnnotationTargets, with_window
from components.core.claims import Claim
from components.core.state import InvalidLink, State
from components.core.view import View
from components.pages.lecture.mathematics import paragraphs, render_inline

OWN = Path(__file__).parent / "stories"
MAX_BYTES = 200_000  # of a file
MAX_STEPS = 60
MAX_STORIES = 50
MAX_CHARACTERS = 2000  # of a text
MAX_MARKS = 12
FAR = 1e9  # from 0, of what is marked
SPEEDS = (0.25, 0.5, 1, 2, 4)  # of the player
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
MARKS = {
    "trace": "a line of the first figure, by the beginning of its name",
    "point": "a ring at [x, y] there",
    "run": "a run's line there, counted from 0",
    "level": "a line across there, at a height",
    "row": "a row of the last figure that is seen, counted from 0",
    "control": "a control, by its name in links",
}


class StoryError(ValueError):
    """What is wrong with a story: file, step, field, and a sentence."""

    def __init__(self, file: str, step: str, name: str, fault: str) -> None:
        where = ", ".join(part for part in (file, step and f"step {step}", name) if part)
        super().__init__(f"{where}: {fault}")


@dataclass(frozen=True)
class Step:
    """One step: what is said, the state of a view that is shown with it, and what is done there."""

    id: str
    title: str
    text: str  # HTML
    view: str
    state: State
    figures: tuple[str, ...]
    mark: tuple[Mapping[str, Any], ...] = ()
    play: Mapping[str, Any] | None = None
    controls: tuple[str, ...] | None = None
    question: Mapping[str, Any] | None = None
    claims: tuple[Claim, ...] = ()
    source: str = ""  # the text as it was written, and the question's


@dataclass(frozen=True)
class Story:
    """A story: its name in links, its title, one sentence about it, its steps."""

    name: str
    title: str
    about: str
    steps: tuple[Step, ...] = field(repr=False)
    order: int = MAX_STORIES  # in the list of stories

    def place(self, step: str) -> int | None:
        """The place of a step, if there is one of this id."""
        return next((place for place, other in enumerate(self.steps) if other.id == step), None)


Figures = Callable[[str], Mapping[str, Any]]


def load(folders: Sequence[Path], views: Mapping[str, View]) -> tuple[dict[str, Story], tuple[str, ...]]:
    """The stories of some folders by name, and a sentence for each that cannot be read."""
    stories: dict[str, Story] = {}
    faults: list[str] = []
    for folder in folders:
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
        if not files:
            faults.append(f"{folder.name or folder}: there is no story (*.toml) in this folder.")
        if len(files) > MAX_STORIES:
            faults.append(f"{folder.name}: {len(files)} stories; the first {MAX_STORIES} are read.")
        for path in files[:MAX_STORIES]:
            try:
                story = read(path, views)
                if story.name in stories:
                    raise StoryError(path.name, "", "", "there is another story of this name.")
                stories[story.name] = story
            except StoryError as error:
                faults.append(str(error))
    return dict(sorted(stories.items(), key=lambda item: (item[1].order, item[0]))), tuple(faults)


def read(path: Path, views: Mapping[str, View]) -> Story:
    """The story of a file. Raises StoryError."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise StoryError(path.name, "", "", f"{size} bytes long; at most {MAX_BYTES} are read.")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StoryError(path.name, "", "", f"cannot be read: {error}.") from None
    return parse(path.name, data, views)


def parse(file: str, data: Mapping[str, Any], views: Mapping[str, View]) -> Story:
    """The story of a file's contents. Raises StoryError."""
    name = file.removesuffix(".toml")
    story = _Fields(file, "", data)
    if not NAME.fullmatch(name):
        raise StoryError(file, "", "", "a story's file is named by a-z, 0-9 and -, at most 40, and .toml.")
    story.only({"title", "about", "order", "step"})
    order = story.number({"order": MAX_STORIES, **data}, "order", "order", 0, MAX_STORIES, whole=True)
    steps = data.get("step")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        raise StoryError(file, "", "step", f"a story has 1 to {MAX_STEPS} steps, each under [[step]].")
    read_steps: list[Step] = []
    for number, step in enumerate(steps, 1):
        made = _step(file, number, step, views)
        if any(made.id == other.id for other in read_steps):
            raise StoryError(file, str(number), "id", f"{made.id} is the id of an earlier step.")
        read_steps.append(made)
    return Story(name, story.text("title", 80), story.text("about", 300), tuple(read_steps), order)


class _Fields:
    """The fields of a table in a file, each checked when it is read. All methods raise StoryError."""

    def __init__(self, file: str, step: str, data: Any) -> None:
        self.file, self.step, self.data = file, step, data
        if not isinstance(data, Mapping):
            raise self.wrong("", "is not a table of fields.")

    def wrong(self, name: str, fault: str) -> StoryError:
        return StoryError(self.file, self.step, name, fault)

    def only(self, allowed: set[str], within: str = "") -> None:
        for name in self.data:
            if name not in allowed:
                raise self.wrong(within or name, f"{name[:24]} is not known here; {', '.join(sorted(allowed))} are.")

    def text(self, name: str, limit: int = MAX_CHARACTERS) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= limit:
            raise self.wrong(name, f"must be a text of 1 to {limit} letters.")
        return value.strip()

    def html(self, name: str, render: Callable[[str], str]) -> str:
        try:
            return render(self.text(name))
        except StoryError:
            raise
        except ValueError as error:
            raise self.wrong(name, str(error)) from None

    def words(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        value = self.data[name]
        if not isinstance(value, list) or any(word not in allowed for word in value):
            raise self.wrong(name, f"must be a list of any of {', '.join(allowed)}.")
        return tuple(dict.fromkeys(value))

    def number(self, table: Mapping[str, Any], name: str, of: str, low: float, high: float, whole: bool = False) -> Any:
        value = table[of]
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise self.wrong(name, f"{of} must be a {'whole ' if whole else ''}number in [{low:g}, {high:g}].")
        return value


def _step(file: str, number: int, data: Any, views: Mapping[str, View]) -> Step:
    given = data.get("id") if isinstance(data, Mapping) else None
    label = f"{number} ({given})" if isinstance(given, str) and NAME.fullmatch(given) else str(number)
    fields = _Fields(file, label, data)
    fields.only({"id", "title", "text", "view", "link", "figures", "mark", "play", "controls", "question", "claims"})
    if not NAME.fullmatch(fields.text("id", 40)):
        raise fields.wrong("id", "must be made of a-z, 0-9 and -, at most 40.")
    view = views.get(fields.text("view", 40))
    if view is None:
        raise fields.wrong("view", f"must be one of {', '.join(views)}.")
    try:
        state = view.State.from_query(fields.text("link"))
    except InvalidLink as problems:
        raise fields.wrong("link", str(problems)) from None
    all_figures = tuple(view.figures)
    keys = tuple(dict.fromkeys(control.key for control in view.controls))
    figures = fields.words("figures", all_figures) if "figures" in data else all_figures
    if not figures:
        raise fields.wrong("figures", f"names none of {', '.join(all_figures)}.")
    figures = tuple(name for name in all_figures if name in figures)
    names = with_window(view.annotation_targets(state), state)
    return Step(
        id=data["id"],
        title=fields.text("title", 80),
        text=fields.html("text", paragraphs),
        view=view.name,
        state=state,
        figures=figures,
        mark=_marks(fields, keys, names, names.rows[figures[-1] == all_figures[-1] and len(all_figures) > 1]),
        play=_play(fields),
        controls=fields.words("controls", keys) if "controls" in data else None,
        question=_question(fields, names),
        claims=_claims(fields, view),
        source=" ".join([data["text"], *_written(data.get("question", {}))]),
    )


def too_expensive(story: Story, views: Mapping[str, View]) -> Iterator[str]:
    """A sentence for each step of a story whose picture costs more than is computed.

    Not part of reading the story: to know a cost may take the compiled core.
    """
    for number, step in enumerate(story.steps, 1):
        cost, budget = views[step.view].cost(step.state), views[step.view].max_cost
        if cost > budget:
            fault = f"would cost {cost:.3g}; at most {budget:.3g} is computed."
            yield str(StoryError(f"{story.name}.toml", f"{number} ({step.id})", "link", fault))


def _marks(fields: _Fields, keys: Sequence[str], names: AnnotationTargets, rows: int) -> tuple[Mapping[str, Any], ...]:
    marks = fields.data.get("mark", [])
    if not isinstance(marks, list) or len(marks) > MAX_MARKS:
        raise fields.wrong("mark", f"must be a list of at most {MAX_MARKS}.")
    for mark in marks:
        if not isinstance(mark, Mapping) or len(mark) != 1 or next(iter(mark)) not in MARKS:
            raise fields.wrong("mark", f"each has one of {', '.join(MARKS)}.")
        kind, value = next(iter(mark.items()))
        left, right, low, high = names.window
        if kind == "run":
            if not names.runs:
                raise fields.wrong("mark", "run: this picture has no runs.")
            fields.number(mark, "mark", kind, 0, names.runs - 1, whole=True)
        elif kind == "row":
            fields.number(mark, "mark", kind, 0, rows - 1, whole=True)
        elif kind == "level":
            fields.number(mark, "mark", kind, max(low, -FAR), min(high, FAR))
        elif kind == "point":
            pair = value if isinstance(value, list) and len(value) == 2 else [None, None]
            for place, (lowest, highest) in enumerate(((left, right), (low, high))):
                fields.number({kind: pair[place]}, "mark", kind, max(lowest, -FAR), min(highest, FAR))
        elif kind == "control" and value not in keys:
            raise fields.wrong("mark", f"control must be one of {', '.join(keys)}.")
        elif kind == "trace" and not (isinstance(value, str) and value and _is_prefix_of_any(value, names.lines)):
            raise fields.wrong("mark", f"trace must be the beginning of one of {_listed(names.lines)}.")
    return tuple(marks)


def _is_prefix_of_any(text: str, names: Sequence[str]) -> bool:
    return any(name.startswith(text) for name in names)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none: this picture has no such thing"


def _play(fields: _Fields) -> Mapping[str, Any] | None:
    play = fields.data.get("play")
    if play is None:
        return None
    clock = _Fields(fields.file, fields.step, play)
    clock.only({"from", "to", "speed"}, "play")
    for name in ("from", "to"):
        if name in play:
            fields.number(play, "play", name, 0, 1e13)
    if play.get("from", 0) >= play.get("to", float("inf")):
        raise fields.wrong("play", "from must be before to.")
    if play.get("speed", 1) not in SPEEDS:
        raise fields.wrong("play", f"speed must be one of {', '.join(f'{speed:g}' for speed in SPEEDS)}.")
    return dict(play)


def _question(fields: _Fields, names: AnnotationTargets) -> Mapping[str, Any] | None:
    given = fields.data.get("question")
    if given is None:
        return None
    question = _Fields(fields.file, f"{fields.step}, question", given)
    made: dict[str, Any] = {"ask": question.html("ask", render_inline), "then": question.html("then", paragraphs)}
    if "draw" in given:
        question.only({"ask", "then", "draw", "run"})
        if question.text("draw", 20) not in names.columns:
            raise question.wrong("draw", f"must be one of {_listed(names.columns)}.")
        run = question.number({"run": 0, **given}, "run", "run", 0, names.runs - 1, whole=True)
        return {**made, "draw": given["draw"], "run": run}
    question.only({"ask", "then", "choices", "answer"})
    choices = given.get("choices")
    if not isinstance(choices, list) or not 2 <= len(choices) <= 5:
        raise question.wrong("choices", "must be a list of 2 to 5 texts.")
    each = [_Fields(question.file, question.step, {"choices": choice}) for choice in choices]
    made["choices"] = [choice.html("choices", render_inline) for choice in each]
    if "answer" not in given:
        raise question.wrong("answer", "is missing: the right choice, counted from 0.")
    made["answer"] = question.number(given, "answer", "answer", 0, len(choices) - 1, whole=True)
    return made


def _written(given: Mapping[str, Any]) -> list[str]:
    return [given[name] for name in ("ask", "then") if name in given] + list(given.get("choices", []))


def _claims(fields: _Fields, view: View) -> tuple[Claim, ...]:
    claims = fields.data.get("claims", [])
    if not isinstance(claims, list) or len(claims) > MAX_MARKS:
        raise fields.wrong("claims", f"must be a list of at most {MAX_MARKS}.")
    made = []
    for claim in claims:
        try:
            made.append(Claim.read(claim))
        except ValueError as error:
            raise fields.wrong("claims", str(error)) from None
        if made[-1].quantity not in view.quantities:
            quantities = ", ".join(view.quantities)
            raise fields.wrong("claims", f"quantity must be one of {quantities}.")
    return tuple(made)
