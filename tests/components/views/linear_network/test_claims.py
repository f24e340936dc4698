"""The sentences of the Linear network view, over random states, against an evaluation of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from components.views.linear_network import captions
from components.views.linear_network.plan import picture_of
from components.views.linear_network.state import EXPONENT, LinearNetworkState
from dynamics import LinearNetwork
from dynamics.linear_network import descent_runs
from dynamics.plotting.linear_network.panels import activation_title
from tests.claims.linear_network import Truth, links, powers, problems, random_state, sentence


@pytest.mark.parametrize("number", range(10))
def test_every_sentence_of_a_random_state_is_true(number: int) -> None:
    assert problems(random_state(np.random.default_rng([7, number]))) == []


@pytest.mark.parametrize(
    ("query", "false", "true"),
    [
        ("y=-3&seed=5", "turn away from each other, toward opposite directions", "turn toward each other"),
        ("", "|y| = 2 > |f(0)| = 0.0545", "|y| = 2 < |f(0)| = 0.0545"),
        ("", "28.3°", "28.4°"),
        ("", "Also: rescaling", "Also: kernel"),
        ("d=1e5&g=1&eu=1&ew=1&y=3", "0.00011 % of f(0)²", "0.00012 % of f(0)²"),
    ],
)
def test_a_false_sentence_is_found(query: str, false: str, true: str) -> None:
    state = LinearNetworkState.from_query(query)
    text, _ = captions.sentence(state, state.network())
    assert sentence(text, Truth.of(state)) == []
    assert false in text
    assert sentence(text.replace(false, true), Truth.of(state)) != []


def test_the_scaling_panel_has_its_sentences_and_valid_links_over_the_whole_sliders() -> None:
    """Words, figures and links of the view; random exponents, on the grid of the sliders and off it."""
    rng = np.random.default_rng(5)
    names = ("c_gamma", "c_u", "c_w", "c_eta_u", "c_eta_w")
    bounded = far = 0
    for k in range(300):
        values = rng.integers(-12, 13, size=5) / 4 if k % 2 else rng.uniform(*EXPONENT, size=5)
        grows = "scales" if k % 5 == 0 else "width"
        state = LinearNetworkState(panel="scaling", d=3, seeds=1, grows=grows, **dict(zip(names, values, strict=True)))
        if powers(state)["output"] > 1e-9:
            with pytest.raises(ValueError, match="without bound"):
                picture_of(state).scaling()
            continue
        bounded += 1
        found = next(iter(picture_of(state).scaling()))
        notes = captions.scaling(state, found, False)
        assert links(state, captions.scaling_links(state), notes) == []
        far += "no link leads there" in " ".join(notes)
    assert bounded > 100
    assert far > 20


APPROACHES = [
    (LinearNetwork([-1.0], [1.0], 1.0, 1.0), "f tends to 0 instead of y, like e^(−λt), λ = 4 "),
    (LinearNetwork([-1.0], [1.0], 1.0, 1.0, beta=0.5), "f tends to 0 instead of y, like e^(−λt), λ = 3 "),
    (LinearNetwork([1.0], [1.0], 1.0, -2.0, beta=2.0), "f tends to 0 instead of y, like e^(−λt), λ = 24 "),
    (LinearNetwork([1.0], [1.0], 1.0, 0.0), "f tends to 0 by a power of time, t^(−1)"),
    (LinearNetwork([1.0], [1.0], 1.0, 0.0, beta=0.5), "f tends to 0 by a power of time, t^(−2)"),
    (LinearNetwork([1.0, 0.0], [0.0, 1.0], 1.0, 1.0, beta=0.5), "f reaches y in finite time"),
    (LinearNetwork([1.0, 0.0], [0.0, 1.0], 1.0, 1.0, beta=3.0), "|f − y| ~ t^(−0.5)"),
]


@pytest.mark.parametrize(("network", "text"), APPROACHES, ids=range(len(APPROACHES)))
def test_how_f_comes_to_its_end_is_as_the_weights_show(network: LinearNetwork, text: str) -> None:
    """The law that is named, against f of the weights integrated by small steps of gradient descent."""
    assert text in " ".join(
        captions.notes(LinearNetworkState(beta=network.beta), network, network.solution(0.0), network.d)
    )
    u, v, t, step = network.u0.copy(), network.v0.copy(), 0.0, 1e-3 if "t^(" in text else 1e-4
    seen: list[tuple[float, float]] = []
    while t < 40.0 and len(seen) < 60_000:
        residual = float(u @ v) - network.y
        seen.append((t, residual if "instead" not in text and "tends" not in text else float(u @ v)))
        pull = step * (network.beta + 1.0) * abs(residual) ** network.beta * np.sign(residual)
        u, v = u - pull * v, v - pull * u
        t += step
    time, size = np.array([one for one, _ in seen]), abs(np.array([two for _, two in seen]))
    if "finite" in text:
        assert size[-1] < 1e-6
    elif "e^(−λt)" in text:
        window = (size < 1e-3) & (size > 1e-8)
        rate = -np.polyfit(time[window], np.log(size[window]), 1)[0]
        assert rate == pytest.approx(float(text.rpartition("= ")[2]), rel=0.01)
    else:
        power = -np.polyfit(np.log(time[20_000:]), np.log(size[20_000:]), 1)[0]
        assert power == pytest.approx(float(text.rpartition("−")[2].rstrip(")")), rel=0.1)


@pytest.mark.parametrize("query", ["", "y=0.01&d=30", "g=1&su=0.1&sw=0.1&eu=1&ew=1&y=0.1&r=0.6", "y=-2&seed=3"])
def test_each_activation_starts_and_turns_as_the_title_says(query: str) -> None:
    state = LinearNetworkState.from_query(f"{query}&pan=activations&n=4".lstrip("&"))
    for row in picture_of(state).activation_runs:
        assert activation_title(row) in ("aligning start: |y| > |f(0)|", "disaligning start: |y| < |f(0)|")
        for activation in descent_runs.ACTIVATIONS:
            made = row.descent(activation)
            first, *_, last = made.records(activation)
            y = np.array([network.y for network in made.networks])
            assert ((abs(y) > abs(first.f)) == row.aligning).all()
            before, after = (abs(one.cos_zeta_phi).mean() for one in (first, last))
            assert (after > before) == row.aligning, activation


def test_points_of_descent_lie_within_its_run() -> None:
    for t_end in 10.0 ** np.random.default_rng(0).uniform(-12, 12, size=500):
        for step in (0.01 * t_end, t_end, 2.0 * t_end):
            made = descent_runs.DescentRun((), step, t_end, t_end)
            assert made.times.max() == t_end


@pytest.mark.parametrize("beta", [1.0, 1.3, 2.0, 4.0])
@pytest.mark.parametrize("sigma", [1e-3, 0.5, 3.0])
def test_a_tenth_of_the_stability_limit_is_stable_from_start_to_end(beta: float, sigma: float) -> None:
    network = LinearNetwork.random(3, sigma_u=sigma, sigma_w=sigma, y=30.0, beta=beta, seed=1)
    step = 0.1 * descent_runs.stability_limit(network)
    u, v, size = network.u0.copy(), network.v0.copy(), abs(network.start.f)
    for _ in range(3000):
        residual = float(u @ v) - network.y
        pull = step * (beta + 1.0) * abs(residual) ** beta * np.sign(residual)
        u, v = u - pull * v, v - pull * u
        size = max(size, abs(float(u @ v)))
    assert size <= 1.01 * max(network.y, abs(network.start.f))


def test_a_target_of_the_state_is_kept_where_it_makes_the_start_of_its_row() -> None:
    state = LinearNetworkState(panel="activations", seeds=3)
    first, second = picture_of(state).activation_runs
    assert all((targets == state.target).all() for targets in first.targets.values())
    for name, f0 in second.outputs.items():
        assert second.targets[name] == pytest.approx(0.2 * f0)
    assert replace(first, aligning=False).of_kind("linear").sum() == 0
