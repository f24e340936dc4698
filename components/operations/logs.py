"""Logging: one line per event, as text or as JSON, without data of clients.

No address, no header, no query is logged: of a request its route, view, status and time. What libraries log of a client
is cut out; only a record with the attribute `plain`, which names the server itself, is left as it is.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

FIELDS = ("route", "view", "status", "seconds")  # of a request, as `extra` of its record

# gunicorn says "Invalid request from ip=…: …" with the header as it came, and "Error handling request GET /…?…"
_PERSONAL = re.compile(
    r"(?<=Invalid request)\s.*|(?<=Invalid HTTP).*|(?<=Invalid chunk).*|(?<=handling request ).*|\?\S+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[\da-f]{0,4}:){3,7}[\da-f]{0,4}(?![\w:])",
    re.DOTALL | re.IGNORECASE,
)


def redact(text: str) -> str:
    """Return a message without addresses and queries."""
    return _PERSONAL.sub("…", text)


def redact_traceback(text: str) -> str:
    """Return a traceback without addresses, queries and headers."""
    return "\n".join(redact(line) for line in text.split("\n"))


class Json(logging.Formatter):
    """A record as one object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = {
            "time": when,
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "message": record.getMessage() if hasattr(record, "plain") else redact(record.getMessage()),
        }
        fields |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            fields["error"] = redact_traceback(self.formatException(record.exc_info))
        return orjson.dumps(fields).decode()


class Text(logging.Formatter):
    """A record as a line to be read, an error's traceback under it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(process)d]: %(message)s")

    def formatException(self, ei: Any) -> str:
        return redact_traceback(super().formatException(ei))

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message if hasattr(record, "plain") else redact(record.message)
        return super().formatMessage(record)


def configure_logging(form: str, level: str) -> None:
    """Everything that is logged goes to the standard error, in this form ("text" or "json") from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its development server logs every client's address
