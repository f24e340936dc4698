"""Figures for print: what is drawn is what the figure holds, where it is, in the size that was chosen."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from typing import Any

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from PIL import Image

from dynamics import Fate, phase_map, plotting
from dynamics.plotting import figure_file, to_matplotlib
from dynamics.plotting.printing import FigureDrawing, PrintStyle, _even_ticks, _log_ticks
from dynamics.plotting.renderers import FILE_KINDS, NOT_PRINTED, WIDTHS
from dynamics.plotting.style import DARK, FATES, LIGHT
from dynamics.plotting.subplots import scatter, stacked_axes

ONES = (1.0,) * 5


@pytest.fixture(scope="module")
def map_figure() -> plotting.schema.Figure:
    found = phase_map(
        ONES, (1, 1, -1, 0, 1), x=("c_star", 4, -3, 3), y=("eps", 0.01, 1), n=(24, 20), a0=8.0,
        quantities=("fate", "time", "boundary"), tau_end=30.0,
    )  # fmt: skip
    return {name: plotting.phase_map(found, name) for name in ("fate", "time")} | {"found": found}


def rows(**changes: Any) -> plotting.schema.Figure:
    """Two rows over one logarithmic axis of time."""
    layout = stacked_axes(["R", "loss  L"], ("tau", "τ"))
    layout["xaxis"]["range"], layout["yaxis"]["range"], layout["yaxis2"]["range"] = [-2, 3], [-0.5, 1.0], [0.0, 80.0]
    line = {"color": LIGHT["full"], "width": 2.0, "dash": "12px,3px"}
    tau = np.geomspace(1e-2, 1e3, 50)
    data = [
        scatter(x=tau, y=np.tanh(tau), mode="lines", line=line, name="one", xaxis="x", yaxis="y"),
        scatter(x=tau, y=80 / (1 + tau), mode="lines", line={**line, "dash": "dot"}, name="two", xaxis="x", yaxis="y2"),
    ]
    return {"data": data, "layout": layout | changes}


def pixels(drawn: Canvas, dpi: float = 100.0) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(figure_file(drawn, "png", dpi))).convert("RGB")).astype(float)


def axes_of(drawn: Canvas) -> list[Axes]:
    return list(drawn.axes)


def test_lines_hold_every_point_on_axes_with_the_ranges_of_the_figure() -> None:
    figure = rows()
    upper, lower = axes_of(to_matplotlib(figure))
    assert (upper.get_xscale(), upper.get_yscale()) == ("log", "linear")
    np.testing.assert_allclose([*upper.get_xlim(), *upper.get_ylim(), *lower.get_ylim()], [1e-2, 1e3, -0.5, 1.0, 0, 80])
    for axes, trace in zip((upper, lower), figure["data"], strict=True):
        (line,) = axes.lines
        np.testing.assert_array_equal(line.get_xdata(), trace["x"])
        np.testing.assert_array_equal(line.get_ydata(), trace["y"])
    assert upper.get_position().y0 > lower.get_position().y1
    assert (upper.get_position().x0, upper.get_position().x1) == (lower.get_position().x0, lower.get_position().x1)


@pytest.mark.parametrize("width", WIDTHS)
def test_sizes_of_the_page_are_scaled_with_the_type(width: str) -> None:
    inches, points, serif = WIDTHS[width]
    drawn = to_matplotlib(rows(), width)
    assert drawn.get_figwidth() == inches
    upper, lower = axes_of(drawn)
    assert upper.lines[0].get_linewidth() == pytest.approx(2.0 * points / 12)
    # matplotlib counts a dash in widths of its line
    assert upper.lines[0]._unscaled_dash_pattern[1] == pytest.approx((6.0, 1.5))
    assert lower.lines[0]._unscaled_dash_pattern[1] == pytest.approx((1.5, 1.5))  # plotly's dots are 3 px long
    for label in lower.get_xticklabels():
        assert label.get_fontsize() == points
        assert label.get_fontname() == ("STIXGeneral" if serif else "DejaVu Sans")


def test_the_pixels_of_a_map_are_those_of_its_cells(map_figure: Any) -> None:
    found, dpi = map_figure["found"], 100.0
    figure = {**map_figure["fate"], "data": [one for one in map_figure["fate"]["data"] if one["name"] != "names"]}
    drawn = to_matplotlib(figure, 6.0)
    seen, (axes,) = pixels(drawn, dpi), axes_of(drawn)
    drawn.dpi = dpi
    checked = 0
    for j in (3, 9, 15):
        for i in range(2, 22, 3):
            if len(set(found.fate[j - 1 : j + 2, i - 1 : i + 2].ravel())) > 1:
                continue  # a boundary may run here
            x, y = axes.transData.transform((found.x[i], found.y[j]))
            color = np.array(matplotlib.colors.to_rgb(FATES[Fate(found.fate[j, i])].color)) * 255
            assert abs(seen[round(seen.shape[0] - y), round(x)] - (0.55 * color + 0.45 * 255)).max() < 4
            checked += 1
    assert checked > 8


def test_a_quantity_has_its_bar_beside_the_map(map_figure: Any) -> None:
    axes, bar = axes_of(to_matplotlib(map_figure["time"]))
    assert bar.get_position().x0 > axes.get_position().x1
    assert bar.texts[0].get_text() == r"time to the fate, $\tau$"
    assert all(re.fullmatch(r"\$10\^\{-?\d+\}\$", label.get_text()) for label in bar.get_yticklabels())


@settings(deadline=None, max_examples=20)
@given(
    ends=st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)),
    decades=st.tuples(st.floats(-12, 6), st.floats(0.05, 20)),
    width=st.sampled_from([*WIDTHS, 2.0, 20.0]),
)
def test_numbers_and_titles_are_on_the_paper_and_do_not_touch(
    ends: tuple[float, float], decades: tuple[float, float], width: Any
) -> None:
    figure = rows()
    figure["layout"]["yaxis"]["range"] = [ends[0], ends[0] + ends[1]]
    figure["layout"]["yaxis2"] |= {"type": "log", "range": [decades[0], sum(decades)]}
    drawn = to_matplotlib(figure, width)
    drawn.canvas.draw()
    paper = drawn.get_window_extent()
    for axes in axes_of(drawn):
        for labels, side in ((axes.get_xticklabels(), "x"), (axes.get_yticklabels(), "y")):
            boxes = [label.get_window_extent() for label in labels if label.get_text() and label.get_visible()]
            assert all(paper.x0 - 1 <= box.x0 and box.y1 <= paper.y1 + 1 and box.y0 >= paper.y0 - 1 for box in boxes)
            ordered = sorted(boxes, key=lambda box: getattr(box, f"{side}0"))
            for one, other in zip(ordered, ordered[1:], strict=False):
                assert getattr(one, f"{side}1") <= getattr(other, f"{side}0") + 1.0
        titles = [text for text in axes.texts if text.get_text()]
        assert all(paper.x0 - 1 <= text.get_window_extent().x0 for text in titles)


@given(st.floats(-1e8, 1e8), st.floats(1e-4, 1e8), st.integers(2, 12))
def test_even_numbers_tell_their_values_apart(low: float, span: float, most: int) -> None:
    found = _even_ticks(low, low + span, most)
    assert 1 <= len(found) <= 2 * most + 2
    assert len({text for _, text in found}) == len(found)
    assert all(low - 1e-6 * span <= value <= low + span * (1 + 1e-6) for value, _ in found)


@given(st.floats(-20, 20), st.floats(0.02, 30), st.integers(2, 12))
def test_numbers_of_a_logarithmic_axis_tell_their_values_apart(low: float, decades: float, most: int) -> None:
    found = _log_ticks(10**low, 10 ** (low + decades), most)
    assert len({text for _, text in found}) == len(found)
    assert all(10 ** (low - 1e-6) <= value <= 10 ** (low + decades + 1e-6) for value, _ in found)


def test_what_has_no_place_on_an_axis_is_left_out() -> None:
    figure = rows()
    figure["data"][1] |= {"x": [1e-2, 1.0, None, 1e3], "y": [0.0, np.inf, 3.0, np.nan]}
    figure["layout"]["yaxis2"] |= {"type": "log", "range": [-3, 2]}
    figure["data"].append(scatter(x=[], y=[], mode="lines", line={"color": "#000000"}, name="empty"))
    figure["data"].append(
        scatter(x=[1.0, 5e9], y=[0.5, 0.5], mode="markers", marker={"symbol": "circle", "size": 8}, name="points")
    )
    drawn = to_matplotlib(figure)
    drawn.canvas.draw()
    upper, lower = axes_of(drawn)
    y = lower.lines[0].get_ydata()
    assert 0 < y[0] < 1e-3  # far below, where its logarithm would be
    assert y[1] > 1e2
    assert np.isnan(y[3])
    assert [len(line.get_xdata()) for line in upper.lines[1:]] == [1]  # one point is within the axes


def test_rows_are_named_where_they_have_no_names() -> None:
    assert to_matplotlib(rows()).legends == []
    (legend,) = to_matplotlib(rows(), legend=True).legends
    assert [text.get_text() for text in legend.get_texts()] == ["one", "two"]
    (legend,) = to_matplotlib(rows(showlegend=True)).legends
    assert to_matplotlib(rows(showlegend=True), legend=False).legends == []
    drawn = to_matplotlib(rows(), legend=True)
    drawn.canvas.draw()
    _, lower = axes_of(drawn)
    titles = [text.get_window_extent() for text in lower.texts]
    top = drawn.legends[0].get_window_extent().y1
    assert all(title.y0 >= top - 1 for title in titles)


def test_arrows_point_along_the_line_that_they_end() -> None:
    figure = rows()
    marker = {"symbol": ["circle", "arrow"], "size": [0, 10], "color": "#000000"}
    figure["data"].append(scatter(x=[1.0, 10.0], y=[0.5, -0.5], mode="markers", marker=marker, yaxis="y2", name="way"))
    figure["layout"]["yaxis2"]["range"] = [-1.0, 1.0]
    _, lower = axes_of(to_matplotlib(figure))
    shape = lower.lines[-1]._marker
    tip, *barbs = shape.get_path().transformed(shape.get_transform()).vertices
    np.testing.assert_allclose(tip, 0.0, atol=1e-9)
    (x0, y0), (x1, y1) = lower.transData.transform([(1.0, 0.5), (10.0, -0.5)])
    back = np.mean(barbs[:2], axis=0)
    np.testing.assert_allclose(back / np.hypot(*back), [(x0 - x1), (y0 - y1)] / np.hypot(x0 - x1, y0 - y1), atol=1e-9)


def test_dark_and_transparent() -> None:
    dark, clear = to_matplotlib(rows(), theme="dark"), to_matplotlib(rows(), transparent=True)
    assert matplotlib.colors.to_hex(dark.get_facecolor()) == DARK["paper"]
    assert axes_of(dark)[0].lines[0].get_color() == DARK["full"]
    assert axes_of(dark)[1].texts[0].get_color() == DARK["ink"]
    picture = np.asarray(Image.open(io.BytesIO(figure_file(clear, "png", 100))))
    assert picture[0, 0, 3] == 0


def test_matplotlib_is_left_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    figure_file(to_matplotlib(rows()), "svg")
    assert dict(matplotlib.rcParams) == before


# --- files ---


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_files_say_what_they_are_and_are_the_same_again(kind: str) -> None:
    about = "http://example.org/?v=1&a=5"
    one, two = (figure_file(to_matplotlib(rows(), "single"), kind, about=about) for _ in range(2))
    assert one == two
    starts = {"pdf": b"%PDF-", "svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pgf": b"%% feature-unlearning"}
    assert one.startswith(starts[kind])
    written = about.replace("&", "&amp;") if kind == "svg" else about
    assert written.encode() in one
    if kind == "png":
        assert Image.open(io.BytesIO(one)).width == round(3.4 * 600)
    if kind == "pdf":
        assert b"/Type3" not in one  # journals refuse these fonts
        assert f"/MediaBox [ 0 0 {3.4 * 72:g}".encode() in one
    if kind == "svg":
        assert b"<text" not in one  # no program needs the type


def test_pgf_is_what_latex_reads() -> None:
    text = figure_file(to_matplotlib(rows(), "single", legend=True), "pgf").decode("ascii")
    assert text.count("{") == text.count("}")
    for name in ("pgfpicture", "pgfscope"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}") > 0
    assert r"time  $\tau$" in text
    assert r"$10^{-" in text or "0.01" in text
    assert "setmainfont" not in text  # it has the type of the document


def test_a_map_in_pgf_is_an_archive_with_the_image_that_it_loads(map_figure: Any) -> None:
    drawn = to_matplotlib(map_figure["fate"], "single")
    with zipfile.ZipFile(io.BytesIO(figure_file(drawn, "pgf", dpi=200))) as archive:
        picture = archive.read("figure.pgf").decode("ascii")
        (name,) = set(archive.namelist()) - {"figure.pgf"}
        image = Image.open(io.BytesIO(archive.read(name)))
    width, height, loaded = re.search(
        r"\\includegraphics\[width=([\d.]+)in,height=([\d.]+)in\]\{(.*?)\}", picture
    ).groups()  # type: ignore[union-attr]
    assert loaded == name
    assert image.size == pytest.approx((200 * float(width), 200 * float(height)), abs=1)
    box = axes_of(drawn)[0].get_position()
    assert float(width) == pytest.approx(box.width * 3.4, rel=0.02)


def test_a_part_of_a_larger_picture_stays_within_it() -> None:
    canvas = Canvas((10, 5))
    style = PrintStyle(10, 5, 9)
    with matplotlib.rc_context(style.parameters):
        matplotlib.backends.backend_agg.FigureCanvasAgg(canvas)
        _, right = canvas.subfigures(1, 2)
        drawing = FigureDrawing(rows(), right, style)
    for axes in drawing.axes.values():
        assert axes.get_window_extent().x0 > 0.5 * canvas.bbox.width


def test_without_matplotlib_a_sentence_says_how_it_is_installed() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from dynamics.plotting import to_matplotlib\n"
        "try: to_matplotlib({'data': [], 'layout': {}})\n"
        "except ImportError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == NOT_PRINTED


def test_the_library_needs_matplotlib_to_print_alone() -> None:
    code = "import sys, dynamics, dynamics.plotting; assert not {'matplotlib', 'plotly', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
