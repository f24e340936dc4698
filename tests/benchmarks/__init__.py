"""How fast the core is beside scipy's LSODA: `make bench`."""
