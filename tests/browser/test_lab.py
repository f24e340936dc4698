"""View 5 under the hand: networks that learn beside the server come into the picture, or a record of some that did."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from components.jobs import queue
from components.jobs.folder_store import FolderStore
from components.jobs.subprocess_executor import SubprocessExecutor
from components.views.lab import captions, records
from components.views.lab.view import LabView
from dynamics.simulation.run_groups import has_representative_mean
from tests.browser.hand import STATE, until
from tests.components.jobs.waiting import at_work
from tests.waiting import LONGEST
from tests.waiting import until as wait_until

SMALL = "/lab?v=1&m=10&d=20&B=60&tau=20&r=2"
LONG = "/lab?v=1&m=200&d=201&B=2000&tau=300&r=2"
FINISHED = "body[data-finished]"
COLUMN = "Array.from(client.page.renderer.result.trajectories[2].columns.R)"
RECORDS = 20  # of a run that is under way: some, and far from all
COUNT = "client.page.renderer.result.trajectories[2]?.columns.R?.length || 0"


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries of the computations that have been started."""
    found: list[str] = []
    submit = SubprocessExecutor.submit

    def counted(self: SubprocessExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        found.append(args[1])
        return submit(self, fn, *args, **kwargs)

    monkeypatch.setattr(SubprocessExecutor, "submit", counted)
    monkeypatch.setattr(queue, "START", LONGEST)  # a slow machine is no dead process
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 20.0)
    return found


def seen(page: Page, more_than: int) -> None:
    """Waits for so many records."""
    until(page, f"({COUNT}) > {more_than}")


def test_networks_come_over_their_laws_and_are_measured(open_page: Any) -> None:
    page = open_page(SMALL)
    page.wait_for_selector(FINISHED)
    runs = page.evaluate(
        "client.page.renderer.result.trajectories.map(({ complete, columns }) => [complete, columns.R.length])"
    )
    assert len(runs) == 3
    assert all(complete and count > 50 for complete, count in runs)
    expect(page.locator("#notes")).to_contain_text("Measured at τ = 20")
    expect(page.locator("#notes")).to_contain_text("away from the law of this width")
    expect(page.locator("#status")).to_contain_text("2 runs")
    expect(page.locator("#progress")).to_be_hidden()
    page.locator("body").press("ArrowLeft")
    until(page, "client.page.state.cursor !== null")
    page.click("#save-menu summary")
    with page.expect_download() as download:
        page.get_by_role("button", name="Data, CSV").click()
    names, *rows = csv.reader(download.value.path().read_text(encoding="utf-8").splitlines())
    assert len(rows) == runs[2][1], "a row for each record"
    each = np.array([[float(row[names.index(f"R_seed{seed}")]) for seed in (0, 1)] for row in rows])
    mean = np.where(has_representative_mean(each, axis=1), each.mean(axis=1), np.nan)
    assert np.isfinite(mean).sum() > 10
    assert page.evaluate(COLUMN) == pytest.approx(mean, rel=1e-6, nan_ok=True)


def test_several_browsers_share_one_computation_and_all_see_it_whole(open_page: Any, launched: list[str]) -> None:
    link = "/lab?v=1&m=50&d=51&B=500&tau=150&r=2&seed=7"
    pages = [open_page(link, drawn=False) for _ in range(2)]
    for page in pages:
        page.wait_for_selector(FINISHED)
    assert len(launched) == 1
    columns = [page.evaluate(COLUMN) for page in pages]
    assert len(columns[0]) > 100
    assert all(column == columns[0] for column in columns)
    late = open_page(link)
    late.wait_for_selector(FINISHED)
    assert late.evaluate(COLUMN) == columns[0]
    assert len(launched) == 1


def test_a_killed_computation_is_taken_up_and_nothing_that_was_recorded_is_lost(
    open_page: Any, launched: list[str], runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(f"{LONG}&seed=20")
    seen(page, RECORDS)
    (process,) = at_work(runs_folder)
    store = FolderStore(runs_folder)
    ((key, entry),) = ((key, entry) for key, entry in store.board().items() if entry.status == "running")
    wait_until(lambda: store.checkpoint(key, entry.log) is not None)
    process.kill()
    process.wait()
    before = page.evaluate(COLUMN)
    recorded = (store.read(key, entry.log, 0, 1 << 24) or b"").count(b"\n")
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 1.0)  # nothing else is at work
    wait_until(lambda: len(launched) == 2)
    monkeypatch.setattr(queue, "HEARTBEAT_TIMEOUT", 20.0)
    wait_until(lambda: store.board()[key].log != entry.log)
    seen(page, max(len(before), recorded))  # it goes on by itself, past all that the first process has recorded
    after = page.evaluate(COLUMN)
    assert after[: len(before)] == before
    assert len(launched) == 2
    expect(page.locator("#pause-button")).to_be_visible()
    page.close()
    wait_until(lambda: not at_work(runs_folder))


def test_a_paused_page_asks_no_more_keeps_what_it_knows_and_goes_on(
    open_page: Any, launched: list[str], runs_folder: Path
) -> None:
    page = open_page(f"{LONG}&seed=30")
    seen(page, RECORDS)
    expect(page.locator("#progress")).to_contain_text("The networks are training: τ =")
    page.locator("#page").focus()
    page.keyboard.press("p")
    expect(page.locator("#progress")).to_contain_text('Paused. "Resume" continues')
    assert page.evaluate(STATE)["watched"] == "paused"
    assert "run=paused" in page.evaluate("client.page.history.address()")
    wait_until(lambda: not at_work(runs_folder))
    page.evaluate("client.page.history.write()")
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    expect(page.locator("#progress")).to_contain_text("Paused")
    seen(page, RECORDS)
    assert len(launched) == 1, "to look asks for nothing"
    before = page.evaluate(COLUMN)
    expect(page.locator("#go-on-button")).to_be_visible()
    page.locator("#go-on-button").press("Enter")
    expect(page.locator("#pause-button")).to_be_focused()
    seen(page, len(before))
    assert page.evaluate(COLUMN)[:RECORDS] == before[:RECORDS]
    assert len(launched) == 2
    page.locator("#cancel-button").click()
    expect(page.locator("#progress")).to_contain_text("Training cancelled")
    assert page.evaluate("client.page.renderer.result.trajectories.length") == 2


def test_a_preset_replays_its_record_says_so_and_can_be_trained_live(open_page: Any, launched: list[str]) -> None:
    page = open_page("/lab")
    preset = next(preset for preset in LabView.presets if preset.name == "halted")
    page.select_option("#preset", "halted")
    page.wait_for_selector('body[data-finished*="m=10&"]')
    kept = records.of(preset.state)
    expect(page.locator("#progress")).to_contain_text(captions.replay(kept))
    assert page.evaluate(COLUMN) == kept.history.mean("R").astype("f4").tolist()
    drawn = "Array.from(document.getElementById('lab-plane').data.find(({ name }) => name === 'networks, mean').x)"
    until(page, f"{drawn}.length > 100")
    assert page.evaluate(drawn) == page.evaluate(COLUMN)
    assert launched == []
    page.get_by_role("button", name="Train it live").press("Enter")
    expect(page.locator("#progress")).not_to_contain_text("Recorded run")
    expect(page.locator("#status")).to_contain_text("the networks are trained next")
    until(page, f"{COUNT} === 0")
    page.wait_for_selector('body[data-finished*="m=10&"]')
    assert len(launched) == 1
    assert page.evaluate(COLUMN) == pytest.approx(kept.history.mean("R").tolist(), abs=2e-3)
    expect(page.locator("#progress")).to_be_hidden()
    page.select_option("#preset", "recursion")
    expect(page.locator("#progress")).to_contain_text("Recorded run")
    assert page.evaluate(STATE)["watched"] == "auto"


def test_a_chosen_preset_plays_where_motion_is_welcome(open_page: Any) -> None:
    page = open_page("/lab?v=1&run=off", reduced_motion="no-preference")
    assert page.get_attribute("#play", "data-playing") == "false"
    page.select_option("#preset", "population")
    page.wait_for_selector('#play[data-playing="true"]')


def test_single_neurons_follow_the_cursor_and_can_be_switched_off(open_page: Any, launched: list[str]) -> None:
    page = open_page("/lab")
    page.wait_for_selector(FINISHED)
    cloud = "document.getElementById('lab-plane').data.find(({ name }) => name === 'single neurons')"
    points = "document.querySelector('.plane .over path[stroke-linecap]')?.getAttribute('d')"
    assert page.evaluate(f"{cloud}.x.length") == 48
    assert page.evaluate(points) is None
    page.keyboard.press("Shift+ArrowLeft")
    until(page, f"{points} != null")
    first = page.evaluate(points)
    assert first.count("M") == 48
    page.keyboard.press("Shift+ArrowLeft")
    assert page.evaluate(points) != first
    page.click(".popup summary")
    page.get_by_label("single neurons").uncheck()
    until(page, f"{points} == null")
    assert page.evaluate(f"{cloud} === undefined")
    assert launched == [], "what is drawn is not what is computed"


def test_differences_are_drawn_over_what_is_allowed(open_page: Any) -> None:
    page = open_page("/lab?v=1&pan=difference")
    page.wait_for_selector(FINISHED)
    line = "document.getElementById('lab-panels').data.find(({ name }) => name === 'networks, mean')"
    until(page, f"{line} !== undefined")
    assert page.evaluate(f"{line}.meta.y") == "R_off"
    until(page, "document.querySelector('#lab-panels .g-ytitle')?.textContent === 'R − law'")


def test_watching_can_be_ended_and_another_setting_begins_anew(open_page: Any) -> None:
    page = open_page(LONG + "&seed=40")
    page.locator("#cancel-button").click()
    expect(page.locator("#progress")).to_contain_text("Training cancelled")
    page.get_by_label("recursion", exact=True).check()
    page.wait_for_selector('body[data-finished*="how=recursion"]')
    assert page.evaluate(STATE)["mode"] == "recursion"


def test_what_is_not_possible_is_said(open_page: Any) -> None:
    page = open_page("/lab?v=1&g=10")
    expect(page.locator("#alert")).to_contain_text("above, descent diverges")
