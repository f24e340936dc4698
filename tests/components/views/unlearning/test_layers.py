"""The layers of view 1's plane, by their JSON and against the core."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components.views.unlearning import alt_text, compute
from components.views.unlearning.plan import picture_of
from components.views.unlearning.state import LAYERS, UnlearningState
from components.views.unlearning.view import UnlearningView
from dynamics import Fate
from dynamics.plotting import planar as figures
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import FATES
from tests.components.streamed import values

NAMES = {
    "null": {"slow nullcline"},
    "eq": {"equilibria", "equilibria, words"},
    "sep": {"separatrix"},
    "orbit": {"singular orbit, ε → 0, fast", "singular orbit, ε → 0, slow"},
    "slow": {"slow flow"},
    "loss": {"loss"},
    "fates": {"basins", "basins, names"},
    "past": {"past"},
}
POINTS = (0.5, 15.0, 0.3, 3.0)


def traces(*layers: str, **fields: Any) -> list[dict[str, Any]]:
    picture = picture_of(UnlearningState(layers=layers, **fields))
    below, above = picture.overlay_traces(picture.manifold())
    return [*below, *above]


def one(layer: str, name: str, **fields: Any) -> dict[str, Any]:
    (found,) = [trace for trace in traces(layer, **fields) if trace["name"] == name]
    return found


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer != "field"])
def test_a_layer_is_drawn_where_it_is_asked_for_and_only_there(layer: str) -> None:
    assert {trace["name"] for trace in traces(layer)} == NAMES[layer]
    assert not traces()


def test_what_is_not_asked_for_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("separatrices", "singular_orbit", "equilibria", "backward_orbit"):
        monkeypatch.setattr(f"dynamics.UnlearningModel.{name}", lambda *_: pytest.fail("computed"))
    monkeypatch.setattr("dynamics.plotting.planar.picture.phase_map", lambda *_: pytest.fail("computed"))
    scene = next(chunk for chunk in compute.stream(UnlearningState(layers=())) if chunk.kind == "scene")
    assert scene.data["field"] is None


@pytest.mark.parametrize("preset", UnlearningView.presets, ids=lambda preset: preset.name)
def test_every_layer_is_of_plotlys_schema(preset: Any) -> None:
    state = preset.state.model_copy(update={"layers": LAYERS, "points": POINTS})
    picture = picture_of(state)
    layers = picture.overlay_traces(picture.manifold())
    plane = figures.plane(picture.model, picture.manifold(), picture.window, picture.runs, *layers)
    assert len(go.Figure(plane).data) == len(plane["data"])


@pytest.mark.parametrize(
    "fields",
    [
        {"c": (0.0, 0.0)},
        {"c_star": (0.0,), "R0": 0.4},
        {"c_star": (0.0, 1.0, 0.5), "R0": 0.3, "a": (6.0,)},
        {"c": (1.0,), "c_star": (2.0,)},
        {"a": (0.0,)},
        {"R0": 1.0},
        {"R0": -1.0},
        {"eps": 1e-6},
        {"points": (0.9, 1000.0, -1.0, -1000.0)},
        {"c": (0.0, 1.0), "c_star": (0.0, 1.0), "R0": -0.5},
    ],
    ids=str,
)
def test_degenerate_inputs_have_every_layer(fields: dict[str, Any]) -> None:
    go.Figure(traces(*LAYERS, **fields))


def test_equilibria_have_their_types_symbol_and_say_all_of_themselves() -> None:
    seen, met = traces("eq")
    assert (seen["x"], seen["y"]) == (met["x"], met["y"])
    where = list(zip(seen["x"], seen["y"], seen["marker"]["symbol"], met["text"], strict=True))
    assert [symbol for _, _, symbol, _ in where] == ["x-thin", "x-thin", "circle"]
    (saddle,) = [text for R, _, _, text in where if 0 < R < 1]
    assert saddle.startswith("saddle<br>R = 0.094317<br>a = 9.3124<br>eigenvalues −59.14 and 0.004848<br>L = 76.107")
    (node,) = [text for R, _, _, text in where if R == 1]
    assert "stable node" in node
    assert node.endswith("the global minimum")
    assert "global" not in saddle


def test_a_separatrix_is_named_by_the_fates_that_it_parts() -> None:
    hovers = [trace["hovertemplate"] for trace in traces("sep")]
    assert any("parts full alignment (R → 1) from unlearning" in hover for hover in hovers)
    partial = [trace["hovertemplate"] for trace in traces("sep", c_star=(1, 1, -1, -2, 1))]
    assert any("partial alignment (R → 0.0864)" in hover for hover in partial)


def test_what_a_separatrix_is_said_to_part_is_beside_it() -> None:
    """Starts 1e-3 of the plane to its two sides end where the words say; a strip that these pass over is named."""
    cases = [((1, 1), (0.3, 0.7), 1e-3), ((0.7, 0, 1.2, 0.6, 2.5), (0, -2.2, 0, 2.6, 3), 1.0), ((1.2,), (0.7,), 0.1)]
    strips = 0
    for c, c_star, eps in cases:
        picture = picture_of(UnlearningState(c=c, c_star=c_star, eps=eps, layers=("sep",)))
        for curve in picture.separatrices:
            i, said = len(curve.R) // 2, figures.separatrix_label(curve)
            along = np.array([curve.R[i + 1] - curve.R[i - 1], (curve.a[i + 1] - curve.a[i - 1]) / picture.a_limit])
            along *= 2e-3 / np.hypot(*along)
            if not 0 < i < len(curve.R) - 1 or abs(curve.R[i]) > 0.99:
                continue
            for sign, near in zip((1, -1), curve.adjacent, strict=True):
                start = curve.a[i] + sign * along[0] * picture.a_limit, curve.R[i] - sign * along[1]
                limit = picture.model.limit(*map(float, start))
                assert FATES[limit.fate].word in said
                if limit.fate == Fate.PARTIAL_ALIGNMENT:
                    sign_of_R = f"(R {'<' if limit.R < 0 else '>'} 0)"
                    assert (sign_of_R if curve.varies else f"(R → {format_number(limit.R, 3)})") in said
                if near.fate != limit.fate:
                    assert f"thin strip of {FATES[near.fate].word}" in said
                    strips += 1
    assert strips


def test_the_drawn_separatrix_meets_the_starts_at_the_threshold() -> None:
    picture = picture_of(UnlearningState())
    (threshold,) = [found for found in picture.model.thresholds() if found > 0]
    curve = next(trace for trace in traces("sep") if "unlearning" in trace["hovertemplate"])
    R, a = values(curve["x"]).astype(float), values(curve["y"]).astype(float)
    k = int(np.flatnonzero(np.sign(R[:-1]) != np.sign(R[1:]))[0])
    assert a[k] + (a[k + 1] - a[k]) * R[k] / (R[k] - R[k + 1]) == pytest.approx(threshold, abs=2e-3)


def test_the_singular_orbit_of_ten_runs_away_and_that_of_five_jumps() -> None:
    picture = picture_of(UnlearningState(a=(5.0, 9.0, 10.0), layers=("orbit",)))
    five, nine, ten = picture.orbits
    assert (five.end, nine.end, ten.end) == (Fate.FULL_ALIGNMENT, Fate.FULL_ALIGNMENT, Fate.UNLEARNING)
    assert ten.pieces[-1].end == "infinity"
    assert [piece.fast for piece in five.pieces[:2]] == [True, False]
    assert five.pieces[0].R[-1] > 0.6, "the jump from R = 0 to the right branch"
    assert np.ptp(five.pieces[0].a) == 0
    assert [piece.end for piece in nine.pieces[:3]] == ["branch", "fold", "branch"]
    fast, slow = traces("orbit", a=(10.0,))
    assert (fast["line"]["dash"], slow["line"]["dash"]) == ("7px,5px", "solid")
    R, a = values(slow["x"]), values(slow["y"])
    seen = np.isfinite(a)
    assert R[seen][-1] < 0.05
    assert a[seen][-1] > picture.window.a[1], "it leaves through the top of the window"
    np.testing.assert_allclose(picture.model.critical_manifold_a(R[seen]), a[seen], rtol=1e-5)


def test_arrows_go_along_the_slow_flow_on_attracting_branches() -> None:
    trace = one("slow", "slow flow")
    model = picture_of(UnlearningState()).model
    x, y = np.array(trace["x"]), np.array(trace["y"])
    assert len(x) >= 40
    assert trace["marker"]["size"][:2] == [0, 10]
    inner = (x[1::2] < 1) & (y[1::2] > 0)
    np.testing.assert_allclose(model.critical_manifold_a(x[1::2][inner]), y[1::2][inner], rtol=1e-3)
    rising = np.sign(y[1::2] - y[::2])
    np.testing.assert_array_equal(rising, np.sign(model.vector_field(x[1::2], y[1::2])[1]))
    assert (rising[inner][x[1::2][inner] < 0.094] > 0).all(), "above the slow saddle the left branch leads up"
    assert (rising[inner][x[1::2][inner] > 0.4] < 0).all(), "the right branch leads down to R = 1"


def test_contours_are_levels_of_the_loss() -> None:
    trace = one("loss", "loss")
    model = picture_of(UnlearningState()).model
    R, a = values(trace["x"]).astype(float), values(trace["y"]).astype(float)
    z = trace["z"]
    assert z.shape == (len(a), len(R))
    loss = model.loss(*np.meshgrid(R, a)).ravel()
    order = np.argsort(loss)
    assert (np.diff(z.ravel()[order]) >= -1e-12 * np.abs(z).max()).all(), "the drawn heights rise with the loss"
    levels = np.arange(trace["contours"]["start"], trace["contours"]["end"], trace["contours"]["size"])
    assert 8 <= len(levels) <= 24


def test_basins_are_the_fates_of_the_starts() -> None:
    tint, names = traces("fates")
    model = picture_of(UnlearningState()).model
    x, y = values(tint["x"]).astype(float), values(tint["y"]).astype(float)
    kinds = values(tint["z"]).reshape(len(y), len(x))
    order = list(FATES)
    places = np.random.default_rng(4).integers(0, [len(x), len(y)], (60, 2))
    wrong = [1 for i, j in places if order[int(kinds[j, i])] != model.fate(min(y[j], 1e3), float(np.clip(x[i], -1, 1)))]
    assert len(wrong) <= 1, "a cell on a separatrix may be rounded to either side"
    colors = {int(level * len(order)): color for level, color in tint["colorscale"][::2]}
    assert colors == {k: FATES[fate].color for k, fate in enumerate(order)}
    assert sorted(re.sub(r"^\S+ ", "", text) for text in names["text"]) == ["full alignment", "unlearning"]
    for R, a, text in zip(names["x"], names["y"], names["text"], strict=True):
        assert FATES[model.fate(a, R)].word in text


def test_added_points_have_a_past_and_starts_have_none() -> None:
    assert not values(one("past", "past")["x"]).size
    R, a = (values(one("past", "past", points=POINTS)[axis]) for axis in ("x", "y"))
    assert np.isnan(R).sum() == 2
    assert (R[0], a[0]) == pytest.approx((0.5, 15.0), rel=1e-14)


def test_layers_are_priced() -> None:
    full = UnlearningState(a=(1.0,) * 12, points=(0.5, 1.0) * 12, layers=LAYERS)
    plain = full.model_copy(update={"layers": ()})
    assert compute.cost(plain) == 24 < compute.cost(full) <= compute.STREAM_COST


def spoken(**fields: Any) -> str:
    """What a screen reader says of the plane."""
    picture = picture_of(UnlearningState(**fields))
    return alt_text.plane(picture, picture.manifold(), [picture.trajectory(run) for run in picture.runs])


def test_a_screen_reader_is_told_what_the_layers_show() -> None:
    said = spoken(layers=LAYERS, points=(0.5, 15.0))
    assert (
        "Equilibria: saddle at R = 0, a = 0; saddle at R = 0.0943, a = 9.31; stable node at R = 1, a = 0.974." in said
    )
    assert "A separatrix parts full alignment (R → 1) from unlearning." in said
    assert "Singular orbits (ε → 0), number of fast pieces: ā = 5: 1, ā = 9: 2, ā = 10: 1" in said
    shares = re.findall(r"(full alignment|unlearning) (\d+) %", said)
    assert {name for name, _ in shares} == {"full alignment", "unlearning"}
    assert sum(int(share) for _, share in shares) in (99, 100, 101)
    assert "Also drawn: arrows of the flow, the slow nullcline" in said
    plain = spoken(layers=())
    assert not any(word in plain for word in ("quilibri", "eparatrix", "ingular", "%", "Also", "past"))
    assert "crosshair" in plain


def test_every_named_basin_is_tinted() -> None:
    tint, names = traces("fates", c=(1.0,) * 3, c_star=(0.0, 1.0, 0.5), a=(6.0,), R0=0.3, points=(-0.5, 4.0))
    kinds = {list(FATES)[int(kind)] for kind in np.unique(values(tint["z"]))}
    named = {fate for fate in FATES if any(FATES[fate].word in text for text in names["text"])}
    assert named <= kinds
    assert {Fate.NO_ALIGNMENT, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT} <= named
