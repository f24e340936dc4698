"""Images with labels: scikit-learn's digits, or a user's own file; standardized, and parted into training and test.

A file is an ``.npz`` with an array of images (n, ...), one each row, and an array of labels (n,), whole numbers or
strings, under their usual names (`IMAGE_NAMES`, `LABEL_NAMES`). What it claims to hold is checked in the zip's
directory and in the arrays' headers before anything is unpacked; nothing in it is ever unpickled.
"""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from math import factorial, prod, sqrt
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, BinaryIO, Literal

import numpy as np
from numpy.lib.format import read_array, read_array_header_1_0, read_array_header_2_0
from numpy.polynomial.hermite_e import hermeval
from numpy.typing import NDArray

from dynamics.images.optional import import_optional
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_instance, check_integer, check_number, check_text

FILE_MAX = 200_000_000  # bytes
UNPACKED_MAX = 256 << 20  # bytes of the images: 80,000 of CIFAR's as bytes, 20,000 of them in single precision
RATIO_MAX = 100  # bytes unpacked for each packed one, where they are more than
RATIO_FREE = 64 << 20  # these: simple shapes on an empty ground pack into a five hundredth
LABEL_BYTES_MAX = 32 << 20
LABEL_LENGTH_MAX = 64  # characters of a label
HEADER_MAX = 1_000  # bytes of an array's header; numpy's own have some 120
IMAGES_MIN, IMAGES_MAX = 20, 100_000
VALUES_MAX = 3_072  # of an image: 32 x 32 in three colors
CLASSES_MAX = 100
VALUE_MAX = 1e9  # in size
MEMBERS_MAX = 100
SEED_MAX = 2**32 - 1
IMAGE_NAMES = (
    "x",
    "images",
    "imgs",
    "data",
    "x_train",
    "train_images",
    "arr_0",
)  # in any case, the first that is there
LABEL_NAMES = ("y", "labels", "label", "lbls", "target", "targets", "y_train", "train_labels", "arr_1")
TaskName = Literal["classes", "halves", "halves, reversed"]
TASKS: tuple[TaskName, ...] = ("classes", "halves", "halves, reversed")
Kind = Literal["float32", "float64"]

_END = struct.Struct("<10sHL4xH")  # of a zip: ..., entries of its directory, the directory's bytes, ..., the comment's
_LOCATOR = 20  # bytes before it, of the place of a 64-bit record
_DIRECTORY_MAX = 100_000  # bytes
_CHUNK = 1_000  # images standardized at once
_HEADER_READERS = {b"\x93NUMPY\x01\x00": (2, read_array_header_1_0), b"\x93NUMPY\x02\x00": (4, read_array_header_2_0)}
# What numpy raises of a header that it has not written.
_BAD_HEADER = (ValueError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError, OverflowError)
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, eq=False)
class ImageSet(Result):
    """Hold images with labels, as they were read.

    Attributes
    ----------
    name : str
        Name of the set.
    x : array (n, d0)
        Images, one each row, of any numeric type.
    labels : int array (n,)
        Labels, from 0 to the number of classes - 1.
    classes : tuple of str
        Names of the classes.
    shape : tuple of int
        Shape of an image, whose product is d0.
    """

    name: str
    x: NDArray[Any]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    shape: tuple[int, ...]

    def split(self, seed: int = 0, test_share: float = 0.2, most: int = 20_000) -> ImageSplit:
        """Draw training and test images without replacement, and standardize them.

        All are standardized by the training images: each value less its mean, then all divided by one number, so that
        the mean of ``|x|^2`` over the training images is the number d0 of values. (One number for each value would
        amplify the margins, which are empty in nearly all images.)

        Parameters
        ----------
        seed : int, 0 to 2**32 - 1, default 0
            Seed of the split.
        test_share : float in [0.05, 0.9], default 0.2
            Share of the test images.
        most : int, 20 to 100,000, default 20,000
            Largest number of images that are used.

        Returns
        -------
        ImageSplit
            Training and test images.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if the training images are all the same.

        Examples
        --------
        >>> import io
        >>> import numpy as np
        >>> from dynamics.images import read_images
        >>> file = io.BytesIO()
        >>> np.savez(file, x=np.arange(80.0).reshape(20, 2, 2), y=np.arange(20) % 2)
        >>> split = read_images(file).split()
        >>> split.x.shape, split.x_test.shape
        ((16, 4), (4, 4))
        >>> round(float(np.mean(np.sum(split.x**2, axis=1))), 3)  # d0
        4.0
        """
        seed = check_integer("seed", seed, 0, SEED_MAX)
        test_share = check_number("test_share", test_share, 0.05, 0.9)
        count = min(len(self.x), check_integer("most", most, IMAGES_MIN, IMAGES_MAX))
        order = np.random.default_rng(seed).permutation(len(self.x))[:count]
        tested = max(1, round(test_share * count))
        test, train = order[:tested], order[tested:]
        mean = np.zeros(self.x.shape[1])
        for rows in _chunks(train):
            mean += self.x[rows].sum(axis=0, dtype=float) / len(train)
        square = sum(float(np.sum(np.square(self.x[rows] - mean))) for rows in _chunks(train)) / len(train)
        if not square > 0.0:
            raise ValueError("x must have different images, and has the same image throughout the training images")
        scale = sqrt(square / self.x.shape[1])

        def standardized(rows: NDArray[np.int64]) -> NDArray[np.float32]:
            made = np.empty((len(rows), self.x.shape[1]), dtype=np.float32)
            for start in range(0, len(rows), _CHUNK):
                made[start : start + _CHUNK] = (self.x[rows[start : start + _CHUNK]] - mean) / scale
            made.setflags(write=False)
            return made

        return ImageSplit(
            self.name,
            standardized(train),
            self.labels[train],
            standardized(test),
            self.labels[test],
            self.classes,
            self.shape,
            mean,
            scale,
            seed,
        )


@dataclass(frozen=True, eq=False)
class ImageSplit(Result):
    """Hold standardized training and test images.

    Attributes
    ----------
    name : str
        Name of the set.
    x : float32 array (n, d0)
        Training images, ``(image - mean) / scale``.
    labels : int array (n,)
        Their labels.
    x_test : float32 array (n_test, d0)
        Test images.
    labels_test : int array (n_test,)
        Their labels.
    classes : tuple of str
        Names of the classes.
    shape : tuple of int
        Shape of an image.
    mean : array (d0,)
        Mean of the training images.
    scale : float
        Number that they are divided by.
    seed : int
        Seed of the split.
    """

    name: str
    x: NDArray[np.float32]
    labels: NDArray[np.int64]
    x_test: NDArray[np.float32]
    labels_test: NDArray[np.int64]
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    mean: FloatArray
    scale: float
    seed: int

    def task(self, name: TaskName = "classes") -> ImageTask:
        """Return the targets of a task.

        Parameters
        ----------
        name : {"classes", "halves", "halves, reversed"}, default "classes"
            "classes": one output for each of C classes, 1 - 1/C for the image's own class and -1/C for the others.
            "halves": one output, 1 for the later half of the classes and -1 for the earlier. "halves, reversed": its
            negative.

        Returns
        -------
        ImageTask
            Inputs and targets.

        Raises
        ------
        ValueError
            If the name is unknown.
        """
        name = check_choice("name", name, TASKS)
        C = len(self.classes)
        if name == "classes":
            table = np.eye(C) - 1.0 / C
        else:
            side = np.where(np.arange(C) >= (C + 1) // 2, 1.0, -1.0)
            table = (side if name == "halves" else -side)[:, None]
        return ImageTask(name, self.x, table[self.labels], self.x_test, table[self.labels_test])


@dataclass(frozen=True, eq=False)
class ImageTask(Result):
    """Hold inputs and targets, for training and for the test.

    Parameters
    ----------
    name : str
        Name of the task.
    x, y : array (n, d0) and array (n, C)
        Training inputs and targets, finite.
    x_test, y_test : array (n_test, d0) and array (n_test, C)
        Test inputs and targets, finite.

    Raises
    ------
    ValueError
        If shapes do not fit, or if a number is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from dynamics.images import ImageTask
    >>> x = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> task = ImageTask("sign of the first value", x, np.sign(x[:, :1]), x, np.sign(x[:, :1]))
    >>> task.direction
    array([1., 0.])
    """

    name: str
    x: NDArray[Any]
    y: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]

    def __post_init__(self) -> None:
        check_text("name", self.name)
        for one in ("x", "y", "x_test", "y_test"):
            _check_finite(one, getattr(self, one))
        for x, y, names in ((self.x, self.y, "x and y"), (self.x_test, self.y_test, "x_test and y_test")):
            if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not len(x) or x.shape[1] != self.x.shape[1]:
                raise ValueError(f"{names} must have the shapes (n, d0) and (n, C), not {x.shape} and {y.shape}")

    @cached_property
    def direction(self) -> FloatArray:
        """Leading task direction, of unit length (array (d0,)); 0 if inputs and targets are uncorrelated.

        It is the leading left singular vector of ``E[x (y - E y)^T]`` over the training images. For one output it is
        ``E[x (y - E y)]`` itself, normalized, and its sign has a meaning.
        """
        moment = self.x.astype(float).T @ (self.y - self.y.mean(axis=0)) / len(self.x)
        if self.y.shape[1] > 1:
            moment = np.linalg.svd(moment, full_matrices=False)[0][:, :1] * np.any(moment)
        length = float(np.linalg.norm(moment))
        return np.asarray(moment[:, 0] / length if length > 0.0 else moment[:, 0])

    def hermite(self, degree: int) -> float:
        """Return the target's coefficient in He_k along its direction, for one output.

        It is ``E[y He_k(s)] / k!`` with ``s = <direction, x>``, standardized. It would be exact for a Gaussian s; on
        images s is not Gaussian.

        Parameters
        ----------
        degree : int, 1 to 10
            The degree k.

        Returns
        -------
        float
            The coefficient.

        Raises
        ------
        ValueError
            If degree is outside its range, or if there are several outputs.
        """
        if self.y.shape[1] != 1:
            raise ValueError(f"y must have one output, not {self.y.shape[1]}, to have a coefficient along a direction")
        k = check_integer("degree", degree, 1, 10)
        s = self.x.astype(float) @ self.direction
        polynomial = np.zeros(k + 1)
        polynomial[k] = 1.0
        return float(np.mean(self.y[:, 0] * hermeval((s - s.mean()) / s.std(), polynomial)) / factorial(k))


def load_digits() -> ImageSet:
    """Load the 1,797 scans of handwritten digits inside scikit-learn, without a download.

    Returns
    -------
    ImageSet
        Images of 8 x 8 values from 0 to 16, in 10 classes.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.

    Examples
    --------
    >>> from dynamics.images import load_digits
    >>> digits = load_digits()
    >>> digits.x.shape, digits.shape, len(digits.classes)
    ((1797, 64), (8, 8), 10)
    """
    found = import_optional("sklearn.datasets").load_digits()
    x, labels = found.data.astype(np.uint8), found.target.astype(np.int64)
    for values in (x, labels):
        values.setflags(write=False)
    return ImageSet("digits", x, labels, tuple(str(name) for name in found.target_names), (8, 8))


def read_images(source: str | Path | bytes | BinaryIO, name: str = "") -> ImageSet:
    """Read a user's own images from an ``.npz`` file.

    The file holds images x (n, ...), 20 to 100,000 of at most 3,072 finite numbers within 1e9 in size, and labels y,
    (n,) or (n, 1), whole numbers or strings, 2 to 100 different ones, which become the classes in increasing order.
    Instead of x and y other usual names are read, in any case: x_train and y_train, images and labels, arr_0 and arr_1
    among them. The file has at most 200 MB, x at most 256 MiB unpacked. Nothing in it is unpickled.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        The path of the file, its bytes, or the open file.
    name : str, optional
        Name of the set; by default that of the file without its ending, or "images".

    Returns
    -------
    ImageSet
        Images and labels.

    Raises
    ------
    ValueError
        If the file cannot be read or does not hold such arrays; the message says why.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from dynamics.images import read_images
    >>> file = io.BytesIO()
    >>> np.savez(file, images=np.arange(80.0).reshape(20, 2, 2), labels=["cat", "dog"] * 10)
    >>> found = read_images(file, name="pets")
    >>> found.x.shape, found.shape, found.classes
    ((20, 4), (2, 2), ('cat', 'dog'))
    """
    check_text("name", name)
    if isinstance(source, (str, Path)):
        path = Path(source)
        opened = open_file("source", path)
        with opened:
            return read_images(opened, name or path.stem)
    if not isinstance(source, bytes) and not all(hasattr(source, one) for one in ("read", "seek", "tell")):
        raise ValueError(f"source must be a path, the bytes of a file, or an open file, not a {type(source).__name__}")
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    size = stream.seek(0, io.SEEK_END)
    if size > FILE_MAX:
        raise ValueError(f"the file has {size} bytes, more than {FILE_MAX}")
    _small_directory(stream, size)
    try:
        archive = zipfile.ZipFile(stream)
    except (*_BROKEN, ValueError) as error:
        raise ValueError(_unreadable(error)) from None
    with archive:
        images, labels = _entries(archive)
        x = _member(archive, images, UNPACKED_MAX, size, "biuf")
        y = _member(archive, labels, LABEL_BYTES_MAX, size, "biufSU")
    return _checked(x, y, name or "images")


def open_file(name: str, path: Path) -> BinaryIO:
    """A file opened to be read. Raises ValueError where that is not possible."""
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: of a path with a null character
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ValueError(f"{name} must be a file that can be read; {path} cannot be read: {reason}") from None


def _check_finite(name: str, values: object) -> None:
    array = check_instance(name, values, np.ndarray)
    if isinstance(array, np.ma.MaskedArray) or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise ValueError(f"{name} must be an array of finite numbers")


# What zipfile raises of a file that is none, beside ValueError.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, struct.error)


def _unreadable(error: BaseException) -> str:
    return f"the file is not an .npz that can be read: {error}"


def _small_directory(stream: BinaryIO, size: int) -> None:
    """Raises ValueError unless the zip ends as numpy leaves it: with a short directory, no comment, no 64-bit record.
    zipfile reads the whole directory, however long."""
    stream.seek(max(0, size - _END.size - _LOCATOR))
    tail = stream.read()
    stream.seek(0)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\x05\x06"):
        raise ValueError("the file is not an .npz: it does not end as one that numpy.savez has written")
    _, entries, length, comment = _END.unpack(tail[-_END.size :])
    if tail.startswith(b"PK\x06\x07") or entries > MEMBERS_MAX or length > _DIRECTORY_MAX or comment:
        raise ValueError(f"the file's directory is longer than that of {MEMBERS_MAX} arrays")


def _entries(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, zipfile.ZipInfo]:
    """The members that hold images and labels, by their names."""
    entries = archive.infolist()
    if len(entries) > MEMBERS_MAX:
        raise ValueError(f"the file holds {len(entries)} arrays, more than {MEMBERS_MAX}")

    def found(names: tuple[str, ...]) -> zipfile.ZipInfo | None:
        for name in names:
            exact = [one for one in entries if _name(one) == name]
            alike = exact or [one for one in entries if _name(one).lower() == name]
            if len(alike) > 1:
                raise ValueError(f"the file holds {len(alike)} arrays {name}; it needs one")
            if alike:
                return alike[0]
        return None

    images, labels = found(IMAGE_NAMES), found(LABEL_NAMES)
    if images is None or labels is None:
        held = ", ".join(sorted(_name(one)[:40] for one in entries)) or "nothing"
        raise ValueError(
            f"the file holds {held}; it needs one array x of images and one array y of labels "
            f"(or {', '.join(IMAGE_NAMES[1:])}; {', '.join(LABEL_NAMES[1:])})"
        )
    return images, labels


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.removesuffix(".npy")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, size: int, kinds: str) -> NDArray[Any]:
    key = _name(entry)[:40]
    if entry.flag_bits & 1:
        raise ValueError(f"{key} is encrypted; it has to be readable without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{key} is compressed in a way that numpy does not write; use numpy.savez_compressed")
    if entry.file_size > most:
        raise ValueError(f"{key} has {entry.file_size} bytes unpacked, more than {most}")
    if entry.file_size > max(RATIO_FREE, RATIO_MAX * min(entry.compress_size, size)):
        raise ValueError(
            f"{key} becomes more than {RATIO_MAX} times as long when it is unpacked; "
            "save it with numpy.savez, which does not compress"
        )
    short = f"{key} does not have as many bytes as its shape and type need"
    try:
        with _opened(archive, entry) as opened:
            bytes_needed = _check_header(opened, key, most, kinds)
        if bytes_needed > entry.file_size:
            raise ValueError(short)
        with _opened(archive, entry) as opened:  # zipfile reads no further than the size that the directory declares
            try:
                array: NDArray[Any] = read_array(opened, allow_pickle=False, max_header_size=HEADER_MAX)
            except ValueError:
                raise ValueError(short) from None
            if opened.read(1):
                raise ValueError(short)
    except _BROKEN as error:
        raise ValueError(_unreadable(error)) from None
    array.setflags(write=False)
    return array


def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(entry)
    except ValueError as error:  # of a place outside the file
        raise ValueError(_unreadable(error)) from None


def _check_header(opened: IO[bytes], key: str, most: int, kinds: str) -> int:
    """The bytes that the array of a member needs, of one of some kinds of numpy's types. Raises ValueError where it
    may not be read."""
    shape, dtype = _header(opened, key)
    limit = IMAGES_MAX * (1 if "U" in kinds else VALUES_MAX)
    if dtype.hasobject:
        raise ValueError(
            f"{key} has the type object, which would have to be unpickled; save {key}.astype(str) or numbers"
        )
    if dtype.kind not in kinds:
        raise ValueError(f"{key} has the type {dtype}; real numbers {'or strings ' * ('U' in kinds)}are needed")
    if dtype.kind in "SU" and not 1 <= dtype.itemsize <= LABEL_LENGTH_MAX * np.dtype(f"{dtype.kind}1").itemsize:
        raise ValueError(f"{key} has the type {dtype}; strings of 1 to {LABEL_LENGTH_MAX} characters are needed")
    if not 1 <= len(shape) <= 4 or min(shape) < 1 or prod(shape) > limit:
        raise ValueError(f"{key} of shape {shape} is outside 1 to 4 dimensions and 1 to {limit} entries")
    count = prod(shape) * dtype.itemsize
    if count > most:
        raise ValueError(f"{key} has {count} bytes unpacked, more than {most}")
    return count


def _header(opened: IO[bytes], key: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array in numpy's format 1.0 or 2.0.

    numpy reads it, after its length is checked: an expression of literals is parsed and none evaluated.
    """
    wrong = f"{key} is not an array as numpy writes it; save it again with numpy.savez"
    begin = opened.read(8)
    if begin not in _HEADER_READERS:
        raise ValueError(wrong)
    width, read = _HEADER_READERS[begin]
    length = opened.read(width)
    if int.from_bytes(length, "little") > HEADER_MAX:
        raise ValueError(wrong)
    header = io.BytesIO(length + opened.read(int.from_bytes(length, "little")))
    try:
        shape, _, dtype = read(header, max_header_size=HEADER_MAX)
    except _BAD_HEADER:
        raise ValueError(wrong) from None
    return shape, dtype


def _checked(x: NDArray[Any], y: NDArray[Any], name: str) -> ImageSet:
    n, values = len(x), prod(x.shape[1:])
    if x.ndim < 2:
        raise ValueError(f"x of shape {x.shape} is not (n, ...), an image each row")
    if not IMAGES_MIN <= n <= IMAGES_MAX:
        raise ValueError(f"x has {n} images, not {IMAGES_MIN} to {IMAGES_MAX}")
    if values > VALUES_MAX:
        raise ValueError(f"x has images of {values} values, more than {VALUES_MAX}")
    if y.shape not in ((n,), (n, 1)):
        raise ValueError(f"y of shape {y.shape} is not one label for each of the {n} images of x")
    flat = x.reshape(n, values)
    for rows in _chunks(np.arange(n)):
        if not (abs(flat[rows].astype(float)) <= VALUE_MAX).all():
            raise ValueError(f"x has a value that is not a number or is beyond {VALUE_MAX:g} in size")
    labels = _numbers(y.reshape(n))
    if labels.dtype.kind == "f" and not (np.isfinite(labels).all() and (labels == np.round(labels)).all()):
        raise ValueError("y has a label that is not a whole number")
    different, classes = np.unique(labels, return_inverse=True)
    if not 2 <= len(different) <= CLASSES_MAX:
        raise ValueError(f"y has {len(different)} different labels, not 2 to {CLASSES_MAX}")
    return ImageSet(
        name,
        flat,
        classes.astype(np.int64),
        tuple(str(one if labels.dtype.kind == "U" else int(one)) for one in different),
        tuple(x.shape[1:]),
    )


def _numbers(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels as numbers where strings are whole numbers throughout ('0' to '9'), else as they are, as text."""
    if labels.dtype.kind == "S":
        labels = np.array([one.decode("utf-8", "replace") for one in labels.tolist()])
    if labels.dtype.kind != "U":
        return labels
    codes = np.ascontiguousarray(labels).view(np.dtype(np.uint32).newbyteorder(labels.dtype.byteorder))
    if codes.max() > sys.maxunicode:  # which no string can hold
        raise ValueError("y has a label that is no text")
    different = set(labels.tolist())
    if not all(one.isprintable() for one in different):
        raise ValueError("y has a label with a character that is not printable")
    return labels.astype(np.int64) if all(map(_WHOLE_NUMBER.fullmatch, different)) else labels


def _chunks(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
