"""The app.

    core ← operations ← ui ← export, jobs ← views ← pages ← server ← app.py

A package imports only packages to its left; `make check` enforces it.
"""
