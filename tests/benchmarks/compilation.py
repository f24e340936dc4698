"""What compiling the numerical core costs: CPU seconds with an empty cache, and which functions take most of them.

    python -m tests.benchmarks.compilation [--top 25]

Each measurement is a process of its own with an empty cache; a second one loads what the first has compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter

COUNTED = """
import json, sys, time
began = time.process_time()
from numba.core import event
from collections import Counter

class Seconds(event.Listener):
    # CPU seconds and signatures by function; what a function's callees take is theirs
    def __init__(self):
        self.open, self.own, self.count = [], Counter(), Counter()
    def on_start(self, event):
        self.open.append([time.process_time(), 0.0])
    def on_end(self, event):
        start, callees = self.open.pop()
        whole = time.process_time() - start
        function = event.data["dispatcher"].py_func
        name = f"{function.__module__.removeprefix('dynamics.')}.{function.__name__}"
        self.own[name] += whole - callees
        self.count[name] += 1
        if self.open:
            self.open[-1][1] += whole

seconds = Seconds()
event.register("numba:compile", seconds)
import dynamics
imported = time.process_time()
dynamics.warm_up()
ready = time.process_time()
print(json.dumps({"import": imported - began, "core": ready - imported, "own": seconds.own, "count": seconds.count}))
"""


def measured(folder: str) -> dict[str, dict[str, float]]:
    """The seconds of one process whose cache is in a folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
    run = subprocess.run(
        [sys.executable, "-c", COUNTED], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(run.stdout)


def main() -> None:
    """Print the seconds with an empty cache and with a full one, then the functions that take most."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.compilation")
    parser.add_argument("--top", type=int, default=25, help="functions that are listed")
    top = parser.parse_args().top
    with tempfile.TemporaryDirectory() as folder:
        empty, full = measured(folder), measured(folder)
    for name, one in (("empty cache", empty), ("full cache", full)):
        print(f"{name}: import {one['import']:.1f} CPU-s, core {one['core']:.1f} CPU-s")
    own, count = Counter(empty["own"]), empty["count"]
    print(f"{sum(count.values())} signatures of {len(count)} functions compiled, {own.total():.1f} CPU-s")
    for name, seconds in own.most_common(top):
        print(f"{seconds:6.2f} s  {count[name]:3d} ×  {name}")


if __name__ == "__main__":
    main()
