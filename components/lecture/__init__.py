"""View 6: stories that walk through the views. A story is a file; see `story.py` for what it holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from components import settings
from components.lecture.page import Lecture
from components.lecture.story import OWN, load
from components.view import View


def lecture(views: Mapping[str, View]) -> Lecture:
    """The lecture with the stories of its own, and those of the folder that LECTURE_FOLDER names."""
    more = settings.value(os.environ, "LECTURE_FOLDER")
    stories, faults = load([OWN, *([Path(more)] if more else [])], views)
    return Lecture(stories, faults, views)
