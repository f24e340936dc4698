"""Pictures of links: they are of the very state, whatever the link; bounded, kept, and named by every page."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from html.parser import HTMLParser
from queue import Queue
from random import Random
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text

from app import create_app
from components.core.state import State
from components.core.view import Chunk, View
from components.export.stream_result import StreamResult
from components.operations.redis_client import Unavailable
from components.pages.lecture import lecture
from components.server import rendering
from components.server.compute_quota import ComputeQuota
from components.server.rendering import Renderer
from components.server.share_cards import routes, text
from components.server.share_cards.card import Card
from components.server.stream_cache import StreamCache
from components.ui import open_graph
from components.ui.open_graph import CARD_HEIGHT, CARD_WIDTH
from components.ui.summary import summarize
from components.views.registry import VIEWS
from components.views.time_scales.state import TimeScalesState
from dynamics import Fate
from dynamics.plotting.style import FATES, LIGHT
from tests.components import pixels
from tests.components.core import freeze_links
from tests.waiting import LONGEST, core_is_ready

pytestmark = pytest.mark.usefixtures("client")  # it waits for the compiled core, which servers of one route need too
UNLEARNING = VIEWS["unlearning"]


def picture_of(view: View, state: State) -> StreamResult:
    return StreamResult.of(chunk.line() for chunk in view.compute(state))


def card_of(view: View, state: State) -> Card:
    picture = picture_of(view, state)
    return Card(view, state, picture, summarize(view, state, picture.text_data))


def pixel(axes: Axes, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where points are on a card: columns and rows of pixels."""
    points = axes.transData.transform(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))
    return points[:, 0].round().astype(int), (CARD_HEIGHT - points[:, 1]).round().astype(int)


def rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = to_rgb(color)
    return 255 * red, 255 * green, 255 * blue


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


# --- what is drawn ---


def test_the_picture_shows_the_runs_where_they_are() -> None:
    state = UNLEARNING.State(a=(5.0,), layers=())
    picture, card = picture_of(UNLEARNING, state), card_of(UNLEARNING, state)
    seen = pixels.read(card.png())
    assert seen.shape == (CARD_HEIGHT, CARD_WIDTH, 3)
    plane, panels = card.figures
    columns = picture.runs[0]["columns"]
    color = np.array(rgb(FATES[Fate.FULL_ALIGNMENT].color))
    free = (columns["R"] > 0.05) & (columns["R"] < 0.6)  # clear of the start, the manifold and the end
    rows = {"yaxis": "R", "yaxis2": "a", "yaxis3": "loss"}
    found = [(plane.axes["yaxis"], "R", "a"), *((panels.axes[name], "tau", y) for name, y in rows.items())]
    for axes, x, y in found:
        px, py = pixel(axes, columns[x][free], columns[y][free])
        box = axes.get_window_extent()
        inside = (px > box.x0 + 2) & (px < box.x1 - 2)
        assert inside.sum() > 20
        off = np.abs(seen[py[inside], px[inside]] - color).max(axis=1)
        assert (off < 90).mean() > 0.95, (x, y)
        assert (off < 10).mean() > 0.5, (x, y)


def test_axes_are_those_of_the_state() -> None:
    window = (-0.1, 0.9, 2.0, 12.0)
    plane, panels = card_of(UNLEARNING, UNLEARNING.State(window=window, span=(1.0, 100.0))).figures
    axes, row = plane.axes["yaxis"], panels.axes["yaxis"]
    assert (*axes.get_xlim(), *axes.get_ylim()) == window
    np.testing.assert_allclose(row.get_xlim(), (1.0, 100.0))
    assert row.get_xscale() == "log"
    assert "10" in [label.get_text() for label in axes.get_yticklabels()]
    assert card_of(UNLEARNING, UNLEARNING.State(axis="linear")).figures[1].axes["yaxis"].get_xscale() == "linear"


def test_nothing_of_a_figure_is_outside_its_axes() -> None:
    state = UNLEARNING.State(window=(0.2, 0.4, 8.0, 9.0), layers=("field", "loss", "sep", "orbit", "null"))
    card = card_of(UNLEARNING, state)
    seen, box = pixels.read(card.png()), card.figures[0].axes["yaxis"].get_window_extent()
    colored = np.ptp(seen.astype(int), axis=2) > 60  # text is black and gray
    left, right, top, bottom = (
        round(box.x0) - 12,
        round(box.x1) + 8,
        CARD_HEIGHT - round(box.y1),
        CARD_HEIGHT - round(box.y0),
    )
    assert colored[top:bottom, left + 12 : right - 8].any()
    assert not colored[top:bottom, 40:left].any()
    assert not colored[bottom + 10 : bottom + 60, :right].any()


def test_a_map_is_colored_by_its_fates() -> None:
    view = VIEWS["phase_map"]
    card = card_of(view, view.State())
    seen = pixels.read(card.png())
    axes = card.figures[0].axes["yaxis"]
    for x, y, color in ((-2.5, 12.0, LIGHT["unlearning"]), (2.8, 5.0, LIGHT["partial"])):
        (column,), (row,) = pixel(axes, x, y)
        pale = 0.55 * np.array(rgb(color)) + 0.45 * 255.0
        assert np.abs(seen[row, column] - pale).max() < 4, (x, y)


def fewer(state: State) -> dict[str, Any]:
    """Fewer starts, neurons and networks, and a shorter time, with which a picture is as full."""
    if isinstance(state, TimeScalesState) and ("network" in state.layers or state.panel == "network"):
        return {"m": min(state.m, 12), "dimension": min(state.dimension, 64), "runs": 2, "t": state.t / 10}
    return {"seeds": 2} if getattr(state, "panel", "") in ("sweep", "scaling") else {}


def texts_of(card: Card) -> list[Any]:
    """What is written on a card."""
    found = [text for text in card.canvas.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text.get_window_extent().width > 0]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("unlearning", "phase_map", "images") else pytest.mark.nightly)
        for name in VIEWS
    ],
)
def test_all_presets_are_drawn_and_none_like_another(name: str, caplog: pytest.LogCaptureFixture) -> None:
    view = VIEWS[name]
    drawn = {}
    for preset in view.presets:
        picture = picture_of(view, preset.state.model_copy(update=fewer(preset.state)))
        summary = summarize(view, preset.state, picture.text_data)
        assert summary.title == preset.title or preset.title in {other.title for other in view.presets}
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # matplotlib warns of signs that its type lacks
            card = Card(view, preset.state, picture, summary)
            image = card.png()
        assert not re.search(r"\b(nan|inf|None)\b", " ".join(text.get_text() for text in texts_of(card)))
        for written in texts_of(card):
            box = written.get_window_extent()
            on_card = box.x0 >= -1 and box.x1 <= CARD_WIDTH + 1 and box.y0 >= -1 and box.y1 <= CARD_HEIGHT + 1
            assert on_card, (preset.name, written.get_text())
        assert image.startswith(routes.PNG_HEADER)
        assert 15_000 < len(image) < rendering.ENTRY_BYTES
        drawn[preset.name] = image
    assert len(set(drawn.values())) == len(drawn)
    assert not [record for record in caplog.records if record.name.startswith("matplotlib")]


@pytest.mark.parametrize("count", [2, pytest.param(6, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", VIEWS)
def test_any_cheap_state_is_drawn(name: str, count: int) -> None:
    view, random, drawn = VIEWS[name], Random(7), 0
    while drawn < count:
        state = freeze_links.state(random, view.State)
        if view.seconds(state) > 0.3 or view.cost(state) > view.max_cost:
            continue
        card = card_of(view, state)
        assert card.png().startswith(routes.PNG_HEADER)
        assert card.figures
        drawn += 1


def test_the_sentence_is_that_of_the_chosen_run_and_of_one_with_another_fate() -> None:
    state = UNLEARNING.State(chosen=2)
    summary = summarize(UNLEARNING, state, picture_of(UNLEARNING, state).text_data)
    (first, blue), (second, orange) = summary.sentences
    assert first.startswith("From ā = 10 the network unlearns")
    assert second.startswith("From ā = 5 the network aligns fully")
    assert (blue, orange) == (LIGHT["unlearning"], LIGHT["full"])


def test_text_is_measured_wrapped_and_cut() -> None:
    measure = text.Measure(FigureCanvasAgg(Canvas(dpi=100)).get_renderer())
    assert measure.width("aa", 10) == pytest.approx(2 * measure.width("a", 10), rel=0.1)
    assert measure.width("aa", 20) == pytest.approx(2 * measure.width("aa", 10), rel=0.1)
    assert measure.width("$R_{0}$", 20) < measure.width("$R$", 20) + measure.width("0", 20)
    lines = text.wrapped("one two three four five six seven", 20, 130, 2, measure)
    assert len(lines) == 2
    assert all(measure.width(line, 20) <= 130 for line in lines)
    assert lines[-1].endswith("…")
    assert lines[0].startswith("one")
    long = text.cut("abcdefghijklmnopqrstuvwxyz", 20, 80, measure)
    assert long.startswith("abc")
    assert long.endswith("…")
    formula = text.wrapped("R_0 is 1 and the rest of it is left out", 20, 90, 1, measure)
    assert formula[0].count("$") % 2 == 0


def test_the_lines_of_a_card_are_as_long_as_they_are_measured() -> None:
    """The room of a sentence is counted in words: what is drawn must not be longer."""
    card = card_of(UNLEARNING, UNLEARNING.State())
    for written in texts_of(card):
        if written.axes is None:
            assert written.get_window_extent().x1 <= CARD_WIDTH - 10


# --- the route ---


@pytest.mark.parametrize(
    "query", ["a=999", "%22%3E%3Cscript%3E=1&v=9", "zip=broken", "a=" + "9" * 3000, "&&&", "a=nan"]
)
def test_a_broken_link_has_the_picture_of_the_nearest_state(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/share-card/unlearning.png?{query}")
    link = client.get(f"/resolve/unlearning?{query}").json["link"]
    nearest = client.get(f"/share-card/unlearning.png?{link}")
    assert answer.status_code == nearest.status_code == 200
    assert answer.headers["ETag"] == nearest.headers["ETag"]
    assert answer.data == nearest.data


def test_a_picture_is_drawn_once_and_known_without_drawing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[State] = []
    monkeypatch.setattr(routes, "Card", lambda view, state, *rest: drawn.append(state) or Card(view, state, *rest))
    links = (
        "eps=0.125",
        "v=1&eps=0.125",
        client.get("/short-link/unlearning?eps=0.125").json["link"].partition("?")[2],
    )
    answers = [client.get(f"/share-card/unlearning.png?{link}") for link in links]
    assert len(drawn) == 1
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].headers["Cache-Control"] == f"public, max-age={rendering.MAX_AGE_SECONDS}"
    tag = answers[0].headers["ETag"]
    known = client.get("/share-card/unlearning.png?eps=0.125", headers={"If-None-Match": tag})
    assert (known.status_code, known.data) == (304, b"")
    other = client.get("/share-card/unlearning.png?eps=0.25", headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.data != answers[0].data
    assert client.get("/share-card/nothing.png").status_code == 404


def test_what_costs_too_much_is_said_and_not_computed(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UNLEARNING, "max_cost", 0.5, raising=False)
    monkeypatch.setattr(UNLEARNING, "compute", lambda state: pytest.fail("computed"), raising=False)
    answer = client.get("/share-card/unlearning.png?eps=0.375")
    assert answer.data.startswith(routes.PNG_HEADER)
    client.get("/?eps=0.375")


def test_a_failure_is_no_picture(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(state: State) -> Any:
        raise ArithmeticError
        yield

    monkeypatch.setattr(UNLEARNING, "compute", failing, raising=False)
    answer = client.get("/share-card/unlearning.png?eps=0.4375")
    assert answer.status_code == 500
    assert "Cache-Control" not in answer.headers or "no-store" in answer.headers["Cache-Control"]


def alone(limits: ComputeQuota, shared: Any = None) -> FlaskClient:
    """A server of the route alone."""
    server = Flask(__name__)
    routes.register(server, VIEWS, Renderer(StreamCache(server), limits), shared)
    return server.test_client()


def test_whoever_has_used_up_what_he_is_granted_is_told_when_to_come_again() -> None:
    limited = alone(ComputeQuota(1e-6, 1e-3))  # no preview takes less than a millisecond
    assert limited.get("/share-card/unlearning.png").status_code == 200
    refused = limited.get("/share-card/unlearning.png?eps=0.5")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert limited.get("/share-card/unlearning.png").status_code == 200, "what is there is free"


def test_only_some_wait_while_another_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    going, drawn = threading.Event(), []

    def slow(*parts: Any) -> Card:
        assert going.wait(LONGEST)
        drawn.append(parts)
        return Card(*parts)

    monkeypatch.setattr(routes, "Card", slow)
    server = alone(ComputeQuota(0, 1)).application
    answers: Queue[Any] = Queue()

    def ask() -> None:
        answers.put(server.test_client().get("/share-card/unlearning.png"))

    asking = [threading.Thread(target=ask) for _ in range(rendering.MAX_PENDING + 1)]
    for thread in asking:
        thread.start()
    refused = answers.get(timeout=LONGEST)  # the others wait
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    assert refused.json["errors"][0]["sentence"] == rendering.BUSY
    going.set()
    assert [answers.get(timeout=LONGEST).status_code for _ in range(rendering.MAX_PENDING)] == [
        200
    ] * rendering.MAX_PENDING
    assert len(drawn) == 1, "those who waited for the same one have it"


class Kept:
    """What might be a Redis."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.away = False

    def get(self, key: str, most: int) -> bytes | None:
        if self.away:
            raise Unavailable
        return self.values.get(key)

    def set(self, key: str, value: bytes, seconds: int) -> None:
        if self.away:
            raise Unavailable
        self.values[key] = value


def test_pictures_are_shared_and_looked_at_before_they_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    one = alone(ComputeQuota(0, 1), kept).get("/share-card/unlearning.png")
    (name,) = kept.values
    assert kept.values[name] == one.data
    monkeypatch.setattr(routes, "Card", lambda *parts: pytest.fail("drawn again"))
    assert alone(ComputeQuota(0, 1), kept).get("/share-card/unlearning.png").data == one.data
    monkeypatch.setattr(routes, "Card", Card)
    for wrong in (b"<script>", one.data[:500], b"\x89PNG" + one.data[4:40]):
        kept.values[name] = wrong
        assert alone(ComputeQuota(0, 1), kept).get("/share-card/unlearning.png").data == one.data
    kept.away = True
    assert alone(ComputeQuota(0, 1), kept).get("/share-card/unlearning.png").data == one.data


# --- the head of the pages ---


class Head(HTMLParser):
    """The title and the tags of a page, and how many scripts it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.named: dict[str, list[str]] = {}
        self.scripts, self.title, self.inside = 0, "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        self.scripts += tag == "script"
        self.inside = tag == "title"
        if tag == "meta":
            name = about.get("property") or about.get("name") or ""
            self.named.setdefault(name, []).append(about.get("content") or "")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def of(self, name: str) -> str:
        (content,) = self.named[name]
        return content


def head(client: FlaskClient, address: str, **more: Any) -> Head:
    return Head(client.get(address, **more).get_data(as_text=True))


PAGES = [view.path for view in VIEWS.values()] + ["/theory", "/lecture", "/lecture/what-is-unlearned"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_its_picture(client: FlaskClient, path: str) -> None:
    found = head(client, path)
    assert found.of("og:title") in found.title
    assert found.title.endswith("Feature unlearning")
    assert len(found.of("description")) > 40
    assert len(found.of("og:description")) <= open_graph.MAX_DESCRIPTION
    assert found.of("twitter:card") == "summary_large_image"
    assert found.of("og:url") == f"http://localhost{path}"
    image = urlsplit(found.of("og:image"))
    assert (image.scheme, image.netloc) == ("http", "localhost")
    answer = client.get(f"{image.path}?{image.query}")
    assert answer.mimetype == "image/png"
    assert (found.of("og:image:width"), found.of("og:image:height")) == (str(CARD_WIDTH), str(CARD_HEIGHT))


def test_the_head_is_of_the_very_state(client: FlaskClient) -> None:
    client.get("/text/unlearning?a=9.33")  # a page does not wait long for it
    found = head(client, "/?a=9.33&only=eps")
    state = UNLEARNING.State(a=(9.33,))
    assert found.title == "ā = 9.33 · Unlearning · Feature unlearning"
    assert found.of("description").startswith("From ā = 9.33 the network unlearns (above ā_c = 9.3118)")
    assert found.of("og:image").endswith(f"/share-card/unlearning.png?{state.query()}")
    assert found.of("og:url") == f"http://localhost/?{state.query()}&only=eps"
    preset = UNLEARNING.presets[3]
    assert head(client, f"/?{preset.state.query()}").title.startswith(f"{preset.title} · ")
    short = client.get(f"/short-link/unlearning?{state.query()}").json["link"]
    assert head(client, short).of("og:image") == found.of("og:image")


def test_a_step_has_its_own_picture(client: FlaskClient) -> None:
    for story in lecture(VIEWS).stories.values():
        for step in story.steps[:3]:
            found = head(client, f"/lecture/{story.name}/{step.id}")
            assert found.title == f"{step.title} · {story.title} · Feature unlearning"
            assert found.of("og:image").endswith(f"/share-card/{step.view}.png?{step.state.query()}")
            assert "<" not in found.of("og:description")
    state = UNLEARNING.State(a=(3.5,))
    taken = head(client, f"/lecture/what-is-unlearned/three-starts?{state.query()}")
    assert taken.of("og:image").endswith(f"/share-card/unlearning.png?{state.query()}")
    assert taken.of("og:url") == f"http://localhost/lecture/what-is-unlearned/three-starts?{state.query()}"
    assert head(client, "/lecture?from=mail").of("og:url") == "http://localhost/lecture"


@pytest.mark.parametrize(
    "query",
    [
        '"><script>alert(1)</script>=1',
        'a="><script>alert(1)</script>',
        "v='\"><img src=x onerror=alert(1)>",
        "zip=\"><script>",
        "only=\"><script>alert(1)</script>",
        "a={%config%}&{%scripts%}=1",
        "x=</title></head><body>",
    ],
)  # fmt: skip
def test_no_link_breaks_out_of_the_head(client: FlaskClient, query: str) -> None:
    plain, page = client.get("/").get_data(as_text=True), client.get("/", query_string=query).get_data(as_text=True)
    assert "alert(1)" not in page
    assert "onerror" not in page
    assert Head(page).scripts == Head(plain).scripts
    assert page.count("_dash-config") == plain.count("_dash-config")
    assert page.count("</title>") == 1


def test_the_host_by_which_was_asked_is_escaped(client: FlaskClient) -> None:
    for path in ("/", "/theory"):
        page = client.get(path, headers={"Host": 'x"><script>alert(1)</script>'}).get_data(as_text=True)
        assert "<script>alert" not in page
        assert (
            head(client, path, headers={"Host": "app.example"})
            .of("og:image")
            .startswith("http://app.example/share-card/")
        )


def test_behind_a_proxy_addresses_are_those_of_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Host": "app.example"}
    found = head(create_app().server.test_client(), "/", headers=headers)
    assert found.of("og:image").startswith("https://app.example/share-card/")
    assert found.of("og:url") == "https://app.example/"


def test_what_stands_in_a_title_is_no_place_of_the_document() -> None:
    assert open_graph.escape_text('<b>"{%config%}"') == "&lt;b&gt;&#34;&#123;%config%}&#34;"


def test_a_dear_state_is_not_waited_for_by_its_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    view = VIEWS["time_scales"]
    dear = next(preset.state for preset in view.presets if view.seconds(preset.state) > 1)
    monkeypatch.setattr(view, "compute", lambda state: pytest.fail("computed"), raising=False)
    found = head(client, f"{view.path}?{dear.query()}")
    assert found.of("og:image").endswith(dear.query())


def test_a_page_does_not_wait_for_a_sentence_that_takes_long(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, ended = threading.Event(), threading.Event()

    def slow(state: State) -> Iterator[Chunk]:
        assert going.wait(LONGEST)
        yield Chunk("text", {"runs": ["At last."], "notes": []})
        yield Chunk("end")
        ended.set()

    monkeypatch.setattr(UNLEARNING, "compute", slow, raising=False)
    assert head(client, "/?eps=0.8125").of("description").startswith("Unlearning: ")
    going.set()
    assert ended.wait(LONGEST)
    assert client.get("/text/unlearning?eps=0.8125").json["runs"] == ["At last."]
    assert head(client, "/?eps=0.8125").of("description").startswith("At last.")


def test_words_that_are_at_hand_are_said(client: FlaskClient) -> None:
    before = head(client, "/phase-map?eps=0.5").of("description")
    words = orjson.loads(client.get("/text/phase_map?eps=0.5").data)
    after = head(client, "/phase-map?eps=0.5").of("description")
    assert words["notes"][0] not in before
    assert after.startswith(words["notes"][0])
