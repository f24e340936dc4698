// What an overlay draws: paths of SVG, and the cells of a map.
import assert from "node:assert/strict";
import { test } from "node:test";

import { interpolate } from "../../assets/client/core/columns.mjs";
import { Heatmap, cellPixels, colorRamp } from "../../assets/client/render/heatmap.mjs";
import {
  arrow,
  arrowsPath,
  cloudPath,
  dashArray,
  linePath,
  polyline,
  sparseCoordinates,
} from "../../assets/client/render/paths.mjs";
import { crc32, textChunk } from "../../assets/client/render/png_export.mjs";
import { canSketch } from "../../assets/client/render/sketch.mjs";
import { forSeeds, isNear } from "./random.mjs";

/** The points of a path of straight lines, as [command, x, y]. */
const points = (path) =>
  [...path.matchAll(/([ML])(-?[\d.e-]+) (-?[\d.e-]+)/g)].map(([, pen, x, y]) => [pen, Number(x), Number(y)]);

const linear = (scale, offset = 0, length = 400) => ({
  ...{ type: "linear", _offset: 0, _length: length },
  d2p: (value) => offset + scale * value,
});
const logarithmic = (scale) => ({ type: "log", _length: 400, d2p: (value) => scale * Math.log10(value) });

const randomRun = (random) => {
  const count = random.integer(1, 30);
  const columns = { tau: random.times(count), R: random.column(count, -3, 3), low: random.column(count, -3, 3) };
  return { clock: "tau", columns };
};

// --- lines ---

test("a line goes through the samples up to a time, and ends at that time", () =>
  forSeeds(200, (random) => {
    const run = randomRun(random);
    const { tau, R } = run.columns;
    const [xaxis, yaxis] = [linear(random.number(1, 50)), linear(-random.number(1, 50), 100)];
    const time = random.number(0, 1.2 * tau.at(-1));
    const found = points(linePath({ run, x: "tau", y: "R" }, xaxis, yaxis, time));
    const count = tau.filter((each) => each <= time).length;
    const expected = Array.from({ length: count }, (_, k) => [tau[k], R[k]]);
    if (count > 0 && count < tau.length) expected.push([time, interpolate(run, "R", time)]);
    assert.equal(found.length, expected.length);
    found.forEach(([pen, px, py], k) => {
      assert.equal(pen, k ? "L" : "M");
      const [x, y] = expected[k];
      assert.ok(Math.abs(px - xaxis.d2p(x)) <= 0.051 && Math.abs(py - yaxis.d2p(y)) <= 0.051);
    });
  }));

test("a line begins anew after a value that has no place", () => {
  const run = { clock: "tau", columns: { tau: [1, 2, 3, 4, 5], R: [1, NaN, 3, Infinity, 5] } };
  const found = points(linePath({ run, x: "tau", y: "R" }, linear(1), linear(1), Infinity));
  assert.deepEqual(found, [
    ["M", 1, 1],
    ["M", 3, 3],
    ["M", 5, 5],
  ]);
});

test("0 on a logarithmic axis is far to the left, and nothing is farther up or down", () => {
  const run = { clock: "tau", columns: { tau: [0, 10], R: [1, 1e30] } };
  const found = points(linePath({ run, x: "tau", y: "R" }, logarithmic(50), linear(-1), Infinity));
  assert.deepEqual(found, [
    ["M", -1e4, -1],
    ["L", 50, -1e4],
  ]);
});

test("a band goes back along its other edge", () =>
  forSeeds(50, (random) => {
    const run = randomRun(random);
    const { tau, R, low } = run.columns;
    const found = points(linePath({ run, x: "tau", y: "R", from: "low" }, linear(9), linear(9), Infinity));
    assert.equal(found.length, 2 * tau.length);
    const edge = [...R, ...[...low].reverse()];
    found.forEach(([, , py], k) => assert.ok(Math.abs(py - 9 * edge[k]) <= 0.051));
  }));

test("the row of a table is drawn whole at each time", () => {
  const columns = {
    tau: [0, 1],
    sigma: [
      [1, 2, 3],
      [1, 2, 3],
    ],
    best: [
      [0, 0, 0],
      [2, 4, 6],
    ],
  };
  const run = { clock: "tau", columns };
  const found = points(linePath({ run, x: "sigma", y: "best" }, linear(1), linear(1), 0.5));
  assert.deepEqual(found, [
    ["M", 1, 1],
    ["L", 2, 2],
    ["L", 3, 3],
  ]);
});

test("a cloud has a dot for each point that has a place", () => {
  const columns = { tau: [0], u: [[1, NaN, 3]], v: [[4, 5, 1e9]] };
  const line = { run: { clock: "tau", columns }, x: "u", y: "v" };
  assert.equal(cloudPath(line, linear(10), linear(10), 0), "M10.0 40.0h0");
});

test("dashes are in pixels", () => {
  assert.equal(dashArray({ width: 2 }), "none");
  assert.equal(dashArray({ dash: "solid", width: 2 }), "none");
  assert.equal(dashArray({ dash: "dot", width: 2 }), "3 3", "a thin line has dots of three pixels");
  assert.equal(dashArray({ dash: "dash", width: 4 }), "12 12");
  assert.equal(dashArray({ dash: "dashdot", width: 4 }), "12 4 4 4");
  assert.equal(dashArray({ dash: "5px,2px", width: 4 }), "5,2");
});

// --- arrows ---

test("an arrow has a shaft of one length around its middle, and a symmetric head at its tip", () =>
  forSeeds(200, (random) => {
    const [px, py] = random.numbers(2, 50, 350);
    const [across, up] = random.numbers(2, -1, 1).map((part) => part * 10 ** random.integer(-6, 6));
    const found = points(arrow(px, py, across, up));
    assert.equal(found.map(([pen]) => pen).join(""), "MLMLL");
    const [tail, tip, one, again, other] = found.map(([, x, y]) => [x, y]);
    const distance = (from, to) => Math.hypot(to[0] - from[0], to[1] - from[1]);
    assert.deepEqual(again, tip);
    assert.ok(Math.abs(distance(tail, tip) - 15) < 0.2);
    assert.ok(distance([(tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2], [px, py]) < 0.1);
    assert.ok(Math.abs(distance(one, tip) - Math.hypot(6, 2.7)) < 0.2);
    assert.ok(Math.abs(distance(other, tip) - Math.hypot(6, 2.7)) < 0.2);
    assert.ok(Math.abs(distance(one, other) - 5.4) < 0.2);
    const length = Math.hypot(across, up);
    assert.ok(distance([tip[0] - tail[0], tip[1] - tail[1]], [(15 * across) / length, (15 * up) / length]) < 0.2);
  }));

test("there is no arrow without a direction", () => {
  for (const [across, up] of [
    [0, 0],
    [NaN, 1],
    [1, NaN],
  ])
    assert.equal(arrow(1, 1, across, up), "");
});

test("coordinates of arrows are at even distances with room for an arrow", () =>
  forSeeds(200, (random) => {
    const step = random.number(0.1, 3);
    const grid = Array.from({ length: random.integer(2, 30) }, (_, k) => k * step);
    const axis = linear(random.pick([-1, 1]) * random.number(1, 60));
    const shuffled = [...grid, ...grid].sort(() => random.number(-1, 1));
    const kept = [...sparseCoordinates(shuffled, axis)];
    assert.equal(kept[0], 0);
    const pixels = kept.map((value) => Math.abs(axis.d2p(value)));
    for (let k = 1; k < kept.length; k += 1) assert.ok(pixels[k] - pixels[k - 1] >= 22 - 1e-6);
    const distance = Math.abs(axis.d2p(step));
    const expected = Math.ceil(grid.length / Math.min(Math.ceil(22 / distance), grid.length));
    assert.equal(kept.length, expected, "as many as there is room for");
  }));

test("a field has an arrow at each of its coordinates inside the axes", () =>
  forSeeds(50, (random) => {
    const grid = Array.from({ length: 36 }, (_, k) => [k % 6, Math.floor(k / 6)]);
    const field = {
      ...{ x: grid.map(([x]) => x), y: grid.map(([, y]) => y) },
      ...{ across: grid.map(() => 1), up: grid.map(() => random.number(-1, 1)) },
    };
    const [xaxis, yaxis] = [linear(random.number(25, 100), 0, 300), linear(-random.number(25, 100), 250, 300)];
    const inside = grid.filter(([x, y]) =>
      [
        [xaxis, x],
        [yaxis, y],
      ].every(([axis, value]) => axis.d2p(value) > 0 && axis.d2p(value) < 300),
    );
    assert.equal(points(arrowsPath(field, xaxis, yaxis)).length, 5 * inside.length);
  }));

// --- cells ---

const randomCells = (random) => {
  const n = [random.integer(2, 9), random.integer(2, 9)];
  const count = n[0] * n[1];
  return {
    ...{ n, x: [0, 1], y: [-1, 1], strength: random.number(0.1, 1) },
    fate: Uint8Array.from({ length: count }, () => random.integer(0, 2)),
    fates: ["#ff0000", "#00ff80", "#102030"].map((color, k) => ({ color, glyph: "abc"[k], word: `fate ${k}` })),
    quantity: random.pick([
      null,
      {
        ...{ low: -1, high: 3, log: random.boolean(), name: "q", scale: ["#000000", "#ff8000", "#ffffff"] },
        values: Uint16Array.from({ length: count }, () => random.pick([0, 65534, 65535, random.integer(0, 65535)])),
      },
    ]),
  };
};

const bytes = (pixels, index) => [...new Uint8Array(pixels.buffer, 4 * index, 4)];

test("each cell has the color of its fate or its quantity, the first row at the bottom", () =>
  forSeeds(100, (random) => {
    const cells = randomCells(random);
    const {
      n: [nx, ny],
      quantity,
    } = cells;
    const pixels = cellPixels(cells, (color) => (color === "#ff0000" ? "#0000ff" : color));
    for (let k = 0; k < nx * ny; k += 1) {
      const found = bytes(pixels, (ny - 1 - Math.floor(k / nx)) * nx + (k % nx));
      if (quantity === null) {
        const color = [
          [0, 0, 255],
          [0, 255, 128],
          [16, 32, 48],
        ][cells.fate[k]];
        assert.deepEqual(found, [...color, Math.round(255 * cells.strength)]);
      } else if (quantity.values[k] === 65535) assert.equal(found[3], 0, "no value, no color");
      else assert.deepEqual(found, [...colorRamp(quantity.scale)[quantity.values[k] >> 8], 255]);
    }
  }));

test("the cell at a pixel is the one that is painted there", () =>
  forSeeds(100, (random) => {
    const cells = randomCells(random);
    const [nx, ny] = cells.n;
    const [xaxis, yaxis] = [linear(random.number(50, 300)), linear(-random.number(50, 300), 300)];
    const { left, top, width, height } = Heatmap.rectangle(cells, xaxis, yaxis);
    for (let trial = 0; trial < 20; trial += 1) {
      const [i, j] = [random.integer(0, nx - 1), random.integer(0, ny - 1)];
      const px = left + ((i + random.number(0.01, 0.99)) / nx) * width;
      const py = top + ((ny - 1 - j + random.number(0.01, 0.99)) / ny) * height;
      const found = Heatmap.at(cells, xaxis, yaxis, px, py);
      assert.equal(found.word, cells.fates[cells.fate[j * nx + i]].word);
      const value = cells.quantity && cells.quantity.values[j * nx + i];
      if (value === null || value === 65535) assert.equal(found.quantity, null);
      else {
        const exact = -1 + (4 * value) / 65534;
        assert.ok(isNear(found.quantity, cells.quantity.log ? 10 ** exact : exact, 6e-3));
      }
    }
    for (const [px, py] of [
      [left - 1, top + 1],
      [left + 1, top - 1],
      [left + width + 1, top + 1],
      [left + 1, top + height + 1],
      [NaN, top],
    ])
      assert.equal(Heatmap.at(cells, xaxis, yaxis, px, py), null);
  }));

test("the middles of the outermost cells are at the ends of the map's ranges", () =>
  forSeeds(50, (random) => {
    const cells = randomCells(random);
    const [nx, ny] = cells.n;
    const [xaxis, yaxis] = [linear(100, 7), linear(-80, 300)];
    const { left, top, width, height } = Heatmap.rectangle(cells, xaxis, yaxis);
    const middles = [left + width / nx / 2, left + width - width / nx / 2];
    assert.ok(isNear(middles, cells.x.map(xaxis.d2p)));
    const rows = [top + height - height / ny / 2, top + height / ny / 2];
    assert.ok(isNear(rows, cells.y.map(yaxis.d2p)));
  }));

// --- PNG ---

test("the text of a PNG has its length, its type, Latin-1 letters and a checksum", () => {
  const chunk = new DataView(textChunk("Title", "ā − é"));
  const text = "Title\0? - é";
  assert.equal(chunk.getUint32(0), text.length);
  assert.equal(Buffer.from(chunk.buffer, 4, 4).toString("latin1"), "tEXt");
  assert.equal(Buffer.from(chunk.buffer, 8, text.length).toString("latin1"), text);
  assert.equal(chunk.getUint32(8 + text.length), crc32(new Uint8Array(chunk.buffer, 4, 4 + text.length)));
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

// --- sketches ---

test("scatter traces of straight lines, known symbols and known tags are sketched, others are not", () => {
  const line = { mode: "lines", line: { color: "#000", width: 2 } };
  const can = [
    line,
    { mode: "markers", marker: { symbol: ["x-thin", "circle-open", "triangle-down-open"] } },
    { mode: "markers+text", text: ["<b>ā<sub>c</sub></b> = 5", "τ<sup>−1/3</sup>"] },
    { mode: "text", text: "plain" },
  ];
  const cannot = [
    { type: "contour" },
    { ...line, fill: "tozeroy" },
    { ...line, line: { shape: "spline" } },
    { mode: "markers", marker: { symbol: ["circle", "star"] } },
    { mode: "text", text: ["two<br>lines"] },
    { mode: "none" },
    {},
  ];
  for (const trace of can) assert.ok(canSketch({ x: [], y: [], ...trace }), JSON.stringify(trace));
  for (const trace of cannot) assert.ok(!canSketch({ x: [], y: [], ...trace }), JSON.stringify(trace));
});

test("a line of a scene has gaps where it has no number", () => {
  const found = points(polyline([1, 2, null, 4, 5], [1, 2, 3, NaN, 5], linear(1), linear(1)));
  assert.deepEqual(found, [
    ["M", 1, 1],
    ["L", 2, 2],
    ["M", 5, 5],
  ]);
});
