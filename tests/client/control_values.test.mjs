// How controls read the state, and what they change in it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { axisPatch, axisRanges, minLength } from "../../assets/client/ui/axis_control.mjs";
import { chipsOf, newStart } from "../../assets/client/ui/chips.mjs";
import {
  choicePatch,
  controlValue,
  findParameter,
  isMeaningful,
  lengthPatch,
  pastePatch,
  valuePatch,
} from "../../assets/client/ui/control_values.mjs";

const SINGLE = { kind: "slider", parameter: "eps", index: null, only: null };
const SECOND = { kind: "slider", parameter: "c", index: 1, only: null };
const CHOSEN = { kind: "slider", parameter: "a", index: "chosen", only: null };
const STATE = { eps: 0.1, c: [1, -1], c_star: [2, 0], a: [5, 10], chosen: 1, R0: null };

describe("a control", () => {
  it("shows its field, or its number of a list", () => {
    assert.equal(controlValue(SINGLE, STATE), 0.1);
    assert.equal(controlValue(SECOND, STATE), -1);
    assert.equal(controlValue(CHOSEN, STATE), 10);
  });

  it("changes only its own number", () => {
    assert.deepEqual(valuePatch(SINGLE, STATE, 0.2), { eps: 0.2 });
    assert.deepEqual(valuePatch(SECOND, STATE, 3), { c: [1, 3] });
    assert.deepEqual(valuePatch(CHOSEN, STATE, 7), { a: [5, 7] });
    assert.deepEqual(STATE.c, [1, -1], "the state itself is not changed");
  });

  it("has no meaning without its number, or without a word that it belongs to", () => {
    assert.ok(isMeaningful(SECOND, STATE));
    assert.ok(!isMeaningful({ ...SECOND, index: 2 }, STATE));
    assert.ok(isMeaningful({ ...SINGLE, parameter: "R0" }, STATE), "an absent number can be switched on");
    const bound = { ...SINGLE, only: { law: ["sgd"], layers: ["field", "flow"] } };
    assert.ok(isMeaningful(bound, { ...STATE, law: "sgd", layers: [] }));
    assert.ok(isMeaningful(bound, { ...STATE, law: "flow", layers: ["basins", "flow"] }));
    assert.ok(!isMeaningful(bound, { ...STATE, law: "flow", layers: [] }));
  });

  it("has a parameter", () => {
    const view = { name: "unlearning", parameters: [{ name: "a" }] };
    assert.equal(findParameter(view, "a"), view.parameters[0]);
    assert.throws(() => findParameter(view, "b"), /the view unlearning has no parameter b/);
  });
});

it("another choice clears fields that do not apply to it", () => {
  assert.deepEqual(choicePatch({ parameter: "panel", clears: ["span"] }, "risk"), { panel: "risk", span: null });
});

it("lists become longer with their filler, and shorter from the end", () => {
  assert.deepEqual(lengthPatch({ c: 0, c_star: 1 }, STATE, 3), { c: [1, -1, 0], c_star: [2, 0, 1] });
  assert.deepEqual(lengthPatch({ c: 0 }, STATE, 1), { c: [1] });
});

describe("a pasted list", () => {
  const controls = [SINGLE, SECOND, { kind: "count", parameter: "c", fillers: { c: 0, c_star: 0 } }].map((control) => ({
    fillers: {},
    ...control,
  }));

  it("fills up a longer list with 0", () => {
    assert.deepEqual(pastePatch(controls, SECOND, STATE, [4]), { c: [4, 0] });
  });

  it("makes the lists of the same length longer", () => {
    assert.deepEqual(pastePatch(controls, SECOND, STATE, [4, 5, 6]), { c: [4, 5, 6], c_star: [2, 0, 0] });
  });

  it("replaces the starts, and chooses the first", () => {
    assert.deepEqual(pastePatch(controls, CHOSEN, STATE, [1, 2, 3]), { a: [1, 2, 3], chosen: 0 });
  });
});

describe("an axis of a map", () => {
  const view = {
    axes: {
      a: { usual: [0, 12], index: null },
      c_1: { usual: [-2, 2], index: 0 },
      c_3: { usual: [-3, 3], index: 2 },
    },
  };
  const x = { parameter: "x", window: "window", index: 0 };
  const y = { parameter: "y", window: "window", index: 2 };
  const state = { x: "a", y: "c_1", window: null };

  it("has its usual range until the link states one", () => {
    assert.deepEqual(axisRanges(view, state, x), [0, 12, -2, 2]);
    assert.deepEqual(axisRanges(view, { ...state, window: [1, 2, 3, 4] }, x), [1, 2, 3, 4]);
  });

  it("gets the usual range of something else", () => {
    assert.deepEqual(axisPatch(view, state, x, "c_3"), { x: "c_3" });
    assert.deepEqual(axisPatch(view, { ...state, window: [1, 2, 3, 4] }, y, "c_3"), {
      y: "c_3",
      window: [1, 2, -3, 3],
    });
  });

  it("changes places with the other axis", () => {
    assert.deepEqual(axisPatch(view, { ...state, window: [1, 2, 3, 4] }, x, "c_1"), {
      x: "c_1",
      y: "a",
      window: [3, 4, 1, 2],
    });
  });

  it("needs a list that is long enough", () => {
    assert.equal(minLength(view, state), 1);
    assert.equal(minLength(view, { ...state, x: "c_3" }), 3);
    assert.equal(minLength({ axes: {} }, {}), 1);
  });
});

describe("the chips of the starts", () => {
  const byId = (chips, id) => chips.find((chip) => chip.id === id);

  it("add a start beside the chosen one that is not there yet", () => {
    assert.equal(newStart([5, 6, 7], 0, [-20, 20]), 8);
    assert.equal(newStart([19.5], 0, [-20, 20]), 18.5);
    assert.equal(newStart([19, 18], 0, [18, 20]), null, "none is free within the bounds");
  });

  it("choose, add and remove starts", () => {
    const chips = chipsOf({ a: [5, 10], chosen: 1, points: null }, 3, [-20, 20]);
    assert.deepEqual(
      chips.map(({ id }) => id),
      ["chip-0", "chip-1", "chip-add", "chip-remove"],
    );
    assert.deepEqual(byId(chips, "chip-0").patch, { chosen: 0 });
    assert.deepEqual(byId(chips, "chip-add").patch, { a: [5, 10, 11], chosen: 2 });
    assert.deepEqual(byId(chips, "chip-remove").patch, { a: [5], chosen: 0 });
    assert.ok(byId(chips, "chip-1").pressed && !byId(chips, "chip-0").pressed);
  });

  it("keep one start, and no more than are possible", () => {
    assert.ok(byId(chipsOf({ a: [5], chosen: 0 }, 3, [-20, 20]), "chip-remove").disabled);
    assert.ok(byId(chipsOf({ a: [5, 6, 7], chosen: 0 }, 3, [-20, 20]), "chip-add").disabled);
  });

  it("remove added points, one by one or all", () => {
    const chips = chipsOf({ a: [5], chosen: 0, points: [0.1, 2, 0.3, 4] }, 3, [-20, 20]);
    assert.deepEqual(byId(chips, "chip-point-1").patch, { points: [0.1, 2] });
    assert.deepEqual(byId(chips, "chip-points").patch, { points: null });
    const [chip] = chipsOf({ a: [5], chosen: 0, points: [0.1, 2] }, 3, [-20, 20]).slice(-1);
    assert.equal(chip.text, "(0.1, 2) ×");
    assert.deepEqual(chip.patch, { points: null });
  });
});
