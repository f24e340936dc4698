"""Types of figures: dictionaries of plotly's schema, whose samples are arrays."""

from __future__ import annotations

from typing import Any

Trace = dict[str, Any]
Figure = dict[str, Any]  # "data", a list of traces, and "layout"
