"""The HTTP side: streams and their cache, quotas, share cards, health and metrics."""
