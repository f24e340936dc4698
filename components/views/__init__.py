"""One folder per view. `registry.py` lists them."""
