"""Every setting of a deployment, read from the environment in one place: a wrong one stops the start with a sentence.

`python -m components.operations.settings` prints the table of docs/settings.md.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from components.operations.private_folder import make_private_folder

REDIS = "redis://", "rediss://", "unix://"
_HOSTS = re.compile(r"\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\]")
_SCHEDULER = re.compile(r"((tcp|tls|ws|wss)://)?([\w.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}", re.ASCII)
_LISTING = re.compile(r"[\w.]+:\w+", re.ASCII)
_ORIGIN = re.compile(r"https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")


# Validators raise ValueError with the end of a sentence that begins with the setting's name and value.


def _check_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("is not a text of one line.")
    return text


def _redis_url(text: str) -> str:
    if text and not text.startswith(REDIS):
        raise ValueError(f"is not the address of a Redis: {'…, '.join(REDIS)}….")
    return text


def _frame_ancestors(text: str) -> str:
    if text not in ("*", "self") and not all(map(_ORIGIN.fullmatch, text.split(" "))):
        raise ValueError("is not *, self, or origins like https://example.org, parted by spaces.")
    return text


def _path_prefix(text: str) -> str:
    prefix = text.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_~@+-][A-Za-z0-9._~@+-]*){0,20}", prefix):
        raise ValueError("is not a path like /user/ada/proxy/8050.")
    return prefix


def _host_names(text: Any) -> Any:
    names = text.split(" ")
    if not all(map(_HOSTS.fullmatch, names)):
        raise ValueError("is not * or host names like app.example or *.example, parted by spaces.")
    return tuple(names)


def _scheduler(text: str) -> str:
    if text and not _SCHEDULER.fullmatch(text):
        raise ValueError("is not the address of a scheduler like tcp://scheduler:8786.")
    return text


def _listing(text: str) -> str:
    if not _LISTING.fullmatch(text):
        raise ValueError("is not a module and a name like components.views.registry:VIEWS.")
    return text


Line = Annotated[str, AfterValidator(_check_one_line)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names)]


def _setting(default: Any, description: str, default_text: str = "", **bounds: Any) -> Any:
    """Return a field: its default as text of the environment, its description, its bounds."""
    return Field(default, description=description, json_schema_extra={"default": default_text}, **bounds)


class Settings(BaseModel):
    """The settings of one environment; each field is the variable with its name in capitals."""

    model_config = ConfigDict(alias_generator=str.upper, frozen=True, validate_default=True)

    host: Line = _setting("127.0.0.1", "the address that is listened on; `0.0.0.0` for all")
    port: int = _setting("8050", "the port that is listened on", ge=1, le=65535)
    workers: int = _setting("2", "processes that answer", ge=1, le=64)
    threads: int = _setting("8", "answers that a process gives at once", ge=1, le=256)
    max_requests: int = _setting("100000", "after about this many answers a process is replaced; 0: never", ge=0)
    trusted_proxies: int = _setting(
        "0", "the number of proxies in front of the app; that many last entries of `X-Forwarded-For` count", ge=0, le=10
    )
    allowed_hosts: HostNames = _setting(
        "*", "host names that requests may have, parted by spaces; `*.example` for all below one, `*` for all"
    )
    path_prefix: Annotated[str, AfterValidator(_path_prefix)] = _setting(
        "", "the path under which a proxy serves the app, as `/user/ada/proxy/8050`", "none: the root"
    )
    frame_ancestors: Annotated[str, AfterValidator(_frame_ancestors)] = _setting(
        "*", "whose pages may hold an embed: `*` for all, `self` for none but ours, or https origins"
    )
    limit_rate: float = _setting(
        "1", "seconds of computing that one address is granted each second; 0: no limits", ge=0, le=1000
    )
    limit_burst: float = _setting("300", "seconds of computing that an address may save up", ge=1, le=100_000)
    cache_redis_url: RedisUrl = _setting(
        "", "a Redis by which processes and machines share pictures, limits and runs", "none: each its own"
    )
    cache_secret: Line = _setting(
        "", "a text that marks what the app itself has stored in the Redis", "the password of the Redis"
    )
    log_format: Literal["text", "json"] = _setting("text", "`text`, or `json` for one object a line")
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "warning", "the least that is logged; `info` has a line for each request"
    )
    metrics: Literal["on", "off"] = _setting("on", "whether `/metrics` answers")
    numba_cache_dir: Line = _setting(
        "", "where compiled code is kept (read by numba itself)", "`.numba_cache` by `make`, else beside the code"
    )
    runs_folder: Line = _setting(
        "", "where long runs are recorded", "a folder of ours in the system's one for temporary files"
    )
    runs_redis_url: RedisUrl = _setting("", "a Redis to record runs in instead", "`CACHE_REDIS_URL`")
    runs_dask: Annotated[str, AfterValidator(_scheduler)] = _setting(
        "", "the scheduler of a Dask cluster that computes runs, see [Dask](dask.md)", "none: processes beside us"
    )
    runs_at_once: int = _setting(
        str(len(os.sched_getaffinity(0))), "runs computed at once", "the number of its cores", ge=1
    )
    runs_keep_bytes: int = _setting(
        str(1 << 30), "bytes that records of runs may take; those asked for longest ago go first", ge=1
    )
    images_folder: Line = _setting("", "where visitors' own images are kept", "`RUNS_FOLDER` with `-images` behind")
    lecture_folder: Line = _setting("", "a folder with more stories for the lecture", "none")
    runs_views: Annotated[str, AfterValidator(_listing)] = _setting(
        "components.views.registry:VIEWS", "where the process that computes runs finds the views"
    )


FIELDS: dict[str, FieldInfo] = {name.upper(): field for name, field in Settings.model_fields.items()}
SECRETS = "CACHE_SECRET", "CACHE_REDIS_URL", "RUNS_REDIS_URL"  # no sentence repeats their values


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment, where an empty text is the default.

    Raises
    ------
    ValueError
        With a sentence for each setting that is wrong.
    """
    try:
        return Settings.model_validate(_set_values(environment))
    except ValidationError as error:
        raise ValueError(" ".join(_sentence(error) for error in error.errors())) from None


def _set_values(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in FIELDS if environment.get(name)}


def _sentence(detail: Any) -> str:
    """Return pydantic's error as a sentence: the setting, its value, what is allowed."""
    name, text = str(detail["loc"][0]), str(detail["input"])
    if detail["type"] == "value_error":
        what = str(detail["ctx"]["error"])
    elif choices := get_args(FIELDS[name].annotation):
        what = f"is not one of {', '.join(choices)}."
    else:
        low, high = (
            next((getattr(part, key) for part in FIELDS[name].metadata if hasattr(part, key)), None)
            for key in ("ge", "le")
        )
        kind = "whole number" if FIELDS[name].annotation is int else "number"
        what = f"is not a {kind} {f'of at least {low:g}' if high is None else f'from {low} to {high}'}."
    return f"{name} {what}" if name in SECRETS or not text.isprintable() else f"{name} = {text[:40]} {what}"


def can_listen(name: str, value: str) -> None:
    """Check that the address belongs to this machine."""
    try:
        kind, *_, address = socket.getaddrinfo(value, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind) as probe:
            probe.bind(address)
    except OSError:
        raise ValueError(f"{name} = {value[:40]} is not an address of this machine, such as 127.0.0.1.") from None


def can_write(name: str, value: str) -> None:
    """Check that the folder exists or can be created, and is writable for this user only."""
    path = Path(value).absolute()
    try:
        private = make_private_folder(path)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        sentence = f"{name} = {value[:80]} is not a folder that can be written to: {why[0].lower()}{why[1:]}."
        raise ValueError(sentence) from None
    if not private:
        raise ValueError(
            f"{name} = {value[:80]} may be written to by others; name a folder that only this app writes to."
        )


def can_read(name: str, value: str) -> None:
    """Check that the folder exists and is readable."""
    try:
        os.listdir(value)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ValueError(
            f"{name} = {value[:80]} is not a folder that can be read: {why[0].lower()}{why[1:]}."
        ) from None


def can_connect(name: str, value: str) -> None:
    """Check that the package that connects to a scheduler is installed."""
    if find_spec("distributed") is None:
        raise ValueError(
            f"{name} is set, and the package distributed, which connects to a scheduler, is not installed."
        )


def can_import(name: str, value: str) -> None:
    """Check that the module exists."""
    module = value.partition(":")[0]
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise ValueError(f"{name} = {value[:80]}: there is no module {module[:80]}.")


# What is tried once, at the start, where a value is given; raises ValueError with a sentence.
TRIALS: dict[str, Callable[[str, str], None]] = {
    "HOST": can_listen,
    "RUNS_FOLDER": can_write,
    "RUNS_DASK": can_connect,
    "IMAGES_FOLDER": can_write,
    "LECTURE_FOLDER": can_read,
    "RUNS_VIEWS": can_import,
}


def check(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment, as ``read``, after a trial of what they name on this machine.

    Raises
    ------
    ValueError
        With a sentence for each setting that is wrong, or names what this machine does not have.
    """
    sentences, settings = [], None
    try:
        settings = read(environment)
    except ValueError as error:
        sentences.append(str(error))
    for name, trial in TRIALS.items():
        text = environment.get(name, "")
        if text and not any(error.startswith(name) for error in sentences):
            try:
                trial(name, text)
            except ValueError as error:
                sentences.append(str(error))
    if settings is None or sentences:
        raise ValueError(" ".join(sentences))
    return settings


def misspelled(environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable whose name is almost that of a setting."""
    sentences = []
    for name in sorted(environment.keys() - FIELDS.keys()):
        if close := get_close_matches(name.upper(), FIELDS, 1, 0.85):
            sentences.append(f"{name} is not a setting and has no effect; {close[0]} is one.")
    return sentences


def in_force(environment: Mapping[str, str]) -> str:
    """Return the settings that are not left at their defaults, as text of one line without passwords."""
    values = _set_values(environment)
    if "CACHE_SECRET" in values:
        values["CACHE_SECRET"] = "…"
    return ", ".join(f"{name}={re.sub('//.*@', '//…@', text)}" for name, text in values.items()) or "defaults"


def markdown_table() -> str:
    """Return the settings as a table in Markdown."""
    rows = []
    for name, field in FIELDS.items():
        default = field.json_schema_extra["default"] if isinstance(field.json_schema_extra, dict) else ""
        rows.append(f"| `{name}` | {default or f'`{field.default}`'} | {field.description} |")
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(markdown_table() + "\n")
