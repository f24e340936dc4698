"""The help of the Phase map view."""

from __future__ import annotations

from components.core.help import Help

HELP = Help(
    about=(
        "Each point of the map is a problem of its own: two of its parameters are on the axes, the sliders hold the "
        "others. The color shows what becomes of the feature in the end, for infinitely many neurons that start alike, "
        "without noise or weight decay. The coefficients cₖ and c*ₖ are those of the probabilists' Hermite polynomials "
        "Heₖ, which are not normalized: E[Heₖ²] = k!."
    ),
    heading="Signs in the map",
    legend=(
        ("boundary", "boundary between two fates, exact to 10⁻⁴ of the axes"),
        ("marker-sign", "the present parameters: drag it, or move their sliders"),
    ),
    details=(
        "While a slider moves the map follows, coarse; at rest it becomes fine. Instead of the fate it can show the "
        "time that it takes, how much alignment is lost, and R itself. Point at a cell to read why it has its fate; "
        "click it to open its run on the R–a plane."
    ),
    keys=(
        ("Tab to the marker, arrows", "move it; with Shift five times as far; Enter opens its run"),
        ("arrows, +, −, 0", "on the map when it has the focus: move the window, zoom, the usual window"),
        ("click, tap", "in the map: open that run; drag to zoom, double click for the usual window"),
    ),
)
