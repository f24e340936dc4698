"""What can go wrong about runs and must not be a 5xx: links, places, disks, folders, a Redis that is away."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from redis import Redis

from app import create_app
from components.jobs import folder_store
from components.jobs.queue import Job
from components.jobs.settings import Settings
from components.jobs.worker import job_key
from components.server import job_routes
from components.server.compute_quota import ComputeQuota
from tests.components.conftest import RedisServer
from tests.components.jobs.conftest import NAMES, Hold, Reader, app
from tests.components.jobs.views import VIEWS, LongState, LongView

Begun = Callable[[], list[tuple[int, int, int]]]


def test_the_app_has_the_route() -> None:
    answer = create_app().server.test_client().get("/jobs/nothing?generation=0&offset=0")
    assert answer.status_code == 404
    assert "nothing is not here" in answer.get_json()["errors"][0]["sentence"]


def test_an_answer_is_not_stored_by_browsers(in_folder: Settings, threads: Executor) -> None:
    answer = app(in_folder, threads).get("/jobs/long?generation=0&offset=0&n=1")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/x-ndjson"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/jobs/plain?generation=0&offset=0", 404),  # a view without runs
        ("/jobs/nothing?generation=0&offset=0", 404),
        ("/jobs/long?generation=0&offset=-1", 422),
        ("/jobs/long?generation=x&offset=0", 422),
        ("/jobs/long?generation=0&offset=1e3", 422),
        ("/jobs/long?generation=0&offset=٣", 422),
        (f"/jobs/long?generation=0&offset={'9' * 5000}", 422),
        ("/jobs/long?generation=0&offset=0&n=x", 422),
        ("/jobs/long?generation=0&offset=0&from=3", 422),
        ("/jobs/long?generation=0&offset=0&n=10001", 422),
        (f"/jobs/long?generation=0&offset=0&n={'1' * 3000}", 414),
    ],
)
def test_what_cannot_be_read_is_told(in_folder: Settings, threads: Executor, path: str, status: int) -> None:
    answer = app(in_folder, threads).get(path)
    assert answer.status_code == status
    assert all(error["sentence"].endswith(".") for error in answer.get_json()["errors"])
    assert not in_folder.store().board()


def test_what_is_too_dear_is_refused(in_folder: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LongView, "max_cost", 5.0)
    assert app(in_folder, threads).get("/jobs/long?generation=0&offset=0&n=6").status_code == 422


def test_a_run_is_paid_by_who_starts_it(
    in_folder: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LongView, "job_seconds", lambda self, state: 30.0)
    server = Flask("test")
    job_routes.register(server, VIEWS, in_folder, threads, ComputeQuota(0.1, 4))
    client = server.test_client()
    assert client.get("/jobs/long?generation=0&offset=0&n=3").status_code == 200
    refused = client.get("/jobs/long?generation=0&offset=0&n=4")
    assert refused.status_code == 429
    assert 7 < int(refused.headers["Retry-After"]) <= 10, "4 − 5, a tenth a second"
    assert client.get("/jobs/long?generation=0&offset=0&n=3").status_code == 200, "who watches it pays nothing"
    assert (
        client.get("/jobs/long?generation=0&offset=0&n=4", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200
    )


def test_a_place_that_is_none_is_the_beginning(settings: Settings, threads: Executor) -> None:
    reader = Reader(app(settings, threads), "n=5")
    reader.to_the_end()
    for start in (reader.start + 1, 7, 10**15 - 1):
        other = Reader(reader.client, "n=5", reader.generation, start)
        assert other.ask()["from"] == 0
        assert other.numbers == list(range(5))
    end = Reader(reader.client, "n=5", reader.generation, reader.start)
    end.ask()
    assert (end.numbers, end.restarts) == ([], 0)


PIECE = st.sampled_from(["0", "1", "-1", "..", "%2e%2e", "%00", "long", "9" * 15, "é", "~", "a" * 300, "0%2f..%2f.."])
TERM = st.sampled_from(["n=2", "n=", "does=../..", "mark=1", "v=1", "v=2", "=", "&", "n=2&n=2", "%00=%ff", "wait=nan"])


@examples(max_examples=60)
@given(
    pieces=st.lists(PIECE | st.text(max_size=6), min_size=1, max_size=4),
    terms=st.lists(TERM, max_size=3) | st.lists(st.text(max_size=12), max_size=2),
)
def test_no_address_breaks_anything_or_leaves_the_folder(
    fuzzed: tuple[FlaskClient, Path], pieces: list[str], terms: list[str]
) -> None:
    client, place = fuzzed
    for names in (pieces, ["long", *pieces], ["long", "0", "0"]):
        path = "/jobs/" + "/".join(names).replace("?", "").replace("#", "")
        answer = client.get(path, query_string="&".join(terms))
        assert answer.status_code in (200, 308, 404, 414, 422), (path, terms)
    assert {path.name for path in place.iterdir()} <= {"runs"}
    for path in place.glob("runs/**/*"):
        assert len(path.relative_to(place).parts) <= 3


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, Path]]:
    """A web worker, and the folder that has nothing in it but its folder of runs."""
    place = tmp_path_factory.mktemp("place")
    with ThreadPoolExecutor(2) as pool:
        yield app(Settings(folder=place / "runs", max_running=2, views=NAMES), pool), place


def test_a_disk_that_gets_full_ends_the_run_with_a_sentence(
    in_folder: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.pwrite, [5_000]

    def full(file: int, data: bytes, at: int) -> int:
        if len(data) > 1_000:
            if len(data) > room[0]:
                taken = write(file, data[: room[0]], at) if room[0] else 0
                room[0] = 0
                if not taken:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return taken
            room[0] -= len(data)
        return write(file, data, at)

    monkeypatch.setattr(folder_store.os, "pwrite", full)
    reader = Reader(app(in_folder, threads), "n=9&bytes=2000")
    assert reader.to_the_end() == [0, 1], "half a record is not shown"
    assert "the disk is full" in reader.records[-1]["sentence"]


def test_a_disk_that_is_full_refuses_and_what_is_there_can_be_read(
    in_folder: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app(in_folder, threads)
    assert Reader(client, "n=3").to_the_end() == [0, 1, 2]

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(folder_store.os, "pwrite", full)
        refused = Reader(client, "n=4")
        assert refused.ask()["status"] == "stopped"
        assert refused.head["sentence"] == "Runs cannot be recorded here at present: the disk is full."
        assert Reader(client, "n=3").to_the_end() == [0, 1, 2]
    assert refused.to_the_end() == [0, 1, 2, 3]


@pytest.mark.parametrize("place", ["/proc/runs", "/dev/null/runs"])
def test_a_folder_that_cannot_be_written_is_told(in_folder: Settings, threads: Executor, place: str) -> None:
    reader = Reader(app(replace(in_folder, folder=Path(place)), threads), "n=3")
    assert reader.ask()["status"] == "stopped"
    assert "cannot be recorded" in reader.head["sentence"]


def test_a_folder_that_others_may_write_to_is_not_used(in_folder: Settings, threads: Executor) -> None:
    in_folder.folder.mkdir()
    in_folder.folder.chmod(0o777)
    reader = Reader(app(in_folder, threads), "n=3")
    assert "others may write" in reader.ask()["sentence"]
    in_folder.folder.rmdir()
    in_folder.folder.symlink_to("/tmp")
    assert "others may write" in reader.ask()["sentence"]


def test_a_lock_that_is_never_let_go_of_is_told(
    in_folder: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder_store.FolderStore(in_folder.folder)
    client = app(in_folder, threads)
    with store._locked(), monkeypatch.context() as patch:
        patch.setattr(folder_store, "LOCK_TIMEOUT_SECONDS", 0.05)
        assert "held by another" in Reader(client, "n=3").ask()["sentence"]
    assert Reader(client, "n=3").to_the_end() == [0, 1, 2]


@pytest.mark.parametrize("forgets", [False, True])
def test_a_redis_that_goes_and_comes_back_loses_no_run(
    in_redis: Settings,
    redis_server: RedisServer,
    threads: Executor,
    begun: Begun,
    hold: Hold,
    forgets: bool,
) -> None:
    client = app(in_redis, threads)
    hold.at(5)
    reader = Reader(client, "n=60&does=saves").until(lambda reader: len(reader.numbers) == 5)
    seen = len(reader.numbers)
    redis_server.kill()
    assert reader.ask()["status"] == "stopped"
    assert "does not answer" in reader.head["sentence"]
    assert (reader.restarts, len(reader.numbers)) == (0, seen), "what has been read stays"
    assert "does not answer" in Reader(client, "n=2").ask()["sentence"]
    if forgets:
        shutil.rmtree(redis_server.folder / "appendonlydir")
    redis_server.start()
    hold.let_go()
    assert reader.to_the_end() == list(range(60))
    if not forgets:
        assert reader.restarts == 0
        assert len(begun()) == 1, "its attempt has waited"


def test_an_app_starts_without_its_redis(in_folder: Settings, threads: Executor) -> None:
    client = app(replace(in_folder, redis="redis://127.0.0.1:1/0"), threads)
    assert "does not answer" in Reader(client, "n=2").ask()["sentence"]


def test_a_redis_that_takes_nothing_more_is_told(
    in_redis: Settings, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = Redis.from_url(in_redis.redis)
    redis.config_set("maxmemory", "1")
    try:
        reader = Reader(app(in_redis, threads), "n=2")
        assert "takes nothing more" in reader.ask()["sentence"]
    finally:
        redis.config_set("maxmemory", "0")
    assert reader.to_the_end() == [0, 1]


def test_records_that_are_none_are_given_to_nobody(settings: Settings, threads: Executor) -> None:
    runs = job_routes.JobService(settings, settings.store(), threads)
    state, key = LongState(), job_key("long", LongState())
    true = b'{"kind":"count","number":1}\n'
    false = (b"{", b"[1]\n", b"\xff\n", b'{"kind":1}\n', true + b'{"kind":"scene"}\n')
    for number, records in enumerate((true, *false)):
        entry = Job("finished", 1.0, 1.0, log=f"attempt{number}")
        runs.store.change(lambda _, entry=entry: ({key: entry}, None))
        runs.store.append(key, entry.log, 0, records)
        assert runs.finished("long", state) == (records if records == true else b"")


@pytest.mark.parametrize("name", ["RUNS_AT_ONCE", "RUNS_KEEP_BYTES"])
@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_setting_that_means_nothing_is_told_at_the_start(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{name} = {text} is not a whole number"):
        Settings.read({name: text})


def test_settings_go_through_an_environment_and_redis_is_the_cache_unless_told() -> None:
    given = Settings(Path("/runs"), "redis://a", "tcp://b:8786", 3, 1 << 20, "a:B")
    assert Settings.read(given.environment()) == given
    assert Settings.read({"CACHE_REDIS_URL": "redis://c"}).redis == "redis://c"
    assert Settings.read({"CACHE_REDIS_URL": "redis://c", "RUNS_REDIS_URL": ""}).redis == ""
