// A job is polled until it ends, through failures of the server and restarts of the job.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { FakeTime } from "./fake_time.mjs";
import { forSeeds } from "./random.mjs";

const document = Object.assign(new EventTarget(), { hidden: false });
globalThis.document = document;
const { POLL, pollJob, pollOnce } = await import("../../assets/client/core/jobs.mjs");
const { Refusal } = await import("../../assets/client/core/stream.mjs");

/** A server with one job, whose log grows with each request. */
class FakeServer {
  constructor(records, answers = {}) {
    this.records = records;
    this.size = 0; // records in the log
    this.generation = 1;
    this.perRequest = 2; // by which the log grows
    this.perAnswer = 3; // at most
    this.answers = answers; // in the place of the job's, by the number of the request
    this.requests = [];
  }

  async fetch(url) {
    const terms = new URL(url, "http://localhost").searchParams;
    this.requests.push({ at: performance.now(), terms });
    const other = this.answers[this.requests.length];
    if (other) return other(this);
    this.size = Math.min(this.size + this.perRequest, this.records.length);
    const from = Number(terms.get("generation")) === this.generation ? Number(terms.get("offset")) : 0;
    const next = Math.min(from + this.perAnswer, this.size);
    const finished = this.size === this.records.length;
    const head = { kind: "job", status: finished ? "finished" : "running", generation: this.generation, from, next };
    const lines = [{ ...head, more: next < this.size, sentence: "" }, ...this.records.slice(from, next)];
    return new Response(lines.map((line) => JSON.stringify(line)).join("\n"), { headers: { "X-Release": "r1" } });
  }
}

const away = () => Promise.reject(new TypeError("fetch failed"));
const failing = () => new Response("Bad gateway", { status: 502 });
const busy = () => new Response(JSON.stringify({ errors: [{ sentence: "Later." }] }), { status: 429 });
const broken = () => new Response(JSON.stringify({ errors: [{ sentence: "no" }] }), { status: 500 });
const restarting = (server) => {
  server.generation += 1;
  server.size = 0;
  return server.fetch("/?generation=0&offset=0");
};

const realFetch = globalThis.fetch;
let time;
beforeEach(() => {
  time = new FakeTime();
});
afterEach(() => {
  time.restore();
  globalThis.fetch = realFetch;
  document.hidden = false;
});

/** Poll a server; what has arrived since the last restart is in `records`. */
function follow(server, signal = new AbortController().signal, position = { generation: 0, from: 0 }) {
  globalThis.fetch = (url) => server.fetch(url);
  const got = { records: [], statuses: [], restarts: 0, batches: 0, position, result: null, error: null };
  const handlers = {
    onRelease: () => {},
    onStatus: ({ status }) => got.statuses.push(status),
    onRestart: () => {
      got.restarts += 1;
      got.records = [];
    },
    onChunk: (record) => got.records.push(record),
    onBatch: () => (got.batches += 1),
  };
  got.handlers = handlers;
  got.polling = pollJob("/jobs/lab", "v=1", signal, handlers, position).then(
    (result) => (got.result = result),
    (error) => (got.error = error),
  );
  return got;
}

const makeRecords = (count) => Array.from({ length: count }, (_, number) => ({ kind: "progress", number }));

test("all records arrive once and in order, whatever fails meanwhile", () =>
  forSeeds(60, async (random) => {
    const answers = {};
    for (let k = 0; k < 6; k += 1)
      answers[random.integer(1, 15)] = random.pick([away, failing, busy, restarting, restarting]);
    const server = new FakeServer(makeRecords(random.integer(1, 30)), answers);
    server.perRequest = random.integer(1, 5);
    server.perAnswer = random.integer(1, 9);
    const got = follow(server);
    await time.advanceAsync(200_000);
    assert.equal(got.result, true);
    assert.deepEqual(got.records, server.records);
    assert.equal(got.position.from, server.records.length);
    assert.equal(got.position.generation, server.generation);
    const { length } = server.requests;
    await time.advanceAsync(60_000);
    assert.equal(server.requests.length, length, "a finished job is polled no more");
  }));

test("a job is polled at even intervals, at once while there is more", async () => {
  const server = new FakeServer(makeRecords(20));
  server.perRequest = 1;
  follow(server);
  await time.advanceAsync(60_000);
  const { requests } = server;
  for (let k = 1; k < requests.length; k += 1) assert.equal(requests[k].at - requests[k - 1].at, POLL.interval);

  const long = new FakeServer(makeRecords(20));
  long.perRequest = 20;
  const got = follow(long);
  const before = time.now;
  await time.advanceAsync(0);
  while (got.result === null) await time.settle();
  assert.equal(time.now, before);
  assert.deepEqual(got.records, long.records);
});

test("a server that does not answer or has no capacity is asked less and less often", async () => {
  for (const [answer, status] of [
    [away, "away"],
    [failing, "away"],
    [broken, "away"],
    [busy, "stopped"],
  ]) {
    const server = new FakeServer(
      makeRecords(1),
      Object.fromEntries(Array.from({ length: 9 }, (_, k) => [k + 1, answer])),
    );
    const start = time.now;
    const got = follow(server);
    await time.advanceAsync(100_000);
    const times = server.requests.map(({ at }) => at - start);
    const pauses = times.slice(1).map((at, k) => at - times[k]);
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000]);
    assert.deepEqual(got.statuses, [...Array(9).fill(status), "finished"]);
  }
});

test("a failed job ends, a refusal is thrown", async () => {
  const head = { kind: "job", status: "failed", generation: 1, from: 0, next: 0, more: false, sentence: "" };
  const failed = follow(new FakeServer([], { 1: () => new Response(JSON.stringify(head)) }));
  await failed.polling;
  assert.equal(failed.result, false);
  const errors = [{ sentence: "Enter a number." }];
  const refused = follow(new FakeServer([], { 1: () => new Response(JSON.stringify({ errors }), { status: 400 }) }));
  await refused.polling;
  assert.ok(refused.error instanceof Refusal);
  assert.deepEqual(refused.error.sentences, ["Enter a number."]);
});

test("polling that is aborted ends with an AbortError, and can go on where it was", () =>
  forSeeds(20, async (random) => {
    const server = new FakeServer(makeRecords(20));
    const abort = new AbortController();
    const first = follow(server, abort.signal);
    await time.advanceAsync(random.number(0, 2000));
    abort.abort();
    await first.polling;
    assert.equal(first.error.name, "AbortError");
    const second = follow(server, new AbortController().signal, first.position);
    await time.advanceAsync(60_000);
    assert.deepEqual([...first.records, ...second.records], server.records);
    assert.equal(first.restarts + second.restarts, 0);
  }));

test("a hidden page polls no more after some time, until it is visible", async () => {
  const server = new FakeServer(makeRecords(10_000));
  const abort = new AbortController();
  follow(server, abort.signal);
  await time.advanceAsync(1000);
  document.hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await time.advanceAsync(POLL.hidden / 2);
  const { length } = server.requests;
  assert.ok(length > POLL.hidden / 2 / POLL.interval);
  await time.advanceAsync(POLL.hidden);
  const hidden = server.requests.length;
  await time.advanceAsync(10 * POLL.hidden);
  assert.equal(server.requests.length, hidden);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await time.advanceAsync(1000);
  assert.ok(server.requests.length > hidden);
  abort.abort();
  await time.settle();
});

test("a look at a job says so, and keeps it running no longer", async () => {
  const server = new FakeServer(makeRecords(2));
  globalThis.fetch = (url) => server.fetch(url);
  const handlers = { onRelease() {}, onStatus() {}, onRestart() {}, onChunk() {}, onBatch() {} };
  const { signal } = new AbortController();
  const status = await pollOnce("/jobs/lab", "v=1", signal, handlers, { generation: 0, from: 0 }, true);
  assert.equal(status.status, "finished");
  await pollOnce("/jobs/lab", "v=1", signal, handlers, { generation: 0, from: 0 });
  assert.deepEqual(
    server.requests.map(({ terms }) => terms.get("peek")),
    ["1", null],
  );
});
