"""The tests of the browser client, which node runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.test.mjs")), ids=lambda file: file.name)
def test_node_finds_no_fault(file: Path) -> None:
    node = shutil.which("node")
    assert node, "node is missing: apt-get install nodejs"
    done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
