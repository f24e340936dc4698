"""Records of training as arrays, in which runs are compared with laws, drawn and stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from dynamics.simulation.run_groups import has_representative_mean
from dynamics.simulation.single_index import SingleIndexTraining, TrainingRecord
from dynamics.typing import FloatArray

Columns = Mapping[str, FloatArray]
NAMES = ("R", "a", "loss", "Q")
SINGLE = ("R_single", "a_single")


@dataclass(frozen=True, eq=False)
class TrainingHistory:
    """Records at times ``tau`` (n,).

    ``seeds``: R, a, loss and Q of each run (n, seeds); ``single``: R_i and a_i of some neurons (n, neurons);
    ``references``: the same four quantities (n,) of other ways to learn, by mode. Of the last record: ``neurons``: R_i
    and a_i of all neurons (seeds, m), or (seeds, 1) if they are alike; steps, samples, and why the runs ended early, if
    they did.
    """

    tau: FloatArray
    seeds: Columns
    single: Columns
    references: Mapping[str, Columns] = field(default_factory=dict)
    neurons: Columns = field(default_factory=dict)
    steps: int = 0
    samples: int = 0
    halted: str = ""

    @classmethod
    def of(cls, records: Sequence[TrainingRecord], references: Mapping[str, Sequence[TrainingRecord | None]]) -> Self:
        """Create a history from at least one record; ``references`` has a record of each other mode, or None after its
        end.
        """
        last = records[-1]
        return cls(
            tau=np.array([record.tau for record in records]),
            seeds={name: np.array([getattr(record, f"{name}_seeds") for record in records]) for name in NAMES},
            single={name: np.array([getattr(record, name) for record in records]) for name in SINGLE},
            references={
                mode: {name: np.array([getattr(one, name, np.nan) for one in others]) for name in NAMES}
                for mode, others in references.items()
            },
            neurons={"R": last.R_each, "a": last.a_each},
            steps=last.steps,
            samples=last.samples,
            halted=last.halted,
        )

    @classmethod
    def trained(cls, training: SingleIndexTraining, references: Mapping[str, SingleIndexTraining]) -> Self:
        """Train the networks, and other ways to learn by mode, to the end."""
        records = list(training)
        return cls.of(records, {mode: [next(other, None) for _ in records] for mode, other in references.items()})

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Concatenate parts."""
        parts = list(parts)
        last = parts[-1]

        def concatenated(columns: Sequence[Columns]) -> Columns:
            return {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}

        return cls(
            np.concatenate([part.tau for part in parts]),
            concatenated([part.seeds for part in parts]),
            concatenated([part.single for part in parts]),
            {mode: concatenated([part.references[mode] for part in parts]) for mode in last.references},
            last.neurons,
            last.steps,
            last.samples,
            last.halted,
        )

    def mean(self, name: str) -> FloatArray:
        """Return the mean over the runs, (n,)."""
        return np.asarray(self.seeds[name].mean(axis=1))

    def representative_mean(self, name: str) -> FloatArray:
        """Return the mean over the runs if one of them is near it, (n,); nan otherwise."""
        representative = has_representative_mean(self.seeds[name], axis=1)
        return np.where(representative, self.mean(name), np.nan)

    def spread(self, name: str) -> FloatArray:
        """Return the standard deviation between the runs, (n,); nan for a single run."""
        each = self.seeds[name]
        return each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.full(len(each), np.nan)

    def standard_error(self, name: str) -> FloatArray:
        """Return the standard error of the mean, (n,); 0 for a single run."""
        each = self.seeds[name]
        count = each.shape[1]
        return each.std(axis=1, ddof=1) / np.sqrt(count) if count > 1 else np.zeros(len(each))

    def arrays(self) -> dict[str, FloatArray]:
        """Return all data as arrays by name, for ``numpy.savez``."""
        groups: dict[str, Columns] = {"seeds": self.seeds, "single": self.single, "neurons": self.neurons}
        groups |= {f"beside {mode}": columns for mode, columns in self.references.items()}
        arrays_by_name = {
            f"{group}/{name}": values for group, columns in groups.items() for name, values in columns.items()
        }
        arrays_by_name |= {
            "tau": self.tau,
            "counts": np.array([self.steps, self.samples]),
            "halted": np.array(self.halted),
        }
        return arrays_by_name

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """Create a history from such arrays; others are ignored."""
        groups: dict[str, dict[str, FloatArray]] = {}
        for key in arrays:
            group, slash, name = key.partition("/")
            if slash:
                groups.setdefault(group, {})[name] = np.asarray(arrays[key], float)
        references = {
            group.removeprefix("beside "): columns for group, columns in groups.items() if group[:6] == "beside"
        }
        steps, samples = np.asarray(arrays["counts"]).tolist()
        return cls(
            np.asarray(arrays["tau"], float), groups["seeds"], groups["single"], references, groups.get("neurons", {}),
            steps, samples, str(arrays["halted"]),
        )  # fmt: skip
