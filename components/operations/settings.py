"""Every setting of a deployment, read from the environment in one place: what is wrong stops the start with a sentence.

`python -m components.operations.settings` prints the table of docs/settings.md.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from components.operations.private_folder import make_private_folder

REDIS = "redis://", "rediss://", "unix://"
LEVELS = "debug", "info", "warning", "error"
FORMATS = "text", "json"
_HOSTS = re.compile(r"\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\]")
_SCHEDULER = re.compile(r"((tcp|tls|ws|wss)://)?([\w.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}", re.ASCII)
_LISTING = re.compile(r"[\w.]+:\w+", re.ASCII)
_ORIGIN = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")

Reader = Callable[[str, str], Any]  # name and text of a setting to its value; raises ValueError with a sentence


@dataclass(frozen=True)
class Setting:
    """One variable of the environment: its default, as it would be written there, and what it does.

    shown: the default in words, where it depends on the machine or is empty. check: what is tried once, at the start,
    where a value is given; raises ValueError with a sentence.
    """

    default: str
    read: Reader
    meaning: str
    shown: str = ""
    check: Callable[[str, Any], None] | None = None


def integer(least: int, most: int | None = None) -> Reader:
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


def choice(*words: str) -> Reader:
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


def secret(name: str, text: str) -> str:
    """A text that no sentence repeats."""
    if not text.isprintable():
        raise ValueError(f"{name} is not a text of one line.")
    return text


def frame_ancestors(name: str, text: str) -> str:
    """Whose pages may frame ours: `*` for all, `self` for none but our own, or https origins parted by spaces."""
    if text not in ("*", "self") and not all(map(_ORIGIN.fullmatch, text.split(" "))):
        raise ValueError(f"{name} = {text[:40]} is not *, self, or origins like https://example.org, parted by spaces.")
    return text


def path_prefix(name: str, text: str) -> str:
    """A path without a slash at its end, or nothing."""
    prefix = text.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_~@+-][A-Za-z0-9._~@+-]*){0,20}", prefix):
        raise ValueError(f"{name} = {text[:40]} is not a path like /user/ada/proxy/8050.")
    return prefix


def text(name: str, text: str) -> str:
    """Any text of one line."""
    if not text.isprintable():
        raise ValueError(f"{name} is not a text of one line.")
    return text


def host_names(name: str, text: str) -> tuple[str, ...]:
    """Host names parted by spaces, or `*` for all."""
    if not all(map(_HOSTS.fullmatch, text.split(" "))):
        raise ValueError(
            f"{name} = {text[:40]} is not * or host names like app.example or *.example, parted by spaces."
        )
    return tuple(text.split(" "))


def scheduler(name: str, text: str) -> str:
    """The address of a Dask scheduler, or nothing."""
    if text and not _SCHEDULER.fullmatch(text):
        raise ValueError(f"{name} = {text[:40]} is not the address of a scheduler like tcp://scheduler:8786.")
    return text


def listing(name: str, text: str) -> str:
    """A module and a name in it."""
    if not _LISTING.fullmatch(text):
        raise ValueError(f"{name} = {text[:40]} is not a module and a name like components.views.registry:VIEWS.")
    return text


def can_listen(name: str, value: str) -> None:
    """The address belongs to this machine."""
    try:
        kind, *_, address = socket.getaddrinfo(value, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind) as probe:
            probe.bind(address)
    except OSError:
        raise ValueError(f"{name} = {value[:40]} is not an address of this machine, such as 127.0.0.1.") from None


def can_write(name: str, value: str) -> None:
    """The folder is there or can be made, can be written to, and by nobody else."""
    path = Path(value).absolute()
    try:
        private = make_private_folder(path)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as fault:
        why = os.strerror(fault.errno or 0)
        sentence = f"{name} = {value[:80]} is not a folder that can be written to: {why[0].lower()}{why[1:]}."
        raise ValueError(sentence) from None
    if not private:
        raise ValueError(
            f"{name} = {value[:80]} may be written to by others; name a folder that only this app writes to."
        )


def can_read(name: str, value: str) -> None:
    """The folder is there and can be read."""
    try:
        os.listdir(value)
    except OSError as fault:
        why = os.strerror(fault.errno or 0)
        raise ValueError(
            f"{name} = {value[:80]} is not a folder that can be read: {why[0].lower()}{why[1:]}."
        ) from None


def can_connect(name: str, value: str) -> None:
    """The package that connects to a scheduler is installed."""
    if find_spec("distributed") is None:
        raise ValueError(
            f"{name} is set, and the package distributed, which connects to a scheduler, is not installed."
        )


def can_import(name: str, value: str) -> None:
    """The module is there."""
    module = value.partition(":")[0]
    try:
        found = find_spec(module)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise ValueError(f"{name} = {value[:80]}: there is no module {module[:80]}.")


SETTINGS: dict[str, Setting] = {
    "HOST": Setting("127.0.0.1", text, "the address that is listened on; `0.0.0.0` for all", check=can_listen),
    "PORT": Setting("8050", integer(1, 65535), "the port that is listened on"),
    "WORKERS": Setting("2", integer(1, 64), "processes that answer"),
    "THREADS": Setting("8", integer(1, 256), "answers that a process gives at once"),
    "MAX_REQUESTS": Setting("100000", integer(0), "after about this many answers a process is replaced; 0: never"),
    "TRUSTED_PROXIES": Setting(
        "0",
        integer(0, 10),
        "the number of proxies in front of the app; that many last entries of `X-Forwarded-For` count",
    ),
    "ALLOWED_HOSTS": Setting(
        "*",
        host_names,
        "host names that requests may have, parted by spaces; `*.example` for all below one, `*` for all",
    ),
    "PATH_PREFIX": Setting(
        "", path_prefix, "the path under which a proxy serves the app, as `/user/ada/proxy/8050`", "none: the root"
    ),
    "FRAME_ANCESTORS": Setting(
        "*", frame_ancestors, "whose pages may hold an embed: `*` for all, `self` for none but ours, or https origins"
    ),
    "LIMIT_RATE": Setting(
        "1", number(0, 1000), "seconds of computing that one address is granted each second; 0: no limits"
    ),
    "LIMIT_BURST": Setting("300", number(1, 100_000), "seconds of computing that an address may save up"),
    "CACHE_REDIS_URL": Setting(
        "", redis_url, "a Redis by which processes and machines share pictures, limits and runs", "none: each its own"
    ),
    "CACHE_SECRET": Setting(
        "", secret, "a text that marks what the app itself has stored in the Redis", "the password of the Redis"
    ),
    "LOG_FORMAT": Setting("text", choice(*FORMATS), "`text`, or `json` for one object a line"),
    "LOG_LEVEL": Setting("warning", choice(*LEVELS), "the least that is logged; `info` has a line for each request"),
    "METRICS": Setting("on", choice("on", "off"), "whether `/metrics` answers"),
    "NUMBA_CACHE_DIR": Setting(
        "", text, "where compiled code is kept (read by numba itself)", "`.numba_cache` by `make`, else beside the code"
    ),
    "RUNS_FOLDER": Setting(
        "", text, "where long runs are recorded", "a folder of ours in the system's one for temporary files", can_write
    ),
    "RUNS_REDIS_URL": Setting("", redis_url, "a Redis to record runs in instead", "`CACHE_REDIS_URL`"),
    "RUNS_DASK": Setting(
        "",
        scheduler,
        "the scheduler of a Dask cluster that computes runs, see [Dask](dask.md)",
        "none: processes beside us",
        can_connect,
    ),
    "RUNS_AT_ONCE": Setting(
        str(len(os.sched_getaffinity(0))), integer(1), "runs computed at once", "the number of its cores"
    ),
    "RUNS_KEEP_BYTES": Setting(
        str(1 << 30), integer(1), "bytes that records of runs may take; those asked for longest ago go first"
    ),
    "IMAGES_FOLDER": Setting(
        "", text, "where visitors' own images are kept", "`RUNS_FOLDER` with `-images` behind", can_write
    ),
    "LECTURE_FOLDER": Setting("", text, "a folder with more stories for the lecture", "none", can_read),
    "RUNS_VIEWS": Setting(
        "components.views.registry:VIEWS",
        listing,
        "where the process that computes runs finds the views",
        check=can_import,
    ),
}


def value(environment: Mapping[str, str], name: str) -> Any:
    """The value of a setting; an empty text is its default. Raises ValueError with a sentence."""
    setting = SETTINGS[name]
    return setting.read(name, environment.get(name) or setting.default)


def check(environment: Mapping[str, str]) -> None:
    """Raises ValueError with a sentence for each setting that is wrong, or names what this machine does not have."""
    faults = []
    for name, setting in SETTINGS.items():
        try:
            found = value(environment, name)
            if setting.check and environment.get(name):
                setting.check(name, found)
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise ValueError(" ".join(faults))


def misspelled(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable whose name is almost that of a setting."""
    found = []
    for name in sorted(environment.keys() - SETTINGS.keys()):
        if close := get_close_matches(name.upper(), SETTINGS, 1, 0.85):
            found.append(f"{name} is not a setting and has no effect; {close[0]} is one.")
    return found


def in_force(environment: Mapping[str, str]) -> str:
    """The settings that are not left at their defaults, as text of one line without passwords."""
    given = {name: environment[name] for name in SETTINGS if environment.get(name)}
    given |= {name: "…" for name in given if SETTINGS[name].read is secret}
    return ", ".join(f"{name}={re.sub('//.*@', '//…@', text)}" for name, text in given.items()) or "defaults"


def markdown_table() -> str:
    """The settings as a table in Markdown."""
    rows = [f"| `{name}` | {s.shown or f'`{s.default}`'} | {s.meaning} |" for name, s in SETTINGS.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(markdown_table() + "\n")
