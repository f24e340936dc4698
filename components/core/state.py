"""State: the one definition of a view's parameters, and the link that contains it.

A view declares a frozen pydantic model whose fields are annotated with a `Parameter`. Everything else is derived from
that declaration: the link and its two readers (strict for the stream, lenient for the page), the cache key, the
client's controls.

A number is canonical if it has at most 12 significant digits and no negative zero. Numbers are made canonical on entry,
so 0.3 and 0.1 + 0.2 are one state, one link and one cache entry.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from components.core import link_text, short_link

MAX_QUERY = 2000  # characters; the longest real link has about 900
MAX_FIELDS = 40  # twice what any view declares
SIGNIFICANT_DIGITS = 12  # beyond what a slider, a box or a reader of the link can mean
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_HASH = re.compile("[0-9a-f]{32}")
MAX_NAMED = 3  # unknown parameters that a sentence names
_QUOTED = 24  # characters of a wrong value that a sentence repeats

ONLY = "only"  # in the link of any view: the controls that its page shows, by their keys; no part of the state
EMBED = "embed"  # likewise: how much of the page is shown within another site's (see components/ui/embed.py)
# of a query: about the request, and no part of the link
REQUEST_KEYS = ("text", "draft", "have", "release", "generation", "offset", "peek")
RESERVED_KEYS = ("v", ONLY, EMBED, *REQUEST_KEYS)  # no parameter has one of these as its key
Value = float | int | str | tuple[float, ...] | tuple[str, ...] | None


@dataclass(frozen=True)
class ParameterError:
    """An error in a link: the parameter, its value, the allowed range, and a sentence."""

    parameter: str
    value: str
    range: str
    sentence: str


class InvalidLink(ValueError):
    """A link that the strict reader refuses, with all of its errors."""

    def __init__(self, problems: Sequence[ParameterError]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


class _InvalidValue(ValueError):
    """A value that its parameter refuses (carries the problem through pydantic)."""

    def __init__(self, problem: ParameterError) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def canonical(number: float) -> float:
    """`number` to 12 significant digits, without a negative zero."""
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}") + 0.0


def number_text(number: float) -> str:
    """Return the shortest text of a canonical number: 10000 is `1e4`, 0.25 is `0.25`.

    >>> number_text(1e4), number_text(-1.0), number_text(0.25)
    ('1e4', '-1', '0.25')
    """
    plain = f"{number:.{SIGNIFICANT_DIGITS}g}"
    mantissa, _, exponent = f"{number:.{SIGNIFICANT_DIGITS - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    scientific = f"{mantissa}e{int(exponent)}"
    return plain if len(plain) <= len(scientific) and "e" not in plain else scientific


@dataclass(frozen=True)
class Parameter:
    """Declare one parameter: what it is called, where it lives, what it may be.

    Attributes
    ----------
    key : str
        Name in the link.
    symbol : str
        How it is typeset.
    title : str
        Name in plain words.
    kind : str
        "number" and "integer" hold one number, "numbers" a tuple, "choice" one of `choices`, "words" any of them: a
        tuple in their order, which may be empty; "hash" the name of something that is kept here: 32 hexadecimal digits,
        so that it may become a file's name.
    bounds : tuple of tuples (lowest, highest)
        Bounds of the number; for "numbers" that come in groups, one pair for each place in a group.
    length : tuple of two ints
        The fewest and the most groups of "numbers".
    scale : str
        How a slider moves over it, "linear" or "log".
    group : str
        "physics" is the problem itself, "overlay" what else is computed of it, "display" how it is shown, "playback"
        how its long run is watched.
    unit : str
        Unit of the number, if it has one.
    choices : tuple of str
        Words of a "choice" and of "words".
    optional : bool
        Whether it may be absent (None), which then also leaves it out of the link.

    Examples
    --------
    >>> damping = Parameter("b", "b", "damping", bounds=((0.0, 2.0),))
    >>> damping.read("0.2"), damping.range_text
    (0.2, '[0, 2]')
    """

    key: str
    symbol: str
    title: str
    kind: Literal["number", "integer", "numbers", "choice", "words", "hash"] = "number"
    bounds: tuple[tuple[float, float], ...] = ((-math.inf, math.inf),)
    length: tuple[int, int] = (1, 1)
    scale: Literal["linear", "log"] = "linear"
    group: Literal["physics", "overlay", "display", "playback"] = "physics"
    unit: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def is_kept_by_presets(self) -> bool:
        """Whether a preset that does not list it in ``shows`` leaves it as the user has set it."""
        return self.group == "overlay" or (self.group == "display" and self.kind in ("choice", "words"))

    @property
    def range_text(self) -> str:
        """What is allowed, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "words":
            return "any of " + ", ".join(self.choices)
        if self.kind == "hash":
            return "32 hexadecimal digits"
        intervals = " and ".join(f"[{number_text(lo)}, {number_text(hi)}]" for lo, hi in self.bounds)
        if self.kind != "numbers":
            return ("a whole number in " if self.kind == "integer" else "") + intervals
        fewest, largest = self.length
        what = "numbers" if len(self.bounds) == 1 else f"groups of {len(self.bounds)} numbers"
        return (
            f"{fewest} to {largest} {what} in {intervals}" if largest > fewest else f"{largest} {what} in {intervals}"
        )

    def problem(self, value: object, reason: str) -> ParameterError:
        """Return the problem with a given value, as a sentence."""
        text = value if isinstance(value, str) else _plain(value)
        if len(text) > _QUOTED:
            text = text[:_QUOTED] + "…"
        return ParameterError(self.key, text, self.range_text, f"{self.key} = {text or '(empty)'} is {reason}.")

    def check(self, value: object) -> Value:
        """Return the canonical form of a typed value. Raises ValueError with a sentence."""
        if value is None and self.optional:
            return None
        if self.kind == "choice":
            if value not in self.choices:
                raise _InvalidValue(self.problem(value, f"not {self.range_text}"))
            return str(value)
        if self.kind == "words":
            return self._check_words(value)
        if self.kind == "hash":
            if not isinstance(value, str) or not _HASH.fullmatch(value):
                raise _InvalidValue(self.problem(value, f"not {self.range_text}"))
            return value
        if self.kind == "numbers":
            if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
                raise _InvalidValue(self.problem(value, "not a list of numbers"))
            groups, remainder = divmod(len(value), len(self.bounds))
            if remainder or not self.length[0] <= groups <= self.length[1]:
                raise _InvalidValue(self.problem(value, f"{len(value)} numbers, not {self.range_text}"))
            return tuple(self._check_number(item, index) for index, item in enumerate(value))
        number = self._check_number(value, 0)
        if self.kind == "integer":
            if number != int(number):
                raise _InvalidValue(self.problem(value, "not a whole number"))
            return int(number)
        return number

    def _check_words(self, value: object) -> tuple[str, ...]:
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
            raise _InvalidValue(self.problem(value, "not a list of words"))
        for index, word in enumerate(value):
            if word not in self.choices:
                raise _InvalidValue(self.problem(word, f"not {self.range_text}"))
            if word in value[:index]:
                raise _InvalidValue(self.problem(word, f"given twice; it may be {self.range_text}, each once"))
        return tuple(word for word in self.choices if word in value)

    def _check_number(self, value: object, index: int) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _InvalidValue(self.problem(value, f"not a number in {self.range_text}"))
        lo, hi = self.bounds[index % len(self.bounds)]
        if not lo <= value <= hi:  # false for nan too; compares a huge int without converting it
            raise _InvalidValue(self.problem(value, f"outside [{number_text(lo)}, {number_text(hi)}]"))
        return canonical(float(value))

    def read(self, text: str) -> Value:
        """Return the value of a text from a link. Raises ValueError with a sentence."""
        if self.kind in ("choice", "hash"):
            return self.check(text)
        if self.kind == "words":
            return self.check([word.strip() for word in text.split(",")] if text else ())
        if self.kind == "numbers":
            return self.check(tuple(self._read_number(part) for part in text.split(",")) if text else ())
        return self.check(self._read_number(text))

    def _read_number(self, text: str) -> float:
        number = link_text.number_text(text)
        if not _NUMBER.fullmatch(number):
            raise _InvalidValue(self.problem(text, "not a number"))
        return float(number)

    def nearest(self, text: str, default: Value) -> Value:
        """Return the allowed value nearest to a text that `read` refuses; the default where nothing is near."""
        if self.kind in ("choice", "hash"):
            return default
        if self.kind == "words":
            words = [word.strip() for word in text.split(",")]
            valid = tuple(word for word in self.choices if word in words)
            return valid or default
        parts = [link_text.number_text(part) for part in text.split(",")[: self.length[1] * len(self.bounds)]]
        if not all(_NUMBER.fullmatch(part) for part in parts) or len(parts) % len(self.bounds):
            return default
        values = tuple(
            canonical(min(max(float(part), lo), hi))
            for part, (lo, hi) in zip(parts, self.bounds * len(parts), strict=False)
        )
        if self.kind == "numbers":
            return values if len(values) >= self.length[0] * len(self.bounds) else default
        return round(values[0]) if self.kind == "integer" else values[0]

    def text(self, value: Value) -> str:
        """Return the text of a canonical value in a link."""
        if isinstance(value, tuple):
            return ",".join(item if isinstance(item, str) else number_text(item) for item in value)
        return value if isinstance(value, str) else number_text(float(value or 0))


# Playback of the job of a state: auto, the bundled record or else the job; live, the job; paused, what was received
# stays on screen; off. The client writes this field and starts with the first.
PlaybackMode = Annotated[
    str,
    Parameter(
        "run", "run", "how the run is watched", "choice", choices=("auto", "live", "paused", "off"), group="playback"
    ),
]  # fmt: skip


class State(BaseModel):
    """Hold the parameters of a view: frozen, validated, canonical.

    A subclass annotates each field with a `Parameter`, and with a widget of components/core/controls.py if it has a
    control.

    Examples
    --------
    >>> from typing import Annotated
    >>> class Pendulum(State):
    ...     angle: Annotated[float, Parameter("th", "θ", "angle at the start", bounds=((-3.0, 3.0),))] = 2.0
    >>> Pendulum(angle=0.5).query()
    'v=1&th=0.5'
    >>> Pendulum.from_query("th=1").angle
    1.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
    VERSION: ClassVar[int] = 1

    @classmethod
    @cache
    def parameters(cls) -> dict[str, Parameter]:
        """Return the parameter of each field.

        Returns
        -------
        dict of str to Parameter
            Parameters by the name of the field, in the order of the link.
        """
        return {
            name: next(item for item in field.metadata if isinstance(item, Parameter))
            for name, field in cls.model_fields.items()
        }

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Make values consistent that depend on each other; views override it.

        Parameters
        ----------
        values : dict of str to object
            Values by field, not validated yet: any input must be accepted.

        Returns
        -------
        dict of str to object
            The consistent values.
        """
        return values

    @model_validator(mode="before")
    @classmethod
    def _normalize(cls, values: Any) -> Any:
        return cls.normalize(dict(values)) if isinstance(values, Mapping) else values

    @field_validator("*", mode="before")
    @classmethod
    def _check(cls, value: object, info: ValidationInfo) -> Value:
        return cls.parameters()[str(info.field_name)].check(value)

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Self:
        """Return a state from values by field.

        Parameters
        ----------
        values : mapping of str to object
            Values; fields that are left out have their defaults.

        Returns
        -------
        State
            The state.

        Raises
        ------
        InvalidLink
            If a value is not allowed, with a sentence for each.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise InvalidLink([_problem_of(cls, detail) for detail in error.errors()]) from None

    def query(self) -> str:
        """Return the whole state as the query of a link.

        Returns
        -------
        str
            `v` first, then every value that is not absent.
        """
        return "&".join([f"v={self.VERSION}", *self._terms(("physics", "overlay", "display", "playback"))])

    def key(self) -> str:
        """Return the cache key of a computation.

        Returns
        -------
        str
            The query of the physical parameters and the overlays.
        """
        return "&".join([f"v={self.VERSION}", *self._terms(("physics", "overlay"))])

    def _terms(self, groups: tuple[str, ...]) -> list[str]:
        return [
            f"{parameter.key}={quote(parameter.text(value), safe=',.-')}"
            for name, parameter in self.parameters().items()
            if parameter.group in groups and (value := getattr(self, name)) is not None
        ]

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Read a link strictly.

        Parameters
        ----------
        query : str
            Query of the link; missing parameters have their defaults.

        Returns
        -------
        State
            The state.

        Raises
        ------
        InvalidLink
            If the link cannot be read, with a sentence for each error.
        """
        values, problems = cls._read(query, lenient=False)
        if problems:
            raise InvalidLink(problems)
        return cls.make(values)

    @classmethod
    def nearest(cls, query: str) -> tuple[Self, tuple[ParameterError, ...]]:
        """Read a link leniently.

        Parameters
        ----------
        query : str
            Query of the link.

        Returns
        -------
        state : State
            The nearest valid state.
        problems : tuple of ParameterError
            What was corrected.
        """
        values, problems = cls._read(query, lenient=True)
        return cls.make(values), tuple(problems)

    @classmethod
    def _read(cls, query: str, lenient: bool) -> tuple[dict[str, Value], list[ParameterError]]:
        if len(query) > MAX_QUERY:
            return {}, [_link_error(query, f"{len(query)} characters long", f"at most {MAX_QUERY} characters")]
        try:
            pairs = cls._pairs(query)
        except InvalidLink as unreadable:
            return {}, list(unreadable.problems)
        fields = {parameter.key: name for name, parameter in cls.parameters().items()}
        values: dict[str, Value] = {}
        problems: list[ParameterError] = []
        unknown_keys: list[str] = []
        texts_by_key: dict[str, str] = {}
        for key, text in pairs:
            if key in texts_by_key:
                if text != texts_by_key[key]:
                    problems.append(
                        ParameterError(key[:_QUOTED], text[:_QUOTED], "once", f"{key[:_QUOTED]} is given twice.")
                    )
            elif key == "v":
                if text != str(cls.VERSION):
                    problems.append(_version(text, cls.VERSION))
            elif key in (ONLY, EMBED):
                pass
            elif key not in fields:
                unknown_keys.append(key[:_QUOTED] or "(empty)")
            else:
                parameter = cls.parameters()[fields[key]]
                try:
                    values[fields[key]] = parameter.read(text)
                except _InvalidValue as invalid:
                    problems.append(invalid.problem)
                    if lenient:
                        default = cls.model_fields[fields[key]].default
                        values[fields[key]] = parameter.nearest(text, default)
            texts_by_key.setdefault(key, text)
        cut = cls._cut(query, list(texts_by_key)) if lenient else None
        if cut and unknown_keys and unknown_keys[-1] == list(texts_by_key)[-1]:
            unknown_keys.pop()
        if unknown_keys:
            problems.append(_unknown(unknown_keys, ["v", *fields]))
        return values, [*problems, cut] if cut else problems

    @classmethod
    def _pairs(cls, query: str) -> list[tuple[str, str]]:
        """Return the parameters of a query, those in its short form included. Raises InvalidLink."""
        pairs = link_text.parameters(query)
        short = next((text for key, text in pairs if key == short_link.KEY), None)
        if short is not None:
            try:
                inside = link_text.parameters(short_link.decode(short, MAX_QUERY))
            except ValueError as error:
                sentence = f"The short link cannot be read ({error}): it may have been cut or changed on its way."
                problem = ParameterError(short_link.KEY, short[:_QUOTED], "a short link made by this app", sentence)
                raise InvalidLink([problem]) from None
            pairs = inside + [(key, text) for key, text in pairs if key != short_link.KEY]
        if len(pairs) > MAX_FIELDS:
            raise InvalidLink([_link_error(query, "too many parameters", f"at most {MAX_FIELDS} parameters")])
        return pairs

    @classmethod
    def _cut(cls, query: str, keys: Sequence[str]) -> ParameterError | None:
        """Return the error of a link that ends within the physical parameters.

        Such a link contains v and the first parameters, in their order, as links of the app do, and no others. Links
        written by hand rarely contain two and stop.
        """
        physics = [p for p in cls.parameters().values() if p.group == "physics"]
        optional = {p.key for p in physics if p.optional}
        expected = ["v", *(p.key for p in physics if not p.optional)]
        named = [key for key in keys if key not in optional]
        count = len(named)
        if (
            1 < count <= len(expected)
            and expected[count - 1].startswith(named[-1])
            and named[-1] != expected[count - 1]
        ):
            count -= 1  # the last key is cut itself
        early = len(named) > 2 and count < len(expected) and named[:count] == expected[:count]
        if not early and not link_text.has_ellipsis(query):
            return None
        missing = ", ".join(key for key in expected if key not in keys)
        defaults = f" It lacks {missing}; defaults are used." if missing else ""
        return ParameterError("link", query[-_QUOTED:], "a whole link", f"The link may have been cut.{defaults}")

    @classmethod
    def varied(cls) -> dict[str, dict[str, Any]]:
        """Return the parameters that may be on the axes of a map; maps override it.

        Returns
        -------
        dict of str to dict
            By the words of the parameters x and y: the field and the index of the present value, names, bounds and
            default window, and a value for what the map does not depend on.
        """
        return {}

    @classmethod
    def controls(cls) -> list[dict[str, Any]]:
        """Return one entry per field, in order, with which the client writes links and moves controls."""
        return [
            {
                "name": name,
                "key": parameter.key,
                "symbol": parameter.symbol,
                "title": parameter.title,
                "kind": parameter.kind,
                "kept_by_presets": parameter.is_kept_by_presets,
                "bounds": parameter.bounds,
                "length": parameter.length,
                "scale": parameter.scale,
                "group": parameter.group,
                "unit": parameter.unit,
                "choices": parameter.choices,
                "optional": parameter.optional,
            }
            for name, parameter in cls.parameters().items()
        ]


def _plain(value: object) -> str:
    """Format a value for an error message."""
    if isinstance(value, int) and abs(value) > 10**_QUOTED:
        return "(huge)"
    if isinstance(value, (int, float)):
        return number_text(value) if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ",".join(map(_plain, value[:_QUOTED]))
    return type(value).__name__


def _link_error(query: str, fault: str, right: str) -> ParameterError:
    return ParameterError("query", query[:_QUOTED] + "…", right, f"The link is {fault}; {right} are read.")


def _unknown(keys: Sequence[str], valid_keys: Sequence[str]) -> ParameterError:
    """Return the problem with parameters that the view does not have, in one sentence however many there are."""
    further = f" and {len(keys) - MAX_NAMED} more" if len(keys) > MAX_NAMED else ""
    named = ", ".join(keys[:MAX_NAMED]) + further
    what = "is not a parameter" if len(keys) == 1 else "are not parameters"
    return ParameterError(keys[0], "", "one of " + ", ".join(valid_keys), f"{named} {what} of this view.")


def _version(text: str, version: int) -> ParameterError:
    quoted = text[:_QUOTED]
    return ParameterError(
        "v", quoted, str(version), f"v = {quoted or '(empty)'} is not a version of this link: {version}."
    )


def _problem_of(cls: type[State], detail: Any) -> ParameterError:
    """Return the problem behind one of pydantic's errors."""
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, _InvalidValue):
        return error.problem
    name = str(detail["loc"][0]) if detail["loc"] else "query"
    key = cls.parameters()[name].key if name in cls.model_fields else name
    return ParameterError(key, str(detail.get("input"))[:_QUOTED], "", f"{key}: {detail['msg']}.")
