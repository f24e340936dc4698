// The stream reader: NDJSON by fetch, line by line, until it ends or is aborted.
window.fl = window.fl || {};

// Calls onChunk for each chunk and onBatch after each piece of the network's.
// Throws {sentences} where the server refuses, AbortError where the signal says so.
fl.read = async function (url, signal, onChunk, onBatch) {
  const response = await fetch(url, { signal });
  if (!response.ok) {
    const body = await response.json().catch(() => ({ errors: [] }));
    throw { sentences: (body.errors || []).map((error) => error.sentence) };
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (signal.aborted) return;
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) onChunk(JSON.parse(line));
    onBatch();
    if (done) return;
  }
};

// Lets a drag through at once and then at most every `pause` ms, the last value always.
// The pause follows the time that a picture takes, so that a slow one is not asked for in vain.
fl.Gate = class {
  constructor(action) {
    this.action = action;
    this.pause = fl.Gate.SHORTEST;
    this.last = -Infinity;
    this.timer = null;
  }

  static SHORTEST = 40; // ms; below, a picture is replaced before it is seen
  static LONGEST = 250;

  pass() {
    const wait = this.last + this.pause - performance.now();
    if (wait <= 0) this.go();
    else if (this.timer === null) this.timer = setTimeout(() => this.go(), wait);
  }

  go() {
    clearTimeout(this.timer);
    this.timer = null;
    this.last = performance.now();
    this.action();
  }

  took(milliseconds) {
    const wanted = 0.7 * this.pause + 0.3 * 1.1 * milliseconds;
    this.pause = Math.min(Math.max(wanted, fl.Gate.SHORTEST), fl.Gate.LONGEST);
  }

  close() {
    clearTimeout(this.timer);
    this.timer = null;
  }
};
