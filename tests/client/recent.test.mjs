// The values that were used last are kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Recent } from "../../assets/client/core/recent.mjs";

test("of many values the latest are kept, used ones longer", () => {
  const recent = new Recent(3);
  for (const key of ["a", "b", "c"]) recent.set(key, key.toUpperCase());
  assert.equal(recent.get("a"), "A");
  recent.set("d", "D");
  assert.deepEqual([...recent.values.keys()], ["c", "a", "d"]);
  assert.equal(recent.get("b"), undefined);
  recent.set("c", "new");
  assert.deepEqual(
    [...recent.values],
    [
      ["a", "A"],
      ["d", "D"],
      ["c", "new"],
    ],
  );
});
