"""Writes the test vectors that Python and JavaScript share, from random states of all views:

    python -m tests.vectors

Run it after a change of parameters or presets, or of a function that tests/vectors/build.py calls.
"""

from __future__ import annotations

from tests.vectors.build import FILES, path_of, text_of

for name, vectors in FILES.items():
    path_of(name).write_text(text_of(vectors.complete(vectors.draw())) + "\n", encoding="utf-8")
