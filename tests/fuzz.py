"""Anything may be asked: `python -m tests.fuzz [--cases 10000] [--seed 1]`.

Cases go round: every parameter of every view at every route that reads a link, every rule of the server with anything
in its places, every callback of the page with anything in its payload. Values are right ones, edges, what lies just
beyond them, wrong kinds, wrong numbers of them, and rubbish. For each case it is demanded:

- a status below 500, nothing of a traceback in the answer, no error in the log;
- nothing begins to be computed that costs more than its view's budget;
- every stream is read to its end, which it reaches, and every file as a whole; every error of the data's routes is
  JSON with sentences;
- the answer, or the first line of a stream, is there within a second (measured by the command alone; files, words and
  previews have twice as long as they are charged in addition).

The first failure of each kind is printed with what repeats it; 1 is returned where there is any.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, product
from random import Random
from typing import Any
from urllib.parse import quote

from flask import Flask

from app import create_app
from components.core.state import InvalidLink, Parameter, number_text
from components.core.view import View
from components.export.files import MIMETYPES
from components.jobs.subprocess_executor import SubprocessExecutor
from components.server.stream import ROUTES
from components.views.registry import VIEWS
from tests.waiting import core_is_ready

SECOND = 1.0

RUBBISH = (
    "", " ", "0", "-0", "1e400", "-1e400", "nan", "inf", "-inf", "1e-400", "9" * 400, "1,2", ",", ",,,", "true", "null",
    "None", "٣", "½", "0x10", "1_000", "--1", "+5", "1e", "e5", ".", "%00", "%0d%0aX-Evil: 1", "%ff%fe", "%u2022", "'",
    '"', "<script>", "{}", "[]", "../../etc/passwd", "..%2f..%2f", "${7*7}", "{{7*7}}", "__proto__", "é", "🙂", "\\",
    ";", "a" * 3000, "1," * 500, "&" * 50, "=" * 50, "%", "%zz", "javascript:alert(1)", "-" * 100,
)  # fmt: skip
METHODS = ("GET",) * 12 + ("HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
HEADERS: dict[str, tuple[str, ...]] = {
    "Accept-Encoding": ("br", "gzip", "br;q=nan", "*", "identity;q=0", ",,,"),
    "If-None-Match": ("*", '"x"', "W/", "\xff"),
    "If-Modified-Since": ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "Range": ("bytes=0-", "bytes=9-1", "bytes=-", "x"),
    "X-Forwarded-For": ("1.2.3.4", "'; --", "a" * 500),
    "Content-Type": ("text/plain", "application/json; charset=nope", "multipart/form-data"),
    "Cookie": ("session=x", "=", "a" * 5000),
}

GENERATIONS = "0", "1", "9" * 15, "9" * 16, "-1", "x"


@dataclass
class Case:
    """One request."""

    path: str
    query: str = ""
    method: str = "GET"
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        shown = f" {self.body[:300]!r}" if self.body is not None else ""
        return f"{self.method} {self.path}?{self.query[:400]}{shown} {self.headers or ''}"


def value(random: Random, parameter: Parameter, rubbish: float) -> str:
    """A value for a parameter, with this chance rubbish, else one that is right or nearly so."""
    if random.random() < rubbish:
        return random.choice(RUBBISH)
    odd = random.random() < 2 * rubbish
    if parameter.kind == "choice":
        return random.choice(parameter.choices)
    if parameter.kind == "words":
        draw = random.choices if odd else random.sample
        return ",".join(draw(parameter.choices, k=random.randint(0, len(parameter.choices))))
    fewest, most = parameter.length
    groups = random.choice((0, fewest, most, most + 1)) if odd else random.randint(fewest, min(most, fewest + 5))
    count = groups * len(parameter.bounds) if parameter.kind == "numbers" else 1
    bounds = [parameter.bounds[place % len(parameter.bounds)] for place in range(min(count, 60))]
    found = [number(random, pair, odd) for pair in bounds]
    return ",".join(str(round(float(text))) if parameter.kind == "integer" and not odd else text for text in found)


def number(random: Random, bounds: tuple[float, float], odd: bool) -> str:
    """A number within bounds or on an edge; an odd one may be beyond it."""
    low, high = (min(max(edge, -1e12), 1e12) for edge in bounds)
    inside = random.uniform(low, high)
    if low > 0 and high / low > 100:
        inside = math.exp(random.uniform(math.log(low), math.log(high)))
    beyond = (low - 1, high + 1, 0.0, high * 1.0000001) if odd else ()
    return number_text(random.choice((inside, inside, inside, low, high, *beyond)))


def link(random: Random, view: View, about: Parameter) -> str:
    """A query in which one parameter is anything, and some others may be."""
    others = [other for other in view.State.parameters().values() if other is not about and random.random() < 0.25]
    terms = [f"{about.key}={value(random, about, 0.3)}", *(f"{p.key}={value(random, p, 0.01)}" for p in others)]
    if random.random() < 0.5:
        terms.insert(0, f"v={random.choice(RUBBISH) if random.random() < 0.05 else view.State.VERSION}")
    if random.random() < 0.05:
        terms.append(random.choice((terms[-1], f"{random.choice(RUBBISH)}=1", "x", "&&&")))
    random.shuffle(terms)
    return "&".join(terms)


SIZES = ("800x600", "1x1", "99999x99999", "0x0", "-1x5", "x", "1e3x1e3", "%00", "800x600x1", "٣x٣")
DIGESTS = ("", ".", "AAAAAAAA", "a.b.c", "." * 1000, "%00", "\u2028")
LOOKS = ("single", "double-9pt-legend", "slide-transparent", "single-1e9pt", "-", "single--", "%00", "..")


def about_links(random: Random) -> Iterator[Case]:
    """Every parameter of every view at every route that reads a link."""
    routes: list[Callable[[str], str]] = [
        lambda view: f"/stream/{view}",
        lambda view: f"/stream/{view}?text={random.choice('01x')}",
        lambda view: f"/stream/{view}?draft={random.choice(SIZES)}&have={random.choice(DIGESTS)}",
        lambda view: f"/text/{view}",
        lambda view: f"/resolve/{view}",
        lambda view: f"/export/{view}.{random.choice([*MIMETYPES])}",
        lambda view: f"/share-card/{view}.png",
        lambda view: f"/figure/{view}/{random.choice([*VIEWS[view].figures])}/{random.choice(LOOKS)}.svg",
        lambda view: VIEWS[view].path,
        lambda view: f"/offline/{view}.html",
        lambda view: f"/jobs/{view}?generation={random.choice(GENERATIONS)}&offset={random.choice('019x')}",
    ]
    abouts = [(view, parameter) for view in VIEWS.values() for parameter in view.State.parameters().values()]
    cases = list(product(routes, abouts))
    random.shuffle(cases)  # so that a part of them is of all kinds
    for route, (view, parameter) in cycle(cases):
        path, _, own = route(view.name).partition("?")
        query = link(random, view, parameter)
        yield Case(path, f"{own}&{query}" if own else query)


def about_rules(random: Random, server: Flask) -> Iterator[Case]:
    """Every rule of the server with anything in its places, by any method."""
    words = (*RUBBISH, *VIEWS, "dash", "style.css", "vendor/plotly-cartesian.min.js", "unlearning.csv", "head/theme.js")
    rules = sorted({"/", *(rule.rule for rule in server.url_map.iter_rules())})
    for rule in cycle(rules):
        path = "/".join(
            quote(random.choice(words)[:300], safe="/%.") if "<" in part else part for part in rule.split("/")
        )
        query = random.choice(("", "", f"{random.choice(RUBBISH)}={random.choice(RUBBISH)}", "m=1&v=2"))
        method = random.choice(METHODS)
        body = payload(random, []) if method in ("POST", "PUT", "PATCH") else None
        yield Case(path, query, method, body)


def about_callbacks(random: Random, callbacks: dict[str, Any]) -> Iterator[Case]:
    """Every callback of the page with anything in its payload."""
    for output, about in cycle(callbacks.items()):
        inputs = [{**given, "value": random.choice((*RUBBISH, "/", "/phase-map", "/lab"))} for given in about["inputs"]]
        name, _, prop = output.partition(".")
        right = {
            "output": output,
            "outputs": {"id": name, "property": prop},
            "inputs": inputs,
            "changedPropIds": [f"{given['id']}.{given['property']}" for given in inputs],
            "state": [],
        }
        headers = {"Content-Type": random.choice(("application/json",) * 9 + HEADERS["Content-Type"])}
        yield Case("/_dash-update-component", "", "POST", payload(random, right), headers)


def payload(random: Random, right: Any) -> bytes:
    """A body: the right one with something changed in it, or none at all."""
    if random.random() < 0.1:
        return random.choice((b"", b"{", b"\xff\xfe", b"[" * 5000, b"null", b"1e999", b"x" * 300_000, b'{"output": 1}'))
    changed = json.loads(json.dumps(right))
    for _ in range(random.randint(0, 3)):
        changed = mutated(random, changed)
    return json.dumps(changed).encode()


def mutated(random: Random, what: Any) -> Any:
    """JSON with one place in it changed."""
    odd: tuple[Any, ...] = (None, True, 0, -1, 1e308, 10**30, [], {}, [[]], {"id": {}}, *RUBBISH)
    if isinstance(what, dict) and what and random.random() < 0.85:
        key = random.choice(sorted(what))
        act = random.random()
        if act < 0.2:
            return {name: value for name, value in what.items() if name != key}
        if act < 0.3:
            return {**what, random.choice(RUBBISH): random.choice(odd)}
        return {**what, key: mutated(random, what[key])}
    if isinstance(what, list) and what and random.random() < 0.7:
        place = random.randrange(len(what))
        return [*what[:place], mutated(random, what[place]), *what[place + 1 :]]
    return random.choice(odd)


class Heard(logging.Handler):
    """Errors that were logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


@dataclass
class Findings:
    """What came of all cases."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    max_seconds: tuple[float, str] = (0.0, "")
    slow: list[str] = field(default_factory=list)
    computed: int = 0

    def fail(self, kind: str, case: Case, more: str = "") -> None:
        self.failures[kind] += 1
        self.first.setdefault(kind, f"{case.text}\n{more}")


class Fuzz:
    """A server of its own, whose computations are watched."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        app = create_app()
        self.server = app.server
        self.client = self.server.test_client()
        self.found = Findings()
        self.heard = Heard()
        self.case = Case("/")
        self.sources = cycle(
            [
                *[about_links(self.random)] * 6,
                about_rules(self.random, self.server),
                about_callbacks(self.random, app.callback_map),
            ]
        )
        core_is_ready()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks at the cost of whatever begins to be computed, lets no run start, and listens to the log."""
        submit = SubprocessExecutor.submit
        for view in VIEWS.values():
            for name in ("compute", "table", "export_data"):
                setattr(view, name, self.bounded(view, getattr(view, name)))
        SubprocessExecutor.submit = lambda executor, fn, *words: self.launched(*words)  # type: ignore[method-assign]
        logging.getLogger().addHandler(self.heard)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self.heard)
            SubprocessExecutor.submit = submit  # type: ignore[method-assign]
            for view in VIEWS.values():
                for name in ("compute", "table", "export_data"):
                    delattr(view, name)

    def bounded(self, view: View, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def begin(state: Any) -> Any:
            self.found.computed += 1
            if not view.cost(state) <= view.max_cost:
                self.found.fail("past its bound", self.case)
            return method(state)

        return begin

    def launched(self, name: str, query: str, *_: Any) -> Future[int]:
        state = VIEWS[name].State.from_query(query)
        if not VIEWS[name].cost(state) <= VIEWS[name].max_cost:
            self.found.fail("a run past its bound", self.case)
        return Future()

    def run(self, cases: int) -> Findings:
        """Asks so many things."""
        with self.watching():
            for _ in range(cases):
                self.case = next(next(self.sources))
                if self.random.random() < 0.2:
                    name = self.random.choice([*HEADERS])
                    self.case.headers.setdefault(name, self.random.choice(HEADERS[name]))
                self.ask(self.case)
        return self.found

    def check_kind(self, case: Case, status: int, mimetype: str, body: bytes) -> None:
        """Every stream is whole, and every error of the data's routes is JSON with sentences."""
        if case.method == "HEAD" or not case.path.startswith(ROUTES):
            return
        if status >= 400:
            errors = json.loads(body)["errors"] if mimetype == "application/json" else []
            if not errors or not all(error["sentence"].endswith(".") for error in errors):
                self.found.fail("an error without a sentence", case, body[:300].decode("utf-8", "replace"))
        elif mimetype == "application/x-ndjson" and json.loads(body.splitlines()[-1])["kind"] != "end":
            self.found.fail("a stream without an end", case, body[-300:].decode("utf-8", "replace"))

    def ask(self, case: Case) -> None:
        self.heard.records.clear()
        begun = time.monotonic()
        answer = self.client.open(
            case.path, method=case.method, query_string=case.query, data=case.body, headers=case.headers
        )
        lines = answer.iter_encoded()
        body = next(lines, b"")
        taken = time.monotonic() - begun
        body += b"".join(lines)
        answer.close()
        self.found.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.found.fail(f"status {answer.status_code}", case, body[:500].decode("utf-8", "replace"))
        if b"Traceback (most recent" in body or b'"kind":"error"' in body:
            self.found.fail("a failure in the answer", case, body[-500:].decode("utf-8", "replace"))
        if (
            case.method != "HEAD"
            and answer.status_code in (414, 422, 429)
            and not all(error["sentence"].endswith(".") for error in json.loads(body)["errors"])
        ):
            self.found.fail("no sentence", case, body[:300].decode())
        if "X-Evil" in answer.headers:
            self.found.fail("a header from a link", case)
        if self.heard.records:
            self.found.fail("an error in the log", case, self.heard.records[0][-1500:])
        self.check_kind(case, answer.status_code, answer.mimetype, body)
        if taken > SECOND + expected(case):
            self.found.slow.append(f"{taken:.2f} s  {case.text}")
        self.found.max_seconds = max(self.found.max_seconds, (taken, case.text))


def expected(case: Case) -> float:
    """Seconds that what comes in one piece may take before it begins: twice its charge; 0 for all else."""
    root, _, rest = case.path.strip("/").partition("/")
    name, _, kind = rest.partition(".")
    view = VIEWS.get(name)
    if root not in ("text", "export", "share-card", "offline") or view is None:
        return 0.0
    try:
        state = view.State.nearest(case.query)[0] if root == "share-card" else view.State.from_query(case.query)
    except InvalidLink:
        return 0.0
    return 2.0 * (view.export_seconds(state, kind) if root == "export" else view.seconds(state))


@contextmanager
def surroundings() -> Iterator[None]:
    """No limits, and a folder of our own for runs."""
    before = {name: os.environ.get(name) for name in ("LIMIT_RATE", "RUNS_FOLDER")}
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LIMIT_RATE": "0", "RUNS_FOLDER": folder}
        try:
            yield
        finally:
            for name, text in before.items():
                if text is None:
                    del os.environ[name]
                else:
                    os.environ[name] = text


def fuzz(cases: int, seed: int) -> Findings:
    """What came of so many cases."""
    with surroundings():
        return Fuzz(seed).run(cases)


def main() -> int:
    """Prints what was found; 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Asks anything.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    found = fuzz(asked.cases, asked.seed)
    statuses = ", ".join(f"{status}: {number}" for status, number in sorted(found.statuses.items()))
    print(f"{asked.cases} cases in {time.monotonic() - begun:.0f} s, seed {asked.seed}; statuses {statuses}")
    print(
        f"{found.computed} computations begun; the longest answer {found.max_seconds[0]:.2f} s: "
        f"{found.max_seconds[1][:300]}"
    )
    for kind, number_ in found.failures.most_common():
        print(f"FAILED {number_} × {kind}; the first: {found.first[kind]}\n")
    for slow in found.slow[:10]:
        print(f"SLOW {slow}")
    return 1 if found.failures or found.slow else 0


if __name__ == "__main__":
    sys.exit(main())
