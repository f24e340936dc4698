"""What all pages are built from: the shell, controls, help, theme and figure helpers."""
