"""State, parameters, the contract of a view and formatting. Imports neither Dash nor Flask."""
