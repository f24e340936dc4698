// Columns of trajectories are joined, and read between samples.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bandOutline,
  bisectRight,
  concat,
  flatten,
  interpolate,
  interpolateAt,
  rowAtTime,
} from "../../assets/client/core/columns.mjs";
import { StreamResult } from "../../assets/client/core/stream_result.mjs";
import { forSeeds, isNear } from "./random.mjs";

/** The value at a time by a search from the start. */
function directly(times, values, time) {
  if (time < times[0]) return values[0];
  for (let k = 1; k < times.length; k += 1) {
    if (time >= times[k]) continue;
    const weight = (time - times[k - 1]) / (times[k] - times[k - 1]);
    return (1 - weight) * values[k - 1] + weight * values[k];
  }
  return values.at(-1);
}

const encode = (numbers) => ({
  dtype: "f4",
  bdata: Buffer.from(Float32Array.from(numbers).buffer).toString("base64"),
});

test("a column that comes in pieces is the whole column", () =>
  forSeeds(50, (random) => {
    const whole = random.column(random.integer(1, 50), -5, 5);
    const rows = Array.from(whole, (value) => Float32Array.from([value, -value]));
    let column, table;
    for (let from = 0; from < whole.length;) {
      const to = from + random.integer(1, 9);
      column = concat(column, whole.subarray(from, to));
      table = concat(table, rows.slice(from, to));
      from = to;
    }
    assert.deepEqual(column, whole);
    assert.deepEqual(table, rows);
    assert.deepEqual(
      [...flatten(table)],
      [...whole].flatMap((value) => [value, -value]),
    );
    assert.equal(flatten(column), column);
  }));

test("bisectRight counts the samples at or before a time", () =>
  forSeeds(100, (random) => {
    const times = random.column(random.integer(0, 30), 0, 9).map(Math.floor).sort();
    for (const time of [...times, ...random.numbers(10, -1, 10)])
      assert.equal(bisectRight(times, time), times.filter((other) => other <= time).length);
  }));

test("values between samples are interpolated, beyond them those of the nearest sample", () =>
  forSeeds(100, (random) => {
    const count = random.integer(1, 30);
    const columns = { tau: random.times(count), R: random.column(count, -2, 2) };
    const samples = { columns, clock: "tau" };
    const last = columns.tau.at(-1);
    for (const time of [...columns.tau, ...random.numbers(20, -1, 1.2 * last)]) {
      const expected = directly(columns.tau, columns.R, time);
      assert.ok(isNear(interpolate(samples, "R", time), expected, 1e-12));
      assert.equal(interpolateAt(columns.tau, columns.R, time), interpolate(samples, "R", time));
      assert.equal(interpolate(samples, "tau", time), Math.min(time, last));
    }
  }));

test("without samples there is no value", () => {
  assert.equal(interpolate({ columns: {}, clock: "tau" }, "R", 1), null);
  assert.equal(interpolateAt([], [], 1), null);
  assert.deepEqual([...rowAtTime({ columns: {}, clock: "tau" }, "R", 1)], []);
});

test("the row of a table at a time has each of its numbers interpolated", () =>
  forSeeds(50, (random) => {
    const count = random.integer(1, 20),
      width = random.integer(1, 6);
    const tau = random.times(count);
    const table = Array.from({ length: count }, () => random.column(width, -1, 1));
    const samples = { columns: { tau, table }, clock: "tau" };
    assert.equal(rowAtTime(samples, "table", null), table.at(-1));
    assert.equal(rowAtTime(samples, "tau", random.number(0, 9)), tau, "a column is a line as it is");
    for (const time of random.numbers(20, -1, 1.2 * tau.at(-1))) {
      const row = rowAtTime(samples, "table", time);
      assert.equal(row.length, width);
      const expected = Array.from(row, (_, i) =>
        directly(
          tau,
          table.map((each) => each[i]),
          time,
        ),
      );
      assert.ok(isNear([...row], expected, 1e-6));
    }
  }));

test("the outline of a band goes along one column and back along the other", () => {
  const columns = { tau: [1, 2, 3], high: [4, 5, 6], low: [7, 8, 9] };
  assert.deepEqual(bandOutline({ columns, clock: "tau" }, "tau", "high", "low"), {
    x: [1, 2, 3, 3, 2, 1],
    y: [4, 5, 6, 9, 8, 7],
  });
});

test("a result is complete when its figures and all samples of its trajectories are there", () =>
  forSeeds(30, (random) => {
    const result = new StreamResult("tau");
    const count = random.integer(0, 3);
    const scene = { kind: "scene", name: "plane", figure: { data: [], layout: {} }, display: {}, cells: null };
    result.add({ kind: "start", version: 1, runs: count, final: true });
    assert.equal(result.final, true);
    result.add({ ...scene, more: true });
    const columns = [];
    for (let index = 0; index < count; index += 1) {
      assert.equal(result.complete, false);
      result.add({ kind: "trajectory", index, traces: {} });
      columns.push(random.column(random.integer(2, 20), 0, 1));
      const cut = random.integer(1, columns[index].length - 1);
      result.add({ kind: "trace", index, columns: { R: encode(columns[index].subarray(0, cut)) }, last: false });
      assert.equal(result.complete, false);
      result.add({ kind: "trace", index, columns: { R: encode(columns[index].subarray(cut)) }, last: true });
    }
    assert.equal(result.complete, false, "a further version of the figure follows");
    result.add({ ...scene, more: false });
    assert.equal(result.complete, true);
    assert.deepEqual(
      result.trajectories.map((trajectory) => trajectory.columns.R),
      columns,
    );
    const { version } = result;
    result.add({ kind: "text" });
    assert.equal(result.version, version + 1);
  }));
