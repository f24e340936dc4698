// Links hold a state; the vectors of tests/vectors check them against the server's.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  axisValues,
  canonical,
  computationQuery,
  numberText,
  query,
  trajectoryQuery,
  withAxisValues,
} from "../../assets/client/core/link.mjs";
import { forSeeds, isNear } from "./random.mjs";

const parameter = (name, group = "physics", key = name.toLowerCase()) => ({ name, key, group });

const MAP = {
  version: 3,
  figures: { map: { opens: "/" } },
  parameters: [
    parameter("c"),
    parameter("c_star", "physics", "cs"),
    parameter("eps"),
    parameter("a"),
    parameter("R0"),
    parameter("tau"),
    parameter("x"),
    parameter("y"),
    parameter("layers", "overlay", "lay"),
    parameter("clock", "display"),
  ],
  axes: {
    eps: { field: "eps", index: null, rest: 1 },
    "c[2]": { field: "c", index: 1, rest: 0 },
    "c[3]": { field: "c", index: 2, rest: 0 },
  },
};

const randomState = (random) => ({
  c: random.numbers(3, -5, 5),
  c_star: random.numbers(2, -5, 5),
  eps: random.number(0.001, 1),
  a: random.numbers(random.integer(1, 3), 0, 9),
  R0: random.number(),
  tau: random.number(1, 1e6),
  x: "eps",
  y: random.pick(["c[2]", "c[3]"]),
  layers: random.pick([[], ["flow"], ["flow", "basins"]]),
  clock: "log",
});

test("the text of a number is the shortest that is read as the same number to 12 digits", () =>
  forSeeds(300, (random) => {
    const number = random.pick([1, -1]) * random.number(1, 10) * 10 ** random.integer(-30, 30);
    for (const value of [number, Number(number.toPrecision(random.integer(1, 12)))]) {
      const text = numberText(value);
      assert.equal(Number(text), canonical(value));
      assert.ok(isNear(Number(text) / value, 1, 1e-11));
      assert.ok(Math.abs(value) >= 1e12 || text.length <= String(canonical(value)).length);
      assert.doesNotMatch(text, /\+/);
    }
  }));

test("there is no negative zero", () => {
  assert.equal(numberText(-0), "0");
  assert.ok(Object.is(canonical(-0), 0));
});

test("a query has the fields of a state that are set, by groups", () =>
  forSeeds(50, (random) => {
    const state = { ...randomState(random), tau: null };
    const terms = new URLSearchParams(query(MAP, state));
    assert.equal(terms.get("v"), "3");
    assert.equal(terms.has("tau"), false);
    assert.ok(isNear(terms.get("c").split(",").map(Number), state.c));
    assert.equal(terms.get("lay"), state.layers.join(","));
    assert.equal(new URLSearchParams(query(MAP, state, ["display"])).toString(), "v=3&clock=log");
  }));

test("the axes of a map can be set and read", () =>
  forSeeds(50, (random) => {
    const state = randomState(random);
    const [x, y] = random.numbers(2, -1, 1);
    const before = structuredClone(state);
    const moved = { ...state, ...withAxisValues(MAP, state, { x, y }) };
    assert.deepEqual(state, before, "the state itself is not changed");
    assert.deepEqual(axisValues(MAP, moved), [x, y]);
    assert.equal(moved.c[0], state.c[0]);
  }));

test("two axes on numbers of one list are both set", () => {
  const state = { c: [1, 2, 3], x: "c[2]", y: "c[3]" };
  assert.deepEqual(withAxisValues(MAP, state, { x: 8, y: 9 }), { c: [1, 8, 9] });
});

test("the stream of a map depends on the present values on its axes no more", () =>
  forSeeds(50, (random) => {
    const state = randomState(random);
    const [x, y] = random.numbers(2, -1, 1);
    const moved = { ...state, ...withAxisValues(MAP, state, { x, y }), clock: "linear" };
    assert.equal(computationQuery(MAP, moved), computationQuery(MAP, state));
    assert.notEqual(computationQuery(MAP, { ...state, R0: state.R0 + 1 }), computationQuery(MAP, state));
  }));

test("the link to the trajectory of a point has the point's values", () =>
  forSeeds(50, (random) => {
    const state = randomState(random);
    const [x, y] = random.numbers(2, 0.1, 1);
    const terms = new URLSearchParams(trajectoryQuery(MAP, state, [x, y]));
    assert.deepEqual([...terms.keys()], ["v", "c", "cs", "eps", "a", "r0", "tau"]);
    assert.equal(terms.get("v"), "1");
    assert.ok(isNear(Number(terms.get("eps")), x));
    assert.ok(isNear(Number(terms.get("c").split(",")[MAP.axes[state.y].index]), y));
  }));
