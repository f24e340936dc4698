"""What is logged names nobody."""

from __future__ import annotations

import logging
import sys

import pytest

from components.operations.logs import Json, Text, redact

SECRET = "hush"


@pytest.mark.parametrize(
    "text",
    [
        f"Invalid request from ip=2001:db8::1: Invalid HTTP Header: 'Cookie {SECRET}'",
        f"Invalid request from ip=192.0.2.1: Invalid HTTP header name: '{SECRET}\\n{SECRET}'",
        f"Error handling request GET /{SECRET}?a={SECRET}",
        f"of /stream/unlearning?{SECRET}",
        f"Invalid chunk size: b'{SECRET}'",
    ],
)
@pytest.mark.parametrize("form", [Json, Text])
def test_neither_a_message_nor_a_traceback_has_what_a_client_has_sent(text: str, form: type) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        record = logging.LogRecord("gunicorn", logging.ERROR, __file__, 1, text, (), sys.exc_info())
    said = form().format(record)
    assert SECRET not in said.replace("\\", "")
    assert "Traceback" in said
    assert not any(address in said for address in ("192.0.2.1", "2001:db8"))


def test_what_names_nobody_stays() -> None:
    for text in ("Listening at: http://host:8050 (12)", "a stream of lab failed", "Worker (pid:9) at 12:30:45,123"):
        assert redact(text) == text
