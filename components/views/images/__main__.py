"""Keeps images for the page, as an upload does: `python -m components.views.images FILE.npz`; prints the link."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from components.jobs.store import StoreError
from components.views.images.image_store import DecodeBusy, ImageStore
from components.views.images.state import ImagesState
from dynamics.images.data import FILE_MAX

parser = argparse.ArgumentParser(description="Keeps images for the page Real images, and prints their link.")
parser.add_argument("file", type=Path, help="an .npz of images x (n, ...) and labels y (n,)")
asked = parser.parse_args()
try:
    with asked.file.open("rb") as opened:
        name, about = ImageStore.of(os.environ).add(opened, FILE_MAX)
except DecodeBusy:
    sys.exit("Others' files are being read at the moment; please try again.")
except (ValueError, OSError, StoreError) as fault:
    sys.exit(f"{asked.file}: {fault}")
print(f"{about.words}\n/lab/images?{ImagesState(images=name).query()}")
