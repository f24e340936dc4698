// What a control shows of a number, how it reads one, and where its slider stands.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  boxText,
  fromSlider,
  inputMode,
  inputWarnings,
  listText,
  readCount,
  readNumber,
  readNumberList,
  readPastedList,
  shortBoxText,
  sliderEnds,
  stepValue,
  toSlider,
} from "../../assets/client/ui/number_input.mjs";

const LINEAR = { scale: "linear", bounds: [-20, 20], soft: [-5, 5], step: 0.01, whole: false };
const LOG = { scale: "log", bounds: [1e-6, 1e4], soft: [1e-3, 10], step: 0.01, whole: false };
const WHOLE = { scale: "log", bounds: [1, 1e6], soft: [1, 1e4], step: 0.01, whole: true };
const LIST = { symbol: "σ", length: [1, 3], bounds: [0.1, 4], whole: false };

describe("a box", () => {
  it("shows a minus sign, but the hyphen of a power", () => {
    assert.equal(boxText(-1.5), "−1.5");
    assert.equal(boxText(-1.5e-7), "−1.5e-7");
    assert.equal(listText([-1, 2e-9]), "−1, 2e-9");
  });

  it("rounds a number that does not fit", () => {
    assert.equal(shortBoxText(0.12345), "0.12345");
    assert.equal(shortBoxText(0.123456789), "0.1235");
    assert.equal(shortBoxText(12345678), "1.235e7");
  });

  it("has a keyboard with minus and e where a number may need one", () => {
    assert.equal(inputMode(LINEAR), "text");
    assert.equal(inputMode(LOG), "text");
    assert.equal(inputMode({ bounds: [0, 1], log: true }), "text");
    assert.equal(inputMode({ bounds: [0, 1], scale: "linear" }), "decimal");
  });
});

describe("a number", () => {
  it("is read to 12 digits, bounds included", () => {
    assert.deepEqual(readNumber("ā", "1/3", [0, 1], 0.5), { number: 0.333333333333 });
    for (const bound of [0, 1]) assert.deepEqual(readNumber("ā", String(bound), [0, 1], 0.5), { number: bound });
  });

  it("outside the bounds is refused with the bounds and the present value", () => {
    assert.deepEqual(readNumber("ā", "−21", [-20, 20], 5), {
      error: "ā = -21 is outside [-20, 20]. The picture keeps 5.",
    });
  });

  it("that is none is refused, and quoted in part", () => {
    assert.deepEqual(readNumber("ā", " ", [-20, 20], 5), {
      error: "ā = (empty) is not a number in [-20, 20]. The picture keeps 5.",
    });
    assert.match(readNumber("ā", "x".repeat(99), [-20, 20], 5).error, /^ā = x{24} is not a number/);
  });

  it("that may have been meant a thousandfold is questioned if that is possible", () => {
    assert.match(inputWarnings("τ", "10.000", 10, [0, 1e6])[0], /^τ = 10\.000 is read as 10: /);
    assert.deepEqual(inputWarnings("τ", "10.000", 10, [0, 100]), []);
    assert.deepEqual(inputWarnings("τ", "10", 10, [0, 1e6]), []);
  });
});

describe("a list", () => {
  it("is read, a single number included", () => {
    assert.deepEqual(readNumberList(LIST, "0.5, 1 2"), { numbers: [0.5, 1, 2] });
    assert.deepEqual(readNumberList(LIST, "0.5,"), { numbers: [0.5] });
  });

  it("is refused for the first number that is out of bounds, or not whole", () => {
    assert.deepEqual(readNumberList(LIST, "1, 9, ten"), {
      error: "σ = 9 is not one of the numbers in [0.1, 4]. The picture keeps its own.",
    });
    assert.deepEqual(readNumberList({ ...LIST, whole: true }, "1, 2.5"), {
      error: "σ = 2.5 is not one of the whole numbers in [0.1, 4]. The picture keeps its own.",
    });
  });

  it("is refused if it is too long or too short", () => {
    const error = (count) => `σ has ${count} numbers, not 1 to 3. The picture keeps its own.`;
    assert.deepEqual(readNumberList(LIST, "1, 1, 1, 1"), { error: error(4) });
    assert.deepEqual(readNumberList(LIST, ""), { error: error(0) });
  });
});

describe("a list that is pasted into the box of one number", () => {
  const parameter = { symbol: "cₖ", bounds: [[-20, 20]], length: [1, 4] };

  it("is recognized", () => {
    assert.equal(readPastedList(parameter, "1.5"), null);
    assert.deepEqual(readPastedList(parameter, "[1, -0.7]"), { numbers: [1, -0.7] });
  });

  it("is refused with its bounds and its greatest length", () => {
    assert.deepEqual(readPastedList(parameter, "1, 99, 3"), {
      error: "cₖ: 99 is not a number in [-20, 20]. The picture keeps its own.",
    });
    assert.deepEqual(readPastedList(parameter, "1 2 3 4 5"), {
      error: "cₖ has 5 numbers, at most 4 are possible. The picture keeps its own.",
    });
  });
});

it("the length of a list stays within its bounds, and stays if nothing is entered", () => {
  assert.equal(readCount(7, 3, [2, 5]), 5);
  assert.equal(readCount(1, 3, [2, 5]), 2);
  assert.equal(readCount(4.4, 3, [2, 5]), 4);
  assert.equal(readCount(NaN, 3, [2, 5]), 3);
});

describe("a slider", () => {
  it("returns to the value of its position", () => {
    for (const value of [-20, -0.05, 0, 3.21, 20]) assert.equal(fromSlider(LINEAR, toSlider(LINEAR, value)), value);
    for (const value of [1e-6, 2.5e-3, 0.123, 1, 7.77, 1e4]) {
      assert.equal(fromSlider(LOG, toSlider(LOG, value)), value);
    }
    for (const value of [1, 2, 37, 250, 1e6]) assert.equal(fromSlider(WHOLE, toSlider(WHOLE, value)), value);
  });

  it("gives no value out of bounds", () => {
    assert.equal(fromSlider(LINEAR, 99), 20);
    assert.equal(fromSlider(LOG, -99), 1e-6);
  });

  it("extends from its usual range to the bounds for a value outside", () => {
    assert.deepEqual(sliderEnds(LINEAR, 5), [-5, 5]);
    assert.deepEqual(sliderEnds(LINEAR, 5.1), [-20, 20]);
    assert.deepEqual(sliderEnds(LOG, 100), [-6, 4]);
  });

  it("moves by steps", () => {
    assert.equal(stepValue(LINEAR, 1, 1), 1.01);
    assert.equal(stepValue(LINEAR, 20, 1), 20);
    assert.equal(stepValue(LOG, 1, -1), 0.977);
  });

  it("moves a whole number to the next one at least", () => {
    assert.equal(stepValue(WHOLE, 3, 1), 4);
    assert.equal(stepValue(WHOLE, 3, -1), 2);
    assert.equal(stepValue(WHOLE, 1, -1), 1);
    assert.equal(stepValue(WHOLE, 1e4, 1), 10200);
  });
});
