"""Monitoring: `/health`, `/ready`, `/metrics`, and a log line for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from flask import Flask, Response, g, jsonify, request
from prometheus_client.metrics_core import GaugeMetricFamily

from components.core.view import View
from components.operations import metrics, warmup
from components.operations.build_id import build_id
from components.operations.redis_client import RedisClient

log = logging.getLogger("request")

STATUSES = ("200", "204", "206", "304", "308", "400", "404", "405", "413", "414", "422", "429", "500", "503")


def register(
    server: Flask,
    views: Mapping[str, View],
    shared: RedisClient | None = None,
    public: bool = True,
    gauges: Callable[[], Iterable[GaugeMetricFamily]] = tuple,
) -> None:
    """Add the routes and count every request; register this last. public: whether `/metrics` answers; gauges: measured
    for it.
    """

    @server.get("/health")
    def health() -> Response:
        """Return the liveness: this process answers. The body also states readiness and whether Redis answers."""
        return _state()

    @server.get("/ready")
    def ready() -> Response:
        """Return the readiness: 503 while the numerical core is compiled or loaded."""
        answer = _state()
        if not warmup.ready.is_set():
            answer.status_code = 503
            answer.headers["Retry-After"] = "5"
        return answer

    def _state() -> Response:
        redis = "none" if shared is None else "answers" if shared.answers() else "away"
        status = "ok" if warmup.ready.is_set() else "warming up"
        answer = jsonify(status=status, views=list(views), release=build_id(), redis=redis)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    if public:

        @server.get("/metrics")
        def all_metrics() -> Response:
            ready = {build_id(): warmup.ready.is_set()}.items()
            state = metrics.gauge("ready", "Whether the process that answers is ready.", "release", ready)
            return Response(metrics.text([state, *gauges()]), content_type="text/plain; version=0.0.4; charset=utf-8")

    metrics.start_at_zero(views)

    @server.before_request
    def begin() -> None:
        g.started = time.monotonic()

    @server.after_request
    def end(response: Response) -> Response:
        route = _name(request.url_rule.rule) if request.url_rule else "none"
        view = (request.view_args or {}).get("name")
        started = g.get("started")  # missing if a request was refused before

        def record_request() -> None:
            status = str(response.status_code)
            seconds = time.monotonic() - started if started is not None else 0.0
            metrics.REQUESTS.labels(route, status if status in STATUSES else "other").inc()
            metrics.REQUEST_SECONDS.labels(route).observe(seconds)
            fields = {"route": route, "view": view if view in views else "", "status": int(status)}
            log.info("%s %s", route, status, extra={**fields, "seconds": round(seconds, 4)})

        response.call_on_close(record_request)  # after its last byte
        return response


def _name(rule: str) -> str:
    """Return the route of a rule: its first word, "page" for pages."""
    first_word = rule.strip("/").partition("/")[0]
    return first_word if first_word and "<" not in first_word else "page"
