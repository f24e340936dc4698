"""Random states of a view, and an independent check of every claim that it makes about them."""
