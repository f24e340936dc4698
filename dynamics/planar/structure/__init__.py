"""What the plane looks like: critical manifold, equilibria, separatrices, the singular orbit."""
