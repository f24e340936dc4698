"""The state, its link and its two readers."""

from __future__ import annotations

import math
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core import controls
from components.core.state import MAX_QUERY, InvalidLink, Parameter, State, canonical, number_text
from components.views.unlearning.state import (
    ALIGNMENT,
    COEFFICIENT,
    EPS,
    HEIGHT,
    HORIZON,
    K_MAX,
    LAYERS,
    MAX_POINTS,
    MAX_RUNS,
    PANELS,
    PINNED,
    START,
    WIDTH,
    UnlearningState,
)
from components.views.unlearning.view import UnlearningView


def within(bounds: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*bounds, allow_nan=False)


def ordered(bounds: tuple[float, float]) -> st.SearchStrategy[tuple[float, float]]:
    pair = st.tuples(within(bounds), within(bounds)).map(lambda ends: tuple(sorted(ends)))
    return pair.filter(lambda ends: canonical(ends[0]) < canonical(ends[1]))


STATES = st.builds(
    UnlearningState,
    c=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
    c_star=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
    eps=within(EPS),
    a=st.lists(within(START), min_size=1, max_size=MAX_RUNS).map(tuple),
    R0=within(ALIGNMENT),
    tau=within(HORIZON),
    points=st.none()
    | st.lists(st.tuples(within(ALIGNMENT), within(HEIGHT)), min_size=1, max_size=MAX_POINTS).map(
        lambda pairs: tuple(number for pair in pairs for number in pair)
    ),
    layers=st.lists(st.sampled_from(LAYERS), unique=True).map(tuple),
    panel=st.sampled_from(tuple(PANELS)),
    width=st.none() | within(WIDTH),
    chosen=st.integers(0, MAX_RUNS - 1),
    axis=st.sampled_from(["log", "linear"]),
    measure=st.sampled_from(["loss", "excess"]),
    clock=st.sampled_from(["log", "linear", "arc"]),
    window=st.none() | st.tuples(ordered((-2, 2)), ordered(HEIGHT)).map(lambda ends: (*ends[0], *ends[1])),
    span=st.none() | ordered((0, 1e9)),
    cursor=st.none() | within((0, 1e8)),
)
PINNED_STATES = st.builds(
    lambda state, run: state.model_copy(update={name: getattr(run, name) for name in PINNED}),
    STATES,
    st.builds(
        UnlearningState,
        pin_c=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
        pin_c_star=st.lists(within(COEFFICIENT), min_size=1, max_size=K_MAX).map(tuple),
        pin_eps=within(EPS),
        pin_a=within(START),
        pin_R0=within(ALIGNMENT),
    ),
)


@settings(max_examples=1000, deadline=None)
@given(STATES | PINNED_STATES)
def test_a_state_round_trips_exactly_through_its_link(state: UnlearningState) -> None:
    link = state.query()
    assert UnlearningState.from_query(link) == state
    assert UnlearningState.from_query(link).query() == link
    assert UnlearningState.nearest(link) == (state, ())
    assert len(link) <= MAX_QUERY


def test_the_papers_example_has_a_readable_link() -> None:
    link = "v=1&c=1,1,1,1,1&cs=1,-1,1,1,1&eps=1&a=5,9,10&R0=0&tau=1e4&lay=field,eq,sep&pan=course"
    assert UnlearningState().query().startswith(link)
    assert UnlearningState().key() == link
    assert UnlearningState.from_query(link) == UnlearningState()


def test_a_full_link_has_at_most_400_characters() -> None:
    """K = 5, six starts, three clicked points, at six significant digits: finer than any hand."""
    state = UnlearningState(
        c=(-1.23456,) * 5,
        c_star=(-2.34567,) * 5,
        eps=1.23456e-6,
        a=(-12.3456,) * 6,
        R0=-0.123456,
        tau=123456.0,
        points=(-0.123456, -12.3456) * 3,
        axis="linear",
        measure="excess",
        clock="linear",
        window=(-0.12345, 0.98765, -1.23456, 12.3456),
        span=(0.000123456, 12345.6),
        cursor=123.456,
    )
    assert len("?" + state.query()) <= 400


@pytest.mark.parametrize(
    ("one", "other"),
    [({"eps": 0.3}, {"eps": 0.1 + 0.2}), ({"eps": 1}, {"eps": 1.0}), ({"R0": 0.0}, {"R0": -0.0})],
)
def test_equal_numbers_are_one_state(one: dict[str, float], other: dict[str, float]) -> None:
    assert UnlearningState(**one) == UnlearningState(**other)
    assert UnlearningState(**one).key() == UnlearningState(**other).key()
    assert hash(UnlearningState(**one)) == hash(UnlearningState(**other))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_canonical_number_is_its_own_canonical_form_and_text(number: float) -> None:
    once = canonical(number)
    if math.isinf(once):
        return
    assert canonical(once) == once
    assert float(number_text(once)) == once
    assert math.copysign(1, once) > 0 or once < 0


def test_display_is_no_part_of_the_key() -> None:
    assert UnlearningState(axis="linear", cursor=3.0, window=(0, 1, 0, 1)).key() == UnlearningState().key()
    assert UnlearningState(points=(0.5, 3.0)).key() != UnlearningState().key()


@pytest.mark.parametrize(
    ("query", "parameter", "sentence"),
    [
        ("eps=0", "eps", "eps = 0 is outside [1e-6, 10]."),
        ("eps=nan", "eps", "eps = nan is not a number."),
        ("eps=1e400", "eps", "eps = inf is outside [1e-6, 10]."),
        ("eps=١", "eps", "eps = ١ is not a number."),
        ("eps=1_0", "eps", "eps = 1_0 is not a number."),
        ("eps=", "eps", "eps = (empty) is not a number."),
        ("eps=1&eps=2", "eps", "eps is given twice."),
        ("a=5,,9", "a", "a = (empty) is not a number."),
        ("a=5,21", "a", "a = 21 is outside [-20, 20]."),
        ("a=" + ",".join("1" * 13), "a", "13 numbers, not 1 to 12 numbers"),
        ("pts=0.5", "pts", "1 numbers, not 1 to 12 groups of 2 numbers"),
        ("sel=1.5", "sel", "sel = 1.5 is not a whole number."),
        ("clk=sand", "clk", "clk = sand is not one of log, linear, arc."),
        ("v=2", "v", "v = 2 is not a version of this link: 1."),
        ("foo=1", "foo", "foo is not a parameter"),
        ("a=" + "9" * 3000, "query", "at most 2000 characters"),
        ("&".join(f"k{i}=1" for i in range(100)), "query", "at most 40 parameters"),
    ],
)
def test_a_wrong_link_is_refused_with_parameter_value_and_range(query: str, parameter: str, sentence: str) -> None:
    with pytest.raises(InvalidLink) as refused:
        UnlearningState.from_query(query)
    problem = refused.value.problems[0]
    assert problem.parameter == parameter
    assert sentence in problem.sentence
    assert problem.range
    state, problems = UnlearningState.nearest(query)
    assert problems == refused.value.problems
    assert UnlearningState.from_query(state.query()) == state


def test_the_nearest_state_clamps_what_is_out_of_range() -> None:
    state, _ = UnlearningState.nearest("eps=0&a=1,99,-99&R0=7&tau=1e99&cs=1,2,x")
    assert (state.eps, state.a, state.R0, state.tau) == (1e-6, (1.0, 20.0, -20.0), 1.0, 1e8)
    assert state.c_star == UnlearningState().c_star


def test_coefficients_of_different_length_are_padded_with_zeros() -> None:
    state = UnlearningState(c=(1, 1), c_star=(1, 0, 2))
    assert (state.c, state.c_star) == ((1, 1, 0), (1, 0, 2))


def test_wrong_values_are_refused_by_the_constructor_too() -> None:
    for values in (
        {"eps": 0},
        {"eps": math.nan},
        {"eps": 10**400},
        {"eps": True},
        {"a": ()},
        {"a": "5"},
        {"c": 3},
        {"z": 1},
    ):
        with pytest.raises(InvalidLink):
            UnlearningState.make(values)


@given(st.text(max_size=300))
def test_the_lenient_reader_never_fails(query: str) -> None:
    state, _ = UnlearningState.nearest(query)
    assert UnlearningState.from_query(state.query()) == state


def test_controls_describe_every_field() -> None:
    controls = UnlearningState.controls()
    assert [control["name"] for control in controls] == list(UnlearningState.model_fields)
    assert len({control["key"] for control in controls}) == len(controls)


def test_a_run_is_pinned_whole_or_not_at_all() -> None:
    whole = {"pin_c": (1.0,), "pin_c_star": (1.0, -1.0), "pin_eps": 0.1, "pin_a": 3.0, "pin_R0": 0.2}
    pinned = UnlearningState(tau=50.0, **whole).pinned
    assert pinned is not None
    assert (pinned.c, pinned.c_star, pinned.eps) == ((1.0, 0.0), (1.0, -1.0), 0.1)
    assert (pinned.starts, pinned.tau) == (((0.2, 3.0),), 50.0)
    for name in whole:
        assert UnlearningState(**{key: value for key, value in whole.items() if key != name}) == UnlearningState()


def test_presets_hold_the_papers_table() -> None:
    rows = {(preset.state.c_star, preset.state.a) for preset in UnlearningView.presets}
    assert ((1, -1, 1, -1, 1), (4,)) in rows
    assert ((2, 4, 6, 8, 10), (1,)) in rows
    assert ((1, -1, 1, 1, 1), (5, 9, 10)) in rows
    assert all("arXiv:2602.07378" in preset.paper.citation for preset in UnlearningView.presets)


WORDS = ("field", "nullcline", "basins")


class Layered(State):
    """A state of one field: any of three words."""

    layers: Annotated[
        tuple[str, ...], Parameter("lay", "layers", "what is drawn", "words", choices=WORDS, group="overlay")
    ] = ("field",)


@given(st.lists(st.sampled_from(WORDS), unique=True))
def test_words_round_trip_in_their_own_order(words: list[str]) -> None:
    state = Layered.make({"layers": words})
    assert state.layers == tuple(word for word in WORDS if word in words)
    assert Layered.from_query(state.query()) == state
    assert Layered.nearest(state.query()) == (state, ())
    assert state.query() == state.key() == "v=1&lay=" + ",".join(state.layers), "a layer is computed"


@pytest.mark.parametrize(
    ("text", "sentence", "nearest"),
    [
        ("field,moon,basins", "lay = moon is not any of field, nullcline, basins.", ("field", "basins")),
        ("field,field", "lay = field is given twice", ("field",)),
        ("moon", "lay = moon is not any of", ("field",)),
    ],
)
def test_wrong_words_are_named_and_the_known_ones_kept(text: str, sentence: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(InvalidLink) as refused:
        Layered.from_query(f"lay={text}")
    assert sentence in refused.value.problems[0].sentence
    state, problems = Layered.nearest(f"lay={text}")
    assert state.layers == nearest
    assert problems == refused.value.problems


@pytest.mark.parametrize("value", ["field", 3, None, [1.0], [["field"]]])
def test_what_is_no_list_of_words_is_refused(value: object) -> None:
    with pytest.raises(InvalidLink):
        Layered.make({"layers": value})


def test_a_control_of_many_words_has_a_label_for_each() -> None:
    (control,) = controls.Checkboxes(("field", "slow nullcline", "basins")).build("view", Layered, "layers")
    assert (control.kind, control.choices) == ("many", WORDS)
    with pytest.raises(ValueError, match="layers has 3 words, and 1 labels"):
        controls.Checkboxes(("field",)).build("view", Layered, "layers")
