"""Debian's Firefox, driven through WebDriver BiDi: the standard that it speaks by itself.

Playwright's own Firefox is a download of its own, and the release of Debian lacks commands that Playwright needs.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.waiting import LONGEST

EXECUTABLE = "/usr/bin/firefox-esr"
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.download.folderList": 2,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.backup.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "ui.prefersReducedMotion": 1,
    "ui.systemUsesDarkTheme": 0,
}
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
EVENTS = ["log.entryAdded", "network.beforeRequestSent"]


class Firefox:
    """A browser with one tab: `goto` a page, `evaluate` an expression there, `click` an element.

    `faults` collects the errors of the console, `requests` the addresses of all requests.
    """

    def __init__(self, socket: ClientConnection, downloads: Path) -> None:
        self.socket = socket
        self.downloads = downloads
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._id = 0
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=EVENTS)
        self.tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._id += 1
        self.socket.send(json.dumps({"id": self._id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=LONGEST))
            if message["type"] == "event":
                self._record(message["method"], message["params"])
            elif message["id"] == self._id:
                assert message["type"] == "success", f"{method}: {message.get('message')}"
                return message["result"]

    def _record(self, method: str, event: dict[str, Any]) -> None:
        if method == "network.beforeRequestSent":
            self.requests.append(event["request"]["url"])
        elif event["level"] == "error":
            self.faults.append(event["text"])

    def resize(self, width: int, height: int) -> None:
        self.send("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})

    def goto(self, url: str) -> None:
        """Open a page. Firefox may say that it is complete while the page before is being left."""
        self.send("browsingContext.navigate", context=self.tab, url=url, wait="complete")
        self.until(f"location.pathname === new URL({json.dumps(url)}).pathname && document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, as JSON carries it; a promise is waited for."""
        written = f"Promise.resolve({expression}).then((value) => JSON.stringify(value))"
        found = self.send("script.evaluate", expression=written, target={"context": self.tab}, awaitPromise=True)
        assert found["type"] == "success", f"{expression}: {found['exceptionDetails']['text']}"
        return json.loads(found["result"].get("value", "null"))

    def until(self, condition: str) -> None:
        """Return as soon as a condition holds in the page."""
        end = time.monotonic() + LONGEST
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"never: {condition}"
            time.sleep(0.02)

    def click(self, selector: str, share: float = 0.5) -> None:
        """Click the first element of a selector with the mouse, at a share of its width."""
        rect = f"""(() => {{ const element = document.querySelector({json.dumps(selector)});
          element.scrollIntoView({{ block: "nearest" }});
          const {{ x, y, width, height }} = element.getBoundingClientRect();
          return [Math.round(x + {share} * width), Math.round(y + height / 2)]; }})()"""
        x, y = self.evaluate(rect)
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        actions = [{"type": "pointerMove", "x": x, "y": y}, press, release]
        source = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self.send("input.performActions", context=self.tab, actions=[source])

    def screenshot(self) -> str:
        """A PNG of the page in base64."""
        return self.send("browsingContext.captureScreenshot", context=self.tab)["data"]

    def download(self, name: str) -> Path:
        """The downloaded file of that name, once it is complete."""
        path = self.downloads / name
        end = time.monotonic() + LONGEST
        while not path.exists() or not path.stat().st_size or path.with_name(f"{name}.part").exists():
            assert time.monotonic() < end, f"{name} was not downloaded"
            time.sleep(0.02)
        return path


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A browser with a profile of its own; a missing one is a failure, not a skip."""
    folder = Path(tempfile.mkdtemp(prefix="firefox-"))
    downloads = folder / "downloads"
    downloads.mkdir()
    preferences = {**PREFERENCES, "browser.download.dir": str(downloads)}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [EXECUTABLE, "--headless", "--profile", str(folder), "--remote-debugging-port", "0", "about:blank"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + LONGEST
        while not (place := LISTENING.search((folder / "log").read_text(errors="replace"))):
            assert process.poll() is None, "Firefox ended at its start"
            assert time.monotonic() < end, "Firefox did not start"
            time.sleep(0.02)
        with connect(f"{place[1]}/session", max_size=None, open_timeout=LONGEST) as socket:
            yield Firefox(socket, downloads)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
