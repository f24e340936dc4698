"""What was seen of networks that learn: their records as arrays, in which runs are streamed, interrupted and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from components.core.network_groups import has_representative_mean
from components.core.view import Columns
from dynamics.simulation.single_index import TrainingRecord

NAMES = ("R", "a", "loss", "Q")
SINGLE = ("R_single", "a_single")


@dataclass(frozen=True, eq=False)
class TrainingHistory:
    """Records at times ``tau`` (n,): ``seeds``, of R, a, loss and Q what each run has (n, seeds); ``single``, of some
    neurons R_i and a_i (n, neurons); ``beside``, the same four (n,) of other ways to learn, by their mode. Of the last
    record: ``neurons``, R_i and a_i of all neurons (seeds, m), or (seeds, 1) where they are alike; steps, samples seen,
    and why the runs ended before their time, if they did."""

    tau: np.ndarray
    seeds: Columns
    single: Columns
    beside: Mapping[str, Columns] = field(default_factory=dict)
    neurons: Columns = field(default_factory=dict)
    steps: int = 0
    samples: int = 0
    halted: str = ""

    @classmethod
    def of(cls, records: Sequence[TrainingRecord], beside: Mapping[str, Sequence[TrainingRecord | None]]) -> Self:
        """At least one record; beside each the one of another mode, or none where it has ended."""
        last = records[-1]
        return cls(
            tau=np.array([record.tau for record in records]),
            seeds={name: np.array([getattr(record, f"{name}_seeds") for record in records]) for name in NAMES},
            single={name: np.array([getattr(record, name) for record in records]) for name in SINGLE},
            beside={
                mode: {name: np.array([getattr(one, name, np.nan) for one in others]) for name in NAMES}
                for mode, others in beside.items()
            },
            neurons={"R": last.R_each, "a": last.a_each},
            steps=last.steps,
            samples=last.samples,
            halted=last.halted,
        )

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Parts one after the other."""
        parts = list(parts)
        last = parts[-1]

        def whole(columns: Sequence[Columns]) -> Columns:
            return {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}

        return cls(
            np.concatenate([part.tau for part in parts]),
            whole([part.seeds for part in parts]),
            whole([part.single for part in parts]),
            {mode: whole([part.beside[mode] for part in parts]) for mode in last.beside},
            last.neurons,
            last.steps,
            last.samples,
            last.halted,
        )

    def mean(self, name: str) -> np.ndarray:
        """The mean over the runs, (n,)."""
        return self.seeds[name].mean(axis=1)

    def drawn(self, name: str) -> np.ndarray:
        """The mean over the runs where one of them is near it, (n,); nan where none is."""
        near = has_representative_mean(self.seeds[name], axis=1)
        return np.where(near, self.mean(name), np.nan)

    def spread(self, name: str) -> np.ndarray:
        """The standard deviation between the runs, (n,); nan for a single run, which has none."""
        each = self.seeds[name]
        return each.std(axis=1, ddof=1) if each.shape[1] > 1 else np.full(len(each), np.nan)

    def standard_error(self, name: str) -> np.ndarray:
        """Of that mean, (n,); 0 for a single run, which says nothing of it."""
        each = self.seeds[name]
        count = each.shape[1]
        return each.std(axis=1, ddof=1) / np.sqrt(count) if count > 1 else np.zeros(len(each))

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it as arrays by name, which ``numpy.savez`` keeps as they are."""
        groups: dict[str, Columns] = {"seeds": self.seeds, "single": self.single, "neurons": self.neurons}
        groups |= {f"beside {mode}": columns for mode, columns in self.beside.items()}
        kept = {f"{group}/{name}": values for group, columns in groups.items() for name, values in columns.items()}
        kept |= {"tau": self.tau, "counts": np.array([self.steps, self.samples]), "halted": np.array(self.halted)}
        return kept

    @classmethod
    def of_arrays(cls, kept: Mapping[str, Any]) -> Self:
        """A course from such arrays; others beside them are left alone."""
        groups: dict[str, dict[str, np.ndarray]] = {}
        for key in kept:
            group, slash, name = key.partition("/")
            if slash:
                groups.setdefault(group, {})[name] = np.asarray(kept[key], float)
        beside = {group.removeprefix("beside "): columns for group, columns in groups.items() if group[:6] == "beside"}
        steps, samples = np.asarray(kept["counts"]).tolist()
        return cls(
            np.asarray(kept["tau"], float), groups["seeds"], groups["single"], beside, groups.get("neurons", {}),
            steps, samples, str(kept["halted"]),
        )  # fmt: skip
