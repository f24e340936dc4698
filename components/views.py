"""The views, listed once. A new view is one line here."""

from __future__ import annotations

from components.images.view import ImagesView
from components.lab.view import LabView
from components.linear_network.view import LinearNetworkView
from components.phase_map.view import PhaseMapView
from components.time_scales.view import TimeScalesView
from components.unlearning.view import UnlearningView
from components.view import View

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        UnlearningView(),
        PhaseMapView(),
        TimeScalesView(),
        LinearNetworkView(),
        LabView(),
        ImagesView(),
    )
}
