"""Networks on real images: angles between layers, accuracy and norms over initialization scale and width, unlearning.

Training needs the optional extra ``images``, see ``extra``; without it everything here can be imported, kept results
can be read, and what cannot be done raises a sentence.
"""

from .data import TASKS, ImageSet, ImageSplit, ImageTask, TaskName, load_digits, read_images
from .experiments import (
    EXPERIMENTS,
    INITIALISATION_PATHS,
    WIDTH_PATHS,
    ImageRuns,
    Setting,
    Sweep,
    initialisation_sweep,
    mean_and_spread,
    scale_sweep,
    unlearning_sweep,
    width_sweep,
)
from .extra import PACKAGES, ExtraMissing, missing
from .kept import Kept, keep, read_kept
from .networks import ImageNetwork
from .training import ImageRecord, ImageTraining, Plan, stable_rate, train_images

__all__ = [
    "EXPERIMENTS",
    "INITIALISATION_PATHS",
    "PACKAGES",
    "TASKS",
    "WIDTH_PATHS",
    "ExtraMissing",
    "ImageNetwork",
    "ImageRecord",
    "ImageRuns",
    "ImageSet",
    "ImageSplit",
    "ImageTask",
    "ImageTraining",
    "Kept",
    "Plan",
    "Setting",
    "Sweep",
    "TaskName",
    "initialisation_sweep",
    "keep",
    "load_digits",
    "mean_and_spread",
    "missing",
    "read_images",
    "read_kept",
    "scale_sweep",
    "stable_rate",
    "train_images",
    "unlearning_sweep",
    "width_sweep",
]
