"""Networks on real images: angles between layers, accuracy and norms over initialization scale and width, unlearning.

Training needs the optional extra ``images``, see ``optional``; without it everything here can be imported, kept results
can be read, and what cannot be done raises a sentence.
"""

from dynamics.images.data import TASKS, ImageSet, ImageSplit, ImageTask, TaskName, load_digits, read_images
from dynamics.images.experiments import (
    EXPERIMENTS,
    INITIALIZATION_PATHS,
    WIDTH_PATHS,
    ImageRuns,
    Setting,
    Sweep,
    initialization_sweep,
    mean_and_spread,
    scale_sweep,
    unlearning_sweep,
    width_sweep,
)
from dynamics.images.networks import ImageNetwork
from dynamics.images.optional import PACKAGES, MissingDependencyError, missing_packages
from dynamics.images.results_io import SavedResults, load_results, save_results
from dynamics.images.training import ImageRecord, ImageTraining, TrainingConfig, stable_rate, train_images

__all__ = [
    "EXPERIMENTS",
    "INITIALIZATION_PATHS",
    "PACKAGES",
    "TASKS",
    "WIDTH_PATHS",
    "ImageNetwork",
    "ImageRecord",
    "ImageRuns",
    "ImageSet",
    "ImageSplit",
    "ImageTask",
    "ImageTraining",
    "MissingDependencyError",
    "SavedResults",
    "Setting",
    "Sweep",
    "TaskName",
    "TrainingConfig",
    "initialization_sweep",
    "load_digits",
    "load_results",
    "mean_and_spread",
    "missing_packages",
    "read_images",
    "save_results",
    "scale_sweep",
    "stable_rate",
    "train_images",
    "unlearning_sweep",
    "width_sweep",
]
