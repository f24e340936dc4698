"""What view 1 says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.unlearning.compute import stream
from components.unlearning.presets import PRESETS
from components.unlearning.state import UnlearningState


def words(**values: Any) -> dict[str, list[str]]:
    chunk = next(chunk for chunk in stream(UnlearningState(**values)) if chunk.kind == "words")
    return json.loads(chunk.line())


def fates(state: UnlearningState) -> list[str]:
    return [str(chunk.data["fate"]) for chunk in stream(state) if chunk.kind == "run"]


def test_each_start_has_its_fate_and_its_side_of_the_threshold() -> None:
    said = words()["runs"]
    assert said[0].startswith("ā = 5 aligns fully (below ā_c = 9.3118): R → 1")
    assert said[2].startswith("ā = 10 unlearns (above ā_c = 9.3118): R rises to 0.0856")
    assert "R ~ τ^(−1/3) and |a| ~ τ^(1/3), L → 76." in said[2]


def test_partial_alignment_names_where_it_ends_and_what_is_lost() -> None:
    (said,) = words(c_star=(1, 1, -1, -2, 1), a=(5.0,), tau=1e4)["runs"]
    assert "aligns partly" in said
    assert "R → 0.08644" in said
    assert "below its peak" in said
    assert "a → 12.57" in said or "a → 12.58" in said


def test_the_sign_of_the_primary_nonlinear_term_is_named() -> None:
    assert any("c₂c*₂ = −1 < 0 (the primary nonlinear term)" in note for note in words()["notes"])


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"c_star": (0, 1, 1)}, "R never moves, because the information exponent is 2. Give R₀ > 0"),
        ({"c": (0, 1, 1), "c_star": (1, 1, 1)}, "R never moves"),
        ({"c": (0, 0, 0), "c_star": (1, 1, 1)}, "All cₖ = 0"),
        ({"c": (1, 1, 1), "c_star": (0, 0, 0)}, "c* = 0: there is nothing to learn."),
        ({"c": (1, 0.5, 1), "c_star": (1, 0.5, 1)}, "c* = c"),
        ({"c": (0, 1, 1), "c_star": (1, 1, 1), "R0": 0.3}, "c₁ = 0: the activation begins at degree 2."),
        ({"c": (1, 0, 1), "c_star": (1, 0, 1)}, "Only odd degrees"),
        ({"c": (0, 1, 0, 1), "c_star": (0, 1, 0, 1), "R0": 0.2}, "Only even degrees"),
        ({"c": (1, 0, 0), "c_star": (1, 1, 1)}, "is an equilibrium: one c_k is not zero."),
        ({"c": (1, 1, 1), "c_star": (1, 0, 0)}, "no negative term needed"),
        ({}, "needs a width m far above Σ k! cₖ² = 153"),
    ],
)
def test_every_degenerate_input_has_a_sentence(values: dict[str, Any], part: str) -> None:
    assert any(part in note for note in words(**values)["notes"]), words(**values)["notes"]


def test_a_start_without_output_stays() -> None:
    assert words(a=(0.0,))["runs"] == ["ā = 0 stays at (R, a) = (0, 0): a network without output gets no signal."]


def test_the_presets_show_the_fates_of_their_captions() -> None:
    shown = {preset.name: fates(preset.state) for preset in PRESETS}
    assert shown["four-panels"] == ["FULL_ALIGNMENT", "FULL_ALIGNMENT", "UNLEARNING"]
    assert shown["time-scales-right"] == ["FULL_ALIGNMENT"]
    assert set(shown["portrait-left"]) <= {"FULL_ALIGNMENT", "PARTIAL_ALIGNMENT"}
    assert {"FULL_ALIGNMENT", "UNLEARNING"} <= set(shown["portrait-right"])
    assert shown["phase-map-left"][0] != "UNLEARNING" == shown["phase-map-left"][-1]
    assert set(shown["phase-map-right"]) == {"FULL_ALIGNMENT", "PARTIAL_ALIGNMENT", "UNLEARNING"}
