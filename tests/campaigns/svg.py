"""Exported figures in other programs: `python -m tests.campaigns.svg [--keep FOLDER]`.

The SVG of every figure of every view, as *Save* gives it, is drawn by Chromium, CairoSVG, svglib and Inkscape
(Debian's `inkscape` and `poppler-utils` must be installed). The pictures are compared in blocks of pixels: fonts
differ between the programs, but a missing map, a shrunken part or a huge exponent covers whole blocks. One line for
each figure gives the differences from Chromium's picture, of the worst block and on average; the exit status is 1 if
any is larger than allowed. With --keep, the SVGs and all pictures stay in a folder.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cairosvg
import numpy as np
from playwright.sync_api import Page, sync_playwright
from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg

from tests.benchmarks.server import serving
from tests.browser.conftest import DESKTOP
from tests.browser.contexts import launched
from tests.browser.hand import COUNTED, settled
from tests.browser.test_save_menu import FIGURES, SVGS
from tests.components.pixels import read

BLOCK = 24  # pixels of a block's edge: some letters fit in it
MAX_BLOCK = 0.45  # of the whole range, that a block's mean color may differ
MAX_MEAN = 0.03  # the same of all blocks on average


def by_chromium(page: Page, svg: Path, png: Path) -> None:
    text = svg.read_text(encoding="utf-8")
    width, height = size_of(text)
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{text}")
    page.screenshot(path=png)


def by_cairosvg(svg: Path, png: Path) -> None:
    cairosvg.svg2png(url=str(svg), write_to=str(png), background_color="white")


def by_svglib(svg: Path, png: Path) -> None:
    drawing = svg2rlg(str(svg))
    pdf = png.with_suffix(".pdf")
    renderPDF.drawToFile(drawing, str(pdf), autoSize=1)
    width, height = size_of(svg.read_text(encoding="utf-8"))
    size = ["-scale-to-x", str(width), "-scale-to-y", str(height)]
    subprocess.run(["pdftoppm", "-png", "-singlefile", *size, str(pdf), str(png.with_suffix(""))], check=True)


def by_inkscape(svg: Path, png: Path) -> None:
    command = ["inkscape", str(svg), "--export-type=png", f"--export-filename={png}", "--export-background=white"]
    subprocess.run(command, check=True, capture_output=True)


PROGRAMS: dict[str, Callable[[Path, Path], None]] = {
    "cairosvg": by_cairosvg,
    "svglib": by_svglib,
    "inkscape": by_inkscape,
}


def size_of(svg: str) -> tuple[int, int]:
    """Width and height that a document states."""
    head = svg[: svg.index(">")]
    width, height = (round(float(head.split(f' {name}="')[1].split('"')[0])) for name in ("width", "height"))
    return width, height


def blocks(png: Path) -> np.ndarray:
    """The mean color of each block of a picture, in [0, 1]."""
    pixels = read(png.read_bytes()) / 255.0
    rows, columns = (length // BLOCK for length in pixels.shape[:2])
    return pixels[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def difference(one: Path, other: Path) -> tuple[float, float]:
    """Of the worst block and of all blocks on average; (1, 1) for pictures of other sizes."""
    a, b = blocks(one), blocks(other)
    if a.shape != b.shape:
        return 1.0, 1.0
    apart = np.abs(a - b).max(axis=2)
    return float(apart.max()), float(apart.mean())


def exported(page: Page, address: str, folder: Path) -> list[Path]:
    """The SVG of each figure of each view."""
    paths = []
    for number, path in enumerate(FIGURES):
        page.goto(address + path)
        page.wait_for_selector("body[data-drawn]")
        settled(page)
        for name, text in page.evaluate(SVGS):
            paths.append(folder / f"{number:02d}-{name}.svg")
            paths[-1].write_text(text, encoding="utf-8")
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="a folder in which SVGs and pictures stay")
    keep = parser.parse_args().keep
    missing = [name for name in ("inkscape", "pdftoppm") if not shutil.which(name)]
    if missing:
        print(f"missing: {', '.join(missing)}. On Debian: apt-get install inkscape poppler-utils", file=sys.stderr)
        return 2
    folder = keep or Path(tempfile.mkdtemp(prefix="svg-"))
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with serving(LIMIT_RATE="0") as (address, _), sync_playwright() as playwright:
        browser = launched(playwright)
        context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", color_scheme="light")
        context.add_init_script(COUNTED)
        page = context.new_page()
        page.set_default_timeout(600_000)
        for svg in exported(page, address, folder):
            reference = svg.with_suffix(".chromium.png")
            by_chromium(page, svg, reference)
            said = []
            for name, program in PROGRAMS.items():
                png = svg.with_suffix(f".{name}.png")
                program(svg, png)
                worst, mean = difference(reference, png)
                ok = worst <= MAX_BLOCK and mean <= MAX_MEAN
                wrong += not ok
                said.append(f"{name} {worst:.2f} {mean:.3f}{'' if ok else ' WRONG'}")
            print(svg.stem, *said, sep="  ", flush=True)
        browser.close()
    if not keep:
        shutil.rmtree(folder)
    print(f"{wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
