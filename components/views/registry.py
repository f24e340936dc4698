"""The views, listed once. A new view is one line here."""

from __future__ import annotations

from components.core.view import View, collect
from components.views import links
from components.views.images.view import ImagesView
from components.views.lab.view import LabView
from components.views.linear_network.view import LinearNetworkView
from components.views.phase_map.view import PhaseMapView
from components.views.time_scales.view import TimeScalesView
from components.views.unlearning.view import UnlearningView

VIEWS: dict[str, View] = collect(
    UnlearningView(links.from_unlearning),
    PhaseMapView(),
    TimeScalesView(),
    LinearNetworkView(),
    LabView(),
    ImagesView(),
)
