// What keys do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { FIGURE_KEYS, PLAYER_KEYS, figureKey, historyStep, pageKey } from "../../assets/client/ui/keyboard.mjs";
import { ARROWS } from "../../assets/client/ui/pointer_gestures.mjs";
import { CROSSHAIR_KEYS } from "../../assets/client/ui/start_picker.mjs";

const recorder = () => {
  const calls = [];
  return {
    calls,
    record:
      (name) =>
      (...args) =>
        calls.push([name, ...args]),
  };
};

describe("a key with Ctrl or Cmd", () => {
  const steps = [
    ["z", false, "undo"],
    ["Z", false, "undo"],
    ["Z", true, "redo"],
    ["y", false, "redo"],
    ["Y", true, "redo"],
    ["x", false, null],
    ["Escape", false, null],
  ];
  for (const [key, shiftKey, step] of steps)
    it(`${shiftKey ? "Shift and " : ""}${key} is ${step ?? "no step in the history"}`, () => {
      assert.equal(historyStep({ key, shiftKey }), step);
    });
});

describe("a key of a figure", () => {
  const figure = { window: "span" };
  const pressed = (key) => {
    const { calls, record } = recorder();
    const page = { setDisplay: record("setDisplay"), shift: record("shift") };
    return [figureKey(page, figure, key), calls];
  };

  it("moves or zooms its window", () => {
    assert.deepEqual(pressed("ArrowLeft"), [true, [["shift", figure, -0.1, 0, 1]]]);
    assert.deepEqual(pressed("ArrowUp"), [true, [["shift", figure, 0, 0.1, 1]]]);
    assert.deepEqual(pressed("+"), [true, [["shift", figure, 0, 0, 0.8]]]);
    assert.deepEqual(pressed("0"), [true, [["setDisplay", { span: null }]]]);
  });

  it("has no meaning if it is another one", () => {
    for (const key of ["a", " ", "Home", "constructor"]) assert.deepEqual(pressed(key), [false, []]);
  });

  it("is undone by its opposite", () => {
    for (const [key, opposite] of [
      ["ArrowLeft", "ArrowRight"],
      ["ArrowUp", "ArrowDown"],
      ["+", "-"],
      ["=", "_"],
    ]) {
      const [right, up, factor] = FIGURE_KEYS.get(key);
      const [left, down, inverse] = FIGURE_KEYS.get(opposite);
      assert.deepEqual([right + left, up + down, factor * inverse], [0, 0, 1]);
    }
  });
});

describe("a key of the page", () => {
  const pressed = (key, { shiftKey = false, exists = true, job = null } = {}) => {
    const { calls, record } = recorder();
    const player = { exists, toggle: record("toggle"), step: record("step") };
    return [pageKey({ player, loader: { job } }, { key, shiftKey }), calls];
  };

  it("plays and moves the cursor", () => {
    assert.deepEqual(pressed(" "), [true, [["toggle"]]]);
    assert.deepEqual(pressed("ArrowLeft"), [true, [["step", -0.01]]]);
    assert.deepEqual(pressed("ArrowRight", { shiftKey: true }), [true, [["step", 0.1]]]);
    assert.deepEqual(pressed("Home"), [true, [["step", -1]]]);
    assert.deepEqual(pressed("End"), [true, [["step", 1]]]);
  });

  it("has no meaning on a page without a player, nor if it is another one", () => {
    for (const key of PLAYER_KEYS.keys()) assert.deepEqual(pressed(key, { exists: false }), [false, []]);
    for (const key of ["ArrowUp", "a", "p"]) assert.deepEqual(pressed(key), [false, []]);
  });

  it("p pauses or resumes a job, if there is one", () => {
    assert.deepEqual(pressed("p", { job: { toggle: () => true } }), [true, []]);
    assert.deepEqual(pressed("p", { job: { toggle: () => false } }), [false, []]);
  });
});

describe("the crosshair", () => {
  const pressed = (key) => {
    const { calls, record } = recorder();
    const picker = {
      onClick: record("add"),
      onAlternateClick: record("remove"),
      dismissCrosshair: record("dismiss"),
    };
    CROSSHAIR_KEYS.get(key)(picker, [0.5, 2]);
    return calls.map(([name]) => name).join();
  };

  it("adds, removes and goes", () => {
    assert.equal(pressed("Enter"), "add");
    for (const key of ["Delete", "Backspace"]) assert.equal(pressed(key), "remove");
    for (const key of ["Escape", "c"]) assert.equal(pressed(key), "dismiss");
  });

  it("moves by arrows, which have no other meaning", () => {
    for (const key of ARROWS.keys()) assert.ok(!CROSSHAIR_KEYS.has(key));
    assert.deepEqual([...ARROWS.values()].sort().join(" "), "-1,0 0,-1 0,1 1,0");
  });
});
