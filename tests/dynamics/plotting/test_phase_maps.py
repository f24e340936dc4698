"""Phase maps as figures: what they show is what was computed, and plotly accepts them in both themes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from dynamics import Fate, PhaseMap, phase_map, plotting
from dynamics.plotting.phase_maps import COLORS
from dynamics.plotting.renderers import MISSING
from dynamics.plotting.style import DARK, FATES, LIGHT

ONES = (1.0,) * 5
QUANTITIES = ("fate", *COLORS)


@pytest.fixture(scope="module")
def found() -> PhaseMap:
    return phase_map(
        ONES, (1, 1, -1, 0, 1), x=("c_star", 4, -3, 3), y=("eps", 0.01, 1), n=(24, 20), a0=8.0,
        quantities=(*QUANTITIES, "boundary"), tau_end=30.0,
    )  # fmt: skip


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_cells_are_those_that_were_computed(found: PhaseMap, quantity: str) -> None:
    figure = found.plot(quantity)
    (cells,) = (trace for trace in figure.data if trace.type == "heatmap")
    np.testing.assert_array_equal(cells.x, found.x)
    np.testing.assert_array_equal(cells.y, found.y)
    if quantity == "fate":
        np.testing.assert_array_equal(cells.z, found.fate)
        colors = [color for _, color in cells.colorscale[::2]]
        assert colors == [FATES[fate].color for fate in sorted(Fate)]
        edges = np.array([position for position, _ in cells.colorscale])
        for fate in Fate:  # its number is in the middle of its color
            share = (fate - cells.zmin) / (cells.zmax - cells.zmin)
            assert edges[2 * fate] < share < edges[2 * fate + 1]
    else:
        values = getattr(found, quantity)
        np.testing.assert_array_equal(cells.customdata, values)
        ends = np.array([cells.zmin, cells.zmax])
        ends = 10**ends if COLORS[quantity].log else ends
        finite = values[np.isfinite(values)]
        np.testing.assert_allclose(ends, [finite.min(), finite.max()], rtol=1e-12)
        (bar,) = (trace for trace in figure.data if trace.name == "colors")
        assert (bar.marker.cmin, bar.marker.cmax) == (cells.zmin, cells.zmax)
        assert bar.marker.colorbar.title.text == COLORS[quantity].legend


def test_boundaries_names_and_axes(found: PhaseMap) -> None:
    figure = found.plot()
    (line,) = (trace for trace in figure.data if trace.name == "boundaries")
    assert np.isnan(line.x).sum() == len(found.boundary or ())
    (names,) = (trace for trace in figure.data if trace.name == "names")
    for text, x, y in zip(names.text, names.x, names.y, strict=True):
        cell = found.fate[np.flatnonzero(found.y == y)[0], np.flatnonzero(found.x == x)[0]]
        assert text.endswith(FATES[Fate(cell)].word)
    assert figure.layout.xaxis.range == (-3.0, 3.0)
    assert figure.layout.yaxis.type == "log"
    np.testing.assert_allclose(figure.layout.yaxis.range, (-2.0, 0.0))
    assert figure.layout.xaxis.title.text == "c*₄, target coefficient of He₄"
    assert figure.layout.yaxis.title.text == "ε, ratio of time scales"


def test_in_the_dark_no_color_of_the_light_is_left(found: PhaseMap) -> None:
    drawn = plotting.to_plotly(plotting.phase_map(found, "time"), "dark").to_json()
    used = {color for color in LIGHT.values() if f'"{color}"' in found.plot("time").to_json()}
    assert len(used) > 3
    assert not [color for color in used if f'"{color}"' in drawn]
    for theme, palette in (("light", LIGHT), ("dark", DARK)):
        layout = plotting.to_plotly(plotting.phase_map(found), theme).layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == palette["paper"]


def test_what_was_not_computed_is_refused(found: PhaseMap) -> None:
    bare = phase_map(ONES, ONES, n=(2, 2))
    with pytest.raises(ValueError, match=r'"time" is not in this map: request it with quantities=\("time",\)'):
        bare.plot("time")
    with pytest.raises(ValueError, match="quantity must be"):
        bare.plot("heat")
    assert [trace.name for trace in bare.plot().data] == ["fate", "names"]


def test_plotly_is_imported_only_to_draw() -> None:
    program = """
import sys
import dynamics, dynamics.plotting
assert "plotly" not in sys.modules
sys.modules["plotly"] = sys.modules["plotly.graph_objects"] = None
try:
    dynamics.plotting.to_plotly({"data": [], "layout": {}})
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True)
    assert run.stdout.strip() == MISSING
