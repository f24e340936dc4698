"""The chunks of a stream: their kinds and fields.

`python -m components.core.stream_schema` writes them to docs/stream.md, and as TypeScript for the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
"""Of the kinds and fields; the first chunk of a picture contains it."""

ROOT = Path(__file__).parents[2]
DOCUMENT, DECLARATIONS = ROOT / "docs/stream.md", ROOT / "assets/client/types/stream.d.ts"
MARKS = ("<!-- The rows up to the next mark are generated. -->\n", "<!-- end of the generated rows -->\n")


@dataclass(frozen=True)
class Field:
    """A field: its type, as TypeScript writes it, what it is, and whether it is always there."""

    type: str
    description: str
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of chunks: when it is sent, and its fields by name."""

    description: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Structure:
    """An object that fields contain: what it is, its fields by name, and whether plotly's schema has others."""

    description: str
    fields: Mapping[str, Field]
    is_open: bool = False


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
            "elapsed": Field("number", "of a draft: ms from the request to this chunk", required=False),
        },
    ),
    "scene": Kind(
        "a figure, whose lines of trajectories are still empty",
        {
            "name": Field("string", "name of the figure"),
            "figure": Field("{ data: Trace[]; layout: Layout }", "plotly's traces and layout"),
            "display": Field(
                "Record<string, Record<string, Patch>>", "what each choice of a display parameter changes"
            ),
            "field": Field("VectorField | null", "the vector field of a flow"),
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
    "draft_scene": Kind(
        "a figure in a draft",
        {
            "name": Field("string", "name of the figure"),
            "data": Field("Part[]", "plotly's traces: each a Trace"),
            "layout": Field("Part", "plotly's layout: a Layout"),
            "display": Field("Part", "what each choice of a display parameter changes, as of a scene"),
            "field": Field("Part", "the vector field of a flow: a VectorField or null"),
            "cells": Field("Part", "the colored grid of a map: Cells or null"),
            "more": Field("boolean", "whether a further version of the figure follows"),
        },
    ),
    "draft_trajectory": Kind(
        "a trajectory in a draft",
        {
            "index": INDEX,
            "traces": Field("Part", "its traces in each figure, as of a trajectory"),
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
            "fates": Field("Style[]", "fate and color of each sentence", required=False),
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
            "status": Field('"waiting" | "running" | "finished" | "failed" | "stopped"', "state of the job"),
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

COLOR = Field("string", "color, in the light theme")
STRUCTURES: Mapping[str, Structure] = {
    "Column": Structure(
        "samples",
        {
            "dtype": Field('"f4" | "u1" | "u2"', "floats of 4 bytes, or integers of one or two"),
            "bdata": Field("string", "little-endian numbers in base64"),
            "low": Field("number", "of rounded numbers: what the integer 0 is", required=False),
            "high": Field("number", "what 65533 is; 65535 is no number", required=False),
            "log": Field("boolean", "whether these are decimal logarithms; then 65534 is 0", required=False),
        },
    ),
    "Part": Structure(
        "a part of a draft",
        {
            "digest": Field("string", "what tells it from other parts"),
            "part": Field("unknown", "the part; absent if the client has it", required=False),
        },
    ),
    "Table": Structure(
        "rows of samples, one for each time",
        {
            "dtype": Field('"f4"', "floats of 4 bytes"),
            "bdata": Field("string", "little-endian numbers in base64, row by row"),
            "shape": Field("string", "numbers of rows and columns: `2, 3`"),
        },
    ),
    "Trace": Structure(
        "a trace of plotly's", {"meta": Field("Meta", "what it shows of trajectories", required=False)}, is_open=True
    ),
    "Meta": Structure(
        "how the client completes a trace",
        {
            "role": Field(
                '"line" | "cloud" | "marks" | "names" | "regions"',
                "columns of a trajectory, rows of its tables at a time, starts and ends, names beside an axis, "
                "or names of regions",
            ),
            "run": Field("number", "number of the trajectory", required=False),
            "x": Field("string", "column of x", required=False),
            "y": Field("string", "column of y", required=False),
            "from": Field("string", "column of the other edge of a band that ends at y", required=False),
            "layer": Field("string", "layer with which it is shown", required=False),
            "ends": Field(
                "{ run: number; x: string; y: string }[]",
                "columns of each end, where they are not x and y of one trajectory after the other",
                required=False,
            ),
            "rooms": Field(
                "[number, number][]", "width and height of each region, as shares of the figure", required=False
            ),
        },
    ),
    "Layout": Structure(
        "plotly's layout",
        {
            "meta": Field(
                "{ extent?: Record<string, string | string[]> }",
                "columns whose whole extent is the range of an axis",
                required=False,
            )
        },
        is_open=True,
    ),
    "Patch": Structure(
        "the changes of a choice",
        {
            "layout": Field("Record<string, unknown>", "values of the layout, by their paths", required=False),
            "columns": Field("Record<string, string>", "columns in the place of others", required=False),
        },
    ),
    "VectorField": Structure(
        "points with directions, drawn as arrows of equal length",
        {
            "x": Field("Column", "x of the points"),
            "y": Field("Column", "y of the points"),
            "across": Field("Column", "x of the directions"),
            "up": Field("Column", "y of the directions"),
            "color": COLOR,
        },
    ),
    "Cells": Structure(
        "the cells of a map, row by row from the bottom",
        {
            "n": Field("[number, number]", "number of columns and of rows"),
            "x": Field("[number, number]", "x of the middles of the first and the last column"),
            "y": Field("[number, number]", "y of the middles of the first and the last row"),
            "fate": Field("Column", "fate of each cell: its place in `fates`"),
            "fates": Field("CellStyle[]", "what the cells may show"),
            "strength": Field("number", "opacity of the colors of fates"),
            "quantity": Field("Quantity | null", "what is shown in the place of fates"),
        },
    ),
    "CellStyle": Structure(
        "a fate on a map", {"color": COLOR, "glyph": Field("string", "sign"), "word": Field("string", "in words")}
    ),
    "Quantity": Structure(
        "a quantity of the cells",
        {
            "values": Field("Column", "from 0 at `low` to 65534 at `high`; 65535 where it is not finite"),
            "low": Field("number", "least value, or its logarithm"),
            "high": Field("number", "largest value, or its logarithm"),
            "log": Field("boolean", "whether they are decimal logarithms"),
            "name": Field("string", "its name"),
            "scale": Field("string[]", "colors at even distances from the least to the largest value"),
        },
    ),
    "Style": Structure(
        "the look of a sentence",
        {
            "fate": Field("string", "what becomes of the trajectory, as an identifier"),
            "color": COLOR,
            "name": Field("string", "name of the trajectory", required=False),
        },
    ),
    "Cause": Structure(
        "a reason for a fate",
        {
            "text": SENTENCE,
            "claim": Field("Record<string, unknown>", "what it claims, as data"),
            "show": Field("Highlight", "what it refers to"),
        },
    ),
    "Highlight": Structure(
        "what is marked on the page",
        {
            "points": Field("[number, number][]", "points of the plane", required=False),
            "lines": Field("{ x: Column; y: Column }[]", "lines of the plane", required=False),
            "level": Field("number", "a value of y in the plane", required=False),
            "times": Field("number[]", "times in the panels", required=False),
            "control": Field("string", "a control, by its identifier", required=False),
            "panel": Field("string", "the panels, by their name", required=False),
        },
    ),
}
"""The objects that the types of fields name."""


def table() -> str:
    """Return the kinds and fields as rows of Markdown."""
    rows = ["| kind | when | field | type | meaning |", "|---|---|---|---|---|"]
    for name, kind in KINDS.items():
        rows += _rows(name, kind.description, kind.fields)
    rows += [
        "",
        "The types that are named there:",
        "",
        "| type | what | field | type | meaning |",
        "|---|---|---|---|---|",
    ]
    for name, structure in STRUCTURES.items():
        others = "; its other fields are plotly's" if structure.is_open else ""
        rows += _rows(name, structure.description + others, structure.fields)
    return "\n".join(rows) + "\n"


def _rows(name: str, description: str, fields: Mapping[str, Field]) -> list[str]:
    first = (f"`{name}`", description)
    rows = []
    for key, one in fields.items():
        optional = "" if one.required else " (may be absent)"
        shape = one.type.replace("|", "\\|")
        rows.append(f"| {first[0]} | {first[1]} | `{key}` | `{shape}` | {one.description}{optional} |")
        first = ("", "")
    return rows


def declarations() -> str:
    """Return the kinds and fields as TypeScript: the type Chunk, whose members differ in their `kind`."""
    names = {kind: f"{kind.title().replace('_', '')}Chunk" for kind in KINDS}
    union = "".join(f"\n  | {name}" for name in names.values())
    interfaces = [
        *(_interface(names[key], kind.description, kind.fields, kind=key) for key, kind in KINDS.items()),
        *(_interface(name, one.description, one.fields, is_open=one.is_open) for name, one in STRUCTURES.items()),
    ]
    head = "// The chunks of a stream. `python -m components.core.stream_schema` writes this file."
    return "\n\n".join([head, f"export type Chunk ={union};", *interfaces]) + "\n"


def _interface(
    name: str, description: str, fields: Mapping[str, Field], kind: str | None = None, is_open: bool = False
) -> str:
    lines = [f"/** {description} */", f"export interface {name} {{"]
    if kind is not None:
        lines.append(f'  kind: "{kind}";')
    for key, one in fields.items():
        lines += [f"  /** {one.description} */", f"  {key}{'' if one.required else '?'}: {one.type};"]
    if is_open:
        lines += ["  /** what plotly's schema has */", "  [name: string]: any;"]
    return "\n".join([*lines, "}"])


def documented() -> str:
    """Return docs/stream.md with the present rows."""
    before, mark, rest = DOCUMENT.read_text(encoding="utf-8").partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    return f"{before}{mark}\n{table()}\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(documented(), encoding="utf-8")
    DECLARATIONS.write_text(declarations(), encoding="utf-8")
