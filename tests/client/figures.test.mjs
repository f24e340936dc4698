// Layouts and traces of figures: ranges of axes, end markers, colors of the theme, larger type.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  axisRange,
  columnExtent,
  displayPatches,
  figureLayout,
  keepRanges,
} from "../../assets/client/render/figure_layout.mjs";
import { addEndMarkers, endPoint, figureTraces, trajectoryLines } from "../../assets/client/render/figure_traces.mjs";
import { enlarge, withThemeColors } from "../../assets/client/render/styles.mjs";
import { forSeeds, isNear } from "./random.mjs";

const VIEW = {
  toDark: { "#111111": "#eeeeee" },
  templates: { light: { layout: { font: { size: 10 } } }, dark: { layout: {} } },
  time: { column: "tau" },
};

const makeScene = (layout = {}, data = [], display = {}) => ({
  name: "plane",
  display,
  figure: {
    data,
    layout: {
      margin: { l: 50, r: 10, t: 10, b: 60 },
      xaxis: { type: "linear" },
      yaxis: { type: "linear", range: [0, 1], title: { text: "R" } },
      ...layout,
    },
  },
});

const makeContext = (changes = {}) => ({
  view: VIEW,
  state: { layers: [], window: null },
  trajectories: [],
  dark: false,
  enlargement: null,
  ...changes,
});

const DISPLAY = {
  window: "window",
  size: { width: 600, height: 400 },
  sized: false,
  minLegendHeight: 300,
  touch: false,
  previousRanges: null,
};

const layoutOf = (scene, context = makeContext(), display = {}) =>
  figureLayout(scene, displayPatches(scene, context.state), context, { ...DISPLAY, ...display }).layout;

const randomTrajectory = (random, count = random.integer(1, 20)) => ({
  complete: random.boolean(),
  clock: "tau",
  columns: { tau: random.times(count), R: random.column(count, -3, 3), a: random.column(count, -9, 9) },
  traces: {},
});

// --- ranges ---

test("the range of an axis shows all values with a margin that is not wide", () =>
  forSeeds(300, (random) => {
    const low = random.number(-1, 1) * 10 ** random.integer(-6, 6);
    const high = low + random.pick([0, 1e-6, 1, 1e5]) * random.number();
    const [from, to] = axisRange([low, high]);
    assert.ok(from < low && to > high, `${from} ${low} ${high} ${to}`);
    const margin = 0.07 * (high - low) - 1e-9 * (to - from);
    assert.ok(low - from >= margin && to - high >= margin);
    const size = Math.max(high - low, 0.05 * Math.max(Math.abs(high), 1));
    assert.ok(to - from <= 4 * size);
  }));

test("a previous range is kept while it shows all values and at least half of it is used", () =>
  forSeeds(300, (random) => {
    const previous = [random.number(-2, 0), random.number(1, 3)];
    const extent = random.numbers(2, -3, 4).sort((one, other) => one - other);
    const inside = extent[0] >= previous[0] && extent[1] <= previous[1];
    const used = (extent[1] - extent[0]) / (previous[1] - previous[0]);
    assert.equal(axisRange(extent, previous) === previous, inside && used >= 0.5);
  }));

test("axes keep a previous range that shows the new one and is not much longer", () => {
  const previous = { xaxis: [0, 3], yaxis: [-1, 11], yaxis2: [-1, 9], yaxis3: [0, 40] };
  const axis = (low, high) => ({ range: [low, high] });
  const layout = { xaxis: axis(0.5, 2.5), yaxis: axis(0, 12), yaxis2: axis(0, 7), yaxis3: axis(0, 20), margin: {} };
  const ranges = keepRanges(layout, previous);
  assert.deepEqual(ranges, { xaxis: [0, 3], yaxis: [0, 12], yaxis2: [-1, 9], yaxis3: [0, 20] });
  for (const [name, range] of Object.entries(ranges)) assert.deepEqual(layout[name].range, range);
  assert.deepEqual(keepRanges({ xaxis: axis(1, 2), yaxis: {} }, {}), { xaxis: [1, 2] });
});

test("the extent of columns is that of all finite values", () =>
  forSeeds(100, (random) => {
    const trajectories = Array.from({ length: random.integer(1, 4) }, () => randomTrajectory(random));
    trajectories[0].columns.R[0] = random.pick([NaN, Infinity, 0]);
    const values = trajectories.flatMap(({ columns }) => [...columns.R, ...columns.a]).filter(Number.isFinite);
    assert.deepEqual(columnExtent(trajectories, ["R", "a"], false), [Math.min(...values), Math.max(...values)]);
    const positive = values.filter((value) => value > 0);
    const extent = columnExtent(trajectories, ["R", "a"], true);
    if (!positive.length) assert.equal(extent, null);
    else assert.ok(isNear(extent, [Math.min(...positive), Math.max(...positive)].map(Math.log10)));
  }));

test("a logarithmic axis spans twelve decades at most; an extent has the rows of tables, too", () => {
  const columns = { R: [0, 1e-300, 1], cloud: [Float32Array.from([1, 2]), Float32Array.from([3, 100])] };
  assert.ok(isNear(columnExtent([{ columns }], ["R"], true), [-12, 0]));
  assert.deepEqual(columnExtent([{ columns }], ["cloud"], false), [1, 100]);
  assert.equal(columnExtent([{ columns }], ["none"], false), null);
});

test("axes follow columns, the time axis without a margin", () =>
  forSeeds(50, (random) => {
    const trajectories = [randomTrajectory(random, 5), randomTrajectory(random, 9)];
    const scene = makeScene({ meta: { extent: { xaxis: "tau", yaxis: ["R", "a"] } } });
    const layout = layoutOf(scene, makeContext({ trajectories }));
    const times = trajectories.flatMap(({ columns }) => [...columns.tau]);
    assert.deepEqual(layout.xaxis.range, [Math.min(...times), Math.max(...times)]);
    assert.deepEqual(layout.yaxis.range, axisRange(columnExtent(trajectories, ["R", "a"], false)));
  }));

test("before there are samples an axis has the declared range, or a plain one", () => {
  const scene = makeScene({ meta: { extent: { xaxis: "R", yaxis: "a", xaxis2: "R" } }, xaxis2: { type: "log" } });
  const layout = layoutOf(scene);
  assert.deepEqual(
    [layout.xaxis.range, layout.yaxis.range, layout.xaxis2.range],
    [
      [0, 1],
      [0, 1],
      [-1, 1],
    ],
  );
});

test("a window zooms the axes", () => {
  const zoom = (window, xaxis, yaxis = { type: "linear", range: [0, 1] }) => {
    const layout = layoutOf(makeScene({ xaxis, yaxis }), makeContext({ state: { layers: [], window } }));
    return [layout.xaxis.range, layout.yaxis.range];
  };
  const range = [5, 6];
  assert.deepEqual(zoom([1, 2], { range }), [
    [1, 2],
    [0, 1],
  ]);
  assert.deepEqual(zoom([1, 2, 3, 4], { range }), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(zoom([0.1, 100, 1, 10], { type: "log", range }, { type: "log" }), [
    [-1, 2],
    [0, 1],
  ]);
  assert.deepEqual(zoom([-1, 100], { type: "log", range }), [range, [0, 1]], "a logarithmic axis has no 0");
  assert.deepEqual(zoom([1, 2], { range, fixedrange: true }), [range, [0, 1]]);
});

test("choices of the display change the layout and the columns", () => {
  const display = { axis: { log: { layout: { "xaxis.type": "log", "new.path": 1 }, columns: { R: "a" } } } };
  const scene = makeScene({}, [], display);
  assert.deepEqual(displayPatches(scene, { axis: "linear" }), { layout: {}, columns: {} });
  const state = { layers: [], axis: "log" };
  assert.deepEqual(displayPatches(scene, state).columns, { R: "a" });
  const layout = layoutOf(scene, makeContext({ state }));
  assert.deepEqual([layout.xaxis.type, layout.new.path], ["log", 1]);
  assert.equal(scene.figure.layout.xaxis.type, "linear", "the scene itself is not changed");
});

test("a low figure has no legend; a finger does not drag; a size is stated on request", () => {
  const scene = makeScene({ showlegend: true });
  assert.equal(layoutOf(scene).showlegend, true);
  assert.equal(layoutOf(scene, makeContext(), { size: { width: 600, height: 299 } }).showlegend, false);
  assert.equal(layoutOf(scene).dragmode, undefined);
  assert.equal(layoutOf(scene, makeContext(), { touch: true }).dragmode, false);
  const { width, height } = layoutOf(scene, makeContext(), { sized: true });
  assert.deepEqual([width, height], [600, 400]);
});

// --- traces ---

const LINE = { mode: "lines", line: { color: "#111111", width: 2 } };

test("lines of the scene lie below trajectories, names and marks above", () => {
  const run = {
    ...{ complete: true, clock: "tau", columns: { tau: [1, 2], R: [3, 4] } },
    traces: {
      plane: [
        { ...LINE, name: "run", meta: { role: "line", run: 0, x: "tau", y: "R" } },
        { ...LINE, name: "hidden", meta: { role: "line", run: 0, x: "tau", y: "R", layer: "flow" } },
      ],
    },
  };
  const scene = makeScene({}, [
    { name: "text", mode: "text" },
    { name: "curve", mode: "lines" },
  ]);
  const names = (layers) => {
    const context = makeContext({ trajectories: [run], state: { layers } });
    return figureTraces("plane", scene, scene.figure.layout, {}, context, DISPLAY.size).map(({ name }) => name);
  };
  assert.deepEqual(names([]), ["curve", "run", "text"]);
  assert.deepEqual(names(["flow"]), ["curve", "run", "hidden", "text"]);
});

test("a trajectory's traces have its columns, or no data yet", () => {
  const meta = { role: "line", run: 0, x: "tau", y: "R" };
  const columns = { tau: [1, 2], R: [3, 4], a: [5, 6], cx: [[1], [2]], cy: [[3], [4]] };
  const traces = (metas, shown = columns, patches = {}) => {
    const run = {
      complete: false,
      clock: "tau",
      columns: shown,
      traces: { plane: metas.map((each) => ({ meta: each })) },
    };
    const scene = makeScene();
    const context = makeContext({ trajectories: [run] });
    return figureTraces("plane", scene, scene.figure.layout, patches, context, DISPLAY.size).map(({ x, y }) => [x, y]);
  };
  assert.deepEqual(traces([meta]), [
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  assert.deepEqual(traces([meta], columns, { R: "a" }), [
    [
      [1, 2],
      [5, 6],
    ],
  ]);
  assert.deepEqual(traces([{ ...meta, from: "a" }]), [
    [
      [1, 2, 2, 1],
      [3, 4, 6, 5],
    ],
  ]);
  assert.deepEqual(traces([{ ...meta, role: "cloud", x: "cx", y: "cy" }]), [[[2], [4]]]);
  assert.deepEqual(traces([meta], {}), [[[null], [null]]]);
});

test("the overlay draws the trajectories that have samples and whose layer is chosen", () => {
  const run = (columns) => ({
    clock: "tau",
    columns,
    traces: {
      plane: [
        { line: LINE.line, yaxis: "y2", meta: { role: "line", x: "tau", y: "R" } },
        { line: LINE.line, meta: { role: "cloud", x: "tau", y: "R", layer: "cloud" } },
      ],
    },
  });
  const trajectories = [run({ tau: [1], R: [2] }), run({})];
  const lines = (changes) => trajectoryLines("plane", {}, makeContext({ trajectories, ...changes }));
  const [line, ...others] = lines();
  assert.deepEqual(others, []);
  assert.deepEqual([line.xaxis, line.yaxis, line.cloud, line.line.color], ["xaxis", "yaxis2", false, "#111111"]);
  const chosen = lines({ state: { layers: ["cloud"] }, dark: true, enlargement: { type: 2, names: 1, line: 3 } });
  assert.deepEqual(
    chosen.map(({ cloud, line: { color, width } }) => [cloud, color, width]),
    [
      [false, "#eeeeee", 6],
      [true, "#eeeeee", 6],
    ],
  );
  assert.equal(LINE.line.width, 2);
});

// --- ends ---

test("the end of a trajectory is its last point, or where it leaves the figure", () =>
  forSeeds(300, (random) => {
    const count = random.integer(1, 12);
    const xs = random.column(count, -1, 1),
      ys = random.column(count, -3, 3);
    const [low, high] = [-2, 2];
    const isInside = (y) => y >= low && y <= high;
    const own = random.pick(["triangle-up", "circle"]);
    const end = endPoint(xs, ys, [low, high], own);
    if (isInside(ys.at(-1))) assert.deepEqual(end, { x: xs.at(-1), y: ys.at(-1) });
    else if (!ys.some(isInside)) assert.deepEqual(end, { x: null, y: null });
    else {
      const up = ys.at(-1) > high;
      assert.equal(end.symbol, `triangle-${up ? "up" : "down"}${own === "triangle-up" ? "" : "-open"}`);
      assert.equal(end.y, up ? high : low);
      const k = ys.findLastIndex(isInside);
      // On the line from the last point inside to the next one, where that leaves through the same edge.
      const slope = (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k]);
      assert.ok(isNear(ys[k] + slope * (end.x - xs[k]), end.y, 1e-6));
    }
  }));

test("each trajectory has an end of its own, those that are not complete none", () =>
  forSeeds(100, (random) => {
    const trajectories = Array.from({ length: random.integer(1, 5) }, () => randomTrajectory(random));
    const { length } = trajectories;
    const trace = {
      x: random.numbers(length),
      y: random.numbers(length),
      marker: { size: 7, symbol: Array(2 * length).fill("circle") },
      meta: { role: "marks", x: "R", y: "a" },
    };
    const starts = [trace.x, trace.y];
    const range = [-4, 4];
    addEndMarkers(trace, range, trajectories);
    assert.equal(trace.x.length, 2 * length);
    assert.deepEqual([trace.x.slice(0, length), trace.y.slice(0, length)], starts);
    trajectories.forEach(({ complete, columns }, run) => {
      const end = complete ? endPoint(columns.R, columns.a, range, "circle") : { x: null, y: null };
      assert.deepEqual([trace.x[length + run], trace.y[length + run]], [end.x, end.y]);
      assert.equal(trace.marker.symbol[length + run], end.symbol ?? "circle");
      assert.equal(trace.marker.symbol[run], "circle");
    });
  }));

test("ends may be of other columns than starts", () => {
  const columns = { R: [1], a: [2], b: [3] };
  const trace = {
    ...{ x: [0], y: [0], marker: { symbol: ["circle", "square"] } },
    meta: {
      x: "R",
      y: "a",
      ends: [
        { run: 0, x: "R", y: "b" },
        { run: 7, x: "R", y: "b" },
      ],
    },
  };
  addEndMarkers(trace, [0, 9], [{ complete: true, columns }]);
  assert.deepEqual(
    [trace.x, trace.y],
    [
      [0, 1, null],
      [0, 3, null],
    ],
  );
});

// --- styles ---

test("the dark theme replaces colors wherever they are, and copies no data", () => {
  const data = Float32Array.from([1, 2]);
  const long = Array(65).fill(1);
  const colors = Array(65).fill("#111111");
  const value = { line: { color: "#111111" }, x: data, y: long, marker: { color: colors }, text: ["#111111", null, 3] };
  const before = structuredClone(value);
  const dark = withThemeColors(value, VIEW.toDark);
  assert.deepEqual(value, before);
  assert.equal(dark.line.color, "#eeeeee");
  assert.deepEqual(dark.text, ["#eeeeee", null, 3]);
  assert.ok(dark.marker.color.every((color) => color === "#eeeeee"));
  assert.equal(dark.x, data);
  assert.equal(dark.y, long);
  const light = withThemeColors(value, null);
  assert.deepEqual(light, value);
  assert.notEqual(light.line, value.line);
});

test("type, lines and marks are larger for a hall, data is not", () => {
  const enlargement = { type: 2, names: 1.5, line: 3 };
  const make = () => ({
    font: { size: 10 },
    titlefont: { size: 8 },
    line: { width: 2, size: 1 },
    marker: { size: [3, 4], line: { width: 1 } },
    annotations: [{ font: { size: 9 } }],
    x: [1, 2, 3],
    width: 5,
    meta: { font: { size: 10 } },
  });
  assert.deepEqual(enlarge(make(), enlargement), {
    font: { size: 20 },
    titlefont: { size: 16 },
    line: { width: 6, size: 1 },
    marker: { size: [6, 8], line: { width: 3 } },
    annotations: [{ font: { size: 18 } }],
    x: [1, 2, 3],
    width: 5,
    meta: { font: { size: 10 } },
  });
  assert.deepEqual(enlarge(make(), null), make());
});

test("an enlarged layout has wider margins, within bounds", () => {
  const layout = layoutOf(makeScene(), makeContext({ enlargement: { type: 1.5, names: 1, line: 1 } }));
  assert.deepEqual(layout.margin, { l: 74, r: 15, t: 15, b: 84 });
  assert.equal(layout.template.layout.font.size, 15);
  assert.equal(layout.yaxis.automargin, true);
  assert.deepEqual(VIEW.templates.light.layout.font, { size: 10 });
});
