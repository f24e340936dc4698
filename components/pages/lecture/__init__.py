"""View 6: stories that walk through the views. A story is a file; see `story.py` for what it holds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from components.core.view import View
from components.operations import settings
from components.pages.lecture.page import Lecture
from components.pages.lecture.story import OWN, load


def lecture(views: Mapping[str, View]) -> Lecture:
    """The lecture with the stories of its own, and those of the folder that LECTURE_FOLDER names."""
    more = settings.read(os.environ).lecture_folder
    stories, faults = load([OWN, *([Path(more)] if more else [])], views)
    return Lecture(stories, faults, views)
