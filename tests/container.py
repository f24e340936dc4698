"""The Dockerfile, read; and its steps walked through where no engine runs: `python -m tests.container`.

The walk makes a clean folder with a virtual environment in the place of the image, copies what COPY copies, runs what
RUN runs (root becomes user 1000 where the file says USER), starts CMD, waits until HEALTHCHECK is content, asks for a
picture, and prints what each step took.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
USER = 1000
PATIENCE = 120.0  # seconds until it is healthy


class Step(NamedTuple):
    """One instruction and what follows it, its lines joined."""

    instruction: str
    rest: str


def steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Step(*line.split(maxsplit=1)) for line in joined.splitlines()]


def last_of(found: list[Step], instruction: str) -> str:
    """What follows the last of an instruction."""
    return [step.rest for step in found if step.instruction == instruction][-1]


def words(rest: str) -> list[str]:
    """The command of an instruction, in its JSON form, whatever options stand before it."""
    return json.loads(rest[rest.index("[") :])


def assignments(rest: str) -> dict[str, str]:
    """What ENV sets."""
    return dict(pair.split("=", 1) for pair in shlex.split(rest))


def interpreter(place: Path) -> str:
    """A Python that every user may run: this one, or a copy of it where it is in a private folder."""
    own = Path(sys.base_prefix)
    if all(folder.stat().st_mode & 0o001 for folder in (own, *own.parents)):
        return sys.executable
    shutil.copytree(
        own, place / "python", symlinks=True, ignore=shutil.ignore_patterns("site-packages", "test", "__pycache__")
    )
    return str(place / "python" / "bin" / f"python3.{sys.version_info.minor}")


class Walk:
    """A folder in the place of an image."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "app"
        self.environment = {
            "PATH": f"{place / 'venv' / 'bin'}:/usr/bin:/bin",
            "HOME": str(place / "home"),
            "LD_LIBRARY_PATH": str(place / "python" / "lib"),  # a copied Python has its library there
        }
        self.user: int | None = None

    def here(self, text: str) -> str:
        """A text with the image's paths turned into ours."""
        return re.sub(r"/home/app|/app\b", lambda match: str(self.place / {"/app": "app"}.get(match[0], "home")), text)

    def start(self, command: list[str], **more: str) -> subprocess.Popen:
        """A process as the image would start it."""
        as_user = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        return subprocess.Popen(
            [self.here(word) for word in command], cwd=self.folder, env={**self.environment, **more}, **as_user
        )

    def run(self, command: list[str]) -> None:
        if self.start(command).wait():
            raise SystemExit(f"this failed: {shlex.join(command)}")

    def take(self, step: Step) -> None:
        """Does what a step does."""
        match step.instruction:
            case "FROM":
                (self.place / "home").mkdir(mode=0o755)
                self.folder.mkdir(mode=0o755)
                subprocess.run([interpreter(self.place), "-m", "venv", str(self.place / "venv")], check=True)
            case "ENV":
                self.environment |= {name: self.here(value) for name, value in assignments(step.rest).items()}
            case "COPY":
                *sources, target = step.rest.split()
                for source in sources:
                    self.copy(ROOT / source, self.folder / target)
            case "RUN" if "useradd" in step.rest:
                if os.geteuid() == 0:
                    os.chown(self.place / "home", USER, USER)
            case "RUN":
                self.run(["/bin/sh", "-c", step.rest])
            case "USER":
                self.user = USER if os.geteuid() == 0 else None

    def copy(self, source: Path, target: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy(source, target)


def main() -> int:
    """Walks; prints the times."""
    all_steps = steps((ROOT / "Dockerfile").read_text())
    with tempfile.TemporaryDirectory(prefix="container-") as name:
        place = Path(name)
        place.chmod(0o755)
        walk, total = Walk(place), time.monotonic()
        for step in all_steps:
            begun = time.monotonic()
            walk.take(step)
            print(f"{time.monotonic() - begun:6.1f} s  {step.instruction} {step.rest[:90]}", flush=True)
        command, healthy = (words(last_of(all_steps, kind)) for kind in ("CMD", "HEALTHCHECK"))
        port = walk.environment["PORT"] = os.environ.get("PORT", "8090")
        begun = time.monotonic()
        server = walk.start(command, HOST="127.0.0.1")
        try:
            while walk.start(["/bin/sh", "-c", f"{shlex.join(healthy)} 2>/dev/null"]).wait():
                if time.monotonic() > begun + PATIENCE:
                    raise SystemExit("it never became healthy")
            print(f"{time.monotonic() - begun:6.1f} s  until it is healthy")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/stream/unlearning?v=1&a=5", timeout=60) as answer:
                last = answer.read().splitlines()[-1]
            print(f"{time.monotonic() - begun:6.1f} s  until the first picture is whole: {json.loads(last)['status']}")
            owner = Path(f"/proc/{server.pid}").stat().st_uid
            print(f"it runs as user {owner}")
        finally:
            server.terminate()
            server.wait()
        compiled = sum(path.stat().st_size for path in (place / "home").rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file() and not path.is_symlink())
        print(
            f"{time.monotonic() - total:6.1f} s  in all; compiled code {compiled / 1e6:.0f} MB, all {size / 1e6:.0f} MB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
