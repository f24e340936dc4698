"""The problems the tests share: the presets and the table of the theory, degenerate inputs, and random ones."""

from hypothesis import strategies as st

ONES = (1, 1, 1, 1, 1)
PUBLISHED = (ONES, (1, -1, 1, 1, 1))
SADDLE_CASE = (ONES, (1, -1, 1, -1, 1))
FOLD_CASE = (ONES, (1, -1, -1, 1, 1))
DELAYED = (ONES, (1, -1, 2.5, 1, 1))
PARTIAL = (ONES, (1, 1, -1, -2, 1))
OUTER_SADDLE = ((1, 0.117, 0.11, 0.071, 0.099), (1, -0.346, -1.403, -0.241, 0.109))
TWO_THRESHOLDS = (ONES, (1, -1.865, 2.539, -0.95, 0.182))
NO_NEGATIVE_TERM = ((1, 1, 1), (1, 0, 0))

# (c, c*, a0, R0)
PRESETS = [
    (*SADDLE_CASE, 4, 0),
    (ONES, (2, 4, 6, 8, 10), 1, 0),
    (ONES, ONES, 0.5, 0),
    (ONES, ONES, 8, 0),
    (ONES, ONES, -3, 0),
    (*SADDLE_CASE, 3, 0),
    (*SADDLE_CASE, 8, 0),
    (*PUBLISHED, 5, 0),
    (*PUBLISHED, 9, 0),
    (*PUBLISHED, 10, 0),
    (ONES, (1, -1, 2.3, 1, 1), 7, 0),
    (ONES, (1, 1, -1, 1.5, 1), -6, 0),
    (*PARTIAL, 5, 0),
    (*FOLD_CASE, 3.5, 0),
    (*FOLD_CASE, 4, 0),
    (*FOLD_CASE, -5.25, 0),
    (*FOLD_CASE, -5.4, 0),
    (*DELAYED, 0.1, 0),
    (*OUTER_SADDLE, 0.40, 0),
    (*OUTER_SADDLE, 0.44, 0),
    (*TWO_THRESHOLDS, 0.2, 0),
    (*TWO_THRESHOLDS, 2, 0),
    (*TWO_THRESHOLDS, 4, 0),
    (*NO_NEGATIVE_TERM, 2, 0),
]

DEGENERATE = {
    "A_1 = 0 and R0 = 0": ((1, 1, 1), (0, 1, 1), 3, 0),
    "A_1 = 0 and R0 > 0": (ONES, (0, 1, 0.5), 6, 0.3),
    "a0 = 0": (*PUBLISHED, 0, 0),
    "a0 = 0 and R0 > 0": (*PUBLISHED, 0, 0.4),
    "no activation": ((0, 0, 0), (1, -1, 1), 2, 0),
    "no activation, R0 > 0": ((0, 0, 0), (1, -1, 1), 2, 0.5),
    "no target": (ONES, (0, 0), 3, 0),
    "no target, R0 < 0": (ONES, (0, 0), 3, -0.6),
    "matched": (ONES, ONES, 20, 0),
    "matched, a0 < 0": (ONES, ONES, -20, 0),
    "c_1 = 0": ((0, 1, 1), (1, -1, 1), 4, 0.2),
    "only odd": ((1, 0, 1, 0, 1), (1, 0, -1, 0, 0.5), 5, 0),
    "only even": ((0, 1, 0, 1), (0, 1, 0, -1), 5, 0.3),
    "one term": ((1,), (1,), 2, 0),
    "one term of degree 3": ((0, 0, 1), (0, 0, -0.5), 2, -0.4),
    "disjoint": ((1, 0, 1), (0, 1, 0), 2, 0.5),
    "large a0": (*PUBLISHED, 20, 0),
    "large -a0": (*PUBLISHED, -20, 0),
    "tiny a0": (*PUBLISHED, 1e-6, 0),
    "R0 near 1": (*PUBLISHED, 8, 0.999999),
    "R0 near -1": (*PUBLISHED, 8, -0.999999),
    "K = 10": ((1,) * 10, (1, -1, 1, -1, 1, -1, 1, -1, 1, -1), 5, 0),
}

EPSILONS = (10.0, 1.0, 1e-1, 1e-3, 1e-6)

coefficient = st.one_of(
    st.floats(-3, 3).map(lambda x: round(x, 3)),
    st.sampled_from([0.0, 0.0, 1.0, -1.0, 0.5, -2.0, 3.0]),
)
coefficients = st.lists(coefficient, min_size=1, max_size=10).map(tuple)
short_coefficients = st.lists(coefficient, min_size=2, max_size=5).map(tuple)
epsilon = st.one_of(st.floats(-6, 1).map(lambda x: 10.0 ** round(x, 3)), st.sampled_from([1e-6, 1.0, 10.0]))
height = st.one_of(st.floats(-20, 20).map(lambda x: round(x, 3)), st.sampled_from([0.0, 0.1, -0.1, 5.0, 20.0, -20.0]))
alignment = st.one_of(
    st.just(0.0), st.floats(-0.99, 0.99).map(lambda x: round(x, 3)), st.sampled_from([0.9999, -0.9999])
)
horizon = st.floats(0, 8).map(lambda x: 10.0 ** round(x, 2))
