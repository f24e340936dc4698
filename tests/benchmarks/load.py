"""A hall of hands on the documented server: `python -m tests.benchmarks.load [--soak] [--clients 60] [--seed 1]`.

The hall: 60 clients behind one address come within ten seconds, load the page over six new connections each, and ask
for the picture of one link; then they drag for a minute, each from there on its own way. No request may fail, none be
refused; 95 % of first pictures are whole within 2 s, and 95 % of redraws within 400 ms.

--soak: 20 clients for 15 minutes, each with an address of its own (the server trusts one proxy). Memory may grow by
20 MB over the last ten minutes at most, by a line through the samples and by the mean of 30 seconds.

A client drags for some seconds: every 80 to 120 ms another place of a slider (which has the page's own steps), asked
for when the one before is answered or, one time in ten, given up in mid-stream by closing the connection, as the page
does: the picture alone; now and then (twice a second, less often where pictures take long) and in the end with all that
is said of it. Then it rests, and takes another slider; in a soak it now and then takes a preset and drags on from
there, and now and then loads the page again. Each act is drawn from --seed; how many acts fit into the time is the
server's doing. What is not given up must be status 200 and whole. All clients are coroutines of one process, and how
late that process itself is, is printed.

"Answered in" is a client's time from asking, a new connection included, to the last byte: the server's own time and
all waiting for it. Memory is sampled every 5 seconds and summed over gunicorn's master and workers: PSS, and of it the
server's own (anonymous) part. That part is judged, for what files count depends on which neighbors share them.

MAX_REQUESTS replaces workers all the time; --no-recycling leaves it away, to see what one worker keeps.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import signal
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

import brotli
import orjson

from components.views.unlearning.state import EPS, START, UnlearningState
from components.views.unlearning.view import UnlearningView
from tests.benchmarks.server import serving

PERIOD = (0.08, 0.12)  # seconds from one value of a drag to the next
DRAG, REST = (3.0, 6.0), (1.0, 3.0)  # seconds
ABANDONED, SEEN = 0.1, 20_000  # of a drag's streams these are given up, within so many bytes of some 24 000
PRESET, PAGE = 0.25, 0.08  # chances after a drag of a soak
SLIDERS = {"c_star 2": 0.05, "c_star 4": 0.05, "eps": 0.05, "a": 0.1}  # and their steps, of eps in decades
SOFT = (-3.0, 3.0)  # a coefficient's slider
WORDS = 0.5, 20  # between two that are asked for with what is said of them: seconds, and times what one takes
CONNECTIONS = 6  # that a browser opens to one host
PATIENCE, BREATH, GRACE = 30.0, 0.5, 60.0  # seconds: for one answer, after an error, for the last answers
MOST_MINUTES, MOST_CLIENTS = 60.0, 100

ARRIVE = 10.0  # seconds in which a hall comes
FIRST, ANSWERED = 2000.0, 400.0  # ms, of 95 % of all first pictures and redraws of a hall
GROWTH, JUDGED = 20.0, 10.0  # MB, over the last so many minutes of a soak
SAMPLE, WINDOW, SETTLED = 5.0, 30.0, 15.0  # seconds: between samples, of a mean, until a new worker has all it needs
LONG, BEAT = 120.0, 0.05  # seconds: a life that is shown by itself, between looks at the generator's own lateness
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Tally:
    """What all clients met."""

    requests: int = 0
    abandoned: int = 0
    retried: int = 0
    waits: int = 0
    received: int = 0  # bytes
    complete: int = 0  # clients
    files: int = 0  # that a whole page names
    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # ms, by kind
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def error(self, reason: str, path: str) -> None:
        """Counts an error; the first request of its kind is an example."""
        self.errors[reason] += 1
        self.examples.setdefault(reason, path)


class Answer(NamedTuple):
    """A whole response."""

    status: int
    body: bytes


class Gone(ConnectionError):
    """A connection that was closed before it answered."""


class Line:
    """One kept-alive connection, opened when it is needed."""

    def __init__(self, host: str, tally: Tally, address: str = "") -> None:
        self.host, self.tally = host, tally
        self.forwarded = f"X-Forwarded-For: {address}\r\n" if address else ""
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, seen: float) -> Answer | None:
        """The answer; None where it was given up after `seen` bytes of its body."""
        kept = self.ends is not None
        try:
            return await self._exchange(path, seen)
        except Gone:
            self.close()
            if not kept:
                raise
        self.tally.retried += 1  # closed while nobody asked: browsers ask again, too
        return await self._exchange(path, seen)

    def close(self) -> None:
        """Closes it, whatever may still come."""
        if self.ends:
            self.ends[1].close()
        self.ends = None

    async def _exchange(self, path: str, seen: float) -> Answer | None:
        if self.ends is None:
            name, port = self.host.split(":")
            self.ends = await asyncio.open_connection(name, int(port), limit=1 << 20)
        reader, writer = self.ends
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: br\r\n{self.forwarded}\r\n".encode()
        )
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as cut:
            raise ConnectionError("cut off in its head") if cut.partial else Gone("closed without an answer") from None
        except (ConnectionResetError, BrokenPipeError):
            raise Gone("reset without an answer") from None
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status, body = int(first.split()[1]), bytearray()
        async for piece in pieces(reader, headers):
            body += piece
            if len(body) >= seen and status == 200:
                self.close()
                return None
        self.tally.received += len(head) + len(body)
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, brotli.decompress(body) if headers.get("content-encoding") == "br" else bytes(body))


async def pieces(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """A body, chunk by chunk or by its length."""
    try:
        if headers.get("transfer-encoding") != "chunked":
            yield await reader.readexactly(int(headers["content-length"]))
            return
        while size := int(await reader.readuntil(b"\r\n"), 16):
            yield (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    except asyncio.IncompleteReadError:
        raise ConnectionError("cut off in its body") from None


def stream_fault(body: bytes) -> str:
    """Why a stream is no whole picture; empty where it is one."""
    try:
        chunks = [orjson.loads(line) for line in body.splitlines()]
    except orjson.JSONDecodeError:
        return "a line is not JSON"
    kinds = Counter(chunk["kind"] for chunk in chunks)
    if not chunks or chunks[-1]["kind"] != "end":
        return f"ends with {chunks[-1]['kind'] if chunks else 'nothing'}"
    runs = sum(chunk["runs"] for chunk in chunks if chunk["kind"] == "start")
    trajectories = kinds["trajectory"] + kinds["draft_trajectory"]
    if not runs or trajectories != runs or kinds["start"] != 1:
        return f"{trajectories} runs of {runs} begun"
    last = {chunk["index"]: chunk["last"] for chunk in chunks if chunk["kind"] == "trace"}
    return "" if len(last) == runs and all(last.values()) else "a run has no end"


def file_fault(body: bytes) -> str:
    """Why a file is none."""
    return "" if body else "empty"


def files(page: bytes) -> list[str]:
    """What the page names."""
    return re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())


def moved(state: UnlearningState, slider: str, place: float) -> UnlearningState:
    """The state with a slider at a place from 0 to 1."""

    def across(bounds: tuple[float, float]) -> float:
        value = bounds[0] + place * (bounds[1] - bounds[0])
        return round(value / SLIDERS[slider]) * SLIDERS[slider]

    if slider == "eps":
        return state.model_copy(update={"eps": 10 ** across((math.log10(EPS[0]), math.log10(EPS[1])))})
    name, index, bounds = ("a", state.chosen, START) if slider == "a" else ("c_star", int(slider[-1]) - 1, SOFT)
    values = list(getattr(state, name))
    values[index] = across(bounds)
    return state.model_copy(update={name: tuple(values)})


class Hand:
    """One client."""

    def __init__(self, host: str, number: int, asked: argparse.Namespace, end: float, tally: Tally) -> None:
        self.host, self.name, self.end, self.tally = host, f"{asked.seed} {number}", end, tally
        self.soak = asked.soak
        self.address = f"192.0.2.{number + 1}" if asked.soak else ""
        self.line = Line(host, tally, self.address)

    async def live(self) -> None:
        """From its arrival to the end of the run."""
        await self.rest(Random(self.name).uniform(0, ARRIVE))
        await self.page()
        shown, act = UnlearningState(), 0
        await self.stream("first", shown)
        while time.monotonic() < self.end:
            random = Random(f"{self.name} {act}")  # so no act depends on how long the one before took
            rest, chance, page = random.uniform(*REST), random.random(), random.random()
            shown = await self.drag(random, shown)
            if self.soak and chance < PRESET:
                shown = UnlearningView.presets[int(chance / PRESET * len(UnlearningView.presets))].state
                await self.stream("preset", shown)
            if self.soak and page < PAGE:
                await self.page()
            await self.rest(rest)
            act += 1
        self.line.close()
        self.tally.complete += 1

    async def rest(self, seconds: float) -> None:
        """Does nothing, but not beyond the end."""
        await asyncio.sleep(max(0.0, min(seconds, self.end - time.monotonic())))

    async def drag(self, random: Random, shown: UnlearningState) -> UnlearningState:
        """One slider to and fro, from what is shown; what is shown then."""
        slider, phase, speed = random.choice([*SLIDERS]), random.uniform(0, math.tau), random.uniform(0.05, 0.25)
        end, step, worded = min(self.end, time.monotonic() + random.uniform(*DRAG)), 0, -math.inf
        took = 0.0
        while (asked := time.monotonic()) < end:
            place = 0.5 + 0.49 * math.sin(phase + speed * step) + random.uniform(-0.01, 0.01)
            shown = moved(shown, slider, place)
            period, given_up, seen = random.uniform(*PERIOD), random.random() < ABANDONED, random.uniform(0, SEEN)
            alone = asked < worded + max(WORDS[0], WORDS[1] * took)
            worded = worded if alone else asked
            await self.stream("redraw", shown, seen if given_up else math.inf, alone, draft=step > 0)
            took = time.monotonic() - asked
            await self.rest(asked + period - time.monotonic())
            step += 1
        await self.stream("redraw", shown)
        return shown

    async def stream(
        self, kind: str, state: UnlearningState, seen: float = math.inf, alone: bool = False, draft: bool = False
    ) -> None:
        """A picture, or the beginning of one."""
        path = f"/stream/unlearning?{'draft=832x640&' if draft else ''}{'text=0&' if alone else ''}{state.key()}"
        body = await self.ask(self.line, kind, path, stream_fault, seen)
        self.tally.waits += body is not None and body.startswith(b'{"kind":"waiting"')

    async def page(self) -> None:
        """The page, everything that it names and Dash's layout, as a browser without a cache loads them."""
        lines = [Line(self.host, self.tally, self.address) for _ in range(CONNECTIONS)]
        begun = time.perf_counter()
        page = await self.ask(lines[0], "file", "/", self.page_fault)
        paths = iter([*files(page or b""), "/_dash-layout", "/_dash-dependencies"])

        async def load(line: Line) -> bool:
            return all([await self.ask(line, "file", path, file_fault) is not None for path in paths])

        if all(await asyncio.gather(*map(load, lines))) and page:
            self.tally.times["page"].append(1e3 * (time.perf_counter() - begun))
        for line in lines:
            line.close()

    def page_fault(self, body: bytes) -> str:
        """Why a page is not whole."""
        named = len(files(body))
        return "" if named == self.tally.files else f"names {named} files of {self.tally.files}"

    async def ask(
        self, line: Line, kind: str, path: str, fault: Callable[[bytes], str], seen: float = math.inf
    ) -> bytes | None:
        """A body, timed and judged; None where it was given up or is wrong."""
        self.tally.requests += 1
        begun, answer, reason = time.perf_counter(), None, ""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await line.get(path, seen)
        except TimeoutError:
            reason = f"no answer in {PATIENCE:g} s"
        except (OSError, ValueError, KeyError, asyncio.LimitOverrunError, brotli.error) as failure:
            reason = f"{type(failure).__name__}, {failure}"
        taken = 1e3 * (time.perf_counter() - begun)
        if answer:
            reason = fault(answer.body) if answer.status == 200 else f"status {answer.status}"
        if reason:
            self.tally.error(f"{kind}: {reason}", path)
            line.close()
            await asyncio.sleep(BREATH)
        elif answer:
            self.tally.times[kind].append(taken)
            return answer.body
        else:
            self.tally.abandoned += 1
        return None


class Sample(NamedTuple):
    """The server's memory at a time: by process, all (PSS) and its own (anonymous), in MB."""

    time: float
    all: dict[int, float]
    own: dict[int, float]


def family(master: int) -> list[int]:
    """Gunicorn's master and its workers."""
    try:
        children = Path(f"/proc/{master}/task/{master}/children").read_text()
    except OSError:  # it has ended
        return []
    return [master, *map(int, children.split())]


def memory(master: int, begun: float) -> Sample:
    """A sample; RSS where the kernel shows no PSS."""
    sample = Sample(time.monotonic() - begun, {}, {})
    for pid in family(master):
        for name, names in (("smaps_rollup", ("Pss:", "Pss_Anon:")), ("status", ("VmRSS:", "RssAnon:"))):
            try:
                text = Path(f"/proc/{pid}/{name}").read_text()
                sample.all[pid], sample.own[pid] = (
                    1024e-6 * int(text.split(f"\n{entry}")[1].split()[0]) for entry in names
                )
                break
            except (OSError, IndexError):  # not readable, or gone
                continue
    return sample


def server_seconds(master: int) -> float:
    """CPU seconds of the master, its workers and those that it has buried."""
    total = 0
    for pid in family(master):
        try:
            times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
        except OSError:
            continue
        total += sum(map(int, times if pid == master else times[:2]))
    return total / TICK


def machine_seconds() -> float:
    """CPU seconds of everything on the machine."""
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, Path("/proc/stat").read_text().split()[1:11])
    return (user + nice + system + irq + softirq + steal) / TICK


@dataclass
class Watch:
    """What is seen of the machine during a run."""

    samples: list[Sample] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # ms
    seconds: float = 0.0
    server: float = 0.0  # CPU seconds, like the next two
    generator: float = 0.0
    machine: float = 0.0


async def run(address: str, master: int, asked: argparse.Namespace) -> tuple[Tally, Watch]:
    """All clients, from the first arrival to the last answer."""
    tally, watch, host = Tally(), Watch(), address.removeprefix("http://")
    first = Line(host, tally)
    page = await first.get("/", math.inf)  # while nobody else disturbs
    first.close()
    tally.files = len(files(page.body)) if page else 0
    begun, minutes = time.monotonic(), asked.minutes + ARRIVE / 60
    end, before = begun + 60 * minutes, (server_seconds(master), time.process_time(), machine_seconds())

    async def beat() -> None:
        while True:
            due = time.monotonic() + BEAT
            await asyncio.sleep(BEAT)
            watch.late.append(1e3 * (time.monotonic() - due))

    async def sample() -> None:
        while True:
            watch.samples.append(await asyncio.to_thread(memory, master, begun))
            await asyncio.sleep(SAMPLE)

    watchers = [asyncio.create_task(beat()), asyncio.create_task(sample())]
    hands = [Hand(host, number, asked, end, tally).live() for number in range(asked.clients)]
    try:
        async with asyncio.timeout(60 * minutes + GRACE):
            for failure in await asyncio.gather(*hands, return_exceptions=True):
                if failure:
                    tally.error(f"client: {failure!r}", "")
    except TimeoutError:
        tally.error(f"clients go on {GRACE:g} s after the end", "")
    for watcher in watchers:
        watcher.cancel()
    watch.seconds = time.monotonic() - begun
    after = server_seconds(master), time.process_time(), machine_seconds()
    watch.server, watch.generator, watch.machine = (b - a for a, b in zip(before, after, strict=True))
    return tally, watch


def growth(series: list[tuple[float, float]]) -> tuple[float, float]:
    """Over the last ten minutes, or the last half of what is shorter: of a line through the samples, of the mean of 30
    seconds."""
    middle = max((series[0][0] + series[-1][0]) / 2, series[-1][0] - 60 * JUDGED)
    half = [point for point in series if point[0] >= middle]
    if len(half) < 2:
        return 0.0, 0.0
    times, values = zip(*half, strict=True)
    line = statistics.linear_regression(times, values).slope * (times[-1] - times[0])
    first = statistics.mean(value for when, value in half if when <= times[0] + WINDOW)
    last = statistics.mean(value for when, value in half if when >= times[-1] - WINDOW)
    return line, last - first


def print_answers(tally: Tally, watch: Watch, asked: argparse.Namespace) -> list[str]:
    """Prints what the clients met; the promises it breaks."""
    pictures = len(tally.times["redraw"]) + len(tally.times["preset"])
    print(
        f"{tally.requests} requests in {watch.seconds:.0f} s; {pictures / watch.seconds:.1f} whole streams a second, "
        f"{tally.abandoned} given up; {tally.received / 1e6 / watch.seconds:.1f} MB/s"
    )
    print(f"asked again on a new connection {tally.retried}; told to wait for compilation {tally.waits}")
    for kind, what in (
        ("first", "first"),
        ("redraw", "redraws"),
        ("preset", "presets"),
        ("file", "files"),
        ("page", "whole pages"),
    ):
        if len(values := tally.times[kind]) > 1:
            cuts = statistics.quantiles(values, n=100, method="inclusive")
            print(
                f"{what:<11} {len(values):6d}   answered in: median {statistics.median(values):6.1f} ms   "
                f"95 % {cuts[94]:6.1f} ms   99 % {cuts[98]:6.1f} ms   longest {max(values):6.0f} ms"
            )
    print(f"errors {tally.errors.total()}; {tally.complete} of {asked.clients} clients complete")
    for reason, count in tally.errors.most_common():
        print(f"  {count} × {reason}; the first: {tally.examples[reason]}")
    broken = {"errors": bool(tally.errors), "clients not complete": tally.complete < asked.clients}
    for kind, most in () if asked.soak else (("first", FIRST), ("redraw", ANSWERED)):
        values = tally.times[kind]
        broken[f"{kind}: not below {most:g} ms"] = len(values) < 2 or statistics.quantiles(values, n=20)[-1] >= most
    return [promise for promise, missed in broken.items() if missed]


def print_machine(tally: Tally, watch: Watch) -> None:
    """Prints who used the machine's cores, what a stream cost, and how late the generator was itself."""
    server, generator, machine = (x / watch.seconds for x in (watch.server, watch.generator, watch.machine))
    others = max(0.0, machine - server - generator)
    print(f"{os.cpu_count()} cores; used: server {server:.2f}, generator {generator:.2f}, others {others:.2f} cores")
    streams = len(tally.times["redraw"]) + len(tally.times["preset"]) + tally.abandoned
    print(f"server's CPU, with everything else that it did, {1e3 * watch.server / max(1, streams):.1f} ms a stream")
    late = statistics.quantiles(watch.late, n=20)
    print(f"generator itself late: median {statistics.median(watch.late):.1f} ms   95 % {late[-1]:.1f} ms")


def print_memory(watch: Watch, master: int) -> bool:
    """Prints the sums and the workers' lives; whether the own part is flat."""
    flat = True
    for name, what in (("all", "memory, PSS"), ("own", "its own part")):
        sums = [(sample.time, sum(getattr(sample, name).values())) for sample in watch.samples]
        values, grown = [value for _, value in sums], growth(sums)
        print(
            f"{what:<12} first {values[0]:.0f} MB, median {statistics.median(values):.0f}, most {max(values):.0f}, "
            f"last {values[-1]:.0f}; last half: line {grown[0]:+.1f} MB, mean of 30 s {grown[1]:+.1f} MB"
        )
        flat = max(grown) <= GROWTH
    minutes: defaultdict[int, list[float]] = defaultdict(list)
    for when, value in sums:
        minutes[int(when // 60)].append(value)
    print("  its means, minute by minute:", *(f"{statistics.mean(values):.0f}" for values in minutes.values()))
    lives: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for sample in watch.samples:
        for pid in sample.own.keys() - {master}:
            lives[pid].append((sample.time, sample.own[pid]))
    print_lives(list(lives.values()))
    return flat


def print_lives(lives: list[list[tuple[float, float]]]) -> None:
    """Prints how a worker's own memory grows from when it has settled to its last sample."""
    spans = [life[-1][0] - life[0][0] for life in lives]
    print(f"workers {len(lives)}, seen for {statistics.median(spans):.0f} s (median), {max(spans):.0f} s (longest)")
    settled = [[point for point in life if point[0] >= life[0][0] + SETTLED] for life in lives]
    grown = [life[-1][1] - life[0][1] for life in settled if len(life) > 1]
    if grown:
        print(f"  their own memory grew by {statistics.median(grown):+.1f} (median), {max(grown):+.1f} MB (most)")
    for life in settled:
        if len(life) > LONG / SAMPLE:
            line, mean = growth(life)
            print(
                f"  one from {life[0][1]:.0f} to {life[-1][1]:.0f} MB in {life[-1][0] - life[0][0]:.0f} s; "
                f"last half: line {line:+.1f} MB, mean of 30 s {mean:+.1f} MB"
            )


def bounded(kind: type[int] | type[float], most: float) -> Callable[[str], float]:
    """An argument's reader that refuses what would not end."""

    def read(text: str) -> float:
        value = kind(text)
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most {most:g}")
        return value

    return read


def main() -> int:
    """Prints the figures; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description="A hall of hands at once.")
    parser.add_argument("--soak", action="store_true", help="fewer clients, for longer; memory is judged")
    parser.add_argument("--minutes", type=bounded(float, MOST_MINUTES))
    parser.add_argument("--clients", type=bounded(int, MOST_CLIENTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-recycling", action="store_true", help="leave MAX_REQUESTS away")
    asked = parser.parse_args()
    asked.minutes = asked.minutes or (15.0 if asked.soak else 1.0)
    asked.clients = asked.clients or (20 if asked.soak else 60)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the server is stopped, too
    line = "without --max-requests" if asked.no_recycling else "as documented"
    print(f"{asked.clients} clients for {asked.minutes:g} minutes, server {line}, seed {asked.seed}", flush=True)
    settings = {"MAX_REQUESTS": "0"} if asked.no_recycling else {}
    with serving(**settings, TRUSTED_PROXIES="1" if asked.soak else "0") as (address, master):
        tally, watch = asyncio.run(run(address, master, asked))
    missed = print_answers(tally, watch, asked)
    print_machine(tally, watch)
    if not print_memory(watch, master) and asked.soak:
        missed.append(f"memory grew by more than {GROWTH:g} MB")
    print("promises kept" if not missed else f"PROMISES NOT KEPT: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
