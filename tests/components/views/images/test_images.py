"""View 5's second page: its state, kept results, the run of its networks, own images, what it says and gives away."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from app import create_app
from components.jobs.store import StoreError
from components.server import image_upload
from components.server.compute_quota import ComputeQuota
from components.ui import shell
from components.views.images import compute, export
from components.views.images.image_store import MAX_UPLOAD_BYTES, UPLOAD_PATH, ImageStore
from components.views.images.state import (
    BATCH,
    DEPTH,
    EPOCHS,
    EXPERIMENTS,
    IMAGES,
    KAPPA,
    LOSSES,
    PATHS,
    RATE,
    RUNS,
    SEEDS,
    SIGMA,
    START,
    TASKS,
    VALUES,
    WIDTH,
    ImagesState,
)
from components.views.images.view import ImagesView
from components.views.registry import VIEWS
from dynamics.images import PACKAGES, load_digits, mean_and_spread
from dynamics.plotting.images import columns
from tests.components.streamed import values
from tests.dynamics.images.test_images import HARMFUL, good, saved
from tests.waiting import core_is_ready

VIEW = VIEWS["images"]
QUICK = {"epochs": 2, "runs": 2, "most": 120}
TINY = {
    "scale": ImagesState(sigmas=(0.5, 2.0), width=8, depth=3, **QUICK),
    "width": ImagesState(experiment="width", widths=(16, 32), width_paths=("1", "3"), **QUICK),
    "initialisation": ImagesState(experiment="initialisation", kappas=(1.0, 10.0), width=8, **QUICK),
    "unlearning": ImagesState(experiment="unlearning", starts=(0.5, 2.0), width=8, **QUICK),
}
NOBODYS = "0123456789abcdef" * 2


def within(limits: tuple[float, float]) -> st.SearchStrategy[float]:
    return st.floats(*limits, allow_nan=False)


def some(limits: tuple[float, float]) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(within(limits), min_size=VALUES[0], max_size=VALUES[1]).map(tuple)


def words(choices: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), unique=True).map(tuple)


STATES = st.builds(
    ImagesState,
    experiment=st.sampled_from(tuple(EXPERIMENTS)),
    images=st.one_of(st.none(), st.text("0123456789abcdef", min_size=32, max_size=32)),
    most=st.integers(*IMAGES),
    depth=st.integers(*DEPTH),
    sigmas=some(SIGMA),
    widths=some(WIDTH),
    kappas=some(KAPPA),
    starts=some(START),
    width_paths=words(PATHS),
    kappa_paths=words(PATHS),
    tasks=words(TASKS),
    width=st.one_of(st.none(), st.integers(*WIDTH)),
    rate=st.one_of(st.none(), within(RATE)),
    epochs=st.one_of(st.none(), st.integers(*EPOCHS)),
    batch=st.integers(*BATCH),
    activation=st.sampled_from(("relu", "linear")),
    loss=st.sampled_from(LOSSES),
    runs=st.one_of(st.none(), st.integers(*RUNS)),
    seed=st.integers(*SEEDS),
    watched=st.sampled_from(("auto", "live", "paused", "off")),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    server = create_app().server
    core_is_ready()
    return server.test_client()


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageStore:
    """A storage of the test's own, which the view uses."""
    monkeypatch.setenv("IMAGES_FOLDER", str(tmp_path / "storage"))
    return compute.image_store()


@pytest.fixture
def sender(storage: ImageStore) -> FlaskClient:
    """Who sends images to that storage."""
    server = Flask(__name__)
    server.config.update(MAX_CONTENT_LENGTH=1 << 10)  # of every other route
    image_upload.register(server, storage)
    return server.test_client()


def sent(client: FlaskClient, data: bytes) -> Any:
    told = {"CONTENT_LENGTH": str(len(data))}  # also where it is 0
    return client.post(UPLOAD_PATH, data=data, content_type=image_upload.TYPE, environ_overrides=told)


def parts_of(chunks: Any) -> list[dict[str, Any]]:
    return [json.loads(chunk.line()) for chunk in chunks]


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [part for part in parts if part["kind"] == kind]


def said(parts: list[dict[str, Any]]) -> str:
    last = of_kind(parts, "text")[-1]
    return " ".join([*last["runs"], *last["notes"]])


def near_mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean over seeds, nan where it is more than 0.02 (of values above 1: that share) away from each of them."""
    mean = values.mean(axis=axis)
    apart = np.abs(values - np.expand_dims(mean, axis)).min(axis=axis)
    return np.where(apart <= 0.02 * np.maximum(1.0, np.abs(values).max(axis=axis)), mean, np.nan)


def drawn(parts: list[dict[str, Any]]) -> dict[int, dict[str, np.ndarray]]:
    """The columns of each run, as they are after all."""
    found = {}
    for part in of_kind(parts, "trace"):
        found[part["index"]] = {
            name: values(one).reshape([int(n) for n in one.get("shape", "-1").split(",")])
            for name, one in part["columns"].items()
        }
    return found


# --- the state


@settings(max_examples=200, deadline=None)
@given(STATES)
def test_the_cost_of_any_state_is_known_at_once_and_its_figures_are_figures(state: ImagesState) -> None:
    assert VIEW.cost(state) >= 0.0
    for part in compute.stream(state):
        if part.kind == "scene":
            go.Figure(part.data["figure"])


def test_widths_are_whole() -> None:
    assert ImagesState.from_query("exp=width&n=16.4,31.9").values == (16.0, 32.0)


def test_the_header_has_one_entry_for_both_pages_and_each_leads_to_the_other() -> None:
    header = json.dumps(shell.app_shell(VIEWS).to_plotly_json(), default=lambda part: part.to_plotly_json())
    assert '"/lab"' in header
    assert "/lab/images" not in header
    for name in ("lab", "images"):
        assert [link.href for nav in shell.tabs(VIEWS[name]) for link in nav.children] == ["/lab", "/lab/images"]
        assert VIEWS[name].nav_path == "/lab"
    assert shell.tabs(VIEWS["unlearning"]) == []
    assert shell.view_at(VIEWS, "/lab/images/") is VIEW


# --- kept results


def test_presets_are_what_is_kept_and_short_links() -> None:
    assert [preset.state.bundled for preset in ImagesView.presets] == list(compute.bundled_results().runs)
    for preset in ImagesView.presets:
        assert VIEW.cost(preset.state) <= VIEW.max_cost
        assert len(preset.state.query()) <= 400


@pytest.mark.parametrize("preset", ImagesView.presets, ids=[preset.name for preset in ImagesView.presets])
def test_kept_results_are_shown_at_once_and_say_where_they_come_from(preset: Any) -> None:
    parts = parts_of(compute.stream(preset.state))
    kept = compute.bundled_results()
    runs = kept.runs[preset.state.bundled]
    found = drawn(parts)
    assert [part.get("final") for part in of_kind(parts, "start")] == [False, None]
    assert [part["runs"] for part in of_kind(parts, "start")] == [0, len(found)]
    assert len(found) == len(runs.settings) + len(runs.groups)
    for j in range(len(runs.settings)):
        np.testing.assert_allclose(found[j]["accuracy"], near_mean(runs.test_accuracy[j], 0), rtol=1e-6)
        np.testing.assert_allclose(found[j]["norm_low"], runs.norm[j].min(axis=0), rtol=1e-6)
    for place, numbers in enumerate(runs.groups.values()):
        table = found[len(runs.settings) + place]
        np.testing.assert_allclose(table["moved"][-1], near_mean(runs.moved[numbers][:, :, -1], 1), rtol=1e-6)
        np.testing.assert_allclose(table["best"][-1], near_mean(runs.best_accuracy[numbers], 1), rtol=1e-6)
        assert table["moved"].shape == (len(runs.epochs), len(table["value"]))
    np.testing.assert_allclose(found[0]["train_accuracy_low"], runs.train_accuracy[0].min(axis=0), rtol=1e-6)
    told = said(parts)
    for word in (kept.date, *kept.versions.values(), f"seeds {', '.join(map(str, runs.seeds))}", "Kept results"):
        assert word in told
    (replay,) = of_kind(parts, "recording")
    assert replay["sentence"].startswith(
        f"Kept results of {kept.date}: {len(runs.settings) * len(runs.seeds)} networks"
    )
    before = parts[: parts.index(replay)]
    assert not of_kind(before, "trajectory")
    assert "networks are training for" in said(before)
    assert "no kept results" not in said(before)
    for part in of_kind(parts, "trajectory"):
        for traces in part["traces"].values():
            go.Figure({"data": traces})
    assert parts[-1]["kind"] == "end"


@pytest.mark.parametrize("other", [{"seed": 1}, {"depth": 5}, {"most": 500}, {"images": NOBODYS}, {"rate": 0.02}])
def test_other_settings_have_no_kept_results(other: dict[str, Any]) -> None:
    state = ImagesState(**other)
    assert state.bundled is None
    parts = parts_of(compute.stream(state))
    assert not of_kind(parts, "trace")
    assert not of_kind(parts, "recording")
    assert of_kind(parts, "start")[0]["final"] is (state.images is not None)


def test_what_another_experiment_has_does_not_matter() -> None:
    assert ImagesState(experiment="width", depth=7, sigmas=(1.0,)).bundled == "width"
    assert ImagesState(epochs=150, runs=3, width=64, rate=0.01).bundled == "scale, squared loss"
    assert ImagesState(epochs=150, runs=3, width=64, rate=0.1, loss="entropy").bundled == "scale, 4 layers"


def test_the_words_tell_what_the_digits_show() -> None:
    found = [said(parts_of(compute.stream(preset.state))) for preset in ImagesView.presets]
    four, six, squared, width, kappa, unlearning = found
    for told in (four, six, squared):
        assert "a fully connected network on 8 × 8 digits stands for these" in told
        assert "this project's generalization of the paper's angle" in told
    for told in (four, six):
        assert "Every network classifies all of its training images at the end (training accuracy 1 at each σ" in told
    assert "the test accuracy says little about generalization" in squared
    assert re.search(r"0\.103 .* at 4\. Where it is far below 1", squared)
    assert "not equally far" in width
    assert "is not represented here" in width
    assert "training loss 0.28 to 0.3 at the end" in width
    assert "γ = 1, η ∝ 1/n: the kernel phase" in width
    assert "γ ∝ n^(−1), η ∝ n: its feature phase" in width
    assert "that distance stays" in kappa
    assert "by the planar theory only one of them would unlearn. Here both do" in unlearning
    assert "67 to 68, 65, 54 to 55, 36 and 40 % of the peak is lost" in unlearning


def test_without_the_extra_the_kept_results_are_shown_and_the_rest_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sentence = f"python -m pip install {' '.join(PACKAGES.values())}"
    monkeypatch.setattr(compute, "missing_packages", lambda: sentence)
    parts = parts_of(compute.stream(ImagesState()))
    assert of_kind(parts, "trace")
    assert sentence in said(parts)
    parts = parts_of(compute.stream(ImagesState(seed=1)))
    assert of_kind(parts, "start")[0]["final"]
    assert sentence in said(parts)
    assert parts_of(compute.run(ImagesState(), None)) == [{"kind": "error", "sentence": sentence}]


# --- live


@pytest.mark.parametrize("name", TINY)
def test_the_run_is_the_cores(name: str, storage: ImageStore) -> None:
    state = TINY[name]
    parts = parts_of(compute.run(state, None))
    *_, runs = state.sweep().run(load_digits().split(most=120))
    found = drawn(parts)
    assert of_kind(parts, "start")[0]["runs"] == len(found) == len(runs.settings) + len(runs.groups)
    for j in range(len(runs.settings)):
        for quantity in columns.names(runs):
            mean = near_mean(columns.quantity(runs, quantity)[j], 0)
            np.testing.assert_allclose(found[j][quantity], mean, rtol=1e-5, atol=1e-7)
    ends = {part["index"]: part["last"] for part in of_kind(parts, "trace")}
    assert all(ends[index] for index in range(len(found)))
    assert "computed live" in parts[-1]["status"]
    first = of_kind(parts_of(compute.stream(state)), "text")[0]
    assert first["runs"][0].startswith(f"{2 * len(runs.settings)} networks are training for 2 epochs each")
    assert "There are no kept results" in " ".join(first["notes"])


def test_one_of_something_is_said_as_one(storage: ImageStore) -> None:
    state = ImagesState(sigmas=(1.0,), depth=2, width=1, epochs=1, runs=1, most=40)
    told = f"{said(parts_of(compute.stream(state)))} {said(parts_of(compute.run(state, None)))}"
    assert "1 network is training for 1 epoch on" in told
    assert "1 hidden of 1 neuron: ReLU" in told
    assert not re.search(r"\b1 (networks|epochs|neurons|seeds|layers)\b", told)


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(
    monkeypatch: pytest.MonkeyPatch, storage: ImageStore
) -> None:
    for pause in ("PROGRESS_INTERVAL_SECONDS", "TRACE_INTERVAL_SECONDS", "CHECKPOINT_INTERVAL_SECONDS"):
        monkeypatch.setattr(compute, pause, 0.0)
    monkeypatch.setattr("dynamics.images.experiments._RESULT_INTERVAL_SECONDS", 0.0)
    state = TINY["scale"]
    whole = parts_of(compute.run(state, None))
    kept = [k for k, part in enumerate(whole) if part["kind"] == "checkpoint"]
    assert len(kept) >= 3  # of four networks
    place = kept[1]
    rest = parts_of(compute.run(state, whole[place]))
    assert not of_kind(rest, "start")
    expected, found = drawn(whole), drawn(whole[:place] + rest)
    assert expected.keys() == found.keys()
    for index, samples in expected.items():
        for name, column in samples.items():
            np.testing.assert_array_equal(found[index][name], column)
    assert all(one <= other for one, other in pairwise(part["done"] for part in of_kind(whole, "progress")))
    assert of_kind(rest, "progress")[0]["done"] > of_kind(whole, "progress")[0]["done"]


def test_networks_that_end_early_are_told_of(storage: ImageStore) -> None:
    state = ImagesState(sigmas=(0.5, 1.0), rate=100.0, width=16, epochs=3, runs=1, most=120)
    parts = parts_of(compute.run(state, None))
    assert "Every network ends early" in said(parts)
    assert "2 networks end early" in said(parts)
    assert "The run diverges in epoch" in said(parts)
    assert drawn(parts)[2] == {}  # nothing over σ
    assert parts[-1]["kind"] == "end"


def test_rates_by_themselves_fall_with_the_size_of_the_images() -> None:
    for state in TINY.values():
        small, large = ([state.arguments(values).get(key) for key in ("rate", "step")] for values in (64, 784))
        for one, other in zip(small, large, strict=True):
            assert (one is None) is (other is None)
            if one is not None:
                assert other == pytest.approx(one * 64 / 784)
    assert ImagesState(rate=0.02).arguments(784)["rate"] == 0.02


def test_what_would_take_too_long_is_refused_before_it_starts(client: FlaskClient) -> None:
    for query in ("m=256&T=1000", "exp=unlearning&T=2e4", "r=9&T=1000&B=20"):
        answer = client.get(f"/jobs/images?generation=0&offset=0&{query}")
        assert answer.status_code == 422
        assert "ask for less" in answer.get_json()["errors"][0]["sentence"]
    parts = parts_of(compute.stream(ImagesState(width=2048, epochs=100_000)))
    assert "epochs must take at most 1e+13 multiply-adds" in said(parts)
    assert of_kind(parts, "start")[0]["final"]


@pytest.mark.parametrize(
    "state", [ImagesState(experiment="width", width_paths=()), ImagesState(experiment="unlearning", tasks=())]
)
def test_nothing_ticked_is_told_of(state: ImagesState) -> None:
    parts = parts_of(compute.stream(state))
    assert "tick one choice" in said(parts)
    assert of_kind(parts, "start")[0]["final"]
    assert parts[-1]["kind"] == "end"


# --- own images


def test_own_images_come_under_a_hash_and_are_learnt_from_by_anyone_with_the_link(
    sender: FlaskClient, storage: ImageStore
) -> None:
    data = saved(**good(n=60, shape=(6, 6), classes=3))
    answer = sent(sender, data)
    assert answer.status_code == 200
    name = answer.get_json()["hash"]
    assert "60 images of 6 × 6 in 3 classes" in answer.get_json()["sentence"]
    assert sent(sender, data).get_json()["hash"] == name
    state = ImagesState.from_query(TINY["scale"].model_copy(update={"images": name}).query())
    first = parts_of(compute.stream(state))
    assert "on 60 images of 6 × 6 in 3 classes" in said(first)
    parts = parts_of(compute.run(state, None))
    assert f"learnt from images {name[:8]}" in parts[-1]["status"]
    assert "8 × 8 digits" not in said(parts)
    assert VIEW.cost(state) > 0.0
    assert f"hash {name}" in export.python(state)


def test_images_that_nobody_has_here_are_told_of(storage: ImageStore) -> None:
    state = ImagesState(images=NOBODYS)
    parts = parts_of(compute.stream(state))
    assert f"The images {NOBODYS} are not kept on this server" in said(parts)
    assert of_kind(parts, "start")[0]["final"]
    assert "not kept on this server" in parts_of(compute.run(state, None))[0]["sentence"]


@pytest.mark.parametrize("name", HARMFUL)
def test_a_file_that_is_not_images_is_refused_in_a_sentence_and_not_kept(
    sender: FlaskClient, storage: ImageStore, name: str
) -> None:
    answer = sent(sender, HARMFUL[name][0])
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["sentence"].startswith("These images cannot be used: ")
    assert {path.name for path in storage.path.iterdir()} <= {"reading"}


def test_what_is_too_long_or_of_no_told_length_or_type_is_not_read(sender: FlaskClient, storage: ImageStore) -> None:
    data = saved(**good())

    class Unread(io.RawIOBase):
        def readinto(self, buffer: Any) -> int:
            raise AssertionError("it is read")

    def posted(**environment: str) -> int:
        asked = create_environ(UPLOAD_PATH, method="POST")
        asked |= {"CONTENT_TYPE": image_upload.TYPE, "CONTENT_LENGTH": "100", "wsgi.input": Unread(), **environment}
        return int(run_wsgi_app(sender.application, asked)[1].split()[0])

    assert posted(CONTENT_LENGTH=str(MAX_UPLOAD_BYTES + 1)) == 413
    assert posted(HTTP_TRANSFER_ENCODING="chunked") == 411
    assert posted(CONTENT_TYPE="multipart/form-data; boundary=x") == 415
    assert posted(CONTENT_TYPE="text/plain") == 415
    assert not storage.path.exists()
    with pytest.raises(ValueError, match="more than 0 MiB"):
        storage.add(io.BytesIO(data), len(data) - 1)
    assert {path.name for path in storage.path.iterdir()} <= {"reading"}


def test_while_a_file_comes_others_are_read_but_few_of_one_address(
    storage: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_upload, "MAX_UPLOADS_PER_CLIENT", 1)
    answers: list[int] = []

    class Slow(ImageStore):
        @contextmanager
        def stage(self, stream: Any, most: int) -> Iterator[Any]:
            if not answers:
                answers.append(0)
                client = server.test_client()
                for address in ("127.0.0.1", "192.0.2.1"):
                    client.environ_base["REMOTE_ADDR"] = address
                    answers.append(sent(client, saved(**good(n=30))).status_code)
            with super().stage(stream, most) as file:
                yield file

    server = Flask(__name__)
    image_upload.register(server, Slow(storage.path))
    assert sent(server.test_client(), saved(**good())).status_code == 200
    assert answers == [0, 503, 200]


def test_few_files_come_at_once_however_many_addresses() -> None:
    coming = image_upload.UploadSlots(3, 2)
    with ExitStack() as held:
        assert [held.enter_context(coming.acquire(name)) for name in "aaabb"] == [True, True, False, True, False]
    with coming.acquire("b") as again:
        assert again
    assert not coming._of


def test_one_file_is_unpacked_at_a_time_on_the_whole_machine(
    sender: FlaskClient, storage: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.views.images.image_store.LOCK_TIMEOUT_SECONDS", 0.0)
    with ImageStore(storage.path).stage(io.BytesIO(b""), 1), ImageStore(storage.path)._decode_lock():
        answer = sent(sender, saved(**good()))
    assert answer.status_code == 503
    assert sent(sender, saved(**good())).status_code == 200


def test_an_address_may_send_so_much_an_hour_and_no_more(storage: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(**good())
    monkeypatch.setattr(image_upload, "MAX_HOURLY_BYTES", len(data) + 1)
    server = Flask(__name__)
    image_upload.register(server, storage, ComputeQuota(1, 120))
    client = server.test_client()
    assert [sent(client, data).status_code for _ in range(3)] == [200, 200, 429]
    answer = sent(client, data)
    assert "within the last hour; this file can be sent in" in answer.get_json()["errors"][0]["sentence"]
    assert int(answer.headers["Retry-After"]) > 1000
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    assert sent(client, data).status_code == 200


def test_what_is_refused_for_want_of_computing_does_not_count_as_sent(
    storage: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(**good())
    monkeypatch.setattr(image_upload, "MAX_HOURLY_BYTES", len(data) + 1)
    server, granted = Flask(__name__), ComputeQuota(1e-6, 1)
    image_upload.register(server, storage, granted)
    client = server.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    charge = granted.reserve("192.0.2.1", 10.0)
    assert [sent(client, data).status_code for _ in range(3)] == [429] * 3
    charge(0.0)
    assert sent(client, data).status_code == 200


def test_what_is_on_its_way_and_what_was_computed_is_not_in_the_way_of_images(storage: ImageStore) -> None:
    storage = ImageStore(storage.path, max_image_bytes=1, max_results_bytes=1)
    with storage.stage(io.BytesIO(b"half of it"), 100) as half:
        left, result = storage.path / "0123.new", storage.path / f"{NOBODYS}.results"
        for path in (left, result):
            path.write_bytes(b"x")
            os.utime(path, (1, 1))
        first, _ = storage.add(io.BytesIO(saved(**good())), 1 << 20)
        assert half.path.exists()
        assert result.exists()
        assert not left.exists(), "whoever sent that has gone"
        assert storage.about(first) is not None


def test_a_shelf_that_is_not_ours_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "anyones"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(StoreError, match="others may write"):
        ImageStore(folder).add(io.BytesIO(saved(**good())), 1 << 20)
    server = Flask(__name__)
    image_upload.register(server, ImageStore(folder))
    assert sent(server.test_client(), saved(**good())).status_code == 503


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    files = [saved(**good(n=n)) for n in (40, 50, 60)]
    storage = ImageStore(tmp_path / "storage", sum(map(len, files[1:])) + 400)
    first, _ = storage.add(io.BytesIO(files[0]), 1 << 20)
    second, _ = storage.add(io.BytesIO(files[1]), 1 << 20)
    old = storage.path / f"{second}.images"
    for path in (old, old.with_suffix(".about")):
        os.utime(path, (1, 1))
    third, _ = storage.add(io.BytesIO(files[2]), 1 << 20)
    assert storage.about(second) is None
    assert not old.exists()
    assert storage.about(first) is not None
    assert len(storage.images(third).x) == 60
    tiny = ImageStore(tmp_path / "tiny", 1)
    name, about = tiny.add(io.BytesIO(files[0]), 1 << 20)
    assert tiny.about(name) == about  # the latest stays


@pytest.mark.parametrize("name", ["../../secret", NOBODYS + "/..", NOBODYS.upper(), "", "a" * 31])
def test_only_a_hash_becomes_a_files_name(storage: ImageStore, name: str) -> None:
    for ask in (storage.about, storage.images, storage.results):
        with pytest.raises(ValueError, match="32 hexadecimal digits"):
            ask(name)


def test_images_are_kept_by_the_command_line_too(
    storage: ImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.npz"
    path.write_bytes(saved(**good()))
    monkeypatch.setattr(sys, "argv", ["images", str(path)])
    runpy.run_module("components.views.images", run_name="__main__")
    told, link = capsys.readouterr().out.splitlines()
    assert told == "40 images of 4 × 4 in 3 classes"
    state = ImagesState.from_query(link.removeprefix("/lab/images?"))
    assert state.images
    assert storage.about(state.images) is not None
    path.write_bytes(b"hello")
    with pytest.raises(SystemExit, match=r"not an \.npz"):
        runpy.run_module("components.views.images", run_name="__main__")


# --- what it gives away


def test_the_table_is_the_kept_results(client: FlaskClient) -> None:
    runs = compute.bundled_results().runs["unlearning"]
    state = ImagesState(experiment="unlearning")
    table = export.table(state)
    mean, spread = mean_and_spread(runs.signed_alignment)
    np.testing.assert_array_equal(table["R"], mean.ravel())
    np.testing.assert_array_equal(table["R_sd"], spread.ravel())
    np.testing.assert_array_equal(table["train_accuracy_seed1"], runs.train_accuracy[:, 1].ravel())
    assert len({len(column) for column in table.values()}) == 1
    lines = client.get(f"/export/images.csv?{state.query()}").text.splitlines()
    assert len(lines) == 1 + 8 * len(runs.epochs)
    document = client.get(f"/export/images.json?{state.query()}").get_json()
    assert document["groups"] == ["halves", "halves, reversed"]
    assert document["computed"]["date"] == compute.bundled_results().date
    assert len(document["settings"]) == 8
    assert "xu2025three" in client.get("/export/images.bib").text
    live = client.get(f"/export/images.csv?{state.model_copy(update={'watched': 'live'}).query()}")
    assert "have not been computed here" in live.get_json()["errors"][0]["sentence"]


def test_what_was_computed_live_is_given_away_once_it_is_whole(client: FlaskClient, storage: ImageStore) -> None:
    state = TINY["width"]
    answer = client.get(f"/export/images.csv?{state.query()}")
    assert answer.status_code == 422
    assert "watch them until they are" in answer.get_json()["errors"][0]["sentence"]
    parts_of(compute.run(state, None))
    document = client.get(f"/export/images.json?{state.query()}").get_json()
    assert document["groups"] == list(state.groups)
    assert {"numpy", "autograd"} <= set(document["computed"]["versions"])
    assert len(document["table"]["value"]) == 4 * 3
