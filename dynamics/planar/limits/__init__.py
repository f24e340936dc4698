"""Where a solution ends: its limit and fate, certified by the loss profile."""
