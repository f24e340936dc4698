"""The parameters of view 5: networks that learn by gradient descent, over the R–a plane (theory section 1)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

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
FIRST = ("orthonormal", "sphere")
LAYERS = ("planar", "wide", "single", "beside")
PANELS = ("course", "difference")
RECORDS = 160
FLOW_MOST = 40  # neurons whose overlaps are integrated beside a run: a few seconds
BESIDE_MOST = 5e11  # multiply-adds of networks that learn beside their population or recursion: some fifteen seconds


class LabState(State):
    """Target, activation and start; the network and how it is trained; then how it is shown."""

    c: Activation = (1.0, -0.2)
    c_star: Target = (0.6, 0.19)
    a: Annotated[Number, Parameter("a", "ā", "second layer at the start", bounds=(START,))] = 0.2
    m: Annotated[int, Parameter("m", "m", "width: neurons", "integer", (WIDTH,), scale="log")] = 100
    d: Annotated[int, Parameter("d", "d", "dimension of the input", "integer", (DIMENSION,), scale="log")] = 101
    batch: Annotated[int, Parameter("B", "B", "fresh samples a step", "integer", (BATCH,), scale="log")] = 1000
    step: Annotated[
        Number | None,
        Parameter("g", "Δτ", "step, γ/m; by itself where absent", bounds=(STEP,), scale="log", optional=True),
    ] = None
    noise: Annotated[Number, Parameter("z", "ς", "noise of the labels", bounds=(NOISE,))] = 0.0
    mode: Annotated[str, Parameter("how", "mode", "how the network learns", "choice", choices=MODES)] = "fresh"
    first: Annotated[str, Parameter("w", "w(0)", "how the first layer starts", "choice", choices=FIRST)] = "orthonormal"
    runs: Annotated[int, Parameter("r", "r", "runs, each with its own seed", "integer", (RUNS,))] = 2
    seed: Annotated[int, Parameter("seed", "№", "the first run's seed", "integer", (SEEDS,))] = 0
    tau: Annotated[Number, Parameter("tau", "τ", "horizon", bounds=(HORIZON,), scale="log")] = 150.0
    layers: Annotated[
        tuple[str, ...],
        Parameter("lay", "layers", "what is drawn with the networks", "words", choices=LAYERS, group="display"),
    ] = LAYERS
    panel: Annotated[
        str, Parameter("pan", "panels", "what the panels show", "choice", choices=PANELS, group="display")
    ] = "course"
    axis: Annotated[
        str,
        Parameter("axis", "τ axis", "time axis of the panels", "choice", choices=("log", "linear"), group="display"),
    ] = "log"
    clock: Annotated[
        str, Parameter("clk", "clock", "the player's clock", "choice", choices=("log", "linear"), group="display")
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
        """c and c* of one length; drops empty windows."""
        lists = {name: values.get(name, cls.model_fields[name].default) for name in ("c", "c_star")}
        if all(isinstance(given, (tuple, list)) and given for given in lists.values()):
            K = max(map(len, lists.values()))
            for name, given in lists.items():
                values[name] = (*given, *(0.0,) * (K - len(given)))
        for name in ("window", "span"):
            edges = values.get(name)
            if isinstance(edges, tuple) and any(lo >= hi for lo, hi in zip(edges[::2], edges[1::2], strict=False)):
                values[name] = None
        return values

    @property
    def model(self) -> UnlearningModel:
        """The planar model that networks tend to as they become wide."""
        return UnlearningModel(self.c, self.c_star)

    @property
    def start(self) -> Start:
        """How the first layer starts: orthonormal only where there is room for it."""
        return "orthonormal" if self.first == "orthonormal" and self.m < self.d else "sphere"

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""
        return tuple(range(self.seed, self.seed + self.runs))

    @property
    def problem(self) -> TrainingSetup:
        """What each network learns, and from what."""
        w, own, target = self.model.coefficients
        phi, sigma = ((0.0, *(np.sqrt(w) * values).tolist()) for values in (target, own))
        return TrainingSetup.of(phi, sigma, 1.0, self.m, self.d, self.batch, self.noise, self.step)

    @property
    def work(self) -> float:
        """About how many multiply-adds the networks take, known without making them. Raises ValueError where they are
        not possible."""
        return self._descent if self.mode == "fresh" else 0.0

    @property
    def _descent(self) -> float:
        problem = self.problem
        return expected_steps(self.model, problem, self.a, 0.0, self.tau) * problem.work * self.runs

    def training(self, most: float) -> SingleIndexTraining:
        """The runs, none of them begun. Raises ValueError with a sentence where they are not possible."""
        return self._training(self.mode, most)

    def beside(self, training: SingleIndexTraining) -> dict[str, SingleIndexTraining]:
        """Other ways to learn at the times of these runs, by mode, where they cost little: the discrete recursion; the
        population's gradient, which from the symmetric start is the law of the width and drawn anyway; descent."""
        modes = ["recursion"]
        if self.start != "orthonormal" and self.m <= FLOW_MOST:
            modes.append("population")
        if self.mode != "fresh" and self._descent <= BESIDE_MOST:
            modes.append("fresh")
        modes = [mode for mode in modes if mode != self.mode]
        return {mode: self._training(mode, WORK_MAX, training.tau) for mode in modes}

    def _training(self, mode: str, most: float, tau: ArrayLike | None = None) -> SingleIndexTraining:
        return train_single_index(
            self.m, self.d, self.batch, None if self.step is None else self.step * self.m, self.c, self.c_star, self.a,
            self.tau, self.noise, self.seeds, mode=mode, start=self.start,  # type: ignore[arg-type]
            n=RECORDS, tau=tau, most=most,
        )  # fmt: skip
