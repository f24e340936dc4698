"""The route by which everybody follows runs, and what is said there."""

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

MOST_BYTES = 256 << 10  # of records in one answer, unless a single record is longer
_PLACE = re.compile("[0-9]{1,15}")  # what JavaScript counts exactly


def register(
    server: Flask,
    views: Mapping[str, View],
    settings: Settings | None = None,
    executor: Executor | None = None,
    limits: ComputeQuota | None = None,
) -> JobService:
    """Adds the route to the server, and returns the runs. Settings are those of the environment, unless given; without
    limits there are none."""
    granted = limits or ComputeQuota(0, 1)
    settings = settings or Settings.read(os.environ)
    runs = JobService(settings, settings.store(), executor or settings.executor())
    try:
        delete_orphans(runs.store)
    except StoreError as fault:
        log.warning("%s", fault)

    @server.get("/jobs/<name>")
    def job(name: str) -> Response:
        given = request.args
        return follow(name, given.get("generation", "0"), given.get("offset", "0"), given.get("peek") != "1")

    @server.get("/runs/<name>/<generation>/<start>", defaults={"ask": True})  # the earlier address
    @server.get("/runs/<name>/<generation>/<start>/look", defaults={"ask": False})
    def follow(name: str, generation: str, start: str, ask: bool) -> Response:
        view = views.get(name)
        if view is None or not view.has_jobs:
            return not_found_response(name, [known for known, view in views.items() if view.has_jobs])
        try:
            places = _whole("generation", generation), _whole("offset", start)
            state = parse_affordable(view, request_query())
        except InvalidLink as problems:
            return invalid_link_response(problems)
        pay = partial(granted.reserve, request.remote_addr, 0.0)
        seconds = min(
            view.job_seconds(state), queue.IDLE_TIMEOUT
        )  # what it takes at least: then it stops, or is watched
        try:
            client = client_key(request.remote_addr) if granted.rate else ""
            lines = runs.answer(name, state.key(), job_key(name, state), *places, pay, seconds, ask, client)
        except QuotaExceeded as exhausted:
            return quota_response(exhausted)
        return Response(lines, mimetype="application/x-ndjson", headers={"Cache-Control": "no-store"})

    return runs


class JobService:
    """The jobs of a store, as clients see them. It never waits for a computation."""

    def __init__(self, settings: Settings, store: Store, executor: Executor) -> None:
        self.settings, self.store, self.executor = settings, store, executor

    def answer(
        self,
        name: str,
        query: str,
        key: str,
        generation: int,
        start: int,
        pay: Callable[[], Charge],
        seconds: float,
        ask: bool = True,
        client: str = "",
    ) -> bytes:
        """Return a line with the job's status, and its records from a position on.

        The records begin at 0 if the position is of another generation, or of none. A client that requests a job that
        is not computed yet must be able to `pay`, which raises otherwise; the client that launches it pays its seconds.
        With ask=False the job is neither started nor kept alive.
        """
        try:
            looked = None if ask else JobResponse(self.store.board().get(key))
            standing = looked or self._ask(name, query, key, pay, seconds, client)
            entry = standing.entry
            if entry is None:
                return _head("stopped", generation, start, start, sentence=standing.sentence)
            begin = start if generation == entry.generation else 0
            begin, records, more = lines(self.store, key, entry.log, begin) if entry.log else (0, b"", False)
        except StoreError as fault:
            return _head("stopped", generation, start, start, sentence=str(fault))
        head = _head(entry.status, entry.generation, begin, begin + len(records), more, standing.place, entry.sentence)
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

    def _ask(
        self, name: str, query: str, key: str, pay: Callable[[], Charge], seconds: float, client: str
    ) -> JobResponse:
        """Asks for the run on behalf of a reader; launches it if it is time."""
        entry = self.store.board().get(key)
        settle = pay() if entry is None or entry.status in ("waiting", "stopped") else None
        standing = self._move(key, client)
        entry = standing.entry
        if entry and entry.status in ("finished", "failed") and entry.log and self._gone(key, entry.log):
            self.store.change(partial(queue.remove, key=key, log=entry.log))
            standing = self._move(key, client)
        if standing.launch and standing.entry:
            self._launch(name, query, key, standing.entry.last_heartbeat)
            if settle:
                settle(seconds)
        return standing

    def _move(self, key: str, client: str) -> JobResponse:
        step = partial(_ask, key=key, limits=self.settings.limits, client=client)
        before = self.store.board()
        after, standing = step(before)
        return standing if after is before else self.store.change(step)  # most readers change nothing

    def _gone(self, key: str, attempt: str) -> bool:
        return self.store.read(key, attempt, 0, 1) is None

    def _launch(self, name: str, query: str, key: str, launched: float) -> None:
        try:
            future = self.executor.submit(execute.execute_job, name, query, self.settings.environment())
        except Exception:
            log.exception("run %s cannot be started", key)
            self._refuse(key, launched)
            return
        future.add_done_callback(partial(self._launched, key, launched))

    def _launched(self, key: str, launched: float, future: Future[Any]) -> None:
        """An executor that could not, or a computation that has failed before it has claimed its run."""
        if future.cancelled() or not (fault := future.exception()):
            return
        if isinstance(fault, Unreachable):
            if self._change(partial(_postpone, key=key, launched=launched, sentence=str(fault))):
                log.warning("run %s waits: %s", key, fault)
        elif self._refuse(key, launched, str(fault) if isinstance(fault, NotStarted) else NOT_STARTED):
            log.error("run %s could not be started", key, exc_info=fault)

    def _refuse(self, key: str, launched: float, sentence: str = NOT_STARTED) -> bool:
        return self._change(partial(_refuse, key=key, launched=launched, sentence=sentence))

    def _change(self, step: Callable[[JobTable], tuple[JobTable, bool]]) -> bool:
        """Whether the run was still as it was launched: Dask, for one, starts again what a killed worker had."""
        try:
            return self.store.change(step)
        except StoreError as fault:  # then it will be found dead
            log.warning("%s", fault)
            return True


def lines(store: Store, key: str, attempt: str, start: int) -> tuple[int, bytes, bool]:
    """Whole lines of a log from a place on, where they begin, and whether there are more. They begin at 0 where no
    line begins at the place."""
    before = max(start - 1, 0)
    found = store.read(key, attempt, before, MOST_BYTES) or b""
    if start and found[:1] != b"\n":
        return lines(store, key, attempt, 0)
    more = len(found) == MOST_BYTES
    if more and b"\n" not in found[start - before :]:
        found = store.read(key, attempt, before, MAX_JOB_BYTES + 1) or b""
        found = found[: found.find(b"\n", start - before) + 1]
    return start, found[start - before : found.rfind(b"\n") + 1], more


def are_chunks(records: bytes) -> bool:
    """Whether every line is a chunk, with what readers on the server look up in it."""
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


def _whole(name: str, text: str) -> int:
    if not _PLACE.fullmatch(text):
        shown = text[:24]
        fault = f"{name} = {shown} is not a whole number of at most 15 digits."
        raise InvalidLink([ParameterError(name, shown, "a whole number", fault)])
    return int(text)


def _ask(current: JobTable, key: str, limits: queue.QueueLimits, client: str) -> tuple[JobTable, JobResponse]:
    return queue.request(current, key, time.time(), limits, client)


def _refuse(current: JobTable, key: str, launched: float, sentence: str) -> tuple[JobTable, bool]:
    return queue.refuse(current, key, launched, time.time(), sentence)


def _postpone(current: JobTable, key: str, launched: float, sentence: str) -> tuple[JobTable, bool]:
    return queue.postpone(current, key, launched, time.time(), sentence)
