"""Sharing of links: the short form, and the QR code.

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

MAX_ADDRESS_LENGTH = 1000  # characters; larger codes cannot be read across a lecture hall
MAX_RENDER_SECONDS = 0.1  # of CPU, for the longest address
MAX_AGE_SECONDS = 86_400  # the code of an address never changes


def register(server: Flask, views: Mapping[str, View], limits: ComputeQuota | None = None) -> None:
    """Add the routes to the server; without limits there is no quota."""
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
            charge = granted.reserve(request.remote_addr, MAX_RENDER_SECONDS)
        except QuotaExceeded as exceeded:
            return quota_response(exceeded)
        started = time.thread_time()
        try:
            svg = qr_svg(address, request.host)
        except ValueError as error:
            problem = ParameterError(
                "u", address[:24], f"an address of this site of at most {MAX_ADDRESS_LENGTH} characters", str(error)
            )
            return invalid_link_response(InvalidLink([problem]))
        finally:
            charge(time.thread_time() - started)
        return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"})


def qr_svg(address: str, host: str) -> bytes:
    """Return the QR code of an address of a host as SVG, black on white in both themes. Raises ValueError with a
    sentence."""
    if len(address) > MAX_ADDRESS_LENGTH:
        raise ValueError(
            f"The address has {len(address)} characters; a QR code is drawn of at most {MAX_ADDRESS_LENGTH}."
        )
    if not address.isprintable() or " " in address or not _is_of(address, host):
        raise ValueError("u is not the address of a page of this site.")
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", light="white", omitsize=True, title="QR code of the link")
    return out.getvalue()


def _is_of(address: str, host: str) -> bool:
    """Return whether an address is an http address of a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
