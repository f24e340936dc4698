"""Links opened from a notebook: the library asks the app for the figures of a page."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from werkzeug.serving import make_server

from app import create_app
from components.core.short_link import encode
from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.views.registry import VIEWS
from components.views.unlearning.state import UnlearningState
from dynamics.plotting import open_link, to_matplotlib, to_plotly
from dynamics.plotting.filling import numbers
from dynamics.plotting.links import MIMETYPE
from tests.waiting import core_is_ready

LECTURE = "/lecture/what-is-unlearned/quadratic"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = create_app().server
    core_is_ready()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("name", VIEWS)
def test_a_link_gives_the_figures_of_its_page(address: str, name: str) -> None:
    view = VIEWS[name]
    state = view.presets[-1].state
    result = StreamResult.of(chunk.line() for chunk in view.compute(state))
    for figure in view.figures:
        opened = open_link(f"{address}{view.path}?{state.query()}", figure)
        page = page_figure(view, state, figure, result)
        assert [trace.get("name") for trace in opened["data"]] == [trace.get("name") for trace in page["data"]]
        for mine, theirs in zip(opened["data"], page["data"], strict=True):
            for axis in ("x", "y", "z"):
                if axis in theirs:
                    ours, other = (np.array(numbers(one[axis]), float) for one in (mine, theirs))
                    np.testing.assert_array_equal(ours, np.where(np.isfinite(other), other, np.nan))
        to_plotly(opened)
        to_matplotlib(opened, "single")


def test_short_links_defaults_and_steps_of_a_lecture_are_links(address: str) -> None:
    state = UnlearningState(a=(2.0, 8.0))
    names = [trace["name"] for trace in open_link(f"{address}/?{state.query()}")["data"]]
    assert names == [trace["name"] for trace in open_link(f"{address}/?{encode(state.query())}#top")["data"]]
    assert "ā = 2" in names
    assert open_link(f"{address}/phase-map", "map")["layout"]["xaxis"]["title"]["text"]
    assert open_link(address + LECTURE)["data"]


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("/?v=1&eps=0", "eps = 0 is outside"),
        ("/theory", "has no figure"),
        ("/nowhere", "has no figure"),
        ("/health", "has no figure"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(address: str, link: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        open_link(address + link)


def test_what_is_no_address_of_the_app_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="figure must be plane or panels, not map"):
        open_link(f"{address}/?a=2", "map")
    for link in ("a=5", "file:///etc/passwd", "ftp://host/?a=5", address + "/?a=" + "1" * 20_000):
        with pytest.raises(ValueError, match="link must be an address"):
            open_link(link)
    with pytest.raises(OSError, match=r"refused|unreachable|urlopen"):
        open_link("http://127.0.0.1:9/?a=5", timeout=5)


def test_browsers_get_pages(address: str) -> None:
    client = create_app().server.test_client()
    page = client.get("/?a=2", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.mimetype == "text/html"
    answer = client.get("/?a=2", headers={"Accept": MIMETYPE})
    assert (answer.mimetype, answer.headers["Vary"].split(", ")[0]) == (MIMETYPE, "Accept")
    assert set(answer.json) == {"plane", "panels"}
