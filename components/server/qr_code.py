"""Handing a link on: its short form, and a picture of it that a telephone's camera reads.

GET /short-link/<view>?<link>   the short link, as JSON (also at /short/<view>, the earlier address)
GET /qr.svg?u=<address>    an address of this site as a QR code
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import segno
from flask import Flask, Response, jsonify, request

from components.core.short_link import encode
from components.core.state import InvalidLink, ParameterError
from components.core.view import View
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.stream import invalid_link_response, not_found_response, quota_response, request_query

MOST = 1000  # characters of an address: a code of more cannot be read across a hall
SECONDS = 0.1  # that the longest takes to be drawn, at most
KEPT = 86_400  # seconds: the same address always has the same code


def register(server: Flask, views: Mapping[str, View], limits: ComputeQuota | None = None) -> None:
    """Adds the routes to the server. Without limits there are none."""
    granted = limits or ComputeQuota(0, 1)

    @server.get("/short/<name>")
    @server.get("/short-link/<name>")
    def short(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        try:
            state = view.State.from_query(request_query())
        except InvalidLink as problems:
            return invalid_link_response(problems)
        return jsonify(link=f"{request.script_root}{view.path}?{encode(state.query())}")

    @server.get("/qr.svg")
    def qr() -> Response:
        address = request.args.get("u", "")
        try:
            settle = granted.reserve(request.remote_addr, SECONDS)
        except QuotaExceeded as exhausted:
            return quota_response(exhausted)
        begun = time.thread_time()
        try:
            drawn = qr_svg(address, request.host)
        except ValueError as error:
            problem = ParameterError(
                "u", address[:24], f"an address of this site of at most {MOST} characters", str(error)
            )
            return invalid_link_response(InvalidLink([problem]))
        finally:
            settle(time.thread_time() - begun)
        return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": f"public, max-age={KEPT}"})


def qr_svg(address: str, host: str) -> bytes:
    """Return the QR code of an address of a host as SVG, black on white in both themes. Raises ValueError with a
    sentence."""
    if len(address) > MOST:
        raise ValueError(f"The address has {len(address)} characters; a QR code is drawn of at most {MOST}.")
    if not address.isprintable() or " " in address or not _is_of(address, host):
        raise ValueError("u is not the address of a page of this site.")
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", light="white", omitsize=True, title="QR code of the link")
    return out.getvalue()


def _is_of(address: str, host: str) -> bool:
    """Whether an address is an http address of a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
