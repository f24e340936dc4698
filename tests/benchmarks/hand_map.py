"""The phase map under the hand, measured in headless Chromium: `python -m tests.benchmarks.hand_map`.

A drag: ten seconds of pointer moves on the slider of c*_2, each to a value that was never computed, and how often
the map of 128 by 128 cells is drawn anew; then whether the fine map of the last value is there.
Cold: from a change of the state to the whole fine map of 256 by 256 cells, boundary included, drawn; each of new
coefficients. Cancel: from closing the connection of a map of 512 by 512 times to the server's processors at rest.
"""

from __future__ import annotations

import http.client
import os
import random
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks import quantiles
from tests.benchmarks.hand import DRAG, VIEWPORT, sweep
from tests.benchmarks.server import serving
from tests.browser.contexts import launched

COLD, CANCELS = 15, 9
RATE, WHOLE, FREED = 10.0, 400.0, 200.0  # a second, ms, ms

WATCH = """() => {
  const watch = window.watch = { drawn: [], cells: null };
  const { renderer } = client.page, figure = renderer.renderFigure.bind(renderer);
  renderer.renderFigure = (drawn, mayDefer) => {
    figure(drawn, mayDefer);
    const { cells } = renderer.result.scenes.map;
    if (cells === watch.cells) return;
    watch.cells = cells;
    watch.drawn.push([performance.now(), cells.n[0]]);
  };
}"""
# Another target, and when its whole map is on the screen.
CHANGE = """(c_star) => new Promise((done) => {
  const begun = performance.now();
  client.page.lastInputAt = -Infinity;
  client.page.state = { ...client.page.state, c_star };
  client.page.loader.throttle.start();
  const look = () => {
    if (document.body.dataset.drawn === client.page.computationQuery()) done(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  look();
})"""


def drag(page: Page) -> list[float]:
    """Milliseconds between two live maps under ten seconds of a hand that does not rest."""
    page.evaluate(WATCH)
    sweep(page, "#phase_map-c_star-1")
    drawn = [at for at, n in page.evaluate("() => window.watch.drawn") if n == 128]
    return [later - before for before, later in zip(drawn, drawn[1:], strict=False)]


def worked(server: int) -> float:
    """Processor seconds that a server's workers have taken."""
    workers = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    spent = 0.0
    for worker in workers:
        fields = Path(f"/proc/{worker}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def cancel(address: str, server: int) -> float:
    """Milliseconds until the server's processors rest after a reader has gone."""
    target = ",".join(f"{random.uniform(-1, 1):.6f}" for _ in range(5))
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", f"/stream/phase_map?cs={target}&show=time&n=512")
    response = connection.getresponse()
    for _ in range(12):
        response.readline()
    connection.close()
    response.close()
    gone = time.perf_counter()
    last_work, seen = gone, worked(server)
    while time.perf_counter() < gone + 1.0:
        time.sleep(0.01)
        now = worked(server)
        if now > seen + 0.005:
            last_work, seen = time.perf_counter(), now
    return 1e3 * (last_work - gone)


def main() -> int:
    """Prints the figures; 1 where a promise is not kept."""
    with serving() as (address, server), sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport=VIEWPORT, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(f"{address}/phase-map")
        page.locator("body[data-drawn]").wait_for(state="attached")
        apart = drag(page)
        page.wait_for_timeout(800)
        last = page.evaluate("() => document.body.dataset.drawn === client.page.computationQuery()")
        cold = []
        for _ in range(COLD):
            page.wait_for_timeout(250)
            c_star = [1, -1 + random.uniform(-0.3, 0.3), 1, 1 + random.uniform(-0.3, 0.3), 1]
            cold.append(page.evaluate(CHANGE, c_star))
        browser.close()
        freed = [cancel(address, server) for _ in range(CANCELS)]
    rate = len(apart) / DRAG
    print(f"live map, 128 x 128: {rate:.1f} a second, apart {quantiles.text(apart)}; ends on the last value: {last}")
    print(f"cold map, 256 x 256, whole             {quantiles.text(cold)}   of {COLD}")
    print(f"server at rest after a cancel          {quantiles.text(freed)}   of {CANCELS}")
    kept = rate >= RATE and statistics.median(cold) <= WHOLE and quantiles.high(freed) <= FREED and last
    print("promises kept" if kept else "PROMISES NOT KEPT")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
