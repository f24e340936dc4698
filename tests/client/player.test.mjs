// The cursor of the player from frame to frame.
import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, startOfPlay } from "../../assets/client/ui/player.mjs";

test("a play goes on from the cursor, and from the start after the end", () => {
  assert.deepEqual(startOfPlay(0.3, 1), { position: 0.3, stopAt: 1 });
  assert.deepEqual(startOfPlay(1, 0.5), { position: 0, stopAt: 1 });
});

test("a play that has reached its stop goes on to the end", () => {
  assert.deepEqual(startOfPlay(0.3, 0.5), { position: 0.3, stopAt: 0.5 });
  assert.deepEqual(startOfPlay(0.5, 0.5), { position: 0.5, stopAt: 1 });
});

test("speed is a factor of the 9 s that a whole play takes", () => {
  assert.deepEqual(advance(0, 1, 4500, 1), { position: 0.5, isOver: false });
  assert.deepEqual(advance(0, 1, 4500, 0.5), { position: 0.25, isOver: false });
  assert.deepEqual(advance(0.2, 1, 0, 4), { position: 0.2, isOver: false });
});

test("a play ends at its stop exactly", () => {
  assert.deepEqual(advance(0.4, 0.5, 4500, 1), { position: 0.5, isOver: true });
  assert.deepEqual(advance(0.99, 1, 9000, 4), { position: 1, isOver: true });
});
