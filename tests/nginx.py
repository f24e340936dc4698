"""Debian's nginx with the shipped configuration in front of a server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its address, its folder, and the file with its log of refusals."""

    address: str
    folder: Path

    @property
    def log(self) -> str:
        """All refusals so far."""
        return (self.folder / "refusals.log").read_text()


@contextmanager
def proxied(app: str, trusted: str = "") -> Iterator[Proxy]:
    """Run nginx in front of the app at an address such as http://127.0.0.1:8050.

    Only names that belong to the machine are replaced in the configuration: the app's address, the port, the folder
    for temporary files, the log. trusted: the content of trusted-proxies.conf.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    assert program, "nginx is missing: apt-get install nginx-light"
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        configuration = (ROOT / ".ci" / "nginx.conf").read_text()
        for old, new in (
            ("/tmp/", f"{folder}/"),
            ("/dev/stdout", f"{folder}/refusals.log"),
            ("http://app:8050", app),
            ("listen 8080", f"listen 127.0.0.1:{port}"),
        ):
            assert old in configuration
            configuration = configuration.replace(old, new)
        (folder / "nginx.conf").write_text(configuration)
        (folder / "trusted-proxies.conf").write_text(trusted)
        words = [program, "-p", name, "-c", f"{name}/nginx.conf", "-g", "daemon off; master_process off;"]
        process = subprocess.Popen(words)

        def listens() -> bool:
            assert process.poll() is None, "nginx has ended"
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        try:
            until(listens)
            yield Proxy(f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()
            process.wait()
