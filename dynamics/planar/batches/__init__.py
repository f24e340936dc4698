"""Many solutions at once in vector registers, each until its fate is certain."""
