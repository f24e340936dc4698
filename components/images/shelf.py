"""What is kept beside the runs: users' own images under the hash of their content, and results under that of their
settings.

    <hash>.images     an .npz that `read_images` has read
    <hash>.about      how many they are, of how many values and classes, as JSON
    <hash>.results    an .npz of `dynamics.images.keep`

A hash is 32 hexadecimal digits: nothing else of a link or an upload is in a path. What was used longest ago goes first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from components import settings
from components.runs.folder import private
from components.runs.settings import Settings
from dynamics.images import ImageSet, Kept, keep, read_images, read_kept

KEEP_BYTES = 512 << 20
_NAME = re.compile("[0-9a-f]{32}")
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class About:
    """Images, values of each, classes, the shape of one."""

    images: int
    values: int
    classes: int
    shape: tuple[int, ...]

    @property
    def words(self) -> str:
        """In words."""
        return f"{self.images:,} images of {' × '.join(map(str, self.shape))} in {self.classes} classes"


@dataclass(frozen=True)
class Shelf:
    """A folder of ours, beside that of the runs."""

    path: Path
    keep_bytes: int = KEEP_BYTES

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Shelf:
        """The one of an environment: IMAGES_FOLDER, by default the folder of the runs with "-images" behind."""
        runs = Settings.read(environment).folder
        return cls(Path(settings.value(environment, "IMAGES_FOLDER") or f"{runs}-images").absolute())

    def add(self, stream: BinaryIO, most: int) -> tuple[str, About]:
        """Keeps the images of a stream of at most so many bytes; their hash, and what they are. Raises ValueError with
        a sentence where they are not images as they should be, and Unrecordable where the folder is not ours."""
        private(self.path)
        new, digest, size = self._new(), hashlib.sha256(), 0
        try:
            with new.open("xb") as file:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    if size > most:
                        raise ValueError(f"the file has more than {most >> 20} MiB")
                    digest.update(piece)
                    file.write(piece)
            found = read_images(new)
            about = About(len(found.x), found.x.shape[1], len(found.classes), found.shape)
            name = digest.hexdigest()[:32]
            os.replace(new, self._file(name, "images"))
            new.write_text(json.dumps(asdict(about)))
            os.replace(new, self._file(name, "about"))  # the last: what has it is whole
        finally:
            new.unlink(missing_ok=True)
        self._tidy(name)
        return name, about

    def about(self, name: str) -> About | None:
        """What the images of a hash are; None where they are not kept here."""
        try:
            plain = json.loads(self._file(name, "about").read_bytes())
        except FileNotFoundError:
            return None
        return About(plain["images"], plain["values"], plain["classes"], tuple(plain["shape"]))

    def images(self, name: str) -> ImageSet:
        """The images of a hash. Raises ValueError where they cannot be read."""
        path = self._file(name, "images")
        with suppress(OSError):
            os.utime(path)
        return read_images(path, f"images {name[:8]}")

    def put(self, name: str, kept: Kept) -> None:
        """Keeps results."""
        private(self.path)
        new = self._new()
        try:
            with new.open("xb") as file:
                keep(file, kept)
            os.replace(new, self._file(name, "results"))
        finally:
            new.unlink(missing_ok=True)
        self._tidy(name)

    def results(self, name: str) -> Kept | None:
        """The results of a name, if they are kept here."""
        path = self._file(name, "results")
        return read_kept(path) if path.exists() else None

    def _file(self, name: str, kind: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:40]} is not 32 hexadecimal digits")
        return self.path / f"{name}.{kind}"

    def _new(self) -> Path:
        return self.path / f"{secrets.token_hex(8)}.new"

    def _tidy(self, latest: str) -> None:
        """Drops what was used longest ago, until the rest is as small as it may be; never the latest."""
        with suppress(OSError):  # another worker may be at it
            files = [path for path in self.path.iterdir() if path.stem != latest]
            sizes = {path: path.stat().st_size for path in files}
            room = self.keep_bytes - sum(path.stat().st_size for path in self.path.glob(f"{latest}.*"))
            for path in sorted(files, key=lambda one: one.stat().st_mtime):
                if sum(sizes.values()) <= room:
                    return
                if path in sizes and path.suffix != ".about":  # which goes with its images
                    for one in (path, path.with_suffix(".about")):
                        one.unlink(missing_ok=True)
                        sizes.pop(one, None)
