"""Presets and help as data: what is wrong in a file is named with the file and the place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.core.view_data import load_help, load_presets
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from dynamics.linear_network import SCALINGS, Phase, TrainingSpeed, scaling_phase

PRESET = """
[[preset]]
name = "one"
title = "One"
caption = "A run."
paper = "imai2026dichotomy"
[preset.state]
eps = 0.5
"""
HELP = 'about = "A."\nheading = "B"\ndetails = "C."\nlegend = [{ sign = "fold", text = "a fold" }]\nkeys = []\n'


def presets_of(text: str, folder: Path) -> tuple:
    (folder / "presets.toml").write_text(text)
    return load_presets(str(folder / "view.py"), UnlearningState)


def test_a_preset_has_the_defaults_of_what_it_leaves_out(tmp_path: Path) -> None:
    [preset] = presets_of(PRESET, tmp_path)
    assert preset.state == UnlearningState(eps=0.5)
    assert (preset.name, preset.paper.key, preset.shows) == ("one", "imai2026dichotomy", ())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("eps = 0.5", "eps = -1", r"preset one: eps = -1 is outside \[.*\]\."),
        (
            "eps = 0.5",
            'panel = "loss"',
            r"preset one: panel is left as the user has set it unless shows lists ",
        ),
        ("eps = 0.5", "speed = 1", r"preset one: speed is not one of .*eps"),
        ("imai2026dichotomy", "newton1687", r"preset one: paper = newton1687 is not one of imai2026dichotomy, "),
        ('title = "One"', "", r"presets.toml: preset.0.title: Field required\."),
        ('title = "One"', "title = 1", r"presets.toml: preset.0.title: Input should be a valid string\."),
        ('title = "One"', 'title = "One"\ntilte = ""', r"presets.toml: preset.0.tilte: Extra inputs are not permitted"),
        ('name = "one"', 'name = "../one"', r"presets.toml: preset.0.name: String should match"),
        ("[[preset]]", "[[preset]", r"presets.toml cannot be read: "),
        (PRESET, PRESET + PRESET, r"preset one: there is another preset of this name\."),
        (PRESET, "", r"presets.toml: preset: Field required\."),
    ],
)
def test_what_is_wrong_in_presets_is_named(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=sentence) as fault:
        presets_of(PRESET.replace(old, new), tmp_path)
    assert str(fault.value).startswith(f"{tmp_path.name}/presets.toml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"^{tmp_path.name}/presets.toml cannot be read: .*No such file"):
        load_presets(str(tmp_path / "view.py"), UnlearningState)
    with pytest.raises(ValueError, match=rf"^{tmp_path.name}/help.toml cannot be read: .*No such file"):
        load_help(str(tmp_path / "view.py"))


@pytest.mark.parametrize(("old", "new"), [('about = "A."', ""), ("keys = []", "keys = [1]"), ("sign =", "sing =")])
def test_what_is_wrong_in_help_is_named(old: str, new: str, tmp_path: Path) -> None:
    (tmp_path / "help.toml").write_text(HELP)
    assert load_help(str(tmp_path / "view.py")).legend == (("fold", "a fold"),)
    (tmp_path / "help.toml").write_text(HELP.replace(old, new))
    with pytest.raises(ValueError, match=rf"^{tmp_path.name}/help.toml: "):
        load_help(str(tmp_path / "view.py"))


def test_presets_of_scalings_say_what_the_library_computes() -> None:
    presets = [preset for preset in VIEWS["linear_network"].presets if preset.name.startswith("scaling")]
    assert [preset.title for preset in presets] == [f"Scaling: {name}" for name in SCALINGS]
    kept = "the kernel keeps its size"
    paces = {
        TrainingSpeed.TRAINS: "it trains at a steady pace",
        TrainingSpeed.FROZEN: "it freezes",
        TrainingSpeed.UNSTABLE: "its pace explodes",
    }
    for preset, c in zip(presets, SCALINGS.values(), strict=True):
        phase = scaling_phase(c)
        assert preset.state.exponents == c
        assert (kept in preset.caption) == (phase.phase is Phase.KERNEL)
        assert f"for c_g + c_P = {phase.size:g};" in preset.caption
        assert paces[phase.pace] in preset.caption


def test_preset_files_hold_no_default() -> None:
    """A field that is written is one that differs, or one that the preset shows."""
    for view in VIEWS.values():
        for preset in view.presets:
            text = re.search(rf'name = "{preset.name}"(.*?)(?=\[\[preset|\Z)', _file(view).read_text(), re.DOTALL)
            assert text
            written = re.findall(r"^(\w+) = ", text[1].partition("[preset.state]")[2], re.MULTILINE)
            default = view.State()
            for field in written:
                assert field in preset.shows or getattr(preset.state, field) != getattr(default, field), field


def _file(view: object) -> Path:
    module = type(view).__module__.split(".")[-2]
    return Path(__file__).parents[3] / "components" / "views" / module / "presets.toml"
