"""What is kept beside the runs: users' own images under the hash of their content, and results under that of their
settings.

    <hash>.images     an .npz that `read_images` has read
    <hash>.about      how many they are, of how many values and classes, as JSON
    <hash>.results    an .npz of `dynamics.images.keep`
    <random>.new      what is on its way
    reading           held (flock) while somebody's file is unpacked: one at a time on the whole machine

A hash is 32 hexadecimal digits: nothing else of a link or an upload is in a path. What was used longest ago goes first;
images and results have room of their own.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from components.jobs.folder_store import ensure_private_dir
from components.jobs.settings import Settings
from components.operations import settings
from dynamics.images import ImageSet, SavedResults, load_results, read_images, save_results

UPLOAD_PATH = "/images"
MAX_UPLOAD_BYTES = 64 << 20
MAX_STORE_BYTES = 512 << 20  # of images
RESULTS_BYTES = 128 << 20  # of results
STAGING_TTL_SECONDS = 3600.0  # seconds after which a file that is still on its way has been left behind
LOCK_TIMEOUT_SECONDS = 20.0  # seconds that a file waits for another to be unpacked
PAUSE = 0.02
_NAME = re.compile("[0-9a-f]{32}")
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class DatasetInfo:
    """Images, values of each, classes, the shape of one."""

    images: int
    values: int
    classes: int
    shape: tuple[int, ...]

    @property
    def words(self) -> str:
        """In words."""
        return f"{self.images:,} images of {' × '.join(map(str, self.shape))} in {self.classes} classes"


class DecodeBusy(Exception):
    """Others' files are being unpacked."""


@dataclass(frozen=True)
class StagedUpload:
    """A file that has come whole: where it is for now, and the hash of its content."""

    path: Path
    name: str


@dataclass(frozen=True)
class ImageStore:
    """A folder of ours, beside that of the runs."""

    path: Path
    keep_bytes: int = MAX_STORE_BYTES
    results_bytes: int = RESULTS_BYTES

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> ImageStore:
        """The one of an environment: IMAGES_FOLDER, by default the folder of the runs with "-images" behind."""
        runs = Settings.read(environment).folder
        return cls(Path(settings.read(environment).images_folder or f"{runs}-images").absolute())

    def add(self, stream: BinaryIO, most: int) -> tuple[str, DatasetInfo]:
        """Keeps the images of a stream of at most so many bytes; their hash, and what they are. Raises ValueError with
        a sentence where they are not images as they should be, Busy where others' are being read, and StoreError
        where the folder is not ours."""
        with self.stage(stream, most) as file:
            return file.name, self.ingest(file)

    @contextmanager
    def stage(self, stream: BinaryIO, most: int) -> Iterator[StagedUpload]:
        """A stream's bytes as a file, which goes away again unless it is taken. This may take as long as the sender
        likes, so nobody else waits for it."""
        ensure_private_dir(self.path)
        new, digest, size = self._new(), hashlib.sha256(), 0
        try:
            with new.open("xb") as file:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    if size > most:
                        raise ValueError(f"the file has more than {most >> 20} MiB")
                    digest.update(piece)
                    file.write(piece)
            yield StagedUpload(new, digest.hexdigest()[:32])
        finally:
            new.unlink(missing_ok=True)

    def ingest(self, file: StagedUpload) -> DatasetInfo:
        """Reads a file and keeps it under its hash."""
        with self._turn():
            found = read_images(file.path)
            about = DatasetInfo(len(found.x), found.x.shape[1], len(found.classes), found.shape)
        os.replace(file.path, self._file(file.name, "images"))
        file.path.write_text(json.dumps(asdict(about)))
        os.replace(file.path, self._file(file.name, "about"))  # the last: what has it is whole
        self._tidy(file.name)
        return about

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Unpacked, images may be large: one file at a time, whichever worker has it."""
        with (self.path / "reading").open("ab") as lock:
            end = time.monotonic() + LOCK_TIMEOUT_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise DecodeBusy from None
                    time.sleep(PAUSE)
            yield

    def about(self, name: str) -> DatasetInfo | None:
        """What the images of a hash are; None where they are not kept here."""
        try:
            plain = json.loads(self._file(name, "about").read_bytes())
        except FileNotFoundError:
            return None
        return DatasetInfo(plain["images"], plain["values"], plain["classes"], tuple(plain["shape"]))

    def images(self, name: str) -> ImageSet:
        """The images of a hash. Raises ValueError where they cannot be read."""
        path = self._file(name, "images")
        with suppress(OSError):
            os.utime(path)
        return read_images(path, f"images {name[:8]}")

    def put(self, name: str, kept: SavedResults) -> None:
        """Keeps results."""
        ensure_private_dir(self.path)
        new = self._new()
        try:
            with new.open("xb") as file:
                save_results(file, kept)
            os.replace(new, self._file(name, "results"))
        finally:
            new.unlink(missing_ok=True)
        self._tidy(name)

    def results(self, name: str) -> SavedResults | None:
        """The results of a name, if they are kept here."""
        path = self._file(name, "results")
        return load_results(path) if path.exists() else None

    def _file(self, name: str, kind: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:40]} is not 32 hexadecimal digits")
        return self.path / f"{name}.{kind}"

    def _new(self) -> Path:
        return self.path / f"{secrets.token_hex(8)}.new"

    def _tidy(self, latest: str) -> None:
        """Drops what was used longest ago, until the rest is as small as it may be; never the latest."""
        with suppress(OSError):  # another worker may be at it
            for path in self.path.glob("*.new"):
                if path.stat().st_mtime < time.time() - STAGING_TTL_SECONDS:
                    path.unlink(missing_ok=True)
            for kind, room in (("images", self.keep_bytes), ("results", self.results_bytes)):
                about = {path: path.stat() for path in self.path.glob(f"*.{kind}")}
                held = sum(one.st_size for one in about.values())
                for path in sorted(about, key=lambda one: about[one].st_mtime):
                    if held <= room:
                        break
                    if path.stem != latest:
                        path.unlink(missing_ok=True)
                        if kind == "images":
                            path.with_suffix(".about").unlink(missing_ok=True)
                        held -= about[path].st_size
