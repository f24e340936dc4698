"""Storage of uploaded images under the hash of their content, and of finished results under the hash of their settings.

    <hash>.images     an .npz that `read_images` has read
    <hash>.about      number of images, values per image and classes, as JSON
    <hash>.results    an .npz of `dynamics.images.save_results`
    <random>.new      an upload in progress
    reading           locked (flock) while a file is unpacked: one at a time on the whole machine

A hash is 32 hexadecimal digits; nothing else from a link or an upload becomes part of a path. The least recently used
files are deleted first; images and results have separate limits.
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
MAX_IMAGE_BYTES = 512 << 20
MAX_RESULTS_BYTES = 128 << 20
STAGING_TTL_SECONDS = 3600.0  # after which an unfinished upload counts as abandoned
LOCK_TIMEOUT_SECONDS = 20.0  # to wait for another file to be unpacked
LOCK_POLL_INTERVAL_SECONDS = 0.02
_NAME = re.compile("[0-9a-f]{32}")
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class DatasetInfo:
    """Number of images, values of each, number of classes, shape of an image."""

    images: int
    values: int
    classes: int
    shape: tuple[int, ...]

    @property
    def summary(self) -> str:
        """Describe the images."""
        return f"{self.images:,} images of {' × '.join(map(str, self.shape))} in {self.classes} classes"


class DecodeBusy(Exception):
    """Raised when another file is being unpacked."""


@dataclass(frozen=True)
class StagedUpload:
    """A complete uploaded file: its temporary path and the hash of its content."""

    path: Path
    name: str


@dataclass(frozen=True)
class ImageStore:
    """A private folder next to that of the jobs."""

    path: Path
    max_image_bytes: int = MAX_IMAGE_BYTES
    max_results_bytes: int = MAX_RESULTS_BYTES

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> ImageStore:
        """Return the store of an environment: IMAGES_FOLDER, by default the folder of the jobs with the suffix
        "-images".
        """
        runs = Settings.read(environment).folder
        return cls(Path(settings.read(environment).images_folder or f"{runs}-images").absolute())

    def add(self, stream: BinaryIO, max_bytes: int) -> tuple[str, DatasetInfo]:
        """Store the images of a stream of at most max_bytes bytes; return their hash and description.

        Raises ValueError with a sentence if they are not valid images, DecodeBusy while another file is being unpacked,
        and StoreError if the folder is not private.
        """
        with self.stage(stream, max_bytes) as file:
            return file.name, self.ingest(file)

    @contextmanager
    def stage(self, stream: BinaryIO, max_bytes: int) -> Iterator[StagedUpload]:
        """Write a stream to a temporary file that is deleted at the end of the context unless it is ingested.

        This takes as long as the sender takes, so it holds no lock.
        """
        ensure_private_dir(self.path)
        new, digest, size = self._new(), hashlib.sha256(), 0
        try:
            with new.open("xb") as file:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    if size > max_bytes:
                        raise ValueError(f"the file has more than {max_bytes >> 20} MiB")
                    digest.update(piece)
                    file.write(piece)
            yield StagedUpload(new, digest.hexdigest()[:32])
        finally:
            new.unlink(missing_ok=True)

    def ingest(self, file: StagedUpload) -> DatasetInfo:
        """Read a staged file and store it under its hash."""
        with self._decode_lock():
            image_set = read_images(file.path)
            about = DatasetInfo(len(image_set.x), image_set.x.shape[1], len(image_set.classes), image_set.shape)
        os.replace(file.path, self._file(file.name, "images"))
        file.path.write_text(json.dumps(asdict(about)))
        os.replace(file.path, self._file(file.name, "about"))  # written last: images with this file are complete
        self._evict(file.name)
        return about

    @contextmanager
    def _decode_lock(self) -> Iterator[None]:
        """Hold the lock on unpacking: unpacked images may be large, so all workers together unpack one file at a
        time."""
        with (self.path / "reading").open("ab") as lock:
            end = time.monotonic() + LOCK_TIMEOUT_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise DecodeBusy from None
                    time.sleep(LOCK_POLL_INTERVAL_SECONDS)
            yield

    def about(self, name: str) -> DatasetInfo | None:
        """Describe the images of a hash; None if they are not stored here."""
        try:
            plain = json.loads(self._file(name, "about").read_bytes())
        except FileNotFoundError:
            return None
        return DatasetInfo(plain["images"], plain["values"], plain["classes"], tuple(plain["shape"]))

    def images(self, name: str) -> ImageSet:
        """Return the images of a hash. Raises ValueError if they cannot be read."""
        path = self._file(name, "images")
        with suppress(OSError):
            os.utime(path)
        return read_images(path, f"images {name[:8]}")

    def put_results(self, name: str, saved: SavedResults) -> None:
        """Store results under a name."""
        ensure_private_dir(self.path)
        new = self._new()
        try:
            with new.open("xb") as file:
                save_results(file, saved)
            os.replace(new, self._file(name, "results"))
        finally:
            new.unlink(missing_ok=True)
        self._evict(name)

    def results(self, name: str) -> SavedResults | None:
        """Return the results of a name; None if they are not stored here."""
        path = self._file(name, "results")
        return load_results(path) if path.exists() else None

    def _file(self, name: str, kind: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:40]} is not 32 hexadecimal digits")
        return self.path / f"{name}.{kind}"

    def _new(self) -> Path:
        return self.path / f"{secrets.token_hex(8)}.new"

    def _evict(self, latest: str) -> None:
        """Delete the least recently used files until the limits hold; never the latest one."""
        with suppress(OSError):  # another worker may delete the same files
            for path in self.path.glob("*.new"):
                if path.stat().st_mtime < time.time() - STAGING_TTL_SECONDS:
                    path.unlink(missing_ok=True)
            for kind, max_bytes in (("images", self.max_image_bytes), ("results", self.max_results_bytes)):
                stats = {path: path.stat() for path in self.path.glob(f"*.{kind}")}
                used = sum(stat.st_size for stat in stats.values())
                for path in sorted(stats, key=lambda file: stats[file].st_mtime):
                    if used <= max_bytes:
                        break
                    if path.stem != latest:
                        path.unlink(missing_ok=True)
                        if kind == "images":
                            path.with_suffix(".about").unlink(missing_ok=True)
                        used -= stats[path].st_size
