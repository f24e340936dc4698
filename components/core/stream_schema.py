"""The chunks of a stream: their kinds and fields.

`python -m components.core.stream_schema` writes them to docs/stream.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = 1
"""Of the kinds and fields; the first chunk of a picture contains it."""

DOCUMENT = Path(__file__).parents[2] / "docs/stream.md"
MARKS = ("<!-- The rows up to the next mark are generated. -->\n", "<!-- end of the generated rows -->\n")


@dataclass(frozen=True)
class Field:
    """A field of a chunk: its type, as TypeScript writes it, what it is, and whether every chunk of the kind has it."""

    type: str
    description: str
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of chunks: when it is sent, and its fields by name."""

    description: str
    fields: Mapping[str, Field]


SENTENCE = Field("string", "sentence for the user")
INDEX = Field("number", "number of the trajectory, from 0")
KINDS: Mapping[str, Kind] = {
    "waiting": Kind("the stream has not begun", {"sentence": SENTENCE}),
    "start": Kind(
        "a picture begins; what a client has of an earlier one is void",
        {
            "version": Field("number", "version of this schema"),
            "runs": Field("number", "how many trajectories follow"),
            "final": Field("boolean", "whether no job follows this stream", required=False),
        },
    ),
    "scene": Kind(
        "a figure, whose lines of trajectories are still empty",
        {
            "name": Field("string", "name of the figure"),
            "figure": Field("{ data: Trace[]; layout: Record<string, unknown> }", "plotly's traces and layout"),
            "display": Field(
                "Record<string, Record<string, Patch>>", "what each choice of a display parameter changes"
            ),
            "field": Field("VectorField | null", "directions of a flow, drawn as arrows"),
            "more": Field("boolean", "whether a further version of the figure follows"),
            "cells": Field("Cells | null", "the colored grid of a map"),
        },
    ),
    "trajectory": Kind(
        "a trajectory that follows",
        {
            "index": INDEX,
            "traces": Field("Record<string, Trace[]>", "its traces in each figure"),
            "name": Field("string", "its name", required=False),
            "fate": Field("string", "what becomes of it, as an identifier", required=False),
            "color": Field("string", "its color, in the light theme", required=False),
        },
    ),
    "trace": Kind(
        "samples of a trajectory, after those that were sent before",
        {
            "index": INDEX,
            "columns": Field("Record<string, Column | Table>", "samples by the names of columns"),
            "last": Field("boolean", "whether these are the last of it"),
        },
    ),
    "text": Kind(
        "sentences; fields that are absent keep what they had",
        {
            "runs": Field("string[]", "a sentence for each trajectory", required=False),
            "fates": Field("Style[]", "glyph and color of each sentence", required=False),
            "claims": Field("Record<string, unknown>[][]", "what each sentence claims, as data", required=False),
            "causes": Field("Cause[][]", "why, step by step", required=False),
            "notes": Field("string[]", "further sentences", required=False),
            "links": Field("{ text: string; href: string }[]", "links to other views", required=False),
            "figures": Field("Record<string, string>", "alternative text of each figure", required=False),
        },
    ),
    "progress": Kind(
        "how far a long computation is",
        {
            "done": Field("number", "share of the work, from 0 to 1"),
            "sentence": SENTENCE,
            "stopped": Field("string", "the sentence if it is stopped now"),
        },
    ),
    "recording": Kind(
        "a finished record of the job of this state follows, up to the end",
        {"sentence": SENTENCE, "status": Field("string", "the status if the record is not shown")},
    ),
    "end": Kind(
        "the stream is complete",
        {
            "status": Field("string", "statistics of the computation", required=False),
            "alone": Field("boolean", "that texts were not requested", required=False),
        },
    ),
    "error": Kind("the stream ends and is not complete", {"sentence": SENTENCE}),
    "job": Kind(
        "the first line of an answer of `/jobs/<view>`; records of the job follow, which are chunks, too",
        {
            "status": Field("string", "waiting, running, finished, failed or stopped"),
            "place": Field("number", "of a job that waits: its place in the queue"),
            "generation": Field("number", "how often the job has begun anew; records of another are void"),
            "from": Field("number", "place of the first record of this answer in the log"),
            "next": Field("number", "place to ask for next"),
            "more": Field("boolean", "whether there is more than this answer already"),
            "sentence": SENTENCE,
        },
    ),
}
"""By their kind, in the order in which a stream may have them."""


def problems(chunk: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the fields of a chunk."""
    kind = KINDS.get(chunk["kind"])
    if kind is None:
        return [f"unknown kind: {chunk['kind']}"]
    missing = [name for name, one in kind.fields.items() if one.required and name not in chunk]
    unknown = [name for name in chunk if name != "kind" and name not in kind.fields]
    found = [*(f"no {name}" for name in missing), *(f"unknown {name}" for name in unknown)]
    return [f"{chunk['kind']}: {problem}" for problem in found]


def table() -> str:
    """Return the kinds and fields as rows of Markdown."""
    rows = ["| kind | when | field | type | meaning |", "|---|---|---|---|---|"]
    for name, kind in KINDS.items():
        first = (f"`{name}`", kind.description)
        for key, one in kind.fields.items():
            optional = "" if one.required else " (may be absent)"
            shape = one.type.replace("|", "\\|")
            rows.append(f"| {first[0]} | {first[1]} | `{key}` | `{shape}` | {one.description}{optional} |")
            first = ("", "")
    return "\n".join(rows) + "\n"


def documented() -> str:
    """Return docs/stream.md with the present rows."""
    before, mark, rest = DOCUMENT.read_text(encoding="utf-8").partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    return f"{before}{mark}\n{table()}\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(documented(), encoding="utf-8")
