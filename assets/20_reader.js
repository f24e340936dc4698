// The stream reader: NDJSON by fetch, line by line, until it ends or is aborted.
window.fl = window.fl || {};

// Calls onRelease with the server's release, onChunk for each chunk and onBatch after each piece of the network's.
// Throws {sentences} where the server refuses, fl.Later where it will not at present, fl.Lost where it is away or cut
// off, AbortError where the signal says so.
fl.Lost = class extends Error {};

// What was asked for is computed later: sentence says why, wait in how many ms to ask again.
fl.Later = class extends Error {
  constructor(sentence, wait) {
    super(sentence);
    this.wait = wait;
  }
};

fl.lost = (error) => { throw error.name === "AbortError" ? error : new fl.Lost(error.message); };

fl.read = async function (url, signal, { onRelease, onChunk, onBatch }) {
  const response = await fl.ahead.take(url, signal) || await fetch(url, { signal }).catch(fl.lost);
  onRelease(response.headers.get("X-Release"));
  if (!response.ok) {
    throw fl.refusal(response, response.status < 500 && await response.json().catch(() => null));
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "", last = null;
  for (;;) {
    const { value, done } = await reader.read().catch(fl.lost);
    if (signal.aborted) return;
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) onChunk(last = JSON.parse(line));
    onBatch();
    if (!done) continue;
    if (!last || !["end", "error"].includes(last.kind)) throw new fl.Lost("the stream was cut off");
    return;
  }
};

// One stream that is fetched before it is asked for, after everything else that the browser wants; it outlives a page.
fl.ahead = {
  url: null,

  fetch(url) {
    if (url === this.url || (navigator.connection && navigator.connection.saveData)) return;
    this.drop();
    const abort = new AbortController();
    // One branch keeps what has come until it is read, the other one goes on asking for it.
    const answer = fetch(url, { priority: "low", signal: abort.signal }).then((response) => {
      if (!response.ok) return null;
      const [kept, read] = response.body.tee();
      read.pipeTo(new WritableStream()).catch(() => {});
      return new Response(kept, { status: response.status, headers: response.headers });
    }).catch(() => null);
    Object.assign(this, { url, abort, answer });
  },

  // The answer to a question, as far as it has come; null where it was not fetched.
  async take(url, signal) {
    if (url !== this.url) return null;
    const { answer, abort } = this;
    this.url = null;
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    return answer;
  },

  drop() {
    if (this.url) this.abort.abort();
    this.url = null;
  },
};

// What is thrown of an answer that is none.
fl.refusal = function (response, body) {
  if (!body || !body.errors || response.status >= 500) return new fl.Lost(`status ${response.status}`);
  const sentences = body.errors.map((error) => error.sentence);
  if (response.status === 429) return new fl.Later(sentences.join(" "), 1000 * (Number(response.headers.get("Retry-After")) || 1));
  return { sentences };
};

// Lets a drag through at the pace at which pictures are seen: one is under way at a time, the last
// value always follows. One that takes unusually long is given up for a newer value.
fl.Gate = class {
  constructor(action) {
    this.action = action;
    this.patience = fl.Gate.SHORTEST;
    this.busy = false;
    this.waiting = false;
    this.timer = null;
    this.took = 0; // ms until the last picture was seen
  }

  static SHORTEST = 300; // ms that any picture is given: what is nearly there is not given up
  static LONGEST = 4000;

  pass() {
    if (this.busy) this.waiting = true;
    else this.go();
  }

  go() {
    clearTimeout(this.timer);
    this.waiting = false;
    this.busy = true;
    this.since = performance.now();
    this.timer = setTimeout(() => this.late(), this.patience);
    this.action();
  }

  // The picture asked for is not there yet: a newer value need not wait for it any longer.
  late() {
    this.busy = false;
    this.patience = Math.min(2 * this.patience, fl.Gate.LONGEST);
    if (this.waiting) this.go();
  }

  // The picture asked for last has been drawn.
  seen() {
    clearTimeout(this.timer);
    this.took = performance.now() - this.since;
    this.patience = Math.min(Math.max(0.5 * this.patience + 1.5 * this.took, fl.Gate.SHORTEST), fl.Gate.LONGEST);
    this.busy = false;
    if (this.waiting) this.go();
  }

  close() {
    clearTimeout(this.timer);
    this.busy = this.waiting = false;
  }
};
