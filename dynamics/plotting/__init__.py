"""Pictures of results: pure functions from results to figures of plotly's schema, and their renderers.

A figure is a dictionary with ``data`` and ``layout``. The app sends it to the browser; ``to_plotly`` makes an object of
plotly of it, which a notebook displays; ``to_matplotlib`` draws it for print, and ``figure_file`` makes a file of that.
Nothing here imports plotly or matplotlib before that.
"""

from dynamics.plotting.images.picture import ImagesPicture
from dynamics.plotting.linear_network.picture import LinearNetworkPicture
from dynamics.plotting.links import open_link
from dynamics.plotting.mean_field.picture import MeanFieldPicture
from dynamics.plotting.phase_maps import phase_map
from dynamics.plotting.planar.picture import Pinned, PlanarPicture
from dynamics.plotting.renderers import figure_file, to_matplotlib, to_plotly
from dynamics.plotting.training.picture import TrainingPicture

__all__ = [
    "ImagesPicture",
    "LinearNetworkPicture",
    "MeanFieldPicture",
    "Pinned",
    "PlanarPicture",
    "TrainingPicture",
    "figure_file",
    "open_link",
    "phase_map",
    "to_matplotlib",
    "to_plotly",
]
