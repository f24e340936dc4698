// Labels are moved apart beside an axis, and shortened in regions.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LINE_HEIGHT, fitLabel, fitLabels, spreadHeights, spreadLabels } from "../../assets/client/render/labels.mjs";
import { forSeeds, isNear } from "./random.mjs";

const orderOf = (heights) => heights.map((_, k) => k).sort((one, other) => heights[one] - heights[other]);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("labels that are moved apart keep their order and have a line each", () =>
  forSeeds(300, (random) => {
    const heights = random.numbers(random.integer(1, 15), 0, random.pick([0.01, 1, 10, 100]));
    const distance = random.number(0.1, 3);
    const before = [...heights];
    const spread = spreadHeights(heights, distance);
    assert.deepEqual(heights, before);
    const order = orderOf(heights);
    for (let k = 1; k < order.length; k += 1)
      assert.ok(spread[order[k]] - spread[order[k - 1]] >= distance - 1e-9, `${spread[order[k]]}`);
    assert.ok(isNear(mean(spread), mean(heights)));
  }));

test("labels that have room stay where they are", () =>
  forSeeds(100, (random) => {
    let height = 0;
    const heights = Array.from({ length: random.integer(1, 9) }, () => (height += random.number(1, 5)));
    assert.deepEqual(spreadHeights(heights, 1), heights);
  }));

test("no other heights with these distances are nearer", () =>
  forSeeds(100, (random) => {
    const heights = random.numbers(random.integer(2, 8), 0, 3);
    const cost = (others) => others.reduce((sum, other, k) => sum + (other - heights[k]) ** 2, 0);
    const spread = spreadHeights(heights, 1);
    const order = orderOf(heights);
    for (let trial = 0; trial < 50; trial += 1) {
      // Others: each label moves, and those above make room.
      const others = spread.map((height) => height + random.number(-0.3, 0.3));
      for (let k = 1; k < order.length; k += 1) others[order[k]] = Math.max(others[order[k]], others[order[k - 1]] + 1);
      assert.ok(cost(others) >= cost(spread) - 1e-9);
    }
  }));

test("equal labels are spread evenly, the first one lowest", () => {
  assert.deepEqual(spreadHeights([0, 0, 0], 2), [-2, 0, 2]);
  assert.deepEqual(spreadHeights([], 2), []);
});

test("names beside an axis have a line of text each in the pixels of the figure", () =>
  forSeeds(50, (random) => {
    const trace = { y: random.numbers(random.integer(2, 6), 0, 1), textfont: { size: 12 }, meta: { role: "names" } };
    const size = { width: random.pick([300, 800]), height: random.number(200, 600) };
    const margin = { t: random.number(0, 40), b: random.number(0, 40) };
    const enlargement = random.pick([null, { type: 1.5, names: 1.2, line: 2 }]);
    const range = [-1, random.number(0, 4)];
    spreadLabels(trace, { margin, yaxis: { range } }, size, enlargement);
    const pixels = (size.height - margin.t - margin.b) / (range[1] - range[0]);
    const heights = [...trace.y].sort((one, other) => one - other).map((y) => y * pixels);
    const line = LINE_HEIGHT * (enlargement ? 1.5 : 1);
    for (let k = 1; k < heights.length; k += 1) assert.ok(heights[k] - heights[k - 1] >= line - 1e-6);
    assert.ok(isNear(trace.textfont.size, 12 * (enlargement ? 1.2 / 1.5 : 1) - (size.width < 450 ? 2 : 0)));
  }));

test("a region shows its label, its first letter, or nothing: the longest that fits", () =>
  forSeeds(200, (random) => {
    const label = "unlearning".slice(0, random.integer(1, 10));
    const room = { width: random.number(0, 120), height: random.number(0, 40) };
    const fontSize = random.number(8, 20);
    const text = fitLabel(label, room, fontSize);
    const fits = (candidate) => room.height >= LINE_HEIGHT && candidate.length * 0.6 * fontSize < room.width;
    const expected = [label, label[0]].find(fits) ?? "";
    assert.equal(text, expected);
    const larger = { width: 2 * room.width, height: 2 * room.height };
    assert.ok(fitLabel(label, larger, fontSize).length >= text.length, "more room does not shorten a label");
  }));

test("regions are measured in the pixels inside the margins", () => {
  const rooms = [
    [0.5, 0.5],
    [0.05, 0.5],
    [0.5, 0.05],
    [0.01, 0.5],
  ];
  const trace = { text: ["learns", "learns", "learns", "learns"], textfont: { size: 10 }, meta: { rooms } };
  const layout = { margin: { l: 60, r: 40, t: 10, b: 40 } };
  assert.deepEqual(fitLabels(trace, layout, { width: 300, height: 250 }).text, ["learns", "l", "", ""]);
});
