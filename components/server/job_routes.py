"""The route by which clients follow jobs."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

import orjson
from flask import Flask, Response, request

from components.core.metering import Charge
from components.core.state import InvalidLink, ParameterError, State
from components.core.view import Chunk, View
from components.jobs import execute, queue
from components.jobs.launch import NOT_STARTED, NotStarted, Unreachable
from components.jobs.queue import MAX_JOB_BYTES, JobResponse, JobTable
from components.jobs.settings import Settings
from components.jobs.store import Store, StoreError, delete_orphans
from components.jobs.worker import job_key
from components.operations.cost_limit import parse_affordable
from components.server.compute_quota import ComputeQuota, QuotaExceeded, client_key
from components.server.stream import invalid_link_response, not_found_response, quota_response, request_query

log = logging.getLogger(__name__)

MAX_RESPONSE_BYTES = 256 << 10  # of records in one response, unless a single record is longer
_OFFSET = re.compile("[0-9]{1,15}")  # exact in JavaScript


def register(
    server: Flask,
    views: Mapping[str, View],
    settings: Settings | None = None,
    executor: Executor | None = None,
    limits: ComputeQuota | None = None,
) -> JobService:
    """Add the route to the server and return the job service. By default the settings are those of the environment, and
    there are no limits.
    """
    granted = limits or ComputeQuota(0, 1)
    settings = settings or Settings.read(os.environ)
    runs = JobService(settings, settings.store(), executor or settings.executor())
    try:
        delete_orphans(runs.store)
    except StoreError as error:
        log.warning("%s", error)

    @server.get("/jobs/<name>")
    def job(name: str) -> Response:
        arguments = request.args
        return follow(
            name, arguments.get("generation", "0"), arguments.get("offset", "0"), arguments.get("peek") != "1"
        )

    @server.get("/runs/<name>/<generation>/<start>", defaults={"keep_alive": True})  # the earlier address
    @server.get("/runs/<name>/<generation>/<start>/look", defaults={"keep_alive": False})
    def follow(name: str, generation: str, start: str, keep_alive: bool) -> Response:
        view = views.get(name)
        if view is None or not view.has_jobs:
            return not_found_response(name, [view_name for view_name, view in views.items() if view.has_jobs])
        try:
            position = _parse_integer("generation", generation), _parse_integer("offset", start)
            state = parse_affordable(view, request_query())
        except InvalidLink as problems:
            return invalid_link_response(problems)
        reserve_quota = partial(granted.reserve, request.remote_addr, 0.0)
        seconds = min(view.job_seconds(state), queue.IDLE_TIMEOUT)  # the job runs at least until the idle timeout
        try:
            client = client_key(request.remote_addr) if granted.rate else ""
            lines = runs.poll(
                name, state.key(), job_key(name, state), *position, reserve_quota, seconds, keep_alive, client
            )
        except QuotaExceeded as exceeded:
            return quota_response(exceeded)
        return Response(lines, mimetype="application/x-ndjson", headers={"Cache-Control": "no-store"})

    return runs


class JobService:
    """The jobs of a store, as clients see them. It never waits for a computation."""

    def __init__(self, settings: Settings, store: Store, executor: Executor) -> None:
        self.settings, self.store, self.executor = settings, store, executor

    def poll(
        self,
        name: str,
        query: str,
        key: str,
        generation: int,
        start: int,
        reserve: Callable[[], Charge],
        seconds: float,
        keep_alive: bool = True,
        client: str = "",
    ) -> bytes:
        """Return a line with the job's status, and its records from a position on.

        The records begin at 0 if the position is of another generation, or of none. A client that requests a job that
        is not computed yet must be able to `reserve`, which raises otherwise; the client that launches it is charged
        its seconds. With keep_alive=False the job is neither started nor kept alive.
        """
        try:
            peeked = None if keep_alive else JobResponse(self.store.board().get(key))
            response = peeked or self._request(name, query, key, reserve, seconds, client)
            entry = response.entry
            if entry is None:
                return _head("stopped", generation, start, start, sentence=response.sentence)
            begin = start if generation == entry.generation else 0
            begin, records, more = lines(self.store, key, entry.log, begin) if entry.log else (0, b"", False)
        except StoreError as error:
            return _head("stopped", generation, start, start, sentence=str(error))
        head = _head(entry.status, entry.generation, begin, begin + len(records), more, response.place, entry.sentence)
        if entry.status == "failed" and not more:
            records += Chunk("error", {"sentence": entry.sentence}).line()
        return head + records

    def finished(self, name: str, state: State) -> bytes:
        """Return all records of a state's finished job, else none. This does not start the job."""
        key = job_key(name, state)
        try:
            entry = self.store.board().get(key)
            if entry is None or entry.status != "finished" or not entry.log:
                return b""
            records = self.store.read(key, entry.log, 0, MAX_JOB_BYTES) or b""
        except StoreError:
            return b""
        return records if are_chunks(records) else b""

    def _request(
        self, name: str, query: str, key: str, reserve: Callable[[], Charge], seconds: float, client: str
    ) -> JobResponse:
        """Request the job for a client, and launch it if its turn has come."""
        entry = self.store.board().get(key)
        charge = reserve() if entry is None or entry.status in ("waiting", "stopped") else None
        response = self._move(key, client)
        entry = response.entry
        if entry and entry.status in ("finished", "failed") and entry.log and self._has_lost_log(key, entry.log):
            self.store.change(partial(queue.remove, key=key, log=entry.log))
            response = self._move(key, client)
        if response.launch and response.entry:
            self._launch(name, query, key, response.entry.last_heartbeat)
            if charge:
                charge(seconds)
        return response

    def _move(self, key: str, client: str) -> JobResponse:
        step = partial(_apply_request, key=key, limits=self.settings.limits, client=client)
        before = self.store.board()
        after, response = step(before)
        return response if after is before else self.store.change(step)  # most polls change nothing

    def _has_lost_log(self, key: str, log_id: str) -> bool:
        return self.store.read(key, log_id, 0, 1) is None

    def _launch(self, name: str, query: str, key: str, launched: float) -> None:
        try:
            future = self.executor.submit(execute.execute_job, name, query, self.settings.environment())
        except Exception:
            log.exception("run %s cannot be started", key)
            self._refuse(key, launched)
            return
        future.add_done_callback(partial(self._launched, key, launched))

    def _launched(self, key: str, launched: float, future: Future[Any]) -> None:
        """Record that the executor failed, or that the computation failed before it claimed its job."""
        if future.cancelled() or not (error := future.exception()):
            return
        if isinstance(error, Unreachable):
            if self._change(partial(_postpone, key=key, launched=launched, sentence=str(error))):
                log.warning("run %s waits: %s", key, error)
        elif self._refuse(key, launched, str(error) if isinstance(error, NotStarted) else NOT_STARTED):
            log.error("run %s could not be started", key, exc_info=error)

    def _refuse(self, key: str, launched: float, sentence: str = NOT_STARTED) -> bool:
        return self._change(partial(_refuse, key=key, launched=launched, sentence=sentence))

    def _change(self, step: Callable[[JobTable], tuple[JobTable, bool]]) -> bool:
        """Return whether the job was still as it was launched; Dask, for example, restarts the tasks of a killed
        worker.
        """
        try:
            return self.store.change(step)
        except StoreError as error:  # the job is then requeued as crashed
            log.warning("%s", error)
            return True


def lines(store: Store, key: str, log_id: str, start: int) -> tuple[int, bytes, bool]:
    """Return complete lines of a log from an offset on, their offset, and whether there are more. They begin at 0 if no
    line begins at the offset.
    """
    before = max(start - 1, 0)
    data = store.read(key, log_id, before, MAX_RESPONSE_BYTES) or b""
    if start and data[:1] != b"\n":
        return lines(store, key, log_id, 0)
    more = len(data) == MAX_RESPONSE_BYTES
    if more and b"\n" not in data[start - before :]:
        data = store.read(key, log_id, before, MAX_JOB_BYTES + 1) or b""
        data = data[: data.find(b"\n", start - before) + 1]
    return start, data[start - before : data.rfind(b"\n") + 1], more


def are_chunks(records: bytes) -> bool:
    """Return whether every line is a chunk with the fields that the server reads."""
    try:
        chunks = [orjson.loads(line) for line in records.splitlines()]
    except ValueError:
        return False
    return all(
        isinstance(chunk, dict) and isinstance(chunk.get("kind"), str) and (chunk["kind"] != "scene" or "name" in chunk)
        for chunk in chunks
    )


def _head(
    status: str, generation: int, begin: int, end: int, more: bool = False, place: int = 0, sentence: str = ""
) -> bytes:
    data = {"status": status, "place": place, "generation": generation, "from": begin, "next": end, "more": more}
    return Chunk("job", {**data, "sentence": sentence}).line()


def _parse_integer(name: str, text: str) -> int:
    if not _OFFSET.fullmatch(text):
        quoted = text[:24]
        sentence = f"{name} = {quoted} is not a whole number of at most 15 digits."
        raise InvalidLink([ParameterError(name, quoted, "a whole number", sentence)])
    return int(text)


def _apply_request(current: JobTable, key: str, limits: queue.QueueLimits, client: str) -> tuple[JobTable, JobResponse]:
    return queue.request(current, key, time.time(), limits, client)


def _refuse(current: JobTable, key: str, launched: float, sentence: str) -> tuple[JobTable, bool]:
    return queue.refuse(current, key, launched, time.time(), sentence)


def _postpone(current: JobTable, key: str, launched: float, sentence: str) -> tuple[JobTable, bool]:
    return queue.postpone(current, key, launched, time.time(), sentence)
