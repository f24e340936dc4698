"""What view 5's help says."""

from __future__ import annotations

from components.guide import Guide
from components.lab.figures import BESIDE

GUIDE = Guide(
    about=(
        "Real two-layer networks of m neurons learn a single-index target in d dimensions by gradient descent on fresh "
        "samples, over the curves that predict them. A run is computed once however many watch it, and is kept."
    ),
    heading="Signs",
    signs=(
        ("network", "networks: the mean over neurons and runs, a band over the runs; dots: single neurons"),
        ("node", "start"),
        ("boundary", "law of this width"),
        ("pinned", "planar law, of infinite width"),
        ("fate recursion", "discrete recursion", BESIDE["recursion"][0]),
        ("fate population", "population gradient, from a random start", BESIDE["population"][0]),
        ("fate descent", "networks of descent, beside the other modes", BESIDE["fresh"][0]),
        ("manifold", "critical manifold: attracting (thick)"),
        ("repelling", "… and repelling"),
    ),
    more=(
        "The law of finite width is exact for networks that start orthonormal and see all samples at once; what is "
        "left is the noise of the batches; difference from law shows it over the band allowed for chance, width and "
        "batches. Pause: this page asks no more, and the run stops when nobody else does; Go on takes it up at its "
        "last checkpoint. Presets come with the record of a finished run; Train it live starts the run itself. Point "
        "at a line for its name."
    ),
    keys=(
        ("Space", "play, pause"),
        ("P", "pause a run, go on with it"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ),
    fates=False,
)
