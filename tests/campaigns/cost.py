"""What states are charged against the CPU time that they take, over random and extreme states.

    python -m tests.campaigns.cost [--views unlearning,lab] [--kinds stream,csv,json,py] [--states 1000] [--skip 0]
                                   [--seed 1]

CPU time is that of the whole process, its threads and children. What is charged at first is an estimate, which is
doubled while the work goes on. For each view and kind is printed: the largest ratio of CPU time to the charge in the
end, and to the estimate; the longest CPU time between two checkpoints or lines; and the links. Estimate and gap are
compared with CPU time divided by how much slower the machine is at present than the one on which the estimates were
measured, by a fixed computation that is repeated all along. With --skip the first states are drawn, but not measured: a
campaign can be run in parts. Exits with 1 if the CPU time is more than twice the charge,
or a gap is above 0.25 s. Ctrl-C ends a view and kind with a report of its states so far.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import numpy as np

from components.core.metering import Meter, charged
from components.core.state import InvalidLink
from components.core.view import View
from components.export.files import export
from components.operations.cost_limit import parse_affordable
from components.server.compute_quota import Charge
from components.server.stream import encode_chunks
from components.views.registry import VIEWS
from dynamics import UnlearningModel, warm_up
from dynamics.interruption import Interrupted
from tests.fuzz import value

KINDS = ("stream", "csv", "json", "py")
RATIO, GAP = 2.0, 0.25  # at most
REFERENCE_SECONDS = 0.0105  # of `reference` where the charges were measured
EVERY = 10  # states between two measurements of the machine


def spent() -> float:
    """CPU seconds of this process, its threads, and its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def reference() -> float:
    """How many times slower than the reference the machine is at present; the least of three."""
    model = UnlearningModel((1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0))
    taken = []
    for _ in range(3):
        began = spent()
        for a0 in np.linspace(1.0, 12.0, 40):
            model.trajectory(float(a0), tau_end=1e4)
        taken.append(spent() - began)
    return min(taken) / REFERENCE_SECONDS


def link(random: Random, view: View) -> str:
    """A query with each parameter as it is by default, at random within its bounds, or on one of them."""
    chance = random.choice((0.1, 0.3, 1.0))
    terms = [f"{p.key}={value(random, p, 0.0)}" for p in view.State.parameters().values() if random.random() < chance]
    return "&".join([f"v={view.State.VERSION}", *terms])


@dataclass
class Measurement:
    """One computation: CPU seconds, what it was charged in the end; on the reference machine the ratio of CPU time to
    the estimate, and the longest gap; whether it was interrupted at the limit."""

    query: str
    seconds: float
    charged: float
    estimated: float
    gap: float
    interrupted: bool

    @property
    def ratio(self) -> float:
        return self.seconds / self.charged


@dataclass
class Watch:
    """Notes the CPU time at each checkpoint and line."""

    began: float = field(default_factory=spent)
    gap: float = 0.0

    def __post_init__(self) -> None:
        self.last = self.began

    def look(self) -> bool:
        """Note the time; False, for the computation is not to stop."""
        now = spent()
        self.gap, self.last = max(self.gap, now - self.last), now
        return False


def measure(view: View, query: str, kind: str, slowness: float) -> Measurement | None:
    """The measurement of a state; None where it is refused."""
    try:
        state = parse_affordable(view, query)
        estimate = view.seconds(state) if kind == "stream" else view.export_seconds(state, kind)
    except InvalidLink:
        return None
    charge, meter = Charge(lambda more: None, estimate), Meter()
    watch, interrupted = Watch(), False
    try:
        if kind == "stream":
            lines, line = encode_chunks(view, state), b""
            while line is not None:
                with charged(meter, charge, watch.look):
                    line = next(lines, None)
                watch.look()
        else:
            with charged(meter, charge, watch.look):
                export(view, state, kind, "http://127.0.0.1")
    except Interrupted:
        interrupted = True
    except InvalidLink:
        return None
    except Exception as error:
        error.add_note(f"{view.name} {kind}: {query}")
        raise
    watch.look()
    seconds = spent() - watch.began
    return Measurement(query, seconds, charge.seconds, seconds / slowness / estimate, watch.gap / slowness, interrupted)


def affordable_links(view: View, states: int, seed: int) -> Iterator[str]:
    """Yield `states` random queries that are not refused, or fewer if nearly all are."""
    random, found = Random(f"{seed} {view.name}"), 0
    for _ in range(10 * states):
        query = link(random, view)
        try:
            parse_affordable(view, query)
        except InvalidLink:
            continue
        yield query
        found += 1
        if found == states:
            return


def campaign(view: View, kind: str, states: int, skip: int, seed: int) -> list[Measurement]:
    """Measurements of the first `states` random states that are not refused, without the first `skip` of them."""
    found: list[Measurement] = []
    slowness = reference()
    try:
        for number, query in enumerate(affordable_links(view, states, seed)):
            if number < skip:
                continue
            if number % EVERY == 0:
                slowness = reference()
            one = measure(view, query, kind, slowness)
            found += [one] if one else []
    except (KeyboardInterrupt, SystemError) as error:
        # compiled code makes a SystemError of what interrupts it
        if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        print(f"{view.name} {kind} is interrupted", flush=True)
    return found


def report(name: str, found: list[Measurement]) -> bool:
    """Print the figures of a view and kind; whether they are within bounds."""
    if not found:
        print(f"{name}: no state is computed", flush=True)
        return True
    worst, longest = max(found, key=lambda one: one.ratio), max(found, key=lambda one: one.gap)
    least = max(found, key=lambda one: one.estimated)
    low = sum(one.estimated > RATIO for one in found)
    median = np.median([one.estimated for one in found])
    print(
        f"{name}: {len(found)} states; CPU over charge at most {worst.ratio:.2f} ({worst.seconds:.2f} s), "
        f"over estimate: median {median:.2f}, largest {least.estimated:.2f} ({least.seconds:.2f} s), "
        f"{low} above {RATIO:g}; "
        f"longest gap {longest.gap:.2f} s; {sum(one.interrupted for one in found)} reach the limit",
        flush=True,
    )
    for what, one, shown in (
        ("charge", worst, worst.ratio > RATIO),
        ("estimate", least, low > 0),
        ("gap", longest, longest.gap > GAP),
    ):
        if shown:
            print(f"  {what}: {one.query}", flush=True)
    return worst.ratio <= RATIO and longest.gap <= GAP


def main() -> int:
    """Measure and print; 1 where a charge or a gap is out of bounds."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.cost")
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    good = True
    warm_up()
    for name in given.views.split(","):
        view = VIEWS[name]
        for kind in given.kinds.split(","):
            good &= report(f"{name} {kind}", campaign(view, kind, given.states, given.skip, given.seed))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
