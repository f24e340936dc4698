"""Following runs, measured: `python -m tests.benchmarks.runs`.

Sixty readers ask the documented server four times a second, thirty for one run, twenty for another that is computed
meanwhile, ten for one that waits. Times are those of one answer, records included; then from a question for a new run
to its first record, nearly all of which is the new process's imports.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import sys
import tempfile
import time
from urllib.parse import urlsplit

from flask import Flask, jsonify

from components.server import job_routes
from tests.benchmarks import quantiles
from tests.benchmarks.server import serving
from tests.components.jobs.views import VIEWS

LINKS = ["n=3000&wait=0.02"] * 30 + ["n=3000&wait=0.02&bytes=1000"] * 20 + ["n=3000&wait=0.02&mark=1"] * 10
SECONDS = 10.0
PACE = 0.25
STARTS = 10
HIGH = 50.0  # ms, 95th percentile, of an answer


def make() -> Flask:
    """The server: runs alone."""
    server = Flask(__name__)
    job_routes.register(server, VIEWS)
    server.add_url_rule("/health", view_func=lambda: jsonify(status="ok"))
    return server


async def reader(address: str, link: str, number: int) -> list[float]:
    """Milliseconds of each of one reader's answers."""
    place = urlsplit(address)
    incoming, outgoing = await asyncio.open_connection(place.hostname, place.port)
    generation = start = 0
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    await asyncio.sleep(PACE * number / len(LINKS))
    while (begun := time.perf_counter()) < end:
        outgoing.write(
            f"GET /jobs/long?generation={generation}&offset={start}&{link} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        head = await incoming.readuntil(b"\r\n\r\n")
        length = next(line for line in head.splitlines() if line.lower().startswith(b"content-length"))
        body = await incoming.readexactly(int(length.split(b":")[1]))
        times.append(1e3 * (time.perf_counter() - begun))
        status = json.loads(body.splitlines()[0])
        generation, start = status["generation"], status["next"]
        await asyncio.sleep(PACE)
    outgoing.close()
    return times


async def readers(address: str) -> list[float]:
    """All readers' times, without those of the first second, in which runs are begun."""
    found = await asyncio.gather(*(reader(address, link, number) for number, link in enumerate(LINKS)))
    return [took for times in found for took in times[4:]]


def start_time(address: str, mark: int) -> float:
    """Milliseconds from a question for a new run to its first record."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    begun = time.perf_counter()
    while True:
        connection.request("GET", f"/jobs/long?generation=0&offset=0&n=1&mark={mark}")
        if b'"count"' in connection.getresponse().read():
            connection.close()
            return 1e3 * (time.perf_counter() - begun)
        time.sleep(0.01)


def main() -> int:
    """Prints the times; 1 where a promise is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        names = "tests.components.jobs.views:VIEWS"
        os.environ.update(RUNS_FOLDER=f"{folder}/runs", RUNS_VIEWS=names, RUNS_AT_ONCE="2")
        with serving("tests.benchmarks.runs:make()") as (address, _):
            starts = [start_time(address, mark) for mark in range(100, 100 + STARTS)]
            times = asyncio.run(readers(address))
        print(f"runs, one answer      {quantiles.text(times)}   ({len(times)} answers)")
        print(f"runs, first record    {quantiles.text(starts)}")
        time.sleep(10)  # until the processes have noticed that nobody asks, and need their folder no more
    return 0 if quantiles.high(times) <= HIGH else 1


if __name__ == "__main__":
    sys.exit(main())
