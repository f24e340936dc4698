"""Files to save: data, scripts, citations, recorded pages, the wheel of the library."""
