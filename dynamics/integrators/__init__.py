"""The stiff integrator Rodas5P: its tableau, one trajectory, vector arithmetic for several at once."""
