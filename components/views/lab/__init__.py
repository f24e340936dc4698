"""The network lab: real networks compared with the theory, on two pages."""

TABS = (("Single-index model", "/lab"), ("Real images", "/lab/images"))
"""The pages that share the header's entry, by name and path."""
