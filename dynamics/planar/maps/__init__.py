"""Phase maps: axes, specification, boundaries."""
