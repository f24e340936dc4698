// A pinned run A and the chosen run B.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenProblem, differences, exchangePatch, pinPatch, pinnedProblem } from "../../assets/client/ui/compare.mjs";

const SYMBOLS = { c_star: "c*ₖ", c: "cₖ", eps: "ε", a: "ā", R0: "R(0)" };
const STATE = { c: [1, -1], c_star: [2, 0], eps: 0.1, a: [5, 10], chosen: 1, R0: 0.01, pin_c: null };
const A = { c: [1], c_star: [2, 0], eps: 0.1, a: 3, R0: 0.01 };

test("the chosen run is pinned, and removed", () => {
  const pinned = { ...STATE, ...pinPatch(chosenProblem(STATE)) };
  assert.deepEqual(pinnedProblem(pinned), { c: [1, -1], c_star: [2, 0], eps: 0.1, a: 10, R0: 0.01 });
  assert.equal(pinnedProblem({ ...pinned, ...pinPatch(null) }), null);
  assert.equal(pinnedProblem(STATE), null);
});

test("two exchanges of A and B change nothing", () => {
  const before = { ...STATE, ...pinPatch(A) };
  const once = { ...before, ...exchangePatch(before, A) };
  assert.deepEqual(once.a, [5, 3], "the other starts stay");
  assert.deepEqual(chosenProblem(once), A);
  assert.deepEqual({ ...once, ...exchangePatch(once, pinnedProblem(once)) }, before);
});

test("differences are listed by number, a missing coefficient as 0", () => {
  assert.deepEqual(differences(SYMBOLS, A, chosenProblem(STATE)), [
    ["c₂", 0, -1],
    ["ā", 3, 10],
  ]);
  assert.deepEqual(differences(SYMBOLS, A, A), []);
  const long = { ...A, c: [1, ...Array(10).fill(0), 4] };
  assert.deepEqual(differences(SYMBOLS, A, long), [["c₁₂", 0, 4]]);
});
