"""The picture of an experiment on images: the end of training over what is varied, and all of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dynamics.images import ImageRuns, Setting
from dynamics.plotting.filling import Display, FilledRun, fill
from dynamics.plotting.images import figures
from dynamics.plotting.images.columns import active_settings, of_group, of_setting
from dynamics.plotting.images.experiments import ExperimentShape
from dynamics.plotting.schema import Figure, Trace
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_instance


@dataclass(frozen=True, eq=False)
class ImagesPicture:
    """Hold an experiment on images and its results so far.

    ``ImagesPicture.of`` makes one from results.

    Attributes
    ----------
    shape : ExperimentShape
        What is varied, and how it is grouped.
    runs : ImageRuns
        The results.
    """

    shape: ExperimentShape
    runs: ImageRuns

    @classmethod
    def of(cls, runs: ImageRuns) -> ImagesPicture:
        """Return the picture of results, as far as they are known.

        Parameters
        ----------
        runs : ImageRuns
            The results of one of ``EXPERIMENTS``.

        Returns
        -------
        ImagesPicture
            The picture.

        Raises
        ------
        ValueError
            If the results are of another experiment.

        Examples
        --------
        >>> import io
        >>> import numpy as np
        >>> from dynamics.images import read_images, scale_sweep
        >>> from dynamics.plotting import ImagesPicture
        >>> file = io.BytesIO()
        >>> np.savez(file, x=np.random.default_rng(0).standard_normal((40, 3)), y=np.arange(40) % 2)
        >>> *_, runs = scale_sweep((0.5, 1.0), 2, 4, epochs=2, seeds=(0,)).run(read_images(file).split())
        >>> ImagesPicture.of(runs).plane()["layout"]["xaxis"]["title"]["text"]
        'initialization scale σ'
        """
        check_instance("runs", runs, ImageRuns)
        return cls(ExperimentShape.of(runs), runs)

    def traces(self, index: int) -> dict[str, list[Trace]]:
        """Return the lines of a trajectory in both figures, without samples.

        Parameters
        ----------
        index : int
            Number of the trajectory: those of the settings, then those of the groups.

        Returns
        -------
        dict of str to list of dict
            The traces of "plane" and "panels".
        """
        return traces(self.shape, self.runs.settings, index)

    def columns(self, index: int) -> dict[str, FloatArray]:
        """Return the samples of a trajectory.

        Parameters
        ----------
        index : int
            Number of the trajectory: those of the settings over training, then those of the groups over what is varied.

        Returns
        -------
        dict of str to array
            Columns, of a group tables with a row for each epoch, by their names.
        """
        count = len(self.runs.settings)
        if index < count:
            return dict(of_setting(self.runs, index))
        return dict(of_group(self.runs, active_settings(self.runs).get(self.shape.groups[index - count], [])))

    @cached_property
    def _columns(self) -> list[dict[str, FloatArray]]:
        return [self.columns(index) for index in range(len(self.runs.settings) + len(self.shape.groups))]

    def _filled_runs(self, name: str) -> dict[int, FilledRun]:
        return {index: FilledRun(self.traces(index)[name], columns) for index, columns in enumerate(self._columns)}

    def plane(self, view: Sequence[float] = ()) -> Figure:
        """Return the last values over what is varied; of unlearning the trajectories in the R–a plane.

        Parameters
        ----------
        view : sequence of 2 floats, optional
            Range of what is varied, or of R.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        return fill(figures.plane(self.shape), self._filled_runs("plane"), window=view, time="epoch")

    def panels(self, axis: str = "log", quantity: str = "accuracy", span: Sequence[float] = ()) -> Figure:
        """Return quantities over training.

        Parameters
        ----------
        axis : {"log", "linear"}, default "log"
            Axis of the epochs.
        quantity : {"accuracy", "moved", "loss", "kernel"}, default "accuracy"
            What is shown where what is varied has several groups: test accuracy, distance from the start, test loss or
            kernel ratio.
        span : sequence of 2 floats, optional
            Range of epochs.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        check_choice("axis", axis, ("log", "linear"))
        check_choice("quantity", quantity, figures.PANEL_QUANTITIES)
        empty, choices = figures.panels(self.shape)
        display = Display.of(choices, {"axis": axis, "shown": quantity})
        return fill(empty, self._filled_runs("panels"), display, span, "epoch")


def traces(shape: ExperimentShape, settings: Sequence[Setting], index: int) -> dict[str, list[Trace]]:
    """Return the lines of a trajectory, of a setting or after these of a group, in both figures, without samples."""
    if index < len(settings):
        return figures.setting_traces(shape, index, settings[index])
    return figures.group_traces(shape, index, index - len(settings))
