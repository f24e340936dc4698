// Drafts: parts that the client has are not sent again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamResult } from "../../assets/client/core/stream_result.mjs";
import { magnification } from "../../assets/client/render/figure_layout.mjs";
import { forSeeds, isNear } from "./random.mjs";

const TRACE = { type: "scatter", x: { dtype: "f4", bdata: "AACAPwAAAEA=" }, y: [0, 1] };
const LAYOUT = { xaxis: { range: [0, 1] } };

const scene = (parts) => ({ kind: "draft_scene", name: "plane", more: false, ...parts });
const whole = scene({
  data: [{ digest: "trace", part: TRACE }],
  layout: { digest: "layout", part: LAYOUT },
  display: { digest: "display", part: {} },
  field: { digest: "none", part: null },
  cells: { digest: "none", part: null },
});
const bare = scene({
  data: [{ digest: "trace" }],
  layout: { digest: "layout" },
  display: { digest: "display" },
  field: { digest: "none" },
  cells: { digest: "none" },
});

test("a draft is a picture like any other", () => {
  const result = new StreamResult("tau");
  result.add({ kind: "start", version: 1, runs: 1 });
  result.add(whole);
  assert.deepEqual(result.scenes.plane.figure, {
    data: [{ type: "scatter", x: new Float32Array([1, 2]), y: [0, 1] }],
    layout: LAYOUT,
  });
  assert.equal(result.scenes.plane.field, null);
  const traces = { digest: "lines", part: { plane: [{ meta: { role: "line", run: 0, x: "R", y: "a" } }] } };
  result.add({ kind: "draft_trajectory", index: 0, traces, name: "first", color: "#111111" });
  result.add({
    kind: "trace",
    index: 0,
    columns: { R: { dtype: "u2", bdata: "AAD9/w==", low: 1, high: 3 } },
    last: true,
  });
  const [trajectory] = result.trajectories;
  assert.deepEqual([...trajectory.columns.R], [1, 3]);
  assert.deepEqual(trajectory.traces, traces.part);
  assert.equal(trajectory.name, "first");
  assert.ok(result.complete);
});

test("what an earlier draft has brought is used again, and only what the latest has is remembered", () => {
  const first = new StreamResult("tau", new Map([["older", {}]]));
  first.add(whole);
  assert.deepEqual([...first.parts.keys()].sort(), ["display", "layout", "none", "trace"]);
  const second = new StreamResult("tau", first.parts);
  second.add(bare);
  assert.deepEqual(second.scenes.plane, first.scenes.plane);
  assert.equal(second.scenes.plane.figure.data[0], first.scenes.plane.figure.data[0], "not decoded again");
  assert.deepEqual([...second.parts.keys()].sort(), [...first.parts.keys()].sort());
});

test("a part that nobody has is an error", () => {
  assert.throws(() => new StreamResult("tau").add(bare), /missing/);
});

test("a zoomed figure is magnified as often as its window fits into its range", () =>
  forSeeds(100, (random) => {
    const low = random.number(-10, 10),
      width = random.number(1, 50),
      share = random.number(0.1, 1);
    const window = [low + 0.3 * width * (1 - share), low + 0.3 * width * (1 - share) + share * width];
    const layout = { xaxis: { range: [low, low + width] }, yaxis: { type: "log", range: [-3, 1] } };
    const [across, up] = magnification(layout, [...window, 0.1, 10]);
    assert.ok(isNear(across, 1 / share, 1e-9));
    assert.ok(isNear(up, 2, 1e-9), "two of four decades");
    assert.deepEqual(magnification(layout, null), [1, 1]);
    assert.ok(magnification({}, window)[0] > 1000, "without a range, as fine as can be");
  }));
