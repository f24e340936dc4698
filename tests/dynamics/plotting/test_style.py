"""The palette: one meaning a color, told apart by everybody, in both themes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from dynamics import Fate
from dynamics.plotting.style import DARK, FATES, LIGHT, TO_DARK

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009):
# severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
TOLD_APART = 15.0  # of CIE 1976: a just noticeable difference is 2.3
ROLES = ("manifold", "full", "partial", "unlearning")


def linear(color: str) -> np.ndarray:
    """Linear RGB of a hexadecimal color."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(color: str, vision: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a color as it is seen, under D65."""
    xyz = XYZ @ np.clip(vision @ linear(color), 0, 1) / (XYZ @ np.ones(3))
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS.values(), ids=VISIONS.keys())
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colors_of_fates_and_manifold_are_told_apart(palette: dict[str, str], vision: np.ndarray) -> None:
    for one, other in combinations(ROLES, 2):
        apart = float(np.linalg.norm(lab(palette[one], vision) - lab(palette[other], vision)))
        assert apart >= TOLD_APART, (one, other, apart)


@pytest.mark.parametrize("fate", list(Fate))
def test_color_is_never_the_only_carrier(fate: Fate) -> None:
    others = [style for other, style in FATES.items() if other != fate]
    for carrier in ("color", "dash", "symbol", "glyph", "word"):
        assert getattr(FATES[fate], carrier) not in [getattr(other, carrier) for other in others]


def test_light_colors_are_one_to_one_with_dark_ones() -> None:
    assert len(TO_DARK) == len(LIGHT) == len(DARK)
    assert len(set(DARK.values())) == len(DARK)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_and_text_stand_out_from_the_paper(palette: dict[str, str]) -> None:
    luminance = {role: float(XYZ[1] @ linear(color)) for role, color in palette.items()}
    least = {"ink": 7, "muted": 4.5, "manifold": 3, "full": 3, "partial": 3, "unlearning": 3, "none": 3, "undecided": 3}
    least |= {role: 3 for role in palette if role.startswith("step")}
    for role, contrast in least.items():
        dark, light = sorted((luminance[role], luminance["paper"]))
        assert (light + 0.05) / (dark + 0.05) >= contrast, role
