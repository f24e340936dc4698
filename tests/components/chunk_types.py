"""Whether chunks have the types that the schema gives them in TypeScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from components.core.stream_schema import KINDS, STRUCTURES, Field

TOKEN = re.compile(r'"[^"]*"|\w+|\[\]|[^\s]')
PLAIN = {"number": (int, float), "string": str, "boolean": bool, "null": type(None), "unknown": object, "any": object}

Type = tuple[Any, ...]  # a name of `PLAIN` or `STRUCTURES`, or what it is made of


class _Reader:
    """Reads one type."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)

    def takes(self, token: str) -> bool:
        return self.tokens[:1] == [token] and bool(self.tokens.pop(0))

    def needs(self, token: str) -> None:
        assert self.takes(token), (token, self.tokens)

    def union(self) -> Type:
        members = [self.list()]
        while self.takes("|"):
            members.append(self.list())
        return members[0] if len(members) == 1 else ("union", members)

    def list(self) -> Type:
        found = self.single()
        while self.takes("[]"):
            found = ("list", found)
        return found

    def single(self) -> Type:
        if self.takes("Record"):
            for token in ("<", "string", ","):
                self.needs(token)
            values = self.union()
            self.needs(">")
            return "record", values
        if self.takes("["):
            members = [self.union()]
            while self.takes(","):
                members.append(self.union())
            self.needs("]")
            return "tuple", members
        if self.takes("{"):
            fields = {}
            while not self.takes("}"):
                name = self.tokens.pop(0)
                optional = self.takes("?")
                self.needs(":")
                fields[name] = (self.union(), not optional)
                self.takes(";")
            return "object", fields, False
        name = self.tokens.pop(0)
        assert name in PLAIN or name in STRUCTURES or name[0] == '"', f"{name} is not declared"
        return ("literal", name[1:-1]) if name[0] == '"' else (name,)


@cache
def read(text: str) -> Type:
    """Return a type as a tree."""
    reader = _Reader(text)
    found = reader.union()
    assert not reader.tokens, text
    return found


def types_named(text: str) -> set[str]:
    """Return the names of structures in a type."""
    return {token for token in TOKEN.findall(text) if token[0].isupper() and token != "Record"}


def _object(fields: Mapping[str, Field], is_open: bool) -> Type:
    return "object", {name: (read(one.type), one.required) for name, one in fields.items()}, is_open


def faults(value: Any, wanted: Type, place: str) -> list[str]:
    """Return where a value is not of a type, as paths."""
    match wanted:
        case "union", members:
            return [] if any(not faults(value, member, place) for member in members) else [f"{place}: {value!r:.80}"]
        case "literal", text:
            right = value == text
        case "list", member:
            if isinstance(value, list):
                return [fault for k, one in enumerate(value) for fault in faults(one, member, f"{place}[{k}]")]
            right = False
        case "tuple", members:
            if isinstance(value, list) and len(value) == len(members):
                pairs = zip(value, members, strict=True)
                return [fault for k, pair in enumerate(pairs) for fault in faults(*pair, f"{place}[{k}]")]
            right = False
        case "record", member:
            if isinstance(value, dict):
                return [fault for name, one in value.items() for fault in faults(one, member, f"{place}.{name}")]
            right = False
        case "object", fields, is_open:
            if isinstance(value, dict):
                found = [f"{place}: no {name}" for name, (_, needed) in fields.items() if needed and name not in value]
                found += [f"{place}: unknown {name}" for name in value if name not in fields and not is_open]
                present = [name for name in fields if name in value]
                return found + [
                    fault for name in present for fault in faults(value[name], fields[name][0], f"{place}.{name}")
                ]
            right = False
        case (name,):
            if name in STRUCTURES:
                return faults(value, _object(STRUCTURES[name].fields, STRUCTURES[name].is_open), place)
            right = isinstance(value, PLAIN[name]) and (name != "number" or not isinstance(value, bool))
    return [] if right else [f"{place}: {value!r:.80}"]


def chunk_faults(chunk: Mapping[str, Any]) -> list[str]:
    """Return where a chunk is not of the type of its kind."""
    fields = {"kind": Field("string", ""), **KINDS[chunk["kind"]].fields}
    return faults(chunk, _object(fields, False), str(chunk["kind"]))
