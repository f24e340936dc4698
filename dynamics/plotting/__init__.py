"""Pictures of results: pure functions from results to figures of plotly's schema, and their renderers.

A figure is a dictionary with ``data`` and ``layout``. The app sends it to the browser; ``to_plotly`` makes an object of
plotly of it, which a notebook displays. Nothing here imports plotly before that.
"""

from dynamics.plotting.phase_maps import phase_map
from dynamics.plotting.renderers import to_plotly

__all__ = ["phase_map", "to_plotly"]
