"""Each experiment on images with its usual settings, as states of view 5's second page (theory sections 1 and 3)."""

from __future__ import annotations

from typing import Any

from components.core.citations import IMAI_2026, XU_2025, Paper
from components.core.view import Preset
from components.views.images.state import ImagesState


def _preset(name: str, title: str, caption: str, paper: Paper = XU_2025, **values: Any) -> Preset:
    return Preset(name, title, ImagesState(**values), caption, paper)


PRESETS = (
    _preset(
        "scale-4",
        "Four layers over the initialization scale",
        "How each layer's angle to its input, the accuracy and the weight norm depend on the initial weight scale σ. "
        "With the cross entropy every network fits its training images.",
        loss="entropy",
    ),
    _preset(
        "scale-6",
        "Six layers over the initialization scale",
        "The same for six layers, trained twice as long.",
        loss="entropy",
        depth=6,
    ),
    _preset(
        "scale-squared",
        "Four layers with the squared loss",
        "From large weights the training images are not fitted: the test accuracy there says little about "
        "generalization.",
    ),
    _preset(
        "width",
        "Accuracy and distance over the width",
        "Best test accuracy and relative distance from the start over the width, for choices of (γ, η) on either side "
        "of the phase boundary.",
        experiment="width",
    ),
    _preset(
        "initialisation",
        "Scales that go to infinity at a fixed width",
        "The width stays; the initialization scales go to infinity in four ways, into either phase.",
        experiment="initialisation",
    ),
    _preset(
        "unlearning",
        "Unlearning on images",
        "A two-layer network learns which half of the classes an image is of, for a long time.",
        IMAI_2026,
        experiment="unlearning",
    ),
)
