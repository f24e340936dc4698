"""Texts of the Unlearning view, over random states, against an evaluation that shares no code with the core."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from components.views.unlearning import alignment_history, alt_text, compute
from components.views.unlearning.plan import explanation, picture_of
from components.views.unlearning.state import UnlearningState
from dynamics import Fate, UnlearningModel
from tests.claims import unlearning
from tests.claims.reference import Problem

STATES = 10


@pytest.mark.parametrize("seed", range(STATES))
def test_every_text_of_a_random_state_holds(seed: int) -> None:
    state = unlearning.random_state(np.random.default_rng([2602, seed]))
    assert unlearning.problems(state) == []


def words(**values: Any) -> dict[str, Any]:
    (chunk,) = [chunk for chunk in compute.stream(UnlearningState(**values)) if chunk.kind == "text"]
    return dict(chunk.data)


def test_a_false_sentence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker itself: each kind of false text is found."""
    state = UnlearningState(c=(1.0, 0.5), c_star=(1.0, -0.6), a=(2.0,))
    assert unlearning.problems(state) == []
    real = compute.sentences

    def wrong(old: str, new: str) -> Any:
        return lambda *arguments: [text.replace(old, new) for text in real(*arguments)]

    for old, new in (
        ("rises to 0.291", "rises to 0.298"),
        ("falls to", "rises to"),
        ("unlearns", "aligns fully"),
        ("L → 0.36", "L → 0.361"),
        ("by τ = 10⁴", "by τ = 10³"),
        ("τ^(−1/3)", "τ^(−1/4)"),
    ):
        monkeypatch.setattr(compute, "sentences", wrong(old, new))
        assert unlearning.problems(state), (old, new)
    state = UnlearningState(a=(5.0,))
    for old, new in (("below ā_c", "above ā_c"), ("9.3118", "9.4118"), ("a → 0.97386", "a → 0.98386")):
        monkeypatch.setattr(compute, "sentences", wrong(old, new))
        assert unlearning.problems(state), (old, new)


@pytest.mark.parametrize("R0", [0.01, 0.11, 0.3, 0.6, 0.7, 0.97, -0.3, -0.6])
def test_a_run_that_only_falls_is_not_said_to_rise(R0: float) -> None:
    """tanh(atanh R0) may be above R0 by a unit in the last place."""
    (text,) = words(c=(1.0, 1.0), c_star=(0.0, 1.0), eps=0.01, a=(9.0,), R0=R0)["runs"]
    path = Problem((1.0, 1.0), (0.0, 1.0), 0.01).run(9.0, R0, 1e4)
    size = np.abs(path.alignment(1e4)[1])
    assert np.diff(size).max() < 1e-12
    assert np.sign(R0) * path.alignment(1e4)[1].min() > -1e-12 if R0 > 0 else True
    assert ("falls from" if R0 > 0 else "rises from") in text
    assert ("rises" if R0 > 0 else "falls") not in text
    assert "|R| " not in text


def test_direction_words_name_every_turn() -> None:
    assert alignment_history.turning_points(np.array([0.0, 0.5, 1.0, 0.2, 0.7])) == [0.0, 1.0, 0.2, 0.7]
    assert alignment_history.turning_points(np.array([0.3, 0.3000001, 0.1])) == [0.3, 0.1]
    assert alignment_history.turning_points(np.array([0.3, 0.1, 1e-20, -1e-41])) == [0.3, -1e-41]


class _Elsewhere:
    """A run whose curve ends elsewhere than its limit says."""

    def __init__(self, run: Any) -> None:
        self.run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)


@pytest.mark.parametrize("end", [(1.0, 0.97), (0.5, 2.0)])
def test_a_curve_that_contradicts_its_limit_is_doubted_in_all_texts(end: tuple[float, float]) -> None:
    """From (0.5, 2) and on R = 1 the example aligns: a curve that ends there does not unlearn."""
    picture = picture_of(UnlearningState(a=(10.0,)))
    run = picture.trajectory(picture.runs[0])
    assert alignment_history.doubt(run) == ""
    other: Any = _Elsewhere(run)
    other.R, other.a = run.R.copy(), run.a.copy()
    other.R[-1], other.a[-1] = end
    other.loss = run.model.loss(other.R, other.a)
    assert "disagree" in alignment_history.doubt(other)
    (text,) = compute.sentences(picture, [other], {}, compute.explained(picture, [other]))
    assert "no certain fate" in text
    assert "unlearns" not in text
    assert explanation(picture, other).claims == ()
    assert "fate undecided" in alt_text.plane(picture, picture.manifold(), [other])


def test_a_large_error_is_named() -> None:
    picture = picture_of(UnlearningState(a=(10.0,)))
    other: Any = _Elsewhere(picture.trajectory(picture.runs[0]))
    other.error = 0.4
    assert "estimated error of the curve is 0.4" in alignment_history.doubt(other)


def test_what_unlearning_needs_is_what_decay_and_width_leave_of_it() -> None:
    """The note of the root page against LSODA with a decay, and the exact law of the width."""
    (note,) = [note for note in words(a=(10.0,))["notes"] if "keeps falling" in note]
    assert "7·10⁵ neurons (decay below 0.00022)" in note
    problem = Problem((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0), 1.0, 2.1e-4)
    assert problem.run(10.0, 0.0, 1e7).at(1e7)[0] < 0.06
    assert Problem(problem.c, problem.c_star, 1.0, 2.3e-4).run(10.0, 0.0, 1e7).at(1e7)[0] > 0.99
    model = UnlearningModel(problem.c, problem.c_star)
    fates = [model.finite_width(m).halt(10.0) for m in (650_000, 700_000)]
    assert [halt.fate for halt in fates if halt] == [Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT]


def test_a_target_without_the_first_degree_may_still_have_a_runaway_branch() -> None:
    """c = (0, 1, 1), c* = (1, 0, 1): k = 2, j = 3 < 2k. The manifold runs away, and H leads to larger |R|."""
    (causes,) = words(c=(0.0, 1.0, 1.0), c_star=(1.0, 0.0, 1.0), a=(5.0,), R0=0.3)["causes"]
    problem = Problem((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), 1.0)
    assert problem.M(1e-4) > 50 * problem.M(1e-2) > 0
    assert any("runs away as R → 0, but the slow flow on it leads to larger |R|" in cause["text"] for cause in causes)


@pytest.mark.parametrize(("a", "fate"), [(-5.0, "unlearning"), (-2.0, "full alignment")])
def test_negative_starts_can_unlearn_where_c2_is_positive(a: float, fate: str) -> None:
    """What the user guide says of c* = (1, 1, 1, 1, 1)."""
    assert Problem((1.0,) * 5, (1.0,) * 5, 1.0).run(a, 0.0, 1e7).fate == fate


def test_the_polynomials_are_named_in_all_that_is_given_away() -> None:
    from components.views.phase_map import export as map_export
    from components.views.phase_map.state import PhaseMapState
    from components.views.phase_map.view import PhaseMapView
    from components.views.unlearning import export
    from components.views.unlearning.view import UnlearningView

    assert "not normalized" in export.python(UnlearningState())
    assert "not normalized" in map_export.python(PhaseMapState())
    assert "not normalized" in export.document(UnlearningState())["polynomials"]
    assert "not normalized" in map_export.document(PhaseMapState(detail="128"))["polynomials"]
    for view in (UnlearningView, PhaseMapView):
        assert "not normalized" in view.help.about
        titles = [
            control.title
            for control in view.controls
            if control.parameter in ("c", "c_star") and control.kind == "slider"
        ]
        assert titles
        assert all("Heₖ (not normalized)" in title for title in titles)


def test_the_reference_is_a_solution() -> None:
    """The reference against a solver of another kind."""
    problem = Problem((1.0, 0.5), (1.0, -0.6), 0.1)

    def flow(_: float, y: np.ndarray) -> tuple[float, float]:
        R, a = np.tanh(y[0]), y[1]
        return a * (1 - 1.2 * R - a * (R + R**3)) / 0.1, R - 0.6 * R**2 - a * (R**2 + 0.5 * R**4)

    other = solve_ivp(flow, (0.0, 50.0), (0.0, 2.0), method="Radau", rtol=1e-9, atol=1e-12).y[:, -1]
    assert problem.run(2.0, 0.0, 50.0).at(50.0) == pytest.approx((float(np.tanh(other[0])), other[1]), rel=1e-6)
