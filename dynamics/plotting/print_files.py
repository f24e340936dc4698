"""Files of figures for print: PDF, SVG, PNG, and PGF for LaTeX, which is written without an installation of LaTeX."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import matplotlib
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pgf import RendererPgf
from matplotlib.figure import Figure as Canvas
from PIL import Image

from dynamics.plotting.mathematics import to_latex

CREATOR = "feature-unlearning"
NAME = "figure"  # of the files in an archive
DATE = (1980, 1, 1, 0, 0, 0)  # of these: the same figure gives the same archive
SETTINGS: Any = {
    "pdf.fonttype": 42,  # whole fonts, as journals demand
    "svg.fonttype": "path",  # letters as shapes: no program has to have the type
    "svg.hashsalt": CREATOR,
    "pgf.rcfonts": False,  # the document's type
    "path.simplify": False,
}
HEADER = """%% {creator}: a picture for LaTeX. Include it by
%%   \\input{{{name}.pgf}}
%% and load in the preamble
%%   \\usepackage{{pgf, amssymb, graphicx}}
"""


def to_bytes(picture: Canvas, kind: str, dpi: float, about: str) -> bytes:
    """Return a figure as a file of a kind: "pdf", "svg", "png" or "pgf"."""
    file = io.BytesIO()
    with matplotlib.rc_context(SETTINGS):
        if kind == "pgf":
            return _pgf(picture, dpi, about)
        picture.savefig(file, format=kind, dpi=dpi, metadata=_metadata(kind, about))
    return file.getvalue()


def _metadata(kind: str, about: str) -> dict[str, str | None]:
    if kind == "pdf":
        return {"Creator": CREATOR, "Producer": None, "CreationDate": None, "Subject": about or None}
    if kind == "svg":
        return {"Creator": CREATOR, "Date": None, "Description": about or None}
    return {"Software": CREATOR, "Description": about}


class LatexRenderer(RendererPgf):
    """Writes PGF. Text is measured in matplotlib's own type: its own renderer starts LaTeX for each text.

    Images are collected, as PNG by their names; the file loads them.
    """

    def __init__(self, figure: Canvas, file: io.StringIO, dpi: float) -> None:
        super().__init__(figure, file)  # type: ignore[no-untyped-call]
        self.image_dpi = dpi
        self.images: dict[str, bytes] = {}

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Return the size of a text."""
        return RendererBase.get_text_width_height_descent(self, s, prop, ismath)

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        """Write where an image is, and keep it."""
        name, png = f"{NAME}-{len(self.images)}.png", io.BytesIO()
        Image.fromarray(im[::-1]).save(png, "png")
        self.images[name] = png.getvalue()
        height, width = (length / self.image_dpi for length in im.shape[:2])
        self.fh.write(
            "\\begin{pgfscope}\n"
            f"\\pgftext[left,bottom,x={x / self.dpi:f}in,y={y / self.dpi:f}in]"
            f"{{\\includegraphics[width={width:f}in,height={height:f}in]{{{name}}}}}\n"
            "\\end{pgfscope}\n"
        )


def _pgf(picture: Canvas, dpi: float, about: str) -> bytes:
    """The picture; with the images that it loads in a zip archive, if there are any."""
    file, width, height = io.StringIO(), picture.get_figwidth(), picture.get_figheight()
    file.write(HEADER.format(creator=CREATOR, name=NAME))
    for line in about.splitlines():
        file.write(f"% {line}\n")
    file.write("\\begingroup\n\\makeatletter\n\\begin{pgfpicture}\n")
    file.write(f"\\pgfpathrectangle{{\\pgfpointorigin}}{{\\pgfqpoint{{{width:f}in}}{{{height:f}in}}}}\n")
    file.write("\\pgfusepath{use as bounding box, clip}\n")
    former = picture.dpi
    try:
        picture.dpi = 72.0  # what PGF counts in
        renderer = LatexRenderer(picture, file, dpi)
        mixed: Any = MixedModeRenderer(picture, width, height, dpi, renderer)  # type: ignore[no-untyped-call]
        picture.draw(mixed)
    finally:
        picture.dpi = former
    file.write("\\end{pgfpicture}\n\\makeatother\n\\endgroup\n")
    text = to_latex(file.getvalue()).encode()
    if not renderer.images:
        return text
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in {f"{NAME}.pgf": text, **renderer.images}.items():
            zipped.writestr(zipfile.ZipInfo(name, DATE), content)
    return archive.getvalue()
