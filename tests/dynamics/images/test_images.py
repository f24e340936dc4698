"""Networks on images: slopes, angles against the exact linear network, harmful files, experiments, kept results."""

import io
import struct
import sys
import tomllib
import tracemalloc
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dynamics import LinearNetwork, scaling_phase
from dynamics.images import (
    EXPERIMENTS,
    INITIALIZATION_PATHS,
    PACKAGES,
    WIDTH_PATHS,
    ImageNetwork,
    ImageSet,
    ImageTask,
    ImageTraining,
    MissingDependencyError,
    SavedResults,
    Setting,
    Sweep,
    TrainingConfig,
    data,
    experiments,
    initialization_sweep,
    load_digits,
    load_results,
    mean_and_spread,
    missing_packages,
    optional,
    read_images,
    save_results,
    scale_sweep,
    stable_rate,
    train_images,
    unlearning_sweep,
    width_sweep,
)
from dynamics.images.build_default_results import DEFAULTS
from dynamics.linear_network import Phase, TrainingSpeed

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "components" / "views" / "images" / "results" / "images.npz"


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.fixture(scope="module")
def split(digits):
    return digits.split()


@pytest.fixture(scope="module")
def few(digits):
    return digits.split(most=200)


# --- data


def test_digits_are_split_without_overlap_and_standardised(digits, split):
    assert digits.x.shape == (1797, 64)
    assert digits.shape == (8, 8)
    assert len(split.x) + len(split.x_test) == 1797
    assert len(split.x_test) == 359
    assert np.allclose(split.x.mean(axis=0), 0.0, atol=1e-5)
    assert np.mean(np.sum(split.x.astype(float) ** 2, axis=1)) == pytest.approx(64.0, rel=1e-5)
    back = np.vstack([split.x, split.x_test]) * split.scale + split.mean
    rows = lambda x: sorted(map(tuple, np.round(x).astype(int)))  # noqa: E731
    assert rows(back) == rows(digits.x)


def test_a_split_is_its_seeds(digits):
    one, again, other = digits.split(3), digits.split(3), digits.split(4)
    assert np.array_equal(one.x, again.x)
    assert not np.array_equal(one.labels, other.labels)


def test_targets_of_classes_have_the_mean_zero_and_halves_are_opposed(split):
    classes = split.task("classes")
    assert np.allclose(classes.y.sum(axis=1), 0.0)
    assert (classes.y.argmax(axis=1) == split.labels).all()
    halves, other = split.task("halves"), split.task("halves, reversed")
    assert ((halves.y[:, 0] > 0) == (split.labels >= 5)).all()
    assert np.array_equal(halves.y, -other.y)
    assert np.allclose(halves.direction, -other.direction)
    assert halves.hermite(1) == pytest.approx(other.hermite(1))
    assert halves.hermite(2) == pytest.approx(-other.hermite(2))


def test_the_tasks_direction_is_the_best_single_one(split):
    task = split.task("classes")
    moment = task.x.astype(float).T @ (task.y - task.y.mean(axis=0))
    assert np.linalg.norm(task.direction) == pytest.approx(1.0)
    best = np.linalg.norm(task.direction @ moment)
    some = np.random.default_rng(0).standard_normal((100, 64))
    assert (np.linalg.norm(some @ moment, axis=1) / np.linalg.norm(some, axis=1) < best).all()


def saved(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def good(n=40, shape=(4, 4), classes=3):
    rng = np.random.default_rng(0)
    return {"x": rng.integers(0, 255, (n, *shape)).astype(np.uint8), "y": np.arange(n) % classes}


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3), (16,)])
def test_a_file_gives_back_its_images(shape, tmp_path):
    arrays = good(shape=shape)
    path = tmp_path / "mine.npz"
    path.write_bytes(saved(**arrays))
    for found in (read_images(path), read_images(path.read_bytes()), read_images(io.BytesIO(path.read_bytes()))):
        assert np.array_equal(found.x, arrays["x"].reshape(40, -1))
        assert found.shape == shape
        assert np.array_equal(found.labels, arrays["y"])
    assert read_images(path).name == "mine"


def test_labels_become_classes_in_their_order_and_columns_are_read_in_fortrans():
    arrays = good()
    found = read_images(saved(x=np.asfortranarray(arrays["x"].astype(float)), y=(10.0 * arrays["y"] - 5)[:, None]))
    assert found.classes == ("-5", "5", "15")
    assert np.array_equal(found.labels, arrays["y"])
    assert np.array_equal(found.x, arrays["x"].reshape(40, -1))


def with_header(shape, dtype="|u1", body=b"", key="x"):
    """An .npz whose array claims a shape and a type, whatever it holds."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{key}.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body)
        inner = io.BytesIO()
        np.save(inner, np.arange(40) % 3)
        archive.writestr("y.npy" if key == "x" else "x.npy", inner.getvalue())
    return out.getvalue()


def with_bytes(x):
    """An .npz whose member x is these bytes, with labels y."""
    out, labels = io.BytesIO(), io.BytesIO()
    np.save(labels, np.arange(40) % 3)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", x)
        archive.writestr("y.npy", labels.getvalue())
    return out.getvalue()


def renamed(file, names):
    """The same .npz with other names of its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(names[name], old.read(name))
    return out.getvalue()


def displaced():
    """An .npz whose directory is said to be farther on than it is."""
    file = bytearray(saved(**good()))
    place = file.rindex(b"PK\x05\x06") + 16
    file[place : place + 4] = struct.pack("<L", struct.unpack("<L", file[place : place + 4])[0] + 5000)
    return bytes(file)


class Harm:
    def __reduce__(self):
        return (sys.exit, ("unpickled",))


HARMFUL = {
    "not a zip": (b"hello", "not an .npz"),
    "empty": (b"", "not an .npz"),
    "cut short": (saved(**good())[:-30], "not an .npz"),
    "a comment behind": (saved(**good()) + b"more", "not an .npz"),
    "no x": (saved(y=np.arange(40)), "holds y; it needs"),
    "other names": (saved(digits=np.ones(3), y_train=np.ones(3)), "holds digits, y_train; it needs one array x"),
    "images alone without an ending": (renamed(saved(**good()), {"x.npy": "x", "y.npy": "z"}), "holds x, z; it needs"),
    "a name twice": (saved(IMAGES=np.ones(3), Images=np.ones(3), y=np.ones(3)), "holds 2 arrays images; it needs one"),
    "pickled images": (saved(x=np.array([Harm()] * 40, dtype=object), y=np.arange(40) % 3), "type object"),
    "pickled labels": (saved(x=good()["x"], y=np.array([Harm()] * 40, dtype=object)), "type object"),
    "images of text": (saved(x=np.full((40, 4), "a"), y=good()["y"]), "real numbers are needed"),
    "dates as labels": (saved(x=good()["x"], y=np.zeros(40, "M8[D]")), "real numbers or strings are needed"),
    "long labels": (saved(x=good()["x"], y=np.array(["a", "b" * 65] * 20)), "strings of 1 to 64 characters"),
    "labels of control characters": (saved(x=good()["x"], y=np.array(["a", "\x1b[2J"] * 20)), "not printable"),
    "labels of no characters": (saved(x=good()["x"], y=np.full(40, 1 << 30, "<u4").view("<U1")), "no text"),
    "complex": (saved(x=good()["x"] * 1j, y=good()["y"]), "real numbers are needed"),
    "nan": (saved(x=np.where(np.eye(40, 16) > 0, np.nan, 1.0), y=good()["y"]), "not a number"),
    "inf": (saved(x=np.where(np.eye(40, 16) > 0, np.inf, 1.0), y=good()["y"]), "not a number"),
    "one dimension": (saved(x=np.ones(40), y=good()["y"]), "an image each row"),
    "too few": (saved(**good(n=19)), "19 images, not 20"),
    "too large": (saved(**good(shape=(3073,))), "images of 3073 values, more than 3072"),
    "labels of another length": (saved(x=good()["x"], y=np.arange(39)), "not one label for each of the 40"),
    "one-hot labels": (saved(x=good()["x"], y=np.eye(40)), "not one label for each of the 40"),
    "one class": (saved(x=good()["x"], y=np.zeros(40)), "1 different labels, not 2 to 100"),
    "too many classes": (saved(**good(n=101, classes=101)), "101 different labels, not 2 to 100"),
    "broken labels": (saved(x=good()["x"], y=np.arange(40) / 2), "not a whole number"),
    "nan labels": (saved(x=good()["x"], y=np.full(40, np.nan)), "not a whole number"),
    "a bomb by its directory": (saved(x=np.zeros((200_000, 3_072), dtype=np.uint8), y=good()["y"]), "bytes unpacked"),
    "a bomb by its header": (with_header((10**9, 3_072)), "entries"),
    "a header of more than there is": (with_header((40, 16), body=b"1" * 100), "as many bytes as its shape"),
    "a header of less than there is": (with_header((40, 16), body=b"1" * 1000), "as many bytes as its shape"),
    "negative shape": (with_header((-40, -16), body=b"1" * 640), "entries"),
    "wide items": (with_header((100_000,), dtype="<c32", key="y"), "real numbers"),
    "a header that is code": (with_header("(__import__('os').getpid(), 16)"), "as numpy writes it"),
    **{
        f"a header of 9000 {sign}": (
            with_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 9000) + 9000 * sign.encode()),
            "numpy",
        )
        for sign in "-~(["
    },
    "a header of 50 minus signs": (
        with_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 51) + 50 * b"-" + b"1"),
        "numpy",
    ),
    "a header of 400 MB": (with_bytes(b"\x93NUMPY\x02\x00" + struct.pack("<L", 400_000_000) + bytes(2_000)), "numpy"),
    "another version": (with_bytes(b"\x93NUMPY\x03\x00" + struct.pack("<L", 100) + bytes(200)), "numpy"),
    "a bomb of zeros": (
        saved(x=np.zeros((25_000, 3_072), dtype=np.uint8), y=np.arange(25_000) % 3),
        "100 times as long when it is unpacked; save it with numpy.savez, which does not compress",
    ),
    "a directory elsewhere": (displaced(), "not an .npz that can be read"),
    "many arrays": (saved(**good(), **{f"z{i}": np.zeros(1) for i in range(99)}), "longer than that of 100 arrays"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_file_that_is_not_images_is_told_of(name):
    given, sentence = HARMFUL[name]
    with pytest.raises(ValueError, match=sentence):
        read_images(given)


def test_a_directory_that_lies_about_its_size_is_told_of():
    lying = bytearray(saved(**good()))
    at = lying.rindex(b"PK\x01\x02", 0, lying.rindex(b"PK\x01\x02"))  # x's entry: y's is the last
    lying[at + 24 : at + 28] = struct.pack("<L", 100)
    with pytest.raises(ValueError, match=r"as many bytes as its shape|not an \.npz"):
        read_images(bytes(lying))


def test_a_file_that_is_broken_names_no_folder_of_ours(tmp_path):
    path = tmp_path / "0123.new"
    path.write_bytes(displaced())
    with pytest.raises(ValueError, match=r"not an \.npz that can be read") as fault:
        read_images(path)
    assert "0123" not in str(fault.value)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("X", "y"), ("images", "labels"), ("imgs", "lbls"), ("data", "target"), ("x_train", "y_train"),
        ("X_train", "Y_train"), ("train_images", "train_labels"), ("arr_0", "arr_1"), ("Data", "Targets"),
    ],
)  # fmt: skip
def test_images_and_labels_are_found_by_their_usual_names(x, y):
    arrays = good()
    others = {"x_test": np.zeros((7, 16)), "y_test": np.zeros(7), "val_images": np.zeros((5, 4, 4)), "Xt": np.zeros(3)}
    found = read_images(saved(**others, **{y: arrays["y"], x: arrays["x"]}))
    assert np.array_equal(found.x, arrays["x"].reshape(40, -1))
    assert np.array_equal(found.labels, arrays["y"])


def test_the_plainest_name_goes_first_and_members_may_have_no_ending():
    arrays = good()
    file = saved(**arrays, x_train=np.zeros((40, 9)), images=np.zeros((40, 9)))
    assert read_images(file).shape == (4, 4)
    assert read_images(saved(**arrays, X=np.zeros((40, 9)))).shape == (4, 4)
    assert np.array_equal(read_images(renamed(saved(**arrays), {"x.npy": "x", "y.npy": "y"})).labels, arrays["y"])


def test_small_images_that_pack_well_are_read():
    """Squares on an empty ground in double precision: a ratio beyond 400, and 12.5 MB."""
    x = np.zeros((2_000, 28, 28))
    x[::2, 4:9, 4:9] = 1.0
    file = saved(x=x, y=np.arange(2_000) % 2)
    assert x.nbytes > 400 * len(file)
    assert np.array_equal(read_images(file).x, x.reshape(2_000, -1))


@pytest.mark.parametrize("kind", ["U", "S"])
def test_strings_are_classes(kind):
    arrays = good()
    names = np.array(["cat", "dog", "a cow"])
    found = read_images(saved(x=arrays["x"], y=names[arrays["y"]].astype(kind)))
    assert found.classes == ("a cow", "cat", "dog")
    assert np.array_equal(np.array(found.classes)[found.labels], names[arrays["y"]])
    found = read_images(saved(x=arrays["x"], y=np.array(["10", "9", "-1"])[arrays["y"]].astype(kind)))
    assert found.classes == ("-1", "9", "10")


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (40L, 16L), }",
        "{'shape': (40, 16), 'fortran_order': False, 'descr': '<f4'}",
    ],
)
@pytest.mark.filterwarnings("ignore:Reading `.npy`")
def test_headers_of_python_2_and_in_another_order_are_read(header):
    x = np.arange(640, dtype="<f4")
    out, inner = io.BytesIO(), io.BytesIO()
    np.save(inner, np.arange(40) % 3)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + x.tobytes())
        archive.writestr("y.npy", inner.getvalue())
    assert np.array_equal(read_images(out.getvalue()).x, x.reshape(40, 16))


@pytest.mark.parametrize("shape", ["(40, 16)", "(40,16)", "(40,16,)"])
@pytest.mark.parametrize("version", [b"\1\0", b"\2\0"])
def test_what_others_than_numpy_write_is_read(shape, version):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    x = np.arange(640, dtype="<f4")
    out, inner = io.BytesIO(), io.BytesIO()
    np.save(inner, np.arange(40) % 3)
    length = struct.pack("<H" if version == b"\1\0" else "<L", len(header))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY" + version + length + header + x.tobytes())
        archive.writestr("y.npy", inner.getvalue())
    assert np.array_equal(read_images(out.getvalue()).x, x.reshape(40, 16))


def test_reading_takes_little_more_memory_than_the_images():
    arrays = good(n=2_000, shape=(1024,))
    file = saved(**arrays)
    tracemalloc.start()
    found = read_images(file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < arrays["x"].nbytes + 9 * data._CHUNK * 1024 * 2 + (4 << 20)
    assert np.array_equal(found.x, arrays["x"])


def test_a_damaged_file_is_told_of_wherever_it_is_damaged():
    whole = saved(**good())
    for at in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[at] ^= 0x5A
        with suppress(ValueError):  # nothing else: where it still reads, what it says is as good as any
            read_images(bytes(damaged))


def test_a_file_beyond_the_bound_is_not_read(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "FILE_MAX", 100)
    with pytest.raises(ValueError, match="more than 100"):
        read_images(saved(**good()))
    with pytest.raises(ValueError, match="cannot be read"):
        read_images(tmp_path / "absent.npz")


def test_images_that_are_all_the_same_are_told_of():
    same = ImageSet("same", np.ones((40, 4)), np.arange(40) % 2, ("0", "1"), (4,))
    with pytest.raises(ValueError, match="x must have different images"):
        same.split()


# --- training


def small_task(outputs=3, n=30, inputs=5, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, inputs))
    y = np.eye(outputs)[rng.integers(0, outputs, n)] - 1.0 / outputs if outputs > 1 else rng.standard_normal((n, 1))
    return ImageTask("small", x, y, x, y)


@pytest.mark.parametrize(
    ("activation", "loss", "centered"),
    [("relu", "squared", False), ("linear", "squared", True), ("relu", "cross entropy", False)],
)
def test_a_step_goes_down_the_slope_by_finite_differences(activation, loss, centered):
    rates = (0.3, 0.2, 0.1)
    network = ImageNetwork((7, 6), (1.0, 0.8, 1.2), rates, 0.7, activation)
    plan = TrainingConfig(1, 2, None, loss, centered=centered, dtype="float64")
    task = small_task()

    def value(weights):
        return ImageTraining(task, network, plan, weights=weights).measure().train_loss

    run = ImageTraining(task, network, plan, seed=2)
    start = [one.copy() for one in run.weights]
    run.advance(1)
    rng = np.random.default_rng(1)
    for k, (before, after, rate) in enumerate(zip(start, run.weights, rates, strict=True)):
        i, j = (rng.integers(size) for size in before.shape)
        ends = []
        for shift in (1e-5, -1e-5):
            moved = [one.copy() for one in start]
            moved[k][i, j] += shift
            ends.append(value(moved))
        assert (before - after)[i, j] / rate == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-9)


def test_the_kernel_is_that_of_finite_differences():
    task, network = small_task(2, n=4), ImageNetwork((6, 5), 1.0, (0.3, 0.2, 0.1), 0.7)
    run = ImageTraining(task, network, TrainingConfig(dtype="float64"))
    found, total = run.kernel(), np.zeros((4, 4))
    for W, rate in zip(run.weights, network.layer_rates, strict=True):
        for at in np.ndindex(W.shape):
            W[at] += 1e-6
            above = run.output(task.x)
            W[at] -= 2e-6
            slope = (above - run.output(task.x)) / 2e-6
            W[at] += 1e-6
            total += rate * slope @ slope.T
    assert np.allclose(found, total, rtol=1e-6)


def on_a_line(seed=0):
    rng = np.random.default_rng(seed)
    direction = rng.standard_normal(4)
    x = rng.standard_normal((40, 1)) * direction / np.linalg.norm(direction)
    y = 1.5 * x @ direction[:, None] + 0.1 * rng.standard_normal((40, 1))
    return ImageTask("line", x, y, x, y)


@pytest.mark.parametrize(("eta_u", "eta_w", "scale"), [(1.0, 1.0, 0.3), (0.5, 2.0, 1.0), (1.0, 0.2, 2.0)])
def test_angle_and_kernel_of_a_linear_network_are_those_of_the_exact_solution(eta_u, eta_w, scale):
    task, step = on_a_line(), 1e-3
    rng = np.random.default_rng(5)
    W, u = scale * rng.standard_normal((8, 4)), scale * rng.standard_normal(8)
    exact = LinearNetwork.from_data(task.x, task.y[:, 0], u, W, 0.6, eta_u, eta_w)
    network = ImageNetwork((8,), 1.0, (step * eta_w, step * eta_u), 0.6, "linear")
    plan = TrainingConfig(2000, 12, None, dtype="float64")
    records = list(train_images(task, network, plan, weights=[W, u[None, :]]))
    # half the squared loss: its clock is twice as slow
    flow = exact.solution([0.5 * step * one.epoch for one in records])
    for one, cos_zeta, ratio, norm in zip(records, flow.cos_zeta, flow.kernel_ratio, flow.u_norm, strict=True):
        assert one.cos[0] == pytest.approx(abs(cos_zeta), abs=3e-3)
        assert one.kernel_ratio == pytest.approx(ratio, rel=5e-3)
        assert one.norms[1] == pytest.approx(norm, rel=5e-3)
    assert records[0].cos[0] == pytest.approx(abs(flow.cos_zeta[0]), abs=1e-12)
    assert abs(records[-1].cos[0] - records[0].cos[0]) > 0.05
    assert records[-1].kernel_distance < 1e-12  # one direction: the kernel changes its size alone


def test_the_angle_parts_what_a_layer_puts_out_into_sizes_and_a_cosine():
    task = small_task()
    run = ImageTraining(task, ImageNetwork((7, 6), 1.3, 0.1), TrainingConfig(dtype="float64"))
    record = run.measure()
    h = np.maximum(np.maximum(task.x @ run.weights[0].T, 0.0) @ run.weights[1].T, 0.0)
    assert np.linalg.norm(run.output(task.x)) == pytest.approx(record.norms[2] * np.linalg.norm(h) * record.cos[1])


def test_layers_drawn_afresh_are_at_the_level_of_chance(split):
    squares = [ImageTraining(split.task(), ImageNetwork((64, 64)), seed=i).measure().cos ** 2 for i in range(20)]
    assert np.mean(squares, axis=0) == pytest.approx(np.full(2, 1 / 64), rel=0.15)


def test_a_network_without_biases_is_homogeneous(split):
    task = split.task()
    one, other = (
        ImageTraining(task, ImageNetwork((20, 20), sigma), TrainingConfig(dtype="float64")) for sigma in (1.0, 2.0)
    )
    assert np.allclose(other.output(task.x_test), 8.0 * one.output(task.x_test))
    assert np.allclose(other.kernel(), 16.0 * one.kernel())
    assert stable_rate(other.network, 0.16, 1.0) == pytest.approx(0.01)
    assert stable_rate(replace(one.network, sigma=0.1), 0.16, 1.0) == 1.0
    # cross entropy: the largest slope grows like sigma^(L - 1), the weights like sigma
    assert stable_rate(other.network, 0.16, 1.0, "cross entropy") == pytest.approx(0.08)


def test_a_run_is_its_seeds(few):
    def run(seed, pieces):
        made = ImageTraining(few.task(), ImageNetwork((8,)), TrainingConfig(4, batch=32), seed)
        for epoch in pieces:
            while not made.advance(epoch, 0.0):
                pass
        return made.weights

    for one, again in zip(run(1, (4,)), run(1, (1, 2, 4)), strict=True):
        assert np.array_equal(one, again)
    assert not np.array_equal(run(1, (4,))[0], run(2, (4,))[0])


def test_accuracies_are_the_shares_of_images_on_the_right_side(few):
    for name in ("classes", "halves"):
        task = few.task(name)
        run = ImageTraining(task, ImageNetwork((8,)), TrainingConfig(3, batch=32))
        run.advance(2)
        record = run.measure()
        for x, y, found in (
            (task.x, task.y, record.train_accuracy),
            (task.x_test, task.y_test, record.test_accuracy),
        ):
            f = run.output(x)
            pairs = zip(f, y, strict=True)
            right = [np.sign(a[0]) == np.sign(b[0]) if len(b) == 1 else a.argmax() == b.argmax() for a, b in pairs]
            assert found == pytest.approx(np.mean(right))


def test_every_image_is_seen_once_an_epoch(few):
    run = ImageTraining(few.task(), ImageNetwork((8,)), TrainingConfig(3, batch=32))
    run.advance(3)
    assert run.steps == 3 * 5  # 160 images


def test_digits_are_learnt(split):
    plan = TrainingConfig(30)
    assert list(train_images(split.task(), ImageNetwork((64,), 0.5), plan))[-1].test_accuracy > 0.94
    entropy = list(train_images(split.task(), ImageNetwork((64,), 0.5, 0.1), replace(plan, loss="cross entropy")))
    assert entropy[-1].test_accuracy > 0.94
    assert entropy[-1].train_loss < entropy[0].train_loss


def test_a_run_that_diverges_says_so(few):
    *_, last = train_images(few.task(), ImageNetwork((32, 32), 1.0, 5.0), TrainingConfig(50))
    assert last.halted.startswith("The run diverges in epoch")
    assert last.epoch < 50


def test_the_sphere_keeps_the_first_layers_lengths(few):
    plan = TrainingConfig(5, batch=None, sphere=True, centered=True)
    run = ImageTraining(few.task("halves"), ImageNetwork((10,), rates=0.1, gamma=0.1, last=2.0), plan)
    run.advance(5)
    assert np.allclose(np.linalg.norm(run.weights[0], axis=1), 1.0)
    assert run.measure().norms[0] == pytest.approx(np.sqrt(10.0), rel=1e-5)


def test_a_bias_at_its_best_makes_a_constant_in_the_targets_invisible():
    task = small_task(1)
    shifted = replace(task, y=task.y + 5.0, y_test=task.y_test + 5.0)
    plan = TrainingConfig(10, batch=None, centered=True, dtype="float64")
    one, other = (list(train_images(each, ImageNetwork((6,)), plan))[-1] for each in (task, shifted))
    assert one.train_loss == pytest.approx(other.train_loss)
    assert one.test_loss == pytest.approx(other.test_loss)


def test_arguments_out_of_range_are_named(few):
    task = few.task()
    with pytest.raises(ValueError, match="epochs must take at most 1e"):
        train_images(task, ImageNetwork((5_000, 2_000)), TrainingConfig(100_000))
    with pytest.raises(ValueError, match="widths must make at most"):
        train_images(task, ImageNetwork((10_000, 10_000)), TrainingConfig(1))
    with pytest.raises(ValueError, match="must be a sequence of 2 numbers, one for each layer, not of"):
        ImageNetwork((5,), sigma=(1.0, 1.0, 1.0))
    with pytest.raises(ValueError, match=r"sigma must be a number between 1e-06 and 1e\+06, not 0.0"):
        ImageNetwork((5,), sigma=0.0)
    with pytest.raises(ValueError, match="widths must be a sequence of 1 to 9 integers, not of 0"):
        ImageNetwork(())
    with pytest.raises(ValueError, match="activation must be one of 'relu', 'linear', not 'tanh'"):
        ImageNetwork((5,), activation="tanh")
    with pytest.raises(ValueError, match="loss must be one of"):
        TrainingConfig(loss="hinge")
    with pytest.raises(ValueError, match="centered must be False"):
        TrainingConfig(loss="cross entropy", centered=True)
    with pytest.raises(ValueError, match="loss must be 'squared' for a task of one output"):
        train_images(few.task("halves"), ImageNetwork((5,)), TrainingConfig(loss="cross entropy"))
    with pytest.raises(ValueError, match=r"weights must have the shapes|weights must be a sequence"):
        train_images(task, ImageNetwork((5,)), weights=[np.ones((2, 2))])
    with pytest.raises(ValueError, match="must have the shapes \\(n, d0\\) and \\(n, C\\)"):
        ImageTask("odd", np.ones((3, 2)), np.ones((4, 1)), np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="paths\\[0\\] must be one of 'γ = 1"):
        width_sweep(paths=("elsewhere",))
    with pytest.raises(ValueError, match="the experiment must take at most"):
        scale_sweep(width=2_000, epochs=2_000, seeds=range(50)).run(few)
    with pytest.raises(ValueError, match="seeds must be a sequence of 1 to 100 integers, not of 0"):
        scale_sweep(seeds=())
    with pytest.raises(ValueError, match="degree must be an integer between 1 and 10, not 0"):
        few.task("halves").hermite(0)
    with pytest.raises(ValueError, match="y must have one output, not 10"):
        task.hermite(1)
    with pytest.raises(ValueError, match="name must be one of"):
        few.task("thirds")


# --- experiments

TINY = {
    "scale": scale_sweep((0.5, 2.0), depth=3, width=8, epochs=2, seeds=(0, 1)),
    "width": width_sweep((32, 64), epochs=2, seeds=(0, 1)),
    "initialisation": initialization_sweep((1.0, 10.0), width=8, epochs=2, seeds=(0, 1)),
    "unlearning": unlearning_sweep((0.5, 2.0), width=8, epochs=5, seeds=(0, 1)),
}


@pytest.mark.parametrize("name", TINY)
def test_an_experiment_grows_to_its_whole(name, few):
    assert set(TINY) == set(EXPERIMENTS)
    found = list(TINY[name].run(few))
    last = found[-1]
    assert last.experiment == name
    assert last.progress == pytest.approx(1.0)
    assert all(one.progress <= other.progress + 1e-12 for one, other in zip(found, found[1:], strict=False))
    assert not np.isnan(last.test_accuracy).any()
    assert last.test_accuracy.shape == (len(last.settings), 2, len(last.epochs))
    assert last.cos.shape[3] + 1 == last.norms.shape[3] == last.settings[0].network.layers
    assert ((last.zeta >= 0.0) & (last.zeta <= np.pi / 2)).all()
    assert last.best_accuracy.shape == (len(last.settings), 2)
    assert sorted(j for group in last.groups.values() for j in group) == list(range(len(last.settings)))
    mean, spread = mean_and_spread(last.norm)
    assert mean.shape == spread.shape == last.norm[:, 0].shape
    assert np.allclose(mean, last.norm.mean(axis=1))
    assert np.allclose(spread, last.norm.std(axis=1, ddof=1))


@pytest.mark.parametrize("name", TINY)
def test_an_experiment_that_was_interrupted_does_only_what_is_left(name, few, monkeypatch):
    sweep = TINY[name]
    *_, whole = sweep.run(few)
    kept = {key: getattr(whole, key).copy() for key in ("test_accuracy", "cos", "norms")}
    for values in kept.values():
        values[-1, -1, 1:] = np.nan
    begun = []
    made = experiments.ImageTraining
    monkeypatch.setattr(experiments, "ImageTraining", lambda *args: begun.append(args) or made(*args))
    *_, found = sweep.run(few, replace(whole, **kept))
    assert len(begun) == 2  # one to see whether it is possible
    assert found.progress == pytest.approx(1.0)
    for key in kept:
        assert np.array_equal(getattr(found, key), getattr(whole, key))

    with pytest.raises(ValueError, match="before must be what a run of the same settings, seeds and plan has given"):
        replace(sweep, seeds=(*sweep.seeds, 99)).run(few, whole)


def test_a_sweep_has_networks_of_one_depth():
    settings = [Setting("layers", n, ImageNetwork((8,) * n)) for n in (1, 2)]
    with pytest.raises(ValueError, match="settings must have networks of one number of layers"):
        Sweep("depth", "layers", settings, (0,), TrainingConfig(epochs=1))


def test_the_work_is_known_without_the_images(few):
    for sweep in TINY.values():
        *_, last = sweep.run(few)
        works = sweep.works(len(few.x), len(few.x_test), few.x.shape[1], len(few.classes))
        assert last.of == pytest.approx(2 * sum(works))


def test_what_is_not_known_takes_no_part_in_a_mean():
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 5.0]])[:, :, None]
    mean, spread = mean_and_spread(values)
    assert mean[:, 0] == pytest.approx([2.0, 5.0])
    assert spread[0, 0] == pytest.approx(np.sqrt(2.0))
    assert np.isnan(spread[1, 0])


def test_a_run_that_halts_leaves_the_rest_of_the_experiment(few):
    *_, found = scale_sweep((0.5, 1.0), width=16, rate=5.0, rate_max=0.1, epochs=5, seeds=(0,)).run(few)
    assert not found.halted
    *_, found = scale_sweep((0.5, 1.0), width=16, rate=50.0, rate_max=50.0, epochs=5, seeds=(0,)).run(few)
    assert found.halted[-1][2].startswith("The run diverges")
    assert np.isnan(found.test_accuracy[found.halted[-1][0], 0, -1])
    assert found.progress == 1.0


def test_paths_lie_on_either_side_of_the_linear_networks_phase_boundary():
    phases = [scaling_phase(one) for one in WIDTH_PATHS.values()]
    assert [one.phase for one in phases] == [Phase.KERNEL, Phase.KERNEL, Phase.FEATURE, Phase.DIVERGING]
    assert all(one.pace is TrainingSpeed.TRAINS for one in phases)
    phases = [scaling_phase(one) for one in INITIALIZATION_PATHS.values()]
    assert [one.phase for one in phases] == [Phase.FEATURE, Phase.KERNEL, Phase.KERNEL, Phase.DIVERGING]
    assert all(one.pace is TrainingSpeed.TRAINS for one in phases)


def test_choices_are_one_network_where_they_meet(few):
    *_, found = width_sweep((64,), epochs=2, seeds=(0,)).run(few)
    assert len({tuple(run) for run in found.test_loss[:, 0].tolist()}) == 1
    *_, found = initialization_sweep((1.0,), epochs=2, seeds=(0,)).run(few)
    assert len({tuple(run) for run in found.test_loss[:, 0].tolist()}) == 1


def test_scaling_both_layers_alike_with_rates_and_output_changes_nothing(few):
    path = next(iter(INITIALIZATION_PATHS))
    *_, found = initialization_sweep((1.0, 100.0), (path,), epochs=5, seeds=(0,)).run(few)
    assert np.allclose(found.test_loss[0], found.test_loss[1], rtol=1e-3)
    assert np.allclose(found.cos[0], found.cos[1], rtol=1e-3)


# --- the extra, and what is kept


def test_the_extra_is_what_pyproject_and_the_tests_install():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["images"]
    assert wanted == list(PACKAGES.values())
    assert set(wanted) <= set((ROOT / "tests" / "requirements.txt").read_text().splitlines())
    assert missing_packages() == ""


def test_without_the_extra_a_sentence_says_how_to_get_it(monkeypatch, few):
    optional.differentiation.cache_clear()
    for name in [one for one in sys.modules if one.split(".")[0] in PACKAGES]:
        monkeypatch.delitem(sys.modules, name)
    for name in PACKAGES:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        MissingDependencyError, match=r"need scikit-learn, which is not installed; python -m pip install autograd=="
    ):
        load_digits()
    with pytest.raises(MissingDependencyError, match="need autograd, which is not installed"):
        scale_sweep().run(few)
    assert "autograd and scikit-learn, which are not" in missing_packages()
    assert read_images(saved(**good())).classes == ("0", "1", "2")


def test_kept_results_come_back(few, tmp_path):
    *_, runs = TINY["scale"].run(few)
    path = tmp_path / "kept.npz"
    save_results(path, SavedResults({"a scale": runs}, "2026-11-25", {"numpy": "2"}, 0, {"a scale": 1.0}))
    kept = load_results(path)
    back = kept.runs["a scale"]
    assert back.settings == runs.settings
    assert back.plan == runs.plan
    assert back.seeds == runs.seeds
    assert np.allclose(back.cos, runs.cos, rtol=1e-6)
    assert np.allclose(back.train_accuracy, runs.train_accuracy, rtol=1e-6)
    assert back.groups == runs.groups
    assert (kept.date, kept.split_seed) == ("2026-11-25", 0)


def test_results_of_an_earlier_version_are_read_without_what_they_did_not_have(few, tmp_path):
    *_, runs = TINY["scale"].run(few)
    path, old = tmp_path / "kept.npz", tmp_path / "old.npz"
    save_results(path, SavedResults({"a scale": runs}, "2026-11-25", {"numpy": "2"}, 0, {"a scale": 1.0}))
    for version in (1, 3):
        with np.load(path) as file:
            about = file["about"].tobytes().replace(b'"version": 2', b'"version": %d' % version)
            arrays = {name: file[name] for name in file if not name.endswith(("about", "train_accuracy"))}
        np.savez(old, about=np.frombuffer(about, dtype=np.uint8), **arrays)
        if version == 1:
            back = load_results(old).runs["a scale"]
            assert np.isnan(back.train_accuracy).all()
            assert np.allclose(back.test_accuracy, runs.test_accuracy)
            assert not back.fitted.any()
        else:
            with pytest.raises(ValueError, match="version 3, which is none of 1, 2"):
                load_results(old)


NAMES = ["scale, 4 layers", "scale, 6 layers", "scale, squared loss", "width", "initialisation", "unlearning"]


def test_what_ships_is_whole_small_and_says_where_it_comes_from():
    assert SHIPPED.stat().st_size <= 300_000
    kept = load_results(SHIPPED)
    assert list(kept.runs) == NAMES
    assert {"numpy", "autograd", "scikit-learn", "python"} <= set(kept.versions)
    for name, runs in kept.runs.items():
        assert [one.value for one in runs.settings] == [one.value for one in DEFAULTS[name].settings]
        assert (runs.plan, runs.seeds) == (DEFAULTS[name].plan, DEFAULTS[name].seeds)
        assert runs.progress == 1.0
        assert runs.images == "digits"
        assert not runs.halted


def test_on_digits_networks_that_fit_their_images_generalize_worse_from_a_larger_scale_and_end_with_larger_norms():
    """The paper's condition, training accuracy 1 at every scale, and what it then shows."""
    for name, least in (("scale, 4 layers", 0.88), ("scale, 6 layers", 0.83)):
        runs = load_results(SHIPPED).runs[name]
        assert runs.fitted.all()
        sigmas = np.array([one.value for one in runs.settings])
        accuracy, norm = runs.test_accuracy[:, :, -1], runs.norm[:, :, -1]
        assert accuracy[sigmas <= 1.0].min() > 0.94
        assert accuracy[sigmas >= 2.8].max() < least
        assert (norm[1:].min(axis=1) > norm[:-1].max(axis=1))[sigmas[1:] > 0.5].all()
        assert norm[-1].min() > 5 * norm[0].max()


def test_on_digits_the_squared_loss_is_not_fitted_from_large_scales():
    runs = load_results(SHIPPED).runs["scale, squared loss"]
    sigmas = np.array([one.value for one in runs.settings])
    assert not runs.fitted[sigmas >= 1.4].any()
    assert runs.train_accuracy[sigmas >= 2.8, :, -1].max() < 0.2
    assert runs.train_accuracy[sigmas <= 0.7, :, -1].min() > 0.99
    assert runs.train_loss[sigmas == 4.0, :, -1].min() > 100 * 0.45  # f = 0 has 0.45


def test_on_digits_a_small_start_aligns_the_last_layer_and_a_large_one_disaligns_it():
    least = {"scale, 4 layers": 0.4, "scale, 6 layers": 1.5, "scale, squared loss": 4.0}  # degrees, from a large start
    for name, opens in least.items():
        runs = load_results(SHIPPED).runs[name]
        sigmas = np.array([one.value for one in runs.settings])
        change = np.degrees(runs.zeta[:, :, -1, -1] - runs.zeta[:, :, 0, -1])
        assert change[sigmas <= 0.35].max() < -3.0
        assert change[sigmas >= 2.0].min() >= opens - 0.05


def test_on_digits_wide_networks_are_better_and_move_on_in_the_feature_phase_alone():
    runs = load_results(SHIPPED).runs["width"]
    accuracy, moved = mean_and_spread(runs.best_accuracy)[0], mean_and_spread(runs.moved)[0][:, -1]
    widest = {name: numbers[-1] for name, numbers in runs.groups.items()}
    kernel, weak, boundary, beyond = (widest[name] for name in WIDTH_PATHS)
    assert accuracy[kernel] < 0.93 < 0.97 < accuracy[weak]  # both in the kernel phase: the first is not trained as far
    assert accuracy[boundary] > 0.98
    loss = runs.train_loss[:, :, -1].mean(axis=1)
    assert loss[kernel] > 3 * loss[weak]
    assert moved[kernel] < moved[weak] < moved[boundary] < moved[beyond]


def test_on_digits_the_first_layer_turns_to_the_tasks_direction_and_away_again():
    runs = load_results(SHIPPED).runs["unlearning"]
    R, a, loss = (mean_and_spread(one)[0] for one in (runs.signed_alignment, runs.norms[..., 1], runs.test_loss))
    distance = mean_and_spread(runs.kernel_distance)[0]
    for j, setting in enumerate(runs.settings):
        peak = int(R[j].argmax())
        assert R[j, -1] < 0.75 * R[j, peak]
        assert a[j, -1] > a[j, peak]
        assert loss[j, -1] < loss[j, peak]
        assert distance[j, -1] < 0.75 * distance[j].max()
        assert setting.network.last is not None
