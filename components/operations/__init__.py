"""Settings, logs, metrics, the gunicorn configuration and the start of a process."""
