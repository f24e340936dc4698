"""Every mistake: degenerate inputs by hand, connections that drop, servers that restart, tabs that are old."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from werkzeug.serving import make_server

from app import create_app
from tests.benchmarks.load import family
from tests.benchmarks.server import serving
from tests.browser.conftest import Silent
from tests.browser.hand import STATE, box, lines, settled, slider, wait_for_query


def typed(page: Page, control: str, value: str) -> None:
    box(page, control).fill(value)
    box(page, control).press("Enter")


def open_activation(page: Page) -> None:
    page.evaluate("document.getElementById('unlearning-c-0').closest('details').open = true")


def all_zero(page: Page, letter: str) -> None:
    """Moves every coefficient of a kind to 0."""
    if letter == "c":
        open_activation(page)
    for degree in range(5):
        typed(page, f"{letter}-{degree}", "0")


def only(page: Page, degrees: set[int]) -> None:
    """Leaves activation and target those degrees alone."""
    open_activation(page)
    for degree in range(1, 6):
        for letter in ("c", "c_star"):
            typed(page, f"{letter}-{degree - 1}", "1" if degree in degrees else "0")


# What a hand can do wrong, what the picture then holds, and what is said.
DEGENERATE = {
    "no activation": (lambda page: all_zero(page, "c"), "nothing moves"),
    "no target": (lambda page: all_zero(page, "c_star"), "there is nothing to learn"),
    "a matched target": (lambda page: typed(page, "c_star-1", "1"), "one of the network's own neurons"),
    "no first overlap": (lambda page: typed(page, "c_star-0", "0"), "R never moves"),
    "no start": (lambda page: typed(page, "a-chosen", "0"), "without output it gets no signal"),
    "aligned at the start": (lambda page: typed(page, "R0", "1"), "an invariant line"),
    "only even degrees": (lambda page: only(page, {2, 4}), "R = 0 is never left"),
    "only odd degrees": (lambda page: only(page, {1, 3}), "(−R, −a) are alike"),
    "one degree": (lambda page: (page.fill("#unlearning-count-box", "1"), page.keyboard.press("Tab")), "aligns"),
    "the smallest ε": (lambda page: (slider(page, "eps").focus(), page.keyboard.press("Home")), "unlearns"),
    "the largest ε": (lambda page: (slider(page, "eps").focus(), page.keyboard.press("End")), "aligns"),
    "the shortest horizon": (lambda page: (slider(page, "tau").focus(), page.keyboard.press("Home")), "unlearns"),
    "the longest horizon": (lambda page: (slider(page, "tau").focus(), page.keyboard.press("End")), "unlearns"),
    "a start below zero": (lambda page: typed(page, "a-chosen", "-7"), "ā = −7"),
}


LIKE_OTHERS = {
    *("no target", "no first overlap", "only odd degrees"),
    *("the largest ε", "the shortest horizon", "a start below zero"),
}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([name for name in DEGENERATE if name not in LIKE_OTHERS], id="one of each kind"),
        pytest.param([name for name in DEGENERATE if name in LIKE_OTHERS], id="the others", marks=pytest.mark.nightly),
    ],
)
def test_a_degenerate_input_gives_a_picture_and_a_sentence(open_page: Any, names: list[str]) -> None:
    page = open_page("/")
    first = page.evaluate(STATE)
    for name in names:
        mistake, said = DEGENERATE[name]
        mistake(page)
        settled(page)
        expect(page.locator(".said"), name).to_contain_text(said)
        drawn = lines(page)
        assert len(drawn) == 3, name
        state = page.evaluate(STATE)
        assert state != first, name
        for line, start in zip(drawn, state["a"], strict=True):
            assert line["x"][0] == pytest.approx(state["R0"], abs=1e-6), name
            assert line["y"][0] == pytest.approx(start, rel=1e-6), name
            assert all(-1 <= x <= 1 for x in line["x"]), name
        assert page.locator("#alert").is_hidden(), name
        page.evaluate("(state) => client.page.commitState(state)", first)
        settled(page)
        assert page.evaluate(STATE) == first, name


WRONG = [
    ("eps", "0", "ε = 0 is outside [1e-6, 10]"),
    ("c_star-1", "11", "c*₂ = 11 is outside [-10, 10]"),
    ("a-chosen", "ten", "ā = ten is not a number in [-20, 20]"),
    ("R0", "", "R₀ = (empty) is not a number in [-1, 1]"),
    ("tau", "1e999", "τ = 1e999 is outside [1, 1e8]"),
]


def test_a_wrong_number_is_refused_with_its_range_and_a_decimal_comma_and_a_real_minus_are_understood(
    open_page: Any,
) -> None:
    page = open_page("/")
    for control, text, said in WRONG:
        before = page.evaluate(STATE), lines(page)
        typed(page, control, text)
        expect(page.locator("#alert")).to_contain_text(said)
        assert box(page, control).get_attribute("aria-invalid") == "true", said
        assert (page.evaluate(STATE), lines(page)) == before, said
        typed(page, control, "0.5" if control != "tau" else "100")
        expect(page.locator("#alert")).to_be_hidden()
        assert box(page, control).get_attribute("aria-invalid") == "false", said
        settled(page)
    typed(page, "c_star-1", "−0,25")
    wait_for_query(page, "cs=1,-0.25,1,1,1")


@pytest.mark.allowed_faults("Failed to load resource")
def test_a_dropped_connection_is_said_and_mends_itself(open_page: Any) -> None:
    page = open_page("/")
    page.context.set_offline(True)
    typed(page, "c_star-1", "-2")
    expect(page.locator("#alert")).to_contain_text("The server does not answer. Nothing is lost")
    assert len(lines(page)) == 3, "the last picture stays"
    typed(page, "c_star-1", "-2.5")
    page.context.set_offline(False)
    wait_for_query(page, "cs=1,-2.5,1,1,1")
    expect(page.locator("#alert")).to_be_hidden()


@pytest.mark.allowed_faults("Failed to load resource")
def test_a_stream_that_is_cut_off_is_asked_for_again(open_page: Any) -> None:
    page = open_page("/")
    cut = []

    def cut_once(route: Route) -> None:
        if cut:
            route.continue_()
            return
        cut.append(route.request.url)
        body = route.fetch().body()
        route.fulfill(body=body[: len(body) // 2].rpartition(b"\n")[0] + b"\n", content_type="application/x-ndjson")

    page.route("**/stream/**", cut_once)
    typed(page, "c_star-1", "-2")
    expect(page.locator("#alert")).to_contain_text("The server does not answer")
    wait_for_query(page, "cs=1,-2,1,1,1")
    expect(page.locator("#alert")).to_be_hidden()
    assert cut


@pytest.fixture
def restartable() -> Iterator[Any]:
    """A server that can be stopped and started again at the same address."""

    class Restartable:
        def __init__(self) -> None:
            self.flask = create_app().server
            self.port = 0
            self.start()

        def start(self) -> None:
            self.server = make_server("127.0.0.1", self.port, self.flask, threaded=True, request_handler=Silent)
            self.port = self.server.server_port
            self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
            self.thread.start()

        def stop(self) -> None:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    server = Restartable()
    yield server
    server.stop()


@pytest.mark.allowed_faults("Failed to load resource")
def test_a_restarted_server_is_found_again_with_the_state_kept(open_page: Any, restartable: Any) -> None:
    page = open_page("/", base=f"http://127.0.0.1:{restartable.port}")
    typed(page, "a-chosen", "7")
    wait_for_query(page, "a=7,9,10")
    restartable.stop()
    typed(page, "eps", "0.5")
    expect(page.locator("#alert")).to_contain_text("The server does not answer")
    restartable.start()
    wait_for_query(page, "eps=0.5&a=7,9,10")
    expect(page.locator("#alert")).to_be_hidden()


@pytest.mark.allowed_faults("Failed to load resource", "ERR_INCOMPLETE_CHUNKED_ENCODING")
def test_a_worker_that_is_killed_in_mid_stream_is_said_and_the_picture_comes_all_the_same(open_page: Any) -> None:
    with serving(WORKERS="1") as (address, master):
        page = open_page("/time-scales", base=address)
        # A whole state is asked for once. A hand's change may be asked for again once it rests, and what is asked for
        # while no worker is there waits in the listener's queue and is never cut off.
        page.evaluate("client.page.commitState({ ...client.page.state, panel: 'sweep', seeds: 20 })")
        expect(page.locator("#progress")).to_be_visible()
        (worker,) = family(master)[1:]
        os.kill(worker, signal.SIGKILL)
        expect(page.locator("#alert")).to_contain_text("The server does not answer. Nothing is lost")
        page.wait_for_selector('body[data-drawn*="pan=sweep"]')
        expect(page.locator("#alert")).to_be_hidden()
        assert page.evaluate("client.page.state.seeds") == 20
        page.close()


@pytest.mark.allowed_faults("status of 429")
def test_who_has_used_up_his_computing_is_told_and_served_later_by_itself(
    open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LIMIT_RATE": "1", "LIMIT_BURST": "1", "WORKERS": "1"}.items():
        monkeypatch.setenv(name, value)
    server = make_server("127.0.0.1", 0, create_app().server, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = open_page("/", base=f"http://127.0.0.1:{server.server_port}")
    with socket.create_connection(("127.0.0.1", server.server_port)) as greedy:
        greedy.sendall(b"GET /stream/time_scales?pan=sweep HTTP/1.0\r\n\r\n")
        greedy.recv(1000)
        typed(page, "c_star-1", "-2")
        expect(page.locator("#alert")).to_contain_text("Too much is being computed for your network address")
        assert len(lines(page)) == 3, "the last picture stays"
        wait_for_query(page, "cs=1,-2,1,1,1")
    expect(page.locator("#alert")).to_be_hidden()
    server.shutdown()


@pytest.mark.allowed_faults("status of 404")
def test_a_tab_from_before_an_upgrade_goes_on_and_offers_a_reload(open_page: Any) -> None:
    page = open_page("/")
    assert page.locator("#outdated").is_hidden()

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "x-release": "newer"})

    page.route("**/stream/**", newer)
    typed(page, "c_star-1", "-2")
    wait_for_query(page, "cs=1,-2,1,1,1")
    expect(page.locator("#outdated")).to_contain_text("The app has been updated")
    page.route("**/embed_dialog.mjs", lambda route: route.fulfill(status=404))  # the server has the newer one only
    page.click("#save-menu summary")
    page.get_by_role("button", name="Embed…").click()
    expect(page.locator("#alert")).to_contain_text("A part of this page could not be loaded. Reload the page")
    page.unroute("**/stream/**")
    page.click("#reload-button")
    wait_for_query(page, "cs=1,-2,1,1,1")
    assert page.locator("#outdated").is_hidden()
    assert page.evaluate(STATE)["c_star"][1] == -2


@pytest.mark.allowed_faults("status of 422")
def test_what_a_newer_server_refuses_is_said_with_its_own_words(open_page: Any) -> None:
    page = open_page("/")
    refusal = '{"errors": [{"sentence": "eps = 1 is outside [2, 3]."}]}'
    page.route("**/stream/**", lambda route: route.fulfill(status=422, body=refusal, content_type="application/json"))
    typed(page, "c_star-1", "-2")
    expect(page.locator("#alert")).to_have_text("eps = 1 is outside [2, 3].")
    assert len(lines(page)) == 3


@pytest.mark.allowed_faults("status of 404")
def test_a_path_without_a_view_says_so_and_leads_home(open_page: Any) -> None:
    page = open_page("/nothing", drawn=False)
    expect(page.locator(".missing")).to_contain_text("There is no page /nothing.")
    page.click(".missing a")
    page.wait_for_selector("body[data-drawn]")
    assert len(lines(page)) == 3
