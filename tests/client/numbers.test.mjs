// Numbers as people type and paste them into boxes, and as the app prints them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberText } from "../../assets/client/core/link.mjs";
import { ambiguityWarning, formatNumber, parseNumber, parseNumberList } from "../../assets/client/core/numbers.mjs";

const READ = {
  "10⁴": 1e4,
  "1·10⁻³": 1e-3,
  "−2 · 10⁴": -2e4,
  "3×10^5": 3e5,
  "10^-3": 1e-3,
  "10^(−3)": 1e-3,
  "10**4": 1e4,
  "1e−3": 1e-3,
  "1/3": 1 / 3,
  "−2 / 3": -2 / 3,
  "1,5/3": 0.5,
  "0,7": 0.7,
  "−.5": -0.5,
  "10.000": 10,
};
const REFUSED = ["", "ten", "10,000", "1/0", "1/2/3", "10^", "2^3", "--1", "0x10", "1_0", "١", "[1]"];
const LISTS = {
  "1, -1, 1": [1, -1, 1],
  "[1, -0.7]": [1, -0.7],
  "(1, −0.7, 1.3)": [1, -0.7, 1.3],
  "1 −1 1/2": [1, -1, 0.5],
  "0,5; −0,7": [0.5, -0.7],
  "1,-1": [1, -1],
  "1·10⁻³, 2": [1e-3, 2],
};

const near = (value, expected, relative, text) =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${text}: ${value}, not ${expected}`);

test("numbers are read as people write them", () => {
  for (const [text, number] of Object.entries(READ)) near(parseNumber(text), number, 1e-15, text);
});

test("what is no number, or may be two, is refused", () => {
  for (const text of REFUSED) assert.ok(Number.isNaN(parseNumber(text)), text);
});

test("lists are read as people paste them", () => {
  for (const [text, numbers] of Object.entries(LISTS))
    assert.deepEqual(parseNumberList(text).map(parseNumber), numbers);
});

test("a single number is no list", () => {
  for (const text of ["1", "0,7", "1 / 3", "10,000,000", "1,1", "10^-3"])
    assert.equal(parseNumberList(text), null, text);
});

test("each number that the app prints can be typed back", () => {
  for (const sign of [1, -1]) {
    for (const mantissa of [1, 1.5, 9.31]) {
      for (const power of [-9, -3, -1, 0, 3, 5, 8]) {
        const number = sign * mantissa * 10 ** power;
        for (const format of [formatNumber, numberText])
          near(parseNumber(format(number)), number, 1e-12, format(number));
      }
    }
  }
});

test("a number that may have been meant a thousandfold is questioned", () => {
  assert.match(ambiguityWarning("10.000", 10, 1e6), /^10\.000 is read as 10: .* enter 1e4\.$/);
  assert.equal(ambiguityWarning("10.000", 10, 100), "", "a thousandfold would be out of bounds");
  assert.equal(ambiguityWarning("10.5", 10.5, 1e6), "");
});
