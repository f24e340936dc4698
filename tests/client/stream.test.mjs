// The stream reader reads NDJSON however the network cuts it, and tells refusals from failures.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { prefetched } from "../../assets/client/core/prefetch.mjs";
import { NetworkError, Refusal, RetryLater, readStream } from "../../assets/client/core/stream.mjs";
import { forSeeds } from "./random.mjs";

const realFetch = globalThis.fetch;
let requests;

/** Let fetch answer with what a function returns for each request. */
function serve(answer) {
  requests = [];
  globalThis.fetch = async (url, options) => {
    requests.push({ url, ...options });
    return answer(url, options);
  };
}

beforeEach(() => prefetched.drop());
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** A body in pieces of bytes; `end` gets its controller in the place of the end of the stream. */
function body(pieces, end = (controller) => controller.close()) {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      if (rest.length) controller.enqueue(rest.shift());
      else return end(controller);
    },
  });
}

/** Cut bytes at random places. */
function cut(bytes, random) {
  const pieces = [];
  for (let from = 0; from < bytes.length;) {
    const to = from + random.integer(1, random.pick([1, 3, 40]));
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}

const encode = (chunks) => new TextEncoder().encode(chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join(""));

const randomChunks = (random, last = "end") => [
  ...Array.from({ length: random.integer(0, 12) }, () => ({
    kind: "waiting",
    sentence: Array.from({ length: random.integer(0, 12) }, () => random.pick([...'aā₂−𝛼\n"\\'])).join(""),
  })),
  { kind: last },
];

/** Read a stream; return what the handlers got, and the error that was thrown. */
async function read(signal = new AbortController().signal, onChunk = () => {}) {
  const got = { chunks: [], batches: 0, releases: [], error: null };
  const handlers = {
    onRelease: (release) => got.releases.push(release),
    onChunk: (chunk) => {
      got.chunks.push(chunk);
      onChunk(chunk);
    },
    onBatch: () => (got.batches += 1),
  };
  await readStream("/stream/unlearning?v=1", signal, handlers).catch((error) => {
    got.error = error;
  });
  return got;
}

describe("a stream", () => {
  test("is read line by line wherever it is cut", () =>
    forSeeds(60, async (random) => {
      const chunks = randomChunks(random, random.pick(["end", "error"]));
      const pieces = cut(encode(chunks), random);
      serve(() => new Response(body(pieces), { headers: { "X-Release": "r1" } }));
      const got = await read();
      assert.equal(got.error, null);
      assert.deepEqual(got.chunks, chunks);
      assert.deepEqual(got.releases, ["r1"]);
      assert.equal(got.batches, pieces.length + 1, "after each piece, and at the end");
    }));

  test("that ends before its last chunk was cut off", () =>
    forSeeds(60, async (random) => {
      const chunks = randomChunks(random);
      const bytes = encode(chunks);
      const length = random.integer(0, bytes.length - 1);
      serve(() => new Response(body(cut(bytes.subarray(0, length), random))));
      const got = await read();
      assert.ok(got.error instanceof NetworkError);
      assert.deepEqual(got.chunks, chunks.slice(0, got.chunks.length), "whole lines are passed on");
      assert.ok(got.chunks.length < chunks.length);
    }));

  test("whose connection breaks was cut off", async () => {
    const chunks = randomChunks({ integer: () => 3, pick: ([item]) => item });
    serve(() => new Response(body([encode(chunks)], (controller) => controller.error(new TypeError("network")))));
    const got = await read();
    assert.ok(got.error instanceof NetworkError);
    assert.deepEqual(got.chunks, chunks);
  });
});

describe("a request", () => {
  test("that reaches no server fails as one of the network", async () => {
    serve(() => Promise.reject(new TypeError("fetch failed")));
    const got = await read();
    assert.ok(got.error instanceof NetworkError);
    assert.match(got.error.message, /fetch failed/);
  });

  for (const status of [400, 404, 422]) {
    test(`that is refused with ${status} says why`, async () => {
      const errors = [{ sentence: "Enter a number." }, { sentence: "Choose fewer points." }];
      serve(() => new Response(JSON.stringify({ errors }), { status }));
      const { error, chunks } = await read();
      assert.ok(error instanceof Refusal);
      assert.deepEqual(error.sentences, ["Enter a number.", "Choose fewer points."]);
      assert.deepEqual(chunks, []);
    });
  }

  test("that comes too early is repeated after the time that the server states", async () => {
    const text = JSON.stringify({ errors: [{ sentence: "Too many requests." }] });
    for (const [header, wait] of [
      ["7", 7000],
      [null, 1000],
      ["soon", 1000],
    ]) {
      serve(() => new Response(text, { status: 429, headers: header === null ? {} : { "Retry-After": header } }));
      const { error } = await read();
      assert.ok(error instanceof RetryLater);
      assert.deepEqual([error.message, error.wait], ["Too many requests.", wait]);
    }
  });

  test("that a server or a proxy fails to answer is one of the network", async () => {
    for (const [status, text] of [
      [500, JSON.stringify({ errors: [{ sentence: "no" }] })],
      [502, "<html>Bad gateway</html>"],
      [404, "<html>Not found</html>"],
      [429, "slow down"],
      [403, "{}"],
    ]) {
      serve(() => new Response(text, { status }));
      const { error } = await read();
      assert.ok(error instanceof NetworkError, `${status} ${text}`);
      assert.ok(!(error instanceof Refusal));
    }
  });

  test("that is aborted before its answer ends with an AbortError", async () => {
    const abort = new AbortController();
    serve(
      (url, { signal }) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    const reading = read(abort.signal);
    setTimeout(() => abort.abort());
    assert.equal((await reading).error.name, "AbortError");
    assert.equal((await read(abort.signal)).error.name, "AbortError", "aborted before it is sent");
  });

  test("that is aborted while chunks arrive brings no more of them", () =>
    forSeeds(20, async (random) => {
      const abort = new AbortController();
      const chunks = [{ kind: "start" }, { kind: "waiting" }, { kind: "end" }];
      const stopAt = random.pick(chunks);
      serve(() => new Response(body(chunks.map((chunk) => encode([chunk])))));
      const got = await read(abort.signal, (chunk) => {
        if (chunk.kind === stopAt.kind) abort.abort();
      });
      assert.deepEqual(got.chunks, chunks.slice(0, chunks.indexOf(stopAt) + 1));
      assert.ok(got.error === null || got.error.name === "AbortError");
    }));
});

describe("a stream that is fetched ahead", () => {
  const url = "/stream/unlearning?v=1";
  const setConnection = (connection) =>
    Object.defineProperty(globalThis, "navigator", { value: { connection }, configurable: true, writable: true });
  beforeEach(() => setConnection(undefined));

  test("is read without a second request", () =>
    forSeeds(20, async (random) => {
      const chunks = randomChunks(random);
      serve(() => new Response(body(cut(encode(chunks), random))));
      prefetched.fetch(url);
      prefetched.fetch(url);
      assert.deepEqual((await read()).chunks, chunks);
      assert.equal(requests.length, 1);
      assert.equal(prefetched.url, null);
      await read();
      assert.equal(requests.length, 2, "it is used once");
    }));

  test("is requested again if it failed or is another one", async () => {
    let failures = 1;
    serve(() => new Response(encode([{ kind: "end" }]), { status: failures-- > 0 ? 503 : 200 }));
    prefetched.fetch(url);
    assert.equal((await read()).error, null);
    assert.equal(requests.length, 2);
    prefetched.fetch("/stream/other");
    await read();
    assert.deepEqual(
      requests.slice(2).map((request) => request.url),
      ["/stream/other", url],
    );
  });

  test("is aborted by the reader's signal, and when another one takes its place", async () => {
    serve(() => new Response(encode([{ kind: "end" }])));
    const abort = new AbortController();
    prefetched.fetch(url);
    await read(abort.signal);
    abort.abort();
    assert.equal(requests[0].signal.aborted, true);
    prefetched.fetch("/stream/one");
    prefetched.fetch("/stream/two");
    assert.deepEqual(
      requests.slice(1).map(({ signal }) => signal.aborted),
      [true, false],
    );
  });

  test("is not fetched where the user saves data", () => {
    serve(() => new Response());
    setConnection({ saveData: true });
    prefetched.fetch(url);
    assert.deepEqual(requests, []);
  });
});
