"""What view 1 says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from components.views.unlearning.compute import stream
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics import UnlearningModel
from tests.components.streamed import values


def words(**values: Any) -> dict[str, Any]:
    chunk = next(chunk for chunk in stream(UnlearningState(**values)) if chunk.kind == "text")
    return json.loads(chunk.line())


def fates(state: UnlearningState) -> list[str]:
    return [str(chunk.data["fate"]) for chunk in stream(state) if chunk.kind == "trajectory"]


def test_each_start_has_its_fate_and_its_side_of_the_threshold() -> None:
    said = words()["runs"]
    assert said[0].startswith("From ā = 5 the network aligns fully (below ā_c = 9.3118): R → 1")
    assert said[2].startswith(
        "From ā = 10 the network unlearns (above ā_c = 9.3118): R rises to 0.0856, falls to 0.028 by"
    )
    assert "|R| ~ τ^(−1/3) and |a| ~ τ^(1/3), L → 76." in said[2]


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
        ({"c_star": (0, 1, 1)}, "R never moves, because the first degree in both c and c* is 2. Start at R₀ ≠ 0"),
        ({"c": (0, 1, 1), "c_star": (1, 1, 1)}, "R never moves"),
        ({"c": (0, 0, 0), "c_star": (1, 1, 1)}, "All cₖ = 0"),
        ({"c": (1, 1, 1), "c_star": (0, 0, 0)}, "c* = 0: there is nothing to learn."),
        ({"c": (1, 0.5, 1), "c_star": (1, 0.5, 1)}, "c* = c"),
        ({"c": (0, 1, 1), "c_star": (1, 1, 1), "R0": 0.3}, "c₁ = 0: the activation begins at degree 2."),
        ({"c": (1, 0, 1), "c_star": (1, 0, 1)}, "Only odd degrees"),
        ({"c": (0, 1, 0, 1), "c_star": (0, 1, 0, 1), "R0": 0.2}, "Only even degrees"),
        ({"c": (1, 0, 0), "c_star": (1, 1, 1)}, "is an equilibrium: one c_k is not zero."),
        ({"c": (1, 1, 1), "c_star": (1, 0, 0)}, "no negative term needed"),
        ({}, "limit of infinitely many neurons, without noise of descent, weight decay or a constant term"),
        (
            {},
            "After its peak R keeps falling only from ā = 10 with more than about 7·10⁵ neurons (decay below 0.00022)",
        ),
    ],
)
def test_every_degenerate_input_has_a_sentence(values: dict[str, Any], part: str) -> None:
    assert any(part in note for note in words(**values)["notes"]), words(**values)["notes"]


def test_a_start_without_output_stays() -> None:
    assert words(a=(0.0,))["runs"] == [
        "From ā = 0 the network stays at (R, a) = (0, 0): without output it gets no signal."
    ]


def test_the_presets_show_the_fates_of_their_captions() -> None:
    shown = {preset.name: fates(preset.state) for preset in UnlearningView.presets}
    assert shown["four-panels"] == ["FULL_ALIGNMENT", "FULL_ALIGNMENT", "UNLEARNING"]
    assert shown["time-scales-right"] == ["FULL_ALIGNMENT"]
    assert set(shown["portrait-left"]) <= {"FULL_ALIGNMENT", "PARTIAL_ALIGNMENT"}
    assert {"FULL_ALIGNMENT", "UNLEARNING"} <= set(shown["portrait-right"])
    assert shown["phase-map-left"][0] != "UNLEARNING" == shown["phase-map-left"][-1]
    assert set(shown["phase-map-right"]) == {"FULL_ALIGNMENT", "PARTIAL_ALIGNMENT", "UNLEARNING"}


def told(**fields: Any) -> list[list[dict[str, Any]]]:
    return words(**fields)["causes"]


def test_every_cause_carries_its_claim_and_says_its_numbers() -> None:
    learns, jumps, unlearns = told()
    kinds = [cause["claim"]["kind"] for cause in unlearns]
    assert kinds == ["threshold", "branch", "power law", "alignment", "coefficient"]
    text = " ".join(cause["text"] for cause in unlearns)
    assert "The nearest threshold is ā = 9.31175: beyond it the fate is full alignment." in text
    assert "k = 1" in text
    assert "p = 2, is 2 R^2, for c₂c*₂ = −1 < 0 (the primary nonlinear term)" in text
    assert "a ≈ 1.817 τ^(1/3)" in text
    assert "100 % of that is lost in the end" in text
    assert "c*₂ above 0 (now −1); then no start that ends at R > 0 would unlearn" in text
    assert any(
        "the fold at R = 0.127, a = 8.355, and jumps from there to R = 0.611" in cause["text"] for cause in jumps
    )
    assert not any("the fold" in cause["text"] for cause in learns)
    assert any("the stable node R = 1, a = 0.9739, the global minimum" in cause["text"] for cause in learns)


def test_the_sentence_itself_carries_the_claim_of_its_end() -> None:
    ((learns,), _, (unlearns,)) = words()["claims"]
    assert learns["kind"] == unlearns["kind"] == "ends"
    assert (learns["fate"], learns["R"]) == ("FULL_ALIGNMENT", 1.0)
    assert (unlearns["fate"], unlearns["loss"]) == ("UNLEARNING", 76.0)


def test_what_is_shown_is_where_the_claim_is() -> None:
    _, jumps, unlearns = told()
    show = {cause["claim"]["kind"]: cause["show"] for cause in (*unlearns, *jumps)}
    assert show["threshold"]["level"] == pytest.approx(9.311752, abs=1e-6)
    assert show["coefficient"] == {"control": "unlearning-c_star-1"}
    assert show["equilibrium"]["points"] == [[1.0, pytest.approx(149 / 153)]]
    (start, end) = show["jump"]["points"]
    assert start[1] == end[1]
    line = show["branch"]["lines"][0]
    R, a = values(line["x"]), values(line["y"])
    seen = np.isfinite(a)
    assert seen.sum() > 20
    model = UnlearningModel((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))
    np.testing.assert_allclose(a[seen], model.critical_manifold_a(R[seen].astype(float)), rtol=1e-4)
    assert R.max() <= 0.1276


@pytest.mark.parametrize("preset", UnlearningView.presets, ids=lambda preset: preset.name)
def test_every_claim_of_a_preset_has_its_sentence(preset: Any) -> None:
    for whole in told(**preset.state.model_dump()):
        for cause in whole:
            assert cause["text"].endswith(".")
            assert "nan" not in cause["text"]
            assert "inf" not in cause["text"]
            assert set(cause["show"]) <= {"level", "lines", "points", "times", "panel", "control"}


def test_a_target_without_the_activations_first_degree_cannot_be_unlearned() -> None:
    ((*causes,),) = told(c=(0, 1, 1), c_star=(1, 0, 1), a=(5.0,), R0=0.3)
    assert any("the target has nothing of that degree" in cause["text"] for cause in causes)


def test_what_a_coefficient_would_change_is_said_of_the_fate_there_is() -> None:
    learns, _, unlearns = (next(text for text in texts if "What would" in text) for texts in sentences_of_causes())
    assert unlearns.startswith("What would rule out unlearning where R > 0: c*₂ above 0 (now −1); then no start")
    assert learns.startswith("What would rule out unlearning where R > 0: c*₂ above 0 (now −1); then no start")
    (texts,) = sentences_of_causes(c_star=(1, 1, 1, 1, 1), a=(5.0,))
    possible = "What would make unlearning possible where R > 0: c*₂ below 0 (now 1); then the slow flow"
    assert any(text.startswith(possible) for text in texts)


def sentences_of_causes(**fields: Any) -> list[list[str]]:
    return [[cause["text"] for cause in whole] for whole in told(**fields)]


def test_numbers_that_say_nothing_are_not_said() -> None:
    *_, unlearns = sentences_of_causes()
    assert any("half of that value is lost by τ = 3180." in text for text in unlearns)
    (texts,) = sentences_of_causes(c=(1, 0.5), c_star=(0.5, -1), a=(-3.0,))
    assert any("of degree p = 2, is R^2, for" in text for text in texts)
    for preset in UnlearningView.presets:
        for whole in sentences_of_causes(**preset.state.model_dump()):
            assert not any("·10⁻" in text and "% of that is lost" in text for text in whole)
