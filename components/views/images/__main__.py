"""Store images as an upload does, and print their link: `python -m components.views.images FILE.npz`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from components.jobs.store import StoreError
from components.views.images.image_store import DecodeBusy, ImageStore
from components.views.images.state import ImagesState
from dynamics.images.data import FILE_MAX

parser = argparse.ArgumentParser(description="Store images for the page Real images, and print their link.")
parser.add_argument("file", type=Path, help="an .npz of images x (n, ...) and labels y (n,)")
arguments = parser.parse_args()
try:
    with arguments.file.open("rb") as opened:
        name, about = ImageStore.of(os.environ).add(opened, FILE_MAX)
except DecodeBusy:
    sys.exit("Other files are being read at the moment; please try again.")
except (ValueError, OSError, StoreError) as error:
    sys.exit(f"{arguments.file}: {error}")
print(f"{about.summary}\n/lab/images?{ImagesState(images=name).query()}")
