"""Parameters of the Lab: networks that learn by gradient descent, over the R–a plane (theory section 1)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from components.core.controls import Checkboxes, Choice, Slider
from components.core.state import Parameter, PlaybackMode, State
from components.views.unlearning.state import HEIGHT, START, Activation, Number, Numbers, Target
from dynamics import UnlearningModel
from dynamics.simulation.sgd import WORK_MAX, Start, TrainingSetup
from dynamics.simulation.single_index import MODES, SingleIndexTraining, expected_steps, train_single_index

WIDTH = (2, 2000)
DIMENSION = (2, 2000)
BATCH = (1, 20_000)
STEP = (1e-5, 10.0)
NOISE = (0.0, 100.0)
RUNS = (1, 8)
SEEDS = (0, 9999)
HORIZON = (1e-2, 1e5)
FIRST_LAYERS = ("orthonormal", "sphere")
LAYERS = ("planar", "wide", "single", "beside")
PANELS = ("course", "difference")
RECORDS = 160
MAX_FLOW_WIDTH = 40  # neurons of the population gradient that is integrated for comparison: a few seconds
MAX_REFERENCE_WORK = 5e11  # multiply-adds of networks trained for comparison: about fifteen seconds


class LabState(State):
    """Target, activation and start; the network and its training; then the display."""

    c: Activation = (1.0, -0.2)
    c_star: Target = (0.6, 0.19)
    a: Annotated[
        Number, Parameter("a", "ā", "second layer at the start", bounds=(START,)), Slider(0.1, (-5.0, 5.0))
    ] = 0.2
    m: Annotated[
        int, Parameter("m", "m", "width: neurons", "integer", (WIDTH,), scale="log"), Slider(0.05, (2.0, 1000.0))
    ] = 100
    d: Annotated[
        int,
        Parameter("d", "d", "dimension of the input", "integer", (DIMENSION,), scale="log"),
        Slider(0.05, (2.0, 1000.0)),
    ] = 101
    batch: Annotated[
        int,
        Parameter("B", "B", "fresh samples a step", "integer", (BATCH,), scale="log"),
        Slider(0.05, (10.0, 10_000.0)),
    ] = 1000
    step: Annotated[
        Number | None,
        Parameter("g", "Δτ", "step, γ/m; by itself where absent", bounds=(STEP,), scale="log", optional=True),
        Slider(0.05, begin=0.05),
    ] = None
    noise: Annotated[Number, Parameter("z", "ς", "noise of the labels", bounds=(NOISE,)), Slider(0.1, (0.0, 5.0))] = 0.0
    mode: Annotated[
        str,
        Parameter("how", "mode", "how the network learns", "choice", choices=MODES),
        Choice(("SGD", "gradient", "recursion")),
    ] = "fresh"
    first: Annotated[
        str,
        Parameter("w", "w(0)", "how the first layer starts", "choice", choices=FIRST_LAYERS),
        Choice(("orthonormal", "random")),
    ] = "orthonormal"
    runs: Annotated[int, Parameter("r", "r", "runs, each with its own seed", "integer", (RUNS,)), Slider(1.0)] = 2
    seed: Annotated[
        int, Parameter("seed", "№", "the first run's seed", "integer", (SEEDS,)), Slider(1.0, (0.0, 40.0))
    ] = 0
    tau: Annotated[
        Number, Parameter("tau", "τ", "horizon", bounds=(HORIZON,), scale="log"), Slider(0.1, (1.0, 1e4))
    ] = 150.0
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what is drawn with the networks", "words", choices=LAYERS, group="display"),
        Checkboxes(("planar law", "law of this width", "single neurons", "recursion, population")),
    ] = LAYERS
    panel: Annotated[
        str,
        Parameter("pan", "panels", "what the panels show", "choice", choices=PANELS, group="display"),
        Choice(("course", "difference from law")),
    ] = "course"
    axis: Annotated[
        str,
        Parameter("axis", "τ axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
        Choice(("log τ", "linear τ")),
    ] = "log"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear"), group="display"),
        Choice(("log τ", "linear")),
    ] = "log"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "the plane's window: R and a, from and to", "numbers",
            (((-2.0, 2.0),) * 2 + (HEIGHT,) * 2), group="display", optional=True,
        ),
    ] = None  # fmt: skip
    span: Annotated[
        Numbers | None,
        Parameter(
            "span", "τ window", "the panels' window in τ", "numbers", ((0.0, 1e6),) * 2, group="display", optional=True
        ),
    ] = None
    cursor: Annotated[
        Number | None,
        Parameter(
            "cur", "τ cursor", "the time cursor; the end where absent", bounds=((0.0, HORIZON[1]),), group="display",
            optional=True,
        ),
    ] = None  # fmt: skip
    watched: PlaybackMode = "auto"

    @classmethod
    def normalize(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Pad c and c* to the same length and drop empty windows."""
        lists = {name: values.get(name, cls.model_fields[name].default) for name in ("c", "c_star")}
        if all(isinstance(coefficients, (tuple, list)) and coefficients for coefficients in lists.values()):
            K = max(map(len, lists.values()))
            for name, coefficients in lists.items():
                values[name] = (*coefficients, *(0.0,) * (K - len(coefficients)))
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        return values

    @property
    def model(self) -> UnlearningModel:
        """The planar model, the limit of wide networks."""
        return UnlearningModel(self.c, self.c_star)

    @property
    def start(self) -> Start:
        """Initialization of the first layer: orthonormal only if m < d."""
        return "orthonormal" if self.first == "orthonormal" and self.m < self.d else "sphere"

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""
        return tuple(range(self.seed, self.seed + self.runs))

    @property
    def problem(self) -> TrainingSetup:
        """The training problem of each network."""
        w, activation, target = self.model.coefficients
        phi, sigma = ((0.0, *(np.sqrt(w) * values).tolist()) for values in (target, activation))
        return TrainingSetup.of(phi, sigma, 1.0, self.m, self.d, self.batch, self.noise, self.step)

    @property
    def work(self) -> float:
        """Estimated multiply-adds of the networks. Raises ValueError if they are impossible."""
        return self._descent if self.mode == "fresh" else 0.0

    @property
    def _descent(self) -> float:
        problem = self.problem
        return expected_steps(self.model, problem, self.a, 0.0, self.tau) * problem.work * self.runs

    def training(self, max_work: float) -> SingleIndexTraining:
        """Return the runs before their first step. Raises ValueError with a sentence if they are impossible."""
        return self._training(self.mode, max_work)

    def references(self, training: SingleIndexTraining) -> dict[str, SingleIndexTraining]:
        """Return other ways to learn at the times of these runs, by mode, if they cost little.

        They are the discrete recursion, the population gradient (from the symmetric start it is the law of the width,
        which is shown anyway), and descent.
        """
        modes = ["recursion"]
        if self.start != "orthonormal" and self.m <= MAX_FLOW_WIDTH:
            modes.append("population")
        if self.mode != "fresh" and self._descent <= MAX_REFERENCE_WORK:
            modes.append("fresh")
        modes = [mode for mode in modes if mode != self.mode]
        return {mode: self._training(mode, WORK_MAX, training.tau) for mode in modes}

    def _training(self, mode: str, max_work: float, tau: ArrayLike | None = None) -> SingleIndexTraining:
        return train_single_index(
            self.m, self.d, self.batch, None if self.step is None else self.step * self.m, self.c, self.c_star, self.a,
            self.tau, self.noise, self.seeds, mode=mode, start=self.start,  # type: ignore[arg-type]
            n=RECORDS, tau=tau, most=max_work,
        )  # fmt: skip
