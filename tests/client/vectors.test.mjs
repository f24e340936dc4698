// The client computes what Python computes: the vectors of tests/vectors, which `python -m tests.vectors` writes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { decodeColumns } from "../../assets/client/core/columns.mjs";
import { heading, presetOf } from "../../assets/client/core/headings.mjs";
import { computationQuery, numberText, query } from "../../assets/client/core/link.mjs";
import { splitSubscripts } from "../../assets/client/core/subscripts.mjs";
import { colorRamp } from "../../assets/client/render/heatmap.mjs";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

const stateOf = (first, { changed }) => ({ ...first, ...changed });

it("writes numbers as short as possible", () => {
  for (const { number, text } of vectors("number_text").cases) assert.equal(numberText(number), text);
});

describe("a state has the query that the server reads", () => {
  for (const [name, { view, cases }] of Object.entries(vectors("queries").views)) {
    it(name, () => {
      for (const one of cases) {
        const state = stateOf(view.initial, one);
        assert.equal(query(view, state), one.query);
        assert.equal(computationQuery(view, state), one.computation_query);
      }
    });
  }
});

describe("a state has the heading and the preset of its page", () => {
  for (const [name, { view, cases }] of Object.entries(vectors("headings").views)) {
    it(name, () => {
      const presets = Object.fromEntries(
        Object.entries(view.presets).map(([key, preset]) => [key, { ...preset, state: stateOf(view.initial, preset) }]),
      );
      const whole = { ...view, presets };
      for (const one of cases) {
        const state = stateOf(one.of === null ? view.initial : presets[one.of].state, one);
        assert.equal(presetOf(whole, state), one.preset, one.heading);
        assert.equal(heading(whole, state), one.heading);
      }
    });
  }
});

it("lowers and raises parts of a text", () => {
  for (const { text, parts } of vectors("subscripts").cases) assert.deepEqual(splitSubscripts(text), parts, text);
});

it("decodes columns and tables", () => {
  const types = { f4: Float32Array, u1: Uint8Array, u2: Uint16Array };
  const numbers = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)));
  for (const { kind, encoded, decoded } of vectors("columns").cases) {
    const found = decodeColumns(encoded);
    const columns = kind === "table" ? found : [found];
    for (const column of columns) assert.ok(column instanceof types[encoded.dtype]);
    assert.deepEqual(columns.map(numbers), kind === "table" ? decoded : [decoded]);
    const chunk = decodeColumns({
      kind: "scene",
      cells: null,
      figure: { data: [{ x: encoded, name: "a", y: [1, null] }] },
    });
    assert.deepEqual(chunk, { kind: "scene", cells: null, figure: { data: [{ x: found, name: "a", y: [1, null] }] } });
  }
});

it("decodes rounded columns", () => {
  for (const { values, log, encoded } of vectors("rounded").cases) {
    const found = decodeColumns({ ...encoded, log });
    assert.ok(found instanceof Float32Array);
    const own = (value) => (log ? Math.log10(value) : value);
    const step = (encoded.high - encoded.low) / 65533;
    values.map(Number).forEach((value, k) => {
      if (Number.isNaN(value) || value === 0) assert.deepEqual([found[k]], [value]);
      else
        assert.ok(Math.abs(own(found[k]) - own(value)) <= 0.5 * step + 1e-6 * Math.max(1, Math.abs(own(value))), value);
    });
  }
});

it("colors the cells of a map as plotly colors the bar beside it", () => {
  const { steps, cases } = vectors("color_ramp");
  for (const { scale, colors } of cases) {
    const ramp = colorRamp(scale);
    assert.equal(ramp.length, 256);
    assert.deepEqual(
      steps.map((step) => [...ramp[step]]),
      colors,
    );
  }
});
