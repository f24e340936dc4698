"""What a step of a story claims: a quantity of its state and what it must be, computed anew by `dynamics`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from components.images.columns import quantity
from components.images.compute import results as image_results
from components.images.state import ImagesState
from components.lab import records
from components.lab.measured import noise
from components.lab.state import LabState
from components.linear_network.state import LinearNetworkState
from components.phase_map.state import PhaseMapState
from components.state import State
from components.time_scales.state import TimeScalesState
from components.unlearning.state import UnlearningState
from dynamics import UnlearningModel, scaling_phase

Quantity = Callable[[Any, int, float], Any]  # of a state, a run (or a number of its kind) and a time


@dataclass(frozen=True)
class Claim:
    """A quantity, of which run and at what time, and one of: what it is; a value within a distance; a bound."""

    quantity: str
    run: int = 0
    time: float = 0.0
    word: str | None = None
    value: float | None = None
    within: float = 0.0
    above: float | None = None
    below: float | None = None

    @classmethod
    def read(cls, data: Any) -> Claim:
        """The claim of a table in a story. Raises ValueError with a sentence."""
        known = {"quantity", "run", "time", "is", "value", "within", "above", "below"}
        if not isinstance(data, Mapping) or data.keys() - known or not isinstance(data.get("quantity"), str):
            raise ValueError(f"each has a quantity and any of {', '.join(sorted(known - {'quantity'}))}.")
        numbers = {name: data[name] for name in known - {"quantity", "is"} if name in data}
        for name, number in numbers.items():
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                raise ValueError(f"{name} must be a number.")
        if not 0 <= (run := numbers.get("run", 0)) <= 50 or run != int(run):
            raise ValueError("run must be a whole number in [0, 50].")
        said = {"is", "value", "above", "below"} & data.keys()
        if not said or ("value" in said) != ("within" in data) or ("is" in said and not isinstance(data["is"], str)):
            raise ValueError("it must be a word (is), a value within a distance, or above or below a number.")
        return cls(data["quantity"], word=data.get("is"), **{**numbers, "run": int(run)})

    def holds(self, view: str, state: State) -> tuple[bool, Any]:
        """Whether it is true of a view's state, and what has been found."""
        found = QUANTITIES[view][self.quantity](state, self.run, self.time)
        if self.word is not None:
            return str(found) == self.word, found
        near = self.value is None or abs(found - self.value) <= self.within
        return near and (self.above is None or found > self.above) and (self.below is None or found < self.below), found


@lru_cache(maxsize=64)
def _planar(state: UnlearningState, run: int) -> Any:
    model = UnlearningModel(state.c, state.c_star, state.eps)
    R0, a0 = state.starts[run]
    return model.trajectory(a0, R0, tau_end=state.tau)


def _model(state: Any) -> UnlearningModel:
    return UnlearningModel(state.c, state.c_star, getattr(state, "eps", 1.0))


def _at(run: Any, clock: str, column: str, time: float) -> float:
    return float(np.interp(time, getattr(run, clock), getattr(run, column)))


@lru_cache(maxsize=64)
def _wide(state: UnlearningState, run: int) -> Any:
    R0, a0 = state.starts[run]
    return _model(state).at_width(state.width or 0).trajectory(a0, R0, tau_end=state.tau)


def _halt(state: UnlearningState, run: int) -> Any:
    R0, a0 = state.starts[run]
    return _model(state).at_width(state.width or 0).halt(a0, R0)


def _law(state: UnlearningState, run: int) -> Any:
    return _model(state).asymptotics(int(np.sign(_planar(state, run).R[-1])) or 1)


UNLEARNING: dict[str, Quantity] = {
    "fate": lambda state, run, _: _planar(state, run).fate.name.lower().replace("_", " "),
    "threshold": lambda state, run, _: _model(state).threshold(state.R0)[run],
    "thresholds": lambda state, _, __: len(_model(state).threshold(state.R0)),
    "threshold limit": lambda state, run, _: [limit.a0 for limit in _model(state).threshold_limits()][run],
    "fold R": lambda state, run, _: _model(state).folds()[run].R,
    "fold a": lambda state, run, _: _model(state).folds()[run].a,
    "R": lambda state, run, time: _at(_planar(state, run), "tau", "R", time),
    "a": lambda state, run, time: _at(_planar(state, run), "tau", "a", time),
    "loss": lambda state, run, time: _at(_planar(state, run), "tau", "loss", time),
    "R end": lambda state, run, _: float(_planar(state, run).R[-1]),
    "a end": lambda state, run, _: float(_planar(state, run).a[-1]),
    "R peak": lambda state, run, _: float(np.abs(_planar(state, run).R).max()),
    "loss begin": lambda state, run, _: float(_planar(state, run).loss[0]),
    "loss end": lambda state, run, _: float(_planar(state, run).loss[-1]),
    "loss limit": lambda state, run, _: _planar(state, run).limit.loss,
    "loss rise": lambda state, run, _: float(np.diff(_planar(state, run).loss).max()),
    "R exponent": lambda state, run, _: _law(state, run).R_exponent,
    "a exponent": lambda state, run, _: _law(state, run).a_exponent,
    "fitted R exponent": lambda state, run, _: _planar(state, run).power_fit.R_exponent,
    "A": lambda state, run, _: _model(state).A[run - 1],
    "width R": lambda state, run, time: _at(_wide(state, run), "tau", "R", time),
    "width R peak": lambda state, run, _: float(np.abs(_wide(state, run).R).max()),
    "width R last": lambda state, run, _: float(_wide(state, run).R[-1]),
    "width R end": lambda state, run, _: _halt(state, run).R,
    "width a end": lambda state, run, _: _halt(state, run).a,
}


def _mapped(state: PhaseMapState, _: int, __: float) -> str:
    model = UnlearningModel(state.c, state.c_star, state.eps)
    return model.fate(state.a, state.R0).name.lower().replace("_", " ")


def _mapped_at(state: PhaseMapState, _: int, x: float) -> str:
    """The fate where the map's first axis has another value, given as the time."""
    field, place = (state.varied()[state.x][part] for part in ("field", "index"))
    values = getattr(state, field)
    moved = x if place is None else [*values[:place], x, *values[place + 1 :]]
    return _mapped(type(state).make({**state.model_dump(), field: moved}), 0, 0.0)


PHASE_MAP: dict[str, Quantity] = {
    "fate": _mapped,
    "fate at x": _mapped_at,
    "threshold": lambda state, run, _: UnlearningModel(state.c, state.c_star, state.eps).threshold(state.R0)[run],
}


@lru_cache(maxsize=32)
def _neurons(state: TimeScalesState) -> Any:
    return state.model.trajectory(a0=state.start, t_end=state.t)


def _terms(state: TimeScalesState) -> np.ndarray:
    """What each degree has of the risk, (times, degrees)."""
    return np.asarray(0.5 * _neurons(state).residual ** 2)


TIME_SCALES: dict[str, Quantity] = {
    "plateau": lambda state, run, _: float(state.model.plateaus()[run]),
    "risk": lambda state, _, time: _at(_neurons(state), "t", "risk", time),
    "risk begin": lambda state, _, __: float(_neurons(state).risk[0]),
    "risk end": lambda state, _, __: float(_neurons(state).risk[-1]),
    "risk rise": lambda state, _, __: float(np.diff(_neurons(state).risk).max()),
    "learning time": lambda state, run, _: float(_neurons(state).learning_times()[run]),
    "predicted time": lambda state, run, _: float(state.model.predicted_times()[run]),
    "term": lambda state, run, time: float(np.interp(time, _neurons(state).t, _terms(state)[:, run])),
    "term after": lambda state, run, time: float(_terms(state)[_neurons(state).t >= time, run].max()),
    "time over predicted": lambda state, run, _: float(
        _neurons(state).learning_times()[run] / state.model.predicted_times()[run]
    ),
}


@lru_cache(maxsize=32)
def _mechanism(state: LinearNetworkState) -> Any:
    return state.network().mechanism()


def _end(state: LinearNetworkState) -> Any:
    return state.network().solution([0.0, math.inf])


@lru_cache(maxsize=32)
def _grid(state: LinearNetworkState) -> Any:
    return state.network().solution([0.0, *np.geomspace(1e-3, 1e3, 4000)])


LINEAR_NETWORK: dict[str, Quantity] = {
    "mechanisms": lambda state, _, __: ", ".join(_mechanism(state).names) or "kernel",
    "kernel ratio": lambda state, _, __: _mechanism(state).kernel_ratio,
    "kernel least": lambda state, _, __: float(_grid(state).kernel_ratio.min()),
    "f at kernel least": lambda state, _, __: float(_grid(state).f[_grid(state).kernel_ratio.argmin()]),
    "rescaling": lambda state, _, __: _mechanism(state).rescaling,
    "f begin": lambda state, _, __: float(_end(state).f[0]),
    "f end": lambda state, _, __: float(_end(state).f[-1]),
    "angle begin": lambda state, _, __: float(np.degrees(_end(state).zeta[0])),
    "angle end": lambda state, _, __: float(np.degrees(_end(state).zeta[-1])),
    "crosses zero": lambda state, _, __: str(_mechanism(state).crosses_zero).lower(),
    "phase": lambda state, _, __: scaling_phase(state.exponents).phase,
    "size power": lambda state, _, __: scaling_phase(state.exponents).size,
}


@lru_cache(maxsize=32)
def _law_of_width(state: LabState) -> Any:
    return _model(state).at_width(state.m).trajectory(state.a, tau_end=state.tau)


def _replayed(state: LabState, name: str = "R") -> np.ndarray:
    """A column of the networks of the finished record that the step replays, (times, runs)."""
    record = records.of(state)
    if record is None:
        raise ValueError("no finished run comes with this state")
    return np.asarray(record.course.seeds[name], dtype=float)


def _single(state: LabState, run: int, name: str) -> np.ndarray:
    """R_i or a_i of all neurons of a run at the end of the finished record, ascending in R."""
    record = records.of(state)
    if record is None or not record.course.neurons:
        raise ValueError("no neurons come with this state")
    order = np.argsort(record.course.neurons["R"][run])
    return np.asarray(record.course.neurons[name][run][order], dtype=float)


@lru_cache(maxsize=32)
def _law_of(state: LabState, m: int) -> Any:
    return _model(state).at_width(m).trajectory(state.a, tau_end=state.tau)


def _estimate(state: LabState) -> Any:
    found = noise(state)
    if found is None or found.estimate is None:
        raise ValueError("no estimate of the noise for this state")
    return found.estimate


def _from_law(state: LabState, name: str) -> float:
    """The largest distance between the networks' mean and the law of their width."""
    record, law = records.of(state), _law_of_width(state)
    mean = _replayed(state, name).mean(axis=1)
    assert record is not None
    return float(np.abs(mean - np.interp(record.course.tau, law.tau, getattr(law, name))).max())


LAB: dict[str, Quantity] = {
    "fate": lambda state, _, __: _model(state).fate(state.a).name.lower().replace("_", " "),
    "law R": lambda state, _, time: _at(_law_of_width(state), "tau", "R", time),
    "law R peak": lambda state, _, __: float(_law_of_width(state).R.max()),
    "law R peak time": lambda state, _, __: float(_law_of_width(state).tau[_law_of_width(state).R.argmax()]),
    "law R end": lambda state, _, __: float(_law_of_width(state).R[-1]),
    "law R end at half the width": lambda state, _, __: float(_law_of(state, state.m // 2).R[-1]),
    "law R at half the width": lambda state, _, time: _at(_law_of(state, state.m // 2), "tau", "R", time),
    "noise R end": lambda state, _, __: float(_estimate(state).R[-1]),
    "law loss end": lambda state, _, __: float(_law_of_width(state).loss[-1]),
    "law loss rise": lambda state, _, __: float(np.diff(_law_of_width(state).loss).max()),
    "halt R": lambda state, _, __: getattr(_model(state).at_width(state.m).halt(state.a), "R", math.nan),
    "networks": lambda state, _, __: _replayed(state).shape[1],
    "networks R peak": lambda state, _, __: float(_replayed(state).mean(axis=1).max()),
    "networks R end": lambda state, _, __: float(_replayed(state)[-1].mean()),
    "run R end": lambda state, run, _: float(_replayed(state)[-1, run]),
    "run loss end": lambda state, run, _: float(_replayed(state, "loss")[-1, run]),
    "neurons": lambda state, run, _: len(_single(state, run, "R")),
    "neurons below 0": lambda state, run, _: int((_single(state, run, "R") < 0).sum()),
    "least neuron R": lambda state, run, _: float(_single(state, run, "R")[0]),
    "least neuron a": lambda state, run, _: float(_single(state, run, "a")[0]),
    "second neuron R": lambda state, run, _: float(_single(state, run, "R")[1]),
    "largest neuron R": lambda state, run, _: float(_single(state, run, "R")[-1]),
    "networks from law": lambda state, _, __: _from_law(state, "R"),
    "networks loss from law": lambda state, _, __: _from_law(state, "loss"),
}


def _course(state: ImagesState, run: int, name: str) -> np.ndarray:
    """A quantity over the epochs, the mean over seeds, of one of the settings: all values of the first group, then
    those of the next."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    values = quantity(results[1], name)[run]
    return np.asarray(np.nanmean(values, axis=0))


def _peak(state: ImagesState, run: int) -> float:
    return float(np.nanmax(_course(state, run, "R")))


def _seeds(state: ImagesState, run: int, name: str) -> np.ndarray:
    """A quantity of each seed at the end."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    return np.asarray(quantity(results[1], name)[run, :, -1])


def _every(state: ImagesState, name: str) -> np.ndarray:
    """A quantity of every network at the end."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    return np.asarray(quantity(results[1], name)[:, :, -1])


IMAGES: dict[str, Quantity] = {
    "least training accuracy": lambda state, run, _: float(_seeds(state, run, "train_accuracy").min()),
    "least training accuracy of all": lambda state, _, __: float(_every(state, "train_accuracy").min()),
    "training loss": lambda state, run, _: float(_course(state, run, "train")[-1]),
    "least accuracy": lambda state, run, _: float(_seeds(state, run, "accuracy").min()),
    "largest accuracy": lambda state, run, _: float(_seeds(state, run, "accuracy").max()),
    "norm begin": lambda state, run, _: float(_course(state, run, "norm")[0]),
    "accuracy": lambda state, run, _: float(_course(state, run, "accuracy")[-1]),
    "best accuracy": lambda state, run, _: float(_course(state, run, "best")[-1]),
    "norm": lambda state, run, _: float(_course(state, run, "norm")[-1]),
    "distance": lambda state, run, _: float(_course(state, run, "moved")[-1]),
    "kernel ratio": lambda state, run, _: float(_course(state, run, "kernel")[-1]),
    "last angle begin": lambda state, run, _: float(_course(state, run, f"zeta{state.depth}")[0]),
    "last angle end": lambda state, run, _: float(_course(state, run, f"zeta{state.depth}")[-1]),
    "R peak": lambda state, run, _: _peak(state, run),
    "R end": lambda state, run, _: float(_course(state, run, "R")[-1]),
    "R lost": lambda state, run, _: float(1 - _course(state, run, "R")[-1] / _peak(state, run)),
    "a end": lambda state, run, _: float(_course(state, run, "a")[-1]),
    "loss rise": lambda state, run, _: float(np.diff(_course(state, run, "train")).max()),
    "loss end": lambda state, run, _: float(_course(state, run, "loss")[-1]),
}

QUANTITIES: dict[str, dict[str, Quantity]] = {
    "unlearning": UNLEARNING,
    "phase_map": PHASE_MAP,
    "time_scales": TIME_SCALES,
    "linear_network": LINEAR_NETWORK,
    "lab": LAB,
    "images": IMAGES,
}
