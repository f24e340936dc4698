"""What is logged: one line an event, as text or as JSON, and nothing about who has asked.

No address, no header, no query: of a request its route, its view, its status and its time. What libraries would log of
a client is cut out.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

FIELDS = ("route", "view", "status", "seconds")  # of a request, as `extra` of its record

# gunicorn says "Invalid request from ip=…" and "Error handling request GET /…?…"
_PERSONAL = re.compile(r"(?<=ip=)\S+(?=:)|(?<=handling request ).*|\?\S+|\b\d{1,3}(\.\d{1,3}){3}\b")


def discreet(text: str) -> str:
    """A message without addresses and queries."""
    return _PERSONAL.sub("…", text)


class Json(logging.Formatter):
    """A record as one object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, Any] = {
            "time": when,
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "message": discreet(record.getMessage()),
        }
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return orjson.dumps(said).decode()


class Text(logging.Formatter):
    """A record as a line to be read, an error's traceback under it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(process)d]: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = discreet(record.message)
        return super().formatMessage(record)


def start(form: str, level: str) -> None:
    """Everything that is logged goes to the standard error, in this form ("text" or "json") from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its development server logs every client's address
