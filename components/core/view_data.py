"""Presets and help of a view, read from the TOML files in its folder and checked when the app starts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.core.citations import PAPERS, Paper
from components.core.help import Help
from components.core.state import InvalidLink, State
from components.core.view import Preset


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Preset(_Table):
    name: str = Field(pattern="^[a-z0-9-]{1,40}$")
    title: str = Field(min_length=1)
    caption: str = Field(min_length=1)
    paper: str
    shows: list[str] = []  # see `Preset`
    state: dict[str, Any] = {}  # what is left out has its default


class _Presets(_Table):
    preset: list[_Preset] = Field(min_length=1)


class _Sign(_Table):
    sign: str
    text: str
    color: str = ""


class _Key(_Table):
    key: str
    text: str


class _Help(_Table):
    about: str = Field(min_length=1)
    heading: str
    details: str
    show_fates: bool = True
    legend: list[_Sign]
    keys: list[_Key]


def load_presets(module_file: str, state: type[State], papers: Sequence[Paper] = PAPERS) -> tuple[Preset, ...]:
    """Return the presets of a view, from ``presets.toml`` in its folder.

    Parameters
    ----------
    module_file : str
        ``__file__`` of a module in the view's folder.
    state : type of State
        The class of the view's states.
    papers : sequence of Paper, optional
        The papers that a preset may name by its key.

    Returns
    -------
    tuple of Preset
        The presets, in their order.

    Raises
    ------
    ValueError
        With a sentence that names the file, the preset and what is wrong.
    """
    path = Path(module_file).with_name("presets.toml")
    by_key = {paper.key: paper for paper in papers}
    presets: list[Preset] = []
    for entry in _read(path, _Presets).preset:
        where = f"{_short(path)}, preset {entry.name}"
        if entry.paper not in by_key:
            raise ValueError(f"{where}: paper = {entry.paper} is not one of {', '.join(by_key)}.")
        if unknown_fields := [name for name in [*entry.state, *entry.shows] if name not in state.parameters()]:
            raise ValueError(f"{where}: {unknown_fields[0]} is not one of {', '.join(state.parameters())}.")
        for name in entry.state:
            if state.parameters()[name].is_kept_by_presets and name not in entry.shows:
                raise ValueError(f"{where}: {name} is left as the user has set it unless shows lists it too.")
        if any(preset.name == entry.name for preset in presets):
            raise ValueError(f"{where}: there is another preset of this name.")
        try:
            preset_state = state.make(entry.state)
        except InvalidLink as error:
            raise ValueError(f"{where}: {error}") from None
        caption = " ".join(entry.caption.split())
        presets.append(Preset(entry.name, entry.title, preset_state, caption, by_key[entry.paper], tuple(entry.shows)))
    return tuple(presets)


def load_help(module_file: str) -> Help:
    """Return the help of a view, from ``help.toml`` in its folder.

    Parameters
    ----------
    module_file : str
        ``__file__`` of a module in the view's folder.

    Returns
    -------
    Help
        The contents of its help.

    Raises
    ------
    ValueError
        With a sentence that names the file and what is wrong.
    """
    data = _read(Path(module_file).with_name("help.toml"), _Help)
    return Help(
        about=" ".join(data.about.split()),
        heading=data.heading,
        legend=tuple(
            (entry.sign, entry.text, entry.color) if entry.color else (entry.sign, entry.text) for entry in data.legend
        ),
        details=" ".join(data.details.split()),
        keys=tuple((entry.key, entry.text) for entry in data.keys),
        show_fates=data.show_fates,
    )


_T = TypeVar("_T", bound=_Table)


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{_short(path)} cannot be read: {error}.") from None
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise ValueError(f"{_short(path)}: {'; '.join(problems)}.") from None


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
