"""Every setting of a deployment, read from the environment in one place: what is wrong stops the start with a sentence.

`python -m components.settings` prints the table that the README holds.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

REDIS = "redis://", "rediss://", "unix://"
LEVELS = "debug", "info", "warning", "error"
FORMATS = "text", "json"
_ORIGIN = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")

Reader = Callable[[str, str], Any]  # name and text of a setting to its value; raises ValueError with a sentence


@dataclass(frozen=True)
class Setting:
    """One variable of the environment: its default, as it would be written there, and what it does.

    shown: the default in words, where it depends on the machine or is empty.
    """

    default: str
    read: Reader
    meaning: str
    shown: str = ""


def whole(least: int, most: int | None = None) -> Reader:
    """A whole number within bounds."""

    def read(name: str, text: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", text) or int(text) < least or (most is not None and int(text) > most):
            bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise ValueError(f"{name} = {text[:40]} is not a whole number {bounds}.")
        return int(text)

    return read


def number(least: float, most: float) -> Reader:
    """A number within bounds."""

    def read(name: str, text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", text) or not least <= float(text) <= most:
            raise ValueError(f"{name} = {text[:40]} is not a number from {least:g} to {most:g}.")
        return float(text)

    return read


def one_of(*words: str) -> Reader:
    """One of some words."""

    def read(name: str, text: str) -> str:
        if text not in words:
            raise ValueError(f"{name} = {text[:40]} is not one of {', '.join(words)}.")
        return text

    return read


def redis_url(name: str, text: str) -> str:
    """The address of a Redis, or nothing. It may hold a password, so no sentence repeats it."""
    if text and not text.startswith(REDIS):
        raise ValueError(f"{name} is not the address of a Redis: {'…, '.join(REDIS)}….")
    return text


def framers(name: str, text: str) -> str:
    """Whose pages may frame ours: `*` for all, `self` for none but our own, or https origins parted by spaces."""
    if text not in ("*", "self") and not all(map(_ORIGIN.fullmatch, text.split(" "))):
        raise ValueError(f"{name} = {text[:40]} is not *, self, or origins like https://example.org, parted by spaces.")
    return text


def text(name: str, text: str) -> str:
    """Any text of one line."""
    if not text.isprintable():
        raise ValueError(f"{name} is not a text of one line.")
    return text


SETTINGS: dict[str, Setting] = {
    "HOST": Setting("127.0.0.1", text, "the address that is listened on; `0.0.0.0` for all"),
    "PORT": Setting("8050", whole(1, 65535), "the port that is listened on"),
    "WORKERS": Setting("2", whole(1, 64), "processes that answer"),
    "THREADS": Setting("8", whole(1, 256), "answers that a process gives at once"),
    "MAX_REQUESTS": Setting("100000", whole(0), "after about so many answers a process is replaced; 0: never"),
    "TRUSTED_PROXIES": Setting(
        "0", whole(0, 10), "how many proxies stand before the app; the last so many entries of `X-Forwarded-For` count"
    ),
    "FRAME_ANCESTORS": Setting(
        "*", framers, "whose pages may hold an embed: `*` for all, `self` for none but ours, or https origins"
    ),
    "LIMIT_RATE": Setting(
        "1", number(0, 1000), "seconds of computing that one address is granted each second; 0: no limits"
    ),
    "LIMIT_BURST": Setting("300", number(1, 100_000), "seconds of computing that an address may save up"),
    "CACHE_REDIS_URL": Setting(
        "", redis_url, "a Redis by which processes and machines share pictures, limits and runs", "none: each its own"
    ),
    "LOG_FORMAT": Setting("text", one_of(*FORMATS), "`text`, or `json` for one object a line"),
    "LOG_LEVEL": Setting("warning", one_of(*LEVELS), "the least that is logged; `info` has a line for each request"),
    "METRICS": Setting("on", one_of("on", "off"), "whether `/metrics` answers"),
    "NUMBA_CACHE_DIR": Setting(
        "", text, "where compiled code is kept (read by numba itself)", "`.numba_cache` by `make`, else beside the code"
    ),
    "RUNS_FOLDER": Setting(
        "", text, "where long runs are recorded", "a folder of ours in the system's one for temporary files"
    ),
    "RUNS_REDIS_URL": Setting("", redis_url, "a Redis to record runs in instead", "`CACHE_REDIS_URL`"),
    "RUNS_DASK": Setting(
        "",
        text,
        "the scheduler of a Dask cluster that computes runs, see [docs/dask.md](docs/dask.md)",
        "none: processes beside us",
    ),
    "RUNS_AT_ONCE": Setting(
        str(len(os.sched_getaffinity(0))), whole(1), "runs computed at once", "the number of its cores"
    ),
    "RUNS_KEEP_BYTES": Setting(
        str(1 << 30), whole(1), "bytes that records of runs may take; those asked for longest ago go first"
    ),
    "IMAGES_FOLDER": Setting("", text, "where visitors' own images are kept", "`RUNS_FOLDER` with `-images` behind"),
    "LECTURE_FOLDER": Setting("", text, "a folder with more stories for the lecture", "none"),
    "RUNS_VIEWS": Setting("components.views:VIEWS", text, "where whoever computes runs finds the views"),
}


def value(environment: Mapping[str, str], name: str) -> Any:
    """The value of a setting; an empty text is its default. Raises ValueError with a sentence."""
    setting = SETTINGS[name]
    return setting.read(name, environment.get(name) or setting.default)


def check(environment: Mapping[str, str]) -> None:
    """Raises ValueError with a sentence for each setting that is wrong."""
    faults = []
    for name in SETTINGS:
        try:
            value(environment, name)
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise ValueError(" ".join(faults))


def table() -> str:
    """The settings as a table in Markdown."""
    rows = [f"| `{name}` | {s.shown or f'`{s.default}`'} | {s.meaning} |" for name, s in SETTINGS.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
