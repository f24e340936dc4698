"""The picture of a mean field: what it shows is what the library computes, within its limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dynamics import MeanFieldModel
from dynamics.plotting import MeanFieldPicture, to_plotly
from dynamics.plotting.mean_field.picture import MEAN_FIELD

MODEL = MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-2, m=5)
ODD = MeanFieldModel((0, 1, -1), (0, 1, 1), eps=1.0, m=3)
NETWORK = {"dimension": 20, "batch": 40, "runs": 2}


def lines(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def test_the_panels_show_the_solution() -> None:
    a0 = (0.5, -0.5, 0.2, -0.3, 0.9)
    picture = MeanFieldPicture.of(MODEL, a0, t_end=5.0, layers=("overlaps",))
    run = MODEL.trajectory(a0, t=picture.t)
    shown = lines(picture.panels())
    np.testing.assert_array_equal(shown["risk"]["y"], run.risk)
    np.testing.assert_array_equal(shown["degree 1"]["y"], 0.5 * run.residual[:, 1] ** 2)
    exact = MODEL.trajectory(a0, t=picture.t, overlaps=True)
    np.testing.assert_array_equal(shown["exact, m = 5"]["y"], exact.risk)
    residuals = lines(picture.panels(terms="residuals"))
    np.testing.assert_array_equal(residuals["degree 1"]["y"], run.residual[:, 1])
    cloud = lines(picture.cloud())
    np.testing.assert_array_equal(cloud["neuron 4"]["y"], run.a[:, 3])
    np.testing.assert_array_equal(cloud["neurons"]["x"][-5:], run.s[-1])


def test_display_parameters_change_axes() -> None:
    layout = MeanFieldPicture.of(MODEL, t_end=5.0).panels("linear", "log", span=(1.0, 2.0))["layout"]
    assert (layout["xaxis"]["type"], layout["yaxis"]["type"], layout["yaxis2"]["type"]) == ("linear", "log", "log")
    assert layout["xaxis"]["range"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("a0", "law", "kinds"),
    [
        (2.0, "uniform", (MEAN_FIELD, "planar")),
        (None, "alike", (MEAN_FIELD, "planar")),
        (None, "uniform", (MEAN_FIELD,)),
        ((1.0, 2.0, 2.0), "alike", (MEAN_FIELD,)),
    ],
)
def test_the_planar_system_is_shown_where_neurons_follow_it(a0: Any, law: Any, kinds: tuple[str, ...]) -> None:
    picture = MeanFieldPicture.of(ODD, a0, t_end=5.0, layers=("planar",), law=law)
    assert picture.kinds == kinds
    assert (picture.planar is not None) == ("planar" in kinds)
    if picture.planar:
        np.testing.assert_allclose(picture.trajectory.s[:, 0], picture.planar.R, atol=1e-6)
        np.testing.assert_allclose(lines(picture.cloud())["planar system"]["y"], picture.planar.a)


@pytest.mark.parametrize(
    "model",
    [MeanFieldModel((0, 1), (0, 1e3), m=2), MeanFieldModel((0, 1), (0, 1), eps=1e-3), MeanFieldModel((0, 1), "relu")],
    ids=["large coefficient", "large eps of the planar system", "no polynomial"],
)
def test_there_is_no_planar_system_outside_its_ranges(model: MeanFieldModel) -> None:
    assert MeanFieldPicture.of(model, 1.0, layers=("planar",)).kinds == (MEAN_FIELD,)


def test_networks_end_where_the_work_that_is_allowed_ends() -> None:
    free = MeanFieldPicture.of(MODEL, t_end=1.0, layers=("network",), **NETWORK)
    assert free.networks.horizon == 1.0
    allowed = 0.5 * (free.networks.work(1e-4) + free.networks.work(1.0))  # records take some of it at any time
    bounded = MeanFieldPicture.of(MODEL, t_end=1.0, layers=("network",), **NETWORK, max_work=allowed)
    assert bounded.networks.work(bounded.networks.horizon) <= allowed
    assert 0.0 < bounded.networks.horizon < 1.0


def test_all_degrees_of_a_long_target_are_drawn() -> None:
    model = MeanFieldModel((1.0,) * 10, (0.5,) * 10, eps=1.0, m=2)
    names = lines(MeanFieldPicture.of(model, t_end=0.1, panel="risk").panels())
    assert {f"degree {k}" for k in range(10)} <= names.keys()
    sweep = MeanFieldPicture.of(model, panel="sweep", sweep=(5.0, 10.0), seeds=1)
    assert isinstance(sweep.panels()["data"], list)


@pytest.mark.parametrize("panel", ["course", "risk", "neurons", "sweep", "network"])
def test_plotly_accepts_every_panel(panel: str) -> None:
    picture = MeanFieldPicture.of(
        ODD, t_end=0.5, layers=("network",), panel=panel, sweep=(1.0, 10.0), seeds=1, **NETWORK
    )
    assert to_plotly(picture.panels()).data
    assert to_plotly(picture.cloud()).data
    assert (picture.sweep is not None) == (panel == "sweep")
    assert (picture.network_distances is not None) == (panel == "network")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"t_end": 0.0}, "t_end"),
        ({"layers": ("field",)}, r"layers\[0\]"),
        ({"panel": "all"}, "panel"),
        ({"law": "even"}, "law"),
        ({"scale": 1e4}, "scale"),
        ({"seed": -1}, "seed"),
        ({"sweep": (1e-5, 1e-7)}, "sweep"),
        ({"seeds": 0}, "seeds"),
        ({"dimension": 1}, "dimension"),
        ({"batch": 0}, "batch"),
        ({"runs": 0}, "runs"),
        ({"first_layer": "zero"}, "first_layer"),
        ({"max_work": -1.0}, "max_work"),
        ({"a0": (1.0, 2.0)}, "a0"),
    ],
)
def test_bad_arguments_are_named(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        MeanFieldPicture.of(MODEL, **fields)
