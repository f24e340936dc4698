"""The code uses the terms of mathematics and software, in identifiers, comments and docstrings."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "assets/client"
SOURCES = [
    path
    for path in (
        ROOT / "app.py",
        *sorted((ROOT / "dynamics").rglob("*.py")),
        *sorted((ROOT / "components").rglob("*.py")),
    )
    if "__pycache__" not in path.parts
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in SOURCES}

# Participles that were used as nouns: they do not state what a value is. A name contains none of them as a word.
PARTICIPLES = {"said", "told", "asked", "drawn", "begun", "meant", "askers", "lawful", "spoken"}
# Identifiers that are legitimate as a part of a longer name ("is_shown") but not alone.
VAGUE = {"shown", "kept", "known", "wanted", "arrived", "coming"}
# Fields of states, which presets name, and a public argument of the library.
FIELDS = {
    "components/views/images/state.py": {"shown"},
    "components/views/linear_network/state.py": {"shown"},
    "dynamics/images/results_io.py": {"kept"},
}
# First or last words of constants that do not state what the constant bounds.
CONSTANTS = {
    "MOST", "LEAST", "PAUSE", "PATIENCE", "ROOM", "KEPT", "SHOWN", "STOPPED", "TURN", "BREATH", "GRACE", "LONGEST",
    "WIDEST", "LOST", "BESIDE", "NOUGHT",
}  # fmt: skip
MESSAGES = {"STOPPED_MESSAGE"}  # states what it is
# The register of earlier design notes: subjects that are not named, and verbs of persons for programs.
PHRASES = (
    "whoever", "lest", "so many", "some seconds", "of its start", "is asked for", "are asked for", "who asks", "nobody",
    "somebody", "beside the server", "of ours", "at hand", "is told", "is said of", "to tell of", "what is of",
    "view 1", "view 2", "view 3", "view 4", "view 5",
)  # fmt: skip

# One spelling, the American one; what is a word of links (the experiment "initialisation") stays.
WRAPPED = re.compile(r"\S \"\n\s*\"")
BRITISH = re.compile(
    r"colour|neighbour|centre(?!cord)|behaviour|favour|grey|labelled(?!by)|modelled"
    r"|(?:normal|general|optim|minim|maxim|linear|standard|recogn|real|vector|initial)is(?:e|ed|es|ing|ation)\b",
    re.IGNORECASE,
)
LINK_WORDS = re.compile(r"[\"'\[ ]initialisation[\"'\],]")


def words_of(name: str) -> list[str]:
    return [word.lower() for part in name.split("_") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", part)]


def private_words(source: str, fields: frozenset[str] | set[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Yield line and word of each private word in a source text."""
    previous, line_start = "", True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line = token.start[0]
        if token.type == tokenize.NAME:
            name = token.string
            words = name.strip("_").split("_")
            is_private = (
                PARTICIPLES & {*words_of(name)}
                or (words[0] in VAGUE and len(words) == 1 and previous != "." and name not in fields)
                or (name.isupper() and name not in MESSAGES and words[0] in CONSTANTS)
                or (name.isupper() and len(words) > 1 and words[-1] in ("MOST", "LEAST"))
            )
            if is_private:
                yield line, name
        elif token.type == tokenize.COMMENT or (token.type == tokenize.STRING and line_start):
            text = " ".join(token.string.lower().split())
            for phrase in PHRASES:
                if re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", text):
                    yield line, phrase
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            line_start = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT):
            line_start = False
        previous = token.string


# A token of JavaScript: a comment, a string, or a name.
JAVASCRIPT = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<!dataset\.)\b(?P<name>[A-Za-z_$][\w$]*)""",
    re.DOTALL,
)
SCRIPTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in CLIENT.rglob("*.mjs")}
DRAWN = re.compile(r"\w+Drawn|drawn[A-Z]\w*")  # of what is on the screen


def private_words_of_script(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and word of each private word in a module of the client."""
    for token in JAVASCRIPT.finditer(source):
        line = source.count("\n", 0, token.start()) + 1
        if token["comment"]:
            text = " ".join(token["comment"].lower().split())
            yield from ((line, phrase) for phrase in PHRASES if re.search(rf"(?<![\w-]){phrase}(?![\w-])", text))
        elif token["name"] and not DRAWN.fullmatch(token["name"]):
            name = token["name"]
            is_constant = name.isupper() and name.split("_")[0] in CONSTANTS
            if PARTICIPLES & {*words_of(name)} or name in VAGUE or is_constant:
                yield line, name


def test_the_client_contains_no_private_words() -> None:
    found = [f"{name}:{line}: {word}" for name, text in SCRIPTS.items() for line, word in private_words_of_script(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("const said = 1;", "said"),
        ("static PATIENCE = 1;", "PATIENCE"),
        ("/** Whoever\n * reads. */", "whoever"),
        ("this.told()", "told"),
    ],
)
def test_a_private_word_of_a_script_is_found(source: str, word: str) -> None:
    assert [found for _, found in private_words_of_script(source)] == [word]


def test_strings_of_a_script_and_data_attributes_are_no_names() -> None:
    assert [*private_words_of_script("f(\"said\", 'told'); body.dataset.drawn = whenDrawn;")] == []


def test_code_contains_no_private_words() -> None:
    found = [
        f"{name}:{line}: {word}"
        for name, text in TEXTS.items()
        for line, word in private_words(text, FIELDS.get(name, set()))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("said = 1", "said"),
        ("def told(): ...", "told"),
        ("PAUSE = 0.1", "PAUSE"),
        ("STEPS_MOST = 3", "STEPS_MOST"),
        ("x = 1  # lest it fails", "lest"),
        ('"""Whoever reads\nthis."""', "whoever"),
        ("def f(wanted): ...", "wanted"),
    ],
)
def test_private_words_are_found(source: str, word: str) -> None:
    assert word in [found for _, found in private_words(source + "\n")]


@pytest.mark.parametrize(
    "source", ["sentences = 1", "MAX_STEPS = 3", 'x = "said"', "most_recent = 1", "is_shown = True", "at_least = 1"]
)
def test_plain_words_pass(source: str) -> None:
    assert not [*private_words(source + "\n")]


def test_words_are_spelled_in_one_way() -> None:
    found = [
        f"{name}:{k}: {line}"
        for name, text in TEXTS.items()
        for k, line in enumerate(text.splitlines(), 1)
        if BRITISH.search(LINK_WORDS.sub("", line))
    ]
    assert not found, "\n".join(found)


def test_docstrings_contain_no_quotes_of_a_wrapped_string() -> None:
    """A tool that wraps long strings leaves them where it takes a docstring for one."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        f"{name}: {doc}"
        for name, text in TEXTS.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and WRAPPED.search(doc := ast.get_docstring(node, clean=False) or "")
    ]
    assert not found, "\n".join(found)
