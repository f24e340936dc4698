// Pictures: what a stream has brought of one state, as scenes and runs with their columns.
window.fl = window.fl || {};

fl.COLUMNS = { f4: Float32Array, u1: Uint8Array, u2: Uint16Array };

// A value with its columns as typed arrays: {dtype, bdata} is little-endian, in base64; with a shape it is
// a table, an array of rows.
fl.decoded = function (value) {
  if (Array.isArray(value)) return value.map(fl.decoded);
  if (value === null || typeof value !== "object") return value;
  if (fl.COLUMNS[value.dtype]) {
    const text = atob(value.bdata);
    const bytes = new Uint8Array(text.length);
    for (let k = 0; k < text.length; k += 1) bytes[k] = text.charCodeAt(k);
    const numbers = new fl.COLUMNS[value.dtype](bytes.buffer);
    if (!value.shape) return numbers;
    const [rows, width] = value.shape.split(",").map(Number);
    return Array.from({ length: rows }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fl.decoded(item)]));
};

// Two columns, or tables, one after the other.
fl.joined = function (first, second) {
  if (!first) return second;
  if (Array.isArray(second)) return [...first, ...second];
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
};

// What one stream has brought so far; `clock` is the column of its runs that holds the time.
fl.Picture = class {
  constructor(clock) {
    this.clock = clock;
    this.expected = Infinity;
    this.scenes = {};
    this.runs = [];
    this.final = false; // whether nothing follows that is computed beside the server
    this.version = 0; // counts what has come
  }

  take(chunk) {
    this.version += 1;
    if (chunk.kind === "start") {
      this.expected = chunk.runs;
      this.final = Boolean(chunk.final);
    }
    else if (chunk.kind === "scene") this.scenes[chunk.name] = fl.decoded(chunk);
    else if (chunk.kind === "trajectory") {
      this.runs[chunk.index] = { ...chunk, traces: fl.decoded(chunk.traces), columns: {}, clock: this.clock, complete: false };
    }
    else if (chunk.kind === "trace") {
      const run = this.runs[chunk.index];
      for (const [name, values] of Object.entries(fl.decoded(chunk.columns))) {
        run.columns[name] = fl.joined(run.columns[name], values);
      }
      run.complete = chunk.last;
    }
  }

  get complete() {
    const scenes = Object.values(this.scenes);
    return scenes.length > 0 && !scenes.some(({ more }) => more) && this.runs.length === this.expected && this.runs.every((run) => run.complete);
  }
};

// The number of samples at or before a time.
fl.countUntil = function (times, time) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1; else high = middle;
  }
  return low;
};

// A column of a run for a line. Of a table, whose rows belong to the run's times: the row at a time, between samples by
// interpolation; the last one at null.
fl.rowAt = function ({ columns, clock }, name, time) {
  const values = columns[name] || [];
  if (!values.length || values[0].length === undefined) return values;
  if (time === null) return values.at(-1);
  const times = columns[clock], k = fl.countUntil(times, time);
  if (k === 0) return values[0];
  if (k >= values.length) return values.at(-1);
  const share = (time - times[k - 1]) / (times[k] - times[k - 1]);
  return values[k].map((value, i) => values[k - 1][i] + share * (value - values[k - 1][i]));
};

// The value of a run's column at a time, between samples by interpolation; null where it has none.
fl.valueAt = function ({ columns, clock }, name, time) {
  const times = columns[clock], values = columns[name];
  if (!times || !times.length) return null;
  if (name === clock) return Math.min(time, times[times.length - 1]);
  const k = fl.countUntil(times, time);
  if (k === 0) return values[0];
  if (k === times.length) return values[k - 1];
  const before = values[k - 1], after = values[k];
  return before + (after - before) * (time - times[k - 1]) / (times[k] - times[k - 1]);
};
