"""Every public function refuses every bad value of every parameter: ValueError with the parameter's name."""

import copy
import inspect
import io
import pickle
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from math import inf, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dynamics
from dynamics import images
from dynamics.planar.validation import SAMPLES_MAX
from dynamics.results import Result

# --- values that are wrong for most parameters, and the kinds of parameters that accept some of them -----------------

BAD = {
    "None": lambda: None,
    "text": lambda: "x",
    "digit": lambda: "1",
    "empty text": lambda: "",
    "bytes": lambda: b"ab",
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"ab"),
    "set": lambda: {1.0, 2.0},
    "frozenset": lambda: frozenset({1, 2}),
    "dict": lambda: {"a0": 1},
    "keys": lambda: {1: 1, 2: 2}.keys(),
    "complex": lambda: 1j,
    "nan": lambda: nan,
    "inf": lambda: inf,
    "-inf": lambda: -inf,
    "10**400": lambda: 10**400,
    "-10**400": lambda: -(10**400),
    "10**5000": lambda: 10**5000,
    "large fraction": lambda: Fraction(10**400, 3),
    "True": lambda: True,
    "numpy's True": lambda: np.True_,
    "ragged": lambda: [[1.0], [1.0, 2.0]],
    "object": object,
    "type": lambda: list,
    "function": lambda: len,
    "masked array": lambda: np.ma.array([1.0, 2.0], mask=[True, False]),
    "masked value": lambda: np.ma.masked,
    "list of a masked value": lambda: [1.0, np.ma.masked],
    "empty list": list,
    "empty tuple": tuple,
    "empty array": lambda: np.empty(0),
    "3-d array": lambda: np.zeros((2, 2, 2)),
    "generator": lambda: (x for x in (1.0, 2.0)),
    "list with None": lambda: [1.0, None],
    "list with text": lambda: [1.0, "2"],
    "list of texts": lambda: ["1", "2"],
    "list with True": lambda: [True, 2.0],
    "list with complex": lambda: [1.0, 1j],
    "list with nan": lambda: [nan, 1.0],
    "list with inf": lambda: [1.0, inf],
    "list with 10**400": lambda: [1.0, 10**400],
    "list of sets": lambda: [{1.0}, {2.0}],
    "objects": lambda: np.array([1.0, None], dtype=object),
    "texts": lambda: np.array(["a", "b"]),
    "complex array": lambda: np.array([1.0, 1j]),
    "bools": lambda: np.array([True, False]),
    "dates": lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": lambda: np.array([(1.0, 2)], dtype=[("a", float), ("b", int)]),
    "0-d text": lambda: np.array("x"),
    "0-d True": lambda: np.array(True),
}

NUMBER = frozenset[str]()
OPTIONAL = frozenset({"None"})
UNBOUNDED = frozenset({"inf"})
UNBOUNDED_BOTH = frozenset({"inf", "-inf"})
FLAG = frozenset({"True", "numpy's True"})
TEXT = frozenset({"text", "digit", "empty text"})
EMPTY = frozenset({"empty list", "empty tuple", "empty array"})
ANY_NUMBERS = EMPTY | {"nan", "inf", "-inf", "3-d array", "list with nan", "list with inf"}  # an array of any shape
TIMES = EMPTY | {"inf", "3-d array", "list with inf"}  # an array of any shape, from 0 to inf
ITEMS = EMPTY | {"generator"}
SOURCE = TEXT | {"bytes"}
CHOICES = frozenset({"empty list", "empty tuple", "empty array"})

# --- objects that the methods below are of ---------------------------------------------------------------------------


@cache
def model():
    return dynamics.UnlearningModel((1.0, 1.0), (1.0, -1.0))


@cache
def run():
    return model().trajectory(1.0, tau_end=1.0, n=3)


@cache
def neurons():
    return dynamics.MeanFieldModel((0.0, 1.0), (0.0, 1.0), 1.0, 2)


@cache
def network():
    return dynamics.LinearNetwork([1.0, 2.0], [1.0, -1.0], [1.0], 1.0)


@cache
def ensemble():
    return dynamics.LinearEnsemble(2)


@cache
def exponents():
    return dynamics.SCALINGS["NTK"]


def simulated():
    return dynamics.make_network((0.0, 1.0), (0.0, 1.0), 1.0, 2, 3, 4)


def training():
    return dynamics.train_single_index(2, 3, 4, None, (1.0,), (1.0,), 1.0, 1e-3, n=2)


@cache
def sweep():
    *_, last = neurons().sweep_eps((1.0,), (0,), t_end=1e-3)
    return last


def file():
    out = io.BytesIO()
    np.savez(out, x=np.random.default_rng(0).normal(size=(20, 2)), y=np.arange(20) % 2)
    return out.getvalue()


@cache
def image_split():
    return images.read_images(file()).split()


@cache
def image_task():
    return image_split().task("halves")


@cache
def image_network():
    return images.ImageNetwork((2,))


@cache
def image_plan():
    return images.TrainingConfig(1, 2, None)


@cache
def image_sweep():
    return images.scale_sweep((1.0,), 2, 2, epochs=1, seeds=(0,), n=2)


def image_training():
    return images.ImageTraining(image_task(), image_network(), image_plan())


@cache
def image_runs():
    *_, last = image_sweep().run(image_split())
    return last


# --- every public callable: how to get it, and for each of its parameters a good value and the kind of the parameter -

START = {"a0": (1.0, NUMBER), "R0": (0.1, NUMBER)}
PLANAR = START | {
    "tau_end": (1.0, NUMBER),
    "n": (3, NUMBER),
    "tau": ([0.0, 1.0], OPTIONAL),
    "rtol": (1e-6, NUMBER),
}
STREAM = {"a0s": ([1.0, 2.0], ITEMS)} | {name: PLANAR[name] for name in ("R0", "tau_end", "n", "rtol")}
POINT = {"R": ([0.1, 0.2], ANY_NUMBERS), "a": (1.0, ANY_NUMBERS)}
MAP = {
    "c": ((1.0, 1.0), NUMBER),
    "c_star": ((1.0, -1.0), NUMBER),
    "eps": (1.0, NUMBER),
    "x": (("c_star", 2, -1.0, 1.0), NUMBER),
    "y": (("a0", 0.5, 5.0), NUMBER),
    "n": ((2, 2), NUMBER),
    "a0": (1.0, NUMBER),
    "R0": (0.0, NUMBER),
    "quantities": (("fate",), CHOICES),
    "tau_end": (1.0, NUMBER),
    "rtol": (1e-6, NUMBER),
    "executor": (None, OPTIONAL),
}
NEURONS = {
    "a0": ([1.0, 2.0], OPTIONAL),
    "seed": (0, NUMBER),
    "t_end": (1e-3, NUMBER),
    "n": (2, NUMBER),
    "t": ([0.0, 1e-3], OPTIONAL),
    "rtol": (1e-6, NUMBER),
    "overlaps": (False, FLAG),
}
NETWORK = {
    "phi": ((0.0, 1.0), NUMBER),
    "activation": ((0.0, 1.0), NUMBER),
    "eps": (1.0, NUMBER),
    "m": (2, NUMBER),
    "d": (3, NUMBER),
    "batch": (4, NUMBER),
    "a0": ([1.0, 2.0], OPTIONAL),
    "seed": (0, NUMBER),
    "step": (None, OPTIONAL),
    "noise": (0.1, NUMBER),
    "start": ("sphere", NUMBER),
    "dtype": ("float32", NUMBER),
}
LINEAR = {
    "y": (1.0, NUMBER),
    "gamma": (1.0, NUMBER),
    "eta_u": (1.0, NUMBER),
    "eta_w": (1.0, NUMBER),
    "beta": (1.0, NUMBER),
}
ENSEMBLE = LINEAR | {
    "d": (2, NUMBER),
    "sigma_u": (1.0, NUMBER),
    "sigma_w": (1.0, NUMBER),
    "x_norm": (1.0, NUMBER),
    "alignment": (0.5, NUMBER),
}
WEIGHTS = {"u0": ([1.0, 2.0], NUMBER), "W0": ([1.0, 2.0], NUMBER), "x": ([1.0], NUMBER)}
CHOSEN = {"neurons": ([0, 1], OPTIONAL | EMPTY)}
SWEEP = {
    "rate": (0.1, NUMBER),
    "epochs": (1, NUMBER),
    "seeds": ((0,), NUMBER),
    "batch": (None, OPTIONAL),
    "n": (2, NUMBER),
    "activation": ("relu", NUMBER),
}
TRAINED = {
    "task": (image_task, NUMBER),
    "network": (image_network, NUMBER),
    "plan": (image_plan, OPTIONAL),
    "seed": (0, NUMBER),
    "weights": (None, OPTIONAL),
}

TABLE = {
    "UnlearningModel": {name: MAP[name] for name in ("c", "c_star", "eps")},
    "UnlearningModel.asymptotics": {"sign": (1, NUMBER)},
    "UnlearningModel.finite_width": {"m": (5.0, NUMBER)},
    "UnlearningModel.critical_manifold_a": {"R": POINT["R"]},
    "UnlearningModel.critical_manifold": {"n": (10, NUMBER), "a_max": (10.0, OPTIONAL)},
    "UnlearningModel.excess_loss": POINT | {"end": (lambda: model().limit(1.0), NUMBER)},
    "UnlearningModel.explain": START | {"trajectory": (None, OPTIONAL), "thresholds": ([1.0, 2.0], OPTIONAL | EMPTY)},
    "UnlearningModel.fate": START,
    "UnlearningModel.limit": START,
    "UnlearningModel.loss": POINT,
    "UnlearningModel.slow_nullcline_a": {"R": POINT["R"]},
    "UnlearningModel.transverse_growth_rate": POINT,
    "UnlearningModel.backward_orbit": START | {"a_max": (2.0, NUMBER)},
    "UnlearningModel.plot": START | {"tau_end": (1.0, NUMBER), "layers": (("eq",), EMPTY)},
    "UnlearningModel.separatrices": {"a_max": (2.0, NUMBER)},
    "UnlearningModel.singular_orbit": START,
    "UnlearningModel.slow_flow": {"R": POINT["R"]},
    "UnlearningModel.stream": STREAM | {"chunk": (2, NUMBER)},
    "UnlearningModel.sums": {"R": POINT["R"]},
    "UnlearningModel.thresholds": {"R0": (0.1, NUMBER), "bracket": ((1.0, 5.0), NUMBER)},
    "UnlearningModel.threshold": {"R0": (0.1, NUMBER), "bracket": ((1.0, 5.0), NUMBER)},
    "UnlearningModel.threshold_limits": {"R0": (0.1, NUMBER), "bracket": ((1.0, 5.0), NUMBER)},
    "UnlearningModel.trajectories": STREAM | {"tau": ([0.0, 1.0], OPTIONAL)},
    "UnlearningModel.trajectory": PLANAR,
    "UnlearningModel.vector_field": POINT,
    "UnlearningModel.required_width": START | {"tau_end": (1e-3, NUMBER), "tolerance": (0.5, NUMBER)},
    "FiniteWidth": {"model": (model, NUMBER), "m": (5.0, NUMBER)},
    "FiniteWidth.halt": START,
    "FiniteWidth.trajectory": PLANAR,
    "Asymptotics.R": {"tau": ([1.0, 2.0], TIMES)},
    "Asymptotics.a": {"tau": ([1.0, 2.0], TIMES)},
    "Axis.samples": {"n": (3, NUMBER)},
    "FiniteSizeCorrections": {"model": (model, NUMBER)} | dict.fromkeys(("m", "d", "batch"), (4, NUMBER)),
    "FiniteSizeCorrections.error_bound": {"of_width": (1.0, UNBOUNDED), "of_sampling": (1.0, UNBOUNDED)},
    "FiniteSizeCorrections.noise_overlap": {
        "step": (0.1, UNBOUNDED),
        "a": (1.0, UNBOUNDED_BOTH),
        "loss": (1.0, UNBOUNDED),
        "noise": (0.1, NUMBER),
    },
    "FiniteSizeCorrections.kappa": {"step": (0.1, UNBOUNDED)},
    "FiniteSizeCorrections.noise_decay": {"step": (0.1, UNBOUNDED), "loss": (1.0, UNBOUNDED), "noise": (0.1, NUMBER)},
    "FiniteSizeCorrections.self_overlap_fraction": {"R": POINT["R"]},
    "ThresholdLimit.approach": {"eps": ([0.1, 0.2], TIMES)},
    "local_exponents": {
        "values": ([1.0, 2.0], {"list with nan", "list with inf"}),
        "tau": ([1.0, 2.0], {"list with inf"}),
    },
    "phase_map": MAP,
    "phase_map_levels": MAP,
    "train_single_index": {
        "m": (2, NUMBER),
        "d": (3, NUMBER),
        "batch": (4, NUMBER),
        "gamma": (None, OPTIONAL),
        "c": MAP["c"],
        "c_star": MAP["c_star"],
        "a0": (1.0, NUMBER),
        "tau_end": (1e-3, NUMBER),
        "noise": (0.1, NUMBER),
        "seeds": ((0,), NUMBER),
        "dtype": ("float32", NUMBER),
        "mode": ("fresh", NUMBER),
        "eps": (1.0, NUMBER),
        "R0": (0.0, NUMBER),
        "start": (None, OPTIONAL),
        "n": (2, NUMBER),
        "tau": ([0.0, 1e-3], OPTIONAL),
        "most": (1e9, NUMBER),
        "executor": (None, OPTIONAL),
    },
    "SingleIndexTraining.advance": {"seconds": (0.0, UNBOUNDED)},
    "SingleIndexTraining.iter_until_timeout": {"seconds": (0.0, UNBOUNDED)},
    "SingleIndexTraining.plot": {"records": (lambda: list(training()), NUMBER)},
    "SingleIndexTraining.restore": {"state": (lambda: training().state(), NUMBER)},
    "SphericalSGD": {
        "problem": (lambda: simulated().problem, NUMBER),
        "a0": ([1.0, 2.0], NUMBER),
        "first": ("sphere", NUMBER),
        "seed": (0, NUMBER),
        "most": (1e9, NUMBER),
    },
    "SphericalSGD.advance": {"until": (1e-6, NUMBER), "seconds": (0.0, UNBOUNDED), "executor": (None, OPTIONAL)},
    "SphericalSGD.restore": {"state": (lambda: simulated().state(), NUMBER)},
    "run_in_lockstep": {
        "runs": (lambda: [simulated()], NUMBER),
        "times": ([1e-6, 2e-6], NUMBER),
        "seconds": (1.0, UNBOUNDED),
        "executor": (None, OPTIONAL),
    },
    "Activation": {"name": ("polynomial", NUMBER), "polynomial": ((1.0, 2.0), NUMBER)},
    "Activation.both": {"x": (lambda: np.zeros(2), NUMBER), "value": (lambda: np.zeros(2), NUMBER)},
    "Activation.coefficients": {"degree": (2, NUMBER)},
    "Activation.kernel": {"r": ([0.1, 0.2], ANY_NUMBERS)},
    "Activation.of": {"given": ((1.0, 2.0), NUMBER)},
    "Activation.slope": {"x": (lambda: np.zeros(2), ANY_NUMBERS)},
    "Activation.value": {"x": (lambda: np.zeros(2), ANY_NUMBERS)},
    "MeanFieldModel": {name: NETWORK[name] for name in ("phi", "activation", "eps", "m")},
    "MeanFieldModel.from_planar": {name: MAP[name] for name in ("c", "c_star", "eps")} | {"m": (2, NUMBER)},
    "MeanFieldModel.groups": {"a0": ([1.0, 2.0], OPTIONAL)},
    "MeanFieldModel.learnable": {"a0": ([1.0, 2.0], OPTIONAL)},
    "MeanFieldModel.overlap_system": {"counts": ([1.0, 1.0], NUMBER)},
    "MeanFieldModel.plateaus": {"a0": ([1.0, 2.0], OPTIONAL)},
    "MeanFieldModel.plot": {
        "a0": ([1.0, 2.0], OPTIONAL),
        "t_end": (1e-3, NUMBER),
        "layers": (("overlaps",), EMPTY),
        "panel": ("risk", NUMBER),
    },
    "MeanFieldModel.predicted_times": {"a0": ([1.0, 2.0], OPTIONAL)},
    "MeanFieldModel.stream": NEURONS,
    "MeanFieldModel.system": {"counts": ([1.0, 1.0], NUMBER)},
    "MeanFieldModel.sweep_eps": {
        "eps": ((0.5, 1.0), NUMBER),
        "seeds": ((0,), NUMBER),
        "law": ("normal", NUMBER),
        "scale": (1.0, NUMBER),
        "t_end": (1e-3, NUMBER),
        "rtol": (1e-6, NUMBER),
        "executor": (None, OPTIONAL),
    },
    "MeanFieldModel.trajectory": NEURONS,
    "MeanFieldTrajectory.learning_times": {"level": (0.5, NUMBER)},
    "MeanFieldTrajectory.resample": {"t": NEURONS["t"]},
    "EpsSweep.fit": {"degree": (1, NUMBER), "logarithm": (False, FLAG)},
    "PhaseMap.plot": {"quantity": ("fate", NUMBER), "legend": ("mine", TEXT)},
    "compare_networks": {name: NETWORK[name] for name in ("phi", "activation", "eps", "seed", "start")}
    | {
        "places": ([(2, 3, 4)], NUMBER),
        "runs": (1, NUMBER),
        "law": ("uniform", NUMBER),
        "scale": (1.0, NUMBER),
        "t_end": (1e-3, NUMBER),
        "most": (1e9, NUMBER),
    },
    "initial_weights": {
        "m": (2, NUMBER),
        "seed": (0, NUMBER),
        "law": ("uniform", NUMBER),
        "scale": (1.0, NUMBER),
    },
    "make_network": NETWORK | {"most": (1e9, NUMBER)},
    "simulate_network": NETWORK | {name: NEURONS[name] for name in ("t_end", "n", "t")},
    "LinearNetwork": WEIGHTS | LINEAR,
    "LinearNetwork.from_data": {name: WEIGHTS[name] for name in ("u0", "W0")}
    | {name: LINEAR[name] for name in ("gamma", "eta_u", "eta_w")}
    | {"X": ([[1.0], [2.0]], NUMBER), "targets": ([1.0, 2.0], NUMBER)},
    "LinearNetwork.random": LINEAR
    | {
        "d": (2, NUMBER),
        "d0": (1, NUMBER),
        "sigma_u": (1.0, NUMBER),
        "sigma_w": (1.0, NUMBER),
        "x": ([1.0], OPTIONAL),
        "seed": (0, NUMBER),
        "alignment": (0.5, NUMBER),
    },
    "LinearNetwork.plot": {"t_end": (1.0, OPTIONAL)},
    "LinearEnsemble": ENSEMBLE,
    "LinearEnsemble.network": {"seed": (0, NUMBER)},
    "LinearEnsemble.phase_diagram": {
        "x": (("gamma", 0.1, 1.0), NUMBER),
        "y": (("sigma_u", 0.1, 1.0), NUMBER),
        "n": ((2, 2), NUMBER),
        "seeds": ((0, 1), NUMBER),
    },
    "PhaseDiagram.plot": {"quantity": ("kernel", NUMBER)},
    "LinearNetwork.solution": {"t": ([0.0, 1.0], {"inf", "list with inf"})},
    "LinearNetwork.time_to": {"share": (0.5, NUMBER)},
    "LinearSolution.W": CHOSEN,
    "LinearSolution.p": CHOSEN,
    "LinearSolution.q": CHOSEN,
    "LinearSolution.u": CHOSEN,
    "LinearSolution.v": CHOSEN,
    "Exponents": dict.fromkeys(("gamma", "u", "w", "eta_u", "eta_w"), (-0.5, NUMBER)) | {"d": (1.0, NUMBER)},
    "Exponents.network": {
        "scale": (2.0, NUMBER),
        "seed": (0, NUMBER),
        "y": (1.0, NUMBER),
        "width": (1, NUMBER),
        "beta": (1.0, NUMBER),
    },
    "descent": {
        "networks": (network, NUMBER),
        "step": (0.01, NUMBER),
        "t_end": (0.1, NUMBER),
        "activation": ("linear", NUMBER),
        "n": (3, NUMBER),
        "t": ([0.0, 0.1], OPTIONAL),
    },
    "largest_faithful_step": {"network": (network, NUMBER), "tolerance": (0.5, NUMBER)},
    "measured_exponents": {
        "exponents": (exponents, NUMBER),
        "scales": ([1.0, 2.0], NUMBER),
        "seeds": ((0,), NUMBER),
        "y": (1.0, NUMBER),
        "width": (1, OPTIONAL),
    },
    "phase_diagram": {
        "x": (("gamma", 0.1, 1.0), NUMBER),
        "y": (("sigma_u", 0.1, 1.0), NUMBER),
        "n": ((2, 2), NUMBER),
        "seeds": ((0,), NUMBER),
        "d": (2, NUMBER),
    }
    | dict.fromkeys(("sigma_u", "sigma_w", "gamma", "eta_u", "eta_w", "target", "x_norm"), (1.0, NUMBER))
    | {"alignment": (0.5, NUMBER)},
    "scaling_phase": {"exponents": (exponents, NUMBER)},
    "switch_phase": {"exponents": (exponents, NUMBER)},
    "warm_up": {},
    # images
    "ImageNetwork": {
        "widths": ((2, 3), NUMBER),
        "sigma": (1.0, NUMBER),
        "rates": (0.1, NUMBER),
        "gamma": (1.0, NUMBER),
        "activation": ("relu", NUMBER),
        "last": (1.0, OPTIONAL),
    },
    "ImageNetwork.shapes": {"inputs": (2, NUMBER), "outputs": (2, NUMBER)},
    "ImageNetwork.weights": {"inputs": (2, NUMBER), "outputs": (2, NUMBER), "seed": (0, NUMBER)},
    "ImageSet.split": {"seed": (0, NUMBER), "test_share": (0.5, NUMBER), "most": (20, NUMBER)},
    "ImageSplit.task": {"name": ("halves", NUMBER)},
    "ImageTask": {
        "name": ("mine", TEXT),
        **{name: (lambda: np.ones((3, 2)), NUMBER) for name in ("x", "y", "x_test", "y_test")},
    },
    "ImageTask.hermite": {"degree": (2, NUMBER)},
    "ImageTraining": TRAINED,
    "ImageTraining.advance": {"until": (1, NUMBER), "seconds": (0.0, UNBOUNDED)},
    "ImageTraining.output": {"x": (lambda: np.ones((3, 2)), NUMBER)},
    "TrainingConfig": {
        "epochs": (2, NUMBER),
        "n": (2, NUMBER),
        "batch": (3, OPTIONAL),
        "loss": ("squared", NUMBER),
        "sphere": (False, FLAG),
        "centered": (False, FLAG),
        "dtype": ("float32", NUMBER),
    },
    "TrainingConfig.cost": dict.fromkeys(("size", "tests", "inputs", "outputs"), (2, NUMBER))
    | {"network": (image_network, NUMBER)},
    "TrainingConfig.work": {"task": (image_task, NUMBER), "network": (image_network, NUMBER)},
    "Setting": {
        "group": ("mine", TEXT),
        "value": (1.0, UNBOUNDED_BOTH),
        "network": (image_network, NUMBER),
        "task": ("halves", NUMBER),
    },
    "Sweep": {
        "experiment": ("mine", TEXT),
        "varied": ("mine", TEXT),
        "settings": (lambda: image_sweep().settings, NUMBER),
        "seeds": ((0,), NUMBER),
        "plan": (image_plan, NUMBER),
    },
    "Sweep.run": {"images": (image_split, NUMBER), "before": (None, OPTIONAL)},
    "Sweep.works": dict.fromkeys(("images", "tests", "inputs", "classes"), (2, NUMBER)),
    "initialization_sweep": SWEEP
    | {"scales": ((1.0,), NUMBER), "paths": (tuple(images.INITIALIZATION_PATHS)[:1], NUMBER), "width": (2, NUMBER)},
    "save_results": {
        "path": (io.BytesIO, TEXT),
        "kept": (lambda: images.SavedResults({"a": image_runs()}, "2020-01-01", {}, 0, {}), NUMBER),
    },
    "load_digits": {},
    "mean_and_spread": {"values": ([[1.0, 2.0], [3.0, 4.0]], {"3-d array"}), "axis": (1, NUMBER)},
    "missing_packages": {},
    "read_images": {"source": (file, NUMBER), "name": ("mine", TEXT)},
    "load_results": {"path": (None, NUMBER)},
    "scale_sweep": SWEEP
    | {
        "sigmas": ((1.0,), NUMBER),
        "depth": (2, NUMBER),
        "width": (2, NUMBER),
        "rate_max": (1.0, NUMBER),
        "loss": ("squared", NUMBER),
    },
    "stable_rate": {
        "network": (image_network, NUMBER),
        "rate": (0.1, NUMBER),
        "most": (1.0, NUMBER),
        "loss": ("squared", NUMBER),
    },
    "train_images": TRAINED,
    "unlearning_sweep": {name: SWEEP[name] for name in ("epochs", "seeds", "n")}
    | {"starts": ((1.0,), NUMBER), "tasks": (("halves",), NUMBER), "width": (2, NUMBER), "step": (0.1, NUMBER)},
    "width_sweep": SWEEP | {"widths": ((2,), NUMBER), "paths": (tuple(images.WIDTH_PATHS)[:1], NUMBER)},
}

# Records that the library fills with what it has computed, or that are read from a file: not checked again.
RECORDS = {
    *("PeakAlignment", "Asymptotics", "Attractor", "Axis", "Boundary", "Branch", "Claim", "CriticalCoefficient"),
    *("CriticalManifold", "DescentRecord", "EndsIn", "EpsSweep", "Equilibrium", "Explanation", "Exponent"),
    *("FiniteWidthTrajectory", "Fold", "Halt", "FoldJump", "Kernel", "FlowDeparture", "LimitPoint", "LinearSolution"),
    *("MeanFieldChunk", "MeanFieldStatistics", "MeanFieldTrajectory", "MeasuredExponents", "Mechanism", "NetworkState"),
    *(
        "FirstLayerDisplacement",
        "NetworkDistances",
        "OrbitPiece",
        "BackwardOrbit",
        "PhaseDiagram",
        "PhaseMap",
        "NetworkSize",
        "PowerFit",
    ),
    *(
        "PowerLaw",
        "NetworkRecord",
        "RunawayBranch",
        "ScalingPhase",
        "Separatrix",
        "SingleIndexTraining",
        "SingularOrbit",
    ),
    *(
        "Statistics",
        "ThresholdClaim",
        "ThresholdLimit",
        "TrainingRecord",
        "Trajectory",
        "TrajectoryChunk",
        "PhaseChange",
    ),
    *("ImageRecord", "ImageRuns", "ImageSet", "ImageSplit", "SavedResults"),
}

OWNERS = {
    "UnlearningModel": model,
    "FiniteWidth": lambda: model().finite_width(5.0),
    "Asymptotics": lambda: model().asymptotics(),
    "PhaseMap": lambda: dynamics.phase_map((1.0,), (1.0,), n=(2, 2)),
    "Axis": lambda: dynamics.Axis("a0", 0, 0.0, 1.0),
    "FiniteSizeCorrections": lambda: dynamics.FiniteSizeCorrections(model(), 4, 5, 6),
    "ThresholdLimit": lambda: dynamics.ThresholdLimit(1.0, 0.5, "fold", 1.0, 0.5, (dynamics.Fate(0), dynamics.Fate(1))),
    "SingleIndexTraining": training,
    "SphericalSGD": simulated,
    "Activation": lambda: dynamics.Activation.of((1.0, 2.0)),
    "MeanFieldModel": neurons,
    "MeanFieldTrajectory": lambda: neurons().trajectory(t_end=1e-3, n=2),
    "EpsSweep": sweep,
    "LinearNetwork": network,
    "LinearEnsemble": ensemble,
    "PhaseDiagram": lambda: ensemble().phase_diagram(n=(2, 2), seeds=(0,)),
    "MeasuredExponents": lambda: list(dynamics.measured_exponents(exponents(), (2.0, 3.0), (0,)))[-1],
    "LinearSolution": lambda: network().solution([0.0, 1.0]),
    "Exponents": exponents,
    "ImageNetwork": image_network,
    "ImageSet": lambda: images.read_images(file()),
    "ImageSplit": image_split,
    "ImageTask": image_task,
    "ImageTraining": image_training,
    "TrainingConfig": image_plan,
    "Sweep": image_sweep,
}


def parameters(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]


def public():
    """Name and parameters of every public function, constructor and method that has parameters."""
    found = {}
    for module in (dynamics, images):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                found[name] = parameters(value)
            elif inspect.isclass(value) and not issubclass(value, (Enum, BaseException)):
                if name not in RECORDS:
                    found[name] = parameters(value)
                for key, method in inspect.getmembers(value, lambda x: inspect.isfunction(x) or inspect.ismethod(x)):
                    if not key.startswith("_") and parameters(method):
                        found[f"{name}.{key}"] = parameters(method)
    return found


NAMES = {("Activation.of", "given"): "activation", ("read_images", "source"): "file"}  # in sentences
PAIRS = [(name, parameter) for name, its in TABLE.items() for parameter in its]


def call(name, changed):
    """What the callable returns for good values, some of them changed."""
    values = {
        key: good() if callable(good) else good for key, (good, _) in TABLE[name].items() if key not in changed
    } | changed
    owner, _, method = name.partition(".")
    if not method:
        return getattr(dynamics if hasattr(dynamics, owner) else images, owner)(**values)
    return getattr(OWNERS[owner](), method)(**values)


def check(name, parameter, value, accepted):
    """A bad value raises ValueError that names the parameter; what is accepted may do without."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        try:
            call(name, {parameter: value})
        except ValueError as error:
            sentence = str(error)
        else:
            assert accepted, f"{name} accepts {parameter} = {value!r}"
            return
    shown = f"c_{parameter}" if name == "Exponents" else NAMES.get((name, parameter), parameter)
    assert re.search(rf"(?<![a-z]){re.escape(shown)}(_\d+)?(?![a-z_])", sentence), f"{sentence} names no {shown}"
    assert len(sentence) < 500


def test_every_public_callable_and_parameter_is_in_the_table():
    found = public()
    assert {name: sorted(its) for name, its in TABLE.items()} == {name: sorted(its) for name, its in found.items()}
    assert {name for name in RECORDS if not hasattr(dynamics, name) and not hasattr(images, name)} == set()


@pytest.mark.parametrize("name", [name for name in TABLE if name not in ("warm_up", "load_results")])
def test_good_values_are_accepted(name):
    call(name, {})


@pytest.mark.parametrize(("name", "parameter"), PAIRS)
def test_a_bad_value_is_refused_by_name(name, parameter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a text is a path for some
    accepted = TABLE[name][parameter][1]
    for kind, make in BAD.items():
        check(name, parameter, make(), kind in accepted)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [pair for pair in PAIRS if type(TABLE[pair[0]][pair[1]][0]) in (int, float)],
)
def test_numpy_numbers_are_numbers(name, parameter):
    good = TABLE[name][parameter][0]
    for value in (
        np.float64(good),
        np.array(good),
        *([np.int64(good)] if isinstance(good, int) else [np.float32(good)]),
    ):
        call(name, {parameter: value})


JUNK = st.recursive(
    st.none() | st.text() | st.binary() | st.complex_numbers() | st.just(nan) | st.builds(object) | st.dates(),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=2)
        | st.tuples(st.floats(0.1, 1.0), inner)
        | st.builds(lambda x: np.array([x, 1.0], dtype=object), inner)
    ),
    max_leaves=4,
)


@settings(max_examples=600)
@given(st.sampled_from(PAIRS), JUNK)
@example(("UnlearningModel", "c"), [1.0, [2.0, None]])
def test_what_is_no_number_is_refused_by_name(pair, value):
    if pair == ("save_results", "path"):
        return  # texts would be files
    accepted = TABLE[pair[0]][pair[1]][1]
    simple = (value is None and "None" in accepted) or (isinstance(value, str) and "text" in accepted)
    any_number = accepted & {"nan", "list with nan", "inf"} and not _has_other(value)
    check(*pair, value, simple or bool(any_number))


def _has_other(value):
    """Whether nested lists hold anything but numbers."""
    if isinstance(value, (list, tuple)):
        return any(map(_has_other, value))
    return not isinstance(value, float)


# --- relations between parameters, and computed values ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changed", "sentence"),
    [
        ("UnlearningModel", {"eps": "2"}, "eps must be a number between 1e-06 and 10, not '2'"),
        ("UnlearningModel", {"c": (1, "2")}, "c_2 must be a number between -100 and 100, not '2'"),
        ("UnlearningModel", {"c": (1,) * 11}, "c must be a sequence of 1 to 10 numbers, not of 11"),
        ("UnlearningModel.explain", {"thresholds": [[1.0]]}, "thresholds must be an array"),
        ("UnlearningModel.explain", {"trajectory": run, "a0": 2.0}, "trajectory must be the one of this model"),
        ("UnlearningModel.loss", {"R": [0.1, 0.2], "a": [1.0, 2.0, 3.0]}, r"R \(2,\) and a \(3,\)"),
        ("UnlearningModel.trajectory", {"tau": [0.0, 1e-21]}, "tau must end at 0 or between 1e-20 and 1e"),
        ("phase_map", {"tau_end": nan, "quantities": ("fate",)}, "tau_end must be a number"),
        ("phase_map", {"quantities": {"R": 1}}, "quantities must be a sequence of 0 to 6 names"),
        ("train_single_index", {"gamma": 1e-9, "m": 10_000}, "gamma must be a number between 1e-08 and"),
        ("MeanFieldModel.from_planar", {"c": (0.0, 1e6)}, r"c_2 must be a number between -707107 and 707107"),
        (
            "MeanFieldModel.sweep_eps",
            {"law": "normal", "scale": 500.0},
            "scale must be a number between -100 and 100",
        ),
        ("Exponents.network", {"scale": 1e12}, "scale must be a number between 1 and 1e.06"),
        ("LinearNetwork.random", {"sigma_u": 1e10}, "sigma_u must be a number between 0 and 1.11111e"),
        (
            "initialization_sweep",
            {"scales": (1e6,), "paths": tuple(images.INITIALIZATION_PATHS)},
            "scales and rate must give a network, not 1e.06",
        ),
        ("width_sweep", {"rate": 1e12}, "widths and rate must give a network, not 2 and 1e.12"),
        ("stable_rate", {"network": lambda: images.ImageNetwork((2,), (1.0, 2.0))}, "network must have one sigma"),
        ("load_results", {"path": __file__}, "path must be a file of kept results"),
        ("load_results", {"path": "/nowhere"}, "cannot be read"),
    ],
)
def test_the_sentence_names_what_is_allowed(name, changed, sentence):
    changed = {key: value() if callable(value) else value for key, value in changed.items()}
    with pytest.raises(ValueError, match=sentence):
        call(name, changed)


def test_a_computed_value_is_not_refused_as_if_it_were_an_argument():
    """Each of these has arguments in range, from which the library computes values for a checked call of its own."""
    longest = dynamics.train_single_index(
        2, 3, 4, None, (1.0,), (1.0,), 1.0, 1e-3, n=SAMPLES_MAX, mode="population", start="orthonormal"
    )
    assert len(longest.law.tau) == SAMPLES_MAX + 1
    at_start = dynamics.train_single_index(2, 3, 4, None, (1.0,), (1.0,), 1.0, 1e-3, tau=[0.0])
    assert [record.tau for record in at_start] == [0.0]
    early = model().trajectory(1.0, 0.5, tau=[0.0, 1e-25, 2e-25, 1.0])
    assert model().explain(1.0, 0.5, early).claims
    widest = neurons().sweep_eps((1.0,), tuple(range(20)), "normal", 100.0, t_end=1e-6)
    assert len(list(widest)) == 20
    corner = dynamics.LinearNetwork.from_data([[1e10, -1e10]] * 3, [1e10] * 3, [1.0], [[1.0, 1.0]])
    assert np.abs(corner.x).max() <= 1e10
    for d in range(1, 40):
        dynamics.LinearNetwork.from_data([[1e10] * d] * 3, [1e10] * 3, [1.0], [[1.0] * d])


# --- read-only arrays ------------------------------------------------------------------------------------------------


def arrays(value, path=()):
    """The arrays of an object and of the objects it consists of, by their path."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from arrays(item, (*path, i))
    elif isinstance(value, Result):
        for name, item in vars(value).items():
            yield from arrays(item, (*path, name))


def results():
    trajectory, finite = model().trajectory(3.0, n=20), model().finite_width(5.0).trajectory(3.0, n=5, tau_end=1.0)
    trajectory.kernel, trajectory.movement  # noqa: B018  # cached in it
    yield from (trajectory, finite, *model().stream((1.0,), n=2, tau_end=1.0, chunk=1))
    yield from (model(), neurons(), network(), network().solution([0.0, 1.0]), dynamics.Activation.of("tanh"))
    yield from (model().critical_manifold(10), model().backward_orbit(1.0, 0.1), model().singular_orbit(1.0, 0.1))
    yield from model().separatrices(5.0)
    yield call("phase_map", {"quantities": ("fate", "R_inf", "boundary")})
    yield from (neurons().trajectory(t_end=1e-3), next(neurons().stream(t_end=1e-3)), sweep())
    yield from (simulated().measure(), training().measure(), next(dynamics.descent(network(), 0.1, 1.0)))
    yield from (call("phase_diagram", {}), next(dynamics.measured_exponents(exponents(), (1.0, 2.0), (0,))))
    yield from (image_split(), image_task(), image_runs(), next(images.train_images(image_task(), image_network())))


def test_read_only_arrays_stay_so_in_copies_and_after_pickling():
    frozen = 0
    for result in results():
        before = dict(arrays(result))
        for again in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
            after = dict(arrays(again))
            assert {path: array.flags.writeable for path, array in after.items()} == {
                path: array.flags.writeable for path, array in before.items()
            }
            assert all(
                np.array_equal(after[path], array, equal_nan=array.dtype.kind == "f") for path, array in before.items()
            )
        frozen += sum(not array.flags.writeable for array in before.values())
    assert frozen > 50
    with pytest.raises(ValueError, match="read-only"):
        pickle.loads(pickle.dumps(model().trajectory(1.0, n=2))).R[0] = 1.0


def test_every_class_with_arrays_keeps_their_protection():
    for module in (dynamics, images):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) and is_dataclass(value):
                holds = any("Array" in str(one.type) for one in fields(value))
                assert not holds or issubclass(value, Result), name


def test_an_executor_is_accepted():
    with ThreadPoolExecutor(1) as executor:
        assert call("phase_map", {"executor": executor}).fate.shape == (2, 2)
