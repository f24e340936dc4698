"""Figures for print in LaTeX: `python -m tests.campaigns.print [--keep FOLDER]`.

Every figure of every preset is written as PGF and as PDF, put into a document beside its name, and compiled by
pdflatex (Debian's `texlive-latex-base`, `texlive-pictures` and `texlive-fonts-recommended` must be installed). Exits
with 1 if the document cannot be compiled. With --keep, document and pictures stay in a folder, to be looked at.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from components.export.page_figure import page_figure
from components.export.stream_result import StreamResult
from components.server.stream import encode_chunks
from components.views.registry import VIEWS
from dynamics.plotting import figure_file, to_matplotlib

DPI = 150.0  # of maps of cells: the document has a hundred pages
HEAD = r"\documentclass{article}\usepackage[margin=.5in]{geometry}\usepackage{pgf,amssymb,graphicx}\begin{document}"


def pages(folder: Path) -> Iterator[str]:
    """Write the pictures of all presets; yield the lines of the document that show them."""
    number = 0
    for view in VIEWS.values():
        for preset in view.presets:
            stream = StreamResult.of(encode_chunks(view, preset.state))
            for name in filter(stream.scenes.get, view.figures):
                number += 1
                picture = to_matplotlib(page_figure(view, preset.state, name, stream), "double", legend=True)
                yield rf"\input{{{write_pgf(folder, number, figure_file(picture, 'pgf', DPI))}}}\par"
                (folder / f"figure-{number}.pdf").write_bytes(figure_file(picture, "pdf", DPI))
                label = f"{number}: {view.title}, {preset.name}, {name}".replace("_", r"\_")
                yield rf"{label}\par\includegraphics[width=3in]{{figure-{number}.pdf}}\newpage"


def write_pgf(folder: Path, number: int, content: bytes) -> str:
    """Write a picture, with the image that it loads under a name of its own; return its name."""
    stem = f"picture-{number}"
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        content = files.pop("figure.pgf").replace(b"{figure-", f"{{{stem}-".encode())
        for name, image in files.items():
            (folder / name.replace("figure", stem)).write_bytes(image)
    (folder / f"{stem}.pgf").write_bytes(content)
    return f"{stem}.pgf"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder for the document and the pictures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [HEAD, *pages(folder), r"\end{document}"]
        (folder / "figures.tex").write_text("\n".join(lines), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "figures.tex"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
        errors = [line for line in done.stdout.splitlines() if line.startswith("!")]
        print("\n".join(errors) or f"{sum('input{' in line for line in lines)} figures compiled as PGF and PDF")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
