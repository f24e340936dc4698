"""The server's share of a redraw, measured: `python -m tests.benchmarks.stream`.

Each repeat asks the documented server for a state that nobody has asked for before (c*_3 differs),
so no cache answers. Times are from the request to the first chunk, to the last sample of the last
trajectory (what the plane waits for), and to the last chunk (sentences and estimated errors).
"""

from __future__ import annotations

import http.client
import sys
import time
from urllib.parse import urlsplit

from components.views.unlearning.state import UnlearningState
from tests.benchmarks import quantiles
from tests.benchmarks.server import serving

WARM = 10  # requests before, so that both workers have answered
REPEATS = 200
FIRST, SAMPLES, END = 50.0, 10.0, 150.0  # ms: promised at the 95th percentile, in the median, at the 95th percentile


def stream_times(connection: http.client.HTTPConnection, repeat: int) -> tuple[float, float, float]:
    """Milliseconds to the first chunk, to the last sample, to the end."""
    state = UnlearningState(c_star=(1.0, -1.0, 1.0 + 1e-6 * (repeat + 1), 1.0, 1.0))
    begun = time.perf_counter()
    connection.request("GET", f"/stream/unlearning?{state.query()}")
    answer = connection.getresponse()
    first = drawn = 0.0
    while line := answer.readline():
        now = 1e3 * (time.perf_counter() - begun)
        first = first or now
        if line.startswith(b'{"kind":"trace"'):
            drawn = now
    return first, drawn, 1e3 * (time.perf_counter() - begun)


def main() -> int:
    """Prints the times; 1 where a promise is not kept."""
    with serving() as (address, _):
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        times = [stream_times(connection, repeat) for repeat in range(WARM + REPEATS)][WARM:]
        connection.close()
    first, samples, end = (list(values) for values in zip(*times, strict=True))
    print(f"stream, first chunk   {quantiles.text(first)}")
    print(f"stream, last sample   {quantiles.text(samples)}")
    print(f"stream, end           {quantiles.text(end)}")
    kept = quantiles.high(first) <= FIRST and quantiles.median(samples) <= SAMPLES and quantiles.high(end) <= END
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
